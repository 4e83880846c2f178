//! # What it finds
//! A configuration of a Kubernetes auth mount that sets `issuer` without `disable_iss_validation: false`, or that sets
//! `disable_iss_validation: false` without an issuer.
//!
//! # Why it matters
//! In either case Vault compares the issuer of no JWT, though the configuration looks as if it did.
//!
//! # How to fix it
//! Remove both fields, which are deprecated, or set both.
//!
//! # Limits
//! None.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::field::Fields;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unchecked-issuer",
    summary: "an issuer check that checks nothing",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("unchecked_issuer.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    project.auth_mounts.iter().filter_map(|mount| mount.config.as_ref()).for_each(|config| look(config, cx));
}

fn look(config: &Fields, cx: &mut Context<'_>) {
    let issuer = config.text("issuer").filter(|issuer| !issuer.value.is_empty());
    let disabled = config.bool("disable_iss_validation");
    match (issuer, disabled) {
        (Some(issuer), None) => {
            cx.report(
                issuer.span,
                "this issuer is compared with nothing: `disable_iss_validation` is `true` unless it is set",
            )
            .help("remove `issuer`; the API server reviews each token anyway");
        }
        (Some(issuer), Some(disabled)) if disabled.value => {
            cx.report(issuer.span, "this issuer is compared with nothing")
                .label(disabled.span, "the comparison is switched off here")
                .help("remove both fields; the API server reviews each token anyway");
        }
        (None, Some(disabled)) if !disabled.value => {
            cx.report(
                disabled.span,
                "no issuer is checked: without `issuer` Vault compares none, whatever is said here",
            )
            .help("remove `disable_iss_validation`, or set `issuer` as well");
        }
        _ => {}
    }
}
