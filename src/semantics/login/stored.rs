//! Roles that the server refuses to store, so that nobody can log in through them.
//!
//! The order of the checks is the server's. Source: `path_role.go` of the Kubernetes auth plugin,
//! `sdk/helper/tokenutil`, `sdk/framework/field_data.go`.

use super::method::AuthMethod;
use super::{selector, span_of, token};
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::duration::{Nanoseconds, Seconds};
use crate::model::vault::field::FieldValue;
use crate::semantics::dialect::Dialect;
use crate::syntax::{Span, Spanned};

/// The server's words for why it does not take the role, with the field at fault.
pub(super) fn refused_write(
    role: &AuthRole,
    method: &AuthMethod<'_>,
    dialect: Dialect,
) -> Option<Spanned<String>> {
    unreadable(role)
        .or_else(|| token_fields(role, dialect))
        .or_else(|| lifetimes(role, method))
        .or_else(|| bounds(role))
        .or_else(|| alias_name_source(role))
        .map(|(text, span)| Spanned::new(text, span))
}

type Refused = Option<(String, Span)>;

/// Values that cannot be read as their field wants it. Words that are none of those allowed come later.
fn unreadable(role: &AuthRole) -> Refused {
    let field = role.fields.known.iter().find(|field| {
        let is_word = ["token_type", "alias_name_source"].contains(&field.spec.name);
        matches!(field.value, FieldValue::Invalid(_)) && !is_word
    })?;
    let FieldValue::Invalid(fault) = &field.value else { return None };
    Some((format!("error converting input for field {:?}: {fault}", field.spec.name), field.span))
}

fn token_fields(role: &AuthRole, dialect: Dialect) -> Refused {
    let refuse = |text: &str, span: Span| Some((text.to_owned(), span));
    if let Some(field) = role.fields.get("token_type")
        && let FieldValue::Invalid(fault) = &field.value
    {
        // The reader of the field puts the word in backticks.
        let word = fault.split('`').nth(1).unwrap_or_default();
        return refuse(&format!("invalid 'token_type' value {word:?}"), field.span);
    }
    // The old spellings are looked at after these checks.
    let own = |name: &str| role.fields.known.iter().any(|field| field.spec.name == name);
    let uses = token::uses(role).filter(|_| own("token_num_uses"));
    if let Some(uses) = uses.filter(|uses| uses.value < 0) {
        return refuse("'token_num_uses' cannot be negative", uses.span);
    }
    let is_batch = role.fields.text("token_type").is_some_and(|text| text.value == "batch");
    let period = positive(role, "token_period").filter(|_| own("token_period"));
    if is_batch && let Some(period) = period {
        return refuse(
            "'token_type' cannot be 'batch' or 'default_batch' when set to generate periodic tokens",
            period.span,
        );
    }
    if is_batch && let Some(uses) = uses {
        return refuse(
            "'token_type' cannot be 'batch' or 'default_batch' when set to generate tokens with limited use count",
            uses.span,
        );
    }
    let (ttl, max) = (positive(role, "token_ttl"), positive(role, "token_max_ttl"));
    if let (Some(ttl), Some(max)) = (ttl, max)
        && own("token_ttl")
        && own("token_max_ttl")
        && ttl.value > max.value
    {
        return refuse("'token_ttl' cannot be greater than 'token_max_ttl'", ttl.span);
    }
    let strict = role.fields.bool("token_strictly_bind_ip").filter(|strict| strict.value);
    match strict {
        Some(strict) if dialect == Dialect::OpenBao && !role.fields.list("token_bound_cidrs").is_empty() => {
            refuse("'token_strictly_bind_ip' conflicts with 'token_bound_cidrs'; set only one", strict.span)
        }
        _ => None,
    }
}

fn lifetimes(role: &AuthRole, method: &AuthMethod<'_>) -> Refused {
    let most = method.max_lease_ttl();
    if let Some(period) = positive(role, "token_period").filter(|period| period.value > most) {
        let text = format!(
            "token period of '\"{}\"' is greater than the backend's maximum lease TTL of '\"{}\"'",
            precise(period.value),
            precise(most)
        );
        return Some((text, period.span));
    }
    let (ttl, max) = (positive(role, "token_ttl")?, positive(role, "token_max_ttl")?);
    (ttl.value > max.value)
        .then(|| ("token ttl should not be greater than token max ttl".to_owned(), ttl.span))
}

fn bounds(role: &AuthRole) -> Refused {
    const NAMES: &str = "bound_service_account_names";
    const NAMESPACES: &str = "bound_service_account_namespaces";
    const SELECTOR: &str = "bound_service_account_namespace_selector";
    let mixed = |list: &[Spanned<String>]| {
        let star = list.iter().find(|entry| entry.value == "*").filter(|_| list.len() > 1)?;
        Some(("can not mix \"*\" with values".to_owned(), star.span))
    };
    if role.names().is_empty() {
        return Some((format!("\"{NAMES}\" can not be empty"), span_of(role, NAMES)));
    }
    if let Some(refused) = mixed(role.names()) {
        return Some(refused);
    }
    let selector = role.fields.text(SELECTOR).filter(|selector| !selector.value.is_empty());
    match selector {
        None if role.namespaces().is_empty() => {
            let text = format!("\"{NAMESPACES}\" can not be empty if \"{SELECTOR}\" is not set");
            return Some((text, span_of(role, NAMESPACES)));
        }
        Some(selector) if selector::match_labels(selector.value).is_none() => {
            return Some((format!("invalid \"{SELECTOR}\" configured"), selector.span));
        }
        _ => {}
    }
    mixed(role.namespaces())
}

fn alias_name_source(role: &AuthRole) -> Refused {
    let field = role.fields.get("alias_name_source")?;
    let text = "invalid alias_name_source, must be one of: serviceaccount_uid, serviceaccount_name";
    matches!(field.value, FieldValue::Invalid(_)).then(|| (text.to_owned(), field.span))
}

fn positive(role: &AuthRole, field: &str) -> Option<Spanned<Seconds>> {
    role.fields.duration(field).filter(|seconds| seconds.value.0 > 0)
}

/// As Go writes durations.
fn precise(seconds: Seconds) -> String {
    Nanoseconds::from_seconds(seconds.0).map_or_else(|_| seconds.to_string(), |it| it.to_string())
}
