//! The Secrets Store CSI driver with the provider of Vault or OpenBao.
//!
//! Source: `internal/config/config.go` and `internal/auth/kubernetes_jwt.go` of vault-csi-provider.

use super::errand::{Audiences, Errand, Spelling, Wanted, follow, stopped};
use super::injector::vault_namespace;
use super::pod::{Pod, PodToken};
use super::stage::{Consumer, Fault, Route, Stage, StageName, Stop};
use crate::model::kube::consumer::csi::{CsiObject, ProviderClass};
use crate::model::kube::workload::VolumeContent;
use crate::semantics::acl::Operation;
use crate::syntax::{Span, Spanned};

const CONSUMER: Consumer = Consumer::Csi;
const SEEN: &str =
    "the pod stays in `ContainerCreating`; its events (`kubectl describe pod`, reason FailedMount) say";

/// The way of each volume of the driver.
pub(super) fn routes(pod: &Pod<'_, '_, '_>) -> Vec<Route> {
    let volumes = pod.workload.volumes.iter().filter_map(|volume| match &volume.content {
        VolumeContent::SecretsStore(Some(class)) => Some(class),
        _ => None,
    });
    volumes.filter_map(|class| route(pod, class)).collect()
}

fn route(pod: &Pod<'_, '_, '_>, name: &Spanned<String>) -> Option<Route> {
    let classes = pod.tracer.project.consumers.provider_classes.iter();
    let mut named = classes.filter(|class| class.meta.name.value == name.value);
    let is_here = |class: &&ProviderClass| match (class.meta.namespace_name(), pod.namespace) {
        (Some(namespace), Some(own)) => namespace == own,
        _ => true,
    };
    let Some(class) = named.clone().find(is_here) else {
        let elsewhere = named.next();
        let namespace = elsewhere.and_then(|class| class.meta.namespace.as_ref());
        let stage = match namespace {
            Some(other) => {
                let stop = Stop {
                    seen: SEEN.to_owned(),
                    message: Some(format!(
                        "failed to get secretproviderclass {}/{}",
                        pod.namespace.unwrap_or_default(),
                        name
                    )),
                    why: format!(
                        "the SecretProviderClass `{name}` is in the namespace `{other}`; a pod sees those of its own"
                    ),
                    ..Stop::default()
                };
                let stop = stop
                    .at(other.span)
                    .of(Fault::Namespace)
                    .remedy("put one into the namespace of the pod", Some(other.span));
                Stage::failed(StageName::StartPod, "a volume of the CSI driver", vec![name.span], stop)
            }
            None => {
                let why = format!(
                    "the SecretProviderClass `{name}` is not among the inputs, or speaks to another store"
                );
                let stop = Stop::unknown(why).at(name.span);
                let stop = stop.remedy("add the file that holds it with `--in PATH`", None);
                Stage::unknown(StageName::StartPod, "a volume of the CSI driver", vec![name.span], stop)
            }
        };
        return Some(stopped(CONSUMER, name.value.clone(), vec![stage], &[]));
    };
    let wanted: Vec<Wanted> = class.objects.iter().map(wanted).collect();
    let by = name.value.clone();
    if let Err(stop) = refused(class) {
        let says = format!("a volume of the SecretProviderClass `{name}`");
        let evidence = vec![name.span, class.meta.name.span];
        let stage = Stage::failed(StageName::StartPod, says, evidence, *stop);
        return Some(stopped(CONSUMER, by, vec![stage], &wanted));
    }
    Some(match errand(pod, class, name.span, wanted, by.clone()) {
        Ok(errand) => follow(pod, &errand),
        Err((stages, wanted)) => stopped(CONSUMER, by, stages, &wanted),
    })
}

/// What the provider refuses before it asks anybody.
fn refused(class: &ProviderClass) -> Result<(), Box<Stop>> {
    let refuse = |message: Option<&str>, why: String, remedy: &str, place: Span| {
        let stop =
            Stop { seen: SEEN.to_owned(), message: message.map(str::to_owned), why, ..Stop::default() };
        Err(Box::new(stop.at(place).of(Fault::Incomplete).remedy(remedy, Some(place))))
    };
    let place = class.meta.name.span;
    if class.role.is_none() {
        return refuse(
            Some("missing 'roleName' in SecretProviderClass definition"),
            "`parameters` names no role".to_owned(),
            "add `roleName: ROLE` to `parameters`",
            place,
        );
    }
    if let Some(again) = class.auth_mount_again {
        return refuse(
            None,
            "both spellings of the auth mount are set".to_owned(),
            "keep `vaultAuthMountPath`",
            again,
        );
    }
    if class.objects.is_empty() {
        return refuse(
            Some("no secrets configured - the provider will not read any secret material"),
            "`objects` lists nothing".to_owned(),
            "list what is to be read in `objects`",
            place,
        );
    }
    Ok(())
}

fn errand(
    pod: &Pod<'_, '_, '_>,
    class: &ProviderClass,
    used: Span,
    wanted: Vec<Wanted>,
    by: String,
) -> Result<Errand, (Vec<Stage>, Vec<Wanted>)> {
    let says = format!("a volume of the SecretProviderClass `{}`", class.meta.name);
    let note = pod.namespace.and_then(|namespace| pod.account_note(namespace, pod.service_account()));
    let start = Stage::passed(StageName::StartPod, says, vec![used, class.meta.name.span]).with_notes(note);
    let audiences = match &class.audience {
        Some(audience) => Audiences::Made(vec![audience.clone()]),
        None => Audiences::Unknown(
            "the CSI driver is asked for a token for `vault` if its CSIDriver object lists that in `tokenRequests`, \
             else the token is for the API server"
                .to_owned(),
        ),
    };
    let token = PodToken {
        audiences,
        says: "a token that is made for the pod".to_owned(),
        span: class.audience.as_ref().map(|audience| audience.span),
    };
    let identity = match pod.identity(token) {
        Ok(identity) => identity,
        Err(stage) => return Err((vec![start, *stage], wanted)),
    };
    let Some(role) = class.role.clone() else { return Err((vec![start], wanted)) };
    let mount = match &class.auth_mount {
        None => Spanned::new("kubernetes".to_owned(), role.span),
        Some(path) => match mount_without_prefix(path, SEEN) {
            Ok(mount) => mount,
            Err(stage) => return Err((vec![start, *stage], wanted)),
        },
    };
    let audience_at = class.audience.as_ref().map_or(role.span, |audience| audience.span);
    Ok(Errand {
        consumer: CONSUMER,
        by,
        start,
        identity,
        mount,
        role,
        vault_namespace: vault_namespace(class.vault_namespace.as_ref()),
        seen: SEEN.to_owned(),
        audience_fix: ("set `audience: AUDIENCE` in `parameters`".to_owned(), audience_at),
        wanted,
    })
}

/// The mount as the operators and the CSI provider want it: without `auth/`, which they put in front themselves.
pub(super) fn mount_without_prefix(
    path: &Spanned<String>,
    seen: &str,
) -> Result<Spanned<String>, Box<Stage>> {
    let trimmed = path.value.trim_matches('/');
    let Some(right) = trimmed.strip_prefix("auth/") else {
        return Ok(Spanned::new(trimmed.to_owned(), path.span));
    };
    let stop = Stop {
        seen: seen.to_owned(),
        message: Some("permission denied".to_owned()),
        status: Some(403),
        why: "here the path of an auth method is written without `auth/`; with it the login goes to `auth/auth/…`"
            .to_owned(),
        ..Stop::default()
    };
    let stop = stop.at(path.span).of(Fault::AuthPath).remedy(format!("write `{right}`"), Some(path.span));
    let says = format!("the login goes to `auth/{trimmed}/login`");
    Err(Box::new(Stage::failed(StageName::PresentJwt, says, vec![path.span], stop)))
}

fn wanted(object: &CsiObject) -> Wanted {
    let name = object.name.as_ref().map_or("", |name| name.value.as_str());
    let method = object.method.as_ref().map_or("GET", |method| method.value.as_str());
    let (path, query) = object.path.as_ref().map_or(("", ""), |path| asked(&path.value));
    let operation = match method.to_ascii_uppercase().as_str() {
        "LIST" => Operation::List,
        "GET" if query.split('&').any(|it| it == "list=true") => Operation::List,
        "GET" => Operation::Read,
        _ => Operation::Update,
    };
    let doubt = match &object.path {
        None => Some("the object has no `secretPath`".to_owned()),
        Some(_) if !["GET", "LIST", "PUT", "POST"].iter().any(|it| method.eq_ignore_ascii_case(it)) => {
            Some(format!("what it needs for its method `{method}` is not followed here"))
        }
        Some(_) => None,
    };
    Wanted {
        secret: name.to_owned(),
        aliases: object.key.iter().map(|key| key.value.clone()).collect(),
        path: object.path.as_ref().map(|_| path.to_owned()),
        span: object.path.as_ref().map_or(object.span, |path| path.span),
        operation,
        spelling: Spelling::Api,
        doubt,
    }
}

/// The path of the API that is asked for, and the query behind it; `v1/` may stand in front.
///
/// Source: vault-csi-provider, `internal/client/client.go`.
fn asked(written: &str) -> (&str, &str) {
    let (path, query) = written.split_once('?').unwrap_or((written, ""));
    let path = path.strip_prefix('/').unwrap_or(path);
    (path.strip_prefix("v1/").unwrap_or(path).trim_start_matches('/'), query)
}
