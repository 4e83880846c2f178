//! What runs pods.

use super::ObjectMeta;
use super::consumer::injector::Injector;
use crate::syntax::{Span, Spanned};

/// A Pod or an object with a pod template.
#[derive(Debug, Clone)]
pub struct Workload {
    /// `Deployment`, `Pod`, …
    pub kind: Spanned<String>,
    /// Name, namespace, and the object's own labels and annotations.
    pub meta: ObjectMeta,
    /// Annotations of the pod template (of a Pod: its own).
    pub pod_annotations: Vec<(Spanned<String>, Spanned<String>)>,
    /// `serviceAccountName`, or the older `serviceAccount`.
    pub service_account: Option<Spanned<String>>,
    /// `automountServiceAccountToken`.
    pub automount: Option<Spanned<bool>>,
    /// What the annotations of the pod template tell the Agent Injector.
    pub injector: Option<Box<Injector>>,
    /// The same of the object's own annotations, where no pod ever gets them; looked at only if the pod template has
    /// none.
    pub misplaced_injector: Option<Box<Injector>>,
    /// `volumes`.
    pub volumes: Vec<Volume>,
    /// `volumeMounts` of all containers, init containers included.
    pub volume_mounts: Vec<VolumeMount>,
    /// Kubernetes Secrets that containers take variables from, and those that pull images.
    pub secret_refs: Vec<Spanned<String>>,
}

/// One entry of `volumes`.
#[derive(Debug, Clone)]
pub struct Volume {
    /// `name`.
    pub name: Spanned<String>,
    /// What it holds.
    pub content: VolumeContent,
    /// The whole entry.
    pub span: Span,
}

/// What a volume holds, as far as secrets are concerned.
#[derive(Debug, Clone)]
pub enum VolumeContent {
    /// Projected sources.
    Projected(Projection),
    /// What a SecretProviderClass brings, through the Secrets Store CSI driver.
    SecretsStore(Option<Spanned<String>>),
    /// A Kubernetes Secret.
    Secret(Spanned<String>),
    /// A ConfigMap.
    ConfigMap(Spanned<String>),
    /// Anything else.
    Other,
}

/// The sources of a projected volume.
#[derive(Debug, Clone, Default)]
pub struct Projection {
    /// `serviceAccountToken` sources.
    pub tokens: Vec<ProjectedToken>,
    /// Names of `secret` sources.
    pub secrets: Vec<Spanned<String>>,
    /// Names of `configMap` sources.
    pub config_maps: Vec<Spanned<String>>,
}

/// A `serviceAccountToken` source of a projected volume.
#[derive(Debug, Clone)]
pub struct ProjectedToken {
    /// `audience`; the API server's own if absent or empty.
    pub audience: Option<Spanned<String>>,
    /// `expirationSeconds`; 3600 if absent, at least 600.
    pub expiration: Option<Spanned<i64>>,
    /// `path`, relative to the volume.
    pub path: Option<Spanned<String>>,
    /// The whole source.
    pub span: Span,
}

/// One entry of `volumeMounts`.
#[derive(Debug, Clone)]
pub struct VolumeMount {
    /// `name` of the volume.
    pub volume: Spanned<String>,
    /// `mountPath`.
    pub path: Spanned<String>,
}

impl Workload {
    /// The volume of this name.
    pub fn volume(&self, name: &str) -> Option<&Volume> {
        self.volumes.iter().find(|volume| volume.name.value == name)
    }

    /// The Kubernetes Secrets that the pod takes anything from, in the order written; a name may occur again.
    pub fn secrets_used(&self) -> impl Iterator<Item = &Spanned<String>> {
        let mounted = self.volumes.iter().flat_map(|volume| match &volume.content {
            VolumeContent::Secret(name) => std::slice::from_ref(name).iter(),
            VolumeContent::Projected(projection) => projection.secrets.iter(),
            _ => [].iter(),
        });
        self.secret_refs.iter().chain(mounted)
    }

    /// The ConfigMaps that the pod mounts.
    pub fn config_maps_mounted(&self) -> impl Iterator<Item = &Spanned<String>> {
        self.volumes.iter().flat_map(|volume| match &volume.content {
            VolumeContent::ConfigMap(name) => std::slice::from_ref(name).iter(),
            VolumeContent::Projected(projection) => projection.config_maps.iter(),
            _ => [].iter(),
        })
    }
}
