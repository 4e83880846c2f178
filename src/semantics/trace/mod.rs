//! A pod on its way to its secrets: *start pod → present JWT → match role → issue token → fetch secret*.
//!
//! Each consumer of secrets spells the way differently; its file here turns what is written into an [`Errand`], which
//! [`errand`] then follows through the login and the policies, to the first stage that fails. What the inputs do not
//! tell is said to be unknown, and the stages behind it are gone through all the same: one of them may fail for certain.
//!
//! Taken for granted is what no file can tell: that the service account and the secret exist, that servers are reached,
//! that webhooks, drivers and operators are installed with their usual settings.

mod agent;
mod csi;
mod errand;
mod external_secrets;
mod fetch;
mod injector;
mod operator;
mod pod;
mod role;
mod stage;
mod subject;

pub use stage::{Consumer, Fault, Fetch, Login, Mark, Route, Stage, StageName, Stop};
pub use subject::{Candidate, named};

use super::mounts::MountTable;
use super::reach::Access;
use crate::model::kube::ObjectMeta;
use crate::model::kube::workload::Workload;
use crate::model::project::Project;
use crate::syntax::Spanned;

/// A project, arranged for tracing.
#[derive(Debug)]
pub struct Tracer<'a> {
    project: &'a Project,
    access: Access<'a>,
    mounts: MountTable<'a>,
}

impl<'a> Tracer<'a> {
    /// Arranges `project`.
    pub fn new(project: &'a Project) -> Tracer<'a> {
        Tracer { project, access: Access::new(project), mounts: MountTable::new(project) }
    }

    /// The ways of all secrets of the workload: those that the Agent Injector and Vault Agent fetch, those of the
    /// volumes, and those of the Kubernetes Secrets that operators fill. `namespace` is where the workload runs, if
    /// its manifest does not say.
    pub fn routes(&self, workload: &Workload, namespace: Option<&str>) -> Vec<Route> {
        let pod =
            pod::Pod { tracer: self, workload, namespace: workload.meta.namespace_name().or(namespace) };
        let mut routes = injector::routes(&pod);
        routes.extend(agent::routes(&pod));
        routes.extend(csi::routes(&pod));
        routes.extend(operator::routes(&pod));
        routes.extend(external_secrets::routes(&pod));
        routes
    }

    /// The ways of all workloads of the project, and of the objects of operators whose Secrets no workload of the project
    /// uses. A workload whose namespace no input tells is followed as far as that goes.
    pub fn all_routes(&self) -> Vec<Route> {
        let mut routes: Vec<Route> =
            self.project.workloads.iter().flat_map(|workload| self.routes(workload, None)).collect();
        routes.extend(self.made_routes());
        routes
    }

    /// The ways of all objects of operators that make a Secret, whether a workload uses it or not.
    pub fn made_routes(&self) -> Vec<Route> {
        let mut routes = Vec::new();
        let consumers = &self.project.consumers;
        let made = consumers.vault_secrets.iter().filter_map(|it| Some((&it.meta, it.destination.clone()?)));
        for (meta, name) in made {
            let user = user_of(meta, name);
            let pod = pod::Pod { tracer: self, workload: &user, namespace: meta.namespace_name() };
            routes.extend(operator::routes(&pod));
        }
        for secret in &consumers.external_secrets {
            let name = secret.target.clone().unwrap_or_else(|| secret.meta.name.clone());
            let user = user_of(&secret.meta, name);
            let pod = pod::Pod { tracer: self, workload: &user, namespace: secret.meta.namespace_name() };
            routes.extend(external_secrets::routes(&pod));
        }
        routes
    }

    /// Kubernetes Secrets that the workload uses and that no input says who makes.
    pub fn unexplained_secrets<'w>(
        &self,
        workload: &'w Workload,
        namespace: Option<&str>,
    ) -> Vec<&'w Spanned<String>> {
        let pod =
            pod::Pod { tracer: self, workload, namespace: workload.meta.namespace_name().or(namespace) };
        let mut found: Vec<&Spanned<String>> = Vec::new();
        for secret in workload.secrets_used() {
            let made = operator::makers(&pod, &secret.value).next().is_some()
                || external_secrets::makers(&pod, &secret.value).next().is_some();
            if !made && found.iter().all(|other| other.value != secret.value) {
                found.push(secret);
            }
        }
        found
    }
}

/// A pod that does nothing but use a Secret, in the namespace of the object that makes it.
fn user_of(meta: &ObjectMeta, secret: Spanned<String>) -> Workload {
    Workload {
        kind: Spanned::new("Pod".to_owned(), meta.name.span),
        meta: meta.clone(),
        pod_annotations: Vec::new(),
        service_account: None,
        automount: None,
        injector: None,
        misplaced_injector: None,
        volumes: Vec::new(),
        volume_mounts: Vec::new(),
        secret_refs: vec![secret],
    }
}
