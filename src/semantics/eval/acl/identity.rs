//! Who asks: the entity and the groups of a token, as questions describe them.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::semantics::template::{Accessor, Alias, Entity, Group, Identity, Metadata, Others, Presence};

/// An entity of the identity store.
#[derive(Debug, Clone, Deserialize, Default)]
#[allow(missing_docs)]
#[serde(default)]
pub struct EntityFields {
    pub id: String,
    pub name: String,
    pub metadata: Option<Map<String, Value>>,
    pub aliases: Vec<AliasFields>,
}

/// An alias of an entity.
#[derive(Debug, Clone, Deserialize, Default)]
#[allow(missing_docs)]
#[serde(default)]
pub struct AliasFields {
    pub id: String,
    pub name: String,
    pub mount_accessor: String,
    pub metadata: Option<Map<String, Value>>,
    pub custom_metadata: Option<Map<String, Value>>,
}

/// A group of the identity store.
#[derive(Debug, Clone, Deserialize, Default)]
#[allow(missing_docs)]
#[serde(default)]
pub struct GroupFields {
    pub id: String,
    pub name: String,
    pub metadata: Option<Map<String, Value>>,
    /// `root`, or the path of the namespace with a slash at the end.
    pub namespace_id: String,
}

/// The identity at the time `now`. All that is not said is not there.
pub(super) fn identity(entity: Option<&EntityFields>, groups: Option<&[GroupFields]>, now: i64) -> Identity {
    let entity = entity.map(|entity| Entity {
        id: Presence::Present(entity.id.clone()),
        name: Presence::Present(entity.name.clone()),
        metadata: metadata(&entity.metadata),
        aliases: entity.aliases.iter().map(alias).collect(),
    });
    let groups = groups.into_iter().flatten().map(|group| Group {
        id: Presence::Present(group.id.clone()),
        name: Presence::Present(group.name.clone()),
        metadata: metadata(&group.metadata),
        namespace: if group.namespace_id == "root" { String::new() } else { group.namespace_id.clone() },
    });
    Identity {
        entity: entity.map_or(Presence::Absent, Presence::Present),
        groups: Presence::Present(groups.collect()),
        now: Presence::Present(now),
    }
}

fn alias(alias: &AliasFields) -> Alias {
    Alias {
        accessor: Accessor::Exact(alias.mount_accessor.clone()),
        id: Presence::Present(alias.id.clone()),
        name: Presence::Present(alias.name.clone()),
        metadata: metadata(&alias.metadata),
        custom_metadata: metadata(&alias.custom_metadata),
    }
}

fn metadata(members: &Option<Map<String, Value>>) -> Metadata {
    let members = members.iter().flatten();
    let texts = members.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
    let entries = texts.map(|(key, text)| (key, Presence::Present(text))).collect();
    Metadata { entries, others: Others::Absent }
}
