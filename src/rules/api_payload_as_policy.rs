//! # What it finds
//! A policy file that holds `{"policy": "…"}`, the body of a request to `sys/policies/acl/`.
//!
//! # Why it matters
//! `vault policy write` sends the file as the text of the policy: servers refuse it, as `policy` is no key of one.
//!
//! # How to fix it
//! Keep the text of the policy in the file, or send the body with `curl --data @FILE`.
//!
//! # Limits
//! Files named `*.hcl` or `*.policy`; a body in a `.json` file is what requests are made of. The policy inside is not
//! looked at.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::project::FileClass;
use crate::syntax::Span;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "api-payload-as-policy",
    summary: "the body of a request in the place of a policy",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("api_payload_as_policy.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    for (source, class) in project.sources.iter().zip(&project.classes) {
        let named = [".hcl", ".policy"].iter().any(|end| source.name.ends_with(end));
        if *class == FileClass::Read || !named {
            continue;
        }
        let inside = source.text.trim_start().strip_prefix('{').map(str::trim_start);
        let Some(rest) = inside.filter(|rest| rest.starts_with("\"policy\"") && rest.contains("path")) else {
            continue;
        };
        let start = source.text.len() - rest.len();
        let key = Span::new(source.id, start..start + "\"policy\"".len());
        cx.report(key, "servers refuse this as a policy: it is the body of a request that writes one")
            .help("keep the text of the policy alone in the file");
    }
}
