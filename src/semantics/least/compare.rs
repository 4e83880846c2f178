//! A token before and after, on one server: which rules have to stay wider.

use std::collections::BTreeSet;

use super::forms::Form;
use super::narrow::{Bearer, IN_THE_WAY, SHADOW, Slot, Work};
use super::needs::On;
use super::paths::{deciding, gain, language, reached};
use crate::model::vault::capability::Capability;
use crate::model::vault::policy::Policy;
use crate::semantics::acl::{Acl, RuleRef};
use crate::semantics::language::{STEPS, beyond};

/// One token before and after, on one server.
pub(super) struct Case<'c, 't, 's> {
    pub(super) work: &'c Work<'t, 's>,
    pub(super) bearer: &'c Bearer<'t, 's>,
    pub(super) old: &'c Acl<'c>,
    pub(super) new: &'c Acl<'c>,
    pub(super) texts: &'c [Option<Policy>],
    pub(super) reduced: &'c [Option<(Policy, Vec<usize>)>],
    pub(super) found: Vec<(Slot, &'static str)>,
}

impl Case<'_, '_, '_> {
    /// What is needed and was open must be as open as before.
    pub(super) fn needs(&mut self) {
        let holder = self.bearer.holder;
        let wishes = self.work.needs.wishes.iter();
        for wish in wishes.filter(|wish| Some(wish.bearer) == self.bearer.at) {
            let old = language(self.old, holder, wish.capability);
            let new = language(self.new, holder, wish.capability);
            match &wish.on {
                On::Path(path) if new.on(path) < old.on(path) => self.blame(wish.capability, path, true),
                On::Path(_) => {}
                On::Within(within) => match beyond(old, new, within, STEPS) {
                    Ok(None) => {}
                    Ok(Some(path)) => self.blame(wish.capability, &path, true),
                    Err(_) => self.give_up(),
                },
            }
        }
    }

    /// Nothing may be open that was not.
    pub(super) fn gains(&mut self) {
        let holder = self.bearer.holder;
        let sources = &self.work.needs.bearers.project.sources;
        let is_changed = |slot: Slot| self.work.form(slot).is_some_and(|form| *form != Form::Whole);
        let old =
            self.old.rules().iter().filter(|rule| {
                rule.members.iter().filter_map(|member| self.work.slot(*member)).any(is_changed)
            });
        let new = self
            .new
            .rules()
            .iter()
            .filter(|rule| rule.members.iter().filter_map(|member| self.origin(*member)).any(is_changed));
        let changed: BTreeSet<String> = old.chain(new).map(|rule| rule.pattern.to_string()).collect();
        for label in changed {
            for (capability, within) in reached(&label, &holder.namespace) {
                match gain((self.old, self.new), (sources, sources), holder, capability, &within) {
                    Ok(None) => {}
                    Ok(Some(path)) => self.blame(capability, &path, false),
                    Err(_) => self.give_up(),
                }
            }
        }
    }

    /// Notes the rules that decide on the path: those that did, and where that is not enough, those that do now.
    fn blame(&mut self, capability: Capability, path: &str, is_needed: bool) {
        let holder = self.bearer.holder;
        let before = deciding(self.old, holder, capability, path);
        let members = before.map_or(&[][..], |rule| &rule.members);
        let old: Vec<Slot> = members.iter().filter_map(|member| self.work.slot(*member)).collect();
        let now = deciding(self.new, holder, capability, path);
        let members = now.map_or(&[][..], |rule| &rule.members);
        let new: Vec<Slot> = members.iter().filter_map(|member| self.origin(*member)).collect();
        let can_widen = |slot: &Slot| self.work.form(*slot).is_some_and(|form| *form != Form::Whole);
        let why = if is_needed { IN_THE_WAY } else { SHADOW };
        let mut blamed: Vec<Slot> = old.into_iter().filter(can_widen).collect();
        if is_needed || blamed.is_empty() {
            blamed.extend(new.into_iter().filter(can_widen));
        }
        if blamed.is_empty() {
            self.give_up();
        }
        self.found.extend(blamed.into_iter().map(|slot| (slot, why)));
    }

    /// The rule that a rule of a narrowed policy stands for.
    fn origin(&self, member: RuleRef<'_>) -> Option<Slot> {
        let same =
            |text: &Option<Policy>| text.as_ref().is_some_and(|text| std::ptr::eq(text, member.policy));
        let at = self.texts.iter().position(same)?;
        let rule = member.policy.path_rules.element_offset(member.rule)?;
        let (_, origins) = self.reduced.get(at)?.as_ref()?;
        Some((at, *origins.get(rule)?))
    }

    /// Leaves all as it is that this token holds.
    fn give_up(&mut self) {
        self.found.extend(self.work.all_of(self.bearer));
    }
}
