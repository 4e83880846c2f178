//! What is in force in a project, and whether two states of it are the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::net::IpAddr;

use rolewright::model::kube::rbac::{RbacRole, RbacRoleKind};
use rolewright::model::project::Project;
use rolewright::model::vault::auth_role::AuthRole;
use rolewright::model::vault::field::{FieldValue, Fields};
use rolewright::model::vault::policy::Policy;
use rolewright::semantics::acl::Acl;
use rolewright::semantics::bound;
use rolewright::semantics::covers::covers;
use rolewright::semantics::dialect::Dialect;
use rolewright::semantics::template::Identity;
use rolewright::syntax::Spanned;

/// What of the old project is not in force in the new one, or the other way round; nothing if they are alike.
pub fn differences(old: &Project, new: &Project) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |what: String, old: String, new: String| {
        if old != new {
            found.push(format!("{what}: {old} became {new}"));
        }
    };
    compare("shapes".into(), old.malformed.len().to_string(), new.malformed.len().to_string());
    compare("policies".into(), old.policies.len().to_string(), new.policies.len().to_string());
    for (old, new) in old.policies.iter().zip(&new.policies) {
        compare(format!("policy {}", old.name), policy(old), policy(new));
    }
    compare("auth roles".into(), old.auth_roles.len().to_string(), new.auth_roles.len().to_string());
    for (old, new) in old.auth_roles.iter().zip(&new.auth_roles) {
        compare(format!("auth role {}", old.name), auth_role(old), auth_role(new));
        for (old, new) in [(old.names(), new.names()), (old.namespaces(), new.namespaces())] {
            if !admits_all_of(old, new) || !admits_all_of(new, old) {
                compare("bounds".into(), plain(&old), plain(&new));
            }
        }
    }
    compare("RBAC roles".into(), old.rbac_roles.len().to_string(), new.rbac_roles.len().to_string());
    for (old, new) in old.rbac_roles.iter().zip(&new.rbac_roles) {
        compare(format!("role {}", old.meta.name), rbac_role(old), rbac_role(new));
        let (held, wanted) = (old.rules.iter().collect::<Vec<_>>(), new.rules.iter().collect::<Vec<_>>());
        if !covers(&held, &new.rules) || !covers(&wanted, &old.rules) {
            compare(format!("rules of {}", old.meta.name), plain(&old.rules), plain(&new.rules));
        }
    }
    for (what, old, new) in [
        ("bindings", bindings(old), bindings(new)),
        ("secrets roles", secrets_roles(old), secrets_roles(new)),
        ("auth methods", auth_mounts(old), auth_mounts(new)),
        ("engines", plain(&old.engines), plain(&new.engines)),
        ("mounts", plain(&old.mounts), plain(&new.mounts)),
        ("service accounts", plain(&old.service_accounts), plain(&new.service_accounts)),
        ("tokens", plain(&old.token_secrets), plain(&new.token_secrets)),
        ("namespaces", plain(&old.kubernetes_namespaces), plain(&new.kubernetes_namespaces)),
        ("workloads", plain(&old.workloads), plain(&new.workloads)),
        ("consumers", plain(&old.consumers), plain(&new.consumers)),
        ("expectations", plain(&old.expectations), plain(&new.expectations)),
    ] {
        compare(what.to_owned(), old, new);
    }
    found
}

/// The value without places.
fn plain(value: &impl Debug) -> String {
    let text = format!("{value:?}");
    let mut out = String::new();
    let mut parts = text.split("Span { source: ");
    out += parts.next().unwrap();
    for part in parts {
        out += part.split_once('}').unwrap().1;
    }
    out
}

/// What each server makes of the policy, and whether it takes it.
fn policy(policy: &Policy) -> String {
    let mut out = format!("refused: {}", !policy.refusals.is_empty());
    out += &format!(" by some: {}", policy.path_rules.iter().any(|rule| !rule.repeated.is_empty()));
    for dialect in [Dialect::VaultClassic, Dialect::VaultCurrent, Dialect::OpenBao] {
        let acl = match Acl::compile(&[policy], &Identity::default(), dialect) {
            Ok(acl) => acl,
            Err(error) => {
                out += &format!("\n{error}");
                continue;
            }
        };
        let mut rules: Vec<String> = acl
            .rules()
            .iter()
            .map(|rule| {
                plain(&(
                    (&rule.pattern, rule.capabilities, &rule.constraints),
                    (rule.min_wrapping_ttl, rule.max_wrapping_ttl, rule.pagination_limit),
                    rule.response_keys_filter,
                ))
            })
            .collect();
        let uncertain: BTreeSet<String> = acl
            .uncertain_rules()
            .iter()
            .map(|uncertain| plain(&(&uncertain.reach, uncertain.rule.rule.granted())))
            .collect();
        rules.sort();
        out += &format!("\n{dialect:?} {rules:?} {uncertain:?}");
    }
    out
}

/// All but the bounds.
fn auth_role(role: &AuthRole) -> String {
    let bounds = ["bound_service_account_names", "bound_service_account_namespaces", "token_policies"];
    let fields = fields(&role.fields, &bounds);
    let mut policies: BTreeSet<String> =
        role.policies().iter().map(|policy| policy.value.trim().to_lowercase()).collect();
    if role.fields.bool("token_no_default_policy").is_none_or(|it| !it.value) {
        policies.insert("default".to_owned());
    }
    format!("{} {} {policies:?} {fields:?}", role.mount, role.name.value.to_lowercase())
}

fn admits_all_of(one: &[Spanned<String>], other: &[Spanned<String>]) -> bool {
    // Vault refuses `*` beside others and in both lists, and takes `**`.
    let alone = |list: &[Spanned<String>]| list.iter().any(|it| it.value == "*");
    alone(one) == alone(other)
        && other.iter().all(|entry| one.iter().any(|item| bound::admits(&item.value, &entry.value)))
}

/// The fields by their present names, those that are not counted left out.
fn fields(fields: &Fields, but: &[&str]) -> BTreeMap<&'static str, String> {
    let mut found = BTreeMap::new();
    for field in &fields.known {
        let invalid = matches!(field.value, FieldValue::Invalid(_));
        let name = field.spec.replaced_by.unwrap_or(field.spec.name);
        let is_dropped = name != field.spec.name && fields.known.iter().any(|it| it.spec.name == name);
        if (!is_dropped && !but.contains(&name)) || invalid {
            let value = match &field.value {
                FieldValue::List(items) if name == "token_bound_cidrs" => {
                    format!("{:?}", items.iter().map(|item| network(&item.value)).collect::<Vec<_>>())
                }
                value => plain(value),
            };
            found.insert(name, value);
        }
    }
    found
}

fn network(range: &str) -> String {
    let parsed = range
        .split_once('/')
        .and_then(|(address, bits)| Some((address.parse::<IpAddr>().ok()?, bits.parse::<u32>().ok()?)));
    match parsed {
        Some((IpAddr::V4(address), bits)) => {
            format!("{}/{bits}", u64::from(u32::from(address)) >> (32 - bits))
        }
        Some((IpAddr::V6(address), bits)) if bits > 0 => {
            format!("{}/{bits}", u128::from(address) >> (128 - bits))
        }
        _ => range.to_owned(),
    }
}

fn rbac_role(role: &RbacRole) -> String {
    let namespace = role.meta.namespace_name().filter(|_| role.kind == RbacRoleKind::Role);
    let refused = role.rules.iter().any(|rule| {
        let of_urls = !rule.non_resource_urls.is_empty();
        of_urls && (!rule.resources.is_empty() || role.kind == RbacRoleKind::Role)
    });
    let selectors = plain(&role.aggregation_selectors);
    format!("{:?} {} {namespace:?} {refused} {} {selectors}", role.kind, role.meta.name, role.api_version)
}

fn bindings(project: &Project) -> String {
    let one = |binding: &rolewright::model::kube::binding::Binding| {
        let namespace = binding.meta.namespace_name().filter(|_| !binding.cluster_wide);
        let subjects: BTreeSet<String> = binding.subjects.iter().map(plain).collect();
        let reference = plain(&binding.role_ref);
        format!(
            "{} {} {namespace:?} {} {reference} {subjects:?}",
            binding.kind_word(),
            binding.meta.name,
            binding.api_version
        )
    };
    format!("{:?}", project.bindings.iter().map(one).collect::<Vec<_>>())
}

fn secrets_roles(project: &Project) -> String {
    let roles = project.secrets_roles.iter().map(|role| {
        let existing = role.fields.text("service_account_name").is_some_and(|it| !it.value.is_empty());
        let idle = ["extra_labels", "extra_annotations"];
        let mut fields = fields(&role.fields, if existing { &idle } else { &[] });
        let kind = role.fields.text("kubernetes_role_type").map(|kind| kind.value.to_lowercase());
        if existing && kind.is_some_and(|kind| ["role", "clusterrole"].contains(&kind.as_str())) {
            fields.remove("kubernetes_role_type");
        }
        format!("{} {fields:?}", role.name)
    });
    format!("{:?}", roles.collect::<Vec<_>>())
}

fn auth_mounts(project: &Project) -> String {
    let mounts = project.auth_mounts.iter().map(|mount| {
        let config = mount.config.as_ref().map(|config| {
            let mut fields = fields(config, &[]);
            // This is what stands there if nothing is said.
            fields.entry("disable_iss_validation").or_insert_with(|| "Bool(true)".to_owned());
            fields
        });
        format!("{} {:?} {config:?}", mount.path, fields(&mount.settings, &[]))
    });
    format!("{:?}", mounts.collect::<Vec<_>>())
}
