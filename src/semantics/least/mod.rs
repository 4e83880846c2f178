//! Least privilege: the smallest policies under which everything still works that the inputs show to be needed.
//!
//! 1. [`needs`] gathers who needs what: from the `can` expectations, and from the secrets that workloads fetch.
//! 2. [`known`] says of which roles enough is known. Nothing is taken from a role of whose users the files are silent.
//! 3. [`narrow`] finds for every path rule the least that serves those needs, until every token opens no path that it did
//!    not open before, and still each one that is needed.
//! 4. [`check`] proves the expectations and traces the workloads of the changed project once more.
//!
//! A policy of which nothing is needed is taken out of the roles that attach it; its text stays, for whoever else holds it.
//!
//! What no file shows is not known here: a program that speaks to the server by itself, a person, another auth method.

mod changed;
mod check;
mod compare;
mod fetches;
mod forms;
mod keep;
mod known;
mod narrow;
mod needs;
mod paths;
mod standing;
mod surplus;
mod tokens;
mod unread;

pub use changed::{detaching, is_among, with_policies};
pub use check::{Disagreement, check};
pub use tokens::claimed_policies;

use std::collections::BTreeSet;

use super::reach::{Access, RoleName, Token};
use super::trace::Tracer;
use crate::model::project::Project;
use crate::model::vault::capability::{Capability, CapabilitySet};
use crate::model::vault::policy::{Policy, PolicyOrigin};
use crate::syntax::Span;
use known::{Candidate, Known};
use needs::Needs;
use tokens::Bearers;

/// Of how many paths below one pattern a policy names each by itself; with more, the pattern stays.
pub const MOST_PATHS: usize = 8;

/// How often the result is narrowed again at most. Each time some rule gets narrower, and what remains after the first time
/// is rarely more than a rule that stayed for another one's sake, which is gone by then.
const ROUNDS: usize = 64;

/// What can be done without.
#[derive(Debug)]
pub struct Suggestions {
    /// The roles that were asked about, in order of Vault namespace, auth method and place.
    pub roles: Vec<RoleAnswer>,
    /// The policies that they attach, in the order of the inputs.
    pub policies: Vec<PolicyAnswer>,
    /// What may concern any of the roles.
    pub caveats: Vec<Remark>,
}

/// What is known of a role.
#[derive(Debug)]
pub struct RoleAnswer {
    /// `MOUNT/NAME`.
    pub name: String,
    /// Its name in the inputs.
    pub span: Span,
    /// Its policies, as the server names them.
    pub policies: Vec<String>,
    /// Who needs what through it, each once.
    pub needs: Vec<Need>,
    /// Why nothing is suggested; empty if enough is known.
    pub withheld: Vec<Remark>,
    /// What the suggestion cannot see.
    pub caveats: Vec<Remark>,
}

/// Something that is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The service account, `NAMESPACE/NAME`; nothing for whoever logs in.
    pub who: Option<String>,
    /// What it does.
    pub capability: Capability,
    /// Where: a path, or a pattern all of which is needed.
    pub on: String,
    /// Whether the policies grant it today.
    pub standing: Standing,
    /// Where the need comes from.
    pub source: NeedSource,
    /// Who says so: a workload, an object of an operator, a claim.
    pub by: String,
    /// The place that says so.
    pub span: Span,
}

/// Where a need comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NeedSource {
    /// A `can` expectation.
    Expectation,
    /// A workload, or an object that fetches a secret for some.
    Workload,
    /// What those do beside: renewing their token and their leases.
    Upkeep,
}

/// Whether the policies of today grant a need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// They do.
    Granted,
    /// On some servers of the target, or on some paths of the pattern.
    InPart,
    /// It hangs on a value that no input tells.
    Unclear,
    /// They do not, and what is suggested does not either.
    Missing,
}

/// What is said of a policy.
#[derive(Debug)]
pub struct PolicyAnswer {
    /// Its name.
    pub name: String,
    /// Its place in [`Project::policies`].
    pub at: usize,
    /// The place of its name.
    pub span: Span,
    /// Where it was declared.
    pub origin: PolicyOrigin,
    /// The roles that attach it, `MOUNT/NAME`.
    pub roles: Vec<String>,
    /// What to do with it.
    pub outcome: Outcome,
    /// Why no edit of the inputs says it, if none does: what is suggested then holds for this policy alone, after all edits
    /// are made.
    pub by_hand: Option<String>,
}

/// What to do with a policy.
#[derive(Debug)]
pub enum Outcome {
    /// Too little is known of those who hold it.
    Withheld(Vec<Remark>),
    /// It grants no more than what is needed, as far as policies can say that.
    Least,
    /// It can be narrowed.
    Narrowed(Box<Narrowed>),
}

/// A policy with no more than what is needed.
#[derive(Debug)]
pub struct Narrowed {
    /// The policy; without any path rule if nothing of it is needed, so that no role has to attach it.
    pub policy: Policy,
    /// The path rules that were narrowed, or that are gone.
    pub surplus: Vec<Surplus>,
    /// Rules that stay wider than the needs, and why.
    pub kept: Vec<Kept>,
}

/// What of a path rule nobody is known to need.
#[derive(Debug, Clone)]
pub struct Surplus {
    /// The label of the rule.
    pub path: String,
    /// Its place.
    pub span: Span,
    /// What it grants.
    pub granted: CapabilitySet,
    /// The labels that stand for it now, with what they grant; none if it is gone.
    pub now: Vec<(String, CapabilitySet)>,
    /// Paths that the policy opened and no longer opens, with the capabilities.
    pub closed: Vec<(String, CapabilitySet)>,
    /// The rule is a `deny` that decides on nothing any more.
    pub is_idle_deny: bool,
}

/// A rule that stays wider than the needs.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The label of the rule.
    pub path: String,
    /// Its place.
    pub span: Span,
    /// Why: one lower-case phrase.
    pub why: String,
}

/// A sentence with its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// One lower-case phrase.
    pub text: String,
    /// Where.
    pub span: Option<Span>,
}

impl Remark {
    fn new(text: impl Into<String>, span: Option<Span>) -> Remark {
        Remark { text: text.into(), span }
    }
}

/// Words of the user between backticks. One of their own is an escape there, so that the words end where they are meant to.
pub(super) fn quoted(words: &str) -> String {
    format!("`{}`", escaped(words))
}

/// Words of the user in a phrase that holds others between backticks.
pub(super) fn escaped(words: &str) -> String {
    words.replace('`', "\\u{60}")
}

/// What can be done without, all of it together, of the policies of these roles; of all roles if none is named. The
/// policies at the places in `fixed` stay as they are.
pub fn suggestions(project: &Project, chosen: &[RoleName], fixed: &BTreeSet<usize>) -> Suggestions {
    let is_open = |at: usize| !fixed.contains(&at);
    let mut suggestions = gather(project, chosen, |gathered| gathered.suggestions(&is_open));
    let mut latest: Vec<Option<Policy>> = narrowed_policies(&suggestions, project.policies.len());
    for _ in 1..ROUNDS {
        if latest.iter().all(Option::is_none) {
            break;
        }
        let next = with_policies(project, &latest);
        let again = gather(&next, chosen, |gathered| gathered.answers(&is_open));
        let mut further = false;
        for answer in again {
            let Outcome::Narrowed(narrowed) = answer.outcome else { continue };
            if let Some(slot) = latest.get_mut(answer.at) {
                *slot = Some(narrowed.policy);
                further = true;
            }
        }
        if !further {
            break;
        }
    }
    for answer in &mut suggestions.policies {
        let Some(Some(policy)) = latest.get(answer.at) else { continue };
        let Some(old) = project.policies.get(answer.at) else { continue };
        let kept = match &mut answer.outcome {
            Outcome::Narrowed(narrowed) => std::mem::take(&mut narrowed.kept),
            _ => Vec::new(),
        };
        let still = |kept: &Kept| policy.path_rules.iter().any(|rule| rule.path.value == kept.path);
        answer.outcome = Outcome::Narrowed(Box::new(Narrowed {
            surplus: surplus::of(old, policy, project),
            kept: kept.into_iter().filter(still).collect(),
            policy: policy.clone(),
        }));
    }
    suggestions
}

/// What can be done without of each of these policies if all others stay as they are; nothing is said of those that stay.
pub fn by_itself(project: &Project, chosen: &[RoleName], which: &BTreeSet<usize>) -> Vec<PolicyAnswer> {
    if which.is_empty() {
        return Vec::new();
    }
    gather(project, chosen, |gathered| {
        let answers = which.iter().flat_map(|place| gathered.answers(&|at| at == *place));
        answers.filter(|answer| matches!(answer.outcome, Outcome::Narrowed(_))).collect()
    })
}

/// The policies that are narrowed, in the order of those of the project.
pub fn narrowed_policies(suggestions: &Suggestions, count: usize) -> Vec<Option<Policy>> {
    let mut policies: Vec<Option<Policy>> = (0..count).map(|_| None).collect();
    for answer in suggestions.policies.iter().filter(|answer| answer.by_hand.is_none()) {
        if let (Outcome::Narrowed(narrowed), Some(slot)) = (&answer.outcome, policies.get_mut(answer.at)) {
            *slot = Some(narrowed.policy.clone());
        }
    }
    policies
}

/// All that is known before anything is narrowed.
struct Gathered<'g, 's> {
    needs: &'g Needs<'s>,
    tokens: &'g [Token<'g>],
    standings: Vec<Standing>,
    knowledge: Vec<Known>,
    is_chosen: Vec<bool>,
    candidates: Vec<Option<Candidate>>,
}

fn gather<T>(project: &Project, chosen: &[RoleName], then: impl FnOnce(&Gathered<'_, '_>) -> T) -> T {
    let access = Access::new(project);
    let tracer = Tracer::new(project);
    let bearers = Bearers::new(&access);
    let is_chosen: Vec<bool> = bearers.roles.iter().map(|role| role.is_among(chosen)).collect();
    let mut needs = Needs::new(bearers);
    needs.of_expectations();
    needs.of_workloads(&tracer);
    let tokens: Vec<Token<'_>> = needs.bearers.tokens.iter().map(|bearer| bearer.holder.token()).collect();
    let standings = standing::standings(&needs, &tokens);
    let knowledge = known::of(&needs, &standings);
    let candidates = known::candidates(&needs, &knowledge, &is_chosen);
    then(&Gathered { needs: &needs, tokens: &tokens, standings, knowledge, is_chosen, candidates })
}

impl Gathered<'_, '_> {
    fn suggestions(&self, is_open: &dyn Fn(usize) -> bool) -> Suggestions {
        let roles = self.needs.bearers.roles.iter().enumerate().zip(&self.knowledge).zip(&self.is_chosen);
        let roles = roles.filter(|(_, chosen)| **chosen).map(|(((at, role), known), _)| RoleAnswer {
            name: role.title(),
            span: role.role.name.span,
            policies: role.holder.held.iter().map(|held| held.name.clone()).collect(),
            needs: standing::listed(self.needs, &self.standings, at),
            withheld: known.withheld.clone(),
            caveats: known.caveats.clone(),
        });
        let roles = roles.collect();
        Suggestions { roles, policies: self.answers(is_open), caveats: self.needs.caveats.clone() }
    }

    fn answers(&self, is_open: &dyn Fn(usize) -> bool) -> Vec<PolicyAnswer> {
        let project = self.needs.bearers.project;
        let is_candidate = |at: usize| {
            let candidate = self.candidates.get(at).and_then(Option::as_ref);
            candidate.is_some_and(|candidate| candidate.withheld.is_empty())
        };
        let open: Vec<bool> = (0..project.policies.len()).map(|at| is_open(at) && is_candidate(at)).collect();
        let narrowing = narrow::of(self.needs, self.tokens, &open);
        let mut policies = Vec::new();
        for (at, policy) in project.policies.iter().enumerate() {
            let Some(candidate) = self.candidates.get(at).and_then(Option::as_ref) else { continue };
            let outcome = match (&candidate.withheld[..], narrowing.policies.get(at).and_then(Option::as_ref))
            {
                ([], Some(narrowed)) => Outcome::Narrowed(Box::new(Narrowed {
                    surplus: surplus::of(policy, narrowed, project),
                    kept: narrowing.kept(at, policy),
                    policy: narrowed.clone(),
                })),
                ([], None) => Outcome::Least,
                (withheld, _) => Outcome::Withheld(withheld.to_vec()),
            };
            let roles = candidate.roles.iter();
            let roles = roles.filter_map(|at| Some(self.needs.bearers.roles.get(*at)?.title()));
            policies.push(PolicyAnswer {
                name: policy.name.value.clone(),
                at,
                span: policy.name.span,
                origin: policy.origin,
                roles: roles.collect(),
                outcome,
                by_hand: None,
            });
        }
        policies
    }
}
