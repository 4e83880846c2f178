use super::*;
use crate::syntax::SourceId;

/// What the text is evidence for, as `path engine`, in order.
fn evidence(text: &str) -> Vec<String> {
    let source = Source { id: SourceId(0), name: "dir/file".to_owned(), text: text.to_owned(), bom: false };
    let word = |engine: &Engine| match engine {
        Engine::Kv(Some(KvVersion::V1)) => "v1".to_owned(),
        Engine::Kv(Some(KvVersion::V2)) => "v2".to_owned(),
        Engine::Kv(None) => "kv".to_owned(),
        Engine::Kubernetes => "kubernetes".to_owned(),
        Engine::Database => "database".to_owned(),
        Engine::Pki => "pki".to_owned(),
        Engine::Transit => "transit".to_owned(),
        Engine::Other(name) => name.clone(),
    };
    let mounts = read(&source);
    assert!(mounts.iter().all(|mount| mount.scope == "dir" && !source.slice(mount.evidence).is_empty()));
    mounts.iter().map(|mount| format!("{} {}", mount.path, word(&mount.engine))).collect()
}

#[test]
fn sound_evidence() {
    let table: &[(&str, &[&str])] = &[
        ("vault secrets enable -path=secret kv-v2", &["secret v2"]),
        ("vault secrets enable -path secret -version 2 kv", &["secret v2"]),
        ("vault secrets enable -version=2 kv", &["kv v2"]),
        ("vault secrets enable kv", &["kv v1"]),
        ("bao secrets enable --path=\"apps\" 'kv-v2' || true", &["apps v2"]),
        ("vault secrets enable \\\n  -path=apps/team \\\n  kv-v2\nvault status", &["apps/team v2"]),
        ("vault secrets enable -path=apps -options=version=2 kv", &["apps v2"]),
        ("vault secrets enable kubernetes; vault status", &["kubernetes kubernetes"]),
        ("vault secrets enable -description=\"x\" -path=dbas transit", &["dbas transit"]),
        ("kubectl exec vault-0 -- vault secrets enable -path=app kv-v2 2>/dev/null", &["app v2"]),
        ("sh -c \"vault secrets enable -path=app kv-v2\"", &["app v2"]),
        ("vault kv enable-versioning secret/", &["secret v2"]),
        ("vault server -dev &", &["secret v2"]),
        ("environment:\n  VAULT_DEV_ROOT_TOKEN_ID: root", &["secret v2"]),
        (
            "curl -H \"X-Vault-Token: t\" -d '{\"type\":\"kv\",\"options\":{\"version\":\"2\"}}' $VAULT_ADDR/v1/sys/mounts/apps",
            &["apps v2"],
        ),
        ("vault write sys/mounts/apps type=kv-v2", &["apps v2"]),
        ("curl \"$VAULT_ADDR/v1/secret/data/app\"", &["secret v2"]),
        ("vault read apps/data/db", &["apps v2"]),
        ("path \"team/kv/data/app/*\" { } # vault", &["team/kv v2"]),
        ("    vault.hashicorp.com/agent-inject-secret-db: \"apps/data/db\"", &["apps v2"]),
        ("provider: vault\nsecretPath: \"apps/data/db\"", &["apps v2"]),
        (
            "resource \"vault_mount\" \"kv\" {\n  path = \"apps\"\n  type = \"kv\"\n  options = {\n    version = \"2\"\n  }\n}",
            &["apps v2"],
        ),
        ("resource \"vault_mount\" \"kv\" {\n  path = \"apps\"\n  type = \"kv\"\n}", &["apps v1"]),
        (
            "resource \"vault_mount\" \"kv\" {\n  path = \"apps\"\n  type = \"kv\"\n  options = var.options\n}",
            &["apps kv"],
        ),
        (
            "resource \"vault_mount\" \"t\" {\n  path = \"boundary\"\n  type = \"transit\"\n}",
            &["boundary transit"],
        ),
        ("resource \"vault_mount\" \"kv\" {\n  path = \"apps\" # kv\n  type = \"kv-v2\"\n}", &["apps v2"]),
        ("data \"vault_kv_secret_v2\" \"x\" {\n  mount = \"apps\"\n  name = \"db\"\n}", &["apps v2"]),
        (
            "kind: Vault # bank-vaults\nspec:\n  externalConfig:\n    secrets:\n      - path: secret\n        type: kv\n        options:\n          version: 2\n      - type: pki\n    auth: []",
            &["secret v2", "pki pki"],
        ),
        (
            "kind: SecretStore\nspec:\n  provider:\n    vault:\n      path: \"apps\"\n      version: v2\n      auth: {}",
            &["apps v2"],
        ),
    ];
    for (text, expected) in table {
        assert_eq!(evidence(text), *expected, "{text}");
    }
}

#[test]
fn no_evidence() {
    let table = [
        "",
        "vault secrets enable -path=$MOUNT kv-v2",
        "vault secrets enable \"${ENGINE}\"",
        "# vault secrets enable -path=secret kv-v2",
        "echo \"now run: vault secrets enable -path=secret kv-v2\"",
        "vault secrets enable",
        "vault secrets enable -namespace=team -path=secret kv-v2",
        "vault status; cp /mnt/data/file /tmp",
        "volume: ./vault/data/:/vault/data",
        "vault read secret/data/",
        "# vault server -dev",
        "resource \"vault_mount\" \"kv\" {\n  path = var.path\n  type = \"kv-v2\"\n}",
        "resource \"vault_mount\" \"kv\" {\n  # path = \"apps\"\n  type = \"kv-v2\"\n}",
        "resource \"vault_mount\" \"kv\" {",
        "kind: Pod # vault\nspec:\n  imagePullSecrets:\n  secrets:\n  - name: kv\n",
        "vault:\n  version: v2\n  path: apps",
        "secrets enable -path=x kv-v2",
    ];
    for text in table {
        assert_eq!(evidence(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn file_names_worth_reading() {
    for name in ["setup.sh", "main.tf", "Makefile", "vault.bats"] {
        assert!(wanted(name), "{name}");
    }
    for name in ["README.md", "main.rs", "sh", "data.csv", ""] {
        assert!(!wanted(name), "{name}");
    }
}
