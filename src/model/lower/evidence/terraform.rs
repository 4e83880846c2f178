//! Terraform: `vault_mount` resources, and resources that only a version 2 mount has.

use super::{Engine, Found, KvVersion, engine_of, is_comment};

pub(super) fn read(found: &mut Found<'_>) {
    let text = found.text();
    for (at, mark) in text.match_indices("\"vault_mount\"") {
        let Some(block) = block(text, at + mark.len()) else { continue };
        let (Some((from, to, path)), Some(kind)) =
            (literal(text, block, "path"), literal(text, block, "type"))
        else {
            continue;
        };
        // An unreadable version is some version, so that nothing is concluded from its absence.
        let version = match value(text, block, "version") {
            Some((_, version)) => Some(version.trim_matches('"')),
            None => {
                value(text, block, "options").filter(|(_, options)| !options.starts_with('{')).map(|_| "?")
            }
        };
        found.add(path, engine_of(kind.2, version), from, to);
    }
    for (at, mark) in text.match_indices("\"vault_kv_secret_v2\"") {
        let mount = block(text, at + mark.len()).and_then(|block| literal(text, block, "mount"));
        if let Some((from, to, mount)) = mount {
            found.add(mount, Engine::Kv(Some(KvVersion::V2)), from, to);
        }
    }
}

/// The range between the braces of the block whose labels end before `from`.
fn block(text: &str, from: usize) -> Option<(usize, usize)> {
    let open = from + text.get(from..)?.find('{')?;
    // Nothing but the name of the resource stands between its type and the brace.
    if text.get(from..open)?.contains('\n') {
        return None;
    }
    let mut depth = 0_usize;
    for (offset, byte) in text.get(open..)?.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return Some((open + 1, open + offset)),
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// The value of the argument `name` in the block, as written up to the end of its line, with its offset.
fn value<'a>(text: &'a str, (from, to): (usize, usize), name: &str) -> Option<(usize, &'a str)> {
    let body = text.get(from..to)?;
    body.match_indices(name).find_map(|(at, _)| {
        let before = body.get(..at)?;
        let line = before.rsplit('\n').next()?;
        if is_comment(line) || !line.trim().is_empty() && !line.trim_end().ends_with(['{', ',']) {
            return None;
        }
        let rest = body.get(at + name.len()..)?;
        let value = rest.trim_start_matches([' ', '\t']).strip_prefix('=')?.trim_start_matches([' ', '\t']);
        let offset = from + body.len() - value.len();
        let line = value.split(['\n', '#']).next()?.trim_end();
        let line = if line.starts_with('{') { line } else { line.trim_end_matches(['}', ',', ' ']) };
        Some((offset, line))
    })
}

/// The argument `name`, if it is plain text: the range of its text, and the text.
fn literal<'a>(text: &'a str, block: (usize, usize), name: &str) -> Option<(usize, usize, &'a str)> {
    let (at, value) = value(text, block, name)?;
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains(['$', '"'])).then_some((at, at + value.len(), inner))
}
