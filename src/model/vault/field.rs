//! Fields of Vault endpoints: which there are, what they take, and the values that were written.
//!
//! Vault never refuses an unknown field, so the tables here are what stands between a typing error and
//! a role without its audience check. One table serves four uses: checking, the JSON Schema, the documentation and
//! the emitted scripts (which write every managed field explicitly).

use super::duration::Seconds;
use crate::syntax::tree::Node;
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
    /// One line for schema and documentation.
    pub doc: &'static str,
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
