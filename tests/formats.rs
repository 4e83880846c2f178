//! Every report format: golden texts, the schemas and readers of others, the same exit codes everywhere.

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

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use common::{home, in_step};
use rolewright::report::Format;
use rolewright::rules::RULES;
use serde_json::Value;
use tempfile::TempDir;

/// Two lines that start alike: letters of two and four bytes, a tab, then a capability that does not exist.
const POLICY: &str = "\u{feff}/* é𐐀 */\tpath \"kv/app\" { capabilities = [\"reed\"] }\r\n\
                      /* é𐐀 */\tpath \"kv/b|<i>`\" { capabilities = [\"reed\", \"wright\"] }\r\n";
const ROLE: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: reader}\nrules:\n\
                    \x20 - {apiGroups: [\"\"], resources: [secrets], verbs: [list]}\n";
const BINDING: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: reader}\n\
                       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}\n\
                       subjects: [{kind: ServiceAccount, name: app, namespace: apps}]\n";

struct Case {
    name: &'static str,
    files: Vec<(&'static str, String)>,
    findings: usize,
    exit: i32,
}

fn cases() -> Vec<Case> {
    let clean = "path \"kv/data/app\" {\n  capabilities = [\"read\"]\n}\n".to_owned();
    let mut many = String::new();
    for at in 0..6_000 {
        writeln!(many, "path \"kv/data/{at}\" {{ capabilities = [\"reed\"] }}").unwrap();
    }
    let one = "path \"kv/data/app\" { capabilities = [\"reed\"] }\n".to_owned();
    vec![
        Case { name: "none", files: vec![("app.hcl", clean.clone())], findings: 0, exit: 0 },
        Case { name: "one", files: vec![("app.hcl", one)], findings: 1, exit: 1 },
        Case { name: "many", files: vec![("app.hcl", many)], findings: 6_000, exit: 1 },
        Case {
            name: "mixed",
            files: vec![
                ("policies/grün 𐐀.hcl", POLICY.to_owned()),
                ("rbac/role.yaml", ROLE.to_owned()),
                ("rbac/binding.yaml", BINDING.to_owned()),
            ],
            findings: 4,
            exit: 1,
        },
        Case {
            name: "unread",
            files: vec![("app.hcl", clean), ("broken.yaml", "apiVersion: v1\nkind: [\n".to_owned())],
            findings: 1,
            exit: 2,
        },
    ]
}

/// The rules of the cases; all others are off.
const RULES_OF_CASES: [&str; 3] = ["syntax-error", "unknown-capability", "secrets-readable"];

fn project(case: &Case) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in &case.files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let mut config = "[rules]\n".to_owned();
    for rule in RULES.iter().filter(|rule| !RULES_OF_CASES.contains(&rule.name)) {
        writeln!(config, "{} = \"off\"", rule.name).unwrap();
    }
    fs::write(folder.path().join("rolewright.toml"), config).unwrap();
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

fn report(folder: &Path, format: &str) -> String {
    String::from_utf8(check(folder, &["--format", format]).stdout).unwrap()
}

#[test]
fn golden_texts() {
    let cases = cases();
    let case = cases.iter().find(|case| case.name == "mixed").unwrap();
    let folder = project(case);
    let mut faults = String::new();
    for format in Format::ALL {
        let (name, _) = format.words();
        let mut text = report(folder.path(), name);
        if name == "sarif" {
            // The table of rules is no matter of this case.
            let mut log: Value = serde_json::from_str(&text).unwrap();
            log["runs"][0]["tool"]["driver"]["rules"] = Value::Array(Vec::new());
            log["runs"][0]["tool"]["driver"]["semanticVersion"] = Value::Null;
            for result in log["runs"][0]["results"].as_array_mut().unwrap() {
                result["ruleIndex"] = Value::Null;
            }
            text = serde_json::to_string_pretty(&log).unwrap() + "\n";
        }
        let golden = home().join(format!("fixtures/formats/mixed.{name}.txt"));
        if let Err(fault) = in_step(&golden, &text) {
            faults += &fault;
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

#[test]
fn exit_codes_do_not_depend_on_the_format_and_reports_to_files_say_the_same() {
    for case in cases().into_iter().filter(|case| case.findings < 100) {
        let folder = project(&case);
        for format in Format::ALL {
            let (name, _) = format.words();
            let file = format!("{name}=report.out");
            let output = check(folder.path(), &["--format", name, "--report", &file]);
            assert_eq!(output.status.code(), Some(case.exit), "{} as {name}", case.name);
            let written = fs::read(folder.path().join("report.out")).unwrap();
            assert_eq!(written, output.stdout, "{} as {name}", case.name);
            fs::remove_file(folder.path().join("report.out")).unwrap();
        }
    }
}

#[test]
fn a_report_that_cannot_be_written_is_a_failure_and_the_others_are_written() {
    let cases = cases();
    let folder = project(&cases[0]);
    let arguments = ["--report", "sarif=nowhere/x.sarif", "--report", "json=ok.json"];
    let output = check(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write the report `nowhere/x.sarif`"));
    assert!(folder.path().join("ok.json").exists());

    for (wrong, said) in [
        ("sarfi=x", "did you mean `sarif`?"),
        ("sarif", "write `FORMAT=FILE`"),
        ("sarif=", "write `FORMAT=FILE`"),
    ] {
        let output = check(folder.path(), &["--report", wrong]);
        assert_eq!(output.status.code(), Some(2), "{wrong}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(said), "{wrong}");
    }
    let output = check(folder.path(), &["--report", "json=a", "--report", "sarif=a"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn sarif_conforms_to_its_schema_and_to_what_github_asks() {
    let schema = fs::read_to_string(home().join("schemas/third-party/sarif-2.1.0.schema.json")).unwrap();
    let mut schema: Value = serde_json::from_str(&schema).unwrap();
    // The pattern of language codes is no regular expression (a bracket too many); no report names a language.
    for object in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][object]["properties"]["language"];
        assert!(language.as_object_mut().unwrap().remove("pattern").is_some());
    }
    let schema = jsonschema::validator_for(&schema).unwrap();
    for case in cases() {
        let folder = project(&case);
        let log: Value = serde_json::from_str(&report(folder.path(), "sarif")).unwrap();
        let faults: Vec<String> = schema.iter_errors(&log).map(|fault| fault.to_string()).take(5).collect();
        assert!(faults.is_empty(), "{}: {faults:#?}", case.name);

        let run = &log["runs"][0];
        assert_eq!(run["columnKind"], "unicodeCodePoints");
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        assert_eq!(rules.len(), RULES.len(), "every rule is listed");
        for rule in rules {
            for key in ["shortDescription", "fullDescription", "help"] {
                let text = rule[key]["text"].as_str().unwrap();
                assert!(!text.is_empty() && (key == "help" || text.chars().count() <= 1024), "{rule}");
            }
            assert!(rule["properties"]["precision"].is_string());
            assert!(rule["properties"]["tags"].as_array().unwrap().len() <= 10);
        }
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.is_empty(), case.findings == 0, "{}", case.name);
        assert!(results.len() <= 5_000);
        let notes = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
        assert_eq!(
            notes.iter().any(|note| note["descriptor"]["id"] == "results-left-out"),
            case.findings > 5_000
        );
        for result in results {
            let region = &result["locations"][0]["physicalLocation"]["region"];
            for key in ["startLine", "startColumn", "endLine", "endColumn"] {
                assert!(region[key].as_u64().unwrap() >= 1, "{result}");
            }
            assert_eq!(region["startLine"], region["endLine"], "a region of several lines is not shown");
            let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
            assert!(uri.is_ascii() && !uri.starts_with("./") && !uri.contains([' ', '\\']), "{uri}");
            let index = result["ruleIndex"].as_u64().unwrap();
            assert_eq!(rules[usize::try_from(index).unwrap()]["id"], result["ruleId"]);
            assert!(!result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap().is_empty());
        }
        if case.name == "mixed" {
            let secrets = results.iter().find(|result| result["ruleId"] == "secrets-readable").unwrap();
            let steps = secrets["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap();
            assert!(steps.len() >= 2, "the way leads through both files");
        }
    }
}

#[cfg(unix)]
#[test]
fn code_hosts_are_told_of_the_file_behind_a_link() {
    let cases = cases();
    let folder = project(&cases[1]);
    let at = folder.path();
    fs::create_dir(at.join("real")).unwrap();
    fs::rename(at.join("app.hcl"), at.join("real/app.hcl")).unwrap();
    std::os::unix::fs::symlink("real/app.hcl", at.join("link.hcl")).unwrap();
    for (format, wanted) in [("sarif", "real/app.hcl"), ("gitlab", "real/app.hcl"), ("concise", "link.hcl")] {
        let output = check(at, &["--root", ".", "--format", format, "link.hcl"]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains(wanted), "{format}: {text}");
        assert_eq!(text.contains("link.hcl"), format == "concise", "{format}: {text}");
    }
}

#[test]
fn json_formats_are_read_by_others() {
    let schema = fs::read_to_string(home().join("schemas/report.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for case in cases() {
        let folder = project(&case);
        let json: Value = serde_json::from_str(&report(folder.path(), "json")).unwrap();
        assert!(schema.is_valid(&json), "{}", case.name);
        assert_eq!(json["findings"].as_array().unwrap().len(), case.findings, "{}", case.name);

        let lines: Vec<Value> =
            report(folder.path(), "jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.last().unwrap()["type"], "summary");
        let findings = lines.iter().filter(|line| line["type"] == "finding").count();
        assert_eq!(findings, case.findings, "{}", case.name);

        let gitlab: Value = serde_json::from_str(&report(folder.path(), "gitlab")).unwrap();
        let issues = gitlab.as_array().unwrap();
        assert_eq!(issues.len(), case.findings, "{}", case.name);
        let mut prints: Vec<&str> =
            issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
        prints.sort_unstable();
        prints.dedup();
        assert_eq!(prints.len(), issues.len(), "issues with the same fingerprint collapse into one");
        for issue in issues {
            let severity = issue["severity"].as_str().unwrap();
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity));
            let path = issue["location"]["path"].as_str().unwrap();
            assert!(!path.starts_with('/') && !path.starts_with("./"));
            assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
            assert!(!issue["description"].as_str().unwrap().is_empty());
        }

        let rdjson: Value = serde_json::from_str(&report(folder.path(), "rdjson")).unwrap();
        let diagnostics = rdjson["diagnostics"].as_array().unwrap();
        assert_eq!(diagnostics.len(), case.findings, "{}", case.name);
        for diagnostic in diagnostics {
            assert!(["ERROR", "WARNING", "INFO"].contains(&diagnostic["severity"].as_str().unwrap()));
            assert!(diagnostic["location"]["path"].is_string());
        }
        if case.name == "mixed" {
            // In bytes: the mark, the comment with letters of two and four bytes, a tab.
            let first = &diagnostics[0]["location"]["range"]["start"];
            let line = POLICY.lines().next().unwrap();
            assert_eq!(first["column"].as_u64().unwrap() as usize, line.find("\"reed\"").unwrap() + 1);
            let place = &json["findings"][0];
            let characters =
                line.trim_start_matches('\u{feff}').split("\"reed\"").next().unwrap().chars().count();
            assert_eq!(place["column"].as_u64().unwrap() as usize, characters + 1);
        }
    }
}

#[test]
fn xml_formats_are_read_by_others() {
    for case in cases() {
        let folder = project(&case);
        let junit = report(folder.path(), "junit");
        let document = roxmltree::Document::parse(&junit).unwrap();
        let root = document.root_element();
        let count = |name: &str| document.descendants().filter(|node| node.has_tag_name(name)).count();
        assert_eq!(root.attribute("tests").unwrap(), count("testcase").to_string());
        assert_eq!(root.attribute("failures").unwrap(), count("failure").to_string());
        assert_eq!(root.attribute("errors").unwrap(), count("error").to_string());
        assert_eq!(count("failure") + count("error"), case.findings, "{}", case.name);
        assert_eq!(count("testcase"), case.findings.max(1));

        let checkstyle = report(folder.path(), "checkstyle");
        let document = roxmltree::Document::parse(&checkstyle).unwrap();
        let errors: Vec<_> = document.descendants().filter(|node| node.has_tag_name("error")).collect();
        assert_eq!(errors.len(), case.findings, "{}", case.name);
        for error in errors {
            assert!(["error", "warning", "info"].contains(&error.attribute("severity").unwrap()));
            assert!(error.parent().unwrap().attribute("name").is_some());
        }
    }
}

#[test]
fn line_formats_have_a_line_for_each_finding() {
    for case in cases() {
        let folder = project(&case);
        let github = report(folder.path(), "github");
        assert_eq!(github.lines().count(), case.findings, "{}", case.name);
        let worst_first: Vec<&str> = github.lines().map(|line| line.split(' ').next().unwrap()).collect();
        assert!(worst_first.windows(2).all(|pair| rank(pair[0]) <= rank(pair[1])), "{}", case.name);

        let markdown = report(folder.path(), "markdown");
        let rows =
            markdown.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| severity")).count();
        assert_eq!(rows, case.findings.min(1_000), "{}", case.name);
        assert!(markdown.lines().all(|line| !line.starts_with('|') || line.matches('|').count() == 5));
    }
}

fn rank(command: &str) -> usize {
    ["::error", "::warning", "::notice"].iter().position(|known| *known == command).unwrap()
}

/// Whoever cuts the bytes out of the file finds the text, a byte order mark at its start or not.
#[test]
fn offsets_in_json_are_those_of_the_file() {
    for mark in ["", "\u{feff}"] {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("{mark}path \"secret/data/app\" {{\n  capabilities = [\"reed\"]\n}}\n");
        fs::write(folder.path().join("a.hcl"), &text).unwrap();
        let output =
            check(folder.path(), &["--no-config", "--select", "unknown-capability", "--format", "json"]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let finding = &report["findings"][0];
        let cut = |at: &Value| {
            let offset = |name: &str| usize::try_from(at[name].as_u64().unwrap()).unwrap();
            text[offset("byte_start")..offset("byte_end")].to_owned()
        };
        assert_eq!(cut(finding), "\"reed\"");
        assert_eq!(cut(&finding["fix"]["edits"][0]), "reed");
        assert_eq!(finding["fix"]["safety"], "unsafe");
    }
}
