//! Ways to everything on random projects, against a plain fixpoint that asks one question after another of the evaluators
//! which answer `can-i`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that goes wrong should stop and say so"
)]

#[path = "property_paths/plain.rs"]
mod plain;
#[path = "property_paths/plan.rs"]
mod plan;

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use rolewright::semantics::acl::{Operation, Verdict};
use rolewright::semantics::authorizer::{Query, User};
use rolewright::semantics::escalation_graph::{self as graph, EscalationGraph, Hop, Party, Sink, Who};
use rolewright::semantics::rbac::Request;
use rolewright::semantics::reach::Access;
use rolewright::semantics::reach::kubernetes::Answer;

use plain::{Known, has_sudo, plainly};
use plan::{MORE, NAMES, NAMESPACES, Plan, Writes, binding, plan};

/// True if the evaluators let every request of the hop through to who takes it; nothing for who is no one in particular.
fn is_allowed(access: &Access<'_>, hop: &Hop) -> Option<bool> {
    let user = |name: &str, groups: &[&str]| {
        let groups = groups.iter().map(|group| (*group).to_owned()).collect();
        (Some(User { name: name.to_owned(), groups }), None)
    };
    let (user, holder) = match &hop.who {
        Who::Party(Party::ServiceAccount { namespace, name }) => {
            (Some(User::service_account(namespace, name)), None)
        }
        Who::Party(Party::User(name)) => user(name, &["system:authenticated"]),
        Who::Party(Party::Group(group)) if group.starts_with("system:serviceaccounts:") => {
            user("somebody", &[group, "system:serviceaccounts", "system:authenticated"])
        }
        Who::Party(Party::Group(group)) => user("somebody", &[group, "system:authenticated"]),
        Who::Token(path) => {
            let mut roles = access.roles();
            let (method, role) = roles.find(|(method, role)| method.role_path(role) == *path).unwrap();
            (None, Some(access.of_role(role, method)))
        }
        Who::Party(Party::Matching { .. })
        | Who::AnyOf(_)
        | Who::Anybody
        | Who::Engine(_)
        | Who::MadeBy(_)
        | Who::End(_) => return None,
        Who::Asked(subject) => panic!("no way starts from {subject}"),
    };
    let is_allowed = |request: &graph::Request| match request {
        graph::Request::Vault { namespace, capability, path } => {
            assert_eq!(namespace, "");
            let token = holder.as_ref().expect("a token").token();
            match Operation::of_capability(*capability) {
                Some(operation) => token.verdict(&token.request(operation, path)) == Verdict::Allowed,
                None => has_sudo(&token, path),
            }
        }
        graph::Request::Kubernetes { verb, group, resource, name, namespace } => {
            let request = Request { verb, group, resource, name: name.as_deref() };
            let query = Query::Resource { request, namespace: namespace.as_deref() };
            matches!(access.kubernetes(user.as_ref().expect("a user"), &query), Answer::Allowed(_))
        }
    };
    Some(hop.requests.iter().all(is_allowed))
}

/// True if that is everything in so many words.
fn is_literal(hop: &Hop) -> bool {
    hop.does.starts_with("may do anything")
        && (hop.becomes == Who::End(Sink::Vault) || hop.does.ends_with("in the whole cluster"))
}

#[test]
fn ways_are_those_of_a_plain_fixpoint() {
    let config = ProptestConfig { source_file: Some(file!()), ..ProptestConfig::with_cases(300) };
    let (decided, undecided) = (Cell::new(0_usize), Cell::new(0_usize));
    let outcome = TestRunner::new(config).run(&plan(), |plan| {
        let project = plan.plainly();
        let access = Access::new(&project);
        let graph = EscalationGraph::new(&access, &[]);
        let mut known = Known::new();
        for namespace in NAMESPACES {
            for name in NAMES {
                let wanted = plainly(&plan, &access, (namespace, name), &mut known);
                let start = graph.start(&Party::account(namespace, name)).unwrap();
                for (sink, wanted) in [(Sink::Vault, wanted.vault), (Sink::Cluster, wanted.cluster)] {
                    let path = graph.path(&start, sink);
                    prop_assert_eq!(
                        path.is_some(),
                        wanted,
                        "{}/{} to {:?}: {:#?}\n{}",
                        namespace,
                        name,
                        sink,
                        path,
                        plan.texts(&Writes::default()).map(|(_, text)| text).join("\n")
                    );
                    // Each hop starts where an earlier one ended, and the last one ends there.
                    if let Some(path) = path {
                        prop_assert_eq!(&path.hops.last().unwrap().becomes, &Who::End(sink));
                        for (at, hop) in path.hops.iter().enumerate() {
                            let known = hop.who == path.source
                                || path.hops[..at].iter().any(|earlier| earlier.becomes == hop.who);
                            prop_assert!(known, "{:#?}", path);
                            let is_allowed = is_allowed(&access, hop);
                            prop_assert_ne!(
                                is_allowed,
                                Some(false),
                                "{:#?}\n{}",
                                path,
                                plan.texts(&Writes::default()).map(|(_, text)| text).join("\n")
                            );
                            decided.set(
                                decided.get() + usize::from(is_allowed.is_some() && !hop.requests.is_empty()),
                            );
                            undecided.set(undecided.get() + usize::from(is_allowed.is_none()));
                        }
                        if path.is_direct {
                            prop_assert!(is_literal(path.hops.last().unwrap()), "{:#?}", path);
                        }
                    }
                }
            }
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    let (decided, undecided) = (decided.get(), undecided.get());
    assert!(decided >= 300, "{decided} hops decided, {undecided} by no one in particular");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whoever is given more gets as far as before, and what was gained before counts as given only where it is
    /// everything in so many words.
    #[test]
    fn more_is_never_less(plan in plan(), more in (0..3_usize, 0..4_usize, 0..MORE.len()), bound in proptest::option::of(binding())) {
        let mut wider = plan.clone();
        match bound {
            Some(bound) => wider.bindings.push(bound),
            None => wider.more = Some(more),
        }
        let ways = |plan: &Plan| {
            let project = plan.plainly();
            EscalationGraph::new(&Access::new(&project), &[]).paths(&Sink::ALL)
        };
        let (before, after) = (ways(&plan), ways(&wider));
        for way in &before {
            let same = after.iter().find(|it| (&it.source, it.sink) == (&way.source, way.sink));
            prop_assert!(same.is_some(), "{:#?}\n{:?}", way, wider);
            let same = same.unwrap();
            prop_assert!(way.is_direct || !same.is_direct || is_literal(same.hops.last().unwrap()), "{:#?}\n{:#?}", way, same);
            prop_assert!(same.is_direct || !way.is_direct, "{:#?}\n{:#?}", way, same);
        }
    }
}
