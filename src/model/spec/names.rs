//! What names may look like: one row serves the checker and the JSON Schema.

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

/// The last part of a role's URL (`framework.GenericNameRegex`).
pub static ROLE_NAME: Pattern = Pattern {
    regex: r"^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$",
    longest: 0,
    test: |text| framed(text, |c| c.is_ascii_alphanumeric() || c == '_', |c| c == '-' || c == '.'),
    says: "letters, digits and `_`, with `-` and `.` inside only",
};

/// A policy name: it must survive the server's trimming.
pub static POLICY_NAME: Pattern = Pattern {
    regex: r"^[^\s,](.*[^\s,])?$",
    longest: 0,
    test: |text| {
        let edge = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace() && c != ',');
        edge(text.chars().next()) && edge(text.chars().next_back()) && !text.contains('\n')
    },
    says: "text without blanks and commas at its ends",
};

/// A mount path without `auth/`; one slash at the end is fine.
pub static MOUNT_PATH: Pattern = Pattern {
    regex: r"^[^/*+\s]+(/[^/*+\s]+)*/?$",
    longest: 0,
    test: |text| {
        let text = text.strip_suffix('/').unwrap_or(text);
        text.split('/').all(|part| {
            !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c == '*' || c == '+')
        })
    },
    says: "a path without blanks, wildcards and a leading slash",
};

/// The path of a secret in a grant: exact, or with one `*` at its end; `/` is the root folder.
pub static SECRET_PATH: Pattern = Pattern {
    regex: r"^(/|[^/*+][^*+]*\*?|\*)$",
    longest: 0,
    test: |text| {
        let body = text.strip_suffix('*').unwrap_or(text);
        let star = body.len() < text.len();
        let plain = !body.contains(['*', '+']) && !body.contains('\n');
        text == "/" || (plain && !body.starts_with('/') && (star || !body.is_empty()))
    },
    says: "a path below the mount, with `*` at its end only",
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
