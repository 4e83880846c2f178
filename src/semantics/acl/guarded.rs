//! Paths that the servers open only to rules with `sudo`.
//!
//! Source: `internal/vault/logical_system.go` and `token_store.go` of OpenBao, `api/sudo_paths.go` of Vault. Mounts of
//! type `pki` guard `root` and `root/sign-self-issued` as well, wherever they are mounted.

use crate::model::vault::mount::Engine;
use crate::model::vault::path::{PathPattern, PatternClass};
use crate::semantics::dialect::Dialect;
use crate::semantics::kv::is_system;
use crate::semantics::pattern::{covers, matches, overlaps};

/// True if a request to `path` (without namespace and leading slash) takes `sudo` beside the capability. Paths below a
/// `pki` mount are told by [`is_guarded_by_pki`].
pub fn is_root_protected(path: &str, dialect: Dialect) -> bool {
    // Most paths are ruled out by their first segment.
    ["sys/", "auth/token/", "identity/"].iter().any(|start| path.starts_with(start))
        && GUARDED.iter().any(|guarded| guarded.servers.have(dialect) && guarded.matches(path))
}

/// Patterns that together match the root-protected paths, other than those below `pki` mounts.
pub fn root_protected_patterns(dialect: Dialect) -> impl Iterator<Item = PathPattern> {
    let known = GUARDED.iter().filter(move |guarded| guarded.servers.have(dialect));
    known.map(|guarded| PathPattern::parse(guarded.label))
}

/// True if every path that `pattern` matches is root-protected.
pub fn is_root_protected_throughout(pattern: &PathPattern, dialect: Dialect) -> bool {
    if pattern.class == PatternClass::Exact {
        return is_root_protected(&pattern.text, dialect);
    }
    let mut labels = GUARDED.iter().filter(|guarded| guarded.servers.have(dialect));
    labels.any(|guarded| covers(&PathPattern::parse(guarded.label), pattern))
}

/// True if a `pki` engine mounted at `mount` (no slash at the end) demands `sudo` on this request path.
pub fn is_guarded_by_pki(mount: &str, path: &str) -> bool {
    let below = path.trim_start_matches('/').strip_prefix(mount);
    matches!(below, Some("/root" | "/root/sign-self-issued"))
}

/// How `sudo` on a pattern relates to the root-protected paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SudoReach {
    /// The pattern stays inside one family of root-protected paths, where the capability is needed and opens nothing else;
    /// or it cannot be told, because the mount is not known.
    Inside,
    /// Of the paths it matches, this one is root-protected, among others.
    Across {
        /// The weightiest of them.
        example: &'static str,
        /// It takes over the server: raw storage, seal, auth methods, audit devices, plugins.
        weighty: bool,
    },
    /// None of the paths it matches is root-protected.
    Nothing,
}

/// What `sudo` on `pattern` opens on any server, where `engine` is what is mounted there, if that is known.
pub fn sudo_reach(pattern: &PathPattern, engine: Option<&Engine>) -> SudoReach {
    let labels = || GUARDED.iter().map(|guarded| guarded.label).chain(FAMILIES.iter().copied());
    if labels().any(|label| covers(&PathPattern::parse(label), pattern)) {
        return SudoReach::Inside;
    }
    let first = GUARDED.iter().find(|guarded| overlaps(&PathPattern::parse(guarded.label), pattern));
    if let Some(Guarded { label, weighty, .. }) = first {
        return SudoReach::Across { example: label, weighty: *weighty };
    }
    let first = pattern.segments().next().unwrap_or("");
    let no_pki = is_system(first)
        || matches!(first, "secret" | "kv" | "database" | "transit")
        || engine.is_some_and(|engine| !matches!(engine, Engine::Pki | Engine::Other(_)));
    if no_pki { SudoReach::Nothing } else { SudoReach::Inside }
}

/// A root-protected path.
struct Guarded {
    /// Pattern of paths.
    label: &'static str,
    servers: Servers,
    /// It takes over the server.
    weighty: bool,
}

#[derive(Clone, Copy)]
enum Servers {
    All,
    OpenBao,
    Vault,
    VaultCurrent,
}

impl Servers {
    fn have(self, dialect: Dialect) -> bool {
        match self {
            Servers::All => true,
            Servers::OpenBao => dialect == Dialect::OpenBao,
            Servers::Vault => dialect != Dialect::OpenBao,
            Servers::VaultCurrent => dialect == Dialect::VaultCurrent,
        }
    }
}

impl Guarded {
    fn matches(&self, path: &str) -> bool {
        match self.label.strip_suffix('*') {
            _ if self.label.contains('+') => matches(&PathPattern::parse(self.label), path),
            Some(prefix) => path.starts_with(prefix),
            None => path == self.label,
        }
    }
}

const fn weighty(label: &'static str, servers: Servers) -> Guarded {
    Guarded { label, servers, weighty: true }
}

const fn other(label: &'static str, servers: Servers) -> Guarded {
    Guarded { label, servers, weighty: false }
}

/// The first that fits is named in findings, so the weightiest come first.
static GUARDED: &[Guarded] = &[
    weighty("sys/raw/*", Servers::All),
    weighty("sys/raw", Servers::All),
    weighty("sys/seal", Servers::All),
    weighty("sys/auth/*", Servers::All),
    weighty("sys/audit/*", Servers::All),
    weighty("sys/audit", Servers::All),
    weighty("sys/remount", Servers::All),
    weighty("sys/rotate/root", Servers::OpenBao),
    weighty("sys/rotate/keyring", Servers::OpenBao),
    weighty("sys/plugins/catalog/*", Servers::All),
    weighty("sys/plugins/runtimes/catalog/*", Servers::Vault),
    other("sys/rotate", Servers::All),
    other("sys/step-down", Servers::All),
    other("sys/config/cors", Servers::All),
    other("sys/config/auditing/*", Servers::All),
    other("sys/config/ui/headers/*", Servers::All),
    other("sys/config/oauth-resource-server", Servers::VaultCurrent),
    other("sys/config/oauth-resource-server/*", Servers::VaultCurrent),
    other("sys/revoke-prefix/*", Servers::All),
    other("sys/revoke-force/*", Servers::All),
    other("sys/leases/revoke-prefix/*", Servers::All),
    other("sys/leases/revoke-force/*", Servers::All),
    other("sys/leases/lookup/*", Servers::All),
    other("sys/leases", Servers::All),
    other("sys/internal/inspect/*", Servers::All),
    other("sys/internal/counters/activity/export", Servers::Vault),
    other("sys/mounts/auth/+/tune", Servers::Vault),
    other("sys/replication/dr/primary/secondary-token", Servers::Vault),
    other("sys/replication/performance/primary/secondary-token", Servers::Vault),
    other("sys/replication/primary/secondary-token", Servers::Vault),
    other("sys/replication/reindex", Servers::Vault),
    other("sys/storage/raft/snapshot-auto/config/*", Servers::Vault),
    other("sys/reporting/scan", Servers::Vault),
    other("sys/activation-flags/*", Servers::Vault),
    other("auth/token/accessors*", Servers::All),
    other("auth/token/revoke-orphan*", Servers::All),
    other("identity/entity/merge", Servers::VaultCurrent),
];

/// Parts of the API beyond [`GUARDED`] whose paths are nearly all root-protected.
const FAMILIES: &[&str] = &[
    "sys/raw*",
    "sys/auth*",
    "sys/audit*",
    "sys/rotate*",
    "sys/leases/*",
    "sys/mounts*",
    "sys/plugins/catalog*",
    "sys/plugins/runtimes/catalog*",
    "sys/config/ui/headers*",
    "sys/config/oauth-resource-server*",
    "sys/revoke-prefix*",
    "sys/revoke-force*",
    "sys/replication/*",
    "sys/storage/raft/snapshot-auto/*",
    "sys/activation-flags*",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reach_of_sudo() {
        let weighty = |example| SudoReach::Across { example, weighty: true };
        let table = [
            ("sys/auth/*", None, SudoReach::Inside),
            ("sys/auth/kubernetes*", None, SudoReach::Inside),
            ("sys/auth*", None, SudoReach::Inside),
            ("sys/mounts/*", None, SudoReach::Inside),
            ("sys/seal", None, SudoReach::Inside),
            ("sys/rotate/*", None, SudoReach::Inside),
            ("sys/*", None, weighty("sys/raw/*")),
            ("sys/a*", None, weighty("sys/auth/*")),
            ("auth/*", None, SudoReach::Across { example: "auth/token/accessors*", weighty: false }),
            ("secret/*", None, SudoReach::Nothing),
            ("sys/policies/acl/*", None, SudoReach::Nothing),
            ("pki/*", None, SudoReach::Inside),
            ("apps/*", None, SudoReach::Inside),
            ("apps/*", Some(Engine::Kv(None)), SudoReach::Nothing),
            ("+/roles/+", None, SudoReach::Inside),
        ];
        for (label, engine, expected) in table {
            assert_eq!(sudo_reach(&PathPattern::parse(label), engine.as_ref()), expected, "{label}");
        }
    }

    #[test]
    fn paths_that_take_sudo() {
        use Dialect::{OpenBao, VaultClassic, VaultCurrent};
        for (path, by) in [
            ("sys/auth/kubernetes", &Dialect::ALL[..]),
            ("sys/auth", &[]),
            ("sys/leases/lookup/", &Dialect::ALL),
            ("sys/leases/lookup", &[]),
            ("sys/rotate/root", &[OpenBao]),
            ("sys/mounts/auth/kubernetes/tune", &[VaultClassic, VaultCurrent]),
            ("identity/entity/merge", &[VaultCurrent]),
            ("sys/config/oauth-resource-server/id/7", &[VaultCurrent]),
            ("auth/token/accessors/", &Dialect::ALL),
            ("auth/token/create", &[]),
            ("pki/root", &[]),
            ("", &[]),
        ] {
            for dialect in Dialect::ALL {
                assert_eq!(is_root_protected(path, dialect), by.contains(&dialect), "{path} {dialect}");
            }
        }
        assert!(is_guarded_by_pki("pki", "/pki/root") && !is_guarded_by_pki("pki", "pki/roots"));
        assert!(is_guarded_by_pki("a/b", "a/b/root/sign-self-issued"));
    }
}
