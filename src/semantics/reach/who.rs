//! Everybody who may do something.

use super::holder::Holder;
use super::{Access, Login};
use crate::model::kube::service_account::ServiceAccount;
use crate::model::vault::auth_role::AuthRole;
use crate::semantics::acl::{Operation, Verdict};
use crate::semantics::bound;
use crate::semantics::dialect::Dialect;
use crate::semantics::login::{AuthMethod, Caller, attempt};
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
    /// The way to the token.
    pub holder: Holder<'s>,
    /// The answer of each server of the target, none of which is [`Verdict::Refused`] everywhere.
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
    /// Everybody who may do this, in order of roles: declared service accounts, those that roles name, and for roles
    /// with globs and selectors whoever else matches. JWTs are taken to be made for what each role wants.
    pub fn who_can<'s>(&'s self, operation: Operation, path: &str) -> Vec<Reached<'s>> {
        let mut reached = Vec::new();
        for method in &self.methods {
            for role in method.roles() {
                for (who, holder) in self.admitted(role, method) {
                    let token = holder.token();
                    let request = token.request(operation, path);
                    let verdicts: Vec<_> = token.verdicts(&request).collect();
                    if verdicts.iter().any(|(_, verdict)| *verdict != Verdict::Refused) {
                        reached.push(Reached { who, holder: holder.clone(), verdicts });
                    }
                }
            }
        }
        reached
    }

    /// Everybody whom a role admits, with what they hold.
    pub fn admitted<'s>(
        &'s self,
        role: &'s AuthRole,
        method: &'s AuthMethod<'s>,
    ) -> Vec<(Who<'s>, Holder<'s>)> {
        let mut admitted = Vec::new();
        let dialects = self.dialects_at(role.span);
        let dialect = dialects.first().copied().unwrap_or(Dialect::VaultCurrent);
        let mut add = |namespace: &'s str, name: &'s str, declared: Option<&'s ServiceAccount>| {
            let caller = Caller::in_project(self.project, namespace, name);
            let outcome = attempt(&caller, role, method, dialect);
            let holder = self.holder_of(&caller, Login { method, role, outcome });
            if holder.gets_token() {
                admitted.push((Who::ServiceAccount { namespace, name, declared }, holder));
            }
        };
        let is_glob = |entry: &Spanned<String>| entry.value.contains('*');
        let selector = role.fields.text("bound_service_account_namespace_selector");
        let selector = selector.filter(|selector| !selector.value.is_empty());
        let is_open = selector.is_some() || role.names().iter().chain(role.namespaces()).any(is_glob);
        for namespace in role.namespaces().iter().filter(|entry| !is_glob(entry)) {
            for name in role.names().iter().filter(|entry| !is_glob(entry)) {
                let (namespace, name) = (namespace.as_str(), name.as_str());
                add(namespace, name, self.project.service_accounts_named(namespace, name).next());
            }
        }
        if !is_open {
            return admitted;
        }
        for account in &self.project.service_accounts {
            let name = account.meta.name.as_str();
            let namespace = account.meta.namespace_name().unwrap_or_default();
            let named = |list: &[Spanned<String>], text: &str| list.iter().any(|entry| entry.value == text);
            let is_named = named(role.names(), name) && named(role.namespaces(), namespace);
            if !is_named && role.names().iter().any(|entry| bound::admits(&entry.value, name)) {
                add(namespace, name, Some(account));
            }
        }
        let listed = role.namespaces().iter().map(Matching::Listed);
        for namespace in listed.chain(selector.map(Matching::Selected)) {
            for name in role.names() {
                let literal = matches!(namespace, Matching::Listed(entry) if !is_glob(entry));
                if !(literal && !is_glob(name)) {
                    let holder = self.of_role(role, method);
                    if holder.gets_token() {
                        admitted.push((Who::Matching { name, namespace }, holder));
                    }
                }
            }
        }
        admitted
    }
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
