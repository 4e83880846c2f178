//! Manners at the terminal and towards files: colours, pipes, Ctrl-C, saying less and saying more; what is never
//! obeyed, overwritten or followed.

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
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_rolewright");
const BAD: &str = "path \"secret/data/web\" {\n  capabilities = [\"raed\"]\n}\n";
const TWICE: &str = "path \"secret/data/web\" {\n  capabilities = [\"read\", \"read\"]\n}\n";
const ONCE: &str = "path \"secret/data/web\" {\n  capabilities = [\"read\"]\n}\n";

fn project(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

fn command(program: &str, dir: &Path) -> Command {
    let mut command = common::interruptible(program);
    for name in ["NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command.current_dir(dir).env("TERM", "xterm").stdin(Stdio::null());
    command
}

fn rolewright(dir: &Path, arguments: &[&str]) -> Output {
    command(BINARY, dir).args(arguments).output().unwrap()
}

#[test]
fn colours_on_a_terminal_and_off_it() {
    type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], bool, bool);
    // Each: flags, environment, whether there are colours on a terminal, and in a file.
    let rows: [Row<'_>; 16] = [
        ("", &[], true, false),
        ("", &[("NO_COLOR", "1")], false, false),
        ("", &[("NO_COLOR", "")], true, false),
        ("", &[("CLICOLOR", "0")], false, false),
        ("", &[("CLICOLOR", "1")], true, false),
        ("", &[("CLICOLOR", "0"), ("CLICOLOR_FORCE", "1")], true, true),
        ("", &[("CLICOLOR_FORCE", "0")], true, false),
        ("", &[("FORCE_COLOR", "1")], true, true),
        ("", &[("FORCE_COLOR", "0")], true, false),
        ("", &[("FORCE_COLOR", "3"), ("NO_COLOR", "1")], false, false),
        ("", &[("TERM", "dumb")], false, false),
        ("--color always", &[("NO_COLOR", "1")], true, true),
        ("--color always", &[("CLICOLOR", "0")], true, true),
        ("--color always", &[("TERM", "dumb")], true, true),
        ("--color never", &[("FORCE_COLOR", "1")], false, false),
        ("--color never", &[("CLICOLOR_FORCE", "1")], false, false),
    ];
    let dir = project(&[("web.hcl", BAD)]);
    for (flags, environment, on_terminal, in_file) in rows {
        let line = format!("'{BINARY}' check {flags}");
        let mut terminal = command("script", dir.path());
        let terminal = terminal.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
        let file = &mut command("sh", dir.path());
        for (command, wanted) in [(terminal, on_terminal), (file.args(["-c", &line]), in_file)] {
            let output = command.envs(environment.iter().copied()).output().unwrap();
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(text.contains("unknown-capability"), "{flags} {environment:?}: {output:?}");
            assert_eq!(text.contains('\u{1b}'), wanted, "{flags} {environment:?}: {text:?}");
        }
    }
}

#[test]
fn a_reader_that_has_enough_is_no_failure() {
    let many: String = (0..3_000).map(|at| BAD.replace("web", &format!("web{at}"))).collect();
    let dir = project(&[("web.hcl", &many)]);
    for (arguments, code) in [
        ("check", 1),
        ("check --format concise", 1),
        ("check --format json", 1),
        ("check --format sarif", 1),
        ("check --statistics", 1),
        ("check --diff --unsafe-fixes", 1),
        ("rules", 0),
        ("rules --format json", 0),
        ("explain wildcard-verb", 0),
        ("schema config", 0),
        ("completions bash", 0),
        ("man check", 0),
        ("help", 0),
    ] {
        let line = format!("'{BINARY}' {arguments} | head -n 1; exit \"${{PIPESTATUS[0]}}\"");
        let output = command("bash", dir.path()).args(["-c", &line]).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments}: {output:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.is_empty() || said == "3000 findings would be fixed\n", "{arguments}: {said}");
    }
}

/// Sends SIGINT after that time; how the program ended.
fn interrupted(dir: &Path, arguments: &[&str], after: Duration) -> ExitStatus {
    let mut child =
        command(BINARY, dir).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    thread::sleep(after);
    // It may have ended already.
    let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).stderr(Stdio::null()).status();
    child.wait().unwrap()
}

const TIMES: u32 = 8;

#[test]
fn ctrl_c_leaves_whole_files() {
    let names: Vec<String> = (0..150).map(|at| format!("p{at}.hcl")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), TWICE)).collect();
    let arguments = ["check", "--fix", "--report", "sarif=report.sarif"];
    let whole = Instant::now();
    let dir = project(&files);
    rolewright(dir.path(), &arguments);
    let whole = whole.elapsed();
    let report = fs::read_to_string(dir.path().join("report.sarif")).unwrap();
    serde_json::from_str::<serde_json::Value>(&report).unwrap();

    let mut by_signal = 0;
    for time in 1..=TIMES {
        let dir = project(&files);
        fs::write(dir.path().join("report.sarif"), "old").unwrap();
        let status = interrupted(dir.path(), &arguments, whole * time / TIMES);
        by_signal += u32::from(status.signal() == Some(2));
        for entry in fs::read_dir(dir.path()).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&path).unwrap();
            let right = match name.strip_prefix('.') {
                // What was being written when the signal came: hidden, so that no later run reads it.
                Some(hidden) => hidden.starts_with("rolewright-"),
                None if name == "report.sarif" => text == "old" || text == report,
                None => text == TWICE || text == ONCE,
            };
            assert!(right, "after {time}/{TIMES}, {name} holds {text:?}");
        }
    }
    assert!(by_signal > 0, "no run was interrupted");
}

#[test]
fn less_and_more_are_said() {
    let dir = project(&[("web.hcl", ONCE), ("rolewright.toml", "exclude = []\n")]);
    let both = |arguments: &[&str]| {
        let output = rolewright(dir.path(), arguments);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (plain, nothing) = both(&["check"]);
    assert!(plain.starts_with("Checked 1 file") && nothing.is_empty(), "{plain}{nothing}");
    assert_eq!(both(&["check", "-q"]), (String::new(), String::new()));
    let (same, more) = both(&["check", "-v"]);
    assert_eq!((same, more.as_str()), (plain, "configuration: rolewright.toml\n"));
    assert_eq!(both(&["-q", "rules"]), both(&["rules"]), "what is asked for is printed however quiet");
    let output = rolewright(dir.path(), &["check", "-q", "-v"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

/// Everybody who could be obeyed, as an administrator.
const RBAC: &str = r###"
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: "##[error]role"}
rules: [{apiGroups: [""], resources: [secrets], verbs: ["*"]}, {apiGroups: ["*"], resources: ["*"], verbs: ["*"]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: "::error ::binding"}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "##[error]role"}
subjects:
  - {kind: User, apiGroup: rbac.authorization.k8s.io, name: "::error ::pwned\n::error ::x \e]0;title\a"}
  - {kind: Group, apiGroup: rbac.authorization.k8s.io, name: "##vso[x]"}
  - {kind: ServiceAccount, name: "::error", namespace: "::error"}
---
apiVersion: v1
kind: Pod
metadata: {name: "##[error]", namespace: "::error", annotations: {vault.hashicorp.com/agent-inject: "true", vault.hashicorp.com/role: "::error"}}
spec: {serviceAccountName: "::error", containers: [{name: a, image: a}]}
"###;

/// Claims with names that could be obeyed.
const CLAIM: &str = r###"
apiVersion: rolewright/v1
kind: Access
name: claim
expect:
  - {nobody: true, can: [get], on: secrets, in: "*", name: "::error ::named"}
  - {nobody_except: ["user:##[error]x"], can: [read], on: "::error/*"}
"###;

/// Names and texts that somebody else chose, with what a terminal or a runner would obey.
#[test]
fn nothing_that_is_printed_is_obeyed() {
    let dir = project(&[
        ("::error::pwned.hcl", BAD),
        ("##[error]x.hcl", BAD),
        ("a##[debug].hcl", BAD),
        ("k8s/before/::error::y.yaml", ""),
        ("k8s/after/::error::y.yaml", RBAC),
        ("k8s/after/##[error]z.access.yaml", CLAIM),
    ]);
    for arguments in [
        "check",
        "check --format concise",
        "check --format grouped",
        "check --show-files",
        "check --statistics",
        "fmt --check",
        "fmt",
        "check missing ::gone ##[gone]",
        "check --baseline ::error::gone",
        "check --report json=##[error]/x",
        "check --config \u{1b}]0;title\u{7}.toml",
        "check --root \u{1b}[2J",
        "man --out \u{1b}[2J/\u{7}/\0",
        "init \u{1b}[2J",
        "compile --out \u{1b}[2J/x",
        "paths k8s/after",
        "who-can get secrets --in k8s/after",
        "can-i ::error/::pwned get secrets --explain --in k8s/after",
        "can-i team/::error get secrets --list --kubernetes --in k8s/after",
        "trace ::error/##[error] --in k8s/after",
        "suggest ::error --in k8s/after",
        "test k8s/after",
        "diff k8s/before k8s/after",
        "diff k8s/before k8s/after --format markdown",
        "diff k8s/before k8s/after --who ::error::x",
    ] {
        let words: Vec<&str> = arguments.split(' ').filter(|word| !word.contains('\0')).collect();
        let output = rolewright(dir.path(), &words);
        for text in [&output.stdout, &output.stderr] {
            let text = String::from_utf8_lossy(text);
            assert!(!text.contains(['\u{1b}', '\u{7}']), "{arguments}: {text:?}");
            for line in text.lines() {
                let obeyed = line.trim_start().starts_with("::") || line.contains("##[");
                assert!(!obeyed, "{arguments}: {text}");
            }
        }
    }
    for (file, text) in [
        ("rolewright.toml", "baseline = \"\\u001b]0;title\\u0007\"\n"),
        ("rolewright.toml", "extend = \"\\u001b[2J\"\n"),
    ] {
        let dir = project(&[("a.hcl", ONCE), (file, text)]);
        let output = rolewright(dir.path(), &["check"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(!said.contains(['\u{1b}', '\u{7}']) && said.contains("\\u{1b}"), "{said:?}");
    }
}

/// A diff is to be applied, so it stays as it is; a runner is told not to listen.
#[test]
fn a_diff_with_commands_is_not_obeyed_and_can_be_applied() {
    let text = "# note\n::error ::pwned\npath \"a\" {\n  capabilities=[\"read\", \"read\"]\n}\n";
    let text = text.replace("\n::error", "\n/*\n::error").replace("pwned\n", "pwned\n*/\n");
    for arguments in [&["fmt", "--diff"][..], &["check", "--diff"]] {
        let dir = project(&[("a.hcl", &text)]);
        let plain = rolewright(dir.path(), arguments);
        let plain = String::from_utf8(plain.stdout).unwrap();
        assert!(plain.contains("\n ::error ::pwned\n"), "{plain}");
        let output =
            command(BINARY, dir.path()).args(arguments).env("GITHUB_ACTIONS", "true").output().unwrap();
        let guarded = String::from_utf8(output.stdout).unwrap();
        let (first, rest) = guarded.split_once('\n').unwrap();
        let word = first.strip_prefix("::stop-commands::").unwrap();
        assert_eq!(rest, format!("{plain}::{word}::\n"));
        fs::write(dir.path().join("d.patch"), &guarded).unwrap();
        for (program, flags) in
            [("git", &["apply", "--check", "d.patch"][..]), ("patch", &["-p1", "-i", "d.patch"])]
        {
            let output = command(program, dir.path()).args(flags).output().unwrap();
            assert!(output.status.success(), "{program}: {output:?}");
        }
        assert_ne!(fs::read_to_string(dir.path().join("a.hcl")).unwrap(), text);
    }
}

/// Each: the link and where it leads, the arguments that would write through it.
#[test]
fn nothing_is_written_through_a_link_out_of_the_project() {
    use std::os::unix::fs::symlink;
    let rows: [(&str, &str, &[&str]); 8] = [
        ("out.sarif", "victim", &["check", "--report", "sarif=out.sarif"]),
        ("dir", "", &["check", "--report", "sarif=dir/victim"]),
        ("known.json", "victim", &["check", "--write-baseline", "known.json"]),
        ("dir", "", &["check", "--write-baseline", "dir/new.json"]),
        ("rolewright.1", "victim", &["man", "--out", "."]),
        ("pages", "", &["man", "--out", "pages"]),
        ("out", "", &["compile", "--out", "out"]),
        ("out.sarif", "nowhere", &["check", "--report", "sarif=out.sarif"]),
    ];
    for (link, to, arguments) in rows {
        let outside = project(&[("victim", "as it was")]);
        let dir = project(&[("a.hcl", TWICE)]);
        fs::create_dir(dir.path().join(".git")).unwrap();
        fs::write(dir.path().join("s.access.yaml"), "apiVersion: rolewright/v1\nkind: Access\nname: x\n")
            .unwrap();
        symlink(outside.path().join(to), dir.path().join(link)).unwrap();
        let output = rolewright(dir.path(), &[arguments, &["--color", "never"]].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains("symbolic link that leads"), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty(), "{arguments:?}: it comes before everything else");
        let there: Vec<_> =
            fs::read_dir(outside.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(there, ["victim"], "{arguments:?}");
        assert_eq!(fs::read_to_string(outside.path().join("victim")).unwrap(), "as it was", "{arguments:?}");
        assert!(dir.path().join(link).symlink_metadata().unwrap().is_symlink(), "{arguments:?}");
    }
    // A path outside of the project without any link, and a link within it, are somebody's wish.
    let outside = project(&[]);
    let dir = project(&[("a.hcl", ONCE), ("old.json", "")]);
    symlink("old.json", dir.path().join("new.json")).unwrap();
    let there = format!("json={}", outside.path().join("r.json").to_str().unwrap());
    let output = rolewright(dir.path(), &["check", "-q", "--report", &there, "--report", "json=new.json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(
        outside.path().join("r.json").exists()
            && !fs::read_to_string(dir.path().join("old.json")).unwrap().is_empty()
    );
    assert!(dir.path().join("new.json").symlink_metadata().unwrap().is_symlink());
    let output = rolewright(dir.path(), &["check", "-q", "--report", "json=/dev/stdout"]);
    assert!(output.stdout.starts_with(b"{"), "{output:?}");
}

#[test]
fn a_report_takes_the_place_of_no_input_and_of_no_other_report() {
    use std::os::unix::fs::symlink;
    let rows: [(&[&str], &str); 8] = [
        (&["--report", "json=a.hcl"], "an input of this run"),
        (&["--report", "json=./d/../a.hcl"], "an input of this run"),
        (&["--report", "json=link.hcl"], "an input of this run"),
        (&["--report", "json=second.txt"], "an input of this run"),
        (&["--report", "json=rolewright.toml"], "an input of this run"),
        (&["--write-baseline", "a.hcl"], "an input of this run"),
        (&["--report", "json=r", "--report", "sarif=./r"], "is the same file"),
        (&["--report", "json=r", "--write-baseline", "d/../r"], "is the same file"),
    ];
    for (arguments, wanted) in rows {
        let dir = project(&[("a.hcl", TWICE), ("rolewright.toml", "exclude = [\"x\"]\n")]);
        fs::create_dir(dir.path().join("d")).unwrap();
        symlink("a.hcl", dir.path().join("link.hcl")).unwrap();
        fs::hard_link(dir.path().join("a.hcl"), dir.path().join("second.txt")).unwrap();
        let output = rolewright(dir.path(), &[&["check"], arguments].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(wanted) && output.stdout.is_empty(), "{arguments:?}: {said}");
        assert_eq!(fs::read_to_string(dir.path().join("a.hcl")).unwrap(), TWICE);
        assert!(!dir.path().join("r").exists());
    }
    // The report of the run before is none of the inputs.
    let dir = project(&[("a.hcl", ONCE)]);
    for _ in 0..2 {
        let output =
            rolewright(dir.path(), &["check", "--report", "json=r.json", "--report", "gitlab=g.json"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
}

#[test]
fn files_keep_what_is_theirs_when_they_are_rewritten() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let long = format!("{}.hcl", "n".repeat(251));
    let files =
        [("a.hcl", TWICE), ("closed.hcl", TWICE), ("twin.hcl", TWICE), ("tool.hcl", TWICE), (&long, TWICE)];
    for arguments in [&["check", "--fix"][..], &["fmt"]] {
        let text = TWICE.replace(" = ", "=");
        let files = files.map(|(name, _)| (name, text.as_str()));
        let dir = project(&files);
        let at = |name: &str| dir.path().join(name);
        fs::set_permissions(at("closed.hcl"), fs::Permissions::from_mode(0o444)).unwrap();
        fs::set_permissions(at("tool.hcl"), fs::Permissions::from_mode(0o750)).unwrap();
        fs::hard_link(at("twin.hcl"), at("twin.txt")).unwrap();
        let is_root = std::os::unix::fs::chown(at("a.hcl"), Some(12_345), Some(54_321)).is_ok();
        let output = rolewright(dir.path(), arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains("`closed.hcl` is not changed: it is read-only"), "{arguments:?}: {said}");
        assert_eq!(fs::read_to_string(at("closed.hcl")).unwrap(), text);
        for name in ["a.hcl", "twin.hcl", "tool.hcl", &long] {
            assert_ne!(fs::read_to_string(at(name)).unwrap(), text, "{arguments:?}: {name}: {said}");
        }
        assert_eq!(fs::read_to_string(at("twin.txt")).unwrap(), fs::read_to_string(at("twin.hcl")).unwrap());
        assert_eq!(fs::metadata(at("twin.txt")).unwrap().ino(), fs::metadata(at("twin.hcl")).unwrap().ino());
        assert_eq!(fs::metadata(at("tool.hcl")).unwrap().mode() & 0o777, 0o750);
        let owned = fs::metadata(at("a.hcl")).unwrap();
        assert!(!is_root || (owned.uid(), owned.gid()) == (12_345, 54_321), "{owned:?}");
        let hidden = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(!hidden.into_iter().any(|name| name.as_encoded_bytes().starts_with(b".")));
    }
    let dir = project(&[("a.hcl", ONCE), ("r.json", "old")]);
    fs::set_permissions(dir.path().join("r.json"), fs::Permissions::from_mode(0o444)).unwrap();
    let output = rolewright(dir.path(), &["check", "--report", "json=r.json"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(fs::read_to_string(dir.path().join("r.json")).unwrap(), "old");
}
