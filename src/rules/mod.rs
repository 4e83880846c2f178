//! One file per rule; this file is their table.
//!
//! To add a rule: write its file, name it here twice (module and row, both sorted), and make
//! `fixtures/rules/RULE/bad/` and `good/`. The tests say what is missing.

pub mod api_version_prefix;
pub mod broken_allow;
pub mod byte_order_mark;
pub mod cluster_admin_binding;
pub mod conflicting_policies;
pub mod create_never_works;
pub mod dangling_role_ref;
pub mod dead_deny;
pub mod duplicate_path;
pub mod escalation_blocked;
pub mod excessive_ttl;
pub mod ignored_text;
pub mod ineffective_rbac_rule;
pub mod kv1_with_data;
pub mod kv2_deny_missing_data;
pub mod kv2_missing_data;
pub mod leading_slash;
pub mod legacy_policy_keyword;
pub mod list_needs_slash;
pub mod malformed_input;
pub mod mid_path_star;
pub mod missing_audience;
pub mod narrowed_capabilities;
pub mod partial_plus;
pub mod path_whitespace;
pub mod reasonless_allow;
pub mod redundant_rbac_rule;
pub mod redundant_rule;
pub mod refused_policy;
pub mod refused_rbac_object;
pub mod root_policy;
pub mod secrets_readable;
pub mod shadowed_rule;
pub mod sudo_missing;
pub mod sudo_on_wildcard;
pub mod sudo_useless;
pub mod syntax_error;
pub mod token_review_namespaced;
pub mod unbounded_ttl;
pub mod unknown_capability;
pub mod unknown_policy;
pub mod unknown_role_field;
pub mod unmatchable_path;
pub mod unscoped_token_request;
pub mod unused_allow;
pub mod unused_policy;
pub mod wildcard_everything;
pub mod wildcard_namespace;
pub mod wildcard_resource;
pub mod wildcard_service_account;
pub mod wildcard_verb;
pub mod write_without_create_or_update;

use crate::lint::{EngineRules, Rule};

/// Every rule, sorted by name.
pub static RULES: &[&Rule] = &[
    &api_version_prefix::RULE,
    &broken_allow::RULE,
    &byte_order_mark::RULE,
    &cluster_admin_binding::RULE,
    &conflicting_policies::RULE,
    &create_never_works::RULE,
    &dangling_role_ref::RULE,
    &dead_deny::RULE,
    &duplicate_path::RULE,
    &escalation_blocked::RULE,
    &excessive_ttl::RULE,
    &ignored_text::RULE,
    &ineffective_rbac_rule::RULE,
    &kv1_with_data::RULE,
    &kv2_deny_missing_data::RULE,
    &kv2_missing_data::RULE,
    &leading_slash::RULE,
    &legacy_policy_keyword::RULE,
    &list_needs_slash::RULE,
    &malformed_input::RULE,
    &mid_path_star::RULE,
    &missing_audience::RULE,
    &narrowed_capabilities::RULE,
    &partial_plus::RULE,
    &path_whitespace::RULE,
    &reasonless_allow::RULE,
    &redundant_rbac_rule::RULE,
    &redundant_rule::RULE,
    &refused_policy::RULE,
    &refused_rbac_object::RULE,
    &root_policy::RULE,
    &secrets_readable::RULE,
    &shadowed_rule::RULE,
    &sudo_missing::RULE,
    &sudo_on_wildcard::RULE,
    &sudo_useless::RULE,
    &syntax_error::RULE,
    &token_review_namespaced::RULE,
    &unbounded_ttl::RULE,
    &unknown_capability::RULE,
    &unknown_policy::RULE,
    &unknown_role_field::RULE,
    &unmatchable_path::RULE,
    &unscoped_token_request::RULE,
    &unused_allow::RULE,
    &unused_policy::RULE,
    &wildcard_everything::RULE,
    &wildcard_namespace::RULE,
    &wildcard_resource::RULE,
    &wildcard_service_account::RULE,
    &wildcard_verb::RULE,
    &write_without_create_or_update::RULE,
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
