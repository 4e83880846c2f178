//! # What it finds
//! A JWT, a Vault token (`hvs.`, `hvb.`, `hvr.`) or a private key anywhere in a spec, a policy or a manifest, comments
//! included.
//!
//! # Why it matters
//! Whoever reads the repository, now or in its history, has it. A JWT of a service account without an end is a login to
//! Vault.
//!
//! # How to fix it
//! Take it out, make it void, and let the environment or the cluster supply the new one.
//!
//! # Limits
//! Found by form: three base64url parts of which the first two are JSON, the prefix of Vault with 24 characters or
//! more, a PEM header with a key behind it. Data of Kubernetes Secrets in base64 is not decoded.

use memchr::memmem;

use crate::lint::{Category, Check, Context, Rule};
use crate::model::project::FileClass;
use crate::syntax::{Source, Span};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "embedded-secret",
    summary: "a token or a private key in an input",
    category: Category::Security,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("embedded_secret.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    for (source, class) in project.sources.iter().zip(&project.classes) {
        if matches!(class, FileClass::Other) {
            continue;
        }
        look(source, cx);
    }
}

fn look(source: &Source, cx: &mut Context<'_>) {
    let bytes = source.text.as_bytes();
    let mut jwt_end = 0;
    for at in memmem::find_iter(bytes, b"eyJ") {
        if at >= jwt_end {
            jwt_end = jwt(source, at, cx);
        }
    }
    for at in memmem::find_iter(bytes, b"hv") {
        if let Some([b's' | b'b' | b'r', b'.', ..]) = bytes.get(at + 2..) {
            token(source, at, cx);
        }
    }
    for at in memmem::find_iter(bytes, KEY) {
        key(source, at, cx);
    }
}

/// The end of what may be a JWT and begins here.
fn jwt(source: &Source, at: usize, cx: &mut Context<'_>) -> usize {
    if is_inside_word(&source.text, at) {
        return at;
    }
    let word = run(&source.text, at, |byte| is_base64url(byte) || byte == b'.');
    let end = at + word.len();
    let mut parts = word.split('.');
    let (header, claims, signature) = (parts.next(), parts.next(), parts.next());
    let long = |part: Option<&str>, least: usize| part.is_some_and(|part| part.len() >= least);
    let is_object = claims.is_some_and(|claims| claims.starts_with("eyJ"));
    if is_object && long(header, 16) && long(claims, 16) && long(signature, 20) && parts.next().is_none() {
        report(source, at..end, "a JWT", cx);
    }
    end
}

fn token(source: &Source, at: usize, cx: &mut Context<'_>) {
    const PREFIX: usize = "hvs.".len();
    if is_inside_word(&source.text, at) {
        return;
    }
    let body = run(&source.text, at + PREFIX, is_base64url);
    let is_mixed =
        body.bytes().any(|byte| byte.is_ascii_digit()) && body.bytes().any(|byte| byte.is_ascii_alphabetic());
    if body.len() >= 24 && is_mixed {
        report(source, at..at + PREFIX + body.len(), "a token of Vault", cx);
    }
}

/// The end of the header of a private key.
const KEY: &[u8] = b"PRIVATE KEY-----";

fn key(source: &Source, at: usize, cx: &mut Context<'_>) {
    let end = at + KEY.len();
    let line =
        source.text.get(..at).and_then(|before| before.rfind("-----BEGIN ")).filter(|begin| at - begin < 32);
    let after = source.text.get(end..).unwrap_or_default();
    // Behind the header comes a line of base64; its break may be written as `\n`.
    let after = after.trim_start_matches(|next: char| next.is_whitespace() || next == '\\');
    let after = after.strip_prefix('n').unwrap_or(after);
    let body = run(after, 0, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    if let (Some(begin), true) = (line, body.len() >= 40) {
        report(source, begin..end, "a private key", cx);
    }
}

fn report(source: &Source, range: std::ops::Range<usize>, what: &str, cx: &mut Context<'_>) {
    cx.report(Span::new(source.id, range), format!("{what} stands here for everybody who reads this file"))
        .help("take it out, make it void, and let the environment or the cluster supply a new one");
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

fn is_inside_word(text: &str, at: usize) -> bool {
    text.get(..at).is_some_and(|before| before.bytes().next_back().is_some_and(is_base64url))
}

/// The characters from `at` on that are of the kind.
fn run(text: &str, at: usize, is_part: impl Fn(u8) -> bool) -> &str {
    let rest = text.get(at..).unwrap_or_default();
    let end = rest.bytes().position(|byte| !is_part(byte)).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}
