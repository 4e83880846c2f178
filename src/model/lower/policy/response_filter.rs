//! `list_scan_response_keys_filter_path` of OpenBao: a template in Go's language, with two fields and some functions.

/// What OpenBao says against the template; `lists` if the rule has the capability `list`.
///
/// It renders the template with two random keys and wants two results. Go's template language is not interpreted here:
/// braces have to pair up, the words between them have to be ones that Go can read, and `.key` has to be among them.
///
/// Source: `internal/vault/policy/policy.go` of OpenBao, `text/template/parse/lex.go` of Go.
pub(super) fn fault(template: &str, lists: bool) -> Option<&'static str> {
    if !lists {
        return Some(
            "list_scan_response_keys_filter_path needs to be used on a path with the list capability",
        );
    }
    if !actions_are_closed(template) || !actions(template).all(is_readable) {
        return Some("unable to compile template for list_scan_response_keys_filter_path");
    }
    let varies = actions(template).any(|action| action.contains(".key"));
    (!varies).then_some("list_scan_response_keys_filter_path resulted in same path for two different keys")
}

/// What stands between `{{` and `}}`.
fn actions(template: &str) -> impl Iterator<Item = &str> {
    template.split("{{").skip(1).filter_map(|action| action.split_once("}}")).map(|(inside, _)| inside)
}

/// Each `{{` is closed by `}}` before the next; a `}}` outside is plain text.
fn actions_are_closed(template: &str) -> bool {
    template
        .split("{{")
        .skip(1)
        .all(|action| action.split_once("}}").is_some_and(|(inside, _)| !inside.trim().is_empty()))
}

/// False if an action has a sign that Go's templates know no use for, or one right behind a word that ends no word.
fn is_readable(action: &str) -> bool {
    if action.chars().any(|sign| sign.is_control() && !is_space(sign)) {
        return false;
    }
    let mut rest = action.strip_prefix("- ").unwrap_or(action);
    rest = rest.strip_suffix(" -").unwrap_or(rest);
    if rest.starts_with("/*") {
        return true;
    }
    while let Some(sign) = rest.chars().next() {
        let after = match sign {
            '"' | '\'' | '`' => after_quoted(rest, sign),
            _ if starts_number(rest) => after_number(rest),
            '.' | '$' => after_word(rest.get(1..).unwrap_or_default()),
            _ if is_alphanumeric(sign) => after_word(rest),
            _ if is_space(sign) || "|=:(),".contains(sign) => rest.get(1..),
            _ => None,
        };
        let Some(after) = after else { return false };
        rest = after;
    }
    true
}

/// What follows the quoted text at the start.
fn after_quoted(text: &str, quote: char) -> Option<&str> {
    let mut signs = text.char_indices().skip(1);
    while let Some((at, sign)) = signs.next() {
        match sign {
            '\n' if quote != '`' => return None,
            '\\' if quote != '`' => drop(signs.next()?),
            _ if sign == quote => return text.get(at + 1..),
            _ => {}
        }
    }
    None
}

fn starts_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    unsigned.strip_prefix('.').unwrap_or(unsigned).starts_with(|it: char| it.is_ascii_digit())
}

/// What follows the number at the start, if it is one that Go knows.
fn after_number(text: &str) -> Option<&str> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut before = ' ';
    let end = unsigned.find(|sign: char| {
        let is_part =
            is_alphanumeric(sign) || sign == '.' || ("+-".contains(sign) && "eEpP".contains(before));
        before = sign;
        !is_part
    });
    let (number, after) = unsigned.split_at_checked(end.unwrap_or(unsigned.len()))?;
    let digits = number.replace('_', "");
    let is_number = match digits.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => u64::from_str_radix(digits.get(2..)?, 16).is_ok(),
        Some("0b") => u64::from_str_radix(digits.get(2..)?, 2).is_ok(),
        Some("0o") => u64::from_str_radix(digits.get(2..)?, 8).is_ok(),
        _ if digits.contains(['.', 'e', 'E']) => digits.parse::<f64>().is_ok(),
        // A zero in front is for octal digits.
        _ if digits.starts_with('0') => u64::from_str_radix(&digits, 8).is_ok(),
        _ => digits.parse::<u64>().is_ok(),
    };
    is_number.then_some(after)
}

/// What follows the letters at the start, if it ends a word.
fn after_word(text: &str) -> Option<&str> {
    let after = text.trim_start_matches(is_alphanumeric);
    let ends = after.chars().next().is_none_or(|sign| is_space(sign) || ".,|:()".contains(sign));
    ends.then_some(after)
}

fn is_alphanumeric(sign: char) -> bool {
    sign == '_' || sign.is_alphanumeric()
}

fn is_space(sign: char) -> bool {
    matches!(sign, ' ' | '\t' | '\r' | '\n')
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn templates_are_taken_as_openbao_takes_them() {
        for (template, is_taken) in [
            ("{{ .path }}{{ .key }}", true),
            ("{{.path}}{{- .key -}}", true),
            (r#"{{ .path | printf "%s/%s" .key }}"#, true),
            ("{{ printf `%s]` .key }}", true),
            ("{{/* why ] */}}{{ .key }}", true),
            ("{{ (.key) }}", true),
            ("{{ printf `%v%v%v` 1e-5 0x1F .key }}", true),
            ("{{ printf `%v` 1e .key }}", false),
            ("{{ printf `%v` 09 .key }}", false),
            ("{{ printf `%v` 1a .key }}", false),
            ("{{ .p]ath }}{{ .key }}", false),
            ("{{ .path] }}{{ .key }}", false),
            ("{{ [.key }}", false),
            ("{{ .key\"x\" }}", false),
            ("{{ .key # }}", false),
            ("{{ .key }", false),
            ("{{ }}{{ .key }}", false),
            ("{{ printf \"%s .key }}", false),
            ("{{ .path }}", false),
        ] {
            assert_eq!(fault(template, true).is_none(), is_taken, "{template}");
        }
        assert!(fault("{{ .key }}", false).is_some());
    }
}
