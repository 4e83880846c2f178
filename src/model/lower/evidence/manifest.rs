//! YAML: engines that bank-vaults mounts, and stores of External Secrets that name the version.

use super::{Engine, Found, KvVersion, engine_of, is_comment, unquote};

pub(super) fn read(found: &mut Found<'_>) {
    let text = found.text();
    if text.contains("SecretStore") {
        secret_stores(found);
    }
    if text.contains("\n") && text.contains("secrets:") {
        bank_vaults(found);
    }
}

/// One `key: value` line.
#[derive(Debug, Clone, Copy)]
struct Line<'a> {
    /// Offset of its first character that is no blank.
    at: usize,
    indent: usize,
    /// Starts with `- `; the key then stands two further in.
    item: bool,
    key: &'a str,
    value: &'a str,
}

/// Stores whose provider says `version: v2` beside its `path`.
fn secret_stores(found: &mut Found<'_>) {
    let lines: Vec<Line<'_>> = lines(found.text()).collect();
    for (index, version) in lines.iter().enumerate().filter(|(_, line)| line.key == "version") {
        let version = match version.value {
            "v2" => (version, KvVersion::V2),
            "v1" => (version, KvVersion::V1),
            _ => continue,
        };
        let beside = |line: &&Line<'_>| line.indent >= version.0.indent;
        let after = lines.iter().skip(index + 1).take_while(beside);
        let before = lines.iter().take(index).rev().take_while(beside);
        let path = before.chain(after).find(|line| line.key == "path" && line.indent == version.0.indent);
        if let Some(path) = path {
            found.add(path.value, Engine::Kv(Some(version.1)), path.at, path.end());
        }
    }
}

/// Items of a `secrets:` list that have a `type`.
fn bank_vaults(found: &mut Found<'_>) {
    let lines: Vec<Line<'_>> = lines(found.text()).collect();
    for (index, _) in
        lines.iter().enumerate().filter(|(_, line)| line.key == "secrets" && line.value.is_empty())
    {
        let Some(parent) = lines.get(index) else { continue };
        let body: Vec<&Line<'_>> = lines
            .iter()
            .skip(index + 1)
            .take_while(|line| line.indent >= parent.indent && (line.item || line.indent > parent.indent))
            .collect();
        let Some(first) = body.first().filter(|line| line.item) else { continue };
        let depth = first.indent;
        for item in body.chunk_by(|_, next| !(next.item && next.indent == depth)) {
            let inner = depth + 2;
            let own = |key: &str| {
                item.iter().find(|line| {
                    line.key == key && (line.indent == inner || line.item && line.indent == depth)
                })
            };
            let Some(kind) = own("type").map(|line| line.value) else { continue };
            let version = item.iter().find(|line| line.key == "version").map(|line| line.value);
            let path = own("path");
            let place = path.or_else(|| own("type"));
            if let Some(place) = place {
                found.add(
                    path.map_or(kind, |line| line.value),
                    engine_of(kind, version),
                    place.at,
                    place.end(),
                );
            }
        }
    }
}

impl Line<'_> {
    fn end(&self) -> usize {
        self.at + self.key.len() + 1 + self.value.len() + usize::from(!self.value.is_empty())
    }
}

/// The lines of the form `key: value`; a comment at the end and quotes are taken off.
fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut offset = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let start = offset;
        offset += line.len();
        let body = line.trim_start_matches(' ');
        let indent = line.len() - body.len();
        let (item, body) = match body.strip_prefix("- ") {
            Some(rest) => (true, rest.trim_start_matches(' ')),
            None => (false, body),
        };
        if is_comment(body) {
            return None;
        }
        let (key, value) = body.split_once(':')?;
        let value = value.split(" #").next().unwrap_or(value).trim();
        Some(Line {
            at: start + line.len() - body.len(),
            indent,
            item,
            key: unquote(key),
            value: unquote(value),
        })
    })
}
