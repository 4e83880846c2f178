//! # What it finds
//! A blank in `vault.hashicorp.com/agent-inject-containers`.
//!
//! # Why it matters
//! The list is split at commas and not trimmed: in `app, worker` no container has the name ` worker`, and that one starts without
//! its secrets.
//!
//! # How to fix it
//! Take the blanks out.
//!
//! # Limits
//! Whether the names are those of containers is not looked at.

use crate::lint::{Category, Check, Context, Edit, Rule};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "blank-in-container-list",
    summary: "a blank in the list of containers that get secrets",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: true,
    source: include_str!("blank_in_container_list.rs"),
};

const KEY: &str = "vault.hashicorp.com/agent-inject-containers";

fn check(cx: &mut Context<'_>) {
    let annotations = cx.project.workloads.iter().flat_map(|workload| &workload.pod_annotations);
    for (_, list) in annotations.filter(|(key, _)| key.value == KEY) {
        let clean: Vec<&str> = list.value.split(',').map(str::trim).collect();
        let clean = clean.join(",");
        if clean == list.value {
            continue;
        }
        let place = cx.project.sources.verbatim(list);
        let finding = cx.report(
            list.span,
            "the list is split at commas and not trimmed: no container has a blank in its name",
        );
        finding.help(format!("write `{clean}`"));
        if let Some(place) = place {
            finding.unsafe_fix("take the blanks out", vec![Edit::replace(place, clean)]);
        }
    }
}
