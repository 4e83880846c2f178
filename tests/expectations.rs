//! `test` against `fixtures/tests`: what it prints in each format, its exit code, and that other programs can read it.

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
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Outcome, directories, home, in_step, name, outcome};
use serde_json::Value;

fn test(directory: &Path, args: &[&str]) -> Outcome {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolewright"));
    command.args(["test", "--no-config", "--color", "never", "--root", "."]).args(args);
    outcome(command.current_dir(directory))
}

fn cases() -> Vec<PathBuf> {
    let cases = directories(&home().join("fixtures/tests"));
    assert!(cases.len() >= 7, "the fixtures are there");
    cases
}

#[test]
fn reports_are_as_committed() {
    let mut wrong = String::new();
    for case in cases() {
        assert!(case.join("README.md").is_file(), "{} says what it shows", case.display());
        let inputs = case.join("in");
        for (file, args) in [
            ("human.txt", &["--coverage"][..]),
            ("verbose.txt", &["-v"]),
            ("report.json", &["--format", "json", "--coverage"]),
            ("junit.xml", &["--format", "junit"]),
        ] {
            let Outcome { code, stdout, stderr } = test(&inputs, args);
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
        cases().iter().map(|case| (name(case), test(&case.join("in"), &["-q"]).code)).collect();
    let codes: Vec<(&str, i32)> = codes.iter().map(|(name, code)| (name.as_str(), *code)).collect();
    let wanted = [
        ("broken", 2),
        ("doubtful", 1),
        ("engine-credentials", 1),
        ("failing", 1),
        ("hostile", 1),
        ("kubernetes", 1),
        ("kubernetes-everybody", 1),
        ("kubernetes-proved", 0),
        ("named", 1),
        ("nobody", 2),
        ("passing", 0),
        ("paths", 2),
        ("proved", 0),
        ("unknown", 1),
        ("unproved", 1),
        ("vault-namespaces", 1),
        ("ways", 1),
        ("ways-closed", 0),
        ("without-login", 1),
        ("without-token", 1),
    ];
    assert_eq!(codes, wanted);
}

#[test]
fn json_reports_conform_to_their_schema() {
    let text = fs::read_to_string(home().join("schemas/test-report.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
    for case in cases() {
        let report = json(&case);
        let faults: Vec<String> = schema.iter_errors(&report).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{}: {faults:?}", case.display());
        let outcomes: Vec<&str> = report["tests"]
            .as_array()
            .unwrap()
            .iter()
            .map(|test| test["outcome"].as_str().unwrap())
            .collect();
        assert_eq!(report["summary"]["tests"], outcomes.len());
        for (count, word) in [("passed", "passed"), ("not_proved", "not-proved"), ("unknown", "unknown")] {
            let all = outcomes.iter().filter(|outcome| **outcome == word).count();
            assert_eq!(report["summary"][count], all, "{}: {count}", case.display());
        }
    }
}

/// Python's reader, which takes well-formed XML only, finds the cases and counts that the JSON report has.
#[test]
fn another_reader_understands_the_junit_reports() {
    const SCRIPT: &str = "
import sys, xml.etree.ElementTree as tree
root = tree.fromstring(sys.stdin.buffer.read())
assert root.tag == 'testsuites'
cases = root.findall('./testsuite/testcase')
for node in [root] + root.findall('testsuite'):
    inner = node.findall('.//testcase')
    assert int(node.get('tests')) == len(inner), node.attrib
    assert int(node.get('failures')) == len(node.findall('.//failure')), node.attrib
    assert int(node.get('errors')) == len(node.findall('.//error')), node.attrib
assert not root.findall('.//skipped')
print(len(cases), len(root.findall('.//failure')), len(root.findall('.//error')))
";
    let Some(python) = live::tool("../bin/python3") else { return };
    for case in cases() {
        let xml = fs::File::open(case.join("junit.xml")).unwrap();
        let output = Command::new(&python).args(["-c", SCRIPT]).stdin(xml).output().unwrap();
        assert!(output.status.success(), "{}: {}", case.display(), String::from_utf8_lossy(&output.stderr));
        let report = json(&case);
        let problems = report["problems"].as_array().unwrap().len() as u64;
        let count = |key: &str| report["summary"][key].as_u64().unwrap();
        let failures = count("failed") + count("unknown") + count("not_proved");
        let wanted = format!("{} {failures} {}\n", count("tests") + problems, count("nobody") + problems);
        assert_eq!(String::from_utf8_lossy(&output.stdout), wanted, "{}", case.display());
    }
}

/// What the demos say of themselves is true, of everybody too.
#[test]
fn the_demos_hold() {
    let mut passed = 0;
    for demo in directories(&home().join("fixtures/projects")) {
        let report: Value =
            serde_json::from_str(&test(&demo.join("fixed"), &["--format", "json"]).stdout).unwrap();
        assert_eq!(report["problems"], Value::Array(Vec::new()), "{}", demo.display());
        for test in report["tests"].as_array().unwrap() {
            assert_eq!(test["outcome"], "passed", "{}: {test:#}", demo.display());
            passed += 1;
        }
    }
    assert_eq!(passed, 17);
}

/// The same claims about the demo as it was written: one hangs on policies that nobody wrote, the other does not hold.
#[test]
fn a_claim_about_everybody_names_somebody() {
    let directory = tempfile::tempdir().unwrap();
    let claims = directory.path().join("claims.access-test.yaml");
    let text = "apiVersion: rolewright/v1\nkind: AccessTest\nname: claims\nexpect:\n\
                \x20 - {nobody_except: [payment/payment-api-sa], can: [read], on: 'secret/data/payment/*'}\n\
                \x20 - {nobody_except: [grade-api/grade-api-sa], can: [read], on: 'secret/payment/*'}\n";
    fs::write(&claims, text).unwrap();
    let demo = home().join("fixtures/projects/grade-platform/as-written");
    let run = test(&demo, &["--format", "json", ".", claims.to_str().unwrap()]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let outcome = |at: usize| report["tests"][at]["outcome"].clone();
    assert_eq!([outcome(0), outcome(1)], ["unknown", "failed"], "{report:#}");
    let reasons = |at: usize| report["tests"][at]["answers"][0]["reasons"].as_array().unwrap().clone();
    let of_reader = |reason: &Value| reason["text"].as_str().unwrap().contains("`readonly`");
    let reader = reasons(0).into_iter().find(of_reader).unwrap();
    assert_eq!(reader["who"], "any service account `vault-reader` of namespaces `*`");
    let against = &reasons(1)[0];
    assert_eq!(against["who"], "payment/payment-api-sa");
    assert_eq!(against["path"], "secret/payment/x");
    assert_eq!(against["role"]["name"], "kubernetes/payment-api");
    assert_eq!(against["rules"][0]["place"]["path"], "policies/payment-api.hcl");
}

#[test]
fn filters_and_lists() {
    let inputs = home().join("fixtures/tests/passing/in");
    let list = test(&inputs, &["--list"]);
    assert_eq!((list.code, list.stdout.lines().count()), (0, 17), "{}", list.stdout);
    for (filter, count) in [
        ("reads its secrets", 2),
        ("through reader", 1),
        ("pki/root", 1),
        ("more.access-test.yaml", 1),
        ("stays out", 1),
    ] {
        let list = test(&inputs, &["--list", "--filter", filter]);
        assert_eq!(list.stdout.lines().count(), count, "{filter}: {}", list.stdout);
        let run = test(&inputs, &["--filter", filter]);
        assert_eq!(run.code, 0, "{}", run.stdout);
        assert!(run.stdout.contains(&format!(": {count} passed.")), "{}", run.stdout);
    }
    let none = test(&inputs, &["--filter", "no such text"]);
    assert_eq!(none.code, 2);
    assert!(none.stderr.contains("no expectation holds the text `no such text`"), "{}", none.stderr);
}

#[test]
fn nothing_to_prove_is_no_success() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| fs::write(directory.path().join(name), text).unwrap();
    let run = |args: &[&str]| test(directory.path(), args);
    let empty = run(&[]);
    assert_eq!(empty.code, 2, "{}", empty.stdout);
    assert!(empty.stderr.contains("no expectation found"), "{}", empty.stderr);
    write("reader.hcl", b"path \"kv/x\" {\n  capabilities = [\"read\"]\n}\n");
    for format in ["human", "json", "junit"] {
        assert_eq!(run(&["--format", format]).code, 2, "{format}");
    }
    write(
        "x.access-test.yaml",
        b"apiVersion: rolewright/v1\nkind: AccessTest\nname: x\nexpect:\n  - {who: \"policy:reader\", can: [read], on: kv/x}\n",
    );
    assert_eq!(run(&[]).code, 0);
    assert_eq!(run(&["no-such-file.yaml", "."]).code, 2);
    write("binary.hcl", b"path \"\xff\xfe\" {}\n");
    assert_eq!(run(&[]).code, 2);
    assert_eq!(run(&["--format", "xml"]).code, 2);
}

fn json(case: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(case.join("report.json")).unwrap()).unwrap()
}
