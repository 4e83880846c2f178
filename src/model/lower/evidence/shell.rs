//! Shell: commands that mount engines or start a development server, and requests below `X/data/`.

use super::{Engine, Found, KvVersion, engine_of, is_comment, line_at, unquote};

const V2: Engine = Engine::Kv(Some(KvVersion::V2));

/// Marks of a development server, which has a version 2 mount at `secret/`.
const DEVELOPMENT: [&str; 5] = [
    "VAULT_DEV_ROOT_TOKEN_ID",
    "BAO_DEV_ROOT_TOKEN_ID",
    "-dev-root-token-id",
    "vault server -dev",
    "bao server -dev",
];

pub(super) fn read(found: &mut Found<'_>) {
    let text = found.text();
    for (at, mark) in text.match_indices("secrets enable ") {
        enable(found, at, at + mark.len());
    }
    for (at, mark) in text.match_indices("kv enable-versioning ") {
        let (words, end) = words(text, at + mark.len());
        if let (Some(path), false) = (words.iter().find(|word| !word.starts_with('-')), hidden(text, at)) {
            found.add(path, V2, at, end);
        }
    }
    for (at, mark) in text.match_indices("sys/mounts/") {
        api_mount(found, at, at + mark.len());
    }
    for mark in DEVELOPMENT {
        if let Some(at) = text.match_indices(mark).map(|(at, _)| at).find(|at| !hidden(text, *at)) {
            found.add("secret", V2, at, at + mark.len());
        }
    }
    for (at, _) in text.match_indices("/data/") {
        in_use(found, at);
    }
}

/// `secrets enable [-path=X] [-version=2] TYPE`.
fn enable(found: &mut Found<'_>, at: usize, arguments: usize) {
    if hidden(found.text(), at) {
        return;
    }
    let (words, end) = words(found.text(), arguments);
    let (mut path, mut version, mut kind) = (None, None, None);
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let Some(flag) = word.strip_prefix('-') else {
            kind = kind.or(Some(word));
            continue;
        };
        let (name, value) = match flag.trim_start_matches('-').split_once('=') {
            Some((name, value)) => (name, Some(unquote(value))),
            None => (flag.trim_start_matches('-'), None),
        };
        match name {
            "path" => path = value.or_else(|| words.next()),
            "version" => version = value.or_else(|| words.next()),
            "options" => {
                let option = value.or_else(|| words.next());
                version = option.and_then(|option| option.strip_prefix("version=")).map(unquote).or(version);
            }
            // A mount in a namespace of its own says nothing about the paths of another.
            "namespace" | "ns" => return,
            // Those take no value; all others that are written without `=` take the next word.
            "local" | "seal-wrap" | "external-entropy-access" | "force-no-cache" | "tls-skip-verify" => {}
            _ if value.is_none() => {
                words.next();
            }
            _ => {}
        }
    }
    if let Some(kind) = kind.filter(|kind| is_name(kind)) {
        let command = found.text().get(at..end).unwrap_or("").trim_end_matches([' ', '\t', '"', '\'', '\\']);
        found.add(path.unwrap_or(kind), engine_of(kind, version), at, at + command.len());
    }
}

/// A write to `sys/mounts/X` with type and version in the same command.
fn api_mount(found: &mut Found<'_>, at: usize, path_start: usize) {
    let text = found.text();
    let (words, end) = words(text, path_start);
    let Some(path) = words.first().filter(|path| !path.contains("/tune")) else { return };
    // The type may stand before the address (`curl -d '{…}' …/sys/mounts/x`), so the whole command is looked at.
    let (start, _) = line_at(text, at);
    let Some(command) = text.get(start..end) else { return };
    let plain: String = command.chars().filter(|c| !matches!(c, '"' | '\'' | '\\' | ' ')).collect();
    let Some(kind) = ["type:", "type="].iter().find_map(|key| word_after(&plain, key)) else { return };
    let version = ["version:", "version="].iter().find_map(|key| word_after(&plain, key));
    if !hidden(text, at) && is_name(kind) {
        found.add(path, engine_of(kind, version), at, end);
    }
}

/// `X/data/…` where it is clearly a path of the API: in a URL, a policy, a command, a template, an annotation.
fn in_use(found: &mut Found<'_>, at: usize) {
    let text = found.text();
    let (start, line) = line_at(text, at);
    let Some((before, after)) = line.split_at_checked(at - start) else { return };
    let in_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let context = before.trim_end_matches(in_path);
    let Some(path) = before.get(context.len()..) else { return };
    let end = after.find(|c: char| !in_path(c) && c != '*').unwrap_or(after.len());
    if is_comment(line) || path.is_empty() {
        return;
    }
    let in_url = path.rsplit_once("v1/").map(|(_, mount)| mount);
    let context = context.trim_end_matches(['"', '\'', '\\', '/', '=']).trim_end();
    let word = context.rsplit([' ', '\t', '(', '{', '`', '"', '\'']).next().unwrap_or("");
    let by_command = matches!(word, "read" | "write" | "delete" | "list" | "patch")
        && ["vault ", "bao ", "VAULT"].iter().any(|name| context.contains(name));
    let by_key = matches!(word, "path" | "secret" | "secretPath:" | "secretPath")
        || context.contains("vault.hashicorp.com/agent-inject-secret-");
    let mount = match in_url {
        Some(mount) => mount,
        None if by_command || by_key => path,
        None => return,
    };
    if after.get("/data/".len()..end).is_some_and(|key| !key.is_empty()) {
        found.add(mount, V2, at - mount.len(), at + end);
    }
}

/// The words of a command from `from` on, without quotes, lines that end in a backslash joined, up to what ends it.
fn words(text: &str, from: usize) -> (Vec<&str>, usize) {
    let mut words = Vec::new();
    let mut end = from;
    let Some(rest) = text.get(from..) else { return (words, end) };
    let lines = rest.split_inclusive('\n');
    for line in lines {
        let body = line.trim_end();
        let (body, continued) = match body.strip_suffix('\\') {
            Some(body) => (body, true),
            None => (body, false),
        };
        let line_start = end;
        let mut offset = 0;
        for word in body.split_inclusive([' ', '\t']) {
            let plain = word.trim();
            let ends = plain.starts_with(['|', '&', ';', '>', '<', '#', ')']) || plain.starts_with("2>");
            if ends {
                return (words, line_start + offset);
            }
            if !plain.is_empty() {
                let cut = plain.trim_end_matches([';', ')', '`', ']']);
                words.push(unquote(cut));
                if cut.len() < plain.len() && plain.contains(';') {
                    return (words, line_start + offset + plain.len());
                }
            }
            offset += word.len();
        }
        if !continued {
            return (words, line_start + body.trim_end().len());
        }
        end += line.len();
    }
    (words, end)
}

/// True in a comment, and in text that is only printed.
fn hidden(text: &str, at: usize) -> bool {
    let (start, line) = line_at(text, at);
    let before = line.get(..at - start).unwrap_or("").trim_start();
    let printed = ["echo ", "printf ", "log ", "info "].iter().any(|word| before.starts_with(word));
    is_comment(line) || (printed && !before.contains('|') && !before.contains("&&"))
}

fn word_after<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let rest = text.get(text.find(key)? + key.len()..)?;
    let word = rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next()?;
    (!word.is_empty()).then_some(word)
}

/// The name of an engine, and no variable.
fn is_name(word: &str) -> bool {
    !word.is_empty()
        && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}
