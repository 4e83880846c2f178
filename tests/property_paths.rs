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

use proptest::prelude::*;
use rolewright::semantics::acl::{Operation, Verdict};
use rolewright::semantics::authorizer::{Query, User};
use rolewright::semantics::escalation_graph::{self as graph, EscalationGraph, Hop, Party, Sink};
use rolewright::semantics::rbac::Request;
use rolewright::semantics::reach::Access;
use rolewright::semantics::reach::kubernetes::Answer;

use plain::{Known, has_sudo, plainly};
use plan::{MORE, NAMES, NAMESPACES, Plan, Writes, binding, plan};

/// True if the evaluators let every request of the hop through to who takes it; nothing for who is no one in particular.
fn is_allowed(access: &Access<'_>, hop: &Hop) -> Option<bool> {
    let user = if let Some(group) = hop.who.strip_prefix("group `") {
        let groups = vec![group.trim_end_matches('`').to_owned(), "system:authenticated".to_owned()];
        Some(User { name: "somebody".to_owned(), groups })
    } else {
        let (namespace, name) = hop.who.split_once('/').unwrap_or_default();
        NAMESPACES.contains(&namespace).then(|| User::service_account(namespace, name))
    };
    let role = hop.who.strip_prefix("the token of `auth/kubernetes/role/").map(|it| it.trim_end_matches('`'));
    let holder = role.map(|name| {
        let mut roles = access.roles();
        let (method, role) = roles.find(|(_, role)| role.name.value == name).unwrap();
        access.of_role(role, method)
    });
    let is_allowed = |request: &graph::Request| match request {
        graph::Request::Vault { namespace, capability, path } => {
            assert_eq!(namespace, "");
            let holder = holder.as_ref()?;
            let token = holder.token();
            Some(match Operation::of_capability(*capability) {
                Some(operation) => token.verdict(&token.request(operation, path)) == Verdict::Allowed,
                None => has_sudo(&token, path),
            })
        }
        graph::Request::Kubernetes { verb, group, resource, name, namespace } => {
            let request = Request { verb, group, resource, name: name.as_deref() };
            let query = Query::Resource { request, namespace: namespace.as_deref() };
            Some(matches!(access.kubernetes(user.as_ref()?, &query), Answer::Allowed(_)))
        }
    };
    hop.requests.iter().map(is_allowed).try_fold(true, |all, one| Some(all && one?))
}

/// True if that is everything in so many words.
fn is_literal(hop: &Hop) -> bool {
    hop.does.starts_with("may do anything")
        && (hop.becomes == Sink::Vault.words() || hop.does.ends_with("in the whole cluster"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn ways_are_those_of_a_plain_fixpoint(plan in plan()) {
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
                    prop_assert_eq!(path.is_some(), wanted, "{}/{} to {:?}: {:#?}\n{}", namespace, name, sink, path,
                        plan.texts(&Writes::default()).map(|(_, text)| text).join("\n"));
                    // Each hop starts where an earlier one ended, and the last one ends there.
                    if let Some(path) = path {
                        prop_assert_eq!(path.hops.last().unwrap().becomes.as_str(), sink.words());
                        for (at, hop) in path.hops.iter().enumerate() {
                            let known = hop.who == path.source
                                || path.hops[..at].iter().any(|earlier| earlier.becomes == hop.who);
                            prop_assert!(known, "{:#?}", path);
                            prop_assert_ne!(is_allowed(&access, hop), Some(false), "{:#?}\n{}", path,
                                plan.texts(&Writes::default()).map(|(_, text)| text).join("\n"));
                        }
                        if path.is_direct {
                            prop_assert!(is_literal(path.hops.last().unwrap()), "{:#?}", path);
                        }
                    }
                }
            }
        }
    }

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
