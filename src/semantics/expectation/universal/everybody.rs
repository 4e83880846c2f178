//! Claims that nobody is able to, role by role: whom each admits, and who is left aside.

use super::admitted::{Bounds, stranger};
use super::{Claim, Looked};
use crate::model::vault::auth_role::AuthRole;
use crate::semantics::dialect::Dialect;
use crate::semantics::expectation::Reason;
use crate::semantics::login::{AuthMethod, Outcome as LoginOutcome, attempt};
use crate::semantics::reach::{Access, Holder, Matching, RoleName, Sieve, Subject, Who};

impl Claim<'_, '_> {
    /// That nobody is able to, but for some.
    pub(super) fn everybody(&self, except: &[Subject], looked: &mut Looked) {
        let access = &self.prover.access;
        let Looked { reasons, roles, closing } = looked;
        reasons.extend(self.unread_roles());
        let sieve = Sieve::on_pattern(access, self.within, self.lists());
        for (method, role) in access.roles().filter(|(method, _)| self.asks(&method.namespace)) {
            *roles += usize::from(self.of.is_none());
            let Some(of_role) = access.of_role_sifted(role, method, &sieve) else { continue };
            if !self.may_open(&of_role) || is_excepted_role(access, (role, method), except) {
                continue;
            }
            for (who, holder) in access.admitted_to(&of_role, role, method) {
                match who {
                    Who::ServiceAccount { namespace, name, .. } => {
                        if !is_excepted(namespace, name, (role, method), except) {
                            let named = format!("{namespace}/{name}");
                            reasons.extend(self.closed_to(&holder, &named, closing));
                        }
                    }
                    Who::Matching { name, namespace } => {
                        let (namespace, named) = match namespace {
                            Matching::Listed(entry) => (entry.as_str(), format!("`{entry}`")),
                            Matching::Selected(_) => ("*", "selected by labels".to_owned()),
                        };
                        let bounds = Bounds { name: name.as_str(), namespace };
                        let named = format!("any service account `{name}` of namespaces {named}");
                        let found = self.closed_to_matching(
                            &holder,
                            bounds,
                            &named,
                            |namespace, name| is_excepted(namespace, name, (role, method), except),
                            closing,
                        );
                        reasons.extend(found);
                    }
                }
            }
        }
    }

    /// That no service account of a Kubernetes namespace is able to.
    pub(super) fn closed_in(&self, wanted: &str, looked: &mut Looked) {
        let access = &self.prover.access;
        let Looked { reasons, roles, closing } = looked;
        reasons.extend(self.unread_roles());
        let sieve = Sieve::on_pattern(access, self.within, self.lists());
        for (method, role) in access.roles().filter(|(method, _)| self.asks(&method.namespace)) {
            *roles += usize::from(self.of.is_none());
            let Some(of_role) = access.of_role_sifted(role, method, &sieve) else { continue };
            if !self.may_open(&of_role) {
                continue;
            }
            for (who, holder) in access.admitted_to(&of_role, role, method) {
                match who {
                    Who::ServiceAccount { namespace, name, .. } if namespace == wanted => {
                        let named = format!("{namespace}/{name}");
                        reasons.extend(self.closed_to(&holder, &named, closing));
                    }
                    Who::ServiceAccount { .. } => {}
                    Who::Matching { name, .. } => {
                        let caller = access.caller(wanted, &stranger(name.as_str()));
                        let dialect = holder.dialects.first().copied().unwrap_or(Dialect::VaultCurrent);
                        let login = attempt(&caller, role, method, dialect);
                        if matches!(login, LoginOutcome::Refused(_)) {
                            continue;
                        }
                        let holder = Holder { login: Some(login), ..holder };
                        let bounds = Bounds { name: name.as_str(), namespace: wanted };
                        let named = format!("any service account `{name}` of the namespace `{wanted}`");
                        let never = |_: &str, _: &str| false;
                        reasons.extend(self.closed_to_matching(&holder, bounds, &named, never, closing));
                    }
                }
            }
        }
    }

    /// Templates that hold roles and were not read: whom those admit is not known.
    fn unread_roles(&self) -> Vec<Reason> {
        let names = self.prover.access.project().templates_with("bound_service_account");
        names
            .map(|name| {
                let text =
                    format!("the template `{name}` holds auth roles and was not read: render it first");
                Reason::new(None, text)
            })
            .collect()
    }

    /// That one subject is able to on no path of the pattern.
    pub(super) fn closed_to_one(&self, subject: &Subject, holders: &[Holder<'_>], looked: &mut Looked) {
        let who = subject.to_string();
        let asked = holders.iter().filter(|holder| self.asks(&holder.namespace));
        for holder in asked {
            looked.roles += usize::from(self.of.is_none());
            if holder.gets_token() {
                looked.reasons.extend(self.closed_to(holder, &who, &mut looked.closing));
            }
        }
    }
}

impl Looked {
    /// The reasons; if there are none, why.
    pub(super) fn concluded(self) -> Vec<Reason> {
        let Looked { reasons, roles, closing } = self;
        let mut told: Vec<Reason> = Vec::new();
        for reason in reasons {
            // What one role says of one identity stands together.
            if !told.iter().rev().take(8).any(|other| *other == reason) {
                told.push(reason);
            }
        }
        if !told.is_empty() {
            return told;
        }
        let looked = match roles {
            0 => "there are no auth roles".to_owned(),
            1 => "no token of the one auth role opens a path of the pattern".to_owned(),
            many => format!("no token of any of the {many} auth roles opens a path of the pattern"),
        };
        let rules = closing;
        vec![Reason { rules, ..Reason::new(Some(false), looked) }]
    }
}

type Through<'r, 'm> = (&'r AuthRole, &'r AuthMethod<'m>);

/// True if a service account is excepted when it logs in through the role.
fn is_excepted(namespace: &str, name: &str, through: Through<'_, '_>, except: &[Subject]) -> bool {
    except.iter().any(|subject| match subject {
        Subject::ServiceAccount { namespace: own, name: of_own, role, .. } => {
            own == namespace && of_own == name && role.as_ref().is_none_or(|role| is_role(role, through))
        }
        Subject::Role(_) | Subject::Policies(_) => false,
    })
}

/// True if whoever logs in through the role is excepted.
fn is_excepted_role(access: &Access<'_>, (role, method): Through<'_, '_>, except: &[Subject]) -> bool {
    except.iter().any(|subject| match subject {
        Subject::ServiceAccount { .. } => false,
        Subject::Role(wanted) => is_role(wanted, (role, method)),
        Subject::Policies(names) => {
            let held = access.of_role(role, method).held;
            names.iter().all(|name| held.iter().any(|held| held.name == name.trim().to_lowercase()))
        }
    })
}

fn is_role(wanted: &RoleName, (role, method): Through<'_, '_>) -> bool {
    wanted.name.eq_ignore_ascii_case(role.name.as_str())
        && wanted.mount.as_deref().is_none_or(|mount| mount == method.path)
}
