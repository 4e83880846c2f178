//! Everybody whom a role admits by a glob, today or once somebody creates the service account.

use super::{Claim, Opening, told};
use crate::model::spec::names::{NAMESPACE, SERVICE_ACCOUNT};
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
            let is_meant = |namespace: &str, name: &str| {
                bound::admits(bounds.name, name)
                    && bound::admits(bounds.namespace, namespace)
                    && SERVICE_ACCOUNT.admits(name)
                    && NAMESPACE.admits(namespace)
                    && !is_excepted(namespace, name)
            };
            let is_settled = name_settled && namespace_settled;
            if (is_settled && !is_meant(&namespace, &name)) || is_excepted(&namespace, &name) {
                continue;
            }
            let mut closed_to = |namespace: String, name: String| {
                let identity = self.identity(holder, name.clone(), namespace.clone());
                let somebody = Holder { identity, ..holder.clone() };
                let named = format!("{namespace}/{name}, admitted as {who}");
                self.closed_to(&somebody, &named, closing)
            };
            let mut found = closed_to(namespace.clone(), name.clone());
            if found.is_empty() && !is_settled {
                // Somebody else may be able to, of whom the pattern tells.
                let others = doubt.outline.values(&within).into_iter().filter_map(|values| {
                    let name = values.name.unwrap_or_else(|| name.clone());
                    let namespace = values.namespace.unwrap_or_else(|| namespace.clone());
                    is_meant(&namespace, &name).then_some((namespace, name))
                });
                let mut others = others.map(|(namespace, name)| closed_to(namespace, name));
                found = others
                    .find(|reasons| reasons.iter().any(|reason| reason.allowed == Some(true)))
                    .unwrap_or_else(|| self.unknown_values(vec![doubt], holder, who));
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
