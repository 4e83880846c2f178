//! The one tree that YAML, JSON and the HCL form of the spec are read into.

use super::{Place, Span, Spanned};

/// A value with the place it was written at.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// From the first to the last character of the value; of an absent value, the empty span after its key. What a
    /// YAML alias stands for has the span of the alias, while its parts keep the place where they were written.
    pub span: Span,
    /// What it is.
    pub kind: NodeKind,
}

/// What a [`Node`] holds.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// `null`, `~`, or nothing after a key.
    Null,
    /// A truth value, resolved as the format's consumer resolves it.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// Text, decoded.
    Text(String),
    /// Text written over several source lines (a YAML block scalar, a heredoc), with its place piece by piece.
    Block(String, Box<Spread>),
    /// Values in order.
    List(Vec<Node>),
    /// Entries in order; keys are unique, a duplicate is a syntax error and its second value is left out.
    Map(Vec<Entry>),
}

/// How the lines of a block text lie in the source.
#[derive(Debug, Clone)]
pub struct Spread(pub Place);

impl PartialEq for Spread {
    fn eq(&self, _: &Spread) -> bool {
        true
    }
}

/// One `key: value`.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key, resolved to text as the consumer would.
    pub key: Spanned<String>,
    /// Its value.
    pub value: Node,
}

impl Entry {
    /// Key and value together.
    pub fn span(&self) -> Span {
        self.key.span.to(self.value.span)
    }
}

impl Node {
    /// The text of a text or block value.
    pub fn as_text(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Text(text) | NodeKind::Block(text, _) => Some(text),
            _ => None,
        }
    }

    /// The text with its place.
    pub fn to_spanned(&self) -> Option<Spanned<String>> {
        self.as_text().map(|text| Spanned::new(text.to_owned(), self.span))
    }

    /// The entries of a map; empty for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            NodeKind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; empty for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.kind {
            NodeKind::List(items) => items,
            _ => &[],
        }
    }

    /// The value under `key` of a map.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry under `key` of a map.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key.value == key)
    }

    /// True for a map.
    pub fn is_map(&self) -> bool {
        matches!(self.kind, NodeKind::Map(_))
    }

    /// True for `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, NodeKind::Null)
    }

    /// The same tree of a text that lies at `place` of a source and was parsed as a text of its own.
    pub fn placed(mut self, place: &Place) -> Node {
        self.span = place.span(self.span.range());
        match &mut self.kind {
            NodeKind::List(items) => {
                *items = std::mem::take(items).into_iter().map(|item| item.placed(place)).collect();
            }
            NodeKind::Map(entries) => {
                let placed = std::mem::take(entries).into_iter().map(|Entry { key, value }| Entry {
                    key: Spanned::new(key.value, place.span(key.span.range())),
                    value: value.placed(place),
                });
                *entries = placed.collect();
            }
            _ => {}
        }
        self
    }

    /// The value as JSON; a number that JSON cannot hold becomes `null`.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.kind {
            NodeKind::Null => serde_json::Value::Null,
            NodeKind::Bool(value) => (*value).into(),
            NodeKind::Int(value) => (*value).into(),
            NodeKind::Float(value) => (*value).into(),
            NodeKind::Text(text) | NodeKind::Block(text, _) => text.as_str().into(),
            NodeKind::List(items) => items.iter().map(Node::to_json).collect(),
            NodeKind::Map(entries) => {
                entries.iter().map(|entry| (entry.key.value.clone(), entry.value.to_json())).collect()
            }
        }
    }

    /// What to call this kind of value in a message: `a list`, `text`, …
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            NodeKind::Null => "nothing",
            NodeKind::Bool(_) => "a truth value",
            NodeKind::Int(_) | NodeKind::Float(_) => "a number",
            NodeKind::Text(_) | NodeKind::Block(..) => "text",
            NodeKind::List(_) => "a list",
            NodeKind::Map(_) => "a map",
        }
    }
}
