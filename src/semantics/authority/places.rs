//! The authorities and their endpoints.
//!
//! Source: `internal/vault/logical_system.go`, `token_store.go`, `identity_store*.go` and the engines of OpenBao, the API
//! pages of Vault; `sudo` as in [`is_root_protected`](crate::semantics::acl::is_root_protected).

use super::Authority;
use crate::semantics::endpoints::Api;

const fn full(what: &'static str, places: &'static [(&'static str, &'static str)]) -> Authority {
    Authority { what, api: None, places, except: &[] }
}

const fn below(api: Api, what: &'static str, places: &'static [(&'static str, &'static str)]) -> Authority {
    Authority { what, api: Some(api), places, except: &[] }
}

/// Every authority; the first [`LIKE_ROOT`] of them are as good as root.
pub static ALL: &[&Authority] = &[
    &POLICY_WRITE,
    &AUTH_ROLE_WRITE,
    &AUTH_METHOD_WRITE,
    &TOKEN_ROLE_WRITE,
    &IDENTITY_WRITE,
    &RAW_STORAGE,
    &ROOT_KEYS,
    &PLUGIN_CATALOG,
    &TOKEN_CREATE,
    &AUDIT_DEVICES,
    &SECRET_IDS,
    &MOUNT_WRITE,
    &NAMESPACE_WRITE,
    &SNAPSHOTS,
    &SEAL,
    &MASS_REVOCATION,
    &SERVER_CONFIG,
    &PKI_AUTHORITY,
    &PKI_VERBATIM,
    &PKI_ROLES,
    &TRANSIT_EXPORT,
    &TRANSIT_KEYS,
    &DATABASE_ROLES,
    &KUBERNETES_ROLES,
];

/// How many of [`ALL`], from the start, are as good as root: their holder can give themselves everything.
pub(super) const LIKE_ROOT: usize = 8;

/// Policies.
pub static POLICY_WRITE: Authority =
    full("write any policy", &[("sys/policies/acl/*", "up"), ("sys/policy/*", "u")]);

/// What a login gets.
pub static AUTH_ROLE_WRITE: Authority = Authority {
    what: "choose the policies of logins",
    api: None,
    places: &[
        ("auth/+/role/+", "cu"),
        ("auth/+/roles/+", "cu"),
        ("auth/+/users/+", "cu"),
        ("auth/+/groups/+", "cu"),
        ("auth/+/certs/+", "cu"),
        ("auth/+/map/*", "cu"),
        ("auth/+/role/+/policies", "u"),
        ("auth/+/users/+/policies", "u"),
    ],
    except: &["auth/token/*"],
};

/// Auth methods. Tuning one changes its lifetimes, its headers and how it is listed, and gives nobody a policy.
pub static AUTH_METHOD_WRITE: Authority = Authority {
    what: "add and change auth methods",
    api: None,
    places: &[("sys/auth/*", "us"), ("auth/+/config", "cu")],
    except: &["auth/token/*", "sys/auth/+/tune", "sys/auth/+/+/tune", "sys/auth/+/+/+/tune"],
};

/// Tokens.
pub static TOKEN_CREATE: Authority = full(
    "create tokens",
    &[("auth/token/create-orphan", "u"), ("auth/token/create", "u"), ("auth/token/create/+", "u")],
);

/// Token roles.
pub static TOKEN_ROLE_WRITE: Authority = full("write token roles", &[("auth/token/roles/+", "cu")]);

/// Entities, groups and their aliases.
pub static IDENTITY_WRITE: Authority = full(
    "give policies to entities and groups",
    &[
        ("identity/group", "u"),
        ("identity/group/id/+", "u"),
        ("identity/group/name/+", "u"),
        ("identity/entity", "u"),
        ("identity/entity/id/+", "u"),
        ("identity/entity/name/+", "u"),
        ("identity/entity/merge", "u"),
        ("identity/entity-alias", "u"),
        ("identity/entity-alias/id/+", "u"),
        ("identity/alias", "u"),
        ("identity/alias/id/+", "u"),
        ("identity/persona", "u"),
        ("identity/persona/id/+", "u"),
        ("identity/group-alias", "u"),
        ("identity/group-alias/id/+", "u"),
    ],
);

/// The storage as it is.
pub static RAW_STORAGE: Authority =
    full("read and write the storage past all policies", &[("sys/raw/*", "crudls"), ("sys/raw", "crudls")]);

/// The keys above all others.
pub static ROOT_KEYS: Authority = full(
    "replace the root key or make root tokens",
    &[
        ("sys/generate-root-token/+", "u"),
        ("sys/rotate/root/+", "us"),
        ("sys/rotate/recovery/+", "us"),
        ("sys/rotate/root", "us"),
    ],
);

/// Plugins.
pub static PLUGIN_CATALOG: Authority = full(
    "have the server run other programs",
    &[("sys/plugins/catalog/*", "cus"), ("sys/plugins/runtimes/catalog/*", "cus")],
);

/// Audit devices.
pub static AUDIT_DEVICES: Authority = full("switch audit devices off", &[("sys/audit/*", "uds")]);

/// Credentials of AppRole.
pub static SECRET_IDS: Authority = full(
    "log in as an AppRole role",
    &[("auth/+/role/+/secret-id", "u"), ("auth/+/role/+/custom-secret-id", "u")],
);

/// Secrets engines.
pub static MOUNT_WRITE: Authority = Authority {
    what: "mount, tune and remove secrets engines",
    api: None,
    places: &[("sys/mounts/*", "ud"), ("sys/remount", "us")],
    except: &["sys/mounts/auth/*"],
};

/// Vault namespaces.
pub static NAMESPACE_WRITE: Authority = full("make and remove namespaces", &[("sys/namespaces/*", "cupd")]);

/// Copies of all data.
pub static SNAPSHOTS: Authority = full(
    "restore or copy the whole storage",
    &[
        ("sys/storage/raft/snapshot-force", "u"),
        ("sys/storage/raft/snapshot", "ru"),
        ("sys/storage/raft/snapshot-auto/config/*", "cus"),
    ],
);

/// Standstill.
pub static SEAL: Authority =
    full("stop the server for everybody", &[("sys/seal", "us"), ("sys/step-down", "us")]);

/// Leases of others.
pub static MASS_REVOCATION: Authority = full(
    "revoke the leases of others by the thousand",
    &[
        ("sys/leases/revoke-force/*", "us"),
        ("sys/leases/revoke-prefix/*", "us"),
        ("sys/revoke-force/*", "us"),
        ("sys/revoke-prefix/*", "us"),
    ],
);

/// Settings of the server.
pub static SERVER_CONFIG: Authority = full(
    "change settings of the server",
    &[
        ("sys/config/cors", "uds"),
        ("sys/config/ui/headers/+", "uds"),
        ("sys/config/auditing/request-headers/+", "uds"),
        ("sys/quotas/config", "u"),
        ("sys/quotas/rate-limit/+", "ud"),
        ("sys/quotas/lease-count/+", "ud"),
    ],
);

/// The certificate authority itself.
pub static PKI_AUTHORITY: Authority = below(
    Api::Pki,
    "make and replace certificate authorities",
    &[
        ("root/sign-intermediate", "u"),
        ("root/sign-self-issued", "us"),
        ("root/generate/+", "u"),
        ("root/rotate/+", "u"),
        ("root/replace", "u"),
        ("root", "ds"),
        ("issuer/+/sign-intermediate", "u"),
        ("issuer/+/sign-self-issued", "u"),
        ("issuer/+", "upd"),
        ("issuers/generate/root/+", "u"),
        ("issuers/import/+", "u"),
        ("intermediate/set-signed", "u"),
        ("intermediate/generate/+", "u"),
        ("intermediate/cross-sign", "u"),
        ("config/ca", "u"),
        ("config/issuers", "u"),
        ("keys/import", "u"),
    ],
);

/// Certificates without a role.
pub static PKI_VERBATIM: Authority = below(
    Api::Pki,
    "have any certificate signed",
    &[
        ("sign-verbatim", "u"),
        ("sign-verbatim/+", "u"),
        ("issuer/+/sign-verbatim", "u"),
        ("issuer/+/sign-verbatim/+", "u"),
    ],
);

/// What certificates may say.
pub static PKI_ROLES: Authority = below(Api::Pki, "write roles of the PKI engine", &[("roles/+", "cup")]);

/// Keys in clear.
pub static TRANSIT_EXPORT: Authority = below(
    Api::Transit,
    "take keys out of the transit engine",
    &[("export/+/+", "r"), ("export/+/+/+", "r"), ("backup/+", "r"), ("byok-export/+/+", "r")],
);

/// Keys and what they are for.
pub static TRANSIT_KEYS: Authority = below(
    Api::Transit,
    "destroy keys of the transit engine or make them exportable",
    &[("keys/+/config", "u"), ("keys/+", "d"), ("keys/+/trim", "u"), ("restore", "u"), ("restore/+", "u")],
);

/// What is run on databases.
pub static DATABASE_ROLES: Authority = below(
    Api::Database,
    "run statements of their own on the databases",
    &[("roles/+", "cu"), ("config/+", "cu"), ("static-roles/+", "cu")],
);

/// What is made in Kubernetes.
pub static KUBERNETES_ROLES: Authority = below(
    Api::Kubernetes,
    "make service accounts with rights of their choice",
    &[("roles/+", "cu"), ("config", "u")],
);
