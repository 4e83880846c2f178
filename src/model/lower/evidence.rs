//! What files that are no input themselves tell about secrets mounts.
//!
//! A policy says nothing of the version of the mount it speaks of. Scripts, Terraform and manifests around it do:
//! they mount engines, start development servers, or use paths that only a version 2 mount has. Each such place becomes a
//! [`Mount`] with [`Confidence::Inferred`], scoped to the directory of its file; how far the knowledge reaches is decided
//! where it is asked for. Prose (Markdown) is left out: it describes alternatives.

mod manifest;
mod shell;
mod terraform;

use crate::model::vault::mount::{Confidence, Engine, KvVersion, Mount};
use crate::syntax::{Source, Span};

/// True if a file of this name is worth reading for evidence although it is no input.
pub fn wanted(file_name: &str) -> bool {
    let extension = file_name.rsplit_once('.').map_or("", |(_, extension)| extension);
    matches!(extension, "sh" | "bash" | "zsh" | "ksh" | "bats" | "tf" | "tofu")
        || matches!(
            file_name,
            "Makefile" | "makefile" | "GNUmakefile" | "justfile" | "Justfile" | "Dockerfile"
        )
}

/// The mounts that the text is evidence for. Linear in the text, and one scan for a text that does not speak of Vault.
pub fn read(source: &Source) -> Vec<Mount> {
    let text = source.text.as_str();
    let mut found = Found { source, mounts: Vec::new() };
    if !["ault", "AULT", "bao"].iter().any(|word| text.contains(word)) {
        return found.mounts;
    }
    shell::read(&mut found);
    terraform::read(&mut found);
    manifest::read(&mut found);
    found.mounts
}

/// What was found in one text so far.
struct Found<'a> {
    source: &'a Source,
    mounts: Vec<Mount>,
}

impl<'a> Found<'a> {
    fn text(&self) -> &'a str {
        self.source.text.as_str()
    }

    /// Notes a mount, the first time that the file says so.
    fn add(&mut self, path: &str, engine: Engine, from: usize, to: usize) {
        let path = path.trim_matches('/');
        let readable = !path.is_empty()
            && path
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/'));
        if !readable || self.mounts.iter().any(|mount| mount.path == path && mount.engine == engine) {
            return;
        }
        self.mounts.push(Mount {
            path: path.to_owned(),
            engine,
            confidence: Confidence::Inferred,
            evidence: Span::new(self.source.id, from..to),
            scope: self.source.directory().to_owned(),
            settings: None,
        });
    }
}

/// The engine that `type` and `version` of a mount say; `version` is the text as written, if any.
fn engine_of(kind: &str, version: Option<&str>) -> Engine {
    match (kind, version) {
        ("kv-v2", _) | ("kv", Some("2")) => Engine::Kv(Some(KvVersion::V2)),
        ("kv", None | Some("1")) | ("generic" | "kv-v1", _) => Engine::Kv(Some(KvVersion::V1)),
        ("kv", Some(_)) => Engine::Kv(None),
        ("kubernetes", _) => Engine::Kubernetes,
        ("database", _) => Engine::Database,
        ("pki", _) => Engine::Pki,
        ("transit", _) => Engine::Transit,
        (other, _) => Engine::Other(other.to_owned()),
    }
}

/// The line that holds byte `at`, with the offset of its start.
fn line_at(text: &str, at: usize) -> (usize, &str) {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let rest = text.get(start..).unwrap_or("");
    (start, rest.split('\n').next().unwrap_or(""))
}

/// True if the line is a comment in any of the languages read here.
fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('#') || line.starts_with("//")
}

/// The text without the quotes around it, plain or escaped.
fn unquote(word: &str) -> &str {
    word.trim_matches(['"', '\'', '\\', ',', '`'])
}

#[cfg(test)]
mod tests;
