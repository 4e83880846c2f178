//! The endpoints of the smaller secrets engines, below their mounts.
//!
//! Source: `sys/internal/specs/openapi` of OpenBao 2.7.2; whether a write asks for `create` was tried with a token of that capability alone.
//! What Vault alone has stands at the end without its operations.

use super::Endpoint;

pub(super) static KV1: &[Endpoint] = &[Endpoint("*", "crudln")];

pub(super) static KV2: &[Endpoint] = &[
    Endpoint("config", "ru"),
    Endpoint("data/*", "crupd"),
    Endpoint("delete/*", "u"),
    Endpoint("destroy/*", "u"),
    Endpoint("detailed-metadata/*", "ln"),
    Endpoint("metadata/*", "crupdln"),
    Endpoint("subkeys/*", "r"),
    Endpoint("undelete/*", "u"),
];

pub(super) static CUBBYHOLE: &[Endpoint] = &[Endpoint("*", "crudl")];

pub(super) static TRANSIT: &[Endpoint] = &[
    Endpoint("backup/+", "r"),
    Endpoint("byok-export/+/+", "r"),
    Endpoint("byok-export/+/+/+", "r"),
    Endpoint("cache-config", "ru"),
    Endpoint("config/keys", "ru"),
    Endpoint("datakey/+/+", "u"),
    Endpoint("decrypt/+", "u"),
    Endpoint("derive-key/+", "u"),
    Endpoint("encrypt/+", "cu"),
    Endpoint("export/+/+", "r"),
    Endpoint("export/+/+/+", "r"),
    Endpoint("hash", "u"),
    Endpoint("hash/+", "u"),
    Endpoint("hmac/+", "u"),
    Endpoint("hmac/+/+", "u"),
    Endpoint("keys", "l"),
    Endpoint("keys/+", "rud"),
    Endpoint("keys/+/config", "u"),
    Endpoint("keys/+/csr", "u"),
    Endpoint("keys/+/import", "u"),
    Endpoint("keys/+/import_version", "u"),
    Endpoint("keys/+/rotate", "u"),
    Endpoint("keys/+/set-certificate", "u"),
    Endpoint("keys/+/soft-delete", "d"),
    Endpoint("keys/+/soft-delete-restore", "u"),
    Endpoint("keys/+/trim", "u"),
    Endpoint("random", "u"),
    Endpoint("random/+", "u"),
    Endpoint("random/+/+", "u"),
    Endpoint("restore", "u"),
    Endpoint("restore/+", "u"),
    Endpoint("rewrap/+", "u"),
    Endpoint("sign/+", "u"),
    Endpoint("sign/+/+", "u"),
    Endpoint("verify/+", "u"),
    Endpoint("verify/+/+", "u"),
    Endpoint("wrapping_key", "r"),
    Endpoint("keys/+/*", "?"),
    Endpoint("cmac/*", "?"),
];

pub(super) static DATABASE: &[Endpoint] = &[
    Endpoint("config", "l"),
    Endpoint("config/+", "crud"),
    Endpoint("creds/+", "r"),
    Endpoint("reset/+", "u"),
    Endpoint("roles", "l"),
    Endpoint("roles/+", "crud"),
    Endpoint("rotate-root/+", "u"),
    Endpoint("static-creds/+", "r"),
    Endpoint("static-roles", "l"),
    Endpoint("static-roles/+", "crud"),
    Endpoint("rotate-role/+", "u"),
    Endpoint("skip-import-rotation/*", "?"),
];

pub(super) static KUBERNETES: &[Endpoint] = &[
    Endpoint("check", "r"),
    Endpoint("config", "rud"),
    Endpoint("creds/+", "u"),
    Endpoint("roles", "l"),
    Endpoint("roles/+", "crud"),
];

pub(super) static SSH: &[Endpoint] = &[
    Endpoint("config/ca", "rud"),
    Endpoint("config/issuers", "ru"),
    Endpoint("config/zeroaddress", "rud"),
    Endpoint("creds/+", "u"),
    Endpoint("issue/+", "u"),
    Endpoint("issuer/+", "rud"),
    Endpoint("issuer/+/public_key", "ro"),
    Endpoint("issuers", "l"),
    Endpoint("issuers/import", "u"),
    Endpoint("issuers/import/+", "u"),
    Endpoint("lookup", "u"),
    Endpoint("public_key", "ro"),
    Endpoint("roles", "l"),
    Endpoint("roles/+", "rud"),
    Endpoint("sign/+", "u"),
    Endpoint("tidy/dynamic-keys", "d"),
    Endpoint("verify", "uo"),
    Endpoint("keys/*", "?"),
];
