//! Findings and answers to text.

pub mod changes;
pub mod checkstyle;
pub mod clean;
pub mod concise;
pub mod entries;
pub mod format;
pub mod github;
pub mod gitlab;
pub mod grouped;
pub mod human;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod page;
pub mod paths;
pub mod place;
pub mod proofs;
pub mod rdjson;
pub mod sarif;
pub mod statistics;
pub mod suggestion;
pub mod summary;
pub mod trace;
pub mod xml;

pub use format::Format;
pub use summary::Summary;

use self::place::RealNames;
use crate::lint::{Crash, Triaged};
use crate::model::project::{FileClass, Project};
use crate::syntax::Span;

/// All that a report speaks of.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The inputs.
    pub project: &'a Project,
    /// What was found.
    pub triaged: &'a Triaged,
    /// Names of the files themselves, for inputs that were reached through a link.
    pub real_names: &'a RealNames,
    /// Inputs that could not be taken in.
    pub unread: &'a [Unread],
    /// Parts of this program that failed.
    pub crashes: &'a [Crash],
    /// Files that the configuration excludes.
    pub excluded: usize,
    /// Files that were read for evidence only and are no inputs.
    pub evidence: usize,
    /// Files left out because `compile` made them.
    pub compiled: usize,
}

impl<'a> Report<'a> {
    /// Path and kind of each template, which is not read before it is rendered.
    pub fn templates(&self) -> impl Iterator<Item = (&'a str, &'static str)> {
        let files = self.project.sources.iter().zip(&self.project.classes);
        files.filter_map(|(source, class)| match class {
            FileClass::Template(kind) => Some((source.name.as_str(), *kind)),
            _ => None,
        })
    }
}

/// An input that could not be taken in at all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// Path as shown to the user.
    pub path: String,
    /// Why, a lower-case phrase.
    pub message: String,
    /// The remedy.
    pub help: Option<String>,
    /// The place that asks for the file, if an input does.
    pub asked_by: Option<Span>,
}

/// How a text report is to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// With colours.
    pub color: bool,
    /// With the findings that comments suppress.
    pub show_allowed: bool,
    /// Without the closing summary.
    pub quiet: bool,
}
