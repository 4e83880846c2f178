//! One file per rule; this file is their table.
//!
//! To add a rule: write its file, name it here twice (module and row, both sorted), and make
//! `fixtures/rules/RULE/bad/` and `good/`. The tests say what is missing.

pub mod api_payload_as_policy;
pub mod api_version_prefix;
pub mod audit_device_control;
pub mod auth_method_write;
pub mod auth_role_write;
pub mod awkward_policy_name;
pub mod broken_allow;
pub mod built_in_policy_replaced;
pub mod byte_order_mark;
pub mod cluster_admin_binding;
pub mod commented_out_rule;
pub mod conflicting_policies;
pub mod create_never_works;
pub mod dangling_role_ref;
pub mod database_role_write;
pub mod dead_deny;
pub mod deny_with_others;
pub mod dialect_only_word;
pub mod dropped_text;
pub mod duplicate_capability;
pub mod duplicate_path;
pub mod escalation_blocked;
pub mod every_credential_role;
pub mod excessive_ttl;
pub mod expired_rule;
pub mod foreign_template;
pub mod glob_inside_name;
pub mod hard_coded_accessor;
pub mod identity_write;
pub mod ineffective_rbac_rule;
pub mod kubernetes_role_write;
pub mod kv1_with_data;
pub mod kv2_deny_missing_data;
pub mod kv2_list_on_data;
pub mod kv2_metadata_write;
pub mod kv2_missing_data;
pub mod kv2_parameters_block_writes;
pub mod kv2_permanent_delete;
pub mod kv2_unpatchable;
pub mod leading_slash;
pub mod legacy_policy_keyword;
pub mod list_needs_slash;
pub mod literal_star_parameter;
pub mod malformed_input;
pub mod mass_revocation;
pub mod mid_path_star;
pub mod missing_audience;
pub mod mixed_dialects;
pub mod mount_write;
pub mod namespace_in_path;
pub mod namespace_write;
pub mod narrowed_capabilities;
pub mod number_as_parameter_value;
pub mod open_ended_template;
pub mod open_endpoint;
pub mod parameters_without_effect;
pub mod partial_plus;
pub mod path_whitespace;
pub mod pki_authority_control;
pub mod pki_role_write;
pub mod pki_sign_verbatim;
pub mod plugin_catalog_write;
pub mod policy_write;
pub mod raw_storage_access;
pub mod reasonless_allow;
pub mod redundant_rbac_rule;
pub mod redundant_rule;
pub mod refused_policy;
pub mod repeated_argument;
pub mod root_key_control;
pub mod root_policy;
pub mod rule_without_capabilities;
pub mod seal_control;
pub mod second_label;
pub mod secret_id_issue;
pub mod secrets_readable;
pub mod server_config_write;
pub mod shadowed_rule;
pub mod shell_glob;
pub mod storage_snapshot;
pub mod sudo_alone;
pub mod sudo_missing;
pub mod sudo_on_wildcard;
pub mod sudo_useless;
pub mod syntax_error;
pub mod template_in_first_segment;
pub mod token_create;
pub mod token_review_namespaced;
pub mod token_role_write;
pub mod transit_key_control;
pub mod transit_key_export;
pub mod unavailable_alias_metadata;
pub mod unbounded_ttl;
pub mod unconstrained_kubernetes_creds;
pub mod unknown_capability;
pub mod unknown_endpoint;
pub mod unknown_mount;
pub mod unknown_policy;
pub mod unknown_policy_key;
pub mod unknown_role_field;
pub mod unknown_template;
pub mod unlabelled_path;
pub mod unscoped_token_request;
pub mod unused_allow;
pub mod unused_policy;
pub mod useless_capability;
pub mod wildcard_administration;
pub mod wildcard_any_mount;
pub mod wildcard_everything;
pub mod wildcard_mount;
pub mod wildcard_namespace;
pub mod wildcard_resource;
pub mod wildcard_service_account;
pub mod wildcard_verb;
pub mod write_without_create_or_update;
pub mod wrong_accessor;
pub mod wrong_capability;

use crate::lint::{EngineRules, Rule};

/// Every rule, sorted by name.
pub static RULES: &[&Rule] = &[
    &api_payload_as_policy::RULE,
    &api_version_prefix::RULE,
    &audit_device_control::RULE,
    &auth_method_write::RULE,
    &auth_role_write::RULE,
    &awkward_policy_name::RULE,
    &broken_allow::RULE,
    &built_in_policy_replaced::RULE,
    &byte_order_mark::RULE,
    &cluster_admin_binding::RULE,
    &commented_out_rule::RULE,
    &conflicting_policies::RULE,
    &create_never_works::RULE,
    &dangling_role_ref::RULE,
    &database_role_write::RULE,
    &dead_deny::RULE,
    &deny_with_others::RULE,
    &dialect_only_word::RULE,
    &dropped_text::RULE,
    &duplicate_capability::RULE,
    &duplicate_path::RULE,
    &escalation_blocked::RULE,
    &every_credential_role::RULE,
    &excessive_ttl::RULE,
    &expired_rule::RULE,
    &foreign_template::RULE,
    &glob_inside_name::RULE,
    &hard_coded_accessor::RULE,
    &identity_write::RULE,
    &ineffective_rbac_rule::RULE,
    &kubernetes_role_write::RULE,
    &kv1_with_data::RULE,
    &kv2_deny_missing_data::RULE,
    &kv2_list_on_data::RULE,
    &kv2_metadata_write::RULE,
    &kv2_missing_data::RULE,
    &kv2_parameters_block_writes::RULE,
    &kv2_permanent_delete::RULE,
    &kv2_unpatchable::RULE,
    &leading_slash::RULE,
    &legacy_policy_keyword::RULE,
    &list_needs_slash::RULE,
    &literal_star_parameter::RULE,
    &malformed_input::RULE,
    &mass_revocation::RULE,
    &mid_path_star::RULE,
    &missing_audience::RULE,
    &mixed_dialects::RULE,
    &mount_write::RULE,
    &namespace_in_path::RULE,
    &namespace_write::RULE,
    &narrowed_capabilities::RULE,
    &number_as_parameter_value::RULE,
    &open_ended_template::RULE,
    &open_endpoint::RULE,
    &parameters_without_effect::RULE,
    &partial_plus::RULE,
    &path_whitespace::RULE,
    &pki_authority_control::RULE,
    &pki_role_write::RULE,
    &pki_sign_verbatim::RULE,
    &plugin_catalog_write::RULE,
    &policy_write::RULE,
    &raw_storage_access::RULE,
    &reasonless_allow::RULE,
    &redundant_rbac_rule::RULE,
    &redundant_rule::RULE,
    &refused_policy::RULE,
    &repeated_argument::RULE,
    &root_key_control::RULE,
    &root_policy::RULE,
    &rule_without_capabilities::RULE,
    &seal_control::RULE,
    &second_label::RULE,
    &secret_id_issue::RULE,
    &secrets_readable::RULE,
    &server_config_write::RULE,
    &shadowed_rule::RULE,
    &shell_glob::RULE,
    &storage_snapshot::RULE,
    &sudo_alone::RULE,
    &sudo_missing::RULE,
    &sudo_on_wildcard::RULE,
    &sudo_useless::RULE,
    &syntax_error::RULE,
    &template_in_first_segment::RULE,
    &token_create::RULE,
    &token_review_namespaced::RULE,
    &token_role_write::RULE,
    &transit_key_control::RULE,
    &transit_key_export::RULE,
    &unavailable_alias_metadata::RULE,
    &unbounded_ttl::RULE,
    &unconstrained_kubernetes_creds::RULE,
    &unknown_capability::RULE,
    &unknown_endpoint::RULE,
    &unknown_mount::RULE,
    &unknown_policy::RULE,
    &unknown_policy_key::RULE,
    &unknown_role_field::RULE,
    &unknown_template::RULE,
    &unlabelled_path::RULE,
    &unscoped_token_request::RULE,
    &unused_allow::RULE,
    &unused_policy::RULE,
    &useless_capability::RULE,
    &wildcard_administration::RULE,
    &wildcard_any_mount::RULE,
    &wildcard_everything::RULE,
    &wildcard_mount::RULE,
    &wildcard_namespace::RULE,
    &wildcard_resource::RULE,
    &wildcard_service_account::RULE,
    &wildcard_verb::RULE,
    &write_without_create_or_update::RULE,
    &wrong_accessor::RULE,
    &wrong_capability::RULE,
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
