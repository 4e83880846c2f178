//! Policies by name, as a token holds them.

use std::collections::HashMap;

use super::Access;
use crate::model::vault::policy::Policy;
use crate::semantics::acl::Attached;
use crate::semantics::dialect::Dialect;
use crate::semantics::login::{TokenPolicy, token_with};
use crate::syntax::Span;

/// A policy that a token names.
#[derive(Debug, Clone)]
pub struct Held<'s> {
    /// Its name, in lower case.
    pub name: String,
    /// Where the role names it; nothing where the server adds it, or where a question names it.
    pub span: Option<Span>,
    /// The definition that counts; nothing if there is none in the inputs, which servers pass over without a word.
    pub policy: Option<&'s Policy>,
    /// Definitions of the same name with another text, in other files: which of them the server has is not known.
    pub others: Vec<&'s Policy>,
    /// The definition that counts stands in other files, too, word for word.
    pub is_repeated: bool,
    /// Definitions that the server refuses to store, so that they do not count.
    pub refused: Vec<&'s Policy>,
    /// Servers that refuse to store the definition that counts, though others take it.
    pub refused_by: &'s [Dialect],
    /// Built-in definitions, by the order of [`Dialect::ALL`], where the inputs do not write `default`.
    built_in: Option<&'s [Policy; 3]>,
}

impl<'s> Held<'s> {
    /// True if no input defines it and no server has it from the start.
    pub fn is_missing(&self) -> bool {
        self.policy.is_none() && self.built_in.is_none()
    }

    /// True if it is the policy `default` as servers have it from the start.
    pub fn is_built_in(&self) -> bool {
        self.policy.is_none() && self.built_in.is_some()
    }

    /// The text that a server of this dialect goes by.
    pub fn on(&self, dialect: Dialect) -> Option<&'s Policy> {
        let at = Dialect::ALL.iter().position(|it| *it == dialect);
        self.policy.or_else(|| self.built_in?.get(at?))
    }

    /// The same with another text, and with other texts for what servers have from the start, if it is that.
    pub(super) fn with_texts(self, policy: Option<&'s Policy>, built_in: &'s [Policy; 3]) -> Held<'s> {
        Held { policy, built_in: self.built_in.map(|_| built_in), ..self }
    }

    pub(super) fn attached<'n>(&self, dialect: Dialect, namespace: &'n str) -> Option<Attached<'n>>
    where
        's: 'n,
    {
        self.on(dialect).map(|policy| Attached { policy, namespace })
    }
}

impl Access<'_> {
    /// Looks up a policy for a token whose role stands at `place`, in a Vault namespace.
    pub(super) fn held<'s>(&'s self, policy: &TokenPolicy, place: Span, namespace: &str) -> Held<'s> {
        let mut defined: Vec<&'s Policy> = self
            .project
            .policies_named(&policy.name)
            .filter(|policy| self.is_in(policy, namespace))
            .collect();
        if defined.len() > 1 {
            defined.sort_by_key(|policy| std::cmp::Reverse(self.nearness(policy.name.span, place)));
        }
        let (refused, mut defined): (Vec<_>, Vec<_>) =
            defined.into_iter().partition(|policy| !policy.refusals.is_empty());
        let policy_counts = (!defined.is_empty()).then(|| defined.remove(0));
        let text = |policy: &Policy| self.project.sources.slice(policy.span);
        let count = defined.len();
        defined.retain(|other| policy_counts.is_some_and(|counts| text(counts) != text(other)));
        let is_default = policy.name == "default" && policy_counts.is_none();
        Held {
            name: policy.name.clone(),
            span: policy.span,
            policy: policy_counts,
            refused_by: policy_counts
                .and_then(|policy| self.refused.get(&(policy.name.span, policy.span)))
                .map_or(&[], Vec::as_slice),
            is_repeated: defined.len() < count,
            others: defined,
            refused,
            built_in: is_default.then_some(&self.defaults),
        }
    }

    /// Every policy that a role attaches and no input defines in a way that servers take.
    pub fn missing(&self) -> Vec<Held<'_>> {
        let mut homes: HashMap<String, Vec<Option<&str>>> = HashMap::new();
        for policy in self.project.policies.iter().filter(|policy| policy.refusals.is_empty()) {
            let (homes, home) = (homes.entry(policy.key()).or_default(), self.home(policy));
            if !homes.contains(&home) {
                homes.push(home);
            }
        }
        let is_there = |name: &str, namespace: &str| {
            let mut homes = homes.get(name).into_iter().flatten();
            homes.any(|home| home.is_none_or(|home| home == namespace))
        };
        let missing = self.roles().flat_map(|(method, role)| {
            let namespace = method.namespace.trim_matches('/');
            let dialect = self.dialects_at(role.span).first().copied();
            let issued = dialect.and_then(|dialect| {
                token_with(role, method, dialect, |name| !is_there(name, namespace)).ok()
            });
            self.held_by(issued.as_ref(), role, method)
        });
        missing.filter(Held::is_missing).collect()
    }

    fn is_in(&self, policy: &Policy, namespace: &str) -> bool {
        self.home(policy).is_none_or(|own| own == namespace.trim_matches('/'))
    }

    /// A spec's policies are stored in its own Vault namespace; a file of its own may go anywhere.
    pub(super) fn home(&self, policy: &Policy) -> Option<&str> {
        let spec = self.project.spec_of(policy.name.span)?;
        Some(spec.vault_namespace.as_ref().map_or("", |name| name.value.trim_matches('/')))
    }

    /// True if some server does not store the policy.
    pub(super) fn is_refused_somewhere(&self, policy: &Policy) -> bool {
        !policy.refusals.is_empty() || self.refused.contains_key(&(policy.name.span, policy.span))
    }

    /// How near two places are: the same file is the nearest, then whatever shares the most directories.
    fn nearness(&self, one: Span, other: Span) -> usize {
        if one.source == other.source {
            return usize::MAX;
        }
        let directory = |span: Span| self.project.sources.get(span.source).map_or("", |it| it.directory());
        let parts = directory(one).split('/').zip(directory(other).split('/'));
        parts.take_while(|(one, other)| one == other).count()
    }
}
