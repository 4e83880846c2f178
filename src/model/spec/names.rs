//! What names may look like: one row serves the checker and the JSON Schema.

use crate::model::vault::path::unsent_segment;

/// A rule for texts.
#[derive(Debug)]
pub struct Pattern {
    /// As a regular expression of JSON Schema (ECMA 262).
    pub regex: &'static str,
    /// Most characters; 0 for any number.
    pub longest: usize,
    /// The same rule in code.
    pub test: fn(&str) -> bool,
    /// What the rule asks for, to follow "must be".
    pub says: &'static str,
}

impl Pattern {
    /// True if the text keeps the rule.
    pub fn admits(&self, text: &str) -> bool {
        (self.test)(text) && (self.longest == 0 || text.chars().count() <= self.longest)
    }
}

/// Any text with something in it.
pub static FILLED: Pattern =
    Pattern { regex: r"\S", longest: 0, test: |text| !text.trim().is_empty(), says: "some text" };

/// Any text.
pub static ANYTHING: Pattern = Pattern { regex: "", longest: 0, test: |_| true, says: "any text" };

/// The name of a spec: a label value on every Kubernetes object that is made of it.
pub static SPEC_NAME: Pattern = Pattern {
    regex: r"^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$",
    longest: 63,
    test: |text| framed(text, |c| c.is_ascii_alphanumeric(), |c| matches!(c, '-' | '_' | '.')),
    says: "letters and digits with `-`, `_` and `.` inside only, 63 at most, as a label of Kubernetes",
};

/// The longest name of a policy or a role, in bytes of its file name, where everything but letters, digits, `_`, `-` and
/// `.` takes three. File systems take 255, from which the endings of files and of those being written go off.
const POLICY_NAME_BYTES: usize = 200;

/// The last part of a role's URL (`framework.GenericNameRegex`).
pub static ROLE_NAME: Pattern = Pattern {
    regex: r"^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$",
    longest: POLICY_NAME_BYTES,
    test: |text| framed(text, |c| c.is_ascii_alphanumeric() || c == '_', |c| c == '-' || c == '.'),
    says: "letters, digits and `_`, with `-` and `.` inside only",
};

/// A policy name: it must survive the server's trimming, be the end of an API path, and name a file.
pub static POLICY_NAME: Pattern = Pattern {
    regex: r"^(?!(.*/)?\.{0,2}(/|$))[^\s,\u0000-\u001f\u007f-\u009f]([^\u0000-\u001f\u007f-\u009f]*[^\s,\u0000-\u001f\u007f-\u009f])?$",
    longest: POLICY_NAME_BYTES,
    test: |text| {
        let edge = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace() && c != ',');
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        let bytes: usize = text.bytes().map(|byte| if plain(byte) { 1 } else { 3 }).sum();
        edge(text.chars().next())
            && edge(text.chars().next_back())
            && is_api_path(text)
            && bytes <= POLICY_NAME_BYTES
    },
    says: "text that can end a URL and name a file: no blanks or commas at its ends, no `//`, `.`, `..`, 200 bytes at most",
};

/// A mount path without `auth/`; one slash at the end is fine.
pub static MOUNT_PATH: Pattern = Pattern {
    regex: r"^(?!(.*/)?\.{1,2}(/|$))[^/*+\s\u0000-\u001f\u007f-\u009f]+(/[^/*+\s\u0000-\u001f\u007f-\u009f]+)*/?$",
    longest: 0,
    test: |text| {
        let text = text.strip_suffix('/').unwrap_or(text);
        is_api_path(text) && !text.contains(|c: char| c.is_whitespace() || c == '*' || c == '+')
    },
    says: "a path without blanks, wildcards, a leading slash, `.` and `..`",
};

/// The path of a secret in a grant: exact, or with one `*` at its end; `/` is the root folder.
pub static SECRET_PATH: Pattern = Pattern {
    regex: r"^(/|(?!(.*/)?(\.{1,2}(/|$)|/))[^/*+\n][^*+\n]*\*?|\*)$",
    longest: 0,
    test: |text| {
        let body = text.strip_suffix('*').unwrap_or(text);
        let star = body.len() < text.len();
        let plain = !body.contains(['*', '+']) && !body.contains('\n') && unsent_segment(text).is_none();
        text == "/" || (plain && !body.starts_with('/') && (star || !body.is_empty()))
    },
    says: "a path below the mount, with `*` at its end only and without `//`, `.` and `..`, which no request holds",
};

/// A Vault namespace, with or without slashes at its ends; empty for the root.
pub static VAULT_NAMESPACE: Pattern = Pattern {
    regex: r"^[^\u0000-\u001f\u007f-\u009f]*$",
    longest: 0,
    test: |text| !text.contains(char::is_control),
    says: "text without control characters",
};

/// A Kubernetes namespace.
pub static NAMESPACE: Pattern = Pattern {
    regex: "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
    longest: 63,
    test: is_label,
    says: "lower-case letters and digits with `-` inside only, 63 at most",
};

/// A Kubernetes namespace, or `*` for all.
pub static NAMESPACE_OR_ALL: Pattern = Pattern {
    regex: r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?|\*)$",
    longest: 63,
    test: |text| text == "*" || is_label(text),
    says: "lower-case letters and digits with `-` inside only, 63 at most, or `*` alone",
};

/// A service account.
pub static SERVICE_ACCOUNT: Pattern = Pattern {
    regex: r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$",
    longest: 253,
    test: |text| text.split('.').all(is_label),
    says: "lower-case letters and digits with `-` and `.` inside only",
};

/// Service accounts or namespaces of an auth role: as their names, with `*` for any run of characters.
pub static BOUND_NAME: Pattern = Pattern {
    regex: "^[a-z0-9*]([a-z0-9.*-]*[a-z0-9*])?$",
    longest: 253,
    test: |text| {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '*';
        framed(text, inner, |c| c == '-' || c == '.')
    },
    says: "lower-case letters and digits with `-` and `.` inside only, `*` for any run of them",
};

/// An RBAC object: a segment of a URL path.
pub static RBAC_NAME: Pattern = Pattern {
    regex: r"^(?!\.{1,2}$)[^/%]+$",
    longest: 0,
    test: |text| !matches!(text, "" | "." | "..") && !text.contains(['/', '%']),
    says: "text without `/` and `%`, and neither `.` nor `..`",
};

/// A server version.
pub static VERSION: Pattern = Pattern {
    regex: r"^[0-9]+(\.[0-9]+){0,2}$",
    longest: 0,
    test: |text| {
        let parts = text.split('.');
        parts.clone().count() <= 3
            && parts.into_iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
    },
    says: "a version such as \"1.20\"",
};

fn is_label(text: &str) -> bool {
    framed(text, |c| c.is_ascii_lowercase() || c.is_ascii_digit(), |c| c == '-')
}

/// True for a text of `edge` characters, with `inner` ones allowed between the first and the last.
fn framed(text: &str, edge: fn(char) -> bool, inner: fn(char) -> bool) -> bool {
    let ends = [text.chars().next(), text.chars().next_back()];
    ends.iter().all(|c| c.is_some_and(edge)) && text.chars().all(|c| edge(c) || inner(c))
}

/// True if the text can be (a part of) an API path: command line tools take blanks and slashes off the ends, and
/// servers resolve `//`, `.` and `..`.
pub fn is_api_path(text: &str) -> bool {
    let whole = |segment: &str| !matches!(segment, "" | "." | "..");
    text.split('/').all(whole) && text.trim() == text && !text.contains(char::is_control)
}

/// True for an address or a CIDR block that Vault's `sockaddr` reads.
pub fn is_address_block(text: &str) -> bool {
    use core::net::IpAddr;
    match text.split_once('/') {
        None => text.parse::<IpAddr>().is_ok(),
        Some((address, bits)) => {
            let longest = match address.parse::<IpAddr>() {
                Ok(IpAddr::V4(_)) => 32,
                Ok(IpAddr::V6(_)) => 128,
                Err(_) => return false,
            };
            bits.bytes().all(|b| b.is_ascii_digit()) && bits.parse::<u8>().is_ok_and(|bits| bits <= longest)
        }
    }
}
