//! What is said about texts that the server's parser refuses.

use std::ops::Range;

use super::super::{Place, SyntaxError};
use super::lexer::Kind;

/// A syntax error before its offsets are mapped to the source.
#[derive(Debug, Clone)]
pub(super) struct Complaint {
    pub(super) range: Range<usize>,
    message: String,
    label: Option<(Range<usize>, &'static str)>,
    help: Option<String>,
}

impl Complaint {
    pub(super) fn new(range: Range<usize>, message: impl Into<String>) -> Complaint {
        Complaint { range, message: message.into(), label: None, help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Complaint {
        self.help = Some(help.into());
        self
    }

    pub(super) fn label(mut self, range: Range<usize>, text: &'static str) -> Complaint {
        self.label = Some((range, text));
        self
    }

    pub(super) fn into_error(self, place: &Place) -> SyntaxError {
        let label = self.label.map(|(range, text)| (place.span(range), text.to_owned()));
        SyntaxError { span: place.span(self.range), message: self.message, label, help: self.help }
    }
}

pub(super) fn open_comment(start: usize) -> Complaint {
    Complaint::new(start..start + 2, "this comment is never closed").help("close it with `*/`")
}

pub(super) fn lone_slash(start: usize) -> Complaint {
    Complaint::new(start..start + 1, "unexpected `/`")
        .help("put a path in double quotes; a comment starts with `#` or `//`")
}

pub(super) fn open_text(range: Range<usize>, template: Option<Range<usize>>) -> Complaint {
    let complaint = Complaint::new(range, "this text is never closed");
    match template {
        Some(at) => complaint
            .label(at, "quotes do not end the text before this brace is closed")
            .help("close `${` with `}`"),
        None => complaint.help("close it with `\"` on the same line"),
    }
}

pub(super) fn open_heredoc(range: Range<usize>, name: &str, indented: bool) -> Complaint {
    let help = if indented {
        format!(
            "`{name}` must stand alone on a line of its own, indented by one blank at least, and end with a newline"
        )
    } else {
        format!("`{name}` must stand alone on a line of its own that ends with a newline")
    };
    Complaint::new(range, "this heredoc is never closed").help(help)
}

pub(super) fn escape(text: &str, range: Range<usize>) -> Complaint {
    let word = text.get(range.clone()).unwrap_or("\\");
    let complaint = Complaint::new(range, format!("`{word}` is no escape"));
    match word {
        "\\x" => complaint.help("`\\x` takes two hexadecimal digits"),
        "\\u" => complaint.help("`\\u` takes four hexadecimal digits"),
        "\\U" => complaint.help("`\\U` takes eight hexadecimal digits"),
        word if word.get(1..).is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_digit())) => {
            complaint.help("an octal escape has three digits from 0 to 7; write a backslash as `\\\\`")
        }
        _ => complaint.help("write a backslash as `\\\\`"),
    }
}

pub(super) fn character(range: Range<usize>, character: char) -> Complaint {
    let name = match character {
        '\u{a0}' => "a no-break space".to_owned(),
        '\u{200b}' => "a zero-width space".to_owned(),
        '\u{feff}' => "a byte order mark".to_owned(),
        character if character.is_control() || character.is_whitespace() => {
            format!("the character U+{:04X}", u32::from(character))
        }
        character => format!("`{character}`"),
    };
    let complaint = Complaint::new(range, format!("unexpected {name}"));
    match character {
        '\'' | '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' | '`' => {
            complaint.help("texts stand in double quotes: `\"`")
        }
        '*' => complaint.help("put a path in double quotes"),
        '\u{a0}' | '\u{200b}' => complaint.help("replace it with a plain blank"),
        _ => complaint,
    }
}

pub(super) fn single_quotes(range: Range<usize>) -> Complaint {
    Complaint::new(range, "text in single quotes").help("texts stand in double quotes: `\"`")
}

/// A token where another was wanted; `wanted` is a phrase like `a key`.
pub(super) fn unexpected(range: Range<usize>, kind: Kind, word: &str, wanted: &str) -> Complaint {
    if kind == Kind::End {
        return Complaint::new(range, format!("the text ends where {wanted} should stand"));
    }
    let found = match kind {
        Kind::Heredoc => "a heredoc".to_owned(),
        _ if word.contains('\n') || word.len() > 60 => "this".to_owned(),
        _ => format!("`{word}`"),
    };
    let complaint = Complaint::new(range, format!("unexpected {found} where {wanted} should stand"));
    match kind {
        Kind::Plus | Kind::Minus => complaint.help("nothing is computed in a policy; write the value itself"),
        _ => complaint,
    }
}
