//! Identity templates in path labels, evaluated for one identity.
//!
//! A rule whose template cannot be filled is dropped, a `deny` included; so the values decide what a policy says.
//! Offline, some of them are not known: then the rule is neither there nor dropped, and answers that hang on it are
//! not known either.
//!
//! Source: `sdk/helper/identitytpl/templating.go` of both servers.

use super::dialect::Dialect;
use crate::model::vault::duration::Seconds;

/// Whom a token belongs to, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// The entity; [`Presence::Absent`] for root tokens, plain `token create` and most batch tokens.
    pub entity: Presence<Entity>,
    /// The groups that the entity is a member of; [`Presence::Unknown`] if they are not known.
    pub groups: Presence<Vec<Group>>,
    /// The time of the request in seconds since 1970.
    pub now: Presence<i64>,
}

/// Something that is there, is not there, or of which nobody can say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Presence<T> {
    /// It is not there.
    Absent,
    /// It is this.
    Present(T),
    /// It cannot be told.
    #[default]
    Unknown,
}

/// An entity of the identity store.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entity {
    /// `identity.entity.id`.
    pub id: Presence<String>,
    /// `identity.entity.name`.
    pub name: Presence<String>,
    /// `identity.entity.metadata`.
    pub metadata: Metadata,
    /// One per auth mount the entity logs in through.
    pub aliases: Vec<Alias>,
}

/// What an auth mount knows the entity as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// Which mount.
    pub accessor: Accessor,
    /// `id`.
    pub id: Presence<String>,
    /// `name`.
    pub name: Presence<String>,
    /// `metadata`, which the auth method sets.
    pub metadata: Metadata,
    /// `custom_metadata`, which operators set.
    pub custom_metadata: Metadata,
}

/// The accessor of an auth mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accessor {
    /// This one.
    Exact(String),
    /// One that a server will make up for the only mount of this method: `auth_METHOD_` and eight hexadecimal digits.
    Generated {
        /// `kubernetes`, …
        method: String,
    },
}

/// Keys and values that hang on an entity, an alias or a group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Metadata {
    /// The values; an absent one says that the key is certainly not there.
    pub entries: Vec<(String, Presence<String>)>,
    /// What to think of keys that are not among them.
    pub others: Others,
}

/// What to think of keys that are not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Others {
    /// They are not there.
    #[default]
    Absent,
    /// They may be there.
    Unknown,
}

/// A group of the identity store.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    /// `id`.
    pub id: Presence<String>,
    /// `name`.
    pub name: Presence<String>,
    /// `metadata`.
    pub metadata: Metadata,
    /// The Vault namespace that it belongs to, `""` for the root namespace, else with a slash at the end.
    pub namespace: String,
}

/// What became of a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Populated {
    /// The label with all values put in.
    Text(String),
    /// The server drops the rule, for this directive.
    Dropped(String),
    /// It hangs on values that are not known: the pieces of text around them, at least two.
    Unknown(Vec<String>),
}

/// Fills in the label of a rule in a policy of the Vault namespace `namespace`.
pub fn populate(label: &str, identity: &Identity, namespace: &str, dialect: Dialect) -> Populated {
    if !label.contains(['{', '}']) {
        return Populated::Text(label.to_owned());
    }
    let mut pieces = vec![String::new()];
    let mut parts = label.split("{{");
    let first = parts.next().unwrap_or_default();
    if first.contains("}}") {
        return Populated::Dropped(label.to_owned());
    }
    push(&mut pieces, first);
    for part in parts {
        let mut split = part.split("}}");
        let (Some(directive), Some(rest), None) = (split.next(), split.next(), split.next()) else {
            return Populated::Dropped(part.to_owned());
        };
        let directive = directive.trim();
        match value(directive, identity, namespace) {
            Presence::Present(text) if text.contains(dialect.blocked_in_templates()) => {
                return Populated::Dropped(directive.to_owned());
            }
            Presence::Present(text) => push(&mut pieces, &text),
            Presence::Absent => return Populated::Dropped(directive.to_owned()),
            Presence::Unknown => pieces.push(String::new()),
        }
        push(&mut pieces, rest);
    }
    match <[String; 1]>::try_from(pieces) {
        Ok([text]) => Populated::Text(text),
        Err(pieces) => Populated::Unknown(pieces),
    }
}

/// True if the label has a template in it.
pub fn is_templated(label: &str) -> bool {
    label.contains('{') && label.contains("{{")
}

fn push(pieces: &mut [String], text: &str) {
    if let Some(last) = pieces.last_mut() {
        last.push_str(text);
    }
}

fn value(directive: &str, identity: &Identity, namespace: &str) -> Presence<String> {
    if let Some(selector) = directive.strip_prefix("identity.entity.") {
        return identity.entity.and_then(|entity| of_entity(entity, selector));
    }
    if let Some(selector) = directive.strip_prefix("identity.groups.") {
        return identity.groups.and_then(|groups| of_group(groups, selector, namespace));
    }
    match directive.strip_prefix("time.") {
        Some(selector) => of_time(&identity.now, selector),
        None => Presence::Absent,
    }
}

fn of_entity(entity: &Entity, selector: &str) -> Presence<String> {
    if let Some(rest) = selector.strip_prefix("aliases.") {
        let Some((accessor, selector)) = rest.split_once('.') else { return Presence::Absent };
        let mut aliases = entity.aliases.iter().filter(|alias| alias.accessor.admits(accessor));
        return match (aliases.next(), aliases.next()) {
            (None, _) => Presence::Absent,
            (Some(alias), None) => of_alias(alias, selector),
            (Some(_), Some(_)) => Presence::Unknown,
        };
    }
    match selector {
        "id" => not_empty(&entity.id),
        "name" => not_empty(&entity.name),
        _ => entity.metadata.get(selector.strip_prefix("metadata.")),
    }
}

fn of_alias(alias: &Alias, selector: &str) -> Presence<String> {
    match selector {
        "id" => not_empty(&alias.id),
        "name" => not_empty(&alias.name),
        _ => match selector.strip_prefix("custom_metadata.") {
            Some(key) => alias.custom_metadata.get(Some(key)),
            None => alias.metadata.get(selector.strip_prefix("metadata.")),
        },
    }
}

/// Group names are looked up in the policy's namespace only, ids in any.
fn of_group(groups: &[Group], selector: &str, namespace: &str) -> Presence<String> {
    let Some((by, rest)) = selector.split_once('.') else { return Presence::Absent };
    let Some((wanted, selector)) = rest.split_once('.') else { return Presence::Absent };
    let mut unsure = false;
    let group = groups.iter().find(|group| {
        let key = match by {
            "ids" => &group.id,
            "names" if group.namespace == namespace => &group.name,
            _ => return false,
        };
        unsure |= *key == Presence::Unknown;
        matches!(key, Presence::Present(text) if text == wanted)
    });
    let Some(group) = group else { return if unsure { Presence::Unknown } else { Presence::Absent } };
    match selector {
        "id" => group.id.clone(),
        "name" => not_empty(&group.name),
        _ => group.metadata.get(selector.strip_prefix("metadata.")),
    }
}

fn of_time(now: &Presence<i64>, selector: &str) -> Presence<String> {
    let mut parts = selector.splitn(3, '.');
    let offset = match (parts.next(), parts.next(), parts.next()) {
        (Some("now"), None, None) => Some(0),
        (Some("now"), Some("plus"), Some(text)) => seconds(text),
        (Some("now"), Some("minus"), Some(text)) => seconds(text).and_then(i64::checked_neg),
        _ => None,
    };
    match offset {
        Some(offset) => now.and_then(|now| Presence::Present(now.saturating_add(offset).to_string())),
        None => Presence::Absent,
    }
}

fn seconds(text: &str) -> Option<i64> {
    Seconds::parse(text).ok().map(|seconds| seconds.0)
}

/// Ids and names that are empty count as absent; metadata values do not.
fn not_empty(value: &Presence<String>) -> Presence<String> {
    match value {
        Presence::Present(text) if text.is_empty() => Presence::Absent,
        other => other.clone(),
    }
}

impl<T> Presence<T> {
    /// What `f` says of the value, if there is one.
    pub fn and_then<U>(&self, f: impl FnOnce(&T) -> Presence<U>) -> Presence<U> {
        match self {
            Presence::Absent => Presence::Absent,
            Presence::Present(value) => f(value),
            Presence::Unknown => Presence::Unknown,
        }
    }
}

impl Metadata {
    /// Nothing is known of it.
    pub fn unknown() -> Metadata {
        Metadata { entries: Vec::new(), others: Others::Unknown }
    }

    fn get(&self, key: Option<&str>) -> Presence<String> {
        let Some(key) = key else { return Presence::Absent };
        match self.entries.iter().find(|(name, _)| name == key) {
            Some((_, value)) => value.clone(),
            None if self.others == Others::Unknown => Presence::Unknown,
            None => Presence::Absent,
        }
    }
}

impl Accessor {
    fn admits(&self, text: &str) -> bool {
        match self {
            Accessor::Exact(accessor) => accessor == text,
            Accessor::Generated { method } => text
                .strip_prefix("auth_")
                .and_then(|rest| rest.strip_prefix(method.as_str()))
                .and_then(|rest| rest.strip_prefix('_'))
                .is_some_and(|digits| digits.len() == 8 && digits.bytes().all(|it| it.is_ascii_hexdigit())),
        }
    }
}
