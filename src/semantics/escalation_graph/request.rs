//! Requests that hops rest on.

use std::fmt;

use crate::model::vault::capability::Capability;

/// A request that a server lets through to who takes a hop.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Request {
    /// To Vault.
    Vault {
        /// The Vault namespace: `""`, or with a slash at the end.
        namespace: String,
        /// What it takes.
        capability: Capability,
        /// The path in the namespace.
        path: String,
    },
    /// To the API server.
    Kubernetes {
        /// `create`, `impersonate`, …; `*` for any.
        verb: &'static str,
        /// The API group, `""` for that of the core; `*` for any.
        group: &'static str,
        /// The resource, with its part after a slash; `*` for any.
        resource: &'static str,
        /// The name of the object, if the request carries one.
        name: Option<String>,
        /// The namespace; nothing for what lies outside of all and for requests in any.
        namespace: Option<String>,
    },
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Request::Vault { namespace, capability, path } => {
                write!(f, "{} {namespace}{path}", capability.word())
            }
            Request::Kubernetes { verb, group, resource, name, namespace } => {
                write!(f, "{verb} {resource}")?;
                if !group.is_empty() {
                    write!(f, ".{group}")?;
                }
                if let Some(name) = name {
                    write!(f, " {name}")?;
                }
                namespace.as_ref().map_or(Ok(()), |namespace| write!(f, " in {namespace}"))
            }
        }
    }
}
