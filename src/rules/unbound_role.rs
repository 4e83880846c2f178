//! # What it finds
//! A role that no binding among the inputs gives to anybody.
//!
//! # Why it matters
//! It may be left over, and whoever binds it one day takes over what once was thought right.
//!
//! # How to fix it
//! Delete it, or add the binding.
//!
//! # Limits
//! Roles that are meant for the users of a product are bound elsewhere, which no input shows. Roles that are aggregated into
//! others count as used.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::rbac::RbacRole;
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::reach::role_words;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unbound-role",
    summary: "a role that nobody is given",
    category: Category::Pedantic,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("unbound_role.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    if cx.project.bindings.is_empty() || builtin::is_own_role(role) {
        return;
    }
    if cx.survey.reach(role).is_unbound() {
        cx.report(role.meta.name.span, format!("no binding gives {} to anybody", role_words(role)))
            .help("delete it, or add the binding");
    }
}
