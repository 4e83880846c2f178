//! Project to plan: what a server and a cluster are to hold, as data, in the order in which it is to be made.

mod body;

use std::net::IpAddr;

use serde_json::{Map, Value};

use super::{EmitError, hcl, rbac};
use crate::model::project::{Project, Target};
use crate::model::spec::{Spec, names};
use crate::model::vault::auth_role::{AUTH_CONFIG, AUTH_MOUNT, AUTH_ROLE, AuthMount};
use crate::model::vault::field::{FieldSpec, Fields};
use crate::model::vault::mount::{Confidence, Engine, MOUNT};
use crate::model::vault::policy::Policy;
use crate::model::vault::secrets_role::{SECRETS_CONFIG, SECRETS_ROLE};
use crate::syntax::{Span, Spanned};
use body::{body, fixed_settings};

/// What is to be made.
#[derive(Debug)]
pub struct Plan {
    /// The names of the specs, in the order of their files.
    pub specs: Vec<String>,
    /// The Vault namespace that everything on the server lives in, `""` for the root or the caller's own.
    pub vault_namespace: String,
    /// What the server is to hold: mounts, configurations, policies, roles.
    pub steps: Vec<Step>,
    /// What the cluster is to hold.
    pub objects: Vec<rbac::Object>,
}

/// One thing on the server.
#[derive(Debug, PartialEq)]
pub enum Step {
    /// A mount: enabled where absent, then tuned.
    Mount {
        /// Secrets or auth.
        kind: MountKind,
        /// Path without slashes at the ends.
        path: String,
        /// What cannot be changed once it is there: type, version, …
        fixed: Map<String, Value>,
        /// What can.
        tuning: Map<String, Value>,
    },
    /// A configuration or role: a JSON object that is written to a path, with every managed field in it.
    Object {
        /// For people: `role kubernetes/app-web`.
        label: String,
        /// API path.
        path: String,
        /// The body.
        body: Map<String, Value>,
        /// True for the configuration of an auth method: a write replaces all of it, and nothing deletes it.
        permanent: bool,
    },
    /// The configuration of an auth method whose reviewer token comes from the cluster at run time.
    ReviewedConfig {
        /// For people.
        label: String,
        /// API path.
        path: String,
        /// The body without what comes from the cluster.
        body: Map<String, Value>,
        /// Kubernetes namespace of the Secret.
        namespace: String,
        /// Name of the Secret.
        secret: String,
        /// True if the CA comes from the Secret too.
        cluster_ca: bool,
    },
    /// A policy.
    Policy {
        /// Name as stored, in lower case.
        name: String,
        /// The text, to the byte.
        text: String,
        /// The text as written or, for a policy that was written as text, the node.
        span: Span,
    },
}

/// The two tables of mounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MountKind {
    /// `sys/mounts`.
    Secrets,
    /// `sys/auth`.
    Auth,
}

/// Plans everything that the specs of a project declare. Raw policy files and manifests beside them are not planned.
pub fn plan(project: &Project) -> Result<Plan, EmitError> {
    if project.specs.is_empty() {
        return Err(EmitError::NoSpec);
    }
    let planner = Planner { project };
    let mut steps = planner.mounts()?;
    steps.extend(planner.configs()?);
    steps.extend(planner.policies()?);
    steps.extend(planner.roles()?);
    Ok(Plan {
        specs: project.specs.iter().map(|spec| spec.name.value.clone()).collect(),
        vault_namespace: planner.vault_namespace()?,
        steps,
        objects: rbac::objects(project)?,
    })
}

/// True if the place stands in a spec.
pub(super) fn declares(project: &Project, place: Span) -> bool {
    project.spec_of(place).is_some()
}

struct Planner<'a> {
    project: &'a Project,
}

impl Planner<'_> {
    fn vault_namespace(&self) -> Result<String, EmitError> {
        let named =
            |spec: &Spec| spec.vault_namespace.as_ref().map_or(String::new(), |name| name.value.clone());
        let first = self.project.specs.first().map(named).unwrap_or_default();
        match self.project.specs.iter().find(|spec| named(spec) != first) {
            Some(other) => Err(EmitError::refused(
                other.vault_namespace.as_ref().map_or(other.name.span, |name| name.span),
                format!(
                    "Vault namespace `{}` beside `{first}`: compile specs of different Vault namespaces one by one",
                    named(other)
                ),
            )),
            None => Ok(first),
        }
    }

    /// The server that the spec around `span` is for.
    fn target(&self, span: Span) -> Target {
        match self.project.spec_of(span).map(|spec| spec.target) {
            Some(Target::Any) | None => self.project.settings.target,
            Some(target) => target,
        }
    }

    fn declares(&self, span: Span) -> bool {
        declares(self.project, span)
    }

    fn mounts(&self) -> Result<Vec<Step>, EmitError> {
        let mut steps = Vec::new();
        let engine_at = |path: &str| self.project.engines.iter().any(|engine| engine.path.value == path);
        for mount in self.project.mounts.iter().filter(|mount| self.declares(mount.evidence)) {
            let declared = mount.confidence == Confidence::Declared && !engine_at(&mount.path);
            if let (true, Some(settings)) = (declared, &mount.settings) {
                let fixed = fixed_settings(&mount.engine, settings);
                let path = Spanned::new(mount.path.clone(), mount.evidence);
                steps.push(mount_step(MountKind::Secrets, &path, fixed, settings, &MOUNT)?);
            }
        }
        for engine in self.project.engines.iter().filter(|engine| self.declares(engine.span)) {
            let fixed = fixed_settings(&Engine::Kubernetes, &engine.settings);
            steps.push(mount_step(MountKind::Secrets, &engine.path, fixed, &engine.settings, &MOUNT)?);
        }
        for auth in self.project.auth_mounts.iter().filter(|auth| self.declares(auth.span)) {
            let fixed = fixed_settings(&Engine::Other(auth.method.value.clone()), &auth.settings);
            steps.push(mount_step(MountKind::Auth, &auth.path, fixed, &auth.settings, &AUTH_MOUNT)?);
        }
        let key = |step: &Step| match step {
            Step::Mount { kind, path, .. } => Some((*kind, path.clone())),
            _ => None,
        };
        steps.sort_by_key(key);
        steps.dedup_by_key(|step| key(step));
        Ok(steps)
    }

    fn configs(&self) -> Result<Vec<Step>, EmitError> {
        let mut steps = Vec::new();
        for auth in self.project.auth_mounts.iter().filter(|auth| self.declares(auth.span)) {
            steps.extend(self.auth_config(auth)?);
        }
        for engine in self.project.engines.iter().filter(|engine| self.declares(engine.span)) {
            if let Some(config) = &engine.config {
                let body = body(config, &SECRETS_CONFIG, self.target(engine.span))?;
                let label = format!("configuration of {}/", engine.path);
                steps.push(Step::Object {
                    label,
                    path: api_path(&[&engine.path], "config")?,
                    body,
                    permanent: false,
                });
            }
        }
        Ok(sorted(steps))
    }

    fn auth_config(&self, auth: &AuthMount) -> Result<Option<Step>, EmitError> {
        let empty = Fields::default();
        let config = match (&auth.config, &auth.reviewer) {
            (Some(config), _) => config,
            (None, Some(_)) => &empty,
            (None, None) => return Ok(None),
        };
        let mut body = body(config, &AUTH_CONFIG, self.target(auth.span))?;
        // The server takes one slash off the end of the host, and would give back another text than it was sent.
        if let Some(Value::String(host)) = body.get_mut("kubernetes_host") {
            *host = host.strip_suffix('/').unwrap_or(host).to_owned();
        }
        let label = format!("configuration of auth/{}/", auth.path);
        let path = format!("auth/{}", api_path(&[&auth.path], "config")?);
        Ok(Some(match &auth.reviewer {
            None => Step::Object { label, path, body, permanent: true },
            Some(reviewer) => {
                let own_ca = config.text("kubernetes_ca_cert").is_some_and(|text| !text.value.is_empty());
                if !own_ca {
                    body.shift_remove("kubernetes_ca_cert");
                }
                Step::ReviewedConfig {
                    label,
                    path,
                    body,
                    namespace: reviewer.namespace.value.clone(),
                    secret: rbac::reviewer_secret(reviewer),
                    cluster_ca: !own_ca,
                }
            }
        }))
    }

    fn policies(&self) -> Result<Vec<Step>, EmitError> {
        let of_spec = |policy: &&Policy| self.declares(policy.span) || self.declares(policy.name.span);
        let mut steps = Vec::new();
        for policy in self.project.policies.iter().filter(of_spec) {
            let name = Spanned::new(policy.key(), policy.name.span);
            api_path(&[&name], "")?;
            let text = text_to_send(policy);
            if text.contains('\0') {
                return Err(EmitError::refused(
                    policy.span,
                    "policy text holds NUL, which no script can carry",
                ));
            }
            steps.push(Step::Policy { name: name.value, text, span: policy.span });
        }
        Ok(sorted(steps))
    }

    fn roles(&self) -> Result<Vec<Step>, EmitError> {
        let mut auth_roles = Vec::new();
        for role in self.project.auth_roles.iter().filter(|role| self.declares(role.span)) {
            let mut body = body(&role.fields, &AUTH_ROLE, self.target(role.span))?;
            if let Some(Value::Array(items)) = body.get_mut("token_bound_cidrs") {
                items
                    .iter_mut()
                    .for_each(|item| *item = without_host_mask(item.as_str().unwrap_or("")).into());
            }
            let name = Spanned::new(role.name.value.to_lowercase(), role.name.span);
            let mount = Spanned::new(role.mount.clone(), role.span);
            let label = format!("role {mount}/{name}");
            let path =
                format!("auth/{}", api_path(&[&mount, &Spanned::new("role".into(), role.span), &name], "")?);
            auth_roles.push(Step::Object { label, path, body, permanent: false });
        }
        let mut secrets_roles = Vec::new();
        for role in self.project.secrets_roles.iter().filter(|role| self.declares(role.span)) {
            let mut body = body(&role.fields, &SECRETS_ROLE, self.target(role.span))?;
            // The server stores these in lower case.
            if let Some(Value::Array(items)) = body.get_mut("allowed_kubernetes_namespaces") {
                items.iter_mut().for_each(|item| *item = item.as_str().unwrap_or("").to_lowercase().into());
            }
            let name = Spanned::new(role.name.value.to_lowercase(), role.name.span);
            let mount = Spanned::new(role.mount.clone(), role.span);
            let label = format!("role {mount}/{name}");
            let path = api_path(&[&mount, &Spanned::new("roles".into(), role.span), &name], "")?;
            secrets_roles.push(Step::Object { label, path, body, permanent: false });
        }
        let mut steps = sorted(auth_roles);
        steps.extend(sorted(secrets_roles));
        Ok(steps)
    }
}

/// The steps in the order of their paths.
fn sorted(mut steps: Vec<Step>) -> Vec<Step> {
    steps.sort_by(|a, b| step_path(a).cmp(step_path(b)));
    steps
}

fn step_path(step: &Step) -> &str {
    match step {
        Step::Mount { path, .. } | Step::Object { path, .. } | Step::ReviewedConfig { path, .. } => path,
        Step::Policy { name, .. } => name,
    }
}

/// The parts joined by `/`. What no URL can carry was refused with the spec; a project from elsewhere is refused here.
fn api_path(parts: &[&Spanned<String>], last: &str) -> Result<String, EmitError> {
    for part in parts {
        let text = part.as_str();
        if !names::is_api_path(text) {
            return Err(EmitError::refused(part.span, format!("`{text}` cannot stand in an API path")));
        }
    }
    let mut path: Vec<&str> = parts.iter().map(|part| part.as_str()).collect();
    path.extend((!last.is_empty()).then_some(last));
    Ok(path.join("/"))
}

fn mount_step(
    kind: MountKind,
    path: &Spanned<String>,
    fixed: Map<String, Value>,
    settings: &Fields,
    table: &'static [FieldSpec],
) -> Result<Step, EmitError> {
    let path = api_path(&[path], "")?;
    let (fixed, tuning) = body::mount_settings(fixed, settings, table)?;
    Ok(Step::Mount { kind, path, fixed, tuning })
}

/// An address range as the server gives it back: a single address loses its mask.
fn without_host_mask(text: &str) -> &str {
    match text.split_once('/') {
        Some((address, mask)) => match (address.parse(), mask) {
            (Ok(IpAddr::V4(_)), "32") | (Ok(IpAddr::V6(_)), "128") => address,
            _ => text,
        },
        None => text,
    }
}

/// What the server is sent: the text as written, to the byte, or the canonical one.
///
/// The server decodes a text that is valid base64, line ends left out (`handlePoliciesSet` of both servers). Only a
/// text without any path rule can be; a comment line keeps it from being taken so, and an empty text from being refused.
fn text_to_send(policy: &Policy) -> String {
    let mut text = policy.text.clone().unwrap_or_else(|| hcl::policy_text(policy));
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=\r\n".contains(&byte);
    if text.bytes().all(base64) {
        let newline = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
        text = format!("{text}{newline}# no rules\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_masks_go() {
        for (text, kept) in [
            ("10.0.0.1/32", "10.0.0.1"),
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("10.0.0.1", "10.0.0.1"),
            ("::1/128", "::1"),
            ("::/32", "::/32"),
            ("x/32", "x/32"),
        ] {
            assert_eq!(without_host_mask(text), kept);
        }
    }
}
