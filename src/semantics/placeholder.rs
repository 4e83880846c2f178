//! What the identity templates of a path label refer to.
//!
//! Source: `sdk/helper/identitytpl/templating.go` of both servers. They check nothing but the braces when a policy is
//! written; a directive that they do not know makes them drop the rule for every token.

use std::ops::Range;

use crate::syntax::near::nearest;

/// One `{{…}}` of a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder<'a> {
    /// What stands between the braces, without blanks at the ends.
    pub directive: &'a str,
    /// Its bytes in the label, braces included.
    pub range: Range<usize>,
    /// What it refers to.
    pub referent: Referent<'a>,
}

/// What a directive stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Referent<'a> {
    /// Id or name of the entity.
    Entity,
    /// A value of the metadata of the entity.
    EntityMetadata(&'a str),
    /// Something of the entity's alias in the auth mount with this accessor.
    Alias {
        /// The accessor.
        accessor: &'a str,
        /// The key, if it is of the metadata that the auth method sets.
        metadata: Option<&'a str>,
    },
    /// Something of a group.
    Group,
    /// A time.
    Time,
    /// A directive of the template language of Go, or of a tool that renders files.
    Foreign,
    /// Nothing that servers know.
    Unknown,
}

/// The placeholders of a label, in order; none of a label whose braces do not pair up.
pub fn placeholders(label: &str) -> Vec<Placeholder<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = label.get(at..).and_then(|rest| rest.find("{{")).map(|it| it + at) {
        let Some(close) = label.get(open..).and_then(|rest| rest.find("}}")).map(|it| it + open) else {
            break;
        };
        let Some(directive) = label.get(open + 2..close).map(str::trim) else { break };
        found.push(Placeholder { directive, range: open..close + 2, referent: referent(directive) });
        at = close + 2;
    }
    found
}

/// The directive that was likely meant by one that servers do not know.
pub fn meant(directive: &str) -> Option<String> {
    let mut words: Vec<&str> = directive.split('.').collect();
    *words.first_mut()? = nearest(words.first()?, ["identity", "time"])?;
    if *words.first()? == "identity" {
        *words.get_mut(1)? = nearest(words.get(1)?, ["entity", "groups"])?;
        let known: &[&str] = if *words.get(1)? == "entity" {
            &["id", "name", "metadata", "aliases"]
        } else {
            &["ids", "names"]
        };
        *words.get_mut(2)? = nearest(words.get(2)?, known.iter().copied())?;
        if *words.get(2)? != "metadata" && words.len() > 4 {
            *words.get_mut(4)? = nearest(words.get(4)?, ["id", "name", "metadata", "custom_metadata"])?;
        }
    }
    let text = words.join(".");
    (text != directive && !matches!(referent(&text), Referent::Unknown | Referent::Foreign)).then_some(text)
}

/// True for the form in which servers make up accessors of auth mounts: `auth_METHOD_` and eight hexadecimal digits.
pub fn is_accessor(text: &str) -> bool {
    let parts = text.strip_prefix("auth_").and_then(|rest| rest.rsplit_once('_'));
    parts.is_some_and(|(method, digits)| {
        !method.is_empty() && digits.len() == 8 && digits.bytes().all(|it| it.is_ascii_hexdigit())
    })
}

/// The keys that the Kubernetes auth method sets in the metadata of an alias.
pub const KUBERNETES_METADATA: [&str; 4] = [
    "service_account_name",
    "service_account_namespace",
    "service_account_uid",
    "service_account_secret_name",
];

fn referent(directive: &str) -> Referent<'_> {
    if directive.starts_with(['.', '$', '-', '%']) || directive.contains([' ', '|', '(', '"', '`']) {
        return Referent::Foreign;
    }
    if let Some(selector) = directive.strip_prefix("identity.entity.") {
        return of_entity(selector);
    }
    if let Some(selector) = directive.strip_prefix("identity.groups.") {
        let mut parts = selector.splitn(3, '.');
        let by = parts.next();
        let named = parts.next().is_some_and(|group| !group.is_empty());
        let field = parts.next();
        let known =
            field.is_some_and(|field| matches!(field, "id" | "name") || is_key_of(field, "metadata."));
        return if matches!(by, Some("ids" | "names")) && named && known {
            Referent::Group
        } else {
            Referent::Unknown
        };
    }
    let time = directive.strip_prefix("time.");
    match time {
        Some("now") => Referent::Time,
        Some(text) if text.starts_with("now.plus.") || text.starts_with("now.minus.") => Referent::Time,
        _ => Referent::Unknown,
    }
}

fn of_entity(selector: &str) -> Referent<'_> {
    if matches!(selector, "id" | "name") {
        return Referent::Entity;
    }
    if let Some(key) = selector.strip_prefix("metadata.").filter(|key| !key.is_empty()) {
        return Referent::EntityMetadata(key);
    }
    let alias = selector.strip_prefix("aliases.").and_then(|rest| rest.split_once('.'));
    let Some((accessor, field)) = alias else { return Referent::Unknown };
    let metadata = field.strip_prefix("metadata.").filter(|key| !key.is_empty());
    if metadata.is_some() || matches!(field, "id" | "name") || is_key_of(field, "custom_metadata.") {
        Referent::Alias { accessor, metadata }
    } else {
        Referent::Unknown
    }
}

fn is_key_of(field: &str, map: &str) -> bool {
    field.strip_prefix(map).is_some_and(|key| !key.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_and_what_they_refer_to() {
        let table = [
            ("identity.entity.id", Referent::Entity),
            ("identity.entity.metadata.team", Referent::EntityMetadata("team")),
            ("identity.entity.metadata", Referent::Unknown),
            ("identity.entity.nme", Referent::Unknown),
            (
                "identity.entity.aliases.auth_kubernetes_1a2b3c4d.name",
                Referent::Alias { accessor: "auth_kubernetes_1a2b3c4d", metadata: None },
            ),
            (
                "identity.entity.aliases.auth_kubernetes_1a2b3c4d.metadata.service_account_name",
                Referent::Alias {
                    accessor: "auth_kubernetes_1a2b3c4d",
                    metadata: Some("service_account_name"),
                },
            ),
            ("identity.entity.aliases.auth_kubernetes_1a2b3c4d.role", Referent::Unknown),
            ("identity.groups.names.ops.id", Referent::Group),
            ("identity.groups.names.ops", Referent::Unknown),
            ("time.now.plus.1h", Referent::Time),
            (".Values.path", Referent::Foreign),
            ("with secret", Referent::Foreign),
            ("team", Referent::Unknown),
        ];
        for (directive, wanted) in table {
            let label = format!("secret/{{{{ {directive} }}}}/*");
            let found = placeholders(&label);
            assert_eq!(found.len(), 1, "{label}");
            assert_eq!(found.first().map(|it| it.referent), Some(wanted), "{label}");
        }
    }

    #[test]
    fn a_slip_in_a_directive() {
        let table = [
            ("identity.entity.nme", Some("identity.entity.name")),
            ("identity.entity.alias.auth_x_1.name", None),
            ("identity.entities.name", None),
            (
                "identity.entity.aliases.auth_x_1.metdata.k",
                Some("identity.entity.aliases.auth_x_1.metadata.k"),
            ),
            ("identity.group.names.ops.id", Some("identity.groups.names.ops.id")),
            ("entity.name", None),
        ];
        for (directive, wanted) in table {
            assert_eq!(meant(directive).as_deref(), wanted, "{directive}");
        }
    }

    #[test]
    fn accessors() {
        for (text, wanted) in [
            ("auth_kubernetes_1a2b3c4d", true),
            ("auth_my-plugin_00000000", true),
            ("kubernetes", false),
            ("auth_kubernetes", false),
            ("ACCESSOR", false),
        ] {
            assert_eq!(is_accessor(text), wanted, "{text}");
        }
    }
}
