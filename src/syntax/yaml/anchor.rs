//! Anchored values, and copies of them under a budget for the whole file.

use std::collections::HashMap;

use crate::syntax::Span;
use crate::syntax::limits;
use crate::syntax::tree::{Node, NodeKind};

#[derive(Default)]
pub(super) struct Anchors {
    kept: HashMap<usize, Anchored>,
    kept_nodes: usize,
    added_nodes: usize,
    added_text: usize,
    /// Values that an alias stands for, as they were written.
    shared: Vec<Span>,
}

struct Anchored {
    node: Node,
    size: Size,
}

/// What `*name` stands for.
pub(super) enum Expansion {
    Node(Node),
    /// The anchored value is still open: it would hold itself.
    Unfinished,
    TooDeep,
    TooMuch,
}

#[derive(Clone, Copy, Default)]
struct Size {
    nodes: usize,
    /// Bytes of keys and texts.
    text: usize,
    /// Levels of containers.
    height: usize,
}

impl Anchors {
    /// Forgets the names of the last document; what was spent stays spent.
    pub(super) fn forget(&mut self) {
        self.kept.clear();
    }

    /// The anchored values that an alias stood for, of all documents.
    pub(super) fn shared(self) -> Vec<Span> {
        self.shared
    }

    /// Keeps a copy for aliases to come; false if the file has used up its budget.
    pub(super) fn keep(&mut self, id: usize, node: &Node) -> bool {
        let size = Size::of(node);
        self.kept_nodes = self.kept_nodes.saturating_add(size.nodes);
        if self.kept_nodes > limits::ANCHOR_NODES {
            return false;
        }
        self.kept.insert(id, Anchored { node: node.clone(), size });
        true
    }

    /// A copy of what was kept, if it has at most `room` levels.
    pub(super) fn expand(&mut self, id: usize, room: usize) -> Expansion {
        let Some(Anchored { node, size }) = self.kept.get(&id) else { return Expansion::Unfinished };
        if size.height > room {
            return Expansion::TooDeep;
        }
        self.added_nodes = self.added_nodes.saturating_add(size.nodes);
        self.added_text = self.added_text.saturating_add(size.text);
        if self.added_nodes > limits::ALIAS_NODES || self.added_text > limits::ALIAS_TEXT {
            return Expansion::TooMuch;
        }
        if self.shared.last() != Some(&node.span) {
            self.shared.push(node.span);
        }
        Expansion::Node(node.clone())
    }
}

impl Size {
    /// Recursion is bounded by [`limits::DEPTH`], which every finished node keeps.
    fn of(node: &Node) -> Size {
        let mut size = Size { nodes: 1, text: 0, height: 0 };
        match &node.kind {
            NodeKind::Text(text) | NodeKind::Block(text, _) => size.text = text.len(),
            NodeKind::List(items) => {
                size.height = 1;
                items.iter().for_each(|item| size.take(Size::of(item)));
            }
            NodeKind::Map(entries) => {
                size.height = 1;
                for entry in entries {
                    size.text += entry.key.value.len();
                    size.take(Size::of(&entry.value));
                }
            }
            NodeKind::Null | NodeKind::Bool(_) | NodeKind::Int(_) | NodeKind::Float(_) => {}
        }
        size
    }

    fn take(&mut self, child: Size) {
        self.nodes += child.nodes;
        self.text += child.text;
        self.height = self.height.max(child.height + 1);
    }
}
