//! One file per rule; this file is their table.

use crate::lint::Rule;

/// Every rule, sorted by name.
pub static RULES: &[&Rule] = &[];
