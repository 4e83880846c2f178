// Spans are compared by the text they cut out.
#![allow(clippy::string_slice)]

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::syntax::SourceId;

fn parse_whole(text: &str) -> Document<'_> {
    parse(text, &Place::from(SourceId(0), 0))
}

/// `text of the span: message` for each error.
fn errors(text: &str) -> Vec<String> {
    let document = parse_whole(text);
    document.errors.iter().map(|error| format!("{}: {}", &text[error.span.range()], error.message)).collect()
}

/// Calls `visit` with the span of every node and what its text must be able to begin with.
fn each_node(items: &[Item], visit: &mut impl FnMut(Span, &str, char)) {
    for item in items {
        for key in &item.keys {
            visit(key.span, "key", if key.quoted { '"' } else { key.text.chars().next().unwrap_or(' ') });
        }
        if let Some(assign) = item.assign {
            visit(assign.span, "assign", ' ');
        }
        each_value(&item.value, visit);
    }
}

fn each_value(value: &Value, visit: &mut impl FnMut(Span, &str, char)) {
    match &value.kind {
        ValueKind::Text(_) | ValueKind::Undecodable => visit(value.span, "text", '"'),
        ValueKind::Heredoc(_) => visit(value.span, "heredoc", '<'),
        ValueKind::Number(text) | ValueKind::Float(text) => {
            visit(value.span, "number", text.chars().next().unwrap_or(' '));
        }
        ValueKind::Bool(value_of) => visit(value.span, "bool", if *value_of { 't' } else { 'f' }),
        ValueKind::Null => visit(value.span, "null", 'n'),
        ValueKind::List(elements) => {
            visit(value.span, "list", '[');
            elements.iter().for_each(|element| each_value(element, visit));
        }
        ValueKind::Object(items) => {
            visit(value.span, "object", '{');
            each_node(items, visit);
        }
    }
}

const HCL: &str = "# né\r\npath \"sécret/*\" {\r\n  capabilities = [\"read\", 5, 1.5, true]\r\n  comment = <<EOF\r\nünd\r\nEOF\r\n  allowed_parameters { \"x\" = [{ k = \"é\" }] }\r\n}\r\n\"path\" b\r\n{}\r\n";
const JSON: &str = "{\r\n \"path\": {\"sécret/*\": {\"capabilities\": [\"read\", 5, 1.5], \"policy\": null, \"comment\": true}}}";

#[test]
fn every_node_spans_its_own_text() {
    for text in [HCL, JSON] {
        let document = parse_whole(text);
        assert!(document.errors.is_empty(), "{:?}", document.errors);
        let mut nodes = 0;
        each_node(&document.items, &mut |span, what, first| {
            let slice = &text[span.range()];
            nodes += 1;
            if what == "assign" {
                assert!(slice == "=" || slice == ":", "{slice}");
            } else {
                assert!(slice.starts_with(first), "{what}: {slice}");
                assert_eq!(slice.trim_end_matches(['\r', '\n']), slice.trim(), "{what}");
            }
            match first {
                '"' | '[' | '{' => assert!(slice.ends_with(['"', ']', '}']), "{what}: {slice}"),
                _ => {}
            }
        });
        assert!(nodes > 12);
    }
    let document = parse_whole(HCL);
    assert_eq!(&HCL[document.items[0].span.range()], &HCL[7..HCL.rfind("\r\n\"path\"").expect("second")]);
    assert_eq!(&HCL[document.items[1].span.range()], "\"path\" b\r\n{}");
    assert_eq!(&HCL[document.comments[0].clone()], "# né");
    let ValueKind::Object(items) = &document.items[0].value.kind else { panic!("a block") };
    assert!(matches!(&items[1].value.kind, ValueKind::Heredoc(text) if text == "ünd\n"));
}

#[test]
fn spans_of_embedded_text_lie_in_the_source() {
    let source = "data:\n  p: |\n    path \"a\" {\n      capabilities = [\"réad\"]\n    }\n";
    let mut inner = String::new();
    let mut pieces = Vec::new();
    let mut at = 0;
    for line in source.split_inclusive('\n') {
        if let Some(body) = line.strip_prefix("    ") {
            pieces.push((inner.len() as u32, (at + 4) as u32));
            inner.push_str(body);
        }
        at += line.len();
    }
    let document = parse(&inner, &Place::pieces(SourceId(7), pieces));
    assert!(document.errors.is_empty());
    let item = &document.items[0];
    assert_eq!(item.span.source, SourceId(7));
    assert_eq!(&source[item.span.range()], source.trim_start_matches("data:\n  p: |\n    ").trim_end());
    let mut texts = Vec::new();
    each_node(&document.items, &mut |span, what, _| {
        if what == "text" {
            texts.push(&source[span.range()]);
        }
    });
    assert_eq!(texts, ["\"réad\""]);
    let nodes: Vec<&str> = document.nodes().iter().map(|range| &inner[range.clone()]).collect();
    assert_eq!(nodes, ["\"réad\"", "capabilities = [\"réad\"]", inner.trim_end()]);
}

#[test]
fn each_fault_is_said_once_and_reading_goes_on() {
    let text = r#"
path "one" = {
  capabilities = ["read"]
}
path 'two' {
  capabilities = ["read"]
}
path "three" {
  capabilities: ["read"]
  policy = read
}
path "four" {
  capabilities = ["read", "list"
}
path "five" {
  capabilities = concat(["read"], ["list"])
}
path "six" {
  capabilities = ["read"]
"#;
    assert_eq!(
        errors(text),
        [
            "=: a block with a label takes no `=`",
            "'two': text in single quotes",
            ":: `:` where `=` should stand",
            "read: `read` is no value",
            "[: this `[` is never closed",
            "concat(: a policy cannot call `concat`",
            "{: this `{` is never closed",
        ]
    );
    let labels: Vec<String> =
        parse_whole(text).items.iter().map(|item| item.keys[1].text.to_string()).collect();
    assert_eq!(labels, ["one", "two", "three", "four", "five", "six"]);
}

#[test]
fn faults_have_words_of_their_own() {
    let table = [
        ("path \"a\" {\n  policy = \"read\n}\n", "\"read: this text is never closed"),
        ("path \"a\" {\n  policy = \"${read\"\n}\n", "\"${read\": this text is never closed"),
        ("path \"a\\q\" {}", "\\q: `\\q` is no escape"),
        ("path \"a\\x4\" {}", "\\x: `\\x` is no escape"),
        ("path \"a\\18\" {}", "\\1: `\\1` is no escape"),
        ("path secret/foo {}", "/: unexpected `/`"),
        ("path \"a\" { capabilities [\"read\"] }", "[: `=` is missing before the list"),
        ("path \"a\" { capabilities = [\"read\"]; policy = \"read\" }", ";: unexpected `;`"),
        (
            "path \"a\" { capabilities = [\"read\" \"list\"] }",
            " \"list\": a comma is missing between these values",
        ),
        (
            "path \"a\" { min_wrapping_ttl = 1 + 1 }",
            "+: unexpected `+` where a block or an argument should stand",
        ),
        ("path \"a\" { comment = null }", "null: `null` is no value"),
        ("path \"a\" { comment = var.x }", "var.x: `var.x` is no value"),
        ("path \"a\" {}}", "}: unexpected `}` where a block or an argument should stand"),
        ("path \"a\"", "path \"a\": `path \"a\"` has no body"),
        ("path \"a\" { policy }", "policy: `policy` has no value"),
        ("path \"a\" { capabilities = [\"read\"", "[: this `[` is never closed"),
        ("/* x", "/*: this comment is never closed"),
        ("path \"a\" { comment = <<EOF\nx\n}", "<<EOF: this heredoc is never closed"),
        ("path \"a\" { comment = <<-EOF\nx\nEOF\n}", "<<-EOF: this heredoc is never closed"),
        (
            "path \"a\" { min_wrapping_ttl = 009 }",
            "009: a number that starts with `0` is octal and cannot hold `8` or `9`",
        ),
        ("path\u{a0}\"a\" {}", "\u{a0}: unexpected a no-break space"),
        ("# \0", "\0: unexpected NUL character"),
        ("\u{feff}path \"a\" {}", "\u{feff}: the text begins with a byte order mark, which servers refuse"),
        ("path \u{201c}a\u{201d} {}", "\u{201c}: unexpected `\u{201c}`"),
        ("{\"path\": {\"a\": {\"policy\": read}}}", "read: `read` is no value"),
        ("{\"path\": {\"a\\/b\": {}}}", "\\/: `\\/` is no escape"),
        (
            "{\"path\": {\"a\": {\"capabilities\": [null]}}}",
            "null: unexpected `null` where a value or `]` should stand",
        ),
    ];
    for (text, wanted) in table {
        assert_eq!(errors(text), [wanted], "{text}");
    }
}

#[test]
fn an_unclosed_block_gives_back_the_rules_behind_it() {
    let text = "path \"a\" {\n  policy = \"read\"\n\npath \"b\" {\n}\n\npath \"c\" {\n}\n";
    let document = parse_whole(text);
    assert_eq!(document.errors.len(), 1);
    let (label, _) = document.errors[0].label.as_ref().expect("a label");
    assert_eq!(label.start as usize, text.find("path \"b\"").expect("second rule"));
    let labels: Vec<&str> = document.items.iter().map(|item| item.keys[1].text.as_ref()).collect();
    assert_eq!(labels, ["a", "b", "c"]);
}

#[test]
fn what_the_server_drops_is_noted() {
    let table = [
        ("{\"path\": {\"a\": {}}} tail", &["tail"][..]),
        (
            "{\"path\": {\"a\": {\"capabilities\": [\"read\"] \"policy\": \"sudo\"}}}",
            &["\"policy\"", "\"sudo\""],
        ),
        ("{\"path\": {\"a\": {\"comment\"}}}", &["\"comment\""]),
        ("{\"path\": {\"a\": {\"capabilities\": [true, \"read\"]}}}", &["true"]),
        ("path \"a\" {}\nname = # x", &["name = # x"]),
        // A lone carriage return is white space and ends no comment, as tried on a server.
        ("// x\r/* y */ path \"a\" {}", &["/* y */ path \"a\" {}"]),
        ("# x\r path \"a\" {}\npath \"b\" {}", &["path \"a\" {}"]),
        ("# x\r# y\rpath \"a\" {}\r\npath \"b\" {}", &["# y\rpath \"a\" {}"]),
    ];
    for (text, wanted) in table {
        let document = parse_whole(text);
        assert!(document.errors.is_empty(), "{text}: {:?}", document.errors);
        let ignored: Vec<&str> = document.ignored.iter().map(|span| &text[span.range()]).collect();
        assert!(ignored.starts_with(&wanted[..1]), "{text}: {ignored:?}");
    }
}

#[test]
fn lone_carriage_returns_are_white_space() {
    for (text, items) in [
        ("// x\r/* y */ path \"a\" {}", 0),
        ("# x\rpath \"a\" {}", 0),
        ("# x\rpath \"a\" {}\npath \"b\" {}", 1),
        ("path \"a\" {}\rpath \"b\" {}", 2),
        ("path \"a\" {\r  capabilities = [\"read\"]\r  min_wrapping_ttl = \"1m\"\r}", 1),
        ("# x\r%%% \npath \"a\" {}", 1),
        ("/* x\r*/path \"a\" {}", 1),
        ("// x\r\n/* y */ path \"a\" {}", 1),
    ] {
        let document = parse_whole(text);
        assert!(document.errors.is_empty(), "{text:?}: {:?}", document.errors);
        assert_eq!(document.items.len(), items, "{text:?}");
    }
    for text in [
        "# x\r# y\npath \"a\" {}",
        "# x\r\npath \"a\" {}",
        "# x\r\r\npath \"a\" {}",
        "/* x\ry */ path \"a\" {}",
        "# x\r",
    ] {
        assert!(parse_whole(text).ignored.is_empty(), "{text:?}");
    }
}

#[test]
fn nesting_has_a_limit_that_is_said() {
    for (open, close) in [("a = [", "]"), ("a {", "}")] {
        let deep = |levels: usize| {
            if close == "]" {
                format!("a = {}{}", "[".repeat(levels), "]".repeat(levels))
            } else {
                format!("{}{}", open.repeat(levels), close.repeat(levels))
            }
        };
        assert!(parse_whole(&deep(128)).errors.is_empty(), "{open}");
        let errors = parse_whole(&deep(100_000)).errors;
        assert_eq!(errors.len(), 1, "{open}");
        assert_eq!(errors[0].message, "more than 128 brackets within each other");
    }
    let errors = parse_whole(&"{\"a\":".repeat(100_000)).errors;
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].message, "more than 128 brackets within each other");
}

#[test]
fn errors_are_capped_and_counted() {
    let mut text = String::new();
    for number in 0..80 {
        let _ = writeln!(text, "path \"{number}\" = {{}}");
    }
    let document = parse_whole(&text);
    assert_eq!((document.errors.len(), document.more_errors), (50, 30));
    assert_eq!(document.items.len(), 80);
}

#[test]
fn texts_are_decoded_as_by_the_server() {
    let table = [
        (r#"a = "\x41\101\u0041\U00000041""#, Some("AAAA")),
        (r#"a = "${x\n}\n""#, Some("${x\\n}\n")),
        (r#"a = "${"x"}${"y"}""#, Some("${\"x\"}${\"y\"}")),
        (r#"a = "\400""#, None),
        ("a = \"${\u{fffd}}\"", None),
        ("a = \"${\r\n}\"", Some("${\n}")),
        ("a = <<E\nx\n  E\n", Some("x\n  ")),
        ("a = <<-E\n  x\n   y\n  E\n", Some("x\n y\n")),
        ("a = <<-E\nx\n   y\n  E\n", Some("x\n   y\n")),
    ];
    for (text, wanted) in table {
        let document = parse_whole(text);
        assert!(document.errors.is_empty(), "{text}: {:?}", document.errors);
        let seen = match &document.items[0].value.kind {
            ValueKind::Text(text) | ValueKind::Heredoc(text) => Some(text.as_ref()),
            _ => None,
        };
        assert_eq!(seen, wanted, "{text}");
    }
}

fn fragments() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "path ",
        "\"a\"",
        "{",
        "}",
        "[",
        "]",
        "=",
        ",",
        ":",
        "\n",
        "\r\n",
        " ",
        "capabilities",
        "\"read\"",
        "#",
        "//",
        "/*",
        "*/",
        "<<E\n",
        "E\n",
        "<<-E\n",
        "${",
        "\\",
        "\"",
        "'",
        "1e",
        "0x",
        "09",
        ".5",
        "-",
        "true",
        "null",
        "é",
        "²",
        "\u{0}",
        "\u{feff}",
        "\u{e123}",
        "{{",
        "}}",
        "(",
        ";",
    ]);
    prop::collection::vec(words, 0..40).prop_map(|words| words.concat())
}

fn assert_sound(text: &str) -> Result<(), TestCaseError> {
    let document = parse_whole(text);
    let inside = |span: Span| text.get(span.range()).is_some();
    for error in &document.errors {
        prop_assert!(inside(error.span), "{:?}", error);
        prop_assert!(error.label.as_ref().is_none_or(|(span, _)| inside(*span)), "{:?}", error);
    }
    let mut sound = true;
    each_node(&document.items, &mut |span, _, _| sound &= inside(span));
    prop_assert!(sound);
    prop_assert!(document.items.iter().all(|item| inside(item.span) && !item.keys.is_empty()));
    prop_assert!(document.ignored.iter().all(|span| inside(*span)));
    let ranges = document.nodes().iter().chain(&document.comments);
    prop_assert!(ranges.into_iter().all(|range| text.get(range.clone()).is_some()));
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in any::<String>()) {
        assert_sound(&text)?;
        assert_sound(&format!("{{{text}"))?;
    }

    #[test]
    fn any_mix_of_fragments_is_read_without_panic(text in fragments()) {
        assert_sound(&text)?;
        assert_sound(&format!("{{{text}"))?;
    }
}
