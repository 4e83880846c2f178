//! Who may log in, and for how long.

use super::Comparison;
use crate::semantics::reach::Access;

pub(super) fn compare(_old: &Access<'_>, _new: &Access<'_>, _comparison: &mut Comparison) {}
