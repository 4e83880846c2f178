//! Paths that the server guards with `sudo`.
//!
//! Source of the facts: `internal/vault/logical_system.go` and `token_store.go` of OpenBao, `api/sudo_paths.go` of Vault.

use super::kv::is_system;
use super::pattern::{covers, overlaps};
use crate::model::vault::mount::Engine;
use crate::model::vault::path::PathPattern;

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

/// What `sudo` on `pattern` opens, where `engine` is what is mounted there, if that is known.
pub fn sudo_reach(pattern: &PathPattern, engine: Option<&Engine>) -> SudoReach {
    if FAMILIES.iter().any(|family| covers(&PathPattern::parse(family), pattern)) {
        return SudoReach::Inside;
    }
    let first = PROTECTED.iter().position(|path| overlaps(&PathPattern::parse(path), pattern));
    if let Some((at, example)) = first.and_then(|at| Some((at, PROTECTED.get(at)?))) {
        return SudoReach::Across { example, weighty: at < WEIGHTY };
    }
    let first = pattern.segments().next().unwrap_or("");
    let no_pki = is_system(first)
        || matches!(first, "secret" | "kv" | "database" | "transit")
        || engine.is_some_and(|engine| !matches!(engine, Engine::Pki | Engine::Other(_)));
    // A PKI mount guards `root` and `root/sign-self-issued`, wherever it is mounted.
    if no_pki { SudoReach::Nothing } else { SudoReach::Inside }
}

/// Parts of the API whose paths, all or nearly all, are root-protected.
const FAMILIES: &[&str] = &[
    "sys/raw*",
    "sys/auth*",
    "sys/audit*",
    "sys/rotate*",
    "sys/leases/*",
    "sys/mounts*",
    "sys/plugins/catalog*",
    "sys/plugins/runtimes/catalog*",
    "sys/config/auditing/*",
    "sys/config/ui/headers*",
    "sys/revoke-prefix*",
    "sys/revoke-force*",
    "sys/internal/inspect/*",
    "sys/replication/*",
    "sys/storage/raft/snapshot-auto/*",
    "sys/activation-flags*",
    "auth/token/accessors*",
    "auth/token/revoke-orphan*",
];

/// How many of [`PROTECTED`], from the start, take over the server.
const WEIGHTY: usize = 10;

/// Root-protected paths of both servers. The first that fits is named in findings, so the weightiest come first.
const PROTECTED: &[&str] = &[
    "sys/raw/*",
    "sys/raw",
    "sys/seal",
    "sys/auth/*",
    "sys/audit/*",
    "sys/audit",
    "sys/remount",
    "sys/rotate/*",
    "sys/plugins/catalog/*",
    "sys/plugins/runtimes/catalog/*",
    "sys/rotate",
    "sys/step-down",
    "sys/config/cors",
    "sys/config/auditing/*",
    "sys/config/ui/headers/*",
    "sys/revoke-prefix/*",
    "sys/revoke-force/*",
    "sys/leases/revoke-prefix/*",
    "sys/leases/revoke-force/*",
    "sys/leases/lookup/*",
    "sys/leases",
    "sys/internal/inspect/*",
    "sys/internal/counters/activity/export",
    "sys/mounts/auth/+/tune",
    "sys/replication/dr/primary/secondary-token",
    "sys/replication/performance/primary/secondary-token",
    "sys/replication/dr/reindex",
    "sys/replication/performance/reindex",
    "sys/replication/reindex",
    "sys/storage/raft/snapshot-auto/config/*",
    "sys/reporting/scan",
    "sys/activation-flags/*",
    "auth/token/accessors*",
    "auth/token/revoke-orphan*",
    "identity/entity/merge",
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
}
