//! What a token gets from the secrets engines of Kubernetes.

use super::Party;
use super::asked::{Asked, Carry, Found};
use super::code;
use super::engine::Role;
use super::graph::{Node, Step};
use super::token::{Answers, capabilities};
use super::vault::Scene;
use crate::model::vault::capability::Capability;
use crate::semantics::authority;
use crate::semantics::reach::{Holder, Token};

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
                let found = capabilities(needs).fold(Found::No, |found, capability| {
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
