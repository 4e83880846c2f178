//! Vault Agent with a configuration of its own: beside the workload, or instead of what the Agent Injector generates.

use super::errand::{Errand, Spelling, Wanted, follow, stopped};
use super::injector::{mount_of_api_path, of_call, vault_namespace};
use super::pod::Pod;
use super::stage::{Consumer, Route, Stage, StageName, Stop};
use crate::model::kube::consumer::agent::{AgentConfig, AgentHolder, AgentMethod};
use crate::semantics::acl::Operation;
use crate::syntax::{Span, Spanned};

const CONSUMER: Consumer = Consumer::Agent;

/// The way of each configuration that the pod mounts.
pub(super) fn routes(pod: &Pod<'_, '_, '_>) -> Vec<Route> {
    let injected = pod.workload.injector.as_ref().and_then(|injector| injector.config_map.as_ref());
    let mut routes = Vec::new();
    let mut missing = None;
    for map in pod.workload.config_maps_mounted().chain(injected) {
        let configs = pod.tracer.project.consumers.agents.iter();
        let before = routes.len();
        routes.extend(
            configs.filter(|config| is_held_by(pod, config, &map.value)).map(|it| route(pod, it, map)),
        );
        if routes.len() == before {
            missing = missing.or(Some(map));
        }
    }
    // A generator may make the ConfigMap of a file that lies beside the manifest.
    if let Some(map) = missing.filter(|_| routes.is_empty()) {
        let files = pod
            .tracer
            .project
            .consumers
            .agents
            .iter()
            .filter(|config| matches!(config.holder, AgentHolder::File) && pod.is_near(config.span));
        routes.extend(files.map(|config| route(pod, config, map)));
        if let Some(injected) = injected.filter(|_| routes.is_empty()) {
            routes.push(without_config(injected));
        }
    }
    routes
}

/// True if the configuration stands in the ConfigMap of this name.
fn is_held_by(pod: &Pod<'_, '_, '_>, config: &AgentConfig, map: &str) -> bool {
    let AgentHolder::ConfigMap { name, namespace, .. } = &config.holder else { return false };
    let is_here = match (namespace, pod.namespace) {
        (Some(namespace), Some(own)) => namespace.value == own,
        _ => true,
    };
    name.value == map && is_here
}

fn without_config(map: &Spanned<String>) -> Route {
    let why = format!("the ConfigMap `{map}` is not among the inputs, and it says how the agent logs in");
    let stop = Stop::unknown(why).at(map.span).remedy("add the file that holds it with `--in PATH`", None);
    let stage = Stage::unknown(StageName::PresentJwt, "how is not known", vec![map.span], stop);
    let start = Stage::passed(
        StageName::StartPod,
        "the webhook adds an agent with its own configuration",
        vec![map.span],
    );
    stopped(CONSUMER, map.value.clone(), vec![start, stage], &[])
}

fn route(pod: &Pod<'_, '_, '_>, config: &AgentConfig, map: &Spanned<String>) -> Route {
    let wanted = wanted(config);
    let by = match &config.holder {
        AgentHolder::File => map.value.clone(),
        AgentHolder::ConfigMap { name, key, .. } => format!("{name}/{key}"),
    };
    let method_span = config.method.as_ref().map_or(config.span.at_start(), |method| method.span);
    let mut start = Stage::passed(
        StageName::StartPod,
        format!("an agent with the configuration of the ConfigMap `{map}`"),
        vec![map.span, method_span],
    );
    if matches!(config.holder, AgentHolder::File) {
        let note =
            format!("the ConfigMap `{map}` is not among the inputs; it is taken to hold the file beside it");
        start = start.with_notes([note]);
    }
    if let Some(namespace) = pod.namespace {
        start = start.with_notes(pod.account_note(namespace, pod.service_account()));
    }
    match errand(pod, config, wanted, start, by.clone()) {
        Ok(errand) => follow(pod, &errand),
        Err((stages, wanted)) => stopped(CONSUMER, by, stages, &wanted),
    }
}

const SEEN: &str = "the files are not written; the log of the agent's container says";

fn errand(
    pod: &Pod<'_, '_, '_>,
    config: &AgentConfig,
    wanted: Vec<Wanted>,
    start: Stage,
    by: String,
) -> Result<Errand, (Vec<Stage>, Vec<Wanted>)> {
    if let Some(stop) = pod.refused_token() {
        let stage = Stage::failed(StageName::StartPod, "a projected token", Vec::new(), stop);
        return Err((vec![stage], wanted));
    }
    let Some(method) = &config.method else { return Err((vec![start], wanted)) };
    if method.kind.value != "kubernetes" {
        let why = format!("the agent logs in by `{}`, and only `kubernetes` is known here", method.kind);
        let stop = Stop::unknown(why).at(method.kind.span);
        let stage =
            Stage::unknown(StageName::PresentJwt, "another way to log in", vec![method.kind.span], stop);
        return Err((vec![start, stage], wanted));
    }
    let (identity, token_span) = match token(pod, method) {
        Ok(token) => token,
        Err(stage) => return Err((vec![start, *stage], wanted)),
    };
    let fails =
        |says: String, place: Span, stop: Stop| Stage::failed(StageName::PresentJwt, says, vec![place], stop);
    let Some(role) = method.role.clone().filter(|role| !role.value.is_empty()) else {
        let message = if method.role.is_some() { "'role' value is empty" } else { "missing 'role' value" };
        let stop = Stop {
            seen: SEEN.to_owned(),
            message: Some(message.to_owned()),
            why: "`config` of the method names no role".to_owned(),
            ..Stop::default()
        };
        let stop = stop.at(method.span).remedy("add `role = \"ROLE\"` to `config`", Some(method.span));
        return Err((vec![start, fails("the agent does not start".to_owned(), method.span, stop)], wanted));
    };
    let mount = match &method.mount_path {
        None => Spanned::new("kubernetes".to_owned(), method.span),
        Some(path) => match mount_of_api_path(path) {
            Ok(mount) => mount,
            Err(stop) => {
                let stop = Stop { seen: SEEN.to_owned(), ..*stop };
                let stage = fails(format!("the login goes to `{path}/login`"), path.span, stop);
                return Err((vec![start, stage], wanted));
            }
        },
    };
    let audience_fix = match token_span {
        Some(place) => ("set `audience: AUDIENCE` in the volume of the token".to_owned(), place),
        None => (
            "mount a projected volume with a `serviceAccountToken` of `audience: AUDIENCE`, and name its file in \
             `token_path`"
                .to_owned(),
            method.span,
        ),
    };
    Ok(Errand {
        consumer: CONSUMER,
        by,
        start,
        identity,
        mount,
        role,
        vault_namespace: vault_namespace(method.vault_namespace.as_ref()),
        seen: SEEN.to_owned(),
        audience_fix,
        wanted,
    })
}

fn token(
    pod: &Pod<'_, '_, '_>,
    method: &AgentMethod,
) -> Result<(super::errand::Identity, Option<Span>), Box<Stage>> {
    let usual = |path: &str| path.starts_with("/var/run/secrets/kubernetes.io/serviceaccount/");
    let token = match &method.token_path {
        Some(path) => match pod.token_at(&path.value) {
            Some(token) => token,
            None if usual(&path.value) => return usual_token(pod),
            None => {
                let why = format!("no volume of the pod puts a service account token at `{path}`");
                let stop = Stop::unknown(why).at(path.span);
                let says = "which token is not known";
                return Err(Box::new(Stage::unknown(StageName::PresentJwt, says, vec![path.span], stop)));
            }
        },
        None => return usual_token(pod),
    };
    let span = token.span;
    Ok((pod.identity(token)?, span))
}

fn usual_token(pod: &Pod<'_, '_, '_>) -> Result<(super::errand::Identity, Option<Span>), Box<Stage>> {
    let Some(token) = pod.usual_token() else {
        let place = pod.automount_off().unwrap_or(pod.name_span());
        let stop = Stop {
            seen: SEEN.to_owned(),
            message: Some(
                "open /var/run/secrets/kubernetes.io/serviceaccount/token: no such file or directory"
                    .to_owned(),
            ),
            why: "`automountServiceAccountToken: false` leaves the pod without a token".to_owned(),
            ..Stop::default()
        };
        let stop = stop
            .at(place)
            .remedy("set it to true, or mount a projected token and name it in `token_path`", Some(place));
        let says = "the agent finds no token";
        return Err(Box::new(Stage::failed(StageName::PresentJwt, says, vec![place], stop)));
    };
    let span = token.span;
    Ok((pod.identity(token)?, span))
}

fn wanted(config: &AgentConfig) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    for template in &config.templates {
        let destination = template.destination.as_ref().map_or("", |destination| destination.value.as_str());
        let file = destination.rsplit('/').next().unwrap_or(destination);
        let aliases = vec![destination.to_owned()];
        if let Some(source) = &template.source {
            wanted.push(Wanted {
                secret: file.to_owned(),
                aliases: aliases.clone(),
                path: None,
                span: source.span,
                operation: Operation::Read,
                spelling: Spelling::Api,
                doubt: Some(format!(
                    "the template lies in the container, at `{source}`: what it reads is not among the inputs"
                )),
            });
        }
        wanted.extend(template.calls.iter().map(|call| of_call(call, file, &aliases, Spelling::Api)));
    }
    wanted
}
