//! What is mounted where: declared, configured, or inferred from use nearby.
//!
//! Inference answers for a file that asks. It climbs from the directory of that file; the first directory whose tree
//! holds evidence decides, if all of it agrees. Evidence that contradicts itself makes the mount unknown, and an unknown
//! mount makes rules silent.

use std::collections::{HashMap, HashSet};

use super::kv;
use crate::model::project::{FileClass, Project};
use crate::model::vault::mount::{Confidence, Engine, KvVersion};
use crate::syntax::{SourceId, Span};

/// How many directories above the asking file evidence is taken from.
const CLIMB: usize = 3;

/// A directory without files of its own and with more sub-directories than this holds projects of their own,
/// which say nothing about each other.
const PROJECTS: u32 = 10;

static KV_V2: Engine = Engine::Kv(Some(KvVersion::V2));

/// All that is known of secrets mounts, arranged for look-up by path and by the file that asks.
#[derive(Debug)]
pub struct MountTable<'a> {
    project: &'a Project,
    /// By first segment of the mount path.
    mounts: HashMap<&'a str, Vec<Claims<'a>>>,
    /// Directories at which the climb ends.
    collections: HashSet<&'a str>,
}

/// What is known of a mount, for the file that asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known<'a> {
    /// Its path, without slashes at the ends.
    pub path: &'a str,
    /// What is mounted.
    pub engine: &'a Engine,
    /// How surely.
    pub confidence: Confidence,
    /// The place that says so; none for the configuration.
    pub evidence: Option<Span>,
    /// True if nothing but the form of other paths says so.
    pub by_use: bool,
}

impl Known<'_> {
    /// The version of a key-value mount.
    pub fn kv_version(&self) -> Option<KvVersion> {
        match self.engine {
            Engine::Kv(version) => *version,
            _ => None,
        }
    }
}

/// All that is said about one mount path.
#[derive(Debug)]
struct Claims<'a> {
    path: &'a str,
    /// Every engine that somebody says is there.
    engines: Vec<&'a Engine>,
    /// By directory: what is said in its tree.
    under: HashMap<&'a str, Vec<Claim<'a>>>,
    /// By directory: the first policy right in it that uses the mount.
    policies_in: HashMap<&'a str, Claim<'a>>,
}

#[derive(Debug, Clone, Copy)]
struct Claim<'a> {
    engine: &'a Engine,
    kind: Kind,
    source: Option<SourceId>,
    evidence: Option<Span>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// A path of the form that only this engine has, in a policy. It shows what the authors of the policies beside it
    /// think; a policy elsewhere may be an example of something else.
    PolicyUse,
    /// Such a path in a script or a manifest.
    Use,
    /// A command or a resource that mounts it.
    Enabled,
    Configured,
    Declared,
}

impl<'a> MountTable<'a> {
    /// Arranges the mounts of `project`, and takes the paths of its policies as evidence too.
    pub fn new(project: &'a Project) -> MountTable<'a> {
        let mut table = MountTable { project, mounts: HashMap::new(), collections: HashSet::new() };
        table.take_mounts();
        table.take_policies();
        if !table.mounts.is_empty() {
            table.find_collections();
        }
        table
    }

    /// The mount that the path or label `label` lies under, as far as it is known to the file that `asker` is in.
    pub fn over(&self, label: &str, asker: Span) -> Option<Known<'a>> {
        self.decided(label, asker, |_| true)
    }

    /// The same, if it is a key-value mount of this version.
    pub fn kv(&self, label: &str, asker: Span, version: KvVersion) -> Option<Known<'a>> {
        let wanted = Engine::Kv(Some(version));
        // Where nobody speaks of the version, there is nothing to weigh.
        self.decided(label, asker, |claims| claims.engines.contains(&&wanted))
            .filter(|known| known.kv_version() == Some(version))
    }

    fn decided(&self, label: &str, asker: Span, worth_it: impl Fn(&Claims<'a>) -> bool) -> Option<Known<'a>> {
        let label = label.strip_prefix('/').unwrap_or(label);
        let first = label.split('/').next()?;
        let above = self.mounts.get(first)?.iter().filter(|claims| {
            label.strip_prefix(claims.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        if !above.clone().any(worth_it) {
            return None;
        }
        above
            .filter_map(|claims| self.decide(claims, asker.source))
            // Mounts do not nest, so of two that claim the path the surer one is right.
            .max_by_key(|known| (known.confidence, !known.by_use, known.path.len()))
    }

    /// True if anything at all is known of the mount `path`, by whomever it was said.
    pub fn mentions(&self, path: &str) -> bool {
        let first = path.split('/').next().unwrap_or(path);
        self.mounts.get(first).is_some_and(|list| list.iter().any(|claims| claims.path == path))
    }

    fn take_mounts(&mut self) {
        let project = self.project;
        // Their paths are weighed as paths of policies, one by one.
        let policy_files: HashSet<SourceId> =
            project.policies.iter().map(|policy| policy.span.source).collect();
        for mount in &project.mounts {
            let (kind, directory) = match mount.confidence {
                Confidence::Declared => (Kind::Declared, self.directory(mount.evidence.source)),
                // Those stand in the settings, where their scope is.
                Confidence::Configured => continue,
                Confidence::Inferred if is_use(project.sources.slice(mount.evidence)) => {
                    if policy_files.contains(&mount.evidence.source) {
                        continue;
                    }
                    (Kind::Use, mount.scope.as_str())
                }
                Confidence::Inferred => (Kind::Enabled, mount.scope.as_str()),
            };
            let claim = Claim {
                engine: &mount.engine,
                kind,
                source: Some(mount.evidence.source),
                evidence: Some(mount.evidence),
            };
            self.claim(&mount.path, directory, claim);
        }
        for mount in &project.settings.mounts {
            let claim = Claim { engine: &mount.engine, kind: Kind::Configured, source: None, evidence: None };
            self.claim(&mount.path, mount.scope.trim_matches('/'), claim);
        }
        for engine in &project.engines {
            let evidence = engine.path.span;
            let claim = Claim {
                engine: &Engine::Kubernetes,
                kind: Kind::Declared,
                source: Some(evidence.source),
                evidence: Some(evidence),
            };
            self.claim(engine.path.as_str(), self.directory(evidence.source), claim);
        }
    }

    fn take_policies(&mut self) {
        let project = self.project;
        for policy in &project.policies {
            let mut seen: Vec<&str> = Vec::new();
            for rule in &policy.path_rules {
                let Some(mount) = kv::mount_in_use(&rule.path.value) else { continue };
                if seen.contains(&mount) {
                    continue;
                }
                seen.push(mount);
                let source = rule.path.span.source;
                let claim = Claim {
                    engine: &KV_V2,
                    kind: Kind::PolicyUse,
                    source: Some(source),
                    evidence: Some(rule.path.span),
                };
                self.claim(mount, self.directory(source), claim);
            }
        }
    }

    fn claim(&mut self, path: &'a str, directory: &'a str, claim: Claim<'a>) {
        let path = path.trim_matches('/');
        let Some(first) = path.split('/').next().filter(|first| !first.is_empty()) else { return };
        let list = self.mounts.entry(first).or_default();
        let at = list.iter().position(|claims| claims.path == path).unwrap_or_else(|| {
            list.push(Claims {
                path,
                engines: Vec::new(),
                under: HashMap::new(),
                policies_in: HashMap::new(),
            });
            list.len() - 1
        });
        let Some(claims) = list.get_mut(at) else { return };
        if !claims.engines.contains(&claim.engine) {
            claims.engines.push(claim.engine);
        }
        if claim.kind == Kind::PolicyUse {
            claims.policies_in.entry(directory).or_insert(claim);
        }
        for ancestor in climb(directory) {
            let said = claims.under.entry(ancestor).or_default();
            let alike = said.iter().filter(|other| other.engine == claim.engine && other.kind == claim.kind);
            // Two witnesses from different files are enough: one of them is never the asker's own.
            if alike.clone().count() < 2 && alike.clone().all(|other| other.source != claim.source) {
                said.push(claim);
            }
        }
    }

    fn directory(&self, source: SourceId) -> &'a str {
        self.project.sources.directory(source)
    }

    fn decide(&self, claims: &Claims<'a>, asker: SourceId) -> Option<Known<'a>> {
        let directory = self.directory(asker);
        let all = |directory: &str| claims.under.get(directory).map(Vec::as_slice).unwrap_or_default();
        let of_kind = |all: &[Claim<'a>], kind: Kind| {
            all.iter().filter(|claim| claim.kind == kind).copied().collect::<Vec<_>>()
        };
        for ancestor in climb(directory) {
            let declared = of_kind(all(ancestor), Kind::Declared);
            if declared.is_empty() {
                continue;
            }
            let one_source =
                declared.iter().all(|claim| Some(claim.source) == declared.first().map(|c| c.source));
            let trusted = one_source || !self.collections.contains(ancestor);
            return unanimous(&declared)
                .filter(|_| trusted)
                .map(|claim| claims.known(claim, Confidence::Declared));
        }
        // A configured mount is filed under its scope and all directories above; it holds for askers below its scope.
        let configured = self.project.settings.mounts.iter().filter(|mount| {
            let scope = mount.scope.trim_matches('/');
            mount.path.trim_matches('/') == claims.path && climb(directory).any(|ancestor| ancestor == scope)
        });
        if let Some(mount) = configured.max_by_key(|mount| mount.scope.trim_matches('/').len()) {
            return Some(Known {
                path: claims.path,
                engine: &mount.engine,
                confidence: Confidence::Configured,
                evidence: None,
                by_use: false,
            });
        }
        for ancestor in climb(directory).take(CLIMB + 1) {
            if self.collections.contains(ancestor) {
                return None;
            }
            let all = all(ancestor);
            let (enabled, mut used) = (of_kind(all, Kind::Enabled), of_kind(all, Kind::Use));
            if enabled.is_empty() {
                used.extend(claims.policies_in.get(directory));
            } else {
                used.extend(of_kind(all, Kind::PolicyUse));
            }
            if !enabled.is_empty() || !used.is_empty() {
                return infer(&enabled, &used, asker).map(|claim| claims.known(claim, Confidence::Inferred));
            }
        }
        None
    }

    /// Finds the directories that hold projects of their own. Sources come in the order of their names, so each
    /// directory is one run of them.
    fn find_collections(&mut self) {
        let mut children: HashMap<&'a str, u32> = HashMap::new();
        let mut with_files: HashSet<&'a str> = HashSet::new();
        let mut before = "";
        for (source, class) in self.project.sources.iter().zip(&self.project.classes) {
            let directory = source.directory();
            with_files.insert(directory);
            if *class == FileClass::Other || directory == before {
                continue;
            }
            for inner in climb(directory).take_while(|inner| !is_in(before, inner)) {
                if let Some(parent) = climb(inner).nth(1) {
                    *children.entry(parent).or_default() += 1;
                }
                if inner.rsplit('/').next().is_some_and(|name| name.starts_with('.')) {
                    with_files.extend(climb(inner).nth(1));
                }
            }
            before = directory;
        }
        for (directory, count) in children {
            if count > PROJECTS && !with_files.contains(directory) {
                let above = climb(directory).take_while(|ancestor| !with_files.contains(ancestor));
                self.collections.extend(above);
            }
        }
    }
}

impl<'a> Claims<'a> {
    fn known(&self, claim: Claim<'a>, confidence: Confidence) -> Known<'a> {
        Known {
            path: self.path,
            engine: claim.engine,
            confidence,
            evidence: claim.evidence,
            by_use: matches!(claim.kind, Kind::Use | Kind::PolicyUse),
        }
    }
}

/// The claim that all agree on; a key-value mount of unknown version agrees with either.
fn unanimous<'a>(claims: &[Claim<'a>]) -> Option<Claim<'a>> {
    let certain = claims.iter().find(|claim| *claim.engine != Engine::Kv(None)).or(claims.first())?;
    let agrees = |claim: &Claim<'_>| {
        claim.engine == certain.engine
            || (*claim.engine == Engine::Kv(None) && matches!(certain.engine, Engine::Kv(_)))
    };
    claims.iter().all(agrees).then_some(*certain)
}

/// Weighs what was mounted against how it is used.
///
/// Paths of the asking file itself do not speak against a mount that is not version 2: they may be what is wrong.
fn infer<'a>(enabled: &[Claim<'a>], used: &[Claim<'a>], asker: SourceId) -> Option<Claim<'a>> {
    if enabled.is_empty() {
        return used.first().copied();
    }
    let mounted = unanimous(enabled)?;
    match mounted.engine {
        Engine::Kv(Some(KvVersion::V2)) => Some(mounted),
        Engine::Kv(None) => Some(used.first().copied().unwrap_or(mounted)),
        _ => used.iter().all(|claim| claim.source == Some(asker)).then_some(mounted),
    }
}

/// True if the text of a piece of evidence is a path and no command.
fn is_use(evidence: &str) -> bool {
    kv::mount_in_use(evidence.trim_matches(['"', '\''])).is_some()
}

/// `directory` and every directory above it, the nearest first, the root (`""`) last.
fn climb(directory: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(directory), |directory| match directory.rsplit_once('/') {
        Some((above, _)) => Some(above),
        None if directory.is_empty() => None,
        None => Some(""),
    })
}

/// True if `inner` is `outer` or lies in it.
fn is_in(inner: &str, outer: &str) -> bool {
    outer.is_empty() || inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests;
