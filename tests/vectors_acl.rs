//! The ACL evaluator against the servers' own answers, for all three dialects, from policy texts.

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

use std::collections::BTreeMap;

use rolewright::model::lower::policy::read;
use rolewright::model::vault::policy::{ParameterValue, Policy, PolicyOrigin};
use rolewright::semantics::acl::{Acl, Attached, Operation, Request, Verdict};
use rolewright::semantics::dialect::Dialect;
use rolewright::semantics::eval::{Question, answer};
use rolewright::semantics::template::{Accessor, Alias, Entity, Group, Identity, Metadata, Others, Presence};
use rolewright::syntax::{Place, SourceId, Span, Spanned};
use serde_json::Value;

/// 2026-11-23, when the vectors were executed.
const NOW: i64 = 1_795_392_000;

#[test]
fn every_acl_vector_in_every_dialect() {
    let vectors = section("acl");
    let nobody = identity(&Value::Null, &Value::Null);
    assert_eq!(run(vectors.as_array().expect("a list"), &|_| nobody.clone()), 482 * 3);
}

#[test]
fn every_template_vector_in_every_dialect() {
    let section = section("template");
    let of_case = |case: &Value| {
        let shared = |key: &str, mark: &str| match &case[key] {
            Value::String(text) if text == mark => section[key].clone(),
            own => own.clone(),
        };
        identity(&shared("entity", "$entity"), &shared("groups", "$groups"))
    };
    assert_eq!(run(section["cases"].as_array().expect("a list"), &of_case), 40 * 3);
}

#[test]
fn eval_answers_the_vectors() {
    let (acl, template) = (section("acl"), section("template"));
    let with_shared = template["cases"].as_array().expect("a list").iter().map(|case| {
        let mut case = case.clone();
        for (key, mark) in [("entity", "$entity"), ("groups", "$groups")] {
            if case[key] == mark {
                case[key] = template[key].clone();
            }
        }
        case
    });
    let mut wrong = Vec::new();
    for vector in acl.as_array().expect("a list").iter().cloned().chain(with_shared) {
        for (word, key) in [
            ("vault_classic", "expect_vault_classic"),
            ("vault_current", "expect_vault_current"),
            ("openbao", "expect"),
        ] {
            let expected = if vector[key].is_null() { &vector["expect"] } else { &vector[key] };
            let mut question = vector.clone();
            question["dialect"] = word.into();
            question["root_path"] = (vector["root_path"] == true).into();
            let question: Question = serde_json::from_value(question).expect("a question");
            let answer = serde_json::to_value(answer(&question, Dialect::OpenBao, NOW)).expect("an answer");
            let same = match expected["error_contains"].as_str() {
                Some(text) => answer["error"].as_str().is_some_and(|error| error.contains(text)),
                None => {
                    ["allowed", "capabilities", "request_allowed"].iter().all(|it| answer[it] == expected[it])
                }
            };
            if !same {
                wrong.push(format!("{} {word}: {answer}, wanted {expected}", vector["id"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Checks each vector in each dialect and gives their number.
fn run(vectors: &[Value], identity: &dyn Fn(&Value) -> Identity) -> usize {
    let mut wrong = Vec::new();
    let mut checked = 0;
    for vector in vectors {
        for dialect in Dialect::ALL {
            checked += 1;
            let key = match dialect {
                Dialect::VaultClassic => "expect_vault_classic",
                Dialect::VaultCurrent => "expect_vault_current",
                Dialect::OpenBao => "expect",
            };
            let expected = if vector[key].is_null() { &vector["expect"] } else { &vector[key] };
            if let Err(said) = check(vector, expected, &identity(vector), dialect) {
                wrong.push(format!("{} {dialect:?}: {said}", vector["id"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {checked}:\n{}", wrong.len(), wrong.join("\n"));
    checked
}

fn check(vector: &Value, expected: &Value, identity: &Identity, dialect: Dialect) -> Result<(), String> {
    let policies = match policies(vector, dialect) {
        Ok(policies) => policies,
        Err(said) => return same_error(expected, &said),
    };
    let attached: Vec<Attached<'_>> =
        policies.iter().map(|(policy, namespace)| Attached { policy, namespace }).collect();
    let acl = match Acl::compile(&attached, identity, dialect) {
        Ok(acl) => acl,
        Err(error) => return same_error(expected, &error.to_string()),
    };
    let data = data(&vector["data"]);
    let request = Request {
        namespace: vector["namespace"].as_str().unwrap_or(""),
        path: vector["path"].as_str().expect("path"),
        operation: Operation::from_word(vector["operation"].as_str().expect("operation")),
        data: &data,
        wrap_ttl: vector["wrap_ttl"].as_i64(),
        root_protected: Some(vector["root_path"] == true),
    };
    let ruling = acl.rule_on(&request);
    let capabilities = acl.capabilities(request.namespace, request.path);
    let allowed = expected["allowed"].as_bool().ok_or("an error was expected")?;
    if ruling.is_allowed() != allowed || serde_json::json!(capabilities) != expected["capabilities"] {
        return Err(format!("said {:?}, {capabilities:?}; wanted {expected}", ruling.refusal));
    }
    let goes_through = expected["request_allowed"].as_bool().unwrap_or(allowed);
    let decision = acl.decide(&request);
    let wanted = if goes_through { Verdict::Allowed } else { Verdict::Refused };
    if acl.verdict(&request) != wanted || decision.verdict != wanted {
        return Err(format!("decided {:?}, {:?}", decision.verdict, decision.refusal));
    }
    let own_table = Request { root_protected: None, ..request };
    if vector["root_path"] == true && acl.verdict(&own_table) != wanted {
        return Err("the path is not known to be root-protected".to_owned());
    }
    Ok(())
}

fn same_error(expected: &Value, said: &str) -> Result<(), String> {
    let wanted = expected["error_contains"].as_str().ok_or(format!("error {said:?}"))?;
    if said.contains(wanted) { Ok(()) } else { Err(format!("error {said:?}, wanted {wanted:?}")) }
}

/// The policies with their namespaces, or what the server says of the first that it refuses.
fn policies(vector: &Value, dialect: Dialect) -> Result<Vec<(Policy, String)>, String> {
    let list = vector["policies"].as_array().expect("policies");
    let one = |policy: &Value| {
        let name = Spanned::new(policy["name"].as_str().expect("name").to_owned(), nowhere());
        let text = policy["text"].as_str().expect("text");
        let place = Place::from(SourceId(0), 0);
        let read = read(name, text, &place, PolicyOrigin::HclFile, dialect.target());
        if let Some(error) = read.syntax_errors.first() {
            return Err(error.message.clone());
        }
        let refusals: Vec<_> = read.policy.refusals.iter().map(|refusal| refusal.server.as_str()).collect();
        if !refusals.is_empty() {
            return Err(refusals.join("\n"));
        }
        Ok((read.policy, policy["namespace"].as_str().unwrap_or("").to_owned()))
    };
    list.iter().map(one).collect()
}

fn data(data: &Value) -> Vec<(String, ParameterValue)> {
    let members = data.as_object().into_iter().flatten();
    members.map(|(name, value)| (name.clone(), parameter(value))).collect()
}

fn parameter(value: &Value) -> ParameterValue {
    match value {
        Value::Null => ParameterValue::Null,
        Value::Bool(value) => ParameterValue::Bool(*value),
        Value::Number(number) => ParameterValue::Number(number.to_string()),
        Value::String(text) => ParameterValue::Text(text.clone()),
        Value::Array(items) => ParameterValue::List(items.iter().map(parameter).collect()),
        Value::Object(members) => ParameterValue::Object(
            members.iter().map(|(name, value)| (name.clone(), parameter(value))).collect(),
        ),
    }
}

fn identity(entity: &Value, groups: &Value) -> Identity {
    let entity = match entity {
        Value::Object(_) => Presence::Present(Entity {
            id: text(&entity["id"]),
            name: text(&entity["name"]),
            metadata: metadata(&entity["metadata"]),
            aliases: entity["aliases"].as_array().into_iter().flatten().map(alias).collect(),
        }),
        _ => Presence::Absent,
    };
    let groups = groups.as_array().into_iter().flatten().map(group).collect();
    Identity { entity, groups: Presence::Present(groups), now: Presence::Present(NOW) }
}

fn alias(alias: &Value) -> Alias {
    Alias {
        accessor: Accessor::Exact(alias["mount_accessor"].as_str().expect("accessor").to_owned()),
        id: text(&alias["id"]),
        name: text(&alias["name"]),
        metadata: metadata(&alias["metadata"]),
        custom_metadata: metadata(&alias["custom_metadata"]),
    }
}

fn group(group: &Value) -> Group {
    let namespaces = BTreeMap::from([("root", ""), ("ns-x", "x/")]);
    Group {
        id: text(&group["id"]),
        name: text(&group["name"]),
        metadata: metadata(&group["metadata"]),
        namespace: namespaces[group["namespace_id"].as_str().expect("namespace")].to_owned(),
    }
}

fn metadata(members: &Value) -> Metadata {
    let members = members.as_object().into_iter().flatten();
    let entries = members.map(|(key, value)| (key.clone(), text(value))).collect();
    Metadata { entries, others: Others::Absent }
}

fn text(value: &Value) -> Presence<String> {
    value.as_str().map_or(Presence::Absent, |text| Presence::Present(text.to_owned()))
}

fn section(name: &str) -> Value {
    let text = include_str!("../fixtures/conformance/acl.json");
    let mut all: Value = serde_json::from_str(text).expect("the vectors are JSON");
    all[name].take()
}

fn nowhere() -> Span {
    Span::new(SourceId(0), 0..0)
}
