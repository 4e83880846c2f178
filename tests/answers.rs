//! The answers of `can-i` and `who-can` on small projects, as people read them: `fixtures/answers/*.txt`.
//!
//! Each file names a directory and holds command lines, each with all that it prints and its exit code. With
//! `ROLEWRIGHT_BLESS=1` everything below the command lines is written anew.

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

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{home, in_step};

#[test]
fn answers_are_as_written() {
    let folder = home().join("fixtures/answers");
    let entries = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.filter(|path| path.extension().is_some_and(|it| it == "txt")).collect();
    files.sort();
    assert!(files.len() >= 5, "{files:?}");
    let wrong: Vec<String> = files.iter().filter_map(|path| answered(path).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn answered(path: &Path) -> Result<(), String> {
    let text = fs::read_to_string(path).unwrap();
    let first = text.lines().next().unwrap();
    let directory = home().join(first.strip_prefix("# in ").expect("the first line names the directory"));
    let mut wanted = format!("{first}\n");
    for line in text.lines().filter_map(|line| line.strip_prefix("$ rolewright ")) {
        let output = Command::new(env!("CARGO_BIN_EXE_rolewright"))
            .args(line.split(' '))
            .args(["--color", "never", "--root", "."])
            .current_dir(&directory)
            .output()
            .unwrap();
        let code = output.status.code().unwrap();
        let (out, err) =
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        wanted += &format!("\n$ rolewright {line}\n{out}{err}exit code {code}\n");
    }
    in_step(path, &wanted)
}

#[test]
fn inputs_that_cannot_be_read_are_never_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_rolewright"))
            .args(args)
            .current_dir(dir.path())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    };
    let question = ["can-i", "policy:p", "read", "a"];
    let (code, stdout, stderr) = run(&question);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("no input found"), "{stderr}");

    fs::write(dir.path().join("p.hcl"), "path \"a\" { capabilities = [\"read\"] }\n").unwrap();
    assert_eq!(run(&question).0, 0);
    fs::write(dir.path().join("q.hcl"), "path \"a\" { capabilities = [\n").unwrap();
    for args in [&question[..], &["who-can", "read", "a/b"]] {
        let (code, stdout, stderr) = run(args);
        assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
        assert!(
            stderr.contains("error: q.hcl:") && stderr.contains("not all inputs can be read"),
            "{stderr}"
        );
    }
    fs::write(dir.path().join("q.hcl"), b"path \"a\" { capabilities = [\"\xff\"] }\n").unwrap();
    assert_eq!(run(&question).0, 2);
    assert_eq!(run(&["can-i", "--policy", "p.hcl", "read", "a"]).0, 0);
    fs::remove_file(dir.path().join("q.hcl")).unwrap();
    let header =
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b, namespace: ns}\n";
    let of = |rest: &str| format!("{header}{rest}");
    let all = "roleRef: {kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: ServiceAccount, name: a, namespace: ns}]\n";
    let question = ["can-i", "ns/a", "get", "secrets"];
    for (rest, code) in [
        (all, 0),
        ("roleRef: {kind: ClusterRole}\nsubjects: [{kind: ServiceAccount, name: a, namespace: ns}]\n", 2),
        (
            "roleRef: {kind: ClusterRole, name: cluster-admin}\nsubjects: {kind: ServiceAccount, name: a, namespace: ns}\n",
            2,
        ),
        ("roleRef: {kind: ClusterRole, name: cluster-admin}\nsubjects: a\n", 2),
    ] {
        fs::write(dir.path().join("b.yaml"), of(rest)).unwrap();
        assert_eq!(run(&question).0, code, "{rest}");
        assert_eq!(run(&["who-can", "get", "secrets"]).0, code, "{rest}");
    }
    let spec = "apiVersion: rolewright/v1\nkind: Access\nname: {{ .Values.name }}\n{{- if .Values.x }}\n{{- end }}\n";
    fs::write(dir.path().join("b.yaml"), of(all)).unwrap();
    fs::write(dir.path().join("x.yaml"), spec).unwrap();
    let (code, _, stderr) = run(&question);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("render it first"), "{stderr}");
    fs::remove_file(dir.path().join("x.yaml")).unwrap();
    assert_eq!(run(&["can-i", "--policy", "none.hcl", "read", "a"]).0, 2);
}

#[test]
fn nothing_from_inputs_or_questions_steers_the_terminal() {
    let dir = tempfile::tempdir().unwrap();
    let text = "path \"a\u{1b}[31m/*\" { capabilities = [\"read\"] }\n";
    fs::write(dir.path().join("p.hcl"), text).unwrap();
    for args in [
        &["can-i", "policy:p", "read", "a\u{1b}[31m/x", "--explain"][..],
        &["can-i", "policy:p", "--list"],
        &["can-i", "policy:\u{1b}[2J", "read", "a"],
        &["can-i", "\u{1b}[2J", "read", "a"],
        &["can-i", "n/\u{1b}[2J", "read", "a"],
        &["can-i", "policy:p", "\u{1b}[2J", "a"],
        &["can-i", "n/a", "get", "\u{1b}[2J"],
        &["who-can", "read", "a\u{1b}/x"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_rolewright"))
            .args(args)
            .current_dir(dir.path())
            .output()
            .unwrap();
        for text in [output.stdout, output.stderr] {
            assert!(!text.contains(&0x1b), "{args:?}: {}", String::from_utf8_lossy(&text).escape_debug());
        }
    }
}
