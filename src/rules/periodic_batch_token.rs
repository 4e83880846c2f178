//! # What it finds
//! An auth role with `token_type: batch` and a period.
//!
//! # Why it matters
//! Batch tokens cannot be renewed, so Vault refuses to write the role. Under the old spelling `period` the first write
//! slips through; every later write of the role is refused, whatever it holds.
//!
//! # How to fix it
//! Remove the period, or issue service tokens.
//!
//! # Limits
//! The type that the mount sets is not looked at.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::duration::Seconds;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "periodic-batch-token",
    summary: "a period on batch tokens, which Vault refuses",
    category: Category::Correctness,
    check: Check::AuthRole(check),
    fixable: false,
    source: include_str!("periodic_batch_token.rs"),
};

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    let Some(kind) = role.fields.text("token_type").filter(|kind| kind.value == "batch") else { return };
    let Some(field) = role.fields.get("token_period") else { return };
    let Some(period) = role.fields.duration("token_period").filter(|period| period.value > Seconds(0)) else {
        return;
    };
    let (key, words) = (&field.key, role.words());
    let message = if field.spec.replaced_by.is_some() {
        format!(
            "batch tokens cannot have a `{key}`: Vault takes the first write of {words} and refuses every later one"
        )
    } else {
        format!("batch tokens cannot have a `{key}`, so Vault refuses to write {words}")
    };
    cx.report(period.span, message)
        .label(kind.span, "made a batch token here")
        .help("remove the period, or issue service tokens");
}
