//! One file per rule; this file is their table.
//!
//! To add a rule: write its file, name it here twice (module and row, both sorted), and make
//! `fixtures/rules/RULE/bad/` and `good/`. The tests say what is missing.

pub mod alias_by_name;
pub mod api_server_audience;
pub mod api_version_prefix;
pub mod attached_policy_case;
pub mod audience_list;
pub mod broken_allow;
pub mod byte_order_mark;
pub mod cidr_host_bits;
pub mod client_without_delegator;
pub mod cluster_admin_binding;
pub mod cluster_role_binding_open;
pub mod colliding_name_template;
pub mod conflicting_policies;
pub mod conflicting_role_modes;
pub mod counted_batch_token;
pub mod counted_token;
pub mod create_never_works;
pub mod dangling_role_ref;
pub mod dead_deny;
pub mod default_policy_left_out;
pub mod default_service_account;
pub mod deprecated_issuer;
pub mod deprecated_role_field;
pub mod disguised_wildcard;
pub mod dropped_selector_key;
pub mod duplicate_attached_policy;
pub mod duplicate_path;
pub mod embedded_secret;
pub mod engine_account_lacks_rights;
pub mod escalation_blocked;
pub mod excessive_ttl;
pub mod explicit_max_below_ttl;
pub mod foreign_credential_audience;
pub mod glob_alphabet;
pub mod greedy_glob;
pub mod identical_auth_roles;
pub mod idle_role_field;
pub mod ineffective_rbac_rule;
pub mod inverted_ttl;
pub mod kubernetes_role_kind_mismatch;
pub mod kv1_with_data;
pub mod kv2_deny_missing_data;
pub mod kv2_missing_data;
pub mod leading_slash;
pub mod legacy_policy_keyword;
pub mod list_in_text;
pub mod list_needs_slash;
pub mod listed_default_policy;
pub mod local_ca_for_other_cluster;
pub mod malformed_input;
pub mod malformed_role_rules;
pub mod mid_path_star;
pub mod missing_audience;
pub mod missing_cluster_ca;
pub mod mixed_wildcard;
pub mod narrowed_capabilities;
pub mod old_and_new_field;
pub mod open_token_cidr;
pub mod partial_plus;
pub mod path_whitespace;
pub mod period_over_mount_max;
pub mod periodic_batch_token;
pub mod plaintext_kubernetes_host;
pub mod powerful_role_rules;
pub mod privileged_secrets_role;
pub mod reasonless_allow;
pub mod redundant_bound_entry;
pub mod redundant_rbac_rule;
pub mod redundant_rule;
pub mod refused_policy;
pub mod refused_selector;
pub mod reviewer_bound_to_role;
pub mod reviewer_cannot_see_namespaces;
pub mod role_name_case;
pub mod role_without_policies;
pub mod root_policy;
pub mod secrets_readable;
pub mod secrets_role_opens_auth_role;
pub mod selector_beside_list;
pub mod selector_without_reviewer;
pub mod self_service_selector;
pub mod server_specific_field;
pub mod several_keys_in_one;
pub mod shadowed_rule;
pub mod short_credential_ttl;
pub mod stronger_role_for_same_identity;
pub mod sudo_missing;
pub mod sudo_on_wildcard;
pub mod sudo_useless;
pub mod syntax_error;
pub mod token_review_namespaced;
pub mod ttl_beside_period;
pub mod ttl_over_jwt_life;
pub mod ttl_over_mount_max;
pub mod unbounded_ttl;
pub mod unchecked_issuer;
pub mod unitless_ttl;
pub mod unknown_bound_account;
pub mod unknown_bound_namespace;
pub mod unknown_capability;
pub mod unknown_policy;
pub mod unknown_role_field;
pub mod unmatchable_allowed_namespace;
pub mod unmatchable_bound_name;
pub mod unpaired_identities;
pub mod unreviewable_audience;
pub mod unscoped_token_request;
pub mod unset_credential_ttl;
pub mod unusable_kubernetes_host;
pub mod unusable_name_template;
pub mod unused_allow;
pub mod unused_auth_role;
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
    &alias_by_name::RULE,
    &api_server_audience::RULE,
    &api_version_prefix::RULE,
    &attached_policy_case::RULE,
    &audience_list::RULE,
    &broken_allow::RULE,
    &byte_order_mark::RULE,
    &cidr_host_bits::RULE,
    &client_without_delegator::RULE,
    &cluster_admin_binding::RULE,
    &cluster_role_binding_open::RULE,
    &colliding_name_template::RULE,
    &conflicting_policies::RULE,
    &conflicting_role_modes::RULE,
    &counted_batch_token::RULE,
    &counted_token::RULE,
    &create_never_works::RULE,
    &dangling_role_ref::RULE,
    &dead_deny::RULE,
    &default_policy_left_out::RULE,
    &default_service_account::RULE,
    &deprecated_issuer::RULE,
    &deprecated_role_field::RULE,
    &disguised_wildcard::RULE,
    &dropped_selector_key::RULE,
    &duplicate_attached_policy::RULE,
    &duplicate_path::RULE,
    &embedded_secret::RULE,
    &engine_account_lacks_rights::RULE,
    &escalation_blocked::RULE,
    &excessive_ttl::RULE,
    &explicit_max_below_ttl::RULE,
    &foreign_credential_audience::RULE,
    &glob_alphabet::RULE,
    &greedy_glob::RULE,
    &identical_auth_roles::RULE,
    &idle_role_field::RULE,
    &ineffective_rbac_rule::RULE,
    &inverted_ttl::RULE,
    &kubernetes_role_kind_mismatch::RULE,
    &kv1_with_data::RULE,
    &kv2_deny_missing_data::RULE,
    &kv2_missing_data::RULE,
    &leading_slash::RULE,
    &legacy_policy_keyword::RULE,
    &list_in_text::RULE,
    &list_needs_slash::RULE,
    &listed_default_policy::RULE,
    &local_ca_for_other_cluster::RULE,
    &malformed_input::RULE,
    &malformed_role_rules::RULE,
    &mid_path_star::RULE,
    &missing_audience::RULE,
    &missing_cluster_ca::RULE,
    &mixed_wildcard::RULE,
    &narrowed_capabilities::RULE,
    &old_and_new_field::RULE,
    &open_token_cidr::RULE,
    &partial_plus::RULE,
    &path_whitespace::RULE,
    &period_over_mount_max::RULE,
    &periodic_batch_token::RULE,
    &plaintext_kubernetes_host::RULE,
    &powerful_role_rules::RULE,
    &privileged_secrets_role::RULE,
    &reasonless_allow::RULE,
    &redundant_bound_entry::RULE,
    &redundant_rbac_rule::RULE,
    &redundant_rule::RULE,
    &refused_policy::RULE,
    &refused_selector::RULE,
    &reviewer_bound_to_role::RULE,
    &reviewer_cannot_see_namespaces::RULE,
    &role_name_case::RULE,
    &role_without_policies::RULE,
    &root_policy::RULE,
    &secrets_readable::RULE,
    &secrets_role_opens_auth_role::RULE,
    &selector_beside_list::RULE,
    &selector_without_reviewer::RULE,
    &self_service_selector::RULE,
    &server_specific_field::RULE,
    &several_keys_in_one::RULE,
    &shadowed_rule::RULE,
    &short_credential_ttl::RULE,
    &stronger_role_for_same_identity::RULE,
    &sudo_missing::RULE,
    &sudo_on_wildcard::RULE,
    &sudo_useless::RULE,
    &syntax_error::RULE,
    &token_review_namespaced::RULE,
    &ttl_beside_period::RULE,
    &ttl_over_jwt_life::RULE,
    &ttl_over_mount_max::RULE,
    &unbounded_ttl::RULE,
    &unchecked_issuer::RULE,
    &unitless_ttl::RULE,
    &unknown_bound_account::RULE,
    &unknown_bound_namespace::RULE,
    &unknown_capability::RULE,
    &unknown_policy::RULE,
    &unknown_role_field::RULE,
    &unmatchable_allowed_namespace::RULE,
    &unmatchable_bound_name::RULE,
    &unpaired_identities::RULE,
    &unreviewable_audience::RULE,
    &unscoped_token_request::RULE,
    &unset_credential_ttl::RULE,
    &unusable_kubernetes_host::RULE,
    &unusable_name_template::RULE,
    &unused_allow::RULE,
    &unused_auth_role::RULE,
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
