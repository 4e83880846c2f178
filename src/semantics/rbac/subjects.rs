//! Who stands behind a subject of a binding.
//!
//! Source: kubernetes `staging/src/k8s.io/apiserver/pkg/authentication/user`, `.../serviceaccount/util.go`.

use crate::model::kube::binding::{Binding, Subject};
use crate::model::kube::rbac::RbacRole;
use crate::semantics::survey::Survey;

/// A subject behind which many stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crowd<'a> {
    /// Whoever reaches the API server.
    Anonymous,
    /// Whoever can log in.
    Authenticated,
    /// Every service account of the cluster.
    ServiceAccounts,
    /// Every service account of a namespace.
    ServiceAccountsOf(&'a str),
    /// The kubelets.
    Nodes,
    /// Machines that are about to become nodes.
    Bootstrappers,
    /// Those whom no binding can stop.
    Masters,
}

/// The crowd that `subject` is, if it is one.
pub fn crowd(subject: &Subject) -> Option<Crowd<'_>> {
    match (subject.kind.as_str(), subject.name.as_str()) {
        ("User", "system:anonymous") | ("Group", "system:unauthenticated") => Some(Crowd::Anonymous),
        ("Group", "system:authenticated") => Some(Crowd::Authenticated),
        ("Group", "system:serviceaccounts") => Some(Crowd::ServiceAccounts),
        ("Group", "system:nodes") => Some(Crowd::Nodes),
        ("Group", "system:masters") => Some(Crowd::Masters),
        ("Group", name) => match name.strip_prefix("system:serviceaccounts:") {
            Some(namespace) => Some(Crowd::ServiceAccountsOf(namespace)),
            None => name.starts_with("system:bootstrappers").then_some(Crowd::Bootstrappers),
        },
        _ => None,
    }
}

/// Namespace and name of the service account that `subject` is, however it is spelled; the namespace is empty where
/// nothing written says it.
pub fn service_account<'a>(binding: &'a Binding, subject: &'a Subject) -> Option<(&'a str, &'a str)> {
    match subject.kind.as_str() {
        "ServiceAccount" => {
            let own = subject.namespace.as_ref().map(|namespace| namespace.as_str());
            let of_binding = binding.meta.namespace_name().filter(|_| !binding.cluster_wide);
            Some((own.or(of_binding).unwrap_or(""), subject.name.as_str()))
        }
        "User" => subject.name.value.strip_prefix("system:serviceaccount:")?.split_once(':'),
        _ => None,
    }
}

/// True for subjects of Kubernetes itself: control plane, nodes, and the service accounts of `kube-system`.
pub fn is_of_the_system(binding: &Binding, subject: &Subject) -> bool {
    match service_account(binding, subject) {
        Some((namespace, _)) => namespace == "kube-system",
        None => subject.name.value.starts_with("system:") && crowd(subject).is_none_or(Crowd::is_machines),
    }
}

impl Crowd<'_> {
    fn is_machines(self) -> bool {
        matches!(self, Crowd::Nodes | Crowd::Bootstrappers | Crowd::Masters)
    }
}

/// What a binding gives and where, as in `ClusterRole edit in the whole cluster`, the name in backticks.
pub fn grant_words(binding: &Binding) -> String {
    let (kind, name) = (&binding.role_ref.kind, &binding.role_ref.name);
    format!("{kind} `{name}` {}", place_words(binding))
}

/// Where a binding gives what it gives.
pub fn place_words(binding: &Binding) -> String {
    match (binding.cluster_wide, binding.meta.namespace_name()) {
        (true, _) => "in the whole cluster".to_owned(),
        (false, Some(namespace)) => format!("in namespace `{namespace}`"),
        (false, None) => "in the namespace of the binding".to_owned(),
    }
}

/// True if the binding is known to give no more than everybody has from the start: URLs that are read, and questions
/// about oneself.
pub fn gives_trifles(survey: &Survey<'_>, binding: &Binding) -> bool {
    const OF_EVERYBODY: [&str; 4] = [
        "system:public-info-viewer",
        "system:service-account-issuer-discovery",
        "system:basic-user",
        "system:discovery",
    ];
    if OF_EVERYBODY.contains(&binding.role_ref.name.as_str()) {
        return true;
    }
    let roles = survey.referents(binding);
    !roles.is_empty() && roles.iter().all(|role| is_trifling(role))
}

fn is_trifling(role: &RbacRole) -> bool {
    let reads = |verb: &str| matches!(verb, "get" | "head" | "options");
    role.aggregation.is_none()
        && role.rules.iter().all(|rule| {
            let public = |url: &str| {
                ["/healthz", "/livez", "/readyz", "/version", "/api", "/openapi", "/.well-known/", "/openid/"]
                    .iter()
                    .any(|prefix| url.starts_with(prefix))
            };
            let urls = rule.resources.is_empty()
                && rule.non_resource_urls.iter().all(|url| public(url.as_str()))
                && rule.verbs.iter().all(|verb| reads(verb.as_str()));
            let own = rule.resources.iter().all(|resource| resource.value.starts_with("selfsubject"))
                && rule.non_resource_urls.is_empty();
            urls || own
        })
}

/// What a binding gives, roughly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gift {
    /// Nothing but what concerns objects that it names, to look at objects that are no Secrets, or to take part in leader
    /// elections.
    Looks,
    /// More.
    Acts,
    /// The role is not among the inputs, and not a built-in one that is known.
    Unknown,
}

/// What `binding` gives, as far as the inputs tell.
pub fn gift(survey: &Survey<'_>, binding: &Binding) -> Gift {
    match binding.role_ref.name.as_str() {
        "admin" | "edit" | "cluster-admin" => return Gift::Acts,
        "view" | "extension-apiserver-authentication-reader" => return Gift::Looks,
        _ => {}
    }
    let roles = survey.referents(binding);
    if roles.is_empty() || roles.iter().any(|role| role.aggregation.is_some()) {
        return Gift::Unknown;
    }
    let acts = roles.iter().flat_map(|role| &role.rules).any(|rule| {
        let only_reads = rule.verbs.iter().all(|verb| matches!(verb.as_str(), "get" | "list" | "watch"));
        let elects = !rule.resources.is_empty()
            && rule.resources.iter().all(|resource| {
                matches!(resource.as_str(), "leases" | "events" | "endpoints" | "configmaps")
                    && (resource.value != "configmaps" || !rule.resource_names.is_empty())
            });
        let secrets = rule.resources.iter().any(|resource| matches!(resource.as_str(), "*" | "secrets"));
        rule.resource_names.is_empty() && (secrets || !(only_reads || elects))
    });
    if acts { Gift::Acts } else { Gift::Looks }
}
