//! The namespaces and service accounts that the inputs speak of.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::project::Project;

/// What is known to exist in the cluster. An input never shows all of it: what is not here may exist all the same.
#[derive(Debug, Default)]
pub struct Inhabitants<'a> {
    /// By namespace (`""` where an object names none): service accounts that an object declares.
    declared: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Service accounts that workloads run as, likewise.
    used: BTreeMap<&'a str, BTreeSet<&'a str>>,
    namespaces: BTreeSet<&'a str>,
}

impl<'a> Inhabitants<'a> {
    /// All that `project` speaks of.
    pub fn of(project: &'a Project) -> Inhabitants<'a> {
        let mut known = Inhabitants::default();
        for object in &project.kubernetes_namespaces {
            known.namespaces.insert(object.meta.name.as_str());
        }
        for account in &project.service_accounts {
            let namespace = account.meta.namespace_name().unwrap_or_default();
            known.declared.entry(namespace).or_default().insert(account.meta.name.as_str());
        }
        for workload in &project.workloads {
            let namespace = workload.meta.namespace_name().unwrap_or_default();
            if let Some(account) = &workload.service_account {
                known.used.entry(namespace).or_default().insert(account.as_str());
            }
            known.namespaces.insert(namespace);
        }
        let bindings = project.bindings.iter().filter_map(|binding| binding.meta.namespace_name());
        known.namespaces.extend(bindings);
        known.namespaces.extend(known.declared.keys());
        known.namespaces.remove("");
        known
    }

    /// Every namespace that is spoken of.
    pub fn namespaces(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.namespaces.iter().copied()
    }

    /// The names of every service account that is spoken of; a name may come again.
    pub fn account_names(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.declared.values().chain(self.used.values()).flatten().copied()
    }

    /// The names of the service accounts that are declared in a namespace.
    pub fn declared_in(&self, namespace: &str) -> impl Iterator<Item = &'a str> + '_ {
        self.declared.get(namespace).into_iter().flatten().copied()
    }

    /// True if a service account is declared, or a workload runs as it. Objects without a namespace may lie in any.
    pub fn has_account(&self, namespace: &str, name: &str) -> bool {
        [namespace, ""].into_iter().any(|namespace| {
            [&self.declared, &self.used]
                .into_iter()
                .any(|map| map.get(namespace).is_some_and(|names| names.contains(name)))
        })
    }

    /// True if an object declares this service account in this namespace.
    pub fn declares(&self, namespace: &str, name: &str) -> bool {
        self.declared.get(namespace).is_some_and(|names| names.contains(name))
    }

    /// True if the namespace is spoken of.
    pub fn has_namespace(&self, name: &str) -> bool {
        self.namespaces.contains(name)
    }
}
