//! Whether an RBAC manifest can be decoded at all: version, names of fields, types of values.
//!
//! Source: kubernetes `api/rbac/v1/types.go`, the strict JSON decoder of `apimachinery`.

use super::{FieldError, FieldErrorKind, GROUP};
use crate::syntax::Span;
use crate::syntax::tree::{Node, NodeKind};

/// What the server says of an RBAC manifest before it looks at any value; nothing for objects of other kinds.
///
/// A value of the wrong type ends decoding, so it is reported alone.
pub fn decode(object: &Node) -> Vec<FieldError> {
    let kind = object.get("kind").and_then(Node::as_text).unwrap_or_default();
    let Some(shape) = OBJECTS.iter().find(|shape| shape.name == kind) else { return Vec::new() };
    let version = object.get("apiVersion").and_then(Node::as_text).unwrap_or_default();
    let Some(of_group) = version.strip_prefix(GROUP).and_then(|rest| rest.strip_prefix('/')) else {
        return Vec::new();
    };
    if of_group != "v1" {
        let detail = format!("no matches for kind \"{kind}\" in version \"{version}\"");
        let span = object.get("apiVersion").map_or(object.span, |node| node.span);
        return vec![error(span, FieldErrorKind::NoMatch, detail)];
    }
    let mut errors = Vec::new();
    match fields(object, shape, "", "", &mut errors) {
        Ok(()) => errors,
        Err(mistyped) => vec![mistyped],
    }
}

/// A struct of the API: its name and its fields.
struct Shape {
    name: &'static str,
    fields: &'static [(&'static str, Type)],
}

enum Type {
    Text,
    TextList,
    TextMap,
    Struct(&'static str, &'static Shape),
    StructList(&'static str, &'static Shape),
    /// Of no concern here.
    Any,
}

/// `path` has indices (`rules[0].verbs`), `plain` has none (`rules.verbs`): the server uses both.
fn fields(
    node: &Node,
    shape: &Shape,
    path: &str,
    plain: &str,
    errors: &mut Vec<FieldError>,
) -> Result<(), FieldError> {
    for entry in node.entries() {
        let key = entry.key.as_str();
        let join = |to: &str| if to.is_empty() { key.to_owned() } else { format!("{to}.{key}") };
        let (path, plain) = (join(path), join(plain));
        let Some((_, of_field)) = shape.fields.iter().find(|(name, _)| *name == key) else {
            let detail = format!("unknown field \"{path}\"");
            errors.push(error(entry.key.span, FieldErrorKind::UnknownField, detail));
            continue;
        };
        let mistyped = |value: &Node, go_type: &str| {
            let found = json_word(value);
            let detail = format!(
                "cannot unmarshal {found} into Go struct field {}.{plain} of type {go_type}",
                shape.name
            );
            Err(error(value.span, FieldErrorKind::Type, detail))
        };
        let value = &entry.value;
        match of_field {
            _ if value.is_null() => {}
            Type::Any => {}
            Type::Text if value.as_text().is_none() => return mistyped(value, "string"),
            Type::Text => {}
            Type::TextList => {
                if !matches!(value.kind, NodeKind::List(_)) {
                    return mistyped(value, "[]string");
                }
                if let Some(item) = value.items().iter().find(|it| it.as_text().is_none() && !it.is_null()) {
                    return mistyped(item, "string");
                }
            }
            Type::TextMap => {
                if !value.is_map() {
                    return mistyped(value, "map[string]string");
                }
                let mut values = value.entries().iter().map(|entry| &entry.value);
                if let Some(item) = values.find(|it| it.as_text().is_none() && !it.is_null()) {
                    return mistyped(item, "string");
                }
            }
            Type::Struct(go_type, _) if !value.is_map() => return mistyped(value, go_type),
            Type::Struct(_, inner) => fields(value, inner, &path, &plain, errors)?,
            Type::StructList(go_type, inner) => {
                if !matches!(value.kind, NodeKind::List(_)) {
                    return mistyped(value, &format!("[]{go_type}"));
                }
                for (at, item) in value.items().iter().enumerate() {
                    if !item.is_map() && !item.is_null() {
                        return mistyped(item, go_type);
                    }
                    fields(item, inner, &format!("{path}[{at}]"), &plain, errors)?;
                }
            }
        }
    }
    Ok(())
}

fn error(span: Span, kind: FieldErrorKind, detail: String) -> FieldError {
    FieldError { span, field: String::new(), kind, detail }
}

fn json_word(node: &Node) -> &'static str {
    match node.kind {
        NodeKind::Null => "null",
        NodeKind::Bool(_) => "bool",
        NodeKind::Int(_) | NodeKind::Float(_) => "number",
        NodeKind::Text(_) | NodeKind::Block(..) => "string",
        NodeKind::List(_) => "array",
        NodeKind::Map(_) => "object",
    }
}

const KIND: (&str, Type) = ("kind", Type::Text);
const API_VERSION: (&str, Type) = ("apiVersion", Type::Text);
const META: (&str, Type) = ("metadata", Type::Struct("v1.ObjectMeta", &OBJECT_META));
const RULES: (&str, Type) = ("rules", Type::StructList("v1.PolicyRule", &POLICY_RULE));
const SUBJECTS: (&str, Type) = ("subjects", Type::StructList("v1.Subject", &SUBJECT));
const ROLE_REF_FIELD: (&str, Type) = ("roleRef", Type::Struct("v1.RoleRef", &ROLE_REF));
const AGGREGATION: (&str, Type) = ("aggregationRule", Type::Struct("v1.AggregationRule", &AGGREGATION_RULE));

static OBJECTS: [Shape; 4] = [
    Shape { name: "Role", fields: &[KIND, API_VERSION, META, RULES] },
    Shape { name: "ClusterRole", fields: &[KIND, API_VERSION, META, RULES, AGGREGATION] },
    Shape { name: "RoleBinding", fields: &[KIND, API_VERSION, META, SUBJECTS, ROLE_REF_FIELD] },
    Shape { name: "ClusterRoleBinding", fields: &[KIND, API_VERSION, META, SUBJECTS, ROLE_REF_FIELD] },
];

static OBJECT_META: Shape = Shape {
    name: "ObjectMeta",
    fields: &[
        ("name", Type::Text),
        ("generateName", Type::Text),
        ("namespace", Type::Text),
        ("selfLink", Type::Text),
        ("uid", Type::Text),
        ("resourceVersion", Type::Text),
        ("generation", Type::Any),
        ("creationTimestamp", Type::Any),
        ("deletionTimestamp", Type::Any),
        ("deletionGracePeriodSeconds", Type::Any),
        ("labels", Type::TextMap),
        ("annotations", Type::TextMap),
        ("ownerReferences", Type::Any),
        ("finalizers", Type::TextList),
        ("managedFields", Type::Any),
    ],
};

static POLICY_RULE: Shape = Shape {
    name: "PolicyRule",
    fields: &[
        ("verbs", Type::TextList),
        ("apiGroups", Type::TextList),
        ("resources", Type::TextList),
        ("resourceNames", Type::TextList),
        ("nonResourceURLs", Type::TextList),
    ],
};

static SUBJECT: Shape = Shape {
    name: "Subject",
    fields: &[
        ("kind", Type::Text),
        ("apiGroup", Type::Text),
        ("name", Type::Text),
        ("namespace", Type::Text),
    ],
};

static ROLE_REF: Shape = Shape {
    name: "RoleRef",
    fields: &[("apiGroup", Type::Text), ("kind", Type::Text), ("name", Type::Text)],
};

static AGGREGATION_RULE: Shape = Shape {
    name: "AggregationRule",
    fields: &[("clusterRoleSelectors", Type::StructList("v1.LabelSelector", &LABEL_SELECTOR))],
};

static LABEL_SELECTOR: Shape = Shape {
    name: "LabelSelector",
    fields: &[
        ("matchLabels", Type::TextMap),
        ("matchExpressions", Type::StructList("v1.LabelSelectorRequirement", &REQUIREMENT)),
    ],
};

static REQUIREMENT: Shape = Shape {
    name: "LabelSelectorRequirement",
    fields: &[("key", Type::Text), ("operator", Type::Text), ("values", Type::TextList)],
};
