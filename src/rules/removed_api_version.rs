//! # What it finds
//! RBAC objects of the API versions `v1beta1` and `v1alpha1`.
//!
//! # Why it matters
//! Kubernetes 1.22 took both away: `kubectl apply` fails with `no matches for kind`.
//!
//! # How to fix it
//! Write `rbac.authorization.k8s.io/v1`, which every version since 1.8 knows; the fields are the same.
//!
//! # Limits
//! Other API groups are not looked at.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::syntax::Spanned;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "removed-api-version",
    summary: "an RBAC object of an API version that is gone",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: true,
    source: include_str!("removed_api_version.rs"),
};

const GROUP: &str = "rbac.authorization.k8s.io/";

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    let roles = project.rbac_roles.iter().map(|role| (&role.api_version, role.kind.word()));
    let bindings = project.bindings.iter().map(|binding| (&binding.api_version, binding.kind_word()));
    for (version, kind) in roles.chain(bindings) {
        let gone = version.value.strip_prefix(GROUP).filter(|it| matches!(*it, "v1beta1" | "v1alpha1"));
        if gone.is_some() {
            report(version, kind, cx);
        }
    }
}

fn report(version: &Spanned<String>, kind: &str, cx: &mut Context<'_>) {
    let place = cx.project.sources.verbatim(version);
    let message = format!("Kubernetes 1.22 and later have no {kind} of `{version}`");
    let finding = cx.report(version.span, message).help(format!("write `{GROUP}v1`"));
    if let Some(place) = place {
        finding
            .unsafe_fix("write the version that is served", vec![Edit::replace(place, format!("{GROUP}v1"))]);
    }
}
