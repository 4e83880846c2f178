//! Questions: pure functions with evidence; no findings.

pub mod bound;
pub mod kv;
pub mod mounts;
pub mod pattern;
pub mod protected;
pub mod rbac;
