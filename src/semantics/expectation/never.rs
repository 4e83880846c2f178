//! Claims that nobody of some can make themselves root on Vault or administrator of the cluster.

use super::universal::known;
use super::{Answer, Outcome, Prover, Reason, any_of};
use crate::model::spec::{Ends, Expectation, Quantifier};
use crate::semantics::bound;
use crate::semantics::escalation_graph::{EscalationGraph, Party, Sink, Start};
use crate::semantics::reach::{Subject, Unresolved};

/// The answers, one for each end, or why none is given.
pub(super) fn answers(
    prover: &Prover<'_>,
    expectation: &Expectation,
    ends: Ends,
) -> Result<Vec<Answer>, (Outcome, String)> {
    let graph = prover.graph.get_or_init(|| EscalationGraph::new(&prover.access, &asked_about(prover)));
    let starts = starts(prover, graph, expectation)?;
    let sinks: &[Sink] = match ends {
        Ends::Vault => &[Sink::Vault],
        Ends::Cluster => &[Sink::Cluster],
        Ends::Either => &Sink::ALL,
    };
    let answer = |sink: &Sink| {
        let mut reasons: Vec<Reason> =
            starts.iter().filter_map(|start| reason(graph, start, *sink)).collect();
        if reasons.is_empty() {
            let from = match starts.as_slice() {
                [one] => one.who().to_string(),
                many => format!("any of {} service accounts and sorts of service accounts", many.len()),
            };
            reasons.push(Reason::new(Some(false), format!("no way leads there from {from}")));
        }
        any_of(&format!("escalate to {}", sink.words()), reasons)
    };
    Ok(sinks.iter().map(answer).collect())
}

/// The service accounts that claims about ways name, and one that nobody has made yet of each namespace that they speak of.
fn asked_about(prover: &Prover<'_>) -> Vec<Party> {
    let claims = prover.access.project().expectations.iter().filter(|claim| claim.never.is_some());
    let asked = claims.filter_map(|claim| match &claim.who.value {
        Quantifier::One(name) => match name.parse() {
            Ok(Subject::ServiceAccount { namespace, name, role: None, .. }) => {
                Some(Party::account(&namespace, &name))
            }
            _ => None,
        },
        Quantifier::EverybodyIn(namespace) => Some(Party::account(namespace, NOBODY_YET)),
        Quantifier::Nobody | Quantifier::NobodyExcept(_) | Quantifier::Only(_) => None,
    });
    asked.collect()
}

/// Stands for a service account of a namespace that nobody has made yet.
const NOBODY_YET: &str = "any-other";

/// What speaks against it that no way leads from a start to an end.
fn reason(graph: &EscalationGraph, start: &Start, sink: Sink) -> Option<Reason> {
    let who = Some(start.who().to_string());
    if let Some(path) = graph.path(start, sink) {
        let text = match (path.is_direct, path.hops.len()) {
            (true, _) => "it was given to it".to_owned(),
            (false, 1) => "in one hop".to_owned(),
            (false, many) => format!("in {many} hops"),
        };
        return Some(Reason { who, hops: path.hops, ..Reason::new(Some(true), text) });
    }
    let doubts = graph.doubts(start);
    let first = doubts.first()?;
    let more = match doubts.len() - 1 {
        0 => String::new(),
        1 => ", and on one thing more".to_owned(),
        many => format!(", and on {many} things more"),
    };
    let text = format!("it hangs on this: {}{more}", first.what);
    Some(Reason { who, ..Reason::new(None, text) }.at(first.span))
}

fn starts(
    prover: &Prover<'_>,
    graph: &EscalationGraph,
    expectation: &Expectation,
) -> Result<Vec<Start>, (Outcome, String)> {
    match &expectation.who.value {
        Quantifier::One(name) => {
            let subject = known(prover, name)?;
            one(prover, graph, &subject).map(|start| vec![start])
        }
        Quantifier::Nobody => Ok(everybody(graph, &[])),
        Quantifier::NobodyExcept(names) => {
            let except: Result<Vec<Subject>, _> = names.iter().map(|name| known(prover, name)).collect();
            Ok(everybody(graph, &except?))
        }
        Quantifier::EverybodyIn(namespace) => {
            if !prover.names.knows_namespace(namespace) {
                let why = format!("no input speaks of the Kubernetes namespace `{namespace}`");
                return Err((Outcome::Nobody, why));
            }
            Ok(in_namespace(graph, namespace))
        }
        Quantifier::Only(_) => Err((Outcome::NotProved, "`only` says nothing of ways".to_owned())),
    }
}

fn one(prover: &Prover<'_>, graph: &EscalationGraph, subject: &Subject) -> Result<Start, (Outcome, String)> {
    if let Subject::ServiceAccount { namespace, name, role: None, .. } = subject
        && let Some(start) = graph.start(&Party::account(namespace, name))
    {
        return Ok(start);
    }
    graph
        .start_of_token(&prover.access, subject)
        .map_err(|unresolved: Unresolved| (Outcome::Nobody, unresolved.to_string()))
}

/// Every service account, the groups that each of them is in, and whoever comes without a login.
fn everybody(graph: &EscalationGraph, except: &[Subject]) -> Vec<Start> {
    let is_meant = |party: &Party| match party {
        Party::ServiceAccount { namespace, name } => !except.iter().any(|subject| match subject {
            Subject::ServiceAccount { namespace: of, name: own, .. } => of == namespace && own == name,
            Subject::Role(_) | Subject::Policies(_) => false,
        }),
        Party::Matching { .. } => true,
        Party::User(name) => name == "system:anonymous",
        Party::Group(name) => {
            matches!(name.as_str(), "system:authenticated" | "system:unauthenticated")
                || name.starts_with("system:serviceaccounts")
        }
    };
    graph.sources().filter(|(party, _)| is_meant(party)).map(|(_, start)| start).collect()
}

/// Every service account of a Kubernetes namespace, one that is not there yet among them.
fn in_namespace(graph: &EscalationGraph, wanted: &str) -> Vec<Start> {
    let is_meant = |party: &Party| match party {
        Party::ServiceAccount { namespace, .. } => namespace == wanted,
        Party::Matching { namespace, .. } => bound::admits(namespace, wanted),
        Party::User(_) | Party::Group(_) => false,
    };
    let known = graph.sources().filter(|(party, _)| is_meant(party)).map(|(_, start)| start);
    let other = Party::account(wanted, NOBODY_YET);
    // One that auth roles admit, or may, is among those that are known.
    let other = Some(other).filter(|other| !graph.knows(other)).and_then(|other| graph.start(&other));
    known.chain(other).collect()
}
