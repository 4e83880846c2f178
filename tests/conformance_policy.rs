//! The reader against the verdicts of the servers' own parsers, over hand-written vectors.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that goes wrong should stop and say so"
)]

use rolewright::model::lower::policy::{PolicyText, read};
use rolewright::model::project::Target;
use rolewright::model::vault::duration::{DurationError, Nanoseconds, Seconds};
use rolewright::model::vault::path::PatternClass;
use rolewright::model::vault::policy::{Parameter, ParameterValue, PathRule, PolicyOrigin};
use rolewright::syntax::{Place, SourceId, Span, Spanned};
use serde_json::Value;

/// Vectors on which the server that was run is stricter than the code behind the vectors: OpenBao 2.7.2.
const NEWER_SERVER: [(&str, Target, &str); 1] =
    [("parse-215", Target::OpenBao, "missing controlled capabilities")];

/// Words by which the server's complaints about syntax are known; the reader has its own words for these.
const SYNTAX: [&str; 8] = [
    "got: ",
    "illegal ",
    "not terminated",
    "expected ",
    "Unknown token",
    "parsing list",
    "null character",
    "U+E123",
];

fn vectors(section: &str) -> Vec<Value> {
    let text = include_str!("../fixtures/conformance/acl.json");
    let mut all: Value = serde_json::from_str(text).expect("the vectors are JSON");
    match all[section].take() {
        Value::Array(list) => list,
        other => panic!("section {section} is no list: {other}"),
    }
}

fn lower(text: &str, target: Target) -> PolicyText {
    let source = SourceId(0);
    let name = Spanned::new("p".to_owned(), Span::new(source, 0..0));
    read(name, text, &Place::from(source, 0), PolicyOrigin::HclFile, target)
}

fn is_taken(policy: &PolicyText) -> bool {
    policy.syntax_errors.is_empty() && policy.policy.refusals.is_empty()
}

#[test]
fn verdicts_are_those_of_the_servers() {
    let dialects = [
        (Target::OpenBao, "expect_openbao"),
        (Target::VaultClassic, "expect_vault_classic"),
        (Target::VaultCurrent, "expect_vault_current"),
    ];
    let mut wrong = Vec::new();
    let mut checked = 0;
    for vector in vectors("parse") {
        let id = vector["id"].as_str().expect("id");
        let text = vector["text"].as_str().expect("text");
        let mut any = false;
        for (target, key) in dialects {
            let own = if vector[key].is_null() { &vector } else { &vector[key] };
            let newer = NEWER_SERVER.iter().find(|(known, dialect, _)| *known == id && *dialect == target);
            let accept = own["accept"].as_bool().expect("accept") && newer.is_none();
            let contains = newer.map(|(_, _, text)| *text).or(own["error_contains"].as_str());
            any |= accept;
            let policy = lower(text, target);
            checked += 1;
            if is_taken(&policy) != accept {
                wrong.push(format!("{id} {target:?}: wanted {accept}, {policy:#?}"));
            } else if let Some(contains) = contains {
                let said = policy.policy.refusals.iter().any(|refusal| refusal.server.contains(contains));
                let is_syntax = SYNTAX.iter().any(|word| contains.contains(word));
                if said == is_syntax || is_syntax == policy.syntax_errors.is_empty() {
                    let said: Vec<_> = policy.policy.refusals.iter().map(|refusal| &refusal.server).collect();
                    wrong.push(format!("{id} {target:?}: wanted {contains:?}, said {said:?}"));
                }
            }
        }
        checked += 1;
        if is_taken(&lower(text, Target::Any)) != any {
            wrong.push(format!("{id} Any: wanted {any}"));
        }
    }
    assert_eq!(checked, 220 * 4);
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn rules_are_read_as_by_the_servers() {
    let mut wrong = Vec::new();
    let mut checked = 0;
    for vector in vectors("parse") {
        let Some(wanted) = vector["rules"].as_array() else { continue };
        let policy = lower(vector["text"].as_str().expect("text"), Target::Any).policy;
        checked += 1;
        let read: Vec<Value> = policy.path_rules.iter().map(describe).collect();
        let wanted: Vec<Value> = wanted.iter().map(normalise).collect();
        if read != wanted {
            wrong.push(format!("{}:\n wanted {wanted:?}\n read   {read:?}", vector["id"]));
        }
    }
    assert_eq!(checked, 103);
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// A rule in the form of the vectors; capabilities as a sorted set.
fn describe(rule: &PathRule) -> Value {
    let pattern = rule.pattern();
    let kind = match pattern.class {
        PatternClass::Exact => "exact",
        PatternClass::Prefix => "prefix",
        PatternClass::Segments => "segment",
    };
    let mut capabilities: Vec<String> = rule.granted().iter().map(|word| word.to_string()).collect();
    capabilities.sort();
    let text = |list: &[Spanned<String>]| {
        Value::from(list.iter().map(|word| word.value.clone()).collect::<Vec<_>>())
    };
    let ttl = |ttl: Option<Spanned<Seconds>>| {
        ttl.map_or(Value::Null, |ttl| {
            Nanoseconds::from_seconds(ttl.value.0).expect("in range").to_string().into()
        })
    };
    serde_json::json!({
        "pattern": if kind == "prefix" { format!("{}*", pattern.text) } else { pattern.text.clone() },
        "kind": kind,
        "capabilities": capabilities,
        "allowed_parameters": parameters(&rule.allowed_parameters),
        "denied_parameters": parameters(&rule.denied_parameters),
        "required_parameters": text(&rule.required_parameters),
        "min_wrapping_ttl": ttl(rule.min_wrapping_ttl),
        "max_wrapping_ttl": ttl(rule.max_wrapping_ttl),
    })
}

/// The same for a rule of the vectors, whose absent fields are empty.
fn normalise(rule: &Value) -> Value {
    let or = |key: &str, other: Value| if rule[key].is_null() { other } else { rule[key].clone() };
    let mut capabilities: Vec<String> =
        serde_json::from_value(rule["capabilities"].clone()).expect("capabilities");
    capabilities.sort();
    capabilities.dedup();
    serde_json::json!({
        "pattern": rule["pattern"],
        "kind": rule["kind"],
        "capabilities": capabilities,
        "allowed_parameters": or("allowed_parameters", serde_json::json!({})),
        "denied_parameters": or("denied_parameters", serde_json::json!({})),
        "required_parameters": or("required_parameters", serde_json::json!([])),
        "min_wrapping_ttl": rule["min_wrapping_ttl"],
        "max_wrapping_ttl": rule["max_wrapping_ttl"],
    })
}

fn parameters(list: &[Parameter]) -> Value {
    let entry = |parameter: &Parameter| {
        let values: Vec<Value> = parameter.values.iter().map(|value| json(&value.value)).collect();
        (parameter.name.value.clone(), Value::from(values))
    };
    Value::Object(list.iter().map(entry).collect())
}

fn json(value: &ParameterValue) -> Value {
    match value {
        ParameterValue::Text(text) => text.clone().into(),
        ParameterValue::Number(text) => serde_json::from_str(text).expect("a plain number"),
        ParameterValue::Bool(value) => (*value).into(),
        ParameterValue::Null => Value::Null,
        ParameterValue::List(list) => list.iter().map(json).collect(),
        ParameterValue::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), json(value))).collect())
        }
    }
}

#[test]
fn durations_are_those_of_the_servers() {
    let mut wrong = Vec::new();
    let list = vectors("duration");
    assert_eq!(list.len(), 57);
    for vector in list {
        let accept = vector["accept"].as_bool().expect("accept");
        let result = match &vector["input"] {
            Value::String(text) => Nanoseconds::parse(text),
            // Numbers reach the duration reader as their text; anything else has no duration reading.
            Value::Number(number) => Nanoseconds::parse(&number.to_string()),
            _ => Err(DurationError::Malformed),
        };
        let seen = result.map(|duration| duration.to_string()).ok();
        if seen.is_some() != accept || seen.as_deref() != vector["go_duration"].as_str() {
            wrong.push(format!("{}: wanted {}, read {seen:?}", vector["input"], vector["go_duration"]));
        }
        if let (Ok(duration), Some(seconds)) = (result, vector["seconds"].as_f64()) {
            assert_eq!(duration.whole_seconds(), Seconds(seconds as i64), "{}", vector["input"]);
        }
        if !vector["expect_vault_classic"].is_null() {
            assert_eq!(
                result,
                Err(DurationError::Overflow),
                "older servers wrap around where newer ones refuse"
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
