//! Generated trees and timed runs of the binary that was built for the benches.
#![allow(dead_code, reason = "each bench takes what it needs")]

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// A temporary tree of `count` RBAC manifests, 100 to a directory, about 300 bytes each.
///
/// Every fourth is a ClusterRole, a Role, a binding of each; all role refs resolve, one manifest in fifty has a finding.
pub fn rbac_manifests(count: usize) -> io::Result<TempDir> {
    let tree = tempfile::tempdir()?;
    for at in 0..count {
        let directory = tree.path().join(format!("team-{}", at / 100));
        fs::create_dir_all(&directory)?;
        fs::write(directory.join(format!("object-{at}.yaml")), rbac_manifest(at))?;
    }
    Ok(tree)
}

/// A temporary tree of `count` policies of twelve path rules each, 100 to a directory, as applications have them: secrets
/// to read and list, database credentials, a key to encrypt with. One policy in fifty has a finding.
pub fn policies(count: usize) -> io::Result<TempDir> {
    let tree = tempfile::tempdir()?;
    for at in 0..count {
        let directory = tree.path().join(format!("team-{}", at / 100));
        fs::create_dir_all(&directory)?;
        fs::write(directory.join(format!("policy-{at}.hcl")), policy(at))?;
    }
    Ok(tree)
}

/// A temporary tree of `count` policies as [`policies`] makes them, and of a spec with as many auth roles, each of which
/// attaches the policies whose numbers `attached` gives, and with these expectations.
pub fn access(
    count: usize,
    attached: impl Fn(usize) -> Vec<usize>,
    expectations: &[&str],
) -> io::Result<TempDir> {
    let tree = policies(count)?;
    let mut spec =
        "apiVersion: rolewright/v1\nkind: Access\nname: bench\nvault:\n  auth:\n    kubernetes:\n      roles:\n"
            .to_owned();
    for at in 0..count {
        let names: Vec<String> = attached(at).into_iter().map(|policy| format!("policy-{policy}")).collect();
        let _ = writeln!(
            spec,
            "        role-{at}: {{bound_service_account_names: [web, worker], bound_service_account_namespaces: \
             [team-{at}], audience: vault, token_policies: [{}]}}",
            names.join(", ")
        );
    }
    spec.push_str("expect:\n");
    for expectation in expectations {
        let _ = writeln!(spec, "  - {expectation}");
    }
    fs::write(tree.path().join("bench.access.yaml"), spec)?;
    Ok(tree)
}

/// Waits for `rolewright ARGUMENTS PATH`, its output thrown away.
pub fn rolewright(arguments: &[&str], path: Option<&Path>) -> io::Result<ExitStatus> {
    start_rolewright(arguments, path)?.wait()
}

/// Starts `rolewright ARGUMENTS PATH`, its output thrown away.
pub fn start_rolewright(arguments: &[&str], path: Option<&Path>) -> io::Result<Child> {
    Command::new(env!("CARGO_BIN_EXE_rolewright"))
        .args(arguments)
        .args(path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}

/// Waits for the child. Its highest resident size in megabytes, as the kernel kept it until shortly before the end.
pub fn peak_memory(child: &mut Child) -> io::Result<f64> {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0.0_f64;
    while child.try_wait()?.is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let kilobytes = text
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
        peak = peak.max(kilobytes.unwrap_or_default() / 1024.0);
        thread::sleep(Duration::from_micros(100));
    }
    Ok(peak)
}

/// The `check` that is measured: every rule, findings in full, no configuration from outside.
pub const CHECK: &[&str] = &["--no-config", "check", "--exit-zero"];

fn rbac_manifest(at: usize) -> String {
    let family = at / 4;
    let verbs = if at % 50 < 2 { "[\"*\"]" } else { "[get, list, watch]" };
    let rules = format!(
        "rules:\n  - apiGroups: [\"\"]\n    resources: [configmaps, services, endpoints]\n    verbs: {verbs}\n  \
         - apiGroups: [apps]\n    resources: [deployments]\n    verbs: [get]\n"
    );
    let subjects = format!(
        "subjects:\n  - kind: ServiceAccount\n    name: app-{family}\n    namespace: team-{family}\n"
    );
    let api = "apiVersion: rbac.authorization.k8s.io/v1\n";
    let role_ref = |kind: &str| {
        format!("roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: {kind}\n  name: app-{family}\n")
    };
    let meta = |namespaced: bool| {
        let namespace = if namespaced { format!("  namespace: team-{family}\n") } else { String::new() };
        format!("metadata:\n  name: app-{family}\n{namespace}  labels:\n    app: app-{family}\n")
    };
    match at % 4 {
        0 => format!("{api}kind: ClusterRole\n{}{rules}", meta(false)),
        1 => format!("{api}kind: Role\n{}{rules}", meta(true)),
        2 => format!("{api}kind: RoleBinding\n{}{}{subjects}", meta(true), role_ref("Role")),
        _ => format!("{api}kind: ClusterRoleBinding\n{}{}{subjects}", meta(false), role_ref("ClusterRole")),
    }
}

fn policy(at: usize) -> String {
    let mut text = String::new();
    for rule in 0..12 {
        let (path, capabilities) = match rule % 4 {
            0 if at.is_multiple_of(50) && rule == 0 => {
                (format!("kv/data/team-{at}/app-{rule}/*"), "\"read\", \"list\"")
            }
            0 => (format!("kv/data/team-{at}/app-{rule}/*"), "\"read\""),
            1 => (format!("kv/metadata/team-{at}/app-{rule}/*"), "\"list\""),
            2 => (format!("database/creds/team-{at}-{rule}"), "\"read\""),
            _ => (format!("transit/encrypt/team-{at}-{rule}"), "\"update\""),
        };
        let _ = writeln!(text, "path \"{path}\" {{\n  capabilities = [{capabilities}]\n}}\n");
    }
    text
}
