//! What only shows once all specs are read: names that occur twice, policies in files of their own.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::PolicyFile;
use crate::model::Malformed;
use crate::model::kube::ObjectMeta;
use crate::model::project::{FileClass, Project};
use crate::model::vault::mount::Confidence;
use crate::model::vault::policy::{Policy, PolicyOrigin};
use crate::syntax::{SourceId, Span};

/// Gives the policies in `file:` files the names that the specs give them.
pub fn policy_files(project: &mut Project) {
    let mut taken: Vec<usize> = Vec::new();
    let mut named = Vec::new();
    for spec in &project.specs {
        for wanted in &spec.policy_files {
            match find(project, spec.span.source, wanted) {
                Ok(at) if taken.contains(&at) => {
                    named.extend(
                        project.policies.get(at).map(|policy| (None, policy.clone(), wanted.clone())),
                    );
                }
                Ok(at) => {
                    taken.push(at);
                    named.extend(
                        project.policies.get(at).map(|policy| (Some(at), policy.clone(), wanted.clone())),
                    );
                }
                Err(fault) => project.malformed.extend(fault.map(|fault| *fault)),
            }
        }
    }
    for (at, mut policy, wanted) in named {
        policy.name = wanted.name;
        match at.and_then(|at| project.policies.get_mut(at)) {
            Some(place) => *place = policy,
            None => project.policies.push(policy),
        }
    }
}

/// The policy that a `file:` means. No fault is given for a file that could not be taken in: that is reported with it.
fn find(project: &Project, spec: SourceId, wanted: &PolicyFile) -> Result<usize, Option<Box<Malformed>>> {
    let directory = project.sources.directory(spec);
    let fault = |message: String| Malformed::new(wanted.file.span, message);
    let some = |fault: Malformed| Some(Box::new(fault));
    let Some(name) = joined(directory, &wanted.file.value) else {
        return Err(some(fault(format!("`{}` lies outside of what is read", wanted.file))));
    };
    let Some(source) = project.sources.iter().find(|source| source.name == name) else {
        let help = format!("`file` is relative to the spec; looked for `{name}`");
        let message = format!("the policy file `{}` was not found", wanted.file);
        return Err(some(fault(message).with_help(help)));
    };
    let is_policy = |policy: &Policy| {
        policy.span.source == source.id
            && matches!(policy.origin, PolicyOrigin::HclFile | PolicyOrigin::JsonFile)
    };
    let was_taken_in = |class: &FileClass| *class != FileClass::Broken || !source.text.is_empty();
    let class = project.sources.iter().zip(&project.classes).find(|(other, _)| other.id == source.id);
    project.policies.iter().position(is_policy).ok_or_else(|| {
        let fault = fault(format!("`{}` holds no policy", wanted.file));
        let fault = fault.with_label(source.whole().at_start(), "read from here");
        class.is_none_or(|(_, class)| was_taken_in(class)).then(|| Box::new(fault))
    })
}

/// `file` seen from `directory`, with `.` and `..` resolved; none if it leaves the root.
fn joined(directory: &str, file: &str) -> Option<String> {
    let rooted = file.starts_with('/');
    let base = if rooted { "" } else { directory };
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(file.split('/')) {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&"..") | None if !base.starts_with("..") => return None,
                Some(&"..") | None => parts.push(part),
                Some(_) => drop(parts.pop()),
            },
            _ => parts.push(part),
        }
    }
    let root = if rooted || base.starts_with('/') { "/" } else { "" };
    let path = format!("{root}{}", parts.join("/"));
    Some(if path.is_empty() { ".".to_owned() } else { path })
}

/// Reports every name that specs declare twice, with both places.
pub fn names(project: &mut Project) {
    let mut seen: HashMap<(&'static str, String, String), Span> = HashMap::new();
    let mut faults: Vec<Malformed> = Vec::new();
    for name in declared(project) {
        let vault_namespace = namespace_of(project, name.span);
        match seen.entry((name.kind, vault_namespace, name.key)) {
            Entry::Vacant(free) => drop(free.insert(name.span)),
            // The policy and the role of a grant stand at the grant's name: one report is enough.
            Entry::Occupied(_) if faults.iter().any(|fault| fault.span == name.span) => {}
            Entry::Occupied(first) => {
                let message = format!("the {} `{}` is declared twice", name.kind, name.shown);
                faults
                    .push(Malformed::new(name.span, message).with_label(*first.get(), "first declared here"));
            }
        }
    }
    faults.extend(nested_mounts(project));
    project.malformed.append(&mut faults);
}

/// A name that a spec declares.
struct Declared {
    kind: &'static str,
    /// As the server compares it.
    key: String,
    shown: String,
    span: Span,
}

fn declared(project: &Project) -> Vec<Declared> {
    let mut list = Vec::new();
    let mut add = |kind, key: String, shown: &str, span| {
        list.push(Declared { kind, key, shown: shown.to_owned(), span });
    };
    for grant in &project.grants {
        add("grant", grant.name.value.to_lowercase(), &grant.name.value, grant.name.span);
    }
    let files: HashSet<Span> =
        project.specs.iter().flat_map(|spec| spec.policy_files.iter().map(|file| file.name.span)).collect();
    for policy in &project.policies {
        let from_file = matches!(policy.origin, PolicyOrigin::HclFile | PolicyOrigin::JsonFile);
        if !from_file || files.contains(&policy.name.span) {
            add("policy", policy.key(), &policy.name.value, policy.name.span);
        }
    }
    for role in &project.auth_roles {
        let key = format!("{}/{}", role.mount, role.name.value.to_lowercase());
        add("auth role", key, &role.name.value, role.name.span);
    }
    for role in &project.secrets_roles {
        let key = format!("{}/{}", role.mount, role.name.value.to_lowercase());
        add("secrets role", key, &role.name.value, role.name.span);
    }
    for mount in &project.auth_mounts {
        add("auth mount", mount.path.value.clone(), &mount.path.value, mount.path.span);
    }
    for (path, span) in secrets_mounts(project) {
        add("mount", path.to_owned(), path, span);
    }
    let in_spec = |meta: &ObjectMeta| project.specs.iter().any(|spec| spec.span.contains(meta.name.span));
    let accounts = project.service_accounts.iter().map(|account| ("service account", &account.meta));
    let roles = project.rbac_roles.iter().map(|role| (role.kind.word(), &role.meta));
    let bindings = project.bindings.iter().map(|binding| (binding.kind_word(), &binding.meta));
    for (kind, meta) in accounts.chain(roles).chain(bindings).filter(|(_, meta)| in_spec(meta)) {
        let key = format!("{}/{}", meta.namespace_name().unwrap_or_default(), meta.name);
        add(kind, key, &meta.name.value, meta.name.span);
    }
    list
}

/// Paths that specs mount secrets engines at.
fn secrets_mounts(project: &Project) -> impl Iterator<Item = (&str, Span)> {
    let declared = project.mounts.iter().filter(|mount| mount.confidence == Confidence::Declared);
    declared.map(|mount| (mount.path.as_str(), mount.evidence))
}

/// The Vault namespace of the spec that holds `span`; empty for the root namespace.
fn namespace_of(project: &Project, span: Span) -> String {
    let spec = project.specs.iter().find(|spec| spec.span.contains(span));
    let name = spec.and_then(|spec| spec.vault_namespace.as_ref());
    name.map(|name| name.value.trim_matches('/').to_owned()).unwrap_or_default()
}

/// Mounts below other mounts, which servers refuse.
fn nested_mounts(project: &Project) -> Vec<Malformed> {
    let auth: Vec<(&str, Span)> =
        project.auth_mounts.iter().map(|mount| (mount.path.value.as_str(), mount.path.span)).collect();
    let mut faults = Vec::new();
    for mounts in [secrets_mounts(project).collect(), auth] {
        let mut mounts: Vec<(String, &str, Span)> =
            mounts.into_iter().map(|(path, span)| (namespace_of(project, span), path, span)).collect();
        mounts.sort();
        for (at, (namespace, outer, place)) in mounts.iter().enumerate() {
            let inside = |path: &str| path.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'));
            let below =
                mounts.iter().skip(at + 1).filter(|(other, path, _)| other == namespace && inside(path));
            for (_, path, span) in below {
                let message =
                    format!("nothing can be mounted at `{path}`: the path is already in use at `{outer}/`");
                faults.push(Malformed::new(*span, message).with_label(*place, "mounted here"));
            }
        }
    }
    faults
}
