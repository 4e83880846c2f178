//! # What it finds
//! A rule that reaches `roles/`, `static-roles/` or `config/` of a database engine for writing.
//!
//! # Why it matters
//! A role holds the statements that the engine runs with its own login, which is an administrator of the database. Who
//! can write one runs any statement.
//!
//! # How to fix it
//! Grant `creds/ROLE`, and leave roles to the pipeline that keeps them.
//!
//! # Limits
//! The mount must be known as database or be called `database`. A pattern that reaches three or more such powers at
//! once is reported as `wildcard-administration`, a rule for every path as `wildcard-everything`.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::authority::{self, Uses};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "database-role-write",
    summary: "a rule that lets its holder write roles of a database engine",
    category: Category::Security,
    check: Check::Authority(&authority::DATABASE_ROLES, check),
    fixable: false,
    source: include_str!("database_role_write.rs"),
};

fn check(uses: &Uses<'_>, cx: &mut Context<'_>) {
    let path = &uses.first.rule.path;
    cx.report(
        path.span,
        format!("`{path}` lets its holder run any statement as administrator of the databases"),
    )
    .labels(uses.labels())
    .help("grant `creds/ROLE`, and leave roles to the pipeline that keeps them");
}
