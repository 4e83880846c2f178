//! What is found of itself: one small file for each risk and each defect that people look for with a tool like this, and
//! files in which nothing is wrong.
//!
//! - `fixtures/detection/risks`: a role with its binding, or a binding alone. Linted alone, as a part of the folder, and, where
//!   a role comes first, that role without its binding: the rule of the table reports it, at least as loud as the table says
//!   where it is bound.
//! - `defects`: the same, without the last.
//! - `clean`: nothing above a note.
//! - `peers`: what other tools are known to get wrong, and how. An empty rule: they report it, and nothing is wrong.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that goes wrong should stop and say so"
)]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use common::{home, texts};
use rolewright::cli::load;
use rolewright::cli::session::Session;
use rolewright::lint::Severity::{self, Error, Note, Warning};
use rolewright::lint::{self, Levels};
use rolewright::report::place::Places;
use rolewright::rules::RULES;

const RISKS: [(&str, &str, Severity); 126] = [
    ("full-wildcard", "wildcard-resource", Error),
    ("full-wildcard-in-namespace", "wildcard-resource", Warning),
    ("cluster-admin-binding", "cluster-admin-binding", Error),
    ("cluster-admin-in-namespace", "cluster-admin-binding", Warning),
    ("escalate", "escalate-verb", Error),
    ("escalate-latent", "escalate-verb", Warning),
    ("bind", "bind-verb", Error),
    ("bind-latent", "bind-verb", Warning),
    ("bind-on-bindings", "bind-on-bindings", Note),
    ("impersonate-users", "impersonate-any", Error),
    ("impersonate-groups", "impersonate-any", Error),
    ("impersonate-accounts", "impersonate-any", Error),
    ("impersonate-uids", "impersonate-attributes", Warning),
    ("impersonate-extras", "impersonate-attributes", Warning),
    ("impersonate-masters", "impersonate-admin", Error),
    ("constrained-users", "constrained-impersonation", Warning),
    ("constrained-nodes", "constrained-impersonation", Warning),
    ("constrained-on-secrets", "constrained-impersonation", Warning),
    ("rbac-write", "rbac-write", Note),
    ("csr-approve-and-sign", "csr-approval", Error),
    ("csr-approve-part", "csr-approval", Note),
    ("csr-sign", "csr-sign", Error),
    ("signers-unnamed", "any-signer", Warning),
    ("signers-of-kubernetes", "any-signer", Warning),
    ("token-request", "unscoped-token-request", Error),
    ("token-request-in-namespace", "unscoped-token-request", Warning),
    ("token-secret-mint", "token-secret-mint", Warning),
    ("nodes-proxy", "nodes-proxy", Warning),
    ("any-proxy", "nodes-proxy", Warning),
    ("webhooks-mutating", "webhook-write", Warning),
    ("webhooks-validating", "webhook-write", Warning),
    ("admission-policies-validating", "admission-policy-write", Warning),
    ("admission-policies-mutating", "admission-policy-write", Warning),
    ("admission-policies-gatekeeper", "admission-policy-write", Warning),
    ("admission-policies-kyverno", "admission-policy-write", Warning),
    ("pods-create", "pod-creation", Warning),
    ("deployments-create", "pod-creation", Warning),
    ("controllers-patch", "pod-creation", Warning),
    ("jobs-create", "pod-creation", Warning),
    ("pods-create-in-kube-system", "pod-creation", Warning),
    ("pods-create-unguarded", "unguarded-pod-creation", Note),
    ("masters-group", "system-masters-subject", Warning),
    ("masters-user", "system-masters-subject", Warning),
    ("aggregate-into-view", "aggregate-into-builtin", Warning),
    ("aggregate-into-edit", "aggregate-into-builtin", Warning),
    ("aggregate-into-admin", "aggregate-into-builtin", Warning),
    ("aggregate-open", "aggregation-open-selector", Warning),
    ("aggregate-open-absence", "aggregation-open-selector", Warning),
    ("secrets-get", "secrets-readable", Warning),
    ("secrets-list", "secrets-readable", Warning),
    ("secrets-watch", "secrets-readable", Warning),
    ("secrets-in-namespace", "secrets-readable", Note),
    ("secrets-named-list", "named-secret-list", Note),
    ("secrets-write", "secrets-writable", Note),
    ("pods-exec", "pod-exec", Warning),
    ("pods-exec-get", "pod-exec", Note),
    ("any-exec", "pod-exec", Warning),
    ("pods-attach", "pod-attach", Warning),
    ("pods-ephemeral", "ephemeral-containers", Warning),
    ("pods-portforward", "pod-portforward", Note),
    ("pods-update", "pod-update", Note),
    ("services-proxy", "service-proxy", Note),
    ("pods-proxy", "service-proxy", Note),
    ("pod-steal", "pod-stealing", Warning),
    ("pod-steal-by-eviction", "pod-stealing", Warning),
    ("nodes-write", "node-write", Note),
    ("volumes-create", "persistent-volume-creation", Warning),
    ("storage-classes", "storage-write", Note),
    ("namespaces-patch", "namespace-label-write", Warning),
    ("namespaces-patch-own", "namespace-label-write", Note),
    ("crds-write", "crd-write", Note),
    ("apiservices-write", "apiservice-write", Warning),
    ("services-write", "network-write", Note),
    ("endpoints-write", "network-write", Note),
    ("ingresses-write", "network-write", Note),
    ("networkpolicies-delete", "network-write", Note),
    ("gateway-routes", "network-write", Note),
    ("services-status", "service-status-write", Note),
    ("pods-status", "pod-status-write", Note),
    ("configmap-aws-auth", "critical-configmap-write", Error),
    ("configmap-aws-auth-in-kube-system", "critical-configmap-write", Error),
    ("configmap-coredns-in-kube-system", "critical-configmap-write", Warning),
    ("configmaps-in-kube-system", "critical-configmap-write", Warning),
    ("configmaps-write", "critical-configmap-write", Note),
    ("events-delete", "event-deletion", Note),
    ("pod-logs", "pod-logs", Note),
    ("pod-logs-delete", "ineffective-rbac-rule", Warning),
    ("delete-in-bulk", "cluster-wide-deletion", Note),
    ("delete-workloads", "cluster-wide-deletion", Note),
    ("token-review", "token-review", Note),
    ("leases-update", "lease-takeover", Note),
    ("leases-in-kube-system", "lease-takeover", Note),
    ("devices-write", "device-steering", Note),
    ("any-verb-pods", "wildcard-verb", Warning),
    ("any-verb-secrets", "wildcard-verb", Warning),
    ("any-verb-roles", "wildcard-verb", Error),
    ("any-verb-configmaps", "wildcard-verb", Note),
    ("any-resource-core", "wildcard-resource", Error),
    ("any-resource-apps", "wildcard-resource", Note),
    ("any-resource-batch", "wildcard-resource", Warning),
    ("any-group", "wildcard-api-group", Note),
    ("read-everything", "wildcard-resource", Error),
    ("any-token", "unscoped-token-request", Error),
    ("any-status", "node-write", Note),
    ("urls-all", "wildcard-url", Warning),
    ("urls-debug", "wildcard-url", Warning),
    ("urls-logs", "wildcard-url", Warning),
    ("cluster-scope", "cluster-scope-unneeded", Note),
    ("builtin-admin", "cluster-wide-builtin-role", Warning),
    ("builtin-edit", "cluster-wide-builtin-role", Warning),
    ("builtin-view", "cluster-wide-builtin-role", Note),
    ("anonymous-user", "anonymous-subject", Error),
    ("anonymous-group", "anonymous-subject", Error),
    ("authenticated", "authenticated-subject", Warning),
    ("all-accounts", "all-service-accounts-subject", Warning),
    ("all-accounts-of-namespace", "all-service-accounts-subject", Note),
    ("default-account", "default-service-account-bound", Warning),
    ("default-account-token", "automounted-default-token", Note),
    ("powerful-deployment", "powerful-workload", Note),
    ("powerful-daemonset", "powerful-workload", Warning),
    ("cross-namespace", "cross-namespace-grant", Note),
    ("cross-namespace-kube-system", "cross-namespace-grant", Note),
    ("kube-system-edit", "kube-system-grant", Warning),
    ("nodes-group", "node-group-bound", Warning),
    ("bootstrappers-group", "node-group-bound", Warning),
    ("cloud-account", "exposed-cloud-identity", Note),
];

const DEFECTS: [(&str, &str, Severity); 54] = [
    ("misspelt-resource", "unknown-rbac-resource", Warning),
    ("misspelt-resource-letters", "unknown-rbac-resource", Warning),
    ("misspelt-resource-apps", "unknown-rbac-resource", Warning),
    ("misspelt-subresource", "unknown-rbac-resource", Warning),
    ("kind-as-resource", "unknown-rbac-resource", Warning),
    ("short-name", "unknown-rbac-resource", Warning),
    ("wrong-group-core", "wrong-api-group", Warning),
    ("wrong-group-apps", "wrong-api-group", Warning),
    ("group-with-version", "misspelled-api-group", Warning),
    ("group-core", "misspelled-api-group", Warning),
    ("group-unknown", "misspelled-api-group", Warning),
    ("unknown-verb", "unknown-rbac-verb", Warning),
    ("misspelt-verb", "unknown-rbac-verb", Warning),
    ("http-verb", "unknown-rbac-verb", Warning),
    ("verb-case", "unknown-rbac-verb", Warning),
    ("verb-not-served", "ineffective-rbac-rule", Warning),
    ("subresource-star", "literal-wildcard", Warning),
    ("name-glob", "literal-wildcard", Warning),
    ("redundant-rule", "redundant-rbac-rule", Note),
    ("duplicate-rule", "redundant-rbac-rule", Note),
    ("names-with-create", "unnamed-verb", Warning),
    ("names-with-create-and-get", "unnamed-verb", Warning),
    ("dangling-role", "dangling-role-ref", Note),
    ("dangling-cluster-role", "dangling-role-ref", Note),
    ("dangling-role-of-account", "dangling-role-ref", Warning),
    ("dangling-role-beside-other", "dangling-role-ref", Warning),
    ("dangling-role-of-other-namespace", "dangling-role-ref", Warning),
    ("dangling-role-of-other-kind", "dangling-role-ref", Warning),
    ("dangling-account", "dangling-service-account", Note),
    ("dangling-account-of-view", "dangling-service-account", Note),
    ("dangling-account-beside-other", "dangling-service-account", Warning),
    ("dangling-account-of-other-namespace", "dangling-service-account", Warning),
    ("dangling-account-cluster-wide", "dangling-service-account", Note),
    ("no-subjects", "subjectless-binding", Warning),
    ("no-subjects-key", "subjectless-binding", Warning),
    ("no-subjects-cluster-wide", "subjectless-binding", Warning),
    ("duplicate-subject", "duplicate-subject", Warning),
    ("duplicate-user", "duplicate-subject", Warning),
    ("account-without-namespace", "refused-rbac-object", Error),
    ("account-as-user", "service-account-as-user", Note),
    ("subject-star", "misspelled-subject", Warning),
    ("cluster-scoped-in-role", "cluster-scoped-in-role", Warning),
    ("delegator-in-namespace", "token-review-namespaced", Error),
    ("urls-in-role", "refused-rbac-object", Error),
    ("urls-in-namespace", "urls-in-namespace", Warning),
    ("url-without-slash", "unmatchable-url", Warning),
    ("url-inner-star", "unmatchable-url", Warning),
    ("aggregated-with-rules", "overwritten-rules", Warning),
    ("reserved-name", "reserved-role-name", Warning),
    ("old-version", "removed-api-version", Error),
    ("namespace-on-cluster-role", "ignored-namespace", Note),
    ("key-typo", "malformed-input", Error),
    ("cluster-binding-to-role", "refused-rbac-object", Error),
    ("subsumed-binding", "subsumed-binding", Note),
];

const PEERS: [(&str, &str, &str); 35] = [
    ("wildcard-in-second-rule", "wildcard-resource", "only the first rule of a role is looked at"),
    ("secrets-in-second-rule", "secrets-readable", "the rules of a role are flattened into one"),
    ("webhooks-beside-other-rules", "webhook-write", "`patch` is left out"),
    ("csr-patch", "csr-approval", "`patch` is left out"),
    ("custom-group-secrets", "", "groups are not compared"),
    ("custom-group-wildcard", "", "a wildcard in a custom group counts as one of everything"),
    ("bind-on-clusterroles", "bind-verb", "`bind` is looked for on bindings"),
    ("bind-on-bindings", "bind-on-bindings", "`bind` on bindings counts as danger"),
    ("approve-in-role", "cluster-scoped-in-role", "Roles are left out"),
    (
        "cluster-admin-without-workload",
        "cluster-admin-binding",
        "no check of cluster-admin, or silence without the manifest of a pod",
    ),
    ("anonymous", "anonymous-subject", "no check of anonymous users"),
    ("masters", "system-masters-subject", "no check of system:masters"),
    ("impersonate-core-group", "impersonate-any", "the group must be the literal `*`"),
    ("escalate-clusterroles", "escalate-verb", "clusterroles are left out"),
    ("attach-core-group", "pod-attach", "the group must be the literal `*`"),
    ("token-create", "unscoped-token-request", "token requests are left out"),
    ("names-star", "literal-wildcard", "`resourceNames: [\"*\"]` is taken for a wildcard"),
    ("configmaps-in-kube-system", "critical-configmap-write", "only a named aws-auth is seen"),
    ("deployments-of-custom-group", "", "groups are not compared"),
    ("named-secret", "", "names are ignored"),
    ("exec-get", "pod-exec", "`get` on pods/exec is ignored"),
    ("pods-star", "literal-wildcard", "`pods/*` is taken for a wildcard"),
    ("deployments-create", "pod-creation", "workloads do not count as creation of pods"),
    (
        "role-binding-to-cluster-role",
        "secrets-readable",
        "the ClusterRole of a RoleBinding is looked up among Roles",
    ),
    ("cronjobs-create", "pod-creation", "`cronjob` is misspelt"),
    ("secrets-patch", "secrets-writable", "`update` and `patch` of secrets are left out"),
    ("nodes-read", "", "any verb on nodes and volumes counts as danger"),
    ("any-subresource", "pod-exec", "`*/SUBRESOURCE` is unknown"),
    ("separators", "secrets-readable", "YAML is split by a regular expression"),
    ("core-group", "ephemeral-containers", "the core group is compared with `core`"),
    ("nodes-proxy", "nodes-proxy", "the core group is compared with `core`"),
    ("daemonsets-of-apps", "pod-creation", "the group `apps` is left out"),
    ("binding-of-unseen-role", "", "a role that is not among the files counts as a failure"),
    ("verbs-in-other-order", "secrets-readable", "values are compared as whole lists"),
    ("second-line", "secrets-readable", "findings have no line, or always the first"),
];

/// Rules about what a binding makes of a role.
const BOUND: [&str; 12] = [
    "all-service-accounts-subject",
    "anonymous-subject",
    "authenticated-subject",
    "cluster-admin-binding",
    "cluster-scope-unneeded",
    "cluster-wide-builtin-role",
    "cross-namespace-grant",
    "default-service-account-bound",
    "node-group-bound",
    "powerful-workload",
    "system-masters-subject",
    "unguarded-pod-creation",
];

/// Found only where a file is all there is: elsewhere the missing half may be in another file.
const ALONE: [&str; 4] = [
    "dangling-account",
    "dangling-account-cluster-wide",
    "dangling-account-of-view",
    "dangling-cluster-role",
];

#[test]
fn every_file_is_in_a_table() {
    let named = |table: &[&str]| table.iter().map(|name| format!("{name}.yaml")).collect::<BTreeSet<_>>();
    let risks: Vec<&str> = RISKS.iter().map(|row| row.0).collect();
    let defects: Vec<&str> = DEFECTS.iter().map(|row| row.0).collect();
    let peers: Vec<&str> = PEERS.iter().map(|row| row.0).collect();
    for (folder, table) in [("risks", risks), ("defects", defects), ("peers", peers)] {
        let files: BTreeSet<String> = texts(&folder_of(folder)).into_keys().collect();
        assert_eq!(files, named(&table), "the files of fixtures/detection/{folder} and their table");
    }
}

#[test]
fn every_risk_is_found_in_its_file() {
    check("risks", &RISKS);
}

#[test]
fn every_defect_is_found_in_its_file() {
    check("defects", &DEFECTS);
}

#[test]
fn every_risk_is_found_among_the_others() {
    for (folder, table) in [("risks", &RISKS[..]), ("defects", &DEFECTS[..])] {
        let found = findings(&folder_of(folder));
        let reported = |file: &str, rule: &str| {
            found.iter().any(|it| it.file == format!("{file}.yaml") && it.rule == rule)
        };
        let missing: Vec<String> = table
            .iter()
            .filter(|(file, rule, _)| !reported(file, rule) && !ALONE.contains(file))
            .map(|(file, rule, _)| format!("{file}: {rule}"))
            .collect();
        assert!(missing.is_empty(), "fixtures/detection/{folder}, all at once\n{}", missing.join("\n"));
    }
}

#[test]
fn every_risk_is_found_in_the_role_without_its_binding() {
    let folder = std::env::temp_dir().join(format!("rolewright-detection-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a temporary folder");
    let mut missing = Vec::new();
    let mut roles = 0;
    for (file, rule, _) in RISKS {
        let text = fs::read_to_string(folder_of("risks").join(format!("{file}.yaml"))).expect("a file");
        let first = text.split("\n---\n").next().unwrap_or_default();
        if !first.contains("\nkind: ClusterRole\n") || !text.contains("\n---\n") || BOUND.contains(&rule) {
            continue;
        }
        roles += 1;
        let path = folder.join(format!("{file}.yaml"));
        fs::write(&path, format!("{first}\n")).expect("a file is written");
        if !findings(&path).iter().any(|it| it.rule == rule) {
            missing.push(format!("{file}: {rule}"));
        }
    }
    fs::remove_dir_all(&folder).expect("the folder goes");
    assert!(roles > 60, "{roles} roles are not the set");
    assert!(missing.is_empty(), "not reported without a binding\n{}", missing.join("\n"));
}

#[test]
fn nothing_is_wrong_with_the_clean_ones() {
    for path in texts(&folder_of("clean")).into_keys() {
        let loud = loud(&folder_of("clean").join(&path));
        assert!(loud.is_empty(), "clean/{path}\n{}", loud.join("\n"));
    }
}

#[test]
fn what_others_get_wrong_is_right() {
    for (file, rule, mistake) in PEERS {
        let path = folder_of("peers").join(format!("{file}.yaml"));
        if rule.is_empty() {
            let loud = loud(&path);
            assert!(loud.is_empty(), "peers/{file} ({mistake})\n{}", loud.join("\n"));
        } else {
            assert!(findings(&path).iter().any(|it| it.rule == rule), "peers/{file} ({mistake}): no {rule}");
        }
    }
}

fn check(folder: &str, table: &[(&str, &str, Severity)]) {
    let mut wrong = Vec::new();
    for (file, rule, least) in table {
        let found = findings(&folder_of(folder).join(format!("{file}.yaml")));
        let loudest = found.iter().filter(|it| it.rule == *rule).map(|it| it.severity).max();
        if loudest.is_none_or(|severity| severity < *least) {
            let all: Vec<String> = found.iter().map(|it| it.words.clone()).collect();
            wrong.push(format!(
                "{file}: {rule} at {} is not among\n    {}",
                least.word(),
                all.join("\n    ")
            ));
        }
    }
    assert!(wrong.is_empty(), "fixtures/detection/{folder}\n{}", wrong.join("\n"));
}

/// What is louder than a note.
fn loud(path: &Path) -> Vec<String> {
    let found = findings(path).into_iter().filter(|it| it.severity > Note);
    found.map(|it| it.words).collect()
}

struct Found {
    file: String,
    rule: &'static str,
    severity: Severity,
    words: String,
}

/// With the default settings, and nothing else among the inputs.
fn findings(path: &Path) -> Vec<Found> {
    let session = Session::of_directory(&home()).expect("a directory without a configuration");
    let loaded = load::project(&[path.to_owned()], None, &session);
    let places = Places::new(&loaded.project.sources);
    let found = lint::run(&Levels::default().active(RULES), &loaded.project, &session.config.options);
    let found = found.into_iter().map(|finding| {
        let place = places.of(finding.span).path;
        Found {
            file: place.rsplit('/').next().unwrap_or(place).to_owned(),
            rule: finding.rule.name,
            severity: finding.severity,
            words: format!("{} {}: {}", finding.severity.word(), finding.rule.name, finding.message),
        }
    });
    // What has the wrong shape comes from the readers.
    let malformed = loaded.project.malformed.iter().map(|it| Found {
        file: places.of(it.span).path.rsplit('/').next().unwrap_or_default().to_owned(),
        rule: "malformed-input",
        severity: Error,
        words: format!("error malformed-input: {}", it.message),
    });
    found.chain(malformed).collect()
}

fn folder_of(name: &str) -> PathBuf {
    home().join("fixtures/detection").join(name)
}
