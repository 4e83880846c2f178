//! Logins: whom auth roles admit, and the tokens that they get.

use std::collections::{BTreeSet, HashMap};

use super::bounds::matching;
use super::graph::{Graph, Node, Step};
use super::made::{self, Admits};
use super::token::Answers;
use super::vault::{Issuer, Scene};
use super::{Doubt, Evidence, Party, Piece, code};
use crate::model::vault::auth_role::AuthRole;
use crate::semantics::bound;
use crate::semantics::dialect::Dialect;
use crate::semantics::login::{Missing, Outcome, attempt_for};

/// What a login hangs on; nothing if on nothing that is not known.
pub(super) type Hangs = Option<Doubt>;

pub(super) struct Logins<'g, 's, 'a> {
    pub(super) graph: &'g mut Graph,
    pub(super) scene: &'g Scene<'s, 'a>,
    /// Service accounts that are known, by name.
    pub(super) by_name: HashMap<String, Vec<String>>,
}

impl Logins<'_, '_, '_> {
    pub(super) fn index(&mut self) {
        for party in self.graph.parties.keys() {
            if let Party::ServiceAccount { namespace, name } = party {
                self.by_name.entry(name.clone()).or_default().push(namespace.clone());
            }
        }
    }

    /// Everybody whom a role admits.
    pub(super) fn admitted(&self, issuer: &Issuer<'_>) -> Vec<(Party, Hangs)> {
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

    /// Whom a role admits that selects namespaces by labels, in those that inputs declare, that
    /// somebody gets to, and that are asked about: service accounts can be made there.
    fn selected(&self, issuer: &Issuer<'_>, dialect: Dialect) -> Vec<(Party, Hangs)> {
        let (role, method) = (issuer.role, issuer.method);
        let Some(issued) = issuer.holder.issued.as_ref() else { return Vec::new() };
        let declared = &self.scene.access.project().kubernetes_namespaces;
        let declared = declared.iter().map(|namespace| namespace.meta.name.value.clone());
        let reached = self.graph.namespaces().into_iter().map(|(_, namespace)| namespace);
        let asked = self.graph.asked.iter().filter_map(|party| match party {
            Party::ServiceAccount { namespace, .. } => Some(namespace.clone()),
            _ => None,
        });
        let namespaces: BTreeSet<String> = declared.chain(reached).chain(asked).collect();
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
    pub(super) fn token(&mut self, issuer: &Issuer<'_>, party: Option<&Party>, answers: &Answers) -> usize {
        let node = Node::Token(issuer.method.role_path(issuer.role), issuer.number, party.cloned());
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

    pub(super) fn login(&mut self, issuer: &Issuer<'_>, party: &Party, token: usize, hangs: &Hangs) {
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
    pub(super) fn made(&mut self, issuer: &Issuer<'_>, token: Option<usize>) {
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

fn login_step(issuer: &Issuer<'_>) -> Step {
    let place = issuer.role.name.span;
    let evidence = Evidence {
        what: format!("auth role {}", issuer.role.name),
        span: Some(place),
        piece: Some(Piece::AuthRole(place)),
    };
    let step =
        Step::new(format!("logs in through {}", code(&issuer.method.role_path(issuer.role))), vec![evidence]);
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
