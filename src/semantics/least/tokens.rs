//! The tokens that bear policies: one for each role, and one for each identity for which templates differ.

use crate::model::project::Project;
use crate::model::spec::Quantifier;
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::policy::Policy;
use crate::semantics::bound;
use crate::semantics::login::AuthMethod;
use crate::semantics::reach::{Access, Held, Holder, RoleName, Subject, Who};
use crate::semantics::template::Presence;

/// Roles and tokens.
pub(super) struct Bearers<'s> {
    pub(super) access: &'s Access<'s>,
    pub(super) project: &'s Project,
    /// In the order of [`Access::roles`].
    pub(super) roles: Vec<Role<'s>>,
    /// Those of the roles come first, in their order.
    pub(super) tokens: Vec<Bearer<'s>>,
}

/// An auth role with the token of whoever logs in through it.
pub(super) struct Role<'s> {
    pub(super) role: &'s AuthRole,
    pub(super) method: &'s AuthMethod<'s>,
    pub(super) holder: Holder<'s>,
    /// Its policies hold templates, so that tokens differ.
    is_templated: bool,
}

/// A token.
pub(super) struct Bearer<'s> {
    pub(super) holder: Holder<'s>,
    /// Through which role; nothing for policies that a claim names.
    pub(super) role: Option<usize>,
    /// Whose; nothing for whoever logs in.
    account: Option<Account>,
}

/// Namespace and name of a service account.
pub(super) type Account = (String, String);

impl<'s> Bearers<'s> {
    /// The tokens of all roles, and of all service accounts that are known to get one whose templates they fill.
    pub(super) fn new(access: &'s Access<'s>) -> Bearers<'s> {
        let roles = access.roles().map(|(method, role)| {
            let holder = access.of_role(role, method);
            let policies = holder.held.iter().filter_map(|held| held.policy);
            let is_templated =
                policies.flat_map(|policy| &policy.path_rules).any(|rule| rule.path.value.contains("{{"));
            Role { role, method, holder, is_templated }
        });
        let roles: Vec<Role<'s>> = roles.collect();
        let tokens = roles.iter().enumerate();
        let tokens =
            tokens.map(|(at, it)| Bearer { holder: it.holder.clone(), role: Some(at), account: None });
        let mut bearers = Bearers { access, project: access.project(), tokens: tokens.collect(), roles };
        for at in 0..bearers.roles.len() {
            let Some(role) = bearers.roles.get(at).filter(|role| role.is_templated) else { continue };
            let admitted: Vec<Account> = access
                .admitted(role.role, role.method)
                .into_iter()
                .filter_map(|(who, _)| match who {
                    Who::ServiceAccount { namespace, name, .. } => {
                        Some((namespace.to_owned(), name.to_owned()))
                    }
                    Who::Matching { .. } => None,
                })
                .collect();
            for account in admitted {
                bearers.of(at, Some(&account));
            }
        }
        bearers
    }

    /// The token of an account, or of whoever logs in, through a role.
    pub(super) fn of(&mut self, role: usize, account: Option<&Account>) -> usize {
        let (Some(account), Some(it)) = (account, self.roles.get(role).filter(|role| role.is_templated))
        else {
            return role;
        };
        let known = self.tokens.iter().position(|token| {
            token.role == Some(role) && token.account.as_ref().is_some_and(|own| own == account)
        });
        if let Some(known) = known {
            return known;
        }
        let holder = self.filled(it, account);
        self.tokens.push(Bearer { holder, role: Some(role), account: Some(account.clone()) });
        self.tokens.len() - 1
    }

    /// The token of an account, or of whoever logs in, through a role, whatever its policies hold.
    pub(super) fn holder(&self, role: usize, account: Option<&Account>) -> Option<Holder<'s>> {
        let it = self.roles.get(role)?;
        Some(account.map_or_else(|| it.holder.clone(), |account| self.filled(it, account)))
    }

    fn filled(&self, role: &Role<'s>, (namespace, name): &Account) -> Holder<'s> {
        let (name, namespace) = (Presence::Present(name.clone()), Presence::Present(namespace.clone()));
        let identity = self.access.identity(&name, &namespace, role.holder.issued.as_ref());
        Holder { identity, ..role.holder.clone() }
    }

    /// A token with policies that a claim names.
    pub(super) fn with_policies(&mut self, holder: Holder<'s>) -> usize {
        self.tokens.push(Bearer { holder, role: None, account: None });
        self.tokens.len() - 1
    }

    /// The place of a policy among those of the project; nothing for those that servers have by themselves.
    pub(super) fn place(&self, policy: &Policy) -> Option<usize> {
        self.project.policies.element_offset(policy)
    }
}

impl Bearer<'_> {
    /// Whose it is; nothing for whoever logs in.
    pub(super) fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }
}

impl Role<'_> {
    /// `MOUNT/NAME`.
    pub(super) fn title(&self) -> String {
        format!("{}/{}", self.method.path, self.role.name)
    }

    pub(super) fn is_among(&self, chosen: &[RoleName]) -> bool {
        let is_meant = |name: &RoleName| {
            name.name.eq_ignore_ascii_case(self.role.name.as_str())
                && name.mount.as_deref().is_none_or(|mount| mount == self.method.path)
        };
        chosen.is_empty() || chosen.iter().any(is_meant)
    }

    /// True if its bounds leave room for more than one service account.
    pub(super) fn admits_many(&self) -> bool {
        let one = |entries: &[crate::syntax::Spanned<String>]| matches!(entries, [entry] if !entry.value.contains('*'));
        self.has_selector() || !one(self.role.names()) || !one(self.role.namespaces())
    }

    pub(super) fn has_selector(&self) -> bool {
        let selector = self.role.fields.text("bound_service_account_namespace_selector");
        selector.is_some_and(|selector| !selector.value.is_empty())
    }

    /// True if it may admit a service account of this name, in this namespace if that is known.
    pub(super) fn may_admit(&self, namespace: Option<&str>, name: &str) -> bool {
        let names = self.role.names().iter().any(|entry| bound::admits(&entry.value, name));
        let listed = namespace.is_none_or(|namespace| {
            self.role.namespaces().iter().any(|entry| bound::admits(&entry.value, namespace))
        });
        names && (listed || self.has_selector())
    }
}

/// The policies that claims name together, as if somebody held them.
pub fn claimed_policies(project: &Project) -> Vec<Vec<String>> {
    let claims = project.expectations.iter().flat_map(|claim| match &claim.who.value {
        Quantifier::One(name) => std::slice::from_ref(name),
        Quantifier::Only(names) | Quantifier::NobodyExcept(names) => names,
        Quantifier::Nobody | Quantifier::EverybodyIn(_) => &[],
    });
    let sets = claims.filter_map(|name| match name.parse::<Subject>() {
        Ok(Subject::Policies(names)) => Some(names),
        _ => None,
    });
    sets.collect()
}

/// The token with other texts for some policies, which are in the order of those of the project.
pub(super) fn with_texts<'r>(
    holder: &Holder<'r>,
    project: &Project,
    texts: &'r [Option<Policy>],
) -> Holder<'r> {
    let mut holder = holder.clone();
    for held in &mut holder.held {
        let at = held.policy.and_then(|policy| project.policies.element_offset(policy));
        if let Some(text) = at.and_then(|at| texts.get(at)?.as_ref()) {
            held.policy = Some(text);
        }
    }
    holder
}

/// True if what the token holds under this name is known: one text that every server takes.
pub(super) fn is_settled(held: &Held<'_>) -> bool {
    held.others.is_empty()
        && held.refused.is_empty()
        && held.refused_by.is_empty()
        && !held.is_repeated
        && (!held.is_missing() || held.name == "root")
}
