//! Which question is asked: one to Vault, or one to the Kubernetes API server.

use super::super::exit::Failure;
use crate::model::vault::capability::Capability;
use crate::report::clean;
use crate::semantics::acl::Operation;
use crate::semantics::reach::kubernetes::Question;

/// Flags that make a question one to Kubernetes, or narrow it.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Flags {
    /// Ask about Kubernetes RBAC, in this namespace
    #[arg(short = 'n', long, value_name = "NAMESPACE", conflicts_with = "all_namespaces")]
    pub namespace: Option<String>,
    /// Ask about Kubernetes RBAC, in all namespaces at once
    #[arg(short = 'A', long)]
    pub all_namespaces: bool,
    /// Ask about Kubernetes RBAC, and about this subresource
    #[arg(long, value_name = "NAME")]
    pub subresource: Option<String>,
    /// Ask about Kubernetes RBAC
    #[arg(long)]
    pub kubernetes: bool,
}

/// A question, as far as it does not speak of somebody.
#[derive(Debug, Clone)]
pub enum Asked {
    /// To Vault: the operation, and the path as the server sees it.
    Vault(Operation, String),
    /// To the API server.
    Kubernetes(Question),
}

/// Understands `verb` and `what` (`name` as a third word, as kubectl takes it); `is_mount` tells known mounts, `home`
/// is the namespace that is meant where none is named.
pub fn understand(
    verb: &str,
    what: &str,
    flags: &Flags,
    home: Option<&str>,
    is_mount: impl Fn(&str) -> bool,
) -> Result<Asked, Failure> {
    let flagged =
        flags.namespace.is_some() || flags.all_namespaces || flags.subresource.is_some() || flags.kubernetes;
    let capability = Capability::from_word(verb);
    let is_vault = match capability {
        _ if flagged => false,
        None => false,
        Some(_) if !KUBERNETES_VERBS.contains(&verb) => true,
        Some(_) => !what.starts_with("/healthz") && what.contains('/') || is_mount(what.trim_matches('/')),
    };
    if is_vault || (!flagged && !KUBERNETES_VERBS.contains(&verb)) {
        return vault(verb, capability, what);
    }
    kubernetes(verb, what, flags, home).map(Asked::Kubernetes)
}

fn vault(verb: &str, capability: Option<Capability>, path: &str) -> Result<Asked, Failure> {
    let unknown = || {
        let failure = Failure::new(format!("`{}` is neither a capability nor a verb", clean::line(verb)));
        failure.with_help(match verb {
            "write" => "a write takes `create` where nothing is there yet, else `update`",
            _ => "capabilities are create, read, update, patch, delete, list, scan and recover; verbs are those of kubectl",
        })
    };
    let capability = capability.ok_or_else(unknown)?;
    let Some(operation) = Operation::of_capability(capability) else {
        return Err(Failure::new(format!("`{verb}` stands for no request of its own")).with_help(
            "ask for what is to be done; where a path takes `sudo` beside it, the answer says so",
        ));
    };
    let path = path.trim_start_matches('/');
    if path.is_empty() {
        return Err(Failure::new("the path is empty"));
    }
    // Servers append the slash to the path of a list request before they look at it.
    let slash = if operation.lists() && !path.ends_with('/') { "/" } else { "" };
    Ok(Asked::Vault(operation, format!("{path}{slash}")))
}

fn kubernetes(verb: &str, what: &str, flags: &Flags, home: Option<&str>) -> Result<Question, Failure> {
    let verb = verb.to_lowercase();
    if what.starts_with('/') {
        return Ok(Question::Url { verb, path: what.to_owned() });
    }
    let (kind, name) = match what.split_once('/') {
        Some((kind, name)) => (kind, Some(name.to_owned())),
        None => (what, None),
    };
    if kind.is_empty() || name.as_deref() == Some("") {
        return Err(Failure::new(format!("`{}` names no resource", clean::line(what))));
    }
    let (resource, group, namespaced) = resource(kind)?;
    let namespace = match &flags.namespace {
        _ if flags.all_namespaces => None,
        // A request for a Namespace is made in the namespace of that name.
        _ if resource == "namespaces" => name.clone(),
        Some(namespace) => Some(namespace.clone()),
        None => home.filter(|_| namespaced).map(str::to_owned),
    };
    let resource = match &flags.subresource {
        Some(sub) => format!("{resource}/{sub}"),
        None => resource,
    };
    Ok(Question::Resource { verb, group, resource, name, namespace })
}

/// Plural, API group, and whether it belongs to a namespace.
fn resource(kind: &str) -> Result<(String, String, bool), Failure> {
    if kind == "*" {
        return Ok(("*".to_owned(), "*".to_owned(), true));
    }
    if let Some((plural, group)) = kind.split_once('.') {
        let known = RESOURCES.iter().find(|known| known.0 == plural && known.2 == group);
        return Ok((plural.to_owned(), group.to_owned(), known.is_none_or(|known| known.3)));
    }
    let lower = kind.to_lowercase();
    let is_named = |known: &&(&str, &str, &str, bool)| {
        known.0 == lower || known.1.split(' ').any(|other| other == lower)
    };
    match RESOURCES.iter().find(is_named) {
        Some((plural, _, group, namespaced)) => Ok(((*plural).to_owned(), (*group).to_owned(), *namespaced)),
        None => {
            let kind = clean::line(kind);
            Err(Failure::new(format!("the API group of the resource `{kind}` is not known"))
                .with_help(format!("write it behind the name: `{kind}.GROUP`")))
        }
    }
}

const KUBERNETES_VERBS: &[&str] = &[
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "impersonate",
    "bind",
    "escalate",
    "use",
    "approve",
    "sign",
    "attest",
    "proxy",
    "post",
    "put",
    "head",
    "options",
    "*",
];

const RBAC: &str = "rbac.authorization.k8s.io";
const NETWORK: &str = "networking.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";

/// Plural, other names, API group, whether it belongs to a namespace.
const RESOURCES: &[(&str, &str, &str, bool)] = &[
    ("pods", "po pod", "", true),
    ("secrets", "secret", "", true),
    ("configmaps", "cm configmap", "", true),
    ("serviceaccounts", "sa serviceaccount", "", true),
    ("services", "svc service", "", true),
    ("endpoints", "ep", "", true),
    ("events", "ev event", "", true),
    ("limitranges", "limits limitrange", "", true),
    ("persistentvolumeclaims", "pvc persistentvolumeclaim", "", true),
    ("podtemplates", "podtemplate", "", true),
    ("replicationcontrollers", "rc replicationcontroller", "", true),
    ("resourcequotas", "quota resourcequota", "", true),
    ("namespaces", "ns namespace", "", false),
    ("nodes", "no node", "", false),
    ("persistentvolumes", "pv persistentvolume", "", false),
    ("users", "user", "", false),
    ("groups", "group", "", false),
    ("deployments", "deploy deployment", "apps", true),
    ("daemonsets", "ds daemonset", "apps", true),
    ("replicasets", "rs replicaset", "apps", true),
    ("statefulsets", "sts statefulset", "apps", true),
    ("controllerrevisions", "controllerrevision", "apps", true),
    ("jobs", "job", "batch", true),
    ("cronjobs", "cj cronjob", "batch", true),
    ("horizontalpodautoscalers", "hpa horizontalpodautoscaler", "autoscaling", true),
    ("poddisruptionbudgets", "pdb poddisruptionbudget", "policy", true),
    ("ingresses", "ing ingress", NETWORK, true),
    ("networkpolicies", "netpol networkpolicy", NETWORK, true),
    ("ingressclasses", "ingressclass", NETWORK, false),
    ("leases", "lease", "coordination.k8s.io", true),
    ("endpointslices", "endpointslice", "discovery.k8s.io", true),
    ("roles", "role", RBAC, true),
    ("rolebindings", "rolebinding", RBAC, true),
    ("clusterroles", "clusterrole", RBAC, false),
    ("clusterrolebindings", "clusterrolebinding", RBAC, false),
    ("tokenreviews", "tokenreview", "authentication.k8s.io", false),
    ("subjectaccessreviews", "subjectaccessreview", "authorization.k8s.io", false),
    ("selfsubjectaccessreviews", "selfsubjectaccessreview", "authorization.k8s.io", false),
    ("localsubjectaccessreviews", "localsubjectaccessreview", "authorization.k8s.io", true),
    ("certificatesigningrequests", "csr certificatesigningrequest", "certificates.k8s.io", false),
    ("customresourcedefinitions", "crd crds customresourcedefinition", "apiextensions.k8s.io", false),
    ("apiservices", "apiservice", "apiregistration.k8s.io", false),
    ("storageclasses", "sc storageclass", "storage.k8s.io", false),
    ("priorityclasses", "pc priorityclass", "scheduling.k8s.io", false),
    ("mutatingwebhookconfigurations", "mutatingwebhookconfiguration", ADMISSION, false),
    ("validatingwebhookconfigurations", "validatingwebhookconfiguration", ADMISSION, false),
];
