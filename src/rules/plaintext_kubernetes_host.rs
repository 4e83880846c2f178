//! # What it finds
//! A `kubernetes_host` with `http://`.
//!
//! # Why it matters
//! Whoever sits on the way reads the tokens that Vault sends for review, and can answer that a forged one is genuine.
//!
//! # How to fix it
//! Write `https://`.
//!
//! # Limits
//! The loopback interface is left alone.

use crate::lint::{Category, Check, Context, Edit, Rule};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "plaintext-kubernetes-host",
    summary: "an API server that is asked without TLS",
    category: Category::Security,
    check: Check::Project(check),
    fixable: true,
    source: include_str!("plaintext_kubernetes_host.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    let auth = project.auth_mounts.iter().filter_map(|mount| mount.config.as_ref());
    let engines = project.engines.iter().filter_map(|engine| engine.config.as_ref());
    for config in auth.chain(engines) {
        let Some(host) = config.text("kubernetes_host") else { continue };
        let Some(rest) = host.value.trim().strip_prefix("http://") else { continue };
        let is_local = ["localhost", "127.", "[::1]"].iter().any(|local| rest.starts_with(local));
        if is_local {
            continue;
        }
        let place = cx.project.sources.verbatim(&host.map(str::to_owned));
        let finding = cx
            .report(host.span, format!("tokens go to `{}` in plain text, and so do its answers", host.value))
            .help("write `https://`");
        if let Some(place) = place {
            finding.unsafe_fix("write `https://`", vec![Edit::replace(place.head("http".len()), "https")]);
        }
    }
}
