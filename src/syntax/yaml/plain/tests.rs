use proptest::prelude::*;

use super::read;
use crate::syntax::SourceId;
use crate::syntax::yaml::{Stream, in_full};

const SOURCE: SourceId = SourceId(0);

/// Pieces that lines are made of, those that matter most often.
const PIECES: &[&str] = &[
    "a",
    "b: ",
    "c:",
    "- ",
    "-",
    " ",
    "  ",
    "    ",
    "\n",
    "\n",
    "\n  ",
    "\n- ",
    "\n  - ",
    "\n    ",
    ":",
    "#",
    " # x",
    "\"",
    "'",
    "\"q\"",
    "'q'",
    "[",
    "]",
    "{",
    "}",
    ", ",
    ",",
    "0",
    "1.5",
    "~",
    "null",
    "true",
    "on",
    "<<",
    "?",
    "&x ",
    "*x",
    "!t ",
    "|",
    ">",
    "%",
    "@",
    "---",
    "\n---\n",
    "...",
    "\\",
    "k: v\n",
    "- i\n",
    "x: [a, \"b\"]\n",
    "m: {a: b}\n",
    "l:\n- a\n",
    "http://h:1",
    "-1",
    "\t",
    "\r\n",
    "\u{e9}",
    ".",
    "=",
    "`",
];

#[test]
fn manifests_are_taken() {
    let cases = [
        "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n",
        "# c\n---\na: 1 # c\nb:\n  - c: \"d\" # e\n    f: g\n  -  h:\n       i: [j, 'k', {l: m}] \n\n---\nn:\no: {}\np: []",
        "rules:\n- apiGroups: [\"\"]\n  resources: [pods, pods/log]\n  verbs:\n  - get\n  - '*'\n-\x20\x20verbs: [list]\n",
        "- a\n- - b\n  - c\n- d:\n  - e\n  f: http://g:1/#h\n",
    ];
    for text in cases {
        let taken = read(text, SOURCE).unwrap_or_else(|| panic!("not taken: {text:?}"));
        same(text, &taken);
    }
}

#[test]
fn what_takes_a_closer_look_is_left_alone() {
    let cases = [
        "",
        "\n",
        "# c\n",
        "a",
        "- a\n  b\n",
        "a: b\n  c\n",
        "a: &x b\n",
        "a: *x\n",
        "a: !t b\n",
        "a: |\n  b\n",
        "a: b: c\n",
        "a: - b\n",
        "-\n  a: b\n",
        "a: \"b\n  c\"\n",
        "a: \"\\n\"\n",
        "a: 'b''c'\n",
        "? a\n: b\n",
        "a:\tb\n",
        "a: b\r\n",
        "a: \u{e9}\n",
        "%YAML 1.2\n---\na: b\n",
        "a: b\n...\n",
        "---\n---\na: b\n",
        "a: b\n---\n",
        "--- a\n",
        "a: [b,\n  c]\n",
        "a: [b, ]\n",
        "a: {b}\n",
        "a: {\"b\":c}\n",
        "a : b\n",
        "a: b\na: c\n",
        "a: .inf\n",
        "a:b\n",
        " a: b\nc: d\n",
        "a: [b: c]\n",
        "a: {{ b }}\n",
        "{{ a }}: b\n",
        "a: b #c\n d: e\n",
    ];
    for text in cases {
        assert!(read(text, SOURCE).is_none(), "{text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 12 * ProptestConfig::default().cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_taken_is_read_alike(pieces in prop::collection::vec(prop::sample::select(PIECES), 1..14)) {
        let text = pieces.concat();
        if let Some(taken) = read(&text, SOURCE) {
            same(&text, &taken);
        }
    }

    /// Texts that are taken more often.
    #[test]
    fn lines_are_read_alike(
        lines in prop::collection::vec((0_usize..4, prop::sample::select(PIECES), prop::sample::select(LINES)), 1..8),
    ) {
        let lines = lines.iter().map(|(depth, piece, line)| {
            let piece = if piece.contains('\n') { "" } else { piece };
            format!("{}{}\n", "  ".repeat(*depth), line.replace('@', piece))
        });
        let text = lines.collect::<String>();
        if let Some(taken) = read(&text, SOURCE) {
            same(&text, &taken);
        }
    }
}

/// Lines, with a place for a piece.
const LINES: &[&str] = &[
    "a: @",
    "b: @c",
    "c:",
    "d: @ # e",
    "- @",
    "- f: @",
    "- - @",
    "g: [@]",
    "h: {i: @}",
    "j: [k, @, 'l']",
    "@: m",
    "- n: [@, {o: p}]",
    "# @",
    "---",
    "\"q\": @",
    "'r@': s",
    "-   t: u",
    "",
    "v: {w: [x, @]} # y",
    "- \"@\"",
    "z:   @",
];

fn same(text: &str, taken: &Stream) {
    let full = in_full(text, SOURCE);
    assert!(full.errors.is_empty(), "{text:?}: {:?}", full.errors);
    let parts = |stream: &Stream| -> Vec<_> {
        stream.documents.iter().map(|document| (document.span, document.root.clone())).collect()
    };
    assert_eq!(parts(taken), parts(&full), "{text:?}");
}
