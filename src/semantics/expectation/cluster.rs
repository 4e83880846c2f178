//! Questions to Kubernetes.

use super::{Answer as Verdict, Decider, DeciderKind, Prover, Reason, any_of};
use crate::model::kube::resource;
use crate::model::spec::{Expectation, Question};
use crate::semantics::authorizer::{Grant, Query, Source, User};
use crate::semantics::rbac::Request;
use crate::semantics::rbac::bootstrap::BUILT_IN;
use crate::semantics::reach::Subject;
use crate::semantics::reach::kubernetes::{Answer, Doubt};

pub(super) fn answers(
    prover: &Prover<'_>,
    expectation: &Expectation,
    subject: &Subject,
    question: &Question<'_>,
) -> Vec<Verdict> {
    let answer = |action: &str| {
        let Subject::ServiceAccount { namespace, name, role: None, .. } = subject else {
            return any_of(action, vec![Reason::new(None, "Kubernetes knows service accounts only")]);
        };
        let user = User::service_account(namespace, name);
        let places = namespaces(prover, expectation, question);
        // Whoever has a token can leave it out; that something can be done is asked of the token.
        let mut users = vec![(user, None)];
        if !expectation.can {
            users.push((User::anonymous(), Some("whoever reaches the API server without a login")));
        }
        let all = users.iter().flat_map(|user| places.iter().map(move |place| (user, *place)));
        let reasons = all.map(|((user, label), place)| {
            let resource;
            let query = match question {
                Question::Url(path) => Query::Url { verb: action, path },
                Question::Resource { group, resource: name, object, .. } => {
                    resource = name.as_str();
                    let request = Request { verb: action, group, resource, name: *object };
                    Query::Resource { request, namespace: place }
                }
                Question::Vault(_) | Question::Escalation(_) => {
                    return Reason::new(None, "Vault is asked elsewhere");
                }
            };
            let reason = ask(prover, user, &query, place);
            let told = label.filter(|_| reason.allowed != Some(false));
            Reason { who: told.map(str::to_owned), ..reason }
        });
        // Of many refusals, one is enough.
        let mut reasons: Vec<Reason> = reasons.collect();
        reasons.dedup_by(|later, first| later == first);
        any_of(action, reasons)
    };
    expectation.actions.iter().map(|action| answer(action.as_str())).collect()
}

/// Where to ask. That something is refused everywhere is asked in every namespace that has bindings.
fn namespaces<'q>(
    prover: &'q Prover<'_>,
    expectation: &Expectation,
    question: &Question<'q>,
) -> Vec<Option<&'q str>> {
    let Question::Resource { group, resource, object, namespace } = question else { return vec![None] };
    let name = resource.split('/').next().unwrap_or_default();
    // A request for a Namespace object is made in the namespace of that name.
    if group.is_empty() && name == "namespaces" {
        return vec![*object];
    }
    let is_outside = resource::find(group, name).is_some_and(|entry| !entry.resource.is_namespaced());
    match namespace {
        Some(namespace) => vec![Some(*namespace)],
        None if expectation.can || is_outside => vec![None],
        None => {
            let mut places = vec![None];
            places.extend(prover.access.cluster().namespaces().into_iter().map(Some));
            places
        }
    }
}

fn ask(prover: &Prover<'_>, user: &User, query: &Query<'_>, place: Option<&str>) -> Reason {
    match (prover.replay.kubernetes)(&prover.access, user, query) {
        Answer::Allowed(Grant::Master) => {
            Reason::new(Some(true), "members of `system:masters` may do everything")
        }
        Answer::Allowed(Grant::Rule(source)) => {
            let wherever = place.map_or(String::new(), |place| format!(" in the namespace `{place}`"));
            Reason { rules: vec![decider(&source)], ..Reason::new(Some(true), format!("allowed{wherever}")) }
        }
        Answer::Unknown(doubts) => {
            let first = doubts.first();
            Reason::new(None, doubt_text(first)).at(first.and_then(Doubt::span))
        }
        Answer::Refused => Reason::new(Some(false), "no rule of a role that is bound to it allows this"),
    }
}

/// What keeps the answer from being known.
pub(super) fn doubt_text(doubt: Option<&Doubt<'_>>) -> String {
    match doubt {
        Some(Doubt::Role(binding, doubt)) => format!(
            "the {} `{}` gives it the {} `{}`, which {}",
            binding.kind_word(),
            binding.meta.name,
            binding.role_ref.kind,
            binding.role_ref.name,
            doubt.why()
        ),
        other => other.map(Doubt::words).unwrap_or_default(),
    }
}

pub(super) fn decider(source: &Source<'_>) -> Decider {
    let rule = source.rule;
    let words = |list: &[crate::syntax::Spanned<String>]| {
        list.iter().map(|word| word.value.clone()).collect::<Vec<String>>()
    };
    let on = if rule.non_resource_urls.is_empty() { &rule.resources } else { &rule.non_resource_urls };
    Decider {
        kind: DeciderKind::RbacRule,
        owner: format!(
            "{} {} → {} {}",
            source.binding.kind_word(),
            source.binding.meta.name,
            source.binding.role_ref.kind,
            source.role.meta.name
        ),
        label: words(on).join(", "),
        grants: words(&rule.verbs),
        span: (rule.span.source != BUILT_IN).then_some(rule.span),
    }
}
