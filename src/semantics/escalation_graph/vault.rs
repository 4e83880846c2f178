//! Tokens of auth roles: who gets them, and where they lead.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use super::engine::{self, Engines};
use super::graph::{Graph, Written};
use super::logins::Logins;
use super::token::{Answers, GROUPS, capabilities, written};
use super::{Party, Piece, Without};
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::capability::Capability;
use crate::model::vault::path::PathPattern;
use crate::model::vault::policy::Policy;
use crate::semantics::authority;
use crate::semantics::dialect::Dialect;
use crate::semantics::login::AuthMethod;
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
    /// Paths of several segments that inputs give to auth methods.
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
        let groups = GROUPS.map(|place| (place.to_owned(), vec![Capability::Update]));
        let declared = access.project().auth_mounts.iter().map(|mount| mount.path.value.trim_matches('/'));
        let mounts = declared.chain(access.methods().iter().map(|method| method.path));
        let deep_mounts: BTreeSet<String> =
            mounts.filter(|path| path.contains('/')).map(str::to_owned).collect();
        let deep = ("auth/+/+/*".to_owned(), vec![Capability::Create, Capability::Update]);
        let below: Vec<(String, Vec<Capability>)> =
            fixed.chain(groups).chain([deep]).chain(engines.places()).collect();
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
pub(super) struct Issuer<'s> {
    pub(super) number: usize,
    pub(super) role: &'s AuthRole,
    pub(super) method: &'s AuthMethod<'s>,
    pub(super) holder: Holder<'s>,
    pub(super) weight: Weight,
    /// Where its token leads, whoever has it.
    pub(super) answers: Answers,
}

/// Where tokens lead, by what they hold.
pub(super) type KnownTokens = HashMap<TokenKey, Answers>;

/// What decides on where a token without templates leads, and on the lines that say so.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct TokenKey {
    namespace: String,
    dialects: &'static [Dialect],
    /// Of each policy its name, where the role names it, and the place of the definition that counts.
    held: Vec<(String, Option<Span>, Option<Span>)>,
}

impl TokenKey {
    fn of(holder: &Holder<'_>) -> TokenKey {
        let held = holder.held.iter().map(|held| {
            let definition = held.policy.map(|policy| policy.name.span);
            (held.name.clone(), held.span, definition)
        });
        TokenKey { namespace: holder.namespace.clone(), dialects: holder.dialects, held: held.collect() }
    }
}

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
                known.entry(TokenKey::of(&holder)).or_insert_with(|| scene.answers(&holder)).clone()
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
