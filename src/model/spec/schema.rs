//! The JSON Schemas (draft-07) of the Access spec and of access tests, written from the tables.

use serde_json::{Map, Value, json};

use super::shape::{Count, Group, Object, Shape};
use super::tables;
use crate::model::vault::field::{Availability, FieldKind, FieldSpec};

/// The schema of the spec; `schemas/access.schema.json` holds its text.
pub fn schema() -> Value {
    written("rolewright Access spec", &tables::ACCESS)
}

/// The text of the schema file.
pub fn schema_text() -> String {
    format!("{:#}\n", schema())
}

/// The schema of access tests; `schemas/access-test.schema.json` holds its text.
pub fn test_schema() -> Value {
    written("rolewright access test", &tables::ACCESS_TEST)
}

/// The text of the schema file of access tests.
pub fn test_schema_text() -> String {
    format!("{:#}\n", test_schema())
}

fn written(title: &str, object: &'static Object) -> Value {
    let mut writer = Writer::default();
    let root = writer.reference(object);
    let mut schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
        "description": object.doc,
        "allOf": [root],
    });
    if let Value::Object(members) = &mut schema {
        writer.definitions.sort_keys();
        members.insert("definitions".to_owned(), Value::Object(writer.definitions));
    }
    schema
}

#[derive(Default)]
struct Writer {
    definitions: Map<String, Value>,
}

impl Writer {
    fn reference(&mut self, object: &'static Object) -> Value {
        let name = definition_name(object.name);
        if !self.definitions.contains_key(&name) {
            self.definitions.insert(name.clone(), Value::Null);
            let definition = self.object(object);
            self.definitions.insert(name.clone(), definition);
        }
        json!({ "$ref": format!("#/definitions/{name}") })
    }

    fn object(&mut self, object: &'static Object) -> Value {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for key in object.keys {
            properties.insert(key.name.to_owned(), described(self.shape(key.shape), key.doc));
            if key.required {
                required.push(key.name);
            }
        }
        for row in object.fields.iter().flat_map(|table| table.rows()).filter(|row| !row.secret) {
            properties.insert(row.name.to_owned(), self.field(row));
            if row.required {
                required.push(row.name);
            }
        }
        let mut schema = json!({
            "type": "object",
            "description": object.doc,
            "properties": properties,
            "additionalProperties": false,
        });
        if let Value::Object(members) = &mut schema {
            if !required.is_empty() {
                members.insert("required".to_owned(), required.into());
            }
            if !object.groups.is_empty() {
                members.insert("allOf".to_owned(), object.groups.iter().map(group).collect());
            }
        }
        schema
    }

    fn shape(&mut self, shape: Shape) -> Value {
        match shape {
            Shape::Text => json!({ "type": "string" }),
            Shape::Name(pattern) => {
                let mut schema = json!({ "type": "string", "pattern": pattern.regex });
                if let (Value::Object(members), 1..) = (&mut schema, pattern.longest) {
                    members.insert("maxLength".to_owned(), pattern.longest.into());
                }
                schema
            }
            Shape::Choice([only]) => json!({ "const": only }),
            Shape::Choice(words) => json!({ "enum": words }),
            Shape::Word(words) => json!({ "anyOf": [{ "enum": words }, { "type": "string" }] }),
            Shape::Bool => json!({ "type": "boolean" }),
            Shape::True => json!({ "const": true }),
            Shape::TrueOr(words) => {
                let all: Vec<Value> =
                    std::iter::once(true.into()).chain(words.iter().map(|word| (*word).into())).collect();
                json!({ "enum": all })
            }
            Shape::Duration => self.kind(FieldKind::Duration),
            Shape::Value => json!({}),
            Shape::List(0, item) => json!({ "type": "array", "items": self.shape(*item) }),
            Shape::List(least, item) => {
                json!({ "type": "array", "items": self.shape(*item), "minItems": least })
            }
            Shape::OneOrMore(item) => {
                json!({ "anyOf": [self.shape(*item), self.shape(Shape::List(1, item))] })
            }
            Shape::Map(pattern, value) => {
                let names = self.shape(Shape::Name(pattern));
                json!({ "type": "object", "propertyNames": names, "additionalProperties": self.shape(*value) })
            }
            Shape::Object(object) => self.reference(object),
        }
    }

    fn field(&mut self, row: &FieldSpec) -> Value {
        let only = match row.availability {
            Availability::Everywhere => "",
            Availability::VaultOnly => " (Vault only)",
            Availability::OpenBaoOnly => " (OpenBao only)",
        };
        described(self.kind(row.kind), &format!("{}{only}", row.doc))
    }

    fn kind(&mut self, kind: FieldKind) -> Value {
        match kind {
            FieldKind::Text => json!({ "type": "string" }),
            FieldKind::Choice(words) => {
                let words: Vec<&str> = words.iter().copied().chain([""]).collect();
                json!({ "enum": words })
            }
            FieldKind::List => json!({ "type": ["array", "string"], "items": { "type": "string" } }),
            FieldKind::Duration => {
                json!({ "type": ["integer", "string"], "minimum": 0, "maximum": LONGEST, "pattern": DURATION })
            }
            FieldKind::Bool => json!({ "type": "boolean" }),
            FieldKind::Integer => json!({ "type": "integer", "minimum": 0 }),
            FieldKind::Map => {
                json!({ "type": "object", "additionalProperties": { "type": ["string", "integer"] } })
            }
            FieldKind::Selector | FieldKind::RoleRules => {
                json!({ "anyOf": [self.reference(tables::object_of(kind)), { "type": "string" }] })
            }
        }
    }
}

/// The most seconds whose nanoseconds 64 bits hold.
const LONGEST: i64 = i64::MAX / 1_000_000_000;

/// A duration text of Vault: nothing, whole seconds, whole days, or Go's units; never negative.
const DURATION: &str = r"^([+]?[0-9]+d?|[+]?(([0-9]+(\.[0-9]*)?|\.[0-9]+)(h|m|s|ms|us|µs|μs|ns))+)?$";

fn definition_name(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let words = words.filter(|word| !matches!(*word, "" | "a" | "an"));
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

fn described(schema: Value, doc: &str) -> Value {
    let Value::Object(members) = schema else { return schema };
    // Beside `$ref`, draft-07 ignores every other keyword, so a reference stands in a list of its own.
    let mut described = Map::new();
    described.insert("description".to_owned(), doc.into());
    if members.contains_key("$ref") {
        described.insert("allOf".to_owned(), Value::Array(vec![Value::Object(members)]));
    } else {
        described.extend(members);
    }
    Value::Object(described)
}

fn group(group: &Group) -> Value {
    let one_each: Vec<Value> = group.keys.iter().map(|key| json!({ "required": [key] })).collect();
    match group.count {
        Count::ExactlyOne => json!({ "oneOf": one_each }),
        Count::AtLeastOne => json!({ "anyOf": one_each }),
        Count::AtMostOne => json!({ "anyOf": [{ "oneOf": one_each }, { "not": { "anyOf": one_each } }] }),
    }
}
