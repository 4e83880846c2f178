//! # What it finds
//! A field of an auth role, its mount or its configuration that only Vault or only OpenBao has, where the inputs do not
//! say which of them is meant.
//!
//! # Why it matters
//! The other server drops it without a word.
//!
//! # How to fix it
//! Say which server is meant: `target` of the spec.
//!
//! # Limits
//! A note. With a `target` that does not know the field it is reported as `malformed-input`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::project::Target;
use crate::model::vault::field::{Availability, Fields};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "server-specific-field",
    summary: "a field that only one of the servers knows",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("server_specific_field.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    let roles = project.auth_roles.iter().map(|role| &role.fields);
    let mounts = project.auth_mounts.iter().flat_map(|mount| mount.config.iter().chain([&mount.settings]));
    roles.chain(mounts).for_each(|fields| look(fields, cx));
}

fn look(fields: &Fields, cx: &mut Context<'_>) {
    for field in &fields.known {
        let (knows, drops) = match field.spec.availability {
            Availability::Everywhere => continue,
            Availability::VaultOnly => ("Vault", "OpenBao"),
            Availability::OpenBaoOnly => ("OpenBao", "Vault"),
        };
        let spec = cx.project.spec_of(field.key.span);
        if spec.map_or(cx.project.settings.target, |spec| spec.target) == Target::Any {
            cx.report(
                field.key.span,
                format!("only {knows} knows `{}`, {drops} drops it in silence", field.key),
            )
            .severity(Severity::Note)
            .help("say which server is meant by `target`");
        }
    }
}
