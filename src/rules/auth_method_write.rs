//! # What it finds
//! A rule that reaches `sys/auth/` with `sudo`, or the `config` of an auth method, for writing, also of one at a path of
//! several segments (`auth/team/k8s/config`).
//!
//! # Why it matters
//! The configuration says whom an auth method believes. Who can change it points it at a cluster, a directory or an
//! issuer of their own, and logs in as anybody.
//!
//! # How to fix it
//! Leave this to the pipeline that sets the server up, and name the mounts.
//!
//! # Limits
//! Without `sudo`, rules for `sys/auth/` do nothing: see `sudo-missing`. To tune a method (`sys/auth/MOUNT/tune`) changes
//! lifetimes, headers and how it is listed, and gives nobody a policy; that is not reported. A pattern that reaches three
//! or more such powers at once is reported as `wildcard-administration`, a rule for every path as `wildcard-everything`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::semantics::authority::{self, Uses};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "auth-method-write",
    summary: "a rule that lets its holder add or change auth methods",
    category: Category::Security,
    check: Check::Authority(&authority::AUTH_METHOD_WRITE, check),
    fixable: false,
    source: include_str!("auth_method_write.rs"),
};

fn check(uses: &Uses<'_>, cx: &mut Context<'_>) {
    let severity = if uses.are_broad() { Severity::Error } else { Severity::Warning };
    let path = &uses.first.rule.path;
    cx.report(path.span, format!("`{path}` lets its holder decide whom the server believes"))
        .severity(severity)
        .labels(uses.labels())
        .help("name the mounts, and leave this to the pipeline that sets the server up");
}
