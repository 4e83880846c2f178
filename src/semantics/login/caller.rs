//! Who logs in.

use crate::model::project::Project;

/// A service account that presents its JWT, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The Kubernetes namespace of the service account.
    pub namespace: String,
    /// Its name.
    pub service_account: String,
    /// The audiences that the JWT is made for; nothing if they are not known.
    pub audiences: Option<Vec<String>>,
    /// The labels of the namespace.
    pub namespace_labels: NamespaceLabels,
}

/// The labels of a Kubernetes namespace.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NamespaceLabels {
    /// Keys and values that are known.
    pub known: Vec<(String, String)>,
    /// There are no others.
    pub complete: bool,
}

/// The label that the API server puts on every namespace: its name.
pub(super) const NAME_LABEL: &str = "kubernetes.io/metadata.name";

impl Caller {
    /// A service account with a JWT of unknown audiences. The labels of its namespace come from the Namespace objects
    /// of `project`; if there is none, or if there are several that differ, only the label with the name is known.
    pub fn in_project(project: &Project, namespace: &str, service_account: &str) -> Caller {
        Caller {
            namespace: namespace.to_owned(),
            service_account: service_account.to_owned(),
            audiences: None,
            namespace_labels: NamespaceLabels::in_project(project, namespace),
        }
    }

    /// The same with a JWT for these audiences.
    pub fn with_audiences(self, audiences: impl IntoIterator<Item = impl Into<String>>) -> Caller {
        Caller { audiences: Some(audiences.into_iter().map(Into::into).collect()), ..self }
    }
}

impl NamespaceLabels {
    /// The labels that the Namespace objects of `project` give the namespace.
    pub fn in_project(project: &Project, namespace: &str) -> NamespaceLabels {
        let objects = project.kubernetes_namespaces.iter().filter(|it| it.meta.name.value == namespace);
        let mut labels = objects.map(|object| {
            let mut labels: Vec<(String, String)> = object
                .meta
                .labels
                .iter()
                .map(|(key, value)| (key.value.clone(), value.value.clone()))
                .collect();
            labels.sort();
            labels
        });
        let first = labels.next();
        let complete = first.is_some() && labels.all(|other| Some(&other) == first.as_ref());
        let mut known = first.filter(|_| complete).unwrap_or_default();
        known.retain(|(key, _)| key != NAME_LABEL);
        known.push((NAME_LABEL.to_owned(), namespace.to_owned()));
        NamespaceLabels { known, complete }
    }

    /// The value of a label; `Err` if it is not known whether there is one.
    pub(super) fn get(&self, key: &str) -> Result<Option<&str>, ()> {
        match self.known.iter().find(|(known, _)| known == key) {
            Some((_, value)) => Ok(Some(value)),
            None if self.complete => Ok(None),
            None => Err(()),
        }
    }
}
