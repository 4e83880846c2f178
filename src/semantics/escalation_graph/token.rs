//! Where one token leads.

use super::asked::{Asked, Carry, Found, told};
use super::graph::{Graph, Node, Step, Written};
use super::vault::Scene;
use super::{Doubt, Evidence, Sink, code};
use crate::model::vault::capability::Capability;
use crate::model::vault::path::PathPattern;
use crate::semantics::acl::{MergedRule, Operation};
use crate::semantics::authority::{self, Authority};
use crate::semantics::reach::Holder;

/// What a token holds and where it leads.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Answers {
    pub(super) holds: Vec<Written>,
    pub(super) writes: Vec<(Written, Step)>,
    pub(super) edges: Vec<(Node, Step)>,
    pub(super) doubts: Vec<Doubt>,
}

impl Answers {
    /// Without what leads to nodes that the graph does not have.
    pub(super) fn bound_to(mut self, graph: &Graph) -> Answers {
        self.edges.retain(|(node, _)| graph.number(node).is_some());
        self
    }

    pub(super) fn doubt(&mut self, doubt: Doubt) {
        if !self.doubts.contains(&doubt) {
            self.doubts.push(doubt);
        }
    }

    /// What two definitions of a policy both come to; the rest hangs on which of them counts.
    fn joined(mut self, other: &Answers, doubt: Doubt) -> Answers {
        let before = self.edges.len() + self.writes.len();
        self.edges.retain(|(node, _)| other.edges.iter().any(|(of_other, _)| node == of_other));
        self.writes.retain(|(written, _)| other.writes.iter().any(|(of_other, _)| written == of_other));
        let after = self.edges.len() + self.writes.len();
        if before != after || after != other.edges.len() + other.writes.len() {
            self.doubt(doubt);
        }
        other.doubts.iter().for_each(|doubt| self.doubt(doubt.clone()));
        self
    }
}

impl Scene<'_, '_> {
    /// Where the token of a holder leads.
    pub(super) fn answers(&self, holder: &Holder<'_>) -> Answers {
        let holder = &self.without_piece(holder);
        let mut answers = self.answers_of(holder);
        for (at, held) in holder.held.iter().enumerate() {
            for other in &held.others {
                let mut variant = holder.clone();
                if let Some(held) = variant.held.get_mut(at) {
                    held.policy = Some(*other);
                }
                let name = &other.name;
                let what = format!(
                    "the policy {} is defined more than once, and which one counts is not known",
                    code(name.as_str())
                );
                let doubt = Doubt { what, span: Some(name.span) };
                answers = answers.joined(&self.answers_of(&variant), doubt);
            }
        }
        for held in &holder.held {
            let name = code(&held.name);
            let (what, span) = if let Some(refused) = held.refused.first() {
                let what = format!("the server refuses to store the policy {name} as it is written");
                (what, Some(refused.name.span))
            } else if !held.refused_by.is_empty() {
                let what = format!("some servers refuse to store the policy {name} as it is written");
                (what, held.policy.map(|policy| policy.name.span))
            } else if held.is_missing() && held.name != "root" {
                (format!("what the policy {name} says is not known: no input defines it"), held.span)
            } else {
                continue;
            };
            answers.doubt(Doubt { what, span });
        }
        answers
    }

    fn answers_of(&self, holder: &Holder<'_>) -> Answers {
        let token = holder.token();
        let mut answers = Answers {
            holds: holder.held.iter().map(|held| written(&holder.namespace, &held.name)).collect(),
            ..Answers::default()
        };
        for namespace in self.namespaces_below(&holder.namespace) {
            let asked = Asked { holder, token: &token, namespace };
            self.policies(asked, &mut answers);
            for authority in authority::ALL.iter().filter(|it| authority::is_like_root(it)) {
                // That is a matter of which policies are held.
                if !std::ptr::eq(*authority, &raw const authority::POLICY_WRITE) {
                    self.like_root(asked, authority, &mut answers);
                }
            }
            token_create(asked, &mut answers);
            let leads = answers.edges.iter().any(|(node, _)| *node == Node::Sink(Sink::Vault));
            if let Some(step) = everything(asked).filter(|_| leads) {
                answers.edges.insert(0, (Node::Sink(Sink::Vault), step.given()));
            }
            if !leads {
                self.bounds(asked, &mut answers);
                self.unspelled_mounts(asked, &mut answers);
                members(asked, &mut answers);
            }
        }
        self.secrets(holder, &token, &mut answers);
        // Who is root knows all that there is to know.
        if answers.edges.iter().any(|(node, _)| *node == Node::Sink(Sink::Vault)) {
            answers.doubts.clear();
        }
        // The first of several ways to one place is the weightiest.
        let mut seen: Vec<Node> = Vec::new();
        answers.edges.retain(|(node, _)| {
            let is_new = !seen.contains(node);
            if is_new {
                seen.push(node.clone());
            }
            is_new
        });
        answers
    }

    /// Policies that the token may write: those that it holds, and those that somebody else does.
    fn policies(&self, asked: Asked<'_, '_>, answers: &mut Answers) {
        let ask = |name: &str| {
            let mut doubt = Found::No;
            let places = [("sys/policies/acl/", POLICY), ("sys/policy/", OLD_POLICY)];
            for (place, text) in places.map(|(place, text)| (format!("{place}{name}"), text)) {
                for capability in [Capability::Update, Capability::Patch] {
                    match asked.inside(&place, capability, text, |_| true) {
                        found @ Found::Yes(..) => return (capability, found),
                        found => doubt = doubt.or(|| found),
                    }
                }
            }
            (Capability::Update, doubt)
        };
        let step = |does: &str, name: &str, capability: Capability, path: &str, evidence: Vec<Evidence>| {
            let does = format!("may write {}{does}: {} on {}", code(name), capability.word(), code(path));
            Step::new(does, evidence).asking([asked.request_on(path, capability)])
        };
        let may = asked.inside("sys/policies/acl/*", Capability::Update, POLICY, |_| true);
        let may = may.or(|| asked.inside("sys/policies/acl/*", Capability::Patch, POLICY, |_| true));
        let may = may.or(|| asked.inside("sys/policy/*", Capability::Update, OLD_POLICY, |_| true));
        if may == Found::No {
            return;
        }
        let mut own = answers.holds.clone();
        own.sort_by_key(|written| matches!(written, Written::Policy(_, name) if name == "default"));
        for written in own {
            let Written::Policy(namespace, name) = &written else { continue };
            // The text of `root` is not written, and none of its rules counts.
            if namespace != asked.namespace || name == "root" {
                continue;
            }
            match ask(name) {
                (capability, Found::Yes(path, evidence)) => {
                    let step = step(", a policy that it holds", name, capability, &path, evidence);
                    answers.edges.push((Node::Sink(Sink::Vault), step));
                    return;
                }
                (_, Found::Doubt(doubt)) => answers.doubt(doubt),
                (_, Found::No) => {}
            }
        }
        for written in &self.policies_held {
            let Written::Policy(namespace, name) = written else { continue };
            if namespace != asked.namespace || answers.holds.contains(written) {
                continue;
            }
            match ask(name) {
                (capability, Found::Yes(path, evidence)) => {
                    let step = step(", a policy of others", name, capability, &path, evidence);
                    answers.writes.push((written.clone(), step));
                }
                (_, Found::Doubt(doubt)) => answers.doubt(doubt),
                (_, Found::No) => {}
            }
        }
    }

    /// Adds the way to everything by an authority that is as good as root, if the token has it.
    fn like_root(&self, asked: Asked<'_, '_>, authority: &'static Authority, answers: &mut Answers) {
        let mut doubt = None;
        let deep = self.deep_mounts(asked);
        let deep = authority.places.iter().flat_map(|(place, needs)| {
            let below = place.strip_prefix("auth/+/");
            let places = below.map(|below| deep.iter().map(move |mount| format!("auth/{mount}/{below}")));
            places.into_iter().flatten().map(|place| (place, *needs))
        });
        let places = authority.places.iter().map(|(place, needs)| ((*place).to_owned(), *needs));
        for (place, needs) in places.chain(deep) {
            for capability in capabilities(needs) {
                let found = if std::ptr::eq(authority, &raw const authority::TOKEN_ROLE_WRITE) {
                    token_role(asked, capability)
                } else {
                    let carry = carried(authority, &place);
                    asked.inside(&place, capability, carry, |path| !authority.leaves_out(path))
                };
                match found {
                    Found::Yes(path, evidence) => {
                        let place = code(&format!("{}{path}", asked.namespace));
                        let does = format!("may {}: {} on {place}", authority.what, capability.word());
                        let step = Step::new(does, evidence).asking([asked.request_on(&path, capability)]);
                        answers.edges.push((Node::Sink(Sink::Vault), step));
                        return;
                    }
                    Found::Doubt(other) => doubt = doubt.or(Some(other)),
                    Found::No => {}
                }
            }
        }
        if let Some(doubt) = doubt {
            answers.doubt(doubt);
        }
    }
}

/// A policy is written with its text.
const POLICY: Carry<'_> = Carry::OneOf(&["policy"]);

/// The old endpoint has an old name for it as well.
const OLD_POLICY: Carry<'_> = Carry::OneOf(&["policy", "rules"]);

/// A policy as a thing that is written and held.
pub(super) fn written(namespace: &str, name: &str) -> Written {
    Written::Policy(namespace.to_owned(), name.to_owned())
}

/// Where groups are written, with their members.
pub(super) const GROUPS: [&str; 3] = ["identity/group", "identity/group/id/+", "identity/group/name/+"];

/// Who may choose the members of groups has the policies of those, which no input tells.
fn members(asked: Asked<'_, '_>, answers: &mut Answers) {
    let members = Carry::OneOf(&["member_entity_ids", "member_group_ids"]);
    for place in GROUPS {
        match asked.inside(place, Capability::Update, members, |_| true) {
            Found::No => {}
            Found::Doubt(doubt) => answers.doubt(doubt),
            Found::Yes(path, evidence) => {
                let what = format!(
                    "which policies the identity groups have whose members {} lets it choose is not known",
                    code(&path)
                );
                let span = evidence.first().and_then(|evidence| evidence.span);
                answers.doubt(Doubt { what, span });
            }
        }
    }
}

/// What the token was given in so many words, if that is everything: the policy `root`, or a rule for `*` with every
/// capability that policies had from the start, and no constraint.
fn everything(asked: Asked<'_, '_>) -> Option<Step> {
    let pattern = PathPattern::stored(format!("{}*", asked.holder.namespace));
    let all = [
        Capability::Create,
        Capability::Read,
        Capability::Update,
        Capability::Delete,
        Capability::List,
        Capability::Sudo,
    ];
    let is_everything = |rule: &&MergedRule<'_>| {
        rule.pattern == pattern
            && all.iter().all(|capability| rule.capabilities.contains(*capability))
            && !rule.is_constrained(Operation::Update)
    };
    let mut first = None;
    for acl in asked.acls() {
        if acl.is_root_in(asked.namespace) {
            first = first.or(Some(asked.evidence("sys/raw", Capability::Update)));
            continue;
        }
        let rule = acl.rules().iter().find(is_everything)?;
        first = first.or_else(|| Some(told(rule.members.iter().copied())));
    }
    Some(Step::new("may do anything", first?))
}

/// The capabilities of which one is needed. To list and to delete makes nobody root.
pub(super) fn capabilities(needs: &str) -> impl Iterator<Item = Capability> {
    let all = authority::capabilities(needs);
    all.filter(|capability| !matches!(capability, Capability::Delete | Capability::List))
}

/// What a request has to carry to make its sender root.
pub(super) fn carried(authority: &'static Authority, place: &str) -> Carry<'static> {
    if std::ptr::eq(authority, &raw const authority::AUTH_ROLE_WRITE) {
        return Carry::OneOf(&["token_policies", "policies", "value"]);
    }
    let is_identity = std::ptr::eq(authority, &raw const authority::IDENTITY_WRITE);
    if is_identity && !["alias", "persona", "merge"].iter().any(|word| place.contains(word)) {
        return Carry::OneOf(&["policies"]);
    }
    Carry::Nothing
}

/// A token role is of use to whoever may make tokens with it.
fn token_role(asked: Asked<'_, '_>, capability: Capability) -> Found {
    let (roles, creates) = ("auth/token/roles/", "auth/token/create/");
    let policies = Carry::OneOf(&["allowed_policies", "allowed_policies_glob"]);
    let any_role = asked.inside(&format!("{roles}+"), capability, policies, |_| true);
    let any_token = asked.inside(&format!("{creates}+"), Capability::Update, Carry::Nothing, |_| true);
    let mut names: Vec<String> = Vec::new();
    for found in [&any_role, &any_token] {
        match found {
            Found::No => return Found::No,
            Found::Yes(path, _) => names.extend(path.rsplit('/').next().map(str::to_owned)),
            Found::Doubt(_) => {}
        }
    }
    let rules =
        asked.token.acls().iter().filter_map(|(_, acl)| acl.as_ref().ok()).flat_map(|acl| acl.rules());
    for rule in rules {
        let text = rule.pattern.text.strip_prefix(asked.namespace).unwrap_or(&rule.pattern.text);
        let name = text.strip_prefix(roles).or(text.strip_prefix(creates));
        names.extend(
            name.filter(|name| !name.is_empty() && !name.contains(['+', '*', '/'])).map(str::to_owned),
        );
    }
    let mut doubt = None;
    for name in names {
        let role = asked.inside(&format!("{roles}{name}"), capability, policies, |_| true);
        let token = asked.inside(&format!("{creates}{name}"), Capability::Update, Carry::Nothing, |_| true);
        match (role, token) {
            (Found::Yes(path, mut evidence), Found::Yes(_, more)) => {
                evidence.extend(more);
                evidence.dedup();
                return Found::Yes(path, evidence);
            }
            (Found::No, _) | (_, Found::No) => {}
            (Found::Doubt(other), _) | (_, Found::Doubt(other)) => doubt = doubt.or(Some(other)),
        }
    }
    doubt.map_or(Found::No, Found::Doubt)
}

/// With `sudo`, tokens can be made with any policies; with a token role, with those that the role allows.
fn token_create(asked: Asked<'_, '_>, answers: &mut Answers) {
    let policies = Carry::OneOf(&["policies"]);
    for place in ["auth/token/create", "auth/token/create-orphan"] {
        let holds_sudo = |path: &str| {
            matches!(asked.inside(path, Capability::Sudo, Carry::Nothing, |_| true), Found::Yes(..))
        };
        match asked.inside(place, Capability::Update, policies, holds_sudo) {
            Found::Yes(path, evidence) => {
                let does = format!(
                    "may create tokens with any policies: update and sudo on {}",
                    code(&format!("{}{path}", asked.namespace))
                );
                let requests = [Capability::Update, Capability::Sudo].map(|it| asked.request_on(&path, it));
                answers.edges.push((Node::Sink(Sink::Vault), Step::new(does, evidence).asking(requests)));
            }
            Found::Doubt(doubt) => answers.doubt(doubt),
            Found::No => {}
        }
    }
    match asked.inside("auth/token/create/+", Capability::Update, Carry::Nothing, |_| true) {
        Found::Yes(path, evidence) => {
            let role = path.rsplit('/').next().unwrap_or_default();
            let any = evidence.iter().any(|it| it.what.contains('*') || it.what.contains('+'));
            let what = match any {
                true => "which policies the token roles allow that its token may use is not known".to_owned(),
                false => format!("which policies the token role {} allows is not known", code(role)),
            };
            let span = evidence.first().and_then(|evidence| evidence.span);
            answers.doubt(Doubt { what, span });
        }
        Found::Doubt(doubt) => answers.doubt(doubt),
        Found::No => {}
    }
}
