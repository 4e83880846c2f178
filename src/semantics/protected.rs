//! Paths that the server guards with `sudo`.
//!
//! Source of the facts: `internal/vault/logical_system.go` and `token_store.go` of OpenBao, `api/sudo_paths.go` of Vault.

use super::pattern::{covers, overlaps};
use crate::model::vault::path::PathPattern;

/// How `sudo` on a pattern relates to the root-protected paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SudoReach {
    /// The pattern stays inside one family of root-protected paths: the capability is needed there and opens nothing else.
    Inside,
    /// Some of the paths it matches are root-protected: this one, for example.
    Across(&'static str),
    /// No path of a system, token or identity endpoint it matches is root-protected.
    Nothing,
}

/// What `sudo` on `pattern` opens. PKI mounts guard `root` too, wherever they are mounted; this is not looked at.
pub fn sudo_reach(pattern: &PathPattern) -> SudoReach {
    let mut example = None;
    for path in PROTECTED {
        let family = PathPattern::parse(path);
        if covers(&family, pattern) {
            return SudoReach::Inside;
        }
        if example.is_none() && overlaps(&family, pattern) {
            example = Some(*path);
        }
    }
    example.map_or(SudoReach::Nothing, SudoReach::Across)
}

/// Root-protected paths of both servers; the first that fits is named in findings, so the weightiest come first.
const PROTECTED: &[&str] = &[
    "sys/raw/*",
    "sys/raw",
    "sys/seal",
    "sys/auth/*",
    "sys/audit/*",
    "sys/audit",
    "sys/remount",
    "sys/rotate/*",
    "sys/rotate",
    "sys/step-down",
    "sys/plugins/catalog/*",
    "sys/plugins/runtimes/catalog/*",
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
        let table = [
            ("sys/auth/*", SudoReach::Inside),
            ("sys/auth/kubernetes*", SudoReach::Inside),
            ("sys/*", SudoReach::Across("sys/raw/*")),
            ("sys/a*", SudoReach::Across("sys/auth/*")),
            ("auth/*", SudoReach::Across("auth/token/accessors*")),
            ("secret/*", SudoReach::Nothing),
            ("sys/policies/acl/*", SudoReach::Nothing),
            ("sys/mounts/*", SudoReach::Across("sys/mounts/auth/+/tune")),
        ];
        for (label, expected) in table {
            assert_eq!(sudo_reach(&PathPattern::parse(label)), expected, "{label}");
        }
    }
}
