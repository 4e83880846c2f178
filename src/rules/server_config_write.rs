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
use crate::model::vault::policy::Policy;
use crate::semantics::authority;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "server-config-write",
    summary: "a rule that lets its holder change settings of the server",
    category: Category::Security,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("server_config_write.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    let Some(uses) = authority::uses(policy, &authority::SERVER_CONFIG, cx.survey.handed_over(policy)) else {
        return;
    };
    let severity = Severity::Note;
    let path = &uses.first.rule.path;
    cx.report(path.span, format!("`{path}` lets its holder change settings of the server"))
        .severity(severity)
        .labels(uses.labels())
        .help("leave settings to the pipeline that sets the server up");
}
