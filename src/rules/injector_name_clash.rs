//! # What it finds
//! Names behind `vault.hashicorp.com/agent-inject-…-` that cannot stand: too long for an annotation, the same but for capital
//! letters, or beginning with `file-` in a template annotation.
//!
//! # Why it matters
//! The part of an annotation behind the slash has at most 63 characters, and the API server refuses a longer one. The injector
//! writes names in lower case, so that one file overwrites the other, and reads `agent-inject-template-file-x` as the template
//! *file* of `x`.
//!
//! # How to fix it
//! Choose another name, and give the file its own with `agent-inject-file-NAME`.
//!
//! # Limits
//! With `preserve-secret-case` names may differ by case.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::workload::Workload;
use crate::syntax::Spanned;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "injector-name-clash",
    summary: "a name of an injected secret that cannot stand",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("injector_name_clash.rs"),
};

const PREFIX: &str = "vault.hashicorp.com/";
const LONGEST: usize = 63;
const SECRET: &str = "agent-inject-secret-";
const TEMPLATE: &str = "agent-inject-template-";

fn check(cx: &mut Context<'_>) {
    for workload in &cx.project.workloads {
        let keys: Vec<(&Spanned<String>, &str)> = keys(workload).collect();
        for (key, name) in &keys {
            if name.len() > LONGEST {
                let most = LONGEST.saturating_sub(name.len() - name_of(name).len());
                let message = format!(
                    "an annotation has at most {LONGEST} characters behind the slash, not {}",
                    name.len()
                );
                let help = format!(
                    "choose a name of at most {most} characters, and name the file with `agent-inject-file-NAME`"
                );
                cx.report(key.span, message).help(help);
            }
        }
        let preserved = keys.iter().any(|(_, name)| name.starts_with("preserve-secret-case"));
        for (at, (key, name)) in keys.iter().enumerate() {
            let before = keys.get(..at).unwrap_or_default();
            let twin = before.iter().find(|(_, other)| other != name && other.eq_ignore_ascii_case(name));
            if let Some((twin, _)) = twin.filter(|_| !preserved && name.starts_with("agent-inject-")) {
                cx.report(
                    key.span,
                    format!("names are written in lower case: `{}` is the same file", twin.value),
                )
                .label(twin.span, "the other one")
                .help("choose another name, or set `preserve-secret-case: \"true\"`");
            }
            let file = name.strip_prefix(TEMPLATE).filter(|rest| rest.starts_with("file-"));
            let meant = |rest: &str| keys.iter().any(|(_, other)| other.strip_prefix(SECRET) == Some(rest));
            if let Some(rest) = file.filter(|rest| meant(rest)) {
                let of = rest.strip_prefix("file-").unwrap_or(rest);
                cx.report(key.span, format!("this is read as the name of a template file for `{of}`"))
                    .help("choose a name that does not begin with `file-`");
            }
        }
    }
}

fn keys(workload: &Workload) -> impl Iterator<Item = (&Spanned<String>, &str)> {
    workload.pod_annotations.iter().filter_map(|(key, _)| Some((key, key.value.strip_prefix(PREFIX)?)))
}

/// What stands behind the fixed part.
fn name_of(name: &str) -> &str {
    let fixed = [
        "agent-inject-template-file-",
        TEMPLATE,
        SECRET,
        "agent-inject-file-",
        "agent-inject-command-",
        "agent-inject-perms-",
        "error-on-missing-key-",
        "secret-volume-path-",
        "preserve-secret-case-",
        "agent-template-left-delim-",
        "agent-template-right-delim-",
    ];
    fixed.into_iter().find_map(|fixed| name.strip_prefix(fixed)).unwrap_or(name)
}
