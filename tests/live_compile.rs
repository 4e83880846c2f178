//! Emitted scripts against a real server.

mod built;
mod live;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use live::Server;
use rolewright::emit;
use rolewright::model::project::Project;
use serde_json::{Value, json};

/// Artefacts on disk and how to run their script.
struct Deployment<'a> {
    directory: tempfile::TempDir,
    server: &'a Server,
    shell: &'static str,
    environment: Vec<(&'static str, PathBuf)>,
}

impl<'a> Deployment<'a> {
    fn of(project: &Project, server: &'a Server, shell: &'static str) -> Deployment<'a> {
        let bao = live::tool("bao").unwrap();
        Deployment { directory: written(project), server, shell, environment: vec![("VAULT_BIN", bao)] }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn run(&self, mode: &str) -> Output {
        let mut command = Command::new(self.shell);
        command.arg(self.path("bootstrap.sh")).arg(mode).env_clear();
        command.env("PATH", "/usr/bin:/bin").env("HOME", self.directory.path());
        command.env("VAULT_ADDR", &self.server.addr).env("VAULT_TOKEN", &self.server.token);
        if !self.server.namespace.is_empty() {
            command.env("VAULT_NAMESPACE", &self.server.namespace);
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.output().unwrap()
    }

    /// Runs and checks the exit status; what the script printed on stdout.
    #[track_caller]
    fn expect(&self, mode: &str, status: i32) -> String {
        let output = self.run(mode);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(status), "{} {mode}\n{stdout}\n{stderr}", self.shell);
        stdout
    }
}

/// The artefacts of a project in a directory of their own.
fn written(project: &Project) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for artefact in emit::artefacts(project).unwrap() {
        let path = directory.path().join(&artefact.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, artefact.text).unwrap();
    }
    directory
}

/// The shells that scripts must run under, as far as they are there.
fn shells() -> Vec<&'static str> {
    let there = |shell: &&str| ["/bin", "/usr/bin"].iter().any(|at| Path::new(at).join(shell).exists());
    ["dash", "bash"].into_iter().filter(there).collect()
}

/// Every policy, role and configuration of the plan is on the server, field by field.
#[track_caller]
fn assert_holds(project: &Project, server: &Server) {
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
            emit::plan::Step::ReviewedConfig { .. } => {}
        }
    }
}

/// Lists in one order; an absent value as the empty one.
fn as_set(value: &Value) -> Value {
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

#[test]
fn a_script_brings_a_server_in_step_and_then_leaves_it_alone() {
    let Some(server) = live::server() else { return };
    for shell in shells() {
        let server = server.isolated(&format!("apply-{shell}"));
        let project = built::project();
        let deployment = Deployment::of(&project, &server, shell);
        let before = deployment.expect("--check", 1);
        assert!(before.contains("missing    policy kv-app\n"), "{before}");
        deployment.expect("--dry-run", 0);
        assert_eq!(server.get("sys/policies/acl/kv-app"), None, "neither mode may write");
        let first = deployment.expect("--apply", 0);
        assert!(first.contains(" written, "), "{first}");
        assert_holds(&project, &server);
        let second = deployment.expect("--apply", 0);
        assert!(second.contains("nothing to change"), "{second}");
        assert!(!second.contains("written "), "{second}");
        let after = deployment.expect("--check", 0);
        assert!(after.contains(" in step, 0 different, 0 missing"), "{after}");
    }
}

#[test]
fn every_artefact_is_clean() {
    let (Some(shellcheck), Some(validate), Some(kubectl)) =
        (live::tool("shellcheck"), live::tool("kubernetes-validate"), live::tool("kubectl"))
    else {
        return;
    };
    for project in [built::project(), built::reviewed()] {
        let directory = written(&project);
        let rbac = directory.path().join("rbac");
        let run = |command: &mut Command| {
            let output = command.output().unwrap();
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
            text
        };
        run(Command::new(&shellcheck).args(["-s", "sh"]).arg(directory.path().join("bootstrap.sh")));
        for file in std::fs::read_dir(&rbac).unwrap().map(|file| file.unwrap().path()) {
            if !file.ends_with("kustomization.yaml") {
                run(Command::new(&validate).arg("--strict").arg(file));
            }
        }
        let mut built = objects(&run(Command::new(&kubectl).arg("kustomize").arg(&rbac)));
        let mut wanted: Vec<Value> =
            emit::plan::plan(&project).unwrap().objects.into_iter().map(|object| object.manifest).collect();
        built.sort_by_key(Value::to_string);
        wanted.iter_mut().for_each(Value::sort_all_objects);
        wanted.sort_by_key(Value::to_string);
        assert_eq!(built, wanted);
    }
}

/// The documents of a YAML text, keys sorted.
fn objects(text: &str) -> Vec<Value> {
    let documents = serde_yaml::Deserializer::from_str(text);
    let mut objects: Vec<Value> =
        documents.map(|document| serde::Deserialize::deserialize(document).unwrap()).collect();
    objects.iter_mut().for_each(Value::sort_all_objects);
    objects
}
