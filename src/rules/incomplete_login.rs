//! # What it finds
//! A VaultAuth without role, service account or mount, and a SecretProviderClass without `roleName`, without `objects`, or with
//! both spellings of its auth mount.
//!
//! # Why it matters
//! The operator or the driver stops before it asks Vault, and no Secret is made.
//!
//! # How to fix it
//! Add the field that the finding names.
//!
//! # Limits
//! Looked at are objects that a secret or a pod among the inputs uses.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::trace::Fault;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "incomplete-login",
    summary: "an object for Vault secrets without a field that it needs",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("incomplete_login.rs"),
};

fn check(cx: &mut Context<'_>) {
    for (_, stop) in cx.survey.stops(Fault::Incomplete) {
        let Some(place) = stop.at else { continue };
        let finding = cx.report(place, stop.why.clone());
        if let Some(remedy) = &stop.remedy {
            finding.help(remedy.clone());
        }
    }
}
