//! # What it finds
//! The path of an auth method in the spelling of another consumer: without `auth/` for the Agent Injector and Vault Agent, with
//! `auth/` for the Vault Secrets Operator, the CSI provider and External Secrets.
//!
//! # Why it matters
//! The login goes to a path that is none, and the server answers `permission denied`, as it does to everything that it will not
//! explain without a token.
//!
//! # How to fix it
//! Injector and Vault Agent want `auth/kubernetes`, the others `kubernetes`.
//!
//! # Limits
//! An auth method that is in truth mounted at `auth/auth/…` cannot be told from a slip.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::project::Project;
use crate::syntax::Spanned;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "auth-path-spelling",
    summary: "the path of an auth method in another consumer's spelling",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: true,
    source: include_str!("auth_path_spelling.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    for (path, consumer) in with_prefix(project) {
        let trimmed = path.value.trim_matches('/');
        if !trimmed.is_empty() && !is_filled_in(trimmed) && !trimmed.starts_with("auth/") {
            let right = format!("auth/{trimmed}");
            report(path, &right, &format!("{consumer} wants the path with `auth/` in front"), cx);
        }
    }
    for (path, consumer) in without_prefix(project) {
        let trimmed = path.value.trim_matches('/');
        if let Some(right) = trimmed.strip_prefix("auth/").filter(|right| !right.is_empty()) {
            report(path, right, &format!("{consumer} puts `auth/` in front by itself"), cx);
        }
    }
}

fn with_prefix(project: &Project) -> impl Iterator<Item = (&Spanned<String>, &'static str)> {
    let injected = project.workloads.iter().filter_map(|it| it.injector.as_ref()?.auth_path.as_ref());
    let agents = project.consumers.agents.iter().filter_map(|it| it.method.as_ref()?.mount_path.as_ref());
    injected.map(|path| (path, "the Agent Injector")).chain(agents.map(|path| (path, "Vault Agent")))
}

fn without_prefix(project: &Project) -> impl Iterator<Item = (&Spanned<String>, &'static str)> {
    let consumers = &project.consumers;
    let auths = consumers.vault_auths.iter().filter_map(|it| it.mount.as_ref());
    let globals = consumers.vault_auth_globals.iter().flat_map(|it| [&it.mount, &it.default_mount]).flatten();
    let classes = consumers.provider_classes.iter().filter_map(|it| it.auth_mount.as_ref());
    let stores = consumers.secret_stores.iter().filter_map(|it| it.kubernetes.as_ref()?.mount.as_ref());
    auths
        .chain(globals)
        .map(|path| (path, "the Vault Secrets Operator"))
        .chain(classes.map(|path| (path, "the CSI provider")))
        .chain(stores.map(|path| (path, "External Secrets")))
}

fn is_filled_in(path: &str) -> bool {
    path.starts_with(['$', '{', '<'])
}

fn report(path: &Spanned<String>, right: &str, message: &str, cx: &mut Context<'_>) {
    let place = cx.project.sources.verbatim(path);
    let finding = cx.report(path.span, message).help(format!("write `{right}`"));
    if let Some(place) = place {
        finding.unsafe_fix(format!("write `{right}`"), vec![Edit::replace(place, right)]);
    }
}
