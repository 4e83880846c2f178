//! # What it finds
//! A template for a key of alias metadata that the Kubernetes auth method does not set, or for one of its keys in the
//! metadata of the entity.
//!
//! # Why it matters
//! The key is not there, so the rule is dropped for every token. The method sets `service_account_name`,
//! `service_account_namespace`, `service_account_uid` and `service_account_secret_name` on the alias, none of them on
//! the entity; `role` is metadata of the token.
//!
//! # How to fix it
//! Use one of these keys of the alias: `identity.entity.aliases.ACCESSOR.metadata.service_account_namespace`.
//!
//! # Limits
//! With `use_annotations_as_alias_metadata`, annotations of service accounts add keys; entity metadata may be set by
//! hand. So it is a warning.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::policy::Policy;
use crate::semantics::placeholder::{KUBERNETES_METADATA, Referent, placeholders};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unavailable-alias-metadata",
    summary: "metadata that the Kubernetes auth method does not set",
    category: Category::Suspicious,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("unavailable_alias_metadata.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in policy.path_rules.iter().filter(|rule| rule.path.value.contains("metadata.")) {
        for found in placeholders(rule.path.as_str()) {
            match found.referent {
                Referent::EntityMetadata(key) if KUBERNETES_METADATA.contains(&key) => {
                    cx.report(
                        rule.path.span,
                        format!(
                            "the entity has no `{key}`, so the rule is dropped: it is metadata of the alias"
                        ),
                    )
                    .help(format!("write `identity.entity.aliases.ACCESSOR.metadata.{key}`"));
                }
                Referent::Alias { accessor, metadata: Some(key) }
                    if accessor.starts_with("auth_kubernetes_") && !KUBERNETES_METADATA.contains(&key) =>
                {
                    cx.report(rule.path.span, format!("the Kubernetes auth method sets no `{key}`, so the rule is dropped"))
                        .help("it sets `service_account_name`, `service_account_namespace` and `service_account_uid`");
                }
                _ => {}
            }
        }
    }
}
