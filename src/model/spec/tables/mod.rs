//! The one description of the Access spec. Checker, JSON Schema and documentation follow it.

mod grants;
mod kubernetes;

pub use self::kubernetes::object_of;

use self::grants::GRANT;
use self::kubernetes::KUBERNETES;
use super::names::{
    ANYTHING, FILLED, MOUNT_PATH, NAMESPACE, NAMESPACE_OR_ALL, POLICY_NAME, ROLE_NAME, SERVICE_ACCOUNT,
    SPEC_NAME, VAULT_NAMESPACE, VERSION,
};
use super::shape::{Count, FieldTable, Group, Key, Object, Shape};
use crate::model::vault::auth_role::{AUTH_CONFIG, AUTH_MOUNT, AUTH_ROLE};
use crate::model::vault::field::FieldSpec;
use crate::model::vault::mount::MOUNT;
use crate::model::vault::secrets_role::{SECRETS_CONFIG, SECRETS_ROLE};

const CAPABILITIES: &[&str] =
    &["create", "read", "update", "patch", "delete", "list", "sudo", "deny", "scan", "subscribe", "recover"];
/// The whole document.
pub static ACCESS: Object = Object {
    keys: &[
        required("apiVersion", Shape::Choice(&["rolewright/v1"]), "version of this format"),
        required("kind", Shape::Choice(&["Access"]), "kind of document"),
        required(
            "name",
            Shape::Name(&SPEC_NAME),
            "name of the spec; a label of every Kubernetes object made of it",
        ),
        optional("$schema", Shape::Text, "JSON Schema for editors"),
        optional("target", Shape::Object(&TARGET), "the servers that the spec is written for"),
        optional("vault", Shape::Object(&VAULT), "what Vault or OpenBao will hold"),
        optional("kubernetes", Shape::Object(&KUBERNETES), "what Kubernetes will hold"),
        optional("grants", Shape::List(0, &Shape::Object(&GRANT)), "intent, compiled to policies and roles"),
        optional("expect", Shape::List(0, &Shape::Object(&EXPECT)), "claims to be proved"),
    ],
    ..object("an Access spec", "Who may read what: Vault policies and roles, Kubernetes RBAC")
};

/// A document of expectations alone.
pub static ACCESS_TEST: Object = Object {
    keys: &[
        required("apiVersion", Shape::Choice(&["rolewright/v1"]), "version of this format"),
        required("kind", Shape::Choice(&["AccessTest"]), "kind of document"),
        required("name", Shape::Name(&FILLED), "name of the tests, for reports"),
        optional("$schema", Shape::Text, "JSON Schema for editors"),
        optional("target", Shape::Object(&TARGET), "the servers that the claims are about"),
        required("expect", Shape::List(1, &Shape::Object(&EXPECT)), "claims to be proved"),
    ],
    ..object("an access test", "Claims about who may read what, proved by `rolewright test`")
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
        optional(
            "namespace",
            Shape::Name(&VAULT_NAMESPACE),
            "Enterprise or OpenBao namespace of everything here",
        ),
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
    fields: Some(FieldTable { rows: &AUTH_CONFIG, prefix: "", reported_by_rule: true }),
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

static EXPECT: Object = Object {
    keys: &[
        optional("name", Shape::Name(&FILLED), "what the claim is called in reports"),
        optional(
            "who",
            Shape::Name(&FILLED),
            "`NAMESPACE/SERVICEACCOUNT`, the same with `@ROLE`, `role:NAME` or `policy:NAME`",
        ),
        optional("nobody", Shape::True, "nobody at all"),
        optional(
            "nobody_except",
            Shape::List(1, &Shape::Name(&FILLED)),
            "nobody but these; of Kubernetes also `user:NAME` and `group:NAME`",
        ),
        optional(
            "only",
            Shape::List(1, &Shape::Name(&FILLED)),
            "all of these and nobody else; of Kubernetes also `user:NAME` and `group:NAME`",
        ),
        optional("everybody_in", Shape::Name(&NAMESPACE), "every service account of a Kubernetes namespace"),
        optional("can", Shape::List(1, &Shape::Name(&FILLED)), "capabilities or verbs that are allowed"),
        optional("cannot", Shape::List(1, &Shape::Name(&FILLED)), "capabilities or verbs that are refused"),
        optional("never", Shape::Object(&NEVER), "what they cannot come to by any way, however long"),
        optional(
            "on",
            Shape::Name(&FILLED),
            "request path in Vault; with `in`, resource in Kubernetes such as `secrets`, `serviceaccounts/token` or \
             `deployments.apps`, or a path of the API server such as `/metrics`; patterns speak of all that they match",
        ),
        optional(
            "in",
            Shape::Name(&NAMESPACE_OR_ALL),
            "Kubernetes namespace of a Kubernetes question; `*` for all of them and for what lies outside",
        ),
        optional("named", Shape::Name(&FILLED), "name of the object of a Kubernetes question; `*` for any"),
    ],
    groups: &[
        Group { keys: &["who", "nobody", "nobody_except", "only", "everybody_in"], count: Count::ExactlyOne },
        Group { keys: &["can", "cannot", "never"], count: Count::ExactlyOne },
        Group { keys: &["on", "never"], count: Count::ExactlyOne },
        Group { keys: &["only", "never"], count: Count::AtMostOne },
        Group { keys: &["in", "never"], count: Count::AtMostOne },
        Group { keys: &["named", "never"], count: Count::AtMostOne },
    ],
    ..object("an expectation", "A claim about access, proved by `rolewright test`")
};

static NEVER: Object = Object {
    keys: &[required(
        "escalate",
        Shape::TrueOr(&["vault", "cluster"]),
        "make themselves root-equivalent on Vault (`vault`), administrator of the cluster (`cluster`), or either (`true`)",
    )],
    ..object("`never`", "What nobody of those spoken of can come to")
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
