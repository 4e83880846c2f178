//! # What it finds
//! A rule that reaches the plugin catalogue for writing, with `sudo`.
//!
//! # Why it matters
//! A plugin is a program that the server runs. Who can register one chooses which program that is.
//!
//! # How to fix it
//! Leave plugins to the configuration of the server.
//!
//! # Limits
//! The program has to lie in the plugin directory of the server. A pattern that reaches three or more such powers at
//! once is reported as `wildcard-administration`, a rule for every path as `wildcard-everything`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::semantics::authority::{self, Uses};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "plugin-catalog-write",
    summary: "a rule that lets its holder register plugins",
    category: Category::Security,
    check: Check::Authority(&authority::PLUGIN_CATALOG, check),
    fixable: false,
    source: include_str!("plugin_catalog_write.rs"),
};

fn check(uses: &Uses<'_>, cx: &mut Context<'_>) {
    let severity = Severity::Error;
    let path = &uses.first.rule.path;
    cx.report(path.span, format!("`{path}` lets its holder choose programs that the server runs"))
        .severity(severity)
        .labels(uses.labels())
        .help("leave plugins to the configuration of the server");
}
