//! Whom auth roles admit by globs, and who may log in for those who may write the bounds.

use super::asked::{Asked, Carry, Found};
use super::graph::{Node, Step};
use super::token::Answers;
use super::vault::{Scene, Weight};
use super::{Doubt, Party, Piece, code};
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::capability::Capability;
use crate::semantics::authority;
use crate::semantics::bound;
use crate::semantics::login::AuthMethod;

/// A write keeps what it does not name, so the two bounds can be written one after the other.
const NAMES: &[&str] = &["bound_service_account_names"];
const NAMESPACES: &[&str] = &["bound_service_account_namespaces", "bound_service_account_namespace_selector"];
const EITHER: &[&str] = &[
    "bound_service_account_names",
    "bound_service_account_namespaces",
    "bound_service_account_namespace_selector",
];

/// Who may log in through roles, users and certificates of other methods.
const OF_OTHERS: &[&str] = &[
    "allowed_common_names",
    "allowed_dns_sans",
    "allowed_names",
    "bind_secret_id",
    "bound_audiences",
    "bound_claims",
    "bound_iam_principal_arn",
    "bound_issuer",
    "bound_service_accounts",
    "bound_service_principal_ids",
    "bound_subject",
    "certificate",
    "groups",
    "password",
    "password_hash",
    "user_claim",
];

impl Scene<'_, '_> {
    /// The service accounts of a name that the inputs speak of, and those that globs of auth roles admit.
    pub(super) fn accounts_named(&self, wanted: &str) -> Vec<Party> {
        let named = |party: &&Party| matches!(party, Party::ServiceAccount { name, .. } if name == wanted);
        let mut found: Vec<Party> = self.accounts.iter().filter(named).cloned().collect();
        for (_, role) in self.access.roles() {
            let matching = matching(role).filter(|(_, name)| bound::admits(name, wanted));
            for (namespace, name) in matching {
                let party = Party::Matching { namespace: namespace.to_owned(), name: name.to_owned() };
                if !found.contains(&party) {
                    found.push(party);
                }
            }
        }
        found
    }

    /// Adds the tokens of the roles whose bounds may be written.
    pub(super) fn bounds(&self, asked: Asked<'_, '_>, answers: &mut Answers) {
        let mut number = 0;
        for method in self.access.methods() {
            let first = number;
            number += method.roles().len();
            if method.namespace != asked.namespace {
                continue;
            }
            let place = format!("auth/{}/role/", method.path);
            let any = format!("{place}+");
            if asked.inside(&any, Capability::Update, Carry::OneOf(EITHER), |_| true) == Found::No {
                continue;
            }
            for (at, role) in method.roles().iter().enumerate() {
                if !self.leaves_out(Piece::AuthRole(role.name.span)) {
                    self.bounds_of(asked, method, role, first + at, answers);
                }
            }
        }
        let is_known = |path: &str| {
            let known = self.access.methods().iter().filter(|method| method.namespace == asked.namespace);
            known.into_iter().any(|method| {
                path.strip_prefix("auth/")
                    .and_then(|rest| rest.strip_prefix(method.path))
                    .is_some_and(|rest| rest.starts_with('/'))
            })
        };
        let mounts = std::iter::once("+".to_owned()).chain(self.deep_mounts(asked));
        let below = ["role", "roles", "users", "certs"];
        let places = mounts.flat_map(|mount| below.map(|below| format!("auth/{mount}/{below}/+")));
        for place in places {
            let wanted = |path: &str| !authority::AUTH_ROLE_WRITE.leaves_out(path) && !is_known(path);
            match asked.inside(&place, Capability::Update, Carry::OneOf(OF_OTHERS), wanted) {
                Found::No => {}
                Found::Doubt(doubt) => answers.doubt(doubt),
                Found::Yes(path, evidence) => {
                    let span = evidence.first().and_then(|evidence| evidence.span);
                    let what = format!("which policies a login through {} gives is not known", code(&path));
                    answers.doubt(Doubt { what, span });
                }
            }
        }
    }

    fn bounds_of(
        &self,
        asked: Asked<'_, '_>,
        method: &AuthMethod<'_>,
        role: &AuthRole,
        number: usize,
        answers: &mut Answers,
    ) {
        let selector = role.fields.text("bound_service_account_namespace_selector");
        let any_name = role.names().iter().any(|it| bound::admits_all(&it.value));
        let any_namespace = role.namespaces().iter().any(|it| bound::admits_all(&it.value))
            || selector.is_some_and(|selector| bound::selector_admits_all(selector.value));
        if any_name && any_namespace {
            return;
        }
        let place = format!("auth/{}/role/", method.path);
        let ask = |parameters: &[&str]| {
            asked.on_name(&place, role.name.as_str(), Capability::Update, Carry::OneOf(parameters))
        };
        let free = |is_free: bool, parameters: &[&str]| {
            if is_free { Found::Yes(String::new(), Vec::new()) } else { ask(parameters) }
        };
        let words = code(&method.role_path(role));
        let span = Some(role.name.span);
        match (free(any_name, NAMES), free(any_namespace, NAMESPACES)) {
            (Found::Yes(path, evidence), Found::Yes(other, more)) => {
                let holder = self.access.of_role(role, method);
                if self.weight(&holder) == Weight::ByIdentity {
                    let what = format!("what a token of {words} may do hangs on who it is for");
                    answers.doubt(Doubt { what, span });
                    return;
                }
                let mut evidence = evidence;
                evidence.extend(more);
                evidence.dedup();
                let mut paths = vec![path, other];
                paths.retain(|path| !path.is_empty());
                paths.dedup();
                let on = paths.first().map(|path| code(path)).unwrap_or_default();
                let does = format!("may choose who logs in through {words}: update on {on}");
                let requests = paths.iter().map(|path| asked.request_on(path, Capability::Update));
                let step = Step::new(does, evidence).asking(requests);
                answers.edges.push((Node::Token(method.role_path(role), number, None), step));
            }
            (Found::No, Found::No) => {}
            (Found::Yes(path, _), Found::No) if !path.is_empty() => {
                let what = format!(
                    "whether who may write the bound names of {words} is in one of its namespaces is not known"
                );
                answers.doubt(Doubt { what, span });
            }
            (Found::No, Found::Yes(path, _)) if !path.is_empty() => {
                let what = format!(
                    "whether who may write the bound namespaces of {words} bears one of its names is not known"
                );
                answers.doubt(Doubt { what, span });
            }
            (one, other) => {
                for found in [one, other] {
                    if let Found::Doubt(doubt) = found {
                        answers.doubt(doubt);
                    }
                }
            }
        }
    }
}

/// Whom a role admits by globs and by labels: namespaces, empty for those that labels select, and names.
pub(super) fn matching(role: &AuthRole) -> impl Iterator<Item = (&str, &str)> {
    let selector = role.fields.text("bound_service_account_namespace_selector");
    let is_selected = selector.is_some_and(|selector| !selector.value.is_empty());
    role.names().iter().flat_map(move |name| {
        let is_glob = name.value.contains('*');
        let listed = role.namespaces().iter().filter(move |it| is_glob || it.value.contains('*'));
        let listed = listed.map(|namespace| namespace.as_str());
        listed.chain(is_selected.then_some("")).map(|namespace| (namespace, name.as_str()))
    })
}
