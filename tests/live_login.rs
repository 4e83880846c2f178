//! Logins against a real server: our verdict, the server's own words, and the token.

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

mod built;
mod common;
mod live;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use live::Server;
use live::token_review::{self, API_AUDIENCE, Namespaces, REVIEWER};
use rolewright::cli::{load, session::Session};
use rolewright::model::project::Project;
use rolewright::model::vault::auth_role::AuthRole;
use rolewright::model::vault::field::{Field, FieldKind, FieldValue, Fields};
use rolewright::semantics::dialect::Dialect;
use rolewright::semantics::login::{self, AuthMethod, Caller, Check, Issued, Missing, Outcome, Reviewing};
use serde_json::{Map, Value, json};

/// What was compared with the server.
#[derive(Debug, Default)]
struct Tally {
    accepted: usize,
    refused: BTreeMap<&'static str, usize>,
    unknown: usize,
    not_stored: usize,
    disagreements: Vec<String>,
}

#[test]
fn every_login_is_as_the_server_says() {
    let Some(server) = live::server() else { return };
    let home = common::home();
    let demos =
        common::directories(&home.join("fixtures/projects")).into_iter().map(|demo| demo.join("fixed"));
    let folders: Vec<_> = demos.chain([home.join("fixtures/logins")]).collect();
    assert!(folders.len() > 5, "{folders:?}");
    let mut tally = Tally::default();
    for (number, folder) in folders.iter().enumerate() {
        let server = server.isolated(&format!("logins-{number}"));
        compare(&loaded(folder), &server, &mut tally);
    }
    println!(
        "{} logins accepted, {:?} refused, {} left open; {} roles not stored",
        tally.accepted, tally.refused, tally.unknown, tally.not_stored
    );
    let shown: Vec<&str> = tally.disagreements.iter().take(20).map(String::as_str).collect();
    assert!(shown.is_empty(), "{} disagreements\n{}", tally.disagreements.len(), shown.join("\n"));
    assert!(tally.accepted > 200 && tally.refused.values().sum::<usize>() > 500, "{tally:?}");
    assert!(tally.not_stored > 10 && tally.refused.len() > 3, "{tally:?}");
}

fn loaded(folder: &Path) -> Project {
    let session = Session::of_directory(folder).unwrap();
    let loaded = load::project(&[folder.to_owned()], None, &session);
    assert!(loaded.unread.is_empty() && loaded.crashes.is_empty(), "{}", folder.display());
    loaded.project
}

/// Puts the auth methods of the project on the server, and lets everybody log in through every role.
fn compare(project: &Project, server: &Server, tally: &mut Tally) {
    let host = token_review::start(namespaces(project));
    for method in AuthMethod::all(project) {
        enable(project, &method, &host, server);
        for role in method.roles() {
            let is_stored = store(project, role, &method, server, tally);
            // To a role that is not there, everybody is alike.
            let callers = if is_stored { usize::MAX } else { 1 };
            for (namespace, name) in accounts(project).into_iter().take(callers) {
                for audiences in audiences(role) {
                    let caller = Caller::in_project(project, &namespace, &name).with_audiences(audiences);
                    one_login(&caller, role, &method, server, tally);
                }
            }
        }
    }
}

fn enable(project: &Project, method: &AuthMethod<'_>, host: &str, server: &Server) {
    let mut tuning = Map::new();
    for field in method.mount.iter().flat_map(|mount| &mount.settings.known) {
        tuning.insert(field.spec.name.to_owned(), as_written(project, field));
    }
    server.put(&format!("sys/auth/{}", method.path), json!({"type": "kubernetes", "config": tuning}));
    let reviewer = if method.reviewing() == Reviewing::Caller { "" } else { REVIEWER };
    let config = json!({
        "kubernetes_host": host,
        "kubernetes_ca_cert": built::CERTIFICATE,
        "token_reviewer_jwt": reviewer,
        "disable_local_ca_jwt": true,
    });
    server.put(&format!("auth/{}/config", method.path), config);
}

/// Writes a role, and says whether the server took it; if not, its reason must be the one that we name.
fn store(
    project: &Project,
    role: &AuthRole,
    method: &AuthMethod<'_>,
    server: &Server,
    tally: &mut Tally,
) -> bool {
    let mut body = Map::new();
    for field in &role.fields.known {
        let value = if role.from_grant { as_read(field) } else { as_written(project, field) };
        body.insert(field.spec.name.to_owned(), value);
    }
    let path = format!("auth/{}/role/{}", method.path, role.name);
    let (status, answer) = server.request("PUT", &path, Some(&Value::Object(body)));
    let said = errors(&answer);
    let ours =
        login::token_of(role, method, Dialect::OpenBao).err().filter(|it| it.check == Check::RoleStored);
    match (status, ours) {
        (200 | 204, None) => {}
        (400, Some(ours)) if ours.why.contains(same_part(&said)) && !said.is_empty() => {
            tally.not_stored += 1;
        }
        (status, ours) => tally.disagreements.push(format!("{path}: {status} {said}\n  ours: {ours:?}")),
    }
    status != 400
}

fn one_login(caller: &Caller, role: &AuthRole, method: &AuthMethod<'_>, server: &Server, tally: &mut Tally) {
    let audiences: Vec<&str> = caller.audiences.iter().flatten().map(String::as_str).collect();
    let jwt = token_review::jwt(&caller.namespace, &caller.service_account, &audiences);
    let path = format!("auth/{}/login", method.path);
    let body = json!({"role": role.name.value, "jwt": jwt});
    let (status, answer) = server.request("PUT", &path, Some(&body));
    let said = errors(&answer);
    let ours = login::attempt(caller, role, method, Dialect::OpenBao);
    let agrees = match &ours {
        Outcome::Accepted(accepted) => {
            tally.accepted += 1;
            let token = if status == 200 { token(&answer, server) } else { json!(said) };
            let wanted = shown(&accepted.token);
            if token != wanted {
                tally.disagreements.push(format!("{wanted}\n{token}"));
            }
            token == wanted
        }
        Outcome::Refused(refusal) => {
            *tally.refused.entry(word(refusal.check)).or_default() += 1;
            refusal.status == status && refusal.server_text == said && refusal.unless.is_empty()
        }
        Outcome::Unknown { missing, .. } => {
            tally.unknown += 1;
            let [Missing::ApiServerAudience(_)] = missing.as_slice() else {
                panic!("{caller:?} {missing:?}")
            };
            (status, said.as_str()) == (403, "permission denied")
        }
    };
    if !agrees {
        let who = format!("{}/{} {audiences:?}", caller.namespace, caller.service_account);
        tally
            .disagreements
            .push(format!("{who} through {path} {}: {status} {said}\n  ours: {ours:?}", role.name));
    }
}

/// All that can be told of a token, as ours is shown by [`shown`].
fn token(login: &Value, server: &Server) -> Value {
    let auth = &login["auth"];
    // Looking at itself would use up one of few uses; batch tokens have no accessor, and none of what is looked up.
    let held = match auth["accessor"].as_str().filter(|accessor| !accessor.is_empty()) {
        Some(accessor) => {
            server.put("auth/token/lookup-accessor", json!({"accessor": accessor}))["data"].clone()
        }
        None => Value::Null,
    };
    json!({
        "policies": auth["token_policies"].as_array().cloned().unwrap_or_default(),
        "ttl": auth["lease_duration"],
        "renewable": auth["renewable"],
        "type": auth["token_type"],
        "num_uses": auth["num_uses"],
        "period": held["period"].as_i64().unwrap_or(0),
        "explicit_max_ttl": held["explicit_max_ttl"].as_i64().unwrap_or(0),
        "warnings": login["warnings"].as_array().cloned().unwrap_or_default(),
    })
}

fn shown(token: &Issued<'_>) -> Value {
    let is_batch = token.token_type == login::TokenType::Batch;
    let seconds = |field: Option<i64>| if is_batch { 0 } else { field.unwrap_or(0) };
    json!({
        "policies": token.policies.iter().map(|policy| policy.name.as_str()).collect::<Vec<_>>(),
        "ttl": token.ttl.0,
        "renewable": token.renewable,
        "type": token.token_type.word(),
        "num_uses": token.num_uses.map_or(0, |uses| uses.value),
        "period": seconds(token.period.map(|period| period.value.0)),
        "explicit_max_ttl": seconds(token.explicit_max_ttl.map(|max| max.value.0)),
        "warnings": token.warnings,
    })
}

/// What of the server's words we repeat letter for letter: of a value that it cannot read, no more than the field.
fn same_part(said: &str) -> &str {
    if !said.starts_with("error converting input for field") {
        return said;
    }
    said.split_inclusive(':').next().unwrap_or(said)
}

/// The errors of an answer, joined.
fn errors(answer: &Value) -> String {
    let errors = answer["errors"].as_array().into_iter().flatten().filter_map(Value::as_str);
    errors.collect::<Vec<_>>().join("\n")
}

fn word(check: Check) -> &'static str {
    match check {
        Check::RoleStored => "role",
        Check::Audience => "audience",
        Check::Name => "name",
        Check::Namespace => "namespace",
        Check::TokenReview => "review",
        Check::Policies => "policies",
    }
}

/// The value as it stands in the file, so that the server and not we convert it. Selectors are sent as text.
fn as_written(project: &Project, field: &Field) -> Value {
    if field.spec.kind == FieldKind::Selector {
        return as_read(field);
    }
    let written = project.sources.slice(field.span);
    serde_yaml::from_str(written).unwrap_or_else(|error| panic!("{written}: {error}"))
}

fn as_read(field: &Field) -> Value {
    match &field.value {
        FieldValue::Text(text) => json!(text),
        FieldValue::List(items) => json!(items.iter().map(|item| item.as_str()).collect::<Vec<_>>()),
        FieldValue::Duration(seconds) => json!(seconds.0),
        FieldValue::Bool(value) => json!(value),
        FieldValue::Integer(value) => json!(value),
        other => panic!("{}: {other:?}", field.spec.name),
    }
}

/// The namespaces of the project, and those that its service accounts are in.
fn namespaces(project: &Project) -> Namespaces {
    let mut namespaces = Namespaces::new();
    for (namespace, _) in accounts(project) {
        namespaces.entry(namespace).or_default();
    }
    for object in &project.kubernetes_namespaces {
        let labels = object.meta.labels.iter().map(|(key, value)| (key.value.clone(), value.value.clone()));
        namespaces.insert(object.meta.name.value.clone(), labels.collect());
    }
    for (name, labels) in &mut namespaces {
        labels.insert("kubernetes.io/metadata.name".to_owned(), name.clone());
    }
    namespaces
}

/// Declared service accounts, and a stranger among them.
fn accounts(project: &Project) -> BTreeSet<(String, String)> {
    let declared = project.service_accounts.iter().map(|account| {
        (account.meta.namespace_name().unwrap_or_default().to_owned(), account.meta.name.value.clone())
    });
    let mut accounts: BTreeSet<(String, String)> = declared.collect();
    let stranger = accounts.first().map(|(namespace, _)| (namespace.clone(), "default".to_owned()));
    accounts.extend(stranger);
    accounts
}

/// Audiences of the JWTs that are tried on a role.
fn audiences(role: &AuthRole) -> Vec<Vec<String>> {
    let owned = |list: &[&str]| list.iter().map(|audience| (*audience).to_owned()).collect::<Vec<_>>();
    let mut lists = vec![owned(&["vault"])];
    if role.mount == "own-review" || text(&role.fields, "audience").is_some() {
        lists.push(owned(&[API_AUDIENCE]));
    }
    if let Some(wanted) = text(&role.fields, "audience") {
        lists.extend([owned(&[]), owned(&["other", wanted]), owned(&[wanted, API_AUDIENCE])]);
    }
    lists
}

fn text<'f>(fields: &'f Fields, name: &str) -> Option<&'f str> {
    fields.text(name).map(|text| text.value)
}
