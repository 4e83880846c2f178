//! # What it finds
//! A rule that lists `deny` together with other capabilities.
//!
//! # Why it matters
//! `deny` wins, and servers drop the other words without a word. Either the deny or the rest was not meant.
//!
//! # How to fix it
//! Keep the one that is meant. The fix keeps `deny`, which changes nothing in force.
//!
//! # Limits
//! Two rules for one path, one of which denies, are reported as `duplicate-path`.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::vault::policy::{Policy, PolicyOrigin};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "deny-with-others",
    summary: "`deny` beside other capabilities",
    category: Category::Suspicious,
    check: Check::Policy(check),
    fixable: true,
    source: include_str!("deny_with_others.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in policy.path_rules.iter().filter(|rule| rule.granted().denies()) {
        let others: Vec<String> = rule
            .capabilities
            .iter()
            .filter(|word| word.value != "deny")
            .map(|word| format!("`{word}`"))
            .collect();
        let Some(deny) = rule.capability("deny").filter(|_| !others.is_empty()) else { continue };
        let in_list = !matches!(policy.origin, PolicyOrigin::SpecPaths | PolicyOrigin::Grant);
        let list = rule.capabilities_span.filter(|span| {
            let text = cx.project.sources.slice(*span);
            in_list
                && rule.repeated.is_empty()
                && !text.contains(['#', '\n'])
                && !cx.project.has_fault_in(*span)
        });
        let finding = cx.report(deny.span, format!("`deny` takes away {} as well", others.join(", ")));
        finding.label(rule.path.span, "so this path is closed").help("keep either the `deny` or the others");
        if let Some(list) = list {
            finding.fix("keep `deny` alone", vec![Edit::replace(list, "[\"deny\"]")]);
        }
    }
}
