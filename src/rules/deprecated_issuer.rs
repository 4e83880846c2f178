//! # What it finds
//! `issuer` or `disable_iss_validation` in the configuration of a Kubernetes auth mount.
//!
//! # Why it matters
//! The issuer differs from cluster to cluster and changes when a cluster is moved: logins then fail with `invalid
//! issuer (iss) claim`. The review of each token by the API server already says whether it is one of its own.
//!
//! # How to fix it
//! Remove both fields. `disable_iss_validation` is `true` unless it is set.
//!
//! # Limits
//! Settings under which nothing is checked are reported as `unchecked-issuer`.

use crate::lint::{Category, Check, Context, Edit, Rule, removal};
use crate::model::vault::field::Fields;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "deprecated-issuer",
    summary: "issuer validation, which Vault has deprecated",
    category: Category::Style,
    check: Check::Project(check),
    fixable: true,
    source: include_str!("deprecated_issuer.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    project.auth_mounts.iter().filter_map(|mount| mount.config.as_ref()).for_each(|config| look(config, cx));
}

fn look(config: &Fields, cx: &mut Context<'_>) {
    let issuer = config.text("issuer").is_some_and(|issuer| !issuer.value.is_empty());
    let Some(field) = config.get("disable_iss_validation") else { return };
    let Some(disabled) = config.bool("disable_iss_validation") else { return };
    match (issuer, disabled.value) {
        (true, false) => {
            cx.report(
                field.key.span,
                "issuer validation is deprecated, and breaks logins when the cluster is moved",
            )
            .help("remove `issuer` and `disable_iss_validation`: the API server reviews each token anyway");
        }
        (false, true) => {
            let source = cx.project.sources.get(field.span.source);
            // A configuration that is left empty would not be written at all.
            let cut = source
                .filter(|_| config.known.len() > 1)
                .and_then(|source| removal::entry(source, field.key.span.to(field.span)));
            let finding = cx
                .report(field.key.span, "`disable_iss_validation` is deprecated and `true` unless it is set")
                .help("remove it");
            if let Some(cut) = cut {
                finding.fix("remove it", vec![Edit::replace(cut, "")]);
            }
        }
        _ => {}
    }
}
