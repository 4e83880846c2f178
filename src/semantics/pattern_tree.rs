//! Patterns arranged by their segments, to find those that share paths with another one without looking at all.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::pattern::{Part, parts};
use crate::model::vault::path::PathPattern;

/// Patterns with a number each.
#[derive(Debug)]
pub struct PatternTree<'p> {
    /// The root is the first.
    nodes: Vec<Node<'p>>,
}

#[derive(Debug, Default)]
struct Node<'p> {
    literals: BTreeMap<&'p str, usize>,
    plus: Option<usize>,
    /// Patterns that end here.
    closed: Vec<usize>,
    /// Patterns that end in `*`, by the text of their last segment.
    open: BTreeMap<&'p str, Vec<usize>>,
}

impl<'p> PatternTree<'p> {
    /// Arranges patterns; their numbers are their positions.
    pub fn new(patterns: impl IntoIterator<Item = &'p PathPattern>) -> PatternTree<'p> {
        let mut tree = PatternTree { nodes: vec![Node::default()] };
        for (at, pattern) in patterns.into_iter().enumerate() {
            tree.insert(pattern, at);
        }
        tree
    }

    /// A number that `wanted` takes, the same one whenever it is asked, of the patterns that match a path which `pattern`
    /// matches too.
    pub fn find_overlapping(
        &self,
        pattern: &PathPattern,
        mut wanted: impl FnMut(usize) -> bool,
    ) -> Option<usize> {
        let parts: Vec<Part<'_>> = parts(pattern).collect();
        let mut pending: Vec<(usize, &[Part<'_>])> = vec![(0, &parts)];
        while let Some((at, rest)) = pending.pop() {
            let Some(node) = self.nodes.get(at) else { continue };
            let Some((part, rest)) = rest.split_first() else {
                if let Some(found) = node.closed.iter().copied().find(|at| wanted(*at)) {
                    return Some(found);
                }
                continue;
            };
            if let Some(found) = node.open_to(*part).find(|at| wanted(*at)) {
                return Some(found);
            }
            match *part {
                Part::Literal(text) => {
                    let next = node.literals.get(text).copied().into_iter().chain(node.plus);
                    pending.extend(next.map(|child| (child, rest)));
                }
                Part::Any => pending.extend(node.children().map(|child| (child, rest))),
                Part::Open(start) => {
                    let fitting = node.literals.iter().filter(|(text, _)| text.starts_with(start));
                    let next = fitting.map(|(_, child)| *child).chain(node.plus);
                    if let Some(found) = next.flat_map(|child| self.below(child)).find(|at| wanted(*at)) {
                        return Some(found);
                    }
                }
            }
        }
        None
    }

    fn insert(&mut self, pattern: &'p PathPattern, at: usize) {
        let mut node = 0;
        for part in parts(pattern) {
            let fresh = self.nodes.len();
            let Some(here) = self.nodes.get_mut(node) else { return };
            node = match part {
                Part::Any => *here.plus.get_or_insert(fresh),
                Part::Literal(text) => *here.literals.entry(text).or_insert(fresh),
                Part::Open(start) => {
                    here.open.entry(start).or_default().push(at);
                    return;
                }
            };
            if node == fresh {
                self.nodes.push(Node::default());
            }
        }
        if let Some(node) = self.nodes.get_mut(node) {
            node.closed.push(at);
        }
    }

    /// Every pattern at or below a node.
    fn below(&self, node: usize) -> impl Iterator<Item = usize> {
        let mut pending = vec![node];
        std::iter::from_fn(move || {
            let node = self.nodes.get(pending.pop()?)?;
            pending.extend(node.children());
            Some(node.closed.iter().chain(node.open.values().flatten()).copied())
        })
        .flatten()
    }
}

impl Node<'_> {
    fn children(&self) -> impl Iterator<Item = usize> {
        self.literals.values().copied().chain(self.plus)
    }

    /// Patterns with their open end here that share a segment with the part.
    fn open_to(&self, part: Part<'_>) -> impl Iterator<Item = usize> {
        let (text, longer) = match part {
            Part::Any => ("", true),
            Part::Literal(text) => (text, false),
            Part::Open(start) => (start, true),
        };
        let heads = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        let shorter = heads.filter_map(move |at| self.open.get(text.get(..at)?));
        let from = (Bound::Excluded(text), Bound::Unbounded);
        let rest = self.open.range::<str, _>(from).take_while(move |(start, _)| start.starts_with(text));
        let longer = longer.then_some(rest).into_iter().flatten().map(|(_, found)| found);
        shorter.chain(longer).flatten().copied().collect::<Vec<usize>>().into_iter()
    }
}
