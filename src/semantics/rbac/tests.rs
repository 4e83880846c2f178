//! The authorizer vectors of `fixtures/conformance/rbac.json`: which rules reach the requester is decided here, whether
//! one of them allows the request by the code under test.

use serde_json::Value;

use super::{Request, allows, allows_url};
use crate::model::kube::rbac::RbacRule;
use crate::syntax::{SourceId, Span, Spanned};

#[test]
fn authorizer_vectors() {
    let vectors: Value =
        serde_json::from_str(include_str!("../../../fixtures/conformance/rbac.json")).expect("JSON");
    let mut asked = 0;
    for vector in items(&vectors, "authz").iter().filter(|vector| vector.get("aggregate").is_none()) {
        asked += 1;
        let rules = rules_for(vector);
        let answer = rules.iter().any(|rule| answers(rule, vector));
        assert_eq!(Value::Bool(answer), vector["allowed"], "{}: {}", vector["id"], vector["why"]);
    }
    assert_eq!(asked, 247);
}

fn answers(rule: &RbacRule, vector: &Value) -> bool {
    let verb = text(vector, "verb");
    if let Some(url) = vector["nonResourceURL"].as_str() {
        return allows_url(rule, verb, url);
    }
    let mut resource = text(vector, "resource").to_owned();
    if let Some(subresource) = vector["subresource"].as_str() {
        resource = format!("{resource}/{subresource}");
    }
    let request =
        Request { verb, group: text(vector, "apiGroup"), resource: &resource, name: vector["name"].as_str() };
    allows(rule, &request).is_some()
}

/// The rules of every role that a binding gives to the requester where the request is made.
fn rules_for(vector: &Value) -> Vec<RbacRule> {
    let mut rules = Vec::new();
    for binding in items(vector, "objects") {
        let binding_namespace = text(&binding["metadata"], "namespace");
        let in_scope = match text(binding, "kind") {
            "ClusterRoleBinding" => true,
            "RoleBinding" => vector["namespace"].as_str() == Some(binding_namespace),
            _ => false,
        };
        let mut subjects = items(binding, "subjects").iter();
        if in_scope && subjects.any(|subject| is_requester(subject, binding_namespace, vector)) {
            rules.extend(role_rules(vector, &binding["roleRef"], binding));
        }
    }
    rules
}

fn role_rules(vector: &Value, role_ref: &Value, binding: &Value) -> Vec<RbacRule> {
    let of_role = text(role_ref, "kind") == "Role";
    if of_role && text(binding, "kind") == "ClusterRoleBinding" {
        return Vec::new();
    }
    let role = items(vector, "objects").iter().find(|object| {
        object["kind"] == role_ref["kind"]
            && object["metadata"]["name"] == role_ref["name"]
            && (!of_role || object["metadata"]["namespace"] == binding["metadata"]["namespace"])
    });
    role.map(|role| items(role, "rules").iter().map(rule).collect()).unwrap_or_default()
}

fn is_requester(subject: &Value, binding_namespace: &str, vector: &Value) -> bool {
    let name = text(subject, "name");
    let (user, groups) = match vector["serviceaccount"].as_str().and_then(|it| it.split_once('/')) {
        Some((namespace, account)) => (
            format!("system:serviceaccount:{namespace}:{account}"),
            vec![
                "system:serviceaccounts".to_owned(),
                format!("system:serviceaccounts:{namespace}"),
                "system:authenticated".to_owned(),
            ],
        ),
        None => (
            text(vector, "user").to_owned(),
            items(vector, "groups").iter().filter_map(|group| group.as_str().map(str::to_owned)).collect(),
        ),
    };
    match text(subject, "kind") {
        "User" => name == user,
        "Group" => groups.iter().any(|group| group == name),
        "ServiceAccount" => {
            let own = text(subject, "namespace");
            let namespace = if own.is_empty() { binding_namespace } else { own };
            !namespace.is_empty() && user == format!("system:serviceaccount:{namespace}:{name}")
        }
        _ => false,
    }
}

fn rule(rule: &Value) -> RbacRule {
    let words =
        |key| items(rule, key).iter().filter_map(|word| Some(spanned(word.as_str()?))).collect::<Vec<_>>();
    RbacRule {
        span: nowhere(),
        api_groups: words("apiGroups"),
        resources: words("resources"),
        resource_names: words("resourceNames"),
        non_resource_urls: words("nonResourceURLs"),
        verbs: words("verbs"),
    }
}

fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn spanned(word: &str) -> Spanned<String> {
    Spanned::new(word.to_owned(), nowhere())
}

fn nowhere() -> Span {
    Span::new(SourceId(0), 0..0)
}
