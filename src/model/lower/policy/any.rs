//! Values whose type the server leaves open: parameters and wrapping TTLs.

use std::fmt::Display;

use super::decode::{Node, integer, parsed_integer, readable, refuse_type, string, type_name, undecodable};
use super::index::Index;
use super::refuse::{Refuser, quote};
use crate::model::vault::duration::{DurationError, Nanoseconds};
use crate::model::vault::policy::{ParameterValue, RefusalKind};
use crate::syntax::Span;
use crate::syntax::hcl1::{Item, Value, ValueKind};

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
        ValueKind::Text(text) | ValueKind::Heredoc(text) => ParameterValue::Text(text.clone().into_owned()),
        ValueKind::Null => ParameterValue::Text(String::new()),
        ValueKind::Bool(value) => ParameterValue::Bool(*value),
        ValueKind::Number(text) => {
            parsed_integer(refuser, value.span, text, context)?;
            ParameterValue::Number(text.clone().into_owned())
        }
        ValueKind::Float(text) => {
            parsed_float(refuser, value.span, text, context)?;
            ParameterValue::Number(text.clone().into_owned())
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
            Some(ParameterValue::Number(text.clone().into_owned()))
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
    let mut index = Index::of(items.len(), std::iter::empty());
    for item in items {
        let Some(name) = item.keys.first() else { continue };
        if !readable(refuser, name) {
            continue;
        }
        let known = index.find(&name.text, members.iter().map(|(known, _)| known.as_str()));
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
            None => {
                index.note(&name.text, members.len());
                members.push((name.text.clone().into_owned(), value));
            }
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
