//! Questions to the API server: may a service account do this to that.

use super::Access;
use crate::semantics::authorizer::{Grant, Query, User};
use crate::semantics::rbac::Request;

/// A question to the API server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// About a resource.
    Resource {
        /// `get`, `list`, `create`, …
        verb: String,
        /// API group, `""` for the core group.
        group: String,
        /// The resource, with its subresource after a slash.
        resource: String,
        /// The name of the object.
        name: Option<String>,
        /// The namespace; nothing for cluster-scoped resources and for all namespaces at once.
        namespace: Option<String>,
    },
    /// About a path outside of the resource API.
    Url {
        /// The HTTP method in lower case.
        verb: String,
        /// The path, `/healthz`.
        path: String,
    },
}

impl Question {
    /// The question as the authorizer takes it.
    pub fn query(&self) -> Query<'_> {
        match self {
            Question::Resource { verb, group, resource, name, namespace } => Query::Resource {
                request: Request { verb, group, resource, name: name.as_deref() },
                namespace: namespace.as_deref(),
            },
            Question::Url { verb, path } => Query::Url { verb, path },
        }
    }
}

impl<'a> Access<'a> {
    /// Why the API server lets a user do this; nothing if it does not.
    pub fn kubernetes(&self, user: &User, question: &Question) -> Option<Grant<'a>> {
        self.cluster.decide(user, &question.query())
    }
}
