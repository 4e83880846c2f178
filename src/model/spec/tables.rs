//! The one description of the Access spec. Checker, JSON Schema and documentation follow it.

use super::names::{
    ANYTHING, BOUND_NAME, FILLED, MOUNT_PATH, NAMESPACE, POLICY_NAME, RBAC_NAME, ROLE_NAME, SECRET_PATH,
    SERVICE_ACCOUNT, VERSION,
};
use super::shape::{Count, FieldTable, Group, Key, Object, Shape};
use crate::model::vault::auth_role::{AUTH_CONFIG, AUTH_MOUNT, AUTH_ROLE};
use crate::model::vault::field::{FieldKind, FieldSpec};
use crate::model::vault::mount::MOUNT;
use crate::model::vault::secrets_role::{SECRETS_CONFIG, SECRETS_ROLE};

/// What a grant may allow on the secrets of a key-value mount.
pub const KV_WORDS: &[&str] = &["read", "list", "write", "patch", "delete", "undelete", "destroy"];
/// What a grant may allow on roles of a database mount.
pub const DATABASE_WORDS: &[&str] = &["credentials", "static"];
/// What a grant may allow on roles of a PKI mount.
pub const PKI_WORDS: &[&str] = &["issue", "sign"];
/// What a grant may allow on keys of a transit mount.
pub const TRANSIT_WORDS: &[&str] =
    &["encrypt", "decrypt", "rewrap", "sign", "verify", "hmac", "datakey", "read"];
/// What a grant may allow on roles of a Kubernetes secrets engine.
pub const KUBERNETES_WORDS: &[&str] = &["credentials"];

const CAPABILITIES: &[&str] =
    &["create", "read", "update", "patch", "delete", "list", "sudo", "deny", "scan", "subscribe", "recover"];
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

/// The whole document.
pub static ACCESS: Object = Object {
    keys: &[
        required("apiVersion", Shape::Choice(&["rolewright/v1"]), "version of this format"),
        required("kind", Shape::Choice(&["Access"]), "kind of document"),
        required("name", Shape::Name(&FILLED), "name of the spec, for reports and headers"),
        optional("$schema", Shape::Text, "JSON Schema for editors"),
        optional("target", Shape::Object(&TARGET), "the servers that the spec is written for"),
        optional("vault", Shape::Object(&VAULT), "what Vault or OpenBao will hold"),
        optional("kubernetes", Shape::Object(&KUBERNETES), "what Kubernetes will hold"),
        optional("grants", Shape::List(0, &Shape::Object(&GRANT)), "intent, compiled to policies and roles"),
        optional("expect", Shape::List(0, &Shape::Object(&EXPECT)), "claims to be proved"),
    ],
    ..object("an Access spec", "Who may read what: Vault policies and roles, Kubernetes RBAC")
};

static TARGET: Object = Object {
    keys: &[
        optional("vault", Shape::Name(&VERSION), "version of Vault"),
        optional("openbao", Shape::Name(&VERSION), "version of OpenBao"),
        optional("kubernetes", Shape::Name(&VERSION), "version of Kubernetes"),
    ],
    groups: &[Group { keys: &["vault", "openbao"], count: Count::AtMostOne }],
    ..object("a target", "Versions of the servers; they decide questions on which servers differ")
};

static VAULT: Object = Object {
    keys: &[
        optional("namespace", Shape::Text, "Enterprise or OpenBao namespace of everything here"),
        optional(
            "mounts",
            Shape::Map(&MOUNT_PATH, &Shape::Object(&SECRETS_MOUNT)),
            "secrets engines by path",
        ),
        optional(
            "auth",
            Shape::Map(&MOUNT_PATH, &Shape::Object(&AUTH)),
            "auth methods by path, without `auth/`",
        ),
        optional("policies", Shape::Map(&POLICY_NAME, &Shape::Object(&POLICY)), "ACL policies by name"),
        optional(
            "secrets_engines",
            Shape::Map(&MOUNT_PATH, &Shape::Object(&ENGINE)),
            "Kubernetes secrets engines by path",
        ),
    ],
    ..object("`vault`", "What Vault or OpenBao will hold")
};

static SECRETS_MOUNT: Object = Object {
    keys: &[required(
        "type",
        Shape::Name(&FILLED),
        "type of the engine: `kv`, `database`, `pki`, `transit`, …",
    )],
    fields: Some(FieldTable { rows: &MOUNT, prefix: "", reported_by_rule: false }),
    ..object("a mount", "A secrets engine; beside `type`, the settings of `vault secrets enable`")
};

static AUTH: Object = Object {
    keys: &[
        optional("type", Shape::Choice(&["kubernetes"]), "the auth method; `kubernetes` if left out"),
        optional("config", Shape::Object(&AUTH_CONFIG_OBJECT), "`auth/PATH/config`"),
        optional(
            "roles",
            Shape::Map(&ROLE_NAME, &Shape::Object(&AUTH_ROLE_OBJECT)),
            "`auth/PATH/role/NAME` by name",
        ),
    ],
    fields: Some(FieldTable { rows: &AUTH_MOUNT, prefix: "", reported_by_rule: false }),
    ..object(
        "an auth mount",
        "A Kubernetes auth method; beside these keys, the settings of `vault auth enable`",
    )
};

static AUTH_CONFIG_OBJECT: Object = Object {
    keys: &[optional(
        "reviewer",
        Shape::Object(&REVIEWER),
        "service account that reviews tokens, made by `compile`",
    )],
    fields: Some(FieldTable { rows: &AUTH_CONFIG, prefix: "", reported_by_rule: false }),
    ..object("an auth config", "Fields of `auth/PATH/config`")
};

static REVIEWER: Object = Object {
    keys: &[
        required("service_account", Shape::Name(&SERVICE_ACCOUNT), "name of the service account"),
        required("namespace", Shape::Name(&NAMESPACE), "its Kubernetes namespace"),
    ],
    ..object("a reviewer", "Service account that may review tokens, with its binding and long-lived token")
};

static AUTH_ROLE_OBJECT: Object = Object {
    fields: Some(FieldTable { rows: &AUTH_ROLE, prefix: "", reported_by_rule: true }),
    ..object("an auth role", "Fields of `auth/PATH/role/NAME`")
};

static POLICY: Object = Object {
    keys: &[
        optional("path", Shape::Map(&FILLED, &Shape::Object(&PATH_RULE)), "path rules by path"),
        optional("hcl", Shape::Text, "the policy as HCL or JSON text"),
        optional("file", Shape::Name(&FILLED), "a policy file, relative to the spec"),
    ],
    groups: &[Group { keys: &["path", "hcl", "file"], count: Count::ExactlyOne }],
    ..object("a policy", "An ACL policy, in one of three forms")
};

static PATH_RULE: Object = Object {
    keys: &[
        optional("capabilities", Shape::List(0, &Shape::Word(CAPABILITIES)), "what the path may be used for"),
        optional("policy", Shape::Text, "deprecated shorthand for `capabilities`"),
        optional("allowed_parameters", PARAMETERS, "parameters that a request may carry, with their values"),
        optional("denied_parameters", PARAMETERS, "parameters that a request may not carry"),
        optional("required_parameters", Shape::List(0, &Shape::Text), "parameters that a request must carry"),
        optional("min_wrapping_ttl", Shape::Duration, "shortest wrapping that a request must ask for"),
        optional("max_wrapping_ttl", Shape::Duration, "longest wrapping that a request may ask for"),
        optional("comment", Shape::Text, "text for people; servers take it and drop it"),
    ],
    elsewhere: "write the policy as `hcl:` text for what has no key here",
    ..object("a path rule", "What a token may do on a path pattern")
};

const PARAMETERS: Shape = Shape::Map(&ANYTHING, &Shape::List(0, &Shape::Value));

static ENGINE: Object = Object {
    keys: &[
        optional("type", Shape::Choice(&["kubernetes"]), "`kubernetes`; other engines stand under `mounts`"),
        optional("config", Shape::Object(&SECRETS_CONFIG_OBJECT), "`PATH/config`"),
        optional(
            "roles",
            Shape::Map(&ROLE_NAME, &Shape::Object(&SECRETS_ROLE_OBJECT)),
            "`PATH/roles/NAME` by name",
        ),
    ],
    fields: Some(FieldTable { rows: &MOUNT, prefix: "", reported_by_rule: false }),
    ..object(
        "a secrets engine",
        "A Kubernetes secrets engine; beside these keys, the settings of `vault secrets enable`",
    )
};

static SECRETS_CONFIG_OBJECT: Object = Object {
    fields: Some(FieldTable { rows: &SECRETS_CONFIG, prefix: "", reported_by_rule: true }),
    ..object("a secrets engine config", "Fields of `PATH/config`")
};

static SECRETS_ROLE_OBJECT: Object = Object {
    fields: Some(FieldTable { rows: &SECRETS_ROLE, prefix: "", reported_by_rule: true }),
    ..object("a secrets role", "Fields of `PATH/roles/NAME`")
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

static KUBERNETES: Object = Object {
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

static ACCOUNT: Object = Object {
    keys: &[
        required("name", Shape::Name(&SERVICE_ACCOUNT), "its name"),
        required("namespace", Shape::Name(&NAMESPACE), "its Kubernetes namespace"),
        optional("labels", LABELS, "labels"),
        optional("annotations", LABELS, "annotations"),
        optional("automountServiceAccountToken", Shape::Bool, "whether pods get its token unasked"),
    ],
    ..object("a service account", "A ServiceAccount")
};

const LABELS: Shape = Shape::Map(&FILLED, &Shape::Text);

static RBAC_ROLE: Object = Object {
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

static RBAC_RULE: Object = Object {
    keys: &[
        optional("apiGroups", Shape::List(0, &Shape::Text), "API groups; `\"\"` is the core group"),
        optional("resources", Shape::List(0, &Shape::Text), "resources, in the plural, with `/subresource`"),
        optional("resourceNames", Shape::List(0, &Shape::Text), "only objects of these names"),
        optional("nonResourceURLs", Shape::List(0, &Shape::Text), "URL paths that are no resources"),
        required("verbs", Shape::List(1, &Shape::Word(VERBS)), "verbs"),
    ],
    ..object("an RBAC rule", "A PolicyRule of Kubernetes")
};

static SUBJECT: Object = Object {
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

static BINDING: Object = Object {
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

static ROLE_REF: Object = Object {
    keys: &[
        required("kind", Shape::Choice(&["Role", "ClusterRole"]), "kind of the role"),
        required("name", Shape::Name(&RBAC_NAME), "name of the role"),
        optional("apiGroup", Shape::Choice(&["rbac.authorization.k8s.io"]), "always the same"),
    ],
    ..object("a roleRef", "The role of a binding")
};

static GRANT: Object = Object {
    keys: &[
        required("name", Shape::Name(&ROLE_NAME), "name of the policy and of the auth role"),
        required("to", Shape::Object(&GRANT_TO), "who gets it"),
        optional("kv", Shape::OneOrMore(&Shape::Object(&GRANT_KV)), "secrets of key-value mounts"),
        optional(
            "database",
            Shape::OneOrMore(&Shape::Object(&GRANT_DATABASE)),
            "credentials of database roles",
        ),
        optional("pki", Shape::OneOrMore(&Shape::Object(&GRANT_PKI)), "certificates of PKI roles"),
        optional("transit", Shape::OneOrMore(&Shape::Object(&GRANT_TRANSIT)), "keys of transit mounts"),
        optional(
            "kubernetes",
            Shape::OneOrMore(&Shape::Object(&GRANT_KUBERNETES)),
            "service account tokens of a Kubernetes secrets engine",
        ),
    ],
    fields: Some(FieldTable { rows: &AUTH_ROLE, prefix: "token_", reported_by_rule: false }),
    groups: &[Group { keys: &["kv", "database", "pki", "transit", "kubernetes"], count: Count::AtLeastOne }],
    ..object(
        "a grant",
        "Intent, compiled to a least-privilege policy and an auth role; `token_…` fields go to the role",
    )
};

static GRANT_TO: Object = Object {
    keys: &[
        required("service_accounts", Shape::List(1, &Shape::Name(&BOUND_NAME)), "names of service accounts"),
        required("namespaces", Shape::List(1, &Shape::Name(&BOUND_NAME)), "their Kubernetes namespaces"),
        optional("mount", Shape::Name(&MOUNT_PATH), "auth mount; the only one, or `kubernetes`, if left out"),
        optional("audience", Shape::Text, "the audience that their JWT must be made for"),
    ],
    ..object("`to` of a grant", "Who gets a grant: these service accounts in each of these namespaces")
};

static GRANT_KV: Object = Object {
    keys: &[
        MOUNT_KEY,
        required(
            "secrets",
            Shape::Map(&SECRET_PATH, &Shape::List(1, &Shape::Choice(KV_WORDS))),
            "operations by secret, without `data/`",
        ),
    ],
    ..object("`kv` of a grant", "Secrets of a key-value mount")
};

static GRANT_DATABASE: Object = Object {
    keys: &[
        MOUNT_KEY,
        required(
            "roles",
            Shape::Map(&SECRET_PATH, &Shape::List(1, &Shape::Choice(DATABASE_WORDS))),
            "operations by role",
        ),
    ],
    ..object("`database` of a grant", "Credentials of a database mount")
};

static GRANT_PKI: Object = Object {
    keys: &[
        MOUNT_KEY,
        required(
            "roles",
            Shape::Map(&SECRET_PATH, &Shape::List(1, &Shape::Choice(PKI_WORDS))),
            "operations by role",
        ),
    ],
    ..object("`pki` of a grant", "Certificates of a PKI mount")
};

static GRANT_TRANSIT: Object = Object {
    keys: &[
        MOUNT_KEY,
        required(
            "keys",
            Shape::Map(&SECRET_PATH, &Shape::List(1, &Shape::Choice(TRANSIT_WORDS))),
            "operations by key",
        ),
    ],
    ..object("`transit` of a grant", "Keys of a transit mount")
};

static GRANT_KUBERNETES: Object = Object {
    keys: &[
        MOUNT_KEY,
        required(
            "roles",
            Shape::Map(&SECRET_PATH, &Shape::List(1, &Shape::Choice(KUBERNETES_WORDS))),
            "operations by role",
        ),
    ],
    ..object("`kubernetes` of a grant", "Tokens of a Kubernetes secrets engine")
};

const MOUNT_KEY: Key = required("mount", Shape::Name(&MOUNT_PATH), "path of the mount");

static EXPECT: Object = Object {
    keys: &[
        optional("who", Shape::Name(&FILLED), "`NAMESPACE/SERVICEACCOUNT`, `role:NAME` or `policy:NAME`"),
        optional("nobody", Shape::True, "nobody at all"),
        optional("nobody_except", Shape::List(1, &Shape::Name(&FILLED)), "nobody but these"),
        optional("only", Shape::List(1, &Shape::Name(&FILLED)), "all of these and nobody else"),
        optional("everybody_in", Shape::Name(&NAMESPACE), "every service account of a Kubernetes namespace"),
        optional("can", Shape::List(1, &Shape::Name(&FILLED)), "capabilities or verbs that are allowed"),
        optional("cannot", Shape::List(1, &Shape::Name(&FILLED)), "capabilities or verbs that are refused"),
        required("on", Shape::Name(&FILLED), "request path in Vault, or resource in Kubernetes"),
        optional("in", Shape::Name(&NAMESPACE), "Kubernetes namespace of a Kubernetes question"),
    ],
    groups: &[
        Group { keys: &["who", "nobody", "nobody_except", "only", "everybody_in"], count: Count::ExactlyOne },
        Group { keys: &["can", "cannot"], count: Count::ExactlyOne },
    ],
    ..object("an expectation", "A claim about access, proved by `rolewright test`")
};

const fn object(name: &'static str, doc: &'static str) -> Object {
    Object { name, doc, keys: &[], fields: None, groups: &[], elsewhere: "" }
}

const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, shape, required: true, doc }
}

const fn optional(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, shape, required: false, doc }
}

/// Every table of Vault fields that the spec uses, by the endpoint's name.
pub static FIELD_TABLES: [(&str, &[FieldSpec]); 6] = [
    ("auth mount", &AUTH_MOUNT),
    ("auth config", &AUTH_CONFIG),
    ("auth role", &AUTH_ROLE),
    ("mount", &MOUNT),
    ("secrets engine config", &SECRETS_CONFIG),
    ("secrets role", &SECRETS_ROLE),
];
