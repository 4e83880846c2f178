//! `diff`: what it prints of `fixtures/diff`, in each format, and what it does with repositories, be they hostile.

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

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Outcome, apart_from_git, directories, home, in_step, name, outcome};
use serde_json::Value;

fn rolewright(directory: &Path, args: &[&str]) -> Outcome {
    outcome(apart_from_git(directory).args(args))
}

/// `diff` of the two sides of a case.
fn diff(case: &Path, args: &[&str]) -> Outcome {
    let mut all = vec!["diff", "--no-config", "--root", ".", "old", "new"];
    all.extend(args);
    rolewright(case, &all)
}

fn cases() -> Vec<PathBuf> {
    let cases = directories(&home().join("fixtures/diff"));
    assert!(cases.len() >= 7, "the fixtures are there");
    cases
}

#[test]
fn reports_are_as_committed() {
    let mut wrong = String::new();
    for case in cases() {
        assert!(case.join("README.md").is_file(), "{} says what it shows", case.display());
        for (file, args) in [
            ("human.txt", &[][..]),
            ("report.json", &["--format", "json"]),
            ("comment.md", &["--format", "markdown"]),
        ] {
            let Outcome { code, stdout, stderr } = diff(&case, args);
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
    let mut told = String::new();
    for case in cases() {
        let codes: Vec<String> = ["any", "changed", "gained", "lost", "never"]
            .iter()
            .map(|which| diff(&case, &["--fail-on", which]).code.to_string())
            .collect();
        told += &format!("{} {}\n", name(&case), codes.join(" "));
    }
    let wanted = "\
broken 2 2 2 2 2
clusters 1 1 1 0 0
constraints 1 1 1 1 0
doubtful 1 1 1 1 0
engine 1 1 1 1 0
hostile 1 1 1 0 0
logins 1 1 1 1 0
policies-alone 1 1 1 0 0
renamed 1 1 1 0 0
same-access 0 0 0 0 0
split 0 0 0 0 0
subjects 1 1 1 1 0
terms 1 1 1 0 0
unbound 1 1 1 0 0
verbs-widened 1 1 1 1 0
wide 1 1 1 1 0
without-namespace 1 1 1 0 0
";
    assert_eq!(told, wanted);
    // The other way round, what was gained is lost.
    let back = |which: &str| {
        let case = home().join("fixtures/diff/without-namespace");
        rolewright(&case, &["diff", "--no-config", "--root", ".", "new", "old", "--fail-on", which]).code
    };
    assert_eq!([back("any"), back("changed"), back("gained"), back("lost")], [1, 0, 0, 1]);
}

/// Each side against itself, and against a copy elsewhere: nothing.
#[test]
fn nothing_changes_from_a_project_to_itself() {
    let mut projects: Vec<PathBuf> = cases().iter().map(|case| case.join("new")).collect();
    projects.extend(directories(&home().join("fixtures/projects")).iter().map(|it| it.join("as-written")));
    projects.extend(directories(&home().join("fixtures/tests")).iter().map(|it| it.join("in")));
    for project in projects.iter().filter(|project| name(project.parent().unwrap()) != "broken") {
        let copy = tempfile::tempdir().unwrap();
        let target = copy.path().join("elsewhere");
        copy_all(project, &target);
        for other in [project, &target] {
            let run = rolewright(
                &home(),
                &["diff", "--no-config", project.to_str().unwrap(), other.to_str().unwrap()],
            );
            let shown = format!("{}\n{}{}", project.display(), run.stdout, run.stderr);
            assert!(run.stdout.contains("no access changes") && !run.stdout.contains("gained"), "{shown}");
            assert!(run.code == 0 || (run.code == 2 && run.stderr.contains("error")), "{} {shown}", run.code);
        }
    }
}

#[test]
fn json_reports_conform_to_their_schema() {
    let schema = rolewright(&home(), &["schema", "diff-report"]).stdout;
    assert_eq!(schema, fs::read_to_string(home().join("schemas/diff-report.schema.json")).unwrap());
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for case in cases() {
        let report: Value = serde_json::from_str(&diff(&case, &["--format", "json"]).stdout).unwrap();
        let faults: Vec<String> = schema.iter_errors(&report).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{}: {faults:?}", case.display());
        let told = [diff(&case, &[]).stdout, diff(&case, &["--format", "markdown"]).stdout];
        for (direction, words) in
            [("gained", "gained"), ("unclear", "gained or lost"), ("changed", "changed"), ("lost", "lost")]
        {
            let all = report["changes"].as_array().unwrap();
            let count = all.iter().filter(|change| change["direction"] == direction).count();
            assert_eq!(report["summary"][direction], count, "{}: {direction}", case.display());
            // People are told the same numbers.
            for text in &told {
                let is_total = |line: &&str| line.starts_with("### Access: ") || line.ends_with(['.', ')']);
                let totals = text.lines().filter(is_total).collect::<Vec<_>>().join(" ");
                let is_said = totals.contains(&format!("{count} {words}"));
                assert!(count == 0 || is_said, "{}: {count} {words} in {totals}", case.display());
            }
        }
    }
}

/// What a report says of a service account, `can-i` says of it too: of one side no, of the other yes.
#[test]
fn witnesses_are_answers_of_can_i() {
    let mut asked = 0;
    for case in cases().iter().filter(|case| name(case) != "broken") {
        let report: Value = serde_json::from_str(&diff(case, &["--format", "json"]).stdout).unwrap();
        for change in report["changes"].as_array().unwrap() {
            let witness = change["witness"].as_str().unwrap_or("");
            let accounts = change["who"].as_array().unwrap().iter().filter_map(|who| who.as_str());
            let accounts = accounts.filter(|who| who.contains('/') && !who.contains(' '));
            if change["kind"] != "objects" || witness.contains(['\'', '*']) || witness.contains("NAMESPACE") {
                continue;
            }
            for who in accounts {
                let answer = |side: &str| {
                    let mut words = vec!["can-i", "--no-config", "--in", side, who];
                    words.extend(witness.split(' '));
                    rolewright(case, &words).code
                };
                let wanted = if change["direction"] == "gained" { (1, 0) } else { (0, 1) };
                assert_eq!((answer("old"), answer("new")), wanted, "{who} {witness} in {}", case.display());
                asked += 1;
            }
        }
    }
    assert!(asked >= 6, "{asked}");
}

#[test]
fn only_those_who_are_asked_for() {
    let case = home().join("fixtures/diff/subjects");
    let of = |who: &str| diff(&case, &["--who", who]);
    assert_eq!(of("ci/").stdout.lines().last(), Some("4 lost, in one entry."));
    assert_eq!(of("jane").code, 1);
    // Nothing changes for somebody who is known, and nobody is called by a name that is misspelled.
    let case = home().join("fixtures/diff/logins");
    let none = diff(&case, &["--who", "policy:payments"]);
    assert_eq!((none.code, none.stdout.as_str()), (0, "no access changes\n"));
    let nobody = of("nobody");
    assert_eq!((nobody.code, nobody.stdout.as_str()), (2, ""));
    assert!(nobody.stderr.contains("no input of either side speaks of `nobody`"), "{}", nobody.stderr);
    // Somebody whom a glob takes in, or a group.
    assert_eq!(diff(&case, &["--who", "shop/payment-api"]).code, 1);
    assert_eq!(diff(&case, &["--who", "shop/other"]).code, 2);
    let case = home().join("fixtures/diff/subjects");
    assert_eq!(diff(&case, &["--who", "ci/", "-q"]).stdout.lines().next(), Some("- ci/deployer"));
}

#[test]
fn reports_steer_no_terminal_and_no_page() {
    let case = home().join("fixtures/diff/hostile");
    for format in ["human", "json", "markdown"] {
        let text = diff(&case, &["--format", format]).stdout;
        assert!(!text.contains('\u{1b}') && (format == "json" || !text.contains('\u{202e}')), "{text}");
    }
    // Backticks stand around words of the user, so that none of theirs may be among them.
    let report: Value = serde_json::from_str(&diff(&case, &["--format", "json"]).stdout).unwrap();
    for change in report["changes"].as_array().unwrap() {
        for evidence in change["evidence"].as_array().unwrap() {
            let text = evidence["text"].as_str().unwrap();
            assert!(text.matches('`').count() % 2 == 0, "{text}");
        }
    }
    let comment = diff(&case, &["--format", "markdown"]).stdout;
    let ours = [
        "<!-- rolewright diff -->",
        "<code>",
        "</code>",
        "<br>",
        "<details>",
        "</details>",
        "<summary>",
        "</summary>",
    ];
    let rest = ours.iter().fold(comment.clone(), |text, tag| text.replace(tag, ""));
    assert!(!rest.contains(['<', '@', '`', '[']), "{rest}");
    assert!(comment.starts_with("<!-- rolewright diff -->\n"));
}

#[test]
fn wrong_usage_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let empty = directory.path();
    fs::create_dir_all(empty.join("a")).unwrap();
    fs::create_dir_all(empty.join("b")).unwrap();
    for (args, wanted) in [
        (&["diff"][..], "name OLD and NEW"),
        (&["diff", "a"], "name OLD and NEW"),
        (&["diff", "a", "b", "c"], "name OLD and NEW"),
        (&["diff", "a", "-"], "not stdin"),
        (&["diff", "a", "b"], "no input found on either side"),
        (&["diff", "a", "no-such"], "no such file or directory"),
        (&["diff", "--git", "HEAD"], "is no repository"),
    ] {
        let run = rolewright(empty, args);
        assert_eq!(run.code, 2, "{args:?}: {}", run.stderr);
        assert!(run.stderr.contains(wanted), "{args:?}: {}", run.stderr);
    }
    // All is gained where nothing was.
    fs::write(empty.join("b/rbac.yaml"), RBAC).unwrap();
    let run = rolewright(empty, &["diff", "a", "b"]);
    assert_eq!((run.code, run.stdout.lines().last()), (1, Some("1 gained.")));
}

const RBAC: &str = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules: [{apiGroups: [\"\"], resources: [configmaps], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
subjects: [{kind: ServiceAccount, name: web, namespace: app}]
";

/// A repository of a test.
struct Repository {
    directory: tempfile::TempDir,
}

impl Repository {
    fn new() -> Repository {
        let repository = Repository { directory: tempfile::tempdir().unwrap() };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn git(&self, args: &[&str]) -> String {
        git(self.path(), args)
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all", "--force"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(&["rev-parse", "HEAD"]).trim().to_owned()
    }

    fn diff(&self, args: &[&str]) -> Outcome {
        let mut all = vec!["diff"];
        all.extend(args);
        rolewright(self.path(), &all)
    }
}

fn git(directory: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .args(args)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .envs([("GIT_AUTHOR_NAME", "a"), ("GIT_AUTHOR_EMAIL", "a@example.com")])
        .envs([("GIT_COMMITTER_NAME", "a"), ("GIT_COMMITTER_EMAIL", "a@example.com")])
        .output()
        .unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A repository with two commits, of which the second gains `list`.
fn grown() -> Repository {
    let repository = Repository::new();
    repository.write("k8s/rbac.yaml", RBAC);
    repository.commit("one");
    repository.write("k8s/rbac.yaml", &RBAC.replace("verbs: [get]", "verbs: [get, list]"));
    repository.commit("two");
    repository
}

#[test]
fn revisions_are_compared() {
    let repository = grown();
    for range in ["HEAD~1..HEAD", "HEAD~..", "main~1..main", "HEAD~1"] {
        let run = repository.diff(&["--git", range]);
        assert_eq!(run.code, 1, "{range}: {}{}", run.stdout, run.stderr);
        assert!(
            run.stdout.starts_with("+ app/web\n    list on configmaps in the whole cluster\n"),
            "{}",
            run.stdout
        );
        assert!(
            run.stdout.contains("    old  k8s/rbac.yaml:4  rule [get] on configmaps\n"),
            "{}",
            run.stdout
        );
        assert!(
            run.stdout.contains("    new  k8s/rbac.yaml:4  rule [get, list] on configmaps\n"),
            "{}",
            run.stdout
        );
    }
    assert_eq!(repository.diff(&["--git", "HEAD..HEAD~1", "--fail-on", "gained"]).code, 0);
    assert_eq!(repository.diff(&["--git", "HEAD"]).stdout, "no access changes\n");
    // What the other branch did since they parted is none of this one's changes.
    repository.git(&["checkout", "--quiet", "-b", "side", "HEAD~1"]);
    repository
        .write("k8s/more.yaml", &RBAC.replace("reader", "writer").replace("verbs: [get]", "verbs: [update]"));
    repository.commit("side");
    let parted = repository.diff(&["--git", "main...side"]);
    assert_eq!(parted.stdout.lines().last(), Some("1 gained."), "{}", parted.stdout);
    let both = repository.diff(&["--git", "main..side"]);
    assert_eq!(both.stdout.lines().last(), Some("1 gained, 1 lost."), "{}", both.stdout);
    // Below a directory, and where one of the two has none.
    let below = repository.path().join("k8s");
    assert_eq!(rolewright(&below, &["diff", "--git", "main..side"]).stdout, both.stdout);
    repository.write("new/rbac.yaml", &RBAC.replace("reader", "other").replace("web", "other"));
    repository.commit("new directory");
    let appeared = repository.diff(&["--git", "HEAD~1..HEAD", "new"]);
    assert_eq!(appeared.stdout.lines().last(), Some("1 gained."), "{}{}", appeared.stdout, appeared.stderr);
    fs::remove_dir_all(repository.path().join("new")).unwrap();
    let gone = repository.diff(&["--git", "HEAD", "new"]);
    assert_eq!(gone.stdout.lines().last(), Some("1 lost."), "{}{}", gone.stdout, gone.stderr);
    assert_eq!(repository.diff(&["--git", "HEAD~1..HEAD", "nowhere"]).code, 2);
}

#[test]
fn what_is_no_revision_is_said() {
    let repository = grown();
    for (range, wanted) in [
        ("nowhere..HEAD", "`nowhere` is no revision of this repository"),
        ("HEAD..nowhere", "`nowhere` is no revision of this repository"),
        ("HEAD:k8s", "`HEAD:k8s` is no revision of this repository"),
        ("--output=/tmp/x..HEAD", "`--output=/tmp/x` is no revision"),
        ("HEAD..--all", "`--all` is no revision"),
        ("-", "`-` is no revision"),
        ("a\nb", "`a\\nb` is no revision"),
        ("", "`` is no revision"),
        ("a..b..c", "`a` is no revision of this repository"),
    ] {
        let run = repository.diff(&[&format!("--git={range}")]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{range}");
        assert!(run.stderr.contains(wanted), "{range}: {}", run.stderr);
    }
    let outside = repository.diff(&["--git", "HEAD", "/etc"]);
    assert_eq!(outside.code, 2);
    assert!(outside.stderr.contains("outside of the repository"), "{}", outside.stderr);
    let output = apart_from_git(repository.path())
        .args(["diff", "--git", "HEAD"])
        .env("PATH", "/nowhere")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("`git` is not there"));

    let clone = tempfile::tempdir().unwrap();
    let from = format!("file://{}", repository.path().display());
    git(clone.path(), &["clone", "--quiet", "--depth=1", &from, "shallow"]);
    let run = rolewright(&clone.path().join("shallow"), &["diff", "--git", "HEAD~1..HEAD"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("this clone is shallow"), "{}", run.stderr);
}

/// The work tree may be in any state; neither it nor the index nor a reference changes.
#[test]
fn nothing_in_the_repository_is_touched() {
    let repository = grown();
    repository.write("k8s/rbac.yaml", &RBAC.replace("name: reader}\nroleRef", "name: [reader}\nroleRef"));
    repository.write("k8s/staged.yaml", &RBAC.replace("get", "delete"));
    repository.git(&["add", "k8s/staged.yaml"]);
    repository.write("k8s/staged.yaml", "changed again");
    let before = snapshot(repository.path());
    let run = repository.diff(&["--git", "HEAD~1..HEAD"]);
    assert_eq!((run.code, run.stdout.lines().last()), (1, Some("1 gained.")), "{}", run.stderr);
    assert_eq!(repository.diff(&["--git", "HEAD~1...HEAD", "--format", "json"]).code, 1);
    assert_eq!(repository.diff(&["--git", "HEAD"]).code, 2);
    assert!(before == snapshot(repository.path()), "something was written");
}

/// Everything below a directory, with times and modes.
fn snapshot(directory: &Path) -> BTreeMap<PathBuf, (Vec<u8>, u32, std::time::SystemTime)> {
    let mut all = BTreeMap::new();
    let mut open = vec![directory.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let metadata = path.symlink_metadata().unwrap();
            let bytes = if metadata.is_file() { fs::read(&path).unwrap() } else { Vec::new() };
            if metadata.is_dir() {
                open.push(path.clone());
            }
            all.insert(path, (bytes, metadata.permissions().mode(), metadata.modified().unwrap()));
        }
    }
    all
}

/// A repository whose configuration and attributes name programs wherever Git knows a place for one.
#[test]
fn a_hostile_repository_runs_nothing() {
    let repository = grown();
    let trap = tempfile::tempdir().unwrap();
    let mark = trap.path().join("ran");
    let script = trap.path().join("trap");
    fs::write(&script, format!("#!/bin/sh\necho \"$0 $*\" >>'{}'\ncat\n", mark.display())).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let run = script.to_str().unwrap();
    let hooks = repository.path().join(".git/hooks");
    fs::create_dir_all(&hooks).unwrap();
    for hook in
        ["post-checkout", "pre-commit", "post-index-change", "reference-transaction", "fsmonitor-watchman"]
    {
        fs::copy(&script, hooks.join(hook)).unwrap();
    }
    repository.write(".gitattributes", "* filter=trap diff=trap merge=trap text eol=crlf\n");
    for (key, value) in [
        ("core.fsmonitor", run),
        ("core.hooksPath", hooks.to_str().unwrap()),
        ("core.pager", run),
        ("core.editor", run),
        ("core.sshCommand", run),
        ("core.askPass", run),
        ("core.gitProxy", run),
        ("core.alternateRefsCommand", run),
        ("credential.helper", run),
        ("pager.ls-tree", "true"),
        ("pager.cat-file", "true"),
        ("pager.rev-parse", "true"),
        ("filter.trap.smudge", run),
        ("filter.trap.clean", run),
        ("filter.trap.process", run),
        ("filter.trap.required", "true"),
        ("diff.trap.textconv", run),
        ("diff.trap.command", run),
        ("diff.external", run),
        ("merge.trap.driver", run),
        ("gpg.program", run),
        ("uploadpack.packObjectsHook", run),
        ("alias.ls-tree", &format!("!{run}")),
        ("alias.cat-file", &format!("!{run}")),
        ("alias.rev-parse", &format!("!{run}")),
        ("protocol.allow", "always"),
        ("protocol.ext.allow", "always"),
        ("remote.origin.url", &format!("ext::{run} %S")),
        ("remote.origin.promisor", "true"),
        ("remote.origin.partialclonefilter", "blob:none"),
        ("remote.origin.uploadpack", run),
        ("extensions.partialClone", "origin"),
        ("core.repositoryFormatVersion", "1"),
    ] {
        repository.git(&["config", key, value]);
    }
    // One of the objects is missing, so that a fetch would have a reason.
    let blob = repository.git(&["rev-parse", "HEAD~1:k8s/rbac.yaml"]);
    let (head, tail) = blob.trim().split_at(2);
    let object = repository.path().join(".git/objects").join(head).join(tail);
    let aside = trap.path().join("object");
    fs::rename(&object, &aside).unwrap();
    fs::remove_file(&mark).unwrap_or_default();
    let partial = repository.diff(&["--git", "HEAD~1..HEAD"]);
    assert_eq!(partial.code, 2, "{}{}", partial.stdout, partial.stderr);
    assert!(partial.stderr.contains("is not in this clone, and nothing is fetched"), "{}", partial.stderr);
    assert_eq!(repository.diff(&["--git", "0123456789012345678901234567890123456789..HEAD"]).code, 2);
    fs::copy(&aside, &object).unwrap();
    for range in ["HEAD~1..HEAD", "HEAD~1...HEAD", "HEAD~1"] {
        let whole = repository.diff(&["--git", range]);
        assert_eq!((whole.code, whole.stdout.lines().last()), (1, Some("1 gained.")), "{}", whole.stderr);
    }
    assert!(!mark.exists(), "{}", fs::read_to_string(&mark).unwrap());
    // The trap itself works.
    let _ = Command::new("git")
        .args(["status"])
        .current_dir(repository.path())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(mark.exists(), "a plain `git status` runs it");
}

#[test]
fn links_submodules_and_what_lies_aside() {
    let repository = Repository::new();
    repository.write("k8s/rbac.yaml", RBAC);
    repository.write("k8s/.hidden/rbac.yaml", &RBAC.replace("web", "hidden"));
    repository.write("ignored/rbac.yaml", &RBAC.replace("reader", "kept").replace("web", "kept"));
    repository.write(".gitignore", "ignored/\n");
    repository.write("roles.txt", &RBAC.replace("reader", "linked").replace("web", "linked"));
    let made = RBAC.replace("web", "made");
    let checksum = made.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let list = format!("# Code generated by rolewright; DO NOT EDIT.\n{checksum:016x}  rbac.yaml\n");
    repository.write("build/.rolewright", &list);
    repository.write("build/rbac.yaml", &made);
    // What says that it was made, and was not, is compared.
    repository.write("fake/.rolewright", "");
    repository.write("fake/rbac.yaml", &RBAC.replace("reader", "faked").replace("web", "faked"));
    symlink("../roles.txt", repository.path().join("k8s/linked.yaml")).unwrap();
    symlink("rbac.yaml", repository.path().join("k8s/again.yaml")).unwrap();
    symlink("/etc/hostname", repository.path().join("k8s/outside.yaml")).unwrap();
    repository.commit("one");
    let same = repository.diff(&["--git", "HEAD"]);
    assert!(same.stdout.contains("no access changes"), "{}{}", same.stdout, same.stderr);
    // From nothing to this, everything is told that is read.
    let empty = repository.git(&["commit-tree", "-m", "empty", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"]);
    let all = repository.diff(&["--git", &format!("{}..HEAD", empty.trim()), "--format", "json"]);
    let report: Value = serde_json::from_str(&all.stdout).unwrap();
    let who: Vec<&str> =
        report["changes"][0]["who"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(who, ["app/faked", "app/kept", "app/linked", "app/web"], "{report:#}");
    let rest = "is not read, and is not the same on both sides";
    let wanted = [
        format!("`build` is a directory that `compile` made, {rest}"),
        format!("`k8s/outside.yaml` is a link that leads out of the revision, {rest}"),
    ];
    let doubts = report["doubts"].as_array().unwrap();
    let doubts: Vec<&str> = doubts.iter().filter_map(|doubt| doubt["text"].as_str()).collect();
    assert_eq!(doubts, wanted);
    // Of a link that leads elsewhere than before, nothing is known.
    fs::remove_file(repository.path().join("k8s/outside.yaml")).unwrap();
    symlink("/etc/passwd", repository.path().join("k8s/outside.yaml")).unwrap();
    repository.commit("two");
    let moved = repository.diff(&["--git", "HEAD~1..HEAD"]);
    assert_eq!(moved.code, 1, "{}", moved.stdout);
    assert!(moved.stdout.contains("cannot tell whether"), "{}", moved.stdout);
    // A submodule that moves on.
    let commits = [repository.git(&["rev-parse", "HEAD~1"]), repository.git(&["rev-parse", "HEAD"])];
    for commit in &commits {
        let info = format!("160000,{},vendor", commit.trim());
        repository.git(&["update-index", "--add", "--cacheinfo", &info]);
        repository.git(&["commit", "--quiet", "--message", "submodule"]);
    }
    let moved = repository.diff(&["--git", "HEAD~1..HEAD"]);
    assert!(moved.stdout.contains("vendor is a submodule, is not read"), "{}", moved.stdout);
    assert_eq!(moved.code, 1);
    assert_eq!(repository.diff(&["--git", "HEAD~1..HEAD", "k8s"]).code, 0);
}

/// Whoever widens access and excludes it in one go does not get through.
#[test]
fn a_configuration_that_changes_is_told() {
    let repository = grown();
    repository.write("rolewright.toml", "exclude = [\"k8s/**\"]\n");
    repository.write("other.yaml", &RBAC.replace("reader", "other").replace("web", "other"));
    repository.commit("excluded");
    for (range, code) in
        [("HEAD~1..HEAD", 1), ("HEAD~1", 1), ("HEAD~1...HEAD", 1), ("HEAD", 0), ("HEAD..HEAD", 0)]
    {
        let run = repository.diff(&["--git", range, "--fail-on", "gained", "--who", "other"]);
        assert_eq!(run.code, code, "{range}: {}{}", run.stdout, run.stderr);
        let is_told = run.stdout.contains("the configuration rolewright.toml is not the same on both sides");
        assert_eq!(is_told, code == 1, "{range}: {}", run.stdout);
    }
}

/// Two specs, by their names.
#[test]
fn files_are_compared() {
    let case = home().join("fixtures/diff/logins");
    let files = ["old/payments.access.yaml", "new/payments.access.yaml"];
    let run = rolewright(&case, &["diff", "--no-config", "--root", ".", files[0], files[1]]);
    assert_eq!((run.code, run.stdout), (1, diff(&case, &[]).stdout));
}

/// Work trees of their own, and repositories without one.
#[test]
fn other_shapes_of_repositories() {
    let repository = grown();
    let aside = tempfile::tempdir().unwrap();
    let tree = aside.path().join("tree");
    repository.git(&["worktree", "add", "--quiet", tree.to_str().unwrap(), "HEAD~1"]);
    let run = rolewright(&tree, &["diff", "--git", "main"]);
    assert_eq!((run.code, run.stdout.lines().last()), (1, Some("1 lost.")), "{}", run.stderr);
    let bare = aside.path().join("bare.git");
    let from = repository.path().to_str().unwrap();
    git(aside.path(), &["clone", "--quiet", "--bare", from, bare.to_str().unwrap()]);
    let run = rolewright(&bare, &["diff", "--git", "HEAD~1..HEAD"]);
    assert_eq!((run.code, run.stdout.lines().last()), (1, Some("1 gained.")), "{}", run.stderr);
    // There is no work tree to compare with; and a directory of Git's own is none.
    for (directory, range, wanted) in [
        (bare.clone(), "HEAD", "this repository is bare"),
        (bare.join("refs"), "HEAD~1", "this repository is bare"),
        (repository.path().join(".git"), "HEAD", "this directory is Git's own"),
        (repository.path().join(".git"), "HEAD~1..HEAD", "this directory is Git's own"),
    ] {
        let run = rolewright(&directory, &["diff", "--git", range]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", directory.display());
        assert!(run.stderr.contains(wanted), "{}", run.stderr);
    }
    let run = rolewright(&bare.join("refs"), &["diff", "--git", "HEAD~1..HEAD"]);
    assert_eq!((run.code, run.stdout.lines().last()), (1, Some("1 gained.")), "{}", run.stderr);
}

/// Another repository inside of the work tree is no part of this one.
#[test]
fn other_repositories_are_left_alone() {
    let repository = grown();
    repository.write("inner/rbac.yaml", &RBAC.replace("web", "inner"));
    git(&repository.path().join("inner"), &["init", "--quiet"]);
    assert_eq!(repository.diff(&["--git", "HEAD"]).stdout, "no access changes\n");
    repository.write("more/rbac.yaml", &RBAC.replace("reader", "more").replace("web", "more"));
    assert_eq!(repository.diff(&["--git", "HEAD"]).stdout.lines().last(), Some("1 gained."));
}

#[test]
fn files_that_cannot_be_read_are_never_passed_over() {
    let repository = grown();
    fs::write(repository.path().join("k8s/bad.yaml"), b"apiVersion: v1\nkind: \xff\n").unwrap();
    repository.write("k8s/odd\tname \u{202e}.yaml", "apiVersion: [");
    repository.commit("bad");
    let run = repository.diff(&["--git", "HEAD~2..HEAD"]);
    assert_eq!(run.code, 2);
    assert!(run.stdout.contains("1 gained."), "{}", run.stdout);
    assert!(
        run.stderr.contains("cannot read `k8s/bad.yaml`: not UTF-8 at byte 21, in line 2"),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains('\u{202e}') && !run.stderr.contains('\t'), "{}", run.stderr);
}

#[test]
fn specs_and_the_policies_that_they_name() {
    let repository = Repository::new();
    let spec = "apiVersion: rolewright/v1\nkind: Access\nname: x\nvault:\n  policies:\n    app: {file: policies/app.txt}\n";
    repository.write("x.access.yaml", spec);
    repository.write("policies/app.txt", "path \"kv/data/app\" { capabilities = [\"read\"] }\n");
    repository.commit("one");
    repository.write("policies/app.txt", "path \"kv/data/app\" { capabilities = [\"read\", \"bad\" }\n");
    repository.commit("two");
    let run = repository.diff(&["--git", "HEAD~1..HEAD"]);
    assert_eq!(run.code, 2, "the policy is read from the revision: {}", run.stdout);
    assert!(run.stderr.contains("policies/app.txt:1:"), "{}", run.stderr);
    repository.write("x.access.yaml", &spec.replace("policies/app.txt", "../../../../etc/hostname"));
    repository.commit("three");
    let run = repository.diff(&["--git", "HEAD~2..HEAD"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("no such file in the revision"), "{}", run.stderr);
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_all(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}
