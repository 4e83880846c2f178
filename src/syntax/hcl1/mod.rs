//! Policy texts to a tree: HCL **version 1** as `hashicorp/hcl` v1.0.1-vault-7 reads it, and the lenient JSON
//! form that the same servers take.
//!
//! HCL v1 is not HCL v2: newlines never matter, `${…}` is plain text, `010` is eight, `=` and blocks mix freely.
//! Which form a text has, its first character that is no white space decides: `{` means JSON.
//!
//! The verdict (does the server's parser take the text?) is the server's to the letter: [`Document::errors`] is empty
//! exactly if it does, but for two limits of our own: nesting beyond [`super::limits::DEPTH`], and the exotic letters
//! and digits on which Rust's and Go's Unicode tables differ. The words of the errors are ours, and there may be many
//! per text: the reader goes on at the next item.

mod complaint;
mod json;
mod lexer;
mod number;
mod outline;
mod parser;
pub mod printer;
mod text;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;

use super::{Place, Span, SyntaxError};

/// A text, as understood.
#[derive(Debug, Clone)]
pub struct Document<'t> {
    /// Which of the two forms the text has.
    pub format: Format,
    /// The items at the top, in order. Of a broken text, those that could be understood.
    pub items: Vec<Item<'t>>,
    /// Why the server's parser refuses the text; empty if it takes it. At most [`super::limits::ERRORS`].
    pub errors: Vec<SyntaxError>,
    /// How many further errors were left out of `errors`.
    pub more_errors: usize,
    /// Comments as byte ranges of the text, delimiters included. JSON has none.
    pub comments: Vec<Range<usize>>,
    /// Arguments that one object sets again, in order; see [`Repeat`].
    pub repeats: Vec<Repeat<'t>>,
    /// Parts of the text that the server's parser drops without a word, in order: what follows a missing comma or the
    /// closing brace of JSON, a key at the very end whose value never comes, what stands behind a carriage return in a
    /// comment (a lone one is white space to the server, and ends no line).
    pub ignored: Vec<Span>,
    nodes: Vec<Range<usize>>,
}

impl Document<'_> {
    /// The parts of the text that a comment can be about, as byte ranges of the text: items (blocks and
    /// arguments) and elements of lists, an outer part after the parts inside.
    pub fn nodes(&self) -> &[Range<usize>] {
        &self.nodes
    }
}

/// The two forms of a policy text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// HCL version 1.
    Hcl,
    /// The lenient JSON reader of the same library.
    Json,
}

/// A block or an argument.
#[derive(Debug, Clone)]
pub struct Item<'t> {
    /// Keyword and labels of a block, or the one key of an argument; never empty.
    pub keys: Vec<Key<'t>>,
    /// The `=` (JSON: the `:`); a block has none.
    pub assign: Option<Assign>,
    /// What stands after the keys.
    pub value: Value<'t>,
    /// From the first key to the end of the value. Of JSON whose nested objects the server folds into one list of
    /// keys, the innermost member that is left of them.
    pub span: Span,
}

/// The sign between a key and its value.
#[derive(Debug, Clone, Copy)]
pub struct Assign {
    /// Its place.
    pub span: Span,
    /// Its byte offset in the text.
    pub at: u32,
}

/// A keyword, label or argument name.
#[derive(Debug, Clone)]
pub struct Key<'t> {
    /// Decoded.
    pub text: Cow<'t, str>,
    /// As written, quotes included.
    pub span: Span,
    /// Byte offset in the text.
    pub at: u32,
    /// Byte offset in the text of what follows.
    pub end: u32,
    /// Quoted, so a label or a quoted name.
    pub quoted: bool,
    /// False if the server fails while it decodes the key, which it does when it looks at it.
    pub readable: bool,
}

/// What a key stands for.
#[derive(Debug, Clone)]
pub struct Value<'t> {
    /// As written, brackets, braces and quotes included.
    pub span: Span,
    /// Byte offset in the text.
    pub at: u32,
    /// The content.
    pub kind: ValueKind<'t>,
}

/// The kinds of values.
#[derive(Debug, Clone)]
pub enum ValueKind<'t> {
    /// A quoted text, decoded.
    Text(Cow<'t, str>),
    /// A heredoc, decoded; it ends with its last newline.
    Heredoc(Cow<'t, str>),
    /// A quoted text with an escape that the server's scanner lets pass and its decoder then fails at.
    Undecodable,
    /// A whole number as written: decimal, `0x` hexadecimal or leading-zero octal.
    Number(Cow<'t, str>),
    /// A number with fraction or exponent as written.
    Float(Cow<'t, str>),
    /// A truth value.
    Bool(bool),
    /// `null`, in JSON only.
    Null,
    /// `[…]`.
    List(Vec<Value<'t>>),
    /// `{…}`.
    Object(Vec<Item<'t>>),
}

/// An argument that is set a second time in the same object, quoted and unquoted spellings apart.
///
/// Servers of the current Vault line refuse that, others merge the values. Blocks may always occur again, and in
/// JSON the check does not exist.
#[derive(Debug, Clone)]
pub struct Repeat<'t> {
    /// The key of the first.
    pub first: Span,
    /// The key of the second.
    pub again: Key<'t>,
    /// The second key as written, quotes included.
    pub raw: &'t str,
}

/// Reads `text`, which lies at `place` in its source.
pub fn parse<'t>(text: &'t str, place: &Place) -> Document<'t> {
    if text.trim_start().starts_with('{') { json::parse(text, place) } else { parser::parse(text, place) }
}

pub use outline::{mentions_path_rule, resembles_path_rule};

/// The error that servers answer with for a byte order mark, for readers of files that take the mark off.
///
/// `start` is the empty span at the start of the file.
pub fn byte_order_mark(start: Span) -> SyntaxError {
    SyntaxError::new(start, "the text begins with a byte order mark, which servers refuse")
        .with_help("save the file as UTF-8 without byte order mark")
}
