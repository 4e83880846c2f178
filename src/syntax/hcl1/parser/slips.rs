//! Slips that are read as meant, and what is said about them and about other faults.

use super::Parser;
use crate::syntax::hcl1::complaint::{self, Complaint};
use crate::syntax::hcl1::lexer::{Kind, RESERVED, Token};
use crate::syntax::hcl1::{Key, Value, ValueKind};

impl<'t> Parser<'t, '_> {
    /// Reports an assignment that the server refuses.
    pub(super) fn assignment(&mut self, token: Token, keys: &[Key]) {
        if keys.len() > 1 {
            let help = format!("write `{} {{` without `{}`", self.header(keys), self.word(token));
            self.report(Complaint::new(token.range(), "a block with a label takes no `=`").help(help));
        } else if token.kind == Kind::Colon {
            let name = keys.first().map_or("key", |key| &key.text);
            let help = format!("write `{name} =`");
            self.report(Complaint::new(token.range(), "`:` where `=` should stand").help(help));
        }
    }

    fn header(&self, keys: &[Key]) -> String {
        let words = keys
            .iter()
            .map(|key| if key.quoted { format!("\"{}\"", key.text) } else { key.text.clone().into_owned() });
        words.collect::<Vec<_>>().join(" ")
    }

    pub(super) fn missing_body(&mut self, token: Token, keys: &[Key]) -> Complaint {
        if let Some(complaint) = self.own_complaint(token) {
            return complaint;
        }
        let word = self.word(token);
        let Some(first) = keys.first() else {
            let complaint = complaint::unexpected(token.range(), token.kind, word, "a block or an argument");
            return match token.kind {
                Kind::CloseBrace => complaint.help("there is one `}` too many, or a `{` is missing before"),
                Kind::Comma => complaint.help("one comma is enough"),
                _ => complaint,
            };
        };
        let start = first.at as usize;
        let range = start..self.token(self.at.saturating_sub(1)).range().end;
        if matches!(token.kind, Kind::OpenBracket) && keys.len() == 1 {
            return Complaint::new(token.range(), "`=` is missing before the list")
                .help(format!("write `{} = [`", first.text));
        }
        if matches!(token.kind, Kind::End | Kind::CloseBrace) || token.leads {
            let what = if keys.len() > 1 { "has no body" } else { "has no value" };
            let message = format!("`{}` {what}", self.header(keys));
            return Complaint::new(range, message).help("a block goes on with `{`, an argument with `=`");
        }
        complaint::unexpected(token.range(), token.kind, word, "`{` or `=`")
    }

    /// A word without quotes where a value should stand: reported, and read as text.
    pub(super) fn bare_word(&mut self, token: Token) -> Result<Value<'t>, Complaint> {
        let word = self.word(token);
        if matches!(self.token(self.at + 1).kind, Kind::OpenParenthesis) {
            let message = format!("a policy cannot call `{word}`");
            let range = token.start as usize..self.token(self.at + 1).range().end;
            return Err(Complaint::new(range, message)
                .help("this is HCL version 1, without functions; write the value itself"));
        }
        let complaint = Complaint::new(token.range(), format!("`{word}` is no value"));
        self.report(match word {
            "null" => complaint.help("leave the argument out"),
            _ if word.contains('.') => complaint.help(format!(
                "nothing is looked up in a policy; write the value itself, or \"{word}\" if it is a text"
            )),
            _ => complaint.help(format!("put it in double quotes: \"{word}\"")),
        });
        self.at += 1;
        let kind = ValueKind::Text(word.into());
        Ok(Value { span: self.place.span(token.range()), at: token.start, kind })
    }

    /// What the lexer had to say about a token.
    pub(super) fn own_complaint(&self, token: Token) -> Option<Complaint> {
        match token.kind {
            Kind::Bad(number) | Kind::FaultyText(number) => self.complaints.get(number as usize).cloned(),
            Kind::Semicolon => Some(complaint::character(token.range(), ';')),
            _ => None,
        }
    }

    /// Characters that the server refuses wherever they stand, comments included.
    pub(super) fn reserved_characters(&mut self) {
        let text = self.text;
        if !text.as_bytes().contains(&0) && !text.contains(RESERVED) {
            return;
        }
        for (at, character) in self.text.char_indices().filter(|(_, next)| matches!(*next, '\0' | RESERVED)) {
            let message =
                if character == '\0' { "unexpected NUL character" } else { "the reserved character U+E123" };
            self.report(Complaint::new(at..at + character.len_utf8(), message));
        }
    }
}
