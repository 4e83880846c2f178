//! The forms that a path rule can be narrowed to, and the policies that come of them.

use std::collections::BTreeMap;

use crate::model::vault::capability::{Capability, CapabilitySet};
use crate::model::vault::path::{PathPattern, PatternClass};
use crate::model::vault::policy::{PathRule, Policy};
use crate::semantics::pattern::covers;
use crate::syntax::Spanned;

/// What becomes of a path rule, from the narrowest on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// It goes.
    Gone,
    /// Others stand for it, one for each of these labels.
    Paths(BTreeMap<String, CapabilitySet>),
    /// Its label stays, with these capabilities.
    Pattern(CapabilitySet),
    /// It stays as it is.
    Whole,
}

impl Form {
    /// The form in which a rule stays for something that needs no more than this of it.
    pub(super) fn wider(&self) -> Form {
        match self {
            Form::Paths(paths) => {
                Form::Pattern(paths.values().fold(CapabilitySet::EMPTY, |all, it| union(all, *it)))
            }
            // A rule without capabilities is none that anybody would write.
            Form::Gone | Form::Pattern(_) | Form::Whole => Form::Whole,
        }
    }

    /// The same, or [`Form::Whole`] where that is the same rule in other words.
    pub(super) fn settled(self, rule: &PathRule) -> Form {
        match self {
            Form::Pattern(held) if held == rule.granted() => Form::Whole,
            Form::Paths(paths) => match paths.iter().next() {
                Some((label, held)) if paths.len() == 1 && PathPattern::parse(label) == rule.pattern() => {
                    Form::Pattern(*held).settled(rule)
                }
                _ => Form::Paths(paths),
            },
            other => other,
        }
    }
}

/// Both sets together; neither denies.
pub(super) fn union(one: CapabilitySet, other: CapabilitySet) -> CapabilitySet {
    other.iter().fold(one, CapabilitySet::with)
}

/// Takes out the labels that another one stands for.
pub(super) fn without_covered(paths: &mut BTreeMap<String, CapabilitySet>) {
    let all: Vec<(PathPattern, CapabilitySet)> =
        paths.iter().map(|(label, held)| (PathPattern::parse(label), *held)).collect();
    paths.retain(|label, held| {
        let own = PathPattern::parse(label);
        let mut others = all.iter().filter(|(other, _)| *other != own);
        !others.any(|(other, of_other)| covers(other, &own) && union(*of_other, *held) == *of_other)
    });
}

/// The policy in which each rule has its form, and for each of its rules the place of the one it stands for.
pub(super) fn policy(old: &Policy, forms: &[Form]) -> (Policy, Vec<usize>) {
    let mut path_rules: Vec<PathRule> = Vec::new();
    let mut origins: Vec<usize> = Vec::new();
    for (at, (rule, form)) in old.path_rules.iter().zip(forms).enumerate() {
        let Form::Paths(paths) = form else {
            if *form != Form::Gone {
                path_rules.push(in_form(rule, form));
                origins.push(at);
            }
            continue;
        };
        for (label, held) in paths {
            // Two rules that are narrowed to the same path are one rule.
            let before = path_rules.iter_mut().zip(&origins).find(|(other, origin)| {
                other.path.value == *label
                    && matches!(forms.get(**origin), Some(Form::Paths(_)))
                    && !other.is_constrained()
                    && !rule.is_constrained()
            });
            match before {
                Some((other, _)) => *other = with_capabilities(other, union(other.granted(), *held)),
                None => {
                    let mut narrow = with_capabilities(rule, *held);
                    narrow.path = Spanned::new(label.clone(), rule.path.span);
                    path_rules.push(narrow);
                    origins.push(at);
                }
            }
        }
    }
    (Policy { path_rules, text: None, ..old.clone() }, origins)
}

fn in_form(rule: &PathRule, form: &Form) -> PathRule {
    match form {
        Form::Pattern(held) => with_capabilities(rule, *held),
        _ => rule.clone(),
    }
}

/// The rule with these capabilities, in the order in which it names them.
fn with_capabilities(rule: &PathRule, held: CapabilitySet) -> PathRule {
    if held == rule.granted() && rule.legacy.is_none() {
        return rule.clone();
    }
    let place = rule.capabilities_span.unwrap_or(rule.path.span);
    let mut words: Vec<Spanned<String>> = Vec::new();
    let named = rule.capabilities.iter().filter_map(|word| Capability::from_word(&word.value));
    for capability in named.chain(held.iter()).filter(|capability| held.contains(*capability)) {
        if words.iter().all(|word| word.value != capability.word()) {
            words.push(Spanned::new(capability.word().to_owned(), place));
        }
    }
    PathRule { capabilities: words, capabilities_span: Some(place), legacy: None, ..rule.clone() }
}

/// True if a label with this text matches this path and no other.
pub(super) fn is_literal(path: &str) -> bool {
    let pattern = PathPattern::parse(path);
    pattern.class == PatternClass::Exact
        && pattern.text == path
        && !path.is_empty()
        && !path.contains("+*")
        && !path.contains("{{")
        && !path.contains("}}")
}
