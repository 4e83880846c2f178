//! External Secrets: Kubernetes Secrets that it makes for the pod.
//!
//! Source: `providers/v1/vault` of external-secrets (`auth_kubernetes.go`, `client_get.go`: `buildPath`).

use super::csi::mount_without_prefix;
use super::errand::{Audiences, Errand, Identity, Spelling, Wanted, follow, stopped};
use super::injector::vault_namespace;
use super::operator::shares_namespace;
use super::pod::Pod;
use super::stage::{Consumer, Route, Stage, StageName, Stop};
use crate::model::kube::consumer::external_secrets::{
    ExternalSecret, RemoteRef, SecretStore, StoreLogin, StoreRef, StoreServiceAccount,
};
use crate::semantics::acl::Operation;
use crate::syntax::{Span, Spanned};

const CONSUMER: Consumer = Consumer::ExternalSecrets;

/// The way of each Kubernetes Secret that the pod uses and that an ExternalSecret makes.
pub(super) fn routes(pod: &Pod<'_, '_, '_>) -> Vec<Route> {
    let mut seen: Vec<Span> = Vec::new();
    let mut routes = Vec::new();
    for used in pod.workload.secrets_used() {
        for secret in makers(pod, &used.value) {
            if !seen.contains(&secret.meta.span) {
                seen.push(secret.meta.span);
                routes.extend(by_store(pod, secret, used));
            }
        }
    }
    routes
}

/// The ExternalSecrets of the pod's namespace that make this Kubernetes Secret.
pub(super) fn makers<'p>(
    pod: &'p Pod<'_, '_, '_>,
    secret: &'p str,
) -> impl Iterator<Item = &'p ExternalSecret> {
    pod.tracer.project.consumers.external_secrets.iter().filter(move |it| {
        let target = it.target.as_ref().map_or(&it.meta.name.value, |target| &target.value);
        target == secret && shares_namespace(&it.meta, pod)
    })
}

/// One route for each store that the references of an ExternalSecret come from.
fn by_store(pod: &Pod<'_, '_, '_>, secret: &ExternalSecret, used: &Spanned<String>) -> Vec<Route> {
    let by = format!("ExternalSecret {}", secret.meta.name);
    let says = format!("the Secret `{used}`, which the ExternalSecret `{}` makes", secret.meta.name);
    let start = Stage::passed(StageName::StartPod, says, vec![used.span, secret.meta.name.span]);
    let mut stores: Vec<(&StoreRef, Vec<&RemoteRef>)> = Vec::new();
    for remote in &secret.refs {
        let Some(store) = remote.store.as_ref().or(secret.store.as_ref()) else { continue };
        let kind = |it: &StoreRef| it.kind.as_ref().is_some_and(|kind| kind.value == "ClusterSecretStore");
        let same = |it: &StoreRef| it.name.value == store.name.value && kind(it) == kind(store);
        match stores.iter_mut().find(|(known, _)| same(known)) {
            Some((_, refs)) => refs.push(remote),
            None => stores.push((store, vec![remote])),
        }
    }
    let routes = stores.into_iter().map(|(reference, refs)| {
        let store = match find_store(pod, secret, reference) {
            Ok(store) => store,
            Err(stage) => return stopped(CONSUMER, by.clone(), vec![start.clone(), *stage], &[]),
        };
        let wanted: Vec<Wanted> = refs.iter().map(|remote| wanted(store, remote, used)).collect();
        match errand(pod, secret, store, used, start.clone()) {
            Ok((errand, note)) => {
                let start = errand.start.clone().with_notes(note);
                follow(pod, &Errand { wanted, by: by.clone(), start, ..errand })
            }
            Err(stage) => stopped(CONSUMER, by.clone(), vec![start.clone(), *stage], &wanted),
        }
    });
    routes.collect()
}

fn find_store<'p>(
    pod: &'p Pod<'_, '_, '_>,
    secret: &ExternalSecret,
    reference: &StoreRef,
) -> Result<&'p SecretStore, Box<Stage>> {
    let kind = reference.kind.as_ref().map_or("SecretStore", |kind| kind.value.as_str());
    let name = &reference.name;
    let stores = pod.tracer.project.consumers.secret_stores.iter();
    let own = secret.meta.namespace_name().or(pod.namespace);
    let is_here = |store: &&SecretStore| match (store.meta.namespace_name(), own) {
        (Some(namespace), Some(own)) => store.cluster_wide || namespace == own,
        _ => true,
    };
    let is_kind = |store: &&SecretStore| store.cluster_wide == (kind == "ClusterSecretStore");
    let mut named = stores.filter(|store| store.meta.name.value == name.value);
    if let Some(store) = named.clone().find(|store| is_here(store) && is_kind(store)) {
        return Ok(store);
    }
    let mut stop =
        Stop::unknown(format!("the {kind} `{name}` is not among the inputs, or speaks to another store"));
    stop = match named.find(|store| !is_kind(store)) {
        Some(other) => {
            let kind = if other.cluster_wide { "ClusterSecretStore" } else { "SecretStore" };
            stop.remedy(format!("there is a {kind} `{name}`: set `kind: {kind}`"), Some(name.span))
        }
        None => stop.remedy("add the file that holds it with `--in PATH`", None),
    };
    let says = format!("by the {kind} `{name}`");
    Err(Box::new(Stage::unknown(StageName::PresentJwt, says, vec![name.span], stop.at(name.span))))
}

/// How the controller logs in for an ExternalSecret.
fn errand(
    pod: &Pod<'_, '_, '_>,
    secret: &ExternalSecret,
    store: &SecretStore,
    used: &Spanned<String>,
    start: Stage,
) -> Result<(Errand, Option<String>), Box<Stage>> {
    let namespace = secret.meta.namespace_name().or(pod.namespace);
    let Some(namespace) = namespace else { return Err(Box::new(pod.without_namespace())) };
    let seen = format!(
        "the Secret `{used}` is not made, and the pod waits for it; `kubectl -n {namespace} describe externalsecret {}` \
         says (SecretSyncedError)",
        secret.meta.name
    );
    let says = format!("by the {} `{}`", store.kind_word(), store.meta.name);
    let unknown = |why: String, place: Span| {
        let stop = Stop::unknown(why).at(place);
        Err(Box::new(Stage::unknown(StageName::PresentJwt, says.clone(), vec![place], stop)))
    };
    let Some(login) = &store.kubernetes else {
        return match &store.other_auth {
            Some(way) => unknown(
                format!("the store logs in by `{way}`, and only `kubernetes` is known here"),
                way.span,
            ),
            None => unknown("the store does not say how it logs in".to_owned(), store.meta.name.span),
        };
    };
    let Some(account) = &login.service_account else {
        let why = match login.secret_ref {
            Some(_) => "the store presents a stored token, and whose it is, no input tells",
            None => {
                "the store presents the token of the controller's own pod, and whose that is, no input tells"
            }
        };
        return unknown(why.to_owned(), login.secret_ref.unwrap_or(login.span));
    };
    let (Some(name), Some(role)) = (&account.name, &login.role) else {
        return unknown("the store names no role, or no service account".to_owned(), login.span);
    };
    let account_namespace = account_namespace(store, account, namespace);
    let mount = login.mount.clone().unwrap_or(Spanned::new("kubernetes".to_owned(), login.span));
    let mount = mount_without_prefix(&mount, &seen)?;
    let audiences = match account.audiences.as_slice() {
        [] => Audiences::ApiServer,
        list => Audiences::Made(list.to_vec()),
    };
    let mut notes = pod.account_note(account_namespace, &name.value);
    if let Some(ignored) = account.namespace.as_ref().filter(|_| !store.cluster_wide) {
        notes = Some(format!(
            "`namespace: {ignored}` of `serviceAccountRef` counts in a ClusterSecretStore only"
        ));
    }
    let errand = Errand {
        consumer: CONSUMER,
        by: String::new(),
        start,
        identity: Identity {
            namespace: account_namespace.to_owned(),
            service_account: name.value.clone(),
            audiences,
            says: "a token that the controller asks for".to_owned(),
            evidence: vec![store.meta.name.span, name.span],
            account_from: name.span,
            account_is_default: false,
        },
        mount,
        role: role.clone(),
        vault_namespace: vault_namespace(store.vault_namespace.as_ref()),
        seen,
        audience_fix: audience_fix(account, login),
        wanted: Vec::new(),
    };
    Ok((errand, notes))
}

/// A SecretStore uses service accounts of its own namespace; a ClusterSecretStore says which, or uses the namespace of
/// the ExternalSecret.
fn account_namespace<'r>(
    store: &SecretStore,
    account: &'r StoreServiceAccount,
    namespace: &'r str,
) -> &'r str {
    match &account.namespace {
        Some(own) if store.cluster_wide => &own.value,
        _ => namespace,
    }
}

fn audience_fix(account: &StoreServiceAccount, login: &StoreLogin) -> (String, Span) {
    let place = account.audiences.first().map(|audience| audience.span);
    let place = place.or(account.name.as_ref().map(|name| name.span)).unwrap_or(login.span);
    ("set `serviceAccountRef.audiences: [AUDIENCE]` in the store".to_owned(), place)
}

fn wanted(store: &SecretStore, remote: &RemoteRef, used: &Spanned<String>) -> Wanted {
    let Some(key) = &remote.key else {
        let doubt = if remote.finds { "it searches the whole mount" } else { "the reference names no key" };
        return Wanted {
            secret: used.value.clone(),
            aliases: Vec::new(),
            path: None,
            span: remote.span,
            operation: Operation::Read,
            spelling: Spelling::Other,
            doubt: Some(doubt.to_owned()),
        };
    };
    let is_v2 = store.version.as_ref().is_none_or(|version| version.value == "v2");
    let (path, below) = api_path(store.path.as_ref().map(Spanned::as_str), &key.value, is_v2);
    let path = if remote.finds && is_v2 { path.replacen("/data/", "/metadata/", 1) } else { path };
    let property = remote.property.as_ref().map(|property| property.value.clone());
    Wanted {
        secret: match &property {
            Some(property) => format!("{key}#{property}"),
            None => key.value.clone(),
        },
        aliases: [used.value.clone(), key.value.clone()].into_iter().chain(property).collect(),
        path: Some(path),
        span: key.span,
        operation: if remote.finds { Operation::List } else { Operation::Read },
        spelling: Spelling::WithoutData {
            key: below,
            version_field: "version",
            version_at: store.version.as_ref().map_or(store.meta.name.span, |version| version.span),
        },
        doubt: None,
    }
}

/// The path that the controller asks for, and what of it lies below the mount and `data/`.
fn api_path(mount: Option<&str>, key: &str, is_v2: bool) -> (String, String) {
    let data = if is_v2 { "data/" } else { "" };
    let Some(mount) = mount else {
        if !is_v2 || key.contains("/data/") {
            let below = key.split_once("/data/").map_or(key, |(_, below)| below);
            return (key.to_owned(), below.to_owned());
        }
        let (first, rest) = key.split_once('/').unwrap_or((key, ""));
        return (format!("{first}/data/{rest}"), rest.to_owned());
    };
    let mut key = key;
    if let Some(rest) = key.strip_prefix(mount).and_then(|rest| rest.strip_prefix('/')) {
        key = rest.strip_prefix("data/").filter(|_| is_v2).unwrap_or(rest);
    }
    (format!("{mount}/{data}{key}"), key.to_owned())
}
