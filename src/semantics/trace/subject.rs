//! Which workload is meant.

use crate::model::kube::workload::Workload;
use crate::model::project::Project;

/// A workload that the words may mean.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a, 'w> {
    /// The workload.
    pub workload: &'a Workload,
    /// The namespace that the words name, for a workload whose manifest names none.
    pub namespace: Option<&'w str>,
}

/// The workloads that `words` may mean: `NAMESPACE/NAME`, `KIND/NAME`, `KIND/NAMESPACE/NAME` or a bare name, in the order
/// of the inputs. Kinds are as good in lower case, in plural, and in the short forms of kubectl. A workload whose
/// manifest names no namespace fits every one.
pub fn named<'a, 'w>(project: &'a Project, words: &'w str) -> Vec<Candidate<'a, 'w>> {
    let parts: Vec<&str> = words.split('/').collect();
    let readings: Vec<(Option<&str>, Option<&str>, &str)> = match *parts.as_slice() {
        [name] => vec![(None, None, name)],
        [first, name] => vec![(None, Some(first), name), (Some(first), None, name)],
        [kind, namespace, name] => vec![(Some(kind), Some(namespace), name)],
        _ => Vec::new(),
    };
    let fits = |workload: &'a Workload| {
        let reading = readings.iter().find(|(kind, namespace, name)| {
            let own = workload.meta.namespace_name();
            let is_kind = kind.is_none_or(|kind| is_kind(&workload.kind.value, kind));
            let is_there = namespace.is_none_or(|namespace| own.is_none_or(|own| own == namespace));
            workload.meta.name.value == *name && is_kind && is_there
        })?;
        Some(Candidate { workload, namespace: reading.1 })
    };
    let found: Vec<_> = project.workloads.iter().filter_map(fits).collect();
    // A manifest that names the namespace is surer than one that leaves it open.
    let sure = |it: &Candidate<'_, '_>| it.namespace.is_none() || it.workload.meta.namespace.is_some();
    if found.iter().any(sure) { found.into_iter().filter(sure).collect() } else { found }
}

fn is_kind(kind: &str, word: &str) -> bool {
    let short = match kind {
        "Pod" => "po",
        "Deployment" => "deploy",
        "StatefulSet" => "sts",
        "DaemonSet" => "ds",
        "ReplicaSet" => "rs",
        "CronJob" => "cj",
        "DeploymentConfig" => "dc",
        _ => "",
    };
    let word = word.to_ascii_lowercase();
    let kind = kind.to_ascii_lowercase();
    word == kind || word.strip_suffix('s') == Some(kind.as_str()) || (!short.is_empty() && word == short)
}
