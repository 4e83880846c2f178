//! Questions to the API server: may a service account do this to that, and who may.

use super::Access;
use crate::model::kube::binding::Binding;
use crate::model::kube::resource;
use crate::semantics::authorizer::{self, Grant, Query, Source, User};
use crate::semantics::rbac::{Request, bootstrap};

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
    /// No rule that is known allows it, but these bindings refer to roles that may.
    Unknown(Vec<(&'a Binding, Doubt)>),
}

/// Why it is not known what a role allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// No input holds it, and Kubernetes does not have it everywhere alike.
    NotAmongInputs,
    /// Kubernetes fills it, and extensions that bring the API group of the question may add to it.
    Extensions,
    /// Only some versions of Kubernetes allow it in this role.
    Version,
}

impl Doubt {
    /// The reason for people: what stands behind `ClusterRole view`.
    pub fn why(self) -> &'static str {
        match self {
            Doubt::NotAmongInputs => "is not among the inputs",
            Doubt::Extensions => "may take in more from what is installed with this API group",
            Doubt::Version => "allows it in some versions of Kubernetes; name yours in `target`",
        }
    }
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
                let is_part = match resource::called(plain, group) {
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
    pub fn kubernetes(&self, user: &User, question: &Question) -> Answer<'a> {
        self.ask(user, &question.query())
    }

    /// The same for a question as the authorizer takes it.
    pub fn ask(&self, user: &User, query: &Query<'_>) -> Answer<'a> {
        if let Some(grant) = self.cluster.decide(user, query) {
            return Answer::Allowed(grant);
        }
        let of_user = |(binding, _): &(&'a Binding, Doubt)| {
            binding.subjects.iter().any(|subject| authorizer::is_subject(subject, binding, user))
        };
        let open: Vec<(&'a Binding, Doubt)> = self.open_bindings(query).filter(of_user).collect();
        if open.is_empty() { Answer::Refused } else { Answer::Unknown(open) }
    }

    /// Everybody who may do this: one source for each subject of a binding that allows it, and the bindings of which
    /// it is not known whether they do.
    pub fn kubernetes_who_can(&self, question: &Question) -> (Vec<Source<'a>>, Vec<(&'a Binding, Doubt)>) {
        let query = question.query();
        (self.cluster.allowing(&query), self.open_bindings(&query).collect())
    }

    /// Bindings that count for the question and may allow it, although no rule that is known does.
    fn open_bindings<'s>(
        &'s self,
        query: &'s Query<'_>,
    ) -> impl Iterator<Item = (&'a Binding, Doubt)> + use<'s, 'a> {
        let bindings = self.cluster.bindings_in(query.namespace());
        bindings.filter_map(move |binding| Some((binding, self.doubt(binding, query)?)))
    }

    fn doubt(&self, binding: &Binding, query: &Query<'_>) -> Option<Doubt> {
        let Some(role) = self.cluster.role_of(binding) else { return Some(Doubt::NotAmongInputs) };
        let name = role.meta.name.as_str();
        if !bootstrap::is_extended(role) || self.cluster.allows(name, query) {
            return None;
        }
        let is_foreign = |group: &str| !resource::is_built_in(group) && !resource::is_former_group(group);
        match query {
            Query::Resource { request, .. } if is_foreign(request.group) => Some(Doubt::Extensions),
            _ => self.newest.allows(name, query).then_some(Doubt::Version),
        }
    }
}
