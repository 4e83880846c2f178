//! Tokens of auth roles: who gets them, and where they lead.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use super::bounds::matching;
use super::engine::{self, Engines};
use super::graph::{Graph, Node, Step, Written};
use super::made::{self, Admits};
use super::token::{Answers, capabilities, written};
use super::{Doubt, Evidence, Party, Piece, Without, code};
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::capability::Capability;
use crate::model::vault::path::PathPattern;
use crate::model::vault::policy::Policy;
use crate::semantics::authority;
use crate::semantics::bound;
use crate::semantics::dialect::Dialect;
use crate::semantics::login::{AuthMethod, Missing, Outcome, attempt_for};
use crate::semantics::pattern::overlaps;
use crate::semantics::reach::{Access, Holder};
use crate::semantics::survey::Survey;
use crate::semantics::template;
use crate::semantics::template::Presence;
use crate::syntax::Span;

/// What the questions to tokens need.
pub(super) struct Scene<'s, 'a> {
    pub(super) access: &'s Access<'a>,
    without: &'s Without,
    pub(super) engines: Engines<'s>,
    /// Every policy that some role attaches.
    pub(super) policies_held: BTreeSet<Written>,
    /// Vault namespaces, `""` first.
    namespaces: BTreeSet<String>,
    /// Service accounts that inputs speak of.
    pub(super) accounts: BTreeSet<Party>,
    /// Paths of auth methods that are made of several segments.
    pub(super) deep_mounts: BTreeSet<String>,
    /// Endpoints that lead on, in every namespace, each with the capabilities that count.
    places: Vec<(PathPattern, Vec<Capability>)>,
    /// By the places of name and text: what there is to know of a policy.
    known: RefCell<HashMap<(Span, Span), Weight>>,
}

/// How much a policy has to do with endpoints that lead on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    Nothing,
    Reaches,
    /// It reaches some, and whose token it is decides which.
    ByIdentity,
}

impl<'s, 'a> Scene<'s, 'a> {
    pub(super) fn new(
        access: &'s Access<'a>,
        survey: &Survey<'_>,
        without: &'s Without,
        graph: &Graph,
    ) -> Scene<'s, 'a> {
        let engines = Engines::new(access, survey, without);
        let mut namespaces: BTreeSet<String> =
            access.methods().iter().map(|method| method.namespace.clone()).collect();
        namespaces.insert(String::new());
        namespaces.extend(engines.namespaces());
        let mut policies_held = BTreeSet::new();
        for (method, role) in access.roles() {
            let names = role.policies().iter().map(|name| name.value.trim().to_lowercase());
            policies_held.extend(names.map(|name| written(&method.namespace, &name)));
            policies_held.insert(written(&method.namespace, "default"));
        }
        let like_root = authority::ALL.iter().filter(|it| authority::is_like_root(it));
        let create =
            authority::ALL.iter().filter(|it| std::ptr::eq(**it, &raw const authority::TOKEN_CREATE));
        let fixed = like_root.chain(create).flat_map(|it| it.places);
        let fixed = fixed.map(|(place, needs)| ((*place).to_owned(), capabilities(needs).collect()));
        let groups = ["identity/group", "identity/group/id/+", "identity/group/name/+"];
        let groups = groups.map(|place| (place.to_owned(), vec![Capability::Update]));
        let declared = access.project().auth_mounts.iter().map(|mount| mount.path.value.trim_matches('/'));
        let mounts = declared.chain(access.methods().iter().map(|method| method.path));
        let deep_mounts: BTreeSet<String> =
            mounts.filter(|path| path.contains('/')).map(str::to_owned).collect();
        let deep = deep_mounts
            .iter()
            .map(|path| (format!("auth/{path}/*"), vec![Capability::Create, Capability::Update]));
        let below: Vec<(String, Vec<Capability>)> =
            fixed.chain(groups).chain(deep).chain(engines.places()).collect();
        let places = namespaces.iter().flat_map(|namespace| {
            below.iter().map(move |(place, needs)| {
                (PathPattern::stored(format!("{namespace}{place}")), needs.clone())
            })
        });
        let places = places.collect();
        let known = RefCell::default();
        let accounts = graph.parties.keys().filter(|party| matches!(party, Party::ServiceAccount { .. }));
        let accounts = accounts.cloned().collect();
        Scene { access, without, engines, policies_held, namespaces, accounts, deep_mounts, places, known }
    }

    pub(super) fn leaves_out(&self, piece: Piece) -> bool {
        self.without.leaves_out(piece)
    }

    /// The Vault namespaces that tokens of one may be used in.
    pub(super) fn namespaces_below<'n>(&'n self, namespace: &'n str) -> impl Iterator<Item = &'n str> {
        self.namespaces.iter().map(String::as_str).filter(move |below| below.starts_with(namespace))
    }

    /// The holder without the path rule that is left out.
    pub(super) fn without_piece<'h>(&'h self, holder: &Holder<'h>) -> Holder<'h> {
        let mut holder = holder.clone();
        if let Some((place, policy)) = &self.without.policy {
            for held in &mut holder.held {
                if held.policy.is_some_and(|held| held.name.span == *place) {
                    held.policy = Some(policy);
                }
            }
        }
        holder
    }

    pub(super) fn weight(&self, holder: &Holder<'_>) -> Weight {
        let of_held = holder.held.iter().map(|held| {
            if held.name == "root" {
                return Weight::Reaches;
            }
            let unknown = held.is_missing() || !held.refused.is_empty() || !held.refused_by.is_empty();
            let texts = Dialect::ALL.iter().filter_map(|dialect| held.on(*dialect));
            let texts = texts.chain(held.others.iter().copied());
            let weight = texts.map(|policy| self.weight_of(policy, &holder.namespace)).max();
            weight.unwrap_or(Weight::Nothing).max(if unknown { Weight::Reaches } else { Weight::Nothing })
        });
        of_held.max().unwrap_or(Weight::Nothing)
    }

    fn weight_of(&self, policy: &Policy, namespace: &str) -> Weight {
        let key = (policy.name.span, policy.span);
        if let Some(weight) = self.known.borrow().get(&key) {
            return *weight;
        }
        let of_rules = policy.path_rules.iter().map(|rule| {
            let granted = rule.granted();
            if granted.denies() || granted.is_empty() {
                return Weight::Nothing;
            }
            let label = rule.path.as_str();
            let label = label.strip_prefix('/').unwrap_or(label);
            let is_templated = template::is_templated(label);
            let stem = label.split("{{").next().unwrap_or(label);
            if !is_templated && self.deep_mount(stem).is_some() {
                return Weight::Reaches;
            }
            // A server refuses every request of a token with such a rule.
            if stem.contains("+*") {
                return Weight::Reaches;
            }
            let pattern = match is_templated {
                true => PathPattern::stored(format!("{namespace}{}*", stem.trim_end_matches('*'))),
                false => PathPattern::stored(format!("{namespace}{stem}")),
            };
            let reaches = |(place, needs): &(PathPattern, Vec<Capability>)| {
                let (own, other) = (pattern.fixed_prefix(), place.fixed_prefix());
                (own.starts_with(other) || other.starts_with(own))
                    && needs.iter().any(|capability| granted.contains(*capability))
                    && overlaps(place, &pattern)
            };
            match self.places.iter().any(reaches) {
                false => Weight::Nothing,
                true if is_templated => Weight::ByIdentity,
                true => Weight::Reaches,
            }
        });
        let weight = of_rules.max().unwrap_or(Weight::Nothing);
        self.known.borrow_mut().insert(key, weight);
        weight
    }
}

/// A role with its token.
struct Issuer<'s> {
    number: usize,
    role: &'s AuthRole,
    method: &'s AuthMethod<'s>,
    holder: Holder<'s>,
    weight: Weight,
    /// Where its token leads, whoever has it.
    answers: Answers,
}

/// Where tokens lead, by what they hold.
pub(super) type KnownTokens = HashMap<String, Answers>;

/// Adds the tokens that lead on, and who gets them.
pub(super) fn add(
    graph: &mut Graph,
    access: &Access<'_>,
    survey: &Survey<'_>,
    without: &Without,
    known: &mut KnownTokens,
) {
    let scene = Scene::new(access, survey, without, graph);
    engine::add(graph, &scene);
    let mut issuers: Vec<Issuer<'_>> = Vec::new();
    for (number, (method, role)) in access.roles().enumerate() {
        if without.leaves_out(Piece::AuthRole(role.name.span)) {
            continue;
        }
        let holder = access.of_role(role, method);
        if !holder.gets_token() {
            continue;
        }
        let weight = scene.weight(&holder);
        let answers = match weight {
            Weight::Nothing => Answers {
                holds: holder.held.iter().map(|held| written(&holder.namespace, &held.name)).collect(),
                ..Answers::default()
            },
            Weight::ByIdentity => Answers::default(),
            Weight::Reaches => {
                let policies: Vec<String> = holder
                    .held
                    .iter()
                    .map(|held| {
                        format!(
                            "{} {:?} {:?}",
                            held.name,
                            held.span,
                            held.policy.map(|policy| policy.name.span)
                        )
                    })
                    .collect();
                let key = format!("{} {:?} {policies:?}", holder.namespace, holder.dialects);
                known.entry(key).or_insert_with(|| scene.answers(&holder)).clone()
            }
        };
        issuers.push(Issuer { number, role, method, holder, weight, answers });
    }
    let mut logins = Logins { graph, scene: &scene, by_name: HashMap::new() };
    logins.index();
    let mut by_identity = Vec::new();
    for issuer in issuers.iter().filter(|issuer| issuer.weight == Weight::ByIdentity) {
        logins.made(issuer, None);
        for (party, login) in logins.admitted(issuer) {
            let holder = match &party {
                Party::ServiceAccount { namespace, name } => {
                    let present = |text: &String| Presence::Present(text.clone());
                    let (name, namespace) = (present(name), present(namespace));
                    let identity = access.identity(&name, &namespace, issuer.holder.issued.as_ref());
                    Holder { identity, ..issuer.holder.clone() }
                }
                _ => issuer.holder.clone(),
            };
            by_identity.push((issuer, party, login, scene.answers(&holder)));
        }
    }
    let all = issuers.iter().map(|issuer| &issuer.answers).chain(by_identity.iter().map(|(.., it)| it));
    let wanted: BTreeSet<Written> = all.flat_map(|answers| &answers.writes).map(|it| it.0.clone()).collect();
    for (issuer, party, login, answers) in &by_identity {
        if leads(answers, &wanted) {
            let token = logins.token(issuer, Some(party), answers);
            logins.login(issuer, party, token, login);
        }
    }
    for issuer in issuers.iter().filter(|issuer| issuer.weight != Weight::ByIdentity) {
        if leads(&issuer.answers, &wanted) {
            let token = logins.token(issuer, None, &issuer.answers);
            for (party, login) in logins.admitted(issuer) {
                logins.login(issuer, &party, token, &login);
            }
            logins.made(issuer, Some(token));
        }
    }
}

fn leads(answers: &Answers, wanted: &BTreeSet<Written>) -> bool {
    !answers.edges.is_empty()
        || !answers.writes.is_empty()
        || !answers.doubts.is_empty()
        || answers.holds.iter().any(|held| wanted.contains(held))
}

/// What a login hangs on; nothing if on nothing that is not known.
type Hangs = Option<Doubt>;

struct Logins<'g, 's, 'a> {
    graph: &'g mut Graph,
    scene: &'g Scene<'s, 'a>,
    /// Service accounts that are known, by name.
    by_name: HashMap<String, Vec<String>>,
}

impl Logins<'_, '_, '_> {
    fn index(&mut self) {
        for party in self.graph.parties.keys() {
            if let Party::ServiceAccount { namespace, name } = party {
                self.by_name.entry(name.clone()).or_default().push(namespace.clone());
            }
        }
    }

    /// Everybody whom a role admits.
    fn admitted(&self, issuer: &Issuer<'_>) -> Vec<(Party, Hangs)> {
        let (role, method) = (issuer.role, issuer.method);
        let Some(issued) = issuer.holder.issued.as_ref() else { return Vec::new() };
        let dialect = issuer.holder.dialects.first().copied().unwrap_or(Dialect::VaultCurrent);
        let selector = role.fields.text("bound_service_account_namespace_selector");
        let selector = selector.filter(|selector| !selector.value.is_empty());
        let mut names: BTreeSet<&String> = BTreeSet::new();
        for entry in role.names() {
            match entry.value.contains('*') {
                false => names.extend(self.by_name.get_key_value(&entry.value).map(|(name, _)| name)),
                true => names.extend(self.by_name.keys().filter(|name| bound::admits(&entry.value, name))),
            }
        }
        let mut found = Vec::new();
        for name in names {
            for namespace in self.by_name.get(name).into_iter().flatten() {
                let is_listed = || role.namespaces().iter().any(|it| bound::admits(&it.value, namespace));
                if selector.is_none() && !is_listed() {
                    continue;
                }
                let caller = self.scene.access.caller(namespace, name);
                match attempt_for(&caller, role, method, dialect, || Ok(issued.clone())) {
                    Outcome::Refused(_) => {}
                    Outcome::Accepted(_) => found.push((Party::account(namespace, name), None)),
                    Outcome::Unknown { missing, .. } => {
                        found.push((Party::account(namespace, name), hangs(&missing, role)));
                    }
                }
            }
        }
        if selector.is_some() {
            found.extend(self.selected(issuer, dialect));
        }
        let mut add = |namespace: &str, name: &str| {
            let party = Party::Matching { namespace: namespace.to_owned(), name: name.to_owned() };
            if !found.iter().any(|(other, _)| *other == party) {
                found.push((party, None));
            }
        };
        matching(role).for_each(|(namespace, name)| add(namespace, name));
        found
    }

    /// Whom a role admits that selects namespaces by labels, in those that inputs speak of: service accounts can be made
    /// there.
    fn selected(&self, issuer: &Issuer<'_>, dialect: Dialect) -> Vec<(Party, Hangs)> {
        let (role, method) = (issuer.role, issuer.method);
        let Some(issued) = issuer.holder.issued.as_ref() else { return Vec::new() };
        let declared = &self.scene.access.project().kubernetes_namespaces;
        let declared = declared.iter().map(|namespace| namespace.meta.name.value.clone());
        let reached = self.graph.namespaces().into_iter().map(|(_, namespace)| namespace);
        let namespaces: BTreeSet<String> = declared.chain(reached).collect();
        let mut found = Vec::new();
        for namespace in &namespaces {
            for entry in role.names() {
                let name = entry.as_str();
                let party = match name.contains('*') {
                    true => Party::Matching { namespace: namespace.clone(), name: name.to_owned() },
                    false if self.by_name.get(name).is_some_and(|known| known.contains(namespace)) => {
                        continue;
                    }
                    false => Party::account(namespace, name),
                };
                let caller = self.scene.access.caller(namespace, &name.replace('*', "x"));
                match attempt_for(&caller, role, method, dialect, || Ok(issued.clone())) {
                    Outcome::Refused(_) => {}
                    Outcome::Accepted(_) => found.push((party, None)),
                    Outcome::Unknown { missing, .. } => found.push((party, hangs(&missing, role))),
                }
            }
        }
        found
    }

    /// The node of a token, with all that it leads to.
    fn token(&mut self, issuer: &Issuer<'_>, party: Option<&Party>, answers: &Answers) -> usize {
        let node = Node::Token(path_of(issuer.method, issuer.role), issuer.number, party.cloned());
        let token = self.graph.node(node);
        for (to, step) in &answers.edges {
            let to = self.graph.node(to.clone());
            let step = self.graph.step(step.clone());
            self.graph.edge(token, to, Some(step));
        }
        for (written, step) in &answers.writes {
            let step = self.graph.step(step.clone());
            self.graph.writes.entry(token).or_default().insert(written.clone(), step);
        }
        self.graph.holds.entry(token).or_default().extend(answers.holds.iter().cloned());
        answers.doubts.iter().for_each(|doubt| self.graph.doubt(token, doubt.clone()));
        token
    }

    fn login(&mut self, issuer: &Issuer<'_>, party: &Party, token: usize, hangs: &Hangs) {
        let from = self.graph.party(party.clone());
        self.graph.sources.insert(from);
        match hangs {
            Some(doubt) => self.graph.doubt(from, doubt.clone()),
            None => {
                let step = self.graph.step(login_step(issuer));
                self.graph.edge(from, token, Some(step));
            }
        }
    }

    /// Service accounts that the secrets engine makes have names that nobody chose. Without a token, what they would hold
    /// is not known.
    fn made(&mut self, issuer: &Issuer<'_>, token: Option<usize>) {
        let role = issuer.role;
        let selector = role.fields.text("bound_service_account_namespace_selector");
        let selector = selector.filter(|selector| !selector.value.is_empty());
        let is_selected = selector.is_some_and(|selector| bound::selector_admits_all(selector.value));
        for maker in self.scene.engines.makers() {
            let names = role.names().iter().map(|name| made::admits(&name.value, maker.role));
            let by_name = names.max().unwrap_or(Admits::Never);
            let mut namespaces = role.namespaces().iter();
            let spot = &maker.spot;
            let is_listed = namespaces.any(|entry| spot == "*" || bound::admits(&entry.value, spot));
            let by_namespace = match selector {
                _ if is_listed || is_selected => Admits::Always,
                Some(_) => Admits::Perhaps,
                None => Admits::Never,
            };
            let Some(from) = self.graph.number(&maker.node) else { continue };
            match (by_name.min(by_namespace), token) {
                (Admits::Never, _) => {}
                (Admits::Always, Some(token)) => {
                    let step = self.graph.step(login_step(issuer));
                    self.graph.edge(from, token, Some(step));
                }
                (Admits::Perhaps, _) | (Admits::Always, None) => {
                    let what = format!(
                        "whether the auth role {} admits what {} makes, and what its token may do then, is not known",
                        code(role.name.as_str()),
                        code(&maker.words)
                    );
                    self.graph.doubt(from, Doubt { what, span: Some(role.name.span) });
                }
            }
        }
    }
}

pub(super) fn path_of(method: &AuthMethod<'_>, role: &AuthRole) -> String {
    format!("auth/{}/role/{}", method.path, role.name)
}

fn login_step(issuer: &Issuer<'_>) -> Step {
    let within = match issuer.method.namespace.trim_end_matches('/') {
        "" => String::new(),
        namespace => format!(" of the Vault namespace {}", code(namespace)),
    };
    let place = issuer.role.name.span;
    let evidence = Evidence {
        what: format!("auth role {}", issuer.role.name),
        span: Some(place),
        piece: Some(Piece::AuthRole(place)),
    };
    let step = Step::new(
        format!("logs in through {}{within}", code(&path_of(issuer.method, issuer.role))),
        vec![evidence],
    );
    Step { is_login: true, ..step }
}

/// A pod may be given a JWT for any audience, so that is no obstacle.
fn hangs(missing: &[Missing], role: &AuthRole) -> Hangs {
    let first = missing.iter().find(|missing| !matches!(missing, Missing::Audiences(_)))?;
    let (what, span) = match first {
        Missing::NamespaceLabels(keys) => ("the labels of its namespace are not known", keys.span),
        Missing::ApiServerAudience(audience) => {
            ("whether the API server takes the audience for its own is not known", audience.span)
        }
        Missing::Audiences(audience) => ("the audiences of its JWT are not known", audience.span),
    };
    Some(Doubt {
        what: format!("whether the auth role {} admits it: {what}", code(role.name.as_str())),
        span: Some(span),
    })
}
