//! Patterns arranged for look-up: exact ones by hash, prefixes by order, segment patterns by a tree of segments.

use std::collections::HashMap;

use crate::model::vault::path::{PathPattern, PatternClass};

/// Where patterns are found; answers are positions in the list it was built from.
#[derive(Debug, Default)]
pub(super) struct Store {
    exact: HashMap<Box<str>, usize>,
    prefixes: PrefixTable,
    segments: SegmentTree,
}

impl Store {
    /// Arranges patterns, of which no two are equal.
    pub(super) fn build<'p>(patterns: impl Iterator<Item = &'p PathPattern>) -> Store {
        let mut store = Store::default();
        let mut prefixes = Vec::new();
        for (at, pattern) in patterns.enumerate() {
            match pattern.class {
                PatternClass::Exact => {
                    store.exact.insert(pattern.text.as_str().into(), at);
                }
                PatternClass::Prefix => prefixes.push((pattern.text.as_str().into(), at)),
                PatternClass::Segments => store.segments.insert(&pattern.text, at),
            }
        }
        store.prefixes = PrefixTable::build(prefixes);
        store.segments.finish();
        store
    }

    /// The exact pattern that is this path.
    pub(super) fn exact(&self, path: &str) -> Option<usize> {
        self.exact.get(path).copied()
    }

    /// The greatest position among the candidates. With patterns in order of precedence it is the one that decides.
    pub(super) fn best(&self, path: &str) -> Option<usize> {
        let mut best = None;
        self.each_candidate(path, |at| best = best.max(Some(at)));
        best
    }

    /// Calls `visit` for the longest prefix and for every segment pattern that match. Longer prefixes take precedence
    /// over shorter ones, so the shorter ones are never candidates.
    pub(super) fn each_candidate(&self, path: &str, mut visit: impl FnMut(usize)) {
        if let Some(at) = self.prefixes.longest(path) {
            visit(at);
        }
        self.segments.each_match(path, false, &mut visit);
    }

    /// Calls `visit` for every pattern that matches, whether it has a say or not.
    pub(super) fn each_matching(&self, path: &str, mut visit: impl FnMut(usize)) {
        self.exact(path).into_iter().for_each(&mut visit);
        self.prefixes.chain(path).for_each(&mut visit);
        self.segments.each_match(path, false, &mut visit);
    }

    /// The candidates for a path with a slash at the end and those for the path without it, in one go.
    pub(super) fn each_candidate_of_both(&self, path: &str, trimmed: &str, mut visit: impl FnMut(usize)) {
        self.prefixes.longest(path).into_iter().for_each(&mut visit);
        self.prefixes.longest(trimmed).into_iter().for_each(&mut visit);
        self.segments.each_match(path, true, &mut visit);
    }
}

/// Prefixes in byte order. Whatever stands between a prefix of a text and the text itself in this order starts with
/// that prefix too; so the longest prefix is the entry before the text, or one of those that the entry starts with.
#[derive(Debug, Default)]
struct PrefixTable {
    entries: Vec<PrefixEntry>,
}

#[derive(Debug)]
struct PrefixEntry {
    text: Box<str>,
    at: usize,
    /// The longest other entry that is a prefix of this one.
    parent: Option<usize>,
}

impl PrefixTable {
    fn build(mut prefixes: Vec<(Box<str>, usize)>) -> PrefixTable {
        prefixes.sort_unstable();
        let mut entries: Vec<PrefixEntry> = Vec::with_capacity(prefixes.len());
        for (text, at) in prefixes {
            let mut parent = entries.len().checked_sub(1);
            while let Some(entry) = parent.and_then(|at| entries.get(at)) {
                if text.starts_with(&*entry.text) {
                    break;
                }
                parent = entry.parent;
            }
            entries.push(PrefixEntry { text, at, parent });
        }
        PrefixTable { entries }
    }

    fn longest(&self, text: &str) -> Option<usize> {
        self.chain(text).next()
    }

    /// The entries that `text` starts with, the longest first.
    fn chain(&self, text: &str) -> impl Iterator<Item = usize> {
        let before = self.entries.partition_point(|entry| *entry.text <= *text).checked_sub(1);
        let mut next = before.and_then(|at| self.entries.get(at));
        while let Some(entry) = next {
            if text.starts_with(&*entry.text) {
                break;
            }
            next = self.parent(entry);
        }
        std::iter::successors(next, |entry| self.parent(entry)).map(|entry| entry.at)
    }

    fn parent(&self, entry: &PrefixEntry) -> Option<&PrefixEntry> {
        self.entries.get(entry.parent?)
    }
}

/// Segment patterns by their segments.
#[derive(Debug)]
struct SegmentTree {
    /// The root is the first.
    nodes: Vec<Node>,
}

/// What may follow after some leading segments.
#[derive(Debug, Default)]
struct Node {
    literals: HashMap<Box<str>, usize>,
    plus: Option<usize>,
    /// The pattern that ends here.
    closed: Option<usize>,
    /// Patterns that end in `*`, by the text of their last segment.
    open: PrefixTable,
    /// The same before [`SegmentTree::finish`].
    unsorted: Vec<(Box<str>, usize)>,
}

impl Default for SegmentTree {
    fn default() -> SegmentTree {
        SegmentTree { nodes: vec![Node::default()] }
    }
}

impl SegmentTree {
    fn insert(&mut self, pattern: &str, at: usize) {
        let (text, is_open) = match pattern.strip_suffix('*') {
            Some(text) => (text, true),
            None => (pattern, false),
        };
        let mut node = 0;
        let mut segments = text.split('/').peekable();
        while let Some(segment) = segments.next() {
            if is_open && segments.peek().is_none() {
                if let Some(node) = self.nodes.get_mut(node) {
                    node.unsorted.push((segment.into(), at));
                }
                return;
            }
            node = self.child(node, segment);
        }
        if let Some(node) = self.nodes.get_mut(node) {
            node.closed = Some(at);
        }
    }

    /// The node behind a segment, made if it is not there.
    fn child(&mut self, node: usize, segment: &str) -> usize {
        let fresh = self.nodes.len();
        let Some(parent) = self.nodes.get_mut(node) else { return node };
        let child = match segment {
            "+" => *parent.plus.get_or_insert(fresh),
            literal => *parent.literals.entry(literal.into()).or_insert(fresh),
        };
        if child == fresh {
            self.nodes.push(Node::default());
        }
        child
    }

    fn finish(&mut self) {
        for node in &mut self.nodes {
            node.open = PrefixTable::build(std::mem::take(&mut node.unsorted));
        }
    }

    /// With `or_trimmed`, also what matches the path without the slash at its end. Whatever is open for the one is
    /// open for the other, so this only adds the patterns that end where the empty last segment would begin.
    fn each_match(&self, path: &str, or_trimmed: bool, visit: &mut impl FnMut(usize)) {
        let Some(root) = self.nodes.first().filter(|_| self.nodes.len() > 1) else { return };
        // Nodes to look at with what is left of the path; nothing is left once all segments are used up.
        let mut pending = Vec::with_capacity(16);
        pending.push((root, Some(path)));
        while let Some((node, rest)) = pending.pop() {
            let Some(rest) = rest else {
                node.closed.into_iter().for_each(&mut *visit);
                continue;
            };
            if or_trimmed && rest.is_empty() {
                node.closed.into_iter().for_each(&mut *visit);
            }
            let (segment, rest) = match rest.split_once('/') {
                Some((segment, rest)) => (segment, Some(rest)),
                None => (rest, None),
            };
            node.open.chain(segment).for_each(&mut *visit);
            let literal = node.literals.get(segment).copied();
            let next = literal.into_iter().chain(node.plus);
            pending.extend(next.filter_map(|child| Some((self.nodes.get(child)?, rest))));
        }
    }
}
