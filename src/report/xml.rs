//! Text for XML.

/// Text for an element or an attribute. Characters that XML cannot hold at all become the replacement character.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&apos;",
            '\t' | '\n' | '\r' => out += &format!("&#{};", u32::from(c)),
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_breaks_out() {
        for (text, wanted) in [
            ("a<b>&\"'", "a&lt;b&gt;&amp;&quot;&apos;"),
            ("]]>", "]]&gt;"),
            ("a\u{0}\u{1b}[31mb\u{ffff}", "a\u{fffd}\u{fffd}[31mb\u{fffd}"),
            ("a\tb\nc\r", "a&#9;b&#10;c&#13;"),
            ("grün 🔑", "grün 🔑"),
        ] {
            assert_eq!(escaped(text), wanted);
        }
    }
}
