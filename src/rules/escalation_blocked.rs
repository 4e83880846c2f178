//! # What it finds
//! A role of the Kubernetes secrets engine that gives more than the service account of the engine may give away.
//!
//! # Why it matters
//! For each credential Vault makes a binding, and for generated rules a role. Kubernetes lets nobody grant what they do not
//! hold themselves: the request for credentials ends in "attempting to grant RBAC permissions not currently held".
//!
//! # How to fix it
//! Let the account hold the same rules, or give it the verb `bind` on the role by name; for generated rules, whose names are
//! random, `bind` and `escalate` on all roles.
//!
//! # Limits
//! The account is known if the inputs hold exactly one that may create service accounts, their tokens and bindings, and
//! all roles that are bound to it. Namespaces must be listed by name.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::ObjectMeta;
use crate::model::kube::binding::{Binding, RoleRef};
use crate::model::kube::rbac::RbacRoleKind;
use crate::model::project::Project;
use crate::model::vault::secrets_role::SecretsRole;
use crate::semantics::authorizer::Cluster;
use crate::semantics::engine_account::EngineAccount;
use crate::semantics::escalation::{self, Change, Escalation, GivenAtom};
use crate::semantics::generated_rules;
use crate::semantics::rbac::reach::subject_words;
use crate::syntax::{Span, Spanned};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "escalation-blocked",
    summary: "a secrets role that gives more than the engine's own account may give away",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("escalation_blocked.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    if project.secrets_roles.is_empty() || project.bindings.is_empty() {
        return;
    }
    let cluster = Cluster::settled(&project.rbac_roles, &project.bindings);
    let Some(engine) = EngineAccount::of(cx.survey, project, &cluster) else { return };
    for role in &project.secrets_roles {
        look(role, &engine, &cluster, cx);
    }
}

fn look(role: &SecretsRole, engine: &EngineAccount<'_>, cluster: &Cluster<'_>, cx: &mut Context<'_>) {
    let kind = generated_rules::role_kind(role);
    for namespace in role.fields.list("allowed_kubernetes_namespaces") {
        if namespace.value.contains('*') {
            continue;
        }
        let blocked = if let Some(name) = role.fields.text("kubernetes_role_name") {
            let binding = binding_to(kind, name.value, namespace.as_str(), name.span);
            let escalation =
                escalation::check(cluster, &engine.user, &Change::Binding { new: &binding, old: None });
            missing(escalation).map(|atom| (name.span, atom, Help::Named(kind, name.value.to_owned())))
        } else if let Some(rules) = role.fields.text("generated_role_rules") {
            generated(kind, &rules, namespace.as_str(), engine, cx.project)
                .map(|atom| (rules.span, atom, Help::Generated(kind)))
        } else {
            None
        };
        let Some((span, atom, help)) = blocked else { continue };
        let words = subject_words(engine.binding, engine.subject);
        let message = format!(
            "Kubernetes will not let {words} give what secrets role `{}` gives in namespace `{namespace}`: it does not hold {}",
            role.name,
            atom_words(&atom)
        );
        cx.report(span, message)
            .label(engine.subject.span, "acts for Vault: it may create service accounts, tokens and bindings")
            .help(help.text());
        return;
    }
}

enum Help {
    Named(RbacRoleKind, String),
    Generated(RbacRoleKind),
}

impl Help {
    fn text(&self) -> String {
        let plural = |kind: &RbacRoleKind| match kind {
            RbacRoleKind::Role => "roles",
            RbacRoleKind::ClusterRole => "clusterroles",
        };
        match self {
            Help::Named(kind, name) => {
                format!("allow it the verb `bind` on `{}` with `resourceNames: [{name}]`", plural(kind))
            }
            Help::Generated(kind) => {
                format!(
                    "allow it the verbs `bind` and `escalate` on `{}`, or what the rules give",
                    plural(kind)
                )
            }
        }
    }
}

/// What the account lacks to make the role and to bind it.
fn generated(
    kind: RbacRoleKind,
    text: &Spanned<&str>,
    namespace: &str,
    engine: &EngineAccount<'_>,
    project: &Project,
) -> Option<GivenAtom> {
    let rules = generated_rules::read(text.value, text.span)?.rules;
    let role = generated_rules::as_role(rules, kind, GENERATED, namespace, text.span);
    let roles = project.rbac_roles.iter().chain([&role]);
    let cluster = Cluster::settled(roles, &project.bindings);
    let made = escalation::check(&cluster, &engine.user, &Change::Role { new: &role, old: None });
    let binding = binding_to(kind, GENERATED, namespace, text.span);
    let bound = escalation::check(&cluster, &engine.user, &Change::Binding { new: &binding, old: None });
    missing(made).or_else(|| missing(bound))
}

/// Stands for the random names that the engine makes up.
const GENERATED: &str = "v-generated";

/// The binding that the engine makes in the namespace of a credential.
fn binding_to(kind: RbacRoleKind, name: &str, namespace: &str, span: Span) -> Binding {
    let spanned = |text: &str| Spanned::new(text.to_owned(), span);
    Binding {
        cluster_wide: false,
        kind_span: span,
        api_version: spanned("rbac.authorization.k8s.io/v1"),
        meta: meta(GENERATED, Some(namespace), span),
        role_ref: RoleRef { kind: spanned(kind.word()), name: spanned(name), api_group: None, span },
        subjects: Vec::new(),
    }
}

fn meta(name: &str, namespace: Option<&str>, span: Span) -> ObjectMeta {
    ObjectMeta {
        name: Spanned::new(name.to_owned(), span),
        namespace: namespace.map(|namespace| Spanned::new(namespace.to_owned(), span)),
        labels: Vec::new(),
        annotations: Vec::new(),
        span,
    }
}

fn missing(escalation: Escalation<'_>) -> Option<GivenAtom> {
    match escalation {
        Escalation::Exceeds(atoms) => atoms.into_iter().next(),
        _ => None,
    }
}

fn atom_words(atom: &GivenAtom) -> String {
    match atom {
        GivenAtom::Resource { resource, verb, .. } => format!("`{verb}` on `{resource}`"),
        GivenAtom::Url { url, verb } => format!("`{verb}` on `{url}`"),
    }
}
