//! One file per rule; this file is their table.
//!
//! To add a rule: write its file, name it here twice (module and row, both sorted), and make
//! `fixtures/rules/RULE/bad/` and `good/`. The tests say what is missing.

pub mod admission_policy_write;
pub mod agent_without_token;
pub mod aggregate_into_builtin;
pub mod aggregation_cycle;
pub mod aggregation_open_selector;
pub mod all_service_accounts_subject;
pub mod anonymous_subject;
pub mod any_signer;
pub mod api_version_prefix;
pub mod apiservice_write;
pub mod audience_mismatch;
pub mod auth_path_spelling;
pub mod authenticated_subject;
pub mod automounted_default_token;
pub mod bind_on_bindings;
pub mod bind_verb;
pub mod blank_in_container_list;
pub mod broken_allow;
pub mod byte_order_mark;
pub mod changed_role_ref;
pub mod cluster_admin_binding;
pub mod cluster_scope_unneeded;
pub mod cluster_scoped_in_role;
pub mod cluster_wide_builtin_role;
pub mod cluster_wide_deletion;
pub mod configmap_write;
pub mod conflicting_policies;
pub mod constrained_impersonation;
pub mod consumer_kv_path;
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
pub mod dead_deny;
pub mod default_namespace_object;
pub mod default_service_account_bound;
pub mod device_steering;
pub mod duplicate_path;
pub mod duplicate_subject;
pub mod empty_aggregation;
pub mod ephemeral_containers;
pub mod escalate_verb;
pub mod escalation_blocked;
pub mod escalation_path;
pub mod event_deletion;
pub mod excessive_ttl;
pub mod exposed_cloud_identity;
pub mod glob_in_allowed_namespaces;
pub mod ignored_annotations;
pub mod ignored_namespace;
pub mod ignored_store_namespace;
pub mod impersonate_admin;
pub mod impersonate_any;
pub mod incomplete_login;
pub mod indirect_vault_access;
pub mod ineffective_rbac_rule;
pub mod injector_name_clash;
pub mod kube_system_grant;
pub mod kv1_with_data;
pub mod kv2_deny_missing_data;
pub mod kv2_missing_data;
pub mod kv2_template_fields;
pub mod leading_slash;
pub mod lease_takeover;
pub mod legacy_policy_keyword;
pub mod list_needs_slash;
pub mod literal_wildcard;
pub mod malformed_input;
pub mod mergeable_rules;
pub mod mid_path_star;
pub mod missing_audience;
pub mod missing_namespace;
pub mod misspelled_api_group;
pub mod misspelled_subject;
pub mod mixed_case_email;
pub mod named_secret_list;
pub mod namespace_label_write;
pub mod narrowed_capabilities;
pub mod network_write;
pub mod node_group_bound;
pub mod node_write;
pub mod nodes_proxy;
pub mod orphan_annotation;
pub mod overwritten_rules;
pub mod partial_plus;
pub mod path_whitespace;
pub mod persistent_volume_creation;
pub mod pod_attach;
pub mod pod_creation;
pub mod pod_exec;
pub mod pod_logs;
pub mod pod_portforward;
pub mod pod_security_policy_use;
pub mod pod_status_write;
pub mod pod_stealing;
pub mod pod_update;
pub mod powerful_workload;
pub mod rbac_write;
pub mod reasonless_allow;
pub mod redundant_rbac_rule;
pub mod redundant_rule;
pub mod refused_annotation;
pub mod refused_policy;
pub mod refused_rbac_object;
pub mod removed_api_version;
pub mod reserved_role_name;
pub mod root_policy;
pub mod secret_not_permitted;
pub mod secrets_readable;
pub mod secrets_writable;
pub mod service_account_as_user;
pub mod service_proxy;
pub mod service_status_write;
pub mod shadowed_rule;
pub mod shared_service_account;
pub mod short_projected_token;
pub mod skipped_tls_verification;
pub mod storage_write;
pub mod subjectless_binding;
pub mod subsumed_binding;
pub mod sudo_missing;
pub mod sudo_on_wildcard;
pub mod sudo_useless;
pub mod syntax_error;
pub mod system_masters_subject;
pub mod token_review;
pub mod token_review_namespaced;
pub mod token_secret_mint;
pub mod too_many_roles;
pub mod unbound_role;
pub mod unbounded_ttl;
pub mod unguarded_pod_creation;
pub mod unknown_auth_role;
pub mod unknown_capability;
pub mod unknown_policy;
pub mod unknown_rbac_resource;
pub mod unknown_rbac_verb;
pub mod unknown_role_field;
pub mod unmatchable_path;
pub mod unmatchable_url;
pub mod unnamed_verb;
pub mod unneeded_token;
pub mod unrenewed_lease;
pub mod unscoped_token_request;
pub mod unused_allow;
pub mod unused_policy;
pub mod unused_service_account;
pub mod urls_in_namespace;
pub mod vault_auth_namespace;
pub mod webhook_write;
pub mod wildcard_api_group;
pub mod wildcard_everything;
pub mod wildcard_namespace;
pub mod wildcard_resource;
pub mod wildcard_service_account;
pub mod wildcard_subresource;
pub mod wildcard_url;
pub mod wildcard_verb;
pub mod workload_not_admitted;
pub mod write_without_create_or_update;
pub mod wrong_api_group;

use crate::lint::{EngineRules, Rule};

/// Every rule, sorted by name.
pub static RULES: &[&Rule] = &[
    &admission_policy_write::RULE,
    &agent_without_token::RULE,
    &aggregate_into_builtin::RULE,
    &aggregation_cycle::RULE,
    &aggregation_open_selector::RULE,
    &all_service_accounts_subject::RULE,
    &anonymous_subject::RULE,
    &any_signer::RULE,
    &api_version_prefix::RULE,
    &apiservice_write::RULE,
    &audience_mismatch::RULE,
    &auth_path_spelling::RULE,
    &authenticated_subject::RULE,
    &automounted_default_token::RULE,
    &bind_on_bindings::RULE,
    &bind_verb::RULE,
    &blank_in_container_list::RULE,
    &broken_allow::RULE,
    &byte_order_mark::RULE,
    &changed_role_ref::RULE,
    &cluster_admin_binding::RULE,
    &cluster_scope_unneeded::RULE,
    &cluster_scoped_in_role::RULE,
    &cluster_wide_builtin_role::RULE,
    &cluster_wide_deletion::RULE,
    &configmap_write::RULE,
    &conflicting_policies::RULE,
    &constrained_impersonation::RULE,
    &consumer_kv_path::RULE,
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
    &dead_deny::RULE,
    &default_namespace_object::RULE,
    &default_service_account_bound::RULE,
    &device_steering::RULE,
    &duplicate_path::RULE,
    &duplicate_subject::RULE,
    &empty_aggregation::RULE,
    &ephemeral_containers::RULE,
    &escalate_verb::RULE,
    &escalation_blocked::RULE,
    &escalation_path::RULE,
    &event_deletion::RULE,
    &excessive_ttl::RULE,
    &exposed_cloud_identity::RULE,
    &glob_in_allowed_namespaces::RULE,
    &ignored_annotations::RULE,
    &ignored_namespace::RULE,
    &ignored_store_namespace::RULE,
    &impersonate_admin::RULE,
    &impersonate_any::RULE,
    &incomplete_login::RULE,
    &indirect_vault_access::RULE,
    &ineffective_rbac_rule::RULE,
    &injector_name_clash::RULE,
    &kube_system_grant::RULE,
    &kv1_with_data::RULE,
    &kv2_deny_missing_data::RULE,
    &kv2_missing_data::RULE,
    &kv2_template_fields::RULE,
    &leading_slash::RULE,
    &lease_takeover::RULE,
    &legacy_policy_keyword::RULE,
    &list_needs_slash::RULE,
    &literal_wildcard::RULE,
    &malformed_input::RULE,
    &mergeable_rules::RULE,
    &mid_path_star::RULE,
    &missing_audience::RULE,
    &missing_namespace::RULE,
    &misspelled_api_group::RULE,
    &misspelled_subject::RULE,
    &mixed_case_email::RULE,
    &named_secret_list::RULE,
    &namespace_label_write::RULE,
    &narrowed_capabilities::RULE,
    &network_write::RULE,
    &node_group_bound::RULE,
    &node_write::RULE,
    &nodes_proxy::RULE,
    &orphan_annotation::RULE,
    &overwritten_rules::RULE,
    &partial_plus::RULE,
    &path_whitespace::RULE,
    &persistent_volume_creation::RULE,
    &pod_attach::RULE,
    &pod_creation::RULE,
    &pod_exec::RULE,
    &pod_logs::RULE,
    &pod_portforward::RULE,
    &pod_security_policy_use::RULE,
    &pod_status_write::RULE,
    &pod_stealing::RULE,
    &pod_update::RULE,
    &powerful_workload::RULE,
    &rbac_write::RULE,
    &reasonless_allow::RULE,
    &redundant_rbac_rule::RULE,
    &redundant_rule::RULE,
    &refused_annotation::RULE,
    &refused_policy::RULE,
    &refused_rbac_object::RULE,
    &removed_api_version::RULE,
    &reserved_role_name::RULE,
    &root_policy::RULE,
    &secret_not_permitted::RULE,
    &secrets_readable::RULE,
    &secrets_writable::RULE,
    &service_account_as_user::RULE,
    &service_proxy::RULE,
    &service_status_write::RULE,
    &shadowed_rule::RULE,
    &shared_service_account::RULE,
    &short_projected_token::RULE,
    &skipped_tls_verification::RULE,
    &storage_write::RULE,
    &subjectless_binding::RULE,
    &subsumed_binding::RULE,
    &sudo_missing::RULE,
    &sudo_on_wildcard::RULE,
    &sudo_useless::RULE,
    &syntax_error::RULE,
    &system_masters_subject::RULE,
    &token_review::RULE,
    &token_review_namespaced::RULE,
    &token_secret_mint::RULE,
    &too_many_roles::RULE,
    &unbound_role::RULE,
    &unbounded_ttl::RULE,
    &unguarded_pod_creation::RULE,
    &unknown_auth_role::RULE,
    &unknown_capability::RULE,
    &unknown_policy::RULE,
    &unknown_rbac_resource::RULE,
    &unknown_rbac_verb::RULE,
    &unknown_role_field::RULE,
    &unmatchable_path::RULE,
    &unmatchable_url::RULE,
    &unnamed_verb::RULE,
    &unneeded_token::RULE,
    &unrenewed_lease::RULE,
    &unscoped_token_request::RULE,
    &unused_allow::RULE,
    &unused_policy::RULE,
    &unused_service_account::RULE,
    &urls_in_namespace::RULE,
    &vault_auth_namespace::RULE,
    &webhook_write::RULE,
    &wildcard_api_group::RULE,
    &wildcard_everything::RULE,
    &wildcard_namespace::RULE,
    &wildcard_resource::RULE,
    &wildcard_service_account::RULE,
    &wildcard_subresource::RULE,
    &wildcard_url::RULE,
    &wildcard_verb::RULE,
    &workload_not_admitted::RULE,
    &write_without_create_or_update::RULE,
    &wrong_api_group::RULE,
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
