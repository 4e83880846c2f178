//! Trees to nouns.

mod agent;
pub mod classify;
pub mod evidence;
mod hidden;
pub mod manifest;
pub mod policy;
mod template;
mod template_call;

use super::Malformed;
use super::kube::binding::Binding;
use super::kube::consumer::Consumers;
use super::kube::rbac::RbacRole;
use super::kube::service_account::{KubernetesNamespace, ServiceAccount, TokenSecret};
use super::kube::workload::Workload;
use super::project::{FileClass, Project, Settings};
use super::spec::{Expectation, Grant, Spec};
use super::vault::auth_role::{AuthMount, AuthRole};
use super::vault::mount::Mount;
use super::vault::policy::Policy;
use super::vault::secrets_role::{KubernetesEngine, SecretsRole};
use crate::syntax::directive::Directive;
use crate::syntax::{Source, Span, Spanned, SyntaxError};

/// What one file holds; fields as in [`Project`].
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Lowered {
    pub class: FileClass,
    pub syntax_errors: Vec<SyntaxError>,
    pub malformed: Vec<Malformed>,
    pub directives: Vec<Directive>,
    /// What is written once and counts in several places: anchored values that an alias stands for.
    pub shared: Vec<Span>,
    pub specs: Vec<Spec>,
    pub policies: Vec<Policy>,
    /// Mounts that a spec declares, and those that the file is evidence for.
    pub mounts: Vec<Mount>,
    pub auth_mounts: Vec<AuthMount>,
    pub auth_roles: Vec<AuthRole>,
    pub engines: Vec<KubernetesEngine>,
    pub secrets_roles: Vec<SecretsRole>,
    pub rbac_roles: Vec<RbacRole>,
    pub bindings: Vec<Binding>,
    pub service_accounts: Vec<ServiceAccount>,
    pub token_secrets: Vec<TokenSecret>,
    pub kubernetes_namespaces: Vec<KubernetesNamespace>,
    pub workloads: Vec<Workload>,
    pub consumers: Consumers,
    pub grants: Vec<Grant>,
    pub expectations: Vec<Expectation>,
    /// Policy files that a spec names, relative to the spec's directory; the caller reads them too.
    pub referenced_files: Vec<Spanned<String>>,
}

impl Lowered {
    /// A file that holds nothing of concern.
    pub fn nothing(class: FileClass) -> Lowered {
        Lowered {
            class,
            syntax_errors: Vec::new(),
            malformed: Vec::new(),
            directives: Vec::new(),
            shared: Vec::new(),
            specs: Vec::new(),
            policies: Vec::new(),
            mounts: Vec::new(),
            auth_mounts: Vec::new(),
            auth_roles: Vec::new(),
            engines: Vec::new(),
            secrets_roles: Vec::new(),
            rbac_roles: Vec::new(),
            bindings: Vec::new(),
            service_accounts: Vec::new(),
            token_secrets: Vec::new(),
            kubernetes_namespaces: Vec::new(),
            workloads: Vec::new(),
            consumers: Consumers::default(),
            grants: Vec::new(),
            expectations: Vec::new(),
            referenced_files: Vec::new(),
        }
    }
}

/// Reads one file: decides what it is and lowers all that it holds. Pure, so that files can be read in parallel.
pub fn file(source: &Source, settings: &Settings) -> Lowered {
    classify::read(source, settings)
}

/// What needs all files: names that occur twice, files that specs refer to, grants that need mounts, inferred mounts.
pub fn join(project: &mut Project) {
    super::spec::join(project);
}
