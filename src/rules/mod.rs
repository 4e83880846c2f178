//! One file per rule; this file is their table.
//!
//! To add a rule: write its file, name it here twice (module and row, both sorted), and make
//! `fixtures/rules/RULE/bad/` and `good/`. The tests say what is missing.

pub mod broken_allow;
pub mod cluster_admin_binding;
pub mod dangling_role_ref;
pub mod malformed_input;
pub mod reasonless_allow;
pub mod secrets_readable;
pub mod syntax_error;
pub mod token_review_namespaced;
pub mod unscoped_token_request;
pub mod unused_allow;
pub mod wildcard_resource;
pub mod wildcard_verb;

use crate::lint::{EngineRules, Rule};

/// Every rule, sorted by name.
pub static RULES: &[&Rule] = &[
    &broken_allow::RULE,
    &cluster_admin_binding::RULE,
    &dangling_role_ref::RULE,
    &malformed_input::RULE,
    &reasonless_allow::RULE,
    &secrets_readable::RULE,
    &syntax_error::RULE,
    &token_review_namespaced::RULE,
    &unscoped_token_request::RULE,
    &unused_allow::RULE,
    &wildcard_resource::RULE,
    &wildcard_verb::RULE,
];

/// The rules in whose name the engine itself reports.
pub static ENGINE: EngineRules = EngineRules {
    syntax_error: &syntax_error::RULE,
    malformed_input: &malformed_input::RULE,
    broken_allow: &broken_allow::RULE,
    reasonless_allow: &reasonless_allow::RULE,
    unused_allow: &unused_allow::RULE,
};

/// The rule of this name.
pub fn named(name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.name == name)
}
