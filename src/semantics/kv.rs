//! The API below a key-value mount, and which part of it a pattern reaches.
//!
//! Source of the facts: `internal/builtin/logical/kv/*` of OpenBao, the KV plugin of Vault.

use super::mounts::{Known, MountTable};
use super::pattern::covers;
use crate::model::vault::capability::Capability;
use crate::model::vault::mount::KvVersion;
use crate::model::vault::path::PathPattern;
use crate::model::vault::policy::{PathRule, Policy};
use crate::syntax::Span;

/// First segments below a version 2 mount. `config` stands alone, behind all others follows the key.
pub const V2_WORDS: [&str; 8] =
    ["data", "metadata", "delete", "undelete", "destroy", "subkeys", "config", "detailed-metadata"];

/// A pattern below a version 2 mount that matches no path of its API, so that it never applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissesApi<'a> {
    /// What follows the mount in the pattern: the key as the author thought of it.
    pub key: &'a str,
}

/// Asks whether `label` (a path rule's label below the version 2 mount `mount`) misses every word of the API.
///
/// A wildcard that can stand for `data` does not miss it; nor does a template whose text is not known here, nor an
/// empty segment or a `*` that is no wildcard, which are mistakes of another kind.
pub fn misses_api<'a>(label: &'a str, mount: &str) -> Option<MissesApi<'a>> {
    let key = below(label, mount)?;
    let (segment, last) = match key.split_once('/') {
        Some((segment, _)) => (segment, false),
        None => (key, true),
    };
    if segment.is_empty() || segment == "+" || is_template(segment) {
        return None;
    }
    let reaches = match segment.strip_suffix('*') {
        Some(start) if last => V2_WORDS.iter().any(|word| word.starts_with(start)),
        _ => segment.contains('*') || V2_WORDS.contains(&segment.trim()),
    };
    // A deeper mount that nobody told of (`secret/team/data/…`) looks the same; then the label has the word further on.
    let word_further_on = key.split('/').skip(1).any(|segment| segment == "data" || segment == "metadata");
    (!reaches && !word_further_on).then_some(MissesApi { key })
}

/// Asks for a rule of a policy whether it misses the API of the version 2 mount that it lies under, as far as that mount
/// is known.
pub fn missed_by<'a>(rule: &'a PathRule, mounts: &MountTable<'a>) -> Option<(Known<'a>, MissesApi<'a>)> {
    let label = rule.path.as_str();
    // Most rules have the word, and then there is nothing to look up.
    if label.contains("/data/") || label.contains("/metadata/") {
        return None;
    }
    let mount = mounts.kv(label, rule.path.span, KvVersion::V2)?;
    Some((mount, misses_api(label, mount.path)?))
}

/// A part of the API of a key-value mount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A key of version 1.
    Key,
    /// `data/`.
    Data,
    /// `metadata/`.
    Metadata,
    /// `delete/`, `undelete/`, `destroy/`.
    Versions,
    /// `subkeys/`.
    Subkeys,
    /// `config`.
    Config,
}

impl Part {
    /// True if some operation of this part asks for the capability.
    pub fn asks_for(self, capability: Capability) -> bool {
        use Capability::{Create, Delete, List, Patch, Read, Update};
        let asked: &[Capability] = match self {
            Part::Key => &[Create, Read, Update, Delete, List],
            Part::Data => &[Create, Read, Update, Patch, Delete],
            Part::Metadata => &[Create, Read, Update, Patch, Delete, List],
            Part::Versions => &[Update],
            Part::Subkeys => &[Read],
            Part::Config => &[Read, Update],
        };
        asked.contains(&capability)
    }
}

/// The part of a key-value mount that all paths of `label` lie in, as far as the mount is known to the file of `asker`.
pub fn part_of(label: &str, asker: Span, mounts: &MountTable<'_>) -> Option<Part> {
    let label = label.strip_prefix('/').unwrap_or(label);
    let known = mounts.over(label, asker);
    let mount = match &known {
        Some(known) => match known.kv_version()? {
            KvVersion::V1 => return below(label, known.path).map(|_| Part::Key),
            KvVersion::V2 => known.path,
        },
        None => mount_in_use(label)?,
    };
    let key = below(label, mount)?;
    match key.split_once('/') {
        Some(("data", _)) => Some(Part::Data),
        Some(("metadata", _)) => Some(Part::Metadata),
        Some(("delete" | "undelete" | "destroy", _)) => Some(Part::Versions),
        Some(("subkeys", _)) => Some(Part::Subkeys),
        None if key == "config" => Some(Part::Config),
        _ => None,
    }
}

/// What follows `data/` or `metadata/` in a label below the version 1 mount `mount`, and which of them it is.
pub fn v2_word_on_v1<'a>(label: &'a str, mount: &str) -> Option<(&'static str, &'a str)> {
    let key = below(label, mount)?;
    ["data", "metadata"].into_iter().find_map(|word| {
        let rest = key.strip_prefix(word)?.strip_prefix('/')?;
        (!rest.is_empty()).then_some((word, rest))
    })
}

/// True if `policy` has a rule of its own for `label`, as those do that are written for both versions of a mount.
pub fn has_twin(policy: &Policy, rule: &PathRule, label: &str) -> bool {
    let wanted = PathPattern::parse(label);
    policy.path_rules.iter().any(|other| {
        let text = other.path.as_str();
        let may_cover = text.contains(['*', '+']) || text.trim_start_matches('/') == label;
        may_cover && other.span != rule.span && covers(&other.pattern(), &wanted)
    })
}

/// The mount that a path of the form `MOUNT/data/KEY` is evidence for; system paths and unreadable ones are none.
pub fn mount_in_use(path: &str) -> Option<&str> {
    // Most paths are none, and `contains` knows that several times faster than `find`.
    if !path.contains("/data/") {
        return None;
    }
    let path = path.strip_prefix('/').unwrap_or(path);
    let at = path.find("/data/")?;
    let mount = path.get(..at)?;
    let key = path.get(at + "/data/".len()..)?;
    let plain = |segment: &str| {
        !segment.is_empty()
            && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    let sound = !key.is_empty()
        && mount.split('/').all(plain)
        && mount.split('/').count() <= 3
        && !mount.split('/').next().is_some_and(is_system);
    sound.then_some(mount)
}

/// True if the label speaks of data or metadata of a version 2 mount, which is all there is to say of most labels.
pub fn has_usual_word(label: &str) -> bool {
    label.contains("/data/") || label.contains("/metadata/")
}

/// First segments that never hold a secrets mount of the operator.
pub fn is_system(segment: &str) -> bool {
    matches!(segment, "sys" | "auth" | "identity" | "cubbyhole" | "v1" | "audit")
}

/// The part of `label` below `mount`.
fn below<'a>(label: &'a str, mount: &str) -> Option<&'a str> {
    label.strip_prefix('/').unwrap_or(label).strip_prefix(mount)?.strip_prefix('/')
}

/// True if the text of the segment is decided later: an identity template, or one of a tool that renders the file.
pub fn is_template(segment: &str) -> bool {
    // Most segments hold nothing that could begin one of the marks, and bytes are looked at faster than words.
    let may_hold = segment.bytes().any(|byte| matches!(byte, b'{' | b'}' | b'$' | b'<' | b'%'));
    let holds = |mark: &&str| segment.contains(*mark);
    may_hold && (["{{", "}}", "${", "<%", "%{", "$("].iter().any(holds) || segment.starts_with('$'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_miss_the_api_of_version_2() {
        let misses = [
            ("secret/app", "app"),
            ("secret/app/*", "app/*"),
            ("/secret/app/db", "app/db"),
            ("secret/app*", "app*"),
            ("secret/database*", "database*"),
            ("secret/+app/x", "+app/x"),
            ("secret/app/", "app/"),
            ("secret/app/+/db", "app/+/db"),
        ];
        for (label, key) in misses {
            assert_eq!(misses_api(label, "secret"), Some(MissesApi { key }), "{label}");
        }
        let silent = [
            "secret",
            "secret/",
            "secret/*",
            "secret*",
            "secret/+",
            "secret/+/app",
            "secret/d*",
            "secret/data*",
            "secret/data/app",
            "secret/metadata/*",
            "secret/delete/x",
            "secret/undelete/x",
            "secret/destroy/x",
            "secret/subkeys/x",
            "secret/config",
            "secret/detailed-metadata/",
            "secret/{{identity.entity.id}}/*",
            "secret/${team}/*",
            "secret/<%= x %>/y",
            "secret/*/x",
            "secret//x",
            "secrets/app",
            "secret2/app",
            "secret/team/data/x",
            "v1/secret/app",
            "+/app",
            "*",
        ];
        for label in silent {
            assert_eq!(misses_api(label, "secret"), None, "{label}");
        }
        assert_eq!(misses_api("kv/team/app", "kv/team"), Some(MissesApi { key: "app" }));
        assert_eq!(misses_api("kv/data/app", "kv/team"), None);
    }

    #[test]
    fn use_that_shows_a_mount() {
        let table = [
            ("secret/data/app", Some("secret")),
            ("/kv/team/data/app/*", Some("kv/team")),
            ("secret/data/", None),
            ("sys/data/x", None),
            ("+/data/app", None),
            ("{{x}}/data/app", None),
            ("${mount}/data/app", None),
            ("data/app", None),
            ("a/b/c/d/data/e", None),
        ];
        for (path, mount) in table {
            assert_eq!(mount_in_use(path), mount, "{path}");
        }
    }

    #[test]
    fn version_2_words_on_version_1() {
        assert_eq!(v2_word_on_v1("kv/data/app", "kv"), Some(("data", "app")));
        assert_eq!(v2_word_on_v1("kv/metadata/app/*", "kv"), Some(("metadata", "app/*")));
        assert_eq!(v2_word_on_v1("kv/data", "kv"), None);
        assert_eq!(v2_word_on_v1("kv/database/app", "kv"), None);
    }
}
