use super::*;
use crate::syntax::{SourceId, Span};

fn asked(label: &str) -> Option<String> {
    let project = Project::default();
    let mounts = MountTable::new(&project);
    let asker = Spanned::new(label.to_owned(), Span::new(SourceId(0), 0..0));
    let asked = Below::of(label, &project, &mounts, &asker)?.asked_for()?;
    Some(asked.iter().filter_map(letter).collect())
}

#[test]
fn endpoints_ask_for_what_the_server_asks_for() {
    let table = [
        ("sys/policies/acl/app", Some("rudpl")),
        ("sys/policies/acl", Some("l")),
        ("sys/mounts", Some("r")),
        ("auth/token/create", Some("u")),
        ("auth/token/create/ci", Some("u")),
        ("auth/token/lookup-self", Some("ru")),
        ("auth/kubernetes/role/app", Some("crud")),
        ("transit/encrypt/app", Some("cu")),
        ("transit/decrypt/app", Some("u")),
        ("pki_int/issue/app", Some("u")),
        ("kubernetes/creds/app", Some("u")),
        ("database/creds/app", Some("r")),
        ("secret/data/app", Some("crudp")),
        ("secret/data/app/*", Some("crudp")),
        ("kv/destroy/app", None),
        ("sys/storage/raft/snapshot", None),
        ("sys/polices/acl/app", None),
        ("secret/app", None),
        ("+/creds/app", None),
        ("sys", None),
    ];
    for (label, wanted) in table {
        let mut wanted: Option<Vec<char>> = wanted.map(|letters| letters.chars().collect());
        let mut found: Option<Vec<char>> = asked(label).map(|letters| letters.chars().collect());
        wanted.iter_mut().for_each(|it| it.sort_unstable());
        found.iter_mut().for_each(|it| it.sort_unstable());
        assert_eq!(found, wanted, "{label}");
    }
}

#[test]
fn rows_are_well_formed_and_written_once() {
    const ALL: [Api; 13] = [
        Api::System,
        Api::Identity,
        Api::Cubbyhole,
        Api::Token,
        Api::KubernetesAuth,
        Api::Approle,
        Api::Kv1,
        Api::Kv2,
        Api::Transit,
        Api::Pki,
        Api::Database,
        Api::Kubernetes,
        Api::Ssh,
    ];
    for api in ALL {
        let mut seen = std::collections::BTreeSet::new();
        for Endpoint(path, operations) in table(api) {
            assert!(seen.insert(path), "{api:?} has `{path}` twice");
            assert!(!path.is_empty() && !path.starts_with('/'), "{api:?}: `{path}`");
            assert!(operations.chars().all(|it| "crupdlno?".contains(it)), "{path}: {operations}");
            assert!(operations.contains(|it| it != 'o'), "{path} has no operation");
        }
    }
}
