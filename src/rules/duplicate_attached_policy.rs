//! # What it finds
//! A policy that stands in the list of an auth role twice. Upper and lower case are the same to Vault.
//!
//! # Why it matters
//! The second one changes nothing; often another one was meant.
//!
//! # How to fix it
//! Remove it, or write the policy that was meant.
//!
//! # Limits
//! The policy that a grant brings along counts as attached.

use std::collections::HashMap;

use crate::lint::{Category, Check, Context, Edit, Rule, removal};
use crate::model::vault::auth_role::AuthRole;
use crate::syntax::Span;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "duplicate-attached-policy",
    summary: "a policy that an auth role attaches twice",
    category: Category::Style,
    check: Check::AuthRole(check),
    fixable: true,
    source: include_str!("duplicate_attached_policy.rs"),
};

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    let policies = role.policies();
    if policies.len() < 2 {
        return;
    }
    let whole = role.fields.get("token_policies").map(|field| field.span);
    let mut seen: HashMap<String, Span> = HashMap::new();
    for entry in policies {
        let key = entry.value.trim().to_ascii_lowercase();
        let Some(first) = seen.get(&key).copied() else {
            seen.insert(key, entry.span);
            continue;
        };
        let source = cx.project.sources.get(entry.span.source).filter(|_| Some(entry.span) != whole);
        let cut = source.and_then(|source| removal::item(source, entry.span));
        let finding = cx
            .report(entry.span, format!("{} attaches `{entry}` twice", role.words()))
            .help("remove one of them");
        if first != entry.span {
            finding.label(first, "attached here already");
        }
        if let Some(cut) = cut {
            finding.fix("remove the second", vec![Edit::replace(cut, "")]);
        }
    }
}
