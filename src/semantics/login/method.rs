//! Auth methods with their roles.

use std::collections::{BTreeMap, HashMap};

use super::token::{SystemLimits, TokenType};
use crate::model::project::Project;
use crate::model::vault::auth_role::{AuthMount, AuthRole};
use crate::model::vault::duration::Seconds;
use crate::syntax::{Span, Spanned};

/// A Kubernetes auth method: its mount, as far as it is declared, and its roles.
#[derive(Debug, Clone)]
pub struct AuthMethod<'a> {
    /// Path without `auth/` and without slashes at the ends.
    pub path: &'a str,
    /// The Vault namespace that it is mounted in: `""` for the root namespace, else with a slash at the end.
    pub namespace: String,
    /// The mount; nothing if no input declares it.
    pub mount: Option<&'a AuthMount>,
    /// The server's limits, which hold where the mount sets none of its own.
    pub system: SystemLimits,
    roles: Vec<&'a AuthRole>,
    /// By name in lower case: positions in `roles`.
    by_name: HashMap<String, Vec<usize>>,
}

/// Whose token the server reviews JWTs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reviewing {
    /// One that was stored in the configuration.
    Reviewer,
    /// The one of the server's own pod, or whatever else was configured.
    Server,
    /// The JWT that logs in: there is no other.
    Caller,
}

impl<'a> AuthMethod<'a> {
    /// Every auth method of the project, declared or named by a role, in order of namespace and path.
    pub fn all(project: &'a Project) -> Vec<AuthMethod<'a>> {
        let mut methods: BTreeMap<(String, &'a str), AuthMethod<'a>> = BTreeMap::new();
        let mut namespaces = Namespaces::new(project);
        for mount in project.auth_mounts.iter().filter(|mount| mount.method.value == "kubernetes") {
            let method = method_at(&mut methods, namespaces.of(mount.span), mount.path.as_str());
            // Of two that a run declares - which is an error of its own - the first holds.
            method.mount = method.mount.or(Some(mount));
        }
        for role in &project.auth_roles {
            let method = method_at(&mut methods, namespaces.of(role.span), role.mount.trim_matches('/'));
            method.by_name.entry(role.name.value.to_lowercase()).or_default().push(method.roles.len());
            method.roles.push(role);
        }
        methods.into_values().collect()
    }

    /// The roles, in the order of the inputs.
    pub fn roles(&self) -> &[&'a AuthRole] {
        &self.roles
    }

    /// The roles of this name, whatever its case: the server has one of them, the last that was written.
    pub fn roles_named(&self, name: &str) -> impl Iterator<Item = &'a AuthRole> {
        let at = self.by_name.get(&name.to_lowercase());
        at.into_iter().flatten().filter_map(|at| self.roles.get(*at).copied())
    }

    /// Where the server keeps a role of this method, from the root namespace: `team/auth/kubernetes/role/web`.
    pub fn role_path(&self, role: &AuthRole) -> String {
        format!("{}auth/{}/role/{}", self.namespace, self.path, role.name)
    }

    /// Whose token JWTs are reviewed with.
    pub fn reviewing(&self) -> Reviewing {
        let Some(mount) = self.mount else { return Reviewing::Server };
        let Some(config) = &mount.config else { return Reviewing::Server };
        let stored = config.text("token_reviewer_jwt").is_some_and(|jwt| !jwt.value.is_empty());
        if stored || mount.reviewer.is_some() {
            return Reviewing::Reviewer;
        }
        let without_own = self.local_jwt_disabled().is_some_and(|disabled| disabled.value);
        if without_own { Reviewing::Caller } else { Reviewing::Server }
    }

    /// `disable_local_ca_jwt`, where the mount's configuration says it.
    pub fn local_jwt_disabled(&self) -> Option<Spanned<bool>> {
        self.mount?.config.as_ref()?.bool("disable_local_ca_jwt")
    }

    /// How long a token lives whose role says nothing.
    pub fn default_lease_ttl(&self) -> Seconds {
        self.tuned("default_lease_ttl").unwrap_or(self.system.default_lease_ttl)
    }

    /// How long a token lives at most; more than the system's limit if the mount says so.
    pub fn max_lease_ttl(&self) -> Seconds {
        self.tuned("max_lease_ttl").unwrap_or(self.system.max_lease_ttl)
    }

    /// The type of the tokens of a role whose `token_type` is `of_role` (`""` for none).
    pub(super) fn token_type(&self, of_role: &str) -> TokenType {
        let tuned = self.mount.and_then(|mount| mount.settings.text("token_type")).map(|text| text.value);
        let is_batch = match (tuned, of_role) {
            (Some("service"), _) | (_, "service") if tuned != Some("batch") => false,
            (Some("batch"), _) | (_, "batch") => true,
            (tuned, _) => tuned == Some("default-batch"),
        };
        if is_batch { TokenType::Batch } else { TokenType::Service }
    }

    fn tuned(&self, field: &str) -> Option<Seconds> {
        let settings = &self.mount?.settings;
        settings.duration(field).map(|seconds| seconds.value).filter(|seconds| seconds.0 > 0)
    }
}

fn method_at<'m, 'a>(
    methods: &'m mut BTreeMap<(String, &'a str), AuthMethod<'a>>,
    namespace: String,
    path: &'a str,
) -> &'m mut AuthMethod<'a> {
    methods.entry((namespace.clone(), path)).or_insert_with(|| AuthMethod {
        path,
        namespace,
        mount: None,
        system: SystemLimits::default(),
        roles: Vec::new(),
        by_name: HashMap::new(),
    })
}

/// The Vault namespaces of places. Objects come spec by spec, so the last spec is asked first.
struct Namespaces<'a> {
    project: &'a Project,
    last: Option<(Span, String)>,
}

impl<'a> Namespaces<'a> {
    fn new(project: &'a Project) -> Namespaces<'a> {
        Namespaces { project, last: None }
    }

    fn of(&mut self, place: Span) -> String {
        if let Some((_, namespace)) = self.last.as_ref().filter(|(span, _)| span.contains(place)) {
            return namespace.clone();
        }
        let Some(spec) = self.project.spec_of(place) else { return String::new() };
        let namespace = spec.vault_namespace.as_ref().map_or("", |name| name.value.trim_matches('/'));
        let namespace = if namespace.is_empty() { String::new() } else { format!("{namespace}/") };
        self.last = Some((spec.span, namespace.clone()));
        namespace
    }
}
