//! # What it finds
//! A name or namespace of an auth role that stands in its list twice, or that a glob of the same list admits already.
//!
//! # Why it matters
//! It admits nobody who is not admitted anyway. Whoever removes the other entry later is in for a surprise.
//!
//! # How to fix it
//! Remove it, or the glob if only the names were meant.
//!
//! # Limits
//! Beside `*` or `**` other rules speak.

use std::collections::HashMap;

use crate::lint::{Category, Check, Context, Edit, Rule, removal};
use crate::model::vault::auth_role::AuthRole;
use crate::semantics::bound;
use crate::syntax::Spanned;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "redundant-bound-entry",
    summary: "an entry of a bound list that another one covers",
    category: Category::Style,
    check: Check::AuthRole(check),
    fixable: true,
    source: include_str!("redundant_bound_entry.rs"),
};

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    for field in ["bound_service_account_names", "bound_service_account_namespaces"] {
        let list = role.fields.list(field);
        if list.len() < 2 || list.iter().any(|entry| bound::admits_all(&entry.value)) {
            continue;
        }
        let whole = role.fields.get(field).map(|field| field.span);
        let globs: Vec<&Spanned<String>> = list.iter().filter(|entry| entry.value.contains('*')).collect();
        let mut seen: HashMap<&str, &Spanned<String>> = HashMap::new();
        for entry in list {
            let twin = seen.insert(entry.as_str(), entry);
            let covering =
                globs.iter().copied().find(|glob| glob.value != entry.value && admits_more(glob, entry));
            let (other, message) = match (twin, covering) {
                (Some(twin), _) => (twin, format!("`{entry}` is listed twice")),
                (None, Some(glob)) => (glob, format!("`{entry}` is admitted by `{glob}` already")),
                (None, None) => continue,
            };
            let source = cx.project.sources.get(entry.span.source);
            let cut = source
                .filter(|_| Some(entry.span) != whole)
                .and_then(|source| removal::item(source, entry.span));
            let finding = cx.report(entry.span, message).help("remove it");
            if other.span != entry.span {
                finding.label(other.span, "this entry is enough");
            }
            if let Some(cut) = cut {
                finding.fix("remove the entry", vec![Edit::replace(cut, "")]);
            }
        }
    }
}

/// True if the glob admits all that the entry admits. Of two globs that mean the same, the first one is enough.
fn admits_more(glob: &Spanned<String>, entry: &Spanned<String>) -> bool {
    bound::admits(&glob.value, &entry.value)
        && (glob.span < entry.span || !bound::admits(&entry.value, &glob.value))
}
