//! The server's JSON form to HCL.

use std::fmt::Write as _;

use crate::syntax::Span;
use crate::syntax::hcl1::lexer::RESERVED;
use crate::syntax::hcl1::{Document, Item, Value, ValueKind};

/// The items of a document in HCL, one per line; or the place of what HCL cannot express.
pub(super) fn transcribe(document: &Document<'_>) -> Result<String, Span> {
    let mut out = String::new();
    for item in &document.items {
        push_item(item, &mut out)?;
    }
    Ok(out)
}

/// A text in double quotes as HCL version 1 reads it back.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            // Between `${` and `}` quotes would not end the text and escapes would not be undone.
            '$' if rest.peek() == Some(&'{') => quoted.push_str("\\x24"),
            // The one printable character that the server's scanner keeps for itself.
            RESERVED => quoted.push_str("\\ue123"),
            control if control.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// Lists that would make a line longer than this get one line per element.
const WIDTH: usize = 100;

fn push_item(item: &Item<'_>, out: &mut String) -> Result<(), Span> {
    for (at, key) in item.keys.iter().enumerate() {
        if !key.readable {
            return Err(key.span);
        }
        if at == 0 && is_word(&key.text) {
            out.push_str(&key.text);
        } else {
            out.push_str(&quoted(&key.text));
        }
        out.push(' ');
    }
    if !matches!(item.value.kind, ValueKind::Object(_)) {
        out.push_str("= ");
    }
    push_value(&item.value, out)?;
    out.push('\n');
    Ok(())
}

fn push_value(value: &Value<'_>, out: &mut String) -> Result<(), Span> {
    match &value.kind {
        ValueKind::Text(text) | ValueKind::Heredoc(text) => out.push_str(&quoted(text)),
        ValueKind::Number(number) | ValueKind::Float(number) => out.push_str(number),
        ValueKind::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        ValueKind::List(elements) => push_list(elements, out)?,
        ValueKind::Object(items) => {
            out.push_str("{\n");
            for item in items {
                push_item(item, out)?;
            }
            out.push('}');
        }
        ValueKind::Null | ValueKind::Undecodable => return Err(value.span),
    }
    Ok(())
}

fn push_list(elements: &[Value<'_>], out: &mut String) -> Result<(), Span> {
    let mut texts = Vec::with_capacity(elements.len());
    for element in elements {
        let mut text = String::new();
        push_value(element, &mut text)?;
        texts.push(text);
    }
    let width: usize = texts.iter().map(|text| text.len() + 2).sum();
    if width > WIDTH {
        let _ = write!(out, "[\n{},\n]", texts.join(",\n"));
    } else {
        let _ = write!(out, "[{}]", texts.join(", "));
    }
    Ok(())
}

/// True if the text may stand without quotes.
fn is_word(text: &str) -> bool {
    let inside = |next: char| next.is_ascii_alphanumeric() || matches!(next, '_' | '-');
    text.starts_with(|next: char| next.is_ascii_alphabetic() || next == '_')
        && text.chars().all(inside)
        && !matches!(text, "true" | "false")
}
