//! # What it finds
//! A rule that reaches CORS, headers of the user interface, audited request headers or quotas for writing.
//!
//! # Why it matters
//! CORS and headers decide which web pages may speak to the server in the name of its users; quotas decide who is kept
//! out.
//!
//! # How to fix it
//! Leave settings to the pipeline that sets the server up.
//!
//! # Limits
//! A pattern that reaches three or more such powers at once is reported as `wildcard-administration`, a rule for every
//! path as `wildcard-everything`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::semantics::authority::{self, Uses};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "server-config-write",
    summary: "a rule that lets its holder change settings of the server",
    category: Category::Security,
    check: Check::Authority(&authority::SERVER_CONFIG, check),
    fixable: false,
    source: include_str!("server_config_write.rs"),
};

fn check(uses: &Uses<'_>, cx: &mut Context<'_>) {
    let severity = Severity::Note;
    let path = &uses.first.rule.path;
    cx.report(path.span, format!("`{path}` lets its holder change settings of the server"))
        .severity(severity)
        .labels(uses.labels())
        .help("leave settings to the pipeline that sets the server up");
}
