//! What Vault holds: policies, mounts, auth roles, roles of the Kubernetes secrets engine.

pub mod auth_role;
pub mod capability;
pub mod duration;
pub mod field;
pub mod mount;
pub mod path;
pub mod policy;
pub mod request_path;
pub mod secrets_role;
pub mod timestamp;
