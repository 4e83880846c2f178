//! Who stands behind the subjects of bindings.

use crate::model::kube::binding::{Binding, Subject};
use crate::semantics::authorizer::User;
use crate::semantics::expectation::{Outcome, Prover};
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::subjects::{self, Crowd};
use crate::semantics::reach;

/// Somebody, as the API server sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) user: User,
    /// For people.
    pub(super) label: String,
}

/// Somebody of whom a claim speaks by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Someone {
    ServiceAccount(String, String),
    User(String),
    Group(String),
}

/// The name of a service account or a user that no binding names.
#[derive(Debug, Clone)]
pub(super) struct Stranger(String);

impl Someone {
    /// Reads a name; an error if nobody is known by it.
    pub(super) fn known(prover: &Prover<'_>, text: &str) -> Result<Someone, (Outcome, String)> {
        let unknown = |why: String| Err((Outcome::Nobody, why));
        let bindings = prover.access.project().bindings.iter();
        let mut subjects = bindings.flat_map(|binding| &binding.subjects);
        let mut is_named =
            |kind: &str, name: &str| subjects.any(|it| it.kind.value == kind && it.name.value == name);
        if let Some(name) = text.strip_prefix("user:") {
            return match name.starts_with("system:") || is_named("User", name) {
                true => Ok(Someone::User(name.to_owned())),
                false => unknown(format!("no binding names a user `{name}`")),
            };
        }
        if let Some(name) = text.strip_prefix("group:") {
            let of_namespace = name.strip_prefix("system:serviceaccounts:");
            let is_known = match of_namespace {
                Some(namespace) => prover.names.knows_namespace(namespace),
                None => name.starts_with("system:") || is_named("Group", name),
            };
            return match is_known {
                true => Ok(Someone::Group(name.to_owned())),
                false => unknown(format!("no binding names a group `{name}`")),
            };
        }
        let subject: reach::Subject = match text.parse() {
            Ok(subject) => subject,
            Err(error) => return unknown(format!("{error}")),
        };
        if let Some(why) = prover.names.unknown(&subject, &prover.access) {
            return unknown(why);
        }
        match subject {
            reach::Subject::ServiceAccount { namespace, name, role: None, .. } => {
                Ok(Someone::ServiceAccount(namespace, name))
            }
            _ => unknown(format!("`{text}` is nobody that Kubernetes knows")),
        }
    }

    /// Who that is; of a group, somebody in it who is nobody else.
    pub(super) fn identity(&self, stranger: &Stranger) -> Identity {
        match self {
            Someone::ServiceAccount(namespace, name) => Identity {
                user: User::service_account(namespace, name),
                label: format!("{namespace}/{name}"),
            },
            Someone::User(name) => stranger.user(name),
            Someone::Group(name) => stranger.member(name),
        }
    }

    /// True if the identity is this one, or one of the group.
    pub(super) fn includes(&self, identity: &Identity) -> bool {
        match self {
            Someone::ServiceAccount(namespace, name) => {
                identity.user.name == User::service_account(namespace, name).name
            }
            Someone::User(name) => identity.user.name == *name,
            Someone::Group(name) => identity.user.groups.contains(name),
        }
    }
}

impl Stranger {
    /// Somebody whom none of the bindings names.
    pub(super) fn to<'b>(bindings: impl Iterator<Item = &'b Binding>) -> Stranger {
        let names: Vec<&str> =
            bindings.flat_map(|binding| &binding.subjects).map(|subject| subject.name.as_str()).collect();
        let mut all =
            std::iter::once("any-other".to_owned()).chain((2_usize..).map(|at| format!("any-other-{at}")));
        // User names of service accounts hold their name.
        let free = all.find(|name| !names.iter().any(|other| other.contains(name.as_str())));
        Stranger(free.unwrap_or_default())
    }

    /// A service account of the namespace that no binding names.
    pub(super) fn in_namespace(&self, namespace: &str) -> Identity {
        let label = format!("any service account of the namespace `{namespace}`");
        Identity { user: User::service_account(namespace, &self.0), label }
    }

    /// Somebody who is logged in and nobody else.
    pub(super) fn logged_in(&self) -> Identity {
        Identity { user: User::named(&self.0), label: "whoever is logged in".to_owned() }
    }

    /// Somebody who is not logged in.
    pub(super) fn anonymous() -> Identity {
        Identity {
            user: User::anonymous(),
            label: "whoever reaches the API server without a login".to_owned(),
        }
    }

    /// Whom the subject of a binding stands for, and nobody else; nothing if it stands for nobody.
    pub(super) fn behind(&self, binding: &Binding, subject: &Subject) -> Option<Identity> {
        let name = subject.name.as_str();
        match subject.kind.as_str() {
            "User" => Some(self.user(name)),
            "Group" => Some(self.member(name)),
            "ServiceAccount" => {
                let filled = |namespace: &&str| !namespace.is_empty();
                let own = subject.namespace.as_ref().map(|namespace| namespace.as_str()).filter(filled);
                let of_binding = binding.meta.namespace_name().filter(|_| !binding.cluster_wide);
                let namespace = own.or(of_binding).filter(filled)?;
                Some(Someone::ServiceAccount(namespace.to_owned(), name.to_owned()).identity(self))
            }
            _ => None,
        }
    }

    fn user(&self, name: &str) -> Identity {
        let account = name.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'));
        if let Some((namespace, account)) = account {
            return Someone::ServiceAccount(namespace.to_owned(), account.to_owned()).identity(self);
        }
        if name == "system:anonymous" {
            return Stranger::anonymous();
        }
        Identity { user: User::named(name), label: format!("the user `{name}`") }
    }

    fn member(&self, group: &str) -> Identity {
        if let Some(namespace) = group.strip_prefix("system:serviceaccounts:") {
            return self.in_namespace(namespace);
        }
        let label = match group {
            "system:authenticated" => return self.logged_in(),
            "system:unauthenticated" => return Stranger::anonymous(),
            "system:serviceaccounts" => "any service account".to_owned(),
            group => format!("whoever is in the group `{group}`"),
        };
        Identity { user: User::member(group, &self.0), label }
    }
}

/// True for what Kubernetes gives to itself: members of `system:masters`, and the control plane, the nodes and the
/// service accounts of `kube-system` as far as the binding gives them a role of Kubernetes' own.
pub(super) fn is_left_aside(prover: &Prover<'_>, binding: &Binding, subject: &Subject) -> bool {
    if subjects::crowd(subject) == Some(Crowd::Masters) {
        return true;
    }
    let is_own_role = || {
        let role = prover.access.cluster().role_of(binding);
        binding.role_ref.name.value.starts_with("system:") && role.is_none_or(builtin::is_own_role)
    };
    subjects::is_of_the_system(binding, subject) && (builtin::is_own_binding(binding) || is_own_role())
}
