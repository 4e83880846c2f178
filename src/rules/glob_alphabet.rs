//! # What it finds
//! A bound list of an auth role with globs for single letters, `a*`, `b*`, `c*` and so on, twenty or more of them.
//!
//! # Why it matters
//! Together they admit nearly every name, as `*` would; the list only hides it from a reader, and from checks that look
//! for `*`.
//!
//! # How to fix it
//! List the names that are meant.
//!
//! # Limits
//! Fewer than twenty such globs are not counted.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::auth_role::AuthRole;
use crate::semantics::bound;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "glob-alphabet",
    summary: "a bound list that spells out a wildcard letter by letter",
    category: Category::Security,
    check: Check::AuthRole(check),
    fixable: false,
    source: include_str!("glob_alphabet.rs"),
};

/// Of the 36 characters that a name can begin with.
const MANY: usize = 20;

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    for (list, what) in [(role.names(), "service account"), (role.namespaces(), "namespace")] {
        let count = bound::single_letter_globs(list);
        let Some(first) = list.first().filter(|_| count >= MANY) else { continue };
        cx.report(
            first.span,
            format!("{count} globs of one letter admit nearly every {what} to {}", role.words()),
        )
        .help(format!("list the {what}s that are meant"));
    }
}
