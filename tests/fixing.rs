//! `check --fix`, `--diff` and baselines through the binary.

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

#[path = "fixing/access.rs"]
mod access;
mod common;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::{directories, home, texts};
use rolewright::cli::load;
use rolewright::cli::session::Session;
use rolewright::lint::fix::{Checked, Fixed, Harm};
use rolewright::lint::{self, Check, Level, Rule, Safety};
use rolewright::model::project::Project;
use rolewright::report::Format;
use rolewright::rules::{self, ENGINE, RULES};
use rolewright::syntax::date::Date;
use tempfile::TempDir;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn check(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rolewright"))
        .arg("check")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

const SLASH: &str = "# who reads\npath \"/secret/data/app\" { # why\n  capabilities = [\"read\"]\n}\n";
const NO_SLASH: &str = "# who reads\npath \"secret/data/app\" { # why\n  capabilities = [\"read\"]\n}\n";
const QUIET: &str = "[rules]\nunused-policy = \"off\"\nleading-slash = \"warning\"\n";

#[test]
fn fixes_change_the_files_and_nothing_beside() {
    let crlf = SLASH.replace('\n', "\r\n");
    let marked = format!("\u{feff}{SLASH}");
    let folder = folder(&[
        ("rolewright.toml", &format!("{QUIET}byte-order-mark = \"off\"\n")),
        ("a.hcl", SLASH),
        ("crlf.hcl", &crlf),
        ("marked.hcl", &marked),
        ("clean.hcl", NO_SLASH),
    ]);
    let at = folder.path();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(at.join("a.hcl"), fs::Permissions::from_mode(0o640)).unwrap();
    }
    let fixable = check(at, &[]);
    assert_eq!(fixable.status.code(), Some(1), "{}", stdout(&fixable));

    let diff = check(at, &["--diff"]);
    assert_eq!(diff.status.code(), Some(1));
    assert!(stdout(&diff).contains("--- a/a.hcl\n+++ b/a.hcl\n"), "{}", stdout(&diff));
    assert!(stdout(&diff).contains("-path \"/secret/data/app\""));
    assert_eq!(fs::read_to_string(at.join("a.hcl")).unwrap(), SLASH, "--diff changes nothing");

    let fixed = check(at, &["--fix"]);
    assert_eq!(fixed.status.code(), Some(0), "{}{}", stdout(&fixed), stderr(&fixed));
    assert!(stderr(&fixed).contains("3 findings fixed in 3 files"), "{}", stderr(&fixed));
    assert_eq!(fs::read_to_string(at.join("a.hcl")).unwrap(), NO_SLASH);
    assert_eq!(fs::read_to_string(at.join("crlf.hcl")).unwrap(), NO_SLASH.replace('\n', "\r\n"));
    assert_eq!(fs::read_to_string(at.join("marked.hcl")).unwrap(), format!("\u{feff}{NO_SLASH}"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(at.join("a.hcl")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }
    assert!(
        fs::read_dir(at)
            .unwrap()
            .all(|entry| { !entry.unwrap().file_name().to_string_lossy().contains("rolewright-") })
    );

    for arguments in [&["--fix"][..], &["--fix-only"], &["--diff"]] {
        let again = check(at, arguments);
        assert_eq!(again.status.code(), Some(0), "{arguments:?}: {}", stderr(&again));
        assert_eq!(stderr(&again), "", "{arguments:?}");
    }
}

#[test]
fn unsafe_fixes_wait_until_they_are_asked_for() {
    let wrong = "path \"secret/data/app\" {\n  capabilities = [\"reed\"]\n}\n";
    let folder = folder(&[("rolewright.toml", QUIET), ("a.hcl", wrong)]);
    let at = folder.path();
    assert_eq!(check(at, &["--fix-only"]).status.code(), Some(0));
    assert_eq!(fs::read_to_string(at.join("a.hcl")).unwrap(), wrong);
    assert_eq!(check(at, &["--unsafe-fixes"]).status.code(), Some(2), "it goes with one of the three");
    assert_eq!(check(at, &["--fix", "--unsafe-fixes"]).status.code(), Some(0));
    assert_eq!(fs::read_to_string(at.join("a.hcl")).unwrap(), wrong.replace("reed", "read"));
    assert_eq!(check(at, &["--fix", "--diff"]).status.code(), Some(2), "one of the three at a time");
}

#[test]
fn unreadable_files_do_not_keep_the_others_from_being_fixed() {
    let broken = "path \"x\" {\n";
    let folder = folder(&[("rolewright.toml", QUIET), ("a.hcl", SLASH), ("broken.hcl", broken)]);
    let output = check(folder.path(), &["--fix-only"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read_to_string(folder.path().join("a.hcl")).unwrap(), NO_SLASH);
    assert_eq!(fs::read_to_string(folder.path().join("broken.hcl")).unwrap(), broken);
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_of_the_project_are_not_followed() {
    let outside = folder(&[("a.hcl", SLASH)]);
    let folder = folder(&[("rolewright.toml", QUIET), ("in/b.hcl", SLASH)]);
    let at = folder.path();
    std::os::unix::fs::symlink(outside.path().join("a.hcl"), at.join("out.hcl")).unwrap();
    std::os::unix::fs::symlink(at.join("in/b.hcl"), at.join("link.hcl")).unwrap();
    let output = check(at, &["--fix", "out.hcl", "link.hcl"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("leads out of the project"), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(outside.path().join("a.hcl")).unwrap(), SLASH);
    assert_eq!(fs::read_to_string(at.join("in/b.hcl")).unwrap(), NO_SLASH);
    assert!(at.join("link.hcl").symlink_metadata().unwrap().is_symlink());
}

#[test]
fn stdin_is_shown_and_not_fixed() {
    use std::io::Write as _;
    use std::process::Stdio;
    for (flag, exit) in [("--diff", 1), ("--fix-only", 2)] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rolewright"))
            .args(["check", "--no-config", flag, "-", "--stdin-filename", "x.hcl"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(SLASH.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(exit), "{flag}: {}", stderr(&output));
    }
}

/// Five hundred findings of several rules, one to a block.
fn old_policy() -> String {
    let mut text = String::new();
    for at in 0..500 {
        writeln!(text, "path \"kv/a{at}/*/x\" {{\n  capabilities = [\"read\"]\n}}\n").unwrap();
    }
    text
}

#[test]
fn a_baseline_lets_the_old_pass_and_stops_the_new() {
    let folder = folder(&[("rolewright.toml", "baseline = \"known.json\"\n"), ("old.hcl", &old_policy())]);
    let at = folder.path();
    let missing = check(at, &[]);
    assert_eq!(missing.status.code(), Some(2), "a baseline that is configured has to be there");
    assert!(stderr(&missing).contains("--write-baseline"));

    let written = check(at, &["--write-baseline", "known.json"]);
    assert_eq!(written.status.code(), Some(0), "{}", stderr(&written));
    let list = fs::read_to_string(at.join("known.json")).unwrap();
    assert!(list.lines().count() >= 500);
    let formats = [
        "human",
        "concise",
        "grouped",
        "json",
        "jsonl",
        "sarif",
        "github",
        "gitlab",
        "junit",
        "rdjson",
        "checkstyle",
        "markdown",
    ];
    for format in formats {
        let output = check(at, &["--format", format]);
        assert_eq!(output.status.code(), Some(0), "{format}: {}", stdout(&output));
    }
    assert!(stdout(&check(at, &[])).contains("findings known from the baseline"));

    // Moved, reformatted, with other blanks and comments: all the same findings.
    let mut blocks: Vec<String> = old_policy().split("\n\n").map(str::to_owned).collect();
    blocks.reverse();
    let moved = blocks.join("\n\n# a comment\n\n").replace("  capabilities = [", "\tcapabilities=[ ");
    fs::write(at.join("old.hcl"), format!("# a new head\n{moved}\n")).unwrap();
    let output = check(at, &["--format", "concise"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));

    // The next new one is red, in every format.
    let more = format!("{}\npath \"kv/new/*/x\" {{\n  capabilities = [\"read\"]\n}}\n", old_policy());
    fs::write(at.join("old.hcl"), &more).unwrap();
    for format in formats {
        let output = check(at, &["--format", format]);
        assert_eq!(output.status.code(), Some(1), "{format}");
    }
    assert!(stdout(&check(at, &["--format", "concise"])).contains("kv/new/*/x"));

    // Writing again takes nothing new in.
    let again = check(at, &["--write-baseline", "known.json"]);
    assert_eq!(again.status.code(), Some(1));
    assert_eq!(fs::read_to_string(at.join("known.json")).unwrap(), list);
}

#[test]
fn a_baseline_only_shrinks() {
    let folder = folder(&[("a.hcl", SLASH), ("b.hcl", SLASH), ("rolewright.toml", QUIET)]);
    let at = folder.path();
    assert_eq!(check(at, &["--write-baseline", "known.json"]).status.code(), Some(0));
    let full = fs::read_to_string(at.join("known.json")).unwrap();

    // A run over a part of the files says nothing of the others.
    fs::write(at.join("a.hcl"), NO_SLASH).unwrap();
    let part = check(at, &["b.hcl", "--baseline", "known.json"]);
    assert!(!stdout(&part).contains("gone"), "{}", stdout(&part));
    let stale = check(at, &["--baseline", "known.json"]);
    assert_eq!(stale.status.code(), Some(0));
    assert!(stdout(&stale).contains("1 finding of the baseline is gone"), "{}", stdout(&stale));

    assert_eq!(check(at, &["--write-baseline", "known.json"]).status.code(), Some(0));
    let less = fs::read_to_string(at.join("known.json")).unwrap();
    assert_eq!(less.lines().count() + 1, full.lines().count());
    fs::write(at.join("a.hcl"), SLASH).unwrap();
    assert_eq!(
        check(at, &["--baseline", "known.json"]).status.code(),
        Some(1),
        "what was struck is new again"
    );

    fs::remove_file(at.join("a.hcl")).unwrap();
    fs::remove_file(at.join("b.hcl")).unwrap();
    fs::write(at.join("c.hcl"), NO_SLASH).unwrap();
    assert_eq!(check(at, &["--write-baseline", "known.json"]).status.code(), Some(0));
    assert!(!fs::read_to_string(at.join("known.json")).unwrap().contains("b.hcl"), "the file is gone");
}

#[test]
fn what_is_no_baseline_is_refused() {
    let folder = folder(&[("a.hcl", NO_SLASH)]);
    let at = folder.path();
    for (text, said) in [
        ("", "is no baseline"),
        ("[]", "is no baseline"),
        ("{\"version\": 3, \"findings\": []}", "version 3"),
        ("{\"version\": 1, \"findings\": []}", "version 1"),
        ("{\"version\": 2, \"findings\": [], \"more\": 1}", "is no baseline"),
        ("{\"version\": 2, \"findings\": [{\"rule\": \"x\"}]}", "is no baseline"),
        (
            "{\"version\": 2, \"findings\": [{\"rule\": \"x\", \"path\": \"x\", \"object\": \"\", \"words\": \"\", \
             \"severity\": \"loud\", \"count\": 1}]}",
            "a severity that there is none",
        ),
    ] {
        fs::write(at.join("known.json"), text).unwrap();
        for flag in ["--baseline", "--write-baseline"] {
            let output = check(at, &[flag, "known.json"]);
            assert_eq!(output.status.code(), Some(2), "{text}");
            assert!(stderr(&output).contains(said), "{text}: {}", stderr(&output));
        }
        assert_eq!(fs::read_to_string(at.join("known.json")).unwrap(), text, "it is left as it is");
    }
}

#[test]
fn comments_are_added_where_they_are_read() {
    let policy = "path \"secret/*/x\" {\n  capabilities = [\"read\"]\n}\npath \"/kv/+x\" {\n  capabilities = [\"read\"]\n}\n";
    let crlf = policy.replace('\n', "\r\n");
    let json = "{\"path\": {\"secret/*/x\": {\"capabilities\": [\"read\"]}}}\n";
    let spec = format!(
        "apiVersion: rolewright/v1\nkind: Access\nname: web\nvault:\n  policies:\n    web:\n      hcl: |\n{}",
        policy.lines().map(|line| format!("        {line}\n")).collect::<String>()
    );
    let folder = folder(&[
        ("rolewright.toml", QUIET),
        ("a.hcl", policy),
        ("crlf.hcl", &crlf),
        ("json.json", json),
        ("web.access.yaml", &spec),
    ]);
    let at = folder.path();
    assert_eq!(check(at, &["--add-allow", " "]).status.code(), Some(2));
    assert_eq!(check(at, &["--add-allow", "a\nb"]).status.code(), Some(2));
    let output = check(at, &["--add-allow", "agreed in SEC-1", "--format", "concise"]);
    assert_eq!(output.status.code(), Some(1), "JSON takes no comments: {}", stderr(&output));
    assert_eq!(fs::read_to_string(at.join("json.json")).unwrap(), json);
    let left = stdout(&output);
    assert!(
        left.lines().filter(|line| line.contains("[")).all(|line| line.starts_with("json.json")),
        "{left}"
    );
    let text = fs::read_to_string(at.join("a.hcl")).unwrap();
    assert!(text.starts_with("# rolewright: allow(mid-path-star) agreed in SEC-1\npath"), "{text}");
    assert_eq!(text.replace('\n', "\r\n"), fs::read_to_string(at.join("crlf.hcl")).unwrap());
    let lines: Vec<&str> = text.lines().filter(|line| !line.contains("rolewright:")).collect();
    assert_eq!(lines, policy.lines().collect::<Vec<_>>(), "nothing else changes");
    let spec = fs::read_to_string(at.join("web.access.yaml")).unwrap();
    assert!(
        spec.contains("        # rolewright: allow(mid-path-star) agreed in SEC-1\n        path"),
        "{spec}"
    );
    assert_eq!(check(at, &["a.hcl", "crlf.hcl", "web.access.yaml"]).status.code(), Some(0));
}

#[test]
fn allowances_end_can_be_annotations_and_can_be_forbidden() {
    let role = |annotation: &str| {
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata:\n  name: a\n  namespace: a\n  annotations:\n    \
             {annotation}\nrules:\n  - apiGroups: [\"\"]\n    resources: [configmaps]\n    verbs: [\"*\"]\n"
        )
    };
    let used = role("rolewright.dev/allow.wildcard-verb: owned by the operator");
    let wrong = role("\"rolewright.dev/allow.wildcard-vreb\": owned by the operator");
    let policy = |until: &str| {
        format!(
            "# rolewright: allow(mid-path-star) {until} agreed\npath \"kv/*/x\" {{\n  capabilities = [\"read\"]\n}}\n"
        )
    };
    let config = format!("{QUIET}mid-path-star = {{ level = \"error\", ignorable = false }}\n");
    let until = |reason: &str| role(&format!("rolewright.dev/allow.wildcard-verb: {reason}"));
    let (today, over) = (until("until=2026-06-30 SEC-1"), until("until=2026-06-29 SEC-1"));
    let (late, odd) = (until("SEC-1 until 2026-07-30"), until("\"until=2026-6-30 SEC-1\""));
    let cases: [(&str, &str, &str, &[&str]); 15] = [
        ("today.yaml", &today, QUIET, &[]),
        ("over.yaml", &over, QUIET, &["expired-allow", "wildcard-verb"]),
        ("late.yaml", &late, QUIET, &["broken-allow", "wildcard-verb"]),
        ("odd.yaml", &odd, QUIET, &["broken-allow", "wildcard-verb"]),
        ("a.hcl", &policy(": until=2026-06-29"), QUIET, &["expired-allow", "mid-path-star"]),
        ("a.hcl", &policy("- until=2026-06-29"), QUIET, &["expired-allow", "mid-path-star"]),
        ("a.hcl", &policy("SEC-1 until=2027-06-29"), QUIET, &["broken-allow", "mid-path-star"]),
        ("a.hcl", &policy("(until 2027-06-29)"), QUIET, &["broken-allow", "mid-path-star"]),
        ("used.yaml", &used, QUIET, &[]),
        ("wrong.yaml", &wrong, QUIET, &["broken-allow", "wildcard-verb"]),
        ("a.hcl", &policy("until=2026-06-30"), QUIET, &[]),
        ("a.hcl", &policy("until=2026-06-29"), QUIET, &["expired-allow", "mid-path-star"]),
        ("a.hcl", &policy("until=tomorrow"), QUIET, &["broken-allow", "mid-path-star"]),
        ("a.hcl", &policy(""), &config, &["broken-allow", "mid-path-star"]),
        ("a.hcl", &policy(""), QUIET, &[]),
    ];
    for (name, text, config, wanted) in cases {
        let folder = folder(&[("rolewright.toml", config), (name, text)]);
        let output =
            check(folder.path(), &["--format", "concise", "--now", "2026-06-30", "--fail-on", "note"]);
        let found = stdout(&output);
        let rules: Vec<&str> = found
            .lines()
            .filter_map(|line| line.split_once('[').and_then(|(_, rest)| rest.split(']').next()))
            .filter(|rule| {
                ["broken-allow", "expired-allow", "mid-path-star", "wildcard-verb", "unused-allow"]
                    .contains(rule)
            })
            .collect();
        assert_eq!(rules, wanted, "{text}\n{found}");
    }
    let folder = folder(&[("a.hcl", NO_SLASH)]);
    assert_eq!(check(folder.path(), &["--now", "2026-6-30"]).status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn a_baseline_is_a_regular_file() {
    let folder = folder(&[("a.hcl", NO_SLASH)]);
    for flag in ["--baseline", "--write-baseline"] {
        let output = check(folder.path(), &[flag, "/dev/zero"]);
        assert_eq!(output.status.code(), Some(2), "{flag}");
        assert!(stderr(&output).contains("no regular file"), "{flag}: {}", stderr(&output));
    }
}

/// On a copy of the corpus: every file parses as before, no comment is lost, and nothing fixable is left.
#[test]
fn the_corpus_can_be_fixed() {
    let corpus = home().join("../shared/corpus");
    if !corpus.is_dir() {
        println!("left out: there is no corpus at {}", corpus.display());
        return;
    }
    let copy = tempfile::tempdir().unwrap();
    for folder in directories(&corpus) {
        for (path, text) in texts(&folder) {
            let to = copy.path().join(common::name(&folder)).join(path);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::write(to, text).unwrap();
        }
    }
    let before = texts(copy.path());
    let broken = |at: &Path| -> Vec<String> {
        let report = check(at, &["--no-config", "--format", "jsonl", "."]);
        let lines = stdout(&report);
        let errors = lines.lines().filter(|line| line.contains("\"rule\":\"syntax-error\""));
        errors
            .map(|line| line.split("\"path\":").nth(1).unwrap().split(',').next().unwrap().to_owned())
            .collect()
    };
    let (errors, fixed) =
        (broken(copy.path()), check(copy.path(), &["--no-config", "--fix-only", "--unsafe-fixes", "."]));
    assert_ne!(fixed.status.code(), Some(3), "{}", stderr(&fixed));
    assert_eq!(broken(copy.path()), errors, "fixes break no file");
    let after = texts(copy.path());
    assert_ne!(before, after, "some file of the corpus has a fix");
    for (path, text) in &before {
        let comments = |text: &str| text.lines().filter(|line| line.trim_start().starts_with('#')).count();
        assert!(comments(&after[path]) >= comments(text), "{path} lost a comment");
    }
    let left = check(copy.path(), &["--no-config", "--diff", "--unsafe-fixes", "."]);
    assert_eq!(stdout(&left), "", "nothing fixable is left");
}

/// A policy or a role with several places of one rule, and what is left of them: `rule:line` by the first labels.
const PLACES: &[(&str, &str, &[&str])] = &[
    (
        "mounts.hcl",
        "path \"sys/mounts/team/tune\" { capabilities = [\"update\"] }\n\
         path \"sys/mounts/*\" { capabilities = [\"create\", \"update\", \"delete\", \"sudo\"] }\n",
        &["mount-write:1"],
    ),
    (
        "mounts.hcl",
        "# rolewright: allow(mount-write) SEC-412 the team tunes its own mount\n\
         path \"sys/mounts/team/tune\" { capabilities = [\"update\"] }\n\
         path \"sys/mounts/*\" { capabilities = [\"create\", \"update\", \"delete\", \"sudo\"] }\n",
        &["mount-write:3"],
    ),
    (
        "mounts.hcl",
        "path \"sys/mounts/team/tune\" { capabilities = [\"update\"] }\n\
         # rolewright: allow(mount-write) SEC-412 the platform team\n\
         path \"sys/mounts/*\" { capabilities = [\"create\", \"update\", \"delete\", \"sudo\"] }\n",
        &["mount-write:1"],
    ),
    (
        "policies.hcl",
        "# rolewright: allow(policy-write) SEC-413 its own policies\n\
         path \"sys/policies/acl/ci-*\" { capabilities = [\"update\"] }\n\
         path \"sys/policies/acl/*\" { capabilities = [\"update\"] }\n\
         path \"sys/policy/*\" { capabilities = [\"update\"] }\n",
        &["policy-write:3", "policy-write:4"],
    ),
    (
        "role.yaml",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}\nrules:\n  \
         # rolewright: allow(secrets-readable) SEC-414 reads by name\n  \
         - {apiGroups: [\"\"], resources: [secrets], verbs: [get]}\n  \
         - {apiGroups: [\"\"], resources: [secrets], verbs: [list, watch]}\n",
        &["secrets-readable:7"],
    ),
    (
        "role.yaml",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: a\n  labels: \
         {rbac.authorization.k8s.io/aggregate-to-view: \"true\"}\nrules:\n  \
         - {apiGroups: [\"\"], resources: [nodes], verbs: [patch]}\n  \
         # rolewright: allow(aggregate-into-builtin) SEC-417 a dashboard\n  \
         - {apiGroups: [\"\"], resources: [secrets], verbs: [get]}\n",
        &["aggregate-into-builtin:7"],
    ),
    (
        "role.yaml",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}\nrules:\n  \
         - apiGroups: [\"\", apps]\n    resources:\n      - pods # rolewright: allow(pod-creation) SEC-415 a runner\n      \
         - deployments\n      - daemonsets\n    verbs: [create]\n",
        &["pod-creation:8"],
    ),
    (
        "role.yaml",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: a\n  annotations:\n    \
         rolewright.dev/allow.secrets-readable: SEC-416 an operator\nrules:\n  \
         - {apiGroups: [\"\"], resources: [secrets], verbs: [get]}\n  \
         - {apiGroups: [\"\"], resources: [secrets], verbs: [list, watch]}\n",
        &[],
    ),
];

/// The places that a run reports of these rules.
fn places(at: &Path, arguments: &[&str]) -> Vec<String> {
    let text = stdout(&check(at, &[&["--format", "json", "--fail-on", "note"], arguments].concat()));
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let rules =
        ["mount-write", "policy-write", "secrets-readable", "pod-creation", "aggregate-into", "unused-allow"];
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|it| format!("{}:{}", it["rule"].as_str().unwrap(), it["line"]))
        .filter(|place| rules.iter().any(|rule| place.starts_with(rule)))
        .collect()
}

#[test]
fn an_allowance_covers_its_own_block_and_no_other() {
    for (name, text, wanted) in PLACES {
        let folder = folder(&[(name, text)]);
        assert_eq!(places(folder.path(), &[]), *wanted, "{text}");
        // A reason for everything, or a list of everything, leaves nothing.
        let rules = "mount-write,policy-write,secrets-readable,pod-creation,aggregate-into-builtin";
        let select = ["--select", rules, "--fail-on", "note"];
        let listed = check(folder.path(), &[&select[..], &["--write-baseline", "known.json"]].concat());
        assert_eq!(listed.status.code(), Some(0), "{text}{}", stdout(&listed));
        let known = check(folder.path(), &[&select[..], &["--baseline", "known.json"]].concat());
        assert_eq!(known.status.code(), Some(0), "{text}{}", stdout(&known));
        let allowed = check(folder.path(), &[&select[..], &["--add-allow", "agreed in SEC-1"]].concat());
        assert_eq!(allowed.status.code(), Some(0), "{text}{}", stdout(&allowed));
        assert_eq!(places(folder.path(), &[]), [""; 0], "{text}");
    }
}

#[test]
fn a_baseline_covers_the_places_that_it_lists_and_no_other() {
    let one = "path \"sys/mounts/team/tune\" { capabilities = [\"update\"] }\n";
    let two = "path \"sys/mounts/*\" { capabilities = [\"create\", \"update\", \"delete\", \"sudo\"] }\n";
    let folder = folder(&[("a.hcl", one)]);
    let at = folder.path();
    assert_eq!(check(at, &["--write-baseline", "known.json"]).status.code(), Some(0));
    assert_eq!(places(at, &["--baseline", "known.json"]), [""; 0]);
    fs::write(at.join("a.hcl"), format!("{one}{two}")).unwrap();
    assert_eq!(places(at, &["--baseline", "known.json"]), ["mount-write:2"]);
}

#[test]
fn a_baseline_tells_objects_of_one_file_apart() {
    let auth = |name: &str, mount: &str| {
        format!(
            "apiVersion: secrets.hashicorp.com/v1beta1\nkind: VaultAuth\nmetadata: {{name: {name}, namespace: app}}\n\
             spec:\n  method: kubernetes\n  mount: {mount}\n  kubernetes: {{role: app, serviceAccount: web}}\n---\n"
        )
    };
    let (good, bad) = ("kubernetes", "auth/kubernetes");
    let folder = folder(&[("auth.yaml", &(auth("a", bad) + &auth("b", good)))]);
    let at = folder.path();
    let run = |flag: &str| check(at, &["--select", "auth-path-spelling", flag, "known.json"]).status.code();
    assert_eq!(run("--write-baseline"), Some(0));
    assert!(fs::read_to_string(at.join("known.json")).unwrap().contains("VaultAuth app/a"));
    assert_eq!(run("--baseline"), Some(0));
    fs::write(at.join("auth.yaml"), auth("a", good) + &auth("b", bad)).unwrap();
    assert_eq!(run("--baseline"), Some(1));
}

const EVERYTHING: &str = "path \"*\" {\n  capabilities = [\"list\"]\n}\n";

const READER: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: reader}\nrules:\n  \
    - {apiGroups: [\"\"], resources: [secrets], verbs: [get]}\n";

const BOUND: &str = "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: reader}\n\
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}\n\
    subjects: [{kind: ServiceAccount, name: web, namespace: app}]\n";

#[test]
fn a_baseline_covers_nothing_that_got_worse() {
    let everything =
        EVERYTHING.replace("\"list\"", "\"create\", \"read\", \"update\", \"delete\", \"list\", \"sudo\"");
    let bound = format!("{READER}{BOUND}");
    let cases = [
        ("a.hcl", "wildcard-everything", EVERYTHING, everything.as_str()),
        ("a.yaml", "secrets-readable", READER, bound.as_str()),
    ];
    for (name, rule, mild, grave) in cases {
        let folder = folder(&[(name, mild)]);
        let at = folder.path();
        let select = ["--select", rule, "--fail-on", "note"];
        let listed = check(at, &[&select[..], &["--write-baseline", "known.json"]].concat());
        assert_eq!(listed.status.code(), Some(0), "{}", stderr(&listed));
        let known = [&select[..], &["--baseline", "known.json"]].concat();
        assert_eq!(check(at, &known).status.code(), Some(0), "{rule}");
        fs::write(at.join(name), grave).unwrap();
        assert_eq!(check(at, &known).status.code(), Some(1), "{rule}");

        // What got better is known all the same, and not gone.
        fs::remove_file(at.join("known.json")).unwrap();
        check(at, &[&select[..], &["--write-baseline", "known.json"]].concat());
        fs::write(at.join(name), mild).unwrap();
        let better = check(at, &known);
        assert_eq!(better.status.code(), Some(0), "{rule}");
        assert!(!stdout(&better).contains("gone"), "{rule}: {}", stdout(&better));
    }
}

/// Texts after the safe fixes of one rule, or of all of them.
fn converged(project: &Project, session: &Session, rule: Option<&Rule>) -> Fixed {
    let mut levels = session.config.levels.clone();
    for other in RULES {
        let wanted = rule.is_none_or(|rule| rule == *other || matches!(rule.check, Check::Engine));
        levels.set(other, if wanted { Level::Note } else { Level::Off });
    }
    let today = Date::parse("2026-06-30");
    lint::fix::converge(&project.sources, Safety::Safe, |sources| {
        let project = load::again(sources, session);
        let options = lint::Options { today, ..session.config.options.clone() };
        let findings = lint::run(&levels.active(RULES), &project, &options);
        let triaged = lint::triage(findings, &project, RULES, &ENGINE, &levels, today);
        let errors = project.errors_by_source();
        Checked { findings: triaged.shown, errors, directives: project.directives }
    })
}

/// What safe fixes change of what is in force in a directory, and how many there were.
fn safely_fixed(folder: &Path, rule: Option<&Rule>) -> (Vec<String>, usize) {
    let mut session = Session::of_directory(folder).unwrap();
    session.config.settings.is_whole = true;
    let loaded = load::project(&[folder.to_owned()], None, &session);
    let fixed = converged(&loaded.project, &session, rule);
    let after = load::again(&fixed.sources, &session);
    let mut differences = access::differences(&loaded.project, &after);
    differences.extend(fixed.unsettled.iter().map(|unsettled| format!("{unsettled:?}")));
    differences
        .extend(fixed.held_back.iter().filter(|it| it.harm == Harm::Breaks).map(|it| format!("{it:?}")));
    (differences, fixed.applied.len())
}

#[test]
fn safe_fixes_change_nothing_that_is_in_force() {
    let mut cases: Vec<(String, PathBuf, Option<&Rule>)> = Vec::new();
    for folder in directories(&home().join("fixtures/rules")) {
        let name = common::name(&folder);
        let rule = rules::named(&name).unwrap();
        for case in directories(&folder).into_iter().filter(|case| common::name(case).starts_with("bad")) {
            cases.push((name.clone(), case, Some(rule)));
        }
    }
    for root in ["fixtures/projects", "fixtures/detection"] {
        for folder in directories(&home().join(root)) {
            let inner = directories(&folder);
            cases.extend(inner.into_iter().map(|case| (common::name(&folder), case, None)));
        }
    }
    let mut wrong = Vec::new();
    let mut rules = BTreeSet::new();
    for (name, case, rule) in &cases {
        let (differences, applied) = safely_fixed(case, *rule);
        wrong.extend(differences.into_iter().map(|it| format!("{name}, {}: {it}", case.display())));
        if applied > 0 {
            rules.insert(name);
        }
    }
    println!("rules with fixes that are safe: {rules:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases.len() > 300 && rules.len() > 15, "{} cases, {rules:?}", cases.len());
}

const SPEC: &str = "apiVersion: rolewright/v1\nkind: Access\nname: web\nvault:\n";
const CLUSTER_ROLE: &str =
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: a\nrules:\n";

/// Texts in which something does not work, or is refused for one entry: repairing it gives or takes access.
#[test]
fn what_never_worked_is_not_repaired_unasked() {
    let policy = |path: &str, words: &str| format!("path \"{path}\" {{\n  capabilities = [{words}]\n}}\n");
    let twice = |words: &str| policy("a/b", "\"read\"") + &policy("a/b", words);
    let role = |fields: &str| {
        format!(
            "{SPEC}  auth:\n    kubernetes:\n      roles:\n        web:\n          bound_service_account_names: [a]\n          \
                 bound_service_account_namespaces: [b]\n          token_policies: [p]\n          audience: vault\n{fields}"
        )
    };
    let rule = |groups: &str, resources: &str, verbs: &str| {
        format!(
            "{CLUSTER_ROLE}  - apiGroups: [{groups}]\n    resources: [{resources}]\n    verbs: [{verbs}]\n"
        )
    };
    let cases = [
        ("a.hcl", twice("\"read\", \"reed\"")),
        ("a.hcl", policy("a/b", "\"reed\", \"deny\", \"read\"")),
        ("a.hcl", policy("a/b", "\"READ\"")),
        ("a.hcl", policy(" a/b", "\"read\"")),
        ("a.hcl", policy("//a/b", "\"read\"")),
        ("a.hcl", "path \"a\" {\n  policy = \"read\"\n  policy = \"write\"\n}\n".to_owned()),
        ("a.hcl", "path \"a\" {\n  capabilities = [\"read\"]\n  capabilities = [\"list\"]\n}\n".to_owned()),
        ("a.access.yaml", role("          policy: root-like\n")),
        ("a.access.yaml", role("          aud: vault\n          bound_audiences: [vault2]\n")),
        ("a.access.yaml", role("          ttl: soon\n          token_ttl: 1h\n")),
        ("a.access.yaml", role("").replace("[a]", "['a*', 'x', 'a**']")),
        ("a.access.yaml", role("").replace("[a]", "['**']").replace("[b]", "['*']")),
        ("a.access.yaml", role("").replace("[a]", "'[\"a\", \"b\"]'")),
        ("a.yaml", rule("apps", "pods", "get")),
        ("a.yaml", rule("v1", "pods", "get")),
        ("a.yaml", rule("\"\"", "Pod", "get")),
        ("a.yaml", rule("\"\"", "pods", "GET")),
        ("a.yaml", rule("\"\"", "pods", "get").replace("[pods]", "pods")),
        (
            "a.yaml",
            rule("\"\"", "pods", "get")
                + "  - apiGroups: [\"\"]\n    resources: [pods]\n    nonResourceURLs: [/x]\n    verbs: [get]\n  - nonResourceURLs: [/x]\n    verbs: [get]\n",
        ),
        (
            "a.yaml",
            format!(
                "{}---\n{}",
                rule("\"\"", "pods", "get"),
                "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata:\n  name: a\nroleRef:\n  apiGroup: rbac.authorization.k8s.io\n  \
                 kind: ClusterRole\n  name: a\nsubjects:\n  - kind: ServiceAccount\n    name: x\n    namespace: y\n  - kind: ServiceAccount\n    name: x\n    \
                 namespace: y\n    apiGroup: nobody.example\n"
            ),
        ),
    ];
    for (name, text) in cases {
        let folder = folder(&[(name, &text)]);
        let (differences, _) = safely_fixed(folder.path(), None);
        assert!(differences.is_empty(), "{text}\n{differences:?}");
    }
}

/// The second rule takes its groups, or its resources, from the first one.
#[test]
fn what_an_alias_repeats_elsewhere_is_not_fixed() {
    let shared = format!(
        "{CLUSTER_ROLE}  - apiGroups: &g [\"\"]\n    resources: [deployments]\n    verbs: [get]\n  - apiGroups: *g\n    resources: [\"*\"]\n    verbs: [get]\n"
    );
    let circle = format!(
        "{CLUSTER_ROLE}  - apiGroups: &g [apps]\n    resources: [secrets]\n    verbs: [get]\n  - apiGroups: *g\n    resources: [deployments]\n    verbs: [get]\n"
    );
    let merged = format!(
        "{CLUSTER_ROLE}  - &base\n    apiGroups: [\"\"]\n    resources: [pod]\n    verbs: [get]\n  - <<: *base\n    verbs: [list]\n"
    );
    let alone = shared.replace("*g", "[\"\"]");
    let folder = folder(&[
        ("rolewright.toml", QUIET),
        ("alone.yaml", &alone),
        ("circle.yaml", &circle),
        ("merged.yaml", &merged),
        ("shared.yaml", &shared),
        ("slash.hcl", SLASH),
    ]);
    let at = folder.path();
    let output = check(at, &["--fix-only", "--unsafe-fixes"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for (name, text) in [("circle.yaml", &circle), ("merged.yaml", &merged), ("shared.yaml", &shared)] {
        assert_eq!(&fs::read_to_string(at.join(name)).unwrap(), text, "{name}");
    }
    assert_ne!(fs::read_to_string(at.join("alone.yaml")).unwrap(), alone, "an anchor alone is no obstacle");
    assert_eq!(fs::read_to_string(at.join("slash.hcl")).unwrap(), NO_SLASH);
    let json = stdout(&check(at, &["--format", "jsonl", "shared.yaml"]));
    assert!(!json.contains("\"safety\""), "no report proposes it: {json}");
}

#[test]
fn a_comment_does_not_come_to_cover_what_nobody_allowed() {
    let block = |path: &str, words: &str| format!("path \"{path}\" {{\n  capabilities = [{words}]\n}}\n");
    let allow = "# rolewright: allow(wildcard-mount) SEC-3 this one only\n";
    let read = "\"read\"";
    let text = format!(
        "{}\n{allow}{}\n{}",
        block("secret/*", read),
        block("secret/*", read),
        block("kv/*", "\"read\", \"update\", \"delete\"")
    );
    let rule =
        |resource: &str| format!("  - apiGroups: [\"\"]\n    resources: [{resource}]\n    verbs: [\"*\"]\n");
    let role = format!(
        "{CLUSTER_ROLE}{}  # rolewright: allow(wildcard-verb) SEC-3 this one only\n{}{}",
        rule("configmaps, secrets"),
        rule("secrets"),
        rule("pods")
    );
    for (name, text) in [("a.hcl", text), ("a.yaml", role)] {
        let folder = folder(&[(name, &text), ("slash.hcl", SLASH)]);
        let at = folder.path();
        let before = stdout(&check(at, &["--format", "concise", name]));
        let output = check(at, &["--fix-only", "-v"]);
        assert_eq!(fs::read_to_string(at.join(name)).unwrap(), text);
        assert!(
            stderr(&output).contains("would change what a suppression comment covers"),
            "{}",
            stderr(&output)
        );
        assert_eq!(fs::read_to_string(at.join("slash.hcl")).unwrap(), NO_SLASH, "the others are carried out");
        assert_eq!(stdout(&check(at, &["--format", "concise", name])), before);
        let quiet = check(at, &["--fix-only"]);
        assert_eq!((quiet.status.code(), stderr(&quiet).as_str()), (Some(0), ""));
    }
}

#[test]
fn what_nobody_may_allow_stands_in_no_baseline() {
    let folder = folder(&[("a.hcl", EVERYTHING)]);
    let at = folder.path();
    assert_eq!(check(at, &["--write-baseline", "old.json"]).status.code(), Some(0));
    let config = "[rules]\nwildcard-everything = {ignorable = false}\n";
    fs::write(at.join("rolewright.toml"), config).unwrap();
    let output = check(at, &["--baseline", "old.json"]);
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    assert!(!stdout(&output).contains("gone"), "{}", stdout(&output));
    assert_eq!(check(at, &["--write-baseline", "new.json"]).status.code(), Some(1));
    assert!(!fs::read_to_string(at.join("new.json")).unwrap().contains("wildcard-everything"));
}

#[test]
fn what_was_not_read_is_struck_from_no_baseline() {
    let folder = folder(&[("a.hcl", EVERYTHING), ("b.hcl", EVERYTHING)]);
    let at = folder.path();
    assert_eq!(check(at, &["--write-baseline", "known.json"]).status.code(), Some(0));
    let list = fs::read_to_string(at.join("known.json")).unwrap();
    for broken in [b"path \"*\" {\n  capabilities = [\"list\"\n".as_slice(), b"\xff".as_slice()] {
        fs::write(at.join("a.hcl"), broken).unwrap();
        check(at, &["--write-baseline", "known.json"]);
        assert_eq!(fs::read_to_string(at.join("known.json")).unwrap(), list);
    }
    let off = "[[files]]\npaths = [\"a.hcl\"]\nrules = {wildcard-everything = \"off\"}\n";
    fs::write(at.join("rolewright.toml"), off).unwrap();
    fs::write(at.join("a.hcl"), NO_SLASH).unwrap();
    check(at, &["--write-baseline", "known.json"]);
    assert_eq!(fs::read_to_string(at.join("known.json")).unwrap(), list, "nobody looked for it");
}

#[test]
fn of_two_fixes_that_make_one_key_the_first_is_carried_out() {
    let role = |fields: &str| {
        format!(
            "{SPEC}  auth:\n    kubernetes:\n      roles:\n        web:\n          bound_service_account_names: [a]\n          \
                 bound_service_account_namespaces: [b]\n{fields}"
        )
    };
    let before =
        role("          aud: vault\n          bound_audiences: [vault2]\n          policies: [slash]\n");
    let after = role(
        "          audience: vault\n          bound_audiences: [vault2]\n          token_policies: [slash]\n",
    );
    let folder = folder(&[("a.access.yaml", &before), ("slash.hcl", SLASH)]);
    let output = check(folder.path(), &["--fix-only", "--unsafe-fixes"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(folder.path().join("a.access.yaml")).unwrap(), after);
    assert_eq!(fs::read_to_string(folder.path().join("slash.hcl")).unwrap(), NO_SLASH);
}

#[test]
fn allowances_are_removed_only_where_they_are_unused_for_certain() {
    let unused = format!("# rolewright: allow(mid-path-star) agreed\n{NO_SLASH}");
    let typo = unused.replace("mid-path-star", "mid-path-str");
    let some = unused.replace("(mid", "(leading-slash, mid").replace("secret/", "/secret/");
    let broken = "path \"x\" {\n";
    let half = format!("{unused}{broken}");
    type Case<'c> = (&'c str, &'c [(&'c str, &'c str)], &'c [&'c str], Option<&'c str>);
    let cases: [Case<'_>; 9] = [
        (&half, &[], &["--fix-only", "--unsafe-fixes"], None),
        (&unused, &[], &["--fix-only"], Some(NO_SLASH)),
        (&unused, &[], &["--fix-only", "."], Some(NO_SLASH)),
        (&unused, &[], &["--fix-only", "a.hcl"], None),
        (&unused, &[], &["--fix-only", "--unsafe-fixes", "a.hcl"], Some(NO_SLASH)),
        (&unused, &[("b.hcl", broken)], &["--fix-only"], None),
        (&some, &[], &["--fix-only", "a.hcl"], None),
        (&typo, &[], &["--fix-only"], None),
        (&typo, &[], &["--fix-only", "--unsafe-fixes", "a.hcl"], Some(NO_SLASH)),
    ];
    for (text, more, arguments, wanted) in cases {
        let mut files = vec![("rolewright.toml", QUIET), ("a.hcl", text)];
        files.extend(more);
        let folder = folder(&files);
        check(folder.path(), arguments);
        let found = fs::read_to_string(folder.path().join("a.hcl")).unwrap();
        assert_eq!(found, wanted.unwrap_or(text), "{arguments:?}");
    }
}

#[test]
fn the_report_after_fixes_shows_what_is_on_the_disk() {
    use std::io::Write as _;
    use std::process::Stdio;
    let mut child = Command::new(env!("CARGO_BIN_EXE_rolewright"))
        .args(["check", "--no-config", "--fix", "--format", "concise", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(SLASH.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stdout(&output).contains("[leading-slash]"), "{}", stdout(&output));
    assert!(!stderr(&output).contains("fixed"), "{}", stderr(&output));
    #[cfg(unix)]
    {
        let outside = folder(&[("a.hcl", SLASH)]);
        for arguments in [&["--fix"][..], &["--add-allow", "agreed"]] {
            let folder = folder(&[("rolewright.toml", QUIET), ("b.hcl", SLASH)]);
            let at = folder.path();
            std::os::unix::fs::symlink(outside.path().join("a.hcl"), at.join("out.hcl")).unwrap();
            let output = check(at, &[arguments, &["--format", "concise", "out.hcl", "b.hcl"]].concat());
            assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
            let report = stdout(&output);
            assert!(report.contains("out.hcl:2") && !report.contains("b.hcl:"), "{report}");
            let done = if arguments[0] == "--fix" { "1 finding fixed in 1 file" } else { "1 comment added" };
            assert!(stderr(&output).contains(done), "{}", stderr(&output));
        }
    }
}

#[test]
fn a_run_that_cannot_do_its_job_says_why() {
    let folder = folder(&[("rolewright.toml", QUIET), ("a.hcl", NO_SLASH)]);
    let at = folder.path();
    fs::write(at.join("bad.hcl"), b"path \"\xff\" {}\n").unwrap();
    fs::write(at.join("open.hcl"), "path \"x\" {\n").unwrap();
    let mut runs: Vec<Vec<String>> =
        ["--diff", "--fix-only", "--fix", "--statistics", "--quiet", "--show-files", "--add-allow=x"]
            .map(|flag| vec![flag.to_owned()])
            .to_vec();
    runs.extend(Format::ALL.map(|format| vec!["--format".to_owned(), format.words().0.to_owned()]));
    for name in ["bad.hcl", "open.hcl", "absent.hcl"] {
        for run in &runs {
            let mut arguments: Vec<&str> = run.iter().map(String::as_str).collect();
            arguments.push(name);
            let output = check(at, &arguments);
            let is_list = name == "open.hcl" && run[0] == "--show-files";
            assert_eq!(output.status.code(), Some(if is_list { 0 } else { 2 }), "{arguments:?}");
            let said = stdout(&output) + &stderr(&output);
            assert!(said.contains(name), "{arguments:?}: {said}");
        }
    }
    let empty = tempfile::tempdir().unwrap();
    for flag in ["--diff", "--fix-only", "--fix"] {
        let output = check(empty.path(), &[flag]);
        assert_eq!(output.status.code(), Some(2), "{flag}");
        assert!(stderr(&output).contains("no input found"), "{flag}");
    }
}

#[test]
fn flags_that_would_be_dropped_are_refused() {
    let folder = folder(&[("rolewright.toml", QUIET), ("a.hcl", SLASH)]);
    let at = folder.path();
    for mode in ["--fix-only", "--diff"] {
        for flag in [&["--report", "json=r.json"][..], &["--format", "json"], &["--statistics"]] {
            let output = check(at, &[&[mode], flag].concat());
            assert_eq!(output.status.code(), Some(2), "{mode} {flag:?}");
            assert!(stderr(&output).contains("cannot be used with"), "{}", stderr(&output));
        }
    }
    assert_eq!(check(at, &["--diff"]).status.code(), Some(1));
    assert_eq!(check(at, &["--diff", "--exit-zero"]).status.code(), Some(0));
    assert_eq!(fs::read_to_string(at.join("a.hcl")).unwrap(), SLASH);
    assert_eq!(check(at, &["--fix", "--report", "json=r.json"]).status.code(), Some(0));
    assert!(at.join("r.json").is_file());
}
