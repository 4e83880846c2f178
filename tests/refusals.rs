//! What `compile` cannot carry, `check` and `test` refuse as well, at the same place and in the same words.

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

use std::fs;
use std::path::Path;
use std::process::Command;

use rolewright::lint::{self, Levels, Options};
use rolewright::model::lower;
use rolewright::model::project::{Project, Settings};
use rolewright::rules::{ENGINE, RULES};
use rolewright::syntax::{Source, SourceId, Sources};
use serde_json::Value;

/// Exit status and everything that was said.
fn run(at: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_rolewright"))
        .args(["--no-config", "--color", "never", "--root", "."])
        .args(arguments)
        .current_dir(at)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout) + &text(&output.stderr))
}

/// A spec with a name, the text below `vault:`, and the text after it.
fn spec(name: &str, vault: &str, rest: &str) -> String {
    format!("apiVersion: rolewright/v1\nkind: Access\nname: {name}\nvault: {{{vault}}}\n{rest}")
}

fn policy(name: &str) -> String {
    spec("web", &format!("policies: {{{name}: {{path: {{kv/data/web: {{capabilities: [read]}}}}}}}}"), "")
}

fn grant(secret: &str) -> String {
    spec(
        "web",
        "mounts: {kv: {type: kv, options: {version: \"2\"}}}",
        &format!(
            "grants: [{{name: web, to: {{service_accounts: [web], namespaces: [app], audience: vault}}, kv: {{mount: kv, secrets: {{{secret}: [read]}}}}, token_ttl: 1h}}]\n"
        ),
    )
}

#[test]
fn names_that_nothing_can_carry() {
    let long = "x".repeat(300);
    let cases: &[(String, &str, &str)] = &[
        (spec("two words", "", ""), "3:7", "`two words` cannot stand in `name`"),
        (spec("-web", "", ""), "3:7", "`-web` cannot stand in `name`"),
        (spec("wéb", "", ""), "3:7", "`wéb` cannot stand in `name`"),
        (spec(&"x".repeat(64), "", ""), "3:7", "63 at most"),
        (policy("\"..\""), "4:20", "`..` cannot stand in `policies`"),
        (policy("a/../b"), "4:20", "`a/../b` cannot stand in `policies`"),
        (policy("a/./b"), "4:20", "`a/./b` cannot stand in `policies`"),
        (policy("/abs"), "4:20", "`/abs` cannot stand in `policies`"),
        (policy("a//b"), "4:20", "`a//b` cannot stand in `policies`"),
        (policy("a/"), "4:20", "`a/` cannot stand in `policies`"),
        (policy("\"a\\tb\""), "4:20", "cannot stand in `policies`"),
        (policy(&long), "4:20", "200 bytes at most"),
        (policy(&"é".repeat(90)), "4:20", "200 bytes at most"),
        (
            policy(&format!("web: {{path: {{a: {{capabilities: [read]}}}}}}, {}", "WEB")),
            "4:62",
            "the policy `WEB` is declared twice",
        ),
        (spec("web", "mounts: {a/../b: {type: kv}}", ""), "4:18", "`a/../b` cannot stand in `mounts`"),
        (spec("web", "auth: {./k: {}}", ""), "4:16", "`./k` cannot stand in `auth`"),
        (spec("web", "namespace: \"a\\tb\"", ""), "4:20", "cannot stand in `namespace`"),
        (grant("a//b"), "5:115", "`a//b` cannot stand in `secrets`"),
        (grant("./a"), "5:115", "`./a` cannot stand in `secrets`"),
        (grant("a/../b"), "5:115", "`a/../b` cannot stand in `secrets`"),
        (grant("a/./*"), "5:115", "`a/./*` cannot stand in `secrets`"),
        (grant("a//*"), "5:115", "`a//*` cannot stand in `secrets`"),
        (
            spec(
                "web",
                "",
                "kubernetes: {roles: [{name: web, rules: [{apiGroups: [\"\"], resources: [pods], verbs: [get]}], subjects: [{kind: ServiceAccount, name: web}]}]}\n",
            ),
            "5:106",
            "the service account `web` needs a `namespace` in a ClusterRoleBinding",
        ),
    ];
    for (text, place, said) in cases {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("web.access.yaml"), text).unwrap();
        let (code, report) = run(directory.path(), &["check", "--format", "concise"]);
        let line = format!("web.access.yaml:{place}: error[");
        let found = report.lines().filter(|at| at.starts_with(&line) && at.contains(said)).count();
        assert_eq!((code, found), (1, 1), "{text}{report}");
        assert_eq!(
            report.matches(&format!(":{place}: error[")).count(),
            1,
            "one cause, one error: {text}{report}"
        );
        for command in [&["compile", "--out", "out"][..], &["compile", "--stdout"], &["test"]] {
            let (code, said) = run(directory.path(), command);
            assert_eq!(code, if command[0] == "test" { 2 } else { 1 }, "{command:?} {text}{said}");
            assert!(said.contains(&format!("web.access.yaml:{place}]")), "{command:?} {text}{said}");
        }
        assert!(!directory.path().join("out").exists(), "{text}");
    }
}

#[test]
fn names_that_are_just_right() {
    for text in [
        spec(&"x".repeat(63), "", ""),
        spec("Web_1.a", "", ""),
        policy("team/web"),
        policy("a..b/.c"),
        policy(&"x".repeat(200)),
        policy("\"two words\""),
        grant("a/.b/..c/d"),
        grant("a/..*"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("web.access.yaml"), &text).unwrap();
        let (code, said) = run(directory.path(), &["check", "--fail-on", "error"]);
        assert_eq!(code, 0, "{text}{said}");
        let (code, said) = run(directory.path(), &["compile", "--out", "out"]);
        assert_eq!(code, 0, "{text}{said}");
    }
}

/// What the API server refuses of an object that is made, `check` reports, and of the others nothing.
#[test]
fn objects_that_the_api_server_refuses() {
    let all: Value = serde_json::from_str(include_str!("../fixtures/conformance/rbac.json")).unwrap();
    let (mut refused, mut taken, mut wrong) = (0, 0, Vec::new());
    for vector in all["validation"].as_array().unwrap().iter().filter(|vector| vector["phase"] == "create") {
        // Versions that no server has are decoded by none.
        if vector["errors"].to_string().contains("no matches for kind") {
            continue;
        }
        let source = Source {
            id: SourceId(0),
            name: "object.json".to_owned(),
            text: format!("{:#}", vector["object"]),
            bom: false,
        };
        let lowered = lower::file(&source, &Settings::default());
        let project = Project::assemble(Sources::new(vec![source]), vec![lowered], Settings::default());
        let levels = Levels::default();
        let findings = lint::run(RULES, &project, &Options::default());
        let triaged = lint::triage(findings, &project, RULES, &ENGINE, &levels, None);
        let ours = |name: &str| name == "refused-rbac-object" || name == "malformed-input";
        let found: Vec<&str> = triaged
            .shown
            .iter()
            .filter(|finding| ours(finding.rule.name))
            .map(|finding| finding.message.as_str())
            .collect();
        let accepted = vector["accepted"].as_bool().unwrap();
        if found.is_empty() != accepted {
            wrong.push(format!("{}: {found:?} {vector}", vector["id"]));
        }
        if accepted { taken += 1 } else { refused += 1 }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(refused > 30 && taken > 10, "{refused} refused, {taken} taken");
}
