//! What runs pods.

use super::ObjectMeta;
use crate::syntax::Spanned;

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
}
