//! How many changes there are.

use serde::Serialize;

use crate::semantics::comparison::{Comparison, Direction};

/// How many changes of each kind: one for each pattern, resource, login or setting, for all for whom it is the same. The
/// field names are those of the JSON report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Somebody may do more.
    pub gained: usize,
    /// More or less, which cannot be told.
    pub unclear: usize,
    /// Neither more nor less.
    pub changed: usize,
    /// Somebody may do less.
    pub lost: usize,
    /// Reasons why there may be more changes.
    pub doubts: usize,
}

impl Counts {
    /// Counts changes.
    pub fn of(comparison: &Comparison) -> Counts {
        let mut counts = Counts { doubts: comparison.doubts.len(), ..Counts::default() };
        for change in &comparison.changes {
            match change.direction {
                Direction::Gained => counts.gained += 1,
                Direction::Unclear => counts.unclear += 1,
                Direction::Changed => counts.changed += 1,
                Direction::Lost => counts.lost += 1,
            }
        }
        counts
    }

    /// `2 gained, 1 changed, 1 lost`, without those of which there are none; nothing if there are none at all. Where they
    /// are told in fewer entries, with the number of these.
    pub(super) fn words(self, entries: usize) -> Option<String> {
        let all = [
            (self.gained, "gained"),
            (self.unclear, "gained or lost"),
            (self.changed, "changed"),
            (self.lost, "lost"),
        ];
        let number: usize = all.iter().map(|(number, _)| number).sum();
        let some = all.iter().filter(|(number, _)| *number > 0);
        let some: Vec<String> = some.map(|(number, word)| format!("{number} {word}")).collect();
        let words = some.join(", ");
        match (number, number == entries) {
            (0, _) => None,
            (_, true) => Some(words),
            (_, false) if entries == 1 => Some(format!("{words}, in one entry")),
            (_, false) => Some(format!("{words}, in {entries} entries")),
        }
    }
}
