//! YAML as Kubernetes reads it, with spans: many documents, scalars of YAML 1.1, aliases and merge keys expanded.
//!
//! The only file that names the YAML crate, whose events [`build`] makes trees of. What differs from plain YAML 1.2:
//!
//! - Plain scalars, keys too, are resolved as go-yaml v2 does ([`scalar`]): `on` is true, `0777` is 511.
//! - `!!binary` is decoded, `!!int "1"` is a number, `!!merge` makes a merge key of `"<<"`.
//! - Keys are texts, as in JSON; the same key twice in one map is an error, lists and maps are refused as keys.
//! - Numbers that JSON does not have are refused.
//! - The value of an alias has the span of the alias; what lies inside it keeps the place where it was written.
//! - One broken document does not hide the others.

mod anchor;
mod binary;
mod block;
mod build;
pub mod cut;
mod plain;
mod scalar;
#[cfg(test)]
mod tests;
mod timestamp;

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, StrInput, StructureStyle};

use self::build::{Abandoned, Builder, Style, Tag};
use super::tree::{Node, NodeKind};
use super::{SourceId, Span, SyntaxError, directive, limits};

/// What a YAML text holds.
#[derive(Debug, Default)]
pub struct Stream {
    /// The documents that could be read, in order.
    pub documents: Vec<Document>,
    /// What could not.
    pub errors: Vec<SyntaxError>,
    /// Values that no edit may be made in: those with an anchor that an alias stands for, which count in several places,
    /// and those in base64.
    pub shared: Vec<Span>,
    /// Comments without their line breaks. Only of texts that hold a directive: nobody else needs them.
    pub comments: Vec<Range<usize>>,
}

/// One document of a stream.
#[derive(Debug)]
pub struct Document {
    /// Its value.
    pub root: Node,
    /// From its `---`, if it has one, to the end of its value.
    pub span: Span,
}

/// Reads all documents of `text`.
pub fn parse(text: &str, source: SourceId) -> Stream {
    if let Some(error) = forbidden_character(text, source) {
        return Stream { errors: vec![error], ..Stream::default() };
    }
    if !directive::mentioned(text)
        && let Some(stream) = plain::read(text, source)
    {
        return stream;
    }
    in_full(text, source)
}

/// Reads a text with whatever YAML has.
fn in_full(text: &str, source: SourceId) -> Stream {
    let mut reader =
        Reader { text, source, builder: Builder::new(text, source), started: 0, stream: Stream::default() };
    reader.run();
    let mut stream = reader.stream;
    (stream.errors, stream.shared) = reader.builder.finish();
    keep_first_errors(&mut stream.errors);
    stream
}

struct Reader<'t> {
    text: &'t str,
    source: SourceId,
    builder: Builder<'t>,
    /// Where the current document began.
    started: usize,
    stream: Stream,
}

impl<'t> Reader<'t> {
    fn run(&mut self) {
        let mut parser = Parser::new_from_str_with_options(self.text, options(self.text));
        let mut documents = 0;
        while let Some(next) = parser.next_event() {
            let outcome = match next {
                Ok((Event::DocumentStart(..), span)) => {
                    documents += 1;
                    if documents > limits::DOCUMENTS {
                        self.refuse_documents(span.byte_range().unwrap_or_default());
                        return;
                    }
                    self.builder.start_document();
                    self.started = span.byte_range().map_or(0, |range| range.start);
                    Ok(())
                }
                Ok((event, span)) => self.take(event, span.byte_range().unwrap_or_default()),
                Err(error) => {
                    let error = self.explain(&error);
                    self.builder.errors.push(error);
                    self.builder.start_document();
                    Err(Abandoned)
                }
            };
            if outcome.is_err() && !self.recover(&mut parser) {
                return;
            }
        }
    }

    fn take(&mut self, event: Event<'t>, range: Range<usize>) -> Result<(), Abandoned> {
        let builder = &mut self.builder;
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
                    ScalarStyle::Literal => Style::Literal,
                    ScalarStyle::Folded => Style::Folded,
                };
                builder.scalar(value, style, tag_of(tag), anchor, range)
            }
            Event::SequenceStart(style, anchor, _) => {
                builder.open_list(style == StructureStyle::Flow, anchor, range)
            }
            Event::MappingStart(style, anchor, _) => {
                builder.open_map(style == StructureStyle::Flow, anchor, range)
            }
            Event::SequenceEnd | Event::MappingEnd => builder.close(range),
            Event::Alias(anchor) => builder.alias(anchor, range),
            Event::Comment(..) => {
                self.stream.comments.push(range);
                Ok(())
            }
            Event::DocumentEnd => {
                self.end_document();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn end_document(&mut self) {
        let Some(root) = self.builder.end_document() else { return };
        let marker = Span::new(self.source, self.started..self.started);
        let span = if matches!(root.kind, NodeKind::Null) { root.span } else { marker.to(root.span) };
        self.stream.documents.push(Document { root, span });
    }

    /// Goes on at the next document; false if there is none.
    fn recover(&mut self, parser: &mut Parser<'t, StrInput<'t>>) -> bool {
        match parser.proceed_next_document() {
            Ok(more) => more,
            Err(error) => {
                let error = self.explain(&error);
                self.builder.errors.push(error);
                false
            }
        }
    }

    fn refuse_documents(&mut self, range: Range<usize>) {
        let span = Span::new(self.source, range);
        let message = format!("more than {} documents in one file", limits::DOCUMENTS);
        self.builder.errors.push(SyntaxError::new(span, message).with_help("split the file"));
    }

    fn explain(&self, error: &ScanError) -> SyntaxError {
        let at = error.marker().byte_offset().unwrap_or(self.text.len()).min(self.text.len());
        let width = self.text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let span = Span::new(self.source, at..at + width);
        let (message, help) = wording(error.kind());
        let error = SyntaxError::new(span, message);
        match help {
            "" => error,
            help => error.with_help(help),
        }
    }
}

fn options(text: &str) -> Options {
    granit_parser::options! {
        emit_comments: directive::mentioned(text),
        max_buffered_comment_events: usize::MAX,
        // As libyaml and its Go port, which Kubernetes uses.
        block_scalar_eof_without_line_feed: true,
        // Deeper nesting is refused by the builder, with words of its own.
        flow_nesting_limit: limits::DEPTH + 2,
        block_nesting_limit: limits::DEPTH + 2,
    }
}

fn tag_of(tag: Option<Cow<'_, granit_parser::Tag>>) -> Tag {
    let Some(tag) = tag else { return Tag::Absent };
    match tag.suffix_in_namespace("tag:yaml.org,2002:").as_deref() {
        Some("bool") => Tag::Bool,
        Some("int") => Tag::Int,
        Some("float") => Tag::Float,
        Some("null") => Tag::Null,
        Some("binary") => Tag::Binary,
        Some("timestamp") => Tag::Timestamp,
        Some("merge") => Tag::Merge,
        _ if matches!(tag.parts(), ("", "!") | ("!", "")) => Tag::Bare,
        _ => Tag::Other,
    }
}

/// Our words for the errors that people meet, the crate's for the rest.
fn wording(kind: &ErrorKind) -> (Cow<'static, str>, &'static str) {
    let (message, help) = match kind {
        ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation => {
            ("a tab stands where YAML wants spaces", "indent with spaces")
        }
        ErrorKind::UnknownAnchor => {
            ("no anchor of this name comes before this alias", "put text that begins with `*` in quotes")
        }
        ErrorKind::UnclosedQuotedScalar => ("this quoted text is never closed", ""),
        ErrorKind::InvalidIndentation => ("this line is not indented like its neighbours", ""),
        ErrorKind::ExpectedBlockMappingKey => {
            ("a key was expected here", "check the indentation and the quotes of the lines before")
        }
        ErrorKind::SimpleKeyExpected => ("this line has no `:` after its key", ""),
        ErrorKind::InvalidColonPlacement | ErrorKind::MappingValueNotAllowed => {
            ("no `:` may stand here", "put text that holds `: ` in quotes, and check the indentation")
        }
        ErrorKind::UnknownQuotedScalarEscape => {
            ("this is no escape that YAML has", "write `\\\\` for a backslash, or use single quotes")
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            ("nothing may follow the closing quote", "put the whole value in quotes")
        }
        ErrorKind::BlockSequenceEntryNotAllowed => {
            ("no list item may begin here", "check the indentation of the lines before")
        }
        ErrorKind::UnclosedFlowCollection { open } => {
            return (format!("a bracket `{open}` is never closed").into(), "");
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            return (format!("`{close}` cannot close `{open}`").into(), "");
        }
        ErrorKind::UnexpectedEofFlowSequence => ("the list is never closed", "add `]`"),
        ErrorKind::UnexpectedEofFlowMapping | ErrorKind::UnexpectedEofImplicitFlowMapping => {
            ("the map is never closed", "add `}`")
        }
        ErrorKind::ExpectedFlowMappingSeparator => ("`,` or `}` was expected here", ""),
        ErrorKind::ExpectedFlowSequenceSeparator => ("`,` or `]` was expected here", ""),
        ErrorKind::ExpectedDocumentStart => {
            ("the document is over before this", "check the indentation, or begin a new document with `---`")
        }
        ErrorKind::ExpectedNodeContent => ("a value was expected here", ""),
        ErrorKind::UnexpectedCharacter { character } => {
            let message = format!("no plain text can begin with `{}`", character.escape_default());
            return (message.into(), "put the text in quotes");
        }
        ErrorKind::RecursionLimitExceeded => {
            return (format!("nested deeper than {} levels", limits::DEPTH).into(), "");
        }
        other => return (other.to_string().into(), ""),
    };
    (message.into(), help)
}

/// The first character that YAML does not allow anywhere (go-yaml v2 `readerc.go`).
fn forbidden_character(text: &str, source: SourceId) -> Option<SyntaxError> {
    // Everything that could be forbidden starts with one of these bytes.
    let suspect = |byte: u8| {
        byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r') || matches!(byte, 0x7F | 0xC2 | 0xEF)
    };
    // Without a way out in the middle, the compiler looks at many bytes at once.
    if !text.bytes().fold(false, |any, byte| any | suspect(byte)) {
        return None;
    }
    let mut bytes = text.bytes().enumerate();
    loop {
        let (at, _) = bytes.find(|(_, byte)| suspect(*byte))?;
        let character = text.get(at..)?.chars().next()?;
        let refused =
            character != '\u{85}' && character.is_control() || matches!(character, '\u{FFFE}' | '\u{FFFF}');
        if refused {
            let span = Span::new(source, at..at + character.len_utf8());
            let message =
                format!("the control character U+{:04X} is not allowed in YAML", u32::from(character));
            let help = "write it as an escape inside double quotes";
            return Some(SyntaxError::new(span, message).with_help(help));
        }
    }
}

/// Keeps [`limits::ERRORS`] errors and says how many more there were.
fn keep_first_errors(errors: &mut Vec<SyntaxError>) {
    let more = errors.len().saturating_sub(limits::ERRORS);
    if more > 0 {
        errors.truncate(limits::ERRORS);
        if let Some(last) = errors.last_mut() {
            last.message = format!("{} (and {more} more errors in this file)", last.message);
        }
    }
}
