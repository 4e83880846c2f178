//! One file per rule; this file is their table.
//!
//! To add a rule: write its file, name it here twice (module and row, both sorted), and make
//! `fixtures/rules/RULE/bad/` and `good/`. The tests say what is missing.

pub mod admission_policy_write;
pub mod aggregate_into_builtin;
pub mod aggregation_open_selector;
pub mod any_signer;
pub mod api_version_prefix;
pub mod apiservice_write;
pub mod bind_on_bindings;
pub mod bind_verb;
pub mod broken_allow;
pub mod byte_order_mark;
pub mod cluster_admin_binding;
pub mod cluster_wide_deletion;
pub mod configmap_write;
pub mod conflicting_policies;
pub mod constrained_impersonation;
pub mod crd_write;
pub mod create_never_works;
pub mod critical_configmap_write;
pub mod csr_approval;
pub mod csr_sign;
pub mod dangling_role_ref;
pub mod dead_deny;
pub mod device_steering;
pub mod duplicate_path;
pub mod ephemeral_containers;
pub mod escalate_verb;
pub mod escalation_blocked;
pub mod event_deletion;
pub mod excessive_ttl;
pub mod impersonate_admin;
pub mod impersonate_any;
pub mod ineffective_rbac_rule;
pub mod kv1_with_data;
pub mod kv2_deny_missing_data;
pub mod kv2_missing_data;
pub mod leading_slash;
pub mod lease_takeover;
pub mod legacy_policy_keyword;
pub mod list_needs_slash;
pub mod malformed_input;
pub mod mid_path_star;
pub mod missing_audience;
pub mod named_secret_list;
pub mod namespace_label_write;
pub mod narrowed_capabilities;
pub mod network_write;
pub mod node_write;
pub mod nodes_proxy;
pub mod partial_plus;
pub mod path_whitespace;
pub mod persistent_volume_creation;
pub mod pod_attach;
pub mod pod_creation;
pub mod pod_exec;
pub mod pod_logs;
pub mod pod_portforward;
pub mod pod_status_write;
pub mod pod_stealing;
pub mod pod_update;
pub mod rbac_write;
pub mod reasonless_allow;
pub mod redundant_rbac_rule;
pub mod redundant_rule;
pub mod refused_policy;
pub mod root_policy;
pub mod secrets_readable;
pub mod secrets_writable;
pub mod service_proxy;
pub mod service_status_write;
pub mod shadowed_rule;
pub mod storage_write;
pub mod sudo_missing;
pub mod sudo_on_wildcard;
pub mod sudo_useless;
pub mod syntax_error;
pub mod system_masters_subject;
pub mod token_review;
pub mod token_review_namespaced;
pub mod token_secret_mint;
pub mod unbounded_ttl;
pub mod unguarded_pod_creation;
pub mod unknown_capability;
pub mod unknown_policy;
pub mod unknown_role_field;
pub mod unscoped_token_request;
pub mod unused_allow;
pub mod unused_policy;
pub mod webhook_write;
pub mod wildcard_everything;
pub mod wildcard_namespace;
pub mod wildcard_resource;
pub mod wildcard_service_account;
pub mod wildcard_verb;
pub mod write_without_create_or_update;

use crate::lint::{EngineRules, Rule};

/// Every rule, sorted by name.
pub static RULES: &[&Rule] = &[
    &admission_policy_write::RULE,
    &aggregate_into_builtin::RULE,
    &aggregation_open_selector::RULE,
    &any_signer::RULE,
    &api_version_prefix::RULE,
    &apiservice_write::RULE,
    &bind_on_bindings::RULE,
    &bind_verb::RULE,
    &broken_allow::RULE,
    &byte_order_mark::RULE,
    &cluster_admin_binding::RULE,
    &cluster_wide_deletion::RULE,
    &configmap_write::RULE,
    &conflicting_policies::RULE,
    &constrained_impersonation::RULE,
    &crd_write::RULE,
    &create_never_works::RULE,
    &critical_configmap_write::RULE,
    &csr_approval::RULE,
    &csr_sign::RULE,
    &dangling_role_ref::RULE,
    &dead_deny::RULE,
    &device_steering::RULE,
    &duplicate_path::RULE,
    &ephemeral_containers::RULE,
    &escalate_verb::RULE,
    &escalation_blocked::RULE,
    &event_deletion::RULE,
    &excessive_ttl::RULE,
    &impersonate_admin::RULE,
    &impersonate_any::RULE,
    &ineffective_rbac_rule::RULE,
    &kv1_with_data::RULE,
    &kv2_deny_missing_data::RULE,
    &kv2_missing_data::RULE,
    &leading_slash::RULE,
    &lease_takeover::RULE,
    &legacy_policy_keyword::RULE,
    &list_needs_slash::RULE,
    &malformed_input::RULE,
    &mid_path_star::RULE,
    &missing_audience::RULE,
    &named_secret_list::RULE,
    &namespace_label_write::RULE,
    &narrowed_capabilities::RULE,
    &network_write::RULE,
    &node_write::RULE,
    &nodes_proxy::RULE,
    &partial_plus::RULE,
    &path_whitespace::RULE,
    &persistent_volume_creation::RULE,
    &pod_attach::RULE,
    &pod_creation::RULE,
    &pod_exec::RULE,
    &pod_logs::RULE,
    &pod_portforward::RULE,
    &pod_status_write::RULE,
    &pod_stealing::RULE,
    &pod_update::RULE,
    &rbac_write::RULE,
    &reasonless_allow::RULE,
    &redundant_rbac_rule::RULE,
    &redundant_rule::RULE,
    &refused_policy::RULE,
    &root_policy::RULE,
    &secrets_readable::RULE,
    &secrets_writable::RULE,
    &service_proxy::RULE,
    &service_status_write::RULE,
    &shadowed_rule::RULE,
    &storage_write::RULE,
    &sudo_missing::RULE,
    &sudo_on_wildcard::RULE,
    &sudo_useless::RULE,
    &syntax_error::RULE,
    &system_masters_subject::RULE,
    &token_review::RULE,
    &token_review_namespaced::RULE,
    &token_secret_mint::RULE,
    &unbounded_ttl::RULE,
    &unguarded_pod_creation::RULE,
    &unknown_capability::RULE,
    &unknown_policy::RULE,
    &unknown_role_field::RULE,
    &unscoped_token_request::RULE,
    &unused_allow::RULE,
    &unused_policy::RULE,
    &webhook_write::RULE,
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
