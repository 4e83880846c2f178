//! Everybody whom a role admits by a glob, today or once somebody creates the service account.

use super::{Claim, Opening, told};
use crate::semantics::bound;
use crate::semantics::expectation::{Decider, Reason};
use crate::semantics::language::{self, Marks};
use crate::semantics::reach::Holder;

/// Whom a role admits by a glob.
#[derive(Clone, Copy)]
pub(super) struct Bounds<'g> {
    pub(super) name: &'g str,
    pub(super) namespace: &'g str,
}

impl Claim<'_, '_> {
    /// That nobody whom the bounds admit is able to, but for those who are excepted.
    pub(super) fn closed_to_matching(
        &self,
        holder: &Holder<'_>,
        bounds: Bounds<'_>,
        who: &str,
        is_excepted: impl Fn(&str, &str) -> bool,
        closing: &mut Vec<Decider>,
    ) -> Vec<Reason> {
        let text =
            |glob: &str, mark: char| if glob.contains('*') { mark.to_string() } else { glob.to_owned() };
        let outlined = self.identity(
            holder,
            text(bounds.name, language::NAME),
            text(bounds.namespace, language::NAMESPACE),
        );
        let marks = Marks { name: bounds.name, namespace: bounds.namespace };
        let doubtful = match self.opening(holder, &outlined, marks, closing) {
            Opening::Open(path) => {
                // Somebody is left beside those who are excepted, unless the bounds name a single account.
                let (namespace, name) = (stranger(bounds.namespace), stranger(bounds.name));
                if is_excepted(&namespace, &name) {
                    return Vec::new();
                }
                return self.replayed(holder, who, &path);
            }
            Opening::Doubt(reason) => return vec![told(reason, holder, who)],
            Opening::Closed(doubtful) => doubtful,
        };
        let within = self.full(holder);
        let mut reasons = Vec::new();
        for doubt in doubtful {
            if !doubt.outline.holds(language::NAME) && !doubt.outline.holds(language::NAMESPACE) {
                reasons.extend(self.unknown_values(vec![doubt], holder, who));
                continue;
            }
            let of = |mark: char, glob: &str| match doubt.outline.forced(mark, &within) {
                Some(value) => (value.to_owned(), true),
                None => (stranger(glob), !glob.contains('*') || !doubt.outline.holds(mark)),
            };
            let (name, name_settled) = of(language::NAME, bounds.name);
            let (namespace, namespace_settled) = of(language::NAMESPACE, bounds.namespace);
            let is_admitted =
                bound::admits(bounds.name, &name) && bound::admits(bounds.namespace, &namespace);
            if (name_settled && namespace_settled && !is_admitted) || is_excepted(&namespace, &name) {
                continue;
            }
            let identity = self.identity(holder, name.clone(), namespace.clone());
            let somebody = Holder { identity, ..holder.clone() };
            let named = format!("{namespace}/{name}, admitted as {who}");
            let found = self.closed_to(&somebody, &named, closing);
            if found.is_empty() && !(name_settled && namespace_settled) {
                reasons.extend(self.unknown_values(vec![doubt], holder, who));
            }
            reasons.extend(found);
        }
        reasons
    }
}

/// A name that a glob admits and that nobody has thought of.
pub(super) fn stranger(glob: &str) -> String {
    glob.replace('*', "some-other")
}
