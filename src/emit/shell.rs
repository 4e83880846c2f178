//! Plan to `bootstrap.sh`.

use serde_json::{Map, Value};

use super::plan::{MountKind, Plan, Step};
use super::quote::{self, Nul};
use super::{Artefact, HEADER};

const HEAD: &str = include_str!("bootstrap_head.sh");
const REVIEWER: &str = include_str!("bootstrap_reviewer.sh");
const TAIL: &str = include_str!("bootstrap_tail.sh");

/// The script that brings a server to the plan. It is POSIX sh and needs the command line tool of the server, `awk` and
/// `sed`; for a reviewer also `kubectl` and `base64`.
pub fn bootstrap(plan: &Plan) -> Result<Artefact, Nul> {
    let mut text = header(plan);
    text.push_str(HEAD);
    let reviewed = plan.steps.iter().any(|step| matches!(step, Step::ReviewedConfig { .. }));
    if reviewed {
        text.push_str(REVIEWER);
    }
    // All steps are one function, so that a script that was cut short does nothing at all.
    text.push_str("\nsteps() {\n");
    if !plan.vault_namespace.is_empty() {
        let namespace = quote::word(&plan.vault_namespace)?;
        text.push_str(&format!("VAULT_NAMESPACE={namespace}\nBAO_NAMESPACE={namespace}\n"));
        text.push_str("export VAULT_NAMESPACE BAO_NAMESPACE\n\n");
    }
    text.push_str(":\n");
    for each in &plan.steps {
        text.push('\n');
        text.push_str(&step(each)?);
    }
    text.push_str("}\n");
    text.push_str(TAIL);
    Ok(Artefact { path: "bootstrap.sh".to_owned(), text, executable: true })
}

fn header(plan: &Plan) -> String {
    let specs: Vec<String> = plan.specs.iter().map(|name| quote::comment(name)).collect();
    format!(
        "#!/bin/sh\n\
         # {HEADER}\n\
         #\n\
         # Brings a Vault or OpenBao server to what this Access spec declares: {}\n\
         #\n\
         #   sh bootstrap.sh [--check]   compare, field by field; change nothing\n\
         #   sh bootstrap.sh --dry-run   show what --apply would make sure of; contact nothing\n\
         #   sh bootstrap.sh --apply     write what differs, read it back; nothing else is touched\n\
         #\n\
         # Exit status: 0 in step, 1 something differs (--check), 2 it could not be done.\n\
         # Server and token come from the environment, as for the vault command (VAULT_ADDR, VAULT_TOKEN, ...).\n\
         # VAULT_BIN names the command; without it, vault is taken, or bao where there is no vault.\n",
        specs.join(", ")
    )
}

fn step(step: &Step) -> Result<String, Nul> {
    Ok(match step {
        Step::Mount { kind, path, fixed, tuning } => {
            let (table, shown) = match kind {
                MountKind::Secrets => ("mounts", format!("{path}/")),
                MountKind::Auth => ("auth", format!("auth/{path}/")),
            };
            let at = quote::word(path)?;
            format!(
                "ensure_mount {} {table} {at} {}\nensure_tuning {} {table} {at} {}",
                label(&format!("mount {shown}"))?,
                json(fixed)?,
                label(&format!("settings of {shown}"))?,
                json(tuning)?,
            )
        }
        Step::Object { label: what, path, body } => {
            format!("ensure_object {} {} {}", label(what)?, quote::word(path)?, json(body)?)
        }
        Step::ReviewedConfig { label: what, path, body, namespace, secret, cluster_ca } => format!(
            "ensure_reviewed {} {} {} {} {} {}",
            label(what)?,
            quote::word(path)?,
            quote::word(namespace)?,
            quote::word(secret)?,
            if *cluster_ca { "cluster-ca" } else { "own-ca" },
            json(body)?,
        ),
        Step::Policy { name, text, .. } => format!(
            "ensure_policy {} {} {}",
            label(&format!("policy {name}"))?,
            quote::word(name)?,
            quote::heredoc(text)?,
        ),
    })
}

/// What the script calls a thing when it talks to people.
fn label(text: &str) -> Result<String, Nul> {
    quote::word(&quote::comment(text))
}

fn json(body: &Map<String, Value>) -> Result<String, Nul> {
    quote::heredoc(&format!("{:#}\n", Value::from(body.clone())))
}
