//! `kubernetes:` and what else is spelled as Kubernetes spells it.

use super::{object, optional, required};
use crate::model::spec::names::{FILLED, NAMESPACE, RBAC_NAME, SERVICE_ACCOUNT};
use crate::model::spec::shape::{Object, Shape};
use crate::model::vault::field::FieldKind;

const VERBS: &[&str] = &[
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "bind",
    "escalate",
    "impersonate",
    "use",
    "*",
];

pub(super) static KUBERNETES: Object = Object {
    keys: &[
        optional("service_accounts", Shape::List(0, &Shape::Object(&ACCOUNT)), "service accounts"),
        optional(
            "roles",
            Shape::List(0, &Shape::Object(&RBAC_ROLE)),
            "Roles and ClusterRoles, with their bindings",
        ),
        optional(
            "bindings",
            Shape::List(0, &Shape::Object(&BINDING)),
            "bindings of roles that exist elsewhere",
        ),
    ],
    ..object("`kubernetes`", "What Kubernetes will hold")
};

pub(super) static ACCOUNT: Object = Object {
    keys: &[
        required("name", Shape::Name(&SERVICE_ACCOUNT), "its name"),
        required("namespace", Shape::Name(&NAMESPACE), "its Kubernetes namespace"),
        optional("labels", LABELS, "labels"),
        optional("annotations", LABELS, "annotations"),
        optional("automountServiceAccountToken", Shape::Bool, "whether pods get its token unasked"),
    ],
    ..object("a service account", "A ServiceAccount")
};

pub(super) const LABELS: Shape = Shape::Map(&FILLED, &Shape::Text);

pub(super) static RBAC_ROLE: Object = Object {
    keys: &[
        required("name", Shape::Name(&RBAC_NAME), "its name, and that of its binding"),
        optional(
            "namespace",
            Shape::Name(&NAMESPACE),
            "its Kubernetes namespace; without one it is a ClusterRole",
        ),
        optional("labels", LABELS, "labels"),
        optional("annotations", LABELS, "annotations"),
        required("rules", Shape::List(0, &Shape::Object(&RBAC_RULE)), "what it allows"),
        optional(
            "subjects",
            Shape::List(0, &Shape::Object(&SUBJECT)),
            "whom a binding of the same name gives it to",
        ),
    ],
    ..object("an RBAC role", "A Role or ClusterRole; with `subjects`, its binding too")
};

pub(super) static RBAC_RULE: Object = Object {
    keys: &[
        optional("apiGroups", Shape::List(0, &Shape::Text), "API groups; `\"\"` is the core group"),
        optional("resources", Shape::List(0, &Shape::Text), "resources, in the plural, with `/subresource`"),
        optional("resourceNames", Shape::List(0, &Shape::Text), "only objects of these names"),
        optional("nonResourceURLs", Shape::List(0, &Shape::Text), "URL paths that are no resources"),
        required("verbs", Shape::List(1, &Shape::Word(VERBS)), "verbs"),
    ],
    ..object("an RBAC rule", "A PolicyRule of Kubernetes")
};

pub(super) static SUBJECT: Object = Object {
    keys: &[
        required("kind", Shape::Choice(&["ServiceAccount", "User", "Group"]), "kind of subject"),
        required("name", Shape::Name(&FILLED), "its name"),
        optional("namespace", Shape::Name(&NAMESPACE), "Kubernetes namespace of a service account"),
        optional(
            "apiGroup",
            Shape::Text,
            "`rbac.authorization.k8s.io` for users and groups, empty for service accounts",
        ),
    ],
    ..object("a subject", "Whom a binding gives a role to")
};

pub(super) static BINDING: Object = Object {
    keys: &[
        required("name", Shape::Name(&RBAC_NAME), "its name"),
        optional(
            "namespace",
            Shape::Name(&NAMESPACE),
            "its Kubernetes namespace; without one it is a ClusterRoleBinding",
        ),
        optional("labels", LABELS, "labels"),
        optional("annotations", LABELS, "annotations"),
        required("roleRef", Shape::Object(&ROLE_REF), "the role"),
        required("subjects", Shape::List(1, &Shape::Object(&SUBJECT)), "whom it gives the role to"),
    ],
    ..object("a binding", "A RoleBinding or ClusterRoleBinding of a role that exists elsewhere")
};

pub(super) static ROLE_REF: Object = Object {
    keys: &[
        required("kind", Shape::Choice(&["Role", "ClusterRole"]), "kind of the role"),
        required("name", Shape::Name(&RBAC_NAME), "name of the role"),
        optional("apiGroup", Shape::Choice(&["rbac.authorization.k8s.io"]), "always the same"),
    ],
    ..object("a roleRef", "The role of a binding")
};

/// The shape of the map form of a field that is sent as JSON text.
pub fn object_of(kind: FieldKind) -> &'static Object {
    if kind == FieldKind::RoleRules { &ROLE_RULES } else { &LABEL_SELECTOR }
}

static LABEL_SELECTOR: Object = Object {
    keys: &[
        optional("matchLabels", LABELS, "labels and the values that they must have"),
        optional(
            "matchExpressions",
            Shape::List(0, &Shape::Object(&MATCH_EXPRESSION)),
            "conditions on labels",
        ),
    ],
    ..object("a label selector", "A Kubernetes LabelSelector; an empty one selects everything")
};

static MATCH_EXPRESSION: Object = Object {
    keys: &[
        required("key", Shape::Name(&FILLED), "the label"),
        required("operator", Shape::Choice(&["In", "NotIn", "Exists", "DoesNotExist"]), "the condition"),
        optional("values", Shape::List(0, &Shape::Text), "the values, for `In` and `NotIn`"),
    ],
    ..object("a match expression", "A condition on a label")
};

static ROLE_RULES: Object = Object {
    keys: &[required("rules", Shape::List(0, &Shape::Object(&RBAC_RULE)), "RBAC rules")],
    ..object("generated role rules", "Rules of the Role or ClusterRole that the engine makes")
};
