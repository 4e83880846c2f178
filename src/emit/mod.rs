//! Project to artefacts, in two steps: a plan (data), then shell, YAML and HCL.

pub mod hcl;

use crate::model::project::Project;

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artefact {
    /// Path below the output directory, `/` between parts.
    pub path: String,
    /// The whole text.
    pub text: String,
    /// Whether it is to be run.
    pub executable: bool,
}

/// Why nothing can be emitted.
#[derive(Debug, thiserror::Error)]
pub enum EmitError {
    /// The inputs hold no Access spec.
    #[error("no Access spec among the inputs")]
    NoSpec,
}

/// All artefacts of a project, sorted by path. Deterministic to the byte.
pub fn artefacts(_project: &Project) -> Result<Vec<Artefact>, EmitError> {
    Err(EmitError::NoSpec)
}
