//! What is mounted where: declared, configured, or inferred from use nearby.

use crate::model::project::Project;

/// All that is known of secrets mounts, arranged for look-up by path and by the file that asks.
#[derive(Debug)]
pub struct MountTable<'a> {
    /// The inputs.
    pub project: &'a Project,
}

impl<'a> MountTable<'a> {
    /// Arranges the mounts of `project`.
    pub fn new(project: &'a Project) -> MountTable<'a> {
        MountTable { project }
    }
}
