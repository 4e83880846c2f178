//! # What it finds
//! A policy that an auth role attaches and that none of the inputs holds.
//!
//! # Why it matters
//! The server never checks the name. Logins succeed, and the token can do nothing.
//!
//! # How to fix it
//! Correct the name, or add the policy to the inputs.
//!
//! # Limits
//! Silent where the inputs hold no policy at all. Without a similar name the policy may live elsewhere: a warning only.

use std::cell::LazyCell;

use crate::lint::{Category, Check, Context, Edit, Rule, Severity};
use crate::model::project::Project;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unknown-policy",
    summary: "an attached policy that no input holds",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: true,
    source: include_str!("unknown_policy.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    if project.policies.is_empty() {
        return;
    }
    let known = LazyCell::new(|| Known::all(project));
    for role in &project.auth_roles {
        for name in role.policies() {
            if is_built_in(&name.value) || project.policies_named(&name.value).next().is_some() {
                continue;
            }
            let message = format!("auth role `{}` attaches policy `{name}`, which no input holds", role.name);
            let verbatim = project.sources.verbatim(name);
            let finding = cx.report(name.span, message);
            match similar(&name.value, &known) {
                Some(meant) => {
                    finding.help(format!("did you mean `{meant}`?"));
                    if let Some(inner) = verbatim {
                        finding.unsafe_fix(format!("attach `{meant}`"), vec![Edit::replace(inner, meant)]);
                    }
                }
                None => {
                    finding.severity(Severity::Warning).help(
                        "the server takes any name: check that the policy exists, or add it to the inputs",
                    );
                }
            }
        }
    }
}

/// Policies that servers bring along, and names that another rule reports.
fn is_built_in(name: &str) -> bool {
    let name = name.trim().to_lowercase();
    matches!(
        name.as_str(),
        "" | "default" | "root" | "response-wrapping" | "control-group" | "default-ceiling"
    ) || name.contains("{{")
        || name.contains("${")
}

/// A policy that a name could have been meant for.
struct Known<'a> {
    key: String,
    /// Characters of the key.
    length: usize,
    name: &'a str,
}

impl Known<'_> {
    fn all(project: &Project) -> Vec<Known<'_>> {
        let known = project.policies.iter().map(|policy| {
            let key = policy.key();
            Known { length: key.chars().count(), key, name: policy.name.as_str() }
        });
        known.collect()
    }
}

/// The known policy whose name is nearest, if it is near enough to be a slip.
fn similar<'a>(name: &str, known: &[Known<'a>]) -> Option<&'a str> {
    let name = name.trim().to_lowercase();
    let length = name.chars().count();
    let allowed = length.div_ceil(4).min(3);
    known
        .iter()
        // The distance is at least the difference in length, which is quickly told.
        .filter(|policy| policy.length.abs_diff(length) <= allowed)
        .map(|policy| (strsim::damerau_levenshtein(&name, &policy.key), policy.name))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, policy)| policy)
}
