//! From somebody to what they may do: service account → auth roles that admit it → policies → access.
//!
//! [`Access::new`] arranges a project once. [`Access::holders`] says through which roles a [`Subject`] gets a token and
//! what that token holds; [`Holder::token`] compiles it, for every server of the target; [`Access::who_can`] turns the
//! question round.
//!
//! ```no_run
//! # use rolewright::model::project::Project;
//! use rolewright::semantics::acl::{Operation, Verdict};
//! use rolewright::semantics::reach::{Access, Subject};
//!
//! # let project = Project::default();
//! let access = Access::new(&project);
//! let subject: Subject = "app/web".parse()?;
//! for holder in access.holders(&subject)?.iter().filter(|holder| holder.gets_token()) {
//!     let token = holder.token();
//!     let request = token.request(Operation::Read, "kv/data/app/config");
//!     let is_allowed = token.verdict(&request) == Verdict::Allowed;
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod doubt;
mod held;
mod holder;
pub mod kubernetes;
mod narrow;
mod sieve;
mod subject;
#[cfg(test)]
mod tests;
mod token;
mod who;

pub use held::Held;
pub use holder::{Holder, HolderKey, Unresolved};
pub use sieve::Sieve;
pub use subject::{RoleName, Subject, SubjectError};
pub use token::{Difference, Token};
pub use who::{Matching, Reached, Who};

use std::collections::HashMap;

use super::acl::default_policy;
use super::authorizer::Cluster;
use super::dialect::Dialect;
use super::login::{AuthMethod, Caller, NamespaceLabels, Outcome, attempt};
use super::rbac::bootstrap;
use crate::model::kube::rbac::RbacRole;
use crate::model::project::Project;
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::mount::Engine;
use crate::model::vault::policy::Policy;
use crate::syntax::Span;

/// A project, arranged for questions of access.
#[derive(Debug)]
pub struct Access<'a> {
    project: &'a Project,
    methods: Vec<AuthMethod<'a>>,
    /// The policy `default` of a server on which nobody wrote another, in the order of [`Dialect::ALL`].
    defaults: [Policy; 3],
    /// By the places of name and text: the servers that do not store a policy which others do store.
    refused: HashMap<(Span, Span), Vec<Dialect>>,
    cluster: Cluster<'a>,
    /// RBAC roles that the inputs define in different ways.
    several: HashMap<doubt::RoleKey, Vec<&'a RbacRole>>,
    /// The roles of the newest Kubernetes, for what hangs on the version.
    newest: Cluster<'static>,
    /// By Kubernetes namespace, where an input declares it.
    labels: HashMap<&'a str, NamespaceLabels>,
}

impl<'a> Access<'a> {
    /// Paths of the `pki` mounts: each guards two paths below it.
    pub fn pki_mounts(&self) -> Vec<&'a str> {
        let known = self.project.mounts.iter().map(|mount| (mount.path.as_str(), &mount.engine));
        let configured =
            self.project.settings.mounts.iter().map(|mount| (mount.path.as_str(), &mount.engine));
        known.chain(configured).filter(|(_, engine)| **engine == Engine::Pki).map(|(path, _)| path).collect()
    }

    /// Arranges `project`.
    pub fn new(project: &'a Project) -> Access<'a> {
        let minor = project.kubernetes_minor();
        let built_in = bootstrap::roles(minor).iter();
        Access {
            labels: NamespaceLabels::declared(project),
            project,
            methods: AuthMethod::all(project),
            defaults: Dialect::ALL.map(default_policy),
            refused: refused_in_part(project),
            several: doubt::defined_in_several_ways(project),
            cluster: Cluster::settled(
                // Of two of one name the last counts, so a dump of a cluster has its own way.
                built_in.chain(&project.rbac_roles),
                bootstrap::bindings().iter().chain(&project.bindings),
            ),
            // Where the version is named, nothing hangs on it.
            newest: Cluster::settled(bootstrap::roles(minor.or(Some(u8::MAX))), []),
        }
    }

    /// The project.
    pub fn project(&self) -> &'a Project {
        self.project
    }

    /// A service account that presents a JWT of unknown audiences, with what is known of its namespace.
    pub fn caller(&self, namespace: &str, service_account: &str) -> Caller {
        Caller {
            namespace: namespace.to_owned(),
            service_account: service_account.to_owned(),
            audiences: None,
            namespace_labels: self
                .labels
                .get(namespace)
                .cloned()
                .unwrap_or_else(|| NamespaceLabels::name_alone(namespace)),
        }
    }

    /// The auth methods, in order of Vault namespace and path.
    pub fn methods(&self) -> &[AuthMethod<'a>] {
        &self.methods
    }

    /// The RBAC objects of the project and those that every cluster has, aggregated roles filled.
    pub fn cluster(&self) -> &Cluster<'a> {
        &self.cluster
    }

    /// The servers that answers about what is written at `place` are given for: those of its spec's target, else those
    /// of the settings.
    pub fn dialects_at(&self, place: Span) -> &'static [Dialect] {
        let spec = self.project.spec_of(place);
        Dialect::of(spec.map_or(self.project.settings.target, |spec| spec.target))
    }

    /// What comes of a login of `caller` through every role of this name, or through every role: of every auth method,
    /// or of the one at `mount`.
    pub fn logins<'s, 'q>(
        &'s self,
        caller: &'q Caller,
        mount: Option<&'q str>,
        role: Option<&'q str>,
    ) -> impl Iterator<Item = Login<'s>> + use<'a, 's, 'q> {
        let methods = self.methods.iter().filter(move |it| mount.is_none_or(|mount| mount == it.path));
        methods.flat_map(move |method| {
            let roles = match role {
                Some(name) => method.roles_named(name).collect(),
                None => method.roles().to_vec(),
            };
            roles.into_iter().map(move |role| {
                let dialects = self.dialects_at(role.span);
                let dialect = dialects.first().copied().unwrap_or(Dialect::VaultCurrent);
                Login { method, role, outcome: attempt(caller, role, method, dialect) }
            })
        })
    }
}

fn refused_in_part(project: &Project) -> HashMap<(Span, Span), Vec<Dialect>> {
    let by = |policy: &Policy| -> Vec<Dialect> {
        Dialect::ALL.into_iter().filter(|dialect| dialect.refuses(policy)).collect()
    };
    let all = project.policies.iter().map(|policy| ((policy.name.span, policy.span), by(policy)));
    all.filter(|(_, servers)| !servers.is_empty()).collect()
}

/// A login through one role.
#[derive(Debug, Clone)]
pub struct Login<'s> {
    /// The auth method.
    pub method: &'s AuthMethod<'s>,
    /// The role.
    pub role: &'s AuthRole,
    /// What comes of it.
    pub outcome: Outcome<'s>,
}
