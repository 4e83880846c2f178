//! Templates of Vault Agent to the calls in them that fetch something.

use crate::model::kube::consumer::template::{TemplateCall, TemplateFunction};
use crate::syntax::{Source, Span, Spanned};

/// The calls in `template`, which stands at `span` of `source`, between these delimiters. The place of each path is
/// found where it stands there letter for letter.
pub(super) fn calls(
    template: &Spanned<String>,
    delimiters: (&str, &str),
    source: &Source,
) -> Vec<TemplateCall> {
    let (left, right) = delimiters;
    let mut calls = Vec::new();
    if left.is_empty() || right.is_empty() {
        return calls;
    }
    let mut finder = Finder { source, span: template.span, from: 0 };
    let mut rest = template.value.as_str();
    while let Some((_, after)) = rest.split_once(left) {
        let (action, behind) = match end_of_action(after, right) {
            Some(end) => (after.get(..end).unwrap_or(""), after.get(end + right.len()..).unwrap_or("")),
            None => (after, ""),
        };
        read_action(action, &mut finder, &mut calls);
        rest = behind;
    }
    calls
}

/// Where the action ends: delimiters inside of quotes do not count.
fn end_of_action(text: &str, right: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some('"' | '\'') if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if text.get(at..).is_some_and(|rest| rest.starts_with(right)) => return Some(at),
            None if matches!(c, '"' | '`' | '\'') => quote = Some(c),
            None => {}
        }
    }
    None
}

fn read_action(action: &str, finder: &mut Finder<'_>, calls: &mut Vec<TemplateCall>) {
    if action.trim_start_matches(['-', ' ', '\t']).starts_with("/*") {
        return;
    }
    // A dash at an end trims the space outside.
    let tokens = tokens(action.strip_prefix('-').unwrap_or(action).trim_end_matches('-'));
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        let function = match token {
            Token::Word("secret") => TemplateFunction::Secret,
            Token::Word("secrets") => TemplateFunction::Secrets,
            Token::Word("pkiCert") => TemplateFunction::PkiCert,
            _ => continue,
        };
        let piped = at.checked_sub(2).and_then(|before| piped(&tokens, before));
        let mut arguments = Vec::new();
        while let Some(argument) = tokens.get(at) {
            match argument {
                Token::Text(text) => arguments.push(text.clone()),
                Token::Open => {
                    at = past_parenthesis(&tokens, at);
                    arguments.push(None);
                    continue;
                }
                Token::Word(_) => arguments.push(None),
                Token::Close | Token::Pipe => break,
            }
            at += 1;
        }
        let mut arguments = arguments.into_iter().chain(piped);
        let Some(path) = arguments.next() else { continue };
        let path = path.map(|path| finder.locate(path));
        let span = path.as_ref().map_or(finder.span, |path| path.span);
        calls.push(TemplateCall { function, path, arguments: arguments.collect(), span });
    }
}

/// What a pipe at this position hands on as the last argument, if there is one: a text that stands there alone, or
/// something that is computed.
fn piped(tokens: &[Token<'_>], at: usize) -> Option<Option<String>> {
    tokens.get(at).filter(|token| **token == Token::Pipe)?;
    let before = |back: usize| at.checked_sub(back).and_then(|at| tokens.get(at));
    let is_alone = match before(2) {
        Some(Token::Word(word)) => KEYWORDS.contains(word),
        Some(Token::Text(_) | Token::Close) => false,
        Some(Token::Open | Token::Pipe) | None => true,
    };
    Some(match before(1) {
        Some(Token::Text(text)) if is_alone => text.clone(),
        _ => None,
    })
}

/// Words that stand before a pipeline and are none of its functions.
const KEYWORDS: [&str; 5] = ["with", "if", "range", "else", "return"];

/// The position behind the parenthesis that opens at `at`.
fn past_parenthesis(tokens: &[Token<'_>], at: usize) -> usize {
    let mut depth = 0_usize;
    for (position, token) in tokens.iter().enumerate().skip(at) {
        match token {
            Token::Open => depth += 1,
            Token::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return position + 1;
        }
    }
    tokens.len()
}

#[derive(Debug, PartialEq)]
enum Token<'t> {
    Word(&'t str),
    /// Nothing where an escape stands that is not followed here.
    Text(Option<String>),
    Open,
    Close,
    Pipe,
}

fn tokens(action: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = action;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '"' | '`' => {
                let (text, taken) = quoted(rest, first);
                tokens.push(Token::Text(text));
                taken
            }
            '(' => {
                tokens.push(Token::Open);
                1
            }
            ')' => {
                tokens.push(Token::Close);
                1
            }
            '|' => {
                tokens.push(Token::Pipe);
                1
            }
            '\'' => {
                tokens.push(Token::Word("'"));
                quoted(rest, first).1
            }
            // What stands before `:=` and `=` is a variable, whether or not there are blanks.
            c if c.is_whitespace() || matches!(c, ',' | ':' | '=') => c.len_utf8(),
            _ => {
                let ends = |c: char| {
                    c.is_whitespace() || matches!(c, '"' | '`' | '\'' | '(' | ')' | '|' | ',' | ':' | '=')
                };
                let end = rest.find(ends).unwrap_or(rest.len());
                tokens.push(Token::Word(rest.get(..end).unwrap_or("")));
                end
            }
        };
        rest = rest.get(taken.max(1)..).unwrap_or("");
    }
    tokens
}

/// The text in quotes at the start, and how many bytes it takes up.
fn quoted(text: &str, quote: char) -> (Option<String>, usize) {
    let mut out = String::new();
    let (mut escaped, mut is_plain) = (false, true);
    for (at, c) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
            is_plain &= matches!(c, '"' | '\\');
            out.push(c);
        } else if c == '\\' && quote != '`' {
            escaped = true;
        } else if c == quote {
            return (is_plain.then_some(out), at + 1);
        } else {
            out.push(c);
        }
    }
    (is_plain.then_some(out), text.len())
}

/// Finds paths in the source, one after the other.
struct Finder<'s> {
    source: &'s Source,
    span: Span,
    from: usize,
}

impl Finder<'_> {
    fn locate(&mut self, path: String) -> Spanned<String> {
        let written = self.source.slice(self.span);
        let found = written.get(self.from..).and_then(|rest| rest.find(&path)).filter(|_| !path.is_empty());
        let Some(found) = found.map(|at| at + self.from) else { return Spanned::new(path, self.span) };
        let start = self.span.start as usize + found;
        self.from = found + path.len();
        let span = Span::new(self.span.source, start..start + path.len());
        Spanned::new(path, span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::SourceId;

    #[test]
    fn calls_of_templates() {
        let table: [(&str, &str); 20] = [
            (r#"{{- with secret "kv/data/a" -}}{{ .Data.data.x }}{{ end }}"#, "Secret kv/data/a []"),
            (r#"{{ with secret `kv/a` }}"#, "Secret kv/a []"),
            (
                r#"{{ with secret "pki/issue/web" "common_name=a b" "ttl=1h" }}"#,
                r#"Secret pki/issue/web ["common_name=a b", "ttl=1h"]"#,
            ),
            (r#"{{ range secrets "kv/metadata/app/" }}{{ . }}{{ end }}"#, "Secrets kv/metadata/app/ []"),
            (r#"{{ with pkiCert "pki/issue/a" "ttl=1h" }}"#, r#"PkiCert pki/issue/a ["ttl=1h"]"#),
            (r#"{{ with secret (printf "kv/data/%s" (env "APP")) }}"#, "Secret ? []"),
            (r#"{{ with secret "a" (printf "k=%s" "v") }}"#, "Secret a [?]"),
            (r#"{{ $x := secret "a" | toJSON }}{{ with secret "b" }}"#, "Secret a [], Secret b []"),
            (r#"{{ with (secret "a").Data.data }}"#, "Secret a []"),
            (r#"{{/* secret "a" */}}{{ key "secret" }} secret "b""#, ""),
            (r#"{{ with secret "a}}b" }}"#, "Secret a}}b []"),
            (r#"{{ with secret "open"#, "Secret open []"),
            ("{{ secret }}", ""),
            (r#"{{ with "a" | secret }}{{ "k=v" | secret "b" }}"#, r#"Secret a [], Secret b ["k=v"]"#),
            (r#"{{ $x := "a" | secret }}{{ ("a" | secrets) }}"#, "Secret ? [], Secrets a []"),
            (r#"{{ printf "%s" "a" | secret }}"#, "Secret ? []"),
            (r#"{{ .Path | trim | secret }}"#, "Secret ? []"),
            (
                r#"{{$x:=secret "a"}}{{with $y:=secret "b"}}{{$x=secret "c"}}"#,
                "Secret a [], Secret b [], Secret c []",
            ),
            (r#"{{ if eq . '"' }}{{ secret "a" }}{{ secret '"' }}"#, "Secret a [], Secret ? []"),
            (r#"{{ secret "\x61" }}{{ secret `a\x` }}"#, r"Secret ? [], Secret a\x []"),
        ];
        for (text, wanted) in table {
            let source = Source { id: SourceId(0), name: "t".into(), text: text.to_owned(), bom: false };
            let template = Spanned::new(text.to_owned(), source.whole());
            let calls = calls(&template, ("{{", "}}"), &source);
            let shown: Vec<String> = calls
                .iter()
                .map(|call| {
                    let path = call.path.as_ref().map_or("?", |path| path.as_str());
                    if call.path.is_some() {
                        assert_eq!(source.slice(call.span), path, "{text}");
                    }
                    let arguments: Vec<String> = call
                        .arguments
                        .iter()
                        .map(|argument| argument.as_ref().map_or("?".to_owned(), |text| format!("{text:?}")))
                        .collect();
                    format!("{:?} {path} [{}]", call.function, arguments.join(", "))
                })
                .collect();
            assert_eq!(shown.join(", "), wanted, "{text}");
        }
    }
}
