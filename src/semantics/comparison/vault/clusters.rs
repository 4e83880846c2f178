//! Which auth mounts serve the same Kubernetes cluster.
//!
//! `app/web` of one cluster and `app/web` of another are two. Mounts whose configurations name the same API server and the
//! same CA, before as now, serve one cluster; so do those that name none. Any other mount is taken to serve one of its own.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::semantics::login::AuthMethod;
use crate::semantics::reach::Access;

/// The clusters of the auth mounts of both sides.
pub(super) struct Clusters {
    /// By Vault namespace and path.
    numbers: HashMap<(String, String), usize>,
    /// By number: what follows the name of somebody there; empty if there is one cluster only.
    words: Vec<String>,
}

/// What a configuration says of the API server: its address and its CA.
type Server = (String, String);

/// How many mounts of a cluster are named.
const NAMED: usize = 3;

impl Clusters {
    pub(super) fn of_both(old: &Access<'_>, new: &Access<'_>) -> Clusters {
        let mut servers: BTreeMap<(String, String), (Option<Server>, Option<Server>)> = BTreeMap::new();
        for (access, is_new) in [(old, false), (new, true)] {
            for method in access.methods().iter().filter(|method| !method.roles().is_empty()) {
                let (before, now) =
                    servers.entry((method.namespace.clone(), method.path.to_owned())).or_default();
                *(if is_new { now } else { before }) = Some(server(method));
            }
        }
        let mut clusters: BTreeMap<(Server, Server), BTreeSet<(String, String)>> = BTreeMap::new();
        for (mount, (before, now)) in servers {
            // Of a mount that one side alone has, it does not matter.
            let (Some(one), Some(other)) = (before.clone().or(now.clone()), now.or(before)) else { continue };
            clusters.entry((one, other)).or_default().insert(mount);
        }
        let is_alone = clusters.len() < 2;
        let mut numbers = HashMap::new();
        let mut words = Vec::with_capacity(clusters.len());
        for (number, mounts) in clusters.into_values().enumerate() {
            let named = mounts.iter().take(NAMED).map(|(namespace, path)| format!("{namespace}auth/{path}"));
            let mut named: Vec<String> = named.collect();
            if mounts.len() > NAMED {
                named.push(format!("{} others", mounts.len() - NAMED));
            }
            words.push(if is_alone { String::new() } else { format!(" through {}", named.join(" or ")) });
            numbers.extend(mounts.into_iter().map(|mount| (mount, number)));
        }
        Clusters { numbers, words }
    }

    /// The number of the cluster that a mount serves.
    pub(super) fn number(&self, method: &AuthMethod<'_>) -> usize {
        let mount = (method.namespace.clone(), method.path.to_owned());
        self.numbers.get(&mount).copied().unwrap_or_default()
    }

    /// What follows the name of somebody of a cluster: empty, or `` through auth/kubernetes``.
    pub(super) fn words(&self, number: usize) -> &str {
        self.words.get(number).map_or("", String::as_str)
    }
}

fn server(method: &AuthMethod<'_>) -> Server {
    let config = method.mount.and_then(|mount| mount.config.as_ref());
    let text = |name: &str| {
        let text = config.and_then(|config| config.text(name));
        text.map_or_else(String::new, |text| text.value.trim().trim_end_matches('/').to_owned())
    };
    (text("kubernetes_host"), text("kubernetes_ca_cert"))
}
