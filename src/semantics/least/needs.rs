//! Who needs what: from claims that somebody can, and from what workloads fetch.

use super::tokens::{Account, Bearers};
use super::unread::Unread;
use super::{NeedSource, Remark, quoted};
use crate::model::spec::{Expectation, Quantifier, Question};
use crate::model::vault::capability::Capability;
use crate::model::vault::path::PathPattern;
use crate::model::vault::request_path::has_wildcard;
use crate::semantics::mounts::MountTable;
use crate::semantics::reach::Subject;
use crate::syntax::Span;

/// All that is needed, and what keeps that from being known.
pub(super) struct Needs<'s> {
    pub(super) bearers: Bearers<'s>,
    pub(super) wishes: Vec<Wish>,
    /// For each role, what may be asked for through it and is not known.
    pub(super) doubts: Vec<Vec<Remark>>,
    /// What may concern any role.
    pub(super) caveats: Vec<Remark>,
    /// Service accounts of workloads that fetch nothing, as far as is known, with the names of those workloads.
    pub(super) idle: Vec<(Option<String>, String, Remark)>,
    /// What speaks of users that nothing follows.
    pub(super) unread: Vec<Unread<'s>>,
    pub(super) mounts: MountTable<'s>,
}

/// Something that is needed of a token.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    /// Of which token.
    pub(super) bearer: usize,
    pub(super) account: Option<Account>,
    pub(super) capability: Capability,
    pub(super) on: On,
    /// It is reported if it is not granted.
    pub(super) is_firm: bool,
    pub(super) source: NeedSource,
    pub(super) by: String,
    pub(super) span: Span,
}

/// Where something is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum On {
    /// On a path.
    Path(String),
    /// On every path of a pattern.
    Within(PathPattern),
}

impl std::fmt::Display for On {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            On::Path(path) => f.write_str(path),
            On::Within(pattern) => pattern.fmt(f),
        }
    }
}

impl<'s> Needs<'s> {
    /// Nothing is gathered yet.
    pub(super) fn new(bearers: Bearers<'s>) -> Needs<'s> {
        Needs {
            doubts: bearers.roles.iter().map(|_| Vec::new()).collect(),
            wishes: Vec::new(),
            caveats: Vec::new(),
            idle: Vec::new(),
            unread: Vec::new(),
            mounts: MountTable::new(bearers.project),
            bearers,
        }
    }

    /// Takes in the `can` expectations about Vault.
    pub(super) fn of_expectations(&mut self) {
        for expectation in self.bearers.project.expectations.iter().filter(|it| it.can) {
            let Question::Vault(on) = expectation.question() else { continue };
            match &expectation.who.value {
                Quantifier::One(name) => self.of_subject(expectation, on, name),
                Quantifier::Only(names) => {
                    names.iter().for_each(|name| self.of_subject(expectation, on, name));
                }
                Quantifier::EverybodyIn(namespace) => {
                    for role in 0..self.bearers.roles.len() {
                        let admits = self.bearers.roles.get(role).is_some_and(|it| {
                            let listed = it.role.namespaces().iter();
                            let mut listed =
                                listed.map(|entry| crate::semantics::bound::admits(&entry.value, namespace));
                            listed.any(|is| is) || it.has_selector()
                        });
                        if admits {
                            self.claim(expectation, on, role, None, false);
                        }
                    }
                }
                // Of everybody but some, nobody can claim that they are able to.
                Quantifier::Nobody | Quantifier::NobodyExcept(_) => {}
            }
        }
    }

    fn of_subject(&mut self, expectation: &Expectation, on: &str, name: &str) {
        let Ok(subject) = name.parse::<Subject>() else { return };
        let Ok(holders) = self.bearers.access.holders(&subject) else { return };
        if let Subject::Policies(_) = subject {
            for holder in holders {
                let bearer = self.bearers.with_policies(holder);
                self.claim(expectation, on, bearer, None, true);
            }
            return;
        }
        let account = match &subject {
            Subject::ServiceAccount { namespace, name, .. } => Some((namespace.clone(), name.clone())),
            _ => None,
        };
        let through: Vec<usize> = holders
            .iter()
            .filter(|holder| holder.gets_token())
            .filter_map(|holder| self.role_at(holder.role?.0.span))
            .collect();
        for role in &through {
            let bearer = self.bearers.of(*role, account.as_ref());
            // Of several ways one is enough.
            self.claim(expectation, on, bearer, account.clone(), through.len() == 1);
        }
    }

    fn claim(
        &mut self,
        expectation: &Expectation,
        on: &str,
        bearer: usize,
        account: Option<Account>,
        is_firm: bool,
    ) {
        let on = on.trim_start_matches('/');
        let on = match has_wildcard(on) {
            true => On::Within(PathPattern::parse(on)),
            false => On::Path(on.to_owned()),
        };
        for action in &expectation.actions {
            let Some(capability) = Capability::from_word(action.as_str()) else { continue };
            self.wish(Wish {
                bearer,
                account: account.clone(),
                capability,
                on: on.clone(),
                is_firm,
                source: NeedSource::Expectation,
                by: match &expectation.name {
                    Some(name) => format!("the expectation {}", quoted(&name.value)),
                    None => "an expectation".to_owned(),
                },
                span: expectation.span,
            });
        }
    }

    pub(super) fn wish(&mut self, wish: Wish) {
        let same = |other: &Wish| {
            other.bearer == wish.bearer
                && other.capability == wish.capability
                && other.on == wish.on
                && other.span == wish.span
                && other.account == wish.account
        };
        if !self.wishes.iter().rev().take(64).any(same) {
            self.wishes.push(wish);
        }
    }

    pub(super) fn doubt(&mut self, role: Option<usize>, remark: Remark) {
        let doubts = role.and_then(|role| self.doubts.get_mut(role));
        if let Some(doubts) = doubts.filter(|doubts| !doubts.contains(&remark)) {
            doubts.push(remark);
        }
    }

    pub(super) fn caveat(&mut self, remark: Remark) {
        if !self.caveats.contains(&remark) {
            self.caveats.push(remark);
        }
    }

    pub(super) fn role_at(&self, place: Span) -> Option<usize> {
        self.bearers.roles.iter().position(|role| role.role.span == place)
    }

    /// The role of a token.
    pub(super) fn role_of(&self, wish: &Wish) -> Option<usize> {
        self.bearers.tokens.get(wish.bearer)?.role
    }

    /// True if the wish is for policies all of which the role attaches.
    pub(super) fn speaks_of(&self, wish: &Wish, role: usize) -> bool {
        let token = self.bearers.tokens.get(wish.bearer).filter(|token| token.role.is_none());
        let own = self.bearers.roles.get(role);
        token.zip(own).is_some_and(|(token, own)| {
            let holds = |name: &str| own.holder.held.iter().any(|held| held.name == name);
            token.holder.held.iter().all(|held| holds(&held.name))
        })
    }
}
