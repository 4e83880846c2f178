//! What is found by searching sets of paths, asked again of the evaluator of single paths.

use super::excerpt::{Excerpt, Who};
use super::parties::Parties;
use super::question::{Found, Setting, request_path};
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
    }
    Ok(())
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
