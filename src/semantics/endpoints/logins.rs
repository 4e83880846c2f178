//! The endpoints of the auth methods `token`, `kubernetes` and `approle`, below their mounts.
//!
//! Source: `sys/internal/specs/openapi` of OpenBao 2.7.2; whether a write asks for `create` was tried with a token of that capability alone.

use super::Endpoint;

pub(super) static TOKEN: &[Endpoint] = &[
    Endpoint("accessors", "l"),
    Endpoint("create", "u"),
    Endpoint("create-orphan", "u"),
    Endpoint("create/+", "u"),
    Endpoint("lookup", "ru"),
    Endpoint("lookup-accessor", "u"),
    Endpoint("lookup-self", "ru"),
    Endpoint("renew", "u"),
    Endpoint("renew-accessor", "u"),
    Endpoint("renew-self", "u"),
    Endpoint("revoke", "u"),
    Endpoint("revoke-accessor", "u"),
    Endpoint("revoke-orphan", "u"),
    Endpoint("revoke-self", "u"),
    Endpoint("roles", "l"),
    Endpoint("roles/+", "crud"),
    Endpoint("tidy", "u"),
];

pub(super) static KUBERNETES_AUTH: &[Endpoint] =
    &[Endpoint("config", "ru"), Endpoint("login", "uo"), Endpoint("role", "l"), Endpoint("role/+", "crud")];

pub(super) static APPROLE: &[Endpoint] = &[
    Endpoint("login", "uo"),
    Endpoint("role", "l"),
    Endpoint("role/+", "crud"),
    Endpoint("role/+/bind-secret-id", "rud"),
    Endpoint("role/+/bound-cidr-list", "rud"),
    Endpoint("role/+/custom-secret-id", "u"),
    Endpoint("role/+/local-secret-ids", "r"),
    Endpoint("role/+/period", "rud"),
    Endpoint("role/+/policies", "rud"),
    Endpoint("role/+/role-id", "ru"),
    Endpoint("role/+/secret-id", "ul"),
    Endpoint("role/+/secret-id-accessor/destroy", "ud"),
    Endpoint("role/+/secret-id-accessor/lookup", "u"),
    Endpoint("role/+/secret-id-bound-cidrs", "rud"),
    Endpoint("role/+/secret-id-num-uses", "rud"),
    Endpoint("role/+/secret-id-ttl", "rud"),
    Endpoint("role/+/secret-id/destroy", "ud"),
    Endpoint("role/+/secret-id/lookup", "u"),
    Endpoint("role/+/token-bound-cidrs", "rud"),
    Endpoint("role/+/token-max-ttl", "rud"),
    Endpoint("role/+/token-num-uses", "rud"),
    Endpoint("role/+/token-ttl", "rud"),
    Endpoint("tidy/secret-id", "u"),
];
