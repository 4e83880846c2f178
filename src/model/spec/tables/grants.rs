//! `grants:`.

use super::{object, optional, required};
use crate::model::spec::names::{BOUND_NAME, MOUNT_PATH, ROLE_NAME, SECRET_PATH};
use crate::model::spec::shape::{Count, FieldTable, Group, Key, Object, Shape};
use crate::model::vault::auth_role::AUTH_ROLE;

// What a grant may allow on the secrets of a key-value mount.
const KV_WORDS: &[&str] = &["read", "list", "write", "patch", "delete", "undelete", "destroy"];
// What a grant may allow on roles of a database mount.
const DATABASE_WORDS: &[&str] = &["credentials", "static"];
// What a grant may allow on roles of a PKI mount.
const PKI_WORDS: &[&str] = &["issue", "sign"];
// What a grant may allow on keys of a transit mount.
const TRANSIT_WORDS: &[&str] = &["encrypt", "decrypt", "rewrap", "sign", "verify", "hmac", "datakey", "read"];
// What a grant may allow on roles of a Kubernetes secrets engine.
const KUBERNETES_WORDS: &[&str] = &["credentials"];

pub(super) static GRANT: Object = Object {
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
