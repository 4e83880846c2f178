//! # What it finds
//! A resource with verbs of which it serves none, such as `get` on `serviceaccounts/token` or `delete` on `pods/log`.
//!
//! # Why it matters
//! No request ever meets the rule there: it grants nothing, and reads as if it did.
//!
//! # How to fix it
//! Leave the resource out, or allow the verb that it takes.
//!
//! # Limits
//! Judged are resources of Kubernetes itself. `bind` and `escalate` on bindings are `bind-on-bindings`. A verb that some of the rule's resources serve and others do not is not
//! reported; beside other resources the finding is a note.

use super::bind_on_bindings;
use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::rbac::{RbacRole, RbacRule};
use crate::model::kube::resource::{self, Entry};
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::served::served;
use crate::syntax::Spanned;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "ineffective-rbac-rule",
    summary: "a resource with verbs of which it serves none",
    category: Category::Suspicious,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("ineffective_rbac_rule.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    if builtin::is_own_role(role) {
        return;
    }
    let judged = |rule: &&RbacRule| {
        rule.api_groups.iter().all(|group| group.value != "*") && !bind_on_bindings::is_without_effect(rule)
    };
    for rule in role.rules.iter().filter(judged) {
        for resource in &rule.resources {
            if let Some(known) = served(rule, resource.as_str()) {
                look(rule, resource, known, cx);
            }
        }
    }
}

fn look(rule: &RbacRule, resource: &Spanned<String>, known: Entry, cx: &mut Context<'_>) {
    // Kubernetes' own `view` reads them, although they can only be made; copies of it abound.
    if known.resource.name == "bindings" {
        return;
    }
    // Verbs that no API server asks about are other programs' words, or reported as such.
    let may_reach = |verb: &str| known.serves(verb) || !resource::is_verb(verb);
    if rule.verbs.is_empty() || rule.verbs.iter().any(|verb| may_reach(verb.as_str())) {
        return;
    }
    // Beside other resources the verbs were written for those.
    let alone = rule.resources.len() == 1;
    let severity = if alone { Severity::Warning } else { Severity::Note };
    let takes: Vec<String> = known.verbs().iter().map(|verb| format!("`{verb}`")).collect();
    let finding =
        cx.report(resource.span, format!("`{resource}` serves none of these verbs")).severity(severity);
    match takes.as_slice() {
        [] => finding.help("leave it out"),
        _ => finding.help(format!("leave it out, or allow the verb that it takes: {}", takes.join(", "))),
    };
}
