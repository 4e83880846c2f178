//! Values of the configuration, by type; what is wrong with one is noted with its place.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::syntax::near::nearest;
use crate::syntax::{SourceId, Span, SyntaxError};

/// A value with its place.
pub type Value<'i> = Spanned<DeValue<'i>>;

/// A key with its place.
pub type Key<'i> = Spanned<Cow<'i, str>>;

/// What is wrong with a text.
#[derive(Debug)]
pub struct Faults {
    source: SourceId,
    /// All of it.
    pub list: Vec<SyntaxError>,
}

impl Faults {
    /// None so far.
    pub fn new(source: SourceId) -> Faults {
        Faults { source, list: Vec::new() }
    }

    /// The value as a table.
    pub fn table<'v, 'i>(&mut self, value: &'v Value<'i>, what: &str) -> Option<&'v DeTable<'i>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong_type(value, what, "a table");
        }
        table
    }

    /// The items of a list; none if it is no list.
    pub fn list<'v, 'i>(&mut self, value: &'v Value<'i>, what: &str) -> Vec<&'v Value<'i>> {
        match value.get_ref().as_array() {
            Some(items) => items.iter().collect(),
            None => {
                self.wrong_type(value, what, "a list");
                Vec::new()
            }
        }
    }

    /// The value as text.
    pub fn text<'v>(&mut self, value: &'v Value<'_>, what: &str) -> Option<&'v str> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.wrong_type(value, what, "text");
        }
        text
    }

    /// The value as text, or its digits.
    pub fn text_or_number(&mut self, value: &Value<'_>, what: &str) -> Option<String> {
        match value.get_ref() {
            DeValue::Integer(number) => Some(number.as_str().to_owned()),
            _ => self.text(value, what).map(str::to_owned),
        }
    }

    /// What a word stands for.
    pub fn one_of<T: Copy>(&mut self, value: &Value<'_>, what: &str, words: &[(&str, T)]) -> Option<T> {
        let word = self.text(value, what)?;
        let meaning = words.iter().find(|(name, _)| *name == word).map(|(_, meaning)| *meaning);
        if meaning.is_none() {
            let known = || words.iter().map(|(name, _)| *name);
            let help = match nearest(word, known()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("one of {}", known().collect::<Vec<_>>().join(", ")),
            };
            self.add(value.span(), format!("`{word}` is none of the words that stand here"), Some(help));
        }
        meaning
    }

    /// The value is of another type than it should be.
    pub fn wrong_type(&mut self, value: &Value<'_>, what: &str, wanted: &str) {
        let is = value.get_ref().type_str();
        self.add(value.span(), format!("{what} is {wanted}, not of type {is}"), None);
    }

    /// The key is none of those that may stand there.
    pub fn unknown_key(&mut self, key: &Key<'_>, known: &[&str]) {
        let name = key.get_ref();
        let help = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here: {}", known.join(", ")),
        };
        self.add(key.span(), format!("unknown key `{name}`"), Some(help));
    }

    /// Notes a fault.
    pub fn add(&mut self, range: Range<usize>, message: String, help: Option<String>) {
        let error = SyntaxError::new(Span::new(self.source, range), message);
        self.list.push(match help {
            Some(help) => error.with_help(help),
            None => error,
        });
    }
}
