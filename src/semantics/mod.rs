//! Questions: pure functions with evidence; no findings.

pub mod mounts;
pub mod rbac;
