//! Canonical policy text.

use crate::model::vault::policy::Policy;

/// The canonical text of a policy.
pub fn policy_text(policy: &Policy) -> String {
    let rule = |rule: &crate::model::vault::policy::PathRule| {
        let words: Vec<String> = rule.capabilities.iter().map(|word| format!("{:?}", word.value)).collect();
        format!("path {:?} {{\n  capabilities = [{}]\n}}\n", rule.path.value, words.join(", "))
    };
    policy.path_rules.iter().map(rule).collect::<Vec<_>>().join("\n")
}
