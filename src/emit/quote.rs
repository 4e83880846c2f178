//! The only way a string enters a script.
//!
//! Three positions exist: a word of a command, the body of a quoted heredoc, a comment. The shell takes each byte of
//! the first two as it stands; a comment is for people and loses its control characters.

/// A text holds NUL, which no shell can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nul;

/// One word of a command.
pub fn word(text: &str) -> Result<String, Nul> {
    if text.contains('\0') {
        return Err(Nul);
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "_/.:,@%+-".contains(c);
    let bare = !text.is_empty() && !text.starts_with('-') && text.chars().all(plain);
    Ok(if bare { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) })
}

/// `<<'DELIMITER'`, the body, and the closing delimiter; the body must end in a newline, as every heredoc does.
pub fn heredoc(body: &str) -> Result<String, Nul> {
    if body.contains('\0') {
        return Err(Nul);
    }
    let delimiter = delimiter(body);
    Ok(format!("<<'{delimiter}'\n{body}{delimiter}\n"))
}

/// Text for a `#` comment: one line, nothing that a terminal would act on.
pub fn comment(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect()
}

/// A delimiter that is no line of the body, not even with blanks or a carriage return around it.
fn delimiter(body: &str) -> String {
    let taken = |word: &str| body.split(['\n', '\r']).any(|line| line.trim() == word);
    let mut word = "RW_EOF".to_owned();
    let mut number = 1;
    while taken(&word) {
        number += 1;
        word = format!("RW_EOF_{number}");
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        for (text, word_of_it) in [
            ("kv/data", "kv/data"),
            ("", "''"),
            ("-x", "'-x'"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("$(x)`y`", "'$(x)`y`'"),
            ("{a,b}", "'{a,b}'"),
            ("~", "'~'"),
            ("a=b", "'a=b'"),
            ("!x", "'!x'"),
            ("é", "'é'"),
            ("a\nb", "'a\nb'"),
        ] {
            assert_eq!(word(text).as_deref(), Ok(word_of_it), "{text:?}");
        }
        assert_eq!(word("a\0b"), Err(Nul));
    }

    #[test]
    fn delimiters_are_no_line_of_the_body() {
        for (body, line) in [
            ("x\n", "<<'RW_EOF'"),
            ("RW_EOF\n", "<<'RW_EOF_2'"),
            ("a\n RW_EOF \nRW_EOF_2\r\n", "<<'RW_EOF_3'"),
            ("xRW_EOF\n", "<<'RW_EOF'"),
        ] {
            let text = heredoc(body).unwrap();
            assert_eq!(text.lines().next(), Some(line));
            assert!(text.contains(body));
        }
        assert_eq!(heredoc("\0"), Err(Nul));
    }

    #[test]
    fn comments_are_one_line() {
        assert_eq!(comment("a\nrm -rf /\r\u{1b}[0m\u{2028}"), "a rm -rf /  [0m ");
    }
}
