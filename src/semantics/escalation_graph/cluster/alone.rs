//! Rights that lead on by themselves.

use std::collections::BTreeSet;

use super::super::graph::{Graph, Node};
use super::super::rights::{Kind, Names};
use super::super::{Doubt, Evidence, Party, Sink, code};
use super::{Held, Scope};
use crate::model::project::Project;
use crate::semantics::rbac::lateral::Way;

const SYSTEM: &str = "kube-system";

/// Service accounts there that can be any other: their controllers run pods everywhere, or write ClusterRoles.
///
/// Source: kubernetes `plugin/pkg/auth/authorizer/rbac/bootstrappolicy/controller_policy.go`.
const CONTROLLERS: [&str; 10] = [
    "clusterrole-aggregation-controller",
    "cronjob-controller",
    "daemon-set-controller",
    "deployment-controller",
    "generic-garbage-collector",
    "job-controller",
    "persistent-volume-binder",
    "replicaset-controller",
    "replication-controller",
    "statefulset-controller",
];

/// Adds where one right leads by itself.
pub(super) fn alone(graph: &mut Graph, project: &Project, node: usize, held: &Held) {
    let whole = format!("{}{}", held.scope.words(), held.first);
    match held.right.kind {
        Kind::Everything => {
            let step = held.step(format!("may do anything {whole}"), None);
            let is_given = held.first.is_empty();
            let (to, step) = match held.scope {
                Scope::Cluster => {
                    (graph.node(Node::Sink(Sink::Cluster)), if is_given { step.given() } else { step })
                }
                _ => (target(graph, &held.scope), step),
            };
            let step = graph.step(step);
            graph.edge(node, to, Some(step));
        }
        Kind::Become(way) => match &held.right.names {
            Names::Any => {
                let to = target(graph, &held.scope);
                let step = graph.step(held.step(format!("may {} {whole}", way.words()), None));
                graph.edge(node, to, Some(step));
            }
            Names::Listed(names) => {
                for name in names.iter().filter(|name| !name.is_empty()) {
                    let does = match way {
                        Way::Impersonate => {
                            format!("may impersonate the service account {} {whole}", code(name))
                        }
                        _ => format!("may {} for the service account {} {whole}", way.words(), code(name)),
                    };
                    let mut to = named(graph, &held.scope, name, way == Way::Impersonate);
                    let is_in_system = match &held.scope {
                        Scope::Cluster => true,
                        Scope::Namespace(namespace) => namespace == SYSTEM,
                    };
                    let of_system = graph.parties.get(&Party::account(SYSTEM, name)).copied();
                    if is_in_system && CONTROLLERS.contains(&name.as_str()) {
                        to.push(graph.node(Node::AnyOf(SYSTEM.to_owned())));
                    } else if is_in_system
                        && !of_system.is_some_and(|node| graph.sources.contains(&node))
                        && (held.scope != Scope::Cluster || to.is_empty())
                    {
                        let what = format!(
                            "what the service account {} of namespace {} may do is not known",
                            code(name),
                            code(SYSTEM)
                        );
                        let span = held.evidence.first().and_then(|evidence| evidence.span);
                        graph.doubt(node, Doubt { what, span });
                    }
                    if to.is_empty() {
                        continue;
                    }
                    let step = graph.step(held.step(does, Some(name)));
                    to.into_iter().for_each(|to| graph.edge(node, to, Some(step)));
                }
            }
        },
        Kind::BecomeOfPods(way) => {
            let Names::Listed(names) = &held.right.names else { return };
            for name in names {
                let mut to: Vec<usize> = Vec::new();
                for workload in &project.workloads {
                    let place = workload.meta.namespace_name().unwrap_or_default();
                    let is_here = match &held.scope {
                        Scope::Cluster => !place.is_empty(),
                        Scope::Namespace(namespace) => namespace == place,
                    };
                    if is_here && makes(workload.kind.as_str(), workload.meta.name.as_str(), name) {
                        let account = workload.service_account.as_ref().map_or("default", |it| it.as_str());
                        to.push(graph.party(Party::account(place, account)));
                    }
                }
                if to.is_empty() {
                    let what = format!("as which service account the pod {} runs is not known", code(name));
                    let span = held.evidence.first().and_then(|evidence| evidence.span);
                    graph.doubt(node, Doubt { what, span });
                    continue;
                }
                let does = format!("may {}, of these in {}, {whole}", way.words(), code(name));
                let step = graph.step(held.step(does, Some(name)));
                to.into_iter().for_each(|to| graph.edge(node, to, Some(step)));
            }
        }
        Kind::Unknown(what) => {
            let of = match &held.right.names {
                Names::Listed(names) => {
                    let names: Vec<String> = names.iter().map(|name| code(name)).collect();
                    format!(" ({})", names.join(", "))
                }
                Names::Any => String::new(),
            };
            let span = held.evidence.first().and_then(|evidence| evidence.span);
            graph.doubt(node, Doubt { what: format!("{what}{of} is not known"), span });
        }
        Kind::ReadSecrets => {
            for secret in &project.token_secrets {
                let place = secret.meta.namespace_name().unwrap_or_default();
                let Some(account) = secret.account.as_ref().filter(|_| !place.is_empty()) else { continue };
                let is_here = match &held.scope {
                    Scope::Cluster => true,
                    Scope::Namespace(namespace) => namespace == place,
                };
                let name = secret.meta.name.as_str();
                if is_here && held.right.names.contains(name) {
                    let to = graph.party(Party::account(place, account.as_str()));
                    let mut evidence = held.evidence.clone();
                    let what = format!("Secret {name} with a token of {place}/{account}");
                    evidence.push(Evidence { what, span: Some(secret.meta.name.span), piece: None });
                    let does = format!("may read the Secret {} in namespace {}", code(name), code(place));
                    let step = Held { evidence, ..held.clone() }.step(does, Some(name));
                    let step = graph.step(step);
                    graph.edge(node, to, Some(step));
                }
            }
        }
        _ => {}
    }
}

/// True if the workload is the pod of this name, or makes such pods.
fn makes(kind: &str, own: &str, pod: &str) -> bool {
    match kind {
        "Pod" => own == pod,
        _ => pod.strip_prefix(own).is_some_and(|rest| rest.starts_with('-')),
    }
}

/// Any service account of where a right holds.
pub(super) fn target(graph: &mut Graph, scope: &Scope) -> usize {
    match scope {
        Scope::Cluster => graph.node(Node::Anybody),
        Scope::Namespace(namespace) => graph.node(Node::AnyOf(namespace.clone())),
    }
}

/// The service accounts of one name where a right holds. To be impersonated, one need not be there.
fn named(graph: &mut Graph, scope: &Scope, name: &str, is_impersonated: bool) -> Vec<usize> {
    let mut found: BTreeSet<Party> = BTreeSet::new();
    match scope {
        Scope::Namespace(namespace) => {
            found.insert(Party::account(namespace, name));
        }
        Scope::Cluster => {
            for party in graph.parties.keys() {
                match party {
                    Party::ServiceAccount { namespace, name: own } if is_impersonated || own == name => {
                        found.insert(Party::account(namespace, name));
                    }
                    Party::Group(group) if is_impersonated => {
                        let namespace = group.strip_prefix("system:serviceaccounts:");
                        found.extend(namespace.map(|namespace| Party::account(namespace, name)));
                    }
                    _ => {}
                }
            }
            if is_impersonated {
                found.insert(Party::account("default", name));
            }
        }
    }
    found.into_iter().map(|party| graph.party(party)).collect()
}
