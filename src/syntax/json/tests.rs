#![allow(clippy::string_slice)]

use proptest::prelude::*;

use super::*;

const SOURCE: SourceId = SourceId(0);

fn to_value(node: &Node) -> serde_json::Value {
    match &node.kind {
        NodeKind::Null => serde_json::Value::Null,
        NodeKind::Bool(truth) => (*truth).into(),
        NodeKind::Int(number) => (*number).into(),
        NodeKind::Float(number) => (*number).into(),
        NodeKind::Text(text) | NodeKind::Block(text, _) => text.as_str().into(),
        NodeKind::List(items) => items.iter().map(to_value).collect(),
        NodeKind::Map(entries) => {
            entries.iter().map(|entry| (entry.key.value.clone(), to_value(&entry.value))).collect()
        }
    }
}

/// The verdict is serde_json's, and so is the value.
#[test]
fn what_is_json_is_read_and_nothing_else() {
    for text in [
        "null",
        "true",
        "false",
        "0",
        "12",
        "-1.5",
        "1e3",
        "1E-3",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "-",
        "0x1",
        "1_000",
        "9223372036854775807",
        "18446744073709551616",
        "1e400",
        "\"\"",
        "\"a\"",
        "\"\\n\\t\\\"\\\\\\/\\b\\f\\r\"",
        "\"\\u00e4\"",
        "\"\\ud83e\\udd80\"",
        "\"\\u00\"",
        "\"\\x\"",
        "\"\\ü\"",
        "\"a\nb\"",
        "\"a",
        "'a'",
        "[]",
        "[1, 2]",
        "[1,]",
        "[,]",
        "[1 2]",
        "[",
        "{}",
        "{\"a\": 1}",
        "{\"a\": {\"b\": [null]}}",
        "{\"a\" 1}",
        "{\"a\": 1,}",
        "{a: 1}",
        "{\"a\"}",
        "{",
        "nul",
        "nulll",
        "true false",
        "// x\n1",
        "1 # x",
        "",
        "  ",
        " [ ] ",
        "\u{feff}1",
        "ü",
    ] {
        let ours = parse(text, SOURCE);
        match serde_json::from_str::<serde_json::Value>(text) {
            Ok(value) => {
                assert_eq!(ours.errors, [], "{text}");
                assert_eq!(to_value(&ours.root.unwrap()), value, "{text}");
            }
            Err(_) => {
                assert!(ours.root.is_none(), "{text}");
                assert_eq!(ours.errors.len(), 1, "{text}");
                assert!(text.get(ours.errors[0].span.range()).is_some(), "{text}");
            }
        }
    }
}

#[test]
fn spans_are_what_was_written() {
    let text = r#" {"a": [1, "x\"y"], "b" : {"c": null}} "#;
    let root = parse(text, SOURCE).root.unwrap();
    let slice = |span: Span| &text[span.range()];
    assert_eq!(slice(root.span), text.trim());
    assert_eq!(slice(root.entry("a").unwrap().key.span), "\"a\"");
    assert_eq!(slice(root.get("a").unwrap().span), r#"[1, "x\"y"]"#);
    assert_eq!(slice(root.get("a").unwrap().items()[1].span), r#""x\"y""#);
    assert_eq!(slice(root.entry("b").unwrap().span()), r#""b" : {"c": null}"#);
}

#[test]
fn a_key_written_twice_shows_both_places() {
    let text = r#"{"a": 1, "b": 2, "a": 3}"#;
    let parsed = parse(text, SOURCE);
    let error = &parsed.errors[0];
    assert_eq!(error.message, "the key `a` is written twice in this map");
    assert_eq!(error.span.start as usize, text.rfind("\"a\"").unwrap());
    assert_eq!(error.label.as_ref().unwrap().0.start, 1);
    assert_eq!(parsed.root.unwrap().entries().len(), 2);
}

#[test]
fn nesting_has_a_limit() {
    for (levels, accepted) in [(limits::DEPTH, true), (limits::DEPTH + 1, false), (100_000, false)] {
        let parsed = parse(&format!("{}{}", "[".repeat(levels), "]".repeat(levels)), SOURCE);
        assert_eq!(parsed.root.is_some(), accepted);
        assert!(accepted || parsed.errors[0].message == "nested deeper than 128 levels");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "[\\[\\]{}\",:\\\\0-9a-eu.+ü -]{0,30}") {
        let parsed = parse(&text, SOURCE);
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        // Lone surrogates stand for the replacement character here, as in Go; serde_json refuses them.
        prop_assert!(parsed.root.is_some() == theirs.is_ok() || text.contains("\\u"), "{text:?}");
        for error in &parsed.errors {
            prop_assert!(text.get(error.span.range()).is_some());
        }
    }
}
