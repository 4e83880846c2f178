//! # What it finds
//! Annotations of the Agent Injector about the file, command or permissions of a secret that no other annotation asks for.
//!
//! # Why it matters
//! The injector passes over them: mostly the name differs from that of `agent-inject-secret-NAME` by a letter, and the file has
//! another name, or other permissions, than was meant.
//!
//! # How to fix it
//! Write the same NAME as in `agent-inject-secret-NAME` or `agent-inject-template-NAME`.
//!
//! # Limits
//! Names are compared in lower case, as the injector does.

use crate::lint::{Category, Check, Context, Rule};
use crate::syntax::near::nearest;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "orphan-annotation",
    summary: "an annotation about an injected secret that nothing asks for",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("orphan_annotation.rs"),
};

const PREFIX: &str = "vault.hashicorp.com/";
const ASKS: [&str; 3] = ["agent-inject-template-file-", "agent-inject-secret-", "agent-inject-template-"];
const ABOUT: [&str; 4] =
    ["agent-inject-file-", "agent-inject-command-", "agent-inject-perms-", "error-on-missing-key-"];

fn check(cx: &mut Context<'_>) {
    for workload in cx.project.workloads.iter().filter(|workload| workload.injector.is_some()) {
        let keys = || {
            let keys = workload.pod_annotations.iter();
            keys.filter_map(|(key, _)| Some((key, key.value.strip_prefix(PREFIX)?)))
        };
        let mut asked: Vec<String> = Vec::new();
        for (_, key) in keys() {
            // A name that begins with `file-` is read in two ways; `injector-name-clash` says so.
            asked.extend(ASKS.iter().filter_map(|fixed| Some(key.strip_prefix(fixed)?.to_lowercase())));
        }
        for (key, rest) in keys() {
            let Some(name) = ABOUT.iter().find_map(|fixed| rest.strip_prefix(fixed)) else { continue };
            let is_asked = asked.iter().any(|it| *it == name.to_lowercase());
            if name.is_empty() || is_asked {
                continue;
            }
            let finding = cx.report(key.span, format!("no annotation asks for a secret `{name}`"));
            finding.help(match nearest(name, asked.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("add `{PREFIX}agent-inject-secret-{name}`, or remove it"),
            });
        }
    }
}
