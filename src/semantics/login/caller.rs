//! Who logs in.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::model::kube::service_account::KubernetesNamespace;
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
            namespace_labels: NamespaceLabels::declared(project)
                .remove(namespace)
                .unwrap_or_else(|| NamespaceLabels::name_alone(namespace)),
        }
    }

    /// The same with a JWT for these audiences.
    pub fn with_audiences(self, audiences: impl IntoIterator<Item = impl Into<String>>) -> Caller {
        Caller { audiences: Some(audiences.into_iter().map(Into::into).collect()), ..self }
    }
}

impl NamespaceLabels {
    /// The labels of every namespace that `project` declares.
    pub fn declared(project: &Project) -> HashMap<&str, NamespaceLabels> {
        let mut declared: HashMap<&str, NamespaceLabels> = HashMap::new();
        for object in &project.kubernetes_namespaces {
            let name = object.meta.name.as_str();
            let labels = NamespaceLabels::of(object);
            match declared.entry(name) {
                Entry::Vacant(free) => drop(free.insert(labels)),
                Entry::Occupied(mut other) if *other.get() != labels => {
                    other.insert(NamespaceLabels::name_alone(name));
                }
                Entry::Occupied(_) => {}
            }
        }
        declared
    }

    /// Nothing is known but what the API server itself sets.
    pub fn name_alone(namespace: &str) -> NamespaceLabels {
        NamespaceLabels { known: vec![(NAME_LABEL.to_owned(), namespace.to_owned())], complete: false }
    }

    fn of(object: &KubernetesNamespace) -> NamespaceLabels {
        let mut labels = NamespaceLabels::name_alone(object.meta.name.as_str());
        let own = object.meta.labels.iter().map(|(key, value)| (key.value.clone(), value.value.clone()));
        labels.known.extend(own.filter(|(key, _)| key != NAME_LABEL));
        labels.known.sort();
        labels.complete = true;
        labels
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
