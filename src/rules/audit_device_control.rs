//! # What it finds
//! A rule that reaches `sys/audit/` for writing or deleting, with `sudo`.
//!
//! # Why it matters
//! Without an audit device nothing that happens afterwards is on record. A new device can also write where its maker
//! likes.
//!
//! # How to fix it
//! Leave audit devices to the configuration of the server.
//!
//! # Limits
//! A pattern that reaches three or more such powers at once is reported as `wildcard-administration`, a rule for every
//! path as `wildcard-everything`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::semantics::authority::{self, Uses};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "audit-device-control",
    summary: "a rule that lets its holder switch the audit log off",
    category: Category::Security,
    check: Check::Authority(&authority::AUDIT_DEVICES, check),
    fixable: false,
    source: include_str!("audit_device_control.rs"),
};

fn check(uses: &Uses<'_>, cx: &mut Context<'_>) {
    let severity = if uses.are_broad() { Severity::Error } else { Severity::Warning };
    let path = &uses.first.rule.path;
    cx.report(path.span, format!("`{path}` lets its holder switch the audit log off or send it elsewhere"))
        .severity(severity)
        .labels(uses.labels())
        .help("leave audit devices to the configuration of the server");
}
