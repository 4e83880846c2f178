//! # What it finds
//! A role of the Kubernetes secrets engine that sets neither `token_default_ttl` nor `token_max_ttl`.
//!
//! # Why it matters
//! Where the request names no lifetime either, Vault asks the API server for a token of 768 hours. In
//! `service_account_name` mode nothing ends it before that.
//!
//! # How to fix it
//! Set `token_default_ttl` and `token_max_ttl`.
//!
//! # Limits
//! Silent where the mount sets a lifetime for its leases.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::duration::Seconds;
use crate::model::vault::field::{FieldValue, Fields};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unset-credential-ttl",
    summary: "credentials without a lifetime of their own",
    category: Category::Security,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("unset_credential_ttl.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    for role in &project.secrets_roles {
        let bounded = ["token_default_ttl", "token_max_ttl"].iter().any(|name| is_set(&role.fields, name))
            || role.fields.unknown.iter().any(|field| field.key.value.contains("ttl"));
        let mount = project.engines.iter().find(|engine| {
            engine.path.value == role.mount
                && project.spec_of(engine.span).is_none_or(|spec| spec.span.contains(role.span))
        });
        let by_mount = mount.is_some_and(|engine| {
            ["default_lease_ttl", "max_lease_ttl"].iter().any(|name| is_set(&engine.settings, name))
        });
        if !bounded && !by_mount {
            cx.report(
                role.name.span,
                format!("secrets role `{}` sets no lifetime: its tokens live for 768 hours", role.name),
            )
            .help("set `token_default_ttl` and `token_max_ttl`");
        }
    }
}

/// Set to something other than zero; what cannot be read is reported elsewhere.
fn is_set(fields: &Fields, name: &str) -> bool {
    fields.get(name).is_some_and(|field| field.value != FieldValue::Duration(Seconds(0)))
}
