//! What an RBAC rule allows, exactly as Kubernetes' authorizer decides it.
//!
//! RBAC only ever adds: there is no deny, and comparison is of whole words, case and all. The only wildcards are a
//! lone `*`, `*/SUBRESOURCE` in `resources`, and a trailing `*` in `nonResourceURLs`; `pods/*`, `app-*` and a `*` in
//! `resourceNames` are plain text.
//!
//! Source: kubernetes `pkg/apis/rbac/v1/evaluation_helpers.go`, `plugin/pkg/auth/authorizer/rbac/rbac.go`.

pub mod bootstrap;
pub mod builtin;
pub mod grants;
pub mod lateral;
pub mod powers;
pub mod reach;
pub mod served;
pub mod signers;
pub mod subjects;
#[cfg(test)]
mod tests;

use crate::model::kube::rbac::RbacRule;
use crate::syntax::Spanned;

/// A question about a resource, as the API server puts it to its authorizer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request<'a> {
    /// `get`, `list`, `create`, …
    pub verb: &'a str,
    /// API group; `""` for the core group.
    pub group: &'a str,
    /// Resource, with its subresource after a slash: `secrets`, `serviceaccounts/token`.
    pub resource: &'a str,
    /// Name of the object. Without one - as for `create` of a top-level resource, and for `list` of all -, rules that
    /// have `resourceNames` do not apply.
    pub name: Option<&'a str>,
}

/// The entries through which a rule allows a request.
#[derive(Debug, Clone, Copy)]
pub struct Allowance<'a> {
    /// The entry of `verbs`.
    pub verb: &'a Spanned<String>,
    /// The entry of `apiGroups`.
    pub group: &'a Spanned<String>,
    /// The entry of `resources`.
    pub resource: &'a Spanned<String>,
}

/// All words of a rule, so that equal rules have equal words.
pub fn words(rule: &RbacRule) -> [Vec<&str>; 5] {
    [&rule.verbs, &rule.api_groups, &rule.resources, &rule.resource_names, &rule.non_resource_urls]
        .map(|words| words.iter().map(|word| word.as_str()).collect())
}

/// How `rule` allows `request`, if it does.
pub fn allows<'a>(rule: &'a RbacRule, request: &Request<'_>) -> Option<Allowance<'a>> {
    let verb = rule.verbs.iter().find(|verb| is_word_or_star(verb, request.verb))?;
    let group = rule.api_groups.iter().find(|group| is_word_or_star(group, request.group))?;
    let resource =
        rule.resources.iter().find(|resource| covers_resource(resource.as_str(), request.resource))?;
    names_apply(rule, request).then_some(Allowance { verb, group, resource })
}

/// True if `rule` allows the HTTP method `verb` (lower case) on a path outside the resource API.
pub fn allows_url(rule: &RbacRule, verb: &str, path: &str) -> bool {
    rule.verbs.iter().any(|entry| is_word_or_star(entry, verb))
        && rule.non_resource_urls.iter().any(|entry| covers_url(entry.as_str(), path))
}

/// True if an entry of `resources` takes in `resource`, which may have a subresource after a slash.
pub fn covers_resource(entry: &str, resource: &str) -> bool {
    let any_parent = || {
        let (_, subresource) = resource.split_once('/')?;
        Some(entry.strip_prefix("*/")? == subresource)
    };
    entry == "*" || entry == resource || any_parent() == Some(true)
}

fn covers_url(entry: &str, path: &str) -> bool {
    entry == "*" || entry == path || (entry.ends_with('*') && path.starts_with(entry.trim_end_matches('*')))
}

/// A request without a name carries the empty one, which a rule may list.
fn names_apply(rule: &RbacRule, request: &Request<'_>) -> bool {
    let requested = request.name.unwrap_or("");
    rule.resource_names.is_empty() || rule.resource_names.iter().any(|name| name.value == requested)
}

fn is_word_or_star(entry: &Spanned<String>, word: &str) -> bool {
    entry.value == "*" || entry.value == word
}
