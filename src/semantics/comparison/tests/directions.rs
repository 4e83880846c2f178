//! More or less: settings and constraints of rules.

use super::*;

/// A spec with a mount, an auth role `web` and an engine role `d`, in which some lines are others.
pub(super) fn with(lines: &[(&str, &str)]) -> String {
    let mut text = "\
apiVersion: rolewright/v1
kind: Access
name: test
vault:
  auth:
    kubernetes:
      type: kubernetes
      # mount
      config: {kubernetes_host: 'https://k'}
      roles:
        web:
          bound_service_account_names: [web]
          bound_service_account_namespaces: [app]
          audience: vault
          token_ttl: 1h
          token_max_ttl: 4h
          # role
  secrets_engines:
    kubernetes:
      # engine
      config: {}
      roles:
        d:
          # places
          allowed_kubernetes_namespaces: [apps]
          # account
          service_account_name: viewer
          # engine role
"
    .to_owned();
    for (line, other) in lines {
        assert!(text.contains(line), "{line}");
        text = text.replace(line, other);
    }
    text
}

/// In which directions something goes, with what the report says of it.
fn told(old: &[(&str, &str)], new: &[(&str, &str)]) -> Vec<String> {
    let lines = of_texts(&with(old), &with(new));
    let plain = lines.iter().map(|line| {
        let line = line.split(" [").next().unwrap_or_default();
        let line = line.replace("gained app/web: auth role `kubernetes/web` ", "+ ");
        let line = line.replace("lost app/web: auth role `kubernetes/web` ", "- ");
        let line = line.replace("whoever may use `kubernetes/creds/d`: ", "");
        line.replace("secrets engine role `kubernetes/d` ", "")
    });
    plain.collect()
}

#[test]
fn settings_go_one_way_or_the_other() {
    let table: &[(&str, &str, &str, &[&str])] = &[
        ("audience: vault", "audience: vault", "# role", &["+ audience: vault to -"]),
        (
            "audience: vault",
            "audience: vault",
            "audience: other",
            &["+ audience: vault to other", "- audience: vault to other"],
        ),
        ("token_ttl: 1h", "token_ttl: 1h", "token_ttl: 2h", &["+ token_ttl: 1h to 2h"]),
        ("token_ttl: 1h", "token_ttl: 1h", "# none", &["+ token_ttl: 1h to -"]),
        ("token_max_ttl: 4h", "token_max_ttl: 4h", "token_max_ttl: 14400", &[]),
        ("token_max_ttl: 4h", "token_max_ttl: 4h", "token_max_ttl: 2h", &["- token_max_ttl: 4h to 2h"]),
        ("# role", "# role", "token_period: 1h", &["+ token_period: - to 1h"]),
        // Under a period, neither of the two counts.
        ("# role", "token_period: 1h", "token_period: 1h\n          ttl: 9h", &[]),
        ("# role", "# role", "token_explicit_max_ttl: 30m", &["- token_explicit_max_ttl: - to 30m"]),
        // A token that lives longer until it is renewed, and less long in all.
        ("# role", "token_period: 10m", "# role", &["+ token_period: 10m to -", "- token_period: 10m to -"]),
        ("# role", "# role", "token_num_uses: 1", &["- token_num_uses: - to 1"]),
        ("# role", "token_num_uses: 3", "token_num_uses: 0", &["+ token_num_uses: 3 to 0"]),
        ("# role", "token_bound_cidrs: [10.0.0.0/8]", "token_bound_cidrs: [10.7.0.1/8]", &[]),
        ("# role", "token_bound_cidrs: [10.0.0.0/9, 10.128.0.0/9]", "token_bound_cidrs: [10.0.0.0/8]", &[]),
        (
            "# role",
            "token_bound_cidrs: [10.0.0.0/8]",
            "token_bound_cidrs: [11.0.0.0/8]",
            &[
                "+ token_bound_cidrs: 10.0.0.0/8 to 11.0.0.0/8",
                "- token_bound_cidrs: 10.0.0.0/8 to 11.0.0.0/8",
            ],
        ),
        ("# role", "token_type: default", "token_type: service", &[]),
        (
            "# role",
            "# role",
            "token_type: batch",
            &["unclear app/web: auth role `kubernetes/web` token_type: - to batch"],
        ),
        (
            "# role",
            "# role",
            "alias_name_source: serviceaccount_name",
            &["unclear app/web: auth role `kubernetes/web` alias_name_source: - to serviceaccount_name"],
        ),
        ("# role", "token_no_default_policy: true", "# role", &["+ token_no_default_policy: true to -"]),
        // What the mount limits is told of the mount.
        (
            "# mount",
            "max_lease_ttl: 8h",
            "max_lease_ttl: 1h",
            &["lost whoever logs in at `kubernetes`: auth method `kubernetes` max_lease_ttl: 8h to 1h"],
        ),
        (
            "config: {kubernetes_host: 'https://k'}",
            "config: {kubernetes_host: 'https://k'}",
            "config: {kubernetes_host: 'https://other'}",
            &[
                "unclear whoever logs in at `kubernetes`: auth method `kubernetes` kubernetes_host: https://k to https://other",
            ],
        ),
        // Nobody looks at the issuer.
        (
            "config: {kubernetes_host: 'https://k'}",
            "config: {kubernetes_host: 'https://k'}",
            "config: {kubernetes_host: 'https://k', issuer: x}",
            &[],
        ),
        (
            "config: {kubernetes_host: 'https://k'}",
            "config: {kubernetes_host: 'https://k', issuer: x, disable_iss_validation: false}",
            "config: {kubernetes_host: 'https://k', issuer: x}",
            &[
                "gained whoever logs in at `kubernetes`: auth method `kubernetes` disable_iss_validation: false to -",
            ],
        ),
        (
            "config: {kubernetes_host: 'https://k'}",
            "config: {kubernetes_host: 'https://k', pem_keys: [one]}",
            "config: {kubernetes_host: 'https://k', pem_keys: [one, two]}",
            &["gained whoever logs in at `kubernetes`: auth method `kubernetes` pem_keys: one to one, two"],
        ),
        (
            "service_account_name: viewer",
            "service_account_name: viewer",
            "service_account_name: boss",
            &["gained service_account_name: viewer to boss", "lost service_account_name: viewer to boss"],
        ),
        ("[apps]", "[apps]", "[APPS, prod]", &["gained allowed_kubernetes_namespaces: apps to APPS, prod"]),
        ("[apps]", "[apps]", "['*', apps]", &["gained allowed_kubernetes_namespaces: apps to *, apps"]),
        (
            "[apps]",
            "[apps]",
            "[prod]",
            &[
                "gained allowed_kubernetes_namespaces: apps to prod",
                "lost allowed_kubernetes_namespaces: apps to prod",
            ],
        ),
        (
            "# places",
            "allowed_kubernetes_namespace_selector: {matchLabels: {a: b}}",
            "allowed_kubernetes_namespace_selector: '{\"matchLabels\": {\"a\": \"b\"}}'",
            &[],
        ),
        (
            "# places",
            "allowed_kubernetes_namespace_selector: {matchLabels: {a: b, c: d}}",
            "allowed_kubernetes_namespace_selector: {matchLabels: {a: b}}",
            &[
                "gained allowed_kubernetes_namespace_selector: {\"matchLabels\":{\"a\":\"b\",\"c\":\"d\"}} to {\"matchLabels\":{\"a\":\"b\"}}",
            ],
        ),
        (
            "# places",
            "allowed_kubernetes_namespace_selector: {matchExpressions: [{key: a, operator: Exists}]}",
            "allowed_kubernetes_namespace_selector: {matchExpressions: [{key: b, operator: Exists}]}",
            &[
                "unclear allowed_kubernetes_namespace_selector: {\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"Exists\"}]} to {\"matchExpressions\":[{\"key\":\"b\",\"operator\":\"Exists\"}]}",
            ],
        ),
        ("# engine role", "# engine role", "token_max_ttl: 24h", &["lost token_max_ttl: - to 24h"]),
        (
            "# engine role",
            "# engine role",
            "token_default_audiences: [x]",
            &["changed token_default_audiences: - to x"],
        ),
        // Nothing is made that could have labels.
        ("# engine role", "# engine role", "extra_labels: {a: b}", &[]),
        (
            "service_account_name: viewer",
            "kubernetes_role_name: r",
            "kubernetes_role_name: r\n          extra_labels: {a: b}",
            &["unclear extra_labels: - to a=b"],
        ),
        (
            "service_account_name: viewer",
            "generated_role_rules: {rules: [{apiGroups: [''], resources: [pods], verbs: [get, list]}]}",
            "generated_role_rules: {rules: [{apiGroups: [''], resources: [pods], verbs: [list]}, {apiGroups: [''], resources: [pods], verbs: [get]}]}",
            &[],
        ),
        (
            "service_account_name: viewer",
            "generated_role_rules: {rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]}",
            "generated_role_rules: {rules: [{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]}",
            &["gained * on *.* in Some(\"apps\"), get secrets x -n apps"],
        ),
        (
            "service_account_name: viewer",
            "generated_role_rules: {rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]}",
            "generated_role_rules: {rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]}\n          kubernetes_role_type: ClusterRole",
            &["gained get on pods in None, get pods x -n default"],
        ),
    ];
    let mut wrong = String::new();
    for (line, old, new, wanted) in table {
        let found = told(&[(line, old)], &[(line, new)]);
        if found != *wanted {
            wrong += &format!(
                "{old}\n  becomes\n{new}\n  {}\n  wanted\n  {}\n\n",
                found.join("\n  "),
                wanted.join("\n  ")
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Conditions on requests: what the old rule refuses and the new one lets through is a gain, whatever else there is.
#[test]
fn constraints_go_one_way_or_the_other() {
    let gained = "gained";
    type Told<'t> = &'t [(&'t str, &'t str)];
    let table: &[(&str, &str, &str, Told<'_>)] = &[
        (
            "update",
            "allowed_parameters = {\"x\" = [\"a\"]}",
            "allowed_parameters = {\"x\" = [\"a\", \"b\"]}",
            &[(gained, "with x = b")],
        ),
        (
            "update",
            "allowed_parameters = {\"x\" = [\"a\"]}",
            "allowed_parameters = {\"x\" = []}",
            &[(gained, "with x = some-value")],
        ),
        (
            "update",
            "allowed_parameters = {\"x\" = [\"a*\", \"ab\"]}",
            "allowed_parameters = {\"x\" = [\"a*\"]}",
            &[],
        ),
        (
            "update",
            "allowed_parameters = {\"x\" = [\"a\"]}",
            "allowed_parameters = {\"x\" = [\"a*\"]}",
            &[(gained, "with x = aqqq")],
        ),
        (
            "update",
            "allowed_parameters = {\"x\" = [\"1\"]}",
            "allowed_parameters = {\"x\" = [1]}",
            &[("lost", "with x = 1")],
        ),
        (
            "update",
            "allowed_parameters = {\"x\" = []}",
            "allowed_parameters = {\"x\" = [], \"z\" = []}",
            &[(gained, "with z = some-value")],
        ),
        (
            "update",
            "denied_parameters = {\"x\" = [], \"z\" = []}",
            "denied_parameters = {\"x\" = []}",
            &[(gained, "with z = some-value")],
        ),
        (
            "update",
            "denied_parameters = {\"x\" = [\"a\"]}",
            "denied_parameters = {\"x\" = [\"a*\"]}",
            &[("lost", "with x = aqqq")],
        ),
        (
            "update",
            "denied_parameters = {\"*\" = []}",
            "denied_parameters = {\"x\" = []}",
            &[(gained, "with some-other = some-value")],
        ),
        (
            "update",
            "required_parameters = [\"x\", \"z\"]",
            "required_parameters = [\"x\"]",
            &[(gained, "with x = some-value, without z")],
        ),
        (
            "update",
            "required_parameters = [\"x\"]",
            "required_parameters = [\"z\"]",
            &[(gained, "with z = some-value, without x"), ("lost", "with x = some-value, without z")],
        ),
        (
            "update",
            "required_parameters = [\"x\"]",
            "denied_parameters = {\"z\" = []}",
            &[(gained, "without x"), ("lost", "with x = some-value, z = some-value")],
        ),
        // What counts for other operations does not count here.
        ("list", "required_parameters = [\"x\"]", "required_parameters = [\"z\"]", &[]),
        (
            "read",
            "max_wrapping_ttl = \"1h\"",
            "max_wrapping_ttl = \"9h\"",
            &[(gained, "with a wrapping TTL of 32400s")],
        ),
        (
            "read",
            "min_wrapping_ttl = \"1m\"",
            "min_wrapping_ttl = \"2m\"",
            &[("lost", "with a wrapping TTL of 60s")],
        ),
        ("read", "min_wrapping_ttl = \"1m\"", "", &[(gained, "without wrapping")]),
        (
            "read",
            "min_wrapping_ttl = \"1m\"",
            "max_wrapping_ttl = \"1m\"",
            &[(gained, "with a wrapping TTL of 59s"), ("lost", "with a wrapping TTL of 61s")],
        ),
        ("list", "pagination_limit = 5", "pagination_limit = 500", &[(gained, "with limit = 500")]),
        (
            "read",
            "expiration = \"2030-01-01T00:00:00Z\"",
            "expiration = \"2099-01-01T00:00:00Z\"",
            &[(gained, "after 2030-01-01T00:00:00Z")],
        ),
        ("read", "expiration = \"2030-01-01T00:00:00Z\"", "", &[(gained, "after 2030-01-01T00:00:00Z")]),
        ("read", "expiration = \"2030-01-01T00:00:00Z\"", "expiration = \"2030-01-01T01:00:00+01:00\"", &[]),
        ("read", "mfa_methods = [\"a\"]", "", &[(gained, "without the MFA method a")]),
        (
            "read",
            "mfa_methods = [\"a\"]",
            "mfa_methods = [\"a\", \"b\"]",
            &[("lost", "without the MFA method b")],
        ),
        // Less of one, more of another.
        (
            "update",
            "mfa_methods = [\"a\"]",
            "required_parameters = [\"x\"]",
            &[(gained, "with x = some-value, without the MFA method a"), ("lost", "without x")],
        ),
    ];
    let mut wrong = String::new();
    for (capability, old, new, wanted) in table {
        let policy =
            |more: &str| format!("path \"kv/a\" {{\n  capabilities = [\"{capability}\"]\n  {more}\n}}\n");
        let role = spec("", WEB);
        let of = |more: &str| project(&[("a.access.yaml", &role), ("p.hcl", &policy(more))]);
        let (before, now) = (of(old), of(new));
        let comparison = Comparison::of(&before, &now);
        let found: Vec<(String, String)> = comparison
            .changes
            .iter()
            .map(|change| {
                let What::Paths { carrying, .. } = &change.what else { panic!("{change:?}") };
                (format!("{:?}", change.direction).to_lowercase(), carrying.clone().unwrap_or_default())
            })
            .collect();
        let found: Vec<(&str, &str)> =
            found.iter().map(|(one, other)| (one.as_str(), other.as_str())).collect();
        if found != *wanted || !comparison.contradictions.is_empty() {
            wrong += &format!(
                "{capability}: {old} becomes {new}\n  {found:?}\n  wanted {wanted:?}\n{comparison:#?}\n"
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// A control group that is another one, a filter of answers that is another one: nobody can tell.
#[test]
fn what_cannot_be_told_is_said() {
    let policy = |more: &str| format!("path \"kv/a\" {{\n  capabilities = [\"list\"]\n  {more}\n}}\n");
    let group = |approvals: usize| {
        policy(&format!(
            "control_group = {{ factor \"x\" {{ identity {{ group_names = [\"m\"] approvals = {approvals} }} }} }}"
        ))
    };
    let filter = |text: &str| policy(&format!("list_scan_response_keys_filter_path = \"{text}\""));
    for (old, new, wanted) in [
        (group(1), group(1), vec![]),
        (group(2), group(1), vec![Direction::Unclear]),
        (group(1), policy(""), vec![Direction::Gained]),
        (policy(""), group(1), vec![Direction::Lost]),
        (filter("{{ .path }}{{ .key }}"), filter("{{ .path }}x{{ .key }}"), vec![Direction::Unclear]),
        (filter("{{ .path }}{{ .key }}"), policy(""), vec![Direction::Gained]),
    ] {
        let comparison = Comparison::of(&project(&[("p.hcl", &old)]), &project(&[("p.hcl", &new)]));
        let found: Vec<Direction> = comparison.changes.iter().map(|change| change.direction).collect();
        assert_eq!(found, wanted, "{old}\n{new}\n{comparison:#?}");
    }
}
