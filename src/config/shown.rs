//! Settings as `config show` shows them: each with its value and where it came from.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use toml::de::DeValue;

use crate::syntax::unseen::is_harmful;

/// Settings by key, such as `fail-on` or `rules.missing-audience`.
pub type Shown = BTreeMap<String, Setting>;

/// A setting that is in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Its value, as it was written.
    pub value: Json,
    /// Where it came from.
    pub origin: Origin,
}

/// Where a setting came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything else.
    Default,
    /// The profile brings it.
    Profile(&'static str),
    /// A configuration.
    File {
        /// Its name, as reports show it.
        name: String,
        /// Line, from 1.
        line: usize,
    },
    /// A flag of the command line, such as `--select`.
    Flag(&'static str),
    /// Several of these, each of which gives a part of the value.
    Several(Vec<Origin>),
}

/// The plain value.
pub fn plain(value: &DeValue<'_>) -> Json {
    match value {
        DeValue::String(text) => Json::String(text.clone().into_owned()),
        DeValue::Integer(number) => {
            let digits = number.as_str().replace('_', "");
            i64::from_str_radix(&digits, number.radix()).map_or(Json::String(digits), Json::from)
        }
        DeValue::Float(number) => {
            let number = number.as_str().replace('_', "");
            number.parse::<f64>().map_or(Json::String(number), Json::from)
        }
        DeValue::Boolean(truth) => Json::Bool(*truth),
        DeValue::Datetime(time) => Json::String(time.to_string()),
        DeValue::Array(items) => items.iter().map(|item| plain(item.get_ref())).collect(),
        DeValue::Table(table) => {
            // By place, as they were written.
            let mut entries: Vec<_> = table.iter().collect();
            entries.sort_by_key(|(key, _)| key.span().start);
            let entry =
                |(key, value): (&toml::Spanned<std::borrow::Cow<'_, str>>, &toml::Spanned<DeValue<'_>>)| {
                    (key.get_ref().clone().into_owned(), plain(value.get_ref()))
                };
            Json::Object(entries.into_iter().map(entry).collect())
        }
    }
}

/// The value in TOML, on one line, with nothing in it that a terminal would act on.
pub fn inline(value: &Json) -> String {
    match value {
        Json::Null => "\"\"".to_owned(),
        Json::Bool(_) | Json::Number(_) => value.to_string(),
        Json::String(text) => quoted(text),
        Json::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Json::Object(entries) => {
            let entries = entries.iter().map(|(name, value)| format!("{} = {}", key(name), inline(value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A key in TOML, quoted where it has to be.
pub fn key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !name.is_empty() && name.chars().all(bare) { name.to_owned() } else { quoted(name) }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if is_harmful(c) => out += &format!("\\U{:08X}", u32::from(c)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_toml_again_and_harmless() {
        for value in [
            serde_json::json!("plain"),
            serde_json::json!("a \"b\" \\ \u{1b}[2J\u{202e}\r\n\t\u{7f} é"),
            serde_json::json!([1, true, "x", [], {}]),
            serde_json::json!([{"path": "kv", "odd key": {"é": 1.5}}]),
        ] {
            let text = inline(&value);
            assert_eq!(crate::report::clean::line(&text), text);
            let back: Json = toml::from_str::<Json>(&format!("x = {text}")).unwrap()["x"].clone();
            assert_eq!(back, value, "{text}");
        }
    }
}
