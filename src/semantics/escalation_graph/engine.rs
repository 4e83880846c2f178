//! The secrets engine of Kubernetes: from a token of Vault to a service account.

use std::collections::BTreeSet;

use super::asked::{Asked, Carry, Found};
use super::cluster::{self, Held, Scope, Tie, rules_named, sort_of};
use super::graph::{Graph, Node, Step};
use super::rights;
use super::token::{Answers, capabilities};
use super::vault::Scene;
use super::{Doubt, Evidence, Party, Piece, Sink, Without, code};
use crate::model::kube::rbac::RbacRoleKind;
use crate::model::vault::capability::Capability;
use crate::model::vault::secrets_role::SecretsRole;
use crate::semantics::authority;
use crate::semantics::engine_account::EngineAccount;
use crate::semantics::generated_rules;
use crate::semantics::reach::{Access, Holder, Token};
use crate::semantics::survey::Survey;
use crate::syntax::Span;

/// The engines with their roles.
pub(super) struct Engines<'s> {
    roles: Vec<Role<'s>>,
    /// Path and Vault namespace of each engine.
    mounts: BTreeSet<(String, String)>,
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
struct Role<'s> {
    role: &'s SecretsRole,
    number: usize,
    /// The Vault namespace of the engine.
    namespace: String,
    /// Kubernetes namespaces that are named, and whether others can be.
    places: Vec<String>,
    is_open: bool,
    account: Option<String>,
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

    fn made(&self, spot: &str) -> Node {
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

    fn evidence(&self) -> Evidence {
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
    let project = scene.access.project();
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
            let rights = match (named, &read) {
                (Some(name), _) => {
                    let namespace = match &scope {
                        Scope::Namespace(namespace) => namespace.as_str(),
                        Scope::Cluster => "",
                    };
                    let rules = rules_named(project, sort_of(kind), namespace, name.value);
                    if rules.is_empty() {
                        let what = format!("{} {} is not among the inputs", kind.word(), code(name.value));
                        graph.doubt(node, Doubt { what, span: Some(name.span) });
                    }
                    rights::of_rules(rules.iter().copied(), whole)
                }
                (None, Some(read)) => rights::of_rules(&read.rules, whole),
                (None, None) => Vec::new(),
            };
            let held: Vec<Held> = rights
                .into_iter()
                .map(|right| Held {
                    right,
                    scope: scope.clone(),
                    evidence: vec![role.evidence()],
                    first: String::new(),
                })
                .collect();
            let tie = Tie {
                sort: sort_of(kind),
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
            cluster::lead_on_in(graph, project, node, holder, whole);
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
                cluster::lead_on(graph, project, node, cluster::Holder { own: &own, beside, ties });
            }
        }
    }
}

impl Scene<'_, '_> {
    /// Service accounts that the token gets from the engines of Kubernetes.
    pub(super) fn secrets(&self, holder: &Holder<'_>, token: &Token<'_>, answers: &mut Answers) {
        let engines = &self.engines;
        for role in engines.roles.iter().filter(|role| role.namespace.starts_with(&holder.namespace)) {
            let asked = Asked { holder, token, namespace: &role.namespace };
            let mount = role.role.mount.trim_matches('/');
            let (place, name) = (format!("{mount}/creds/"), role.role.name.as_str());
            let is_single = !role.is_open && role.places.len() == 1;
            let anywhere = role.is_open.then_some(None);
            for namespace in role.places.iter().map(Some).chain(anywhere) {
                let carry = match namespace {
                    _ if is_single => Carry::Nothing,
                    Some(namespace) => Carry::Value("kubernetes_namespace", namespace),
                    None => Carry::OneOf(&["kubernetes_namespace"]),
                };
                let (path, evidence) = match asked.on_name(&place, name, Capability::Update, carry) {
                    Found::No => continue,
                    Found::Doubt(doubt) => {
                        answers.doubts.push(doubt);
                        continue;
                    }
                    Found::Yes(path, evidence) => (path, evidence),
                };
                let mut evidence = evidence;
                evidence.push(role.evidence());
                let of = |who: &str| {
                    let does = format!("may have a token of {who} made: update on {}", code(&path));
                    Step::new(does, evidence.clone()).asking([asked.request_on(&path, Capability::Update)])
                };
                match (&role.account, namespace) {
                    (Some(account), Some(namespace)) => {
                        let to = Node::Party(Party::account(namespace, account));
                        answers.edges.push((to, of(&format!("{namespace}/{account}"))));
                    }
                    (Some(account), None) => {
                        for other in self.accounts_named(account) {
                            let step = of(&other.to_string());
                            answers.edges.push((Node::Party(other), step));
                        }
                    }
                    (None, namespace) => {
                        let spot = namespace.filter(|_| !role.is_open).map_or("*", String::as_str);
                        answers.edges.push((role.made(spot), of("a service account of its own")));
                    }
                }
            }
            if !role.is_open {
                self.elsewhere(asked, role, answers);
            }
        }
        for (path, namespace) in engines.mounts.iter().filter(|(_, it)| it.starts_with(&holder.namespace)) {
            let asked = Asked { holder, token, namespace };
            for (place, needs) in authority::KUBERNETES_ROLES.places {
                let found = needs.chars().fold(Found::No, |found, letter| {
                    let capability = if letter == 'c' { Capability::Create } else { Capability::Update };
                    let ask = || asked.inside(&format!("{path}/{place}"), capability, MODE, |_| true);
                    found.or(ask)
                });
                match found {
                    Found::No => {}
                    Found::Doubt(doubt) => answers.doubts.push(doubt),
                    Found::Yes(at, evidence) => {
                        let does =
                            format!("may {}: write to {}", authority::KUBERNETES_ROLES.what, code(&at));
                        let to = Node::Engine(format!("{namespace}{path}"));
                        answers.edges.push((to, Step::new(does, evidence)));
                    }
                }
            }
        }
    }

    /// A write keeps what it does not name: who may change where a role is for gets there what it gives.
    fn elsewhere(&self, asked: Asked<'_, '_>, role: &Role<'_>, answers: &mut Answers) {
        let mount = role.role.mount.trim_matches('/');
        let name = role.role.name.as_str();
        let write = asked.on_name(&format!("{mount}/roles/"), name, Capability::Update, WHERE);
        if write == Found::No {
            return;
        }
        let have = asked.on_name(&format!("{mount}/creds/"), name, Capability::Update, Carry::Nothing);
        let ((at, mut evidence), (path, more)) = match (write, have) {
            (Found::No, _) | (_, Found::No) => return,
            (Found::Doubt(doubt), _) | (_, Found::Doubt(doubt)) => {
                answers.doubt(doubt);
                return;
            }
            (Found::Yes(at, evidence), Found::Yes(path, more)) => ((at, evidence), (path, more)),
        };
        evidence.extend(more);
        evidence.dedup();
        evidence.push(role.evidence());
        let of = |who: &str| {
            let does = format!(
                "may have a token of {who} made once it has changed the namespaces of the role: update on {} and on {}",
                code(&at),
                code(&path)
            );
            let requests = [&at, &path].map(|path| asked.request_on(path, Capability::Update));
            Step::new(does, evidence.clone()).asking(requests)
        };
        match &role.account {
            None => answers.edges.push((role.made("*"), of("a service account of its own"))),
            Some(account) => {
                for party in self.accounts_named(account) {
                    let step = of(&party.to_string());
                    answers.edges.push((Node::Party(party), step));
                }
            }
        }
    }
}

/// Where a role of the engine is for.
const WHERE: Carry<'_> =
    Carry::OneOf(&["allowed_kubernetes_namespaces", "allowed_kubernetes_namespace_selector"]);

/// A role of the engine is of use with one of these.
const MODE: Carry<'_> = Carry::OneOf(&[
    "service_account_name",
    "kubernetes_role_name",
    "generated_role_rules",
    "kubernetes_host",
]);
