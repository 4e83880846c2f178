//! The endpoint tables against what a live server says of its own API.

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

mod live;

use rolewright::model::project::{ConfiguredMount, Project, Settings};
use rolewright::model::vault::capability::Capability;
use rolewright::model::vault::mount::{Engine, KvVersion};
use rolewright::model::vault::path::PathPattern;
use rolewright::semantics::acl::{is_guarded_by_pki, is_root_protected};
use rolewright::semantics::dialect::Dialect;
use rolewright::semantics::endpoints::{Api, Below, table};
use rolewright::semantics::mounts::MountTable;
use rolewright::semantics::pattern::matches;
use rolewright::syntax::{SourceId, Sources, Span, Spanned};
use serde_json::{Value, json};

#[test]
fn the_tables_are_those_of_the_server() {
    let Some(server) = live::server() else { return };
    for engine in ["transit", "pki", "database", "kubernetes", "ssh"] {
        server.put(&format!("sys/mounts/{engine}"), json!({"type": engine}));
    }
    server.put("sys/mounts/kv1", json!({"type": "kv", "options": {"version": "1"}}));
    for method in ["kubernetes", "approle"] {
        server.put(&format!("sys/auth/{method}"), json!({"type": method}));
    }
    let (status, answer) = server.request("GET", "sys/internal/specs/openapi", None);
    assert_eq!(status, 200, "{answer}");
    let spec = if answer["data"]["paths"].is_object() { &answer["data"] } else { &answer };
    let paths = spec["paths"].as_object().expect("paths");

    let project = project();
    let mounts = MountTable::new(&project);
    let (mut compared, mut seen, mut wrong) = (0, Vec::new(), Vec::new());
    for (path, entry) in paths.iter().filter(|(path, _)| !path.contains('^')) {
        let concrete = concrete(path);
        let label = Spanned::new(concrete.clone(), Span::new(SourceId(0), 0..0));
        let Some(below) = Below::of(&concrete, &project, &mounts, &label) else { continue };
        seen.push((below.api, below.rest.to_owned()));
        let endpoints: Vec<_> = below.endpoints().collect();
        if endpoints.is_empty() {
            wrong.push(format!("no table has {path}"));
        }
        for (capability, list) in operations(entry) {
            compared += 1;
            let asks = endpoints.iter().any(|it| it.asks_for(capability) || it.is_opaque());
            if !asks {
                wrong.push(format!(
                    "{path}: the server has {capability}{}",
                    if list { " (list)" } else { "" }
                ));
            }
        }
        let protected = entry["x-vault-sudo"] == true;
        let known = is_root_protected(&concrete, Dialect::OpenBao) || is_guarded_by_pki("pki", &concrete);
        if protected && !known {
            wrong.push(format!("{path} is root-protected"));
        }
        if entry["x-vault-unauthenticated"] == true && !endpoints.iter().any(|it| it.is_open()) {
            wrong.push(format!("{path} is open"));
        }
    }
    let all =
        [Api::System, Api::Identity, Api::Token, Api::KubernetesAuth, Api::Approle, Api::Kv2, Api::Transit];
    let more = [Api::Kv1, Api::Pki, Api::Database, Api::Kubernetes, Api::Ssh, Api::Cubbyhole];
    for api in all.into_iter().chain(more) {
        for endpoint in table(api).iter().filter(|it| !it.is_opaque()) {
            let pattern = PathPattern::parse(endpoint.0);
            if !seen.iter().any(|(other, rest)| *other == api && matches(&pattern, rest)) {
                wrong.push(format!("{api:?}: the server has no `{}`", endpoint.0));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 500, "only {compared} operations were compared");
    println!("{compared} operations compared");
}

fn project() -> Project {
    let mount =
        |path: &str, engine: Engine| ConfiguredMount { path: path.to_owned(), engine, scope: String::new() };
    let mounts = vec![
        mount("secret", Engine::Kv(Some(KvVersion::V2))),
        mount("kv1", Engine::Kv(Some(KvVersion::V1))),
        mount("transit", Engine::Transit),
        mount("pki", Engine::Pki),
        mount("database", Engine::Database),
        mount("kubernetes", Engine::Kubernetes),
        mount("ssh", Engine::Other("ssh".to_owned())),
    ];
    Project::assemble(Sources::default(), Vec::new(), Settings { mounts, ..Settings::default() })
}

/// The path with a word in the place of each parameter.
fn concrete(path: &str) -> String {
    let words =
        path.trim_start_matches('/').split('/').map(|word| if word.starts_with('{') { "x" } else { word });
    words.collect::<Vec<_>>().join("/")
}

fn operations(entry: &Value) -> Vec<(Capability, bool)> {
    let mut found = Vec::new();
    for (method, capability) in [
        ("post", Capability::Update),
        ("patch", Capability::Patch),
        ("delete", Capability::Delete),
        ("get", Capability::Read),
    ] {
        let Some(operation) = entry.get(method) else { continue };
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let list = parameters.iter().find(|it| it["name"] == "list");
        if list.is_some() {
            found.push((Capability::List, true));
        }
        if parameters.iter().any(|it| it["name"] == "scan") {
            found.push((Capability::Scan, true));
        }
        if list.is_none_or(|it| it["required"] != true) {
            found.push((capability, false));
        }
    }
    found
}
