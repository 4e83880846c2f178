//! What a finding is about, in words that stay the same when a file is reformatted or its blocks change places.

use std::fmt;

use super::finding::Finding;
use crate::model::kube::consumer::agent::AgentHolder;
use crate::model::project::Project;
use crate::model::vault::policy::PolicyOrigin;
use crate::syntax::{Source, Span, Spanned};

/// A finding named by its meaning: no line, no column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Anchor {
    /// The rule's name.
    pub rule: String,
    /// Path of the file as shown to the user.
    pub path: String,
    /// The innermost object that holds the finding, such as `policy app > path kv/data/app/*`; empty if none does.
    pub object: String,
    /// The text the finding points at without its blanks, cut at [`WORDS`] characters.
    pub words: String,
}

/// How many characters of the text under a finding tell it from others.
pub const WORDS: usize = 120;

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}: {} `{}`", self.rule, self.path, self.object, self.words)
    }
}

impl Anchor {
    /// 128 bits of it in hexadecimal, for formats that want a fingerprint (FNV-1a).
    pub fn fingerprint(&self) -> String {
        const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013B;
        let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
        for part in [&self.rule, &self.path, &self.object, &self.words] {
            for byte in part.bytes().chain([0]) {
                hash = (hash ^ u128::from(byte)).wrapping_mul(PRIME);
            }
        }
        format!("{hash:032x}")
    }
}

/// The objects of a project by place.
#[derive(Debug)]
pub struct Anchors<'a> {
    project: &'a Project,
    /// Sorted by source and start, the longer one first.
    objects: Vec<(Span, String)>,
    /// For each object the furthest end among it and those before it in the same source.
    reach: Vec<u32>,
}

impl<'a> Anchors<'a> {
    /// Collects the objects.
    pub fn new(project: &'a Project) -> Anchors<'a> {
        let mut objects = vault_objects(project);
        objects.extend(kubernetes_objects(project));
        objects.sort_by_key(|(span, _)| (span.source, span.start, std::cmp::Reverse(span.end)));
        let mut reach: Vec<u32> = Vec::with_capacity(objects.len());
        let mut last = None;
        for (span, _) in &objects {
            let before = reach.last().copied().filter(|_| last == Some(span.source)).unwrap_or(0);
            reach.push(before.max(span.end));
            last = Some(span.source);
        }
        Anchors { project, objects, reach }
    }

    /// The anchor of a finding.
    pub fn of(&self, finding: &Finding) -> Anchor {
        let source = self.project.sources.get(finding.span.source);
        Anchor {
            rule: finding.rule.name.to_owned(),
            path: source.map_or_else(String::new, |source| source.name.clone()),
            object: self.object(finding.span).unwrap_or_default().to_owned(),
            words: source.map_or_else(String::new, |source| words(source, finding.span)),
        }
    }

    /// The innermost object around a span.
    pub fn object(&self, span: Span) -> Option<&str> {
        let upto = self
            .objects
            .partition_point(|(object, _)| (object.source, object.start) <= (span.source, span.start));
        let earlier = self.objects.iter().zip(&self.reach).take(upto).rev();
        for ((object, name), reach) in earlier {
            if object.source != span.source || *reach < span.end {
                return None;
            }
            if object.contains(span) {
                return Some(name);
            }
        }
        None
    }
}

fn vault_objects(project: &Project) -> Vec<(Span, String)> {
    let mut objects = Vec::new();
    for policy in &project.policies {
        if policy.origin == PolicyOrigin::Grant {
            continue;
        }
        objects.push((policy.span, format!("policy {}", policy.name)));
        for rule in &policy.path_rules {
            objects.push((rule.span, format!("policy {} > path {}", policy.name, rule.path)));
        }
    }
    for mount in &project.auth_mounts {
        objects.push((mount.span, format!("auth {}", mount.path)));
    }
    for role in project.auth_roles.iter().filter(|role| !role.from_grant) {
        objects.push((role.span, format!("auth {} > role {}", role.mount, role.name)));
    }
    for engine in &project.engines {
        objects.push((engine.span, format!("engine {}", engine.path)));
    }
    for role in &project.secrets_roles {
        objects.push((role.span, format!("engine {} > role {}", role.mount, role.name)));
    }
    for grant in &project.grants {
        objects.push((grant.span, format!("grant {}", grant.name)));
    }
    for spec in &project.specs {
        objects.push((spec.span, format!("spec {}", spec.name)));
    }
    objects
}

fn kubernetes_objects(project: &Project) -> impl Iterator<Item = (Span, String)> {
    let roles = project.rbac_roles.iter().map(|role| (role.kind.word(), &role.meta));
    let bindings = project.bindings.iter().map(|binding| (binding.kind_word(), &binding.meta));
    let accounts = project.service_accounts.iter().map(|account| ("ServiceAccount", &account.meta));
    let namespaces = project.kubernetes_namespaces.iter().map(|namespace| ("Namespace", &namespace.meta));
    let workloads = project.workloads.iter().map(|workload| (workload.kind.as_str(), &workload.meta));
    let secrets = project.token_secrets.iter().map(|secret| ("Secret", &secret.meta));
    let named = |kind: &str, namespace: Option<&str>, name: &str| match namespace {
        Some(namespace) => format!("{kind} {namespace}/{name}"),
        None => format!("{kind} {name}"),
    };
    let agents = project.consumers.agents.iter().filter_map(move |agent| match &agent.holder {
        AgentHolder::File => None,
        AgentHolder::ConfigMap { name, namespace, key } => {
            let map = named("ConfigMap", namespace.as_ref().map(Spanned::as_str), name.as_str());
            Some((agent.span, format!("{map} > {key}")))
        }
    });
    roles
        .chain(bindings)
        .chain(accounts)
        .chain(namespaces)
        .chain(workloads)
        .chain(secrets)
        .chain(project.consumers.metas())
        .map(move |(kind, meta)| (meta.span, named(kind, meta.namespace_name(), meta.name.as_str())))
        .chain(agents)
}

fn words(source: &Source, span: Span) -> String {
    source.slice(span).chars().filter(|c| !c.is_whitespace()).take(WORDS).collect()
}
