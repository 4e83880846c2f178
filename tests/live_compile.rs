//! Emitted scripts against a real server.

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

use std::process::Command;

use deployed::{Deployment, TOKEN, assert_holds, folders, loaded, shells, written};
use live::Server;
use rolewright::emit;
use rolewright::model::vault::auth_role::AUTH_CONFIG;
use rolewright::model::vault::field::FieldValue;
use serde_json::{Value, json};

#[test]
fn a_script_brings_a_server_in_step_and_then_leaves_it_alone() {
    let Some(server) = live::server() else { return };
    for shell in shells() {
        let server = server.isolated(&format!("apply-{shell}"));
        let project = built::project();
        let deployment = Deployment::of(&project, &server, shell);
        let before = deployment.expect("--check", 1);
        assert!(before.contains("missing    policy kv-app\n"), "{before}");
        deployment.expect("--dry-run", 0);
        assert_eq!(server.get("sys/policies/acl/kv-app"), None, "neither mode may write");
        let first = deployment.expect("--apply", 0);
        assert!(first.contains(" written, "), "{first}");
        assert_holds(&project, &server);
        let second = deployment.expect("--apply", 0);
        assert!(second.contains("nothing to change"), "{second}");
        assert!(!second.contains("written "), "{second}");
        let after = deployment.expect("--check", 0);
        assert!(after.contains(" in step, 0 different, 0 missing"), "{after}");
    }
}

#[test]
fn every_demo_applies_and_stays_in_step() {
    let Some(server) = live::server() else { return };
    std::thread::scope(|scope| {
        for (number, (folder, shell)) in folders().into_iter().zip(shells().into_iter().cycle()).enumerate() {
            let server = server.isolated(&format!("demo-{number}"));
            scope.spawn(move || {
                let project = loaded(&folder);
                let mut deployment = Deployment::of(&project, &server, shell);
                let _cluster = deployment.with_cluster();
                deployment.expect("--check", 1);
                deployment.expect("--apply", 0);
                assert_holds(&project, &server);
                assert!(deployment.expect("--apply", 0).contains("nothing to change"));
                assert!(deployment.expect("--check", 0).contains(" in step, 0 different, 0 missing"));
            });
        }
    });
}

#[test]
fn every_artefact_is_clean() {
    let (Some(shellcheck), Some(validate), Some(kubectl)) =
        (live::tool("shellcheck"), live::tool("kubernetes-validate"), live::tool("kubectl"))
    else {
        return;
    };
    let from_folders = folders().into_iter().map(|folder| loaded(&folder));
    for project in [built::project(), built::reviewed()].into_iter().chain(from_folders) {
        let directory = written(&project);
        let rbac = directory.path().join("rbac");
        let run = |command: &mut Command| {
            let output = command.output().unwrap();
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
            text
        };
        for script in ["bootstrap.sh", "verify.sh", "rollback.sh"] {
            run(Command::new(&shellcheck).args(["-s", "sh"]).arg(directory.path().join(script)));
        }
        if !rbac.exists() {
            continue;
        }
        for file in std::fs::read_dir(&rbac).unwrap().map(|file| file.unwrap().path()) {
            if !file.ends_with("kustomization.yaml") {
                run(Command::new(&validate).arg("--strict").arg(file));
            }
        }
        let mut built = objects(&run(Command::new(&kubectl).arg("kustomize").arg(&rbac)));
        let mut wanted: Vec<Value> =
            emit::plan::plan(&project).unwrap().objects.into_iter().map(|object| object.manifest).collect();
        built.sort_by_key(Value::to_string);
        wanted.iter_mut().for_each(Value::sort_all_objects);
        wanted.sort_by_key(Value::to_string);
        assert_eq!(built, wanted);
    }
}

/// The documents of a YAML text, keys sorted.
fn objects(text: &str) -> Vec<Value> {
    let documents = serde_yaml::Deserializer::from_str(text);
    let mut objects: Vec<Value> =
        documents.map(|document| serde::Deserialize::deserialize(document).unwrap()).collect();
    objects.iter_mut().for_each(Value::sort_all_objects);
    objects
}

#[test]
fn a_change_by_hand_is_named() {
    let Some(server) = live::server() else { return };
    let server = server.isolated("by-hand");
    let project = built::project();
    let deployment = Deployment::of(&project, &server, "sh");
    deployment.expect("--apply", 0);
    let role = "auth/kubernetes/role/app-web";
    let changes = [
        (role, json!({"audience": "other"}), "audience is `other` on the server, wanted `vault`"),
        (role, json!({"token_ttl": "2h"}), "token_ttl is `7200` on the server, wanted `3600`"),
        (role, json!({"token_period": 60}), "token_period is `60` on the server, wanted unset"),
        (
            role,
            json!({"token_policies": ["kv-app", "root"]}),
            "token_policies is `kv-app, root` on the server",
        ),
        (role, json!({"token_no_default_policy": true}), "token_no_default_policy is `true` on the server"),
        (role, json!({"bound_service_account_namespace_selector": "{}"}), "namespace_selector is `{}`"),
        ("sys/mounts/kv/tune", json!({"max_lease_ttl": "1h"}), "max_lease_ttl is `3600` on the server"),
        ("sys/auth/kubernetes/tune", json!({"description": "x"}), "description is `x` on the server"),
        (
            "sys/policies/acl/kv-app",
            json!({"policy": "path \"kv/data/app/*\" {\n  capabilities = [\"sudo\"]\n}\n"}),
            "line 2 is `  capabilities = [\"sudo\"]` on the server, wanted `  capabilities = [\"read\"]`",
        ),
        (
            "kubernetes/roles/ci-deployer",
            json!({"extra_labels": {"team": "apps"}}),
            "extra_labels is `team=apps` on the server, wanted `team=apps, tier=ci`",
        ),
        (
            "auth/kubernetes/config",
            json!({
                "kubernetes_host": "https://elsewhere",
                "kubernetes_ca_cert": built::CERTIFICATE,
                "disable_local_ca_jwt": true
            }),
            "kubernetes_host is `https://elsewhere` on the server",
        ),
    ];
    for (path, body, _) in &changes {
        server.put(path, body.clone());
    }
    let report = deployment.expect("--check", 1);
    for (_, _, named) in &changes {
        assert!(report.contains(named), "{named}\n{report}");
    }
    assert!(report.contains(" in step, 6 different, 0 missing"), "{report}");
    let report = deployment.expect("--apply", 0);
    assert!(report.contains("\n6 written, "), "{report}");
    assert_holds(&project, &server);
    server.delete("sys/policies/acl/kv-app");
    assert!(deployment.expect("--check", 1).contains(" in step, 0 different, 1 missing"));
}

#[test]
fn hostile_strings_arrive_byte_for_byte() {
    let Some(server) = live::server() else { return };
    let strings = hostile::strings(200);
    for (shell, strings) in shells().into_iter().zip(strings.chunks(strings.len() / shells().len())) {
        let server = server.isolated(&format!("hostile-{shell}"));
        let project = hostile::project(strings);
        let deployment = Deployment::of(&project, &server, shell);
        deployment.expect("--apply", 0);
        assert_holds(&project, &server);
        assert!(deployment.expect("--apply", 0).contains("nothing to change"));
    }
}

#[test]
fn hostile_scripts_are_clean() {
    let Some(shellcheck) = live::tool("shellcheck") else { return };
    let directory = written(&hostile::project(&hostile::strings(200)));
    let output = Command::new(shellcheck)
        .args(["-s", "sh"])
        .arg(directory.path().join("bootstrap.sh"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn what_cannot_be_done_is_said_and_is_no_drift() {
    let Some(server) = live::server() else { return };
    let isolated = server.isolated("errors");
    let project = built::project();
    let complaint = |deployment: &Deployment, mode: &str| {
        let output = deployment.run(mode);
        assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };

    let closed = Server { addr: "http://127.0.0.1:1".to_owned(), ..isolated.clone() };
    let deployment = Deployment::of(&project, &closed, "sh");
    assert!(complaint(&deployment, "--check").contains("connection refused"));
    deployment.expect("--dry-run", 0);

    let stranger = Server { token: "stranger".to_owned(), ..isolated.clone() };
    assert!(complaint(&Deployment::of(&project, &stranger, "sh"), "--apply").contains("permission denied"));

    let mut deployment = Deployment::of(&project, &isolated, "sh");
    assert!(complaint(&deployment, "--aply").contains("unknown argument --aply"));
    deployment.environment = vec![("VAULT_BIN", "/nowhere/vault".into())];
    assert!(complaint(&deployment, "--check").contains("cannot be run"));
    deployment.environment.clear();
    assert!(complaint(&deployment, "--check").contains("neither vault nor bao is on PATH"));

    // A mount of another version is there already: that is for people to sort out.
    isolated.put("sys/mounts/kv", json!({"type": "kv", "options": {"version": "1"}}));
    let deployment = Deployment::of(&project, &isolated, "sh");
    assert!(deployment.expect("--check", 1).contains("options.version is `1` on the server, wanted `2`"));
    assert!(complaint(&deployment, "--apply").contains("this cannot be changed: options.version is `1`"));
    assert_eq!(isolated.get("sys/policies/acl/kv-app"), None);

    // OpenBao drops a field that only Vault has without a word: reading it back shows that.
    let project = built::assemble(|lowered| {
        let mut mount = built::auth_mount("other");
        if let Some(config) = &mut mount.config {
            let only_vault = vec![("use_annotations_as_alias_metadata", FieldValue::Bool(true))];
            config.known.extend(built::fields(&AUTH_CONFIG, only_vault).known);
        }
        lowered.auth_mounts.push(mount);
    });
    let deployment = Deployment::of(&project, &isolated, "sh");
    assert!(complaint(&deployment, "--apply").contains("reads back otherwise"));
}

#[test]
fn either_command_serves() {
    let Some(server) = live::server() else { return };
    let bao = live::tool("bao").unwrap();
    for name in ["vault", "bao"] {
        let server = server.isolated(&format!("only-{name}"));
        let directory = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(&bao, directory.path().join(name)).unwrap();
        let mut path = directory.path().as_os_str().to_owned();
        path.push(":/usr/bin:/bin");
        let project = built::assemble(|lowered| lowered.policies.push(built::policy("p", "# nothing\n")));
        let mut deployment = Deployment::of(&project, &server, "sh");
        deployment.environment = vec![("PATH", path.into())];
        deployment.expect("--apply", 0);
        assert_holds(&project, &server);
    }
}

#[test]
fn a_vault_namespace_of_the_spec_is_where_everything_goes() {
    let Some(server) = live::server() else { return };
    let server = server.isolated("team-a");
    let mut project = built::assemble(|lowered| lowered.policies.push(built::policy("p", "# nothing\n")));
    project.specs[0].vault_namespace = Some(built::at(server.namespace.clone()));
    let root = Server { namespace: String::new(), ..server.clone() };
    Deployment::of(&project, &root, "sh").expect("--apply", 0);
    assert_holds(&project, &server);
    assert_eq!(root.get("sys/policies/acl/p"), None);
}

#[test]
fn a_reviewer_token_comes_from_the_cluster_and_is_never_shown() {
    let Some(server) = live::server() else { return };
    for shell in shells() {
        let server = server.isolated(&format!("reviewer-{shell}"));
        let project = built::reviewed();
        let mut deployment = Deployment::of(&project, &server, shell);
        let tools = deployment.with_cluster();
        let kubectl = tools.path().join("kubectl");

        deployment.expect("--check", 1);
        let dry = deployment.expect("--dry-run", 0);
        assert!(dry.contains("token_reviewer_jwt from Secret vault-token-reviewer-token in vault"), "{dry}");
        let applied = deployment.run("--apply");
        assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
        for stream in [&applied.stdout, &applied.stderr] {
            assert!(!String::from_utf8_lossy(stream).contains(TOKEN));
        }
        let config = server.get("auth/kubernetes/config").unwrap();
        assert_eq!(config["kubernetes_ca_cert"], built::CERTIFICATE);
        assert_eq!(config["token_reviewer_jwt_set"], true);
        assert_eq!(config["disable_local_ca_jwt"], true);
        assert!(deployment.expect("--apply", 0).contains("nothing to change"));
        deployment.expect("--check", 0);

        // The token is lost on the server: that can be seen, and mended.
        server.put(
            "auth/kubernetes/config",
            json!({
                "kubernetes_host": "https://kubernetes.example",
                "kubernetes_ca_cert": built::CERTIFICATE,
                "disable_local_ca_jwt": true
            }),
        );
        let report = deployment.expect("--check", 1);
        assert!(report.contains("token_reviewer_jwt_set is unset on the server, wanted `true`"), "{report}");
        deployment.expect("--apply", 0);

        // Without the Secret nothing is written.
        std::fs::write(&kubectl, "#!/bin/sh\nexit 1\n").unwrap();
        let output = deployment.run("--apply");
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("apply rbac/ first"));
    }
}

#[test]
fn policy_texts_arrive_with_and_without_their_last_line_end() {
    let Some(server) = live::server() else { return };
    let rule = "path \"secret/data/a\" {\n  capabilities = [\"read\"]\n}";
    for shell in shells() {
        let server = server.isolated(&format!("ends-{shell}"));
        let texts = [rule.to_owned(), format!("{rule}\n"), format!("{rule}\n\n"), format!("{rule} # end")];
        let project = built::assemble(|lowered| {
            let named = texts.iter().enumerate();
            lowered.policies.extend(named.map(|(at, text)| built::policy(&format!("p{at}"), text)));
        });
        let deployment = Deployment::of(&project, &server, shell);
        deployment.expect("--apply", 0);
        for (at, text) in texts.iter().enumerate() {
            assert_eq!(server.get(&format!("sys/policies/acl/p{at}")).unwrap()["policy"], **text);
            let file = std::fs::read_to_string(deployment.path(&format!("policies/p{at}.hcl"))).unwrap();
            assert_eq!(file, *text);
        }
        assert!(deployment.expect("--apply", 0).contains("nothing to change"));
        for (at, held, said) in [
            (0, format!("{rule}\n"), "the last line has a line end on the server, wanted none"),
            (1, rule.to_owned(), "the last line has no line end on the server, wanted one"),
            (2, rule.to_owned(), "line 4 is absent on the server, wanted ``"),
        ] {
            server.put(&format!("sys/policies/acl/p{at}"), json!({ "policy": held }));
            let report = deployment.expect("--check", 1);
            assert!(report.contains(said), "{report}");
            deployment.expect("--apply", 0);
            assert_holds(&project, &server);
        }
    }
}

#[test]
fn words_that_cannot_be_written_end_a_script_with_2() {
    let Some(server) = live::server() else { return };
    for shell in shells() {
        let server = server.isolated(&format!("full-{shell}"));
        let deployment = Deployment::of(&built::project(), &server, shell);
        let full = |script: &str, arguments: &[&str]| {
            let disk = std::fs::File::options().write(true).open("/dev/full").unwrap();
            let output = deployment.command(script, arguments).stdout(disk).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(2), "{shell} {script} {arguments:?}\n{said}");
            assert!(said.contains("cannot write to standard output"), "{shell} {script}: {said}");
        };
        full("bootstrap.sh", &["--dry-run"]);
        full("bootstrap.sh", &["--check"]);
        full("bootstrap.sh", &["--apply"]);
        full("verify.sh", &[]);
        deployment.expect("--apply", 0);
        full("bootstrap.sh", &["--check"]);
        full("bootstrap.sh", &["--apply"]);
        full("verify.sh", &[]);
        full("rollback.sh", &[]);
        full("rollback.sh", &["--apply"]);
    }
}

/// What a shell may hold for other work with the command line tool must not change what the scripts do.
#[test]
fn settings_of_the_command_line_tool_do_not_matter() {
    let Some(server) = live::server() else { return };
    for (number, settings) in [
        [("VAULT_WRAP_TTL", "60s"), ("VAULT_FORMAT", "yaml"), ("VAULT_NAMESPACE", "elsewhere/")],
        [("BAO_WRAP_TTL", "60s"), ("BAO_FORMAT", "table"), ("BAO_NAMESPACE", "elsewhere/")],
    ]
    .into_iter()
    .enumerate()
    {
        let shell = shells()[number % shells().len()];
        let server = server.isolated(&format!("settings-{number}"));
        let mut project = built::project();
        project.specs[0].vault_namespace = Some(built::at(server.namespace.clone()));
        let root = Server { namespace: String::new(), ..server.clone() };
        let mut deployment = Deployment::of(&project, &root, shell);
        deployment.environment.extend(settings.iter().map(|(name, value)| (*name, value.into())));
        deployment.expect("--check", 1);
        deployment.expect("--apply", 0);
        assert_holds(&project, &server);
        assert!(deployment.expect("--check", 0).contains(" in step, 0 different, 0 missing"));
        let (table, _) = deployment.script("verify.sh", &[], 0);
        assert!(table.contains(" hold, 0 fail, 0 unknown, "), "{table}");
        deployment.script("rollback.sh", &["--apply", "--remove-mounts"], 0);
        assert_eq!(server.get("sys/policies/acl/kv-app"), None);
    }
}
