//! On which terms an auth role gives tokens: for how long, how often, from where, for which JWTs.

use std::collections::BTreeSet;

use super::super::logins::addresses;
use crate::model::vault::auth_role::AuthRole;
use crate::semantics::login::Issued;

/// The terms of a role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct LoginTerms {
    token_type: &'static str,
    /// In seconds: until it has to be renewed, and at most.
    ttl: i64,
    most: i64,
    uses: i64,
    addresses: BTreeSet<String>,
    /// The token is good for the address alone that logged in.
    is_bound: bool,
    /// Empty for any.
    audience: String,
}

impl LoginTerms {
    pub(super) fn of(role: &AuthRole, issued: &Issued<'_>) -> LoginTerms {
        LoginTerms {
            token_type: issued.token_type.word(),
            ttl: issued.ttl.0,
            most: issued.lives_at_most.map_or(i64::MAX, |seconds| seconds.0),
            uses: issued.num_uses.map_or(i64::MAX, |uses| uses.value),
            addresses: issued.bound_cidrs.iter().map(|entry| entry.value.clone()).collect(),
            is_bound: role.fields.bool("token_strictly_bind_ip").is_some_and(|it| it.value),
            audience: role.fields.text("audience").map_or_else(String::new, |text| text.value.to_owned()),
        }
    }

    /// True if whoever gets a token on these terms gets one on the others that is good for as much.
    pub(super) fn are_met_by(&self, other: &LoginTerms) -> bool {
        let from_anywhere = || {
            self.addresses == other.addresses
                || addresses::beyond(&self.addresses, &other.addresses).is_some_and(|(beyond, _)| !beyond)
        };
        self.token_type == other.token_type
            && self.ttl <= other.ttl
            && self.most <= other.most
            && self.uses <= other.uses
            && (self.is_bound || !other.is_bound)
            && (other.audience.is_empty() || self.audience == other.audience)
            && from_anywhere()
    }

    /// The terms in words.
    pub(super) fn words(&self) -> String {
        let mut words = vec![format!("{} token for {}", self.token_type, lasting(self.ttl))];
        words.push(match self.most {
            i64::MAX => "without end".to_owned(),
            most => format!("at most {}", lasting(most)),
        });
        words.extend((self.uses != i64::MAX).then(|| format!("{} uses", self.uses)));
        if !self.addresses.is_empty() {
            let all: Vec<&str> = self.addresses.iter().map(String::as_str).collect();
            words.push(format!("from {}", all.join(" ")));
        }
        words.extend(self.is_bound.then(|| "from the address of the login".to_owned()));
        words.push(match self.audience.as_str() {
            "" => "any audience".to_owned(),
            audience => format!("audience {audience}"),
        });
        words.join(", ")
    }
}

fn lasting(seconds: i64) -> String {
    crate::model::vault::duration::Seconds(seconds).to_string()
}
