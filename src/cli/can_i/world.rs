//! Which question is asked: one to Vault, or one to the Kubernetes API server.

use super::super::exit::Failure;
use crate::model::kube::resource;
use crate::model::project::Project;
use crate::model::spec::names::NAMESPACE;
use crate::model::vault::capability::Capability;
use crate::model::vault::request_path;
use crate::report::clean;
use crate::semantics::acl::Operation;
use crate::semantics::dialect::Dialect;
use crate::semantics::endpoints;
use crate::semantics::mounts::MountTable;
use crate::semantics::reach::kubernetes::Question;
use crate::syntax::{SourceId, Span};

/// Why everybody can.
pub const WITHOUT_TOKEN: &str = "it answers without a token, whatever policies say";

/// True if the server answers such requests without a token.
pub fn needs_no_token(project: &Project, operation: Operation, path: &str) -> bool {
    let nowhere = Span::new(SourceId(0), 0..0);
    let mounts = MountTable::new(project);
    operation
        .capability(Dialect::VaultCurrent)
        .is_some_and(|capability| endpoints::needs_no_token(capability, path, project, &mounts, nowhere))
}

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
    (what, name): (&str, Option<&str>),
    flags: &Flags,
    home: Option<&str>,
    is_mount: impl Fn(&str) -> bool,
) -> Result<Asked, Failure> {
    if let Some(namespace) = flags.namespace.as_ref().filter(|namespace| !NAMESPACE.admits(namespace)) {
        let fault = format!("`{}` is no name of a Kubernetes namespace", clean::line(namespace));
        return Err(Failure::new(fault).with_help(format!("it must be {}", NAMESPACE.says)));
    }
    let flagged = flags.is_about_kubernetes() || name.is_some();
    let is_verb = is_kubernetes(verb);
    let capability = Capability::from_word(verb);
    let is_vault = match capability {
        _ if flagged => false,
        None => !is_verb,
        Some(_) if !is_verb => true,
        Some(_) if what.starts_with("/healthz") => false,
        Some(_) if is_in_mount(what, is_mount) => true,
        Some(_) if !what.contains('/') => false,
        Some(_) if Question::is_resource(what) => {
            let both = format!("`{}` may be a path of Vault or a resource of Kubernetes", clean::line(what));
            return Err(Failure::new(both).with_help(
                "add `--kubernetes` to ask the cluster; to ask Vault, begin the path with a slash or declare the mount",
            ));
        }
        Some(_) => true,
    };
    if is_vault {
        return vault(verb, capability, what);
    }
    kubernetes(verb, (what, name), flags, home).map(Asked::Kubernetes)
}

/// True if the path is a known mount or lies in one.
fn is_in_mount(path: &str, is_mount: impl Fn(&str) -> bool) -> bool {
    let path = path.trim_matches('/');
    let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
    ends.filter_map(|end| path.get(..end)).any(is_mount)
}

impl Flags {
    /// True if one of them says so.
    pub fn is_about_kubernetes(&self) -> bool {
        self.namespace.is_some() || self.all_namespaces || self.subresource.is_some() || self.kubernetes
    }
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
    if let Some(fault) = request_path::fault(path) {
        return Err(Failure::new(format!("`{}`: {}", clean::line(path), fault.message)).with_help(fault.help));
    }
    if request_path::has_wildcard(path) {
        return Err(Failure::new(format!("`{}` stands for many paths", clean::line(path)))
            .with_help("ask about one of them; `can-i WHO --list` shows the patterns"));
    }
    // Servers append the slash to the path of a list request before they look at it.
    let slash = if operation.lists() && !path.ends_with('/') { "/" } else { "" };
    Ok(Asked::Vault(operation, format!("{path}{slash}")))
}

fn kubernetes(
    verb: &str,
    (what, name): (&str, Option<&str>),
    flags: &Flags,
    home: Option<&str>,
) -> Result<Question, Failure> {
    let namespace = match &flags.namespace {
        _ if flags.all_namespaces => None,
        Some(namespace) => Some(namespace.as_str()),
        None => home,
    };
    if name.is_some_and(|name| name.is_empty() || name.contains('/'))
        || (name.is_some() && what.starts_with('/'))
    {
        return Err(Failure::new("the third word is the name of an object, of a resource before it"));
    }
    let read = match (&flags.subresource, what.split_once('/')) {
        (Some(sub), Some((kind, of_object))) if name.is_none() => {
            Question::read(verb, &format!("{kind}/{sub}/{of_object}"), None, namespace)
        }
        (Some(sub), _) => Question::read(verb, &format!("{what}/{sub}"), name, namespace),
        (None, _) => Question::read(verb, what, name, namespace),
    };
    read.map_err(|error| Failure::new(clean::line(&error.to_string())))
}

/// True if a verb of Kubernetes is meant, of resources or of other paths, or any.
fn is_kubernetes(verb: &str) -> bool {
    verb == "*" || resource::is_verb(verb) || resource::URL_VERBS.contains(&verb)
}
