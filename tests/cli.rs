//! Flags, streams, exit codes, and bad input of every kind.

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

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use rolewright::cli::session::Session;
use rolewright::cli::{check, load};
use rolewright::config::FailOn;
use rolewright::lint::{self, Category, Check, Rule};
use rolewright::model::lower;
use rolewright::rules::{ENGINE, RULES};
use tempfile::TempDir;

const GOOD_POLICY: &str = "path \"secret/data/web\" {\n  capabilities = [\"read\"]\n}\n";
const WIDE_ROLE: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: all}\n\
    rules:\n  - {apiGroups: [\"*\"], resources: [\"*\"], verbs: [\"*\"]}\n---\n\
    apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: all}\n\
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: all}\n\
    subjects: [{kind: ServiceAccount, name: web, namespace: app}]\n";

struct Outcome {
    code: i32,
    stdout: String,
    stderr: String,
}

fn run(dir: &Path, args: &[&str]) -> Outcome {
    run_with(dir, args, &[], "")
}

fn run_with(dir: &Path, args: &[&str], env: &[(&str, &str)], stdin: &str) -> Outcome {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolewright"));
    command
        .args(args)
        .current_dir(dir)
        .env_remove("NO_COLOR")
        .env_remove("FORCE_COLOR")
        .env_remove("CLICOLOR_FORCE");
    command.envs(env.iter().copied());
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that does not read its input may have gone before it is written.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = child.wait_with_output().unwrap();
    Outcome {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn project(files: &[(&str, &[u8])]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

/// Each: files, arguments, exit code, what stdout holds, what stderr holds.
type Case<'a> = (&'a [(&'a str, &'a [u8])], &'a [&'a str], i32, &'a [&'a str], &'a [&'a str]);

fn hold(cases: &[Case<'_>]) {
    for (files, args, code, on_stdout, on_stderr) in cases {
        let dir = project(files);
        let outcome = run(dir.path(), args);
        let all = format!("{args:?}\nstdout:\n{}\nstderr:\n{}", outcome.stdout, outcome.stderr);
        assert_eq!(outcome.code, *code, "{all}");
        for text in *on_stdout {
            assert!(outcome.stdout.contains(text), "`{text}` is not on stdout of {all}");
        }
        for text in *on_stderr {
            assert!(outcome.stderr.contains(text), "`{text}` is not on stderr of {all}");
        }
        if on_stderr.is_empty() {
            assert_eq!(outcome.stderr, "", "{all}");
        }
    }
}

#[test]
fn exit_codes_of_check() {
    let good = ("web.hcl", GOOD_POLICY.as_bytes());
    let wide = ("wide.yaml", WIDE_ROLE.as_bytes());
    hold(&[
        (&[good], &["check", "-q", "web.hcl", "--fail-on", "error"], 0, &[], &[]),
        (&[good, wide], &["check"], 1, &["wildcard-"], &[]),
        (&[good, wide], &["check", "--exit-zero"], 0, &["wildcard-"], &[]),
        (&[good, wide], &["check", "--fail-on", "never"], 0, &["wildcard-"], &[]),
        (
            &[good, wide, ("bad.hcl", b"path \"x\" {\n  capabilities = [read]\n}\n")],
            &["check", "--exit-zero"],
            2,
            &["wildcard-", "bad.hcl:2:19"],
            &[],
        ),
        (&[], &["check"], 2, &[], &["no input found"]),
        (&[("notes.txt", b"hello")], &["check"], 2, &[], &["no input found"]),
        (
            &[("notes.yaml", b"hello: world\n")],
            &["check"],
            2,
            &["1 other file left alone"],
            &["no input found"],
        ),
        (
            &[("a/web.hcl", GOOD_POLICY.as_bytes()), ("rolewright.toml", b"exclude = [\"a\"]\n")],
            &["check", "a/web.hcl"],
            0,
            &["1 file excluded"],
            &[],
        ),
    ]);
}

#[test]
fn input_that_cannot_be_taken_in_is_named_and_the_rest_is_still_reported() {
    let wide = ("wide.yaml", WIDE_ROLE.as_bytes());
    let large = vec![b'#'; 16 * 1024 * 1024 + 1];
    hold(&[
        (
            &[wide],
            &["check", "missing.hcl", "wide.yaml"],
            2,
            &["missing.hcl: no such file or directory", "wildcard-"],
            &[],
        ),
        (
            &[wide, ("latin.hcl", b"path \"secret/\xe4\" {}\n")],
            &["check"],
            2,
            &["latin.hcl: not UTF-8 at byte 13, in line 1", "wildcard-"],
            &[],
        ),
        (
            &[wide, ("wide16.yaml", b"\xff\xfea\0p\0i\0V\0e\0r\0s\0i\0o\0n\0")],
            &["check"],
            2,
            &["not UTF-8 but UTF-16", "wildcard-"],
            &[],
        ),
        (
            &[wide, ("nul.hcl", b"# one\npath \"a\0b\" {}\n")],
            &["check"],
            2,
            &["holds a NUL byte at byte 13, in line 2", "wildcard-"],
            &[],
        ),
        (
            &[wide, ("large.hcl", &large)],
            &["check", "large.hcl", "."],
            2,
            &["large.hcl: larger than 16 MiB", "wildcard-"],
            &[],
        ),
        (
            &[wide, ("picture.json", b"\x89PNG\0\xff")],
            &["check", "--exit-zero"],
            0,
            &["1 other file left alone", "wildcard-"],
            &[],
        ),
        (
            &[wide, ("picture.json", b"\x89PNG\0\xff")],
            &["check", "picture.json"],
            2,
            &["picture.json: holds a NUL byte"],
            &[],
        ),
    ]);
}

#[test]
fn a_byte_order_mark_is_taken_off_and_columns_do_not_count_it() {
    let text = format!("\u{feff}{WIDE_ROLE}");
    let dir = project(&[("wide.yaml", text.as_bytes())]);
    let with = run(dir.path(), &["check", "--format", "concise"]).stdout;
    fs::write(dir.path().join("wide.yaml"), WIDE_ROLE).unwrap();
    assert_eq!(with, run(dir.path(), &["check", "--format", "concise"]).stdout);
    assert!(with.contains("wide.yaml:5:"));
}

#[test]
fn broken_yaml_in_one_document_leaves_the_others() {
    let object = |name: &str| {
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: {name}, namespace: app}}\nrules:\n  - {{apiGroups: [\"\"], resources: [pods], verbs: [\"*\"]}}\n"
        )
    };
    let text = [object("a"), object("b"), "kind: [Role\n".to_owned(), object("d"), object("e")].join("---\n");
    let dir = project(&[("roles.yaml", text.as_bytes())]);
    let outcome = run(dir.path(), &["check", "--format", "concise"]);
    assert_eq!(outcome.code, 2, "{}", outcome.stdout);
    let lines =
        |rule: &str| -> Vec<&str> { outcome.stdout.lines().filter(|line| line.contains(rule)).collect() };
    assert_eq!(lines("[wildcard-verb]").len(), 4, "{}", outcome.stdout);
    assert!(!lines("[syntax-error]").is_empty(), "{}", outcome.stdout);
    let of_document = |line: &str| {
        line.split(':')
            .nth(1)
            .and_then(|line| line.parse().ok())
            .is_some_and(|line: u32| (12..=14).contains(&line))
    };
    assert!(lines("[syntax-error]").iter().all(|line| of_document(line)), "{}", outcome.stdout);
}

#[test]
fn a_policy_with_five_errors_shows_all_five() {
    let rule = "path \"secret/data/web\" {\n  capabilities = [read]\n}\n";
    let dir = project(&[("web.hcl", rule.repeat(5).as_bytes())]);
    let outcome = run(dir.path(), &["check", "--format", "concise"]);
    assert_eq!(outcome.code, 2);
    for line in [2, 5, 8, 11, 14] {
        assert!(
            outcome.stdout.contains(&format!("web.hcl:{line}:19: error[syntax-error]")),
            "{}",
            outcome.stdout
        );
    }
}

#[cfg(unix)]
#[test]
fn links() {
    use std::os::unix::fs::symlink;
    let dir = project(&[("wide.yaml", WIDE_ROLE.as_bytes()), ("sub/a.txt", b"")]);
    symlink("wide.yaml", dir.path().join("again.yaml")).unwrap();
    symlink("nowhere.yaml", dir.path().join("broken.yaml")).unwrap();
    symlink(".", dir.path().join("sub/circle")).unwrap();
    let outcome = run(dir.path(), &["check"]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stdout.contains("broken.yaml: broken link: no such file"), "{}", outcome.stdout);
    assert!(!outcome.stdout.contains("again.yaml"), "a link to a file that is read anyway says nothing new");

    fs::remove_file(dir.path().join("broken.yaml")).unwrap();
    symlink("circle.yaml", dir.path().join("circle.yaml")).unwrap();
    let outcome = run(dir.path(), &["check"]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stdout.contains("circle.yaml: broken link: "), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("wildcard-"), "{}", outcome.stdout);
}

/// Also for a user to whom everything is open.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_fails_while_it_is_read_is_named() {
    let dir = project(&[("wide.yaml", WIDE_ROLE.as_bytes())]);
    let outcome = run(dir.path(), &["check", "/proc/self/mem", "wide.yaml"]);
    assert_eq!(outcome.code, 2, "{}", outcome.stdout);
    assert!(outcome.stdout.contains("/proc/self/mem: Input/output error"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("wildcard-"), "{}", outcome.stdout);
}

#[cfg(unix)]
#[test]
fn a_file_that_nobody_may_read_is_named() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    let dir = project(&[("wide.yaml", WIDE_ROLE.as_bytes()), ("locked.hcl", GOOD_POLICY.as_bytes())]);
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(&dir.path().join("locked.hcl"), 0o000);
    mode(dir.path(), 0o755);
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolewright"));
    command.arg("check").current_dir(dir.path());
    if fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0) {
        // Root reads everything, so somebody else has to try.
        command.uid(65534).gid(65534);
    }
    let output = command.output().expect("a program that everybody may run");
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(2), "{stdout}");
    assert!(stdout.contains("locked.hcl: permission denied"), "{stdout}");
    assert!(stdout.contains("wildcard-"), "{stdout}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_no_success_and_no_crash() {
    let dir = project(&[
        ("wide.yaml", WIDE_ROLE.as_bytes()),
        ("a.access.yaml", b"apiVersion: rolewright/v1\nkind: Access\nname: web\n"),
    ]);
    for args in [
        &["--help"][..],
        &["--version"],
        &["check", "--help"],
        &["completions", "bash"],
        &["schema"],
        &["schema", "report"],
        &["rules"],
        &["explain", "wildcard-verb"],
        &["check"],
        &["check", "--exit-zero", "--format", "json"],
        &["compile", "a.access.yaml", "--stdout"],
    ] {
        let disk = File::options().write(true).open("/dev/full").unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_rolewright"))
            .args(args)
            .current_dir(dir.path())
            .stdout(disk)
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {stderr}");
        assert!(!stderr.contains("panicked"), "{args:?}: {stderr}");
        assert!(stderr.contains("cannot write to stdout"), "{args:?}: {stderr}");
    }
}

#[cfg(unix)]
#[test]
fn what_is_reached_twice_is_reported_once() {
    use std::os::unix::fs::symlink;
    let dir = project(&[
        ("k8s/wide.yaml", WIDE_ROLE.as_bytes()),
        (
            "k8s/alias.yaml",
            b"apiVersion: v1\nkind: List\nitems:\n  - &role\n    apiVersion: rbac.authorization.k8s.io/v1\n    kind: Role\n    metadata: {name: a, namespace: app}\n    rules:\n      - {apiGroups: [\"\"], resources: [pods], verbs: [\"*\"]}\n  - *role\n",
        ),
    ]);
    symlink("wide.yaml", dir.path().join("k8s/again.yaml")).unwrap();
    symlink("k8s", dir.path().join("linked")).unwrap();
    let once = run(dir.path(), &["check", "k8s/wide.yaml", "k8s/alias.yaml", "--format", "concise"]);
    assert_eq!(once.code, 1);
    let verbs =
        once.stdout.lines().filter(|line| line.contains("alias.yaml") && line.contains("[wildcard-verb]"));
    assert_eq!(verbs.count(), 1, "{}", once.stdout);
    for args in [
        &["check", "k8s/wide.yaml", "k8s/alias.yaml", "k8s/wide.yaml", "--format", "concise"][..],
        &["check", "k8s", "./k8s/wide.yaml", "k8s/../k8s/alias.yaml", "--format", "concise"],
        &["check", "k8s", "--format", "concise"],
        &["check", "--format", "concise"],
        &["check", "k8s", "k8s/again.yaml", "--format", "concise"],
        &["check", "k8s", "linked/wide.yaml", "--format", "concise"],
        &["check", "k8s", "linked", "--format", "concise"],
    ] {
        assert_eq!(run(dir.path(), args).stdout, once.stdout, "{args:?}");
    }
}

static BROKEN_RULE: Rule = Rule {
    name: "broken-rule",
    summary: "a rule that fails",
    category: Category::Correctness,
    check: Check::RbacRole(|role, cx| {
        cx.report(role.meta.span, "half done");
        panic!("no rule should");
    }),
    fixable: false,
    source: "",
};

#[test]
fn a_rule_that_panics_leaves_the_others() {
    let dir = project(&[("wide.yaml", WIDE_ROLE.as_bytes()), ("web.hcl", GOOD_POLICY.as_bytes())]);
    let session = Session::of_directory(dir.path()).unwrap();
    let loaded = load::project(&[dir.path().to_owned()], None, &session);
    let rules: Vec<&'static Rule> = RULES.iter().copied().chain([&BROKEN_RULE]).collect();
    let (findings, crashes) = lint::run_contained(&rules, &loaded.project, &session.config.options, 2);
    assert_eq!(
        (crashes.len(), crashes[0].rule, crashes[0].message.as_str()),
        (1, "broken-rule", "no rule should")
    );
    assert!(findings.iter().all(|finding| finding.rule != &BROKEN_RULE), "what it had said is dropped");
    assert!(findings.iter().any(|finding| finding.rule.name.starts_with("wildcard-")));
    let triaged = lint::triage(findings, &loaded.project, RULES, &ENGINE, &session.config.levels, None);
    let exit = check::exit(&loaded, &triaged, &crashes, FailOn::Never);
    assert_eq!(ExitCode::from(exit), ExitCode::from(3));
}

#[test]
fn a_reader_that_panics_at_one_file_leaves_the_others() {
    let dir = project(&[("wide.yaml", WIDE_ROLE.as_bytes()), ("bad.yaml", WIDE_ROLE.as_bytes())]);
    let session = Session::of_directory(dir.path()).unwrap();
    let reader: load::Reader = |source, settings| {
        assert!(source.name != "bad.yaml", "no reader should");
        lower::file(source, settings)
    };
    let loaded = load::project_by(reader, &[dir.path().to_owned()], None, &session);
    assert_eq!(loaded.crashes.len(), 1);
    assert_eq!(loaded.crashes[0].message, "bad.yaml: no reader should");
    let (triaged, failed) = check::lint(&loaded.project, &session);
    assert_eq!(failed, []);
    assert!(triaged.shown.iter().any(|finding| finding.rule.name.starts_with("wildcard-")));
    let exit = check::exit(&loaded, &triaged, &loaded.crashes, FailOn::Never);
    assert_eq!(ExitCode::from(exit), ExitCode::from(3));
}

#[test]
fn bad_flags_and_configurations() {
    let good = ("web.hcl", GOOD_POLICY.as_bytes());
    hold(&[
        (&[good], &["check", "--formt", "json"], 2, &[], &["--formt"]),
        (&[good], &["check", "--format", "xml"], 2, &[], &["xml"]),
        (&[good], &["check", "-j", "0"], 2, &[], &["0"]),
        (&[good], &["chek"], 2, &[], &["check"]),
        (&[good], &["check", "--config", "none.toml"], 2, &[], &["none.toml"]),
        (&[good], &["check", "--root", "none"], 2, &[], &["none"]),
        (&[good], &["explain", "wildcard-verbs"], 2, &[], &["did you mean `wildcard-verb`?"]),
        (&[good, ("rolewright.toml", b"exclud = []\n")], &["check"], 2, &[], &["unknown key `exclud`", "rolewright.toml:1:1", "did you mean `exclude`?"]),
        (&[good, ("rolewright.toml", b"[rules]\nwildcard-verbs = \"off\"\n")], &["check"], 2, &[], &["rolewright.toml:2:1", "did you mean `wildcard-verb`?"]),
        (&[good, ("rolewright.toml", b"[rules]\nwildcard-verb = \"loud\"\n[limits]\nmax_ttl = \"soon\"\n")], &["check"], 2, &[], &["rolewright.toml:2:17", "rolewright.toml:4:11"]),
        (&[good, ("rolewright.toml", b"exclude = [\n")], &["check"], 2, &[], &["rolewright.toml:"]),
        (&[good, ("rolewright.toml", b"exclud = []\n")], &["check", "--no-config", "--fail-on", "never"], 0, &[], &[]),
        (
            &[("web.access.yaml", b"apiVersion: rolewright/v1\nkind: Access\nname: web\nvalut: {}\n")],
            &["check"],
            1,
            &["unknown key `valut`", "web.access.yaml:4:1", "did you mean `vault`?"],
            &[],
        ),
        (
            &[("web.access.yaml", b"apiVersion: rolewright/v1\nkind: Access\nname: web\nvault: {policies: {web: {file: web.hcl}, etc: {file: /etc/passwd}}}\n")],
            &["check"],
            2,
            &["web.hcl: no such file or directory", "named here", "lies outside the project"],
            &[],
        ),
    ]);
    // One cause, one error: what could not be taken in is not said to hold no policy.
    let spec = b"apiVersion: rolewright/v1\nkind: Access\nname: web\nvault: {policies: {a: {file: a.hcl}, b: {file: /etc/passwd}, c: {file: .}}}\n";
    let dir = project(&[("web.access.yaml", spec)]);
    let outcome = run(dir.path(), &["check", "--format", "concise"]);
    assert_eq!(outcome.code, 2);
    assert_eq!(
        outcome.stdout,
        ".: error: is no regular file\n/etc/passwd: error: named by a spec, but lies outside the project\n\
         a.hcl: error: no such file or directory\nChecked 1 file (1 spec): nothing to report.\n\
         3 files could not be read.\n"
    );
}

#[test]
fn policies_that_a_spec_names_are_read() {
    let spec = b"apiVersion: rolewright/v1\nkind: Access\nname: web\nvault: {policies: {web: {file: ../policies/web.txt}}}\n";
    let dir = project(&[
        (".git/HEAD", b""),
        ("specs/web.access.yaml", spec),
        ("policies/web.txt", GOOD_POLICY.as_bytes()),
    ]);
    let outcome = run(dir.path(), &["check", "specs", "--show-files"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    assert_eq!(outcome.stdout, "policies/web.txt: read\nspecs/web.access.yaml: read\n");
}

#[test]
fn levels_and_comments_decide_what_is_shown() {
    let allowed = WIDE_ROLE.replace(
        "rules:\n",
        "# rolewright: allow(wildcard-verb, wildcard-resource) the break-glass role\nrules:\n",
    );
    let dir = project(&[
        ("wide.yaml", allowed.as_bytes()),
        ("rolewright.toml", b"[rules]\nunused-allow = \"off\"\nwildcard-verb = \"note\"\n"),
    ]);
    let outcome = run(dir.path(), &["check", "--format", "concise"]);
    assert!(!outcome.stdout.contains("[wildcard-"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("allowed by comments"), "{}", outcome.stdout);
    let outcome = run(dir.path(), &["check", "--show-allowed"]);
    assert!(outcome.stdout.contains("allowed by a comment: the break-glass role"), "{}", outcome.stdout);
}

#[test]
fn stdin_is_read_under_the_name_it_is_given() {
    let dir = project(&[]);
    for (args, name) in [
        (&["check", "-", "--format", "concise"][..], "<stdin>"),
        (&["check", "-", "--format", "concise", "--stdin-filename", "k8s/wide.yaml"][..], "k8s/wide.yaml"),
    ] {
        let outcome = run_with(dir.path(), args, &[], WIDE_ROLE);
        assert_eq!(outcome.code, 1, "{}", outcome.stderr);
        assert!(outcome.stdout.starts_with(&format!("{name}:5:")), "{}", outcome.stdout);
    }
    let outcome = run_with(dir.path(), &["check", "-"], &[], GOOD_POLICY);
    assert!(outcome.stdout.contains("1 policy"), "{}", outcome.stdout);
    // From a sub-directory, as any other path.
    let dir = project(&[
        (".git/HEAD", b""),
        (
            "rolewright.toml",
            b"exclude = [\"k8s/gen\"]\n[[files]]\npaths = [\"k8s/old\"]\nignore = [\"all\"]\n",
        ),
        ("k8s/x.txt", b""),
    ]);
    for (name, code, said) in [
        ("wide.yaml", 1, "k8s/wide.yaml:5:"),
        ("../wide.yaml", 1, "wide.yaml:5:"),
        ("gen/wide.yaml", 0, "1 file excluded"),
        ("old/wide.yaml", 0, "nothing to report"),
    ] {
        let args = ["check", "-", "--format", "concise", "--stdin-filename", name];
        let outcome = run_with(&dir.path().join("k8s"), &args, &[], WIDE_ROLE);
        assert_eq!(outcome.code, code, "{name}: {}{}", outcome.stdout, outcome.stderr);
        assert!(outcome.stdout.contains(said), "{name}: {}", outcome.stdout);
    }
    assert_eq!(run_with(dir.path(), &["check", "-"], &[], "").code, 2);
}

#[test]
fn reports_do_not_depend_on_threads_spelling_or_locale() {
    let mut files: Vec<(String, String)> = Vec::new();
    for at in 0..60 {
        files.push((format!("roles/r{at}.yaml"), WIDE_ROLE.replace("name: all", &format!("name: all-{at}"))));
        files.push((format!("policies/p{at}.hcl"), GOOD_POLICY.replace("web", &format!("+/web{at}*x"))));
    }
    let files: Vec<(&str, &[u8])> =
        files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    let dir = project(&files);
    for format in ["human", "concise", "json"] {
        let first = run(dir.path(), &["check", "--format", format, "-j", "1"]);
        assert_eq!(first.code, 1);
        for (args, env) in [
            (&["check", "--format", format, "-j", "7"][..], &[("LC_ALL", "tr_TR.UTF-8")][..]),
            (
                &["check", "--format", format, "./policies/../roles", "policies/", "roles/r1.yaml"][..],
                &[("LANG", "C")][..],
            ),
        ] {
            let again = run_with(dir.path(), args, env, "");
            assert_eq!(again.stdout, first.stdout, "{args:?}");
        }
    }
}

#[test]
fn paths_are_relative_to_the_root() {
    let dir = project(&[(".git/HEAD", b""), ("k8s/wide.yaml", WIDE_ROLE.as_bytes())]);
    let sub = dir.path().join("k8s");
    assert!(run(&sub, &["check", "--format", "concise"]).stdout.starts_with("k8s/wide.yaml:5:"));
    assert!(run(&sub, &["check", "--format", "concise", "--root", "."]).stdout.starts_with("wide.yaml:5:"));
}

#[test]
fn ignored_and_hidden_files_are_left_out_unless_named() {
    let dir = project(&[
        (".git/HEAD", b""),
        (".gitignore", b"build/\n"),
        ("web.hcl", GOOD_POLICY.as_bytes()),
        ("build/wide.yaml", WIDE_ROLE.as_bytes()),
        (".hidden/wide.yaml", WIDE_ROLE.as_bytes()),
    ]);
    let shown = |args: &[&str]| run(dir.path(), args).stdout;
    assert_eq!(shown(&["check", "--show-files"]), "web.hcl: read\n");
    assert_eq!(shown(&["check", "--show-files", "build/wide.yaml"]), "build/wide.yaml: read\n");
    assert_eq!(shown(&["check", "--show-files", ".hidden"]), ".hidden/wide.yaml: read\n");
}

#[test]
fn templates_are_named_and_counted() {
    let chart = b"apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {{ .Values.name }}\n{{- if .Values.x }}\n  a: b\n{{- end }}\n";
    let dir = project(&[
        ("web.hcl", GOOD_POLICY.as_bytes()),
        ("templates/sa.yaml", chart),
        ("web.hcl.tpl", b"path \"secret/${name}\" {\n%{ for x in y }\n}\n"),
    ]);
    let outcome = run(dir.path(), &["check", "--fail-on", "never"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stdout);
    assert!(outcome.stdout.contains("templates/sa.yaml ("), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("web.hcl.tpl ("), "{}", outcome.stdout);
}

#[test]
fn colours_follow_flag_and_environment() {
    let dir = project(&[("wide.yaml", WIDE_ROLE.as_bytes())]);
    for (args, env, colored) in [
        (&["check"][..], &[][..], false),
        (&["check", "--color", "always"][..], &[("NO_COLOR", "1")][..], true),
        (&["check"][..], &[("FORCE_COLOR", "1")][..], true),
        (&["check"][..], &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")][..], false),
        (&["check", "--color", "never"][..], &[("FORCE_COLOR", "1")][..], false),
    ] {
        let stdout = run_with(dir.path(), args, env, "").stdout;
        assert_eq!(stdout.contains('\u{1b}'), colored, "{args:?} {env:?}");
    }
}

#[test]
fn control_characters_of_inputs_do_not_reach_the_terminal() {
    let role = WIDE_ROLE.replace("name: all}", "name: \"all\\e[2J\", labels: {a: \"\u{202e}x\"}}");
    let dir = project(&[("wide\u{1b}[31m.yaml", role.as_bytes())]);
    for format in ["human", "concise"] {
        let stdout = run(dir.path(), &["check", "--format", format]).stdout;
        assert!(!stdout.contains(['\u{1b}', '\u{202e}']), "{stdout:?}");
        assert!(stdout.contains("wildcard-"), "{stdout:?}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let dir = project(&[("wide.yaml", WIDE_ROLE.repeat(500).as_bytes())]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_rolewright"))
        .args(["check"])
        .current_dir(dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(matches!(output.status.code(), Some(0..=2)));
}

#[test]
fn init_writes_what_check_accepts_and_never_overwrites() {
    let dir = project(&[]);
    let outcome = run(dir.path(), &["init"]);
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (0, "wrote rolewright.toml\nwrote example.access.yaml\n")
    );
    let outcome = run(dir.path(), &["check"]);
    assert_eq!(outcome.code, 0, "{}{}", outcome.stdout, outcome.stderr);
    fs::write(dir.path().join("rolewright.toml"), "# mine\n").unwrap();
    let outcome = run(dir.path(), &["init"]);
    assert!(outcome.stdout.contains("rolewright.toml exists, left alone"));
    assert_eq!(fs::read_to_string(dir.path().join("rolewright.toml")).unwrap(), "# mine\n");
}

#[test]
fn rules_explain_schema_and_completions_print() {
    let dir = project(&[]);
    for (args, text) in [
        (&["rules"][..], "unused-allow"),
        (&["rules", "--format", "json"][..], "\"default_level\""),
        (&["explain", "unused-allow"][..], "HOW TO FIX IT"),
        (&["schema", "spec"][..], "rolewright/v1"),
        (&["schema", "config"][..], "max_ttl"),
        (&["schema", "report"][..], "byte_start"),
        (&["completions", "bash"][..], "rolewright"),
        (&["--version"][..], env!("CARGO_PKG_VERSION")),
        (&["--help"][..], "Exit codes"),
    ] {
        let outcome = run(dir.path(), args);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{args:?}");
        assert!(outcome.stdout.contains(text), "{args:?}: {}", outcome.stdout);
    }
    for what in ["spec", "config", "report"] {
        let schema = run(dir.path(), &["schema", what]).stdout;
        assert!(serde_json::from_str::<serde_json::Value>(&schema).is_ok(), "{what}");
    }
}

/// The one policy that nobody wants to miss.
const EVERYTHING: &[u8] = b"path \"*\" {\n  capabilities = [\"sudo\"]\n}\n";

#[test]
fn what_compile_made_is_no_input_unless_it_is_named() {
    let spec = "apiVersion: rolewright/v1\nkind: Access\nname: x\nvault:\n  policies:\n    q:\n      \
        hcl: |\n        path \"secret/data/web\" {\n          capabilities = [\"read\"]\n        }\n";
    let dir = project(&[("x.access.yaml", spec.as_bytes())]);
    let outcome = run(dir.path(), &["compile", "--out", "out"]);
    assert_eq!(outcome.code, 0, "{}{}", outcome.stdout, outcome.stderr);
    let made = dir.path().join("out/policies/q.hcl");
    assert!(made.exists(), "{}", outcome.stdout);
    fs::write(dir.path().join("out/own.hcl"), EVERYTHING).unwrap();

    let outcome = run(dir.path(), &["check", "--show-files"]);
    assert!(
        !outcome.stdout.contains("q.hcl") && outcome.stdout.contains("out/own.hcl"),
        "{}",
        outcome.stdout
    );
    let concise = run(dir.path(), &["check", "--format", "concise"]);
    assert!(concise.stdout.contains("1 file that `compile` made left out"), "{}", concise.stdout);
    let outcome = run(dir.path(), &["check", "--show-files", "out"]);
    assert!(outcome.stdout.contains("out/policies/q.hcl: read"), "{}", outcome.stdout);
    // What was changed since is what somebody wrote.
    fs::write(&made, EVERYTHING).unwrap();
    let outcome = run(dir.path(), &["check", "--show-files"]);
    assert!(outcome.stdout.contains("out/policies/q.hcl: read"), "{}", outcome.stdout);
}

#[test]
fn a_list_of_artefacts_that_is_none_hides_nothing() {
    // The checksum is that of the text.
    let sum = EVERYTHING.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let foreign = format!("{sum:016x}  q.hcl\n");
    let elsewhere = format!("# Code generated by rolewright; DO NOT EDIT.\n{sum:016x}  ../q.hcl\n");
    for list in ["", "*\n", &foreign, &elsewhere] {
        let dir =
            project(&[("d/.rolewright", list.as_bytes()), ("d/q.hcl", EVERYTHING), ("q.hcl", EVERYTHING)]);
        let outcome = run(dir.path(), &["check", "-q", "--format", "concise"]);
        assert_eq!(outcome.code, 1, "{list}: {}", outcome.stderr);
        for name in ["d/q.hcl:", "\nq.hcl:"] {
            assert!(outcome.stdout.contains(name), "{list}: {}", outcome.stdout);
        }
    }
}

#[test]
fn what_is_left_out_is_told_in_every_format() {
    let dir = project(&[
        ("web.hcl", GOOD_POLICY.as_bytes()),
        ("old/a.hcl", EVERYTHING),
        ("rolewright.toml", b"exclude = [\"old\"]\n"),
    ]);
    for format in rolewright::report::Format::ALL {
        let name = format.words().0;
        let outcome = run(dir.path(), &["check", "--format", name]);
        let told = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(told.contains("1 file excluded"), "{name}: {told}");
        assert_eq!(format.has_closing_lines(), outcome.stderr.is_empty(), "{name}: {told}");
        assert_eq!(run(dir.path(), &["check", "-q", "--format", name]).stderr, "", "{name}");
    }
    let sarif = run(dir.path(), &["check", "--format", "sarif"]).stdout;
    assert!(sarif.contains("files excluded by the configuration: 1"), "{sarif}");
    let outcome = run(dir.path(), &["check", "--statistics"]);
    assert!(outcome.stderr.contains("1 file excluded"), "{}", outcome.stderr);
}

#[cfg(unix)]
#[test]
fn file_names_that_are_no_text_are_read_too() {
    use std::os::unix::ffi::OsStrExt as _;
    let dir = project(&[("web.hcl", GOOD_POLICY.as_bytes())]);
    fs::write(dir.path().join(std::ffi::OsStr::from_bytes(b"b\xffad.hcl")), EVERYTHING).unwrap();
    let outcome = run(dir.path(), &["check", "--format", "concise"]);
    assert!(outcome.stdout.contains("b\\xffad.hcl:1:6: error[wildcard-everything]"), "{}", outcome.stdout);
    // Each by a name of its own, also where one has that text for its name.
    for name in [&b"b\xfead.hcl"[..], b"b\\xffad.hcl", b"\xff/web.hcl", b"\xfe/web.hcl"] {
        let path = dir.path().join(std::ffi::OsStr::from_bytes(name));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, EVERYTHING).unwrap();
    }
    let outcome = run(dir.path(), &["check", "--format", "concise"]);
    let errors = outcome.stdout.matches("error[wildcard-everything]").count();
    assert_eq!(errors, 5, "{}", outcome.stdout);
    assert!(outcome.stdout.contains("Checked 6 files"), "{}", outcome.stdout);
    assert_eq!(run(dir.path(), &["check", "-q", "--write-baseline", "known.json"]).code, 0);
    let outcome = run(dir.path(), &["check", "--baseline", "known.json", "web.hcl"]);
    assert!(!outcome.stdout.contains("gone"), "{}", outcome.stdout);
}

#[test]
fn ignore_files_outside_of_the_project_hide_nothing() {
    let dir = project(&[
        (".ignore", b"bad.hcl\n"),
        ("proj/.git/HEAD", b"ref: refs/heads/main\n"),
        ("proj/.git/info/exclude", b"bad.hcl\n"),
        ("proj/bad.hcl", EVERYTHING),
    ]);
    let outcome = run(&dir.path().join("proj"), &["check", "--format", "concise"]);
    assert!(outcome.stdout.contains("bad.hcl:1:6: error[wildcard-everything]"), "{}", outcome.stdout);
}

#[test]
fn a_name_for_stdin_needs_stdin() {
    let dir = project(&[("web.hcl", GOOD_POLICY.as_bytes())]);
    let outcome = run(dir.path(), &["check", "--stdin-filename", "bad.hcl"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(outcome.stderr.contains("add `-` to the paths"), "{}", outcome.stderr);
}

#[test]
fn lines_that_end_in_carriage_return_and_newline_are_counted_once() {
    let dir = project(&[("c.hcl", b"path \"a\" {\r\n  capabilities = [\"raed\"]\r\n}\r\n")]);
    let outcome = run(dir.path(), &["check"]);
    assert!(outcome.stdout.contains("\n 3 │ }"), "{}", outcome.stdout);
}

#[cfg(unix)]
#[test]
fn a_configuration_that_cannot_be_read_is_not_passed_over() {
    let dir = project(&[("web.hcl", GOOD_POLICY.as_bytes())]);
    std::os::unix::fs::symlink("gone.toml", dir.path().join("rolewright.toml")).unwrap();
    let outcome = run(dir.path(), &["check"]);
    assert_eq!(outcome.code, 2, "{}", outcome.stdout);
    assert!(outcome.stderr.contains("cannot read the configuration `rolewright.toml`"), "{}", outcome.stderr);
}

#[cfg(unix)]
#[test]
fn a_spec_reaches_neither_out_of_the_project_nor_into_a_pipe() {
    let spec = |file: &str| {
        format!(
            "apiVersion: rolewright/v1\nkind: Access\nname: x\nvault:\n  policies:\n    a: {{file: {file}}}\n"
        )
    };
    let dir = project(&[
        ("outside/leak.hcl", EVERYTHING),
        ("proj/.git/HEAD", b""),
        ("proj/link.access.yaml", spec("lnk/leak.hcl").as_bytes()),
        ("proj/pipe.access.yaml", spec("pipe.hcl").as_bytes()),
    ]);
    let proj = dir.path().join("proj");
    std::os::unix::fs::symlink("../outside", proj.join("lnk")).unwrap();
    assert!(Command::new("mkfifo").arg(proj.join("pipe.hcl")).status().unwrap().success());
    let outcome = run(&proj, &["check", "--format", "concise", "link.access.yaml"]);
    assert_eq!(outcome.code, 2, "{}", outcome.stdout);
    assert!(outcome.stdout.contains("lies outside the project"), "{}", outcome.stdout);
    assert!(!outcome.stdout.contains("wildcard-everything"), "{}", outcome.stdout);
    let outcome = run(&proj, &["check", "--format", "concise", "pipe.access.yaml"]);
    assert_eq!(outcome.code, 2, "{}", outcome.stdout);
    assert!(outcome.stdout.contains("is no regular file"), "{}", outcome.stdout);
    // Found below a directory, the pipe is named as unread instead of being passed over.
    let outcome = run(&proj, &["check", "--format", "concise", "."]);
    assert!(outcome.stdout.contains("pipe.hcl: error: is no regular file"), "{}", outcome.stdout);
}

#[test]
fn a_question_and_an_expectation_agree_on_what_a_pki_mount_guards() {
    let spec = "apiVersion: rolewright/v1\nkind: Access\nname: p\nvault:\n  mounts: {pki: {type: pki}}\n  policies:\n    p: {path: {pki/root/sign-self-issued: {capabilities: [update]}}}\nexpect:\n  - {who: \"policy:p\", cannot: [update], on: pki/root/sign-self-issued}\n";
    let dir = project(&[("p.access.yaml", spec.as_bytes())]);
    assert_eq!(run(dir.path(), &["can-i", "policy:p", "update", "pki/root/sign-self-issued"]).code, 1);
    assert_eq!(run(dir.path(), &["test"]).code, 0);
}
