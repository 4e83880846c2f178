//! # What it finds
//! A path with an empty segment, `.` or `..` in it: `secret//app`, `secret/./app`, `secret/data/../app`.
//!
//! # Why it matters
//! Servers redirect such a request to the path without them, or refuse it. The rule is compared with what comes after,
//! byte for byte, so it never applies: what it grants is not granted, what it denies is not denied.
//!
//! # How to fix it
//! Write the path as requests hold it.
//!
//! # Limits
//! An empty segment does get through when the client writes one of the slashes as `%2F`; secrets whose name begins with a
//! slash are best renamed. Slashes in front of a path are reported as `leading-slash`, spaces as `path-whitespace`.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::vault::path::unsent_segment;
use crate::model::vault::policy::{Policy, PolicyOrigin};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unmatchable-path",
    summary: "a path with `//`, `/./` or `/../` in it, which no request holds",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: true,
    source: include_str!("unmatchable_path.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    // The spec refuses a grant of such a path, at the same place.
    if policy.origin == PolicyOrigin::Grant {
        return;
    }
    for rule in &policy.path_rules {
        let label = rule.path.as_str();
        let path = label.trim_start_matches('/');
        let Some(segment) = unsent_segment(path) else { continue };
        let why = match segment {
            "" => "servers take `//` in a request for one slash".to_owned(),
            dots => format!("no request holds a segment `{dots}`"),
        };
        let verbatim = cx.project.sources.verbatim(&rule.path);
        let finding = cx.report(rule.path.span, format!("`{label}` never applies: {why}"));
        let Some(meant) = meant(path) else {
            finding.help("write the path as requests hold it");
            continue;
        };
        finding.help(format!("write `{meant}`"));
        let slashes = label.len() - path.len();
        if let (Some(inner), false) =
            (verbatim, policy.path_rules.iter().any(|other| other.path.value == meant))
        {
            // The fixed rule grants, or denies, what this one did not.
            let edit = Edit::replace(inner, format!("{}{meant}", "/".repeat(slashes)));
            finding.unsafe_fix("write the path as requests hold it", vec![edit]);
        }
    }
}

/// The path as a server would redirect to it; none if nothing of it is left, or if it is not clear what `..` takes away.
fn meant(path: &str) -> Option<String> {
    let mut segments: Vec<&str> = Vec::new();
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        match part {
            "" if parts.peek().is_some() => {}
            "." => {}
            ".." if segments.last().is_some_and(|last| !last.contains(['+', '*', '{', '}'])) => {
                segments.pop();
            }
            ".." => return None,
            part => segments.push(part),
        }
    }
    Some(segments.join("/")).filter(|path| !path.is_empty() && unsent_segment(path).is_none())
}
