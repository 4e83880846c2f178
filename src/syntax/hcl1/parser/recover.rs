//! Where reading goes on after a fault.

use super::Parser;
use crate::syntax::hcl1::lexer::{Kind, Token};

impl Parser<'_, '_> {
    /// Goes to the next item after a fault in the item that starts at the token number `from`.
    pub(super) fn recover(&mut self, from: usize, nested: bool) {
        let fault = self.at;
        let mut open: Vec<Kind> = Vec::new();
        let mut at = from;
        loop {
            let token = self.token(at);
            let beyond = at > fault || (at == fault && at > from);
            match token.kind {
                Kind::End => break,
                Kind::OpenBrace | Kind::OpenBracket => open.push(token.kind),
                Kind::CloseBracket if open.last() == Some(&Kind::OpenBracket) => {
                    open.pop();
                }
                Kind::CloseBrace => {
                    while open.last() == Some(&Kind::OpenBracket) {
                        open.pop();
                    }
                    if open.pop().is_none() && nested && at >= fault {
                        break;
                    }
                }
                _ if beyond && token.leads && self.starts_item(at) => {
                    if self.starts_path_block(at) {
                        self.unwinding = nested;
                        break;
                    }
                    if open.is_empty() {
                        break;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        self.at = at;
    }

    pub(super) fn starts_item(&self, at: usize) -> bool {
        let is_key = |kind| matches!(kind, Kind::Word | Kind::Text);
        if !is_key(self.token(at).kind) {
            return false;
        }
        match self.token(at + 1).kind {
            Kind::Assign | Kind::OpenBrace => true,
            // Items may be written with the slips that are read as meant.
            Kind::Colon => true,
            Kind::Text | Kind::SingleQuoted => {
                matches!(self.token(at + 2).kind, Kind::OpenBrace | Kind::Assign)
                    && self.token(at).kind == Kind::Word
            }
            _ => false,
        }
    }

    fn starts_path_block(&self, at: usize) -> bool {
        self.word(self.token(at)).trim_matches('"') == "path"
            && matches!(self.token(at + 1).kind, Kind::Text | Kind::SingleQuoted)
            && self.token(at + 2).kind == Kind::OpenBrace
    }

    /// True where a list cannot go on: at the end of the block, or at an item of its own on a new line.
    pub(super) fn ends_open_list(&self, token: Token) -> bool {
        match token.kind {
            Kind::End | Kind::CloseBrace => true,
            _ => token.leads && self.starts_item(self.at),
        }
    }
}
