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
//! all roles that are bound to it. Namespaces must be listed by name, generated rules be JSON or part of the spec.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::ObjectMeta;
use crate::model::kube::binding::{Binding, RoleRef, Subject};
use crate::model::kube::rbac::{RbacRole, RbacRoleKind, RbacRule};
use crate::model::project::Project;
use crate::model::vault::secrets_role::SecretsRole;
use crate::semantics::authorizer::{Cluster, Query, User};
use crate::semantics::escalation::{self, Change, Escalation, GivenAtom};
use crate::semantics::rbac::reach::subject_words;
use crate::semantics::rbac::{Request, covers_resource};
use crate::semantics::survey::Survey;
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
    let Some(engine) = Engine::of(cx.survey, project, &cluster) else { return };
    for role in &project.secrets_roles {
        look(role, &engine, &cluster, cx);
    }
}

/// The service account that Vault acts as in the cluster.
struct Engine<'a> {
    user: User,
    binding: &'a Binding,
    subject: &'a Subject,
}

impl<'a> Engine<'a> {
    /// The only account that may do what the engine does, if everything that it holds is known.
    fn of(survey: &Survey<'_>, project: &'a Project, cluster: &Cluster<'a>) -> Option<Engine<'a>> {
        let mut found: Option<Engine<'a>> = None;
        let mints = |binding: &&Binding| {
            let mut rules = cluster.rules_of(binding).into_iter().flatten();
            rules.any(|rule| {
                rule.resources.iter().any(|entry| covers_resource(entry.as_str(), "serviceaccounts/token"))
            })
        };
        for binding in project.bindings.iter().filter(mints) {
            for subject in binding.subjects.iter().filter(|subject| subject.kind.value == "ServiceAccount") {
                let own = subject.namespace.as_ref().map(|namespace| namespace.as_str());
                let Some(namespace) = own.or(binding.meta.namespace_name()) else { continue };
                let user = User::service_account(namespace, subject.name.as_str());
                if found.as_ref().is_some_and(|found| found.user == user)
                    || !acts_as_engine(cluster, &user, binding)
                {
                    continue;
                }
                if found.is_some() {
                    return None;
                }
                found = Some(Engine { user, binding, subject });
            }
        }
        found.filter(|engine| {
            let words = subject_words(engine.binding, engine.subject);
            let holds = |binding: &&Binding| {
                binding.subjects.iter().any(|subject| subject_words(binding, subject) == words)
            };
            let mut held = project.bindings.iter().filter(holds);
            held.all(|binding| !survey.referents(binding).is_empty())
        })
    }
}

/// True if the account may create service accounts, tokens for them, and bindings, where `binding` holds.
fn acts_as_engine(cluster: &Cluster<'_>, user: &User, binding: &Binding) -> bool {
    let namespace = if binding.cluster_wide { None } else { binding.meta.namespace_name() };
    let may = |group: &str, resource: &str| {
        let request = Request { verb: "create", group, resource, name: None };
        cluster.by_rbac(user, &Query::Resource { request, namespace }).is_some()
    };
    let binds = may(RBAC, "rolebindings") || may(RBAC, "clusterrolebindings");
    binds && may("", "serviceaccounts") && may("", "serviceaccounts/token")
}

const RBAC: &str = "rbac.authorization.k8s.io";

fn look(role: &SecretsRole, engine: &Engine<'_>, cluster: &Cluster<'_>, cx: &mut Context<'_>) {
    let kind = match role.fields.text("kubernetes_role_type") {
        Some(word) if word.value.eq_ignore_ascii_case("clusterrole") => RbacRoleKind::ClusterRole,
        _ => RbacRoleKind::Role,
    };
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
    engine: &Engine<'_>,
    project: &Project,
) -> Option<GivenAtom> {
    let role = generated_role(kind, text, namespace)?;
    let roles = project.rbac_roles.iter().chain([&role]);
    let cluster = Cluster::settled(roles, &project.bindings);
    let made = escalation::check(&cluster, &engine.user, &Change::Role { new: &role, old: None });
    let binding = binding_to(kind, GENERATED, namespace, text.span);
    let bound = escalation::check(&cluster, &engine.user, &Change::Binding { new: &binding, old: None });
    missing(made).or_else(|| missing(bound))
}

/// Stands for the random names that the engine makes up.
const GENERATED: &str = "v-generated";

/// The role that the engine makes from `{"rules": […]}`.
fn generated_role(kind: RbacRoleKind, text: &Spanned<&str>, namespace: &str) -> Option<RbacRole> {
    let object: serde_json::Value = serde_json::from_str(text.value).ok()?;
    let rule = |rule: &serde_json::Value| {
        let words = |key: &str| -> Vec<Spanned<String>> {
            let items = rule.get(key).and_then(serde_json::Value::as_array).into_iter().flatten();
            items.filter_map(|item| Some(Spanned::new(item.as_str()?.to_owned(), text.span))).collect()
        };
        RbacRule {
            span: text.span,
            api_groups: words("apiGroups"),
            resources: words("resources"),
            resource_names: words("resourceNames"),
            non_resource_urls: words("nonResourceURLs"),
            verbs: words("verbs"),
        }
    };
    let rules = object.get("rules")?.as_array()?.iter().map(rule).collect();
    let namespace = (kind == RbacRoleKind::Role).then_some(namespace);
    Some(RbacRole {
        kind,
        meta: meta(GENERATED, namespace, text.span),
        api_version: Spanned::new(format!("{RBAC}/v1"), text.span),
        rules,
        aggregation: None,
        aggregation_selectors: Vec::new(),
    })
}

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
