//! ConfigMaps that hold a configuration of Vault Agent.

use super::fields::Fields;
use crate::model::kube::consumer::Consumers;
use crate::model::kube::consumer::agent::AgentHolder;
use crate::model::lower::agent;
use crate::syntax::Place;
use crate::syntax::tree::{Node, NodeKind};

/// Reads what configures an agent; false if nothing does. A text that is no HCL is left to who owns the ConfigMap.
pub(super) fn agents(fields: &mut Fields<'_, '_>, out: &mut Consumers) -> bool {
    let Some(data) = fields.get("data") else { return false };
    let mut configs = data
        .entries()
        .iter()
        .filter(|entry| entry.value.as_text().is_some_and(agent::looks_like_config))
        .peekable();
    if configs.peek().is_none() {
        return false;
    }
    let meta = fields.meta();
    let before = out.agents.len();
    for entry in configs {
        let Some((text, place)) = text_with_place(&entry.value) else { continue };
        let holder = AgentHolder::ConfigMap {
            name: meta.name.clone(),
            namespace: meta.namespace.clone(),
            key: entry.key.clone(),
        };
        let (config, _) = agent::read(text, &place, fields.source, holder);
        if config.method.is_some() {
            out.agents.push(config);
        }
    }
    out.agents.len() > before
}

/// A text, and how its offsets lie in the source. Of a text that is not written as it is, all lies at the whole
/// value.
pub(super) fn text_with_place(node: &Node) -> Option<(&str, Place)> {
    match &node.kind {
        NodeKind::Block(text, spread) => Some((text, spread.0.clone())),
        NodeKind::Text(text) => {
            let start = node.span.start as usize;
            let place = match node.span.range().len().checked_sub(text.len()) {
                Some(0) => Place::from(node.span.source, start),
                Some(2) => Place::from(node.span.source, start + 1),
                _ => Place::whole(node.span),
            };
            Some((text, place))
        }
        _ => None,
    }
}
