//! # What it finds
//! A field that the endpoint does not have, on a role, a configuration or a mount; and the path `issue/` of a Kubernetes
//! secrets engine, which does not exist either.
//!
//! # Why it matters
//! Vault drops unknown fields without an error. `bound_audiences` on a Kubernetes role leaves it without any audience check.
//!
//! # How to fix it
//! Use the field that is meant: `audience`, `allowed_kubernetes_namespaces`, `token_default_ttl` …
//!
//! # Limits
//! A field that only another server knows is not reported here.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::vault::auth_role::{self, AUTH_CONFIG};
use crate::model::vault::field::{FieldSpec, Fields, UnknownField};
use crate::model::vault::mount::{Engine, MOUNT};
use crate::model::vault::policy::{PathRule, Policy, PolicyOrigin};
use crate::model::vault::secrets_role::{self, SECRETS_CONFIG};
use crate::syntax::near::nearest;
use crate::syntax::tree::{Node, NodeKind};
use crate::syntax::{Span, Spanned};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unknown-role-field",
    summary: "a field that Vault drops in silence",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: true,
    source: include_str!("unknown_role_field.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    for role in &project.auth_roles {
        fields(&role.fields, &format!("auth role `{}`", role.name), AUTH_ROLE, &auth_role::AUTH_ROLE, cx);
    }
    for role in &project.secrets_roles {
        fields(
            &role.fields,
            &format!("secrets role `{}`", role.name),
            SECRETS_ROLE,
            &secrets_role::SECRETS_ROLE,
            cx,
        );
    }
    for mount in &project.auth_mounts {
        fields(&mount.settings, &format!("auth mount `{}`", mount.path), &[], &auth_role::AUTH_MOUNT, cx);
        if let Some(config) = &mount.config {
            fields(
                config,
                &format!("the configuration of auth mount `{}`", mount.path),
                CONFIG,
                &AUTH_CONFIG,
                cx,
            );
        }
    }
    for engine in &project.engines {
        fields(&engine.settings, &format!("secrets engine `{}`", engine.path), &[], &MOUNT, cx);
        if let Some(config) = &engine.config {
            fields(
                config,
                &format!("the configuration of secrets engine `{}`", engine.path),
                CONFIG,
                &SECRETS_CONFIG,
                cx,
            );
        }
    }
    for policy in &project.policies {
        policy.path_rules.iter().for_each(|rule| issue_path(policy, rule, cx));
    }
}

/// Another name, and the field that people mean by it.
type Meant = (&'static str, &'static str);

const AUTH_ROLE: &[Meant] = &[
    ("bound_audiences", "audience"),
    ("bound_audience", "audience"),
    ("audiences", "audience"),
    ("aud", "audience"),
    ("namespaces", "bound_service_account_namespaces"),
    ("bound_namespaces", "bound_service_account_namespaces"),
    ("service_account_namespaces", "bound_service_account_namespaces"),
    ("allowed_kubernetes_namespaces", "bound_service_account_namespaces"),
    ("service_accounts", "bound_service_account_names"),
    ("bound_service_accounts", "bound_service_account_names"),
    ("service_account_names", "bound_service_account_names"),
    ("policy", "token_policies"),
    ("token_policy", "token_policies"),
    ("token_default_ttl", "token_ttl"),
];

const SECRETS_ROLE: &[Meant] = &[
    ("allowed_namespaces", "allowed_kubernetes_namespaces"),
    ("namespaces", "allowed_kubernetes_namespaces"),
    ("bound_service_account_namespaces", "allowed_kubernetes_namespaces"),
    ("allowed_service_accounts", "service_account_name"),
    ("bound_service_account_names", "service_account_name"),
    ("service_account", "service_account_name"),
    ("service_account_names", "service_account_name"),
    ("allowed_audiences", "token_default_audiences"),
    ("audiences", "token_default_audiences"),
    ("ttl", "token_default_ttl"),
    ("token_ttl", "token_default_ttl"),
    ("default_ttl", "token_default_ttl"),
    ("max_ttl", "token_max_ttl"),
    ("role_rules", "generated_role_rules"),
    ("role_name", "kubernetes_role_name"),
    ("role_type", "kubernetes_role_type"),
];

const CONFIG: &[Meant] = &[
    ("token", "service_account_jwt"),
    ("host", "kubernetes_host"),
    ("ca_cert", "kubernetes_ca_cert"),
    ("reviewer_jwt", "token_reviewer_jwt"),
];

fn fields(
    fields: &Fields,
    owner: &str,
    table: &[Meant],
    endpoint: &'static [FieldSpec],
    cx: &mut Context<'_>,
) {
    for field in &fields.unknown {
        let key = field.key.as_str();
        let mixed_up = table.iter().find(|(name, _)| *name == key).map(|(_, meant)| *meant);
        let slip = nearest(key, endpoint.iter().map(|field| field.name));
        let meant = mixed_up.or(slip);
        let taken = meant.is_some_and(|meant| fields.known.iter().any(|known| known.spec.name == meant));
        let edits = meant.filter(|_| !taken).and_then(|meant| rename(field, meant, cx));
        let finding =
            cx.report(field.key.span, format!("{owner} has no field `{key}`: Vault drops it in silence"));
        match meant {
            Some(meant) if taken => {
                finding.help(format!("`{meant}` is the field, and it is set already: remove this one"));
            }
            Some(meant) => {
                finding.help(help(key, meant));
                if let Some(edits) = edits {
                    finding.unsafe_fix(format!("write `{meant}`"), edits);
                }
            }
            None => {
                finding.help("check the spelling against the documentation of the endpoint");
            }
        }
    }
}

fn help(key: &str, meant: &str) -> String {
    match (key, meant) {
        (_, "audience") => "the field is `audience`, and takes one value".to_owned(),
        ("allowed_audiences", _) => {
            format!(
                "there is no limit on audiences, only a default: `{meant}`; limit them with `allowed_parameters` of the policy"
            )
        }
        (_, "service_account_name") => {
            "the field is `service_account_name`, and takes one service account".to_owned()
        }
        _ => format!("the field is `{meant}`"),
    }
}

/// The edits that put the value under the field that is meant; none if the value does not fit it.
fn rename(field: &UnknownField, meant: &str, cx: &Context<'_>) -> Option<Vec<Edit>> {
    let sources = &cx.project.sources;
    let mut edits = vec![Edit::replace(sources.verbatim(&field.key)?, meant)];
    let takes_one = matches!(meant, "audience" | "service_account_name");
    if takes_one {
        if let NodeKind::List(items) = &field.value.kind {
            let [item] = items.as_slice() else { return None };
            edits.push(Edit::replace(field.value.span, sources.slice(item.span)));
        } else if field.value.as_text().is_none_or(|text| text.contains(',')) {
            return None;
        }
    }
    has_value(&field.value).then_some(edits)
}

/// A key without a value has nothing that would hold under another one.
fn has_value(value: &Node) -> bool {
    !value.is_null()
}

/// `MOUNT/issue/ROLE` of a Kubernetes secrets engine: credentials come from `creds/`, by a write.
fn issue_path(policy: &Policy, rule: &PathRule, cx: &mut Context<'_>) {
    let label = rule.path.as_str();
    if !label.contains("/issue/") {
        return;
    }
    let Some(mount) = cx.mounts.over(label, rule.path.span) else { return };
    let Some(role) =
        label.trim_start_matches('/').strip_prefix(mount.path).and_then(|rest| rest.strip_prefix("/issue/"))
    else {
        return;
    };
    if *mount.engine != Engine::Kubernetes {
        return;
    }
    let right = format!("{}/creds/{role}", mount.path);
    let edits = issue_edits(policy, rule, &right, cx);
    let finding = cx
        .report(
            rule.path.span,
            format!("a Kubernetes secrets engine has no path `issue/`, so `{label}` matches no request"),
        )
        .help(format!("write `{right}` with the capability `update`"));
    if let Some(evidence) = mount.evidence {
        finding.label(evidence, format!("`{}/` is a Kubernetes secrets engine", mount.path));
    }
    if let Some(edits) = edits {
        finding.unsafe_fix("write `creds/` with `update`", edits);
    }
}

fn issue_edits(policy: &Policy, rule: &PathRule, right: &str, cx: &Context<'_>) -> Option<Vec<Edit>> {
    let sources = &cx.project.sources;
    let mut edits = vec![Edit::replace(sources.verbatim(&rule.path)?, right)];
    if rule.granted().denies() || rule.capability("update").is_some() {
        return Some(edits);
    }
    let read: &Spanned<String> = rule.capability("read")?;
    let word: Span = sources.verbatim(read)?;
    // Both words in one list would be a change of their number; one replaces the other.
    if policy.origin == PolicyOrigin::Grant {
        return None;
    }
    edits.push(Edit::replace(word, "update"));
    Some(edits)
}
