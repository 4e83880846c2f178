//! The Vault Secrets Operator: Kubernetes Secrets that it makes for the pod.
//!
//! Source: `common/common.go`, `vault/client.go`, `vault/requests.go` of vault-secrets-operator.

use super::csi::mount_without_prefix;
use super::errand::{Audiences, Errand, Identity, Spelling, Wanted, follow, stopped};
use super::injector::vault_namespace;
use super::pod::{Pod, split_ref};
use super::stage::{Consumer, Fault, Route, Stage, StageName, Stop};
use crate::model::kube::ObjectMeta;
use crate::model::kube::consumer::operator::{
    GlobalRef, OperatorLogin, OperatorRequest, VaultAuth, VaultAuthGlobal, VaultSecret,
};
use crate::semantics::acl::Operation;
use crate::syntax::{Span, Spanned};

const CONSUMER: Consumer = Consumer::Operator;

/// The way of each Kubernetes Secret that the pod uses and that an object of the operator makes.
pub(super) fn routes(pod: &Pod<'_, '_, '_>) -> Vec<Route> {
    let mut seen: Vec<Span> = Vec::new();
    let mut routes = Vec::new();
    for used in pod.workload.secrets_used() {
        for secret in makers(pod, &used.value) {
            if !seen.contains(&secret.meta.span) {
                seen.push(secret.meta.span);
                routes.push(route(pod, secret, used));
            }
        }
    }
    routes
}

/// The objects of the pod's namespace that make this Kubernetes Secret.
pub(super) fn makers<'p>(pod: &'p Pod<'_, '_, '_>, secret: &'p str) -> impl Iterator<Item = &'p VaultSecret> {
    pod.tracer.project.consumers.vault_secrets.iter().filter(move |it| {
        it.destination.as_ref().is_some_and(|name| name.value == secret) && shares_namespace(&it.meta, pod)
    })
}

/// True unless the object is known to be in another namespace.
pub(super) fn shares_namespace(meta: &ObjectMeta, pod: &Pod<'_, '_, '_>) -> bool {
    match (meta.namespace_name(), pod.namespace) {
        (Some(namespace), Some(own)) => namespace == own,
        _ => true,
    }
}

fn route(pod: &Pod<'_, '_, '_>, secret: &VaultSecret, used: &Spanned<String>) -> Route {
    let by = format!("{} {}", secret.kind, secret.meta.name);
    let says = format!("the Secret `{used}`, which the {} `{}` makes", secret.kind, secret.meta.name);
    let start = Stage::passed(StageName::StartPod, says, vec![used.span, secret.meta.name.span]);
    let wanted = vec![wanted(secret, used)];
    match errand(pod, secret, used, start.clone()) {
        Ok((errand, global)) => {
            let mut errand = Errand { wanted, by, ..errand };
            errand.start = start.with_notes(global);
            follow(pod, &errand)
        }
        Err(stage) => stopped(CONSUMER, by, vec![start, *stage], &wanted),
    }
}

fn seen(secret: &VaultSecret, used: &Spanned<String>, namespace: &str) -> String {
    format!(
        "the Secret `{used}` is not made, and the pod waits for it; `kubectl -n {namespace} describe {} {}` says",
        secret.kind.value.to_lowercase(),
        secret.meta.name
    )
}

/// How the operator logs in for an object.
fn errand(
    pod: &Pod<'_, '_, '_>,
    secret: &VaultSecret,
    used: &Spanned<String>,
    start: Stage,
) -> Result<(Errand, Option<String>), Box<Stage>> {
    let namespace = secret.meta.namespace_name().or(pod.namespace);
    let Some(namespace) = namespace else { return Err(Box::new(pod.without_namespace())) };
    let seen = seen(secret, used, namespace);
    let auth = find_auth(pod, secret, namespace, &seen)?;
    let global = match &auth.global_ref {
        Some(reference) => Some(find_global(pod, auth, reference, namespace, &seen)?),
        None => None,
    };
    let (method, place) = match (&auth.method, global.and_then(|global| global.default_method.as_ref())) {
        (Some(method), _) | (None, Some(method)) => (method.value.as_str(), method.span),
        (None, None) => ("kubernetes", auth.meta.name.span),
    };
    if method != "kubernetes" {
        let stop =
            Stop::unknown(format!("the operator logs in by `{method}`, and only `kubernetes` is known here"));
        let stage =
            Stage::unknown(StageName::PresentJwt, "another way to log in", vec![place], stop.at(place));
        return Err(Box::new(stage));
    }
    let login = Login::merge(auth, global);
    let fails = |message: Option<&str>, why: String, remedy: &str, place: Span| {
        let stop = Stop { seen: seen.clone(), message: message.map(str::to_owned), why, ..Stop::default() };
        let stop = stop.at(place).of(Fault::Incomplete).remedy(remedy, Some(place));
        let says = format!("by the VaultAuth `{}`", auth.meta.name);
        Err(Box::new(Stage::failed(StageName::PresentJwt, says, vec![auth.meta.name.span], stop)))
    };
    let Some(role) = login.role else {
        return fails(None, "no role is named".to_owned(), "add `kubernetes.role`", login.place);
    };
    let Some(account) = login.service_account else {
        return fails(
            None,
            "no service account is named".to_owned(),
            "add `kubernetes.serviceAccount`",
            login.place,
        );
    };
    if let Some(short) = login.expiration.filter(|seconds| seconds.value < 600) {
        return fails(
            Some("spec.kubernetes.tokenExpirationSeconds in body should be greater than or equal to 600"),
            format!("a token lives at least 600 seconds, and {} are asked for", short.value),
            "set `tokenExpirationSeconds` to 600 or more",
            short.span,
        );
    }
    let Some(mount) = login.mount else {
        return fails(
            None,
            "no `mount` is set, and there is none by default".to_owned(),
            "add `mount: kubernetes`",
            auth.meta.name.span,
        );
    };
    let mount = mount_without_prefix(mount, &seen)?;
    let audiences = if login.audiences.is_empty() {
        Audiences::ApiServer
    } else {
        Audiences::Made(login.audiences.to_vec())
    };
    let vault_namespace = vault_namespace(secret.vault_namespace.as_ref().or(login.vault_namespace));
    let note = pod.account_note(namespace, &account.value);
    let errand = Errand {
        consumer: CONSUMER,
        by: String::new(),
        start,
        identity: Identity {
            namespace: namespace.to_owned(),
            service_account: account.value.clone(),
            audiences,
            says: "a token that the operator asks for".to_owned(),
            evidence: vec![auth.meta.name.span, account.span],
            account_from: account.span,
            account_is_default: false,
        },
        mount,
        role: role.clone(),
        vault_namespace,
        seen,
        audience_fix: (
            format!("set `kubernetes.audiences: [AUDIENCE]` in the VaultAuth `{}`", auth.meta.name),
            login.audiences.first().map_or(login.place, |audience| audience.span),
        ),
        wanted: Vec::new(),
    };
    Ok((errand, note))
}

/// The VaultAuth that an object names, if the object may use it.
fn find_auth<'p>(
    pod: &'p Pod<'_, '_, '_>,
    secret: &VaultSecret,
    namespace: &str,
    seen: &str,
) -> Result<&'p VaultAuth, Box<Stage>> {
    let Some(reference) = &secret.auth_ref else {
        let why =
            "no `vaultAuthRef` is set, so that the VaultAuth `default` of the operator's namespace counts";
        let stop = Stop::unknown(why).at(secret.meta.name.span);
        let stop = stop.remedy("name a VaultAuth: `vaultAuthRef: NAME`", Some(secret.meta.name.span));
        let says = "by the default of the operator";
        return Err(Box::new(Stage::unknown(StageName::PresentJwt, says, vec![secret.meta.name.span], stop)));
    };
    let (wanted_namespace, name) = split_ref(reference, namespace);
    let auths = pod.tracer.project.consumers.vault_auths.iter();
    let found = auths
        .clone()
        .filter(|auth| auth.meta.name.value == name)
        .find(|auth| auth.meta.namespace_name().is_none_or(|own| own == wanted_namespace));
    let Some(auth) = found else {
        let mut stop = Stop::unknown(format!(
            "the VaultAuth `{name}` of the namespace `{wanted_namespace}` is not among the inputs"
        ))
        .at(reference.span);
        let elsewhere = auths.clone().find(|auth| auth.meta.name.value == name);
        stop = match elsewhere.and_then(|auth| auth.meta.namespace.as_ref()) {
            Some(other) => stop
                .of(Fault::Namespace)
                .remedy(format!("there is one in `{other}`: write `{other}/{name}`"), Some(reference.span)),
            None => stop.remedy("add the file that holds it with `--in PATH`", None),
        };
        let says = format!("by the VaultAuth `{reference}`");
        return Err(Box::new(Stage::unknown(StageName::PresentJwt, says, vec![reference.span], stop)));
    };
    let own = auth.meta.namespace_name().unwrap_or(namespace);
    if own == namespace || admits(&auth.allowed_namespaces, namespace) {
        return Ok(auth);
    }
    let stop = Stop {
        seen: seen.to_owned(),
        message: Some(not_allowed(namespace, "VaultAuth", own, name)),
        why: format!(
            "`allowedNamespaces` of the VaultAuth `{own}/{name}` does not name `{namespace}` (letter for letter; `*` only \
             alone)"
        ),
        ..Stop::default()
    };
    let place = auth.allowed_namespaces.first().map_or(auth.meta.name.span, |entry| entry.span);
    let stop = stop
        .at(place)
        .of(Fault::Namespace)
        .remedy(format!("add `{namespace}` to `allowedNamespaces`"), Some(place));
    let says = format!("by the VaultAuth `{reference}`");
    Err(Box::new(Stage::failed(StageName::PresentJwt, says, vec![reference.span, auth.meta.name.span], stop)))
}

/// The operator's words; it never fills in the list.
fn not_allowed(target: &str, kind: &str, namespace: &str, name: &str) -> String {
    format!(
        "target namespace {target:?} is not allowed by kind={kind} obj={namespace}/{name}, allowedNamespaces=[]"
    )
}

/// Namespaces are compared letter for letter; `*` means all only as the one item.
fn admits(allowed: &[Spanned<String>], namespace: &str) -> bool {
    match allowed {
        [only] if only.value == "*" => true,
        list => list.iter().any(|entry| entry.value == namespace),
    }
}

fn find_global<'p>(
    pod: &'p Pod<'_, '_, '_>,
    auth: &VaultAuth,
    reference: &GlobalRef,
    namespace: &str,
    seen: &str,
) -> Result<&'p VaultAuthGlobal, Box<Stage>> {
    let name = reference.name.as_ref().map_or("default", |name| name.value.as_str());
    let own = auth.meta.namespace_name().unwrap_or(namespace);
    let wanted = reference.namespace.as_ref().map_or(own, |namespace| namespace.value.as_str());
    let globals = pod.tracer.project.consumers.vault_auth_globals.iter();
    let mut found = globals.filter(|global| {
        global.meta.name.value == name && global.meta.namespace_name().is_none_or(|own| own == wanted)
    });
    let says = || format!("by the VaultAuth `{}`", auth.meta.name);
    let found = found.next().ok_or_else(|| {
        let stop = Stop::unknown(format!(
            "the VaultAuthGlobal `{name}` of the namespace `{wanted}` is not among the inputs"
        ))
        .at(reference.span)
        .remedy("add the file that holds it with `--in PATH`", None);
        Box::new(Stage::unknown(StageName::PresentJwt, says(), vec![reference.span], stop))
    })?;
    let of_global = found.meta.namespace_name().unwrap_or(own);
    if of_global == own || admits(&found.allowed_namespaces, own) {
        return Ok(found);
    }
    let stop = Stop {
        seen: seen.to_owned(),
        message: Some(not_allowed(own, "VaultAuthGlobal", of_global, name)),
        why: format!("`allowedNamespaces` of the VaultAuthGlobal `{of_global}/{name}` does not name `{own}`"),
        ..Stop::default()
    };
    let place = found.allowed_namespaces.first().map_or(found.meta.name.span, |entry| entry.span);
    let stop = stop
        .at(place)
        .of(Fault::Namespace)
        .remedy(format!("add `{own}` to `allowedNamespaces`"), Some(place));
    let evidence = vec![reference.span, found.meta.name.span];
    Err(Box::new(Stage::failed(StageName::PresentJwt, says(), evidence, stop)))
}

/// What the VaultAuth says, and where it says nothing, the global one.
struct Login<'p> {
    role: Option<&'p Spanned<String>>,
    service_account: Option<&'p Spanned<String>>,
    audiences: &'p [Spanned<String>],
    expiration: Option<Spanned<i64>>,
    mount: Option<&'p Spanned<String>>,
    vault_namespace: Option<&'p Spanned<String>>,
    place: Span,
}

impl<'p> Login<'p> {
    fn merge(auth: &'p VaultAuth, global: Option<&'p VaultAuthGlobal>) -> Login<'p> {
        let own = auth.kubernetes.as_ref();
        let shared = global.and_then(|global| global.kubernetes.as_ref());
        let text = |get: fn(&OperatorLogin) -> Option<&Spanned<String>>| {
            own.and_then(get).or_else(|| shared.and_then(get))
        };
        let audiences = own.map(|own| own.audiences.as_slice()).filter(|list| !list.is_empty());
        let global_mount = global.and_then(|it| it.mount.as_ref().or(it.default_mount.as_ref()));
        let global_namespace =
            global.and_then(|it| it.vault_namespace.as_ref().or(it.default_vault_namespace.as_ref()));
        Login {
            role: text(|login| login.role.as_ref()),
            service_account: text(|login| login.service_account.as_ref()),
            audiences: audiences.or(shared.map(|it| it.audiences.as_slice())).unwrap_or_default(),
            expiration: own.and_then(|own| own.expiration).or(shared.and_then(|shared| shared.expiration)),
            mount: auth.mount.as_ref().or(global_mount),
            vault_namespace: auth.vault_namespace.as_ref().or(global_namespace),
            place: own.map_or(auth.meta.name.span, |own| own.span),
        }
    }
}

fn wanted(secret: &VaultSecret, used: &Spanned<String>) -> Wanted {
    let mount = secret.mount.as_ref().map_or("", |mount| mount.value.trim_matches('/'));
    let mut wanted = Wanted {
        secret: used.value.clone(),
        aliases: vec![secret.meta.name.value.clone()],
        path: None,
        span: secret.meta.name.span,
        operation: Operation::Read,
        spelling: Spelling::Other,
        doubt: None,
    };
    match &secret.request {
        OperatorRequest::Static { path: Some(path), version } => {
            let is_v2 = version.as_ref().is_some_and(|version| version.value == "kv-v2");
            let key = path.value.clone();
            let api = if is_v2 { format!("{mount}/data/{key}") } else { format!("{mount}/{key}") };
            wanted.path = Some(api);
            wanted.span = path.span;
            wanted.spelling = Spelling::WithoutData {
                key,
                version_field: "type",
                version_at: version.as_ref().map_or(path.span, |version| version.span),
            };
        }
        OperatorRequest::Dynamic { path: Some(path), parameters, method } => {
            let method = method.as_ref().map_or("GET", |method| method.value.as_str());
            let writes = !parameters.is_empty() || !method.eq_ignore_ascii_case("GET");
            wanted.path = Some(format!("{mount}/{}", path.value));
            wanted.span = path.span;
            wanted.operation = if writes { Operation::Update } else { Operation::Read };
        }
        OperatorRequest::Pki { role: Some(role), issuer } => {
            let issuer = issuer.as_ref().filter(|issuer| !issuer.value.is_empty());
            wanted.path = Some(match issuer {
                Some(issuer) => format!("{mount}/issuer/{issuer}/issue/{role}"),
                None => format!("{mount}/issue/{role}"),
            });
            wanted.span = role.span;
            wanted.operation = Operation::Update;
        }
        OperatorRequest::Pki { role: None, .. } => {
            wanted.doubt = Some("the object names no `role`".to_owned());
        }
        _ => wanted.doubt = Some("the object names no `path`".to_owned()),
    }
    if secret.mount.is_none() {
        wanted.path = None;
        wanted.doubt = Some("the object names no `mount`".to_owned());
    }
    wanted
}
