//! Kubernetes documents to the nouns of [`crate::model::kube`].
//!
//! Read are the RBAC kinds, ServiceAccount, Namespace, everything with a pod template, the objects of the Vault Secrets
//! Operator, the Secrets Store CSI driver and External Secrets that speak to Vault, ConfigMaps that configure Vault
//! Agent, and lists of these. Documents of other kinds and patch fragments without a `kind` are passed over.

mod config_map;
#[cfg(test)]
mod consumer_tests;
mod csi;
mod external_secrets;
mod fields;
mod injector;
mod operator;
mod rbac;
#[cfg(test)]
mod tests;
mod workload;

use self::fields::Fields;
use super::Lowered;
use crate::model::Malformed;
use crate::model::kube::consumer::unfollowed::{Controller, Unfollowed};
use crate::model::kube::rbac::RbacRoleKind;
use crate::model::kube::service_account::{KubernetesNamespace, ServiceAccount, TokenSecret};
use crate::syntax::near::nearest;
use crate::syntax::tree::Node;
use crate::syntax::{Source, Spanned};

/// Lowers one document into `out`; true if it, or an item of it, is of a kind that is read.
pub fn lower(document: &Node, source: &Source, out: &mut Lowered) -> bool {
    // `$patch: delete` and its like stand in Kustomize patches only.
    if document.get("$patch").is_some_and(|patch| !patch.is_null()) {
        return false;
    }
    let before = out.malformed.len();
    let read = Object::of(document, source, None, out).is_some_and(|object| object.lower(out));
    read || out.malformed.len() > before
}

/// A document or an item of a list, with its `apiVersion` and `kind`.
struct Object<'t> {
    node: &'t Node,
    source: &'t Source,
    api_version: Spanned<String>,
    kind: Spanned<String>,
}

impl<'t> Object<'t> {
    /// Nothing if the document is no Kubernetes object. Items of typed lists may leave out what the list says.
    fn of(
        node: &'t Node,
        source: &'t Source,
        list: Option<&Object<'_>>,
        out: &mut Lowered,
    ) -> Option<Object<'t>> {
        let item_kind = || {
            let list = list?;
            let kind = list.kind.value.strip_suffix("List").filter(|kind| !kind.is_empty())?;
            Some(Spanned::new(kind.to_owned(), node.span.at_start()))
        };
        let kind = match node.get("kind") {
            Some(kind) => kind.to_spanned()?,
            None => match item_kind() {
                Some(kind) => kind,
                None => {
                    meant_kind(node, out);
                    return None;
                }
            },
        };
        let inherited = || list.filter(|list| list.kind.value != "List").map(|list| list.api_version.clone());
        let api_version = match node.get("apiVersion") {
            Some(version) => version.to_spanned(),
            None => inherited(),
        };
        let Some(api_version) = api_version else {
            if is_rbac_kind(&kind.value)
                && let Some(key) = misspelled(node, "apiVersion")
            {
                out.malformed.push(wrong_key(key, "apiVersion"));
            } else if is_rbac_kind(&kind.value)
                && (node.get("rules").is_some() || node.get("roleRef").is_some())
            {
                out.malformed.push(
                    Malformed::new(kind.span, format!("`{}` without `apiVersion`", kind.value))
                        .with_help("add `apiVersion: rbac.authorization.k8s.io/v1`"),
                );
            }
            return None;
        };
        Some(Object { node, source, api_version, kind })
    }

    fn lower(&self, out: &mut Lowered) -> bool {
        let (group, _) = self.api_version.value.split_once('/').unwrap_or(("", ""));
        let kind = self.kind.as_str();
        // To kubectl, every object with `items` is a list, whatever its kind.
        let is_list = self.node.get("items").is_some_and(|items| !items.items().is_empty());
        let listed = is_list && self.items(out);
        let Some(class) = class(group, kind) else {
            if !listed {
                self.meant_kind(group, out);
            }
            return listed;
        };
        if class == Class::List || listed {
            return listed;
        }
        let mut fields = Fields::new(self.node, self.source, kind, &mut out.malformed);
        match class {
            Class::Role(kind) => out.rbac_roles.push(rbac::role(&mut fields, kind, &self.api_version)),
            Class::Binding { cluster_wide } => {
                out.bindings.extend(rbac::binding(&mut fields, cluster_wide, &self.api_version));
            }
            Class::ServiceAccount => {
                let meta = fields.meta();
                let automount = fields.bool("automountServiceAccountToken");
                out.service_accounts.push(ServiceAccount { meta, automount });
            }
            Class::Namespace => {
                let meta = fields.meta();
                out.kubernetes_namespaces.push(KubernetesNamespace { meta });
            }
            Class::Secret => {
                let Some(kind) = fields.text("type").filter(|kind| kind.value == TOKEN) else { return false };
                let meta = fields.meta();
                let account = meta.annotations.iter().find(|(key, _)| key.value == ACCOUNT);
                let account = account.map(|(_, name)| name.clone());
                out.token_secrets.push(TokenSecret { meta, account, kind });
            }
            Class::Workload(template) => {
                out.workloads.push(workload::workload(&mut fields, &self.kind, template));
            }
            Class::ConfigMap => return config_map::agents(&mut fields, &mut out.consumers),
            Class::Operator => return operator::object(&mut fields, &self.kind, &mut out.consumers),
            Class::SecretsStore => return csi::provider_class(&mut fields, &mut out.consumers),
            Class::SecretStore { cluster_wide } => {
                return external_secrets::store(&mut fields, cluster_wide, &mut out.consumers);
            }
            Class::ExternalSecret => external_secrets::secret(&mut fields, &mut out.consumers),
            Class::Unfollowed(controller) => {
                let at = |path: &[&str]| path.iter().try_fold(self.node, |node, key| node.get(key));
                let is_cluster_wide = self.kind.value == "ClusterGenerator";
                let within: &[&str] = match is_cluster_wide {
                    true => &["spec", "generator", "vaultDynamicSecretSpec"],
                    false => &["spec"],
                };
                if is_cluster_wide && at(within).is_none() {
                    return false;
                }
                let role = at(&[within, &["provider", "auth", "kubernetes", "role"]].concat());
                let role = role.and_then(Node::to_spanned);
                out.consumers.unfollowed.push(Unfollowed { what: self.kind.clone(), controller, role });
                return false;
            }
            Class::List => {}
        }
        true
    }

    /// Reports a kind that the API group does not have, if it is a slip of one that is read. Outside of RBAC, whose
    /// group is closed, only case is taken for a slip.
    fn meant_kind(&self, group: &str, out: &mut Lowered) {
        let kind = self.kind.as_str();
        let meant = if group == RBAC {
            nearest(kind, RBAC_KINDS.iter().copied())
        } else {
            let known = RBAC_KINDS.iter().chain(OTHER_KINDS).copied();
            known
                .filter(|_| !group.is_empty() || self.api_version.value == "v1")
                .find(|known| known.eq_ignore_ascii_case(kind) && class(group, known).is_some())
        };
        if let Some(meant) = meant {
            let message = format!("`{}` has no kind `{kind}`", self.api_version);
            let mut fault =
                Malformed::new(self.kind.span, message).with_help(format!("did you mean `{meant}`?"));
            if self.source.slice(self.kind.span) == kind {
                fault.replacement = Some(meant.to_owned());
            }
            out.malformed.push(fault);
        }
    }

    fn items(&self, out: &mut Lowered) -> bool {
        let Some(items) = self.node.get("items") else { return false };
        let mut any = false;
        for item in items.items() {
            if let Some(object) = Object::of(item, self.source, Some(self), out) {
                any |= object.lower(out);
            }
        }
        any
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Role(RbacRoleKind),
    Binding {
        cluster_wide: bool,
    },
    ServiceAccount,
    Namespace,
    Secret,
    /// With the path to the pod template; empty for a Pod, which is its own.
    Workload(&'static [&'static str]),
    ConfigMap,
    /// A kind of the Vault Secrets Operator.
    Operator,
    /// A SecretProviderClass.
    SecretsStore,
    SecretStore {
        cluster_wide: bool,
    },
    ExternalSecret,
    Unfollowed(Controller),
    List,
}

const TEMPLATE: &[&str] = &["spec", "template"];
const JOB_TEMPLATE: &[&str] = &["spec", "jobTemplate", "spec", "template"];
const RBAC: &str = "rbac.authorization.k8s.io";
const TOKEN: &str = "kubernetes.io/service-account-token";
const ACCOUNT: &str = "kubernetes.io/service-account.name";

fn class(group: &str, kind: &str) -> Option<Class> {
    let apps = matches!(group, "apps" | "extensions");
    Some(match (group, kind) {
        (RBAC, "Role") => Class::Role(RbacRoleKind::Role),
        (RBAC, "ClusterRole") => Class::Role(RbacRoleKind::ClusterRole),
        (RBAC, "RoleBinding") => Class::Binding { cluster_wide: false },
        (RBAC, "ClusterRoleBinding") => Class::Binding { cluster_wide: true },
        ("", "ServiceAccount") => Class::ServiceAccount,
        ("", "Namespace") => Class::Namespace,
        ("", "Secret") => Class::Secret,
        ("", "Pod") => Class::Workload(&[]),
        ("" | "apps.openshift.io", "DeploymentConfig") => Class::Workload(TEMPLATE),
        (_, "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet") if apps => Class::Workload(TEMPLATE),
        ("batch", "Job") => Class::Workload(TEMPLATE),
        ("batch", "CronJob") => Class::Workload(JOB_TEMPLATE),
        ("", "ConfigMap") => Class::ConfigMap,
        ("secrets.hashicorp.com", kind) if operator::KINDS.contains(&kind) => Class::Operator,
        ("secrets-store.csi.x-k8s.io", "SecretProviderClass") => Class::SecretsStore,
        ("external-secrets.io", "SecretStore") => Class::SecretStore { cluster_wide: false },
        ("external-secrets.io", "ClusterSecretStore") => Class::SecretStore { cluster_wide: true },
        ("external-secrets.io", "ExternalSecret") => Class::ExternalSecret,
        ("external-secrets.io", "PushSecret" | "ClusterPushSecret" | "ClusterExternalSecret")
        | ("generators.external-secrets.io", "VaultDynamicSecret" | "ClusterGenerator") => {
            Class::Unfollowed(Controller::ExternalSecrets)
        }
        ("secrets.hashicorp.com", kind) if !kind.ends_with("List") => {
            Class::Unfollowed(Controller::VaultSecretsOperator)
        }
        ("", "List") => Class::List,
        (group, list) => {
            let item = list.strip_suffix("List").filter(|item| !item.is_empty())?;
            class(group, item).filter(|class| *class != Class::List)?;
            Class::List
        }
    })
}

const RBAC_KINDS: &[&str] = &["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"];
const OTHER_KINDS: &[&str] = &[
    "ServiceAccount",
    "Namespace",
    "Pod",
    "DeploymentConfig",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "Job",
    "CronJob",
    "List",
];

fn is_rbac_kind(kind: &str) -> bool {
    RBAC_KINDS.contains(&kind)
}

/// Reports a key that was meant to be `kind`, in a document that its `apiVersion` makes one of RBAC.
fn meant_kind(node: &Node, out: &mut Lowered) {
    let version = node.get("apiVersion").and_then(Node::as_text).unwrap_or("");
    let is_rbac = version.split_once('/').is_some_and(|(group, _)| group == RBAC);
    if is_rbac && let Some(key) = misspelled(node, "kind") {
        out.malformed.push(wrong_key(key, "kind"));
    }
}

/// The key that was meant to be `key`.
fn misspelled<'t>(node: &'t Node, key: &str) -> Option<&'t Spanned<String>> {
    let keys = node.entries().iter().map(|entry| &entry.key);
    keys.filter(|written| written.value != key).find(|written| nearest(&written.value, [key]).is_some())
}

fn wrong_key(key: &Spanned<String>, meant: &str) -> Malformed {
    Malformed::new(key.span, format!("`{key}` is no key that Kubernetes knows here"))
        .with_help(format!("did you mean `{meant}`?"))
}
