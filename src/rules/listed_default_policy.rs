//! # What it finds
//! An auth role that lists the policy `default`.
//!
//! # Why it matters
//! Every token has it without being told. Beside `token_no_default_policy`, which leaves it out, it comes back in.
//!
//! # How to fix it
//! Remove it from the list. To be without it, set `token_no_default_policy`.
//!
//! # Limits
//! Beside `token_no_default_policy` it is a warning without a fix: one of the two is wrong.

use crate::lint::{Category, Check, Context, Edit, Rule, Severity, removal};
use crate::model::vault::auth_role::AuthRole;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "listed-default-policy",
    summary: "the policy `default`, which every token has, on a role",
    category: Category::Style,
    check: Check::AuthRole(check),
    fixable: true,
    source: include_str!("listed_default_policy.rs"),
};

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    let policies = role.policies();
    let Some(entry) = policies.iter().find(|name| name.value.trim().eq_ignore_ascii_case("default")) else {
        return;
    };
    if let Some(without) = role.fields.bool("token_no_default_policy").filter(|it| it.value) {
        cx.report(entry.span, format!("{} attaches `default` after all", role.words()))
            .severity(Severity::Warning)
            .label(without.span, "left out here")
            .help("remove one of the two");
        return;
    }
    let is_own_item = role.fields.get("token_policies").is_some_and(|field| field.span != entry.span);
    let source = cx.project.sources.get(entry.span.source).filter(|_| is_own_item && policies.len() > 1);
    let cut = source.and_then(|source| removal::item(source, entry.span));
    let finding =
        cx.report(entry.span, "every token has the policy `default` without being told").help("remove it");
    if let Some(cut) = cut {
        finding.fix("remove it", vec![Edit::replace(cut, "")]);
    }
}
