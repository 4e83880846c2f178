//! # What it finds
//! An auth role with `token_type: batch` and a number of uses.
//!
//! # Why it matters
//! Nobody counts the uses of a batch token, which is stored nowhere: Vault refuses to write the role.
//! Under the old spelling `num_uses` the first write slips through; every later write of the role is refused.
//!
//! # How to fix it
//! Remove the number, or issue service tokens.
//!
//! # Limits
//! The type that the mount sets is not looked at.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::field::FieldValue;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "counted-batch-token",
    summary: "a number of uses on batch tokens, which Vault refuses",
    category: Category::Correctness,
    check: Check::AuthRole(check),
    fixable: false,
    source: include_str!("counted_batch_token.rs"),
};

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    let Some(kind) = role.fields.text("token_type").filter(|kind| kind.value == "batch") else { return };
    let Some(field) = role.fields.get("token_num_uses") else { return };
    if matches!(field.value, FieldValue::Integer(1..)) {
        let (key, words) = (&field.key, role.words());
        let message = if field.spec.replaced_by.is_some() {
            format!(
                "batch tokens cannot have `{key}`: Vault takes the first write of {words} and refuses every later one"
            )
        } else {
            format!("batch tokens cannot have `{key}`, so Vault refuses to write {words}")
        };
        cx.report(field.span, message)
            .label(kind.span, "made a batch token here")
            .help("remove the number of uses, or issue service tokens");
    }
}
