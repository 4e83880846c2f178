//! # What it finds
//! A binding whose `roleRef` names a role that is not there, as far as the inputs can tell.
//!
//! # Why it matters
//! Kubernetes takes the binding and grants nothing; whoever later makes a role of that name decides what the subjects may
//! do.
//!
//! # How to fix it
//! Correct name, kind or namespace, or add the role. `roleRef` cannot be changed in place: delete the binding first.
//!
//! # Limits
//! Roles may live outside of the inputs, so an unknown name alone is a note at most: of a Role, which mostly stands beside its
//! binding, and of a ClusterRole where the one file is all there is. It is a warning where the inputs show what was meant: the same name as another kind or in another namespace beside it, a name that differs by a letter or two, a
//! ClusterRole in the same file that nothing binds, or, of a Role, a file that holds the namespace, or Roles or service
//! accounts of it, without the one that is named. It is a note where only files beside it show that, or, of a ClusterRole, the
//! service account that it is bound to.

use std::collections::HashMap;

use crate::lint::{Category, Check, Context, Edit, Rule, Severity};
use crate::model::kube::binding::Binding;
use crate::model::kube::rbac::{RbacRole, RbacRoleKind};
use crate::model::project::Project;
use crate::semantics::rbac::builtin;
use crate::syntax::near::is_slip;
use crate::syntax::{Span, Spanned};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "dangling-role-ref",
    summary: "a binding to a role that is not there",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: true,
    source: include_str!("dangling_role_ref.rs"),
};

/// A slip in a shorter name would say little.
const SHORTEST: usize = 8;

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    let mut beside: Option<HashMap<&str, Vec<&RbacRole>>> = None;
    for binding in &project.bindings {
        let Some(kind) = binding.role_ref.role_kind() else { continue };
        // A ClusterRoleBinding of a Role is malformed and reported as such.
        let possible = kind == RbacRoleKind::ClusterRole || !binding.cluster_wide;
        let name = &binding.role_ref.name;
        if !possible || is_placeholder(name.as_str()) || !cx.survey.referents(binding).is_empty() {
            continue;
        }
        let beside = beside.get_or_insert_with(|| by_directory(project));
        let beside = beside.get(directory(project, binding.meta.span)).map_or(&[][..], Vec::as_slice);
        if let Some(cause) = cause(project, binding, kind, beside) {
            report(cx, binding, kind, cause);
        }
    }
}

/// What the inputs show to be wrong with a role ref.
enum Cause<'a> {
    /// A role of that name is of the other kind.
    Kind(&'a RbacRole),
    /// A Role of that name is in another namespace.
    Namespace(&'a RbacRole),
    /// A built-in role has nearly that name.
    BuiltIn(&'static str),
    /// A role beside the binding has nearly that name.
    Name(&'a RbacRole),
    /// The same file holds other things of the namespace: where, and what.
    Missing(Span, &'static str),
    /// Something beside it makes one expect the role there; it may be elsewhere.
    Elsewhere(Span),
    /// The same file defines a ClusterRole that nothing binds.
    Unbound(&'a RbacRole),
    /// No input says more.
    Unknown,
}

fn cause<'a>(
    project: &Project,
    binding: &Binding,
    kind: RbacRoleKind,
    beside: &[&'a RbacRole],
) -> Option<Cause<'a>> {
    let name = binding.role_ref.name.as_str();
    let named = || beside.iter().filter(|role| role.meta.name.value == name);
    if let Some(built_in) = near_built_in(kind, name) {
        return Some(Cause::BuiltIn(built_in));
    }
    if builtin::has_role(kind, name) {
        return None;
    }
    if let Some(role) = named().find(|role| role.kind != kind && may_refer(binding, role)) {
        return Some(Cause::Kind(role));
    }
    if let Some(role) = named().find(|role| role.kind == kind) {
        return Some(Cause::Namespace(role));
    }
    let fitting = || beside.iter().filter(|role| role.kind == kind && may_refer(binding, role));
    let unbound = |role: &RbacRole| project.bindings_to(kind, role.meta.name.as_str()).next().is_none();
    if let Some(role) =
        fitting().find(|role| is_slip(name, role.meta.name.as_str(), SHORTEST) && unbound(role))
    {
        return Some(Cause::Name(role));
    }
    missing(project, binding, kind, beside)
}

/// What stands in the same file, which would hold the role as well.
fn missing<'a>(
    project: &Project,
    binding: &Binding,
    kind: RbacRoleKind,
    beside: &[&'a RbacRole],
) -> Option<Cause<'a>> {
    let source = binding.meta.span.source;
    let mut in_file = beside.iter().filter(|role| role.kind == kind && role.meta.span.source == source);
    if kind == RbacRoleKind::ClusterRole {
        let unbound = |role: &&&RbacRole| {
            project.bindings_to(kind, role.meta.name.as_str()).next().is_none() && role.meta.labels.is_empty()
        };
        let found = in_file.clone().find(unbound).map(|role| Cause::Unbound(role));
        let declared = || {
            let subjects = binding.subjects.iter().filter(|subject| subject.kind.value == "ServiceAccount");
            let mut names = subjects.map(|subject| subject.name.as_str());
            let accounts = project.service_accounts_in(source);
            names.find_map(|name| accounts.iter().find(|account| account.meta.name.value == name))
        };
        // A file that declares whom it binds mostly holds the role as well; other charts' roles are the exception.
        let alone = in_file.next().is_none();
        let declared =
            found.or_else(|| declared().filter(|_| alone).map(|it| Cause::Elsewhere(it.meta.name.span)));
        return declared.or_else(|| project.is_one_file().then_some(Cause::Unknown));
    }
    if let Some(role) = in_file.find(|role| may_refer(binding, role)) {
        return Some(Cause::Missing(role.meta.name.span, "this file defines other Roles of the namespace"));
    }
    let namespace = binding.meta.namespace_name();
    let mut accounts = project.service_accounts_in(source).iter();
    if let Some(account) = accounts.find(|account| account.meta.namespace_name() == namespace) {
        let label = "this file declares a service account of the namespace";
        return Some(Cause::Missing(account.meta.name.span, label));
    }
    let mut namespaces = project.kubernetes_namespaces_in(source).iter();
    if let Some(made) = namespaces.find(|it| Some(it.meta.name.as_str()) == namespace) {
        return Some(Cause::Missing(made.meta.name.span, "this file makes the namespace"));
    }
    let known = beside.iter().filter(|role| role.kind == kind && role.meta.namespace.is_some());
    let mut known = known.filter(|role| role.meta.namespace_name() == namespace);
    Some(known.next().map_or(Cause::Unknown, |role| Cause::Elsewhere(role.meta.name.span)))
}

fn report(cx: &mut Context<'_>, binding: &Binding, kind: RbacRoleKind, cause: Cause<'_>) {
    let (name, span) = (&binding.role_ref.name, binding.role_ref.name.span);
    let sources = &cx.project.sources;
    let rewrite = |written: &Spanned<String>, text: &str| {
        sources.verbatim(written).map(|place| vec![Edit::replace(place, text)])
    };
    let rename = |text: &str| rewrite(name, text);
    match cause {
        Cause::Kind(role) => {
            let edits = rewrite(&binding.role_ref.kind, role.kind.word());
            let finding = cx.report(
                binding.role_ref.kind.span,
                format!("`{name}` is a {}, not a {}", role.kind.word(), kind.word()),
            );
            finding.label(role.meta.name.span, "defined here");
            finding.help(format!("refer to it as kind `{}`", role.kind.word()));
            if let Some(edits) = edits {
                finding.unsafe_fix("correct the kind", edits);
            }
        }
        Cause::Namespace(role) => {
            let theirs = role.meta.namespace_name().unwrap_or_default();
            let message = match binding.meta.namespace_name() {
                Some(ours) => format!("no Role `{name}` in namespace `{ours}`; there is one in `{theirs}`"),
                None => format!("no Role `{name}` in the namespace of this binding"),
            };
            cx.report(span, message)
                .label(role.meta.name.span, "defined here")
                .help("a RoleBinding finds Roles of its own namespace only");
        }
        Cause::BuiltIn(built_in) => {
            let edits = rename(built_in);
            let finding = cx.report(span, format!("no {} `{name}`", kind.word()));
            finding.help(format!("did you mean the built-in `{built_in}`?"));
            if let Some(edits) = edits {
                finding.unsafe_fix(format!("refer to `{built_in}`"), edits);
            }
        }
        Cause::Name(role) => {
            let edits = rename(role.meta.name.as_str());
            let finding = cx.report(span, format!("no {} `{name}`", kind.word()));
            finding.label(role.meta.name.span, "a role of nearly that name, which nothing binds");
            finding.help(format!("did you mean `{}`?", role.meta.name));
            if let Some(edits) = edits {
                finding.unsafe_fix(format!("refer to `{}`", role.meta.name), edits);
            }
        }
        Cause::Missing(place, says) => {
            cx.report(span, format!("no Role `{name}` among the inputs"))
                .label(place, says)
                .help("add the role or correct the name");
        }
        Cause::Elsewhere(place) => {
            cx.report(span, format!("no {} `{name}` among the inputs", kind.word()))
                .severity(Severity::Note)
                .label(place, "what goes with it is here")
                .help("if it is not made elsewhere, add the role or correct the name");
        }
        Cause::Unknown => {
            cx.report(span, format!("no {} `{name}` among the inputs", kind.word()))
                .severity(Severity::Note)
                .help("if it is not made elsewhere, add the role or correct the name");
        }
        Cause::Unbound(role) => {
            cx.report(span, format!("no ClusterRole `{name}` among the inputs"))
                .label(role.meta.name.span, "this file defines one that nothing binds")
                .help(format!("add the role, or refer to `{}` if that is meant", role.meta.name));
        }
    }
}

/// True if the binding could hold this role, its name aside.
fn may_refer(binding: &Binding, role: &RbacRole) -> bool {
    match (role.kind, binding.meta.namespace_name(), role.meta.namespace_name()) {
        (RbacRoleKind::ClusterRole, _, _) => true,
        (RbacRoleKind::Role, _, _) if binding.cluster_wide => false,
        (RbacRoleKind::Role, Some(ours), Some(theirs)) => ours == theirs,
        (RbacRoleKind::Role, _, _) => true,
    }
}

fn near_built_in(kind: RbacRoleKind, name: &str) -> Option<&'static str> {
    let names = match kind {
        RbacRoleKind::ClusterRole => builtin::CLUSTER_ROLES,
        RbacRoleKind::Role => builtin::ROLES,
    };
    if names.contains(&name) {
        return None;
    }
    names.iter().copied().find(|built_in| is_slip(name, built_in, SHORTEST))
}

/// Text that something else fills in.
fn is_placeholder(name: &str) -> bool {
    name.is_empty() || name.contains(['$', '{', '<', '%'])
}

fn by_directory(project: &Project) -> HashMap<&str, Vec<&RbacRole>> {
    let mut beside: HashMap<&str, Vec<&RbacRole>> = HashMap::new();
    for role in &project.rbac_roles {
        beside.entry(directory(project, role.meta.span)).or_default().push(role);
    }
    beside
}

fn directory(project: &Project, span: Span) -> &str {
    project.sources.directory(span.source)
}
