//! # What it finds
//! `identity.entity.aliases.ACCESSOR…` where the accessor has not the form that servers give it, `auth_METHOD_` and
//! eight hexadecimal digits.
//!
//! # Why it matters
//! The mount's path or type in its place matches no alias, so the rule is dropped for every token.
//!
//! # How to fix it
//! Look it up: `vault auth list` shows the accessors.
//!
//! # Limits
//! Placeholders of tools (`${…}`, `__accessor__…`, `<…>`) are left alone.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::policy::Policy;
use crate::semantics::kv;
use crate::semantics::placeholder::{Referent, is_accessor, placeholders};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "wrong-accessor",
    summary: "a template whose accessor is none",
    category: Category::Suspicious,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("wrong_accessor.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in policy.path_rules.iter().filter(|rule| rule.path.value.contains("aliases.")) {
        for found in placeholders(rule.path.as_str()) {
            let Referent::Alias { accessor, .. } = found.referent else { continue };
            if is_accessor(accessor)
                || accessor.contains(['<', '_', '@']) && !accessor.starts_with("auth_")
                || kv::is_template(accessor)
            {
                continue;
            }
            cx.report(
                rule.path.span,
                format!("`{accessor}` is no accessor of an auth method, so the rule is dropped"),
            )
            .help("`vault auth list` shows the accessors: `auth_METHOD_` and eight hexadecimal digits");
        }
    }
}
