//! What can be done without, as text.

pub mod human;
pub mod json;

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Serialize;
use similar::TextDiff;

use crate::model::project::Project;
use crate::model::vault::capability::CapabilitySet;
use crate::semantics::least::{Outcome, Suggestions};
use crate::syntax::unseen::is_harmful;
use crate::syntax::{Source, SourceId};

/// All that a report on suggestions speaks of.
#[derive(Debug, Clone, Copy)]
pub struct Suggested<'a> {
    /// The inputs.
    pub project: &'a Project,
    /// What can be done without.
    pub suggestions: &'a Suggestions,
    /// The texts of the narrowed policies, in the order of the answers about policies; nothing for those that stay, and
    /// for those of which nothing is needed.
    pub texts: &'a [Option<String>],
    /// The files that change.
    pub files: &'a [FileChange],
    /// Sets of those that are to be applied together, by their sources; any other one stands by itself.
    pub together: &'a [BTreeSet<SourceId>],
}

/// A file with another text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The text.
    pub source: SourceId,
    /// Where it lies, links resolved, from the root on.
    pub path: String,
    /// All that is in the file.
    pub old: String,
    /// The same as it could be.
    pub new: String,
    /// Places of the policies in it that change, among the answers about policies.
    pub policies: Vec<usize>,
}

/// How much can be done without. The field names are those of the JSON report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Roles that were asked about.
    pub roles: usize,
    /// Those of whose users too little is known.
    pub withheld: usize,
    /// Needs that are not granted.
    pub missing: usize,
    /// Policies that can be narrowed, or that no role has to attach.
    pub narrowed: usize,
    /// Those of them that no edit reaches.
    pub by_hand: usize,
}

impl Suggested<'_> {
    /// The paths of the files of each set that is to be applied together.
    fn paths_together(&self) -> Vec<Vec<&str>> {
        let paths = |set: &BTreeSet<SourceId>| {
            let files = self.files.iter().filter(|file| set.contains(&file.source));
            files.map(|file| file.path.as_str()).collect()
        };
        self.together.iter().map(paths).collect()
    }
}

impl Counts {
    /// Counts.
    pub fn of(suggestions: &Suggestions) -> Counts {
        let needs = suggestions.roles.iter().flat_map(|role| &role.needs);
        let policies = suggestions.policies.iter();
        let narrowed = policies.filter(|policy| matches!(policy.outcome, Outcome::Narrowed(_)));
        Counts {
            roles: suggestions.roles.len(),
            withheld: suggestions.roles.iter().filter(|role| !role.withheld.is_empty()).count(),
            missing: needs.filter(|need| need.standing == crate::semantics::least::Standing::Missing).count(),
            narrowed: narrowed.clone().count(),
            by_hand: narrowed.filter(|policy| policy.by_hand.is_some()).count(),
        }
    }
}

impl FileChange {
    /// The change of a text that lies at `path`; a byte order mark before it stays.
    pub fn new(path: String, old: &Source, new: &Source, policies: Vec<usize>) -> FileChange {
        let mark = if old.bom { BYTE_ORDER_MARK } else { "" };
        let whole = |text: &str| format!("{mark}{text}");
        FileChange { source: old.id, path, old: whole(&old.text), new: whole(&new.text), policies }
    }
}

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The change as a patch that `git apply` and `patch -p1` take.
pub fn patch(change: &FileChange) -> String {
    let diff = TextDiff::from_lines(change.old.as_str(), change.new.as_str());
    let (old, new) = (header("a", &change.path), header("b", &change.path));
    diff.unified_diff().header(&old, &new).to_string()
}

/// A name as Git writes it: in quotes if it holds what would end the line or the name.
fn header(side: &str, path: &str) -> String {
    let name = format!("{side}/{path}");
    if name.chars().any(|c| is_harmful(c) || matches!(c, '"' | '\\')) {
        let mut out = String::from("\"");
        for byte in name.bytes() {
            match byte {
                b'"' | b'\\' => out.extend(['\\', byte as char]),
                b'\n' => out += "\\n",
                b'\t' => out += "\\t",
                0x20..=0x7e => out.push(byte as char),
                other => out += &format!("\\{other:03o}"),
            }
        }
        out.push('"');
        return out;
    }
    // Without the tab, readers would end the name at its first blank.
    if name.contains(' ') { format!("{name}\t") } else { name }
}

/// `[read, list]`.
fn words(held: CapabilitySet) -> String {
    let words: Vec<&str> = held.iter().map(|capability| capability.word()).collect();
    format!("[{}]", words.join(", "))
}

fn plural<'w>(count: usize, one: &'w str, many: &'w str) -> Cow<'w, str> {
    if count == 1 { Cow::Borrowed(one) } else { Cow::Borrowed(many) }
}
