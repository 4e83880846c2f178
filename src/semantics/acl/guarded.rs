//! Paths that the servers open only to rules with `sudo`.
//!
//! Source: `internal/vault/logical_system.go` and `token_store.go` of OpenBao, `api/sudo_paths.go` of Vault. Mounts of
//! type `pki` guard `root` and `root/sign-self-issued` as well, wherever they are mounted.

use crate::model::vault::path::{PathPattern, PatternClass};
use crate::semantics::dialect::Dialect;
use crate::semantics::pattern::{covers, matches};

/// True if a request to `path` (without namespace and leading slash) takes `sudo` beside the capability.
pub fn is_root_protected(path: &str, dialect: Dialect) -> bool {
    let own = match dialect {
        Dialect::OpenBao => OPENBAO,
        Dialect::VaultClassic | Dialect::VaultCurrent => VAULT,
    };
    // Most paths are ruled out by their first segment.
    path.starts_with("sys/") && [SYSTEM, own].into_iter().any(|list| admits(list, path))
        || path.starts_with("auth/token/") && admits(TOKEN, path)
        || path == "identity/entity/merge" && dialect == Dialect::VaultCurrent
}

/// True if every path that `pattern` matches is root-protected.
pub fn is_root_protected_throughout(pattern: &PathPattern, dialect: Dialect) -> bool {
    if pattern.class == PatternClass::Exact {
        return is_root_protected(&pattern.text, dialect);
    }
    let own = match dialect {
        Dialect::OpenBao => OPENBAO,
        Dialect::VaultClassic | Dialect::VaultCurrent => VAULT,
    };
    let labels = SYSTEM.iter().chain(own).chain(TOKEN);
    labels.into_iter().any(|label| covers(&PathPattern::parse(label), pattern))
}

fn admits(list: &[&str], path: &str) -> bool {
    list.iter().any(|label| match label.strip_suffix('*') {
        _ if label.contains('+') => matches(&PathPattern::parse(label), path),
        Some(prefix) => path.starts_with(prefix),
        None => path == *label,
    })
}

const SYSTEM: &[&str] = &[
    "sys/auth/*",
    "sys/remount",
    "sys/audit",
    "sys/audit/*",
    "sys/raw",
    "sys/raw/*",
    "sys/rotate",
    "sys/config/cors",
    "sys/config/auditing/*",
    "sys/config/ui/headers/*",
    "sys/plugins/catalog/*",
    "sys/revoke-prefix/*",
    "sys/revoke-force/*",
    "sys/leases/revoke-prefix/*",
    "sys/leases/revoke-force/*",
    "sys/leases/lookup/*",
    "sys/leases",
    "sys/internal/inspect/*",
    "sys/seal",
    "sys/step-down",
];

const OPENBAO: &[&str] = &["sys/rotate/keyring", "sys/rotate/root"];

const VAULT: &[&str] = &[
    "sys/internal/counters/activity/export",
    "sys/plugins/runtimes/catalog/*",
    "sys/replication/dr/primary/secondary-token",
    "sys/replication/performance/primary/secondary-token",
    "sys/replication/primary/secondary-token",
    "sys/replication/reindex",
    "sys/storage/raft/snapshot-auto/config/*",
    "sys/reporting/scan",
    "sys/activation-flags/*",
    "sys/mounts/auth/+/tune",
];

const TOKEN: &[&str] = &["auth/token/accessors*", "auth/token/revoke-orphan*"];

/// True if a `pki` engine mounted at `mount` (no slash at the end) demands `sudo` on this request path.
pub fn is_guarded_by_pki(mount: &str, path: &str) -> bool {
    let below = path.trim_start_matches('/').strip_prefix(mount);
    matches!(below, Some("/root" | "/root/sign-self-issued"))
}
