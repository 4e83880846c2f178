//! Pods and what makes them.

use super::fields::Fields;
use super::injector;
use crate::model::kube::workload::{
    ProjectedToken, Projection, Volume, VolumeContent, VolumeMount, Workload,
};
use crate::syntax::Spanned;

/// Lowers a workload whose pod template lies at `path`. Patches leave most of it out, so nothing is missed here.
pub(super) fn workload(
    fields: &mut Fields<'_, '_>,
    kind: &Spanned<String>,
    path: &[&'static str],
) -> Workload {
    let meta = fields.meta();
    let mut workload = Workload {
        kind: kind.clone(),
        pod_annotations: if path.is_empty() { meta.annotations.clone() } else { Vec::new() },
        meta,
        service_account: None,
        automount: None,
        injector: None,
        misplaced_injector: None,
        volumes: Vec::new(),
        volume_mounts: Vec::new(),
        secret_refs: Vec::new(),
    };
    let mut template = fields.node;
    for step in path {
        let Some(next) = fields.within(template, step).map(step) else { return workload };
        template = next;
    }
    if !path.is_empty()
        && let Some(metadata) = fields.within(template, "template").map("metadata")
    {
        workload.pod_annotations = fields.within(metadata, "metadata").text_map("annotations");
    }
    workload.injector = injector::injector(&workload.pod_annotations, fields.source);
    if workload.injector.is_none() {
        workload.misplaced_injector = injector::injector(&workload.meta.annotations, fields.source);
    }
    if let Some(spec) = fields.within(template, "template").map("spec") {
        let mut spec = fields.within(spec, "spec");
        workload.service_account = spec.text("serviceAccountName").or_else(|| spec.text("serviceAccount"));
        workload.automount = spec.bool("automountServiceAccountToken");
        pod(&mut spec, &mut workload);
    }
    workload
}

/// Volumes, their mounts, and the Secrets that variables come from. Only what leads to a secret is read, and other
/// shapes are no concern of this tool.
fn pod(spec: &mut Fields<'_, '_>, out: &mut Workload) {
    for node in spec.node.get("volumes").map(|volumes| volumes.items()).unwrap_or_default() {
        let mut volume = spec.within(node, "volumes");
        if let Some(name) = volume.node.get("name").and_then(|name| name.to_spanned()) {
            out.volumes.push(Volume { name, content: content(&mut volume), span: node.span });
        }
    }
    for list in ["initContainers", "containers"] {
        let containers = spec.node.get(list).map(|list| list.items()).unwrap_or_default();
        for container in containers {
            let items = |name: &str| container.get(name).map(|list| list.items()).unwrap_or_default();
            for mount in items("volumeMounts") {
                let text = |key: &str| mount.get(key).and_then(|text| text.to_spanned());
                if let (Some(volume), Some(path)) = (text("name"), text("mountPath")) {
                    out.volume_mounts.push(VolumeMount { volume, path });
                }
            }
            for variable in items("env") {
                let from = variable.get("valueFrom").and_then(|from| from.get("secretKeyRef"));
                out.secret_refs.extend(from.and_then(|it| it.get("name")).and_then(|name| name.to_spanned()));
            }
            for variables in items("envFrom") {
                let from = variables.get("secretRef").and_then(|from| from.get("name"));
                out.secret_refs.extend(from.and_then(|name| name.to_spanned()));
            }
        }
    }
    for secret in spec.node.get("imagePullSecrets").map(|list| list.items()).unwrap_or_default() {
        out.secret_refs.extend(secret.get("name").and_then(|name| name.to_spanned()));
    }
}

fn content(volume: &mut Fields<'_, '_>) -> VolumeContent {
    let name_in = |kind: &str, key: &str| {
        volume.node.get(kind).and_then(|node| node.get(key)).and_then(|name| name.to_spanned())
    };
    if let Some(secret) = name_in("secret", "secretName") {
        return VolumeContent::Secret(secret);
    }
    if let Some(map) = name_in("configMap", "name") {
        return VolumeContent::ConfigMap(map);
    }
    let driver = name_in("csi", "driver");
    if driver.is_some_and(|driver| driver.value == "secrets-store.csi.k8s.io") {
        let attributes = volume.node.get("csi").and_then(|csi| csi.get("volumeAttributes"));
        let class = attributes.and_then(|it| it.get("secretProviderClass"));
        return VolumeContent::SecretsStore(class.and_then(|class| class.to_spanned()));
    }
    match volume.map("projected") {
        Some(node) => VolumeContent::Projected(projection(&mut volume.within(node, "projected"))),
        None => VolumeContent::Other,
    }
}

fn projection(projected: &mut Fields<'_, '_>) -> Projection {
    let mut projection = Projection::default();
    for source in projected.maps("sources") {
        let mut source = projected.within(source, "sources");
        if let Some(node) = source.map("serviceAccountToken") {
            let mut token = source.within(node, "serviceAccountToken");
            projection.tokens.push(ProjectedToken {
                audience: token.text("audience"),
                expiration: token.integer("expirationSeconds"),
                path: token.text("path"),
                span: node.span,
            });
        }
        let name_in = |kind: &str| {
            source.node.get(kind).and_then(|node| node.get("name")).and_then(|name| name.to_spanned())
        };
        projection.secrets.extend(name_in("secret"));
        projection.config_maps.extend(name_in("configMap"));
    }
    projection
}
