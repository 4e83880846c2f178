//! What changes when one project takes the place of another: who may do more, who less, who may log in, and for how long.
//!
//! Sets of requests are compared, not texts: another order, another layout, a policy split in two are no change. What is
//! gained or lost is shown by a *witness*, a single request that the evaluators of single requests answer differently on
//! the two sides.

mod asker;
mod cluster;
mod logins;
mod named;
#[cfg(test)]
mod tests;
mod vault;

pub use asker::Asker;
pub use named::{concerns, is_known};
pub(super) use vault::conditions;

use super::language::Grant;
use super::reach::Access;
use crate::model::project::Project;
use crate::model::vault::capability::Capability;
use crate::syntax::Span;

/// What changes from one project to another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// What changes: first what is gained, then what may be, then what is changed, then what is lost; Vault first, then
    /// Kubernetes. What is more in one way and less in another is told twice.
    pub changes: Vec<Change>,
    /// Why there may be more to it than that.
    pub doubts: Vec<Doubt>,
    /// What is not known, before as now, and taken to be unchanged.
    pub notes: Vec<Doubt>,
    /// Witnesses on which two ways to the answer disagree: a bug of rolewright. One phrase each.
    pub contradictions: Vec<String>,
}

/// Which of the two projects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The one that was.
    Old,
    /// The one that takes its place.
    New,
}

/// Whether somebody may do more than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// What was refused is allowed, or may be; what was allowed with constraints is allowed without; logins last longer.
    Gained,
    /// It cannot be told whether it is more or less.
    Unclear,
    /// Neither more nor less.
    Changed,
    /// What was allowed is refused.
    Lost,
}

/// One change, for everybody for whom it is the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Whether it is more or less.
    pub direction: Direction,
    /// For whom, in order, at least one: `app/web`, ``any service account `ci-*` of namespaces `*` ``, `policy:ops` for a
    /// policy that no auth role attaches, `User jane`, `Group ops`.
    pub who: Vec<String>,
    /// What.
    pub what: What,
    /// The lines that cause it, of both sides.
    pub evidence: Vec<Evidence>,
}

/// What changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// What requests to Vault come to.
    Paths {
        /// The Vault namespace, without slashes around it; empty for the root namespace.
        namespace: String,
        /// The capabilities, at least one, in the order of [`Capability`].
        capabilities: Vec<Capability>,
        /// The pattern of the rule that makes the difference, as it is written.
        pattern: String,
        /// One of the shortest paths on which the answers differ.
        witness: String,
        /// The answer on that path before, the most that any token gives.
        before: Grant,
        /// The answer on it now.
        after: Grant,
        /// Under which conditions requests go through before and now, in words, where these are not the same; empty for
        /// none.
        conditions: Option<(String, String)>,
        /// What the request has to carry to be answered otherwise than before; nothing if that does not matter.
        carrying: Option<String>,
    },
    /// What requests to Kubernetes come to.
    Objects {
        /// The verbs, at least one.
        verbs: Vec<String>,
        /// The resource as kubectl names it, `deployments.apps`, `pods/log`, `secrets`; or a path, `/metrics`.
        on: String,
        /// The only object it is about.
        name: Option<String>,
        /// Where; nothing for the whole cluster, empty for the namespace, whichever it is, that a RoleBinding without one
        /// is applied to; `NAMESPACE` for any that a role of the Kubernetes secrets engine allows.
        namespace: Option<String>,
        /// A request as `can-i` takes it: `get secrets db -n app`; where the namespace is
        /// not known, that is `NAMESPACE`.
        witness: String,
    },
    /// Who may log in.
    Logins {
        /// The auth role, `MOUNT/NAME`, with the Vault namespace in front.
        role: String,
        /// Somebody whose login comes to another end, `NAMESPACE/NAME`.
        witness: String,
    },
    /// A setting that bears on how long, from where or in which way somebody may do what they may.
    Setting {
        /// Whose: ``auth role `kubernetes/web` ``, ``secrets engine role `kubernetes/deployer` ``.
        of: String,
        /// The field.
        name: String,
        /// Its value before; nothing if it was not set.
        before: Option<String>,
        /// Its value now; nothing if it is not set.
        after: Option<String>,
    },
}

/// A line that causes a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// In which project.
    pub side: Side,
    /// Where.
    pub span: Span,
    /// What stands there: one lower-case phrase.
    pub text: String,
}

/// Why there may be more changes than are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// Of which project.
    pub side: Side,
    /// Why: one lower-case phrase.
    pub text: String,
    /// Where, if that is one place.
    pub place: Option<Span>,
}

impl Comparison {
    /// What changes when `new` takes the place of `old`.
    pub fn of(old: &Project, new: &Project) -> Comparison {
        Comparison::between(&Access::new(old), &Access::new(new))
    }

    /// The same for projects that are arranged already.
    pub fn between(old: &Access<'_>, new: &Access<'_>) -> Comparison {
        let mut comparison = Comparison::default();
        vault::compare(old, new, &mut comparison);
        logins::compare(old, new, &mut comparison);
        cluster::compare(old, new, &mut comparison);
        comparison.changes.sort_by_key(|change| (change.direction, change.what.is_of_cluster()));
        comparison
    }
}

/// A word of the user between backticks. Backticks of its own would upset those around it.
fn word(text: impl AsRef<str>) -> String {
    format!("`{}`", text.as_ref().replace('`', "'"))
}

impl What {
    /// True if Kubernetes answers for it.
    pub fn is_of_cluster(&self) -> bool {
        matches!(self, What::Objects { .. })
    }
}
