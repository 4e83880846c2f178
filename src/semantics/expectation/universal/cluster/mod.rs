//! Claims about Kubernetes that speak of everybody or of many requests.
//!
//! RBAC only ever adds, and each binding gives each of its subjects all that it gives. So nobody is able to if no rule of
//! a binding that counts allows a request of the pattern, whoever its subjects are; and somebody is able to make every
//! request of the pattern if they may make one whose words no rule holds. Whatever is found is asked of the authorizer
//! once more.

mod credentials;
mod identity;

use std::cell::{Cell, OnceCell};

use self::identity::{Identity, Someone, Stranger, is_left_aside};
use super::{Proof, answer};
use crate::model::kube::binding::Binding;
use crate::model::kube::rbac::RbacRule;
use crate::model::kube::request_pattern::RequestPattern;
use crate::model::spec::{EVERYWHERE, Expectation, Quantifier};
use crate::semantics::authorizer::{Grant, Query, Source, is_subject};
use crate::semantics::expectation::cluster::{decider, doubt_text};
use crate::semantics::expectation::{Outcome, Prover, Reason};
use crate::semantics::rbac::bootstrap;
use crate::semantics::reach::kubernetes::{Answer, Doubt};
use crate::semantics::requests::{self, Target, Unheard};

/// The answers, or why none is given.
pub(in crate::semantics::expectation) fn answers(
    prover: &Prover<'_>,
    expectation: &Expectation,
) -> Result<Proof, (Outcome, String)> {
    let pattern = expectation.requests().map_err(|error| (Outcome::NotProved, error.to_string()))?;
    let namespace = expectation.namespace.as_ref().map(|namespace| namespace.as_str());
    let namespace = namespace.filter(|namespace| *namespace != EVERYWHERE);
    let known_namespace = |namespace: &str| match prover.names.knows_namespace(namespace) {
        true => Ok(()),
        false => Err((Outcome::Nobody, format!("no input speaks of the Kubernetes namespace `{namespace}`"))),
    };
    namespace.map_or(Ok(()), known_namespace)?;
    let someone = |names: &[String]| -> Result<Vec<Someone>, (Outcome, String)> {
        names.iter().map(|name| Someone::known(prover, name)).collect()
    };
    let bindings = bootstrap::bindings().iter().chain(&prover.access.project().bindings);
    let stranger = Stranger::to(bindings);
    let mut proof = Proof { answers: Vec::new(), contradicts: false };
    for action in &expectation.actions {
        let claim = Claim {
            prover,
            pattern,
            verb: action.as_str(),
            namespace,
            stranger: &stranger,
            unheard: OnceCell::new(),
            contradicts: Cell::new(false),
        };
        let can = expectation.can;
        let each = |all: &[Someone]| -> Vec<Reason> {
            let all = all.iter().map(|one| one.identity(&stranger));
            all.flat_map(
                |identity| if can { claim.able(&identity) } else { claim.closed(&Among::One(&identity)) },
            )
            .collect()
        };
        let others = |except: &[Someone]| match can {
            true => claim.closed(&Among::AllBut(except)),
            // Whoever is nobody else can what all others can.
            false => {
                [stranger.logged_in(), Stranger::anonymous()].iter().flat_map(|it| claim.able(it)).collect()
            }
        };
        let found: Vec<(bool, Vec<Reason>)> = match &expectation.who.value {
            Quantifier::One(name) => vec![(can, each(&someone(std::slice::from_ref(name))?))],
            Quantifier::Nobody => vec![(!can, others(&[]))],
            Quantifier::NobodyExcept(names) => vec![(!can, others(&someone(names)?))],
            Quantifier::Only(names) => {
                let names = someone(names)?;
                vec![(can, each(&names)), (!can, others(&names))]
            }
            Quantifier::EverybodyIn(own) => {
                known_namespace(own)?;
                vec![(
                    can,
                    match can {
                        true => claim.able(&stranger.in_namespace(own)),
                        false => claim.closed(&Among::Namespace(own)),
                    },
                )]
            }
        };
        // Only of those who are not to be able to, credentials of the secrets engine count.
        let who = &expectation.who.value;
        let minted = match (who, can) {
            (Quantifier::Nobody | Quantifier::NobodyExcept(_) | Quantifier::Only(_), true) => {
                claim.credentials(expectation, who)
            }
            (Quantifier::One(_) | Quantifier::EverybodyIn(_), false) => claim.credentials(expectation, who),
            (Quantifier::Only(names), false) => {
                let each = names.iter().map(|name| Quantifier::One(name.clone()));
                each.flat_map(|who| claim.credentials(expectation, &who)).collect()
            }
            _ => Vec::new(),
        };
        proof.contradicts |= claim.contradicts.get();
        proof.answers.extend(found.into_iter().map(|(wanted, mut reasons)| {
            if !wanted {
                reasons.extend(minted.iter().cloned());
            }
            answer(action.as_str(), wanted, reasons)
        }));
    }
    Ok(proof)
}

/// A claim about one verb.
struct Claim<'q, 'a> {
    prover: &'q Prover<'a>,
    pattern: RequestPattern<'q>,
    verb: &'q str,
    /// Nothing for what lies outside of all and for all of them.
    namespace: Option<&'q str>,
    stranger: &'q Stranger,
    unheard: OnceCell<Unheard>,
    contradicts: Cell<bool>,
}

/// Of whom a claim says that they are not able to.
enum Among<'q> {
    AllBut(&'q [Someone]),
    Namespace(&'q str),
    One(&'q Identity),
}

impl<'a> Claim<'_, 'a> {
    /// That somebody may make every request of the pattern.
    fn able(&self, who: &Identity) -> Vec<Reason> {
        let Some(target) = requests::unheard(&self.pattern, self.namespace, self.unheard()) else {
            return vec![self.told(Reason::new(Some(true), "there is no such request here"), who, None)];
        };
        let reason = self.ask(who, &target);
        if reason.allowed == Some(true) {
            return vec![Reason { path: None, ..reason }];
        }
        // A request that people know tells more, if it is refused, too.
        let known: Option<Reason> = match (&self.pattern, reason.allowed) {
            (RequestPattern::Resources(pattern), Some(false)) => {
                let known = requests::well_known(pattern, self.verb, self.namespace);
                let known = known.chain([target.unnamed(&self.pattern)]);
                known.map(|target| self.ask(who, &target)).find(|it| it.allowed == Some(false))
            }
            _ => None,
        };
        vec![known.unwrap_or(reason)]
    }

    /// What speaks against it that nobody among these may make a request of the pattern.
    fn closed(&self, among: &Among<'_>) -> Vec<Reason> {
        let access = &self.prover.access;
        let cluster = access.cluster();
        let mut reasons: Vec<Reason> = Vec::new();
        let mut bindings = 0;
        let mut look = |binding: &'a Binding, namespace: Option<&str>| {
            let identities = self.identities(binding, among);
            bindings += usize::from(!identities.is_empty());
            for identity in identities {
                reasons.extend(self.given(binding, &identity, namespace));
            }
        };
        let is_about_urls = matches!(self.pattern, RequestPattern::Urls(_));
        match self.namespace {
            Some(namespace) => cluster.bindings_in(namespace).for_each(|it| look(it, Some(namespace))),
            None => {
                // What a binding of the whole cluster gives in one namespace it gives in all.
                cluster.bindings_in("").for_each(|it| look(it, None));
                let namespaces = cluster.namespaces().into_iter();
                for namespace in namespaces.filter(|it| !it.is_empty() && !is_about_urls) {
                    let own = cluster.bindings_in(namespace).filter(|binding| !binding.cluster_wide);
                    own.for_each(|it| look(it, Some(namespace)));
                }
            }
        }
        let is_adrift = |it: &&Binding| {
            !is_about_urls && !it.cluster_wide && it.meta.namespace_name().is_none_or(str::is_empty)
        };
        for binding in access.project().bindings.iter().filter(is_adrift) {
            look(binding, Some(self.namespace.unwrap_or("default")));
        }
        let mut told: Vec<Reason> = Vec::new();
        for reason in reasons {
            if !told.iter().rev().take(8).any(|other| *other == reason) {
                told.push(reason);
            }
        }
        let unread = access.rbac_templates().map(Doubt::Template);
        told.extend(unread.map(|doubt| Reason::new(None, doubt_text(Some(&doubt)))));
        let of_kubernetes = match among {
            Among::Namespace(namespace) => *namespace == "kube-system",
            Among::One(who) => who.user.name.starts_with("system:serviceaccount:kube-system:"),
            Among::AllBut(_) => false,
        };
        if of_kubernetes && told.is_empty() {
            told.push(Reason::new(None, doubt_text(Some(&Doubt::OfKubernetes))));
        }
        if told.is_empty() {
            let text = match bindings {
                0 => "there is no binding that counts".to_owned(),
                1 => "the one binding that counts allows no request of the pattern".to_owned(),
                many => format!("none of the {many} bindings that count allows a request of the pattern"),
            };
            told.push(Reason::new(Some(false), text));
        }
        told
    }

    /// Who of these holds what the binding gives.
    fn identities(&self, binding: &Binding, among: &Among<'_>) -> Vec<Identity> {
        let behind = |subject| self.stranger.behind(binding, subject);
        let subjects = binding.subjects.iter();
        let mut identities: Vec<Identity> = match among {
            Among::AllBut(except) => subjects
                .filter(|subject| !is_left_aside(self.prover, binding, subject))
                .filter_map(behind)
                .filter(|identity| !except.iter().any(|one| one.includes(identity)))
                .collect(),
            Among::Namespace(namespace) => {
                let others = self.stranger.in_namespace(namespace);
                let own = format!("system:serviceaccount:{namespace}:");
                let of_all = binding.subjects.iter().any(|it| is_subject(it, binding, &others.user));
                let named = subjects.filter_map(behind).filter(|it| it.user.name.starts_with(&own));
                if of_all { vec![others] } else { named.collect() }
            }
            Among::One(who) => {
                let is_among = binding.subjects.iter().any(|it| is_subject(it, binding, &who.user));
                is_among.then(|| (*who).clone()).into_iter().collect()
            }
        };
        // Whoever has a token can leave it out.
        let anonymous = Stranger::anonymous();
        if !matches!(among, Among::AllBut(_))
            && binding.subjects.iter().any(|it| is_subject(it, binding, &anonymous.user))
        {
            identities.push(anonymous);
        }
        identities.dedup();
        identities
    }

    /// A request of the pattern that the binding gives somebody, or may; nothing if it gives none for certain.
    fn given(&self, binding: &'a Binding, who: &Identity, namespace: Option<&str>) -> Option<Reason> {
        /// Of so many requests that the authorizer may be in doubt about, none is found that it is sure of.
        const TRIED: usize = 32;
        let access = &self.prover.access;
        let rules = access.cluster().rules_of(binding);
        // What may be there is unknown where the role is, and where extensions add to it.
        let open = requests::unheard(&self.pattern, namespace, self.unheard());
        let open = open.map(|target| target.unnamed(&self.pattern)).into_iter().filter(|_| {
            rules.is_none() || access.cluster().role_of(binding).is_some_and(bootstrap::is_extended)
        });
        let meeting = |rule: &RbacRule| -> Vec<Target> {
            requests::allowed(&self.pattern, rule, self.verb, namespace).take(TRIED).collect()
        };
        let sure = access.cluster().rules_of(binding).into_iter().flatten().flat_map(meeting);
        let doubtful = access.doubtful_rules(binding).flat_map(meeting);
        let mut in_doubt: Option<Reason> = None;
        let candidates = sure.map(|target| (target, true)).chain(doubtful.chain(open).map(|it| (it, false)));
        for (target, is_sure) in candidates.take(TRIED) {
            let reason = self.ask(who, &target);
            match reason.allowed {
                Some(true) if is_sure => {
                    return Some(self.by_binding(binding, who, &target).unwrap_or(reason));
                }
                // Another binding gives it, which is looked at by itself.
                Some(true) => {}
                None => in_doubt = in_doubt.or(Some(reason)),
                Some(false) if is_sure => return Some(self.contradicted(reason)),
                Some(false) => {}
            }
        }
        in_doubt
    }

    /// That this very binding gives it, where others may as well.
    fn by_binding(&self, binding: &Binding, who: &Identity, target: &Target) -> Option<Reason> {
        let query = target.query(self.verb);
        let mut sources = self.prover.access.cluster().sources(&who.user, query.namespace());
        let source = sources.find(|it| std::ptr::eq(it.binding, binding) && query.is_allowed_by(it.rule))?;
        Some(self.told(granted(&source), who, Some(target)))
    }

    fn contradicted(&self, reason: Reason) -> Reason {
        self.contradicts.set(true);
        let text = format!(
            "a rule is found that allows this, and the authorizer refuses it: {}; this is a bug of rolewright, please \
             report it",
            reason.text
        );
        Reason { text, ..reason }
    }

    /// What the authorizer says.
    fn ask(&self, who: &Identity, target: &Target) -> Reason {
        let query: Query<'_> = target.query(self.verb);
        let answer = (self.prover.replay.kubernetes)(&self.prover.access, &who.user, &query);
        let reason = match answer {
            Answer::Allowed(Grant::Master) => {
                Reason::new(Some(true), "members of `system:masters` may do everything")
            }
            Answer::Allowed(Grant::Rule(source)) => granted(&source),
            Answer::Unknown(doubts) => {
                let first = doubts.first();
                Reason::new(None, doubt_text(first)).at(first.and_then(Doubt::span))
            }
            Answer::Refused => Reason::new(Some(false), "no rule of a role that is bound to it allows this"),
        };
        self.told(reason, who, Some(target))
    }

    fn told(&self, reason: Reason, who: &Identity, target: Option<&Target>) -> Reason {
        Reason { who: Some(who.label.clone()), path: target.map(Target::words), ..reason }
    }

    fn unheard(&self) -> &Unheard {
        self.unheard.get_or_init(|| {
            let own = self.prover.access.project().rbac_roles.iter();
            Unheard::of(own.chain(bootstrap::newest_roles()).flat_map(|role| &role.rules))
        })
    }
}

fn granted(source: &Source<'_>) -> Reason {
    let (binding, subject) = (source.binding, source.subject);
    let text = format!(
        "the {} `{}` names the {} `{}`",
        binding.kind_word(),
        binding.meta.name,
        subject.kind,
        subject.name
    );
    let place = (subject.span.source != bootstrap::BUILT_IN).then_some(subject.span);
    Reason { rules: vec![decider(source)], ..Reason::new(Some(true), text).at(place) }
}
