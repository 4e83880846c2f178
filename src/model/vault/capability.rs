//! Capabilities and sets of them.

use std::fmt;

use crate::model::project::Target;

/// What a path rule may grant.
///
/// Source: `policy.go` of both servers; which words exist depends on the dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Capability {
    /// Nothing at all, whatever else is listed.
    Deny,
    /// Write something that does not exist yet.
    Create,
    /// Read.
    Read,
    /// Write something that exists, or call an endpoint.
    Update,
    /// Delete.
    Delete,
    /// List keys.
    List,
    /// Use root-protected endpoints.
    Sudo,
    /// Change parts.
    Patch,
    /// Recursive list (OpenBao).
    Scan,
    /// Receive events (Vault).
    Subscribe,
    /// Read from a snapshot (Vault).
    Recover,
}

impl Capability {
    /// Every capability of any dialect.
    pub const ALL: [Capability; 11] = [
        Capability::Deny,
        Capability::Create,
        Capability::Read,
        Capability::Update,
        Capability::Delete,
        Capability::List,
        Capability::Sudo,
        Capability::Patch,
        Capability::Scan,
        Capability::Subscribe,
        Capability::Recover,
    ];

    /// The word in a policy; matching is exact, lower case.
    pub fn word(self) -> &'static str {
        match self {
            Capability::Deny => "deny",
            Capability::Create => "create",
            Capability::Read => "read",
            Capability::Update => "update",
            Capability::Delete => "delete",
            Capability::List => "list",
            Capability::Sudo => "sudo",
            Capability::Patch => "patch",
            Capability::Scan => "scan",
            Capability::Subscribe => "subscribe",
            Capability::Recover => "recover",
        }
    }

    /// True if a server of `target` knows it: `scan` is OpenBao's, `subscribe` Vault's, `recover` Vault's from 1.20 on
    /// (the last release that [`Target::VaultClassic`] stands for; the code of that family that was at hand
    /// refuses it).
    pub fn known_to(self, target: Target) -> bool {
        match self {
            Capability::Scan => matches!(target, Target::OpenBao | Target::Any),
            Capability::Subscribe => target != Target::OpenBao,
            Capability::Recover => matches!(target, Target::VaultCurrent | Target::Any),
            _ => true,
        }
    }

    /// The capability that `word` names, if any.
    pub fn from_word(word: &str) -> Option<Capability> {
        Capability::ALL.into_iter().find(|capability| capability.word() == word)
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A set of capabilities. With `deny` in it, it holds nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct CapabilitySet(u16);

impl CapabilitySet {
    /// The empty set, which grants nothing but still shadows broader rules.
    pub const EMPTY: CapabilitySet = CapabilitySet(0);

    /// A set of the given capabilities.
    pub fn new(capabilities: &[Capability]) -> CapabilitySet {
        capabilities.iter().fold(CapabilitySet::EMPTY, |set, capability| set.with(*capability))
    }

    /// What a path rule with this legacy keyword and these words grants; unknown words are left out.
    pub fn of_rule<'a>(legacy: Option<&str>, words: impl Iterator<Item = &'a str>) -> CapabilitySet {
        use Capability::{Create, Delete, Deny, List, Read, Sudo, Update};
        let expanded: &[Capability] = match legacy {
            Some("deny") => return CapabilitySet::new(&[Deny]),
            Some("read") => &[Read, List],
            Some("write") => &[Create, Read, Update, Delete, List],
            Some("sudo") => &[Create, Read, Update, Delete, List, Sudo],
            _ => &[],
        };
        words.filter_map(Capability::from_word).fold(CapabilitySet::new(expanded), CapabilitySet::with)
    }

    /// The set with one more; `deny` drives out all others.
    pub fn with(self, capability: Capability) -> CapabilitySet {
        if self.contains(Capability::Deny) || capability == Capability::Deny {
            CapabilitySet(1 << Capability::Deny as u8)
        } else {
            CapabilitySet(self.0 | 1 << capability as u8)
        }
    }

    /// True if it grants `capability` (or, for `deny`, refuses all).
    pub fn contains(self, capability: Capability) -> bool {
        self.0 & (1 << capability as u8) != 0
    }

    /// True if it grants nothing (a set that denies grants nothing either, but see [`CapabilitySet::denies`]).
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// True if it refuses everything.
    pub fn denies(self) -> bool {
        self.contains(Capability::Deny)
    }

    /// The capabilities in it, in declaration order.
    pub fn iter(self) -> impl Iterator<Item = Capability> {
        Capability::ALL.into_iter().filter(move |capability| self.contains(*capability))
    }
}
