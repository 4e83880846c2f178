//! # What it finds
//! An entry of a bound list with two or more `*` in a row.
//!
//! # Why it matters
//! `**` means the same as `*`, but Vault does not see it: beside other entries it opens the role to everybody, where
//! `*` would have been refused. In a glob it looks like a rule across segments, which bound lists do not have.
//!
//! # How to fix it
//! Write one `*`. Beside other entries, remove it.
//!
//! # Limits
//! Alone, it is a note: what it opens is reported as `wildcard-namespace` or `wildcard-service-account`.

use crate::lint::{Category, Check, Context, Edit, Rule, Severity};
use crate::model::vault::auth_role::AuthRole;
use crate::semantics::bound;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "disguised-wildcard",
    summary: "a run of `*` that says no more than one",
    category: Category::Suspicious,
    check: Check::AuthRole(check),
    fixable: true,
    source: include_str!("disguised_wildcard.rs"),
};

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    for list in [role.names(), role.namespaces()] {
        for entry in list.iter().filter(|entry| entry.value.contains("**")) {
            if bound::admits_all(&entry.value) && list.len() > 1 {
                cx.report(
                    entry.span,
                    format!(
                        "`{entry}` admits everybody to {} and makes the other entries pointless",
                        role.words()
                    ),
                )
                .help("remove it: Vault would have refused `*` here, this it takes");
                continue;
            }
            let single = with_single_stars(&entry.value);
            let place = cx.project.sources.verbatim(entry);
            let finding = cx
                .report(entry.span, format!("`{entry}` means the same as `{single}`"))
                .severity(Severity::Note)
                .help(format!("write `{single}`"));
            if let Some(place) = place {
                let title = format!("write `{single}`");
                // A role that admits everybody by `*` in both lists is refused, one with `**` is not.
                let is_alone = single == "*";
                let edits = vec![Edit::replace(place, single)];
                match is_alone {
                    true => finding.unsafe_fix(title, edits),
                    false => finding.fix(title, edits),
                };
            }
        }
    }
}

fn with_single_stars(item: &str) -> String {
    let mut out = String::with_capacity(item.len());
    for next in item.chars() {
        if next != '*' || !out.ends_with('*') {
            out.push(next);
        }
    }
    out
}
