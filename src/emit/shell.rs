//! Plan to scripts: `bootstrap.sh`, `verify.sh`, `rollback.sh`. They are POSIX sh and share their common text.

use serde_json::{Map, Value, json};

use super::expect::{Claim, Holder, Question, Questions};
use super::plan::{MountKind, Plan, Step};
use super::quote::{self, Nul};
use super::{Artefact, HEADER};

const COMMON: &str = include_str!("sh/common.sh");
const POLICY: &str = include_str!("sh/policy.sh");
const CLUSTER: &str = include_str!("sh/cluster.sh");
const WRITE: &str = include_str!("sh/write.sh");
const STATE: &str = include_str!("sh/state.sh");
const BOOTSTRAP: &str = include_str!("sh/bootstrap.sh");
const BOOTSTRAP_POLICY: &str = include_str!("sh/bootstrap_policy.sh");
const BOOTSTRAP_SAVE_CONFIG: &str = include_str!("sh/bootstrap_save_config.sh");
const BOOTSTRAP_CONFIG: &str = include_str!("sh/bootstrap_config.sh");
const BOOTSTRAP_REVIEWER: &str = include_str!("sh/bootstrap_reviewer.sh");
const BOOTSTRAP_TAIL: &str = include_str!("sh/bootstrap_tail.sh");
const VERIFY: &str = include_str!("sh/verify.sh");
const VERIFY_POLICY: &str = include_str!("sh/verify_policy.sh");
const VERIFY_REVIEWER: &str = include_str!("sh/verify_reviewer.sh");
const VERIFY_TOKEN: &str = include_str!("sh/verify_token.sh");
const VERIFY_CLUSTER: &str = include_str!("sh/verify_cluster.sh");
const VERIFY_TAIL: &str = include_str!("sh/verify_tail.sh");
const ROLLBACK: &str = include_str!("sh/rollback.sh");
const ROLLBACK_TAIL: &str = include_str!("sh/rollback_tail.sh");

/// How long a token lives that asks on behalf of a role, in seconds.
const TOKEN_TTL: u32 = 60;

/// The script that brings a server to the plan. It needs the command line tool of the server, `awk` and `sed`; for a
/// reviewer also `kubectl` and `base64`.
pub fn bootstrap(plan: &Plan) -> Result<Artefact, Nul> {
    let has = Has::of(plan);
    let mut text = header(
        plan,
        "Brings a Vault or OpenBao server to what this Access spec declares",
        "  sh bootstrap.sh [--check]   compare, field by field; change nothing\n\
         \x20 sh bootstrap.sh --dry-run   show what --apply would make sure of; contact nothing\n\
         \x20 sh bootstrap.sh --apply     write what differs, read it back; nothing else is touched\n\
         \n\
         Exit status: 0 in step, 1 something differs (--check), 2 it could not be done.\n\
         Before it writes anything, --apply keeps what is there for rollback.sh: in .rolewright-state beside the script\n\
         or in the folder ROLEWRIGHT_STATE.",
    );
    text.push_str(COMMON);
    text.push_str(WRITE);
    text.push_str(STATE);
    text.push_str(BOOTSTRAP);
    for (needed, part) in [
        (has.policy, POLICY),
        (has.policy, BOOTSTRAP_POLICY),
        (has.config || has.reviewed, BOOTSTRAP_SAVE_CONFIG),
        (has.config, BOOTSTRAP_CONFIG),
        (has.reviewed, CLUSTER),
        (has.reviewed, BOOTSTRAP_REVIEWER),
    ] {
        text.push_str(if needed { part } else { "" });
    }
    text.push_str(&clean(settings(plan, true)?));
    text.push_str(&clean(steps(plan, "ensure")?));
    text.push_str(BOOTSTRAP_TAIL);
    Ok(script("bootstrap.sh", text))
}

/// The script that asks a server, and a cluster, whether all that the plan and the expectations say is so.
pub fn verify(plan: &Plan, questions: &Questions) -> Result<Artefact, Nul> {
    let has = Has::of(plan);
    let asks = |wanted: fn(&Question) -> bool| questions.claims.iter().any(|claim| wanted(&claim.question));
    let mut text = header(
        plan,
        "Checks on a Vault or OpenBao server, and in a cluster, that what this Access spec declares and expects is so",
        "  sh verify.sh\n\
         \n\
         Exit status: 0 all holds, 1 something does not, 2 something could not be found out.\n\
         What a role may do is asked with a token that holds its policies, lives for a minute at most and is revoked at\n\
         once; nothing else is changed. Policies that come from identity groups are not seen that way.",
    );
    text.push_str(COMMON);
    text.push_str(VERIFY);
    for (needed, part) in [
        (has.policy, POLICY),
        (has.policy, VERIFY_POLICY),
        (has.reviewed, CLUSTER),
        (has.reviewed, VERIFY_REVIEWER),
        (asks(|question| matches!(question, Question::Access { .. })), VERIFY_TOKEN),
        (asks(|question| matches!(question, Question::Cluster { .. })), VERIFY_CLUSTER),
    ] {
        text.push_str(if needed { part } else { "" });
    }
    text.push_str(&clean(settings(plan, false)?));
    text.push_str(&clean(steps(plan, "verify")?));
    let mut expectations = "\nexpectations() {\n:\n".to_owned();
    for each in &questions.holders {
        expectations.push_str(&holder(each)?);
    }
    expectations.push('\n');
    for each in &questions.claims {
        expectations.push_str(&claim(each)?);
    }
    expectations.push_str("}\n");
    text.push_str(&clean(expectations));
    text.push_str(VERIFY_TAIL);
    Ok(script("verify.sh", text))
}

/// The script that undoes what [`bootstrap`]'s has done, from the state that one saved.
pub fn rollback(plan: &Plan) -> Result<Artefact, Nul> {
    let mut text = header(
        plan,
        "Brings a Vault or OpenBao server back to what it held before the last bootstrap.sh --apply that wrote something",
        "  sh rollback.sh                           show what would be restored; change nothing\n\
         \x20 sh rollback.sh --apply                   restore it; a further call undoes the run before that\n\
         \x20 sh rollback.sh --apply --remove-mounts   also disable mounts that were not there: destroys what they hold\n\
         \n\
         Exit status: 0 done, or nothing to do, 1 something would change (without --apply), 2 it could not be done.\n\
         The state is read from .rolewright-state beside the script or from the folder ROLEWRIGHT_STATE. Reviewer\n\
         tokens cannot be read from a server, so they are not in it.",
    );
    text.push_str(COMMON);
    text.push_str(WRITE);
    text.push_str(STATE);
    text.push_str(ROLLBACK);
    text.push_str(&clean(settings(plan, true)?));
    text.push_str(ROLLBACK_TAIL);
    Ok(script("rollback.sh", text))
}

fn script(path: &str, text: String) -> Artefact {
    Artefact { path: path.to_owned(), text, executable: true }
}

/// Which kinds of steps there are, so that no script carries what it does not use.
struct Has {
    policy: bool,
    config: bool,
    reviewed: bool,
}

impl Has {
    fn of(plan: &Plan) -> Has {
        let any = |wanted: fn(&Step) -> bool| plan.steps.iter().any(wanted);
        Has {
            policy: any(|step| matches!(step, Step::Policy { .. })),
            config: any(|step| matches!(step, Step::Object { permanent: true, .. })),
            reviewed: any(|step| matches!(step, Step::ReviewedConfig { .. })),
        }
    }
}

fn header(plan: &Plan, purpose: &str, usage: &str) -> String {
    let specs: Vec<String> = plan.specs.iter().map(|name| quote::comment(name)).collect();
    let usage: String = usage
        .lines()
        .map(|line| if line.is_empty() { "#\n".to_owned() } else { format!("# {line}\n") })
        .collect();
    format!(
        "#!/bin/sh\n\
         # {HEADER}\n\
         #\n\
         # {purpose}: {}\n\
         #\n\
         {usage}\
         # Server and token come from the environment, as for the vault command (VAULT_ADDR, VAULT_TOKEN, ...).\n\
         # VAULT_BIN names the command; without it, vault is taken, or bao where there is no vault.\n",
        specs.join(", ")
    )
}

/// A function, with a directive for ShellCheck before it where its quoted words hold what looks as if the shell were to
/// act on it.
fn clean(function: String) -> String {
    let marks = ["SC2016", "SC1003"];
    let meant = [function.contains(['$', '`']), function.contains('\\')];
    let codes: Vec<&str> =
        marks.iter().zip(meant).filter_map(|(code, is_meant)| is_meant.then_some(*code)).collect();
    if codes.is_empty() || !function.contains('\'') {
        return function;
    }
    format!("\n# shellcheck disable={} # names and texts are taken as they stand{function}", codes.join(","))
}

/// What all of a script goes by. With `named`, the specs are named, too.
fn settings(plan: &Plan, named: bool) -> Result<String, Nul> {
    let mut text = "\nsettings() {\n".to_owned();
    if named {
        let specs: Vec<String> = plan.specs.iter().map(|name| quote::comment(name)).collect();
        text.push_str(&format!("specs={}\n", quote::word(&specs.join(", "))?));
    } else {
        text.push_str(":\n");
    }
    if !plan.vault_namespace.is_empty() {
        let namespace = quote::word(&plan.vault_namespace)?;
        text.push_str(&format!("VAULT_NAMESPACE={namespace}\nBAO_NAMESPACE={namespace}\n"));
        text.push_str("export VAULT_NAMESPACE BAO_NAMESPACE\n");
    }
    text.push_str("}\n");
    Ok(text)
}

/// All steps as one function, so that a script that was cut short does nothing at all.
fn steps(plan: &Plan, word: &str) -> Result<String, Nul> {
    let mut text = "\nsteps() {\n:\n".to_owned();
    for each in &plan.steps {
        text.push('\n');
        text.push_str(&step(each, word)?);
    }
    text.push_str("}\n");
    Ok(text)
}

/// One step as a call of the function that ensures or verifies it.
fn step(step: &Step, word: &str) -> Result<String, Nul> {
    let ensures = word == "ensure";
    Ok(match step {
        Step::Mount { kind, path, fixed, tuning } => {
            let (table, shown) = match kind {
                MountKind::Secrets => ("mounts", format!("{path}/")),
                MountKind::Auth => ("auth", format!("auth/{path}/")),
            };
            let at = quote::word(path)?;
            let tune = if ensures { "tuning" } else { "mount" };
            format!(
                "{word}_mount {} {table} {at} {}\n{word}_{tune} {} {table} {at} {}",
                label(&format!("mount {shown}"))?,
                body(fixed)?,
                label(&format!("settings of {shown}"))?,
                body(tuning)?,
            )
        }
        Step::Object { label: what, path, body: fields, permanent } => {
            let kind = if *permanent && ensures { "config" } else { "object" };
            format!("{word}_{kind} {} {} {}", label(what)?, quote::word(path)?, body(fields)?)
        }
        Step::ReviewedConfig { label: what, path, body: fields, namespace, secret, cluster_ca } => format!(
            "{word}_reviewed {} {} {} {} {} {}",
            label(what)?,
            quote::word(path)?,
            quote::word(namespace)?,
            quote::word(secret)?,
            if *cluster_ca { "cluster-ca" } else { "own-ca" },
            body(fields)?,
        ),
        Step::Policy { name, text, .. } => {
            // A heredoc ends in a newline whether or not the text does.
            let (end, newline) = if text.ends_with('\n') { ("", "") } else { (" unended", "\n") };
            let (what, name) = (label(&format!("policy {name}"))?, quote::word(name)?);
            format!("{word}_policy {what} {name}{end} {}", quote::heredoc(&format!("{text}{newline}"))?)
        }
    })
}

/// A token for a holder, and the question what it holds.
fn holder(holder: &Holder) -> Result<String, Nul> {
    let token = json!({
        "display_name": "rolewright-verify",
        "policies": holder.policies,
        "no_default_policy": !holder.policies.iter().any(|name| name == "default"),
        "no_parent": false,
        "renewable": false,
        "type": "service",
        "ttl": format!("{TOKEN_TTL}s"),
        "explicit_max_ttl": format!("{TOKEN_TTL}s"),
    });
    let mut call = format!("\ntoken_of {}", label(&holder.label)?);
    for policy in &holder.undeclared {
        call.push(' ');
        call.push_str(&quote::word(policy)?);
    }
    let paths: Value = holder.paths.iter().map(String::as_str).collect();
    Ok(format!(
        "{call} {}ask {}",
        quote::heredoc(&format!("{token:#}\n"))?,
        quote::heredoc(&format!("{paths:#}\n"))?
    ))
}

fn claim(claim: &Claim) -> Result<String, Nul> {
    let what = label(&claim.label)?;
    Ok(match &claim.question {
        Question::Access { can, words, path, holders } => {
            let verb = if *can { "can" } else { "cannot" };
            let mut call = format!(
                "expect_access {what} {verb} {} {}",
                quote::word(&words.join(" "))?,
                quote::word(path)?
            );
            for holder in holders {
                call.push(' ');
                call.push_str(&label(holder)?);
            }
            call.push('\n');
            call
        }
        Question::Cluster { can, user, arguments } => {
            let verb = if *can { "yes" } else { "no" };
            let mut call = format!("expect_cluster {what} {verb} {}", quote::word(user)?);
            for argument in arguments {
                call.push(' ');
                call.push_str(&quote::word(argument)?);
            }
            call.push('\n');
            call
        }
        Question::Unchecked(why) => format!("not_checked {what} {}\n", label(why)?),
        Question::Senseless(why) => format!("cannot_tell {what} {}\n", label(why)?),
    })
}

/// What the script calls a thing when it talks to people.
fn label(text: &str) -> Result<String, Nul> {
    quote::word(&quote::comment(text))
}

fn body(fields: &Map<String, Value>) -> Result<String, Nul> {
    quote::heredoc(&format!("{:#}\n", Value::from(fields.clone())))
}
