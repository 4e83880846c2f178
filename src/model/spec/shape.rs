//! The language that the spec is described in, and the check of a tree against it.
//!
//! [`super::tables`] holds the one description of the spec; this file checks by it, [`super::schema`] writes the JSON
//! Schema from it.

use super::names::Pattern;
use crate::model::Malformed;
use crate::model::project::Target;
use crate::model::vault::field::{FieldKind, FieldSpec, FieldValue};
use crate::syntax::near::nearest;
use crate::syntax::tree::{Entry, Node, NodeKind};
use crate::syntax::{Source, Span};

/// What a value must look like.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Text.
    Text,
    /// Text that keeps a rule.
    Name(&'static Pattern),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A word; these are known, others are judged elsewhere.
    Word(&'static [&'static str]),
    /// A truth value.
    Bool,
    /// `true` and nothing else.
    True,
    /// `true`, or one of these words.
    TrueOr(&'static [&'static str]),
    /// A duration as Vault reads it.
    Duration,
    /// Anything.
    Value,
    /// A list with at least so many items.
    List(usize, &'static Shape),
    /// One value, or a list of such.
    OneOrMore(&'static Shape),
    /// Any keys that keep the rule, each with such a value.
    Map(&'static Pattern, &'static Shape),
    /// These keys.
    Object(&'static Object),
}

/// A map with known keys.
#[derive(Debug)]
pub struct Object {
    /// What it is, to follow "in"; its name in the schema.
    pub name: &'static str,
    /// One line for schema and documentation.
    pub doc: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
    /// Fields of a Vault endpoint beside the keys.
    pub fields: Option<FieldTable>,
    /// Keys that hang together.
    pub groups: &'static [Group],
    /// Where to turn with a key that is not known here.
    pub elsewhere: &'static str,
}

impl Object {
    /// True for a key or field of its own.
    fn knows(&self, name: &str) -> bool {
        self.keys.iter().any(|key| key.name == name)
            || self.fields.iter().flat_map(FieldTable::rows).any(|row| row.name == name)
    }
}

/// One key of an [`Object`].
#[derive(Debug)]
pub struct Key {
    /// As written.
    pub name: &'static str,
    /// Its value.
    pub shape: Shape,
    /// Whether the object is wrong without it.
    pub required: bool,
    /// One line for schema and documentation.
    pub doc: &'static str,
}

/// Fields of a Vault endpoint as keys of an [`Object`].
#[derive(Debug)]
pub struct FieldTable {
    /// The endpoint's fields.
    pub rows: &'static [FieldSpec],
    /// Only those that start like this.
    pub prefix: &'static str,
    /// True if a rule reports unknown ones, so that they are no fault of the shape.
    pub reported_by_rule: bool,
}

impl FieldTable {
    /// The rows that count.
    pub fn rows(&self) -> impl Iterator<Item = &'static FieldSpec> {
        let prefix = self.prefix;
        self.rows.iter().filter(move |row| row.name.starts_with(prefix))
    }
}

/// Keys of which only some may stand together.
#[derive(Debug)]
pub struct Group {
    /// The keys.
    pub keys: &'static [&'static str],
    /// How many of them.
    pub count: Count,
}

/// How many keys of a [`Group`] must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// None or one.
    AtMostOne,
    /// One.
    ExactlyOne,
    /// One or more.
    AtLeastOne,
}

/// Checks `node` against `shape` and adds what is wrong to `faults`.
pub fn check(node: &Node, shape: Shape, source: &Source, target: Target, faults: &mut Vec<Malformed>) {
    let mut checker = Checker { source, target, faults, doc: "", field: "" };
    checker.value(node, shape, "the document");
}

struct Checker<'a> {
    source: &'a Source,
    target: Target,
    faults: &'a mut Vec<Malformed>,
    /// What the key at hand is for.
    doc: &'static str,
    /// The innermost key that the format itself names; below it may stand keys that the user chose.
    field: &'static str,
}

impl Checker<'_> {
    fn value(&mut self, node: &Node, shape: Shape, key: &str) {
        match shape {
            Shape::Value => {}
            Shape::Text | Shape::Word(_) => {
                self.text(node, key);
            }
            Shape::Name(pattern) => {
                if let Some(text) = self.text(node, key) {
                    self.keeps(text, pattern, node.span, key);
                }
            }
            Shape::Choice(words) => self.choice(node, words, key),
            Shape::Bool => self.truth(node, key),
            Shape::True => match node.kind {
                NodeKind::Bool(true) => {}
                NodeKind::Bool(false) => self.push(node, format!("`{key}` can only be `true`")),
                _ => self.wrong(node, "`true`", key),
            },
            Shape::TrueOr(words) => match node.kind {
                NodeKind::Bool(true) => {}
                NodeKind::Bool(false) => self.push(node, format!("`{key}` cannot be `false`")),
                NodeKind::Text(_) | NodeKind::Block(..) => self.choice(node, words, key),
                _ => self.wrong(node, &format!("`true` or one of `{}`", words.join("`, `")), key),
            },
            Shape::Duration => self.field_value(node, FieldKind::Duration, key),
            Shape::List(least, item) => self.list(node, least, *item, key),
            Shape::OneOrMore(item) => match &node.kind {
                NodeKind::List(_) => self.list(node, 1, *item, key),
                _ => self.value(node, *item, key),
            },
            Shape::Map(pattern, value) => {
                if !node.is_map() {
                    return self.wrong(node, "a map", key);
                }
                for entry in node.entries() {
                    self.keeps(&entry.key.value, pattern, entry.key.span, key);
                    self.value(&entry.value, *value, &entry.key.value);
                }
            }
            Shape::Object(object) => self.object(node, object, key),
        }
    }

    fn object(&mut self, node: &Node, object: &'static Object, key: &str) {
        if !node.is_map() {
            return self.wrong(node, "a map", key);
        }
        for entry in node.entries() {
            self.entry(entry, node, object);
        }
        let head = node.entries().first().map_or(node.span, |entry| entry.key.span);
        for key in object.keys.iter().filter(|key| key.required) {
            self.required(node, key.name, key.doc, object, head);
        }
        for row in object.fields.iter().flat_map(FieldTable::rows).filter(|row| row.required) {
            self.required(node, row.name, row.doc, object, head);
        }
        for group in object.groups {
            self.group(node, group, object, head);
        }
    }

    /// A key that was misspelled is no missing key: who reports the one need not report the other.
    fn required(&mut self, node: &Node, name: &str, doc: &str, object: &'static Object, head: Span) {
        let stands_for_it = |entry: &Entry| {
            let key = entry.key.value.as_str();
            key == name || !object.knows(key) && nearest(key, [name]).is_some()
        };
        if !node.entries().iter().any(stands_for_it) {
            let message = format!("`{name}` is missing in {}", object.name);
            self.faults.push(Malformed::new(head, message).with_help(format!("add `{name}:` - {doc}")));
        }
    }

    fn entry(&mut self, entry: &Entry, node: &Node, object: &'static Object) {
        let name = entry.key.value.as_str();
        if let Some(key) = object.keys.iter().find(|key| key.name == name) {
            self.doc = key.doc;
            self.field = key.name;
            return self.value(&entry.value, key.shape, name);
        }
        if let Some(table) = &object.fields {
            if let Some(row) = table.rows().find(|row| row.name == name) {
                return self.field(entry, row);
            }
            if table.reported_by_rule {
                return;
            }
        }
        self.unknown_key(entry, node, object);
    }

    fn unknown_key(&mut self, entry: &Entry, node: &Node, object: &'static Object) {
        let message = format!("unknown key `{}` in {}", entry.key.value, object.name);
        let fields = object.fields.iter().flat_map(FieldTable::rows).filter(|row| row.replaced_by.is_none());
        let known = object.keys.iter().map(|key| key.name).chain(fields.map(|row| row.name));
        let known: Vec<&str> = known.filter(|name| *name != "$schema").collect();
        let mut fault = Malformed::new(entry.key.span, message);
        match nearest(&entry.key.value, known.iter().copied()) {
            Some(name) => {
                if node.entry(name).is_none() {
                    fault.replacement = Some(self.quoted_alike(entry.key.span, name));
                }
                fault.help = Some(format!("did you mean `{name}`?"));
            }
            None if !object.elsewhere.is_empty() => fault.help = Some(object.elsewhere.to_owned()),
            None => {
                let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
                fault.help = Some(format!("known here: {}", known.join(", ")));
            }
        }
        self.faults.push(fault);
    }

    fn group(&mut self, node: &Node, group: &Group, object: &'static Object, head: Span) {
        let written: Vec<&Entry> = group.keys.iter().filter_map(|key| node.entry(key)).collect();
        let keys: Vec<String> = group.keys.iter().map(|key| format!("`{key}`")).collect();
        let keys = keys.join(", ");
        if let [first, second, ..] = written.as_slice()
            && group.count != Count::AtLeastOne
        {
            let message = format!("`{}` and `{}` cannot stand together", first.key.value, second.key.value);
            let fault = Malformed::new(second.key.span, message)
                .with_label(first.key.span, "the other one")
                .with_help(format!("{} takes one of {keys}", object.name));
            self.faults.push(fault);
        }
        if written.is_empty() && group.count != Count::AtMostOne {
            let which = if group.count == Count::ExactlyOne { "one" } else { "one or more" };
            self.faults.push(Malformed::new(head, format!("{} needs {which} of {keys}", object.name)));
        }
    }

    fn field(&mut self, entry: &Entry, row: &FieldSpec) {
        if row.secret {
            let message = format!("`{}` is a secret and may not stand in a spec", row.name);
            let help = "leave it out; let `reviewer` or the environment of the script supply it";
            return self.faults.push(Malformed::new(entry.key.span, message).with_help(help));
        }
        if !row.is_known_to(self.target) {
            let server = if self.target == Target::OpenBao { "OpenBao" } else { "Vault" };
            let message = format!("{server} does not know the field `{}`", row.name);
            let help = "the server would drop it without a word; remove it or change `target`";
            self.faults.push(Malformed::new(entry.key.span, message).with_help(help));
        }
        self.field = row.name;
        self.field_value(&entry.value, row.kind, row.name);
    }

    /// Stricter than the server, which takes `"true"` for a truth value and a number for text.
    fn field_value(&mut self, node: &Node, kind: FieldKind, key: &str) {
        match kind {
            FieldKind::Text => {
                self.text(node, key);
            }
            FieldKind::Choice(words) => {
                if node.as_text() != Some("") {
                    self.choice(node, words, key);
                }
            }
            FieldKind::List => match &node.kind {
                NodeKind::Text(_) | NodeKind::Block(..) => {}
                _ => self.list(node, 0, Shape::Text, key),
            },
            FieldKind::Bool => self.truth(node, key),
            FieldKind::Integer => match node.kind {
                NodeKind::Int(0..) => {}
                NodeKind::Int(_) => self.push(node, format!("`{key}` cannot be negative")),
                _ => self.wrong(node, "a whole number", key),
            },
            FieldKind::Duration => {
                if let FieldValue::Invalid(reason) = FieldValue::read(node, kind) {
                    let help = "write whole seconds, or units such as `90m`, `1h30m`, `15d`";
                    let fault = Malformed::new(node.span, format!("`{key}`: {reason}")).with_help(help);
                    self.faults.push(fault);
                }
            }
            FieldKind::Map => {
                if !node.is_map() {
                    return self.wrong(node, "a map", key);
                }
                for entry in node.entries() {
                    if !matches!(entry.value.kind, NodeKind::Int(_)) {
                        self.text(&entry.value, &entry.key.value);
                    }
                }
            }
            FieldKind::Selector | FieldKind::RoleRules => {
                if node.as_text().is_none() {
                    self.object(node, super::tables::object_of(kind), key);
                }
            }
        }
    }

    fn list(&mut self, node: &Node, least: usize, item: Shape, key: &str) {
        let NodeKind::List(items) = &node.kind else {
            return self.wrong(node, "a list", key);
        };
        if items.len() < least {
            self.push(node, format!("`{key}` needs at least one item"));
        }
        for node in items {
            self.value(node, item, key);
        }
    }

    fn text<'n>(&mut self, node: &'n Node, key: &str) -> Option<&'n str> {
        let text = node.as_text();
        if text.is_none() {
            let mut fault =
                Malformed::new(node.span, format!("expected text for `{key}`, found {}", node.kind_name()));
            if matches!(node.kind, NodeKind::Int(_) | NodeKind::Float(_) | NodeKind::Bool(_)) {
                let written = self.source.slice(node.span);
                fault.help = Some(format!("write it in quotes: `\"{written}\"`"));
                if !matches!(node.kind, NodeKind::Bool(_)) {
                    fault.replacement = Some(format!("\"{written}\""));
                }
            }
            self.faults.push(fault);
        }
        text
    }

    fn truth(&mut self, node: &Node, key: &str) {
        if !matches!(node.kind, NodeKind::Bool(_)) {
            self.wrong(node, "`true` or `false`", key);
        }
    }

    fn choice(&mut self, node: &Node, words: &[&str], key: &str) {
        let Some(text) = self.text(node, key) else { return };
        if words.contains(&text) {
            return;
        }
        let message = match words {
            [only] => format!("`{key}` must be `{only}`, not `{text}`"),
            _ => format!("`{text}` is none of the words that `{}` takes", self.field),
        };
        let mut fault = Malformed::new(node.span, message);
        match nearest(text, words.iter().copied()) {
            Some(word) => {
                fault.help = Some(format!("did you mean `{word}`?"));
                fault.replacement = Some(self.quoted_alike(node.span, word));
            }
            None if words.len() == 1 => fault.help = Some(self.doc.to_owned()),
            None => {
                let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
                fault.help = Some(format!("one of {}", words.join(", ")));
            }
        }
        self.faults.push(fault);
    }

    fn keeps(&mut self, text: &str, pattern: &Pattern, span: Span, key: &str) {
        if !pattern.admits(text) {
            let message = format!("`{text}` cannot stand in `{key}`: it must be {}", pattern.says);
            self.faults.push(Malformed::new(span, message));
        }
    }

    fn wrong(&mut self, node: &Node, what: &str, key: &str) {
        let mut fault =
            Malformed::new(node.span, format!("expected {what} for `{key}`, found {}", node.kind_name()));
        if node.is_null() {
            fault.help = Some("write a value, or remove the key".to_owned());
        }
        self.faults.push(fault);
    }

    fn push(&mut self, node: &Node, message: String) {
        self.faults.push(Malformed::new(node.span, message));
    }

    /// `word` in the quotes that the text under `span` stands in.
    fn quoted_alike(&self, span: Span, word: &str) -> String {
        match self.source.slice(span).chars().next() {
            Some(quote @ ('"' | '\'')) => format!("{quote}{word}{quote}"),
            _ => word.to_owned(),
        }
    }
}
