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
        jwts(source, cx);
        tokens(source, cx);
        keys(source, cx);
    }
}

fn jwts(source: &Source, cx: &mut Context<'_>) {
    let mut done = 0;
    for (at, _) in source.text.match_indices("eyJ") {
        if at < done || is_inside_word(&source.text, at) {
            continue;
        }
        let word = run(&source.text, at, |byte| is_base64url(byte) || byte == b'.');
        done = at + word.len();
        let mut parts = word.split('.');
        let (header, claims, signature) = (parts.next(), parts.next(), parts.next());
        let long = |part: Option<&str>, least: usize| part.is_some_and(|part| part.len() >= least);
        let is_object = claims.is_some_and(|claims| claims.starts_with("eyJ"));
        if is_object && long(header, 16) && long(claims, 16) && long(signature, 20) && parts.next().is_none()
        {
            report(source, at..done, "a JWT", cx);
        }
    }
}

fn tokens(source: &Source, cx: &mut Context<'_>) {
    for prefix in ["hvs.", "hvb.", "hvr."] {
        for (at, _) in source.text.match_indices(prefix) {
            if is_inside_word(&source.text, at) {
                continue;
            }
            let body = run(&source.text, at + prefix.len(), is_base64url);
            let is_mixed = body.bytes().any(|byte| byte.is_ascii_digit())
                && body.bytes().any(|byte| byte.is_ascii_alphabetic());
            if body.len() >= 24 && is_mixed {
                report(source, at..at + prefix.len() + body.len(), "a token of Vault", cx);
            }
        }
    }
}

fn keys(source: &Source, cx: &mut Context<'_>) {
    for (at, _) in source.text.match_indices("PRIVATE KEY-----") {
        let end = at + "PRIVATE KEY-----".len();
        let line = source
            .text
            .get(..at)
            .and_then(|before| before.rfind("-----BEGIN "))
            .filter(|begin| at - begin < 32);
        let after = source.text.get(end..).unwrap_or_default();
        // Behind the header comes a line of base64; its break may be written as `\n`.
        let after = after.trim_start_matches(|next: char| next.is_whitespace() || next == '\\');
        let after = after.strip_prefix('n').unwrap_or(after);
        let body = run(after, 0, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
        if let (Some(begin), true) = (line, body.len() >= 40) {
            report(source, begin..end, "a private key", cx);
        }
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
