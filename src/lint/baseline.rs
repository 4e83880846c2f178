//! Findings that are known and may stay: a list that only shrinks.
//!
//! An entry is an [`Anchor`] with a severity and a count, so that it survives when blocks are moved and files are
//! reformatted. What occurs more often than the list says is new, and so is what is more severe than it was.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::anchor::{Anchor, Anchors};
use super::finding::{Finding, Severity};

/// Known findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeMap<Anchor, Counts>,
}

/// How many findings of each severity.
type Counts = BTreeMap<Severity, usize>;

/// Findings after the known ones were taken out.
#[derive(Debug, Default)]
pub struct Sifted {
    /// What is new.
    pub new: Vec<Finding>,
    /// What is known.
    pub known: Vec<Finding>,
    /// Entries with how many of their findings do not occur any more.
    pub stale: Vec<(Anchor, Severity, usize)>,
}

/// Why a text is no baseline.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaselineError {
    /// Not JSON, or not of this shape.
    #[error("is no baseline: {0}")]
    Shape(String),
    /// Of a version that this program does not know.
    #[error("is a baseline of version {0}, and this program knows version {VERSION}")]
    Version(u64),
}

/// The version of the format. Entries of version 1 do not say how severe a finding was, and one stood for all places of
/// a policy or a role.
const VERSION: u64 = 2;

#[derive(Deserialize)]
struct Head {
    version: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "version")]
    _version: u64,
    findings: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    rule: String,
    path: String,
    object: String,
    words: String,
    severity: String,
    count: usize,
}

impl Baseline {
    /// The list of these findings.
    pub fn of<'f>(findings: impl IntoIterator<Item = &'f Finding>, anchors: &Anchors<'_>) -> Baseline {
        let mut entries = BTreeMap::new();
        for finding in findings {
            let counts: &mut Counts = entries.entry(anchors.of(finding)).or_default();
            *counts.entry(finding.severity).or_default() += 1;
        }
        Baseline { entries }
    }

    /// Reads a list that [`Baseline::to_text`] wrote.
    pub fn parse(text: &str) -> Result<Baseline, BaselineError> {
        let shape = |error: serde_json::Error| BaselineError::Shape(fault(&error));
        let head: Head = serde_json::from_str(text).map_err(shape)?;
        if head.version != VERSION {
            return Err(BaselineError::Version(head.version));
        }
        let file: File = serde_json::from_str(text).map_err(shape)?;
        let mut entries: BTreeMap<Anchor, Counts> = BTreeMap::new();
        for Entry { rule, path, object, words, severity, count } in file.findings {
            let Some(severity) = Severity::from_word(&severity) else {
                return Err(BaselineError::Shape("a severity that there is none".to_owned()));
            };
            let counts = entries.entry(Anchor { rule, path, object, words }).or_default();
            let known = counts.entry(severity).or_default();
            *known = known.saturating_add(count);
        }
        Ok(Baseline { entries })
    }

    /// JSON with one entry on each line, sorted, so that a change is easy to review.
    pub fn to_text(&self) -> String {
        let entries = self.entries.iter();
        let lines: Vec<String> = entries
            .flat_map(|(anchor, counts)| {
                counts.iter().map(move |(severity, count)| (anchor, severity, count))
            })
            .map(|(anchor, severity, count)| {
                let Anchor { rule, path, object, words } = anchor.clone();
                let severity = severity.word().to_owned();
                let entry = Entry { rule, path, object, words, severity, count: *count };
                // Strings and numbers cannot fail to be written.
                format!("    {}", serde_json::to_string(&entry).unwrap_or_default())
            })
            .collect();
        let findings = if lines.is_empty() { String::new() } else { format!("\n{}\n  ", lines.join(",\n")) };
        format!("{{\n  \"version\": {VERSION},\n  \"findings\": [{findings}]\n}}\n")
    }

    /// How many findings it stands for.
    pub fn len(&self) -> usize {
        let counts = self.entries.values().flat_map(BTreeMap::values);
        counts.fold(0, |sum: usize, count| sum.saturating_add(*count))
    }

    /// True if it stands for none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Takes the known ones out of `findings`: an entry covers what is as severe as it says, or less. Only entries that `judged` says something about can be stale: a run over
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
            let counts = left.get_mut(&anchors.of(&finding));
            // The least severe entry that covers it leaves the others to what is more severe.
            let enough = counts.and_then(|counts| {
                counts.range_mut(finding.severity..).map(|(_, count)| count).find(|count| **count > 0)
            });
            match enough {
                Some(count) => {
                    *count -= 1;
                    sifted.known.push(finding);
                }
                None => sifted.new.push(finding),
            }
        }
        let gone = left.into_iter().filter(|(anchor, _)| judged(anchor));
        sifted.stale = gone
            .flat_map(|(anchor, counts)| {
                counts.into_iter().map(move |(severity, count)| (anchor.clone(), severity, count))
            })
            .filter(|(_, _, count)| *count > 0)
            .collect();
        sifted
    }

    /// The same list without what is stale.
    pub fn without(&self, stale: &[(Anchor, Severity, usize)]) -> Baseline {
        let mut entries = self.entries.clone();
        for (anchor, severity, gone) in stale {
            if let Some(count) = entries.get_mut(anchor).and_then(|counts| counts.get_mut(severity)) {
                *count = count.saturating_sub(*gone);
            }
        }
        for counts in entries.values_mut() {
            counts.retain(|_, count| *count > 0);
        }
        entries.retain(|_, counts| !counts.is_empty());
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
