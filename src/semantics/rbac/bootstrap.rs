//! The roles and bindings of every cluster whose rules are short and the same everywhere, as objects.
//!
//! `admin`, `edit`, `view` and the roles of controllers are not among them: their rules differ between versions, and
//! installed extensions add to them.
//!
//! Source: kubernetes `plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go`.

use std::sync::OnceLock;

use crate::model::kube::binding::Binding;
use crate::model::kube::rbac::RbacRole;
use crate::model::lower::{self, Lowered};
use crate::model::project::Settings;
use crate::syntax::{Source, SourceId};

/// The source of these objects: no text of the inputs has this id.
pub const BUILT_IN: SourceId = SourceId(u32::MAX);

/// The roles, `cluster-admin` among them.
pub fn roles() -> &'static [RbacRole] {
    &objects().rbac_roles
}

/// The bindings of these roles to the groups that everybody is in.
pub fn bindings() -> &'static [Binding] {
    &objects().bindings
}

fn objects() -> &'static Lowered {
    static OBJECTS: OnceLock<Lowered> = OnceLock::new();
    OBJECTS.get_or_init(|| {
        let name = "bootstrap-policy.yaml".to_owned();
        let source = Source { id: BUILT_IN, name, text: TEXT.to_owned(), bom: false };
        lower::file(&source, &Settings::default())
    })
}

const TEXT: &str = r#"
apiVersion: v1
kind: List
items:
- apiVersion: rbac.authorization.k8s.io/v1
  kind: ClusterRole
  metadata: {name: cluster-admin}
  rules:
  - {apiGroups: ["*"], resources: ["*"], verbs: ["*"]}
  - {nonResourceURLs: ["*"], verbs: ["*"]}
- apiVersion: rbac.authorization.k8s.io/v1
  kind: ClusterRole
  metadata: {name: "system:auth-delegator"}
  rules:
  - {apiGroups: [authentication.k8s.io], resources: [tokenreviews], verbs: [create]}
  - {apiGroups: [authorization.k8s.io], resources: [subjectaccessreviews], verbs: [create]}
- apiVersion: rbac.authorization.k8s.io/v1
  kind: ClusterRole
  metadata: {name: "system:basic-user"}
  rules:
  - {apiGroups: [authorization.k8s.io], resources: [selfsubjectaccessreviews, selfsubjectrulesreviews], verbs: [create]}
  - {apiGroups: [authentication.k8s.io], resources: [selfsubjectreviews], verbs: [create]}
- apiVersion: rbac.authorization.k8s.io/v1
  kind: ClusterRole
  metadata: {name: "system:discovery"}
  rules:
  - nonResourceURLs: [/livez, /readyz, /healthz, /version, /version/, /openapi, /openapi/*, /api, /api/*, /apis, /apis/*]
    verbs: [get]
- apiVersion: rbac.authorization.k8s.io/v1
  kind: ClusterRole
  metadata: {name: "system:public-info-viewer"}
  rules:
  - {nonResourceURLs: [/livez, /readyz, /healthz, /version, /version/], verbs: [get]}
- apiVersion: rbac.authorization.k8s.io/v1
  kind: ClusterRole
  metadata: {name: "system:service-account-issuer-discovery"}
  rules:
  - nonResourceURLs: [/.well-known/openid-configuration, /.well-known/openid-configuration/, /openid/v1/jwks, /openid/v1/jwks/]
    verbs: [get]
- apiVersion: rbac.authorization.k8s.io/v1
  kind: ClusterRoleBinding
  metadata: {name: cluster-admin}
  roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
  subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:masters"}]
- apiVersion: rbac.authorization.k8s.io/v1
  kind: ClusterRoleBinding
  metadata: {name: "system:basic-user"}
  roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "system:basic-user"}
  subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:authenticated"}]
- apiVersion: rbac.authorization.k8s.io/v1
  kind: ClusterRoleBinding
  metadata: {name: "system:discovery"}
  roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "system:discovery"}
  subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:authenticated"}]
- apiVersion: rbac.authorization.k8s.io/v1
  kind: ClusterRoleBinding
  metadata: {name: "system:public-info-viewer"}
  roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "system:public-info-viewer"}
  subjects:
  - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:authenticated"}
  - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:unauthenticated"}
- apiVersion: rbac.authorization.k8s.io/v1
  kind: ClusterRoleBinding
  metadata: {name: "system:service-account-issuer-discovery"}
  roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "system:service-account-issuer-discovery"}
  subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:serviceaccounts"}]
"#;
