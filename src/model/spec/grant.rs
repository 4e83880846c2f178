//! `grants:` of a spec, as written.

use super::{
    Grant, GrantTo, Intent, IntentEngine, entries_of, mount_path, refusals, text_of, texts, texts_of,
};
use crate::model::lower::Lowered;
use crate::model::vault::auth_role::AUTH_ROLE;
use crate::model::vault::field::Fields;
use crate::syntax::tree::{Entry, Node};

/// The engines of a grant: the key, the engine, and the key of what is granted on.
const ENGINES: [(&str, IntentEngine, &str); 5] = [
    ("kv", IntentEngine::Kv, "secrets"),
    ("database", IntentEngine::Database, "roles"),
    ("pki", IntentEngine::Pki, "roles"),
    ("transit", IntentEngine::Transit, "keys"),
    ("kubernetes", IntentEngine::Kubernetes, "roles"),
];

/// Lowers `grants`; they are expanded once all files are known.
pub fn lower(document: &Node, out: &mut Lowered) {
    for node in document.get("grants").map_or(&[][..], Node::items) {
        let Some(grant) = grant(node) else { continue };
        refusals::tokens(&grant.fields, &mut out.malformed);
        out.grants.push(grant);
    }
}

fn grant(node: &Node) -> Option<Grant> {
    let to = node.get("to")?;
    let tokens = node.entries().iter().filter(|entry| entry.key.value.starts_with("token_"));
    Some(Grant {
        name: text_of(node, "name")?,
        span: node.span,
        to: GrantTo {
            span: to.span,
            service_accounts: texts_of(to, "service_accounts"),
            namespaces: texts_of(to, "namespaces"),
            mount: text_of(to, "mount").as_ref().map(mount_path),
            audience: text_of(to, "audience"),
        },
        intents: node.entries().iter().flat_map(intents).collect(),
        fields: Fields { unknown: Vec::new(), ..Fields::read(tokens, &AUTH_ROLE) },
        expansion: Vec::new(),
    })
}

/// The intents under one engine's key, which holds one map or a list of them.
fn intents(entry: &Entry) -> Vec<Intent> {
    let Some((_, engine, what)) = ENGINES.iter().find(|(key, ..)| *key == entry.key.value) else {
        return Vec::new();
    };
    let one = std::slice::from_ref(&entry.value);
    let blocks = if entry.value.is_map() { one } else { entry.value.items() };
    blocks.iter().flat_map(|block| block_intents(block, *engine, what)).collect()
}

fn block_intents(block: &Node, engine: IntentEngine, what: &str) -> Vec<Intent> {
    let Some(mount) = text_of(block, "mount") else { return Vec::new() };
    let intent = |entry: &Entry| Intent {
        engine,
        mount: mount_path(&mount),
        on: entry.key.clone(),
        words: texts(&entry.value),
    };
    entries_of(block, what).iter().map(intent).collect()
}
