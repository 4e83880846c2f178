//! From the JWT to the token: stages two to four, the same for every consumer.

use super::pod::Pod;
use super::stage::{Consumer, Fault, Fetch, Login, Route, Stage, StageName, Stop};
use super::{fetch, role};
use crate::model::vault::auth_role::AuthRole;
use crate::semantics::acl::Operation;
use crate::semantics::login::{AuthMethod, Caller, Check, Missing, Outcome, Refusal};
use crate::semantics::reach::{Holder, RoleName};
use crate::syntax::{Span, Spanned};

/// What a consumer is about to do for a pod.
pub(super) struct Errand {
    pub(super) consumer: Consumer,
    pub(super) by: String,
    /// The first stage, gone through.
    pub(super) start: Stage,
    pub(super) identity: Identity,
    /// Path of the auth mount without `auth/`, and where it is written.
    pub(super) mount: Spanned<String>,
    pub(super) role: Spanned<String>,
    /// The Vault namespace: without slashes at the ends.
    pub(super) vault_namespace: String,
    /// Where somebody sees what Vault says.
    pub(super) seen: String,
    /// How to get a JWT for another audience.
    pub(super) audience_fix: (String, Span),
    pub(super) wanted: Vec<Wanted>,
}

/// Whose JWT is presented.
pub(super) struct Identity {
    pub(super) namespace: String,
    pub(super) service_account: String,
    pub(super) audiences: Audiences,
    /// What kind of token.
    pub(super) says: String,
    pub(super) evidence: Vec<Span>,
    /// Where the service account is named, or could be.
    pub(super) account_from: Span,
    pub(super) account_is_default: bool,
}

/// For whom a JWT is made.
pub(super) enum Audiences {
    /// For these.
    Made(Vec<Spanned<String>>),
    /// For the API server, whose name is a matter of its flags.
    ApiServer,
    /// This hangs on something that no input tells.
    Unknown(String),
}

/// A secret that is asked for.
pub(super) struct Wanted {
    pub(super) secret: String,
    pub(super) aliases: Vec<String>,
    /// The path of the API as the consumer asks for it; nothing if it is not known.
    pub(super) path: Option<String>,
    /// What is written.
    pub(super) span: Span,
    pub(super) operation: Operation,
    /// What the consumer makes of paths.
    pub(super) spelling: Spelling,
    /// Why the path is not known, or not surely.
    pub(super) doubt: Option<String>,
}

/// How a consumer spells paths of key-value secrets.
#[derive(Debug, Clone)]
pub(super) enum Spelling {
    /// As the API does: with `data/` on version 2.
    Api,
    /// Without `data/`, which the consumer adds where `version` says 2.
    WithoutData {
        /// What is written behind the mount.
        key: String,
        /// What says which version it is.
        version_field: &'static str,
        /// Where.
        version_at: Span,
    },
    /// Below a mount that is not a key-value one.
    Other,
}

impl Wanted {
    fn unfetched(&self) -> Fetch {
        Fetch {
            secret: self.secret.clone(),
            path: self.path.clone(),
            operation: self.operation,
            doubt: self.doubt.clone(),
            aliases: self.aliases.clone(),
            span: self.span,
            stage: None,
        }
    }
}

/// A route that ends before anybody logs in.
pub(super) fn stopped(consumer: Consumer, by: String, stages: Vec<Stage>, wanted: &[Wanted]) -> Route {
    let login = Login::Untold;
    Route { consumer, by, login, to_token: stages, fetches: wanted.iter().map(Wanted::unfetched).collect() }
}

/// Follows an errand to its end.
pub(super) fn follow(pod: &Pod<'_, '_, '_>, errand: &Errand) -> Route {
    let mut route = stopped(errand.consumer, errand.by.clone(), vec![errand.start.clone()], &errand.wanted);
    route.to_token.push(present(errand));
    let access = &pod.tracer.access;
    let Some((role, method)) = role::find(pod, errand) else {
        route.login = Login::Undeclared;
        route.to_token.push(role::unknown(pod, errand));
        return route;
    };
    let identity = &errand.identity;
    let caller = Caller::in_project(pod.tracer.project, &identity.namespace, &identity.service_account);
    let caller = match presented(identity, role) {
        Some(audiences) => caller.with_audiences(audiences),
        None => caller,
    };
    let name = RoleName { mount: Some(method.path.to_owned()), name: role.name.value.clone() };
    let holders = access.by_login(&caller, Some(&name)).unwrap_or_default();
    let Some(holder) = holders.iter().find(|it| it.role.is_some_and(|(it, _)| std::ptr::eq(it, role))) else {
        route.to_token.push(role::unknown(pod, errand));
        return route;
    };
    route.login = Login::Role {
        role: role.span,
        namespace: identity.namespace.clone(),
        service_account: identity.service_account.clone(),
        is_admitted: !matches!(holder.login, Some(Outcome::Refused(_)) | None),
    };
    let failed = matched(errand, role, method, holder, &mut route.to_token);
    if failed {
        return route;
    }
    let token = holder.token();
    for (wanted, fetch) in errand.wanted.iter().zip(&mut route.fetches) {
        fetch.stage = Some(fetch::fetch(pod, errand, holder, &token, wanted));
    }
    route
}

/// Stage two: consumers have made sure that the login has its right address.
fn present(errand: &Errand) -> Stage {
    let Identity { namespace, service_account, audiences, says, evidence, .. } = &errand.identity;
    let made_for = match audiences {
        Audiences::Made(list) => {
            let list: Vec<String> = list.iter().map(|audience| format!("`{audience}`")).collect();
            format!("for {}", list.join(", "))
        }
        Audiences::ApiServer => "for the API server".to_owned(),
        Audiences::Unknown(why) => why.clone(),
    };
    let mut evidence = evidence.clone();
    evidence.push(errand.mount.span);
    evidence.dedup();
    let says =
        format!("`{namespace}/{service_account}` to `auth/{}/login`: {says}, {made_for}", errand.mount.value);
    Stage::passed(StageName::PresentJwt, says, evidence)
}

/// The audiences that the server sees. The API server's name for itself is not known, but a role that wants one word
/// does not want it.
fn presented(identity: &Identity, role: &AuthRole) -> Option<Vec<String>> {
    match &identity.audiences {
        Audiences::Made(list) => Some(list.iter().map(|audience| audience.value.clone()).collect()),
        Audiences::Unknown(_) => None,
        Audiences::ApiServer => {
            let wanted = role.fields.text("audience").map_or("", |audience| audience.value);
            (!wanted.contains([':', '.', '/'])).then(|| vec![API_SERVER.to_owned()])
        }
    }
}

/// The name that an API server has for itself unless its flags say otherwise.
const API_SERVER: &str = "https://kubernetes.default.svc.cluster.local";

/// Stages three and four; true if one fails.
fn matched(
    errand: &Errand,
    role: &AuthRole,
    method: &AuthMethod<'_>,
    holder: &Holder<'_>,
    stages: &mut Vec<Stage>,
) -> bool {
    let says = format!("role `{}`", role.name);
    match &holder.login {
        Some(Outcome::Refused(refusal)) => {
            let stage = match refusal.check {
                Check::TokenReview | Check::Policies => {
                    stages.push(Stage::passed(StageName::MatchRole, says, vec![role.name.span]));
                    StageName::IssueToken
                }
                _ => StageName::MatchRole,
            };
            stages.push(refused(errand, role, refusal, stage));
            true
        }
        Some(Outcome::Accepted(accepted) | Outcome::Unknown { then: accepted, .. }) => {
            let mut evidence = vec![role.name.span, accepted.name.span, accepted.namespace.span()];
            evidence.extend(accepted.audience.map(|audience| audience.span));
            let missing = holder.missing();
            let audience = accepted
                .audience
                .map_or("any audience".to_owned(), |audience| format!("audience `{}`", audience.value));
            let says = format!("role `{}` admits it: name, namespace, {audience}", role.name);
            let stage = match missing.first() {
                None => Stage::passed(StageName::MatchRole, says, evidence),
                Some(first) => {
                    let says = format!("role `{}`", role.name);
                    Stage::unknown(StageName::MatchRole, says, evidence, missing_stop(errand, first))
                }
            };
            stages.push(stage);
            stages.push(issued(errand, role, method, holder));
            false
        }
        None => false,
    }
}

fn missing_stop(errand: &Errand, missing: &Missing) -> Stop {
    match missing {
        Missing::Audiences(wanted) => {
            let why = match &errand.identity.audiences {
                Audiences::Unknown(why) => format!("the role wants a JWT for `{wanted}`; {why}"),
                _ => format!(
                    "the role wants a JWT for `{wanted}`; this one is for the API server, which has that name only if \
                     its flag `--api-audiences` (or its issuer) says so"
                ),
            };
            let (fix, place) = &errand.audience_fix;
            Stop::unknown(why).at(wanted.span).remedy(fix.replace("AUDIENCE", &wanted.value), Some(*place))
        }
        Missing::NamespaceLabels(keys) => {
            let named: Vec<String> = keys.value.iter().map(|key| format!("`{key}`")).collect();
            let namespace = &errand.identity.namespace;
            let why = format!(
                "the role selects namespaces by label, and the labels of `{namespace}` are not among the inputs: {}",
                named.join(", ")
            );
            Stop::unknown(why)
                .at(keys.span)
                .remedy(format!("add the Namespace object of `{namespace}` with `--in PATH`"), None)
        }
        Missing::ApiServerAudience(audience) => Stop::unknown(format!(
            "without a reviewer the JWT vouches for itself, so the API server has to take the audience `{audience}` \
             for its own, which its flag `--api-audiences` decides"
        ))
        .at(audience.span)
        .remedy("give the auth method a reviewer (`token_reviewer_jwt`)", None),
    }
}

fn refused(errand: &Errand, role: &AuthRole, refusal: &Refusal, stage: StageName) -> Stage {
    let Identity { namespace, service_account, audiences, account_from, account_is_default, .. } =
        &errand.identity;
    let mut why = refusal.why.clone();
    match refusal.check {
        Check::Name => why = admitted("service account", role.names(), service_account),
        Check::Namespace if role.fields.get("bound_service_account_namespace_selector").is_none() => {
            why = admitted("namespace", role.namespaces(), namespace);
        }
        _ => {}
    }
    let (remedy, place) = match refusal.check {
        Check::Namespace => (
            format!(
                "add `{namespace}` to `bound_service_account_namespaces` of the role `{}`; if `{namespace}` is not to \
                 read what the others read, give it a role of its own",
                role.name
            ),
            refusal.span,
        ),
        Check::Name => match role.names() {
            [only] if *account_is_default && !only.value.contains('*') => {
                (format!("let the pod run as it: `serviceAccountName: {only}`"), *account_from)
            }
            _ => (
                format!(
                    "add `{service_account}` to `bound_service_account_names` of the role `{}`",
                    role.name
                ),
                refusal.span,
            ),
        },
        Check::Audience => {
            let wanted = role.fields.text("audience").map_or("", |audience| audience.value);
            if matches!(audiences, Audiences::ApiServer) {
                why = format!(
                    "the role wants a JWT for `{wanted}`, this one is for the API server (`{API_SERVER}`, unless its \
                     flags say otherwise)"
                );
            }
            let (fix, place) = &errand.audience_fix;
            (fix.replace("AUDIENCE", wanted), *place)
        }
        Check::RoleStored => ("mend the role, so that the server takes it".to_owned(), refusal.span),
        Check::Policies => ("take that policy out of the role".to_owned(), refusal.span),
        Check::TokenReview => {
            ("give the auth method a reviewer (`token_reviewer_jwt`)".to_owned(), refusal.span)
        }
    };
    let mut evidence = vec![errand.role.span, role.name.span];
    evidence.dedup();
    let stop = Stop {
        seen: errand.seen.clone(),
        message: Some(refusal.server_text.clone()),
        status: Some(refusal.status),
        why,
        at: Some(refusal.span),
        remedy: Some(remedy),
        remedy_at: Some(place),
        fault: match refusal.check {
            Check::Name | Check::Namespace => Fault::NotAdmitted,
            Check::Audience => Fault::Audience,
            _ => Fault::Other,
        },
    };
    let says = match refusal.check {
        Check::Policies | Check::TokenReview => format!("role `{}` yields no token", role.name),
        _ => format!("role `{}` does not admit `{namespace}/{service_account}`", role.name),
    };
    Stage::failed(stage, says, evidence, stop)
}

/// Whom a role admits, and whom it does not.
fn admitted(what: &str, bound: &[Spanned<String>], found: &str) -> String {
    let bound: Vec<String> = bound.iter().map(|entry| format!("`{entry}`")).collect();
    match bound.as_slice() {
        [] => format!("the role admits no {what} at all"),
        [only] => format!("the role admits only the {what} {only}, not `{found}`"),
        several => format!("the role admits only the {what}s {}, not `{found}`", several.join(", ")),
    }
}

/// Stage four.
fn issued(errand: &Errand, role: &AuthRole, method: &AuthMethod<'_>, holder: &Holder<'_>) -> Stage {
    let mut evidence: Vec<Span> = holder.held.iter().filter_map(|held| held.span).collect();
    evidence.dedup();
    if evidence.is_empty() {
        evidence.push(role.name.span);
    }
    let policies: Vec<String> = holder.held.iter().map(|held| format!("`{}`", held.name)).collect();
    let mut says = match policies.as_slice() {
        [] => "a token without any policy".to_owned(),
        [only] => format!("a token with the policy {only}"),
        several => format!("a token with the policies {}", several.join(", ")),
    };
    let mut notes = Vec::new();
    if let Some(issued) = &holder.issued {
        says += &format!(", for {}", issued.ttl);
        if let Some(uses) = issued.num_uses {
            notes.push(format!(
                "the token is good for {uses} uses; renewals and look-ups by {} count",
                errand.consumer.in_sentence()
            ));
        }
    }
    if method.mount.is_none() {
        notes.push(format!("the auth mount `{}` itself is not among the inputs", method.path));
    }
    Stage::passed(StageName::IssueToken, says, evidence).with_notes(notes)
}
