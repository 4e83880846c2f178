//! What subjects of bindings may do in Kubernetes.

use super::Comparison;
use crate::semantics::reach::Access;

pub(super) fn compare(_old: &Access<'_>, _new: &Access<'_>, _comparison: &mut Comparison) {}
