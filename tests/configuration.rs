//! Where settings come from: flags, configurations that extend others, profiles; and runs that last.

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
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rolewright::config::schema::schema;
use rolewright::rules::RULES;
use serde_json::Value;
use tempfile::TempDir;

const WIDE: &str =
    "# rolewright: allow(sudo-on-wildcard) break glass\npath \"sys/*\" {\n  capabilities = [\"sudo\"]\n}\n";
const UNBOUND: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: a, namespace: app}\n\
    rules:\n  - {apiGroups: [\"\"], resources: [pods], verbs: [get]}\n---\n\
    apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b, namespace: app}\n\
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\n\
    subjects: [{kind: ServiceAccount, name: web, namespace: app}]\n";
const ROLE: &str = "apiVersion: rolewright/v1\nkind: Access\nname: demo\nvault:\n  auth:\n    kubernetes:\n      \
    type: kubernetes\n      roles:\n        app:\n          bound_service_account_names: [app]\n          \
    bound_service_account_namespaces: [app]\n          token_ttl: 2h\n          token_max_ttl: 2h\n";

fn project(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join(".git")).unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

fn command(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolewright"));
    command.args(args).current_dir(dir).env("NO_COLOR", "1").env_remove("CI").stdin(Stdio::null());
    command
}

fn run(dir: &Path, args: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command(dir, args).output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// Names of the rules that a concise report speaks of, each once.
fn reported(dir: &Path, args: &[&str]) -> Vec<String> {
    let (_, stdout, stderr) = run(dir, &[&["check", "-q", "--format", "json"], args].concat());
    let report: Value = serde_json::from_str(&stdout).unwrap_or_else(|_| panic!("{stdout}{stderr}"));
    let findings = report["findings"].as_array().unwrap().iter();
    let mut names: Vec<String> = findings
        .map(|finding| {
            format!("{}={}", finding["rule"].as_str().unwrap(), finding["severity"].as_str().unwrap())
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn flags_choose_rules_and_levels() {
    let dir = project(&[
        ("wide.hcl", WIDE),
        ("role.yaml", UNBOUND),
        ("rolewright.toml", "ignore = [\"sudo-alone\"]\n[rules]\nwildcard-mount = \"error\"\n"),
    ]);
    let has =
        |args: &[&str], rule: &str| reported(dir.path(), args).iter().any(|found| found.starts_with(rule));
    assert!(!has(&[], "sudo-on-wildcard"), "a comment allows it");
    assert!(has(&["--profile", "audit"], "sudo-on-wildcard=error"));
    assert!(has(&["--profile", "audit", "--min-severity", "error"], "sudo-on-wildcard=error"));
    assert!(!has(&["--profile", "audit", "--ignore", "sudo-on-wildcard"], "sudo-on-wildcard"));
    assert_eq!(reported(dir.path(), &["--select", "unbound-role"]), ["unbound-role=note"]);
    assert!(has(&["--extend-select", "pedantic"], "unbound-role=note"));
    assert!(!has(&["--extend-select", "pedantic", "--min-severity", "warning"], "unbound-role"));
    assert!(!has(&["--extend-select", "pedantic", "--ignore", "unbound-role,style"], "unbound-role"));
    let (code, ..) = run(dir.path(), &["check", "--select", "unbound-role"]);
    assert_eq!(code, 0, "notes do not fail");
    let (code, ..) = run(dir.path(), &["check", "--select", "unbound-role", "--profile", "strict"]);
    assert_eq!(code, 1, "in a strict run they do");
    for (args, message) in [
        (&["check", "--select", "securty"][..], "did you mean `security`?"),
        (&["check", "--ignore", "syntax-error"], "cannot be turned off"),
        (&["check", "--profile", "loud"], "possible values: default, strict, audit"),
        (&["check", "--watch", "--fix"], "cannot be used with"),
        (&["check", "--watch", "-"], "stdin cannot be watched"),
    ] {
        let (code, _, stderr) = run(dir.path(), args);
        assert_eq!(code, 2, "{args:?}: {stderr}");
        assert!(stderr.contains(message), "{args:?}: {stderr}");
    }
}

#[test]
fn a_baseline_of_the_configuration_hides_nothing_from_an_audit() {
    let dir = project(&[
        ("wide.hcl", &WIDE[WIDE.find("path").unwrap()..]),
        ("rolewright.toml", "baseline = \"known.json\"\n"),
    ]);
    let (code, _, stderr) = run(dir.path(), &["check", "--no-config", "--write-baseline", "known.json"]);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(run(dir.path(), &["check"]).0, 0);
    assert_eq!(run(dir.path(), &["check", "--profile", "audit"]).0, 1);
}

#[test]
fn limits_differ_by_directory_and_mount() {
    let dir = project(&[
        ("dev/roles.access.yaml", ROLE),
        ("prod/roles.access.yaml", ROLE),
        (
            "rolewright.toml",
            "select = [\"excessive-ttl\"]\n[[limits.scope]]\npaths = [\"prod\"]\nmax_ttl = \"1h\"\n",
        ),
    ]);
    let (_, stdout, _) = run(dir.path(), &["check", "-q", "--format", "concise"]);
    assert!(stdout.contains("prod/") && stdout.contains("the limit is 1 hour"), "{stdout}");
    assert!(!stdout.contains("dev/"), "{stdout}");
}

#[test]
fn config_show_says_where_each_setting_came_from() {
    let dir = project(&[
        ("rolewright.toml", "profile = \"strict\"\nexclude = [\"gen\"]\n\n[rules]\nunused-allow = \"off\"\n"),
        ("team/rolewright.toml", "extend = \"../rolewright.toml\"\nbaseline = \"\\u001b[2J.json\"\n"),
    ]);
    let team = dir.path().join("team");
    let args = ["config", "show", "--select", "security,wildcard-verb"];
    let (code, stdout, stderr) = run(&team, &args);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    for (setting, origin) in [
        ("profile = \"strict\"", "rolewright.toml:1"),
        ("exclude = [\"gen\"]", "rolewright.toml:2"),
        ("unused-allow = \"off\"", "rolewright.toml:5"),
        ("extend = \"../rolewright.toml\"", "team/rolewright.toml:1"),
        ("baseline = \"\\U0000001B[2J.json\"", "team/rolewright.toml:2"),
        ("fail-on = \"note\"", "profile strict"),
        ("max_ttl = \"24h\"", "default"),
        ("select = [\"security\", \"wildcard-verb\"]", "--select"),
    ] {
        let shown =
            stdout.lines().any(|line| line.starts_with(setting) && line.ends_with(&format!("  # {origin}")));
        assert!(shown, "{setting} of {origin}\n{stdout}");
    }
    // It is a configuration itself.
    let value: Value = toml::from_str(&stdout).unwrap();
    let faults: Vec<String> = jsonschema::validator_for(&schema(RULES))
        .unwrap()
        .iter_errors(&value)
        .map(|fault| fault.to_string())
        .collect();
    assert!(faults.is_empty(), "{faults:?}");
    let (_, stdout, _) = run(&team, &[&args[..], &["--format", "json"]].concat());
    let shown: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(shown["files"], serde_json::json!(["team/rolewright.toml", "rolewright.toml"]));
    let settings = shown["settings"].as_array().unwrap();
    let exclude = settings.iter().find(|setting| setting["key"] == "exclude").unwrap();
    assert_eq!(exclude["value"], serde_json::json!(["gen"]));
    assert_eq!(exclude["origin"], serde_json::json!({"kind": "file", "file": "rolewright.toml", "line": 2}));
    assert!(!stdout.contains('\u{1b}'));
}

#[test]
fn what_cannot_be_extended_is_said_with_its_place() {
    let outside = project(&[("base.toml", "secret = 1\n")]);
    let outside = outside.path().join("base.toml");
    let elsewhere = format!("extend = {:?}\n", outside.to_str().unwrap());
    for (files, message) in [
        (&[("rolewright.toml", "extend = \"none.toml\"\n")][..], "cannot extend `none.toml`"),
        (&[("rolewright.toml", "extend = \"rolewright.toml\"\n")], "leads in a circle"),
        (
            &[("rolewright.toml", "extend = \"b.toml\"\n"), ("b.toml", "extend = \"rolewright.toml\"\n")],
            "b.toml:1:10",
        ),
        (&[("rolewright.toml", "extend = \"b\"\n"), ("b/x", "")], "no regular file"),
        (&[("rolewright.toml", "extend = \"https://example.com/base.toml\"\n")], "cannot extend `https:"),
        (&[("rolewright.toml", elsewhere.as_str())], "outside of the repository"),
        (&[("rolewright.toml", "extend = \"b.toml\"\n"), ("b.toml", "exclud = []\n")], "b.toml:1:1"),
        (
            &[("rolewright.toml", "extend = \"b.toml\"\n"), ("b.toml", "required-version = \">=99\"\n")],
            "asks for `>=99`",
        ),
    ] {
        let dir = project(files);
        let (code, _, stderr) = run(dir.path(), &["config", "show"]);
        assert_eq!(code, 2, "{files:?}: {stderr}");
        assert!(stderr.contains(message) && !stderr.contains("secret"), "{files:?}: {stderr}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_watched_project_is_checked_again_when_it_changes() {
    use std::os::unix::process::ExitStatusExt as _;

    let dir = project(&[("web.hcl", "path \"secret/data/web\" {\n  capabilities = [\"read\"]\n}\n")]);
    let mut child = common::interruptible(env!("CARGO_BIN_EXE_rolewright"));
    child.current_dir(dir.path());
    child.args(["check", "-q", "--format", "concise", "--watch", "--no-config", "--report", "json=out.json"]);
    let mut child = child.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next_about = |word: &str| {
        let line = lines.by_ref().map(Result::unwrap).find(|line| line.contains(word));
        let line = line.unwrap_or_else(|| panic!("nothing about {word}"));
        assert!(!line.contains('\u{1b}'), "what is no terminal is not cleared: {line}");
    };
    fs::write(dir.path().join("bad.hcl"), "path \"x\" {\n  capabilities = [\"raed\"]\n}\n").unwrap();
    next_about("bad.hcl");
    fs::write(dir.path().join("worse.hcl"), "path \"y\" {\n  capabilities = [\"writ\"]\n}\n").unwrap();
    next_about("worse.hcl");
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    assert_eq!(child.wait().unwrap().signal(), Some(2), "a shell calls that 130");
}

/// Runs a program whose stderr is a terminal, with stdin that ends after so many seconds.
const TERMINAL: &str = "
import os, pty, subprocess, sys, time
top, end = pty.openpty()
child = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=end)
os.close(end)
time.sleep(float(sys.argv[1]))
child.stdin.close()
seen = b''
while True:
    try:
        part = os.read(top, 4096)
    except OSError:
        break
    if not part:
        break
    seen += part
child.wait()
sys.stdout.buffer.write(seen)
";

#[cfg(unix)]
#[test]
fn only_a_long_run_at_a_terminal_says_what_it_is_at() {
    let Some(python) = live::tool("../bin/python3") else { return };
    let dir = project(&[]);
    let said = |seconds: &str, args: &[&str], ci: &str| {
        let mut command = Command::new(&python);
        command.args(["-c", TERMINAL, seconds, env!("CARGO_BIN_EXE_rolewright"), "check", "-"]).args(args);
        command.current_dir(dir.path()).env("TERM", "xterm").env("CI", ci);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let long = said("1.6", &[], "");
    let (line, rest) = long.split_once("\u{1b}[2K").unwrap_or_else(|| panic!("{long:?}"));
    assert!(line.starts_with("\rreading ... 1 s") && line.ends_with('\r'), "{long:?}");
    assert!(!rest.contains("reading"), "{long:?}");
    for silent in [said("0", &[], ""), said("1.3", &["-q"], ""), said("1.3", &[], "true")] {
        assert!(!silent.contains("reading"), "{silent:?}");
    }
}

#[test]
fn config_show_shows_what_is_in_force() {
    let dir = project(&[(
        "rolewright.toml",
        "ignore = [\"style\", \"pedantic\"]\nextend-select = [\"wildcard-verb\"]\nbaseline = \"known.json\"\n",
    )]);
    let show = |args: &[&str]| run(dir.path(), &[&["config", "show"], args].concat()).1;
    let has = |text: &str, setting: &str, origin: &str| {
        text.lines().any(|line| line.starts_with(setting) && line.ends_with(&format!("  # {origin}")))
    };
    let both = show(&["--ignore", "unused-allow,style"]);
    let origin = "rolewright.toml:1 and --ignore";
    assert!(has(&both, "ignore = [\"style\", \"pedantic\", \"unused-allow\"]", origin), "{both}");
    assert!(has(&both, "extend-select = [\"wildcard-verb\"]", "rolewright.toml:2"), "{both}");
    let json = show(&["--ignore", "unused-allow", "--format", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    let ignore = json["settings"].as_array().unwrap().iter().find(|it| it["key"] == "ignore").unwrap();
    assert_eq!(ignore["origin"]["kind"], "several");
    assert_eq!(ignore["origin"]["origins"][1], serde_json::json!({"kind": "flag", "flag": "--ignore"}));
    // `--select` takes the place of the lists of the file.
    let selected = show(&["--select", "security", "--ignore", "unused-allow"]);
    assert!(has(&selected, "select = [\"security\"]", "--select"), "{selected}");
    assert!(has(&selected, "ignore = [\"unused-allow\"]", "--ignore"), "{selected}");
    assert!(!selected.contains("extend-select"), "{selected}");
    assert!(show(&[]).contains("baseline") && !show(&["--profile", "audit"]).contains("baseline"));
}

#[test]
fn what_is_not_shown_is_counted_and_named_when_it_fails_the_run() {
    let dir = project(&[("role.yaml", UNBOUND)]);
    let args = ["check", "--select", "unbound-role", "--min-severity", "error", "--fail-on", "note"];
    let (code, stdout, stderr) = run(dir.path(), &args);
    assert_eq!(code, 1);
    assert!(stdout.contains("1 finding below `--min-severity` not shown"), "{stdout}");
    assert!(!stdout.contains("nothing to report"), "{stdout}");
    assert!(stderr.contains("`--min-severity` leaves out make the run fail"), "{stderr}");
    let (code, stdout, stderr) = run(dir.path(), &[&args[..], &["-q", "--format", "json"]].concat());
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, report["summary"]["hidden"].as_u64()), (1, Some(1)), "{stderr}");
    assert!(stderr.contains("make the run fail"), "{stderr}");
    let (code, _, stderr) = run(dir.path(), &args[..5]);
    assert_eq!((code, stderr.as_str()), (0, ""), "notes do not fail by themselves");
}
