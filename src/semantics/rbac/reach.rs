//! How far a role reaches: through which bindings, and so in which namespaces.

mod index;
#[cfg(test)]
mod tests;

pub use index::Reaches;

use std::cmp::Ordering;

use crate::model::kube::binding::{Binding, Subject};
use crate::model::kube::rbac::{RbacRole, RbacRoleKind};
use crate::model::project::Project;
use crate::syntax::Span;

/// How far a role reaches, with the bindings that say so.
#[derive(Debug, Clone)]
pub enum Reach<'a> {
    /// A ClusterRoleBinding gives it in every namespace and outside of them.
    ClusterWide(&'a Binding),
    /// RoleBindings give it, each in its own namespace.
    Namespaces(Namespaced<'a>),
    /// A label adds it to another ClusterRole; this is what the label says after `aggregate-to-`.
    Aggregated(String),
    /// No binding among the inputs gives it to anybody.
    Unbound,
}

/// RoleBindings that give one role. There may be thousands, and as many roles of whom they give the same: what findings
/// say of all of them together is worked out once.
#[derive(Debug, Clone)]
pub struct Namespaced<'a> {
    /// The bindings, in the order of the project.
    pub bindings: Vec<&'a Binding>,
    /// Of the bindings, sorted, each once.
    names: Vec<&'a str>,
    words: String,
    broad_subject: Option<(&'a Subject, &'static str)>,
}

/// The same as [`Reaches::of`], for a single question.
pub fn of<'a>(project: &'a Project, role: &RbacRole) -> Reach<'a> {
    Reaches::new(project).of(role).clone()
}

/// `role`, and the ClusterRoles that take its rules in by an aggregation rule, directly or through one another.
fn holders<'a>(project: &'a Project, role: &'a RbacRole) -> Vec<&'a RbacRole> {
    let mut holders = vec![role];
    if role.kind != RbacRoleKind::ClusterRole {
        return holders;
    }
    let mut at = 0;
    while let Some(part) = holders.get(at).copied() {
        at += 1;
        let takes_in = |other: &&RbacRole| {
            other.aggregation_selectors.iter().any(|selector| selector.selects(&part.meta))
                && other.meta.name.value != part.meta.name.value
        };
        for other in project.aggregating_roles().filter(takes_in) {
            if !holders.iter().any(|known| known.meta.span == other.meta.span) {
                holders.push(other);
            }
        }
    }
    holders
}

/// The same as [`Reaches::referents`], for a single question.
pub fn referents<'a>(project: &'a Project, binding: &Binding) -> Vec<&'a RbacRole> {
    Reaches::new(project).referents(binding)
}

/// `Role NAME` or `ClusterRole NAME`, the name in backticks.
pub fn role_words(role: &RbacRole) -> String {
    if role.meta.name.value.is_empty() {
        return format!("this {}", role.kind.word());
    }
    format!("{} `{}`", role.kind.word(), role.meta.name)
}

/// `ServiceAccount NAMESPACE/NAME`, `User NAME` or `Group NAME`, the name in backticks.
pub fn subject_words(binding: &Binding, subject: &Subject) -> String {
    let own = subject.namespace.as_ref().map(|namespace| namespace.as_str());
    match own.or(binding.meta.namespace_name()) {
        Some(namespace) if subject.kind.value == "ServiceAccount" => {
            format!("{} `{namespace}/{}`", subject.kind, subject.name)
        }
        _ => format!("{} `{}`", subject.kind, subject.name),
    }
}

/// Who stands behind a subject that is more than one.
pub fn breadth(subject: &Subject) -> Option<&'static str> {
    match (subject.kind.as_str(), subject.name.as_str()) {
        ("User", "system:anonymous") | ("Group", "system:unauthenticated") => {
            Some("anybody who reaches the API server")
        }
        ("Group", "system:authenticated") => Some("anybody who can log in, every service account included"),
        ("Group", "system:serviceaccounts") => Some("every service account of the cluster"),
        ("Group", name) if name.starts_with("system:serviceaccounts:") => {
            Some("every service account of a namespace")
        }
        ("ServiceAccount", "default") => Some("every pod of the namespace that names no service account"),
        _ => None,
    }
}

impl<'a> Reach<'a> {
    /// Where its holders may use it, to follow a verb phrase.
    pub fn words(&self) -> String {
        match self {
            Reach::ClusterWide(_) => "in the whole cluster".to_owned(),
            Reach::Namespaces(given) => given.words.clone(),
            Reach::Aggregated(into) => format!("wherever the role `{into}`, which takes it in, is bound"),
            Reach::Unbound => "once it is bound".to_owned(),
        }
    }

    /// The bindings to show, with what to say of each.
    pub fn evidence(&self) -> Vec<(Span, String)> {
        let bindings = self.bindings();
        let bindings = bindings.get(..2).unwrap_or(bindings);
        bindings.iter().map(|binding| (binding.role_ref.span, bound_to(binding))).collect()
    }

    /// The bindings that say so: one of those for the whole cluster, or all in namespaces.
    pub fn bindings(&self) -> &[&'a Binding] {
        match self {
            Reach::ClusterWide(binding) => std::slice::from_ref(binding),
            Reach::Namespaces(given) => &given.bindings,
            Reach::Aggregated(_) | Reach::Unbound => &[],
        }
    }

    /// A subject of its bindings that stands for many.
    pub fn broad_subject(&self) -> Option<(&'a Subject, &'static str)> {
        match self {
            Reach::ClusterWide(binding) => broad_subject(binding),
            Reach::Namespaces(given) => given.broad_subject,
            Reach::Aggregated(_) | Reach::Unbound => None,
        }
    }

    /// True if a binding gives it in this namespace, or in all.
    pub fn is_in(&self, namespace: &str) -> bool {
        match self {
            Reach::ClusterWide(_) => true,
            Reach::Namespaces(given) => given.names.binary_search(&namespace).is_ok(),
            Reach::Aggregated(_) | Reach::Unbound => false,
        }
    }

    /// True if it holds in the whole cluster.
    pub fn is_cluster_wide(&self) -> bool {
        matches!(self, Reach::ClusterWide(_))
    }

    /// True if no binding among the inputs gives it to anybody.
    pub fn is_unbound(&self) -> bool {
        matches!(self, Reach::Unbound)
    }
}

impl<'a> Namespaced<'a> {
    fn new(bindings: Vec<&'a Binding>) -> Namespaced<'a> {
        let mut names: Vec<&'a str> =
            bindings.iter().filter_map(|binding| binding.meta.namespace_name()).collect();
        names.sort_unstable();
        names.dedup();
        let words = match names.as_slice() {
            [] => "in the namespace of its binding".to_owned(),
            [one] => format!("in namespace `{one}`"),
            [first, second] => format!("in namespaces `{first}` and `{second}`"),
            [first, rest @ ..] => format!("in namespace `{first}` and {} more", rest.len()),
        };
        Namespaced {
            words,
            broad_subject: bindings.iter().find_map(|binding| broad_subject(binding)),
            names,
            bindings,
        }
    }
}

fn broad_subject(binding: &Binding) -> Option<(&Subject, &'static str)> {
    binding.subjects.iter().find_map(|subject| Some((subject, breadth(subject)?)))
}

fn bound_to(binding: &Binding) -> String {
    let words = match binding.subjects.as_slice() {
        [] => "nobody".to_owned(),
        [only] => subject_words(binding, only),
        [first, rest @ ..] => format!("{} and {} more", subject_words(binding, first), rest.len()),
    };
    format!("bound here to {words}")
}

/// Directories part by part.
fn by_parts(one: &str, other: &str) -> Ordering {
    one.split('/').cmp(other.split('/'))
}

/// A Role is looked up in the namespace of the binding. Where one of the two has none written, whatever sets it
/// (`kubectl -n`, Kustomize, Helm) sets it for both.
fn share_namespace(binding: &Binding, role: &RbacRole) -> bool {
    role.kind == RbacRoleKind::ClusterRole
        || match (binding.meta.namespace_name(), role.meta.namespace_name()) {
            (Some(of_binding), Some(of_role)) => of_binding == of_role,
            _ => !binding.cluster_wide,
        }
}

/// How many leading parts two directories share.
fn shared_parts(one: &str, other: &str) -> usize {
    one.split('/').zip(other.split('/')).take_while(|(left, right)| left == right).count()
}

/// The label that the built-in roles select by, or one that is made after it.
fn aggregated_into(role: &RbacRole) -> Option<String> {
    role.meta.labels.iter().find_map(|(key, value)| {
        let (_, into) = key.value.split_once("/aggregate-to-")?;
        (value.value == "true").then(|| into.to_owned())
    })
}
