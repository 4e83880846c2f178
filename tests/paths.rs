//! `paths` against `fixtures/paths`: what it prints, its exit code, and that other programs can read it.

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
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use common::{Outcome, directories, home, in_step, name, outcome};
use serde_json::Value;

fn paths(directory: &Path, args: &[&str]) -> Outcome {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolewright"));
    command.args(["paths", "--no-config", "--color", "never", "--root", "."]).args(args);
    outcome(command.current_dir(directory))
}

fn cases() -> Vec<PathBuf> {
    let cases = directories(&home().join("fixtures/paths"));
    assert!(cases.len() >= 8, "the fixtures are there");
    cases
}

#[test]
fn reports_are_as_committed() {
    let mut wrong = String::new();
    for case in cases() {
        assert!(case.join("README.md").is_file(), "{} says what it shows", case.display());
        let inputs = case.join("in");
        let run = paths(&inputs, &[]);
        let text = format!("{}\n--- stderr\n{}--- exit code {}\n", run.stdout, run.stderr, run.code);
        let json = paths(&inputs, &["--format", "json"]);
        assert_eq!((json.code, json.stderr.as_str()), (run.code, ""), "{}", case.display());
        for (file, text) in [("human.txt", &text), ("report.json", &json.stdout)] {
            if let Err(message) = in_step(&case.join(file), text) {
                wrong += &message;
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn exit_codes() {
    let codes: Vec<(String, i32)> =
        cases().iter().map(|case| (name(case), paths(&case.join("in"), &["-q"]).code)).collect();
    let codes: Vec<(&str, i32)> = codes.iter().map(|(name, code)| (name.as_str(), *code)).collect();
    let wanted = [
        ("aggregated", 1),
        ("both-ends", 1),
        ("bounds", 1),
        ("changed-roles", 1),
        ("closed", 0),
        ("cluster", 1),
        ("deep-mounts", 1),
        ("doubtful", 2),
        ("engine", 1),
        ("given", 0),
        ("globs", 1),
        ("hostile", 1),
        ("impersonation", 1),
        ("joined", 1),
        ("labels", 1),
        ("made-names", 1),
        ("named-roles", 1),
        ("namespaces", 1),
        ("selected", 1),
        ("strangers", 1),
        ("system", 1),
        ("to-cluster", 1),
        ("to-vault", 1),
        ("wide", 1),
    ];
    assert_eq!(codes, wanted);
}

#[test]
fn json_reports_conform_to_their_schema() {
    let text = fs::read_to_string(home().join("schemas/paths-report.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
    for case in cases() {
        let report: Value =
            serde_json::from_str(&fs::read_to_string(case.join("report.json")).unwrap()).unwrap();
        let faults: Vec<String> = schema.iter_errors(&report).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{}: {faults:?}", case.display());
    }
    let shown =
        Command::new(env!("CARGO_BIN_EXE_rolewright")).args(["schema", "paths-report"]).output().unwrap();
    assert_eq!(String::from_utf8(shown.stdout).unwrap(), text);
}

/// One way at a time: whoever the report of all names, and others.
#[test]
fn from_one_source() {
    for (case, from, to, code, wanted) in [
        ("to-vault", "app/ci", "both", 1, "in 3 hops"),
        ("to-vault", "app/ci", "cluster", 0, "No way found from one source"),
        ("to-vault", "app/ci@reader", "both", 0, "No way found"),
        ("to-vault", "ops/operator@operator", "both", 1, "ops/operator@operator may write `operator`"),
        ("to-vault", "role:kubernetes/operator", "vault", 1, "role:kubernetes/operator → root-equivalent"),
        ("to-vault", "policy:operator", "vault", 1, "policy:operator may write `operator`"),
        ("to-vault", "policy:reader", "both", 0, "No way found"),
        ("to-cluster", "user:eve", "cluster", 1, "in 4 hops"),
        ("to-vault", "user:system:serviceaccount:app:ci", "vault", 1, "in 3 hops"),
        ("to-cluster", "policy:deploy", "both", 1, "policy:deploy may have a token of apps/deployer made"),
        ("cluster", "group:support", "cluster", 1, "system:masters"),
        ("cluster", "e/boss", "cluster", 1, "e/boss is cluster-admin"),
        (
            "aggregated",
            "a/extender",
            "cluster",
            1,
            "which by its labels the ClusterRole `view` takes in, and that is bound to it",
        ),
        ("aggregated", "a/debug", "cluster", 1, "the ClusterRole `team` takes in"),
        ("aggregated", "a/stranger", "both", 0, "No way found"),
        ("aggregated", "b/labels", "cluster", 1, "b/reader holds the ClusterRole `view`"),
        ("aggregated", "c/editor", "cluster", 1, "c/worker holds the Role `worker`"),
        ("aggregated", "d/copies", "both", 0, "No way found"),
        ("impersonation", "a/all", "cluster", 1, "in one hop"),
        ("impersonation", "a/named", "cluster", 1, "in one hop"),
        ("impersonation", "a/user", "cluster", 1, "in one hop"),
        ("impersonation", "a/uid", "both", 0, "No way found"),
        ("impersonation", "a/nobody", "both", 0, "No way found"),
        ("impersonation", "a/writer", "cluster", 1, "once it has given itself everything in namespace `one`"),
        ("impersonation", "a/binder", "cluster", 1, "once it has bound the ClusterRole `named` to itself"),
        ("wide", "a/wide", "vault", 1, "choose the policies of logins"),
        ("wide", "a/wider", "vault", 1, "in 2 hops"),
        ("wide", "a/tune", "both", 0, "No way found"),
        ("hostile", "policy:p", "vault", 1, "in one hop"),
        ("strangers", "app/ci", "cluster", 1, "may come without a login"),
        ("strangers", "other/new", "cluster", 1, "may come without a login"),
        ("system", "a/bind-aggregator", "cluster", 1, "in one hop"),
        ("system", "a/bind-unknown", "cluster", 2, "No way found"),
        ("system", "a/bind-unknown-role", "cluster", 2, "No way found"),
        ("system", "a/bind-known", "cluster", 0, "No way found"),
        ("system", "a/token", "cluster", 1, "in one hop"),
        ("system", "a/token-anywhere", "cluster", 1, "in one hop"),
        ("system", "a/token-unknown", "cluster", 2, "No way found"),
        ("system", "a/token-elsewhere", "cluster", 0, "No way found"),
        ("system", "a/impersonate", "cluster", 1, "in one hop"),
        ("system", "a/kubelet", "cluster", 2, "No way found"),
        ("system", "a/attach", "cluster", 1, "in one hop"),
        ("system", "a/discovery", "cluster", 1, "in one hop"),
        ("system", "a/basic", "cluster", 1, "in one hop"),
        ("system", "a/constrained", "cluster", 2, "No way found"),
        ("system", "a/constrained-star", "cluster", 2, "No way found"),
        ("selected", "a/deploy", "cluster", 1, "system:serviceaccounts:ops"),
        ("selected", "one/ci", "vault", 1, "logs in through"),
        ("selected", "two/other", "vault", 0, "No way found"),
        ("selected", "three/unlabelled", "vault", 2, "No way found"),
        ("bounds", "a/both", "vault", 1, "may choose who logs in through `auth/kubernetes/role/adm`"),
        ("bounds", "a/denied", "vault", 1, "may choose who logs in through `auth/kubernetes/role/adm`"),
        ("bounds", "a/spelled", "vault", 1, "update on `auth/kubernetes/role/A"),
        ("bounds", "a/named", "vault", 1, "may choose who logs in through `auth/kubernetes/role/anywhere`"),
        ("bounds", "a/half", "vault", 2, "No way found"),
        ("bounds", "a/other", "vault", 2, "No way found"),
        ("bounds", "a/ttl", "both", 0, "No way found"),
        ("bounds", "policy:both", "vault", 1, "may choose who logs in through `auth/kubernetes/role/adm`"),
        ("deep-mounts", "a/writer", "vault", 1, "choose the policies of logins"),
        ("deep-mounts", "a/below", "vault", 1, "choose the policies of logins"),
        ("deep-mounts", "a/unknown", "vault", 1, "add and change auth methods"),
        ("deep-mounts", "a/secrets", "both", 0, "No way found"),
        ("deep-mounts", "a/bounds", "vault", 1, "may choose who logs in through"),
        ("deep-mounts", "a/unspelled", "both", 2, "No way found"),
        ("deep-mounts", "a/user", "both", 0, "No way found"),
        ("deep-mounts", "a/shut", "both", 2, "No way found"),
        ("deep-mounts", "a/of-others", "both", 2, "No way found"),
        ("changed-roles", "a/mover", "vault", 1, "once it has changed the namespaces of the role"),
        ("changed-roles", "a/selector", "vault", 1, "once it has changed the namespaces of the role"),
        ("changed-roles", "a/idle", "vault", 0, "No way found"),
        ("changed-roles", "a/open", "vault", 1, "may have a token of ops/adm made"),
        ("changed-roles", "a/globbed", "vault", 1, "any service account `team-adm` of namespaces `team-*`"),
        ("changed-roles", "a/spelled", "vault", 1, "update on `kubernetes/creds/Deployer`"),
        ("changed-roles", "a/around", "vault", 1, "update on `kubernetes/creds/"),
        ("made-names", "a/plain", "vault", 1, "logs in through `auth/kubernetes/role/made`"),
        ("made-names", "a/template", "vault", 1, "logs in through `auth/kubernetes/role/jobs`"),
        ("made-names", "a/open", "vault", 2, "No way found"),
        ("made-names", "a/apart", "vault", 0, "No way found"),
        ("named-roles", "a/gathered", "cluster", 1, "once it has bound the ClusterRole `gathered` to itself"),
        ("named-roles", "a/view", "cluster", 1, "once it has bound the ClusterRole `view` to itself"),
        ("named-roles", "a/plain", "cluster", 0, "No way found"),
        ("named-roles", "a/runner", "cluster", 0, "No way found"),
        ("named-roles", "a/twice", "cluster", 2, "No way found"),
        ("named-roles", "a/engine", "cluster", 1, "may mint tokens in the whole cluster"),
        ("labels", "new/deploy", "vault", 2, "No way found"),
        ("labels", "undeclared/deploy", "vault", 2, "No way found"),
        ("labels", "undeclared/other", "vault", 0, "No way found"),
        ("labels", "dev/deploy", "vault", 0, "No way found"),
        ("labels", "prod/deploy", "vault", 1, "logs in through `auth/kubernetes/role/labelled`"),
        ("labels", "build/ci-x", "vault", 1, "logs in through `auth/kubernetes/role/named`"),
        ("strangers", "role:reader", "cluster", 1, "role:reader may come without a login"),
        ("strangers", "policy:reader", "cluster", 1, "policy:reader may come without a login"),
        ("strangers", "app/ci@reader", "cluster", 1, "may come without a login"),
        ("globs", "somewhere/ci-new", "vault", 1, "logs in through `auth/kubernetes/role/pipelines`"),
    ] {
        let run = paths(&home().join("fixtures/paths").join(case).join("in"), &["--from", from, "--to", to]);
        assert_eq!(run.code, code, "{case} {from} {to}\n{}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains(wanted), "{case} {from} {to}\n{}", run.stdout);
    }
    for (from, wanted) in [
        ("app/nobody", "no input speaks of `app/nobody`"),
        ("user:nobody", "no input speaks of `user:nobody`"),
        ("group:nobody", "no input speaks of `group:nobody`"),
        ("role:nobody", "no auth role is named `nobody`"),
        ("policy:nobody", "no policy is named `nobody`"),
        ("nobody", "is no `NAMESPACE/SERVICEACCOUNT`"),
        ("app/*", "can be no service account"),
        ("app/", "names no service account"),
        ("user:\u{1b}[2J", "no input speaks of"),
    ] {
        let run = paths(&home().join("fixtures/paths/to-vault/in"), &["--from", from]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{from}: {}", run.stderr);
        assert!(run.stderr.contains(wanted), "{from}: {}", run.stderr);
        assert!(!run.stderr.contains('\u{1b}'), "{from}: {}", run.stderr.escape_debug());
    }
}

#[test]
fn inputs_that_cannot_be_read_are_never_passed_over() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| fs::write(directory.path().join(name), text).unwrap();
    let run = paths(directory.path(), &[]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("no input found"), "{}", run.stderr);
    write("p.hcl", b"path \"a\" { capabilities = [\"read\"] }\n");
    let run = paths(directory.path(), &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("No way found from 0 sources"), "{}", run.stdout);
    write("q.hcl", b"path \"a\" { capabilities = [\n");
    assert_eq!(paths(directory.path(), &[]).code, 2);
    write("q.hcl", b"path \"a\" { capabilities = [\"\xff\"] }\n");
    assert_eq!(paths(directory.path(), &[]).code, 2);
    assert_eq!(paths(directory.path(), &["p.hcl"]).code, 0);
    assert_eq!(paths(directory.path(), &["no-such-file"]).code, 2);
    fs::remove_file(directory.path().join("q.hcl")).unwrap();
    let template = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata:\n  name: x\n\
                    {{- if .Values.admin }}\nroleRef: {kind: ClusterRole, name: cluster-admin}\n{{- end }}\n\
                    subjects: [{kind: ServiceAccount, name: a, namespace: ns}]\n";
    write("x.yaml", template.as_bytes());
    let run = paths(directory.path(), &[]);
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("render it first"), "{}", run.stderr);
    for args in [&["--to", "moon"][..], &["--format", "xml"], &["--from"]] {
        assert_eq!(paths(directory.path(), args).code, 2, "{args:?}");
    }
}

/// Thousands of service accounts, bindings, roles and policies take no time worth speaking of.
#[test]
fn large_projects_are_no_burden() {
    let directory = tempfile::tempdir().unwrap();
    let (mut rbac, mut spec, mut policies) = (String::new(), String::new(), String::new());
    for at in 0..2_000 {
        writeln!(
            rbac,
            "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: sa{at}, namespace: ns{}}}",
            at % 40
        )
        .unwrap();
        writeln!(
            rbac,
            "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: b{at}, namespace: ns{}}}\n\
             roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}}\n\
             subjects: [{{kind: ServiceAccount, name: sa{at}, namespace: ns{}}}]",
            (at + 1) % 40,
            at % 40
        )
        .unwrap();
    }
    for at in 0..1_000 {
        writeln!(
            spec,
            "        role{at}: {{bound_service_account_names: [sa{at}], bound_service_account_namespaces: [ns{}], \
             token_policies: [p{at}]}}",
            at % 40
        )
        .unwrap();
        let path = match at % 100 {
            7 => format!("sys/policies/acl/p{}", (at + 50) % 1_000),
            _ => format!("kv/data/app{at}/*"),
        };
        writeln!(policies, "    p{at}: {{path: {{{path}: {{capabilities: [read, update]}}}}}}").unwrap();
    }
    fs::write(directory.path().join("rbac.yaml"), rbac).unwrap();
    fs::write(
        directory.path().join("v.access.yaml"),
        format!(
            "apiVersion: rolewright/v1\nkind: Access\nname: large\nvault:\n  auth:\n    kubernetes:\n      roles:\n{spec}  \
             policies:\n{policies}"
        ),
    )
    .unwrap();
    let start = Instant::now();
    let run = paths(directory.path(), &["--format", "json"]);
    let took = start.elapsed();
    assert_eq!(run.code, 1, "{}", run.stderr);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["paths"].as_array().unwrap().len(), 2_000, "everybody can become everybody");
    let most = if cfg!(debug_assertions) { 120 } else { 10 };
    assert!(took < Duration::from_secs(most), "{took:?}");
}
