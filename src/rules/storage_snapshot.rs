//! # What it finds
//! A rule that reaches the snapshots of the integrated storage.
//!
//! # Why it matters
//! A restored snapshot brings back old secrets, policies and tokens. A copy is encrypted, and readable for everybody
//! who has the keys of the server it came from.
//!
//! # How to fix it
//! Give it to the backup job alone, with `read` on `sys/storage/raft/snapshot`.
//!
//! # Limits
//! Reading alone is what backups need: it is a note. A pattern that reaches three or more such powers at once is
//! reported as `wildcard-administration`, a rule for every path as `wildcard-everything`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::vault::capability::Capability;
use crate::semantics::authority::{self, Uses};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "storage-snapshot",
    summary: "a rule that lets its holder copy or restore the storage",
    category: Category::Security,
    check: Check::Authority(&authority::SNAPSHOTS, check),
    fixable: false,
    source: include_str!("storage_snapshot.rs"),
};

fn check(uses: &Uses<'_>, cx: &mut Context<'_>) {
    let reads = uses.iter().all(|it| !it.granted.contains(Capability::Update));
    let (severity, what) =
        if reads { (Severity::Note, "copy") } else { (Severity::Warning, "copy or restore") };
    let path = &uses.first.rule.path;
    cx.report(path.span, format!("`{path}` lets its holder {what} the whole storage"))
        .severity(severity)
        .labels(uses.labels())
        .help("give `read` on `sys/storage/raft/snapshot` to the backup job, and nothing more");
}
