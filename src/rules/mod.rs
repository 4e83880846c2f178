//! One file per rule; this file is their table.

use crate::lint::Rule;

mod cluster_admin_binding;
mod dangling_role_ref;
mod secrets_readable;
mod token_review_namespaced;
mod unscoped_token_request;
mod wildcard_resource;
mod wildcard_verb;

/// Every rule, sorted by name.
pub static RULES: &[&Rule] = &[
    &cluster_admin_binding::RULE,
    &dangling_role_ref::RULE,
    &secrets_readable::RULE,
    &token_review_namespaced::RULE,
    &unscoped_token_request::RULE,
    &wildcard_resource::RULE,
    &wildcard_verb::RULE,
];
