//! # What it finds
//! A glob of a bound list whose `*` stands right beside a letter or digit: `team-a*`.
//!
//! # Why it matters
//! It admits `team-a-web`, and `team-ab` of another team as well. Whoever may create a namespace or a service account
//! of such a name gets the policies of the role.
//!
//! # How to fix it
//! End the glob at a dash, and list the plain name beside it: `[team-a, team-a-*]`.
//!
//! # Limits
//! A note, unless the inputs hold a name that is caught. Silent where every policy is templated by what the glob stands
//! for.

use std::cell::LazyCell;

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::vault::auth_role::AuthRole;
use crate::semantics::bound;
use crate::semantics::inhabitants::Inhabitants;
use crate::syntax::Spanned;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "greedy-glob",
    summary: "a glob that runs on inside a word",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("greedy_glob.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    let known = LazyCell::new(|| Inhabitants::of(project));
    for role in &project.auth_roles {
        look(role, &known, cx);
    }
}

fn look<'a>(
    role: &AuthRole,
    known: &LazyCell<Inhabitants<'a>, impl FnOnce() -> Inhabitants<'a>>,
    cx: &mut Context<'_>,
) {
    let suspects = |list: &'static str| {
        let list = role.fields.list(list);
        let spelled_out = bound::single_letter_globs(list) > 2;
        let greedy = move |entry: &&Spanned<String>| bound::runs_on_inside_word(&entry.value) && !spelled_out;
        list.iter().filter(greedy)
    };
    let namespaces: Vec<_> = suspects("bound_service_account_namespaces").collect();
    let names: Vec<_> = suspects("bound_service_account_names").collect();
    if namespaces.is_empty() && names.is_empty() {
        return;
    }
    if !bound::isolated_by_namespace(role, cx.project) {
        for glob in namespaces {
            report(role, glob, "namespace", known.namespaces(), cx);
        }
    }
    if !bound::isolated_by_service_account(role, cx.project) {
        for glob in names {
            report(role, glob, "service account", known.account_names(), cx);
        }
    }
}

fn report<'a>(
    role: &AuthRole,
    glob: &Spanned<String>,
    what: &str,
    known: impl Iterator<Item = &'a str>,
    cx: &mut Context<'_>,
) {
    let mut caught: Vec<&str> = known.filter(|name| is_caught(&glob.value, name)).collect();
    caught.sort_unstable();
    caught.dedup();
    let message = match caught.as_slice() {
        [] => format!("`{glob}` also admits the {what} `{}` to {}", example(&glob.value), role.words()),
        [one] => format!("`{glob}` also admits the {what} `{one}` to {}", role.words()),
        [one, rest @ ..] => {
            format!("`{glob}` also admits the {what} `{one}` and {} more to {}", rest.len(), role.words())
        }
    };
    let finding =
        cx.report(glob.span, message).help("end the glob at a dash, and list the plain name beside it");
    if caught.is_empty() {
        finding.severity(Severity::Note);
    }
}

/// True for a name that the glob admits and that goes on inside the word, of globs with one star at the end.
fn is_caught(glob: &str, name: &str) -> bool {
    let rest = glob.strip_suffix('*').and_then(|stem| name.strip_prefix(stem));
    rest.is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_alphanumeric()))
}

/// A name that nobody had in mind.
fn example(glob: &str) -> String {
    let stem = glob.trim_matches('*').replace('*', "x");
    match (glob.starts_with('*'), glob.ends_with('*')) {
        (true, true) => format!("x{stem}x"),
        (true, false) => format!("x{stem}"),
        (false, true) => format!("{stem}x"),
        (false, false) => stem,
    }
}
