//! The authorizer, Covers, the escalation check and validation against the answers of the API server's own code.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that goes wrong should stop and say so"
)]

use rolewright::model::kube::ObjectMeta;
use rolewright::model::kube::binding::{Binding, RoleRef, Subject};
use rolewright::model::kube::rbac::{RbacRole, RbacRoleKind, RbacRule};
use rolewright::model::kube::selector::{LabelSelector, Requirement};
use rolewright::model::kube::service_account::ServiceAccount;
use rolewright::semantics::authorizer::{Cluster, Query, User};
use rolewright::semantics::covers::{Atom, covers, uncovered};
use rolewright::semantics::escalation::{self, Change};
use rolewright::semantics::rbac::Request;
use rolewright::semantics::validation::{self, FieldError};
use rolewright::syntax::tree::{Entry, Node, NodeKind};
use rolewright::syntax::{SourceId, Span, Spanned};
use serde_json::{Value, json};

#[test]
fn authorizer() {
    check("authz", 269, |vector| {
        let objects = Objects::read(items(vector, "objects"));
        let cluster = match vector["aggregate"] == true {
            true => Cluster::settled(&objects.roles, &objects.bindings),
            false => Cluster::stored(&objects.roles, &objects.bindings),
        };
        let user = match vector["serviceaccount"].as_str().and_then(|it| it.split_once('/')) {
            Some((namespace, name)) => User::service_account(namespace, name),
            None => {
                let groups = items(vector, "groups").iter().map(|it| it.as_str().expect("text").to_owned());
                User { name: string(vector, "user"), groups: groups.collect() }
            }
        };
        let verb = vector["verb"].as_str().expect("verb");
        let resource = match vector["subresource"].as_str() {
            Some(sub) => format!("{}/{sub}", string(vector, "resource")),
            None => string(vector, "resource"),
        };
        let group = string(vector, "apiGroup");
        let request = Request { verb, group: &group, resource: &resource, name: vector["name"].as_str() };
        let query = match vector["nonResourceURL"].as_str() {
            Some(path) => Query::Url { verb, path },
            None => Query::Resource { request, namespace: vector["namespace"].as_str() },
        };
        let source = cluster.by_rbac(&user, &query);
        if let Some(source) = source {
            assert!(source.written_in.rules.iter().any(|rule| std::ptr::eq(rule, source.rule)));
            assert!(source.binding.subjects.iter().any(|subject| std::ptr::eq(subject, source.subject)));
        }
        compare(json!(source.is_some()), &vector["allowed"])
    });
}

#[test]
fn covers_and_what_is_uncovered() {
    check("covers", 71, |vector| {
        let rules = |key| -> Vec<RbacRule> { items(vector, key).iter().map(rule).collect() };
        let (owner, servant) = (rules("owner"), rules("servant"));
        let held: Vec<&RbacRule> = owner.iter().collect();
        let missing: Vec<Value> = uncovered(&held, &servant).into_iter().map(atom).collect();
        compare(json!(covers(&held, &servant)), &vector["covered"])?;
        compare(json!(missing), &vector["uncovered"])
    });
}

#[test]
fn escalation_check() {
    check("escalation", 18, |vector| {
        let mut objects = Objects::read(items(vector, "existing"));
        let span = nowhere();
        objects.roles.push(RbacRole {
            kind: RbacRoleKind::ClusterRole,
            meta: meta(&json!({"metadata": {"name": "held"}})),
            api_version: Spanned::new("rbac.authorization.k8s.io/v1".to_owned(), span),
            rules: items(vector, "heldClusterWide").iter().map(rule).collect(),
            aggregation: None,
            aggregation_selectors: Vec::new(),
        });
        objects.bindings.push(binding(&json!({
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "held"},
            "roleRef": {"kind": "ClusterRole", "name": "held"},
            "subjects": [{"kind": "User", "name": "requester"}],
        })));
        let cluster = Cluster::stored(&objects.roles, &objects.bindings);
        let user = User { name: "requester".to_owned(), groups: vec!["system:authenticated".to_owned()] };
        let new = Objects::read(std::slice::from_ref(&vector["object"]));
        let old = Objects::read(vector.get("oldObject").map(std::slice::from_ref).unwrap_or_default());
        let change = match new.roles.first() {
            Some(role) => Change::Role { new: role, old: old.roles.first() },
            None => Change::Binding { new: &new.bindings[0], old: old.bindings.first() },
        };
        let outcome = escalation::check(&cluster, &user, &change);
        compare(json!(outcome.is_allowed()), &vector["allowed"]).map_err(|said| format!("{said} {outcome:?}"))
    });
}

#[test]
fn object_validation() {
    check("validation", 80, |vector| {
        let object = &vector["object"];
        let mut errors = validation::decode(&node(object));
        assert_eq!(errors.is_empty(), vector["phase"] != "decode", "{}", vector["id"]);
        if errors.is_empty() {
            errors = validate(object, vector.get("oldObject"));
        }
        let expected = items(vector, "errors");
        let fits = |(error, expected): (&FieldError, &Value)| {
            expected["field"] == error.field.as_str()
                && expected["type"] == error.kind.word()
                && error.detail.contains(expected["detail"].as_str().expect("detail"))
        };
        let same = errors.len() == expected.len() && errors.iter().zip(expected).all(fits);
        compare(json!(errors.is_empty()), &vector["accepted"])?;
        if same { Ok(()) } else { Err(format!("said {errors:#?}, wanted {expected:#?}")) }
    });
}

fn validate(object: &Value, old: Option<&Value>) -> Vec<FieldError> {
    let objects = Objects::read(std::slice::from_ref(object));
    if let Some(role) = objects.roles.first() {
        return validation::role(role);
    }
    match objects.bindings.first() {
        Some(new) => validation::binding(new, old.map(binding).as_ref()),
        None => validation::service_account(&ServiceAccount { meta: meta(object), automount: None }),
    }
}

fn check(section: &str, number: usize, of_vector: impl Fn(&Value) -> Result<(), String>) {
    let text = include_str!("../fixtures/conformance/rbac.json");
    let all: Value = serde_json::from_str(text).expect("the vectors are JSON");
    let vectors = items(&all, section);
    assert_eq!(vectors.len(), number);
    let wrong: Vec<String> = vectors
        .iter()
        .filter_map(|vector| Some(format!("{}: {}", vector["id"], of_vector(vector).err()?)))
        .collect();
    assert!(wrong.is_empty(), "{} of {number}:\n{}", wrong.len(), wrong.join("\n"));
}

fn compare(said: Value, wanted: &Value) -> Result<(), String> {
    if said == *wanted { Ok(()) } else { Err(format!("said {said}, wanted {wanted}")) }
}

fn atom(atom: Atom<'_>) -> Value {
    match atom {
        Atom::Resource { group, resource, verb, name: None } => {
            json!({"apiGroups": [group], "resources": [resource], "verbs": [verb]})
        }
        Atom::Resource { group, resource, verb, name: Some(name) } => {
            json!({"apiGroups": [group], "resources": [resource], "verbs": [verb], "resourceNames": [name]})
        }
        Atom::Url { url, verb } => json!({"nonResourceURLs": [url], "verbs": [verb]}),
    }
}

#[derive(Default)]
struct Objects {
    roles: Vec<RbacRole>,
    bindings: Vec<Binding>,
}

impl Objects {
    fn read(list: &[Value]) -> Objects {
        let mut objects = Objects::default();
        for object in list {
            match object["kind"].as_str().expect("kind") {
                "Role" => objects.roles.push(role(object, RbacRoleKind::Role)),
                "ClusterRole" => objects.roles.push(role(object, RbacRoleKind::ClusterRole)),
                "RoleBinding" | "ClusterRoleBinding" => objects.bindings.push(binding(object)),
                _ => {}
            }
        }
        objects
    }
}

fn role(object: &Value, kind: RbacRoleKind) -> RbacRole {
    let aggregation = &object["aggregationRule"];
    RbacRole {
        kind,
        meta: meta(object),
        api_version: text(object, "apiVersion"),
        rules: items(object, "rules").iter().map(rule).collect(),
        aggregation: aggregation.is_object().then(nowhere),
        aggregation_selectors: items(aggregation, "clusterRoleSelectors").iter().map(selector).collect(),
    }
}

fn rule(rule: &Value) -> RbacRule {
    RbacRule {
        span: nowhere(),
        api_groups: texts(rule, "apiGroups"),
        resources: texts(rule, "resources"),
        resource_names: texts(rule, "resourceNames"),
        non_resource_urls: texts(rule, "nonResourceURLs"),
        verbs: texts(rule, "verbs"),
    }
}

fn selector(selector: &Value) -> LabelSelector {
    let expressions = items(selector, "matchExpressions").iter().map(|it| Requirement {
        span: nowhere(),
        key: text(it, "key"),
        operator: text(it, "operator"),
        values: texts(it, "values"),
    });
    LabelSelector {
        span: nowhere(),
        match_labels: pairs(&selector["matchLabels"]),
        match_expressions: expressions.collect(),
    }
}

fn binding(object: &Value) -> Binding {
    let role_ref = &object["roleRef"];
    let subjects = items(object, "subjects").iter().map(|subject| Subject {
        kind: text(subject, "kind"),
        name: text(subject, "name"),
        namespace: optional(subject, "namespace"),
        api_group: optional(subject, "apiGroup"),
        span: nowhere(),
    });
    Binding {
        cluster_wide: object["kind"] == "ClusterRoleBinding",
        kind_span: nowhere(),
        api_version: text(object, "apiVersion"),
        meta: meta(object),
        role_ref: RoleRef {
            kind: text(role_ref, "kind"),
            name: text(role_ref, "name"),
            api_group: optional(role_ref, "apiGroup"),
            span: nowhere(),
        },
        subjects: subjects.collect(),
    }
}

fn meta(object: &Value) -> ObjectMeta {
    let meta = &object["metadata"];
    ObjectMeta {
        name: text(meta, "name"),
        namespace: optional(meta, "namespace"),
        labels: pairs(&meta["labels"]),
        annotations: pairs(&meta["annotations"]),
        span: nowhere(),
    }
}

fn node(value: &Value) -> Node {
    let kind = match value {
        Value::Null => NodeKind::Null,
        Value::Bool(value) => NodeKind::Bool(*value),
        Value::Number(number) => NodeKind::Int(number.as_i64().expect("whole numbers only")),
        Value::String(text) => NodeKind::Text(text.clone()),
        Value::Array(items) => NodeKind::List(items.iter().map(node).collect()),
        Value::Object(members) => {
            let entry = |(key, value): (&String, &Value)| Entry { key: spanned(key), value: node(value) };
            NodeKind::Map(members.iter().map(entry).collect())
        }
    };
    Node { span: nowhere(), kind }
}

fn items<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn string(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

fn text(value: &Value, key: &str) -> Spanned<String> {
    spanned(value[key].as_str().unwrap_or_default())
}

fn optional(value: &Value, key: &str) -> Option<Spanned<String>> {
    value[key].as_str().map(spanned)
}

fn texts(value: &Value, key: &str) -> Vec<Spanned<String>> {
    items(value, key).iter().map(|it| spanned(it.as_str().expect("text"))).collect()
}

fn pairs(value: &Value) -> Vec<(Spanned<String>, Spanned<String>)> {
    let members = value.as_object().into_iter().flatten();
    members.map(|(key, value)| (spanned(key), spanned(value.as_str().expect("text")))).collect()
}

fn spanned(text: &str) -> Spanned<String> {
    Spanned::new(text.to_owned(), nowhere())
}

fn nowhere() -> Span {
    Span::new(SourceId(0), 0..0)
}
