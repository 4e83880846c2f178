//! Objects, rules and errors in answers.

use serde_json::{Map, Value, json};

use crate::model::kube::ObjectMeta;
use crate::model::kube::binding::Subject;
use crate::model::kube::rbac::{RbacRole, RbacRoleKind};
use crate::semantics::covers::Atom;
use crate::semantics::escalation::GivenAtom;
use crate::semantics::validation::FieldError;

pub(super) fn role_words(role: &RbacRole) -> Value {
    object_words(role.kind.word(), &role.meta, role.kind == RbacRoleKind::Role)
}

pub(super) fn object_words(kind: &str, meta: &ObjectMeta, namespaced: bool) -> Value {
    let mut words = Map::new();
    words.insert("kind".to_owned(), kind.into());
    if let Some(namespace) = meta.namespace_name().filter(|_| namespaced) {
        words.insert("namespace".to_owned(), namespace.into());
    }
    words.insert("name".to_owned(), meta.name.as_str().into());
    Value::Object(words)
}

pub(super) fn subject_words(subject: &Subject) -> Value {
    let mut words = Map::new();
    words.insert("kind".to_owned(), subject.kind.as_str().into());
    if let Some(namespace) = &subject.namespace {
        words.insert("namespace".to_owned(), namespace.as_str().into());
    }
    words.insert("name".to_owned(), subject.name.as_str().into());
    Value::Object(words)
}

pub(super) fn atom_words(atom: Atom<'_>) -> Value {
    given_words(&GivenAtom::from(atom))
}

pub(super) fn given_words(atom: &GivenAtom) -> Value {
    match atom {
        GivenAtom::Resource { group, resource, verb, name: None } => {
            json!({"apiGroups": [group], "resources": [resource], "verbs": [verb]})
        }
        GivenAtom::Resource { group, resource, verb, name: Some(name) } => {
            json!({"apiGroups": [group], "resources": [resource], "verbs": [verb], "resourceNames": [name]})
        }
        GivenAtom::Url { url, verb } => json!({"nonResourceURLs": [url], "verbs": [verb]}),
    }
}

pub(super) fn error_words(error: &FieldError) -> Value {
    json!({"field": error.field, "type": error.kind.word(), "detail": error.detail})
}

pub(super) fn add(object: &mut Value, key: &str, value: impl Into<Value>) {
    if let Value::Object(members) = object {
        members.insert(key.to_owned(), value.into());
    }
}
