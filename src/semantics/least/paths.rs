//! Questions about the paths of one token.

use super::needs::{On, Wish};
use crate::model::vault::capability::Capability;
use crate::model::vault::path::{PathPattern, PatternClass};
use crate::semantics::acl::{Acl, MergedRule, Operation, Request};
use crate::semantics::comparison::conditions;
use crate::semantics::language::{Grant, Language, STEPS, TooComplex, may_meet, shortest_of};
use crate::semantics::reach::Holder;
use crate::syntax::Sources;

/// A path inside `within` that `new` opens further than `old`, or under other conditions; the texts of both are those of
/// `sources`.
pub(super) fn gain(
    (old, new): (&Acl<'_>, &Acl<'_>),
    sources: (&Sources, &Sources),
    holder: &Holder<'_>,
    capability: Capability,
    within: &PathPattern,
) -> Result<Option<String>, TooComplex> {
    let after = language(new, holder, capability);
    let grants =
        |rule: &MergedRule<'_>| rule.capabilities.contains(capability) && after.meets(&rule.pattern, within);
    if !new.rules().iter().any(grants) {
        return Ok(None);
    }
    let before = language(old, holder, capability);
    shortest_of(&[after, before], within, STEPS, |path, grants| match grants {
        [after, before] if after > before => true,
        [Grant::No, _] => false,
        // What is asked of requests must not change, either.
        _ => {
            let told = |acl, sources| {
                let rule = deciding(acl, holder, capability, path);
                rule.map_or(String::new(), |rule| conditions(rule, capability, sources))
            };
            let asked = told(old, sources.0);
            !asked.is_empty() && told(new, sources.1) != asked
        }
    })
}

/// Each capability with the paths, relative to the namespace, on which a rule of this label may have a say. What is
/// listed is looked up without its last slash, too.
pub(super) fn reached(
    label: &str,
    namespace: &str,
) -> impl Iterator<Item = (Capability, PathPattern)> + use<> {
    let label = label.strip_prefix(namespace).unwrap_or(label).to_owned();
    let other = (!label.ends_with('*')).then(|| PathPattern::stored(format!("{label}/")));
    let own = PathPattern::stored(label);
    let all = Capability::ALL.into_iter().filter(|capability| *capability != Capability::Deny);
    all.flat_map(move |capability| {
        let other = other.clone().filter(|_| lists(capability));
        [own.clone()].into_iter().chain(other).map(move |within| (capability, within))
    })
}

pub(super) fn language<'r, 'a>(
    acl: &'r Acl<'a>,
    holder: &'r Holder<'_>,
    capability: Capability,
) -> Language<'r, 'a> {
    Language::new(acl, &holder.namespace, capability, &holder.pki_mounts)
}

/// The rule that decides on a path.
pub(super) fn deciding<'r, 'a>(
    acl: &'r Acl<'a>,
    holder: &Holder<'_>,
    capability: Capability,
    path: &str,
) -> Option<&'r MergedRule<'a>> {
    let path = shaped(path, capability);
    let operation = Operation::of_capability(capability).unwrap_or(Operation::Read);
    let request = Request { namespace: &holder.namespace, ..Request::new(operation, &path) };
    let rule = acl.rule_on(&request).rule?;
    acl.rules().get(acl.rules().element_offset(rule)?)
}

/// The path as the server looks it up: with a slash at its end to be listed.
pub(super) fn shaped(path: &str, capability: Capability) -> String {
    let slash = if lists(capability) && !path.ends_with('/') { "/" } else { "" };
    format!("{path}{slash}")
}

pub(super) fn lists(capability: Capability) -> bool {
    matches!(capability, Capability::List | Capability::Scan)
}

/// True if a rule that may match these paths may have a say in what is needed.
pub(super) fn meets(reach: &PathPattern, wish: &Wish, holder: &Holder<'_>) -> bool {
    let within = match &wish.on {
        On::Path(path) => PathPattern {
            text: format!("{}{}", holder.namespace, shaped(path, wish.capability)),
            class: PatternClass::Exact,
        },
        On::Within(within) => PathPattern::stored(format!("{}{within}", holder.namespace)),
    };
    may_meet(reach, &within, lists(wish.capability))
}
