//! What Kubernetes takes for a name, a namespace, a label. Each function gives the server's objections.
//!
//! Source: kubernetes `apimachinery/pkg/util/validation/validation.go`, `pkg/api/validation/path/name.go`.

/// Names of roles and bindings: anything that can be one segment of a URL path.
pub(super) fn is_path_segment(name: &str) -> Vec<String> {
    if name == "." || name == ".." {
        return vec![format!("may not be '{name}'")];
    }
    let contained = ['/', '%'].into_iter().filter(|it| name.contains(*it));
    contained.map(|it| format!("may not contain '{it}'")).collect()
}

/// Names of service accounts: an RFC 1123 subdomain.
pub(super) fn is_dns_subdomain(name: &str) -> Vec<String> {
    let mut errors = too_long(name, 253);
    if !name.split('.').all(is_label_text) {
        errors.push(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', \
             and must start and end with an alphanumeric character"
                .to_owned(),
        );
    }
    errors
}

/// Namespaces: an RFC 1123 label.
pub(super) fn is_dns_label(name: &str) -> Vec<String> {
    let mut errors = too_long(name, 63);
    if !is_label_text(name) {
        errors.push(
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', \
             and must start and end with an alphanumeric character"
                .to_owned(),
        );
    }
    errors
}

/// Keys of labels and annotations: `NAME` or `DOMAIN/NAME`.
pub(super) fn is_qualified_name(key: &str) -> Vec<String> {
    const RULE: &str = "must consist of alphanumeric characters, '-', '_' or '.', \
                        and must start and end with an alphanumeric character";
    let mut errors = Vec::new();
    let mut parts = key.split('/');
    let name = match (parts.next(), parts.next(), parts.next()) {
        (Some(name), None, _) => name,
        (Some(""), Some(name), None) => {
            errors.push("prefix part must be non-empty".to_owned());
            name
        }
        (Some(prefix), Some(name), None) => {
            errors.extend(is_dns_subdomain(prefix).iter().map(|error| format!("prefix part {error}")));
            name
        }
        _ => return vec![format!("a qualified name {RULE} with an optional DNS subdomain prefix and '/'")],
    };
    if name.is_empty() {
        errors.push("name part must be non-empty".to_owned());
    }
    errors.extend(too_long(name, 63).iter().map(|error| format!("name part {error}")));
    if !is_word(name) {
        errors.push(format!("name part {RULE}"));
    }
    errors
}

/// Values of labels.
pub(super) fn is_label_value(value: &str) -> Vec<String> {
    let mut errors = too_long(value, 63);
    if !value.is_empty() && !is_word(value) {
        errors.push(
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', \
             and must start and end with an alphanumeric character"
                .to_owned(),
        );
    }
    errors
}

/// Lengths are in bytes, as on the server.
fn too_long(text: &str, most: usize) -> Vec<String> {
    if text.len() > most { vec![format!("must be no more than {most} bytes")] } else { Vec::new() }
}

fn is_label_text(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.bytes().all(is_inner) && has_firm_ends(text)
}

fn is_word(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text.bytes().all(is_inner) && has_firm_ends(text)
}

fn has_firm_ends(text: &str) -> bool {
    let ends = [text.bytes().next(), text.bytes().next_back()];
    ends.into_iter().all(|end| end.is_some_and(|byte| byte.is_ascii_alphanumeric()))
}
