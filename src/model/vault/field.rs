//! Fields of Vault endpoints: which there are, what they take, and the values that were written.
//!
//! Vault never refuses an unknown field, so the tables here are what stands between a typing error and
//! a role without its audience check. One table serves four uses: checking, the JSON Schema, the documentation and
//! the emitted scripts (which write every managed field explicitly).

use super::duration::{Nanoseconds, Seconds};
use crate::model::project::Target;
use crate::syntax::tree::{Entry, Node, NodeKind};
use crate::syntax::{Span, Spanned};

/// One field of an endpoint.
#[derive(Debug, PartialEq, Eq)]
pub struct FieldSpec {
    /// As Vault spells it.
    pub name: &'static str,
    /// What it takes.
    pub kind: FieldKind,
    /// Set on deprecated spellings: the field that replaces it.
    pub replaced_by: Option<&'static str>,
    /// Which servers know it.
    pub availability: Availability,
    /// The endpoint refuses a write without it.
    pub required: bool,
    /// Holds a secret, so it may not stand in a spec and is never emitted.
    pub secret: bool,
    /// The endpoint drops empty items of the list that it takes; others keep them.
    pub drops_empty: bool,
    /// What the endpoint takes where the field is absent, as text; `""` for the empty value of the kind
    /// (empty text or list, `0`, `false`).
    pub default: &'static str,
    /// One line for schema and documentation.
    pub doc: &'static str,
}

impl FieldSpec {
    /// A row: optional, known everywhere, no secret, empty by default.
    pub const fn new(name: &'static str, kind: FieldKind, doc: &'static str) -> FieldSpec {
        FieldSpec {
            name,
            kind,
            replaced_by: None,
            availability: Availability::Everywhere,
            required: false,
            secret: false,
            drops_empty: false,
            default: "",
            doc,
        }
    }

    /// The row of a field that the endpoint refuses to do without.
    pub const fn required(self) -> FieldSpec {
        FieldSpec { required: true, ..self }
    }

    /// The row of a field that holds a secret.
    pub const fn secret(self) -> FieldSpec {
        FieldSpec { secret: true, ..self }
    }

    /// The row of a list whose empty items the endpoint drops.
    pub const fn drops_empty(self) -> FieldSpec {
        FieldSpec { drops_empty: true, ..self }
    }

    /// The row of a field with another default than the empty value.
    pub const fn default(self, text: &'static str) -> FieldSpec {
        FieldSpec { default: text, ..self }
    }

    /// The row of a field that only some servers know.
    pub const fn only(self, availability: Availability) -> FieldSpec {
        FieldSpec { availability, ..self }
    }

    /// The row of a deprecated spelling of `name`.
    pub const fn replaced_by(self, name: &'static str) -> FieldSpec {
        FieldSpec { replaced_by: Some(name), ..self }
    }

    /// Reads a value as the endpoint does.
    fn read(&self, node: &Node) -> FieldValue {
        let mut value = FieldValue::read(node, self.kind);
        if let FieldValue::List(items) = &mut value
            && self.drops_empty
        {
            items.retain(|item| !item.value.is_empty());
        }
        value
    }

    /// True if a server of this target knows the field; for [`Target::Any`], if one of them does.
    pub fn is_known_to(&self, target: Target) -> bool {
        match self.availability {
            Availability::Everywhere => true,
            Availability::VaultOnly => target != Target::OpenBao,
            Availability::OpenBaoOnly => matches!(target, Target::OpenBao | Target::Any),
        }
    }
}

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Text.
    Text,
    /// Text that must be one of these.
    Choice(&'static [&'static str]),
    /// A list of texts, or one text split at commas.
    List,
    /// A duration: whole seconds or a Go duration string, see [`Seconds`].
    Duration,
    /// A truth value.
    Bool,
    /// A whole number.
    Integer,
    /// A map of texts.
    Map,
    /// A Kubernetes LabelSelector, as a map or as JSON/YAML text; sent as JSON text.
    Selector,
    /// `{rules: […]}`, as a map or as JSON/YAML text; sent as JSON text.
    RoleRules,
}

/// Which servers know a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    /// All of them.
    Everywhere,
    /// HashiCorp Vault only.
    VaultOnly,
    /// OpenBao only.
    OpenBaoOnly,
}

/// The fields written on one object, in the order written.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    /// Known fields.
    pub known: Vec<Field>,
    /// Fields that the endpoint does not have.
    pub unknown: Vec<UnknownField>,
}

/// A known field as written.
#[derive(Debug, Clone)]
pub struct Field {
    /// The key as written.
    pub key: Spanned<String>,
    /// Its row in the table.
    pub spec: &'static FieldSpec,
    /// Its value.
    pub value: FieldValue,
    /// The span of the value.
    pub span: Span,
}

/// A field that the endpoint does not have.
#[derive(Debug, Clone)]
pub struct UnknownField {
    /// The key as written.
    pub key: Spanned<String>,
    /// Its value.
    pub value: Node,
}

/// A value, read as its [`FieldKind`] says.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldValue {
    /// For `Text`, `Choice`; and for `Selector`, `RoleRules` the JSON text that is sent.
    Text(String),
    /// For `List`; each item trimmed as the server does.
    List(Vec<Spanned<String>>),
    /// For `Duration`.
    Duration(Seconds),
    /// For `Bool`.
    Bool(bool),
    /// For `Integer`.
    Integer(i64),
    /// For `Map`.
    Map(Vec<(Spanned<String>, Spanned<String>)>),
    /// Not readable as its kind says: one lower-case phrase.
    Invalid(String),
}

impl Fields {
    /// Reads the entries of one object. Keys that are not in `table` go to `unknown`, values as they are.
    pub fn read<'a>(entries: impl IntoIterator<Item = &'a Entry>, table: &'static [FieldSpec]) -> Fields {
        let mut fields = Fields::default();
        for entry in entries {
            match table.iter().find(|spec| spec.name == entry.key.value) {
                Some(spec) => fields.known.push(Field {
                    key: entry.key.clone(),
                    spec,
                    value: spec.read(&entry.value),
                    span: entry.value.span,
                }),
                None => {
                    fields.unknown.push(UnknownField { key: entry.key.clone(), value: entry.value.clone() })
                }
            }
        }
        fields
    }

    /// The field `name`, under its own spelling or, failing that, a deprecated one: the new spelling wins, as on the server.
    pub fn get(&self, name: &str) -> Option<&Field> {
        self.known
            .iter()
            .find(|field| field.spec.name == name)
            .or_else(|| self.known.iter().find(|field| field.spec.replaced_by == Some(name)))
    }

    /// The items of a list field; empty if absent.
    pub fn list(&self, name: &str) -> &[Spanned<String>] {
        match self.get(name).map(|field| &field.value) {
            Some(FieldValue::List(items)) => items,
            _ => &[],
        }
    }

    /// The text of a text field.
    pub fn text(&self, name: &str) -> Option<Spanned<&str>> {
        let field = self.get(name)?;
        match &field.value {
            FieldValue::Text(text) => Some(Spanned::new(text.as_str(), field.span)),
            _ => None,
        }
    }

    /// A duration field.
    pub fn duration(&self, name: &str) -> Option<Spanned<Seconds>> {
        let field = self.get(name)?;
        match field.value {
            FieldValue::Duration(seconds) => Some(Spanned::new(seconds, field.span)),
            _ => None,
        }
    }

    /// A truth value.
    pub fn bool(&self, name: &str) -> Option<Spanned<bool>> {
        let field = self.get(name)?;
        match field.value {
            FieldValue::Bool(value) => Some(Spanned::new(value, field.span)),
            _ => None,
        }
    }
}

impl FieldValue {
    /// Reads a value as the server converts it to `kind` (`sdk/framework/field_data.go`, go-secure-stdlib `parseutil`):
    /// a list may be one text with commas, a number or truth value may be text.
    pub fn read(node: &Node, kind: FieldKind) -> FieldValue {
        let read = match kind {
            FieldKind::Text => read_text(node),
            FieldKind::Choice(words) => read_choice(node, words),
            FieldKind::List => read_list(node),
            FieldKind::Duration => read_duration(node),
            FieldKind::Bool => read_bool(node),
            FieldKind::Integer => read_integer(node),
            FieldKind::Map => read_map(node),
            FieldKind::Selector | FieldKind::RoleRules => read_object(node),
        };
        read.unwrap_or_else(FieldValue::Invalid)
    }
}

fn expected(what: &str, node: &Node) -> String {
    format!("expected {what}, found {}", node.kind_name())
}

fn read_text(node: &Node) -> Result<FieldValue, String> {
    match &node.kind {
        NodeKind::Text(text) | NodeKind::Block(text, _) => Ok(FieldValue::Text(text.clone())),
        NodeKind::Int(number) => Ok(FieldValue::Text(number.to_string())),
        _ => Err(expected("text", node)),
    }
}

fn read_choice(node: &Node, words: &[&str]) -> Result<FieldValue, String> {
    let text = node.as_text().ok_or_else(|| expected("text", node))?;
    if text.is_empty() || words.contains(&text) {
        return Ok(FieldValue::Text(text.to_owned()));
    }
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    Err(format!("`{text}` is none of {}", words.join(", ")))
}

fn read_list(node: &Node) -> Result<FieldValue, String> {
    let item = |node: &Node| match &node.kind {
        NodeKind::Text(text) | NodeKind::Block(text, _) => {
            Ok(Spanned::new(text.trim().to_owned(), node.span))
        }
        NodeKind::Int(number) => Ok(Spanned::new(number.to_string(), node.span)),
        _ => Err(expected("text", node)),
    };
    match &node.kind {
        NodeKind::List(items) => items.iter().map(item).collect::<Result<_, _>>().map(FieldValue::List),
        NodeKind::Text(text) | NodeKind::Block(text, _) => {
            let parts = text.split(',').map(str::trim);
            let list = if text.trim().is_empty() {
                Vec::new()
            } else {
                parts.map(|part| Spanned::new(part.to_owned(), node.span)).collect()
            };
            Ok(FieldValue::List(list))
        }
        _ => Err(expected("a list", node)),
    }
}

fn read_duration(node: &Node) -> Result<FieldValue, String> {
    let seconds = match &node.kind {
        NodeKind::Int(seconds) => Nanoseconds::from_seconds(*seconds)
            .map(Nanoseconds::whole_seconds)
            .map_err(|_| format!("`{seconds}` seconds are more than 292 years, which no server can count"))?,
        NodeKind::Text(text) | NodeKind::Block(text, _) => {
            Seconds::parse(text).map_err(|_| format!("`{text}` is no duration that Vault can read"))?
        }
        _ => return Err(expected("a duration", node)),
    };
    if seconds.0 < 0 {
        return Err(format!("cannot provide negative value '{}'", seconds.0));
    }
    Ok(FieldValue::Duration(seconds))
}

fn read_bool(node: &Node) -> Result<FieldValue, String> {
    let value = match &node.kind {
        NodeKind::Bool(value) => Some(*value),
        NodeKind::Int(number) => Some(*number != 0),
        NodeKind::Text(text) => match text.as_str() {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
            "0" | "f" | "F" | "false" | "FALSE" | "False" | "" => Some(false),
            _ => None,
        },
        _ => None,
    };
    value.map(FieldValue::Bool).ok_or_else(|| expected("`true` or `false`", node))
}

fn read_integer(node: &Node) -> Result<FieldValue, String> {
    match &node.kind {
        NodeKind::Int(number) => Ok(FieldValue::Integer(*number)),
        NodeKind::Text(text) => {
            text.parse().map(FieldValue::Integer).map_err(|_| expected("a whole number", node))
        }
        _ => Err(expected("a whole number", node)),
    }
}

fn read_map(node: &Node) -> Result<FieldValue, String> {
    if !node.is_map() {
        return Err(expected("a map", node));
    }
    let pair = |entry: &Entry| match read_text(&entry.value)? {
        FieldValue::Text(text) => Ok((entry.key.clone(), Spanned::new(text, entry.value.span))),
        _ => Err(expected("text", &entry.value)),
    };
    node.entries().iter().map(pair).collect::<Result<_, String>>().map(FieldValue::Map)
}

fn read_object(node: &Node) -> Result<FieldValue, String> {
    match &node.kind {
        NodeKind::Map(_) => Ok(FieldValue::Text(node.to_json().to_string())),
        NodeKind::Text(text) | NodeKind::Block(text, _) => Ok(FieldValue::Text(text.clone())),
        _ => Err(expected("a map", node)),
    }
}
