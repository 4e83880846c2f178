//! What keeps the comparison of RBAC from being the whole truth. What is unknown on both sides alike is no doubt: it
//! changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Comparison, Direction, Doubt, Side, word};
use super::holdings::{Given, Holdings, Homes, Scope};
use super::principal::Principal;
use crate::model::kube::binding::Binding;
use crate::model::kube::rbac::{RbacRole, RbacRoleKind};
use crate::model::project::Project;
use crate::semantics::rbac::{self, bootstrap};
use crate::syntax::Span;

/// Adds them. `homes` are those of the old and of the new project.
pub(super) fn add(
    old: &Holdings<'_>,
    new: &Holdings<'_>,
    homes: (&Homes<'_>, &Homes<'_>),
    comparison: &mut Comparison,
) {
    roles_elsewhere(Side::New, new, old, comparison);
    roles_elsewhere(Side::Old, old, new, comparison);
    extensions(new, old, comparison);
    let (old, new) = (old.access.project(), new.access.project());
    several_roles((old, homes.0), (new, homes.1), comparison);
    several_bindings(old, new, comparison);
    templates(old, new, comparison);
}

/// Roles that no input has, given on one side alone.
fn roles_elsewhere(side: Side, here: &Holdings<'_>, there: &Holdings<'_>, comparison: &mut Comparison) {
    let mut found: BTreeMap<(&str, &str), (Span, BTreeSet<String>)> = BTreeMap::new();
    for principal in here.principals() {
        for scope in here.scopes(principal) {
            let unknown = here.given(principal, scope).iter().filter(|given| given.rules.is_none());
            for given in unknown {
                if !is_there(there, principal, scope, given) {
                    let role = &given.binding.role_ref;
                    let entry = found.entry((role.kind.as_str(), role.name.as_str()));
                    let (_, who) = entry.or_insert((role.span, BTreeSet::new()));
                    who.insert(principal.words());
                }
            }
        }
    }
    let what = match side {
        Side::Old => "gave",
        Side::New => "gives",
    };
    for ((kind, name), (span, who)) in found {
        let (who, name) = (listed(who), word(name));
        let text =
            format!("the {kind} {name} is not among the inputs, so what it {what} to {who} is not known");
        comparison.doubts.push(Doubt { side, text, place: Some(span) });
    }
}

/// True if the principal has the same unknown role, or its group has, there or in the whole cluster.
fn is_there(there: &Holdings<'_>, principal: &Principal, scope: Scope<'_>, given: &Given<'_>) -> bool {
    let role = &given.binding.role_ref;
    let is_same = |other: &Given<'_>| {
        let other_role = &other.binding.role_ref;
        other.rules.is_none()
            && (other_role.kind.as_str(), other_role.name.as_str())
                == (role.kind.as_str(), role.name.as_str())
    };
    let everybody = std::iter::once(principal.clone()).chain(principal.groups());
    everybody.into_iter().any(|principal| {
        let mut scopes = there.scopes(&principal).filter(|other| *other == scope || *other == Scope::Cluster);
        scopes.any(|scope| there.given(&principal, scope).iter().any(is_same))
    })
}

/// `admin`, `edit` and `view` take in rules of what is installed: somebody who gets one of them has more than before,
/// even if all that Kubernetes itself puts into it was there already.
fn extensions(new: &Holdings<'_>, old: &Holdings<'_>, comparison: &mut Comparison) {
    const LADDER: [&str; 3] = ["view", "edit", "admin"];
    let rank = |given: &Given<'_>, holdings: &Holdings<'_>| {
        let role =
            holdings.access.cluster().role_of(given.binding).filter(|role| bootstrap::is_extended(role))?;
        LADDER.iter().position(|name| role.meta.name.value == *name)
    };
    let gaining: BTreeSet<String> = comparison
        .changes
        .iter()
        .filter(|change| change.direction == Direction::Gained && change.what.is_of_cluster())
        .flat_map(|change| change.who.iter().cloned())
        .collect();
    for principal in new.principals() {
        let who = principal.words();
        if gaining.contains(&who) {
            continue;
        }
        for scope in new.scopes(principal) {
            let highest = |holdings: &Holdings<'_>, principal: &Principal, scopes: &[Scope<'_>]| {
                let known = holdings.scopes(principal).filter(|known| scopes.contains(known));
                let given = known.flat_map(|scope| holdings.given(principal, scope));
                given.filter_map(|given| Some((rank(given, holdings)?, given.binding.role_ref.span))).max()
            };
            let Some((now, span)) = highest(new, principal, &[scope]) else { continue };
            let everybody = std::iter::once(principal.clone()).chain(principal.groups());
            let before = everybody
                .into_iter()
                .filter_map(|principal| highest(old, &principal, &[scope, Scope::Cluster]))
                .map(|(rank, _)| rank)
                .max();
            if before.is_some_and(|before| before >= now) {
                continue;
            }
            let Some(name) = LADDER.get(now) else { continue };
            let text = format!(
                "{} gets the ClusterRole `{name}`, which may take in more from what is installed",
                word(&who)
            );
            comparison.doubts.push(Doubt { side: Side::New, text, place: Some(span) });
        }
    }
}

/// Roles of one name that say different things, and not the same things as before: which of them counts is not known.
fn several_roles<'a>(
    (old, old_homes): (&'a Project, &Homes<'a>),
    (new, new_homes): (&'a Project, &Homes<'a>),
    comparison: &mut Comparison,
) {
    let of = |project: &'a Project, homes: &Homes<'a>| -> Forms<_, Vec<RuleWords<'a>>> {
        let mut all: BTreeMap<(RbacRoleKind, &str, &str, &str), Vec<_>> = BTreeMap::new();
        for role in &project.rbac_roles {
            let namespace = match role.kind {
                RbacRoleKind::ClusterRole => "",
                RbacRoleKind::Role => role.meta.namespace_name().unwrap_or_default(),
            };
            // Each directory of objects without a namespace has its own.
            let is_adrift = role.kind == RbacRoleKind::Role && namespace.is_empty();
            let home = if is_adrift { homes.of(role.meta.span.source) } else { "" };
            let key = (role.kind, namespace, home, role.meta.name.as_str());
            all.entry(key).or_default().push((contents(role), role.meta.name.span));
        }
        all
    };
    let matters = |kind, name: &str| {
        let is_bound = |project: &Project| project.bindings_to(kind, name).next().is_some();
        let is_labelled = |project: &Project| {
            project.rbac_roles_called(kind, name).any(|role| !role.meta.labels.is_empty())
        };
        is_bound(old) || is_bound(new) || is_labelled(old) || is_labelled(new)
    };
    for ((kind, _, _, name), side, span) in changed_ambiguity(of(old, old_homes), of(new, new_homes)) {
        if matters(kind, name) {
            let text = format!(
                "the {} {} is defined in several ways, which are not those of the other side, and which of them counts is not known",
                kind.word(),
                word(name)
            );
            comparison.doubts.push(Doubt { side, text, place: Some(span) });
        }
    }
}

/// The same of bindings: the last one applied counts, not all of them together.
fn several_bindings(old: &Project, new: &Project, comparison: &mut Comparison) {
    let of = |project| -> Forms<_, Vec<[&str; 3]>> {
        let mut all: BTreeMap<(bool, &str, &str), Vec<_>> = BTreeMap::new();
        let project: &Project = project;
        // One without a namespace goes where others of its name do not.
        let placed = |binding: &&Binding| {
            binding.cluster_wide || binding.meta.namespace_name().is_some_and(|it| !it.is_empty())
        };
        for binding in project.bindings.iter().filter(placed) {
            let namespace =
                binding.meta.namespace_name().filter(|_| !binding.cluster_wide).unwrap_or_default();
            let mut subjects: Vec<[&str; 3]> = binding
                .subjects
                .iter()
                .map(|it| {
                    let namespace = it.namespace.as_ref().map_or("", |namespace| namespace.as_str());
                    [it.kind.as_str(), namespace, it.name.as_str()]
                })
                .collect();
            subjects.sort_unstable();
            subjects.insert(0, ["", binding.role_ref.kind.as_str(), binding.role_ref.name.as_str()]);
            let key = (binding.cluster_wide, namespace, binding.meta.name.as_str());
            all.entry(key).or_default().push((subjects, binding.meta.name.span));
        }
        all
    };
    for ((cluster_wide, _, name), side, span) in changed_ambiguity(of(old), of(new)) {
        let kind = if cluster_wide { "ClusterRoleBinding" } else { "RoleBinding" };
        let text = format!(
            "the {kind} {} is written in several ways, which are not those of the other side, and which of them counts is not known",
            word(name)
        );
        comparison.doubts.push(Doubt { side, text, place: Some(span) });
    }
}

/// By what objects are called, what each of them says and where.
type Forms<K, C> = BTreeMap<K, Vec<(C, Span)>>;

/// The lists of a rule.
type RuleWords<'a> = [Vec<&'a str>; 5];

/// Objects that one of the sides has in different forms, and the other side not in the same: with the side that has them,
/// the new one first.
fn changed_ambiguity<K: Ord + Copy, C: Ord>(old: Forms<K, C>, new: Forms<K, C>) -> Vec<(K, Side, Span)> {
    let keys: BTreeSet<K> = old.keys().chain(new.keys()).copied().collect();
    let mut found = Vec::new();
    for key in keys {
        let of_old = old.get(&key).map_or(&[][..], Vec::as_slice);
        let of_new = new.get(&key).map_or(&[][..], Vec::as_slice);
        let (old_forms, new_forms) = (forms(of_old), forms(of_new));
        let (side, first) = match (new_forms.len(), old_forms.len()) {
            (2.., _) => (Side::New, of_new.first()),
            (_, 2..) => (Side::Old, of_old.first()),
            _ => continue,
        };
        if let Some((_, span)) = first.filter(|_| old_forms != new_forms) {
            found.push((key, side, *span));
        }
    }
    found
}

/// Each form once.
fn forms<C: Ord>(all: &[(C, Span)]) -> BTreeSet<&C> {
    all.iter().map(|(form, _)| form).collect()
}

/// What the rules of a role say, whatever their order.
fn contents(role: &RbacRole) -> Vec<RuleWords<'_>> {
    let mut rules: Vec<RuleWords<'_>> = role.rules.iter().map(rbac::words).collect();
    for list in rules.iter_mut().flatten() {
        list.sort_unstable();
    }
    rules.sort_unstable();
    rules
}

/// Templates with RBAC objects that are not the same on both sides.
fn templates(old: &Project, new: &Project, comparison: &mut Comparison) {
    const WORD: &str = "rbac.authorization.k8s.io";
    let texts = |project: &Project| -> BTreeSet<String> {
        let named: BTreeSet<&str> = project.templates_with(WORD).collect();
        let sources = project.sources.iter().filter(|source| named.contains(source.name.as_str()));
        sources.map(|source| source.text.clone()).collect()
    };
    let (of_old, of_new) = (texts(old), texts(new));
    for (side, project, others) in [(Side::New, new, &of_old), (Side::Old, old, &of_new)] {
        let named: BTreeSet<&str> = project.templates_with(WORD).collect();
        for source in project.sources.iter().filter(|source| named.contains(source.name.as_str())) {
            if !others.contains(&source.text) {
                let text = format!(
                    "the template {} holds RBAC objects and was not read: render it first",
                    word(&source.name)
                );
                comparison.doubts.push(Doubt { side, text, place: None });
            }
        }
    }
}

fn listed(who: BTreeSet<String>) -> String {
    const SHOWN: usize = 3;
    let more = who.len().saturating_sub(SHOWN);
    let names: Vec<String> = who.into_iter().take(SHOWN).map(word).collect();
    match more {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}
