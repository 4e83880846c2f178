//! The policy `default` as servers have it until somebody writes another one.
//!
//! Source: `vault/policy_store.go` of Vault, `internal/vault/policy/policy_store.go` of OpenBao.

use crate::model::lower::policy;
use crate::model::vault::policy::{Policy, PolicyOrigin};
use crate::semantics::dialect::Dialect;
use crate::syntax::{Place, SourceId, Spanned};

/// The source of [`default_policy`]: no text of the inputs has this id.
pub const BUILT_IN: SourceId = SourceId(u32::MAX);

/// The policy that every token holds unless it was issued with `token_no_default_policy`.
///
/// A server keeps the text that it had when it was first started, so older installations may have an older one.
pub fn default_policy(dialect: Dialect) -> Policy {
    let mut text = String::new();
    let servers_own: &[_] = if dialect == Dialect::OpenBao { &[] } else { VAULT };
    for (path, capabilities) in EVERYWHERE.iter().chain(servers_own) {
        text.push_str(&format!("path \"{path}\" {{\n  capabilities = [{capabilities}]\n}}\n"));
    }
    let place = Place::from(BUILT_IN, 0);
    let name = Spanned::new("default".to_owned(), place.span(0..0));
    policy::read(name, &text, &place, PolicyOrigin::HclFile, dialect.target()).policy
}

const EVERYWHERE: &[(&str, &str)] = &[
    ("auth/token/lookup-self", r#""read""#),
    ("auth/token/renew-self", r#""update""#),
    ("auth/token/revoke-self", r#""update""#),
    ("sys/capabilities-self", r#""update""#),
    ("identity/entity/id/{{identity.entity.id}}", r#""read""#),
    ("identity/entity/name/{{identity.entity.name}}", r#""read""#),
    ("sys/internal/ui/resultant-acl", r#""read""#),
    ("sys/leases/renew", r#""update""#),
    ("sys/leases/lookup", r#""update""#),
    ("cubbyhole/*", r#""create", "read", "update", "delete", "list""#),
    ("sys/wrapping/wrap", r#""update""#),
    ("sys/wrapping/lookup", r#""update""#),
    ("sys/wrapping/unwrap", r#""update""#),
    ("sys/tools/hash", r#""update""#),
    ("sys/tools/hash/*", r#""update""#),
    ("identity/oidc/provider/+/authorize", r#""read", "update""#),
];

const VAULT: &[(&str, &str)] = &[("sys/renew", r#""update""#), ("sys/control-group/request", r#""update""#)];
