use super::*;

const FORMS: &[BlockForm] = &[
    BlockForm {
        word: "thing",
        steps: &[Step::Key("things"), Step::Label],
        inside: &[BlockForm { word: "part", steps: &[Step::Key("parts"), Step::Item], inside: &[] }],
    },
    BlockForm {
        word: "part",
        steps: &[Step::Key("things"), Step::Label, Step::Key("parts"), Step::Item],
        inside: &[],
    },
];

fn read(text: &str) -> Parsed {
    parse(text, SourceId(0), FORMS)
}

fn errors(text: &str) -> Vec<String> {
    let shown = |error: SyntaxError| format!("{}: {}", &text[error.span.range()], error.message);
    read(text).errors.into_iter().map(shown).collect()
}

#[test]
fn blocks_go_where_their_forms_say() {
    let text = "thing \"a\" {\n  size = 1\n  part \"x\" { n = 2 }\n}\npart \"a\" \"y\" {}\nother {\n  deep { z = null }\n}\n";
    let parsed = read(text);
    assert_eq!(parsed.errors, []);
    assert_eq!(
        parsed.root.to_json(),
        serde_json::json!({
            "things": {"a": {"size": 1, "parts": [{"name": "x", "n": 2}, {"name": "y"}]}},
            "other": {"deep": {"z": null}},
        })
    );
}

#[test]
fn spans_are_those_of_the_text() {
    let text = "thing \"é\" {\n  list = [\"ü\", 2.5, { k = true }]\n}\n";
    let root = read(text).root;
    let list =
        root.get("things").and_then(|things| things.get("é")).and_then(|thing| thing.get("list")).unwrap();
    assert_eq!(&text[list.span.range()], "[\"ü\", 2.5, { k = true }]");
    let items: Vec<&str> = list.items().iter().map(|item| &text[item.span.range()]).collect();
    assert_eq!(items, ["\"ü\"", "2.5", "{ k = true }"]);
    let key = &root.get("things").unwrap().entries()[0].key;
    assert_eq!(&text[key.span.range()], "\"é\"");
}

#[test]
fn constant_expressions_are_evaluated() {
    let text = "a = 24 * 3600\nb = \"${1 + 1}h\"\nc = true ? \"x\" : \"y\"\nd = 7 % 4 - 10 / 5\ne = (-3)\n";
    let parsed = read(text);
    assert_eq!(parsed.errors, []);
    assert_eq!(parsed.root.to_json(), serde_json::json!({"a": 86400, "b": "2h", "c": "x", "d": 1, "e": -3}));
}

#[test]
fn what_is_not_constant_is_an_error_at_its_place() {
    assert_eq!(errors("a = var.x\n"), ["var.x: this is a reference"]);
    assert_eq!(errors("a = name\n"), ["name: `name` is a reference"]);
    assert_eq!(errors("a = [file(\"x\")]\n"), ["file(\"x\"): `file()` is a function call"]);
    assert_eq!(errors("a = \"${x}\"\n"), ["x: `x` is a reference"]);
    assert_eq!(errors("a = [for n in [1] : n]\n"), ["[for n in [1] : n]: this is a `for` expression"]);
    for text in
        ["1 / 0", "1 % 0", "1.5 * 2", "9223372036854775807 + 1", "1 / 3", "\"a\" + 1", "0 - 9007199254740993"]
    {
        let wanted = format!("{text}: arithmetic takes whole numbers, and results up to 2^53");
        assert_eq!(errors(&format!("a = {text}\n")), [wanted]);
    }
    for text in [
        "true && 1",
        "!3",
        "1 < \"a\"",
        "\"a\" ? 1 : 2",
        "1e999",
        "-\"x\"",
        "\"%{ if true }a%{ endif }${1 == 1}\"",
    ] {
        // Right or wrong, nothing panics.
        read(&format!("a = {text}\n"));
    }
}

#[test]
fn every_line_of_a_heredoc_has_its_place() {
    for (text, value) in [
        ("a = <<EOT\none\n  two\nEOT\n", "one\n  two\n"),
        ("a = <<-EOT\n    one\n      two\n\n    é\n  EOT\n", "one\n  two\n\né\n"),
    ] {
        let root = read(text).root;
        let NodeKind::Block(read, spread) = &root.get("a").unwrap().kind else { panic!("no block: {text}") };
        assert_eq!(read, value);
        for word in ["one", "two"] {
            let at = read.find(word).unwrap();
            let span = spread.0.span(at..at + word.len());
            assert_eq!(&text[span.range()], word, "{text}");
        }
    }
}

#[test]
fn comments_are_found_outside_of_texts() {
    let text = "# a\nx = \"# no ${\"#no\"}\" // b\n/* c\n*/ y = <<E\n# no\nE\nz = 1 # d\r\n";
    let comments = read(text).comments;
    let found: Vec<&str> = comments.iter().map(|range| &text[range.clone()]).collect();
    assert_eq!(found, ["# a", "// b", "/* c\n*/", "# d"]);
}

#[test]
fn a_text_that_does_not_parse_gives_one_error_in_it() {
    for text in ["a = \n", "a = 1 b = 2\n", "x {\n", "\u{0}", "{", "a = <<E\n"] {
        let parsed = read(text);
        assert_eq!(parsed.errors.len(), 1, "{text:?}: {:?}", parsed.errors);
        assert!(parsed.errors[0].span.range().end <= text.len(), "{text:?}");
        assert_eq!(parsed.root.entries(), [], "{text:?}");
    }
    assert_eq!(read("").errors, []);
}
