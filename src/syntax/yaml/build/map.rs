//! A map that is being put together: each key once, merge keys overlaid.

use std::collections::{HashMap, HashSet};

use crate::syntax::tree::{Entry, Node, NodeKind};
use crate::syntax::{Span, Spanned, SyntaxError};

#[derive(Default)]
pub(super) struct OpenMap {
    pub(super) entries: Vec<Entry>,
    /// The key whose value comes next.
    pub(super) key: Option<Key>,
    /// Positions by key, once there are too many entries to look through.
    index: HashMap<String, usize>,
    /// Positions of entries that a merge key brought.
    merged: HashSet<usize>,
}

pub(super) enum Key {
    Text(Spanned<String>),
    /// `<<`
    Merge(Span),
}

/// From this many entries on, a map keeps an index of its keys.
const INDEXED: usize = 24;

impl OpenMap {
    fn position(&self, key: &str) -> Option<usize> {
        if self.entries.len() < INDEXED {
            return self.entries.iter().position(|entry| entry.key.value == key);
        }
        self.index.get(key).copied()
    }

    fn push(&mut self, entry: Entry) {
        let at = self.entries.len();
        if at + 1 == INDEXED {
            self.index =
                self.entries.iter().enumerate().map(|(at, entry)| (entry.key.value.clone(), at)).collect();
        }
        if at + 1 >= INDEXED {
            self.index.insert(entry.key.value.clone(), at);
        }
        self.entries.push(entry);
    }

    /// Takes an entry as written; it overrides what a merge key brought.
    pub(super) fn add(&mut self, key: Spanned<String>, value: Node) -> Option<SyntaxError> {
        let Some(at) = self.position(&key.value) else {
            self.push(Entry { key, value });
            return None;
        };
        let earlier = self.entries.get_mut(at)?;
        if self.merged.remove(&at) {
            *earlier = Entry { key, value };
            return None;
        }
        let first = earlier.key.span;
        Some(
            SyntaxError::new(key.span, format!("the key `{}` is written twice in this map", key.value))
                .with_label(first, "first written here")
                .with_help("remove one of the two; which one counts depends on the reader"),
        )
    }

    /// Takes the entries of `<<: value`. As in go-yaml v2, they override what stands before the merge key, and of a
    /// list of maps the first that has a key counts.
    pub(super) fn merge(&mut self, key: Span, value: Node) -> Result<(), SyntaxError> {
        let wrong = |node: &Node| {
            SyntaxError::new(
                node.span,
                format!("`<<` takes a map or a list of maps, not {}", node.kind_name()),
            )
            .with_label(key, "merged here")
        };
        match value.kind {
            NodeKind::Map(entries) => self.overlay(entries),
            NodeKind::List(maps) => {
                for map in maps.into_iter().rev() {
                    match map.kind {
                        NodeKind::Map(entries) => self.overlay(entries),
                        _ => return Err(wrong(&map)),
                    }
                }
            }
            _ => return Err(wrong(&value)),
        }
        Ok(())
    }

    fn overlay(&mut self, entries: Vec<Entry>) {
        for entry in entries {
            match self.position(&entry.key.value) {
                Some(at) => {
                    if let Some(earlier) = self.entries.get_mut(at) {
                        *earlier = entry;
                    }
                    self.merged.insert(at);
                }
                None => {
                    self.merged.insert(self.entries.len());
                    self.push(entry);
                }
            }
        }
    }
}
