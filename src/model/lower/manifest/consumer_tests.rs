//! What fetches secrets from Vault, as it is read from manifests.

use super::lower;
use crate::model::kube::consumer::operator::OperatorRequest;
use crate::model::kube::workload::VolumeContent;
use crate::model::lower::Lowered;
use crate::model::project::FileClass;
use crate::syntax::{Source, SourceId, yaml};

fn read(text: &str) -> (Source, Lowered, bool) {
    let source = Source { id: SourceId(0), name: "t.yaml".into(), text: text.to_owned(), bom: false };
    let mut out = Lowered::nothing(FileClass::Read);
    let mut any = false;
    for document in yaml::parse(text, source.id).documents {
        any |= lower(&document.root, &source, &mut out);
    }
    (source, out, any)
}

#[test]
fn objects_in_texts_keep_their_places() {
    let text = "apiVersion: secrets-store.csi.x-k8s.io/v1\nkind: SecretProviderClass\nmetadata: {name: c}\nspec:\n  provider: vault\n  parameters:\n    roleName: web\n    vaultKubernetesMountPath: k8s\n    objects: |\n      - objectName: a\n        secretPath: kv/data/a\n        method: PUT\n        secretArgs: {ttl: 1h}\n";
    let (source, out, any) = read(text);
    assert!(any && out.malformed.is_empty(), "{:?}", out.malformed);
    let class = &out.consumers.provider_classes[0];
    let object = &class.objects[0];
    assert_eq!(source.slice(class.auth_mount.as_ref().unwrap().span), "k8s");
    assert_eq!(source.slice(object.path.as_ref().unwrap().span), "kv/data/a");
    assert_eq!(source.slice(object.arguments[0].span), "ttl");
}

#[test]
fn annotations_become_secrets() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  annotations:\n    vault.hashicorp.com/agent-inject: 'true'\n    vault.hashicorp.com/agent-inject-secret-a: kv/data/a\n    vault.hashicorp.com/agent-inject-template-a: |\n      [[ with secret \"kv/data/b\" ]][[ end ]]\n    vault.hashicorp.com/agent-template-left-delim-a: '[['\n    vault.hashicorp.com/agent-template-right-delim-a: ']]'\n    vault.hashicorp.com/agent-inject-template-file-b: /t/b.ctmpl\n    vault.hashicorp.com/agent-inject-secret-blank: ' '\n    vault.hashicorp.com/agent-inject-file-only: x\n";
    let (source, out, _) = read(text);
    let injector = out.workloads[0].injector.as_ref().unwrap();
    let names: Vec<_> = injector.secrets.iter().map(|secret| secret.name.value.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    let call = &injector.secrets[0].template.as_ref().unwrap().calls[0];
    assert_eq!(source.slice(call.span), "kv/data/b");
    assert_eq!(injector.secrets[1].template_file.as_ref().unwrap().value, "/t/b.ctmpl");
}

#[test]
fn pods_say_which_secrets_they_use() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  imagePullSecrets: [{name: pull}]\n  containers:\n  - name: c\n    env: [{name: A, valueFrom: {secretKeyRef: {name: env, key: a}}}]\n    envFrom: [{secretRef: {name: from}}]\n  volumes:\n  - {name: s, secret: {secretName: vol}}\n  - {name: t, projected: {sources: [{secret: {name: proj}}, {serviceAccountToken: {path: token, audience: vault, expirationSeconds: 600}}]}}\n  - {name: c, csi: {driver: secrets-store.csi.k8s.io, volumeAttributes: {secretProviderClass: spc}}}\n";
    let (_, out, _) = read(text);
    let workload = &out.workloads[0];
    let used: Vec<_> = workload.secrets_used().map(|name| name.value.as_str()).collect();
    assert_eq!(used, ["env", "from", "pull", "vol", "proj"]);
    let VolumeContent::Projected(projection) = &workload.volume("t").unwrap().content else { panic!() };
    assert_eq!(projection.tokens[0].audience.as_ref().unwrap().value, "vault");
    assert_eq!(projection.tokens[0].expiration.unwrap().value, 600);
    assert!(
        matches!(&workload.volume("c").unwrap().content, VolumeContent::SecretsStore(Some(class)) if class.value == "spc")
    );
}

#[test]
fn requests_of_the_operator() {
    let object = |kind: &str, spec: &str| {
        format!(
            "apiVersion: secrets.hashicorp.com/v1beta1\nkind: {kind}\nmetadata: {{name: x}}\nspec: {spec}\n"
        )
    };
    let (_, out, _) = read(&object("VaultDynamicSecret", "{path: creds/a, params: {ttl: 1h}}"));
    let OperatorRequest::Dynamic { parameters, .. } = &out.consumers.vault_secrets[0].request else {
        panic!()
    };
    assert_eq!(parameters[0].value, "ttl");
    let (_, out, _) =
        read(&object("VaultAuth", "{mount: k, kubernetes: {role: r, tokenExpirationSeconds: 700}}"));
    let login = out.consumers.vault_auths[0].kubernetes.as_ref().unwrap();
    assert_eq!(login.expiration.unwrap().value, 700);
}

#[test]
fn of_no_concern_are_other_providers_and_plain_config_maps() {
    for text in [
        "apiVersion: secrets-store.csi.x-k8s.io/v1\nkind: SecretProviderClass\nmetadata: {name: c}\nspec: {provider: azure, parameters: {keyvaultName: [x]}}\n",
        "apiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata: {name: s}\nspec: {provider: {aws: {region: [x]}}}\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: [x], b: auto_auth method}\n",
    ] {
        let (_, out, any) = read(text);
        assert!(!any && out.malformed.is_empty(), "{text}: {:?}", out.malformed);
    }
}

#[test]
fn wrong_shapes_are_told_with_their_place() {
    let operator = |spec: &str| {
        format!(
            "apiVersion: secrets.hashicorp.com/v1beta1\nkind: VaultAuth\nmetadata: {{name: x}}\nspec: {spec}\n"
        )
    };
    let csi = |parameters: &str| {
        format!(
            "apiVersion: secrets-store.csi.x-k8s.io/v1\nkind: SecretProviderClass\nmetadata: {{name: x}}\nspec:\n  provider: vault\n  parameters:\n    {parameters}\n"
        )
    };
    let external = |spec: &str| {
        format!(
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {{name: x}}\nspec: {spec}\n"
        )
    };
    let table = [
        (operator("{kubernetes: web}"), "web", "`kubernetes` takes a map, not text"),
        (
            operator("{kubernetes: {audiences: vault}}"),
            "vault",
            "`audiences` takes a list of texts, not text",
        ),
        (
            operator("{kubernetes: {tokenExpirationSeconds: soon}}"),
            "soon",
            "`tokenExpirationSeconds` takes a whole number, not text",
        ),
        (operator("{allowedNamespaces: {a: b}}"), "{a: b}", "`allowedNamespaces` takes a list of texts, not a map"),
        (csi("objects: 'a: b'"), "a: b", "`objects` takes a list in YAML, not a map"),
        (csi("roleName: 7"), "7", "`7` is a number to Kubernetes, but `roleName` takes text"),
        (external("{data: {a: b}}"), "{a: b}", "`data` takes a list, not a map"),
        (external("{data: [x]}"), "x", "an entry of `data` must be a map, not text"),
        (
            "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {volumes: [{name: v, projected: {sources: [{serviceAccountToken: {expirationSeconds: 1h}}]}}]}\n".to_owned(),
            "1h",
            "`expirationSeconds` takes a whole number, not text",
        ),
    ];
    for (text, place, message) in table {
        let (source, out, _) = read(&text);
        let found: Vec<_> =
            out.malformed.iter().map(|it| (source.slice(it.span), it.message.as_str())).collect();
        assert_eq!(found, [(place, message)], "{text}");
    }
}
