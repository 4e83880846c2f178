//! Ways to a token, and what the token holds.

use super::held::Held;
use super::subject::{RoleName, Subject};
use super::token::Token;
use super::{Access, Login};
use crate::model::vault::auth_role::AuthRole;
use crate::semantics::acl::{Operation, Request, is_guarded_by_pki};
use crate::semantics::dialect::Dialect;
use crate::semantics::login::{
    Accepted, AuthMethod, Caller, Issued, Missing, Outcome, Refusal, TokenPolicy, token_of,
};
use crate::semantics::template::{Accessor, Alias, Entity, Identity, Metadata, Others, Presence};
use crate::syntax::{SourceId, Span, Spanned};

/// One way to a token.
#[derive(Debug, Clone)]
pub struct Holder<'s> {
    /// The role that issues it, with its auth method; nothing if the question names policies.
    pub role: Option<(&'s AuthRole, &'s AuthMethod<'s>)>,
    /// What comes of the login; nothing if the question names no service account.
    pub login: Option<Outcome<'s>>,
    /// The token; nothing if none is issued, or if the question names policies.
    pub issued: Option<Issued<'s>>,
    /// Why a role that the question names issues no token to anybody.
    pub refusal: Option<Refusal>,
    /// The policies of the token; without a token, those that it would have.
    pub held: Vec<Held<'s>>,
    /// For templates in the paths of the policies.
    pub identity: Identity,
    /// The Vault namespace that the token is for: `""` for the root namespace, else with a slash at the end.
    pub namespace: String,
    /// The servers that answers are given for.
    pub dialects: &'static [Dialect],
    /// Paths of the `pki` mounts: each guards two paths below it.
    pub pki_mounts: Vec<&'s str>,
}

/// What decides on the answers of a token that holds no templates.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HolderKey {
    policies: Vec<Option<Span>>,
    namespace: String,
    dialects: &'static [Dialect],
}

/// Why nothing can be said about a subject.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// No role has this name.
    #[error("no auth role is named `{0}`")]
    NoRole(RoleName),
    /// No policy has this name.
    #[error("no policy is named `{0}`")]
    NoPolicy(String),
    /// There are no auth roles at all.
    #[error("there are no auth roles")]
    NoRoles,
}

impl<'s> Holder<'s> {
    /// True if there is a token, as far as is known.
    pub fn gets_token(&self) -> bool {
        self.refused().is_none()
    }

    /// A request without parameters to the Vault namespace of the token. The path of a list or scan must already end in
    /// the slash that servers append.
    pub fn request<'r>(&'r self, operation: Operation, path: &'r str) -> Request<'r> {
        let guarded = self.pki_mounts.iter().any(|mount| is_guarded_by_pki(mount, path));
        Request {
            namespace: &self.namespace,
            root_protected: guarded.then_some(true),
            ..Request::new(operation, path)
        }
    }

    /// Why there is no token.
    pub fn refused(&self) -> Option<&Refusal> {
        match &self.login {
            Some(Outcome::Refused(refusal)) => Some(refusal),
            _ => self.refusal.as_ref(),
        }
    }

    /// What the login hangs on.
    pub fn missing(&self) -> &[Missing] {
        match &self.login {
            Some(Outcome::Unknown { missing, .. }) => missing,
            _ => &[],
        }
    }

    /// The bounds that admit the service account.
    pub fn accepted(&self) -> Option<&Accepted<'s>> {
        match &self.login {
            Some(Outcome::Accepted(accepted) | Outcome::Unknown { then: accepted, .. }) => Some(accepted),
            _ => None,
        }
    }

    /// A policy that others take and this server refuses to store, so that what it holds under the name is not known.
    pub fn refused_on(&self, dialect: Dialect) -> Option<&Held<'s>> {
        self.held.iter().find(|held| held.refused_by.contains(&dialect))
    }

    /// What decides on its answers, if its policies hold no templates.
    pub fn key(&self) -> HolderKey {
        HolderKey {
            policies: self.held.iter().map(|held| held.policy.map(|policy| policy.name.span)).collect(),
            namespace: self.namespace.clone(),
            dialects: self.dialects,
        }
    }

    /// Compiles what the token holds, for each of [`Holder::dialects`].
    pub fn token(&self) -> Token<'_> {
        Token::compile(self)
    }
}

impl<'a> Access<'a> {
    /// Every way to a token that the subject has; those that fail, too.
    ///
    /// For a service account: every role (or each of the name that is asked for), in order of Vault namespace, path of
    /// the auth method, and place. For policies: one.
    pub fn holders<'s>(&'s self, subject: &Subject) -> Result<Vec<Holder<'s>>, Unresolved> {
        match subject {
            Subject::ServiceAccount { namespace, name, role, audiences } => {
                let caller = Caller { audiences: audiences.clone(), ..self.caller(namespace, name) };
                self.by_login(&caller, role.as_ref())
            }
            Subject::Role(role) => self.by_role(role),
            Subject::Policies(names) => Ok(vec![self.by_policies(names)?]),
        }
    }

    /// The ways of one service account through one role, or through all.
    pub fn by_login<'s>(
        &'s self,
        caller: &Caller,
        role: Option<&RoleName>,
    ) -> Result<Vec<Holder<'s>>, Unresolved> {
        let mount = role.and_then(|role| role.mount.as_deref());
        let logins = self.logins(caller, mount, role.map(|role| role.name.as_str()));
        let holders: Vec<Holder<'s>> = logins.map(|login| self.holder_of(caller, login)).collect();
        match role {
            Some(role) if holders.is_empty() => Err(Unresolved::NoRole(role.clone())),
            None if holders.is_empty() => Err(Unresolved::NoRoles),
            _ => Ok(holders),
        }
    }

    /// The token of whoever logs in through a role of this name.
    fn by_role<'s>(&'s self, role: &RoleName) -> Result<Vec<Holder<'s>>, Unresolved> {
        let methods = self
            .methods
            .iter()
            .filter(|method| role.mount.as_deref().is_none_or(|mount| mount == method.path));
        let holders: Vec<Holder<'s>> = methods
            .flat_map(|method| method.roles_named(&role.name).map(move |role| self.of_role(role, method)))
            .collect();
        if holders.is_empty() { Err(Unresolved::NoRole(role.clone())) } else { Ok(holders) }
    }

    /// The token of whoever logs in through `role`.
    pub fn of_role<'s>(&'s self, role: &'s AuthRole, method: &'s AuthMethod<'s>) -> Holder<'s> {
        let dialect = self.dialects_at(role.span).first().copied().unwrap_or(Dialect::VaultCurrent);
        let holder = self.of_issued(role, method, token_of(role, method, dialect));
        Holder { held: self.held_by(holder.issued.as_ref(), role, method), ..holder }
    }

    /// The token that a role issues, without what it holds.
    pub(super) fn of_issued<'s>(
        &'s self,
        role: &'s AuthRole,
        method: &'s AuthMethod<'s>,
        issued: Result<Issued<'s>, Box<Refusal>>,
    ) -> Holder<'s> {
        let (issued, refusal) = match issued {
            Ok(issued) => (Some(issued), None),
            Err(refusal) => (None, Some(*refusal)),
        };
        let only = |entries: &[Spanned<String>]| match entries {
            [entry] if !entry.value.contains('*') => Presence::Present(entry.value.clone()),
            _ => Presence::Unknown,
        };
        let has_selector = role.fields.get("bound_service_account_namespace_selector").is_some();
        let namespace = if has_selector { Presence::Unknown } else { only(role.namespaces()) };
        Holder {
            pki_mounts: self.pki_mounts(),
            identity: self.identity(&only(role.names()), &namespace, issued.as_ref()),
            role: Some((role, method)),
            login: None,
            issued,
            refusal,
            held: Vec::new(),
            namespace: method.namespace.clone(),
            dialects: self.dialects_at(role.span),
        }
    }

    /// A token with policies of these names.
    fn by_policies<'s>(&'s self, names: &[String]) -> Result<Holder<'s>, Unresolved> {
        let mut held: Vec<Held<'s>> = Vec::new();
        let mut place = None;
        for name in names {
            let named = TokenPolicy { name: name.trim().to_lowercase(), span: None };
            let first = self.project.policies_named(&named.name).next();
            place = place.or(first.map(|policy| policy.name.span));
            let at = place.unwrap_or(Span::new(SourceId(0), 0..0));
            let namespace = self.namespace_at(at);
            if held.iter().any(|other| other.name == named.name) {
                continue;
            }
            let found = self.held(&named, at, &namespace);
            if found.is_missing() && found.refused.is_empty() && found.name != "root" {
                return Err(Unresolved::NoPolicy(name.clone()));
            }
            held.push(found);
        }
        let dialects = match place {
            Some(place) => self.dialects_at(place),
            None => Dialect::of(self.project.settings.target),
        };
        Ok(Holder {
            pki_mounts: self.pki_mounts(),
            role: None,
            login: None,
            issued: None,
            refusal: None,
            held,
            identity: Identity::default(),
            namespace: place.map(|place| self.namespace_at(place)).unwrap_or_default(),
            dialects,
        })
    }

    /// A login with what the token holds.
    pub(super) fn holder_of<'s>(&'s self, caller: &Caller, login: Login<'s>) -> Holder<'s> {
        let Login { method, role, outcome } = login;
        let issued = match &outcome {
            Outcome::Accepted(accepted) | Outcome::Unknown { then: accepted, .. } => {
                Some(accepted.token.clone())
            }
            Outcome::Refused(_) => None,
        };
        let name = Presence::Present(caller.service_account.clone());
        let namespace = Presence::Present(caller.namespace.clone());
        Holder {
            pki_mounts: self.pki_mounts(),
            identity: self.identity(&name, &namespace, issued.as_ref()),
            role: Some((role, method)),
            login: Some(outcome),
            held: self.held_by(issued.as_ref(), role, method),
            issued,
            refusal: None,
            namespace: method.namespace.clone(),
            dialects: self.dialects_at(role.span),
        }
    }

    pub(super) fn held_by<'s>(
        &'s self,
        issued: Option<&Issued<'_>>,
        role: &AuthRole,
        method: &AuthMethod<'_>,
    ) -> Vec<Held<'s>> {
        let policies = issued.map_or(&[][..], |issued| &issued.policies);
        policies.iter().map(|policy| self.held(policy, role.span, &method.namespace)).collect()
    }

    fn namespace_at(&self, place: Span) -> String {
        let spec = self.project.spec_of(place);
        let name = spec.and_then(|spec| spec.vault_namespace.as_ref());
        let name = name.map_or("", |name| name.value.trim_matches('/'));
        if name.is_empty() { String::new() } else { format!("{name}/") }
    }

    /// The identity that a service account has once it is logged in.
    pub fn identity(
        &self,
        name: &Presence<String>,
        namespace: &Presence<String>,
        issued: Option<&Issued<'_>>,
    ) -> Identity {
        let by_name = issued.is_some_and(|issued| issued.alias_is_name);
        let alias_name = match (namespace, name) {
            (Presence::Present(namespace), Presence::Present(name)) if by_name => {
                Presence::Present(format!("{namespace}/{name}"))
            }
            _ => Presence::Unknown,
        };
        // The uid is the API server's, and so is the name of the Secret that a JWT of the old kind comes from.
        let metadata = Metadata {
            entries: vec![
                ("service_account_name".to_owned(), name.clone()),
                ("service_account_namespace".to_owned(), namespace.clone()),
                ("service_account_uid".to_owned(), Presence::Unknown),
                ("service_account_secret_name".to_owned(), Presence::Unknown),
            ],
            others: Others::Unknown,
        };
        let alias = Alias {
            accessor: Accessor::Generated { method: "kubernetes".to_owned() },
            id: Presence::Unknown,
            name: alias_name,
            metadata,
            custom_metadata: Metadata::unknown(),
        };
        // Which of several methods an accessor belongs to cannot be told, so there it stands for none of them alone.
        let count = if self.methods.len() > 1 { 2 } else { 1 };
        let entity = Entity {
            id: Presence::Unknown,
            name: Presence::Unknown,
            metadata: Metadata::unknown(),
            aliases: vec![alias; count],
        };
        Identity { entity: Presence::Present(entity), groups: Presence::Unknown, now: Presence::Unknown }
    }
}
