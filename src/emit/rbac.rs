//! What the cluster is to hold, in the order in which it is to be made.

use serde_json::{Map, Value, json};

use super::EmitError;
use crate::model::kube::ObjectMeta;
use crate::model::kube::binding::Binding;
use crate::model::kube::rbac::{RbacRole, RbacRoleKind, RbacRule};
use crate::model::kube::service_account::ServiceAccount;
use crate::model::project::Project;
use crate::model::spec::{Spec, names};
use crate::model::vault::auth_role::Reviewer;
use crate::syntax::Spanned;

/// One Kubernetes object.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// Place in the order of kinds.
    rank: usize,
    /// Kubernetes namespace; `None` for a cluster-wide object.
    pub namespace: Option<String>,
    /// `metadata.name`.
    pub name: String,
    /// The whole object.
    pub manifest: Value,
}

const API_GROUP: &str = "rbac.authorization.k8s.io";
const RBAC_VERSION: &str = "rbac.authorization.k8s.io/v1";

/// Kinds in the order in which they are made: what is referred to comes first.
const KINDS: [&str; 7] =
    ["Namespace", "ServiceAccount", "Secret", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];

/// All objects that the specs declare or imply, cluster-wide ones first, then by namespace, kind and name.
pub fn objects(project: &Project) -> Result<Vec<Object>, EmitError> {
    let mut objects = Vec::new();
    for namespace in &project.kubernetes_namespaces {
        if let Some(spec) = project.spec_of(namespace.meta.span) {
            objects.push(object(spec, "Namespace", "v1", &namespace.meta, None, Map::new())?);
        }
    }
    for account in &project.service_accounts {
        if let Some(spec) = project.spec_of(account.meta.span) {
            objects.push(service_account(spec, account)?);
        }
    }
    for role in &project.rbac_roles {
        if let Some(spec) = project.spec_of(role.meta.span) {
            objects.push(rbac_role(spec, role)?);
        }
    }
    for binding in &project.bindings {
        if let Some(spec) = project.spec_of(binding.meta.span) {
            objects.push(rbac_binding(spec, binding)?);
        }
    }
    for reviewer in project.auth_mounts.iter().filter_map(|auth| auth.reviewer.as_ref()) {
        if let Some(spec) = project.spec_of(reviewer.span) {
            objects.extend(reviewer_objects(spec, reviewer)?);
        }
    }
    // Stable, so that an object that the spec spells out stands before the one that a reviewer implies.
    objects.sort_by(|a, b| key(a).cmp(&key(b)));
    objects.dedup_by(|later, earlier| key(later) == key(earlier));
    Ok(objects)
}

/// The name of the Secret that holds the long-lived token of a reviewer.
pub fn reviewer_secret(reviewer: &Reviewer) -> String {
    format!("{}-token", reviewer.service_account)
}

fn key(object: &Object) -> (&Option<String>, usize, &str) {
    (&object.namespace, object.rank, &object.name)
}

fn object(
    spec: &Spec,
    kind: &'static str,
    api_version: &str,
    meta: &ObjectMeta,
    namespace: Option<&Spanned<String>>,
    body: Map<String, Value>,
) -> Result<Object, EmitError> {
    let rank = KINDS.iter().position(|known| *known == kind).unwrap_or(KINDS.len());
    if let Some(namespace) = namespace {
        check_namespace(namespace)?;
    }
    let pairs = meta.labels.iter().chain(&meta.annotations);
    for text in pairs.flat_map(|(name, value)| [name, value]).chain([&meta.name]) {
        carried(text)?;
    }
    let mut metadata = Map::new();
    metadata.insert("name".into(), meta.name.as_str().into());
    if let Some(namespace) = namespace {
        metadata.insert("namespace".into(), namespace.as_str().into());
    }
    let mut labels: Map<String, Value> =
        meta.labels.iter().map(|(name, value)| (name.value.clone(), value.as_str().into())).collect();
    labels.insert("app.kubernetes.io/managed-by".into(), "rolewright".into());
    labels.insert("rolewright.dev/set".into(), set_label(spec)?.into());
    labels.sort_keys();
    metadata.insert("labels".into(), labels.into());
    let mut annotations: Map<String, Value> =
        meta.annotations.iter().map(|(name, value)| (name.value.clone(), value.as_str().into())).collect();
    if !annotations.is_empty() {
        annotations.sort_keys();
        metadata.insert("annotations".into(), annotations.into());
    }
    let mut manifest = Map::new();
    manifest.insert("apiVersion".into(), api_version.into());
    manifest.insert("kind".into(), kind.into());
    manifest.insert("metadata".into(), metadata.into());
    manifest.extend(body);
    Ok(Object {
        rank,
        namespace: namespace.map(|namespace| namespace.value.clone()),
        name: meta.name.value.clone(),
        manifest: manifest.into(),
    })
}

/// Some characters do not get through `kubectl kustomize`, however they are written: it makes JSON of what it has read,
/// which leaves them bare, and reads that as YAML, which takes no control characters and no other ends of lines.
fn carried(text: &Spanned<String>) -> Result<(), EmitError> {
    let is_lost =
        |sign: char| matches!(sign, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}');
    match text.value.chars().find(|sign| is_lost(*sign)) {
        None => Ok(()),
        Some(sign) => Err(EmitError::refused(
            text.span,
            format!("a name with U+{:04X} does not get through `kubectl kustomize`", u32::from(sign)),
        )),
    }
}

/// A namespace names a file too, so it has to be one that Kubernetes takes.
fn check_namespace(namespace: &Spanned<String>) -> Result<(), EmitError> {
    let text = namespace.as_str();
    if !names::NAMESPACE.admits(text) {
        return Err(EmitError::refused(namespace.span, format!("`{text}` is no Kubernetes namespace")));
    }
    Ok(())
}

fn set_label(spec: &Spec) -> Result<&str, EmitError> {
    let text = spec.name.as_str();
    if !names::SPEC_NAME.admits(text) {
        let why = format!("`{text}` cannot be a label value, which the name of a spec becomes");
        return Err(EmitError::refused(spec.name.span, why));
    }
    Ok(text)
}

/// The namespace as written, or `default`, which is where an object without one would go.
fn namespace_of(meta: &ObjectMeta) -> Spanned<String> {
    meta.namespace.clone().unwrap_or_else(|| Spanned::new("default".to_owned(), meta.name.span))
}

fn service_account(spec: &Spec, account: &ServiceAccount) -> Result<Object, EmitError> {
    let automount = account.automount.is_some_and(|automount| automount.value);
    let mut body = Map::new();
    body.insert("automountServiceAccountToken".into(), automount.into());
    object(spec, "ServiceAccount", "v1", &account.meta, Some(&namespace_of(&account.meta)), body)
}

fn rbac_role(spec: &Spec, role: &RbacRole) -> Result<Object, EmitError> {
    if let Some(span) = role.aggregation {
        return Err(EmitError::refused(span, "an aggregated ClusterRole gets its rules from the cluster"));
    }
    let texts = |rule: &'_ RbacRule| {
        let lists =
            [&rule.api_groups, &rule.resources, &rule.resource_names, &rule.non_resource_urls, &rule.verbs];
        lists.into_iter().flatten().try_for_each(carried)
    };
    role.rules.iter().try_for_each(texts)?;
    let mut rules: Vec<Value> = role.rules.iter().map(rule).collect();
    rules.sort_by_cached_key(Value::to_string);
    rules.dedup();
    let mut body = Map::new();
    body.insert("rules".into(), rules.into());
    let namespace = (role.kind == RbacRoleKind::Role).then(|| namespace_of(&role.meta));
    object(spec, role.kind.word(), RBAC_VERSION, &role.meta, namespace.as_ref(), body)
}

fn rule(rule: &RbacRule) -> Value {
    let mut verbs = sorted(&rule.verbs);
    verbs.sort_by_key(|verb| verb_rank(verb));
    let mut body = Map::new();
    for (key, items) in [
        ("apiGroups", sorted(&rule.api_groups)),
        ("resources", sorted(&rule.resources)),
        ("resourceNames", sorted(&rule.resource_names)),
        ("nonResourceURLs", sorted(&rule.non_resource_urls)),
        ("verbs", verbs),
    ] {
        if !items.is_empty() {
            body.insert(key.into(), items.into());
        }
    }
    body.into()
}

fn sorted(items: &[Spanned<String>]) -> Vec<&str> {
    let mut items: Vec<&str> = items.iter().map(Spanned::as_str).collect();
    items.sort_unstable();
    items.dedup();
    items
}

fn verb_rank(verb: &str) -> usize {
    let order = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
    order.iter().position(|known| *known == verb).unwrap_or(order.len())
}

fn rbac_binding(spec: &Spec, binding: &Binding) -> Result<Object, EmitError> {
    let namespace = (!binding.cluster_wide).then(|| namespace_of(&binding.meta));
    let mut subjects = Vec::new();
    carried(&binding.role_ref.name)?;
    for subject in &binding.subjects {
        carried(&subject.name)?;
        let mut body = Map::new();
        body.insert("kind".into(), subject.kind.as_str().into());
        body.insert("name".into(), subject.name.as_str().into());
        if subject.kind.value == "ServiceAccount" {
            let own = subject.namespace.as_ref().or(namespace.as_ref());
            let Some(own) = own else {
                let why =
                    format!("service account `{}` in a ClusterRoleBinding needs a namespace", subject.name);
                return Err(EmitError::refused(subject.span, why));
            };
            body.insert("namespace".into(), own.as_str().into());
        } else {
            body.insert("apiGroup".into(), API_GROUP.into());
        }
        subjects.push(Value::from(body));
    }
    subjects.sort_by_cached_key(Value::to_string);
    subjects.dedup();
    let mut body = Map::new();
    let role = &binding.role_ref;
    let role_ref = json!({"apiGroup": API_GROUP, "kind": role.kind.as_str(), "name": role.name.as_str()});
    body.insert("roleRef".into(), role_ref);
    body.insert("subjects".into(), subjects.into());
    object(spec, binding.kind_word(), RBAC_VERSION, &binding.meta, namespace.as_ref(), body)
}

/// What a reviewer of tokens needs in the cluster: the account, the right to review, and the Secret in which
/// Kubernetes (1.24 and later only on request) puts a token that does not end.
fn reviewer_objects(spec: &Spec, reviewer: &Reviewer) -> Result<Vec<Object>, EmitError> {
    let meta = |name: String| ObjectMeta {
        name: Spanned::new(name, reviewer.span),
        namespace: None,
        labels: Vec::new(),
        annotations: Vec::new(),
        span: reviewer.span,
    };
    let account = reviewer.service_account.as_str();
    let namespace = &reviewer.namespace;
    let mut secret_meta = meta(reviewer_secret(reviewer));
    secret_meta.annotations.push((
        Spanned::new("kubernetes.io/service-account.name".to_owned(), reviewer.span),
        reviewer.service_account.clone(),
    ));
    let fields = |value: Value| match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    Ok(vec![
        object(
            spec,
            "ServiceAccount",
            "v1",
            &meta(account.to_owned()),
            Some(namespace),
            fields(json!({"automountServiceAccountToken": false})),
        )?,
        object(
            spec,
            "Secret",
            "v1",
            &secret_meta,
            Some(namespace),
            fields(json!({"type": "kubernetes.io/service-account-token"})),
        )?,
        object(
            spec,
            "ClusterRoleBinding",
            RBAC_VERSION,
            &meta(format!("{namespace}:{account}:auth-delegator")),
            None,
            fields(json!({
                "roleRef": {"apiGroup": API_GROUP, "kind": "ClusterRole", "name": "system:auth-delegator"},
                "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": namespace.as_str()}],
            })),
        )?,
    ])
}
