//! # What it finds
//! A wildcard in the place of the role where an engine hands out credentials or certificates: `database/creds/*`,
//! `pki/issue/+`, `aws/sts/*`, `ssh/sign/*`.
//!
//! # Why it matters
//! The roles of an engine are its permissions. With all of them the holder has the strongest one, and every one that is
//! added.
//!
//! # How to fix it
//! Name the roles.
//!
//! # Limits
//! Silent below key-value mounts.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::capability::Capability::{Create, Read, Update};
use crate::model::vault::policy::Policy;
use crate::semantics::kv;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "every-credential-role",
    summary: "credentials of every role of an engine",
    category: Category::Security,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("every_credential_role.rs"),
};

/// Behind these comes the name of a role.
const WORDS: [&str; 6] = ["creds", "static-creds", "static-cred", "sts", "issue", "sign"];

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let label = rule.path.as_str();
        let Some(before) = label.strip_suffix("/*").or_else(|| label.strip_suffix("/+")) else { continue };
        let Some((mount, word)) = before.rsplit_once('/').filter(|(_, word)| WORDS.contains(word)) else {
            continue;
        };
        let granted = rule.granted();
        let first = mount.trim_start_matches('/').split('/').next().unwrap_or("");
        let usable = [Create, Read, Update].into_iter().any(|it| granted.contains(it));
        if !usable
            || kv::is_system(first)
            || first.contains(['+', '*'])
            || is_key_value(label, rule.path.span, cx)
        {
            continue;
        }
        let what = if matches!(word, "issue" | "sign") { "a certificate from" } else { "the credentials of" };
        cx.report(rule.path.span, format!("`{label}` gives {what} every role of `{mount}/`"))
            .help("name the roles that are needed");
    }
}

fn is_key_value(label: &str, place: crate::syntax::Span, cx: &Context<'_>) -> bool {
    let known = cx.mounts.over(label, place);
    label.contains("/data/") || known.is_some_and(|known| known.engine.type_name() == "kv")
}
