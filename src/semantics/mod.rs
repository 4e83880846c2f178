//! Questions: pure functions with evidence; no findings.

pub mod acl;
pub mod authorizer;
pub mod bound;
pub mod covers;
pub mod dialect;
pub mod escalation;
pub mod eval;
pub mod expectation;
pub mod joined;
pub mod kv;
pub mod login;
pub mod mounts;
pub mod parameters;
pub mod pattern;
pub mod pattern_tree;
pub mod precedence;
pub mod rbac;
pub mod reach;
pub mod shadow;
pub mod survey;
pub mod template;
pub mod trace;
pub mod validation;
pub mod witness;
