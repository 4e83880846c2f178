//! What a text is about, by its tokens alone.

use super::lexer::{Kind, Token, lex, lex_until};

/// How many tokens stand before the first `path "…"`, in whatever case, with whatever quotes; nothing if there is none.
pub fn mentions_path_rule(text: &str) -> Option<usize> {
    if !text.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"path")) {
        return None;
    }
    let opens = |tokens: &[Token]| matches!(tokens, [.., word, label] if is_path(text, *word) && is_label(text, *label));
    // The rest of the text need not be looked at.
    let tokens = lex_until(text, opens);
    opens(&tokens).then(|| tokens.len() - 2)
}

/// True if the word `path` begins something at the top of the text, whatever follows, or if a block with one label
/// there holds `capabilities`; blocks whose keyword is among `foreign` do not count.
pub fn resembles_path_rule(text: &str, foreign: &[&str]) -> bool {
    let tokens = lex(text, 0).tokens;
    let kind = |at: usize| tokens.get(at).map_or(Kind::End, |token| token.kind);
    let word = |token: &Token| text.get(token.range()).unwrap_or("");
    let grants = tokens.iter().any(|token| word(token) == "capabilities");
    let mut depth = 0usize;
    let mut suspect = false;
    for (at, token) in tokens.iter().enumerate() {
        let follows = at.checked_sub(1).map_or(Kind::End, kind);
        let is_value = matches!(follows, Kind::Assign | Kind::Colon | Kind::Comma);
        match token.kind {
            Kind::OpenBrace | Kind::OpenBracket => {
                if depth == 0 {
                    let keyword = at.checked_sub(2).and_then(|at| tokens.get(at));
                    let labelled = matches!(follows, Kind::Text | Kind::SingleQuoted);
                    let single = at < 3
                        || !matches!(kind(at - 3), Kind::Word | Kind::Assign)
                        || leads(&tokens, at - 2);
                    suspect = labelled
                        && single
                        && keyword
                            .is_some_and(|token| token.kind == Kind::Word && !foreign.contains(&word(token)));
                }
                depth += 1;
            }
            Kind::CloseBrace | Kind::CloseBracket => depth = depth.saturating_sub(1),
            Kind::Word if depth == 1 && suspect && word(token) == "capabilities" => return true,
            _ if depth == 0 && !is_value && is_path(text, *token) => match kind(at + 1) {
                Kind::Assign | Kind::Colon if grants || kind(at + 3) == Kind::OpenBrace => return true,
                Kind::Word | Kind::Text | Kind::SingleQuoted | Kind::OpenBracket | Kind::Bad(_) => {
                    return true;
                }
                _ => {}
            },
            _ => {}
        }
    }
    false
}

fn leads(tokens: &[Token], at: usize) -> bool {
    tokens.get(at).is_some_and(|token| token.leads)
}

fn is_path(text: &str, token: Token) -> bool {
    let word = text.get(token.range()).unwrap_or("").trim_matches('"');
    matches!(token.kind, Kind::Word | Kind::Text)
        && (word.eq_ignore_ascii_case("path") || word.eq_ignore_ascii_case("paths"))
}

fn is_label(text: &str, token: Token) -> bool {
    let first = || text.get(token.range()).and_then(|word| word.chars().next());
    match token.kind {
        Kind::Text | Kind::FaultyText(_) | Kind::SingleQuoted => true,
        Kind::Bad(_) => first().is_some_and(|first| matches!(first, '"' | '\'' | '\u{201c}' | '`')),
        _ => false,
    }
}
