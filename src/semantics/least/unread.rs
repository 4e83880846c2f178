//! Files that speak of users of Vault in a way that is not followed: objects of a kind that is not read, values of charts,
//! patches of overlays.

use crate::model::kube::consumer::MARKS;
use crate::model::project::{FileClass, Project};
use crate::syntax::{Source, Span, Spanned};

/// A document that speaks of such a user.
pub(super) struct Unread<'s> {
    /// Its file.
    pub(super) name: &'s str,
    /// Where it does.
    pub(super) span: Span,
    document: &'s str,
}

impl Unread<'_> {
    /// True if a line of it that speaks of roles names this one.
    pub(super) fn names(&self, role: &str) -> bool {
        let mut lines = self.document.lines();
        lines.any(|line| line.to_ascii_lowercase().contains("role") && holds_word(line, role))
    }
}

/// The documents that speak of users whom nothing follows; `is_followed` says of which workloads, by their places, it is
/// known what they fetch.
pub(super) fn documents<'s>(project: &'s Project, is_followed: &dyn Fn(usize) -> bool) -> Vec<Unread<'s>> {
    let mut read: Vec<Span> = Vec::new();
    for (at, workload) in project.workloads.iter().enumerate() {
        let keys = |pairs: &[(Spanned<String>, Spanned<String>)]| -> Vec<Span> {
            pairs.iter().map(|(key, value)| key.span.to(value.span)).collect()
        };
        read.extend(keys(&workload.meta.annotations));
        // One that turns the injector on or off is no patch of another.
        let is_whole = workload.pod_annotations.iter().any(|(key, _)| key.value == SWITCH);
        if is_followed(at) || is_whole {
            read.extend(keys(&workload.pod_annotations).into_iter().filter(|span| {
                // Another injector's are not followed, whatever else is.
                project.sources.slice(*span).contains(OWN)
            }));
        }
    }
    let sources = project.sources.iter().zip(&project.classes);
    let sources = sources.filter(|(_, class)| !matches!(class, FileClass::Template(_)));
    let mut documents = Vec::new();
    for (source, _) in sources.filter(|(source, _)| MARKS.iter().any(|mark| source.text.contains(mark))) {
        let mut from = 0;
        for document in source.text.split("\n---") {
            if let Some(span) = first_unread(source, from, document, &read) {
                documents.push(Unread { name: &source.name, span, document });
            }
            from += document.len() + "\n---".len();
        }
    }
    documents
}

/// The annotation that turns the Agent Injector on or off.
const SWITCH: &str = "vault.hashicorp.com/agent-inject";

/// How the annotations of the Agent Injector begin.
const OWN: &str = "vault.hashicorp.com/";

/// Where a document, which begins at `from`, speaks of a user and nothing read it.
fn first_unread(source: &Source, from: usize, document: &str, read: &[Span]) -> Option<Span> {
    let places = MARKS.iter().flat_map(|mark| document.match_indices(mark));
    let spans = places.filter(|(at, _)| {
        let before = document.get(..*at).unwrap_or("");
        let line = before.rsplit('\n').next().unwrap_or("");
        !line.trim_start().starts_with('#')
    });
    let mut spans = spans.map(|(at, mark)| Span::new(source.id, from + at..from + at + mark.len()));
    spans.find(|span| !read.iter().any(|known| known.source == span.source && known.contains(*span)))
}

/// True if the text holds the word, and not as a part of a longer one.
pub(super) fn holds_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    !word.is_empty()
        && text.match_indices(word).any(|(at, _)| {
            let before = text.get(..at).and_then(|text| text.chars().next_back());
            let after = text.get(at + word.len()..).and_then(|text| text.chars().next());
            !before.is_some_and(is_part) && !after.is_some_and(is_part)
        })
}
