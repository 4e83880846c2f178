//! # What it finds
//! A policy that is readable text and still refused: values of the wrong type, `+*` in a path, wrapping lifetimes that
//! contradict each other, templates whose braces do not pair up.
//!
//! # Why it matters
//! `vault policy write` fails, and the policy that was there before stays in force.
//!
//! # How to fix it
//! The server's own answer is in the message.
//!
//! # Limits
//! Words in `capabilities` are reported as `unknown-capability`, keys as `unknown-policy-key`, arguments of a path rule that
//! are set twice as `repeated-argument`, text that cannot be read as `syntax-error`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::project::Target;
use crate::model::vault::policy::{Policy, Refusal, RefusalKind};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "refused-policy",
    summary: "a policy that servers refuse",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("refused_policy.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    let target = cx.project.settings.target;
    for refusal in policy.refusals.iter().filter(|refusal| !has_own_rule(refusal, policy)) {
        let finding = cx.report(refusal.span, message(refusal));
        finding.help(help(refusal));
        // Only some servers refuse it, and which one is meant was not said.
        if refusal.kind == RefusalKind::DuplicateArgument && target != Target::VaultCurrent {
            finding.severity(Severity::Warning);
        }
    }
}

fn has_own_rule(refusal: &Refusal, policy: &Policy) -> bool {
    match refusal.kind {
        RefusalKind::Capability | RefusalKind::TopLevelKey | RefusalKind::RuleKey => true,
        RefusalKind::DuplicateArgument => {
            let mut repeated = policy.path_rules.iter().flat_map(|rule| &rule.repeated);
            repeated.any(|(_, again)| again.span == refusal.span)
        }
        _ => false,
    }
}

fn message(refusal: &Refusal) -> String {
    let (word, server) = (refusal.word.as_str(), refusal.server.as_str());
    let what = match refusal.kind {
        RefusalKind::LegacyPolicy => format!("`{word}` is no value of `policy`"),
        RefusalKind::Wildcard => format!("`{word}` has a `*` right behind a `+`"),
        RefusalKind::DuplicateArgument => {
            return format!("`{word}` is set twice, which Vault refuses from 1.21 on");
        }
        RefusalKind::Type
        | RefusalKind::Capability
        | RefusalKind::TopLevelKey
        | RefusalKind::RuleKey
        | RefusalKind::Other => "servers refuse the policy".to_owned(),
        RefusalKind::WrappingTtl => "the wrapping lifetime cannot be".to_owned(),
        RefusalKind::Template => "the braces of the template do not pair up".to_owned(),
        RefusalKind::ControlGroup => "the control group is incomplete".to_owned(),
    };
    if server.is_empty() { what } else { format!("{what}; the server answers: {server}") }
}

fn help(refusal: &Refusal) -> &'static str {
    match refusal.kind {
        RefusalKind::LegacyPolicy => "write `capabilities = [\"read\"]`",
        RefusalKind::Wildcard => "use `+/*`, or `*` alone",
        RefusalKind::DuplicateArgument => "set it once",
        RefusalKind::Template => "each `{{` needs one `}}` before the next",
        RefusalKind::WrappingTtl => {
            "durations look like `30s`, `10m`, `24h`, `7d`, and the minimum is not above the maximum"
        }
        RefusalKind::ControlGroup => {
            "it needs a `factor` with `identity`, `approvals` and at least one group"
        }
        RefusalKind::Type
        | RefusalKind::Capability
        | RefusalKind::TopLevelKey
        | RefusalKind::RuleKey
        | RefusalKind::Other => "mend the value at the place shown",
    }
}
