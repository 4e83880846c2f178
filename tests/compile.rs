//! The `compile` command: what it makes, and what it does to a directory.
//!
//! `fixtures/compile/NAME/in` compiles to `fixtures/compile/NAME/out`, byte for byte; `ROLEWRIGHT_BLESS=1` rewrites it.

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

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::{blessing, directories, home, in_step, name, texts};
use rolewright::emit::{self, EmitError};
use rolewright::model::project::{Project, Settings};
use rolewright::syntax::{Source, SourceId, tree::Node, yaml};
use serde_json::Value;
use tempfile::TempDir;

/// Runs the program in `at` without any configuration; exit status, stdout, stderr.
fn rolewright(at: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output: Output = Command::new(env!("CARGO_BIN_EXE_rolewright"))
        .args(["--no-config", "--color", "never", "--root", "."])
        .args(arguments)
        .current_dir(at)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

const SPEC: &str = "apiVersion: rolewright/v1
kind: Access
name: small
vault:
  policies:
    one: {path: {secret/data/one: {capabilities: [read]}}}
    two: {path: {secret/data/two: {capabilities: [read]}}}
";

/// A directory with the spec above in it.
fn workshop() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("small.access.yaml"), SPEC).unwrap();
    directory
}

fn compiled() -> TempDir {
    let directory = workshop();
    let (status, _, stderr) = rolewright(directory.path(), &["compile"]);
    assert_eq!((status, stderr.as_str()), (0, ""));
    directory
}

#[test]
fn golden() {
    let mut problems = Vec::new();
    for case in directories(&home().join("fixtures/compile")) {
        let out = tempfile::tempdir().unwrap();
        let target = out.path().join("out");
        let (status, _, stderr) =
            rolewright(&case.join("in"), &["compile", "--out", target.to_str().unwrap()]);
        assert_eq!(status, 0, "{}: {stderr}", name(&case));
        let (made, committed) = (texts(&target), texts(&case.join("out")));
        for (path, text) in &made {
            problems.extend(in_step(&case.join("out").join(path), text).err());
        }
        for path in committed.keys().filter(|path| !made.contains_key(*path)) {
            if blessing() {
                fs::remove_file(case.join("out").join(path)).unwrap();
            } else {
                problems.push(format!("{}: {path} is no longer made", name(&case)));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_same_bytes_from_anywhere() {
    let case = home().join("fixtures/compile/whole");
    let here = rolewright(&case.join("in"), &["compile", "--stdout", "-j", "1"]);
    let there = rolewright(&home(), &["compile", "--stdout", "-j", "4", "fixtures/compile/whole/in/../in/"]);
    assert_eq!(here, there);
    assert_eq!(here.0, 0);
}

#[test]
fn a_second_run_changes_nothing() {
    let directory = compiled();
    let script = directory.path().join("build/bootstrap.sh");
    let before = fs::metadata(&script).unwrap().modified().unwrap();
    let (status, stdout, _) = rolewright(directory.path(), &["compile"]);
    assert_eq!(status, 0);
    assert!(stdout.starts_with("5 unchanged"), "{stdout}");
    assert_eq!(fs::metadata(&script).unwrap().modified().unwrap(), before);
}

#[test]
fn runs_at_the_same_time_do_not_disturb_each_other() {
    let directory = workshop();
    let codes: Vec<i32> = std::thread::scope(|scope| {
        let runs: Vec<_> =
            (0..6).map(|_| scope.spawn(|| rolewright(directory.path(), &["compile", "-q"]).0)).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert_eq!(codes, [0; 6]);
    assert_eq!(rolewright(directory.path(), &["compile", "--check"]).0, 0);
}

#[test]
fn check_and_diff_name_what_is_out_of_step() {
    let directory = compiled();
    let at = directory.path();
    assert_eq!(rolewright(at, &["compile", "--check"]).0, 0);
    assert_eq!(rolewright(at, &["compile", "--diff"]), (0, String::new(), String::new()));

    fs::write(at.join("small.access.yaml"), SPEC.replace("two", "three")).unwrap();
    fs::write(at.join("build/policies/one.hcl"), "edited\n").unwrap();
    let before = texts(at);
    let (status, stdout, _) = rolewright(at, &["compile", "--check"]);
    assert_eq!(status, 1);
    for line in [
        "differs  bootstrap.sh\n",
        "differs  policies/one.hcl\n",
        "missing  policies/three.hcl\n",
        "stale    policies/two.hcl\n",
    ] {
        assert!(stdout.contains(line), "{line}{stdout}");
    }
    let (status, stdout, _) = rolewright(at, &["compile", "--diff"]);
    assert_eq!(status, 1);
    for line in ["--- a/policies/one.hcl\n", "-edited\n", "+++ b/policies/three.hcl\n", "+++ /dev/null\n"] {
        assert!(stdout.contains(line), "{line}{stdout}");
    }
    assert_eq!(texts(at), before, "neither may write");
}

#[test]
fn only_what_was_made_is_removed() {
    let directory = compiled();
    let at = directory.path();
    fs::write(at.join("build/notes.txt"), "mine\n").unwrap();
    let one_left = SPEC.replace("    two: {path: {secret/data/two: {capabilities: [read]}}}\n", "");
    fs::write(at.join("small.access.yaml"), &one_left).unwrap();
    let (status, stdout, stderr) = rolewright(at, &["compile"]);
    assert_eq!((status, stderr.as_str()), (0, ""));
    assert!(stdout.contains("removed  policies/two.hcl\n"), "{stdout}");
    assert!(!at.join("build/policies/two.hcl").exists());
    assert!(at.join("build/notes.txt").exists());

    // Edited since: it stays, and that is said.
    fs::write(at.join("build/policies/one.hcl"), "edited\n").unwrap();
    fs::write(at.join("small.access.yaml"), one_left.replace("one", "other")).unwrap();
    let (status, _, stderr) = rolewright(at, &["compile"]);
    assert_eq!(status, 0);
    assert!(stderr.contains("`policies/one.hcl` is no longer made, and stays"), "{stderr}");
    assert_eq!(fs::read_to_string(at.join("build/policies/one.hcl")).unwrap(), "edited\n");
}

#[cfg(unix)]
#[test]
fn nothing_outside_of_the_directory_is_touched() {
    use std::os::unix::fs::symlink;
    for (link, target) in [("policies", ""), ("bootstrap.sh", "victim"), (".rolewright", "victim")] {
        let directory = workshop();
        let at = directory.path();
        let elsewhere = tempfile::tempdir().unwrap();
        fs::write(elsewhere.path().join("victim"), "theirs\n").unwrap();
        fs::create_dir(at.join("build")).unwrap();
        symlink(elsewhere.path().join(target), at.join("build").join(link)).unwrap();
        let (status, stdout, stderr) = rolewright(at, &["compile"]);
        assert_eq!((status, stdout.as_str()), (2, ""), "{link}");
        assert!(stderr.contains("is a symbolic link, which is not followed"), "{stderr}");
        assert_eq!(texts(elsewhere.path()), BTreeMap::from([("victim".to_owned(), "theirs\n".to_owned())]));
        assert!(!at.join("build/policies/one.hcl").exists());
    }

    // A list that was tampered with leads nowhere either.
    let directory = compiled();
    let at = directory.path();
    fs::write(at.join("build/.rolewright"), "0000000000000000  ../small.access.yaml\n").unwrap();
    let (status, _, stderr) = rolewright(at, &["compile"]);
    assert_eq!(status, 2);
    assert!(stderr.contains("leads out of the directory"), "{stderr}");
    assert!(at.join("small.access.yaml").exists());
}

#[test]
fn files_of_others_are_not_overwritten() {
    let directory = workshop();
    let at = directory.path();
    fs::create_dir(at.join("build")).unwrap();
    fs::write(at.join("build/bootstrap.sh"), "#!/bin/sh\necho mine\n").unwrap();
    let (status, _, stderr) = rolewright(at, &["compile"]);
    assert_eq!(status, 2);
    assert!(stderr.contains("is in the way: it was not made by rolewright"), "{stderr}");
    assert_eq!(texts(&at.join("build")).len(), 1, "nothing is written then");
}

#[cfg(unix)]
#[test]
fn scripts_can_be_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = compiled();
    let script = directory.path().join("build/bootstrap.sh");
    let mode = || fs::metadata(&script).unwrap().permissions().mode();
    assert_eq!(mode() & 0o100, 0o100);
    fs::set_permissions(&script, fs::Permissions::from_mode(0o644)).unwrap();
    let (status, stdout, _) = rolewright(directory.path(), &["compile", "--check"]);
    assert_eq!(status, 1);
    assert!(stdout.contains("differs  bootstrap.sh\n"), "{stdout}");
    assert_eq!(rolewright(directory.path(), &["compile"]).0, 0);
    assert_eq!(mode() & 0o100, 0o100);
}

#[test]
fn a_failed_write_leaves_the_old_texts() {
    let directory = compiled();
    let at = directory.path();
    let before = texts(&at.join("build"));
    fs::write(at.join("small.access.yaml"), SPEC.replace("read]", "list]")).unwrap();
    // Stands where the new text of the last file has to wait.
    fs::create_dir(at.join("build/policies/.two.hcl.rolewright-new")).unwrap();
    let (status, _, stderr) = rolewright(at, &["compile"]);
    assert_eq!(status, 2);
    assert!(stderr.contains("nothing was changed"), "{stderr}");
    assert_eq!(texts(&at.join("build")), before);
}

#[test]
fn bad_input_makes_nothing() {
    let misspelled = SPEC.replace("policies", "polices");
    let broken = format!("{SPEC}  - [\n");
    for (file, text, arguments, status, said) in [
        ("a.access.yaml", misspelled.as_str(), &["compile"] as &[&str], 1, "polices"),
        ("a.access.yaml", broken.as_str(), &["compile"], 2, "a.access.yaml"),
        ("a.txt", "", &["compile"], 2, "no Access spec among the inputs"),
        ("a.access.yaml", SPEC, &["compile", "nowhere.access.yaml"], 2, "nowhere.access.yaml"),
        ("a.access.yaml", SPEC, &["compile", "--frobnicate"], 2, "--frobnicate"),
        ("a.access.yaml", SPEC, &["compile", "--out", "a.access.yaml"], 2, "is no directory"),
        ("a.access.yaml", SPEC, &["compile", "--target", "etcd"], 2, "etcd"),
        ("a.access.yaml", SPEC, &["compile", "--check", "--stdout"], 2, "--stdout"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(file), text).unwrap();
        let (found, stdout, stderr) = rolewright(directory.path(), arguments);
        assert_eq!(found, status, "{arguments:?} {text}\n{stdout}{stderr}");
        assert!(stderr.contains(said), "{said}\n{stderr}");
        assert_eq!(texts(directory.path()).len(), 1, "{arguments:?}");
    }
}

#[test]
fn explain_shows_what_a_grant_became() {
    let (status, stdout, _) =
        rolewright(&home().join("fixtures/compile/grants/in"), &["compile", "--explain"]);
    assert_eq!(status, 0);
    assert!(stdout.starts_with("grant shop-api\n"), "{stdout}");
    assert!(stdout.contains("    secret/data/shop/db [read]  "), "{stdout}");
}

#[test]
fn the_target_decides_fields_that_only_one_server_has() {
    let at = home().join("fixtures/compile/grants/in");
    let script = |target: &str| rolewright(&at, &["compile", "--stdout", "--target", target]).1;
    assert!(script("openbao").contains("\"token_strictly_bind_ip\": false"));
    assert!(!script("openbao").contains("use_annotations_as_alias_metadata"));
    assert!(script("vault").contains("\"use_annotations_as_alias_metadata\": false"));
    assert!(!script("vault").contains("token_strictly_bind_ip"));
}

/// Every manifest reads as what was meant, by Kubernetes' dialect of YAML and by our own reader.
#[test]
fn manifests_read_back_as_they_were_meant() {
    let hostile = [
        "on", "yes", "1e3", "0x1f", "012", "~", "null", "", "- a", "a: b", "# a", "é", "a\nb", "'", "\"",
        "1:20",
    ];
    let project = built::assemble(|lowered| {
        for (number, text) in hostile.iter().enumerate() {
            let mut meta = built::meta(&format!("a{number}"), Some("on"));
            meta.annotations.push((built::at(format!("x/{text}")), built::at((*text).to_owned())));
            lowered.rbac_roles.push(rolewright::model::kube::rbac::RbacRole {
                kind: rolewright::model::kube::rbac::RbacRoleKind::Role,
                meta,
                api_version: built::at("rbac.authorization.k8s.io/v1".to_owned()),
                rules: vec![built::rule(text, &[*text], &[*text], &["get", *text])],
                aggregation: None,
                aggregation_selectors: Vec::new(),
            });
        }
    });
    let mut wanted = Vec::new();
    for object in emit::plan::plan(&project).unwrap().objects {
        wanted.push(object.manifest);
    }
    let artefacts = emit::artefacts(&project).unwrap();
    let text = &artefacts.iter().find(|artefact| artefact.path == "rbac/on.yaml").unwrap().text;

    let documents = serde_yaml::Deserializer::from_str(text);
    let theirs: Vec<Value> =
        documents.map(|document| serde::Deserialize::deserialize(document).unwrap()).collect();
    assert_eq!(theirs, wanted);

    let source = Source { id: SourceId(0), name: "on.yaml".into(), text: text.clone(), bom: false };
    let ours: Vec<Value> = own_documents(&source);
    assert_eq!(ours, wanted);
}

fn own_documents(source: &Source) -> Vec<Value> {
    let parsed = yaml::parse(&source.text, source.id);
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    parsed.documents.iter().map(|document| Node::to_json(&document.root)).collect()
}

#[test]
fn what_no_artefact_can_carry_is_refused_with_its_place() {
    type Fill = fn(&mut rolewright::model::lower::Lowered);
    let cases: [(Fill, &str); 7] = [
        (|lowered| lowered.policies.push(built::policy("p", "a\0b")), "holds NUL"),
        (|lowered| lowered.policies.push(built::policy("../p", "# a")), "`../p` cannot stand in an API path"),
        (|lowered| lowered.auth_mounts.push(built::auth_mount("a//b")), "`a//b` cannot stand"),
        (|lowered| lowered.auth_roles.push(built::auth_role("kubernetes", "a\nb", vec![])), "cannot stand"),
        (
            |lowered| {
                let meta = built::meta("a", Some("../../etc"));
                let account =
                    rolewright::model::kube::service_account::ServiceAccount { meta, automount: None };
                lowered.service_accounts.push(account);
            },
            "`../../etc` is no Kubernetes namespace",
        ),
        (|lowered| lowered.specs[0].name.value = "a b".into(), "`a b` cannot be a label value"),
        (
            |lowered| {
                let mut other = lowered.specs[0].clone();
                other.vault_namespace = Some(built::at("team".to_owned()));
                lowered.specs.push(other);
            },
            "Vault namespace `team` beside ``",
        ),
    ];
    for (fill, said) in cases {
        let project = built::assemble(|lowered| {
            let account = built::meta("web", Some("app"));
            let account =
                rolewright::model::kube::service_account::ServiceAccount { meta: account, automount: None };
            lowered.service_accounts.push(account);
            fill(lowered);
        });
        match emit::artefacts(&project) {
            Err(EmitError::Refused { message, .. }) => assert!(message.contains(said), "{message}"),
            other => panic!("{said}: {other:?}"),
        }
    }
    let nothing = Project::assemble(rolewright::syntax::Sources::default(), Vec::new(), Settings::default());
    assert!(matches!(emit::artefacts(&nothing), Err(EmitError::NoSpec)));
}

/// The server decodes a policy that is valid base64, so none may be.
#[test]
fn no_policy_text_is_base64() {
    for text in ["", "\n", "//abcdef", "//abcdef\n", "abcd", "ab\ncd\n", "//ab=="] {
        let project = built::assemble(|lowered| lowered.policies.push(built::policy("p", text)));
        let artefacts = emit::artefacts(&project).unwrap();
        let sent = &artefacts.iter().find(|artefact| artefact.path == "policies/p.hcl").unwrap().text;
        assert!(sent.starts_with(text));
        assert!(sent.contains('#') && sent.ends_with('\n'), "{sent:?}");
    }
}

#[test]
fn policy_files_have_names_that_a_file_system_takes() {
    let project = built::assemble(|lowered| {
        for name in ["team/app", ".hidden", "a b", "50%", "é"] {
            lowered.policies.push(built::policy(name, "# a"));
        }
    });
    let paths: BTreeSet<PathBuf> =
        emit::artefacts(&project).unwrap().into_iter().map(|artefact| artefact.path.into()).collect();
    for name in ["team%2Fapp", "%2Ehidden", "a%20b", "50%25", "%C3%A9"] {
        assert!(paths.contains(Path::new(&format!("policies/{name}.hcl"))), "{name} {paths:?}");
    }
}
