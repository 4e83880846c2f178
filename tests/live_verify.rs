//! `verify.sh` and `rollback.sh` against a real server.

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
mod deployed;
mod hostile;
mod live;

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use deployed::{Deployment, TOKEN, as_set, folders, loaded, shells, write_into};
use live::Server;
use rolewright::emit::plan::{MountKind, Step, plan};
use rolewright::model::lower::Lowered;
use rolewright::model::project::{Project, Target};
use rolewright::model::spec::{Expectation, Quantifier};
use rolewright::model::vault::field::FieldValue;
use rolewright::model::vault::policy::Policy;
use serde_json::{Value, json};

/// All that scripts could change on a server, without what differs from moment to moment.
fn snapshot(server: &Server) -> BTreeMap<String, Value> {
    let mut held = BTreeMap::new();
    for name in server.list("sys/policies/acl") {
        let path = format!("sys/policies/acl/{name}");
        held.insert(path.clone(), server.get(&path).unwrap_or(Value::Null));
    }
    for (table, prefix) in [("sys/mounts", ""), ("sys/auth", "auth/")] {
        for (at, mount) in server.get(table).unwrap().as_object().unwrap() {
            held.insert(format!("{table}/{at}"), mount.clone());
            if mount["type"] != "kubernetes" {
                continue;
            }
            let (roles, role) = if prefix.is_empty() { ("roles", "roles") } else { ("role", "role") };
            let mut paths = vec![format!("{prefix}{at}config")];
            let names = server.list(&format!("{prefix}{at}{roles}"));
            paths.extend(names.iter().map(|name| format!("{prefix}{at}{role}/{name}")));
            for path in paths {
                let value = server.get(&path).unwrap_or(Value::Null);
                held.insert(path, value);
            }
        }
    }
    for value in held.values_mut() {
        if let Some(fields) = value.as_object_mut() {
            fields.retain(|field, value| {
                *value = as_set(value);
                !["modified", "version"].contains(&field.as_str()) && !value.is_null()
            });
        }
    }
    held
}

/// Brings a server into a state in which nearly everything of the plan is there and nothing is as the plan wants it.
fn make_older(project: &Project, server: &Server) {
    let mut number = 0;
    for step in plan(project).unwrap().steps {
        match step {
            Step::Mount { kind, path, fixed, .. } => {
                let table = if kind == MountKind::Auth { "auth" } else { "mounts" };
                server.put(&format!("sys/{table}/{path}"), fixed.into());
                let tuning = json!({"description": "older 'one'", "max_lease_ttl": "9000h"});
                server.put(&format!("sys/{table}/{path}/tune"), tuning);
            }
            Step::Policy { name, .. } => {
                number += 1;
                if number % 3 != 0 {
                    let text = "# \"older\" <&> \u{1f600} $(id)\\\r\npath \"older/*\" {\n\n  capabilities = [\"list\"]}";
                    server.put(&format!("sys/policies/acl/{name}"), json!({ "policy": text }));
                }
            }
            Step::Object { path, mut body, .. } => {
                number += 1;
                let is_role = !path.ends_with("/config");
                if is_role && number % 3 == 0 {
                    continue;
                }
                let older: &[(&str, Value)] = if !is_role {
                    &[("kubernetes_host", json!("https://older.example"))]
                } else if path.starts_with("auth/") {
                    &[
                        ("bound_service_account_names", json!(["older-*", "b", "a"])),
                        ("bound_service_account_namespaces", json!(["older"])),
                        ("token_policies", json!(["older"])),
                        ("token_bound_cidrs", json!(["10.9.0.0/16"])),
                        ("token_no_default_policy", json!(true)),
                        ("audience", json!("")),
                        ("token_ttl", json!(7)),
                        ("policies", json!(["older"])),
                    ]
                } else {
                    &[
                        ("extra_labels", json!({"older": "on", "b": "\"x\""})),
                        ("token_default_audiences", json!(["older"])),
                        ("token_max_ttl", json!(86_400)),
                    ]
                };
                for (field, value) in older {
                    body.insert((*field).to_owned(), value.clone());
                }
                server.put(&path, body.into());
            }
            Step::ReviewedConfig { path, mut body, .. } => {
                body.insert("kubernetes_host".into(), json!("https://older.example"));
                body.insert("kubernetes_ca_cert".into(), built::CERTIFICATE.into());
                server.put(&path, body.into());
            }
        }
    }
}

/// Changes the first policy, and gives the row that must name it.
fn change_policy(project: &Project, server: &Server) -> Option<String> {
    plan(project).unwrap().steps.into_iter().find_map(|step| match step {
        Step::Policy { name, text, .. } => {
            let changed = format!("{text}# by hand\n");
            server.put(&format!("sys/policies/acl/{name}"), json!({ "policy": changed }));
            Some(format!("FAILS        policy {name}\n"))
        }
        _ => None,
    })
}

/// Changes one field of the first auth role, and gives the rows that must name it.
fn change_role(project: &Project, server: &Server) -> Option<String> {
    plan(project).unwrap().steps.into_iter().find_map(|step| match step {
        Step::Object { label, path, .. } if path.contains("/role/") => {
            server.put(&path, json!({"token_num_uses": 9}));
            let why = "token_num_uses is `9` on the server, wanted unset";
            Some(format!("FAILS        {label}\n               {why}\n"))
        }
        _ => None,
    })
}

/// Apply, verify, change by hand, verify, roll back: from nothing, and from what was there before, under a shell each.
fn there_and_back(project: &Project, server: &Server, name: &str, first: usize) {
    let shells = shells();
    for (number, older) in [false, true].into_iter().enumerate() {
        let shell = shells[(first + number) % shells.len()];
        let server = server.isolated(&format!("{name}-{older}"));
        if older {
            make_older(project, &server);
        }
        let before = snapshot(&server);
        let mut deployment = Deployment::of(project, &server, shell);
        let _cluster = deployment.with_cluster();
        deployment.expect("--apply", 0);
        let applied = snapshot(&server);
        assert_ne!(applied, before);
        if !older {
            let (table, _) = deployment.script("verify.sh", &[], 0);
            assert!(table.contains(" hold, 0 fail, 0 unknown, "), "{table}");
            assert_eq!(snapshot(&server), applied, "verify.sh changes nothing");
            let changed: Vec<String> = [change_policy, change_role]
                .into_iter()
                .filter_map(|change| change(project, &server))
                .collect();
            assert!(!changed.is_empty());
            let (table, _) = deployment.script("verify.sh", &[], 1);
            for row in &changed {
                assert!(table.contains(row), "{row}\n{table}");
            }
            assert!(table.contains(&format!(" hold, {} fail, 0 unknown, ", changed.len())), "{table}");
        }
        let flags: &[&str] = if older { &["--apply"] } else { &["--apply", "--remove-mounts"] };
        let (said, complaints) = deployment.script("rollback.sh", flags, 0);
        assert_eq!(complaints, "");
        assert_eq!(snapshot(&server), before, "{said}");
        let (shown, _) = deployment.script("rollback.sh", &[], 0);
        assert_eq!(shown, "every run of bootstrap.sh is undone\n");
    }
}

#[test]
fn every_demo_verifies_and_rolls_back() {
    let Some(server) = live::server() else { return };
    std::thread::scope(|scope| {
        for (number, folder) in folders().into_iter().enumerate() {
            let server = &server;
            scope.spawn(move || there_and_back(&loaded(&folder), server, &format!("back-{number}"), number));
        }
    });
}

/// Names that break scripts, in paths, policies, identities and labels.
fn hostile_project(strings: &[String]) -> Project {
    let mut project = hostile::project(strings);
    let paths = [
        "kv/'; id; '",
        "kv/\"$(id)`id`\"",
        "kv/a b\\n%s",
        "kv/\u{e9}\u{1f600}\u{2028}x",
        "kv/<&>",
        "-x",
        "a=b",
        "@/etc/passwd",
        "root",
        "!",
        "kv/a,b",
    ];
    let rules: Vec<Value> = paths.iter().map(|path| json!({(*path): {"capabilities": ["read"]}})).collect();
    let text = json!({"path": rules}).to_string();
    let with = built::assemble(|lowered: &mut Lowered| {
        lowered.policies.push(Policy { text: Some(text), ..built::policy("it's $(me) \"x\"", "") });
        lowered.policies.push(built::policy("qu'o\"te $(x)\\", ""));
        for path in paths {
            for (who, can, on) in [
                ("policy:it's $(me) \"x\"", true, path.to_owned()),
                ("policy:it's $(me) \"x\"", false, format!("{path}x")),
            ] {
                lowered.expectations.push(expectation(who, can, &["read"], &on, None));
            }
        }
    });
    project.policies.extend(with.policies);
    project.expectations.extend(with.expectations);
    project
}

/// For the cluster, `on` is `RESOURCE[/SUBRESOURCE[/NAME]]`, or the path of a URL.
fn expectation(who: &str, can: bool, actions: &[&str], on: &str, namespace: Option<&str>) -> Expectation {
    let named = on.splitn(3, '/').nth(2).filter(|_| namespace.is_some() && !on.starts_with('/'));
    let on = named.map_or(on, |named| on.trim_end_matches(named).trim_end_matches('/'));
    Expectation {
        span: built::HERE,
        suite: String::new(),
        target: Target::Any,
        name: None,
        object: named.map(|named| built::at(named.to_owned())),
        who: built::at(Quantifier::One(who.to_owned())),
        can,
        actions: actions.iter().map(|action| built::at((*action).to_owned())).collect(),
        on: built::at(on.to_owned()),
        namespace: namespace.map(|namespace| built::at(namespace.to_owned())),
        never: None,
    }
}

#[test]
fn hostile_names_verify_and_roll_back() {
    let Some(server) = live::server() else { return };
    there_and_back(&hostile_project(&hostile::strings(30)), &server, "hostile", 0);
}

/// Puts a program on disk that stands in for another.
fn stand_in(directory: &Path, name: &str, script: &str) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// A small project: one policy, and a role without a mount of its own that holds it.
fn small(text: &str, expectations: Vec<Expectation>) -> Project {
    built::assemble(|lowered| {
        lowered.policies.push(built::policy("p", text));
        lowered.expectations = expectations;
    })
}

const READS: &str = "path \"kv/data/app/*\" {\n  capabilities = [\"read\"]\n}\n";

#[test]
fn the_cluster_is_asked_what_was_meant() {
    let Some(server) = live::server() else { return };
    let table: [(&str, bool, &str, &str, &str); 9] = [
        ("create", true, "serviceaccounts/token/deployer", "yes", "holds"),
        ("create", true, "serviceaccounts/token/deployer", "no", "FAILS"),
        ("get", false, "secrets", "no - no RBAC policy matched", "holds"),
        ("get", false, "secrets", "yes", "FAILS"),
        ("get", false, "secret", "Warning: the server doesn't have a resource type 'secret'\nno", "UNKNOWN"),
        ("get", false, "pods/log", "error: You must be logged in to the server", "UNKNOWN"),
        ("get", false, "pods//web", "", "UNKNOWN"),
        ("*", false, "deployments.apps/scale", "no", "holds"),
        ("get", true, "/healthz", "yes", "holds"),
    ];
    let arguments = [
        "--subresource=token|--namespace=apps|--|create|serviceaccounts/deployer|",
        "--subresource=token|--namespace=apps|--|create|serviceaccounts/deployer|",
        "--namespace=apps|--|get|secrets|",
        "--namespace=apps|--|get|secrets|",
        "--namespace=apps|--|get|secret|",
        "--subresource=log|--namespace=apps|--|get|pods|",
        "--namespace=apps|--|get|pods/web|",
        "--subresource=scale|--namespace=apps|--|*|deployments.apps|",
        "--|get|/healthz|",
    ];
    for ((verb, can, on, says, state), arguments) in table.into_iter().zip(arguments) {
        let project = built::assemble(|lowered| {
            lowered.expectations.push(expectation("vault/se", can, &[verb], on, Some("apps")));
        });
        let mut deployment = Deployment::of(&project, &server, "sh");
        let tools = tempfile::tempdir().unwrap();
        std::fs::write(tools.path().join("says"), says).unwrap();
        let log = tools.path().join("log");
        let at = tools.path().display();
        let script = format!(
            "printf '%s|' \"$@\" >>{at}/log; cat {at}/says; case $(cat {at}/says) in yes) exit 0 ;; *) exit 1 ;; esac"
        );
        stand_in(tools.path(), "kubectl", &script);
        deployment.environment.push(("PATH", format!("{at}:/usr/bin:/bin").into()));
        let status = match state {
            "holds" => 0,
            "FAILS" => 1,
            _ => 2,
        };
        let (shown, _) = deployment.script("verify.sh", &[], status);
        assert!(shown.starts_with(&format!("{state:<11}  vault/se ")), "{shown}");
        let asked = std::fs::read_to_string(&log).unwrap();
        assert_eq!(asked, format!("auth|can-i|--as=system:serviceaccount:vault:se|{arguments}"));
    }
    let project = built::assemble(|lowered| {
        lowered.expectations.push(expectation("vault/se", false, &["get"], "secrets", Some("apps")));
        lowered.expectations.push(expectation("role:x", false, &["get"], "secrets", Some("apps")));
    });
    let mut deployment = Deployment::of(&project, &server, "sh");
    let bare = tempfile::tempdir().unwrap();
    for tool in ["sh", "awk", "sed", "cat"] {
        let at = ["/usr/bin", "/bin"]
            .iter()
            .map(|at| Path::new(at).join(tool))
            .find(|path| path.exists())
            .unwrap();
        std::os::unix::fs::symlink(at, bare.path().join(tool)).unwrap();
    }
    deployment.environment.push(("PATH", bare.path().to_owned()));
    deployment.shell = "/bin/sh";
    let (shown, _) = deployment.script("verify.sh", &[], 2);
    assert!(shown.contains("kubectl is not on PATH"), "{shown}");
    assert!(shown.contains("role:x is no service account"), "{shown}");
}

/// Which rows come out for which expectations, against the policies of a server.
#[test]
fn expectations_are_checked_as_the_server_answers() {
    let Some(server) = live::server() else { return };
    let server = server.isolated("answers");
    let policies = [
        (
            "reads",
            "path \"kv/data/app/*\" { capabilities = [\"read\"] }\npath \"sys/auth/a\" { capabilities = [\"update\"] }\n",
        ),
        (
            "lists",
            "path \"kv/metadata/app/*\" { capabilities = [\"list\"] }\npath \"sys/auth/b\" { capabilities = [\"update\", \"sudo\"] }\n",
        ),
        ("own", "path \"kv/data/{{identity.entity.id}}/*\" { capabilities = [\"read\"] }\n"),
    ];
    server.put(
        "sys/policies/acl/elsewhere",
        json!({"policy": "path \"kv/data/x\" { capabilities = [\"read\"] }"}),
    );
    server.put("sys/policies/acl/own-elsewhere", json!({"policy": policies[2].1}));
    let table = [
        ("app/web", true, "read", "kv/data/app/x", "holds"),
        ("app/web", true, "read", "/kv/data/app/x", "holds"),
        ("app/web", false, "read", "kv/data/other", "holds"),
        ("app/web", true, "list", "kv/metadata/app", "holds"),
        ("app/web", true, "list", "kv/metadata/app/", "holds"),
        ("app/web", true, "update", "kv/data/app/x", "FAILS"),
        ("app/web", false, "read", "kv/data/app/x", "FAILS"),
        ("app/web", true, "update", "sys/auth/a", "FAILS"),
        ("app/web", true, "update", "sys/auth/b", "holds"),
        ("app/web", true, "sudo", "sys/auth/b", "holds"),
        ("app/web@one", true, "list", "kv/metadata/app", "FAILS"),
        ("app/web@kubernetes/two", true, "list", "kv/metadata/app", "holds"),
        ("app/web", true, "read", "auth/token/lookup-self", "holds"),
        ("app/bare", false, "read", "auth/token/lookup-self", "holds"),
        ("app/none", true, "read", "kv/data/app/x", "FAILS"),
        ("app/none", false, "read", "kv/data/app/x", "holds"),
        ("role:ONE", true, "read", "kv/data/app/x", "holds"),
        ("role:absent", false, "read", "kv/data/app/x", "UNKNOWN"),
        ("app/web", true, "write", "kv/data/app/x", "UNKNOWN"),
        ("somebody", false, "read", "kv/data/app/x", "UNKNOWN"),
        ("policy:lists,reads", true, "read", "kv/data/app/x", "holds"),
        ("policy:elsewhere", true, "read", "kv/data/x", "holds"),
        ("policy:own-elsewhere", false, "read", "kv/data/x", "UNKNOWN"),
        ("policy:own", false, "read", "kv/data/x/y", "not checked"),
        ("policy:own", false, "update", "kv/data/x/y", "holds"),
        ("policy:root", true, "read", "kv/data/x/y", "not checked"),
        ("app/web", false, "read", "kv/data/*", "not checked"),
        ("app/web", true, "read", "kv/data/app/x/", "not checked"),
        // Without a reviewer the server cannot look up labels, and turns such logins away.
        ("labelled/label", false, "read", "kv/data/app/x", "holds"),
    ];
    let role = |name: &str, who: &str, policy: &str, more: Vec<(&'static str, FieldValue)>| {
        let mut fields = vec![
            ("bound_service_account_names", built::list(&[who])),
            ("bound_service_account_namespaces", built::list(&["a*p"])),
            ("token_policies", built::list(&[policy])),
        ];
        fields.extend(more);
        built::auth_role("kubernetes", name, fields)
    };
    let selector = built::text("{\"matchLabels\":{\"team\":\"a\"}}");
    let project = built::assemble(|lowered| {
        lowered.auth_mounts.push(built::auth_mount("kubernetes"));
        for (name, text) in policies {
            let parsed = loaded_policy(name, text);
            lowered.policies.push(parsed);
        }
        lowered.auth_roles.push(role("one", "web", "reads", vec![]));
        lowered.auth_roles.push(role("two", "we*", "lists", vec![]));
        let bare = vec![("token_no_default_policy", FieldValue::Bool(true))];
        lowered.auth_roles.push(role("bare", "bare", "reads", bare));
        let by_label = vec![("bound_service_account_namespace_selector", selector)];
        lowered.auth_roles.push(role("label", "label", "reads", by_label));
        for (who, can, action, on, _) in table {
            lowered.expectations.push(expectation(who, can, &[action], on, None));
        }
    });
    let deployment = Deployment::of(&project, &server, "sh");
    deployment.expect("--apply", 0);
    let accessors = server.list("auth/token/accessors");
    let (shown, _) = deployment.script("verify.sh", &[], 2);
    let rows: Vec<&str> =
        shown.lines().filter(|line| line.contains(" can ") || line.contains(" cannot ")).collect();
    let rows: Vec<&str> = rows.into_iter().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(rows.len(), table.len(), "{shown}");
    for (row, (who, can, action, on, state)) in rows.iter().zip(table) {
        let verb = if can { "can" } else { "cannot" };
        assert_eq!(*row, format!("{state:<11}  {who} {verb} {action} {on}"), "{shown}");
    }
    assert_eq!(server.list("auth/token/accessors"), accessors);
}

/// A policy with its path rules read.
fn loaded_policy(name: &str, text: &str) -> Policy {
    let place = rolewright::syntax::Place::from(rolewright::syntax::SourceId(0), 0);
    let read = rolewright::model::lower::policy::read(
        built::at(name.to_owned()),
        text,
        &place,
        rolewright::model::vault::policy::PolicyOrigin::SpecText,
        rolewright::model::project::Target::OpenBao,
    );
    Policy { span: built::HERE, ..read.policy }
}

#[test]
fn no_token_is_left_behind() {
    let Some(server) = live::server() else { return };
    let bao = live::tool("bao").unwrap();
    let bao = bao.display();
    let asks = vec![expectation("policy:p", true, &["read"], "kv/data/app/x", None)];
    let project = small(READS, asks);
    // Where the script is when the signal comes, and how it ends.
    let at_question =
        format!("case $* in *sys/capabilities*) touch MARK; sleep 0.5 ;; esac; exec {bao} \"$@\"");
    let at_creation = format!(
        "case $* in *auth/token/create*) answer=$({bao} \"$@\"); touch MARK; sleep 0.5; printf '%s\\n' \"$answer\" ;; *) exec {bao} \"$@\" ;; esac"
    );
    let cases = [
        (&at_question, "TERM", 143),
        (&at_question, "INT", 130),
        (&at_creation, "INT", 130),
        (&at_creation, "HUP", 129),
    ];
    std::thread::scope(|scope| {
        for (number, ((script, signal, status), shell)) in
            cases.into_iter().zip(shells().into_iter().cycle()).enumerate()
        {
            let server = server.isolated(&format!("signal-{shell}-{number}"));
            server.put("sys/policies/acl/p", json!({ "policy": READS }));
            let project = &project;
            scope.spawn(move || {
                let tools = tempfile::tempdir().unwrap();
                let mark = tools.path().join("mark");
                let script = script.replace("MARK", &mark.display().to_string());
                let mut deployment = Deployment::of(project, &server, shell);
                deployment.environment = vec![("VAULT_BIN", stand_in(tools.path(), "vault", &script))];
                let before = server.list("auth/token/accessors");
                let mut command = deployment.command("verify.sh", &[]);
                command.process_group(0).stdout(Stdio::null()).stderr(Stdio::null());
                let mut child = command.spawn().unwrap();
                let started = Instant::now();
                while !mark.exists() {
                    assert!(started.elapsed() < Duration::from_secs(60), "{shell} {signal}");
                    std::thread::sleep(Duration::from_millis(10));
                }
                // To the whole group, as a terminal does.
                let target = format!("-{}", child.id());
                assert!(Command::new("kill").args(["-s", signal, "--", &target]).status().unwrap().success());
                assert_eq!(child.wait().unwrap().code(), Some(status), "{shell} {signal} {number}");
                assert_eq!(server.list("auth/token/accessors"), before, "{shell} {signal} {number}");
            });
        }
    });

    // The question fails, and the token ends all the same.
    let server = server.isolated("no-answer");
    server.put("sys/policies/acl/p", json!({ "policy": READS }));
    let tools = tempfile::tempdir().unwrap();
    let script = format!("case $* in *sys/capabilities*) exit 2 ;; esac; exec {bao} \"$@\"");
    let mut deployment = Deployment::of(&project, &server, "sh");
    deployment.environment = vec![("VAULT_BIN", stand_in(tools.path(), "vault", &script))];
    let before = server.list("auth/token/accessors");
    let (shown, _) = deployment.script("verify.sh", &[], 2);
    assert!(shown.contains("UNKNOWN      policy:p can read kv/data/app/x\n"), "{shown}");
    assert_eq!(server.list("auth/token/accessors"), before);

    // So does a caller who may not make tokens.
    let script = format!("case $* in *auth/token/create*) exit 2 ;; esac; exec {bao} \"$@\"");
    deployment.environment = vec![("VAULT_BIN", stand_in(tools.path(), "vault", &script))];
    let (shown, _) = deployment.script("verify.sh", &[], 2);
    assert!(shown.contains("policy p: no token could be made"), "{shown}");
}

/// Tokens travel on standard input: neither arguments nor output show them.
#[test]
fn tokens_are_never_shown() {
    let Some(server) = live::server() else { return };
    let server = server.isolated("unseen");
    let bao = live::tool("bao").unwrap();
    let asks = vec![expectation("policy:p", true, &["read"], "kv/data/app/x", None)];
    let tools = tempfile::tempdir().unwrap();
    let at = tools.path().display();
    let script = format!(
        "printf '%s ' \"$@\" >>{at}/log; answer=$({} \"$@\"); status=$?; printf '%s\\n' \"$answer\" | tee -a {at}/answers; exit $status",
        bao.display()
    );
    let mut deployment = Deployment::of(&small(READS, asks), &server, "sh");
    deployment.expect("--apply", 0);
    deployment.environment = vec![("VAULT_BIN", stand_in(tools.path(), "vault", &script))];
    let (stdout, stderr) = deployment.script("verify.sh", &[], 0);
    let answers = std::fs::read_to_string(tools.path().join("answers")).unwrap();
    let token = answers.split("\"client_token\": \"").nth(1).unwrap().split('"').next().unwrap();
    assert!(token.len() > 20, "{answers}");
    for seen in [stdout, stderr, std::fs::read_to_string(tools.path().join("log")).unwrap()] {
        assert!(!seen.contains(token), "{seen}");
    }
}

#[test]
fn runs_are_undone_one_after_the_other() {
    let Some(server) = live::server() else { return };
    let texts: Vec<String> = (1..=3).map(|number| format!("{READS}# {number}\n")).collect();
    for shell in shells() {
        let server = server.isolated(&format!("runs-{shell}"));
        server.put("sys/policies/acl/p", json!({ "policy": &texts[0] }));
        let deployment = Deployment::of(&small(&texts[1], Vec::new()), &server, shell);
        let held = || server.get("sys/policies/acl/p").unwrap()["policy"].as_str().unwrap().to_owned();
        deployment.expect("--apply", 0);
        // In step, so that nothing is kept.
        deployment.expect("--apply", 0);
        write_into(deployment.directory.path(), &small(&texts[2], Vec::new()));
        deployment.expect("--apply", 0);
        assert_eq!(held(), texts[2]);
        let (said, _) = deployment.script("rollback.sh", &["--apply"], 0);
        assert!(said.contains("an earlier run can be undone next"), "{said}");
        assert_eq!(held(), texts[1]);
        deployment.script("rollback.sh", &["--apply"], 0);
        assert_eq!(held(), texts[0]);
        deployment.script("rollback.sh", &["--apply"], 0);
        assert_eq!(held(), texts[0]);
        // And on from there.
        deployment.expect("--apply", 0);
        assert_eq!(held(), texts[2]);
        deployment.script("rollback.sh", &["--apply"], 0);
        assert_eq!(held(), texts[0]);
    }
}

/// A mount that was not there stays until it is asked for, and so does the run.
#[test]
fn mounts_are_removed_only_when_asked_for() {
    let Some(server) = live::server() else { return };
    let server = server.isolated("mounts");
    let project = built::assemble(|lowered| {
        let version = rolewright::model::vault::mount::KvVersion::V1;
        lowered.mounts.push(built::kv_mount("kv", version, vec![]));
        lowered.auth_mounts.push(built::auth_mount("kubernetes"));
        lowered.policies.push(built::policy("p", READS));
    });
    let before = snapshot(&server);
    let deployment = Deployment::of(&project, &server, "sh");
    let checked = deployment.expect("--check", 1);
    assert!(
        checked.contains("note       mount kv/ stays, unless rollback.sh is told to remove mounts\n"),
        "{checked}"
    );
    deployment.expect("--apply", 0);
    server.put("kv/precious", json!({"a": "b"}));
    let (said, _) = deployment.script("rollback.sh", &["--apply"], 0);
    assert!(said.contains("stays            mount kv/\n"), "{said}");
    assert!(said.contains("stays            configuration of auth/kubernetes/\n"), "{said}");
    assert_eq!(server.get("sys/policies/acl/p"), None);
    assert!(server.get("kv/precious").is_some());
    let (said, _) = deployment.script("rollback.sh", &["--apply", "--remove-mounts"], 0);
    assert!(said.contains("removed          mount kv/\n") && said.contains("0 stay\n"), "{said}");
    assert_eq!(snapshot(&server), before);
}

#[test]
fn what_was_there_is_safe_before_anything_is_written() {
    let Some(server) = live::server() else { return };
    let bao = live::tool("bao").unwrap();
    let server = server.isolated("safe");
    let project = built::project();
    make_older(&project, &server);
    let before = snapshot(&server);
    let mut deployment = Deployment::of(&project, &server, "sh");
    let working = deployment.environment.clone();

    // No folder, no write.
    let mut elsewhere = working.clone();
    elsewhere.push(("ROLEWRIGHT_STATE", "/proc/nowhere".into()));
    deployment.environment = elsewhere;
    let (_, complaint) = deployment.script("bootstrap.sh", &["--apply"], 2);
    assert!(complaint.contains("name another folder in ROLEWRIGHT_STATE"), "{complaint}");
    let theirs = tempfile::tempdir().unwrap();
    std::fs::write(theirs.path().join("theirs"), "").unwrap();
    deployment.environment = working.clone();
    deployment.environment.push(("ROLEWRIGHT_STATE", theirs.path().to_owned()));
    let (_, complaint) = deployment.script("bootstrap.sh", &["--apply"], 2);
    assert!(complaint.contains("is there and holds something else"), "{complaint}");
    assert_eq!(snapshot(&server), before);

    // The first write to a role fails: what was done before it can be undone.
    let tools = tempfile::tempdir().unwrap();
    let script = format!("case $* in *write*/role/*) exit 2 ;; esac; exec {} \"$@\"", bao.display());
    deployment.environment = vec![("VAULT_BIN", stand_in(tools.path(), "vault", &script))];
    deployment.script("bootstrap.sh", &["--apply"], 2);
    assert_ne!(snapshot(&server), before);
    deployment.environment = working.clone();
    deployment.script("rollback.sh", &["--apply"], 0);
    assert_eq!(snapshot(&server), before);

    // Only the owner can look at it.
    deployment.expect("--apply", 0);
    let state = deployment.path(".rolewright-state");
    let mut folders = vec![state];
    while let Some(folder) = folders.pop() {
        let mode = std::fs::metadata(&folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", folder.display());
        for entry in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                assert_eq!(std::fs::metadata(&entry).unwrap().permissions().mode() & 0o077, 0);
                assert!(!std::fs::read_to_string(&entry).unwrap().contains(&server.token));
            }
        }
    }

    // Of another server, another namespace, another spec there is no state, and that is said.
    let other = server.isolated("safe-other");
    let deployment = Deployment { server: &other, ..deployment };
    let (_, complaint) = deployment.script("rollback.sh", &["--apply"], 2);
    assert!(
        complaint.contains("no saved state in ") && complaint.contains("namespace safe spec built"),
        "{complaint}"
    );
    let deployment = Deployment { server: &server, ..deployment };
    let mut renamed = built::project();
    renamed.specs[0].name = built::at("renamed".to_owned());
    write_into(deployment.directory.path(), &renamed);
    let (_, complaint) = deployment.script("rollback.sh", &["--apply"], 2);
    assert!(complaint.contains("no saved state in "), "{complaint}");
    write_into(deployment.directory.path(), &project);
    for (arguments, said) in [
        (&["--aply"] as &[&str], "unknown argument --aply"),
        (&["--remove-mounts"], "--remove-mounts needs --apply"),
    ] {
        assert!(deployment.script("rollback.sh", arguments, 2).1.contains(said));
    }
    assert!(deployment.script("verify.sh", &["--apply"], 2).1.contains("unknown argument --apply"));

    // What was tampered with is refused.
    let moved = deployment.path(".rolewright-state");
    let owned = std::fs::read_dir(&moved)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.is_dir())
        .unwrap();
    std::fs::write(owned.join("owner"), "somebody else\n").unwrap();
    let (_, complaint) = deployment.script("rollback.sh", &["--apply"], 2);
    assert!(complaint.contains("belongs to another server, namespace or spec"), "{complaint}");
    std::fs::remove_dir_all(&moved).unwrap();
    let (_, complaint) = deployment.script("rollback.sh", &[], 2);
    assert!(complaint.contains("no saved state in "), "{complaint}");
}

#[test]
fn a_reviewer_token_that_is_lost_is_said_to_be() {
    let Some(server) = live::server() else { return };
    for shell in shells() {
        let server = server.isolated(&format!("lost-{shell}"));
        let config = json!({
            "kubernetes_host": "https://older.example",
            "kubernetes_ca_cert": built::CERTIFICATE,
            "disable_local_ca_jwt": true,
            "token_reviewer_jwt": "older.token.here"
        });
        server.put("sys/auth/kubernetes", json!({"type": "kubernetes"}));
        server.put("auth/kubernetes/config", config);
        let mut deployment = Deployment::of(&built::reviewed(), &server, shell);
        let _cluster = deployment.with_cluster();
        let lost = "the reviewer token that is there now is overwritten, and nobody can read it back";
        for (mode, status) in [("--check", 1), ("--apply", 0)] {
            let said = deployment.expect(mode, status);
            assert!(said.contains(lost), "{said}");
            assert!(said.find("written    ").is_none_or(|at| said.find(lost) < Some(at)), "{said}");
        }
        for (flags, status) in [(&[] as &[&str], 1), (&["--apply"], 0)] {
            let (said, _) = deployment.script("rollback.sh", flags, status);
            assert!(said.contains("stays            reviewer token of auth/kubernetes/\n"), "{said}");
        }
        let held = server.get("auth/kubernetes/config").unwrap();
        assert_eq!(held["kubernetes_host"], "https://older.example");
        assert_eq!(held["token_reviewer_jwt_set"], false);

        // Without one before, there is none after.
        deployment.expect("--apply", 0);
        assert_eq!(server.get("auth/kubernetes/config").unwrap()["token_reviewer_jwt_set"], true);
        deployment.script("verify.sh", &[], 0);
        let (said, _) = deployment.script("rollback.sh", &["--apply"], 0);
        assert!(!said.contains("reviewer token"), "{said}");
        assert_eq!(server.get("auth/kubernetes/config").unwrap()["token_reviewer_jwt_set"], false);
        for entry in common::texts(&deployment.path(".rolewright-state")).values() {
            assert!(!entry.contains(TOKEN) && !entry.contains("older.token.here"), "{entry}");
        }
    }
}

#[test]
fn hostile_scripts_are_clean() {
    let Some(shellcheck) = live::tool("shellcheck") else { return };
    let directory = deployed::written(&hostile_project(&hostile::strings(200)));
    for script in ["verify.sh", "rollback.sh"] {
        let mut command = Command::new(&shellcheck);
        let output = command.args(["-s", "sh"]).arg(directory.path().join(script)).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}
