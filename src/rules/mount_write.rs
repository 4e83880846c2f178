//! # What it finds
//! A rule that reaches `sys/mounts/` for writing or deleting, or `sys/remount` with `sudo`.
//!
//! # Why it matters
//! Disabling a mount destroys all that is in it; moving or tuning one changes which policies apply to its secrets and
//! for how long they are handed out.
//!
//! # How to fix it
//! Name the mounts, or leave them to the pipeline that sets the server up.
//!
//! # Limits
//! A single named mount is a note. A pattern that reaches three or more such powers at once is reported as `wildcard-
//! administration`, a rule for every path as `wildcard-everything`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::semantics::authority::{self, Uses};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "mount-write",
    summary: "a rule that lets its holder change secrets mounts",
    category: Category::Security,
    check: Check::Authority(&authority::MOUNT_WRITE, check),
    fixable: false,
    source: include_str!("mount_write.rs"),
};

fn check(uses: &Uses<'_>, cx: &mut Context<'_>) {
    let severity = if uses.are_broad() { Severity::Warning } else { Severity::Note };
    let path = &uses.first.rule.path;
    cx.report(path.span, format!("`{path}` lets its holder mount, tune and remove secrets engines"))
        .severity(severity)
        .labels(uses.labels())
        .help("name the mounts, or leave them to the pipeline that sets the server up");
}
