//! Rules by what they are about, so that it is soon known whether one of many gives an atom.

use std::collections::HashMap;

use super::holdings::{Given, gives};
use crate::model::kube::rbac::RbacRule;
use crate::semantics::covers::Atom;
use crate::syntax::Spanned;

/// A rule of more pairs of a resource and a name is held against each atom by itself.
const MOST_PAIRS: usize = 200_000;

/// The rules that a principal itself holds in one scope.
#[derive(Debug, Default)]
pub(super) struct Giving<'a> {
    /// In their order, each with the position of what gives it.
    rules: Vec<(usize, &'a RbacRule)>,
    /// Positions by an entry of `resources` and, if the rule has names, one of these.
    things: HashMap<(&'a str, Option<&'a str>), Vec<usize>>,
    /// Positions of those with too many pairs of these.
    wide: Vec<usize>,
    /// Positions by an entry of `resources` alone.
    resources: HashMap<&'a str, Vec<usize>>,
    /// Positions of those with URLs.
    urls: Vec<usize>,
}

impl<'a> Giving<'a> {
    /// Of all that is given, in order.
    pub(super) fn of(given: &[Given<'a>]) -> Giving<'a> {
        let mut giving = Giving::default();
        for (of, given) in given.iter().enumerate() {
            for rule in given.rules.iter().flat_map(|rules| &rules.all) {
                giving.take(of, rule);
            }
        }
        giving
    }

    fn take(&mut self, of: usize, rule: &'a RbacRule) {
        let at = self.rules.len();
        self.rules.push((of, rule));
        self.urls.extend((!rule.non_resource_urls.is_empty()).then_some(at));
        let is_wide = rule.resources.len().saturating_mul(rule.resource_names.len()) > MOST_PAIRS;
        self.wide.extend(is_wide.then_some(at));
        for resource in rule.resources.iter().map(Spanned::as_str) {
            self.resources.entry(resource).or_default().push(at);
            let names = rule.resource_names.iter().filter(|_| !is_wide).map(|name| Some(name.as_str()));
            for name in names.chain(rule.resource_names.is_empty().then_some(None)) {
                self.things.entry((resource, name)).or_default().push(at);
            }
        }
    }

    /// The first rule that gives all that the atom is, with the position of what gives it. What it takes to find out is
    /// added to `spent`.
    pub(super) fn first(&self, atom: &Atom<'_>, spent: &mut u64) -> Option<(usize, &'a RbacRule)> {
        let mut found: Option<usize> = None;
        let mut look =
            |positions: &[usize], is_it: &dyn Fn(&RbacRule) -> bool, price: fn(&RbacRule) -> u64| {
                *spent += 1;
                for at in positions.iter().take_while(|at| found.is_none_or(|found| **at < found)) {
                    let Some((_, rule)) = self.rules.get(*at) else { continue };
                    *spent += price(rule);
                    if is_it(rule) {
                        found = Some(*at);
                        return;
                    }
                }
            };
        match *atom {
            Atom::Url { .. } => look(&self.urls, &|rule| gives(rule, atom), size),
            Atom::Resource { group, resource, verb, name } => {
                // Resource and name are those that the rule was found by.
                let is_rest_given = |rule: &RbacRule| has(&rule.verbs, verb) && has(&rule.api_groups, group);
                for entry in entries(resource).iter().flatten() {
                    for name in [None, name].into_iter().take(1 + usize::from(name.is_some())) {
                        let here = self.things.get(&(entry.as_str(), name));
                        look(here.map_or(&[], Vec::as_slice), &is_rest_given, |rule| {
                            (rule.verbs.len() + rule.api_groups.len()) as u64
                        });
                    }
                }
                look(&self.wide, &|rule| gives(rule, atom), size);
            }
        }
        self.rules.get(found?).copied()
    }

    /// The rules about a resource, whatever the group, in order; of URLs, all that have some.
    pub(super) fn about(&self, atom: &Atom<'_>) -> impl Iterator<Item = &'a RbacRule> {
        let mut positions: Vec<usize> = match *atom {
            Atom::Url { .. } => self.urls.clone(),
            Atom::Resource { resource, .. } => {
                let of = |entry: &String| self.resources.get(entry.as_str());
                entries(resource).iter().flatten().filter_map(of).flatten().copied().collect()
            }
        };
        positions.sort_unstable();
        positions.dedup();
        positions.into_iter().filter_map(|at| Some(self.rules.get(at)?.1))
    }
}

/// The entries of `resources` that take in a resource.
fn entries(resource: &str) -> [Option<String>; 3] {
    let part = resource.split_once('/').map(|(_, part)| format!("*/{part}"));
    [Some("*".to_owned()), Some(resource.to_owned()), part]
}

fn has(list: &[Spanned<String>], word: &str) -> bool {
    list.iter().any(|entry| entry.value == "*" || entry.value == word)
}

/// How many entries the rule has.
fn size(rule: &RbacRule) -> u64 {
    let lists =
        [&rule.verbs, &rule.api_groups, &rule.resources, &rule.resource_names, &rule.non_resource_urls];
    lists.iter().map(|list| list.len() as u64).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entries_that_take_in_a_resource() {
        for (resource, entry) in
            [("pods", "*"), ("pods", "pods"), ("pods/log", "*/log"), ("*/log", "*/log"), ("*", "*")]
        {
            let all = entries(resource);
            assert!(all.iter().flatten().any(|it| it == entry), "{resource} {entry}");
            assert!(crate::semantics::rbac::covers_resource(entry, resource));
        }
    }
}
