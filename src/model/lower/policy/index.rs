//! Names to positions.

use std::collections::HashMap;

/// Up to this many names, looking through the list is faster than a table.
const FEW: usize = 12;

/// Where names stand in a list that grows; a table only where the list gets long.
pub(super) struct Index(Option<HashMap<String, usize>>);

impl Index {
    /// For a list that holds `names` already and gets up to `more`.
    pub(super) fn of<'n>(more: usize, names: impl Iterator<Item = &'n str>) -> Index {
        let table = || names.enumerate().map(|(at, name)| (name.to_owned(), at)).collect();
        Index((more > FEW).then(table))
    }

    /// The position of `name`, `names` being the list.
    pub(super) fn find<'n>(&self, name: &str, mut names: impl Iterator<Item = &'n str>) -> Option<usize> {
        match &self.0 {
            Some(table) => table.get(name).copied(),
            None => names.position(|known| known == name),
        }
    }

    /// Notes that `name` was put at `at`.
    pub(super) fn note(&mut self, name: &str, at: usize) {
        if let Some(table) = &mut self.0 {
            table.insert(name.to_owned(), at);
        }
    }
}
