//! RBAC objects that a project defines several times, as trees with overlays of several clusters do.
//!
//! One of the definitions is compared, and which of them a cluster has is not known. So a copy that changes, comes or goes is
//! never passed over: it is told as a doubt, with its place. The same copies on both sides change nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Comparison, Doubt, Side, word};
use super::holdings::Homes;
use crate::model::kube::ObjectMeta;
use crate::model::kube::binding::Binding;
use crate::model::kube::rbac::{RbacRole, RbacRoleKind};
use crate::model::project::Project;
use crate::semantics::rbac;
use crate::syntax::Span;

/// Kind, namespace, directory of those without one, and name.
type Key<'a> = (&'static str, &'a str, &'a str, &'a str);

/// What an object says, in whatever order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Form<'a> {
    Role(Vec<[Vec<&'a str>; 5]>, Vec<(&'a str, &'a str)>),
    Binding(Vec<[&'a str; 3]>),
}

/// A definition: what it says, the file below the side's own directory, and where its name stands.
type Copy<'a> = (Form<'a>, &'a str, Span);

type Copies<'a> = BTreeMap<Key<'a>, Vec<Copy<'a>>>;

/// Adds the doubts about them.
pub(super) fn add<'a>(
    (old, old_homes): (&'a Project, &Homes<'a>),
    (new, new_homes): (&'a Project, &Homes<'a>),
    comparison: &mut Comparison,
) {
    let starts = starts(old, new);
    let (of_old, of_new) = (copies(old, old_homes, starts.0), copies(new, new_homes, starts.1));
    let keys: BTreeSet<&Key<'a>> = of_old.keys().chain(of_new.keys()).collect();
    for key in keys {
        let all = |copies: &Copies<'a>| copies.get(key).cloned().unwrap_or_default();
        let (before, now) = (all(&of_old), all(&of_new));
        if before.len().max(now.len()) < 2 {
            continue;
        }
        let Some((side, span)) = changed(&before, &now) else { continue };
        let (kind, _, _, name) = *key;
        let times = |count: usize| if count == 1 { "once".to_owned() } else { format!("{count} times") };
        let text = format!(
            "the {kind} {} is defined {} before and {} now, not all of them are as they were, and which one counts is not \
             known",
            word(name),
            times(before.len()),
            times(now.len())
        );
        comparison.doubts.push(Doubt { side, text, place: Some(span) });
    }
}

/// A copy that the other side does not have as often, or that says something else in the same file.
fn changed(before: &[Copy<'_>], now: &[Copy<'_>]) -> Option<(Side, Span)> {
    let count = |all: &[Copy<'_>], form: &Form<'_>| all.iter().filter(|(it, ..)| it == form).count();
    let is_there =
        |all: &[Copy<'_>], (form, file, _): &Copy<'_>| all.iter().any(|(it, of, _)| it == form && of == file);
    let has_file = |all: &[Copy<'_>], (_, file, _): &Copy<'_>| all.iter().any(|(_, of, _)| of == file);
    for (side, own, others) in [(Side::New, now, before), (Side::Old, before, now)] {
        let in_excess = own.iter().filter(|(form, ..)| count(own, form) > count(others, form));
        // Best one that the other side does not have in the same file.
        let found =
            in_excess.clone().find(|it| !is_there(others, it)).or_else(|| in_excess.clone().next_back());
        let moved = || own.iter().find(|it| has_file(others, it) && !is_there(others, it));
        if let Some((.., span)) = found.or_else(moved) {
            return Some((side, *span));
        }
    }
    None
}

fn copies<'a>(project: &'a Project, homes: &Homes<'a>, start: usize) -> Copies<'a> {
    let mut all = Copies::new();
    let mut take = |kind: &'static str, is_placed: bool, meta: &'a ObjectMeta, form: Form<'a>| {
        let namespace = if is_placed { meta.namespace_name().unwrap_or_default() } else { "" };
        // Each directory of objects without a namespace has its own.
        let home = if is_placed && namespace.is_empty() { homes.of(meta.span.source) } else { "" };
        let file = project.sources.get(meta.span.source).map_or("", |source| source.name.as_str());
        let file = file.get(start..).unwrap_or(file);
        let key = (kind, namespace, home, meta.name.as_str());
        all.entry(key).or_default().push((form, file, meta.name.span));
    };
    for role in &project.rbac_roles {
        take(role.kind.word(), role.kind == RbacRoleKind::Role, &role.meta, of_role(role));
    }
    for binding in &project.bindings {
        take(binding.kind_word(), !binding.cluster_wide, &binding.meta, of_binding(binding));
    }
    all.retain(|_, copies| !copies.is_empty());
    all
}

/// The rules, and the labels by which roles of Kubernetes take them in.
fn of_role(role: &RbacRole) -> Form<'_> {
    let mut rules: Vec<[Vec<&str>; 5]> = role.rules.iter().map(rbac::words).collect();
    for list in rules.iter_mut().flatten() {
        list.sort_unstable();
    }
    rules.sort_unstable();
    let labels = role.meta.labels.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let mut labels: Vec<(&str, &str)> =
        labels.filter(|(key, _)| key.starts_with("rbac.authorization.k8s.io/")).collect();
    labels.sort_unstable();
    Form::Role(rules, labels)
}

fn of_binding(binding: &Binding) -> Form<'_> {
    let subjects = binding.subjects.iter().map(|subject| {
        let namespace = subject.namespace.as_ref().map_or("", |namespace| namespace.as_str());
        [subject.kind.as_str(), namespace, subject.name.as_str()]
    });
    let mut all: Vec<[&str; 3]> = subjects.collect();
    all.sort_unstable();
    all.insert(0, ["", binding.role_ref.kind.as_str(), binding.role_ref.name.as_str()]);
    Form::Binding(all)
}

/// What the names of files begin with on each side, where the sides lie in directories of their own.
fn starts(old: &Project, new: &Project) -> (usize, usize) {
    let names = |project: &Project| -> BTreeSet<String> {
        project.sources.iter().map(|source| source.name.clone()).collect()
    };
    let (of_old, of_new) = (names(old), names(new));
    if !of_old.is_disjoint(&of_new) {
        return (0, 0);
    }
    let start = |names: &BTreeSet<String>| -> usize {
        let (Some(first), Some(last)) = (names.first(), names.last()) else { return 0 };
        // Names stand in order, so that the first and the last have in common what all have.
        let same = first.bytes().zip(last.bytes()).take_while(|(one, other)| one == other).count();
        first.get(..same).and_then(|text| text.rfind('/')).map_or(0, |slash| slash + 1)
    };
    (start(&of_old), start(&of_new))
}
