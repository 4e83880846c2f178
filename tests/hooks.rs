//! Where teams meet the program: pre-commit, GitHub, GitLab.

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

mod checkout;
mod common;
mod live;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use checkout::{INSTALL, Repository, both, path_with, run, settled};
use common::home;
use serde_json::Value;
use tempfile::TempDir;

const GOOD: &str = "path \"secret/data/web\" {\n  capabilities = [\"read\"]\n}\n";
const BAD: &str = "path \"secret/data/web\" {\n  capabilities = [\"raed\"]\n}\n";
const BINARY: &str = env!("CARGO_BIN_EXE_rolewright");

/// pre-commit with a home of its own, and the `cargo` that it finds.
struct PreCommit {
    program: PathBuf,
    home: TempDir,
    /// A directory with a `cargo` that stands in for the real one: where it is called as [`INSTALL`] says, it puts the
    /// program of these tests where `cargo install` would put what it builds. `tests/packaging.rs` calls the real one.
    stand_in: TempDir,
}

impl PreCommit {
    fn command(&self, program: &OsStr, dir: &Path) -> Command {
        let mut command = settled(program, dir);
        command.env("PRE_COMMIT_HOME", self.home.path()).env("PRE_COMMIT_COLOR", "never");
        command.env("PATH", path_with(&[self.stand_in.path().to_owned()]));
        command
    }

    fn run(&self, dir: &Path, arguments: &[&str]) -> Output {
        self.command(self.program.as_os_str(), dir).args(arguments).output().unwrap()
    }

    fn commit(&self, repository: &Repository) -> Result<String, String> {
        repository.git(&["add", "--all"]);
        let mut git = self.command("git".as_ref(), repository.path());
        let output = git.args(["commit", "--message", "A change"]).output().unwrap();
        if output.status.success() { Ok(both(&output)) } else { Err(both(&output)) }
    }
}

fn pre_commit() -> Option<PreCommit> {
    let program = live::tool("pre-commit")?;
    let stand_in = tempfile::tempdir().unwrap();
    let cargo = stand_in.path().join("cargo");
    let [install, bins, root, path, here] = INSTALL;
    let script = format!(
        "#!/bin/sh\nset -eu\n[ \"$*\" = --version ] && exit 0\n\
        [ \"$1 $2 $3 $5 $6\" = '{install} {bins} {root} {path} {here}' ]\n\
        grep -q '^name = \"rolewright\"$' Cargo.toml\n\
        mkdir -p \"$4/bin\"\ncp '{BINARY}' \"$4/bin/\"\n"
    );
    fs::write(&cargo, script).unwrap();
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
    Some(PreCommit { program, home: tempfile::tempdir().unwrap(), stand_in })
}

/// `pre-commit install` from a clone of this repository, then commits, good ones and bad ones.
#[test]
fn a_bad_commit_is_blocked() {
    let Some(pre_commit) = pre_commit() else { return };
    let this = Repository::of_this();
    let revision = this.git(&["rev-parse", "HEAD"]);
    let team = Repository::new();
    let hooks: String = hooks().iter().map(|hook| format!("      - id: {}\n", text(&hook["id"]))).collect();
    let config = format!(
        "repos:\n  - repo: {}\n    rev: {}\n    hooks:\n{hooks}",
        this.path().display(),
        revision.trim()
    );
    team.write(".pre-commit-config.yaml", &config);
    run(Command::new(BINARY).args(["init", "--quiet"]).current_dir(team.path()));
    run(Command::new(BINARY).args(["compile"]).current_dir(team.path()));
    team.write("web.hcl", GOOD);
    let installed = pre_commit.run(team.path(), &["install"]);
    assert!(installed.status.success(), "{}", both(&installed));

    let said = pre_commit.commit(&team).unwrap();
    for hook in hooks_named() {
        assert!(said.contains(&hook), "{hook} did not run\n{said}");
    }
    assert!(!said.contains("Skipped") && !said.contains("Failed"), "{said}");
    assert_eq!(team.commits(), 1);

    team.write("web.hcl", BAD);
    let said = pre_commit.commit(&team).unwrap_err();
    assert!(said.contains("unknown-capability") && said.contains("did you mean"), "{said}");
    assert_eq!(team.commits(), 1, "the commit went through");
    team.write("web.hcl", GOOD);

    let spec = fs::read_to_string(team.path().join("example.access.yaml")).unwrap();
    team.write("example.access.yaml", &spec.replace("shop", "store"));
    let said = pre_commit.commit(&team).unwrap_err();
    assert!(said.contains("rolewright-compile") && said.contains("not in step"), "{said}");
    assert_eq!(team.commits(), 1, "the commit went through");

    run(Command::new(BINARY).args(["compile"]).current_dir(team.path()));
    pre_commit.commit(&team).unwrap();
    assert_eq!(team.commits(), 2);

    // What is only out of form is brought into form, to be looked at and added.
    let wide = GOOD.replace("web", "all");
    team.write("all.hcl", &wide.replace("  capabilities = ", "capabilities="));
    let said = pre_commit.commit(&team).unwrap_err();
    assert!(said.contains("files were modified by this hook"), "{said}");
    assert_eq!(fs::read_to_string(team.path().join("all.hcl")).unwrap(), wide);
    pre_commit.commit(&team).unwrap();
    assert_eq!(team.commits(), 3);

    team.write("notes.txt", "nothing of ours\n");
    let said = pre_commit.commit(&team).unwrap();
    assert_eq!(said.matches("Skipped").count(), hooks_named().len(), "{said}");
}

#[test]
fn a_repository_can_be_tried() {
    let Some(pre_commit) = pre_commit() else { return };
    let this = Repository::of_this();
    let this = this.path().to_str().unwrap();
    for (policy, wanted) in [(GOOD, 0), (BAD, 1)] {
        let team = Repository::new();
        team.write("web.hcl", policy);
        team.git(&["add", "--all"]);
        let output = pre_commit.run(team.path(), &["try-repo", this, "rolewright", "--all-files"]);
        assert_eq!(output.status.code(), Some(wanted), "{}", both(&output));
    }
}

#[test]
fn what_the_hooks_call_is_there() {
    if let Some(pre_commit) = live::tool("pre-commit") {
        run(Command::new(pre_commit).arg("validate-manifest").arg(home().join(".pre-commit-hooks.yaml")));
    }
    for hook in hooks() {
        let entry: Vec<&str> = text(&hook["entry"]).split(' ').collect();
        let ("rolewright", arguments) = (entry[0], &entry[1..]) else { panic!("{hook}") };
        run(Command::new(BINARY).args(arguments).arg("--help"));
        assert_eq!(hook["language"], "rust", "{hook}");
        assert_eq!(hook["require_serial"], true, "{hook}");
    }
}

/// Each: a file, and the hooks that have to run when nothing but it is changed.
#[test]
fn hooks_run_for_all_that_their_outcome_hangs_on() {
    let all = ["rolewright", "rolewright-fmt", "rolewright-compile"];
    let but_fmt = ["rolewright", "rolewright-compile"];
    let cases: [(&str, &[&str]); 14] = [
        ("team/own.hcl", &all),
        ("p.policy", &all),
        ("team.access.hcl", &all),
        ("team.access.yaml", &but_fmt),
        ("team.access.yml", &but_fmt),
        ("team.access.json", &but_fmt),
        ("rolewright.toml", &but_fmt),
        ("out/rbac/role.yaml", &but_fmt),
        ("out/bootstrap.sh", &but_fmt),
        ("out/.rolewright", &["rolewright-compile"]),
        ("mounts.tf", &but_fmt),
        ("Makefile", &but_fmt),
        ("role.yaml.j2", &but_fmt),
        ("README.md", &[]),
    ];
    for hook in hooks() {
        let pattern = serde_json::json!({"pattern": hook["files"]});
        let pattern = jsonschema::validator_for(&pattern).unwrap();
        for (file, wanted) in &cases {
            let is_wanted = wanted.contains(&text(&hook["id"]));
            assert_eq!(pattern.is_valid(&Value::from(*file)), is_wanted, "{}: {file}", hook["id"]);
        }
    }
}

fn hooks() -> Vec<Value> {
    let Value::Array(hooks) = yaml(".pre-commit-hooks.yaml") else { panic!("no list of hooks") };
    hooks
}

fn hooks_named() -> Vec<String> {
    hooks().iter().map(|hook| text(&hook["name"]).to_owned()).collect()
}

#[test]
fn integration_files_hold_to_their_schemas() {
    let Some(check) = live::tool("check-jsonschema") else { return };
    let readme = fs::read_to_string(home().join("README.md")).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let workflow = dir.path().join("workflow.yml");
    fs::write(&workflow, block(&readme, "```yaml\non:")).unwrap();
    for (schema, file) in [
        ("vendor.github-actions", home().join("action.yml")),
        ("vendor.gitlab-ci", home().join("ci/gitlab.yml")),
        ("vendor.github-workflows", workflow),
    ] {
        let mut check = Command::new(&check);
        check.args(["--data-transform", "gitlab-ci"]);
        run(check.args(["--builtin-schema", schema]).arg(file));
    }
}

#[test]
fn the_action_takes_no_input_into_its_scripts() {
    let action = yaml("action.yml");
    for step in steps(&action) {
        assert!(!text(&step["run"]).contains("${{"), "{step}");
    }
    if let Some(zizmor) = live::tool("zizmor") {
        run(Command::new(zizmor)
            .args(["--offline", "--no-progress", "--persona=auditor"])
            .arg(home().join("action.yml")));
    }
    if let Some(shellcheck) = live::tool("shellcheck") {
        let dir = tempfile::tempdir().unwrap();
        for (number, step) in steps(&action).iter().enumerate() {
            let script = dir.path().join(format!("{number}.sh"));
            fs::write(&script, format!("#!/bin/bash\n{}", text(&step["run"]))).unwrap();
            run(Command::new(&shellcheck).arg(script));
        }
    }
}

/// What a run of the action left.
struct Ran {
    code: Option<i32>,
    said: String,
    outputs: String,
    summary: String,
    team: Repository,
}

/// Runs the step that checks as a runner does: inputs in `env`, `bash -eo pipefail`.
fn act(policy: &str, inputs: &[(&str, &str)]) -> Ran {
    let action = yaml("action.yml");
    let steps = steps(&action);
    let step = steps.iter().find(|step| step["id"] == "check").unwrap();
    let team = Repository::new();
    team.write("policies/web.hcl", policy);
    team.write("step.sh", text(&step["run"]));
    let mut bash = settled("bash", team.path());
    bash.args(["--noprofile", "--norc", "-eo", "pipefail", "step.sh"]);
    for (name, value) in step["env"].as_object().unwrap() {
        let input = text(value).trim_start_matches("${{ inputs.").trim_end_matches(" }}");
        let given = inputs.iter().find(|(name, _)| *name == input).map(|(_, value)| *value);
        bash.env(name, given.unwrap_or_else(|| text(&action["inputs"][input]["default"])));
    }
    let files = tempfile::tempdir().unwrap();
    let (outputs, summary) = (files.path().join("outputs"), files.path().join("summary"));
    fs::write(&outputs, "").unwrap();
    fs::write(&summary, "").unwrap();
    bash.env("BINARY", BINARY).env("GITHUB_OUTPUT", &outputs).env("GITHUB_STEP_SUMMARY", &summary);
    let output = bash.output().unwrap();
    Ran {
        code: output.status.code(),
        said: both(&output),
        outputs: fs::read_to_string(outputs).unwrap(),
        summary: fs::read_to_string(summary).unwrap(),
        team,
    }
}

#[test]
fn the_action_reports_everywhere() {
    let ran = act(BAD, &[]);
    assert_eq!(ran.code, Some(1), "{}", ran.said);
    assert!(ran.said.contains("::error file=policies/web.hcl,line=2,"), "{}", ran.said);
    assert_eq!(ran.outputs, "exit-code=1\nsarif=rolewright.sarif\n");
    assert!(ran.summary.contains("| error | unknown-capability |"), "{}", ran.summary);
    let sarif = fs::read_to_string(ran.team.path().join("rolewright.sarif")).unwrap();
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "unknown-capability");

    let ran = act(GOOD, &[]);
    assert_eq!((ran.code, ran.outputs.as_str()), (Some(0), "exit-code=0\nsarif=rolewright.sarif\n"));
}

#[test]
fn the_action_passes_its_inputs_on_as_they_are() {
    let ran = act(BAD, &[("arguments", "--exit-zero\n--fail-on=error"), ("sarif", ""), ("summary", "false")]);
    assert_eq!((ran.code, ran.outputs.as_str()), (Some(0), "exit-code=0\nsarif=\n"), "{}", ran.said);
    assert!(ran.summary.is_empty() && !ran.team.path().join("rolewright.sarif").exists());

    let ran = act(BAD, &[("paths", "policies\n$(touch struck)\n`touch struck`; touch struck")]);
    assert_eq!(ran.code, Some(2), "{}", ran.said);
    assert!(ran.said.contains("$(touch struck)"), "{}", ran.said);
    assert!(!ran.team.path().join("struck").exists(), "an input was run");

    let ran = act(GOOD, &[("paths", "--version")]);
    assert_eq!(ran.code, Some(2), "a path was taken for a flag: {}", ran.said);

    let ran = act(GOOD, &[("sarif", "a.sarif\nexit-code=0")]);
    assert_eq!(ran.outputs.lines().count(), 2, "an input wrote an output of its own: {}", ran.outputs);
}

#[test]
fn the_job_for_gitlab_writes_its_reports() {
    let job = &yaml("ci/gitlab.yml")["rolewright"];
    let team = Repository::new();
    team.write("web.hcl", BAD);
    let bin = Path::new(BINARY).parent().unwrap().to_owned();
    for line in job["script"].as_array().unwrap() {
        let mut sh = settled("sh", team.path());
        let output =
            sh.args(["-c", text(line)]).env("PATH", path_with(std::slice::from_ref(&bin))).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", both(&output));
    }
    let reports = job["artifacts"]["reports"].as_object().unwrap();
    let read = |kind: &str| fs::read_to_string(team.path().join(text(&reports[kind]))).unwrap();
    let quality: Value = serde_json::from_str(&read("codequality")).unwrap();
    assert_eq!(quality[0]["location"]["path"], "web.hcl");
    let junit = read("junit");
    let junit = roxmltree::Document::parse(&junit).unwrap();
    assert!(junit.descendants().any(|node| node.has_tag_name("failure")));
}

#[test]
fn the_problem_matcher_sees_every_finding() {
    let Some(python) = live::tool("python") else { return };
    let team = Repository::new();
    team.write("grün 𐐀/a b.hcl", BAD);
    team.write("wide.hcl", "path \"sys/*\" {\n  capabilities = [\"sudo\", \"read\"]\n}\n");
    team.write("Case.hcl", "path \"secret/data/web\" {\n  capabilities = [\"read\", \"read\"]\n}\n");
    let check = |format: &str| {
        let mut check = settled(BINARY, team.path());
        String::from_utf8(check.args(["check", "--format", format]).output().unwrap().stdout).unwrap()
    };
    let (concise, json) = (check("concise"), check("json"));
    team.write("log", &concise);
    let script = "import json, re, sys\n\
        matchers = json.load(open(sys.argv[1]))['problemMatcher']\n\
        for line in open('log', encoding='utf-8'):\n\
        \x20   for matcher in matchers:\n\
        \x20       [pattern] = matcher['pattern']\n\
        \x20       found = re.search(pattern['regexp'], line.rstrip('\\n'))\n\
        \x20       if found:\n\
        \x20           part = lambda name: found[pattern[name]] if name in pattern else matcher['severity']\n\
        \x20           names = ('file', 'line', 'column', 'severity', 'code', 'message')\n\
        \x20           print(json.dumps([part(name) for name in names]))\n";
    let mut python = settled(python, team.path());
    let seen = run(python.args(["-c", script]).arg(home().join("ci/problem-matcher.json")));
    let seen: Vec<Value> = seen.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let json: Value = serde_json::from_str(&json).unwrap();
    let wanted: Vec<Value> = json["findings"].as_array().unwrap().iter().map(as_matched).collect();
    assert_eq!(seen, wanted, "{concise}");
    let severities: Vec<&Value> = seen.iter().map(|found| &found[3]).collect();
    for severity in ["error", "warning", "notice"] {
        assert!(severities.iter().any(|seen| **seen == severity), "no {severity} among {severities:?}");
    }
}

/// A finding as a matcher hands it on.
fn as_matched(finding: &Value) -> Value {
    let severity = if finding["severity"] == "note" { "notice" } else { text(&finding["severity"]) };
    serde_json::json!([
        finding["path"],
        finding["line"].to_string(),
        finding["column"].to_string(),
        severity,
        finding["rule"],
        finding["message"],
    ])
}

fn steps(action: &Value) -> Vec<Value> {
    action["runs"]["steps"].as_array().unwrap().clone()
}

fn yaml(name: &str) -> Value {
    serde_yaml::from_str(&fs::read_to_string(home().join(name)).unwrap()).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// The text of the first fenced block that begins like this.
fn block<'a>(readme: &'a str, start: &str) -> &'a str {
    let at = readme.find(start).unwrap_or_else(|| panic!("no block begins with {start:?}"));
    let text = &readme[at..];
    let text = &text[text.find('\n').unwrap() + 1..];
    &text[..text.find("```").unwrap()]
}
