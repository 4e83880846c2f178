//! The gold sets: real files of other people, where the headline rules must be right.
//!
//! The files are no part of this package. Where `../shared/corpus` is missing the tests say so and check nothing of it;
//! the ideas of its near misses stand as fixtures of the rules.

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

use std::collections::BTreeMap;
use std::path::PathBuf;

use rolewright::cli::load::{self, Loaded};
use rolewright::cli::session::Session;
use rolewright::lint::{self, Finding, Levels};
use rolewright::model::project::FileClass;
use rolewright::report::place::Places;
use rolewright::rules::RULES;

/// Rules whose false alarms would cost the trust in all others.
const HEADLINES: [&str; 6] = [
    "wildcard-namespace",
    "wildcard-service-account",
    "kv2-missing-data",
    "kv2-deny-missing-data",
    "kv1-with-data",
    "excessive-ttl",
];

/// Files of the corpus that look like a finding of a headline rule and are none, as `REPOSITORY/PATH`.
const NEAR_MISSES: [&str; 10] = [
    "HappyPathway+vault-policies/terraform/vault_policies/dev.hcl",
    "Santiago1010+vault-template/scripts/setup-auth.sh",
    "bank-vaults+vault-operator/deploy/dev/microk8s/dev.yaml",
    "bcgov+nr-broker/scripts/vault-setup.sh",
    "bmcdonald05+terraform-vault-k8s/vault-agent-injector/modules/k8_auth/main.tf",
    "bmcdonald05+terraform-vault-k8s/vault-agent-injector/modules/k8_role/main.tf",
    "hashi-at-home+terraform-vault-nomad/main.tf",
    "kubernetes-sigs+secrets-store-csi-driver/test/bats/vault.bats",
    "ned1313+Installing-and-Configuring-HashiCorp-Vault/m9/transit-policy.hcl",
    "tfo-apj-demos+terraform-vsphere-vault-config/policies/subscribe_events.hcl",
];

/// Lines at fault, in files of a class that is read: rule, file, line.
const POSITIVES: [(&str, &str, u32); 4] = [
    ("wildcard-everything", "HappyPathway+vault-policies/terraform/vault_policies/admin.hcl", 1),
    ("wildcard-everything", "ieuD+hashi-vault-initializer/policies/admin.hcl", 2),
    ("legacy-policy-keyword", "HappyPathway+vault-policies/terraform/vault_policies/production.hcl", 2),
    ("leading-slash", "tfo-apj-demos+terraform-vsphere-vault-config/policies/admin.hcl", 7),
];

#[test]
fn the_gold_sets_hold() {
    let Some((loaded, findings)) = linted() else { return };
    let places = Places::new(&loaded.project.sources);
    let at = |finding: &Finding| {
        let place = places.of(finding.span);
        (place.path.to_owned(), place.start.line)
    };
    let mut wrong = Vec::new();
    for finding in findings.iter().filter(|finding| HEADLINES.contains(&finding.rule.name)) {
        let (path, line) = at(finding);
        if NEAR_MISSES.iter().any(|miss| path.ends_with(miss)) {
            wrong.push(format!("{path}:{line}: no finding, but {}: {}", finding.rule.name, finding.message));
        }
    }
    let is_there = |file: &str| loaded.project.sources.iter().any(|source| source.name.ends_with(file));
    wrong.extend(
        NEAR_MISSES.iter().filter(|miss| !is_there(miss)).map(|miss| format!("{miss}: is not there")),
    );
    for (rule, file, line) in POSITIVES {
        let read = loaded.project.sources.iter().zip(&loaded.project.classes);
        let mut read =
            read.filter(|(source, class)| source.name.ends_with(file) && **class == FileClass::Read);
        if read.next().is_none() {
            wrong.push(format!("{file}: is not read"));
            continue;
        }
        let found = findings.iter().any(|finding| {
            let (path, at_line) = at(finding);
            finding.rule.name == rule && path.ends_with(file) && at_line == line
        });
        if !found {
            wrong.push(format!("{file}:{line}: {rule} was not reported"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_whole_corpus_is_read_without_a_crash() {
    let Some((loaded, findings)) = linted() else { return };
    let crashes: Vec<String> =
        loaded.crashes.iter().map(|crash| format!("{}: {}", crash.rule, crash.message)).collect();
    assert!(crashes.is_empty(), "{}", crashes.join("\n"));
    let mut count: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for finding in &findings {
        *count.entry((finding.rule.name, finding.severity.word())).or_default() += 1;
    }
    for ((rule, severity), count) in count {
        println!("{count:6} {severity:8} {rule}");
    }
    for finding in &findings {
        let spans = finding.labels.iter().map(|label| label.span).chain([finding.span]);
        let edits = finding.fix.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.span));
        for span in spans.chain(edits) {
            let source = loaded.project.sources.get(span.source);
            let fits = source.is_some_and(|source| source.text.get(span.range()).is_some());
            assert!(fits, "{}: a span outside its text: {}", finding.rule.name, finding.message);
        }
    }
}

/// All findings over the corpus, or nothing where it is not there.
fn linted() -> Option<(Loaded, Vec<Finding>)> {
    let corpus = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if !corpus.is_dir() {
        println!("left out: {} is not there", corpus.display());
        return None;
    }
    let session = Session::of_directory(&corpus).expect("a directory without a configuration");
    let loaded = load::project(&[corpus], None, &session);
    let levels = Levels::default();
    let findings = lint::run(&levels.active(RULES), &loaded.project, &session.config.options);
    Some((loaded, findings))
}
