//! Pods and what makes them.

use super::fields::Fields;
use crate::model::kube::workload::Workload;
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
    if let Some(spec) = fields.within(template, "template").map("spec") {
        let mut spec = fields.within(spec, "spec");
        workload.service_account = spec.text("serviceAccountName").or_else(|| spec.text("serviceAccount"));
        workload.automount = spec.bool("automountServiceAccountToken");
    }
    workload
}
