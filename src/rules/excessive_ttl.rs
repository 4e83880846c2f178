//! # What it finds
//! An auth role, or a role of the Kubernetes secrets engine, whose tokens may live longer than the limit, 24 hours unless
//! `max_ttl` is configured.
//!
//! # Why it matters
//! A token that leaks from a pod is good until it expires. Pods log in again by themselves, so a long life buys nothing.
//!
//! # How to fix it
//! Lower the value. Agents and operators renew or log in anew before it runs out.
//!
//! # Limits
//! Only roles are looked at: lifetimes of mounts, certificates and database accounts follow other needs.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::duration::Seconds;
use crate::model::vault::field::Fields;
use crate::syntax::Span;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "excessive-ttl",
    summary: "tokens that live longer than the limit",
    category: Category::Security,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("excessive_ttl.rs"),
};

const AUTH: [&str; 4] = ["token_ttl", "token_max_ttl", "token_explicit_max_ttl", "token_period"];
const ENGINE: [&str; 2] = ["token_default_ttl", "token_max_ttl"];

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    for role in &project.auth_roles {
        let mount = format!("auth/{}", role.mount.trim_matches('/'));
        look(&role.fields, &AUTH, role.name.span, &role.words(), &mount, cx);
    }
    for role in &project.secrets_roles {
        let owner = format!("secrets role `{}`", role.name);
        look(&role.fields, &ENGINE, role.name.span, &owner, &role.mount, cx);
    }
}

fn look(fields: &Fields, names: &[&str], place: Span, owner: &str, mount: &str, cx: &mut Context<'_>) {
    let limit = cx.max_ttl_at(place, mount);
    for name in names {
        let Some(ttl) = fields.duration(name).filter(|ttl| ttl.value > limit) else { continue };
        let written = fields.get(name).map_or(*name, |field| field.key.as_str());
        let lives = if *name == "token_period" {
            "lets a token renew itself for ever, each time for"
        } else {
            "lets a token live for"
        };
        cx.report(
            ttl.span,
            format!("`{written}` {lives} {}, the limit is {}", words(ttl.value), words(limit)),
        )
        .label(place, format!("of {owner}"))
        .help(format!("set it to at most `{limit}`, or raise `max_ttl` under `[limits]`"));
    }
}

/// Days, hours, minutes or seconds, the largest that comes out even enough to read.
fn words(Seconds(seconds): Seconds) -> String {
    let (count, unit) = match seconds {
        s if s >= 2 * 86_400 && s % 86_400 == 0 => (s / 86_400, "day"),
        s if s >= 3_600 && s % 3_600 == 0 => (s / 3_600, "hour"),
        s if s >= 60 && s % 60 == 0 => (s / 60, "minute"),
        s => (s, "second"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}
