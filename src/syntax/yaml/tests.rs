#![allow(clippy::string_slice)]

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::syntax::tree::{Entry, Spread};

const SOURCE: SourceId = SourceId(0);

fn read(text: &str) -> Stream {
    parse(text, SOURCE)
}

/// The only document of a text without errors.
fn one(text: &str) -> Node {
    let mut stream = read(text);
    assert_eq!(stream.errors, [], "{text}");
    assert_eq!(stream.documents.len(), 1, "{text}");
    stream.documents.remove(0).root
}

/// A tree in one line: text in quotes, all else bare.
fn show(node: &Node) -> String {
    match &node.kind {
        NodeKind::Null => "null".to_owned(),
        NodeKind::Bool(truth) => truth.to_string(),
        NodeKind::Int(number) => number.to_string(),
        NodeKind::Float(number) => format!("{number:?}"),
        NodeKind::Text(text) => format!("{text:?}"),
        NodeKind::Block(text, _) => format!("|{text:?}"),
        NodeKind::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        NodeKind::Map(entries) => {
            let entries: Vec<_> = entries
                .iter()
                .map(|Entry { key, value }| format!("{}: {}", key.value, show(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

#[test]
fn scalars_are_resolved_as_kubernetes_does() {
    for (written, expected) in [
        ("yes", "true"),
        ("Yes", "true"),
        ("YES", "true"),
        ("y", "true"),
        ("Y", "true"),
        ("on", "true"),
        ("On", "true"),
        ("ON", "true"),
        ("true", "true"),
        ("True", "true"),
        ("n", "false"),
        ("N", "false"),
        ("no", "false"),
        ("off", "false"),
        ("Off", "false"),
        ("FALSE", "false"),
        ("yES", "\"yES\""),
        ("oN", "\"oN\""),
        ("tRUE", "\"tRUE\""),
        ("~", "null"),
        ("null", "null"),
        ("NULL", "null"),
        ("nULL", "\"nULL\""),
        ("0777", "511"),
        ("01", "1"),
        ("08", "8.0"),
        ("00", "0"),
        ("0o14", "12"),
        ("0O14", "12"),
        ("1_000", "1000"),
        ("1__0", "10"),
        ("1_", "1"),
        ("_1", "\"_1\""),
        ("0b101", "5"),
        ("-0b101", "-5"),
        ("0b2", "\"0b2\""),
        ("+0x1F", "31"),
        ("-0x1f", "-31"),
        ("0x", "\"0x\""),
        ("0xg", "\"0xg\""),
        ("1e3", "1000.0"),
        ("1E+3", "1000.0"),
        ("1e400", "\"1e400\""),
        ("-1e400", "\"-1e400\""),
        ("1e-400", "0.0"),
        ("1.", "1.0"),
        (".5", "0.5"),
        ("._5", "\"._5\""),
        (".5_0", "0.5"),
        ("+.5", "0.5"),
        ("1.5.6", "\"1.5.6\""),
        ("1.20", "1.2"),
        ("12e03", "12000.0"),
        ("-", "[null]"),
        ("+", "\"+\""),
        ("-1", "-1"),
        ("- 1", "[1]"),
        ("9223372036854775807", "9223372036854775807"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("18446744073709551615", "1.8446744073709552e19"),
        ("+18446744073709551615", "1.8446744073709552e19"),
        ("99999999999999999999", "1e20"),
        ("2001-12-14", "\"2001-12-14\""),
        ("2001-12-14T21:59:43Z", "\"2001-12-14T21:59:43Z\""),
        ("190:20:30", "\"190:20:30\""),
        ("12:30", "\"12:30\""),
        ("24h", "\"24h\""),
        ("1d", "\"1d\""),
        ("nan", "\"nan\""),
        ("inf", "\"inf\""),
        ("<<", "\"<<\""),
        ("=", "\"=\""),
        ("'yes'", "\"yes\""),
        ("\"0777\"", "\"0777\""),
        ("''", "\"\""),
        ("!!str yes", "\"yes\""),
        ("!!str", "\"\""),
        ("! 12", "\"12\""),
        ("!Ref 12", "\"12\""),
        ("!!int \"12\"", "12"),
        ("!!float 1", "1.0"),
        ("!!bool \"on\"", "true"),
        ("!!timestamp 2001-12-14", "\"2001-12-14\""),
        ("!!timestamp 2001-1-1", "\"2001-1-1\""),
        ("!!timestamp \"2001-01-01 10:00:00\"", "\"2001-01-01 10:00:00\""),
        ("!!timestamp 2001-01-01t1:0:0.5Z", "\"2001-01-01t1:0:0.5Z\""),
        ("!!timestamp 2001-01-01T10:00:00+01:00", "\"2001-01-01T10:00:00+01:00\""),
        ("!!timestamp 2001-1-1 1:0:0,5", "\"2001-1-1 1:0:0,5\""),
        ("!!binary c3lzdGVt", "\"system\""),
        ("!!binary 'c3lzdGVt'", "\"system\""),
        ("!!binary \"c3lz\\r\\ndGVt\"", "\"system\""),
        ("!!binary", "\"\""),
        ("!!binary \"\\n\"", "\"\""),
        ("!!binary |\n c3lz\n dGVt\n", "\"system\""),
        ("!!binary |+\n YQ==\n\n", "\"a\""),
        ("!!binary YR==", "\"a\""),
        ("!!binary dHJ1ZQ==", "\"true\""),
        ("!!binary bnVsbA==", "\"null\""),
        ("!!binary &a c3lz", "\"sys\""),
        ("&a !!binary c3lz", "\"sys\""),
        ("!!binary # no !\n  c3lz", "\"sys\""),
        ("!<tag:yaml.org,2002:binary> c3lz", "\"sys\""),
        ("!!bin%61ry c3lz", "\"sys\""),
        ("!<tag:yaml.org,2002:bin%61ry> c3lz", "\"sys\""),
        ("!binary c3lz", "\"c3lz\""),
        ("!<!binary> c3lz", "\"c3lz\""),
        ("[!!binary c3lz, !!binary , a]", "[\"sys\", \"\", \"a\"]"),
        ("!!binary [a]", "[\"a\"]"),
        ("!!int |-\n 1", "1"),
        ("!!bool |-\n on", "true"),
        ("!!int 18446744073709551615", "1.8446744073709552e19"),
        ("!!set {a, b}", "{a: null, b: null}"),
        ("!!omap [a: 1]", "[{a: 1}]"),
        ("!!merge abc", "\"abc\""),
        ("!!null \"~\"", "null"),
        ("{!!merge <<: {a: 1}}", "{a: 1}"),
        ("{!!merge \"<<\": {a: 1}}", "{a: 1}"),
        ("{! <<: {a: 1}}", "{a: 1}"),
        ("{! \"<<\": {a: 1}}", "{a: 1}"),
        ("{!!str <<: {a: 1}}", "{<<: {a: 1}}"),
        ("{\"<<\": {a: 1}}", "{<<: {a: 1}}"),
        ("{!foo <<: {a: 1}}", "{<<: {a: 1}}"),
        ("|\n yes\n", "|\"yes\\n\""),
        ("kv/data/+/x", "\"kv/data/+/x\""),
        ("äöü 🦀", "\"äöü 🦀\""),
    ] {
        assert_eq!(show(&one(written)), expected, "{written}");
    }
}

#[test]
fn keys_are_resolved_to_the_texts_that_json_gets() {
    for (written, expected) in [
        ("y", "true"),
        ("on", "true"),
        ("No", "false"),
        ("01", "1"),
        ("0777", "511"),
        ("1.1", "1.1"),
        ("1.0", "1"),
        ("1e3", "1000"),
        ("1e6", "1e+06"),
        ("1e21", "1e+21"),
        ("0.0001", "0.0001"),
        ("0.00001", "1e-05"),
        ("123456789.5", "1.2345679e+08"),
        (".inf", ".inf"),
        ("-.inf", "-.inf"),
        (".nan", ".nan"),
        ("'y'", "y"),
        ("\"01\"", "01"),
        ("? a", "a"),
        ("!!binary c3lz", "sys"),
        ("!!int \"1\"", "1"),
        ("!!float 1", "1"),
        ("!!timestamp 2001-01-01", "2001-01-01"),
        ("? |\n  block\n", "block\n"),
    ] {
        let text = format!("{written}: 2");
        let text = if written.starts_with('?') { format!("{written}\n: 2") } else { text };
        let root = one(&text);
        assert_eq!(root.entries()[0].key.value, expected, "{text}");
    }
}

#[test]
fn what_cannot_be_read_is_an_error_with_its_place() {
    for (text, at, message) in [
        ("a: .inf", ".inf", "`.inf` is a number that JSON does not have"),
        ("a: !!int x", "x", "`x` is no `!!int`"),
        ("a: !!bool |\n  true\n", "true", "`true\n` is no `!!bool`"),
        ("a: !!float 18446744073709551615", "1", "`18446744073709551615` is no `!!float`"),
        ("a: !!timestamp 2001-02-30", "2", "`2001-02-30` is no `!!timestamp`"),
        ("a: !!timestamp 2001-01-01T1:0:0", "2", "`2001-01-01T1:0:0` is no `!!timestamp`"),
        ("a: !!timestamp 2001-1-1 25:00:00", "2", "`2001-1-1 25:00:00` is no `!!timestamp`"),
        ("a: !!timestamp 2001-001-01", "2", "`2001-001-01` is no `!!timestamp`"),
        ("a: !!binary c3lzdGV", "!!binary", "the text of this `!!binary` is not base64"),
        ("a: !!binary 'c3lz dGVt'", "!!binary", "the text of this `!!binary` is not base64"),
        ("a: !!binary c-_z", "!!binary", "the text of this `!!binary` is not base64"),
        ("a: !!binary YQ==YQ==", "!!binary", "the text of this `!!binary` is not base64"),
        ("a: !!binary >\n  c3lz\n  dGVt\n", "!!binary", "the text of this `!!binary` is not base64"),
        ("a: !!binary /w==", "!!binary", "the text of this `!!binary` is not UTF-8 once it is decoded"),
        ("a: !u!foo b", "!u!", "the handle wasn't declared"),
        ("a: 1\n!!binary YQ==: 2", "!!binary YQ==: 2", "the key `a` is written twice in this map"),
        ("? [a]\n: b", "[", "a list cannot be a key"),
        ("? {a: b}\n: c", "{", "a map cannot be a key"),
        ("a: {{ .Values.x }}", "{ .", "a map cannot be a key"),
        ("~: a", "~", "nothing cannot be a key"),
        ("a: 1\nb: 2\na: 3", "a: 3", "the key `a` is written twice in this map"),
        ("on: 1\ntrue: 3", "true", "the key `true` is written twice in this map"),
        ("a: {b: 1, c: 2, b: 3}", "b: 3", "the key `b` is written twice in this map"),
        ("a: *b", "*b", "no anchor of this name comes before this alias"),
        ("a: &a [*a]", "*a", "`*a` stands inside what it names"),
        ("a: &a 1\n<<: *a", "*a", "`<<` takes a map or a list of maps, not a number"),
        ("a: \"x", "\"x", "this quoted text is never closed"),
        ("a: [1, 2", "[1", "a bracket `[` is never closed"),
        ("a: [1, 2}", "[1", "`}` cannot close `[`"),
        ("a: \"\\+\"", "\"\\+", "this is no escape that YAML has"),
        ("a: b: c", ": c", "no `:` may stand here"),
        ("a: \"b\" c", "c", "nothing may follow the closing quote"),
        ("a: @x", "@x", "no plain text can begin with `@`"),
        ("a:\n\tb: 1", "b", "a tab stands where YAML wants spaces"),
        ("a: x\u{1}y", "\u{1}", "the control character U+0001 is not allowed in YAML"),
        ("a: x\0y", "\0", "the control character U+0000 is not allowed in YAML"),
        ("a: x\u{7f}", "\u{7f}", "the control character U+007F is not allowed in YAML"),
    ] {
        let stream = read(text);
        let error = stream.errors.first().unwrap_or_else(|| panic!("{text}"));
        assert_eq!(error.message, message, "{text}");
        let found = text.get(error.span.start as usize..).unwrap();
        assert!(found.starts_with(at) && found.is_empty() == at.is_empty(), "{text}: {found:?}");
    }
}

#[test]
fn a_key_written_twice_shows_the_first_place_and_keeps_the_first_value() {
    for filler in [0, 40] {
        let mut text = "same: 1\n".to_owned();
        for at in 0..filler {
            writeln!(text, "filler{at}: x").unwrap();
        }
        text.push_str("same: 2\n");
        let stream = read(&text);
        assert_eq!(stream.errors.len(), 1);
        let (first, note) = stream.errors[0].label.clone().unwrap();
        assert_eq!((first.start, note.as_str()), (0, "first written here"));
        assert_eq!(stream.errors[0].span.start as usize, text.rfind("same").unwrap());
        assert_eq!(show(stream.documents[0].root.get("same").unwrap()), "1");
    }
}

#[test]
fn spans_are_what_was_written() {
    let text = "\
# head
a: plain text
\"b\": 'quo''ted'  # behind
c:
  - x
  -   k: v
      l: w
  - [1, {m: n}]
  -
d: !!str tagged
e:
f: &anchor
  g: h
i: *anchor
ö: ü
? j
: k
";
    let root = one(text);
    let mut seen = Vec::new();
    fn walk<'t>(node: &Node, text: &'t str, seen: &mut Vec<&'t str>) {
        seen.push(&text[node.span.range()]);
        node.items().iter().for_each(|item| walk(item, text, seen));
        for entry in node.entries() {
            seen.push(&text[entry.key.span.range()]);
            walk(&entry.value, text, seen);
        }
    }
    walk(&root, text, &mut seen);
    let whole = text.trim_start_matches("# head\n").trim_end();
    let list = "x\n  -   k: v\n      l: w\n  - [1, {m: n}]\n  -";
    let expected = [
        whole,
        "a",
        "plain text",
        "\"b\"",
        "'quo''ted'",
        "c",
        list,
        "x",
        "k: v\n      l: w",
        "k",
        "v",
        "l",
        "w",
        "[1, {m: n}]",
        "1",
        "{m: n}",
        "m",
        "n",
        "",
        "d",
        "tagged",
        "e",
        "",
        "f",
        "g: h",
        "g",
        "h",
        "i",
        "*anchor",
        "g",
        "h",
        "ö",
        "ü",
        "j",
        "k",
    ];
    assert_eq!(seen, expected);
    let absent = root.get("e").unwrap().span;
    assert_eq!(&text[..absent.start as usize].lines().last().unwrap(), &"e:");
}

#[test]
fn the_span_of_base64_is_all_of_it_and_takes_no_edit() {
    for (text, expected) in [
        ("a: !!binary YQ==\n", "!!binary YQ=="),
        ("a: !!binary # why!\n   \"YQ==\" # x\n", "!!binary # why!\n   \"YQ==\""),
        ("a: &x !!binary YQ==\n", "!!binary YQ=="),
        ("a: !!binary &x YQ==\n", "!!binary &x YQ=="),
        ("a: [b, !!binary YQ==]\n", "!!binary YQ=="),
        ("a: !!binary |\n  YQ==\n\nb: 1\n", "!!binary |\n  YQ=="),
        ("!!binary YQ==: b\n", "!!binary YQ=="),
    ] {
        let stream = read(text);
        assert!(stream.errors.is_empty(), "{text}: {:?}", stream.errors);
        let sealed: Vec<&str> = stream.shared.iter().map(|span| &text[span.range()]).collect();
        assert_eq!(sealed, [expected], "{text}");
        let root = &stream.documents[0].root;
        let spans = |node: &Node| match &node.kind {
            NodeKind::List(items) => items.last().unwrap().span,
            _ => node.span,
        };
        let entry = &root.entries()[0];
        assert!([entry.key.span, spans(&entry.value)].contains(&stream.shared[0]), "{text}");
    }
}

#[test]
fn lines_of_block_scalars_keep_their_place() {
    for text in [
        "a: |\n  path \"x\" {\n    capabilities = []\n  }\n",
        "a: |-\n  one\n\n   two\n  three\n\n\nb: 1\n",
        "a: |+\n  one\n  two\n\n\nb: 1\n",
        "a: |2\n    deep\n   less\nb: 1\n",
        "a: |2-   # comment | with a bar\n    deep\n   less\nb: 1\n",
        "a: |\n\n\n  after blanks\n  more\n",
        "a: |\n  spaces   \n     \n  end\n",
        "a: |\r\n  carriage\r\n\r\n  return\r\n",
        "a:\n  - |\n    in a list\n    of lists\n  - x\n",
        "a: !!str &x |\n  tagged\n  text\n",
        "--- |\n  top\n  level\n",
        "--- |\ntop\nlevel\n",
        "a: |\n  no newline at the end",
        "a: |\n  ünï\n  cödé 🦀\n",
        "a: >\n  folded\n  text\n\n  par\n    more\n    indented\n  back\nb: 1\n",
        "a: >-\n\n  folded\n\n\n  text  \n  end\n",
        "a: |\n  | looks like a header\n  > so does this\n",
    ] {
        let root = one(text);
        let node = root.entries().first().map_or(&root, |entry| &entry.value);
        let node = node.items().first().unwrap_or(node);
        let NodeKind::Block(decoded, spread) = &node.kind else { panic!("{text}: {node:?}") };
        let Spread(place) = spread.as_ref();
        let folded = text.contains('>') && !text.contains("| looks");
        let mut words = 0;
        for (at, character) in decoded.char_indices() {
            let span = place.span(at..at + character.len_utf8());
            let source = &text[span.range()];
            if character == '\n' || (folded && character == ' ') {
                continue;
            }
            assert_eq!(source, character.to_string(), "{text:?} at {at}");
            words += 1;
        }
        assert!(words > 5, "{text}");
        assert!(text[node.span.range()].starts_with(['|', '>']), "{text}: {:?}", &text[node.span.range()]);
        assert!(!text[node.span.range()].ends_with(['\n', ' ']), "{text}");
        assert!(text[node.span.end as usize..].trim_start_matches(['\r', '\n', ' ']).starts_with(
            if text.contains("b: 1") {
                "b"
            } else if text.contains("- x") {
                "-"
            } else {
                ""
            }
        ));
    }
}

#[test]
fn an_empty_block_scalar_is_empty_text() {
    for text in ["a: |\nb: 1", "a: >-\n", "a: |\n\n\nb: 1\n"] {
        let root = one(text);
        let node = root.get("a").unwrap();
        assert_eq!(node.as_text().unwrap().trim(), "", "{text}");
        assert!(text[node.span.range()].starts_with(['|', '>']), "{text}: {:?}", &text[node.span.range()]);
    }
}

#[test]
fn a_broken_document_leaves_the_others() {
    let text = "a: 1\n---\na: 2\n---\na: [1\n---\na: 4\n---\na: 5\n";
    let stream = read(text);
    let read: Vec<_> = stream.documents.iter().map(|document| show(&document.root)).collect();
    assert_eq!(read, ["{a: 1}", "{a: 2}", "{a: 4}", "{a: 5}"]);
    assert_eq!(stream.errors.len(), 1);
    let at = stream.errors[0].span.start as usize;
    assert!((text.find("[1").unwrap()..=text.find("---\na: 4").unwrap() + 3).contains(&at), "{at}");
    assert_eq!(&text[stream.documents[2].span.range()], "---\na: 4");

    let text = "a: 1\n---\n? [x]\n: 2\nb: @\n---\na: &x 3\n---\na: *x\n---\na: 5\n";
    let stream = self::read(text);
    let read: Vec<_> = stream.documents.iter().map(|document| show(&document.root)).collect();
    assert_eq!(read, ["{a: 1}", "{a: 3}", "{a: 5}"]);
    assert_eq!(stream.errors.len(), 2);
}

#[test]
fn aliases_and_merge_keys_are_expanded() {
    for (text, expected) in [
        ("a: &x {k: 1}\nb: *x", "{a: {k: 1}, b: {k: 1}}"),
        ("a: &x one\n*x : two", "{a: \"one\", one: \"two\"}"),
        ("&k a: 1\nb: *k", "{a: 1, b: \"a\"}"),
        ("a: &x 1\nb: &x 2\nc: *x", "{a: 1, b: 2, c: 2}"),
        ("a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  l: 3", "{a: {k: 1, l: 2}, b: {k: 1, l: 3}}"),
        (
            "a: &x {k: 1}\nb: &y {k: 2, m: 3}\nc: {<<: [*x, *y], o: 4}",
            "{a: {k: 1}, b: {k: 2, m: 3}, c: {k: 1, m: 3, o: 4}}",
        ),
        ("a: {<<: {k: 1}}", "{a: {k: 1}}"),
        ("a: {\"<<\": {k: 1}}", "{a: {<<: {k: 1}}}"),
        ("a: {k: 1, <<: {k: 2}}", "{a: {k: 2}}"),
        ("a: &x\nb: *x", "{a: null, b: null}"),
    ] {
        assert_eq!(show(&one(text)), expected, "{text}");
    }
}

#[test]
fn values_of_an_alias_lie_at_the_alias_and_their_parts_where_they_were_written() {
    let text = "a: &x {k: value}\nb: *x";
    let root = one(text);
    let value = root.get("b").unwrap();
    assert_eq!(&text[value.span.range()], "*x");
    assert_eq!(&text[value.get("k").unwrap().span.range()], "value");
}

#[test]
fn expansion_has_a_budget() {
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        writeln!(laughs, "a{level}: &a{level} [{aliases}]").unwrap();
    }
    let text = "x".repeat(20_000);
    let mut wide = format!("a: &a \"{text}\"\nb:\n");
    wide.push_str(&"- *a\n".repeat(20_000));
    let mut deep = "a0: &a0 [x]\n".to_owned();
    for level in 1..200 {
        writeln!(deep, "a{level}: &a{level} [*a{}]", level - 1).unwrap();
    }
    for (text, message) in [
        (laughs, "aliases add more than 100000 values or 16 MiB of text to this file"),
        (wide, "aliases add more than 100000 values or 16 MiB of text to this file"),
        (deep, "nested deeper than 128 levels"),
    ] {
        let stream = read(&text);
        assert_eq!(stream.documents.len(), 0);
        assert_eq!(stream.errors[0].message, message);
    }
}

#[test]
fn anchored_values_have_a_budget() {
    let items = "x,".repeat(20_000);
    let text = format!("{}[{items}]{}", "&a [".repeat(100), "]".repeat(100));
    let text = (0..100).fold(text, |text, at| text.replacen("&a ", &format!("&n{at} "), 1));
    let stream = read(&text);
    assert_eq!(stream.documents.len(), 0);
    assert_eq!(stream.errors[0].message, "anchored values hold more than 1000000 values");
}

#[test]
fn nesting_has_a_limit() {
    let flow = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let block =
        |levels: usize| (0..levels).map(|level| format!("{}a:\n", " ".repeat(level))).collect::<String>();
    for (text, accepted) in [
        (flow(limits::DEPTH), true),
        (flow(limits::DEPTH + 1), false),
        (flow(20_000), false),
        (block(limits::DEPTH), true),
        (block(limits::DEPTH + 1), false),
        (block(2_000), false),
        (format!("{}x", "- ".repeat(limits::DEPTH)), true),
        (format!("{}x", "- ".repeat(limits::DEPTH + 1)), false),
    ] {
        let stream = read(&text);
        let messages: Vec<_> = stream.errors.iter().map(|error| error.message.as_str()).collect();
        let expected: &[&str] = if accepted { &[] } else { &["nested deeper than 128 levels"] };
        assert_eq!(messages, expected, "{}", &text[..20]);
        assert_eq!(stream.documents.len(), usize::from(accepted));
    }
}

#[test]
fn documents_have_a_limit() {
    let text = "--- 1\n".repeat(limits::DOCUMENTS + 1);
    let stream = read(&text);
    assert_eq!(stream.documents.len(), limits::DOCUMENTS);
    assert_eq!(stream.errors[0].message, "more than 100000 documents in one file");
}

#[test]
fn errors_have_a_limit_and_the_rest_is_counted() {
    let text = "--- @\n".repeat(limits::ERRORS + 7);
    let stream = read(&text);
    assert_eq!(stream.errors.len(), limits::ERRORS);
    assert!(stream.errors.last().unwrap().message.ends_with("(and 7 more errors in this file)"));
}

#[test]
fn comments_are_kept_where_a_directive_is() {
    let text = "# one\na: 1 # rolewright: allow(x) y\n# three\n";
    let comments: Vec<_> = read(text).comments.into_iter().map(|range| &text[range]).collect();
    assert_eq!(comments, ["# one", "# rolewright: allow(x) y", "# three"]);
    let many = format!("{}a: 1 # rolewright: allow(x) y\n", "# one\n".repeat(500));
    assert_eq!(read(&many).comments.len(), 501);
    assert!(read("# one\na: 1\n").comments.is_empty());
}

#[test]
fn nothing_is_no_document() {
    for text in ["", "\n\n", "# only a comment\n"] {
        let stream = read(text);
        assert!(stream.documents.is_empty() && stream.errors.is_empty(), "{text:?}");
    }
}

fn assert_in_range(node: &Node, text: &str) {
    assert!(text.get(node.span.range()).is_some(), "{text:?}: {node:?}");
    node.items().iter().for_each(|item| assert_in_range(item, text));
    for entry in node.entries() {
        assert!(text.get(entry.key.span.range()).is_some(), "{text:?}: {entry:?}");
        assert_in_range(&entry.value, text);
    }
    if let NodeKind::Block(decoded, spread) = &node.kind {
        for at in 0..=decoded.len() {
            let span = spread.0.span(at..at);
            assert!(span.start as usize <= text.len(), "{text:?} at {at}: {node:?}");
        }
    }
}

fn assert_sound(text: &str) {
    let stream = read(text);
    for document in &stream.documents {
        assert!(text.get(document.span.range()).is_some(), "{text:?}");
        assert_in_range(&document.root, text);
    }
    for error in &stream.errors {
        assert!(text.get(error.span.range()).is_some(), "{text:?}: {error:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
        assert_sound(&text);
    }

    #[test]
    fn anything_like_yaml_is_read_or_refused(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "a", "b: ", "- ", "\n", "\n  ", "\n    ", ": ", "? ", "|", ">", "|+\n  x\n\n", ">-\n  y\n z\n", "&x ",
                "*x", "<<: ", "[", "]", "{", "}", ",", "'", "\"", "\\", "# rolewright: allow(x)\n", "---\n", "...\n",
                "!!str ", "!", "%YAML 1.1\n", "\t", "\r\n", "ü", "🦀", "~", "0777", "|2\n", "\u{feff}",
            ]),
            0..24,
        )
    ) {
        assert_sound(&parts.concat());
    }
}
