//! Projects put together by hand, for what no file needs to say.
#![allow(dead_code)]

use rolewright::model::kube::ObjectMeta;
use rolewright::model::kube::binding::{Binding, RoleRef, Subject};
use rolewright::model::kube::rbac::{RbacRole, RbacRoleKind, RbacRule};
use rolewright::model::kube::service_account::ServiceAccount;
use rolewright::model::lower::Lowered;
use rolewright::model::project::{FileClass, Project, Settings, Target};
use rolewright::model::spec::Spec;
use rolewright::model::vault::auth_role::{
    AUTH_CONFIG, AUTH_MOUNT, AUTH_ROLE, AuthMount, AuthRole, Reviewer,
};
use rolewright::model::vault::duration::Seconds;
use rolewright::model::vault::field::{Field, FieldSpec, FieldValue, Fields};
use rolewright::model::vault::mount::{Confidence, Engine, KvVersion, MOUNT, Mount};
use rolewright::model::vault::policy::{Policy, PolicyOrigin};
use rolewright::model::vault::secrets_role::{KubernetesEngine, SECRETS_CONFIG, SECRETS_ROLE, SecretsRole};
use rolewright::syntax::{Source, SourceId, Sources, Span, Spanned};

/// A certificate that no key belongs to any more.
pub const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBbTCCAROgAwIBAgIUI601Cn4x0c0C0AppvF8PkdcKH1YwCgYIKoZIzj0EAwIw
DDEKMAgGA1UEAwwBeDAeFw0yNjExMjMwNjA1NTFaFw0zNjExMjAwNjA1NTFaMAwx
CjAIBgNVBAMMAXgwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARly7mG84412OzX
ssga1f3cdp9rjqPoO1wRqtOX5fPI1jyeJA/d4eHTXfn/XjNgz8v/X5geUrWMZ6mt
l7qMg/dro1MwUTAdBgNVHQ4EFgQUvAUxGudxCOmTkKa0U8TNnSrhBdIwHwYDVR0j
BBgwFoAUvAUxGudxCOmTkKa0U8TNnSrhBdIwDwYDVR0TAQH/BAUwAwEB/zAKBggq
hkjOPQQDAgNIADBFAiBC4hsUU/W2IYT2+pEC4luAwQ1xV7d4PeeraE9koDxeIwIh
AOYyph/uh081ZQ6EJx5vkrEmyNbJ/w1ArPolHiDS1vTm
-----END CERTIFICATE-----
";

/// The one span of everything here.
pub const HERE: Span = Span { source: SourceId(0), start: 0, end: 1 };

pub fn at<T>(value: T) -> Spanned<T> {
    Spanned::new(value, HERE)
}

pub fn text(value: &str) -> FieldValue {
    FieldValue::Text(value.to_owned())
}

pub fn list<S: AsRef<str>>(items: &[S]) -> FieldValue {
    FieldValue::List(items.iter().map(|item| at(item.as_ref().to_owned())).collect())
}

pub fn seconds(number: i64) -> FieldValue {
    FieldValue::Duration(Seconds(number))
}

pub fn map(pairs: &[(&str, &str)]) -> FieldValue {
    FieldValue::Map(pairs.iter().map(|(key, value)| (at((*key).into()), at((*value).into()))).collect())
}

pub fn fields(table: &'static [FieldSpec], values: Vec<(&str, FieldValue)>) -> Fields {
    let field = |(name, value): (&str, FieldValue)| Field {
        key: at(name.to_owned()),
        spec: table.iter().find(|spec| spec.name == name).unwrap(),
        value,
        span: HERE,
    };
    Fields { known: values.into_iter().map(field).collect(), unknown: Vec::new() }
}

pub fn meta(name: &str, namespace: Option<&str>) -> ObjectMeta {
    ObjectMeta {
        name: at(name.to_owned()),
        namespace: namespace.map(|namespace| at(namespace.to_owned())),
        labels: Vec::new(),
        annotations: Vec::new(),
        span: HERE,
    }
}

pub fn policy(name: &str, body: &str) -> Policy {
    Policy {
        name: at(name.to_owned()),
        span: HERE,
        origin: PolicyOrigin::SpecText,
        text: Some(body.to_owned()),
        path_rules: Vec::new(),
        refusals: Vec::new(),
        ignored: Vec::new(),
    }
}

pub fn kv_mount(path: &str, version: KvVersion, settings: Vec<(&str, FieldValue)>) -> Mount {
    Mount {
        path: path.to_owned(),
        engine: Engine::Kv(Some(version)),
        confidence: Confidence::Declared,
        evidence: HERE,
        scope: String::new(),
        settings: Some(fields(&MOUNT, settings)),
    }
}

pub fn auth_mount(path: &str) -> AuthMount {
    AuthMount {
        path: at(path.to_owned()),
        method: at("kubernetes".to_owned()),
        span: HERE,
        settings: fields(&AUTH_MOUNT, vec![]),
        config: Some(fields(
            &AUTH_CONFIG,
            vec![
                ("kubernetes_host", text("https://kubernetes.example/")),
                ("kubernetes_ca_cert", text(CERTIFICATE)),
                ("disable_local_ca_jwt", FieldValue::Bool(true)),
            ],
        )),
        config_span: Some(HERE),
        reviewer: None,
    }
}

pub fn reviewer(service_account: &str, namespace: &str) -> Reviewer {
    Reviewer {
        service_account: at(service_account.to_owned()),
        namespace: at(namespace.to_owned()),
        span: HERE,
    }
}

pub fn auth_role(mount: &str, name: &str, values: Vec<(&str, FieldValue)>) -> AuthRole {
    AuthRole {
        name: at(name.to_owned()),
        mount: mount.to_owned(),
        span: HERE,
        from_grant: false,
        fields: fields(&AUTH_ROLE, values),
    }
}

pub fn rule(group: &str, resources: &[&str], names: &[&str], verbs: &[&str]) -> RbacRule {
    let items = |items: &[&str]| items.iter().map(|item| at((*item).to_owned())).collect();
    RbacRule {
        span: HERE,
        api_groups: items(&[group]),
        resources: items(resources),
        resource_names: items(names),
        non_resource_urls: Vec::new(),
        verbs: items(verbs),
    }
}

/// A project from one spec named `built`.
pub fn assemble(fill: impl FnOnce(&mut Lowered)) -> Project {
    let source = Source { id: SourceId(0), name: "built.access.yaml".into(), text: " ".into(), bom: false };
    let mut lowered = Lowered::nothing(FileClass::Read);
    lowered.specs.push(Spec {
        name: at("built".to_owned()),
        span: HERE,
        target: Target::OpenBao,
        kubernetes_version: None,
        vault_namespace: None,
        policy_files: Vec::new(),
    });
    fill(&mut lowered);
    Project::assemble(Sources::new(vec![source]), vec![lowered], Settings::default())
}

/// A project that holds one of everything.
pub fn project() -> Project {
    assemble(|lowered| {
        lowered.mounts.push(kv_mount(
            "kv",
            KvVersion::V2,
            vec![("max_lease_ttl", seconds(86_400)), ("description", text("the team's \"secrets\""))],
        ));
        lowered.mounts.push(kv_mount("legacy", KvVersion::V1, vec![]));
        lowered.auth_mounts.push(auth_mount("kubernetes"));
        lowered.auth_roles.push(auth_role(
            "kubernetes",
            "App-Web",
            vec![
                ("bound_service_account_names", list(&["web", "worker"])),
                ("bound_service_account_namespaces", list(&["app"])),
                ("audience", text("vault")),
                ("token_policies", list(&["kv-app"])),
                ("token_ttl", seconds(3600)),
                ("token_max_ttl", seconds(14_400)),
                ("token_bound_cidrs", list(&["10.1.2.3/32", "10.0.0.0/8"])),
            ],
        ));
        lowered.policies.push(policy("KV-App", "path \"kv/data/app/*\" {\n  capabilities = [\"read\"]\n}"));
        lowered.engines.push(KubernetesEngine {
            path: at("kubernetes".to_owned()),
            span: HERE,
            settings: fields(&MOUNT, vec![]),
            config: Some(fields(
                &SECRETS_CONFIG,
                vec![("kubernetes_host", text("https://kubernetes.example"))],
            )),
            config_span: Some(HERE),
        });
        lowered.secrets_roles.push(SecretsRole {
            name: at("ci-deployer".to_owned()),
            mount: "kubernetes".to_owned(),
            span: HERE,
            fields: fields(
                &SECRETS_ROLE,
                vec![
                    ("allowed_kubernetes_namespaces", list(&["staging", "Apps"])),
                    ("generated_role_rules", text(r#"{"rules":[{"verbs":["get"]}]}"#)),
                    ("kubernetes_role_type", text("ClusterRole")),
                    ("token_default_ttl", seconds(900)),
                    ("extra_labels", map(&[("team", "apps"), ("tier", "ci")])),
                ],
            ),
        });
        lowered.service_accounts.push(ServiceAccount { meta: meta("web", Some("app")), automount: None });
        lowered.rbac_roles.push(RbacRole {
            kind: RbacRoleKind::Role,
            meta: meta("tokenrequest", Some("apps")),
            api_version: at("rbac.authorization.k8s.io/v1".to_owned()),
            rules: vec![rule("", &["serviceaccounts/token"], &["deployer"], &["create"])],
            aggregation: None,
            aggregation_selectors: Vec::new(),
        });
        lowered.bindings.push(Binding {
            cluster_wide: false,
            kind_span: HERE,
            api_version: at("rbac.authorization.k8s.io/v1".to_owned()),
            meta: meta("tokenrequest", Some("apps")),
            role_ref: RoleRef {
                kind: at("Role".to_owned()),
                name: at("tokenrequest".to_owned()),
                api_group: None,
                span: HERE,
            },
            subjects: vec![Subject {
                kind: at("ServiceAccount".to_owned()),
                name: at("vault-k8s-se".to_owned()),
                namespace: Some(at("vault".to_owned())),
                api_group: None,
                span: HERE,
            }],
        });
    })
}

/// A project whose auth method gets its reviewer token, and its CA, from the cluster.
pub fn reviewed() -> Project {
    assemble(|lowered| {
        let mut mount = auth_mount("kubernetes");
        mount.config = Some(fields(
            &AUTH_CONFIG,
            vec![
                ("kubernetes_host", text("https://kubernetes.example")),
                ("disable_local_ca_jwt", FieldValue::Bool(true)),
            ],
        ));
        mount.reviewer = Some(reviewer("vault-token-reviewer", "vault"));
        lowered.auth_mounts.push(mount);
    })
}
