//! Whom bindings name.

use crate::model::kube::binding::{Binding, Subject};
use crate::semantics::authorizer::User;

/// Somebody, or a group of many.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Principal {
    /// A service account; the namespace is empty for one that belongs to wherever its binding is applied.
    ServiceAccount { namespace: String, name: String },
    /// A user that is no service account.
    User(String),
    /// Whoever is in the group.
    Group(String),
    /// Whoever may have credentials made by a role of the Kubernetes secrets engine, or is bound to a role that no input
    /// binds, in words.
    Minted(String),
}

const ACCOUNTS: &str = "system:serviceaccounts";
const AUTHENTICATED: &str = "system:authenticated";

impl Principal {
    /// Who the subject of a binding is; nothing for subjects of whom the authorizer knows nothing, and for members of
    /// `system:masters`, to whom everything is allowed before RBAC is asked.
    pub(super) fn of(subject: &Subject, binding: &Binding) -> Option<Principal> {
        let name = subject.name.value.clone();
        match subject.kind.as_str() {
            "User" => Some(Principal::user_named(name)),
            "Group" => (name != "system:masters").then_some(Principal::Group(name)),
            "ServiceAccount" => {
                let own = subject.namespace.as_ref().map(|namespace| namespace.as_str());
                let own = own.filter(|namespace| !namespace.is_empty());
                let of_binding = if binding.cluster_wide { None } else { binding.meta.namespace_name() };
                Some(match own.or(of_binding).filter(|namespace| !namespace.is_empty()) {
                    Some(namespace) => {
                        Principal::user_named(format!("system:serviceaccount:{namespace}:{name}"))
                    }
                    None => Principal::ServiceAccount { namespace: String::new(), name },
                })
            }
            _ => None,
        }
    }

    /// A user of this name, be it a service account.
    fn user_named(user: String) -> Principal {
        let account = user.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'));
        match account.filter(|(namespace, _)| !namespace.is_empty()) {
            Some((namespace, name)) => {
                Principal::ServiceAccount { namespace: namespace.to_owned(), name: name.to_owned() }
            }
            None => Principal::User(user),
        }
    }

    /// The groups that it is in for certain, and so what these hold.
    pub(super) fn groups(&self) -> Vec<Principal> {
        let group = |name: &str| Principal::Group(name.to_owned());
        match self {
            Principal::ServiceAccount { namespace, .. } if namespace.is_empty() => {
                vec![group(ACCOUNTS), group(AUTHENTICATED)]
            }
            Principal::ServiceAccount { namespace, .. } => {
                vec![
                    group(ACCOUNTS),
                    Principal::Group(format!("{ACCOUNTS}:{namespace}")),
                    group(AUTHENTICATED),
                ]
            }
            // The group of the namespace is told with the rest that it holds there.
            Principal::Minted(_) => vec![group(ACCOUNTS), group(AUTHENTICATED)],
            Principal::User(name) if name == "system:anonymous" => vec![group("system:unauthenticated")],
            Principal::User(_) => vec![group(AUTHENTICATED)],
            Principal::Group(name) if name == AUTHENTICATED || name == "system:unauthenticated" => Vec::new(),
            Principal::Group(name) if name.starts_with("system:serviceaccounts:") => {
                vec![group(ACCOUNTS), group(AUTHENTICATED)]
            }
            Principal::Group(_) => vec![group(AUTHENTICATED)],
        }
    }

    /// It as authentication tells it to the authorizer; of a group, a member by the name of `member`.
    pub(super) fn user(&self, member: &str) -> User {
        let name = match self {
            Principal::ServiceAccount { namespace, name } => {
                format!("system:serviceaccount:{namespace}:{name}")
            }
            Principal::User(name) => name.clone(),
            Principal::Group(_) | Principal::Minted(_) => member.to_owned(),
        };
        let all = std::iter::once(self.clone()).chain(self.groups());
        let groups = all.filter_map(|it| if let Principal::Group(name) = it { Some(name) } else { None });
        User { name, groups: groups.collect() }
    }

    /// True if the authorizer can be asked about it: where a service account lives is known.
    pub(super) fn can_ask(&self) -> bool {
        match self {
            Principal::ServiceAccount { namespace, .. } => !namespace.is_empty(),
            Principal::Minted(_) => false,
            Principal::User(_) | Principal::Group(_) => true,
        }
    }

    /// `NAMESPACE/NAME`, `User NAME` or `Group NAME`.
    pub(super) fn words(&self) -> String {
        match self {
            Principal::ServiceAccount { namespace, name } if namespace.is_empty() => {
                format!("service account {name} of the namespace that it is applied to")
            }
            Principal::ServiceAccount { namespace, name } => format!("{namespace}/{name}"),
            Principal::User(name) => format!("User {name}"),
            Principal::Group(name) => format!("Group {name}"),
            Principal::Minted(who) => who.clone(),
        }
    }
}
