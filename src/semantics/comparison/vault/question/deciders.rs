//! What the answers to requests on a path hang on. Most classes of paths have it in common with one that was weighed.

use super::{Chair, Lane, request_path};
use crate::semantics::acl::{Acl, Operation, Request, is_guarded_by_pki, is_root_protected};
use crate::semantics::dialect::Dialect;

/// The tokens whose rules are walked for each path.
pub(super) struct Deciders<'l, 'p> {
    namespace: &'l str,
    pki_mounts: &'l [&'l str],
    /// Of those with the same patterns in the same order, one: what decides on a path as it is hangs on these alone.
    plain: Vec<&'l Acl<'p>>,
    /// All, where requests list: servers differ in how they look at two forms of a path.
    listing: Vec<&'l Acl<'p>>,
    dialects: Vec<Dialect>,
    /// Some rule is there for some paths alone, and which is not known.
    are_uncertain: bool,
}

/// The rules that decide, by their places in memory, and whether the path is a guarded one, for each token and server.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Deciding {
    rules: Vec<usize>,
    are_guarded: Vec<bool>,
}

impl<'l, 'p> Deciders<'l, 'p> {
    pub(super) fn of(
        lanes: &'l [Lane<'p>],
        namespace: &'l str,
        pki_mounts: &'l [&'l str],
        lists: bool,
    ) -> Deciders<'l, 'p> {
        let chairs = || lanes.iter().flat_map(|lane| lane.old.iter().chain(&lane.new));
        let mut plain: Vec<&Acl<'p>> = Vec::new();
        for Chair { acl, .. } in chairs() {
            let patterns = || acl.rules().iter().map(|rule| &rule.pattern);
            let is_known = |other: &&Acl<'p>| other.rules().iter().map(|rule| &rule.pattern).eq(patterns());
            if !plain.iter().any(is_known) {
                plain.push(acl);
            }
        }
        let listing = if lists { chairs().map(|chair| &chair.acl).collect() } else { Vec::new() };
        let mut dialects: Vec<Dialect> = chairs().map(|chair| chair.acl.dialect()).collect();
        dialects.sort_unstable();
        dialects.dedup();
        let are_uncertain = chairs().any(|chair| !chair.acl.uncertain_rules().is_empty());
        Deciders { namespace, pki_mounts, plain, listing, dialects, are_uncertain }
    }

    /// How many times rules are asked for that match a path.
    pub(super) fn walks(&self) -> u64 {
        (self.plain.len() + self.listing.len()) as u64
    }

    /// What the answers on a path hang on; nothing if they hang on the path itself.
    pub(super) fn on(&self, path: &str) -> Option<Deciding> {
        if self.are_uncertain {
            return None;
        }
        let mut deciding = Deciding { rules: Vec::new(), are_guarded: Vec::new() };
        for (operation, acls) in [(Operation::Read, &self.plain), (Operation::List, &self.listing)] {
            if acls.is_empty() {
                continue;
            }
            let path = request_path(operation, path);
            for acl in acls {
                let request = Request { namespace: self.namespace, ..Request::new(operation, &path) };
                let rule = acl.rule_on(&request).rule;
                deciding.rules.push(rule.map_or(0, |rule| std::ptr::from_ref(rule).addr()));
            }
            let bare = path.trim_start_matches('/');
            deciding
                .are_guarded
                .extend(self.dialects.iter().map(|dialect| is_root_protected(bare, *dialect)));
            deciding.are_guarded.push(self.pki_mounts.iter().any(|mount| is_guarded_by_pki(mount, &path)));
        }
        Some(deciding)
    }
}
