//! The servers whose answers differ, and in what.
//!
//! Source: `vault/acl.go` of Vault (1.14.6, 1.17, 2.0.4), `internal/vault/policy/acl.go` of OpenBao.

use std::fmt;

use crate::model::project::Target;
use crate::model::vault::capability::Capability;
use crate::model::vault::policy::Policy;
use crate::syntax::{Span, Spanned};

/// A family of servers that answer access questions alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// Vault 1.13 to 1.20.
    VaultClassic,
    /// Vault 2.0.4 and later. Vault 1.21 to 2.0.2 answers alike, but still searches a list request as
    /// [`Dialect::VaultClassic`] does and compares the values of `policies` case by case.
    VaultCurrent,
    /// OpenBao 2.x.
    OpenBao,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: [Dialect; 3] = [Dialect::VaultClassic, Dialect::VaultCurrent, Dialect::OpenBao];

    /// The dialects that a target leaves open.
    pub fn of(target: Target) -> &'static [Dialect] {
        match target {
            Target::VaultClassic => &[Dialect::VaultClassic],
            Target::VaultCurrent => &[Dialect::VaultCurrent],
            Target::OpenBao => &[Dialect::OpenBao],
            Target::Any => &Dialect::ALL,
        }
    }

    /// The target that means this dialect alone.
    pub fn target(self) -> Target {
        match self {
            Dialect::VaultClassic => Target::VaultClassic,
            Dialect::VaultCurrent => Target::VaultCurrent,
            Dialect::OpenBao => Target::OpenBao,
        }
    }

    /// True if this server has the capability at all.
    pub fn knows(self, capability: Capability) -> bool {
        match capability {
            Capability::Scan => self == Dialect::OpenBao,
            Capability::Subscribe => self != Dialect::OpenBao,
            Capability::Recover => self == Dialect::VaultCurrent,
            _ => true,
        }
    }

    /// True if this server does not store the policy, though another one may: where several servers are meant, a policy
    /// is read as the most lenient of them reads it. What all of them refuse is told by [`Policy::refusals`].
    pub fn refuses(self, policy: &Policy) -> bool {
        policy.path_rules.iter().any(|rule| {
            // `deny` ends the checks of its rule.
            let mut words = rule.capabilities.iter().map(Spanned::as_str).take_while(|word| *word != "deny");
            let is_foreign = |key: &str| match self {
                Dialect::OpenBao => key == "subscribe_event_types",
                Dialect::VaultClassic | Dialect::VaultCurrent => {
                    ["pagination_limit", "expiration", "list_scan_response_keys_filter_path"].contains(&key)
                }
            };
            (self == Dialect::VaultCurrent && !rule.repeated.is_empty())
                || words.any(|word| Capability::from_word(word).is_some_and(|known| !self.knows(known)))
                || rule.keys.iter().any(|key| is_foreign(key.as_str()))
        })
    }

    /// True if a constraint on a parameter looks into lists and comma-separated texts.
    pub fn compares_elements(self) -> bool {
        self == Dialect::VaultCurrent
    }

    /// What a template value may not hold; a rule that would get one is dropped.
    pub fn blocked_in_templates(self) -> &'static [char] {
        match self {
            Dialect::VaultClassic => &[],
            Dialect::VaultCurrent => &['*', '+'],
            Dialect::OpenBao => &['*', '+', '/'],
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Dialect::VaultClassic => "Vault up to 1.20",
            Dialect::VaultCurrent => "Vault 2.x",
            Dialect::OpenBao => "OpenBao",
        })
    }
}

/// A word of a policy that only one of the two servers knows.
#[derive(Debug, Clone, Copy)]
pub struct ForeignWord<'a> {
    /// A capability or a key.
    pub word: &'a str,
    /// Where it stands.
    pub span: Span,
    /// OpenBao knows it; else Vault.
    pub on_openbao: bool,
}

/// The words of a policy that only one of the two servers knows, in order.
pub fn foreign_words(policy: &Policy) -> Vec<ForeignWord<'_>> {
    let mut found = Vec::new();
    for rule in &policy.path_rules {
        let words = rule.capabilities.iter().chain(&rule.keys);
        found.extend(words.filter_map(|word| {
            let on_openbao = match word.as_str() {
                "scan" | "pagination_limit" | "expiration" | "list_scan_response_keys_filter_path" => true,
                "subscribe" | "recover" | "subscribe_event_types" => false,
                _ => return None,
            };
            Some(ForeignWord { word: word.as_str(), span: word.span, on_openbao })
        }));
    }
    found.sort_by_key(|word| word.span);
    found
}
