//! What a token may do, on every server of the target.

use super::holder::Holder;
use crate::model::vault::policy::Policy;
use crate::semantics::acl::{Acl, AclError, Attached, Decision, Operation, Request, Verdict};
use crate::semantics::dialect::Dialect;
use crate::semantics::witness;

/// The compiled policies of a [`Holder`].
#[derive(Debug)]
pub struct Token<'h> {
    holder: &'h Holder<'h>,
    acls: Vec<(Dialect, Result<Acl<'h>, AclError>)>,
}

/// An answer that depends on which of several definitions of one policy the server has.
#[derive(Debug, Clone, Copy)]
pub struct Difference<'h> {
    /// The other definition.
    pub policy: &'h Policy,
    /// The server.
    pub dialect: Dialect,
    /// The answer with it.
    pub verdict: Verdict,
}

impl<'h> Token<'h> {
    pub(super) fn compile(holder: &'h Holder<'h>) -> Token<'h> {
        let acls = holder.dialects.iter().map(|dialect| (*dialect, acl(holder, *dialect, None)));
        Token { holder, acls: acls.collect() }
    }

    /// The compiled policies for each server of the target; an error if the server refuses every request.
    pub fn acls(&self) -> &[(Dialect, Result<Acl<'h>, AclError>)] {
        &self.acls
    }

    /// A request without parameters to the Vault namespace of the token. The path of a list or scan must already end in
    /// the slash that servers append.
    pub fn request<'r>(&'r self, operation: Operation, path: &'r str) -> Request<'r> {
        self.holder.request(operation, path)
    }

    /// What each server says to requests of this kind, whatever they carry; `request` is a bare one.
    pub fn possible<'r>(&'r self, request: &'r Request<'_>) -> impl Iterator<Item = (Dialect, Verdict)> + 'r {
        self.acls.iter().map(|(dialect, acl)| (*dialect, self.possible_on(*dialect, acl.as_ref(), request)))
    }

    fn possible_on(
        &self,
        dialect: Dialect,
        acl: Result<&Acl<'_>, &AclError>,
        request: &Request<'_>,
    ) -> Verdict {
        match acl {
            _ if self.holder.refused_on(dialect).is_some() => Verdict::Unknown,
            Ok(acl) => witness::verdict(acl, request),
            Err(_) => Verdict::Refused,
        }
    }

    /// The answer: of all servers, if they agree, else [`Verdict::Unknown`].
    pub fn verdict(&self, request: &Request<'_>) -> Verdict {
        let mut verdicts = self.verdicts(request).map(|(_, verdict)| verdict);
        let first = verdicts.next().unwrap_or(Verdict::Refused);
        if verdicts.all(|other| other == first) { first } else { Verdict::Unknown }
    }

    /// The answer of each server to this very request.
    pub fn verdicts<'r>(&'r self, request: &'r Request<'_>) -> impl Iterator<Item = (Dialect, Verdict)> + 'r {
        self.acls.iter().map(|(dialect, acl)| {
            let verdict = match acl {
                _ if self.holder.refused_on(*dialect).is_some() => Verdict::Unknown,
                Ok(acl) => acl.verdict(request),
                Err(_) => Verdict::Refused,
            };
            (*dialect, verdict)
        })
    }

    /// The answer of each server with its evidence.
    pub fn decide<'r>(
        &'r self,
        request: &'r Request<'r>,
    ) -> Vec<(Dialect, Result<Decision<'r, 'h>, &'r AclError>)> {
        let decided =
            self.acls.iter().map(|(dialect, acl)| (*dialect, acl.as_ref().map(|acl| acl.decide(request))));
        decided.collect()
    }

    /// Where policies are defined several times: the answers that another definition would turn round. Each is put in
    /// place of the one that counts, one at a time.
    pub fn differences(&self, request: &Request<'_>) -> Vec<Difference<'h>> {
        let mut differences = Vec::new();
        for (at, held) in self.holder.held.iter().enumerate() {
            for (other, (dialect, acl)) in
                held.others.iter().flat_map(|other| self.acls.iter().map(move |acl| (*other, acl)))
            {
                let verdict_with = |acl: Result<&Acl<'_>, &AclError>| {
                    acl.map_or(Verdict::Refused, |acl| witness::verdict(acl, request))
                };
                let instead = self::acl(self.holder, *dialect, Some((at, other)));
                let verdict = verdict_with(instead.as_ref());
                if verdict != verdict_with(acl.as_ref()) {
                    differences.push(Difference { policy: other, dialect: *dialect, verdict });
                }
            }
        }
        differences
    }
}

/// Compiles the policies of a holder, with another definition in the place of one of them.
fn acl<'h>(
    holder: &'h Holder<'h>,
    dialect: Dialect,
    instead: Option<(usize, &'h Policy)>,
) -> Result<Acl<'h>, AclError> {
    let namespace = holder.namespace.as_str();
    let policies: Vec<Attached<'h>> = holder
        .held
        .iter()
        .enumerate()
        .filter_map(|(at, held)| match instead {
            Some((place, policy)) if place == at => Some(Attached { policy, namespace }),
            _ => held.attached(dialect, namespace),
        })
        .collect();
    Acl::compile(&policies, &holder.identity, dialect)
}
