//! Text from inputs made harmless for a terminal.

use std::borrow::Cow;

pub use crate::syntax::unseen::is_harmful;

/// One line of text: control characters and those that turn the writing direction are shown as escapes.
pub fn line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_harmful(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Words of the user in one line that may hold code between backticks: one of their own is shown as an escape, too, so
/// that code ends where it is meant to.
pub fn words(text: &str) -> Cow<'_, str> {
    let text = line(text);
    if text.contains('`') { Cow::Owned(text.replace('`', "\\u{60}")) } else { text }
}

/// A whole source text: harmful characters are replaced by others of the same length in bytes, so that spans still
/// fit. A carriage return that ends a line by itself becomes a line feed.
pub fn source(text: &str) -> Cow<'_, str> {
    let lone_return = |at: usize| text.as_bytes().get(at + 1) != Some(&b'\n');
    let keep = |at: usize, c: char| match c {
        '\n' | '\t' => true,
        '\r' => !lone_return(at),
        c => !is_harmful(c),
    };
    if text.char_indices().all(|(at, c)| keep(at, c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c {
            c if keep(at, c) => out.push(c),
            '\r' => out.push('\n'),
            _ => out.push_str(match c.len_utf8() {
                1 => "?",
                2 => "\u{b7}",
                3 => "\u{fffd}",
                _ => "\u{1f6ab}",
            }),
        }
    }
    Cow::Owned(out)
}

/// Lines in which no runner of a pipeline sees a command: `::error::` where a line begins, blanks apart, and `##[error]`
/// anywhere, are shown with an escape for their first character.
pub fn commands(text: &str) -> Cow<'_, str> {
    let begins = |line: &str| line.trim_start().starts_with("::");
    let has_old = OLD_COMMANDS.iter().any(|mark| text.contains(mark));
    let has_new = text.contains("::") && text.lines().any(begins);
    if !has_old && !has_new {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for line in text.split_inclusive('\n') {
        if begins(line) {
            out.push_str(&line.replacen("::", "\\u{3a}:", 1));
        } else {
            out.push_str(line);
        }
    }
    for mark in OLD_COMMANDS {
        out = out.replace(mark, &mark.replacen('#', "\\u{23}", 1));
    }
    Cow::Owned(out)
}

/// How commands begin that are looked for in the middle of lines, too.
const OLD_COMMANDS: [&str; 2] = ["##[", "##vso["];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmful_characters_are_replaced_and_offsets_kept() {
        for (text, wanted) in [
            ("plain\ttext\r\n", "plain\ttext\r\n"),
            ("\u{1b}[31mred", "?[31mred"),
            ("a\rb", "a\nb"),
            ("x\u{9b}y", "x\u{b7}y"),
            ("x\u{202e}y", "x\u{fffd}y"),
            ("x\u{e0041}y", "x\u{1f6ab}y"),
        ] {
            assert_eq!(source(text), wanted);
            assert_eq!(source(text).len(), text.len());
        }
        assert_eq!(line("a\u{1b}[2Jb\nc"), "a\\u{1b}[2Jb\\nc");
    }

    #[test]
    fn no_line_is_a_command_to_a_runner() {
        for (text, wanted) in [
            ("plain: a::b\n", "plain: a::b\n"),
            ("a\n \u{a0}::error::x\nb::c\n", "a\n \u{a0}\\u{3a}:error::x\nb::c\n"),
            ("a ##[error]x\n::y", "a \\u{23}#[error]x\n\\u{3a}:y"),
            ("##vso[task.setvariable]x", "\\u{23}#vso[task.setvariable]x"),
            (":::", "\\u{3a}::"),
        ] {
            assert_eq!(commands(text), wanted);
            assert_eq!(commands(wanted), wanted);
        }
    }
}
