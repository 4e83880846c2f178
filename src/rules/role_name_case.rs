//! # What it finds
//! An auth role or a role of the Kubernetes secrets engine with upper case in its name.
//!
//! # Why it matters
//! Vault stores it in lower case and lists it so; two names that differ in case only overwrite each other.
//!
//! # How to fix it
//! Write it in lower case.
//!
//! # Limits
//! Two roles of one name are reported as `malformed-input`.

use crate::lint::{Category, Check, Context, Rule};
use crate::syntax::Spanned;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "role-name-case",
    summary: "a role name in upper case, which Vault stores in lower case",
    category: Category::Style,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("role_name_case.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    project.auth_roles.iter().for_each(|role| name(&role.name, cx));
    project.secrets_roles.iter().for_each(|role| name(&role.name, cx));
}

fn name(name: &Spanned<String>, cx: &mut Context<'_>) {
    let stored = name.value.to_lowercase();
    if stored != name.value && !name.value.contains("{{") {
        cx.report(name.span, format!("Vault stores the role `{name}` as `{stored}`"))
            .help(format!("write `{stored}`"));
    }
}
