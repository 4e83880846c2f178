//! Findings that are known and may stay: a list that only shrinks.
//!
//! An entry is an [`Anchor`] with a count, so that it survives when blocks are moved and files are reformatted. What
//! occurs more often than the list says is new.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::anchor::{Anchor, Anchors};
use super::finding::Finding;

/// Known findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeMap<Anchor, usize>,
}

/// Findings after the known ones were taken out.
#[derive(Debug, Default)]
pub struct Sifted {
    /// What is new.
    pub new: Vec<Finding>,
    /// What is known.
    pub known: Vec<Finding>,
    /// Entries with how many of their findings do not occur any more.
    pub stale: Vec<(Anchor, usize)>,
}

/// Why a text is no baseline.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaselineError {
    /// Not JSON, or not of this shape.
    #[error("is no baseline: {0}")]
    Shape(String),
    /// Of a version that this program does not know.
    #[error("is a baseline of version {0}, and this program knows version 1")]
    Version(u64),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u64,
    findings: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    rule: String,
    path: String,
    object: String,
    words: String,
    count: usize,
}

impl Baseline {
    /// The list of these findings.
    pub fn of<'f>(findings: impl IntoIterator<Item = &'f Finding>, anchors: &Anchors<'_>) -> Baseline {
        let mut entries = BTreeMap::new();
        for finding in findings {
            *entries.entry(anchors.of(finding)).or_insert(0) += 1;
        }
        Baseline { entries }
    }

    /// Reads a list that [`Baseline::to_text`] wrote.
    pub fn parse(text: &str) -> Result<Baseline, BaselineError> {
        let file: File = serde_json::from_str(text).map_err(|error| BaselineError::Shape(fault(&error)))?;
        if file.version != 1 {
            return Err(BaselineError::Version(file.version));
        }
        let mut entries = BTreeMap::new();
        for Entry { rule, path, object, words, count } in file.findings {
            let known: &mut usize = entries.entry(Anchor { rule, path, object, words }).or_default();
            *known = known.saturating_add(count);
        }
        Ok(Baseline { entries })
    }

    /// JSON with one entry on each line, sorted, so that a change is easy to review.
    pub fn to_text(&self) -> String {
        let lines: Vec<String> = self
            .entries
            .iter()
            .map(|(anchor, count)| {
                let Anchor { rule, path, object, words } = anchor.clone();
                let entry = Entry { rule, path, object, words, count: *count };
                // Strings and numbers cannot fail to be written.
                format!("    {}", serde_json::to_string(&entry).unwrap_or_default())
            })
            .collect();
        let findings = if lines.is_empty() { String::new() } else { format!("\n{}\n  ", lines.join(",\n")) };
        format!("{{\n  \"version\": 1,\n  \"findings\": [{findings}]\n}}\n")
    }

    /// How many findings it stands for.
    pub fn len(&self) -> usize {
        self.entries.values().fold(0, |sum: usize, count| sum.saturating_add(*count))
    }

    /// True if it stands for none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Takes the known ones out of `findings`. Only entries that `judged` says something about can be stale: a run over
    /// a part of the files knows nothing of the others.
    pub fn sift(
        &self,
        findings: Vec<Finding>,
        anchors: &Anchors<'_>,
        judged: impl Fn(&Anchor) -> bool,
    ) -> Sifted {
        let mut left = self.entries.clone();
        let mut sifted = Sifted::default();
        for finding in findings {
            match left.get_mut(&anchors.of(&finding)).filter(|count| **count > 0) {
                Some(count) => {
                    *count -= 1;
                    sifted.known.push(finding);
                }
                None => sifted.new.push(finding),
            }
        }
        sifted.stale = left.into_iter().filter(|(anchor, count)| *count > 0 && judged(anchor)).collect();
        sifted
    }

    /// The same list without what is stale.
    pub fn without(&self, stale: &[(Anchor, usize)]) -> Baseline {
        let mut entries = self.entries.clone();
        for (anchor, gone) in stale {
            if let Some(count) = entries.get_mut(anchor) {
                *count = count.saturating_sub(*gone);
            }
        }
        entries.retain(|_, count| *count > 0);
        Baseline { entries }
    }
}

/// What is wrong, without a word of a file that may be none of ours.
fn fault(error: &serde_json::Error) -> String {
    match error.classify() {
        serde_json::error::Category::Data => {
            format!("another shape is expected at line {} column {}", error.line(), error.column())
        }
        _ => error.to_string(),
    }
}
