//! The Agent Injector: what the webhook makes of the annotations.
//!
//! Source: `agent-inject/handler.go`, `agent-inject/agent/agent.go` of vault-k8s.

use super::errand::{Errand, Spelling, Wanted, follow, stopped};
use super::pod::{Pod, of_volume};
use super::stage::{Consumer, Fault, Route, Stage, StageName, Stop};
use crate::model::kube::consumer::injector::{InjectedSecret, Injector};
use crate::model::kube::consumer::template::{TemplateCall, TemplateFunction};
use crate::model::kube::workload::VolumeContent;
use crate::semantics::acl::Operation;
use crate::syntax::{Span, Spanned};

const CONSUMER: Consumer = Consumer::Injector;

/// What the webhook puts in front of what went wrong while it made the agent.
const SIDECAR: &str = "error creating new agent sidecar";

/// The way of the injected secrets; none if the injector is not asked for.
pub(super) fn routes(pod: &Pod<'_, '_, '_>) -> Vec<Route> {
    let Some(injector) = pod.workload.injector.as_deref() else { return misplaced(pod) };
    if injector.config_map.is_some() || (injector.secrets.is_empty() && !is_on(injector)) {
        return Vec::new();
    }
    let wanted: Vec<Wanted> = injector.secrets.iter().flat_map(wanted).collect();
    let stages = match start(pod, injector) {
        Err(stop) => {
            let says = if stop.message.is_some() { "the pod is refused" } else { "nothing is injected" };
            vec![Stage::failed(StageName::StartPod, says, evidence(pod, injector), *stop)]
        }
        Ok(()) => match errand(pod, injector, wanted) {
            Ok(errand) => return vec![follow(pod, &errand)],
            Err((stages, wanted)) => return vec![stopped(CONSUMER, String::new(), stages, &wanted)],
        },
    };
    vec![stopped(CONSUMER, String::new(), stages, &wanted)]
}

/// Annotations of the object itself, which no pod ever gets.
fn misplaced(pod: &Pod<'_, '_, '_>) -> Vec<Route> {
    let injector = pod.workload.misplaced_injector.as_deref();
    let Some(injector) = injector.filter(|injector| !injector.secrets.is_empty()) else { return Vec::new() };
    let place = injector.secrets.first().map_or(pod.name_span(), |secret| secret.name.span);
    let kind = &pod.workload.kind;
    let stop = Stop {
        seen: "the pod starts, without agent and without secrets; nobody says why".to_owned(),
        why: format!("the annotations stand on the {kind} itself; the webhook sees those of pods only"),
        ..Stop::default()
    }
    .at(place)
    .of(Fault::Ignored)
    .remedy("move them to `metadata.annotations` of the pod template".to_owned(), Some(place));
    let stage = Stage::failed(StageName::StartPod, "nothing is injected", vec![place], stop);
    let wanted: Vec<Wanted> = injector.secrets.iter().flat_map(wanted).collect();
    vec![stopped(CONSUMER, String::new(), vec![stage], &wanted)]
}

fn is_on(injector: &Injector) -> bool {
    injector.inject.as_ref().is_some_and(|inject| truth(&inject.value) == Some(true))
}

/// The words that the injector takes for truth values.
fn truth(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

fn evidence(pod: &Pod<'_, '_, '_>, injector: &Injector) -> Vec<Span> {
    let mut evidence = vec![injector.inject.as_ref().map_or(pod.name_span(), |inject| inject.span)];
    evidence.extend(injector.token_volume.as_ref().map(|volume| volume.span));
    evidence
}

/// What keeps the pod from starting with an agent.
fn start(pod: &Pod<'_, '_, '_>, injector: &Injector) -> Result<(), Box<Stop>> {
    let without = "the pod starts, without agent and without secrets; nobody says why".to_owned();
    let ignored = |why: String, remedy: &str, place: Span| {
        let stop = Stop { seen: without.clone(), why, ..Stop::default() };
        Err(Box::new(stop.at(place).of(Fault::Ignored).remedy(remedy, Some(place))))
    };
    let denied = |message: String, why: String, remedy: String, place: Span| {
        let stop = Stop { seen: pod.refused_pod(), message: Some(message), why, ..Stop::default() };
        Err(Box::new(stop.at(place).of(Fault::Annotation).remedy(remedy, Some(place))))
    };
    let on = "set `vault.hashicorp.com/agent-inject: \"true\"`";
    match &injector.inject {
        None => {
            let place = injector.secrets.first().map_or(pod.name_span(), |secret| secret.name.span);
            return ignored("`vault.hashicorp.com/agent-inject` is missing".to_owned(), on, place);
        }
        Some(inject) => match truth(&inject.value) {
            Some(true) => {}
            // Somebody switched it off.
            Some(false) => {
                let off = ignored(format!("`agent-inject` is `{inject}`"), on, inject.span);
                return off.map_err(|stop| Box::new(stop.of(Fault::Other)));
            }
            None => {
                return denied(
                    format!(
                        "error checking if should inject agent: strconv.ParseBool: parsing {:?}: invalid syntax",
                        inject.value
                    ),
                    format!("`{inject}` is no truth value"),
                    on.to_owned(),
                    inject.span,
                );
            }
        },
    }
    if let Some(status) = injector.status.as_ref().filter(|status| status.value == "injected") {
        return ignored(
            "`agent-inject-status: injected` says that it has been done".to_owned(),
            "take the annotation away: the webhook writes it",
            status.span,
        );
    }
    if let Some(namespace) = pod.namespace.filter(|it| matches!(*it, "kube-system" | "kube-public")) {
        return denied(
            format!("error with request namespace: cannot inject into system namespaces: {namespace}"),
            format!("the injector leaves `{namespace}` alone"),
            "run the workload in a namespace of its own".to_owned(),
            pod.workload.meta.namespace.as_ref().map_or(pod.name_span(), |namespace| namespace.span),
        );
    }
    token(pod, injector)?;
    let is_kubernetes = injector.auth_type.as_ref().is_none_or(|kind| kind.value == "kubernetes");
    if is_kubernetes && injector.role.as_ref().is_none_or(|role| role.value.trim().is_empty()) {
        return denied(
            "error validating agent configuration: no Vault role found".to_owned(),
            "`vault.hashicorp.com/role` is missing".to_owned(),
            "name the auth role: `vault.hashicorp.com/role: ROLE`".to_owned(),
            injector.inject.as_ref().map_or(pod.name_span(), |inject| inject.span),
        );
    }
    if let Some(default) = &injector.default_template
        && !matches!(default.value.as_str(), "map" | "json")
    {
        return denied(
            format!("error creating new agent sidecar: invalid default template type: {default}"),
            "there are `map` and `json`".to_owned(),
            "write `json`".to_owned(),
            default.span,
        );
    }
    for volume in &pod.workload.volumes {
        if matches!(volume.name.value.as_str(), "vault-secrets" | "home-init" | "home-sidecar") {
            let clash = denied(
                format!("Duplicate value: {:?}", volume.name.value),
                format!("the injector adds a volume `{}` of its own", volume.name),
                "take the volume and its mount out: the injector brings both".to_owned(),
                volume.name.span,
            );
            return clash.map_err(|stop| Box::new(stop.of(Fault::VolumeClash)));
        }
    }
    pod.refused_token().map_or(Ok(()), |stop| Err(Box::new(stop)))
}

/// The token that the agent gets must be there.
fn token(pod: &Pod<'_, '_, '_>, injector: &Injector) -> Result<(), Box<Stop>> {
    let denied = |message: String, why: String, remedy: String, place: Span| {
        let stop = Stop { seen: pod.refused_pod(), message: Some(message), why, ..Stop::default() };
        Err(Box::new(stop.at(place).of(Fault::NoToken).remedy(remedy, Some(place))))
    };
    if let Some(name) = &injector.token_volume {
        let message = format!("{SIDECAR}: failed to find service account volume {:?}", name.value);
        return match pod.workload.volume(&name.value) {
            None => denied(
                message,
                format!("the pod has no volume `{name}`"),
                format!("add a projected volume `{name}` with a `serviceAccountToken` source"),
                name.span,
            ),
            Some(volume) if pod.projected(&name.value).is_none() => {
                let why = match volume.content {
                    VolumeContent::Projected(_) => {
                        format!("the volume `{name}` holds no service account token")
                    }
                    _ => format!("the volume `{name}` is no projected one"),
                };
                denied(message, why, "give it a `serviceAccountToken` source".to_owned(), volume.span)
            }
            Some(_) => Ok(()),
        };
    }
    if pod.usual_token().is_none() {
        let place = pod.automount_off().unwrap_or(pod.name_span());
        return denied(
            format!("{SIDECAR}: failed to find service account volume mount"),
            "`automountServiceAccountToken: false` leaves the agent without a token".to_owned(),
            "set it to true, or add a projected volume with a token and name it in \
             `vault.hashicorp.com/agent-service-account-token-volume-name`"
                .to_owned(),
            place,
        );
    }
    Ok(())
}

type Stopped = (Vec<Stage>, Vec<Wanted>);

fn errand(pod: &Pod<'_, '_, '_>, injector: &Injector, wanted: Vec<Wanted>) -> Result<Errand, Stopped> {
    let files: Vec<&str> = injector.secrets.iter().map(|secret| secret.name.value.as_str()).collect();
    let what = match files.as_slice() {
        [] => "the webhook adds an agent that fetches no secret".to_owned(),
        [only] => format!("the webhook adds an agent for the secret `{only}`"),
        several => format!("the webhook adds an agent for {} secrets", several.len()),
    };
    let note = pod.namespace.and_then(|namespace| pod.account_note(namespace, pod.service_account()));
    let start = Stage::passed(StageName::StartPod, what, evidence(pod, injector)).with_notes(note);
    let volume = injector.token_volume.as_ref();
    let token = match volume.and_then(|name| Some(of_volume(&name.value, pod.projected(&name.value)?))) {
        Some(token) => Some(token),
        None => pod.usual_token(),
    };
    let Some(token) = token else { return Err((vec![start], wanted)) };
    let token_span = token.span;
    let identity = match pod.identity(token) {
        Ok(identity) => identity,
        Err(stage) => return Err((vec![start, *stage], wanted)),
    };
    let seen = seen(injector);
    if let Some(kind) = injector.auth_type.as_ref().filter(|kind| kind.value != "kubernetes") {
        let stop =
            Stop::unknown(format!("the agent logs in by `{kind}`, and only `kubernetes` is known here"));
        let stage = Stage::unknown(
            StageName::PresentJwt,
            "another way to log in",
            vec![kind.span],
            stop.at(kind.span),
        );
        return Err((vec![start, stage], wanted));
    }
    let Some(role) = injector.role.clone() else { return Err((vec![start], wanted)) };
    let mount = match &injector.auth_path {
        None => Spanned::new("kubernetes".to_owned(), role.span),
        Some(path) => match mount_of_api_path(path) {
            Ok(mount) => mount,
            Err(stop) => {
                let stop = Stop { seen, ..*stop };
                let says = format!("the login goes to `{path}/login`");
                let stage = Stage::failed(StageName::PresentJwt, says, vec![path.span], stop);
                return Err((vec![start, stage], wanted));
            }
        },
    };
    let audience_fix = match (volume, token_span) {
        (_, Some(place)) => ("set `audience: AUDIENCE` in the volume of the token".to_owned(), place),
        _ => (
            "add a projected volume with a `serviceAccountToken` of `audience: AUDIENCE` and name it in \
             `vault.hashicorp.com/agent-service-account-token-volume-name`"
                .to_owned(),
            role.span,
        ),
    };
    Ok(Errand {
        consumer: CONSUMER,
        by: String::new(),
        start,
        identity,
        mount,
        role,
        vault_namespace: vault_namespace(injector.vault_namespace.as_ref()),
        seen,
        audience_fix,
        wanted,
    })
}

/// Where the agent's log is.
fn seen(injector: &Injector) -> String {
    let off = injector.pre_populate.as_ref().is_some_and(|it| truth(&it.value) == Some(false));
    let only = injector.pre_populate_only.as_ref().is_some_and(|it| truth(&it.value) == Some(true));
    if off && !only {
        "the pod runs without its files; `kubectl logs POD -c vault-agent` says".to_owned()
    } else {
        "the pod stays in `Init`; `kubectl logs POD -c vault-agent-init` says".to_owned()
    }
}

/// The Vault namespace without slashes at the ends.
pub(super) fn vault_namespace(written: Option<&Spanned<String>>) -> String {
    written.map_or("", |namespace| namespace.value.trim_matches('/')).to_owned()
}

/// The mount of a path that must begin with `auth/`, as the Injector and Vault Agent want it.
pub(super) fn mount_of_api_path(path: &Spanned<String>) -> Result<Spanned<String>, Box<Stop>> {
    let trimmed = path.value.trim_matches('/');
    match trimmed.strip_prefix("auth/") {
        Some(mount) if !mount.starts_with("auth/") => Ok(Spanned::new(mount.to_owned(), path.span)),
        found => {
            let right = format!("auth/{}", trimmed.trim_start_matches("auth/"));
            let why = match found {
                Some(_) => "it begins with `auth/` twice, and there is no auth method at that path".to_owned(),
                None => "here the path of an auth method is written with `auth/` in front; without it the server looks \
                         for a secrets engine, which nobody may use without a token"
                    .to_owned(),
            };
            let stop = Stop {
                message: Some("permission denied".to_owned()),
                status: Some(403),
                why,
                ..Stop::default()
            };
            let stop = stop.at(path.span).of(Fault::AuthPath);
            Err(Box::new(stop.remedy(format!("write `{right}`"), Some(path.span))))
        }
    }
}

fn wanted(secret: &InjectedSecret) -> Vec<Wanted> {
    let file = secret.file.as_ref().map_or(&secret.name.value, |file| &file.value);
    let aliases = vec![file.clone(), format!("/vault/secrets/{file}")];
    let name = &secret.name.value;
    if let Some(template) = &secret.template {
        let calls = template.calls.iter();
        return calls.map(|call| of_call(call, name, &aliases, Spelling::Api)).collect();
    }
    let doubt = secret.template_file.as_ref().map(|file| {
        format!("the template lies in the container, at `{file}`: what it reads is not among the inputs")
    });
    let span = secret.path.as_ref().or(secret.template_file.as_ref()).map_or(secret.name.span, |it| it.span);
    vec![Wanted {
        secret: name.clone(),
        aliases,
        path: secret.path.as_ref().and_then(|path| read_path(&path.value)),
        span,
        operation: Operation::Read,
        spelling: Spelling::Api,
        doubt: doubt.or_else(|| encoded(secret.path.as_ref())),
    }]
}

/// The path that is read: what is written is taken for a URL, of which `?version=3` is no part of the path. Nothing where
/// it is encoded.
///
/// Source: consul-template, `dependency/vault_read.go` and `vault_pki.go`.
fn read_path(written: &str) -> Option<String> {
    let path = written.trim().split(['?', '#']).next().unwrap_or("");
    (!path.contains('%')).then(|| path.to_owned())
}

fn encoded(path: Option<&Spanned<String>>) -> Option<String> {
    let path = path.filter(|path| read_path(&path.value).is_none())?;
    Some(format!("`{path}` is decoded before it is asked for, and that is not followed here"))
}

/// What a call in a template asks for.
pub(super) fn of_call(call: &TemplateCall, name: &str, aliases: &[String], spelling: Spelling) -> Wanted {
    let operation = match call.function {
        TemplateFunction::Secrets => Operation::List,
        TemplateFunction::Secret if call.arguments.is_empty() => Operation::Read,
        TemplateFunction::Secret | TemplateFunction::PkiCert => Operation::Update,
    };
    let is_url = matches!(operation, Operation::Read) || call.function == TemplateFunction::PkiCert;
    let doubt = match &call.path {
        None => Some("the template computes the path".to_owned()),
        path => encoded(path.as_ref()).filter(|_| is_url),
    };
    Wanted {
        secret: name.to_owned(),
        aliases: aliases.to_vec(),
        path: call.path.as_ref().and_then(|path| match is_url {
            true => read_path(&path.value),
            false => Some(path.value.trim().to_owned()),
        }),
        span: call.span,
        operation,
        spelling,
        doubt,
    }
}
