//! The secrets engine of Kubernetes: from a token of Vault to a service account.

use std::collections::BTreeSet;

use super::cluster::{self, Held, Scope, Tie, roles_named};
use super::graph::{Graph, Node, Step};
use super::rights::{self, Right};
use super::token::capabilities;
use super::vault::Scene;
use super::{Doubt, Evidence, Party, Piece, Sink, Without, code};
use crate::model::kube::rbac::RbacRoleKind;
use crate::model::vault::capability::Capability;
use crate::model::vault::secrets_role::SecretsRole;
use crate::semantics::authority;
use crate::semantics::engine_account::EngineAccount;
use crate::semantics::generated_rules;
use crate::semantics::reach::Access;
use crate::semantics::survey::Survey;
use crate::syntax::Span;

/// The engines with their roles.
pub(super) struct Engines<'s> {
    pub(super) roles: Vec<Role<'s>>,
    /// Path and Vault namespace of each engine.
    pub(super) mounts: BTreeSet<(String, String)>,
    account: Option<Account>,
}

/// As whom the engines act.
struct Account {
    party: Party,
    /// It may do all that an engine does, and not make tokens alone.
    is_whole: bool,
    evidence: Evidence,
}

/// A role of an engine.
pub(super) struct Role<'s> {
    pub(super) role: &'s SecretsRole,
    number: usize,
    /// The Vault namespace of the engine.
    pub(super) namespace: String,
    /// Kubernetes namespaces that are named, and whether others can be.
    pub(super) places: Vec<String>,
    pub(super) is_open: bool,
    pub(super) account: Option<String>,
}

/// A role that makes service accounts in a namespace.
pub(super) struct Maker<'s> {
    pub(super) role: &'s SecretsRole,
    pub(super) words: String,
    /// The service accounts that it makes there.
    pub(super) node: Node,
    /// The namespace, or `*`.
    pub(super) spot: String,
}

impl<'s> Engines<'s> {
    pub(super) fn new(access: &Access<'s>, survey: &Survey<'_>, without: &Without) -> Engines<'s> {
        let project = access.project();
        let namespace_at = |place: Span| {
            let spec = project.spec_of(place);
            let name = spec.and_then(|spec| spec.vault_namespace.as_ref());
            let name = name.map_or("", |name| name.value.trim_matches('/'));
            if name.is_empty() { String::new() } else { format!("{name}/") }
        };
        let mut mounts = BTreeSet::new();
        for engine in &project.engines {
            let path = engine.path.value.trim_matches('/').to_owned();
            mounts.insert((path, namespace_at(engine.path.span)));
        }
        let mut roles = Vec::new();
        for (number, role) in project.secrets_roles.iter().enumerate() {
            let namespace = namespace_at(role.name.span);
            mounts.insert((role.mount.trim_matches('/').to_owned(), namespace.clone()));
            if without.leaves_out(Piece::SecretsRole(role.name.span)) {
                continue;
            }
            let listed = role.fields.list("allowed_kubernetes_namespaces");
            let selector = role.fields.text("allowed_kubernetes_namespace_selector");
            let account = role.fields.text("service_account_name").filter(|name| !name.value.is_empty());
            roles.push(Role {
                role,
                number,
                namespace,
                places: listed.iter().filter(|it| it.value != "*").map(|it| it.value.clone()).collect(),
                is_open: listed.iter().any(|it| it.value == "*")
                    || selector.is_some_and(|selector| !selector.value.is_empty()),
                account: account.map(|account| account.value.to_owned()),
            });
        }
        let of = |found: Option<EngineAccount<'_>>, is_whole: bool| {
            let found = found?;
            let party = super::parties::party_of(found.binding, found.subject)?;
            let what = format!("{} {}", found.binding.kind_word(), found.binding.meta.name);
            let span = Some(found.subject.span);
            let piece = Some(Piece::Binding(found.binding.meta.name.span));
            Some(Account { party, is_whole, evidence: Evidence { what, span, piece } })
        };
        let account = match mounts.is_empty() {
            true => None,
            false => of(EngineAccount::of(survey, project, access.cluster()), true)
                .or_else(|| of(EngineAccount::minting(survey, project, access.cluster()), false)),
        };
        Engines { roles, mounts, account }
    }

    /// The Vault namespaces that engines are in.
    pub(super) fn namespaces(&self) -> impl Iterator<Item = String> + '_ {
        self.mounts.iter().map(|(_, namespace)| namespace.clone())
    }

    /// The paths that lead on, as patterns, below the Vault namespace, each with the capabilities of which one is
    /// needed.
    pub(super) fn places(&self) -> Vec<(String, Vec<Capability>)> {
        let below = || authority::KUBERNETES_ROLES.places.iter().copied().chain([("creds/+", "u")]);
        let mounts = self.mounts.iter().map(|(path, _)| path);
        let places = mounts.flat_map(|path| {
            below().map(move |(place, needs)| (format!("{path}/{place}"), capabilities(needs).collect()))
        });
        places.collect()
    }

    /// Who makes service accounts.
    pub(super) fn makers(&self) -> impl Iterator<Item = Maker<'s>> + use<'s, '_> {
        let makers = self.roles.iter().filter(|role| role.account.is_none());
        makers.flat_map(|role| {
            let spots = role.all_spots().into_iter();
            spots.map(|spot| Maker { role: role.role, words: role.words(), node: role.made(&spot), spot })
        })
    }
}

impl Role<'_> {
    fn words(&self) -> String {
        format!("{}/roles/{}", self.role.mount.trim_matches('/'), self.role.name)
    }

    pub(super) fn made(&self, spot: &str) -> Node {
        Node::Made(self.words(), self.number, spot.to_owned())
    }

    /// The namespaces in which it makes service accounts; `*` for any.
    fn spots(&self) -> Vec<String> {
        if self.is_open { vec!["*".to_owned()] } else { self.places.clone() }
    }

    /// The same, and any for those who change which they are.
    fn all_spots(&self) -> Vec<String> {
        let mut spots = self.spots();
        if !self.is_open {
            spots.push("*".to_owned());
        }
        spots
    }

    pub(super) fn evidence(&self) -> Evidence {
        let place = self.role.name.span;
        Evidence {
            what: format!("secrets role {}", self.role.name),
            span: Some(place),
            piece: Some(Piece::SecretsRole(place)),
        }
    }
}

/// Adds what service accounts that the engines make, and the engines themselves, can do in the cluster.
pub(super) fn add(graph: &mut Graph, scene: &Scene<'_, '_>) {
    let engines = &scene.engines;
    for role in engines.roles.iter().filter(|role| role.account.is_none()) {
        let kind = generated_rules::role_kind(role.role);
        let fields = &role.role.fields;
        let named = fields.text("kubernetes_role_name").filter(|name| !name.value.is_empty());
        let generated = fields.text("generated_role_rules").filter(|text| !text.value.is_empty());
        // The request chooses whether a ClusterRole is bound in the whole cluster.
        let whole = kind == RbacRoleKind::ClusterRole;
        for spot in role.all_spots() {
            let node = graph.node(role.made(&spot));
            let spot_of_groups = spot.clone();
            let scope = if whole || spot == "*" { Scope::Cluster } else { Scope::Namespace(spot) };
            let read = generated.and_then(|text| generated_rules::read(text.value, text.span));
            let given: Vec<(Scope, Right)> = match (named, &read) {
                (Some(name), _) => {
                    let roles = roles_named(scene.access, kind, &scope, name.value, whole);
                    if roles.is_empty() {
                        let what = format!("{} {} is not among the inputs", kind.word(), code(name.value));
                        graph.doubt(node, Doubt { what, span: Some(name.span) });
                    }
                    let doubts = roles.iter().filter_map(|role| role.doubt.clone());
                    doubts.for_each(|doubt| graph.doubt(node, doubt));
                    let given = roles.into_iter().flat_map(|role| {
                        role.rights.into_iter().map(move |right| (role.scope.clone(), right))
                    });
                    given.collect()
                }
                (None, Some(read)) => {
                    let rights = rights::of_rules(&read.rules, whole).into_iter();
                    rights.map(|right| (scope.clone(), right)).collect()
                }
                (None, None) => Vec::new(),
            };
            let held: Vec<Held> = given
                .into_iter()
                .map(|(scope, right)| Held {
                    right,
                    scope,
                    evidence: vec![role.evidence()],
                    first: String::new(),
                })
                .collect();
            let tie = Tie {
                sort: kind,
                role: named.map(|name| name.value.to_owned()).unwrap_or_default(),
                scope: scope.clone(),
                evidence: vec![role.evidence()],
            };
            graph.ties.hold(node, &tie);
            let as_one = Party::account(&spot_of_groups, "");
            let beside = cluster::of_groups(&as_one, &graph.holdings);
            let mut ties = vec![tie];
            ties.extend(graph.ties.with_groups(&as_one));
            let holder = cluster::Holder { own: &held, beside, ties };
            cluster::lead_on_in(graph, scene.access, node, holder, whole);
        }
    }
    // Whoever is root on Vault has all that its engines give.
    let root = graph.node(Node::Sink(Sink::Vault));
    for role in &engines.roles {
        let evidence = vec![role.evidence()];
        let account = role.account.as_ref();
        let named = account.map(|account| role.places.iter().map(|place| Party::account(place, account)));
        let open = account.filter(|_| role.is_open).map(|account| scene.accounts_named(account));
        for party in named.into_iter().flatten().chain(open.into_iter().flatten()) {
            let does = format!("may have a token of {party} made by {}", code(&role.words()));
            let step = graph.step(Step::new(does, evidence.clone()));
            let to = graph.party(party);
            graph.edge(root, to, Some(step));
        }
        if account.is_none() {
            let does = format!("may have a service account made by {}", code(&role.words()));
            let step = graph.step(Step::new(does, evidence));
            for spot in role.spots() {
                let to = graph.node(role.made(&spot));
                graph.edge(root, to, Some(step));
            }
        }
    }
    for (path, namespace) in &engines.mounts {
        let node = graph.node(Node::Engine(format!("{namespace}{path}")));
        let step = graph
            .step(Step::new(format!("may write roles of the secrets engine at {}", code(path)), Vec::new()));
        graph.edge(root, node, Some(step));
        match &engines.account {
            None => {
                let what = format!(
                    "as which service account the Kubernetes secrets engine at {} acts, and what that may do, is not known",
                    code(path)
                );
                graph.doubt(node, Doubt { what, span: None });
            }
            Some(account) => {
                let mut own = graph.holdings.get(&account.party).cloned().unwrap_or_default();
                let mut beside = cluster::of_groups(&account.party, &graph.holdings);
                for held in [&mut own, &mut beside] {
                    held.retain(|held| account.is_whole || held.right.kind.is_of_tokens());
                    for held in held {
                        held.evidence.push(account.evidence.clone());
                        held.evidence.dedup();
                    }
                }
                let ties = graph.ties.with_groups(&account.party);
                let ties = if account.is_whole { ties } else { Vec::new() };
                let holder = cluster::Holder { own: &own, beside, ties };
                cluster::lead_on(graph, scene.access, node, holder);
            }
        }
    }
}
