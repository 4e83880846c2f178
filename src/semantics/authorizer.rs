//! What a user may do in a cluster, and which rule of which binding says so: the API server's own answer.
//!
//! RBAC only ever adds: the first rule that allows decides, and without one the answer is no. References to roles that
//! do not exist are passed over.
//!
//! Source: kubernetes `plugin/pkg/auth/authorizer/rbac/rbac.go`, `pkg/registry/rbac/validation/rule.go`,
//! `pkg/controller/clusterroleaggregation`.

mod aggregation;

use std::collections::{BTreeMap, HashMap};

use super::rbac::{self, Request};
use crate::model::kube::binding::{Binding, Subject};
use crate::model::kube::rbac::{RbacRole, RbacRoleKind, RbacRule};

/// Who asks, as authentication told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The user name.
    pub name: String,
    /// The groups.
    pub groups: Vec<String>,
}

/// The group of whoever is logged in.
const AUTHENTICATED: &str = "system:authenticated";
/// The group of whoever is not.
const UNAUTHENTICATED: &str = "system:unauthenticated";

impl User {
    /// A service account with the groups that it is given.
    pub fn service_account(namespace: &str, name: &str) -> User {
        User {
            name: format!("system:serviceaccount:{namespace}:{name}"),
            groups: vec![
                "system:serviceaccounts".to_owned(),
                format!("system:serviceaccounts:{namespace}"),
                "system:authenticated".to_owned(),
            ],
        }
    }

    /// A user by name, with the groups that come with the name; of a service account, those of one.
    pub fn named(name: &str) -> User {
        let account = name.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'));
        if let Some((namespace, account)) = account {
            return User::service_account(namespace, account);
        }
        let group = if name == "system:anonymous" { UNAUTHENTICATED } else { AUTHENTICATED };
        User { name: name.to_owned(), groups: vec![group.to_owned()] }
    }

    /// Somebody in a group, called `name`, with the groups that come with it.
    pub fn member(group: &str, name: &str) -> User {
        if let Some(namespace) = group.strip_prefix("system:serviceaccounts:") {
            return User::service_account(namespace, name);
        }
        match group {
            "system:serviceaccounts" => User::service_account(name, name),
            UNAUTHENTICATED => User::anonymous(),
            AUTHENTICATED => User::named(name),
            _ => User { name: name.to_owned(), groups: vec![group.to_owned(), AUTHENTICATED.to_owned()] },
        }
    }

    /// Whoever sends no credentials.
    pub fn anonymous() -> User {
        User::named("system:anonymous")
    }

    /// True for members of `system:masters`, to whom everything is allowed before RBAC is asked.
    pub fn is_master(&self) -> bool {
        self.groups.iter().any(|group| group == "system:masters")
    }
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub enum Query<'a> {
    /// Access to a resource.
    Resource {
        /// What is to be done to what.
        request: Request<'a>,
        /// Where; nothing for cluster-scoped resources and for all namespaces at once. A request for a Namespace object
        /// is made in the namespace of that name.
        namespace: Option<&'a str>,
    },
    /// Access to a path outside the resource API.
    Url {
        /// The HTTP method in lower case.
        verb: &'a str,
        /// The path.
        path: &'a str,
    },
}

/// Why a request is allowed.
#[derive(Debug, Clone, Copy)]
pub enum Grant<'a> {
    /// The user is a member of `system:masters`.
    Master,
    /// A rule allows it.
    Rule(Source<'a>),
}

/// A rule with the chain through which somebody holds it.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The binding.
    pub binding: &'a Binding,
    /// The subject of the binding that is the user or one of the groups.
    pub subject: &'a Subject,
    /// The role that is bound.
    pub role: &'a RbacRole,
    /// The role that the rule is written in: another one where the bound role is aggregated.
    pub written_in: &'a RbacRole,
    /// The rule.
    pub rule: &'a RbacRule,
}

/// The RBAC objects of a cluster.
#[derive(Debug)]
pub struct Cluster<'a> {
    /// By name.
    cluster_roles: BTreeMap<&'a str, HeldRole<'a>>,
    /// By namespace and name.
    roles: HashMap<&'a str, HashMap<&'a str, HeldRole<'a>>>,
    cluster_bindings: Vec<&'a Binding>,
    bindings: HashMap<&'a str, Vec<&'a Binding>>,
}

/// A rule with the role that it is written in.
type WrittenRule<'a> = (&'a RbacRole, &'a RbacRule);

#[derive(Debug)]
struct HeldRole<'a> {
    role: &'a RbacRole,
    rules: Vec<WrittenRule<'a>>,
}

impl<'a> Cluster<'a> {
    /// Takes the objects as they are stored. Of two roles of one name the last counts, as if applied in this order.
    pub fn stored(
        roles: impl IntoIterator<Item = &'a RbacRole>,
        bindings: impl IntoIterator<Item = &'a Binding>,
    ) -> Cluster<'a> {
        let mut cluster = Cluster {
            cluster_roles: BTreeMap::new(),
            roles: HashMap::new(),
            cluster_bindings: Vec::new(),
            bindings: HashMap::new(),
        };
        for role in roles {
            let held = HeldRole { role, rules: role.rules.iter().map(|rule| (role, rule)).collect() };
            let name = role.meta.name.as_str();
            let namespace = role.meta.namespace_name().unwrap_or_default();
            match role.kind {
                RbacRoleKind::ClusterRole => cluster.cluster_roles.insert(name, held),
                RbacRoleKind::Role => cluster.roles.entry(namespace).or_default().insert(name, held),
            };
        }
        for binding in bindings {
            match binding.meta.namespace_name() {
                _ if binding.cluster_wide => cluster.cluster_bindings.push(binding),
                namespace => cluster.bindings.entry(namespace.unwrap_or_default()).or_default().push(binding),
            }
        }
        cluster
    }

    /// Takes the objects as they are once the controller has filled the aggregated roles.
    pub fn settled(
        roles: impl IntoIterator<Item = &'a RbacRole>,
        bindings: impl IntoIterator<Item = &'a Binding>,
    ) -> Cluster<'a> {
        let mut cluster = Cluster::stored(roles, bindings);
        aggregation::fill(&mut cluster.cluster_roles);
        cluster
    }

    /// The API server's answer; `None` is no.
    pub fn decide(&self, user: &User, query: &Query<'_>) -> Option<Grant<'a>> {
        if user.is_master() { Some(Grant::Master) } else { self.by_rbac(user, query).map(Grant::Rule) }
    }

    /// RBAC's answer alone: the first rule that allows, bindings of the whole cluster first.
    pub fn by_rbac(&self, user: &User, query: &Query<'_>) -> Option<Source<'a>> {
        self.sources(user, query.namespace()).find(|source| query.is_allowed_by(source.rule))
    }

    /// Every rule that the user holds in a namespace (`""` for outside of all), in the order in which they are tried.
    pub fn sources<'s>(&'s self, user: &'s User, namespace: &str) -> impl Iterator<Item = Source<'a>> + 's {
        self.bindings_in(namespace).flat_map(move |binding| {
            let subject = binding.subjects.iter().find(|subject| is_subject(subject, binding, user));
            let held = subject.and_then(|subject| Some((subject, self.referent(binding)?)));
            held.into_iter().flat_map(move |(subject, held)| {
                held.rules.iter().map(move |(written_in, rule)| Source {
                    binding,
                    subject,
                    role: held.role,
                    written_in,
                    rule,
                })
            })
        })
    }

    /// The bindings that count in a namespace (`""` for outside of all), those of the whole cluster first.
    pub fn bindings_in<'s>(&'s self, namespace: &str) -> impl Iterator<Item = &'a Binding> + use<'s, 'a> {
        let here = self.bindings.get(namespace).filter(|_| !namespace.is_empty());
        self.cluster_bindings.iter().chain(here.into_iter().flatten()).copied()
    }

    /// The roles that are bound to the user in a namespace (`""` for outside of all).
    pub fn bound<'s>(&'s self, user: &'s User, namespace: &str) -> impl Iterator<Item = &'a RbacRole> + 's {
        let named = self
            .bindings_in(namespace)
            .filter(move |binding| binding.subjects.iter().any(|subject| is_subject(subject, binding, user)));
        named.filter_map(|binding| self.referent(binding)).map(|held| held.role)
    }

    /// The namespaces that have bindings, in order.
    pub fn namespaces(&self) -> Vec<&'a str> {
        let mut namespaces: Vec<&'a str> = self.bindings.keys().copied().collect();
        namespaces.sort_unstable();
        namespaces
    }

    /// Every subject of a binding to whom it allows this, with the first rule that does; bindings of the whole cluster
    /// first.
    pub fn allowing(&self, query: &Query<'_>) -> Vec<Source<'a>> {
        let allowing = self.bindings_in(query.namespace()).flat_map(|binding| {
            let held = self.referent(binding);
            let found = held.and_then(|held| {
                let rule = held.rules.iter().find(|(_, rule)| query.is_allowed_by(rule))?;
                Some((held.role, *rule))
            });
            found.into_iter().flat_map(move |(role, (written_in, rule))| {
                let subjects = binding.subjects.iter();
                subjects.map(move |subject| Source { binding, subject, role, written_in, rule })
            })
        });
        allowing.collect()
    }

    /// The role that a binding refers to; `None` if it is not there.
    pub fn role_of(&self, binding: &Binding) -> Option<&'a RbacRole> {
        self.referent(binding).map(|held| held.role)
    }

    /// The rules of the role that a binding refers to; `None` if there is none.
    pub fn rules_of(&self, binding: &Binding) -> Option<impl Iterator<Item = &'a RbacRule>> {
        self.referent(binding).map(|held| held.rules.iter().map(|(_, rule)| *rule))
    }

    /// A role by its name, with its rules, those that aggregation gives it among them. The namespace counts for Roles.
    pub fn role_called(
        &self,
        kind: RbacRoleKind,
        namespace: &str,
        name: &str,
    ) -> Option<(&'a RbacRole, impl Iterator<Item = &'a RbacRule>)> {
        let held = match kind {
            RbacRoleKind::ClusterRole => self.cluster_roles.get(name),
            RbacRoleKind::Role => self.roles.get(namespace)?.get(name),
        };
        held.map(|held| (held.role, held.rules.iter().map(|(_, rule)| *rule)))
    }

    /// The namespaces that have a Role of this name, in order; `""` for one that tells none.
    pub fn namespaces_with(&self, role: &str) -> Vec<&'a str> {
        let with = self.roles.iter().filter(|(_, roles)| roles.contains_key(role));
        let mut namespaces: Vec<&'a str> = with.map(|(namespace, _)| *namespace).collect();
        namespaces.sort_unstable();
        namespaces
    }

    /// True if a rule of the ClusterRole allows it.
    pub fn allows(&self, cluster_role: &str, query: &Query<'_>) -> bool {
        let held = self.cluster_roles.get(cluster_role);
        held.is_some_and(|held| held.rules.iter().any(|(_, rule)| query.is_allowed_by(rule)))
    }

    /// A Role is looked up in the namespace of the binding; for a ClusterRoleBinding there is no such place.
    fn referent(&self, binding: &Binding) -> Option<&HeldRole<'a>> {
        let name = binding.role_ref.name.as_str();
        match binding.role_ref.role_kind()? {
            RbacRoleKind::ClusterRole => self.cluster_roles.get(name),
            RbacRoleKind::Role if binding.cluster_wide => None,
            RbacRoleKind::Role => {
                self.roles.get(binding.meta.namespace_name().unwrap_or_default())?.get(name)
            }
        }
    }
}

impl<'q> Query<'q> {
    /// The namespace whose bindings count; `""` for outside of all.
    pub fn namespace(&self) -> &'q str {
        match self {
            Query::Resource { namespace, .. } => namespace.unwrap_or_default(),
            Query::Url { .. } => "",
        }
    }

    /// True if the rule allows it.
    pub fn is_allowed_by(&self, rule: &RbacRule) -> bool {
        match self {
            Query::Resource { request, .. } => rbac::allows(rule, request).is_some(),
            Query::Url { verb, path } => rbac::allows_url(rule, verb, path),
        }
    }
}

/// True if the user is the subject of a binding, or is in the group that it names.
///
/// Names compare byte for byte; the API group of a subject is not looked at.
pub fn is_subject(subject: &Subject, binding: &Binding, user: &User) -> bool {
    let name = subject.name.as_str();
    match subject.kind.as_str() {
        "User" => user.name == name,
        "Group" => user.groups.iter().any(|group| group == name),
        "ServiceAccount" => {
            let own = subject.namespace.as_ref().map(|namespace| namespace.as_str());
            let own = own.filter(|namespace| !namespace.is_empty());
            let of_binding = if binding.cluster_wide { None } else { binding.meta.namespace_name() };
            let namespace = own.or(of_binding).filter(|namespace| !namespace.is_empty());
            let rest = user.name.strip_prefix("system:serviceaccount:");
            let rest = namespace.and_then(|namespace| rest?.strip_prefix(namespace)?.strip_prefix(':'));
            rest == Some(name)
        }
        _ => false,
    }
}
