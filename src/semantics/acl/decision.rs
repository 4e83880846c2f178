//! The verdict with its evidence.

use super::merged::{MergedRule, RuleRef};
use super::request::{Refusal, Request, Verdict};
use super::{Acl, AclError, Attached, UncertainRule, full_path};
use crate::model::vault::capability::{Capability, CapabilitySet};
use crate::model::vault::path::PatternClass;
use crate::semantics::dialect::Dialect;
use crate::semantics::pattern::matches;
use crate::semantics::precedence::{Criterion, Precedence};
use crate::semantics::template::Identity;

/// Whether a request goes through, and all that speaks for it and against it.
#[derive(Debug, Clone)]
pub struct Decision<'r, 'a> {
    /// The answer.
    pub verdict: Verdict,
    /// Why it is refused, going by the rules that are known; nothing if they allow it.
    pub refusal: Option<Refusal<'r>>,
    /// The policy named `root` decided.
    pub is_root: bool,
    /// The rule that decided; none for root, for help, and where nothing matches.
    pub rule: Option<&'r MergedRule<'a>>,
    /// The path rules to which the answer is owed: those that grant what is asked for, or those that deny it.
    pub owed_to: Vec<RuleRef<'a>>,
    /// What the deciding rule grants.
    pub capabilities: CapabilitySet,
    /// Every other rule that matches, in order of precedence.
    pub losers: Vec<Loser<'r, 'a>>,
    /// Rules that are not known well enough and may turn the answer round.
    pub depends_on: Vec<&'r UncertainRule<'a>>,
}

/// A rule that matches and does not decide.
#[derive(Debug, Clone, Copy)]
pub struct Loser<'r, 'a> {
    /// The rule.
    pub rule: &'r MergedRule<'a>,
    /// Why it does not decide.
    pub lost: Lost,
}

/// Why a rule that matches does not decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// An exact rule ends the search.
    ToExact,
    /// The winner takes precedence, for this reason.
    Precedence(Criterion),
    /// The request lists, the rule matches the path with (or without) its last slash, and the other form was found first.
    OtherForm,
    /// The request lists, and Vault 2.x prefers a rule with `list` to a more specific one that has neither `list` nor
    /// `deny`.
    WithoutList,
}

/// The verdict of every dialect on the same policies, to tell where they differ. A server that refuses one of the
/// policies never gets here: see [`crate::model::vault::policy::Policy::refusals`].
pub fn verdict_of_each<'a, P>(
    policies: &[P],
    identity: &Identity,
    request: &Request<'_>,
) -> [(Dialect, Result<Verdict, AclError>); 3]
where
    P: Copy + Into<Attached<'a>>,
{
    Dialect::ALL.map(|dialect| {
        let acl = Acl::compile(policies, identity, dialect);
        (dialect, acl.map(|acl| acl.verdict(request)))
    })
}

pub(super) fn explain<'r, 'a>(acl: &'r Acl<'a>, request: &'r Request<'r>) -> Decision<'r, 'a> {
    let ruling = acl.rule_on(request);
    let refusal = acl.refusal(&ruling, request);
    let depends_on: Vec<_> = acl.depends_on(request, refusal.is_none()).collect();
    let verdict = match (&refusal, depends_on.is_empty()) {
        (_, false) => Verdict::Unknown,
        (None, true) => Verdict::Allowed,
        (Some(_), true) => Verdict::Refused,
    };
    let rule = ruling.rule;
    let capabilities = rule.map_or(CapabilitySet::EMPTY, |rule| rule.capabilities);
    let owed_to = rule.map_or_else(Vec::new, |rule| {
        let denied = rule.capabilities.denies().then_some(Capability::Deny);
        match denied.or_else(|| request.operation.capability(acl.dialect())) {
            Some(capability) => rule.granting(capability).collect(),
            None => Vec::new(),
        }
    });
    let losers = rule.map_or_else(Vec::new, |winner| losers(acl, winner, request));
    Decision { verdict, refusal, is_root: ruling.is_root, rule, owed_to, capabilities, losers, depends_on }
}

fn losers<'r, 'a>(acl: &'r Acl<'a>, winner: &MergedRule<'a>, request: &Request<'_>) -> Vec<Loser<'r, 'a>> {
    let path = full_path(request.namespace, request.path);
    let trimmed = path.strip_suffix('/').filter(|_| request.operation.lists());
    let forms = |rule: &MergedRule<'_>| {
        (matches(&rule.pattern, &path), trimmed.is_some_and(|path| matches(&rule.pattern, path)))
    };
    let of_winner = forms(winner);
    let is_other = |rule: &&MergedRule<'_>| rule.pattern != winner.pattern;
    // Exact rules stand last, the others in ascending order of precedence.
    acl.rules
        .iter()
        .rev()
        .filter(is_other)
        .filter_map(|rule| {
            let of_rule = forms(rule);
            let lost = match (of_rule, of_winner) {
                ((false, false), _) => return None,
                _ if winner.pattern.class == PatternClass::Exact => match rule.pattern.class {
                    PatternClass::Exact => Lost::OtherForm,
                    _ => Lost::ToExact,
                },
                ((true, false), (false, true)) | ((false, true), (true, false))
                    if acl.dialect != Dialect::VaultCurrent =>
                {
                    Lost::OtherForm
                }
                _ => by_precedence(rule, winner, acl.dialect),
            };
            Some(Loser { rule, lost })
        })
        .collect()
}

fn by_precedence(rule: &MergedRule<'_>, winner: &MergedRule<'_>, dialect: Dialect) -> Lost {
    let (of_rule, of_winner) = (Precedence::of(&rule.pattern), Precedence::of(&winner.pattern));
    match of_winner.criterion(&of_rule) {
        Some(criterion) if of_winner > of_rule => Lost::Precedence(criterion),
        _ if dialect == Dialect::VaultCurrent => Lost::WithoutList,
        _ => Lost::OtherForm,
    }
}
