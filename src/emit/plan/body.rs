//! Fields to the JSON bodies of requests.

use serde_json::{Map, Value, json};

use super::EmitError;
use crate::model::project::Target;
use crate::model::vault::field::{Availability, FieldKind, FieldSpec, FieldValue, Fields};
use crate::model::vault::mount::{Engine, KvVersion};
use crate::syntax::{Span, Spanned};

/// A JSON object.
type Body = Map<String, Value>;

/// Every field that the servers of the target have, each with a value: a write of a role keeps what it does not name,
/// a write of a configuration forgets it.
pub(super) fn body(
    fields: &Fields,
    table: &'static [FieldSpec],
    target: Target,
) -> Result<Map<String, Value>, EmitError> {
    let mut body = Map::new();
    for spec in table.iter().filter(|spec| spec.replaced_by.is_none() && !spec.secret) {
        let sure = match spec.availability {
            Availability::Everywhere => true,
            Availability::VaultOnly => matches!(target, Target::VaultClassic | Target::VaultCurrent),
            Availability::OpenBaoOnly => target == Target::OpenBao,
        };
        let value = match fields.get(spec.name) {
            Some(field) => match json_value(&field.value, field.span)? {
                Value::String(text) if text.is_empty() => empty_value(spec),
                value => value,
            },
            None if sure => empty_value(spec),
            None => continue,
        };
        body.insert(spec.name.to_owned(), value);
    }
    Ok(body)
}

/// Fields of a mount that only `enable` takes; the others are tuned.
const FIXED: [&str; 5] = ["options", "local", "seal_wrap", "external_entropy_access", "plugin_version"];

/// Fields of a mount that are reset where the spec says nothing; the others are left alone then.
const ALWAYS_TUNED: [&str; 3] = ["description", "default_lease_ttl", "max_lease_ttl"];

/// What cannot be changed of a mount once it is there.
pub(super) fn fixed_settings(engine: &Engine, settings: &Fields) -> Map<String, Value> {
    let mut options = Map::new();
    if let Some(FieldValue::Map(pairs)) = settings.get("options").map(|field| &field.value) {
        options.extend(pairs.iter().map(|(key, value)| (key.value.clone(), value.value.clone().into())));
    }
    // Always said: a mount of the other version must not pass for this one.
    match engine {
        Engine::Kv(Some(KvVersion::V2)) => options.insert("version".into(), "2".into()),
        Engine::Kv(Some(KvVersion::V1)) => options.insert("version".into(), "1".into()),
        _ => None,
    };
    let mut fixed = Map::new();
    fixed.insert("type".into(), engine.type_name().into());
    if !options.is_empty() {
        fixed.insert("options".into(), options.into());
    }
    fixed
}

/// What is fixed and what is tuned of a mount.
pub(super) fn mount_settings(
    mut fixed: Map<String, Value>,
    settings: &Fields,
    table: &'static [FieldSpec],
) -> Result<(Body, Body), EmitError> {
    let mut tuning = Map::new();
    for spec in table {
        let field = settings.known.iter().find(|field| field.spec.name == spec.name);
        let always = ALWAYS_TUNED.contains(&spec.name);
        let value = match field {
            Some(field) => json_value(&field.value, field.span)?,
            None if always => empty_value(spec),
            None => continue,
        };
        // `hidden` is what the server shows as nothing.
        let value =
            if spec.name == "listing_visibility" && value == json!("hidden") { json!("") } else { value };
        match spec.name {
            "options" => {}
            name if FIXED.contains(&name) => drop(fixed.insert(name.into(), value)),
            name => drop(tuning.insert(name.into(), value)),
        }
    }
    Ok((fixed, tuning))
}

fn empty_value(spec: &FieldSpec) -> Value {
    match spec.kind {
        FieldKind::Text | FieldKind::Choice(_) | FieldKind::Selector | FieldKind::RoleRules => {
            spec.default.into()
        }
        FieldKind::List => json!([]),
        FieldKind::Map => json!({}),
        FieldKind::Bool => (spec.default == "true").into(),
        FieldKind::Duration | FieldKind::Integer => spec.default.parse::<i64>().unwrap_or(0).into(),
    }
}

fn json_value(value: &FieldValue, span: Span) -> Result<Value, EmitError> {
    Ok(match value {
        FieldValue::Text(text) => text.as_str().into(),
        FieldValue::List(items) => items.iter().map(Spanned::as_str).collect(),
        FieldValue::Duration(seconds) => seconds.0.into(),
        FieldValue::Bool(value) => (*value).into(),
        FieldValue::Integer(number) => (*number).into(),
        FieldValue::Map(pairs) => {
            pairs.iter().map(|(key, value)| (key.value.clone(), Value::from(value.as_str()))).collect()
        }
        FieldValue::Invalid(why) => return Err(EmitError::refused(span, why.clone())),
    })
}
