//! What a token with a set of policies may do, and which path rule says so: the servers' own answer.
//!
//! [`Acl::compile`] merges the rules of equal patterns and arranges them for look-up, once per identity;
//! [`Acl::rule_on`] and [`Acl::verdict`] then answer without allocating, and [`Acl::decide`] says why.
//!
//! Source: `vault/acl.go` of Vault, `internal/vault/policy/acl.go` of OpenBao.

mod decision;
mod default_policy;
mod guarded;
mod merged;
mod request;
mod store;
mod uncertain;

pub use decision::{Decision, Loser, Lost, verdict_of_each};
pub use default_policy::{BUILT_IN, default_policy};
pub use guarded::{
    SudoReach, is_guarded_by_pki, is_root_protected, is_root_protected_throughout, root_protected_patterns,
    sudo_reach,
};
pub use merged::{MergedRule, RuleRef};
pub use request::{Operation, Refusal, Request, Ruling, Verdict};
pub use uncertain::UncertainRule;

use std::borrow::Cow;

use super::dialect::Dialect;
use super::template::{self, Identity, Populated, Presence};
use crate::model::vault::capability::{Capability, CapabilitySet};
use crate::model::vault::path::PathPattern;
use crate::model::vault::policy::Policy;
use merged::Merger;
use store::Store;

/// A policy as a token holds it.
#[derive(Debug, Clone, Copy)]
pub struct Attached<'a> {
    /// The policy. Its `refusals` are not looked at: a server never holds a policy that it refuses.
    pub policy: &'a Policy,
    /// The Vault namespace that it is stored in: `""` for the root namespace, else with a slash at the end.
    pub namespace: &'a str,
}

impl<'a> From<&'a Policy> for Attached<'a> {
    fn from(policy: &'a Policy) -> Attached<'a> {
        Attached { policy, namespace: "" }
    }
}

/// Why a server refuses every request of a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AclError {
    /// The policy named `root` stands alone or not at all.
    #[error("other policies present along with root")]
    RootWithOthers,
    /// Vault has the policy named `root` in the root namespace only.
    #[error("root policy is only allowed in root namespace")]
    RootInNamespace,
    /// A path with `+*` in it, possibly after its template was filled in.
    #[error("path \"{0}\": invalid use of wildcards ('+*' is forbidden)")]
    Wildcard(String),
}

/// The compiled policies of one identity.
#[derive(Debug)]
pub struct Acl<'a> {
    dialect: Dialect,
    /// The namespace of the policy named `root`, if that is held.
    root: Option<&'a str>,
    /// Merged rules; those with wildcards stand in ascending order of precedence.
    rules: Vec<MergedRule<'a>>,
    store: Store,
    uncertain: Vec<UncertainRule<'a>>,
    dropped: Vec<RuleRef<'a>>,
}

impl<'a> Acl<'a> {
    /// Compiles `policies` for `identity`. The order of the policies does not change any answer, only the order in
    /// which the evidence names them.
    pub fn compile<P>(policies: &[P], identity: &Identity, dialect: Dialect) -> Result<Acl<'a>, AclError>
    where
        P: Copy + Into<Attached<'a>>,
    {
        let mut root = None;
        let mut merger = Merger::default();
        let (mut uncertain, mut dropped) = (Vec::new(), Vec::new());
        for attached in policies.iter().map(|policy| (*policy).into()) {
            let Attached { policy, namespace } = attached;
            if policy.key() == "root" {
                if dialect != Dialect::OpenBao && !namespace.is_empty() {
                    return Err(AclError::RootInNamespace);
                }
                if policies.len() != 1 {
                    return Err(AclError::RootWithOthers);
                }
                root = Some(namespace);
            }
            for rule in &policy.path_rules {
                let rule = RuleRef { policy, rule };
                let here = match presence(rule, identity, dialect) {
                    Presence::Absent => {
                        dropped.push(rule);
                        continue;
                    }
                    other => other,
                };
                match template::populate(&rule.rule.path.value, identity, namespace, dialect) {
                    Populated::Dropped(_) => dropped.push(rule),
                    Populated::Unknown(pieces) => {
                        uncertain.push(UncertainRule::with_holes(rule, namespace, &pieces, dialect));
                    }
                    Populated::Text(label) => {
                        let pattern = stored_pattern(label, namespace)?;
                        match here {
                            Presence::Present(()) => merger.add(pattern, rule),
                            _ => uncertain.push(UncertainRule::with_pattern(rule, pattern, dialect)),
                        }
                    }
                }
            }
        }
        let rules = merger.finish(dialect);
        let store = Store::build(rules.iter().map(|rule| &rule.pattern));
        Ok(Acl { dialect, root, rules, store, uncertain, dropped })
    }

    /// The dialect that answers are given for.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The merged rules: one for each distinct pattern.
    pub fn rules(&self) -> &[MergedRule<'a>] {
        &self.rules
    }

    /// Rules of which it is not known whether they are there, or for which path.
    pub fn uncertain_rules(&self) -> &[UncertainRule<'a>] {
        &self.uncertain
    }

    /// Rules that the server leaves out, because their template cannot be filled or they have expired.
    pub fn dropped_rules(&self) -> &[RuleRef<'a>] {
        &self.dropped
    }

    /// Every merged rule that matches a full path: the one that decides on it first, then the others as they would come
    /// after it. Requests that list look at a second form of the path as well, see [`Acl::rule_on`].
    pub fn matching(&self, path: &str) -> Vec<&MergedRule<'a>> {
        let mut found = Vec::new();
        self.store.each_matching(path, |at| found.push(at));
        // Exact rules stand last, the others in ascending order of precedence.
        found.sort_unstable_by(|a, b| b.cmp(a));
        found.into_iter().filter_map(|at| self.rules.get(at)).collect()
    }

    /// True if the policy named `root` allows everything in this namespace.
    pub fn is_root_in(&self, namespace: &str) -> bool {
        match self.dialect {
            Dialect::OpenBao => self.root.is_some_and(|of_root| namespace.starts_with(of_root)),
            Dialect::VaultClassic | Dialect::VaultCurrent => self.root.is_some(),
        }
    }

    /// The server's answer from the rules that are known, without the question of `sudo` (see [`Ruling::holds_sudo`]).
    pub fn rule_on<'r>(&'r self, request: &'r Request<'r>) -> Ruling<'r, 'a> {
        if self.root.is_some() {
            let is_root = self.is_root_in(request.namespace);
            let refusal = (!is_root).then_some(Refusal::OutsideRootNamespace);
            return Ruling { refusal, rule: None, is_root };
        }
        if request.operation == Operation::Help {
            return Ruling { refusal: None, rule: None, is_root: false };
        }
        let path = full_path(request.namespace, request.path);
        let Some(rule) = self.deciding(&path, request.operation.lists()) else {
            return Ruling { refusal: Some(Refusal::NoRule), rule: None, is_root: false };
        };
        Ruling { refusal: rule.refusal(request, self.dialect), rule: Some(rule), is_root: false }
    }

    /// Whether the request goes through: the rules, `sudo` on root-protected paths, and what is not known.
    pub fn verdict(&self, request: &Request<'_>) -> Verdict {
        let allowed = self.refusal(&self.rule_on(request), request).is_none();
        if self.depends_on(request, allowed).next().is_some() {
            return Verdict::Unknown;
        }
        if allowed { Verdict::Allowed } else { Verdict::Refused }
    }

    /// The verdict with all its evidence.
    pub fn decide<'r>(&'r self, request: &'r Request<'r>) -> Decision<'r, 'a> {
        decision::explain(self, request)
    }

    /// What `sys/capabilities` answers for a path. Like the server, it searches the rules as for a list request,
    /// whatever the path will be used for; rules that are not known are left out.
    pub fn capabilities(&self, namespace: &str, path: &str) -> Vec<&'static str> {
        if self.is_root_in(namespace) {
            return vec!["root"];
        }
        let path = full_path(namespace, path);
        let held = self.deciding(&path, true).map_or(CapabilitySet::EMPTY, |rule| rule.capabilities);
        let words: Vec<_> =
            REPORTED.into_iter().filter(|it| held.contains(*it)).map(Capability::word).collect();
        if words.is_empty() { vec!["deny"] } else { words }
    }

    /// Why the request does not go through, `sudo` included.
    fn refusal<'r>(&self, ruling: &Ruling<'r, 'a>, request: &Request<'_>) -> Option<Refusal<'r>> {
        ruling.refusal.clone().or_else(|| {
            let protected = request
                .root_protected
                .unwrap_or_else(|| is_root_protected(request.path.trim_start_matches('/'), self.dialect));
            let needs_sudo = protected && request.operation != Operation::Help;
            (needs_sudo && !ruling.holds_sudo()).then_some(Refusal::SudoMissing)
        })
    }

    /// The rules that may turn the answer round once they are known.
    fn depends_on<'r>(
        &'r self,
        request: &'r Request<'_>,
        allowed: bool,
    ) -> impl Iterator<Item = &'r UncertainRule<'a>> {
        let settled = self.root.is_some() || request.operation == Operation::Help;
        let uncertain: &[UncertainRule<'a>] = if settled { &[] } else { &self.uncertain };
        uncertain.iter().filter(move |rule| {
            let path = full_path(request.namespace, request.path);
            rule.may_match(&path, request.operation.lists()) && rule.may_turn(request, allowed, self.dialect)
        })
    }

    /// The one rule that decides on a full path.
    fn deciding(&self, path: &str, lists: bool) -> Option<&MergedRule<'a>> {
        let trimmed = path.strip_suffix('/');
        let exact = self.store.exact(path);
        let exact = exact.or_else(|| lists.then(|| self.store.exact(trimmed?)).flatten());
        let at = exact.or_else(|| match trimmed.filter(|_| lists) {
            None => self.store.best(path),
            Some(trimmed) => match self.dialect {
                Dialect::OpenBao => self.store.best(path).or_else(|| self.store.best(trimmed)),
                Dialect::VaultClassic => self.store.best(trimmed).or_else(|| self.store.best(path)),
                Dialect::VaultCurrent => self.best_for_list(path, trimmed),
            },
        });
        self.rules.get(at?)
    }

    /// Both forms of the path together: the best `deny` against the best rule that grants list.
    fn best_for_list(&self, path: &str, trimmed: &str) -> Option<usize> {
        let (mut best, mut denying, mut listing) = (None, None, None);
        self.store.each_candidate_of_both(path, trimmed, |at| {
            best = best.max(Some(at));
            let held = self.rules.get(at).map_or(CapabilitySet::EMPTY, |rule| rule.capabilities);
            if held.denies() {
                denying = denying.max(Some(at));
            } else if held.contains(Capability::List) {
                listing = listing.max(Some(at));
            }
        });
        // Positions are ranks, and nothing ranks below everything.
        if denying > listing { denying } else { listing.or(best) }
    }
}

/// The order in which `sys/capabilities` names them.
const REPORTED: [Capability; 10] = [
    Capability::Sudo,
    Capability::Read,
    Capability::List,
    Capability::Update,
    Capability::Delete,
    Capability::Create,
    Capability::Patch,
    Capability::Scan,
    Capability::Subscribe,
    Capability::Recover,
];

/// Whether an OpenBao rule with `expiration` is still there.
fn presence(rule: RuleRef<'_>, identity: &Identity, dialect: Dialect) -> Presence<()> {
    match rule.rule.extras.expiration {
        Some(expiration) if dialect == Dialect::OpenBao => identity.now.and_then(|now| {
            let expiration = expiration.value;
            // With whole seconds only, the second in which it expires is cut to its start.
            if *now > expiration.seconds { Presence::Absent } else { Presence::Present(()) }
        }),
        _ => Presence::Present(()),
    }
}

/// What the server keeps of a label: without one leading slash, behind its namespace.
fn stored_pattern(mut label: String, namespace: &str) -> Result<PathPattern, AclError> {
    let refused = label.contains('+') && label.contains("+*");
    if label.starts_with('/') {
        label.remove(0);
    }
    label.insert_str(0, namespace);
    if refused { Err(AclError::Wildcard(label)) } else { Ok(PathPattern::stored(label)) }
}

/// The path as rules see it: behind the namespace, without any leading slash.
fn full_path<'p>(namespace: &str, path: &'p str) -> Cow<'p, str> {
    if namespace.is_empty() {
        return Cow::Borrowed(path.trim_start_matches('/'));
    }
    Cow::Owned(format!("{namespace}{path}").trim_start_matches('/').to_owned())
}

#[cfg(test)]
mod tests;
