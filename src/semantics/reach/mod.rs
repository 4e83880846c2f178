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
//!     println!("{:?}", token.verdict(&request) == Verdict::Allowed);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod held;
mod holder;
pub mod kubernetes;
mod subject;
mod token;
mod who;

pub use held::Held;
pub use holder::{Holder, Unresolved};
pub use subject::{RoleName, Subject, SubjectError};
pub use token::{Difference, Token};
pub use who::{Matching, Reached, Who};

use super::acl::default_policy;
use super::authorizer::Cluster;
use super::dialect::Dialect;
use super::login::{AuthMethod, Caller, Outcome, attempt};
use crate::model::project::Project;
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::policy::Policy;
use crate::syntax::Span;

/// A project, arranged for questions of access.
#[derive(Debug)]
pub struct Access<'a> {
    project: &'a Project,
    methods: Vec<AuthMethod<'a>>,
    /// The policy `default` of a server on which nobody wrote another, in the order of [`Dialect::ALL`].
    defaults: [Policy; 3],
    cluster: Cluster<'a>,
}

impl<'a> Access<'a> {
    /// Arranges `project`.
    pub fn new(project: &'a Project) -> Access<'a> {
        Access {
            project,
            methods: AuthMethod::all(project),
            defaults: Dialect::ALL.map(default_policy),
            cluster: Cluster::settled(&project.rbac_roles, &project.bindings),
        }
    }

    /// The project.
    pub fn project(&self) -> &'a Project {
        self.project
    }

    /// The auth methods, in order of Vault namespace and path.
    pub fn methods(&self) -> &[AuthMethod<'a>] {
        &self.methods
    }

    /// The RBAC objects of the project, aggregated roles filled.
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
