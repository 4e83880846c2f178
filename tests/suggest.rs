//! `suggest` against `fixtures/suggest` and the demos: what it prints, its exit code, that its diffs apply, and that
//! nothing is left to suggest afterwards.

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
mod live;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{Outcome as Ran, directories, home, in_step, name, texts};
use serde_json::{Value, json};

fn suggest(directory: &Path, args: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolewright"));
    command.args(["suggest", "--no-config", "--root", "."]).args(args);
    common::outcome(command.env_remove("FORCE_COLOR").env_remove("CLICOLOR_FORCE").current_dir(directory))
}

fn cases() -> Vec<PathBuf> {
    let cases = directories(&home().join("fixtures/suggest"));
    assert!(cases.len() >= 10, "the fixtures are there");
    cases
}

/// Every folder with inputs: the cases, and the demos.
fn inputs() -> Vec<PathBuf> {
    let demos = directories(&home().join("fixtures/projects"));
    let demos = demos.iter().flat_map(|demo| [demo.join("as-written"), demo.join("fixed")]);
    cases().iter().map(|case| case.join("in")).chain(demos).collect()
}

#[test]
fn reports_are_as_committed() {
    let mut wrong = String::new();
    for case in cases() {
        assert!(case.join("README.md").is_file(), "{} says what it shows", case.display());
        for (file, args) in [("human.txt", &[][..]), ("report.json", &["--format", "json"])] {
            let Ran { code, stdout, stderr } = suggest(&case.join("in"), args);
            let text = match file {
                "human.txt" => format!("{stdout}\n--- stderr\n{stderr}--- exit code {code}\n"),
                _ => stdout,
            };
            if let Err(message) = in_step(&case.join(file), &text) {
                wrong += &message;
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn exit_codes() {
    let codes: Vec<(String, i32)> =
        cases().iter().map(|case| (name(case), suggest(&case.join("in"), &["-q"]).code)).collect();
    let codes: Vec<(&str, i32)> = codes.iter().map(|(name, code)| (name.as_str(), *code)).collect();
    let wanted = [
        ("beside", 1),
        ("beyond", 1),
        ("broken", 2),
        ("comments", 1),
        ("constraints", 1),
        ("consumers", 1),
        ("denies", 1),
        ("detached", 1),
        ("everything", 1),
        ("expectations", 1),
        ("hostile", 1),
        ("inline", 1),
        ("least", 0),
        ("missing", 1),
        ("narrower", 1),
        ("shared", 1),
        ("spelt", 1),
        ("templates", 1),
        ("twice", 2),
        ("unfollowed", 0),
        ("unknown", 2),
    ];
    assert_eq!(codes, wanted);
    let shared = home().join("fixtures/suggest/shared/in");
    for (args, wanted) in [
        (&["web"][..], 1),
        (&["kubernetes/jobs"], 1),
        (&["auth/kubernetes/jobs"], 1),
        (&["other"], 2),
        (&["web", "other"], 2),
        (&["wbe"], 2),
        (&["elsewhere/web"], 2),
        (&["--in", "policies"], 2),
        (&["--in", "no-such-folder"], 2),
    ] {
        let run = suggest(&shared, args);
        assert_eq!(run.code, wanted, "{args:?}: {}{}", run.stdout, run.stderr);
    }
    assert!(suggest(&shared, &["wbe"]).stderr.contains("did you mean `web`?"));
}

#[test]
fn json_reports_conform_to_their_schema() {
    let text = fs::read_to_string(home().join("schemas/suggest-report.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
    let mut narrowed = 0;
    for directory in inputs() {
        let run = suggest(&directory, &["--format", "json"]);
        if run.stdout.is_empty() {
            assert_eq!(run.code, 2, "{}: {}", directory.display(), run.stderr);
            continue;
        }
        let report: Value = serde_json::from_str(&run.stdout).unwrap();
        let faults: Vec<String> = schema.iter_errors(&report).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{}: {faults:?}", directory.display());
        let policies = report["policies"].as_array().unwrap().iter();
        let changed =
            policies.filter(|policy| ["narrowed", "unneeded"].contains(&policy["outcome"].as_str().unwrap()));
        let changed = changed.count() as u64;
        assert_eq!(report["summary"]["narrowed"], changed, "{}", directory.display());
        assert!(run.code == 2 || (run.code == 1) == (changed > 0), "{}: {}", directory.display(), run.code);
        narrowed += changed;
    }
    assert!(narrowed >= 20, "{narrowed}");
}

/// What is printed is a patch for both programs, colours and all that stands around it aside, and once it is applied,
/// nothing more is suggested for these files, and every expectation holds that held before.
#[test]
fn diffs_apply_and_leave_nothing_to_suggest() {
    let mut applied = 0;
    for directory in inputs() {
        let run = suggest(&directory, &[]);
        let report = suggest(&directory, &["--format", "json"]);
        let Ok(report) = serde_json::from_str::<Value>(&report.stdout) else { continue };
        let files = report["files"].as_array().unwrap();
        if files.is_empty() {
            continue;
        }
        for program in [&["git", "apply", "-"][..], &["patch", "-p1", "--silent"]] {
            let copy = tempfile::tempdir().unwrap();
            for (path, text) in texts(&directory) {
                let path = copy.path().join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            apply(program, copy.path(), &run.stdout);
            for file in files {
                let text = fs::read_to_string(copy.path().join(file["path"].as_str().unwrap())).unwrap();
                assert_eq!(text, file["text"].as_str().unwrap(), "{program:?} in {}", directory.display());
            }
            let ran = suggest(copy.path(), &["--format", "json"]);
            let again: Value = serde_json::from_str(&ran.stdout).unwrap();
            assert_eq!(again["files"], json!([]), "{}", directory.display());
            // What was to be done by hand is still to be done, and nothing else.
            let counts = |of: &Value, what: &str| of["summary"][what].as_u64().unwrap();
            let by_hand = counts(&report, "by_hand");
            let left = (counts(&again, "narrowed"), counts(&again, "by_hand"));
            assert_eq!(left, (by_hand, by_hand), "{}", directory.display());
            assert_eq!(
                again["summary"]["withheld"],
                report["summary"]["withheld"],
                "{}",
                directory.display()
            );
            if run.code == 1 {
                assert_eq!(ran.code, i32::from(by_hand > 0), "{}", directory.display());
            }
            applied += 1;
        }
    }
    assert!(applied >= 16, "{applied}");
}

/// The diff names the files that links lead to, and keeps the ends of lines; what it cannot name or show is to be done by
/// hand, and it says why.
#[cfg(unix)]
#[test]
fn diffs_are_for_the_files_that_are_there() {
    let (project, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let root = project.path();
    let rule = |name: &str| format!("path \"kv/data/{name}/*\" {{\n  capabilities = [\"read\"]\n}}\n");
    let names = ["dir", "elsewhere", "far", "hidden", "link", "mark", "open", "return", "windows"];
    let expect: String = names
        .iter()
        .map(|name| format!("  - {{who: \"role:app\", can: [read], on: kv/data/{name}/x}}\n"))
        .collect();
    let spec = format!(
        "apiVersion: rolewright/v1\nkind: Access\nname: x\nvault:\n  auth:\n    kubernetes:\n      type: kubernetes\n      \
         config: {{kubernetes_host: https://k}}\n      roles:\n        app:\n          bound_service_account_names: [a]\n          \
         bound_service_account_namespaces: [ns]\n          token_policies: [{}]\n  policies:\n    dir: {{file: linked/dir.txt}}\n    \
         far: {{file: far/far.hcl}}\nexpect:\n{expect}",
        names.join(", ")
    );
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("x.access.yaml", &spec);
    write("policies/windows.hcl", &rule("windows").replace('\n', "\r\n"));
    write("policies/open.hcl", rule("open").trim_end());
    write("policies/mark.hcl", &format!("\u{feff}{}", rule("mark")));
    write("policies/return.hcl", &rule("return").replacen('\n', "\r", 1));
    write("policies/hidden.hcl", &format!("# \u{202e}\n{}", rule("hidden")));
    write("texts/link.txt", &rule("link"));
    write("texts/dir.txt", &rule("dir"));
    fs::write(elsewhere.path().join("elsewhere.hcl"), rule("elsewhere")).unwrap();
    let link = |target: &Path, path: &str| std::os::unix::fs::symlink(target, root.join(path)).unwrap();
    link(Path::new("../texts/link.txt"), "policies/link.hcl");
    link(Path::new("texts"), "linked");
    link(&elsewhere.path().join("elsewhere.hcl"), "policies/elsewhere.hcl");
    write("far/far.hcl", &rule("far"));

    let report = suggest(root, &["--format", "json"]);
    let report: Value = serde_json::from_str(&report.stdout).unwrap_or_else(|_| panic!("{}", report.stderr));
    let by_hand: Vec<(&str, &str)> = report["policies"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|policy| Some((policy["name"].as_str()?, policy["why_by_hand"].as_str()?)))
        .collect();
    let unseen = "a diff would show characters that a terminal obeys, or that nobody sees";
    let wanted = [
        ("elsewhere", "its file is a link that leads out of the project"),
        ("hidden", unseen),
        ("return", unseen),
    ];
    assert_eq!(by_hand, wanted);
    let files: Vec<&str> =
        report["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
    let wanted = ["far/far.hcl", "policies/mark.hcl", "policies/open.hcl", "policies/windows.hcl"];
    assert!(
        wanted.iter().chain(&["texts/dir.txt", "texts/link.txt"]).all(|it| files.contains(it)),
        "{files:?}"
    );
    assert_eq!(files.len(), 6, "{files:?}");
    let run = suggest(root, &[]);
    apply(&["git", "apply", "-"], root, &run.stdout);
    for file in report["files"].as_array().unwrap() {
        let text = fs::read_to_string(root.join(file["path"].as_str().unwrap())).unwrap();
        assert_eq!(text, file["text"].as_str().unwrap());
        let is_windows = file["path"] == "policies/windows.hcl";
        assert_eq!(text.contains("\r\n"), is_windows);
        assert_eq!(text.ends_with('\n'), file["path"] != "policies/open.hcl");
        assert_eq!(text.starts_with('\u{feff}'), file["path"] == "policies/mark.hcl");
    }
    let again: Value = serde_json::from_str(&suggest(root, &["--format", "json"]).stdout).unwrap();
    assert_eq!((&again["files"], &again["summary"]["by_hand"]), (&json!([]), &json!(3)));
}

/// Has a program apply the patch that stands in a text.
fn apply(program: &[&str], directory: &Path, printed: &str) {
    let mut child = Command::new(program[0])
        .args(&program[1..])
        .current_dir(directory)
        .env("GIT_CEILING_DIRECTORIES", directory.parent().unwrap())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(printed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program:?} in {}: {said}\n{printed}", directory.display());
}

/// `compile --explain` says of each line of a grant where less is known to be needed, and else nothing.
#[test]
fn compile_explains_what_is_needed_of_a_grant() {
    let explain = |directory: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_rolewright"))
            .args(["compile", "--no-config", "--root", ".", "--explain"])
            .current_dir(home().join(directory))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines()
            .filter(|line| line.contains("known to be needed"))
            .map(|line| line.trim().to_owned())
            .collect()
    };
    let told: Vec<String> = explain("fixtures/suggest/inline/in");
    let wanted = [
        "known to be needed: kv/data/grade/db [read] (k8s/grade.yaml:14); see `rolewright suggest grade`",
        "known to be needed: nothing of it; see `rolewright suggest grade`",
    ];
    assert_eq!(told, wanted);
    let silent: Vec<String> = explain("fixtures/compile/grants/in");
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn colours_are_for_terminals() {
    let directory = home().join("fixtures/suggest/narrower/in");
    let plain = suggest(&directory, &[]).stdout;
    let colored = suggest(&directory, &["--color", "always"]).stdout;
    assert!(!plain.contains('\u{1b}') && colored.contains("\u{1b}[31m-"));
    let mut bare = colored;
    for code in ["0", "1", "31", "32", "33", "36"] {
        bare = bare.replace(&format!("\u{1b}[{code}m"), "");
    }
    assert_eq!(bare, plain);
}

/// A real server takes the narrowed policies and answers with the capabilities that are needed, and with no more on the
/// paths that are said to be closed.
#[test]
fn the_server_takes_what_is_suggested() {
    let Some(server) = live::server() else { return };
    let (mut open, mut closed) = (0, 0);
    for case in cases() {
        let run = suggest(&case.join("in"), &["--format", "json"]);
        let Ok(report) = serde_json::from_str::<Value>(&run.stdout) else { continue };
        for policy in report["policies"].as_array().unwrap() {
            let Some(hcl) = policy["hcl"].as_str().filter(|hcl| !hcl.contains("{{")) else { continue };
            let name = format!("suggest-{}-{}", common::name(&case), policy["name"].as_str().unwrap());
            server.put(&format!("sys/policies/acl/{name}"), json!({"policy": hcl}));
            let token =
                server.put("auth/token/create", json!({"policies": [name], "no_default_policy": true}));
            let token = token["auth"]["client_token"].as_str().unwrap().to_owned();
            let capabilities = |path: &str| -> Vec<String> {
                let answer = server.put("sys/capabilities", json!({"token": token, "paths": [path]}));
                let words = answer["data"][path].as_array().unwrap_or_else(|| panic!("{answer}")).clone();
                words.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
            };
            for surplus in policy["surplus"].as_array().unwrap() {
                for now in surplus["now"].as_array().unwrap() {
                    let path = now["path"].as_str().unwrap();
                    if path.contains(['*', '+']) || path.contains("{{") {
                        continue;
                    }
                    let held = capabilities(path);
                    for word in now["capabilities"].as_array().unwrap() {
                        assert!(
                            held.iter().any(|it| word == it),
                            "{name}: {word} on {path}: {held:?}\n{hcl}"
                        );
                        open += 1;
                    }
                }
                for gone in surplus["closed"].as_array().unwrap() {
                    let path = gone["path"].as_str().unwrap();
                    let lists = gone["capabilities"].as_array().unwrap().iter().any(|word| word == "list");
                    let held = capabilities(&if lists { format!("{path}/") } else { path.to_owned() });
                    for word in gone["capabilities"].as_array().unwrap() {
                        let is_list = word == "list";
                        if is_list == lists {
                            assert!(
                                !held.iter().any(|it| word == it),
                                "{name}: {word} on {path}: {held:?}\n{hcl}"
                            );
                            closed += 1;
                        }
                    }
                }
            }
        }
    }
    println!("{open} needs are open, {closed} surplus paths are closed on the server");
    assert!(open >= 15 && closed >= 15, "{open}, {closed}");
}
