//! # What it finds
//! `sudo` where no path asks for it.
//!
//! # Why it matters
//! `sudo` opens root-protected endpoints and nothing else. Where there is none it does nothing, makes the policy look more
//! powerful than it is, and takes effect unseen if a later version protects the path.
//!
//! # How to fix it
//! Leave `sudo` out.
//!
//! # Limits
//! Which paths are root-protected depends on the server: a path counts if one of them protects it. Silent below mounts that
//! may be PKI, which protects paths of its own, and on `auth/token/create`, where `sudo` lifts limits of the new token. A
//! wildcard that takes in root-protected paths among others is reported as `sudo-on-wildcard`.

use super::sudo_on_wildcard::place;
use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::capability::Capability;
use crate::model::vault::policy::Policy;
use crate::semantics::acl::{SudoReach, sudo_reach};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "sudo-useless",
    summary: "`sudo` where no path asks for it",
    category: Category::Style,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("sudo_useless.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        if !rule.granted().contains(Capability::Sudo) || rule.path.value.contains("{{") {
            continue;
        }
        let label = rule.path.as_str();
        if label.trim_start_matches('/').starts_with("auth/token/create") {
            continue;
        }
        let engine = cx.mounts.over(label, rule.path.span).map(|known| known.engine);
        if sudo_reach(&rule.pattern(), engine) == SudoReach::Nothing {
            cx.report(place(rule), format!("`sudo` on `{label}` does nothing: no path there asks for it"))
                .help("leave `sudo` out");
        }
    }
}
