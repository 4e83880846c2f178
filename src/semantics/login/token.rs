//! The token that a login yields: policies, lifetime, type.
//!
//! Source: `sdk/framework/lease.go`, `sdk/helper/policyutil`, `sdk/helper/tokenutil`, `vault/request_handling.go`.

use std::borrow::Cow;

use super::method::AuthMethod;
use super::{Check, Refusal, Step, span_of};
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::duration::Seconds;
use crate::model::vault::field::FieldValue;
use crate::semantics::dialect::Dialect;
use crate::syntax::{Span, Spanned};

/// A token as it is when it is issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued<'a> {
    /// Its policies, sorted by name; `default` among them unless the role leaves it out.
    pub policies: Vec<TokenPolicy>,
    /// Service or batch.
    pub token_type: TokenType,
    /// It can be renewed.
    pub renewable: bool,
    /// How long it lives unless it is renewed.
    pub ttl: Seconds,
    /// How long it can be kept alive; nothing if for ever.
    pub lives_at_most: Option<Seconds>,
    /// `token_period`, as the token keeps it.
    pub period: Option<Spanned<Seconds>>,
    /// `token_max_ttl`.
    pub max_ttl: Option<Spanned<Seconds>>,
    /// `token_explicit_max_ttl`.
    pub explicit_max_ttl: Option<Spanned<Seconds>>,
    /// How often it can be used; nothing if without limit.
    pub num_uses: Option<Spanned<i64>>,
    /// The addresses that may log in and use it; all if empty.
    pub bound_cidrs: &'a [Spanned<String>],
    /// The identity alias is named `NAMESPACE/NAME`, else by the uid of the service account.
    pub alias_is_name: bool,
    /// What the server warns of when it issues the token, in its own words.
    pub warnings: Vec<String>,
}

/// A policy of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenPolicy {
    /// In lower case, as the token carries it.
    pub name: String,
    /// Where the role names it; nothing for `default`, which the server adds.
    pub span: Option<Span>,
}

/// The two types of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenType {
    /// Stored, renewable, revocable.
    Service,
    /// Carries all in itself; never renewable.
    Batch,
}

impl TokenType {
    /// `service` or `batch`.
    pub fn word(self) -> &'static str {
        match self {
            TokenType::Service => "service",
            TokenType::Batch => "batch",
        }
    }
}

/// What the server's configuration sets for all mounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemLimits {
    /// `default_lease_ttl`.
    pub default_lease_ttl: Seconds,
    /// `max_lease_ttl`.
    pub max_lease_ttl: Seconds,
}

/// 768 hours both, as on a server whose configuration says nothing.
impl Default for SystemLimits {
    fn default() -> SystemLimits {
        SystemLimits { default_lease_ttl: Seconds(768 * 3600), max_lease_ttl: Seconds(768 * 3600) }
    }
}

/// Policies that nothing but the server itself puts on a token.
fn is_reserved(policy: &str, dialect: Dialect) -> bool {
    policy == "response-wrapping" || (policy == "control-group" && dialect != Dialect::OpenBao)
}

/// The token that `role`, which the server took, issues.
pub(super) fn issue<'a>(role: &'a AuthRole, method: &AuthMethod<'a>, dialect: Dialect) -> Step<Issued<'a>> {
    issue_with(role, method, dialect, |_| true)
}

/// The same, with no other policies than those that are wanted, by their names in lower case.
pub(super) fn issue_with<'a>(
    role: &'a AuthRole,
    method: &AuthMethod<'a>,
    dialect: Dialect,
    wanted: impl Fn(&str) -> bool,
) -> Step<Issued<'a>> {
    let policies = policies(role, dialect, wanted)?;
    let fields = &role.fields;
    let set = |field: &str| fields.duration(field).filter(|seconds| seconds.value.0 > 0);
    let (max_ttl, explicit_max_ttl) = (set("token_max_ttl"), set("token_explicit_max_ttl"));
    let period = set("token_period");
    let lifetime = Lifetime {
        ttl: set("token_ttl").map_or(method.default_lease_ttl(), |ttl| ttl.value),
        period: period.map(|period| period.value),
        max_ttl: max_ttl.map(|max| max.value),
        explicit_max_ttl: explicit_max_ttl.map(|max| max.value),
    };
    let (ttl, warnings) = lifetime.at_issue(method.max_lease_ttl());
    let token_type = method.token_type(fields.text("token_type").map_or("", |text| text.value));
    let renewable = token_type == TokenType::Service;
    Ok(Issued {
        policies,
        token_type,
        renewable,
        ttl,
        lives_at_most: if renewable { lifetime.at_most(method.max_lease_ttl()) } else { Some(ttl) },
        period,
        max_ttl,
        explicit_max_ttl,
        num_uses: uses(role),
        bound_cidrs: fields.list("token_bound_cidrs"),
        alias_is_name: fields
            .text("alias_name_source")
            .is_some_and(|source| source.value == "serviceaccount_name"),
        warnings,
    })
}

/// The number of uses, if it is limited.
pub(super) fn uses(role: &AuthRole) -> Option<Spanned<i64>> {
    let field = role.fields.get("token_num_uses")?;
    match field.value {
        FieldValue::Integer(uses) if uses != 0 => Some(Spanned::new(uses, field.span)),
        _ => None,
    }
}

fn policies(role: &AuthRole, dialect: Dialect, wanted: impl Fn(&str) -> bool) -> Step<Vec<TokenPolicy>> {
    let named = || {
        let names = role.policies().iter().map(|name| (stored_name(&name.value), name.span));
        names.filter(|(name, _)| !name.is_empty())
    };
    let is_special = |name: &str| name == "root" || is_reserved(name, dialect);
    let kept = named().filter(|(name, _)| is_special(name) || wanted(name));
    let mut policies: Vec<TokenPolicy> =
        kept.map(|(name, span)| TokenPolicy { name: name.into_owned(), span: Some(span) }).collect();
    if let Some(root) = policies.iter().find(|policy| policy.name == "root") {
        return refuse(
            "auth methods cannot create root tokens".to_owned(),
            "the role attaches the policy `root`, which no login may yield",
            root.span.unwrap_or(span_of(role, "token_policies")),
        );
    }
    if let Some(policy) = policies.iter().find(|policy| is_reserved(&policy.name, dialect)) {
        return refuse(
            format!("cannot assign policy {:?}", policy.name),
            "the role attaches a policy that the server keeps for itself",
            policy.span.unwrap_or(span_of(role, "token_policies")),
        );
    }
    let without_default = role.fields.bool("token_no_default_policy").is_some_and(|it| it.value);
    let adds_default = !without_default && wanted("default");
    if adds_default && !policies.iter().any(|policy| policy.name == "default") {
        policies.push(TokenPolicy { name: "default".to_owned(), span: None });
    }
    policies.sort_by(|one, other| one.name.cmp(&other.name));
    policies.dedup_by(|later, first| later.name == first.name);
    Ok(policies)
}

/// The name of a policy as a token carries it.
fn stored_name(written: &str) -> Cow<'_, str> {
    let name = written.trim();
    let is_plain = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    if name.bytes().all(is_plain) { Cow::Borrowed(name) } else { Cow::Owned(name.to_lowercase()) }
}

fn refuse<T>(server_text: String, why: &str, span: Span) -> Step<T> {
    let why = why.to_owned();
    Err(Box::new(Refusal { check: Check::Policies, status: 400, server_text, why, span, unless: Vec::new() }))
}

/// The durations of a role; those that are set are positive.
#[derive(Debug, Clone, Copy)]
struct Lifetime {
    /// Of the role or of the mount.
    ttl: Seconds,
    period: Option<Seconds>,
    max_ttl: Option<Seconds>,
    explicit_max_ttl: Option<Seconds>,
}

impl Lifetime {
    /// The lifetime of a fresh token, and what the server has to say about it.
    fn at_issue(self, mount_max: Seconds) -> (Seconds, Vec<String>) {
        let most = self.effective_max(mount_max);
        let mut warnings = Vec::new();
        let ttl = match self.period {
            Some(period) => {
                if period > most {
                    warnings.push(format!(
                        "period of \"{}\" exceeded the effective max_ttl of \"{}\"; period value is capped \
                         accordingly",
                        Human(period),
                        Human(most)
                    ));
                }
                period.min(most)
            }
            None => {
                if self.ttl > most {
                    warnings.push(format!(
                        "TTL of \"{}\" exceeded the effective max_ttl of \"{}\"; TTL value is capped accordingly",
                        Human(self.ttl),
                        Human(most)
                    ));
                }
                self.ttl.min(most)
            }
        };
        (ttl, warnings)
    }

    /// How long renewals can keep the token alive.
    fn at_most(self, mount_max: Seconds) -> Option<Seconds> {
        match self.period {
            Some(_) => self.explicit_max_ttl,
            None => Some(self.effective_max(mount_max)),
        }
    }

    fn effective_max(self, mount_max: Seconds) -> Seconds {
        [self.max_ttl, self.explicit_max_ttl].into_iter().flatten().fold(mount_max, Seconds::min)
    }
}

/// A duration as the server writes it in warnings: `1h30m`, `45s`, without parts that are zero at its end.
struct Human(Seconds);

impl std::fmt::Display for Human {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let total = self.0.0;
        let (hours, minutes, seconds) = (total / 3600, total / 60 % 60, total % 60);
        if hours != 0 {
            write!(f, "{hours}h")?;
        }
        if minutes != 0 || (hours != 0 && seconds != 0) {
            write!(f, "{minutes}m")?;
        }
        if seconds != 0 || total == 0 { write!(f, "{seconds}s") } else { Ok(()) }
    }
}
