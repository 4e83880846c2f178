//! What differs between the servers.

use crate::model::project::Target;
use crate::model::vault::capability::Capability;
use crate::model::vault::policy::PATH_RULE_KEYS;

/// Taken by every server; it decides nothing.
const COMMENT_KEY: &str = "comment";

const OPENBAO_KEYS: [&str; 3] = ["pagination_limit", "expiration", "list_scan_response_keys_filter_path"];

const VAULT_KEYS: [&str; 1] = ["subscribe_event_types"];

/// True if some server of `target` is OpenBao.
pub(super) fn openbao(target: Target) -> bool {
    matches!(target, Target::OpenBao | Target::Any)
}

/// True if some server of `target` is Vault.
pub(super) fn vault(target: Target) -> bool {
    target != Target::OpenBao
}

/// The keys that a path rule may have.
pub(super) fn keys(target: Target) -> impl Iterator<Item = &'static str> {
    let openbao: &[&str] = if openbao(target) { &OPENBAO_KEYS } else { &[] };
    let vault: &[&str] = if vault(target) { &VAULT_KEYS } else { &[] };
    PATH_RULE_KEYS.iter().chain([&COMMENT_KEY]).chain(openbao).chain(vault).copied()
}

/// True if a path rule may have this key.
pub(super) fn has_key(target: Target, key: &str) -> bool {
    keys(target).any(|known| known == key)
}

/// True if `capabilities` may list this word.
pub(super) fn has_capability(target: Target, word: &str) -> bool {
    Capability::from_word(word).is_some_and(|capability| capability.known_to(target))
}
