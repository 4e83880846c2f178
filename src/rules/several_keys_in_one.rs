//! # What it finds
//! An item of `pem_keys` that holds more than one PEM block.
//!
//! # Why it matters
//! Vault reads the first block of an item and drops the others in silence, so tokens that they signed are refused;
//! OpenBao refuses the configuration.
//!
//! # How to fix it
//! Make an item of each key.
//!
//! # Limits
//! None.

use crate::lint::{Category, Check, Context, Rule};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "several-keys-in-one",
    summary: "several public keys in one item of `pem_keys`",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("several_keys_in_one.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    for mount in &project.auth_mounts {
        let Some(config) = &mount.config else { continue };
        for item in config.list("pem_keys") {
            let blocks = item.value.matches("-----BEGIN ").count();
            if blocks > 1 {
                cx.report(item.span, format!("of the {blocks} keys in this item only the first counts"))
                    .help("make an item of each key");
            }
        }
    }
}
