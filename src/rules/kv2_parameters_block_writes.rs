//! # What it finds
//! `allowed_parameters` or `required_parameters` on data of a version 2 key-value mount that name fields of the secret.
//!
//! # Why it matters
//! A write sends the fields inside one parameter, `data`, with `options` beside it. Constraints see these two only: a
//! list without `data` refuses every write, and so does a required field.
//!
//! # How to fix it
//! Constraints cannot look into a secret. Remove them, or allow `data` and `options`.
//!
//! # Limits
//! The mount must be known as version 2, or the path show it.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::capability::Capability::{Create, Patch, Update};
use crate::model::vault::policy::Policy;
use crate::semantics::kv::{self, Part};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "kv2-parameters-block-writes",
    summary: "parameter constraints that refuse every write of a secret",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("kv2_parameters_block_writes.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        if rule.allowed_parameters.is_empty() && rule.required_parameters.is_empty() {
            continue;
        }
        let granted = rule.granted();
        let writes = [Create, Patch, Update].into_iter().any(|it| granted.contains(it));
        if !writes || kv::part_of(rule.path.as_str(), rule.path.span, cx.mounts) != Some(Part::Data) {
            continue;
        }
        let sent = |name: &str| matches!(name.to_lowercase().as_str(), "data" | "options");
        let passes = |name: &str| name == "*" || name.eq_ignore_ascii_case("data");
        let allowed = rule.allowed_parameters.first();
        let blocked = allowed.filter(|_| !rule.allowed_parameters.iter().any(|it| passes(it.name.as_str())));
        let required = rule.required_parameters.iter().find(|name| !sent(name.as_str()));
        let Some(name) = blocked.map(|it| &it.name).or(required) else { continue };
        cx.report(
            name.span,
            format!("no write to `{}` gets through: the fields are inside the parameter `data`", rule.path),
        )
        .help("constraints cannot look into a secret: remove them, or allow `data` and `options`");
    }
}
