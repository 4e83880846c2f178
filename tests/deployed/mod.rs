//! Artefacts of a project on disk, and how to run their scripts against a server.
#![allow(dead_code, reason = "each test program uses a part")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rolewright::cli::{load, session::Session};
use rolewright::emit;
use rolewright::model::project::Project;
use serde_json::{Value, json};

use super::live::{self, Server};
use super::{built, common};

/// What the stand-in for kubectl gives for a token.
pub const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";

/// Artefacts on disk and how to run their script.
pub struct Deployment<'a> {
    pub directory: tempfile::TempDir,
    pub server: &'a Server,
    pub shell: &'static str,
    pub environment: Vec<(&'static str, PathBuf)>,
}

impl<'a> Deployment<'a> {
    pub fn of(project: &Project, server: &'a Server, shell: &'static str) -> Deployment<'a> {
        let bao = live::tool("bao").unwrap();
        Deployment { directory: written(project), server, shell, environment: vec![("VAULT_BIN", bao)] }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Runs `bootstrap.sh` in a mode.
    pub fn run(&self, mode: &str) -> Output {
        self.command("bootstrap.sh", &[mode]).output().unwrap()
    }

    /// A script with its arguments, not yet started.
    pub fn command(&self, script: &str, arguments: &[&str]) -> Command {
        let mut command = common::interruptible(self.shell);
        command.arg(self.path(script)).args(arguments).env_clear();
        command.env("PATH", "/usr/bin:/bin").env("HOME", self.directory.path());
        command.env("VAULT_ADDR", &self.server.addr).env("VAULT_TOKEN", &self.server.token);
        if !self.server.namespace.is_empty() {
            command.env("VAULT_NAMESPACE", &self.server.namespace);
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Puts a stand-in for kubectl on PATH, which answers only for the Secret of a reviewer, in base64 as Kubernetes
    /// does, and lets anybody have tokens of service accounts called `deployer`. It is there as long as the directory that is given back.
    pub fn with_cluster(&mut self) -> tempfile::TempDir {
        let tools = tempfile::tempdir().unwrap();
        let kubectl = tools.path().join("kubectl");
        let script = format!(
            "#!/bin/sh\ncase \"$*\" in\n\
             *--namespace\\ vault*data*token*vault-token-reviewer-token) printf %s '{TOKEN}' | base64 -w0 ;;\n\
             *--namespace\\ vault*data*crt*vault-token-reviewer-token) printf %s '{}' | base64 -w0 ;;\n\
             auth\\ can-i*\\ create\\ serviceaccounts/deployer) echo yes ;;\n\
             auth\\ can-i*) echo no; exit 1 ;;\n\
             *) echo 'not found' >&2; exit 1 ;;\nesac\n",
            built::CERTIFICATE
        );
        std::fs::write(&kubectl, script).unwrap();
        std::fs::set_permissions(&kubectl, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let mut path = tools.path().as_os_str().to_owned();
        path.push(":/usr/bin:/bin");
        self.environment.push(("PATH", path.into()));
        tools
    }

    /// Runs `bootstrap.sh` and checks the exit status; what it printed on stdout.
    #[track_caller]
    pub fn expect(&self, mode: &str, status: i32) -> String {
        self.script("bootstrap.sh", &[mode], status).0
    }

    /// Runs a script and checks the exit status; what it printed on stdout and stderr.
    #[track_caller]
    pub fn script(&self, script: &str, arguments: &[&str], status: i32) -> (String, String) {
        let output = self.command(script, arguments).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        let shell = self.shell;
        assert_eq!(output.status.code(), Some(status), "{shell} {script} {arguments:?}\n{stdout}\n{stderr}");
        (stdout, stderr)
    }
}

/// The artefacts of a project in a directory of their own.
pub fn written(project: &Project) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    write_into(directory.path(), project);
    directory
}

/// Writes the artefacts of a project into a directory.
pub fn write_into(directory: &Path, project: &Project) {
    for artefact in emit::artefacts(project).unwrap() {
        let path = directory.join(&artefact.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, artefact.text).unwrap();
    }
}

/// The shells that scripts must run under, as far as they are there.
pub fn shells() -> Vec<&'static str> {
    let there = |shell: &&str| ["/bin", "/usr/bin"].iter().any(|at| Path::new(at).join(shell).exists());
    ["dash", "bash"].into_iter().filter(there).collect()
}

/// Every policy, role and configuration of the plan is on the server, field by field.
#[track_caller]
pub fn assert_holds(project: &Project, server: &Server) {
    for step in emit::plan::plan(project).unwrap().steps {
        match step {
            emit::plan::Step::Policy { name, text, .. } => {
                let policy = server.get(&format!("sys/policies/acl/{name}")).unwrap();
                assert_eq!(policy["policy"], text, "policy {name}");
            }
            emit::plan::Step::Object { path, body, .. } => {
                let held = server.get(&path).unwrap_or_else(|| panic!("{path} is absent"));
                for (field, wanted) in &body {
                    assert_eq!(as_set(&held[field]), as_set(wanted), "{field} of {path}");
                }
            }
            emit::plan::Step::Mount { kind, path, fixed, tuning } => {
                let table = if kind == emit::plan::MountKind::Auth { "sys/auth" } else { "sys/mounts" };
                let held = server.get(table).unwrap()[format!("{path}/")].clone();
                for (field, wanted) in &fixed {
                    assert_eq!(&held[field], wanted, "{field} of {path}/");
                }
                for (field, wanted) in &tuning {
                    let at = if field == "description" { &held[field] } else { &held["config"][field] };
                    assert_eq!(as_set(at), as_set(wanted), "{field} of {path}/");
                }
            }
            emit::plan::Step::ReviewedConfig { path, body, cluster_ca, .. } => {
                let held = server.get(&path).unwrap_or_else(|| panic!("{path} is absent"));
                for (field, wanted) in &body {
                    assert_eq!(as_set(&held[field]), as_set(wanted), "{field} of {path}");
                }
                assert_eq!(held["token_reviewer_jwt_set"], true, "{path}");
                if cluster_ca {
                    assert_eq!(held["kubernetes_ca_cert"], built::CERTIFICATE, "{path}");
                }
            }
        }
    }
}

/// Lists in one order; an absent value as the empty one.
pub fn as_set(value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items = items.clone();
            items.sort_by_key(Value::to_string);
            items.dedup();
            if items.is_empty() { Value::Null } else { items.into() }
        }
        Value::Object(fields) if fields.is_empty() => Value::Null,
        value if [json!(""), json!(0), json!(false)].contains(value) => Value::Null,
        value => value.clone(),
    }
}

/// The projects that lie in folders: the demos, put right, and those whose output is committed.
pub fn folders() -> Vec<PathBuf> {
    let demos = common::directories(&common::home().join("fixtures/projects"));
    let fixtures = common::directories(&common::home().join("fixtures/compile"));
    let demos = demos.into_iter().map(|demo| demo.join("fixed"));
    let found: Vec<PathBuf> =
        demos.chain(fixtures.into_iter().map(|case| case.join("in"))).filter(|path| path.is_dir()).collect();
    assert!(found.len() > 3, "{found:?}");
    found
}

pub fn loaded(folder: &Path) -> Project {
    let session = Session::of_directory(folder).unwrap();
    let loaded = load::project(&[folder.to_owned()], None, &session);
    assert!(loaded.unread.is_empty() && loaded.crashes.is_empty(), "{}", folder.display());
    loaded.project
}
