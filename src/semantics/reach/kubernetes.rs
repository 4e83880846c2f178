//! Questions to the API server: may a service account do this to that, and who may.

use super::Access;
pub use super::doubt::{Doubt, RoleDoubt};
use crate::model::kube::resource;
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

/// Why a text is no question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// Not a resource that every cluster has, and no API group with it.
    #[error("`{0}` is no resource that every cluster has; write `{0}.GROUP`")]
    UnknownResource(String),
    /// Not a subresource of anything that every cluster has.
    #[error("`{0}` is no subresource of `{1}`")]
    UnknownSubresource(String, &'static str),
    /// A part of the text is empty, or there are too many.
    #[error(
        "`{0}` is no resource; write `RESOURCE[.GROUP]`, `RESOURCE/SUBRESOURCE`, `RESOURCE/NAME` or `/PATH`"
    )]
    Malformed(String),
}

/// What the API server says.
#[derive(Debug, Clone)]
pub enum Answer<'a> {
    /// Yes, for this reason.
    Allowed(Grant<'a>),
    /// No: no rule allows it.
    Refused,
    /// It hangs on these.
    Unknown(Vec<Doubt<'a>>),
}

impl Question {
    /// Reads what is asked about: `RESOURCE`, `RESOURCE/NAME`, `RESOURCE/SUBRESOURCE` or `RESOURCE/SUBRESOURCE/NAME`,
    /// in which the resource may be written in the singular or short (`po`), and with its API group behind it
    /// (`deployments.apps/scale`, `deployments/scale.apps`); or `/PATH` outside of the resource API.
    ///
    /// `name` is the object's name where `on` has none. The namespace does not count for cluster-scoped resources.
    pub fn read(
        verb: &str,
        on: &str,
        name: Option<&str>,
        namespace: Option<&str>,
    ) -> Result<Question, QuestionError> {
        let verb = verb.to_lowercase();
        if on.starts_with('/') {
            return Ok(Question::Url { verb, path: on.to_owned() });
        }
        let malformed = || QuestionError::Malformed(on.to_owned());
        let parts: Vec<&str> = on.split('/').collect();
        if parts.iter().any(|part| part.is_empty()) {
            return Err(malformed());
        }
        let (kind, rest) = parts.split_first().ok_or_else(malformed)?;
        let (subresource, written_name) = match rest {
            [] => (None, None),
            [one] => {
                let (word, _) = with_group(one);
                let (plain, group) = with_group(kind);
                // Where the name is said, this can only be a subresource.
                let is_part = name.is_some()
                    || match resource::called(plain, group) {
                        Some(known) => known.subresource(word).is_some(),
                        None => resource::is_subresource(word),
                    };
                if is_part { (Some(*one), None) } else { (None, Some(*one)) }
            }
            [subresource, name] => (Some(*subresource), Some(*name)),
            _ => return Err(malformed()),
        };
        let (kind, mut group) = with_group(kind);
        let subresource = subresource.map(|text| {
            let (word, of_sub) = with_group(text);
            group = group.or(of_sub);
            word
        });
        let known = resource::called(kind, group);
        if known.is_none() && group.is_none() && kind != "*" {
            return Err(QuestionError::UnknownResource(kind.to_owned()));
        }
        if let (Some(known), Some(word)) = (known, subresource)
            && known.subresource(word).is_none()
        {
            return Err(QuestionError::UnknownSubresource(word.to_owned(), known.name));
        }
        let (plural, group, namespaced) = match known {
            Some(known) => (known.name.to_owned(), known.group, known.is_namespaced()),
            None => (kind.to_lowercase(), group.unwrap_or_default(), true),
        };
        let name = written_name.or(name);
        let namespace = match name {
            _ if namespaced => namespace,
            // A request for a Namespace object is made in the namespace of that name.
            Some(name) if plural == "namespaces" => Some(name),
            _ => None,
        };
        let resource = match subresource {
            Some(subresource) => format!("{plural}/{subresource}"),
            None => plural,
        };
        Ok(Question::Resource {
            verb,
            group: group.to_owned(),
            resource,
            name: name.map(str::to_owned),
            namespace: namespace.map(str::to_owned),
        })
    }

    /// True if the text begins with a resource that every cluster has.
    pub fn is_resource(text: &str) -> bool {
        let (kind, group) = with_group(text.split('/').next().unwrap_or(text));
        resource::called(kind, group).is_some()
    }

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

    /// The same question about another namespace; nothing if it is not about something in namespaces.
    pub fn in_namespace(&self, other: &str) -> Option<Question> {
        match self {
            Question::Resource { group, resource, .. } => {
                let kind = resource.split('/').next().unwrap_or(resource);
                let is_inside = resource::called(kind, Some(group)).is_none_or(|known| known.is_namespaced());
                let mut question = self.clone();
                if let Question::Resource { namespace, .. } = &mut question {
                    *namespace = Some(other.to_owned());
                }
                is_inside.then_some(question)
            }
            Question::Url { .. } => None,
        }
    }
}

/// `RESOURCE.GROUP` or `RESOURCE.VERSION.GROUP`.
fn with_group(text: &str) -> (&str, Option<&str>) {
    let Some((word, group)) = text.split_once('.') else { return (text, None) };
    let is_version = |word: &str| {
        let digits = word.strip_prefix('v').unwrap_or_default();
        digits.starts_with(|first: char| first.is_ascii_digit())
    };
    match group.split_once('.') {
        Some((version, group)) if is_version(version) => (word, Some(group)),
        _ => (word, Some(group)),
    }
}

impl<'a> Access<'a> {
    /// What the API server says when a user asks to do this.
    pub fn kubernetes(&self, user: &User, query: &Query<'_>) -> Answer<'a> {
        let grant = self.cluster.decide(user, query);
        let doubts = self.kubernetes_doubts(user, query, grant.is_some());
        match grant {
            _ if !doubts.is_empty() => Answer::Unknown(doubts),
            Some(grant) => Answer::Allowed(grant),
            None => Answer::Refused,
        }
    }
}
