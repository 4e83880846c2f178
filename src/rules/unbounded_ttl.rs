//! # What it finds
//! An auth role that sets no lifetime for its tokens, or a period without an end.
//!
//! # Why it matters
//! Without a lifetime the system default holds, 768 hours. A token with a period renews itself for ever, also after its
//! service account is gone: renewal does not look at Kubernetes again.
//!
//! # How to fix it
//! Set `token_ttl` and `token_max_ttl`. Beside a period, set `token_explicit_max_ttl`.
//!
//! # Limits
//! Silent where the auth mount sets its own lifetime. A period over the limit is reported as `excessive-ttl`.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::duration::Seconds;
use crate::model::vault::field::{FieldValue, Fields};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unbounded-ttl",
    summary: "tokens without a lifetime of their own, or renewable for ever",
    category: Category::Security,
    check: Check::AuthRole(check),
    fixable: false,
    source: include_str!("unbounded_ttl.rs"),
};

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    let explicit = role.fields.duration("token_explicit_max_ttl").filter(|ttl| ttl.value > Seconds(0));
    let period = role.fields.duration("token_period").filter(|ttl| ttl.value > Seconds(0));
    if let Some(period) = period {
        let mount = format!("auth/{}", role.mount.trim_matches('/'));
        if explicit.is_none() && period.value <= cx.max_ttl_at(role.name.span, &mount) {
            cx.report(period.span, format!("tokens of auth role `{}` renew themselves for ever", role.name))
                .help("set `token_explicit_max_ttl` beside the period, or `token_ttl` and `token_max_ttl` in its place");
        }
        return;
    }
    let bounded = ["token_ttl", "token_max_ttl", "token_explicit_max_ttl", "token_period"]
        .iter()
        .any(|name| is_set(&role.fields, name));
    let mount_bounds = cx.project.auth_mounts.iter().any(|mount| {
        mount.path.value.trim_matches('/') == role.mount.trim_matches('/')
            && ["default_lease_ttl", "max_lease_ttl"].iter().any(|name| is_set(&mount.settings, name))
    });
    if !bounded && !mount_bounds {
        cx.report(
            role.name.span,
            format!("auth role `{}` sets no lifetime: tokens live for 768 hours", role.name),
        )
        .help("set `token_ttl` and `token_max_ttl`");
    }
}

/// Set to something other than zero; what cannot be read is reported elsewhere.
fn is_set(fields: &Fields, name: &str) -> bool {
    fields.get(name).is_some_and(|field| field.value != FieldValue::Duration(Seconds(0)))
}
