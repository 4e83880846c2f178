//! A table for merge requests and job summaries, worst first.

use super::entries::{Entry, entries};
use super::place::Places;
use super::{Report, Summary};
use crate::syntax::unseen::is_harmful;

/// How many rows a table has at most: GitHub takes one megabyte for the summary of a step.
pub const ROWS: usize = 1_000;

/// The whole report.
pub fn render(report: &Report<'_>) -> String {
    let places = Places::new(&report.project.sources);
    let mut entries = entries(report, &places);
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.severity));
    let mut out = String::from("### rolewright\n\n");
    if !entries.is_empty() {
        out += "| severity | rule | where | what |\n|---|---|---|---|\n";
    }
    for entry in entries.iter().take(ROWS) {
        out += &row(entry, &places);
    }
    if let Some(more) = entries.len().checked_sub(ROWS).filter(|more| *more > 0) {
        out += &format!("\nand {more} more.\n");
    }
    if !entries.is_empty() {
        out.push('\n');
    }
    for line in Summary::to_text(report).lines() {
        out += &format!("{}  \n", text(line));
    }
    out
}

fn row(entry: &Entry<'_>, places: &Places<'_>) -> String {
    let mut place = text(entry.path);
    if let Some(span) = entry.span {
        let start = places.of(span).start;
        place += &format!(":{}:{}", start.line, start.column);
    }
    format!("| {} | {} | {place} | {} |\n", entry.severity.word(), text(entry.name), phrase(&entry.text()))
}

/// A phrase in which backticks stand around words of the user: these become code.
pub fn phrase(message: &str) -> String {
    let mut parts = message.split('`');
    let mut out = text(parts.next().unwrap_or(""));
    let mut rest: Vec<&str> = parts.collect();
    // An odd backtick is one of the user's own.
    let odd = if rest.len() % 2 == 1 { rest.pop() } else { None };
    for (at, part) in rest.iter().enumerate() {
        let code = at % 2 == 0;
        out += &if code { format!("<code>{}</code>", text(part)) } else { text(part) };
    }
    if let Some(part) = odd {
        out += &format!("&#96;{}", text(part));
    }
    out
}

/// Text in which neither Markdown nor HTML finds anything to act upon: all but letters, digits, blanks and a few
/// harmless marks is written as a character reference.
pub fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            // Else `www.` would become a link.
            '.' if out.ends_with("www") => out += "&#46;",
            c if c.is_alphanumeric() || matches!(c, ' ' | '/' | ',' | ';' | '.' | '-') => out.push(c),
            // A reference would bring it back, and with it another direction of writing.
            c if is_harmful(c) => out += "&#65533;",
            c => out += &format!("&#{};", u32::from(c)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{phrase, text};

    #[test]
    fn nothing_is_acted_upon() {
        assert_eq!(phrase("role `a` | <b>"), "role <code>a</code> &#124; &#60;b&#62;");
        assert_eq!(phrase("odd ` one"), "odd &#96; one");
        assert_eq!(text("a\u{202e}b\u{1b}"), "a&#65533;b&#65533;");
        assert_eq!(text("www.example.org a-b"), "www&#46;example.org a-b");
        assert_eq!(text("![x](y) @team\n# h"), "&#33;&#91;x&#93;&#40;y&#41; &#64;team&#65533;&#35; h");
    }
}
