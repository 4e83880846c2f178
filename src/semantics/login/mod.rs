//! Logging in with a service account: which roles of a Kubernetes auth method take it, what the server says to one that
//! it turns away, and what the token is like.
//!
//! [`attempt`] goes through the server's checks in the server's order; each answer names the text that decided it.
//! It takes for granted what no file can tell: that the JWT is genuine and not expired, that the service account
//! exists, and that the server reaches the cluster.
//!
//! Source: `path_login.go` and `path_role.go` of the Kubernetes auth plugin, `sdk/helper/tokenutil`,
//! `vault/request_handling.go` (`handleLoginRequest`).

mod caller;
mod method;
mod selector;
mod stored;
#[cfg(test)]
mod tests;
mod token;

pub use caller::{Caller, NamespaceLabels};
pub use method::{AuthMethod, Reviewing};
pub use token::{Issued, SystemLimits, TokenPolicy, TokenType};

use super::bound;
use super::dialect::Dialect;
use crate::model::vault::auth_role::AuthRole;
use crate::syntax::{Span, Spanned};
use selector::Selected;

/// What comes of a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// The server issues a token.
    Accepted(Accepted<'a>),
    /// The server turns the login away.
    Refused(Refusal),
    /// It hangs on something that is not known.
    Unknown {
        /// What is not known; at least one thing.
        missing: Vec<Missing>,
        /// What is issued if all of it turns out well.
        then: Accepted<'a>,
    },
}

/// A login that goes through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted<'a> {
    /// The entry of `bound_service_account_names` that admits the caller.
    pub name: &'a Spanned<String>,
    /// What admits the caller's namespace.
    pub namespace: NamespaceBound<'a>,
    /// `audience`, if the role sets one.
    pub audience: Option<Spanned<&'a str>>,
    /// The token.
    pub token: Issued<'a>,
}

/// What admits a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamespaceBound<'a> {
    /// An entry of `bound_service_account_namespaces`.
    Listed(&'a Spanned<String>),
    /// `bound_service_account_namespace_selector`.
    Selector(Span),
}

impl NamespaceBound<'_> {
    /// The place that says so.
    pub fn span(&self) -> Span {
        match self {
            NamespaceBound::Listed(entry) => entry.span,
            NamespaceBound::Selector(span) => *span,
        }
    }
}

/// The first check that fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which check.
    pub check: Check,
    /// HTTP status of the answer.
    pub status: u16,
    /// The server's own words: the text of the error in the answer to the login.
    pub server_text: String,
    /// Why, for people: one lower-case phrase, the user's words in backticks.
    pub why: String,
    /// The field that turns the caller away; the name of the role where no field does.
    pub span: Span,
    /// Earlier checks of which it is not known whether they fail first; the login fails all the same.
    pub unless: Vec<Missing>,
}

/// The checks of a login, in the order of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// The role is there; it is not if the server refused to store it.
    RoleStored,
    /// The JWT is made for `audience`.
    Audience,
    /// The name of the service account is bound.
    Name,
    /// Its namespace is bound.
    Namespace,
    /// The API server vouches for the JWT.
    TokenReview,
    /// The token may carry these policies.
    Policies,
}

/// Something that a login hangs on and that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// The audiences of the JWT; the role wants this one.
    Audiences(Spanned<String>),
    /// The labels of the caller's namespace, at least those of these keys.
    NamespaceLabels(Spanned<Vec<String>>),
    /// Whether the API server takes this audience for its own: without a reviewer, each JWT has to vouch for itself.
    ApiServerAudience(Spanned<String>),
}

/// The server's words for a role that is not there.
pub fn invalid_role_name(role: &str) -> String {
    format!("invalid role name {role:?}")
}

/// What comes of a login of `caller` through `role`, which belongs to `method`.
pub fn attempt<'a>(
    caller: &Caller,
    role: &'a AuthRole,
    method: &AuthMethod<'a>,
    dialect: Dialect,
) -> Outcome<'a> {
    attempt_for(caller, role, method, dialect, || token::issue(role, method, dialect))
}

/// The same for a role whose token is known.
pub fn attempt_for<'a>(
    caller: &Caller,
    role: &'a AuthRole,
    method: &AuthMethod<'a>,
    dialect: Dialect,
    token: impl FnOnce() -> Result<Issued<'a>, Box<Refusal>>,
) -> Outcome<'a> {
    let mut missing = Vec::new();
    let steps = is_stored(role, method, dialect)
        .and_then(|()| audience(caller, role, &mut missing))
        .and_then(|()| name(caller, role))
        .and_then(|name| Ok((name, namespace(caller, role, method, &mut missing)?)))
        .and_then(|bounds| review(caller, role, method, &mut missing).map(|()| bounds))
        .and_then(|bounds| Ok((bounds, token()?)));
    match steps {
        Err(refusal) => Outcome::Refused(Refusal { unless: missing, ..*refusal }),
        Ok(((name, namespace), token)) => {
            let audience = wanted_audience(role);
            let accepted = Accepted { name, namespace, audience, token };
            if missing.is_empty() {
                Outcome::Accepted(accepted)
            } else {
                Outcome::Unknown { missing, then: accepted }
            }
        }
    }
}

/// The token that `role` issues to whom it admits; an error if it issues none.
pub fn token_of<'a>(
    role: &'a AuthRole,
    method: &AuthMethod<'a>,
    dialect: Dialect,
) -> Result<Issued<'a>, Box<Refusal>> {
    is_stored(role, method, dialect).and_then(|()| token::issue(role, method, dialect))
}

/// The same without the policies that are not wanted, which are named in lower case.
pub fn token_with<'a>(
    role: &'a AuthRole,
    method: &AuthMethod<'a>,
    dialect: Dialect,
    wanted: impl Fn(&str) -> bool,
) -> Result<Issued<'a>, Box<Refusal>> {
    is_stored(role, method, dialect).and_then(|()| token::issue_with(role, method, dialect, wanted))
}

type Step<T> = Result<T, Box<Refusal>>;

fn refuse<T>(check: Check, server_text: impl Into<String>, why: String, span: Span) -> Step<T> {
    let server_text = server_text.into();
    Err(Box::new(Refusal { check, status: 403, server_text, why, span, unless: Vec::new() }))
}

fn is_stored(role: &AuthRole, method: &AuthMethod<'_>, dialect: Dialect) -> Step<()> {
    let Some(refused) = stored::refused_write(role, method, dialect) else { return Ok(()) };
    Err(Box::new(Refusal {
        check: Check::RoleStored,
        status: 400,
        server_text: invalid_role_name(&role.name.value),
        why: format!("the server refuses to store the role `{}`: {}", role.name, refused.value),
        span: refused.span,
        unless: Vec::new(),
    }))
}

/// `audience`, unless it is empty, which asks for none.
fn wanted_audience(role: &AuthRole) -> Option<Spanned<&str>> {
    role.fields.text("audience").filter(|audience| !audience.value.is_empty())
}

fn audience(caller: &Caller, role: &AuthRole, missing: &mut Vec<Missing>) -> Step<()> {
    let Some(wanted) = wanted_audience(role) else { return Ok(()) };
    match &caller.audiences {
        None => missing.push(Missing::Audiences(wanted.map(str::to_owned))),
        Some(held) if held.iter().any(|held| held == wanted.value) => {}
        Some(held) => {
            let held: Vec<String> = held.iter().map(|held| format!("`{held}`")).collect();
            let held = if held.is_empty() { "nobody".to_owned() } else { held.join(", ") };
            return refuse(
                Check::Audience,
                "invalid audience (aud) claim: audience claim does not match any expected audience",
                format!("the role wants a JWT for `{}`, this one is for {held}", wanted.value),
                wanted.span,
            );
        }
    }
    Ok(())
}

fn name<'a>(caller: &Caller, role: &'a AuthRole) -> Step<&'a Spanned<String>> {
    match role.names().iter().find(|entry| bound::admits(&entry.value, &caller.service_account)) {
        Some(entry) => Ok(entry),
        None => refuse(
            Check::Name,
            "service account name not authorized",
            format!("`{}` is none of {}", caller.service_account, listed(role.names())),
            span_of(role, "bound_service_account_names"),
        ),
    }
}

fn namespace<'a>(
    caller: &Caller,
    role: &'a AuthRole,
    method: &AuthMethod<'a>,
    missing: &mut Vec<Missing>,
) -> Step<NamespaceBound<'a>> {
    if let Some(entry) = role.namespaces().iter().find(|entry| bound::admits(&entry.value, &caller.namespace))
    {
        return Ok(NamespaceBound::Listed(entry));
    }
    let refused = "namespace not authorized";
    let not_listed = format!("`{}` is none of {}", caller.namespace, listed(role.namespaces()));
    let selector = role.fields.text("bound_service_account_namespace_selector");
    let Some(selector) = selector.filter(|selector| !selector.value.is_empty()) else {
        let span = span_of(role, "bound_service_account_namespaces");
        return refuse(Check::Namespace, refused, not_listed, span);
    };
    if method.reviewing() == Reviewing::Caller {
        return refuse(
            Check::Namespace,
            format!(
                "{refused} err=namespace lookup failed: TokenReviewer JWT needs to be configured to use \
                 namespace selectors"
            ),
            "the server has no token of its own to look up the labels of namespaces with".to_owned(),
            selector.span,
        );
    }
    match selector::selects(selector.value, &caller.namespace, &caller.namespace_labels) {
        Selected::Yes => {}
        Selected::Unknown(keys) => {
            missing.push(Missing::NamespaceLabels(Spanned::new(keys, selector.span)));
        }
        Selected::No(key) => {
            let why = format!("the label `{key}` of the namespace `{}` is not as selected", caller.namespace);
            let why = if role.namespaces().is_empty() { why } else { format!("{not_listed}, and {why}") };
            return refuse(Check::Namespace, refused, why, selector.span);
        }
    }
    Ok(NamespaceBound::Selector(selector.span))
}

/// Without a reviewer, the JWT that logs in is what the review is asked with, so the API server has to take it.
fn review<'a>(
    caller: &Caller,
    role: &'a AuthRole,
    method: &AuthMethod<'a>,
    missing: &mut Vec<Missing>,
) -> Step<()> {
    if method.reviewing() != Reviewing::Caller {
        return Ok(());
    }
    let held = match (&caller.audiences, wanted_audience(role)) {
        (Some(held), wanted) => {
            if held.iter().any(|audience| is_api_server(audience)) {
                return Ok(());
            }
            let place = wanted.map_or(role.name.span, |wanted| wanted.span);
            held.first().map(|held| Spanned::new(held.clone(), place))
        }
        (None, Some(wanted)) if !is_api_server(wanted.value) => Some(wanted.map(str::to_owned)),
        (None, _) => None,
    };
    missing.extend(held.map(Missing::ApiServerAudience));
    Ok(())
}

/// Audiences that API servers call themselves by unless they are told otherwise.
pub fn is_api_server(audience: &str) -> bool {
    let host = audience.strip_prefix("https://").unwrap_or(audience);
    host == "kubernetes.default.svc" || host.starts_with("kubernetes.default.svc.")
}

/// The place of a field's value, or of the role's name.
fn span_of(role: &AuthRole, field: &str) -> Span {
    role.fields.get(field).map_or(role.name.span, |field| field.span)
}

fn listed(entries: &[Spanned<String>]) -> String {
    let entries: Vec<String> = entries.iter().map(|entry| format!("`{entry}`")).collect();
    if entries.is_empty() { "the bound ones: there are none".to_owned() } else { entries.join(", ") }
}
