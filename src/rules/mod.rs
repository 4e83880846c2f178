//! One file per rule; this file is their table.
//!
//! To add a rule: write its file, name it here twice (module and row, both sorted), and make
//! `fixtures/rules/RULE/bad/` and `good/`. The tests say what is missing.

pub mod admission_policy_write;
pub mod agent_without_token;
pub mod aggregate_into_builtin;
pub mod aggregation_cycle;
pub mod aggregation_open_selector;
pub mod alias_by_name;
pub mod all_service_accounts_subject;
pub mod anonymous_subject;
pub mod any_signer;
pub mod api_payload_as_policy;
pub mod api_server_audience;
pub mod api_version_prefix;
pub mod apiservice_write;
pub mod attached_policy_case;
pub mod audience_list;
pub mod audience_mismatch;
pub mod audit_device_control;
pub mod auth_method_write;
pub mod auth_path_spelling;
pub mod auth_role_write;
pub mod authenticated_subject;
pub mod automounted_default_token;
pub mod awkward_policy_name;
pub mod bind_on_bindings;
pub mod bind_verb;
pub mod blank_in_container_list;
pub mod broken_allow;
pub mod built_in_policy_replaced;
pub mod byte_order_mark;
pub mod changed_role_ref;
pub mod cidr_host_bits;
pub mod client_without_delegator;
pub mod cluster_admin_binding;
pub mod cluster_role_binding_open;
pub mod cluster_scope_unneeded;
pub mod cluster_scoped_in_role;
pub mod cluster_wide_builtin_role;
pub mod cluster_wide_deletion;
pub mod colliding_name_template;
pub mod commented_out_rule;
pub mod configmap_write;
pub mod conflicting_policies;
pub mod conflicting_role_modes;
pub mod constrained_impersonation;
pub mod consumer_kv_path;
pub mod counted_batch_token;
pub mod counted_token;
pub mod crd_write;
pub mod create_never_works;
pub mod critical_configmap_write;
pub mod cross_namespace_grant;
pub mod crossed_api_groups;
pub mod crowded_namespace;
pub mod csr_approval;
pub mod csr_sign;
pub mod dangling_role_ref;
pub mod dangling_service_account;
pub mod dashboard_subject;
pub mod database_role_write;
pub mod dead_deny;
pub mod default_namespace_object;
pub mod default_policy_left_out;
pub mod default_service_account;
pub mod default_service_account_bound;
pub mod deny_with_others;
pub mod deprecated_issuer;
pub mod deprecated_role_field;
pub mod device_steering;
pub mod dialect_only_word;
pub mod disguised_wildcard;
pub mod dropped_selector_key;
pub mod duplicate_attached_policy;
pub mod duplicate_capability;
pub mod duplicate_path;
pub mod duplicate_subject;
pub mod embedded_secret;
pub mod empty_aggregation;
pub mod engine_account_lacks_rights;
pub mod ephemeral_containers;
pub mod equivalent_policies;
pub mod escalate_verb;
pub mod escalation_blocked;
pub mod escalation_path;
pub mod event_deletion;
pub mod every_credential_role;
pub mod excessive_ttl;
pub mod expired_allow;
pub mod expired_rule;
pub mod explicit_max_below_ttl;
pub mod exposed_cloud_identity;
pub mod foreign_credential_audience;
pub mod foreign_template;
pub mod glob_alphabet;
pub mod glob_in_allowed_namespaces;
pub mod glob_inside_name;
pub mod greedy_glob;
pub mod hard_coded_accessor;
pub mod identical_auth_roles;
pub mod identity_write;
pub mod idle_role_field;
pub mod ignored_annotations;
pub mod ignored_namespace;
pub mod ignored_store_namespace;
pub mod ignored_text;
pub mod impersonate_admin;
pub mod impersonate_any;
pub mod impersonate_attributes;
pub mod incomplete_login;
pub mod indirect_vault_access;
pub mod ineffective_rbac_rule;
pub mod injector_name_clash;
pub mod injector_volume_clash;
pub mod inverted_ttl;
pub mod kube_system_grant;
pub mod kubernetes_role_kind_mismatch;
pub mod kubernetes_role_write;
pub mod kv1_with_data;
pub mod kv2_deny_missing_data;
pub mod kv2_list_on_data;
pub mod kv2_metadata_write;
pub mod kv2_missing_data;
pub mod kv2_parameters_block_writes;
pub mod kv2_permanent_delete;
pub mod kv2_template_fields;
pub mod kv2_unpatchable;
pub mod leading_slash;
pub mod lease_takeover;
pub mod legacy_policy_keyword;
pub mod list_in_text;
pub mod list_needs_slash;
pub mod listed_default_policy;
pub mod literal_star_parameter;
pub mod literal_wildcard;
pub mod local_ca_for_other_cluster;
pub mod malformed_input;
pub mod malformed_role_rules;
pub mod mass_revocation;
pub mod mergeable_rules;
pub mod mid_path_star;
pub mod missing_audience;
pub mod missing_cluster_ca;
pub mod missing_namespace;
pub mod misspelled_api_group;
pub mod misspelled_subject;
pub mod mixed_case_email;
pub mod mixed_dialects;
pub mod mixed_wildcard;
pub mod mount_write;
pub mod named_secret_list;
pub mod namespace_in_path;
pub mod namespace_label_write;
pub mod namespace_write;
pub mod narrowed_capabilities;
pub mod network_write;
pub mod node_group_bound;
pub mod node_write;
pub mod nodes_proxy;
pub mod number_as_parameter_value;
pub mod old_and_new_field;
pub mod open_ended_template;
pub mod open_endpoint;
pub mod open_token_cidr;
pub mod orphan_annotation;
pub mod overwritten_rules;
pub mod parameters_without_effect;
pub mod partial_plus;
pub mod path_whitespace;
pub mod period_over_mount_max;
pub mod periodic_batch_token;
pub mod persistent_volume_creation;
pub mod pki_authority_control;
pub mod pki_role_write;
pub mod pki_sign_verbatim;
pub mod plaintext_kubernetes_host;
pub mod plugin_catalog_write;
pub mod pod_attach;
pub mod pod_creation;
pub mod pod_exec;
pub mod pod_logs;
pub mod pod_portforward;
pub mod pod_security_policy_use;
pub mod pod_status_write;
pub mod pod_stealing;
pub mod pod_update;
pub mod policy_write;
pub mod powerful_role_rules;
pub mod powerful_workload;
pub mod privileged_secrets_role;
pub mod raw_storage_access;
pub mod rbac_write;
pub mod reasonless_allow;
pub mod redundant_bound_entry;
pub mod redundant_policy;
pub mod redundant_rbac_rule;
pub mod redundant_rule;
pub mod refused_annotation;
pub mod refused_policy;
pub mod refused_rbac_object;
pub mod refused_selector;
pub mod removed_api_version;
pub mod repeated_argument;
pub mod reserved_role_name;
pub mod reviewer_bound_to_role;
pub mod reviewer_cannot_see_namespaces;
pub mod role_name_case;
pub mod role_without_policies;
pub mod root_key_control;
pub mod root_policy;
pub mod rule_without_capabilities;
pub mod seal_control;
pub mod second_label;
pub mod secret_id_issue;
pub mod secret_not_permitted;
pub mod secrets_readable;
pub mod secrets_role_opens_auth_role;
pub mod secrets_writable;
pub mod selector_beside_list;
pub mod selector_without_reviewer;
pub mod self_service_selector;
pub mod server_config_write;
pub mod server_specific_field;
pub mod service_account_as_user;
pub mod service_proxy;
pub mod service_status_write;
pub mod several_keys_in_one;
pub mod shadowed_rule;
pub mod shared_service_account;
pub mod shell_glob;
pub mod short_credential_ttl;
pub mod short_projected_token;
pub mod skipped_tls_verification;
pub mod static_token_secret;
pub mod storage_snapshot;
pub mod storage_write;
pub mod stronger_role_for_same_identity;
pub mod subjectless_binding;
pub mod subsumed_binding;
pub mod sudo_alone;
pub mod sudo_missing;
pub mod sudo_on_wildcard;
pub mod sudo_useless;
pub mod syntax_error;
pub mod system_masters_subject;
pub mod template_in_first_segment;
pub mod token_create;
pub mod token_review;
pub mod token_review_namespaced;
pub mod token_role_write;
pub mod token_secret_mint;
pub mod too_many_roles;
pub mod transit_key_control;
pub mod transit_key_export;
pub mod ttl_beside_period;
pub mod ttl_over_jwt_life;
pub mod ttl_over_mount_max;
pub mod unavailable_alias_metadata;
pub mod unbound_role;
pub mod unbounded_ttl;
pub mod unchecked_issuer;
pub mod unconstrained_kubernetes_creds;
pub mod unguarded_pod_creation;
pub mod unitless_ttl;
pub mod unknown_auth_role;
pub mod unknown_bound_account;
pub mod unknown_bound_namespace;
pub mod unknown_capability;
pub mod unknown_endpoint;
pub mod unknown_mount;
pub mod unknown_policy;
pub mod unknown_policy_key;
pub mod unknown_rbac_resource;
pub mod unknown_rbac_verb;
pub mod unknown_role_field;
pub mod unknown_template;
pub mod unlabelled_path;
pub mod unmatchable_allowed_namespace;
pub mod unmatchable_bound_name;
pub mod unmatchable_path;
pub mod unmatchable_url;
pub mod unnamed_verb;
pub mod unneeded_token;
pub mod unpaired_identities;
pub mod unrenewed_lease;
pub mod unreviewable_audience;
pub mod unscoped_token_request;
pub mod unset_credential_ttl;
pub mod unusable_kubernetes_host;
pub mod unusable_name_template;
pub mod unused_allow;
pub mod unused_auth_role;
pub mod unused_policy;
pub mod unused_service_account;
pub mod urls_in_namespace;
pub mod useless_capability;
pub mod vault_auth_namespace;
pub mod webhook_write;
pub mod wildcard_administration;
pub mod wildcard_any_mount;
pub mod wildcard_api_group;
pub mod wildcard_everything;
pub mod wildcard_mount;
pub mod wildcard_namespace;
pub mod wildcard_resource;
pub mod wildcard_service_account;
pub mod wildcard_subresource;
pub mod wildcard_url;
pub mod wildcard_verb;
pub mod workload_not_admitted;
pub mod write_without_create_or_update;
pub mod wrong_accessor;
pub mod wrong_api_group;
pub mod wrong_capability;

use crate::lint::{EngineRules, Rule};

/// Every rule, sorted by name.
pub static RULES: &[&Rule] = &[
    &admission_policy_write::RULE,
    &agent_without_token::RULE,
    &aggregate_into_builtin::RULE,
    &aggregation_cycle::RULE,
    &aggregation_open_selector::RULE,
    &alias_by_name::RULE,
    &all_service_accounts_subject::RULE,
    &anonymous_subject::RULE,
    &any_signer::RULE,
    &api_payload_as_policy::RULE,
    &api_server_audience::RULE,
    &api_version_prefix::RULE,
    &apiservice_write::RULE,
    &attached_policy_case::RULE,
    &audience_list::RULE,
    &audience_mismatch::RULE,
    &audit_device_control::RULE,
    &auth_method_write::RULE,
    &auth_path_spelling::RULE,
    &auth_role_write::RULE,
    &authenticated_subject::RULE,
    &automounted_default_token::RULE,
    &awkward_policy_name::RULE,
    &bind_on_bindings::RULE,
    &bind_verb::RULE,
    &blank_in_container_list::RULE,
    &broken_allow::RULE,
    &built_in_policy_replaced::RULE,
    &byte_order_mark::RULE,
    &changed_role_ref::RULE,
    &cidr_host_bits::RULE,
    &client_without_delegator::RULE,
    &cluster_admin_binding::RULE,
    &cluster_role_binding_open::RULE,
    &cluster_scope_unneeded::RULE,
    &cluster_scoped_in_role::RULE,
    &cluster_wide_builtin_role::RULE,
    &cluster_wide_deletion::RULE,
    &colliding_name_template::RULE,
    &commented_out_rule::RULE,
    &configmap_write::RULE,
    &conflicting_policies::RULE,
    &conflicting_role_modes::RULE,
    &constrained_impersonation::RULE,
    &consumer_kv_path::RULE,
    &counted_batch_token::RULE,
    &counted_token::RULE,
    &crd_write::RULE,
    &create_never_works::RULE,
    &critical_configmap_write::RULE,
    &cross_namespace_grant::RULE,
    &crossed_api_groups::RULE,
    &crowded_namespace::RULE,
    &csr_approval::RULE,
    &csr_sign::RULE,
    &dangling_role_ref::RULE,
    &dangling_service_account::RULE,
    &dashboard_subject::RULE,
    &database_role_write::RULE,
    &dead_deny::RULE,
    &default_namespace_object::RULE,
    &default_policy_left_out::RULE,
    &default_service_account::RULE,
    &default_service_account_bound::RULE,
    &deny_with_others::RULE,
    &deprecated_issuer::RULE,
    &deprecated_role_field::RULE,
    &device_steering::RULE,
    &dialect_only_word::RULE,
    &disguised_wildcard::RULE,
    &dropped_selector_key::RULE,
    &duplicate_attached_policy::RULE,
    &duplicate_capability::RULE,
    &duplicate_path::RULE,
    &duplicate_subject::RULE,
    &embedded_secret::RULE,
    &empty_aggregation::RULE,
    &engine_account_lacks_rights::RULE,
    &ephemeral_containers::RULE,
    &equivalent_policies::RULE,
    &escalate_verb::RULE,
    &escalation_blocked::RULE,
    &escalation_path::RULE,
    &event_deletion::RULE,
    &every_credential_role::RULE,
    &excessive_ttl::RULE,
    &expired_allow::RULE,
    &expired_rule::RULE,
    &explicit_max_below_ttl::RULE,
    &exposed_cloud_identity::RULE,
    &foreign_credential_audience::RULE,
    &foreign_template::RULE,
    &glob_alphabet::RULE,
    &glob_in_allowed_namespaces::RULE,
    &glob_inside_name::RULE,
    &greedy_glob::RULE,
    &hard_coded_accessor::RULE,
    &identical_auth_roles::RULE,
    &identity_write::RULE,
    &idle_role_field::RULE,
    &ignored_annotations::RULE,
    &ignored_namespace::RULE,
    &ignored_store_namespace::RULE,
    &ignored_text::RULE,
    &impersonate_admin::RULE,
    &impersonate_any::RULE,
    &impersonate_attributes::RULE,
    &incomplete_login::RULE,
    &indirect_vault_access::RULE,
    &ineffective_rbac_rule::RULE,
    &injector_name_clash::RULE,
    &injector_volume_clash::RULE,
    &inverted_ttl::RULE,
    &kube_system_grant::RULE,
    &kubernetes_role_kind_mismatch::RULE,
    &kubernetes_role_write::RULE,
    &kv1_with_data::RULE,
    &kv2_deny_missing_data::RULE,
    &kv2_list_on_data::RULE,
    &kv2_metadata_write::RULE,
    &kv2_missing_data::RULE,
    &kv2_parameters_block_writes::RULE,
    &kv2_permanent_delete::RULE,
    &kv2_template_fields::RULE,
    &kv2_unpatchable::RULE,
    &leading_slash::RULE,
    &lease_takeover::RULE,
    &legacy_policy_keyword::RULE,
    &list_in_text::RULE,
    &list_needs_slash::RULE,
    &listed_default_policy::RULE,
    &literal_star_parameter::RULE,
    &literal_wildcard::RULE,
    &local_ca_for_other_cluster::RULE,
    &malformed_input::RULE,
    &malformed_role_rules::RULE,
    &mass_revocation::RULE,
    &mergeable_rules::RULE,
    &mid_path_star::RULE,
    &missing_audience::RULE,
    &missing_cluster_ca::RULE,
    &missing_namespace::RULE,
    &misspelled_api_group::RULE,
    &misspelled_subject::RULE,
    &mixed_case_email::RULE,
    &mixed_dialects::RULE,
    &mixed_wildcard::RULE,
    &mount_write::RULE,
    &named_secret_list::RULE,
    &namespace_in_path::RULE,
    &namespace_label_write::RULE,
    &namespace_write::RULE,
    &narrowed_capabilities::RULE,
    &network_write::RULE,
    &node_group_bound::RULE,
    &node_write::RULE,
    &nodes_proxy::RULE,
    &number_as_parameter_value::RULE,
    &old_and_new_field::RULE,
    &open_ended_template::RULE,
    &open_endpoint::RULE,
    &open_token_cidr::RULE,
    &orphan_annotation::RULE,
    &overwritten_rules::RULE,
    &parameters_without_effect::RULE,
    &partial_plus::RULE,
    &path_whitespace::RULE,
    &period_over_mount_max::RULE,
    &periodic_batch_token::RULE,
    &persistent_volume_creation::RULE,
    &pki_authority_control::RULE,
    &pki_role_write::RULE,
    &pki_sign_verbatim::RULE,
    &plaintext_kubernetes_host::RULE,
    &plugin_catalog_write::RULE,
    &pod_attach::RULE,
    &pod_creation::RULE,
    &pod_exec::RULE,
    &pod_logs::RULE,
    &pod_portforward::RULE,
    &pod_security_policy_use::RULE,
    &pod_status_write::RULE,
    &pod_stealing::RULE,
    &pod_update::RULE,
    &policy_write::RULE,
    &powerful_role_rules::RULE,
    &powerful_workload::RULE,
    &privileged_secrets_role::RULE,
    &raw_storage_access::RULE,
    &rbac_write::RULE,
    &reasonless_allow::RULE,
    &redundant_bound_entry::RULE,
    &redundant_policy::RULE,
    &redundant_rbac_rule::RULE,
    &redundant_rule::RULE,
    &refused_annotation::RULE,
    &refused_policy::RULE,
    &refused_rbac_object::RULE,
    &refused_selector::RULE,
    &removed_api_version::RULE,
    &repeated_argument::RULE,
    &reserved_role_name::RULE,
    &reviewer_bound_to_role::RULE,
    &reviewer_cannot_see_namespaces::RULE,
    &role_name_case::RULE,
    &role_without_policies::RULE,
    &root_key_control::RULE,
    &root_policy::RULE,
    &rule_without_capabilities::RULE,
    &seal_control::RULE,
    &second_label::RULE,
    &secret_id_issue::RULE,
    &secret_not_permitted::RULE,
    &secrets_readable::RULE,
    &secrets_role_opens_auth_role::RULE,
    &secrets_writable::RULE,
    &selector_beside_list::RULE,
    &selector_without_reviewer::RULE,
    &self_service_selector::RULE,
    &server_config_write::RULE,
    &server_specific_field::RULE,
    &service_account_as_user::RULE,
    &service_proxy::RULE,
    &service_status_write::RULE,
    &several_keys_in_one::RULE,
    &shadowed_rule::RULE,
    &shared_service_account::RULE,
    &shell_glob::RULE,
    &short_credential_ttl::RULE,
    &short_projected_token::RULE,
    &skipped_tls_verification::RULE,
    &static_token_secret::RULE,
    &storage_snapshot::RULE,
    &storage_write::RULE,
    &stronger_role_for_same_identity::RULE,
    &subjectless_binding::RULE,
    &subsumed_binding::RULE,
    &sudo_alone::RULE,
    &sudo_missing::RULE,
    &sudo_on_wildcard::RULE,
    &sudo_useless::RULE,
    &syntax_error::RULE,
    &system_masters_subject::RULE,
    &template_in_first_segment::RULE,
    &token_create::RULE,
    &token_review::RULE,
    &token_review_namespaced::RULE,
    &token_role_write::RULE,
    &token_secret_mint::RULE,
    &too_many_roles::RULE,
    &transit_key_control::RULE,
    &transit_key_export::RULE,
    &ttl_beside_period::RULE,
    &ttl_over_jwt_life::RULE,
    &ttl_over_mount_max::RULE,
    &unavailable_alias_metadata::RULE,
    &unbound_role::RULE,
    &unbounded_ttl::RULE,
    &unchecked_issuer::RULE,
    &unconstrained_kubernetes_creds::RULE,
    &unguarded_pod_creation::RULE,
    &unitless_ttl::RULE,
    &unknown_auth_role::RULE,
    &unknown_bound_account::RULE,
    &unknown_bound_namespace::RULE,
    &unknown_capability::RULE,
    &unknown_endpoint::RULE,
    &unknown_mount::RULE,
    &unknown_policy::RULE,
    &unknown_policy_key::RULE,
    &unknown_rbac_resource::RULE,
    &unknown_rbac_verb::RULE,
    &unknown_role_field::RULE,
    &unknown_template::RULE,
    &unlabelled_path::RULE,
    &unmatchable_allowed_namespace::RULE,
    &unmatchable_bound_name::RULE,
    &unmatchable_path::RULE,
    &unmatchable_url::RULE,
    &unnamed_verb::RULE,
    &unneeded_token::RULE,
    &unpaired_identities::RULE,
    &unrenewed_lease::RULE,
    &unreviewable_audience::RULE,
    &unscoped_token_request::RULE,
    &unset_credential_ttl::RULE,
    &unusable_kubernetes_host::RULE,
    &unusable_name_template::RULE,
    &unused_allow::RULE,
    &unused_auth_role::RULE,
    &unused_policy::RULE,
    &unused_service_account::RULE,
    &urls_in_namespace::RULE,
    &useless_capability::RULE,
    &vault_auth_namespace::RULE,
    &webhook_write::RULE,
    &wildcard_administration::RULE,
    &wildcard_any_mount::RULE,
    &wildcard_api_group::RULE,
    &wildcard_everything::RULE,
    &wildcard_mount::RULE,
    &wildcard_namespace::RULE,
    &wildcard_resource::RULE,
    &wildcard_service_account::RULE,
    &wildcard_subresource::RULE,
    &wildcard_url::RULE,
    &wildcard_verb::RULE,
    &workload_not_admitted::RULE,
    &write_without_create_or_update::RULE,
    &wrong_accessor::RULE,
    &wrong_api_group::RULE,
    &wrong_capability::RULE,
];

/// The rules in whose name the engine itself reports.
pub static ENGINE: EngineRules = EngineRules {
    syntax_error: &syntax_error::RULE,
    malformed_input: &malformed_input::RULE,
    broken_allow: &broken_allow::RULE,
    reasonless_allow: &reasonless_allow::RULE,
    unused_allow: &unused_allow::RULE,
    expired_allow: &expired_allow::RULE,
};

/// The rule of this name.
pub fn named(name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.name == name)
}
