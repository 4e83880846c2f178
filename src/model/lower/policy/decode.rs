//! Values of the tree to the types that the server wants, with its conversions and its complaints.
//!
//! A field may be written several times, as argument or as block: lists append, maps merge, of other values the
//! last one wins. Every function gives what could be read and reports the rest.

use std::fmt::{self, Display};

use super::any::{any, go_integer};
use super::index::Index;
use super::refuse::{Refuser, quote};
use crate::model::vault::policy::{Parameter, RefusalKind};
use crate::syntax::hcl1::{Item, Key, Value, ValueKind};
use crate::syntax::{Span, Spanned};

/// What a field's value is taken from.
#[derive(Clone, Copy)]
pub(super) enum Node<'i> {
    /// A value that is no object.
    Plain(&'i Value<'i>),
    /// The members of an object.
    Members(&'i Value<'i>, &'i [Item<'i>]),
    /// Blocks with labels after the field's name.
    Labelled(&'i [&'i Item<'i>]),
}

impl<'i> Node<'i> {
    pub(super) fn of(value: &'i Value<'i>) -> Node<'i> {
        match &value.kind {
            ValueKind::Object(members) => Node::Members(value, members),
            _ => Node::Plain(value),
        }
    }

    fn span(self) -> Option<Span> {
        match self {
            Node::Plain(value) | Node::Members(value, _) => Some(value.span),
            Node::Labelled(items) => items.first().map(|item| item.span),
        }
    }

    /// The type's name in the server's library.
    fn type_name(self) -> &'static str {
        match self {
            Node::Plain(value) => type_name(value),
            Node::Members(..) | Node::Labelled(_) => "*ast.ObjectList",
        }
    }

    fn at(self) -> Option<u32> {
        match self {
            Node::Plain(value) => Some(value.at),
            Node::Members(_, items) => items.first().and_then(|item| item.keys.first()).map(|key| key.at),
            Node::Labelled(items) => items.first().and_then(|item| item.keys.get(1)).map(|key| key.at),
        }
    }
}

/// The type's name in the server's library.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value.kind {
        ValueKind::List(_) => "*ast.ListType",
        ValueKind::Object(_) => "*ast.ObjectType",
        _ => "*ast.LiteralType",
    }
}

/// Calls `take` with each occurrence of the field `name`, those with labels together and first, as the server does.
pub(super) fn each<'i>(items: &'i [Item<'i>], name: &str, mut take: impl FnMut(Node<'_>, &'i Item<'i>)) {
    let named = |item: &&Item| item.keys.first().is_some_and(|key| key.text.eq_ignore_ascii_case(name));
    let labelled: Vec<&Item> = items.iter().filter(named).filter(|item| item.keys.len() > 1).collect();
    if let Some(first) = labelled.first() {
        take(Node::Labelled(&labelled), first);
    }
    for item in items.iter().filter(named).filter(|item| item.keys.len() == 1) {
        take(Node::of(&item.value), item);
    }
}

/// A field as the server names it in complaints.
#[derive(Clone, Copy)]
pub(super) struct Field<'n> {
    name: &'n str,
    index: Option<usize>,
}

impl<'n> From<&'n str> for Field<'n> {
    fn from(name: &'n str) -> Field<'n> {
        Field { name, index: None }
    }
}

impl Display for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "root.{}", self.name)?;
        self.index.map_or(Ok(()), |index| write!(f, "[{index}]"))
    }
}

/// A text; a whole number becomes one.
pub(super) fn string(
    refuser: &mut Refuser,
    node: Node,
    field: Field,
    context: &dyn Display,
) -> Option<Spanned<String>> {
    if let Node::Plain(value) = node {
        match &value.kind {
            ValueKind::Text(text) | ValueKind::Heredoc(text) | ValueKind::Number(text) => {
                return Some(Spanned::new(text.clone().into_owned(), value.span));
            }
            ValueKind::Null => return Some(Spanned::new(String::new(), value.span)),
            ValueKind::Undecodable => {
                undecodable(refuser, value.span);
                return None;
            }
            _ => {}
        }
    }
    let fault = format!("{field}: unknown type for string {}", node.type_name());
    refuse_type(refuser, node, context, &fault);
    None
}

/// A list of texts, appended to `list`.
pub(super) fn strings(
    refuser: &mut Refuser,
    node: Node,
    field: &str,
    context: &dyn Display,
    list: &mut Vec<Spanned<String>>,
) {
    match node {
        Node::Plain(Value { kind: ValueKind::List(elements), .. }) => {
            for (at, element) in elements.iter().enumerate() {
                let field = Field { name: field, index: Some(at) };
                list.extend(string(refuser, Node::Plain(element), field, context));
            }
        }
        Node::Plain(_) => {
            refuse_type(refuser, node, context, &format!("unknown slice type: {}", node.type_name()))
        }
        Node::Members(_, items) => {
            for item in items.iter().take(1) {
                refuse_member(refuser, item, 0, field, context);
            }
        }
        Node::Labelled(items) => {
            for item in items.iter().take(1) {
                refuse_member(refuser, item, 1, field, context);
            }
        }
    }
}

fn refuse_member(refuser: &mut Refuser, item: &Item, label: usize, field: &str, context: &dyn Display) {
    let at = item.keys.get(label).map(|key| key.at);
    let fault = format!("root.{field}[0]: unknown type for string *ast.ObjectItem");
    refuse_at(refuser, item.span, at, context, &fault);
}

/// A whole number, from a number or a text.
pub(super) fn integer(refuser: &mut Refuser, node: Node, field: &str, context: &dyn Display) -> Option<i64> {
    if let Node::Plain(value) = node {
        match &value.kind {
            ValueKind::Number(text) | ValueKind::Text(text) => {
                return parsed_integer(refuser, value.span, text, context);
            }
            ValueKind::Null => return parsed_integer(refuser, value.span, "", context),
            _ => {}
        }
    }
    let fault = format!("root.{field}: unknown type {}", node.type_name());
    refuse_type(refuser, node, context, &fault);
    None
}

pub(super) fn parsed_integer(
    refuser: &mut Refuser,
    span: Span,
    text: &str,
    context: &dyn Display,
) -> Option<i64> {
    match go_integer(text) {
        Ok(number) => Some(number),
        Err(why) => {
            let server = format!("{context}strconv.ParseInt: parsing {}: {why}", quote(text));
            refuser.refuse(span, RefusalKind::Type, text, server);
            None
        }
    }
}

/// A truth value.
pub(super) fn boolean(refuser: &mut Refuser, node: Node, field: &str, context: &dyn Display) {
    if !matches!(node, Node::Plain(Value { kind: ValueKind::Bool(_), .. })) {
        let fault = format!("root.{field}: unknown type {}", node.type_name());
        refuse_type(refuser, node, context, &fault);
    }
}

/// Names with lists of values, merged into `map`.
pub(super) fn parameters(
    refuser: &mut Refuser,
    node: Node,
    field: &str,
    context: &dyn Display,
    map: &mut Vec<Parameter>,
) {
    match node {
        Node::Plain(_) => {
            let fault = format!("root.{field}: not an object type for map ({})", node.type_name());
            refuse_type(refuser, node, context, &fault);
        }
        Node::Members(_, items) => {
            let mut index = Index::of(items.len(), map.iter().map(|known| known.name.as_str()));
            for item in items {
                parameter(refuser, item, 0, field, context, map, &mut index);
            }
        }
        Node::Labelled(items) => {
            let mut index = Index::of(items.len(), map.iter().map(|known| known.name.as_str()));
            for item in items {
                parameter(refuser, item, 1, field, context, map, &mut index);
            }
        }
    }
}

/// One member of a parameter map; `label` keys belong to the map's own name.
fn parameter(
    refuser: &mut Refuser,
    item: &Item,
    label: usize,
    field: &str,
    context: &dyn Display,
    map: &mut Vec<Parameter>,
    index: &mut Index,
) {
    let Some(name) = item.keys.get(label) else { return };
    if !readable(refuser, name) {
        return;
    }
    if item.keys.len() > label + 1 {
        let server =
            format!("{context}root.{field}.{}[0]: cannot decode into interface: *ast.ObjectItem", name.text);
        refuser.refuse(item.span, RefusalKind::Type, &name.text, server);
        return;
    }
    let mut values = Vec::new();
    match &item.value.kind {
        ValueKind::List(elements) => {
            for element in elements {
                let value = any(refuser, element, None, true, context);
                values.extend(value.map(|value| Spanned::new(value, element.span)));
            }
        }
        ValueKind::Object(_) => {
            let value = any(refuser, &item.value, None, true, context);
            values.extend(value.map(|value| Spanned::new(value, item.value.span)));
        }
        _ => {
            let fault = format!("unknown slice type: {}", type_name(&item.value));
            refuse_at(refuser, item.value.span, Some(item.value.at), context, &fault);
        }
    }
    let known = index.find(&name.text, map.iter().map(|known| known.name.as_str()));
    match known.and_then(|at| map.get_mut(at)) {
        Some(known) => known.values.append(&mut values),
        None => {
            index.note(&name.text, map.len());
            map.push(Parameter { name: Spanned::new(name.text.clone().into_owned(), name.span), values });
        }
    }
}

/// False, with a refusal, for a key at which the server's decoder fails.
pub(super) fn readable(refuser: &mut Refuser, key: &Key) -> bool {
    if !key.readable {
        undecodable(refuser, key.span);
    }
    key.readable
}

/// The server drops the connection here, so there are no words of its own.
pub(super) fn undecodable(refuser: &mut Refuser, span: Span) {
    refuser.refuse(span, RefusalKind::Other, "", "unquote: invalid syntax".to_owned());
}

pub(super) fn refuse_type(refuser: &mut Refuser, node: Node, context: &dyn Display, fault: &str) {
    if let Some(span) = node.span() {
        refuse_at(refuser, span, node.at(), context, fault);
    }
}

fn refuse_at(refuser: &mut Refuser, span: Span, at: Option<u32>, context: &dyn Display, fault: &str) {
    let server = format!("{context}{}{fault}", refuser.at(at));
    refuser.refuse(span, RefusalKind::Type, "", server);
}
