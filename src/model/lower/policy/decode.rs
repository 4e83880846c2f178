//! Values of the tree to the types that the server wants, with its conversions and its complaints.
//!
//! A field may be written several times, as argument or as block: lists append, maps merge, of other values the
//! last one wins. Every function gives what could be read and reports the rest.

use std::fmt::{self, Display};

use super::refuse::{Refuser, quote};
use crate::model::vault::duration::{DurationError, Nanoseconds};
use crate::model::vault::policy::{Parameter, ParameterValue, RefusalKind};
use crate::syntax::hcl1::{Item, Key, Value, ValueKind};
use crate::syntax::{Span, Spanned};

/// What a field's value is taken from.
#[derive(Clone, Copy)]
pub(super) enum Node<'i> {
    /// A value that is no object.
    Plain(&'i Value),
    /// The members of an object.
    Members(&'i Value, &'i [Item]),
    /// Blocks with labels after the field's name.
    Labelled(&'i [&'i Item]),
}

impl<'i> Node<'i> {
    pub(super) fn of(value: &'i Value) -> Node<'i> {
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
pub(super) fn each<'i>(items: &'i [Item], name: &str, mut take: impl FnMut(Node<'_>, &'i Item)) {
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
                return Some(Spanned::new(text.clone(), value.span));
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

fn parsed_integer(refuser: &mut Refuser, span: Span, text: &str, context: &dyn Display) -> Option<i64> {
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
            for item in items {
                parameter(refuser, item, 0, field, context, map);
            }
        }
        Node::Labelled(items) => {
            for item in items {
                parameter(refuser, item, 1, field, context, map);
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
    match map.iter_mut().find(|known| known.name.value == name.text) {
        Some(known) => known.values.append(&mut values),
        None => map.push(Parameter { name: Spanned::new(name.text.clone(), name.span), values }),
    }
}

/// A value of any type. `old` is what the same key held before, which the server then insists on the type of; an
/// object inside anything but a list becomes a list of that object.
pub(super) fn any(
    refuser: &mut Refuser,
    value: &Value,
    old: Option<ParameterValue>,
    in_list: bool,
    context: &dyn Display,
) -> Option<ParameterValue> {
    if let Some(old) = old {
        return any_over(refuser, value, old, context);
    }
    Some(match &value.kind {
        ValueKind::Text(text) | ValueKind::Heredoc(text) => ParameterValue::Text(text.clone()),
        ValueKind::Null => ParameterValue::Text(String::new()),
        ValueKind::Bool(value) => ParameterValue::Bool(*value),
        ValueKind::Number(text) => {
            parsed_integer(refuser, value.span, text, context)?;
            ParameterValue::Number(text.clone())
        }
        ValueKind::Float(text) => {
            parsed_float(refuser, value.span, text, context)?;
            ParameterValue::Number(text.clone())
        }
        ValueKind::Undecodable => {
            undecodable(refuser, value.span);
            return None;
        }
        ValueKind::List(elements) => {
            let elements = elements.iter().filter_map(|element| any(refuser, element, None, true, context));
            ParameterValue::List(elements.collect())
        }
        ValueKind::Object(items) if in_list => object(refuser, items, context),
        ValueKind::Object(items) => {
            // As a list, each member is an object of its own.
            let members = items.iter().map(|item| object(refuser, std::slice::from_ref(item), context));
            ParameterValue::List(members.collect())
        }
    })
}

fn any_over(
    refuser: &mut Refuser,
    value: &Value,
    old: ParameterValue,
    context: &dyn Display,
) -> Option<ParameterValue> {
    let node = Node::Plain(value);
    match (old, &value.kind) {
        (ParameterValue::Text(_), _) => {
            string(refuser, node, "value".into(), context).map(|text| ParameterValue::Text(text.value))
        }
        (ParameterValue::Number(old), ValueKind::Number(_) | ValueKind::Text(_))
            if go_integer(&old).is_ok() =>
        {
            integer(refuser, node, "value", context).map(|number| ParameterValue::Number(number.to_string()))
        }
        (ParameterValue::Number(old), ValueKind::Number(text) | ValueKind::Float(text))
            if go_integer(&old).is_err() =>
        {
            parsed_float(refuser, value.span, text, context)?;
            Some(ParameterValue::Number(text.clone()))
        }
        (ParameterValue::Bool(_), ValueKind::Bool(value)) => Some(ParameterValue::Bool(*value)),
        (ParameterValue::List(mut list), ValueKind::List(elements)) => {
            list.extend(elements.iter().filter_map(|element| any(refuser, element, None, true, context)));
            Some(ParameterValue::List(list))
        }
        (ParameterValue::List(mut list), ValueKind::Object(items)) => {
            list.push(object(refuser, items, context));
            Some(ParameterValue::List(list))
        }
        (ParameterValue::List(_), _) => {
            refuse_type(refuser, node, context, &format!("unknown slice type: {}", type_name(value)));
            None
        }
        _ => {
            refuse_type(refuser, node, context, &format!("unknown type {}", type_name(value)));
            None
        }
    }
}

fn object(refuser: &mut Refuser, items: &[Item], context: &dyn Display) -> ParameterValue {
    let mut members: Vec<(String, ParameterValue)> = Vec::with_capacity(items.len());
    for item in items {
        let Some(name) = item.keys.first() else { continue };
        if !readable(refuser, name) {
            continue;
        }
        let known = members.iter().position(|(known, _)| *known == name.text);
        let value = if item.keys.len() > 1 {
            let inner = any(refuser, &item.value, None, false, context);
            inner.map(|inner| ParameterValue::List(vec![inner]))
        } else {
            let old = known.and_then(|at| members.get(at)).map(|(_, value)| value.clone());
            any(refuser, &item.value, old, false, context)
        };
        let Some(value) = value else { continue };
        match known.and_then(|at| members.get_mut(at)) {
            Some(member) => member.1 = value,
            None => members.push((name.text.clone(), value)),
        }
    }
    ParameterValue::Object(members)
}

/// A duration from a value of any type that was read before; `prefix` stands before the server's complaint.
pub(super) fn duration(
    refuser: &mut Refuser,
    value: &ParameterValue,
    span: Span,
    prefix: &str,
) -> Option<Nanoseconds> {
    let (word, result) = match value {
        ParameterValue::Text(text) => (text.as_str(), Nanoseconds::parse(text)),
        ParameterValue::Number(text) => (text.as_str(), number_duration(text)),
        _ => {
            let server = format!("{prefix}could not parse duration from input");
            refuser.refuse(span, RefusalKind::WrappingTtl, "", server);
            return None;
        }
    };
    let fault = match result {
        Ok(duration) => return Some(duration),
        Err(DurationError::Overflow) if !word.ends_with(['h', 'm', 's']) => {
            "multiplication of durations resulted in overflow, one operand may be too large".to_owned()
        }
        Err(DurationError::MissingUnit) => format!("time: missing unit in duration {}", quote(word)),
        Err(DurationError::UnknownUnit) => format!("time: unknown unit in duration {}", quote(word)),
        Err(DurationError::Days) if word.ends_with('d') => {
            let days = word.strip_suffix('d').unwrap_or(word);
            format!("strconv.ParseInt: parsing {}: invalid syntax", quote(days))
        }
        Err(_) => format!("time: invalid duration {}", quote(word)),
    };
    refuser.refuse(span, RefusalKind::WrappingTtl, word, format!("{prefix}{fault}"));
    None
}

fn number_duration(text: &str) -> Result<Nanoseconds, DurationError> {
    match go_integer(text) {
        Ok(seconds) => Nanoseconds::from_seconds(seconds),
        Err(_) => text.parse().map_err(|_| DurationError::Malformed).and_then(Nanoseconds::from_hcl_float),
    }
}

fn parsed_float(refuser: &mut Refuser, span: Span, text: &str, context: &dyn Display) -> Option<f64> {
    let why = match text.parse::<f64>() {
        Ok(number) if number.is_finite() => return Some(number),
        Ok(_) => "value out of range",
        Err(_) => "invalid syntax",
    };
    let server = format!("{context}strconv.ParseFloat: parsing {}: {why}", quote(text));
    refuser.refuse(span, RefusalKind::Type, text, server);
    None
}

/// `strconv.ParseInt` with base 0: decimal, `0x`, `0o` or `0`, `0b`, with `_` between digits.
pub(super) fn go_integer(text: &str) -> Result<i64, &'static str> {
    const SYNTAX: &str = "invalid syntax";
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let lower = unsigned.to_ascii_lowercase();
    let (base, digits) = match (lower.get(..2), lower.strip_prefix('0')) {
        (Some("0x"), _) => (16, lower.get(2..)),
        (Some("0o"), _) => (8, lower.get(2..)),
        (Some("0b"), _) => (2, lower.get(2..)),
        (_, Some(rest)) if !rest.is_empty() => (8, Some(rest)),
        _ => (10, Some(lower.as_str())),
    };
    let digits = digits.unwrap_or("");
    // A `_` may follow the prefix of the base, but not open a number without one.
    let body = if base == 10 { digits } else { digits.strip_prefix('_').unwrap_or(digits) };
    if body.is_empty() || body.split('_').any(str::is_empty) {
        return Err(SYNTAX);
    }
    let plain: String = body.chars().filter(|next| *next != '_').collect();
    if !plain.chars().all(|next| next.is_digit(base)) {
        return Err(SYNTAX);
    }
    let signed = if text.starts_with('-') { format!("-{plain}") } else { plain };
    i64::from_str_radix(&signed, base).map_err(|_| "value out of range")
}

/// False, with a refusal, for a key at which the server's decoder fails.
pub(super) fn readable(refuser: &mut Refuser, key: &Key) -> bool {
    if !key.readable {
        undecodable(refuser, key.span);
    }
    key.readable
}

/// The server drops the connection here, so there are no words of its own.
fn undecodable(refuser: &mut Refuser, span: Span) {
    refuser.refuse(span, RefusalKind::Other, "", "unquote: invalid syntax".to_owned());
}

fn refuse_type(refuser: &mut Refuser, node: Node, context: &dyn Display, fault: &str) {
    if let Some(span) = node.span() {
        refuse_at(refuser, span, node.at(), context, fault);
    }
}

fn refuse_at(refuser: &mut Refuser, span: Span, at: Option<u32>, context: &dyn Display, fault: &str) {
    let server = format!("{context}{}{fault}", refuser.at(at));
    refuser.refuse(span, RefusalKind::Type, "", server);
}
