//! Manners at the terminal: colours, pipes, Ctrl-C, saying less and saying more.

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
        fs::write(dir.path().join(name), text).unwrap();
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
                Some(hidden) => hidden.contains(".rolewright-"),
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
