//! `eval`: the conformance vectors through the program, order, bad lines, long inputs.

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

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// 2026-11-23, when the vectors were executed.
const NOW: &str = "1795392000";

struct Outcome {
    code: i32,
    stdout: String,
    stderr: String,
}

/// Runs `eval` in a directory of its own, where no configuration lies.
fn eval(args: &[&str], stdin: &[u8]) -> Outcome {
    let dir = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_rolewright"))
        .arg("eval")
        .args(args)
        .current_dir(dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut to = child.stdin.take().unwrap();
    let text = stdin.to_vec();
    // Answers come while questions go in.
    let writer = std::thread::spawn(move || drop(to.write_all(&text)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Outcome {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn answers(args: &[&str], questions: &[Value]) -> Vec<Value> {
    let text: String = questions.iter().map(|question| format!("{question}\n")).collect();
    let outcome = eval(args, text.as_bytes());
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let answers: Vec<Value> =
        outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), questions.len());
    answers
}

fn section(text: &str, name: &str) -> Value {
    let mut all: Value = serde_json::from_str(text).unwrap();
    all[name].take()
}

#[test]
fn every_vector_about_policies_in_every_dialect() {
    let text = include_str!("../fixtures/conformance/acl.json");
    let (acl, template) = (section(text, "acl"), section(text, "template"));
    let mut vectors = acl.as_array().unwrap().clone();
    for case in template["cases"].as_array().unwrap() {
        let mut case = case.clone();
        for (key, mark) in [("entity", "$entity"), ("groups", "$groups")] {
            if case[key] == mark {
                case[key] = template[key].clone();
            }
        }
        vectors.push(case);
    }
    vectors.iter_mut().for_each(|vector| vector["root_path"] = (vector["root_path"] == true).into());
    let mut wrong = Vec::new();
    for (dialect, key) in [
        ("vault-classic", "expect_vault_classic"),
        ("vault-current", "expect_vault_current"),
        ("openbao", "expect"),
    ] {
        let answers = answers(&["--dialect", dialect, "--now", NOW], &vectors);
        for (vector, answer) in vectors.iter().zip(&answers) {
            let expected = if vector[key].is_null() { &vector["expect"] } else { &vector[key] };
            let same = match expected["error_contains"].as_str() {
                Some(text) => answer["error"].as_str().is_some_and(|error| error.contains(text)),
                None => ["allowed", "capabilities", "request_allowed"]
                    .iter()
                    .all(|field| answer[field] == expected[field]),
            };
            if !same {
                wrong.push(format!("{} {dialect}: {answer}, wanted {expected}", vector["id"]));
            }
        }
    }
    assert_eq!(vectors.len(), 482 + 40);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_vector_about_rbac() {
    let text = include_str!("../fixtures/conformance/rbac.json");
    let mut wrong = Vec::new();
    for (name, count, fields) in [
        ("authz", 269, &["allowed"][..]),
        ("covers", 71, &["covered", "uncovered"]),
        ("escalation", 18, &["allowed"]),
        ("validation", 80, &["accepted", "errors"]),
    ] {
        let vectors = section(text, name);
        let vectors = vectors.as_array().unwrap();
        assert_eq!(vectors.len(), count);
        for (vector, answer) in vectors.iter().zip(answers(&["--rbac"], vectors)) {
            let same = |field: &&str| match *field {
                "errors" => same_errors(&answer["errors"], &vector["errors"]),
                field => answer[field] == vector[field],
            };
            if !fields.iter().all(same) {
                wrong.push(format!("{}: {answer}, wanted {vector}", vector["id"]));
            }
            if answer["allowed"] == true && name == "authz" {
                let rule = usize::try_from(answer["rule"].as_u64().unwrap()).unwrap();
                let holder = answer.get("aggregated_from").unwrap_or(&answer["role"]);
                let same = |object: &&Value| {
                    object["kind"] == holder["kind"]
                        && object["metadata"]["name"] == holder["name"]
                        && (holder["kind"] == "ClusterRole"
                            || object["metadata"]["namespace"] == holder["namespace"])
                };
                let objects = vector["objects"].as_array().unwrap();
                let role = objects.iter().find(same).unwrap_or_else(|| panic!("{answer} of {vector}"));
                assert!(role["rules"][rule].is_object(), "{answer} of {vector}");
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn same_errors(said: &Value, wanted: &Value) -> bool {
    let (said, wanted) = (said.as_array().unwrap(), wanted.as_array().unwrap());
    let same = |(said, wanted): (&Value, &Value)| {
        said["field"] == wanted["field"]
            && said["type"] == wanted["type"]
            && said["detail"].as_str().unwrap().contains(wanted["detail"].as_str().unwrap())
    };
    said.len() == wanted.len() && said.iter().zip(wanted).all(same)
}

#[test]
fn answers_do_not_hang_on_the_number_of_threads() {
    let questions: Vec<Value> = (0..20_000).map(question).collect();
    let text: String = questions.iter().map(|question| format!("{question}\n")).collect();
    let one = eval(&["-j", "1"], text.as_bytes());
    let many = eval(&["-j", "7"], text.as_bytes());
    assert_eq!(one.code, 0, "{}", one.stderr);
    assert!(one.stdout == many.stdout);
    for (at, answer) in one.stdout.lines().enumerate() {
        let answer: Value = serde_json::from_str(answer).unwrap();
        assert_eq!(answer["allowed"], at % 3 == 0, "{at}");
    }
}

/// Allowed if the number can be divided by three.
fn question(number: usize) -> Value {
    let text = format!("path \"kv/{}\" {{ capabilities = [\"read\"] }}", number % 50 * 3);
    let path = format!("kv/{}", number % 50 * 3 + number % 3);
    json!({"policies": [{"name": "p", "text": text}], "path": path, "operation": "read"})
}

#[test]
fn a_question_is_answered_before_the_next_is_asked() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rolewright"))
        .arg("eval")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut to, mut from) =
        (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()).lines());
    for number in 0..10 {
        writeln!(to, "{}", question(number)).unwrap();
        let answer: Value = serde_json::from_str(&from.next().unwrap().unwrap()).unwrap();
        assert_eq!(answer["allowed"], number % 3 == 0);
    }
    drop(to);
    assert!(from.next().is_none());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rolewright"))
        .arg("eval")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut to = child.stdin.take().unwrap();
    for number in 0..50_000 {
        if writeln!(to, "{}", question(number)).is_err() {
            break;
        }
    }
    drop(to);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn bad_lines_are_answered_in_their_place() {
    let good = question(0).to_string();
    let rbac = json!({"objects": [], "user": "u", "verb": "get", "resource": "pods"});
    // Each: arguments, the line, what the error says.
    let cases: [(&[&str], &[u8], &str); 22] = [
        (&[], b"nonsense", "expected ident at column 2"),
        (&[], b"{}", "missing field `policies` at column 2"),
        (&[], b"[]", "a question is an object"),
        (&[], b"{\"policies\": []}", "missing field `path`"),
        (&[], b"{\"policies\": \"x\", \"path\": \"p\", \"operation\": \"read\"}", "invalid type"),
        (&[], b"{\"policies\": [{\"name\": \"x\"}], \"path\": \"p\", \"operation\": \"read\"}", "missing field `text`"),
        (&[], b"{\"policies\": [], \"path\": \"p\", \"operation\": \"read\", \"dialect\": \"x\"}", "unknown variant `x`"),
        (&[], b"{\"policies\": [], \"path\": \"p\", \"operation\": \"read\"} x", "trailing characters"),
        (&[], b"\xff\xfe", "not UTF-8 at byte 0"),
        (&[], b"{\"policies\": [], \"path\": \"p\", \"operation\": \"read\", \"wrap_ttl\": \"1h\"}", "invalid type"),
        (&["--rbac"], b"{}", "a question has `verb`, or `owner` and `servant`, or `object`"),
        (&["--rbac"], b"[]", "a question is an object"),
        (&["--rbac"], b"7", "a question is an object"),
        (&["--rbac"], b"{\"verb\"", "`:` was expected after the key at column 9"),
        (&["--rbac"], b"{\"verb\": \"get\"}", "the field `objects` is missing"),
        (&["--rbac"], b"{\"verb\": \"get\", \"objects\": []}", "`user` or `serviceaccount` must be there"),
        (&["--rbac"], b"{\"verb\": \"get\", \"objects\": [], \"user\": \"u\"}", "`resource` or `nonResourceURL` must be there"),
        (&["--rbac"], b"{\"verb\": \"get\", \"objects\": [], \"user\": 7}", "`user` must be text, not a number"),
        (&["--rbac"], b"{\"verb\": \"get\", \"objects\": [], \"serviceaccount\": \"x\"}", "`serviceaccount` is `NAMESPACE/NAME`, not `x`"),
        (&["--rbac"], b"{\"verb\": \"get\", \"objects\": [], \"user\": \"u\", \"resource\": \"pods\", \"aggregate\": 1}", "`aggregate` must be true or false"),
        (&["--rbac"], b"\xff", "not UTF-8 at byte 0"),
        (&["--rbac"], b"{\"verb\": \"get\", \"verb\": \"list\"}", "written twice"),
    ];
    for (args, bad, said) in cases {
        let good = if args.is_empty() { good.clone() } else { rbac.to_string() };
        let text = [good.as_bytes(), b"\n\n", bad, b"\r\n", good.as_bytes()].concat();
        let outcome = eval(args, &text);
        let lines: Vec<Value> =
            outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(outcome.code, 2, "{}", outcome.stdout);
        assert_eq!(lines.len(), 3, "{}", outcome.stdout);
        assert!(lines[0]["allowed"].is_boolean() && lines[2] == lines[0], "{}", outcome.stdout);
        assert!(lines[1]["error"].as_str().unwrap().contains(said), "{} is not {said}", lines[1]);
        assert_eq!(lines[1]["line"], 3);
        assert_eq!(outcome.stderr, "error: 1 line is no question; the answers in their place say why\n");
    }
}

#[test]
fn what_the_server_refuses_is_an_answer() {
    let policy = |text: &str| json!([{"name": "p", "text": text}]);
    for (questions, said) in [
        (
            json!({"policies": policy("path \"a\" { capabilities = [\"raed\"] }"), "path": "a", "operation": "read"}),
            "raed",
        ),
        (json!({"policies": policy("path {"), "path": "a", "operation": "read"}), ""),
        (json!({"policies": policy(""), "path": "a", "operation": "raed"}), "no operation is called `raed`"),
    ] {
        let answer = answers(&[], &[questions]).remove(0);
        assert!(answer["error"].as_str().unwrap().contains(said) && answer["allowed"].is_null(), "{answer}");
    }
    let object = json!({"apiVersion": "v1", "kind": "Role", "metadata": {"name": "x"}});
    let mistyped = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "rules": "x"});
    for (objects, said) in
        [(json!([object]), "the `apiVersion` is not that of RBAC"), (json!([mistyped]), "objects[0]: ")]
    {
        let question = json!({"objects": objects, "user": "u", "verb": "get", "resource": "pods"});
        let answer = answers(&["--rbac"], &[question]).remove(0);
        assert!(answer["error"].as_str().unwrap().contains(said), "{answer}");
    }
}

#[test]
fn a_line_without_end_is_left_out() {
    let mut text = question(0).to_string().into_bytes();
    text.push(b'\n');
    text.extend(std::iter::repeat_n(b'x', 17 << 20));
    text.push(b'\n');
    text.extend(question(1).to_string().into_bytes());
    let outcome = eval(&[], &text);
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    assert_eq!((outcome.code, lines.len()), (2, 3), "{}", outcome.stderr);
    assert_eq!(lines[1], r#"{"error":"longer than 16 MiB, which is the most that is read","line":2}"#);
    assert!(lines[0].starts_with("{\"allowed\":true") && lines[2].starts_with("{\"allowed\":false"));
}

#[test]
fn files_are_read_in_order_and_named_in_errors() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.jsonl"), format!("{}\n{}", question(0), question(1))).unwrap();
    std::fs::write(dir.path().join("b.jsonl"), "x\n").unwrap();
    let run = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_rolewright"))
            .arg("eval")
            .args(args)
            .current_dir(dir.path())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    };
    let (code, stdout, _) = run(&["a.jsonl", "b.jsonl", "a.jsonl"]);
    let lines: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((code, lines.len()), (2, 5));
    assert_eq!((&lines[2]["line"], &lines[2]["file"]), (&json!(1), &json!("b.jsonl")));
    assert_eq!(lines[..2], lines[3..]);
    for (name, said) in [("none", "cannot read `none`: "), (".", "cannot read `")] {
        let (code, stdout, stderr) = run(&["a.jsonl", name]);
        assert_eq!((code, stdout.as_str()), (2, ""));
        assert!(stderr.contains(said), "{stderr}");
    }
}

#[test]
fn the_configuration_names_the_server() {
    let dir = tempfile::tempdir().unwrap();
    // Vault up to 1.20 looks at the path without the slash first.
    let text = "path \"a/+\" { capabilities = [\"list\"] }\npath \"a/b/*\" { capabilities = [\"read\"] }";
    let question = json!({"policies": [{"name": "p", "text": text}], "path": "a/b/", "operation": "list"});
    std::fs::write(dir.path().join("q"), question.to_string()).unwrap();
    let allowed = |config: &str, args: &[&str]| {
        std::fs::write(dir.path().join("rolewright.toml"), config).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_rolewright"))
            .args(["eval", "q"])
            .args(args)
            .current_dir(dir.path())
            .output()
            .unwrap();
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        answer["allowed"].as_bool().unwrap()
    };
    assert!(!allowed("", &[]));
    assert!(allowed("[target]\nvault = \"1.20\"\n", &[]));
    assert!(!allowed("[target]\nvault = \"1.20\"\n", &["--dialect", "openbao"]));
}
