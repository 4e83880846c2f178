//! What is found by searching sets of paths, asked again of the evaluator of single paths.

use super::super::Direction;
use super::excerpt::{Excerpt, Who};
use super::parties::Parties;
use super::question::{Found, Setting, request_path};
use super::terms::Sent;
use crate::model::vault::capability::Capability;
use crate::semantics::acl::{Operation, Request, Verdict, is_guarded_by_pki};
use crate::semantics::dialect::Dialect;
use crate::semantics::language::Grant;
use crate::semantics::witness::{self, Search};

/// An error if single paths come to something else than the search for paths.
pub(super) fn confirmed(
    setting: &Setting<'_>,
    parties: &Parties<'_, '_>,
    who: &Who<'_>,
    found: &Found,
) -> Result<(), String> {
    for capability in &found.capabilities {
        let answers = answers(setting, parties, who, *capability, &found.witness);
        if !answers.contains(&(found.before, found.after)) {
            let (before, after) = (found.before, found.after);
            return Err(format!(
                "`{capability}` on `{}` comes to {before:?} before and to {after:?} now in the search for paths, and \
                 to {answers:?} by single paths",
                found.witness
            ));
        }
        let Some(sent) = found.sent.as_ref().filter(|sent| sent.is_all()) else { continue };
        let allowed = allowed(setting, parties, who, (*capability, &found.witness), sent);
        let wanted = (found.direction == Direction::Lost, found.direction == Direction::Gained);
        if !allowed.contains(&wanted) {
            return Err(format!(
                "`{capability}` on `{}` {} is told to be allowed on one side alone, and comes to {allowed:?}",
                found.witness,
                sent.words().unwrap_or_default()
            ));
        }
    }
    Ok(())
}

/// Whether a request goes through that carries something, before and now, on each pair of servers.
fn allowed(
    setting: &Setting<'_>,
    parties: &Parties<'_, '_>,
    who: &Who<'_>,
    (capability, path): (Capability, &str),
    sent: &Sent,
) -> Vec<(bool, bool)> {
    let operation = Operation::of_capability(capability).unwrap_or(Operation::Read);
    let path = request_path(operation, path);
    let texts = Excerpt::on(&path, parties).texts(parties, who);
    let guarded = setting.pki_mounts.iter().any(|mount| is_guarded_by_pki(mount, &path));
    let request = Request {
        namespace: parties.namespace,
        root_protected: guarded.then_some(true),
        data: &sent.data,
        wrap_ttl: sent.wrapping,
        ..Request::new(operation, &path)
    };
    let any = |lane: usize, of_new: bool, dialect: Dialect| {
        let mut own = texts.iter().filter(|text| text.lane == lane && text.of_new == of_new);
        let seats = if of_new { &parties.new } else { &parties.old };
        own.any(|text| {
            let issued = seats.get(text.token).and_then(|seat| seat.hold.issued.as_ref());
            let acl = text.compile(parties.namespace, &who.identity(issued), dialect);
            acl.is_some_and(|acl| acl.decide(&request).verdict == Verdict::Allowed)
        })
    };
    let lanes = parties.lanes.iter().enumerate();
    lanes.map(|(at, (before, now))| (any(at, false, *before), any(at, true, *now))).collect()
}

/// The most that any token gives on a path before and now, on each pair of servers.
fn answers(
    setting: &Setting<'_>,
    parties: &Parties<'_, '_>,
    who: &Who<'_>,
    capability: Capability,
    path: &str,
) -> Vec<(Grant, Grant)> {
    let operation = Operation::of_capability(capability);
    let path = request_path(operation.unwrap_or(Operation::Read), path);
    let texts = Excerpt::on(&path, parties).texts(parties, who);
    let guarded = setting.pki_mounts.iter().any(|mount| is_guarded_by_pki(mount, &path));
    let request = Request {
        namespace: parties.namespace,
        root_protected: guarded.then_some(true),
        ..Request::new(operation.unwrap_or(Operation::Read), &path)
    };
    let most = |lane: usize, of_new: bool, dialect: Dialect| {
        let own = texts.iter().filter(|text| text.lane == lane && text.of_new == of_new);
        let seats = if of_new { &parties.new } else { &parties.old };
        let grants = own.map(|text| {
            let issued = seats.get(text.token).and_then(|seat| seat.hold.issued.as_ref());
            let Some(acl) = text.compile(parties.namespace, &who.identity(issued), dialect) else {
                return Grant::No;
            };
            let decision = acl.decide(&request);
            let Some(operation) = operation else {
                let holds = decision.is_root || decision.capabilities.contains(capability);
                return if holds { Grant::Yes } else { Grant::No };
            };
            match decision.verdict {
                Verdict::Unknown => Grant::Unclear,
                Verdict::Allowed => {
                    let is_free = decision.rule.is_none_or(|rule| !rule.is_constrained(operation));
                    if is_free { Grant::Yes } else { Grant::Conditional }
                }
                Verdict::Refused => match witness::search(&acl, &request) {
                    None | Some(Search::Impossible(_)) => Grant::No,
                    Some(Search::Found(_)) => Grant::Conditional,
                    Some(Search::NotFound) => Grant::Unclear,
                },
            }
        });
        grants.max().unwrap_or(Grant::No)
    };
    let lanes = parties.lanes.iter().enumerate();
    lanes.map(|(at, (before, now))| (most(at, false, *before), most(at, true, *now))).collect()
}
