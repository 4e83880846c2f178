//! Characters that a terminal obeys, or that nobody sees.

/// True for control characters and those that turn the writing direction or are not seen.
pub fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// True if lines can show the text as it is: it holds none of those characters, but for tabs and the ends of lines.
pub fn is_plain(text: &str) -> bool {
    let is_end = |at: usize| text.as_bytes().get(at + 1) == Some(&b'\n');
    text.char_indices().all(|(at, c)| match c {
        '\n' | '\t' => true,
        '\r' => is_end(at),
        c => !is_harmful(c),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_lines_show() {
        for (text, wanted) in [
            ("a\tb\r\nc\n", true),
            ("", true),
            ("a\rb", false),
            ("a\r", false),
            ("a\u{202e}b", false),
            ("a\u{1b}[31m", false),
            ("\u{feff}a", false),
        ] {
            assert_eq!(is_plain(text), wanted, "{text:?}");
        }
    }
}
