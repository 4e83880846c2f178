//! A project: all inputs of one run, lowered and joined.

use std::collections::HashMap;

use super::kube::binding::Binding;
use super::kube::consumer::Consumers;
use super::kube::rbac::{RbacRole, RbacRoleKind};
use super::kube::service_account::{KubernetesNamespace, ServiceAccount, TokenSecret};
use super::kube::workload::Workload;
use super::lower::Lowered;
use super::spec::{Expectation, Grant, Spec};
use super::vault::auth_role::{AuthMount, AuthRole};
use super::vault::mount::Mount;
use super::vault::policy::Policy;
use super::vault::secrets_role::{KubernetesEngine, SecretsRole};
use super::{Malformed, annotation, lower};
use crate::syntax::directive::Directive;
use crate::syntax::{SourceId, Sources, Span, SyntaxError};

/// What the caller knows beside the files.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Mounts from `rolewright.toml`: path, engine, and the directory they hold for (`""` for all).
    pub mounts: Vec<ConfiguredMount>,
    /// Which servers answers are given for; a spec's `target` has the last word for its own objects.
    pub target: Target,
    /// The minor version of Kubernetes 1 that answers are given for, if it is said.
    pub kubernetes: Option<u8>,
    /// All files of the project are among the inputs and could be read, so that what nothing speaks of is not spoken of.
    pub is_whole: bool,
}

/// A `[[mount]]` of `rolewright.toml`.
#[derive(Debug, Clone)]
pub struct ConfiguredMount {
    /// Path without slashes at the ends.
    pub path: String,
    /// What is mounted.
    pub engine: super::vault::mount::Engine,
    /// Directory that it holds for, `""` for all.
    pub scope: String,
}

/// The server an answer is given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Target {
    /// Vault up to 1.20.
    VaultClassic,
    /// Vault 1.21 and 2.x.
    VaultCurrent,
    /// OpenBao 2.x.
    OpenBao,
    /// Not said: what any of them takes is taken.
    #[default]
    Any,
}

/// All inputs of one run.
#[derive(Debug, Default)]
pub struct Project {
    /// The texts.
    pub sources: Sources,
    /// How each text was understood, in the order of `sources`.
    pub classes: Vec<FileClass>,
    /// What could not be read.
    pub syntax_errors: Vec<SyntaxError>,
    /// What has the wrong shape.
    pub malformed: Vec<Malformed>,
    /// Suppression comments.
    pub directives: Vec<Directive>,
    /// What is written once and counts in several places, such as through the aliases of YAML; in order, apart from each
    /// other.
    pub shared: Vec<Span>,
    /// Specs.
    pub specs: Vec<Spec>,
    /// Policies.
    pub policies: Vec<Policy>,
    /// Secrets mounts, declared, configured and inferred.
    pub mounts: Vec<Mount>,
    /// Auth methods.
    pub auth_mounts: Vec<AuthMount>,
    /// Auth roles.
    pub auth_roles: Vec<AuthRole>,
    /// Kubernetes secrets engines.
    pub engines: Vec<KubernetesEngine>,
    /// Roles of the Kubernetes secrets engine.
    pub secrets_roles: Vec<SecretsRole>,
    /// Roles and ClusterRoles.
    pub rbac_roles: Vec<RbacRole>,
    /// Bindings.
    pub bindings: Vec<Binding>,
    /// Service accounts.
    pub service_accounts: Vec<ServiceAccount>,
    /// Secrets that hold tokens of service accounts.
    pub token_secrets: Vec<TokenSecret>,
    /// Kubernetes namespaces.
    pub kubernetes_namespaces: Vec<KubernetesNamespace>,
    /// Workloads.
    pub workloads: Vec<Workload>,
    /// What fetches secrets from Vault for them.
    pub consumers: Consumers,
    /// Grants as written (their policies and roles stand in `policies` and `auth_roles` too).
    pub grants: Vec<Grant>,
    /// Expectations as written.
    pub expectations: Vec<Expectation>,
    /// What the caller knows beside the files.
    pub settings: Settings,
    index: Index,
}

/// What a file was taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileClass {
    /// Read: it holds objects of the model.
    Read,
    /// A template that is no HCL or YAML before it is rendered; the word says which kind.
    Template(&'static str),
    /// Of no concern to this tool.
    Other,
    /// Holds syntax errors; what could be understood was read.
    Broken,
}

#[derive(Debug, Default)]
struct Index {
    aggregating: Vec<usize>,
    policies: HashMap<String, Vec<usize>>,
    rbac_roles: HashMap<(RbacRoleKind, String), Vec<usize>>,
    bindings: HashMap<(RbacRoleKind, String), Vec<usize>>,
    service_accounts: HashMap<(String, String), Vec<usize>>,
    kubernetes_namespaces: HashMap<String, Vec<usize>>,
}

impl Project {
    /// How many syntax errors each text has, in the order of the texts.
    pub fn errors_by_source(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes.len()];
        for error in &self.syntax_errors {
            if let Some(count) = counts.get_mut(error.span.source.0 as usize) {
                *count += 1;
            }
        }
        counts
    }

    /// True if something that is written in this place counts in other places too. An insertion at its edge is in it.
    pub fn is_shared(&self, place: Span) -> bool {
        let key = (place.source, place.end);
        let before = self.shared.partition_point(|shared| (shared.source, shared.start) <= key);
        let last = before.checked_sub(1).and_then(|at| self.shared.get(at));
        last.is_some_and(|shared| shared.source == place.source && place.start <= shared.end)
    }

    /// True if something inside the place has a wrong shape, or is what servers refuse: taking it away may mend more than
    /// the place itself.
    pub fn has_fault_in(&self, place: Span) -> bool {
        self.malformed.iter().any(|fault| place.contains(fault.span))
            || self.policies.iter().any(|policy| {
                policy.span.source == place.source
                    && policy.refusals.iter().any(|refusal| place.contains(refusal.span))
            })
    }

    /// Joins the lowered files, which come in the order of `sources`.
    pub fn assemble(sources: Sources, files: Vec<Lowered>, settings: Settings) -> Project {
        let mut project = Project { sources, settings, ..Project::default() };
        for file in files {
            project.take(file);
        }
        lower::join(&mut project);
        let annotations = annotation::directives(&project);
        project.directives.extend(annotations);
        project.build_index();
        project
    }

    fn take(&mut self, file: Lowered) {
        self.classes.push(file.class);
        self.syntax_errors.extend(file.syntax_errors);
        self.malformed.extend(file.malformed);
        self.directives.extend(file.directives);
        self.shared.extend(joined(file.shared));
        self.specs.extend(file.specs);
        self.policies.extend(file.policies);
        self.mounts.extend(file.mounts);
        self.auth_mounts.extend(file.auth_mounts);
        self.auth_roles.extend(file.auth_roles);
        self.engines.extend(file.engines);
        self.secrets_roles.extend(file.secrets_roles);
        self.rbac_roles.extend(file.rbac_roles);
        self.bindings.extend(file.bindings);
        self.service_accounts.extend(file.service_accounts);
        self.token_secrets.extend(file.token_secrets);
        self.kubernetes_namespaces.extend(file.kubernetes_namespaces);
        self.workloads.extend(file.workloads);
        self.consumers.extend(file.consumers);
        self.grants.extend(file.grants);
        self.expectations.extend(file.expectations);
    }

    fn build_index(&mut self) {
        let index = &mut self.index;
        for (at, policy) in self.policies.iter().enumerate() {
            index.policies.entry(policy.key()).or_default().push(at);
        }
        for (at, role) in self.rbac_roles.iter().enumerate() {
            if !role.aggregation_selectors.is_empty() {
                index.aggregating.push(at);
            }
            let key = (role.kind, role.meta.name.value.clone());
            index.rbac_roles.entry(key).or_default().push(at);
        }
        for (at, binding) in self.bindings.iter().enumerate() {
            let Some(kind) = binding.role_ref.role_kind() else { continue };
            let key = (kind, binding.role_ref.name.value.clone());
            index.bindings.entry(key).or_default().push(at);
        }
        for (at, account) in self.service_accounts.iter().enumerate() {
            let namespace = account.meta.namespace_name().unwrap_or_default().to_owned();
            let key = (namespace, account.meta.name.value.clone());
            index.service_accounts.entry(key).or_default().push(at);
        }
        for (at, namespace) in self.kubernetes_namespaces.iter().enumerate() {
            index.kubernetes_namespaces.entry(namespace.meta.name.value.clone()).or_default().push(at);
        }
    }

    /// The minor version of Kubernetes 1 that answers are given for: that of the specs, if all that name one agree, else
    /// that of the settings.
    pub fn kubernetes_minor(&self) -> Option<u8> {
        let named = |spec: &Spec| {
            let version = spec.kubernetes_version.as_ref()?.as_str();
            version.strip_prefix('v').unwrap_or(version).split('.').nth(1)?.parse().ok()
        };
        let mut versions = self.specs.iter().filter_map(named);
        match versions.next() {
            Some(first) => versions.all(|other| other == first).then_some(first),
            None => self.settings.kubernetes,
        }
    }

    /// The spec that the place stands in.
    pub fn spec_of(&self, place: Span) -> Option<&Spec> {
        self.specs.iter().find(|spec| spec.span.contains(place))
    }

    /// Names of the templates, which are not read before they are rendered, that have `word` in their text.
    pub fn templates_with<'p>(&'p self, word: &'p str) -> impl Iterator<Item = &'p str> {
        self.sources.iter().zip(&self.classes).filter_map(move |(source, class)| {
            let is_template = matches!(class, FileClass::Template(_));
            (is_template && source.text.contains(word)).then_some(source.name.as_str())
        })
    }

    /// The policies of this name; names compare as the server compares them, in lower case.
    pub fn policies_named(&self, name: &str) -> impl Iterator<Item = &Policy> {
        let at = self.index.policies.get(&name.trim().to_lowercase());
        at.into_iter().flatten().filter_map(|at| self.policies.get(*at))
    }

    /// The ClusterRoles that take in the rules of others.
    pub fn aggregating_roles(&self) -> impl Iterator<Item = &RbacRole> {
        self.index.aggregating.iter().filter_map(|at| self.rbac_roles.get(*at))
    }

    /// True if all of it was read from one file.
    pub fn is_one_file(&self) -> bool {
        self.sources.iter().nth(1).is_none()
    }

    /// The RBAC roles of this kind and name in any namespace.
    pub fn rbac_roles_called(&self, kind: RbacRoleKind, name: &str) -> impl Iterator<Item = &RbacRole> {
        let at = self.index.rbac_roles.get(&(kind, name.to_owned()));
        at.into_iter().flatten().filter_map(|at| self.rbac_roles.get(*at))
    }

    /// The bindings whose role ref is of this kind and name, in any namespace.
    pub fn bindings_to(&self, kind: RbacRoleKind, name: &str) -> impl Iterator<Item = &Binding> {
        let at = self.index.bindings.get(&(kind, name.to_owned()));
        at.into_iter().flatten().filter_map(|at| self.bindings.get(*at))
    }

    /// The Namespace objects of this name.
    pub fn kubernetes_namespaces_named(&self, name: &str) -> impl Iterator<Item = &KubernetesNamespace> {
        let at = self.index.kubernetes_namespaces.get(name);
        at.into_iter().flatten().filter_map(|at| self.kubernetes_namespaces.get(*at))
    }

    /// The service accounts that one file declares.
    pub fn service_accounts_in(&self, source: SourceId) -> &[ServiceAccount] {
        within(&self.service_accounts, source, |it| it.meta.span.source)
    }

    /// The namespaces that one file declares.
    pub fn kubernetes_namespaces_in(&self, source: SourceId) -> &[KubernetesNamespace] {
        within(&self.kubernetes_namespaces, source, |it| it.meta.span.source)
    }

    /// The service accounts of this namespace and name.
    pub fn service_accounts_named(
        &self,
        namespace: &str,
        name: &str,
    ) -> impl Iterator<Item = &ServiceAccount> {
        let at = self.index.service_accounts.get(&(namespace.to_owned(), name.to_owned()));
        at.into_iter().flatten().filter_map(|at| self.service_accounts.get(*at))
    }
}

/// The places of one text in order, those that overlap as one.
fn joined(mut places: Vec<Span>) -> Vec<Span> {
    places.sort_unstable();
    let mut apart: Vec<Span> = Vec::with_capacity(places.len());
    for place in places {
        match apart.last_mut() {
            Some(last) if last.source == place.source && place.start <= last.end => *last = last.to(place),
            _ => apart.push(place),
        }
    }
    apart
}

/// What lies in one source; objects come in the order of sources.
fn within<T>(all: &[T], source: SourceId, of: impl Fn(&T) -> SourceId) -> &[T] {
    let start = all.partition_point(|it| of(it) < source);
    let rest = all.get(start..).unwrap_or_default();
    rest.get(..rest.partition_point(|it| of(it) == source)).unwrap_or_default()
}
