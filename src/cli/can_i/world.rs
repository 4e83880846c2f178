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
    let namespace = match &flags.namespace {
        _ if flags.all_namespaces => None,
        Some(namespace) => Some(namespace.as_str()),
        None => home,
    };
    let read = match (&flags.subresource, what.split_once('/')) {
        (Some(sub), Some((kind, name))) => {
            Question::read(verb, &format!("{kind}/{sub}/{name}"), None, namespace)
        }
        (Some(sub), None) => Question::read(verb, &format!("{what}/{sub}"), None, namespace),
        (None, _) => Question::read(verb, what, None, namespace),
    };
    read.map_err(|error| Failure::new(clean::line(&error.to_string())))
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
