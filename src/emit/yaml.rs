//! Kubernetes objects to files of YAML.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::rbac::Object;
use super::{Artefact, EmitError, HEADER};

/// `rbac/cluster.yaml`, one file for each namespace, and `rbac/kustomization.yaml`; nothing without objects.
pub fn files(objects: &[Object]) -> Result<Vec<Artefact>, EmitError> {
    let mut by_file: BTreeMap<(&Option<String>, String), Vec<&Value>> = BTreeMap::new();
    for object in objects {
        by_file.entry((&object.namespace, file_name(object))).or_default().push(&object.manifest);
    }
    if by_file.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<&String> = by_file.keys().map(|(_, name)| name).collect();
    let kustomization = json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "sortOptions": {"order": "fifo"},
        "resources": names,
    });
    let mut files = vec![artefact("kustomization.yaml", &[&kustomization])?];
    for ((_, name), manifests) in &by_file {
        files.push(artefact(name, manifests)?);
    }
    Ok(files)
}

/// Objects of a namespace stand in a file of its name; two names are taken, and no namespace holds a dot.
fn file_name(object: &Object) -> String {
    match object.namespace.as_deref() {
        None => "cluster.yaml".to_owned(),
        Some(taken @ ("cluster" | "kustomization")) => format!("namespace.{taken}.yaml"),
        Some(namespace) => format!("{namespace}.yaml"),
    }
}

fn artefact(name: &str, documents: &[&Value]) -> Result<Artefact, EmitError> {
    let mut text = format!("# {HEADER}\n");
    for (at, document) in documents.iter().enumerate() {
        if at > 0 {
            text.push_str("---\n");
        }
        text.push_str(&yaml(document)?);
    }
    Ok(Artefact { path: format!("rbac/{name}"), text, executable: false })
}

fn yaml(value: &Value) -> Result<String, EmitError> {
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    let text = serde_saphyr::to_string_with_options(value, options);
    text.map_err(|error| EmitError::Yaml(error.to_string()))
}
