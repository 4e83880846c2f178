//! Everybody who may do something.

use std::collections::{HashMap, HashSet};

use super::Access;
use super::holder::{Holder, HolderKey};
use super::sieve::Sieve;
use crate::model::kube::service_account::ServiceAccount;
use crate::model::vault::auth_role::AuthRole;
use crate::semantics::acl::{Operation, Verdict};
use crate::semantics::bound;
use crate::semantics::dialect::Dialect;
use crate::semantics::login::{AuthMethod, Outcome, attempt_for, token_with};
use crate::semantics::template::Presence;
use crate::syntax::{Span, Spanned};

/// Somebody with a way to a token.
#[derive(Debug, Clone)]
pub enum Who<'s> {
    /// A service account: a declared one, or one that a role names letter for letter.
    ServiceAccount {
        /// Its Kubernetes namespace.
        namespace: &'s str,
        /// Its name.
        name: &'s str,
        /// The object; nothing if no input declares it.
        declared: Option<&'s ServiceAccount>,
    },
    /// Every service account of this name or glob, in namespaces of this name or glob.
    Matching {
        /// The entry of `bound_service_account_names`.
        name: &'s Spanned<String>,
        /// What admits the namespace.
        namespace: Matching<'s>,
    },
}

/// Namespaces that a role admits.
#[derive(Debug, Clone, Copy)]
pub enum Matching<'s> {
    /// An entry of `bound_service_account_namespaces`.
    Listed(&'s Spanned<String>),
    /// The selector: its text as it is sent, and its place.
    Selected(Spanned<&'s str>),
}

/// Somebody who may do what was asked, or of whom it is not known.
#[derive(Debug, Clone)]
pub struct Reached<'s> {
    /// Who.
    pub who: Who<'s>,
    /// The way to the token, without the policies that have no say.
    pub holder: Holder<'s>,
    /// The answer of each server of the target to requests that carry what it takes, none of which is [`Verdict::Refused`] everywhere.
    pub verdicts: Vec<(Dialect, Verdict)>,
}

impl Reached<'_> {
    /// True if every server of the target allows it and the login hangs on nothing unknown.
    pub fn is_certain(&self) -> bool {
        self.holder.missing().is_empty()
            && self.verdicts.iter().all(|(_, verdict)| *verdict == Verdict::Allowed)
    }
}

impl<'a> Access<'a> {
    /// Everybody who may do this, in order of roles: service accounts that a role names, declared ones that its globs
    /// or its selector admit, and whoever else matches those. JWTs are taken to be made for what each role wants.
    pub fn who_can<'s>(&'s self, operation: Operation, path: &str) -> Vec<Reached<'s>> {
        let sieve = Sieve::on_path(self, operation, path);
        let mut known: HashMap<HolderKey, Vec<(Dialect, Verdict)>> = HashMap::new();
        let mut reached = Vec::new();
        for (method, role) in self.roles() {
            let Some(of_role) = self.sifted(role, method, &sieve) else { continue };
            if !of_role.held.iter().any(|held| sieve.has_a_say(&held.name)) {
                continue;
            }
            let held = of_role.held.iter().filter(|held| sieve.has_a_say(&held.name));
            let held = held.map(|held| sieve.sifted(held.clone())).collect();
            let some = Holder { held, ..of_role.clone() };
            let by_role = known.entry(some.key()).or_insert_with(|| verdicts(&some, operation, path));
            if is_refused(by_role) {
                continue;
            }
            // With templates, each service account has paths of its own.
            let is_shared = !some.held.iter().any(|held| sieve.is_templated(held));
            for (who, holder) in self.admitted_to(&of_role, role, method) {
                let of_this = || {
                    let holder = Holder { identity: holder.identity.clone(), ..some.clone() };
                    verdicts(&holder, operation, path)
                };
                let verdicts = match who {
                    _ if is_shared => by_role.clone(),
                    Who::ServiceAccount { .. } => of_this(),
                    Who::Matching { name, namespace } => {
                        self.narrowed(&some, (name, namespace), (operation, path), of_this())
                    }
                };
                if !is_refused(&verdicts) {
                    reached.push(Reached { who, holder, verdicts });
                }
            }
        }
        reached
    }

    /// Every role with its auth method, in order of Vault namespace, path, and place.
    pub fn roles<'s>(&'s self) -> impl Iterator<Item = (&'s AuthMethod<'a>, &'a AuthRole)> {
        self.methods.iter().flat_map(|method| method.roles().iter().map(move |role| (method, *role)))
    }

    /// Everybody whom a role admits, with what they hold: who is named first, then whom its globs and its selector
    /// admit, then whoever else matches.
    pub fn admitted<'s>(
        &'s self,
        role: &'s AuthRole,
        method: &'s AuthMethod<'s>,
    ) -> Vec<(Who<'s>, Holder<'s>)> {
        self.admitted_to(&self.of_role(role, method), role, method)
    }

    /// The token of whoever logs in through a role, with those rules alone that have a say, and with the policies of which
    /// nothing certain is known; nothing if it gives the same answers as a token without policies, or if there is none.
    pub fn of_role_sifted<'s>(
        &'s self,
        role: &'s AuthRole,
        method: &'s AuthMethod<'s>,
        sieve: &'s Sieve,
    ) -> Option<Holder<'s>> {
        let holder = self.sifted(role, method, sieve)?;
        if holder.held.is_empty() {
            return None;
        }
        let held = holder.held.into_iter();
        let held = held.map(|held| if sieve.has_a_say(&held.name) { sieve.sifted(held) } else { held });
        Some(Holder { held: held.collect(), ..holder })
    }

    /// As [`Access::admitted`], where `of_role` is the token of the role.
    pub fn admitted_to<'s>(
        &'s self,
        of_role: &Holder<'s>,
        role: &'s AuthRole,
        method: &'s AuthMethod<'s>,
    ) -> Vec<(Who<'s>, Holder<'s>)> {
        let Some(issued) = of_role.issued.as_ref().filter(|_| of_role.gets_token()) else {
            return Vec::new();
        };
        let selector = role.fields.text("bound_service_account_namespace_selector");
        let selector = selector.filter(|selector| !selector.value.is_empty());
        let mut admitted = Vec::new();
        let mut add = |namespace: &'s str, name: &'s str, declared: Option<&'s ServiceAccount>| {
            let caller = self.caller(namespace, name);
            let dialect = of_role.dialects.first().copied().unwrap_or(Dialect::VaultCurrent);
            let outcome = attempt_for(&caller, role, method, dialect, || Ok(issued.clone()));
            if !matches!(outcome, Outcome::Refused(_)) {
                let who = Who::ServiceAccount { namespace, name, declared };
                let (name, namespace) =
                    (Presence::Present(name.to_owned()), Presence::Present(namespace.to_owned()));
                let identity = self.identity(&name, &namespace, of_role.issued.as_ref());
                admitted.push((who, Holder { login: Some(outcome), identity, ..of_role.clone() }));
            }
        };
        for namespace in distinct(role.namespaces()).filter(|entry| !is_glob(entry)) {
            for name in distinct(role.names()).filter(|entry| !is_glob(entry)) {
                let (namespace, name) = (namespace.as_str(), name.as_str());
                add(namespace, name, self.project.service_accounts_named(namespace, name).next());
            }
        }
        if selector.is_none() && !role.names().iter().chain(role.namespaces()).any(is_glob) {
            return admitted;
        }
        let mut seen = HashSet::new();
        for account in &self.project.service_accounts {
            let name = account.meta.name.as_str();
            let namespace = account.meta.namespace_name().unwrap_or_default();
            let is_among =
                |list: &[Spanned<String>], text: &str| list.iter().any(|entry| entry.value == text);
            let is_named = is_among(role.names(), name) && is_among(role.namespaces(), namespace);
            if !is_named
                && role.names().iter().any(|entry| bound::admits(&entry.value, name))
                && seen.insert((namespace, name))
            {
                add(namespace, name, Some(account));
            }
        }
        let listed = distinct(role.namespaces()).map(Matching::Listed);
        for namespace in listed.chain(selector.map(Matching::Selected)) {
            let is_open = !matches!(namespace, Matching::Listed(entry) if !is_glob(entry));
            for name in distinct(role.names()).filter(|name| is_open || is_glob(name)) {
                admitted.push((Who::Matching { name, namespace }, of_role.clone()));
            }
        }
        admitted
    }

    /// The token of a role, with no more policies than those that have a say and those of which nothing certain is known;
    /// nothing if there is no token.
    fn sifted<'s>(
        &'s self,
        role: &'s AuthRole,
        method: &'s AuthMethod<'s>,
        sieve: &Sieve,
    ) -> Option<Holder<'s>> {
        let dialect = self.dialects_at(role.span).first().copied()?;
        let namespace = method.namespace.trim_matches('/');
        let issued = token_with(role, method, dialect, |name| sieve.matters(name, namespace)).ok()?;
        let held = self.held_by(Some(&issued), role, method);
        Some(Holder { held, ..self.of_issued(role, method, Ok(issued)) })
    }
}

fn verdicts(holder: &Holder<'_>, operation: Operation, path: &str) -> Vec<(Dialect, Verdict)> {
    let token = holder.token();
    let request = token.request(operation, path);
    token.possible(&request).collect()
}

fn is_refused(verdicts: &[(Dialect, Verdict)]) -> bool {
    verdicts.iter().all(|(_, verdict)| *verdict == Verdict::Refused)
}

fn is_glob(entry: &Spanned<String>) -> bool {
    entry.value.contains('*')
}

/// The entries of a list without those that repeat an earlier one.
fn distinct(list: &[Spanned<String>]) -> impl Iterator<Item = &Spanned<String>> {
    let is_first = |at: usize, entry: &Spanned<String>| {
        !list.iter().take(at).any(|earlier| earlier.value == entry.value)
    };
    list.iter().enumerate().filter(move |(at, entry)| is_first(*at, entry)).map(|(_, entry)| entry)
}

impl Matching<'_> {
    /// The place that says so.
    pub fn span(&self) -> Span {
        match self {
            Matching::Listed(entry) => entry.span,
            Matching::Selected(selector) => selector.span,
        }
    }
}
