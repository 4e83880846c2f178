//! # What it finds
//! A path of a policy in a spec whose mount the spec, which declares mounts, does not declare; the same for auth
//! methods.
//!
//! # Why it matters
//! There is nothing at the path, so the rule grants nothing: mostly the name of the mount is misspelt. Names of mounts
//! are compared letter for letter, case included.
//!
//! # How to fix it
//! Write the mount as it is declared, or declare it.
//!
//! # Limits
//! Only for policies of specs that declare mounts (or, for `auth/` paths, auth methods). Paths with a wildcard or a
//! template in the place of the mount are left alone.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::vault::mount::Confidence;
use crate::model::vault::policy::{PathRule, Policy, PolicyOrigin};
use crate::semantics::kv;
use crate::syntax::Span;
use crate::syntax::near::nearest;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unknown-mount",
    summary: "a path below a mount that the spec does not have",
    category: Category::Suspicious,
    check: Check::Policy(check),
    fixable: true,
    source: include_str!("unknown_mount.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    if policy.origin == PolicyOrigin::Grant || cx.project.specs.is_empty() {
        return;
    }
    let project = cx.project;
    let Some(spec) = project.spec_of(policy.span).or_else(|| project.spec_of(policy.name.span)) else {
        return;
    };
    let here = |place: Span| spec.span.contains(place);
    let declared =
        project.mounts.iter().filter(|it| it.confidence == Confidence::Declared && here(it.evidence));
    let engines = project.engines.iter().filter(|it| here(it.path.span)).map(|it| it.path.as_str());
    let mounts: Vec<&str> = declared.map(|it| it.path.as_str()).chain(engines).collect();
    let methods: Vec<&str> =
        project.auth_mounts.iter().filter(|it| here(it.span)).map(|it| it.path.as_str()).collect();
    for rule in &policy.path_rules {
        let label = rule.path.as_str();
        let slash = usize::from(label.starts_with('/'));
        let body = label.get(slash..).unwrap_or(label);
        match body.strip_prefix("auth/") {
            Some(rest) if !rest.starts_with("token/") => {
                look(rule, slash + "auth/".len(), rest, &methods, cx)
            }
            Some(_) => {}
            None if !is_configured(label, rule, cx) => look(rule, slash, body, &mounts, cx),
            None => {}
        }
    }
}

/// True if more than the form of paths says that there is a mount.
fn is_configured(label: &str, rule: &PathRule, cx: &Context<'_>) -> bool {
    let known = cx.mounts.over(label, rule.path.span);
    known.is_some_and(|known| known.confidence > Confidence::Inferred || !known.by_use)
}

/// `rest` is the label from the mount on, which stands at the byte `at` of it.
fn look(rule: &PathRule, at: usize, rest: &str, known: &[&str], cx: &mut Context<'_>) {
    let is_below = |mount: &&&str| {
        let mount = mount.trim_matches('/');
        rest.strip_prefix(mount).is_some_and(|behind| behind.is_empty() || behind.starts_with('/'))
    };
    let Some(first) = rest.split('/').next().filter(|first| rest.len() > first.len()) else { return };
    if known.is_empty() || known.iter().any(|mount| is_below(&mount)) {
        return;
    }
    if kv::is_system(first) || first.contains(['*', '+']) || kv::is_template(first) {
        return;
    }
    let verbatim = cx.project.sources.verbatim(&rule.path);
    let finding = cx.report(
        rule.path.span,
        format!("the spec has no mount `{first}/`, so `{}` opens nothing", rule.path),
    );
    match nearest(first, known.iter().copied()) {
        Some(meant) => {
            finding.help(format!("did you mean `{meant}/`?"));
            if let Some(inner) = verbatim {
                let name = inner.after_start(at).to(inner.after_start(at + first.len()));
                finding.unsafe_fix(format!("write `{meant}/`"), vec![Edit::replace(name, meant)]);
            }
        }
        None => {
            finding.help(format!("declare the mount `{first}`, or take the rule out"));
        }
    }
}
