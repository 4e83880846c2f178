//! Who is known to the inputs. A claim about somebody whose name is misspelled would hold for no reason.

use std::collections::HashSet;

use crate::model::project::Project;
use crate::semantics::bound;
use crate::semantics::rbac::subjects;
use crate::semantics::reach::{Access, Subject};

/// The service accounts and Kubernetes namespaces that inputs speak of.
#[derive(Debug)]
pub(super) struct Names<'a> {
    service_accounts: HashSet<&'a str>,
    namespaces: HashSet<&'a str>,
}

impl<'a> Names<'a> {
    pub(super) fn of(project: &'a Project) -> Names<'a> {
        let mut names = Names { service_accounts: HashSet::new(), namespaces: HashSet::new() };
        for account in &project.service_accounts {
            names.service_accounts.insert(account.meta.name.as_str());
            names.namespaces.extend(account.meta.namespace_name());
        }
        for binding in &project.bindings {
            let accounts = binding.subjects.iter().filter_map(|it| subjects::service_account(binding, it));
            for (namespace, name) in accounts {
                names.service_accounts.insert(name);
                names.namespaces.extend(Some(namespace).filter(|namespace| !namespace.is_empty()));
            }
        }
        let groups = project.bindings.iter().flat_map(|binding| &binding.subjects);
        for group in groups.filter(|subject| subject.kind.as_str() == "Group") {
            names.namespaces.extend(group.name.value.strip_prefix("system:serviceaccounts:"));
        }
        for role in &project.auth_roles {
            names.service_accounts.extend(role.names().iter().map(|name| name.as_str()));
            names.namespaces.extend(role.namespaces().iter().map(|name| name.as_str()));
        }
        for workload in &project.workloads {
            names.namespaces.extend(workload.meta.namespace_name());
            names.service_accounts.extend(workload.service_account.as_ref().map(|name| name.as_str()));
        }
        names.namespaces.extend(project.kubernetes_namespaces.iter().map(|it| it.meta.name.as_str()));
        names.namespaces.extend(project.bindings.iter().filter_map(|it| it.meta.namespace_name()));
        names.namespaces.extend(project.rbac_roles.iter().filter_map(|it| it.meta.namespace_name()));
        names
    }

    /// True if an input speaks of the Kubernetes namespace.
    pub(super) fn knows_namespace(&self, namespace: &str) -> bool {
        self.namespaces.contains(namespace)
    }

    /// Why nothing is known of a service account; nothing if its name and its namespace occur in the inputs, be it not
    /// together, or if a glob of some role takes it in.
    pub(super) fn unknown(&self, subject: &Subject, access: &Access<'_>) -> Option<String> {
        let Subject::ServiceAccount { namespace, name, .. } = subject else { return None };
        let knows_name = self.service_accounts.contains(name.as_str()) || name == "default";
        let knows_namespace = self.namespaces.contains(namespace.as_str());
        if knows_name && knows_namespace {
            return None;
        }
        let roles = access.methods().iter().flat_map(|method| method.roles());
        let takes_in = roles.into_iter().any(|role| {
            let admits = |list: &[crate::syntax::Spanned<String>], name: &str| {
                list.iter().any(|entry| bound::admits(entry.as_str(), name))
            };
            admits(role.names(), name) && (knows_namespace || admits(role.namespaces(), namespace))
        });
        if takes_in {
            return None;
        }
        Some(match knows_name {
            true => format!("no input speaks of the Kubernetes namespace `{namespace}`"),
            false => format!("no input speaks of a service account `{name}`"),
        })
    }
}
