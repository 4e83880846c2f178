//! Path rules to the least that serves what is needed.
//!
//! One rule decides on a path, so that a rule which goes may let a broader one through, and a rule which comes may stand
//! in the way of another. Therefore each rule first takes the narrowest form that serves the needs it decides on; then
//! every token that holds it is compared with what it was. Where one opens more, or opens less than is needed, the rules
//! that decided there take the next wider form, until nothing is left to mend. No rule ever takes a narrower form again,
//! so that this ends.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::Case;
use super::forms::{self, Form, is_literal};
use super::needs::{Needs, On, Wish};
use super::paths::{deciding, language, lists, meets, shaped};
use super::tokens::{Account, claimed_policies, with_texts};
use super::{Kept, MOST_PATHS};
use crate::model::vault::capability::{Capability, CapabilitySet};
use crate::model::vault::path::{PathPattern, PatternClass};
use crate::model::vault::policy::{PathRule, Policy};
use crate::semantics::acl::{Acl, MergedRule, RuleRef, is_guarded_by_pki, is_root_protected};
use crate::semantics::language::{Grant, may_meet};
use crate::semantics::pattern::{covers, matches};
use crate::semantics::reach::{Holder, Subject, Token};

/// What becomes of the policies, in the order of those of the project.
pub(super) struct Narrowing {
    pub(super) policies: Vec<Option<Policy>>,
    why: BTreeMap<Slot, &'static str>,
}

/// A path rule: the places of its policy and of itself.
pub(super) type Slot = (usize, usize);

impl Narrowing {
    /// The rules of a policy that stay wider than the needs.
    pub(super) fn kept(&self, at: usize, policy: &Policy) -> Vec<Kept> {
        let of_policy = self.why.iter().filter(|((of, _), _)| *of == at);
        let kept = of_policy.filter_map(|((_, rule), why)| {
            let rule = policy.path_rules.get(*rule)?;
            Some(Kept { path: rule.path.value.clone(), span: rule.path.span, why: (*why).to_owned() })
        });
        kept.collect()
    }
}

/// Narrows the policies that are `open`, which are in the order of those of the project.
pub(super) fn of(needs: &Needs<'_>, tokens: &[Token<'_>], open: &[bool]) -> Narrowing {
    let project = needs.bearers.project;
    let mut narrowing = Narrowing { policies: open.iter().map(|_| None).collect(), why: BTreeMap::new() };
    if !open.contains(&true) {
        return narrowing;
    }
    // Each policy by itself must not open more, either: somebody else may hold it.
    let open_policies = project.policies.iter().zip(open).filter(|(_, is_open)| **is_open);
    let sets = open_policies.map(|(policy, _)| vec![policy.name.value.clone()]);
    let sets: BTreeSet<Vec<String>> = sets.chain(claimed_policies(project)).collect();
    let holders = |names| needs.bearers.access.holders(&Subject::Policies(names)).unwrap_or_default();
    let alone: Vec<Holder<'_>> = sets.into_iter().flat_map(holders).collect();
    let tokens_alone: Vec<Token<'_>> = alone.iter().map(Holder::token).collect();
    let holders = needs.bearers.tokens.iter().map(|bearer| &bearer.holder).zip(tokens).enumerate();
    let mut bearers: Vec<Bearer<'_, '_>> =
        holders.map(|(at, (holder, token))| Bearer { at: Some(at), holder, token }).collect();
    let of_alone = alone.iter().zip(&tokens_alone);
    bearers.extend(of_alone.map(|(holder, token)| Bearer { at: None, holder, token }));
    bearers.retain(|bearer| {
        let held = bearer.holder.held.iter().filter_map(|held| needs.bearers.place(held.policy?));
        bearer.holder.gets_token() && held.into_iter().any(|at| open.get(at) == Some(&true))
    });
    let forms = project.policies.iter().zip(open);
    let forms = forms.map(|(policy, is_open)| {
        let form = if *is_open { Form::Gone } else { Form::Whole };
        policy.path_rules.iter().map(|_| form.clone()).collect()
    });
    let mut work = Work { needs, open, bearers, forms: forms.collect(), why: BTreeMap::new() };
    work.serve();
    work.keep_what_meets_the_unknown();
    work.keep_constraints();
    work.settle();
    let Work { forms, why, .. } = work;
    for (((policy, forms), slot), is_open) in
        project.policies.iter().zip(&forms).zip(&mut narrowing.policies).zip(open)
    {
        if *is_open && forms.iter().any(|form| *form != Form::Whole) {
            *slot = Some(forms::policy(policy, forms).0);
        }
    }
    narrowing.why = why;
    narrowing
}

pub(super) struct Bearer<'t, 's> {
    /// Its place among the tokens of the needs.
    pub(super) at: Option<usize>,
    pub(super) holder: &'t Holder<'s>,
    pub(super) token: &'t Token<'t>,
}

pub(super) struct Work<'t, 's> {
    pub(super) needs: &'t Needs<'s>,
    /// The policies that may be narrowed.
    pub(super) open: &'t [bool],
    pub(super) bearers: Vec<Bearer<'t, 's>>,
    pub(super) forms: Vec<Vec<Form>>,
    why: BTreeMap<Slot, &'static str>,
}

/// What a rule is needed for.
struct Use {
    capability: Capability,
    label: Label,
    account: Option<Account>,
    /// Others than this account log in the same way.
    is_one_of_many: bool,
}

#[derive(PartialEq, Eq)]
enum Label {
    /// Its own.
    Own,
    /// One of which its own is wider.
    Text(String),
}

pub(super) const SHADOW: &str = "without it, a rule that opens more would decide";
pub(super) const UNKNOWN: &str = "a rule with a template meets it, and for which paths is not known";
pub(super) const CONSTRAINTS: &str = "its constraints are joined with those of another rule";
const MANY: &str = "more paths below it are needed than a policy names one by one";
const SHARED: &str = "several service accounts need paths of its template";
const CLAIMED: &str = "a claim names its policy beside others";
pub(super) const COMPLEX: &str = "the rules overlap in too many ways to tell";
pub(super) const IN_THE_WAY: &str = "a narrower rule would stand in the way of what is needed";

impl<'s> Work<'_, 's> {
    /// Each rule in the narrowest form that serves what it decides on.
    fn serve(&mut self) {
        let mut uses: BTreeMap<Slot, Vec<Use>> = BTreeMap::new();
        for bearer in &self.bearers {
            for wish in self.needs.wishes.iter().filter(|wish| Some(wish.bearer) == bearer.at) {
                for (dialect, acl) in bearer.token.acls() {
                    let Ok(acl) = acl else { continue };
                    for (slot, capability, label) in self.served(acl, bearer.holder, wish) {
                        uses.entry(slot).or_default().push(Use {
                            capability,
                            label,
                            account: wish.account.clone(),
                            is_one_of_many: self.is_one_of_many(wish),
                        });
                    }
                    debug_assert_eq!(acl.dialect(), *dialect);
                }
            }
        }
        for (slot, uses) in uses {
            let Some(rule) = self.rule(slot) else { continue };
            let held = uses.iter().fold(CapabilitySet::EMPTY, |held, it| held.with(it.capability));
            let mut paths: BTreeMap<String, CapabilitySet> = BTreeMap::new();
            let mut is_own = false;
            let (mut accounts, mut many) = (BTreeSet::new(), false);
            for it in &uses {
                accounts.insert(&it.account);
                many |= it.is_one_of_many;
                match &it.label {
                    Label::Own => is_own = true,
                    Label::Text(text) => {
                        let held = paths.entry(text.clone()).or_insert(CapabilitySet::EMPTY);
                        *held = held.with(it.capability);
                    }
                }
            }
            forms::without_covered(&mut paths);
            let is_shared = rule.path.value.contains("{{") && (many || accounts.len() > 1);
            let form = match () {
                () if is_shared && !is_own => {
                    self.why.insert(slot, SHARED);
                    Form::Pattern(held)
                }
                () if paths.len() > MOST_PATHS => {
                    self.why.insert(slot, MANY);
                    Form::Pattern(held)
                }
                () if is_own || paths.is_empty() => Form::Pattern(held),
                () => Form::Paths(paths),
            };
            let form = form.settled(rule);
            self.set(slot, form);
        }
        self.keep_what_is_claimed();
    }

    /// Who needs what of a role may be known by what is claimed of its policies together: it goes on attaching them.
    fn keep_what_is_claimed(&mut self) {
        let bearers = &self.needs.bearers;
        let claimed = self.needs.wishes.iter().filter_map(|wish| bearers.tokens.get(wish.bearer));
        let held = claimed.filter(|token| token.role.is_none()).flat_map(|token| &token.holder.held);
        let places: BTreeSet<usize> = held.filter_map(|held| bearers.place(held.policy?)).collect();
        for (at, forms) in self.forms.iter_mut().enumerate().filter(|(at, _)| places.contains(at)) {
            if forms.iter().all(|form| *form == Form::Gone) {
                self.why.extend((0..forms.len()).map(|rule| ((at, rule), CLAIMED)));
                forms.fill(Form::Whole);
            }
        }
    }

    fn is_one_of_many(&self, wish: &Wish) -> bool {
        let role = self.needs.role_of(wish).and_then(|role| self.needs.bearers.roles.get(role));
        wish.account.is_none() || role.is_none_or(super::tokens::Role::admits_many)
    }

    /// The rules to which a token owes what is needed.
    fn served(&self, acl: &Acl<'_>, holder: &Holder<'_>, wish: &Wish) -> Vec<(Slot, Capability, Label)> {
        let mut served = Vec::new();
        for rule in acl.uncertain_rules().iter().filter(|rule| meets(&rule.reach, wish, holder)) {
            let slot = self.slot(rule.rule).filter(|_| rule.rule.rule.granted().contains(wish.capability));
            served.extend(slot.map(|slot| (slot, wish.capability, Label::Own)));
        }
        let mut take = |rule: &MergedRule<'_>, capability: Capability, label: &dyn Fn() -> Label| {
            // What another policy gives in any case needs no second rule.
            let is_joined =
                rule.members.len() > 1 && rule.members.iter().any(|member| member.rule.is_constrained());
            let mut slots = Vec::new();
            for member in rule.granting(capability) {
                match self.slot(member) {
                    Some(slot) => slots.push(slot),
                    // A rule whose constraints are joined with others keeps its label, and no more than this.
                    None if is_joined => {}
                    None => return,
                }
            }
            served.extend(slots.first().map(|slot| (*slot, capability, label())));
        };
        match &wish.on {
            On::Path(path) => {
                if language(acl, holder, wish.capability).on(path) == Grant::No {
                    return served;
                }
                let Some(rule) = deciding(acl, holder, wish.capability, path) else { return served };
                let path = shaped(path, wish.capability);
                // A rule that matches what is listed without its slash only is narrowed to that form of it.
                let full = format!("{}{path}", holder.namespace);
                let trimmed = path.strip_suffix('/').filter(|_| !matches(&rule.pattern, &full));
                let path = trimmed.map_or(path.clone(), str::to_owned);
                let label = || match rule.pattern.class {
                    PatternClass::Exact => Label::Own,
                    _ if is_literal(&path) => Label::Text(path.clone()),
                    _ => Label::Own,
                };
                take(rule, wish.capability, &label);
                let guarded = is_root_protected(&path, acl.dialect())
                    || holder.pki_mounts.iter().any(|mount| is_guarded_by_pki(mount, &path));
                if guarded {
                    take(rule, Capability::Sudo, &label);
                }
            }
            On::Within(within) => {
                let full = PathPattern::stored(format!("{}{within}", holder.namespace));
                let lists = lists(wish.capability);
                for rule in acl.rules().iter().rev().filter(|rule| may_meet(&rule.pattern, &full, lists)) {
                    let label = || match covers(&rule.pattern, &full) && !within.to_string().contains("{{") {
                        true => Label::Text(within.to_string()),
                        false => Label::Own,
                    };
                    take(rule, wish.capability, &label);
                    if rule.capabilities.contains(Capability::Sudo) {
                        take(rule, Capability::Sudo, &label);
                    }
                    if covers(&rule.pattern, &full) && !lists {
                        break;
                    }
                }
            }
        }
        served
    }

    /// Mends until every token opens what is needed and no more than before.
    fn settle(&mut self) {
        loop {
            let reduced = self.reduced();
            let texts: Vec<Option<Policy>> =
                reduced.iter().map(|reduced| reduced.as_ref().map(|(policy, _)| policy.clone())).collect();
            // Roles no longer attach what is of no use to them; whoever else holds it has it as it is.
            let elsewhere: Vec<Option<Policy>> = texts
                .iter()
                .map(|text| text.as_ref().filter(|policy| !policy.path_rules.is_empty()).cloned())
                .collect();
            let mut faults: BTreeMap<Slot, &'static str> = BTreeMap::new();
            for bearer in &self.bearers {
                let texts = if bearer.holder.role.is_some() { &texts } else { &elsewhere };
                self.faults(bearer, texts, &reduced, &mut faults);
            }
            if faults.is_empty() {
                return;
            }
            for (slot, why) in faults {
                if let Some(form) = self.form(slot) {
                    let wider = form.wider();
                    self.widen(slot, wider, why);
                }
            }
        }
    }

    /// The rules that have to stay wider for one token's sake.
    fn faults(
        &self,
        bearer: &Bearer<'_, '_>,
        texts: &[Option<Policy>],
        reduced: &[Option<(Policy, Vec<usize>)>],
        faults: &mut BTreeMap<Slot, &'static str>,
    ) {
        let project = self.needs.bearers.project;
        let holder = with_texts(bearer.holder, project, texts);
        let token = holder.token();
        for ((_, old), (_, new)) in bearer.token.acls().iter().zip(token.acls()) {
            let found = match (old, new) {
                (Ok(old), Ok(new)) => {
                    let mut case = Case { work: self, bearer, old, new, texts, reduced, found: Vec::new() };
                    case.needs();
                    case.gains();
                    case.found
                }
                (Err(old), Err(new)) if old == new => continue,
                // A token that the server refuses as a whole must not come to life, nor the other way round.
                _ => self.all_of(bearer),
            };
            for (slot, why) in found {
                faults.entry(slot).or_insert(why);
            }
        }
    }

    /// All rules of this token that could still stay as they are.
    pub(super) fn all_of(&self, bearer: &Bearer<'_, '_>) -> Vec<(Slot, &'static str)> {
        let mut found = Vec::new();
        for at in bearer.holder.held.iter().filter_map(|held| self.needs.bearers.place(held.policy?)) {
            let forms = self.forms.get(at).into_iter().flatten().enumerate();
            let narrowed = forms.filter(|(_, form)| **form != Form::Whole);
            let narrowed = narrowed.map(|(rule, _)| ((at, rule), COMPLEX));
            found.extend(narrowed.filter(|_| self.open.get(at) == Some(&true)));
        }
        found
    }

    fn reduced(&self) -> Vec<Option<(Policy, Vec<usize>)>> {
        let policies = self.needs.bearers.project.policies.iter().zip(&self.forms).zip(self.open);
        policies.map(|((policy, forms), open)| open.then(|| forms::policy(policy, forms))).collect()
    }

    /// The place of a rule of a policy that may be narrowed.
    pub(super) fn slot(&self, rule: RuleRef<'_>) -> Option<Slot> {
        let at = self.needs.bearers.place(rule.policy)?;
        let is_open = self.open.get(at) == Some(&true);
        Some((at, rule.policy.path_rules.element_offset(rule.rule)?)).filter(|_| is_open)
    }

    pub(super) fn rule(&self, (policy, rule): Slot) -> Option<&'s PathRule> {
        self.needs.bearers.project.policies.get(policy)?.path_rules.get(rule)
    }

    pub(super) fn form(&self, (policy, rule): Slot) -> Option<&Form> {
        self.forms.get(policy)?.get(rule)
    }

    fn set(&mut self, (policy, rule): Slot, form: Form) {
        if let Some(slot) = self.forms.get_mut(policy).and_then(|forms| forms.get_mut(rule)) {
            *slot = form;
        }
    }

    pub(super) fn widen(&mut self, slot: Slot, form: Form, why: &'static str) {
        let Some(rule) = self.rule(slot) else { return };
        if !rule.granted().denies() {
            self.why.insert(slot, why);
        }
        self.set(slot, form.settled(rule));
    }
}
