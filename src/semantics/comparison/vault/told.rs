//! What is told of each difference, once for all for whom it is the same.

use std::collections::BTreeSet;

use super::identities::{Somebody, WhoIs};
use super::login_terms::LoginTerms;
use super::parties::Parties;
use super::question::Found;
use super::role_lines::of_roles;
use super::side::Arranged;
use super::{Comparing, Told};
use crate::semantics::comparison::{Change, Direction, Doubt, Evidence, Side, What};
use crate::syntax::Span;

impl<'s> Comparing<'_, 's> {
    /// Takes in what was found for those who hold the same.
    pub(super) fn tell(
        &mut self,
        parties: &Parties<'_, 's>,
        found: &Found,
        written: &str,
        somebodies: &[Somebody],
        sides: Option<(&Arranged<'s>, &Arranged<'s>)>,
        terms: Option<(Direction, &LoginTerms)>,
    ) {
        let is_templated = written.contains("{{");
        let in_direction =
            |(wanted, _): (Direction, _)| [wanted, Direction::Unclear].contains(&found.direction);
        if !terms.is_none_or(in_direction) {
            return;
        }
        for somebody in somebodies {
            let about = (somebody.who.clone(), parties.namespace.to_owned(), written.to_owned());
            let told = self.told_of.entry((found.direction, about)).or_default();
            if terms.is_some() && found.capabilities.iter().all(|capability| told.contains(capability)) {
                continue;
            }
            told.extend(&found.capabilities);
            let mut evidence = found.evidence.clone();
            if let Some(sides) = sides {
                evidence.extend(of_roles(parties, found, somebody, sides));
            }
            let mut evidence: Vec<(Side, Span, String)> =
                evidence.into_iter().map(|it| (it.side, it.span, it.text)).collect();
            evidence.sort();
            evidence.dedup();
            let key = Told {
                direction: found.direction,
                namespace: parties.namespace.trim_end_matches('/').to_owned(),
                pattern: written.to_owned(),
                capabilities: found.capabilities.clone(),
                witness: if is_templated { String::new() } else { found.witness.clone() },
                before: found.before,
                after: found.after,
                conditions: found.conditions.clone(),
                carrying: carried(found, terms.map(|(_, terms)| terms)),
                evidence,
            };
            let who = somebody.who.clone();
            if let Some(whole) = &somebody.within {
                self.wholes.insert(who.clone(), whole.clone());
            }
            let entry = self.told.entry(key);
            let (witness, all, first) =
                entry.or_insert_with(|| (found.witness.clone(), BTreeSet::new(), who.clone()));
            if who < *first {
                (*witness, *first) = (found.witness.clone(), who.clone());
            }
            all.insert(who);
        }
    }

    /// Hands over all that was told.
    pub(super) fn finish(self) {
        self.accessors.tell(self.comparison);
        if self.left_out > 0 {
            let text = format!(
                "too complex: the patterns overlap in so many ways that {} rules that differ were not compared",
                self.left_out
            );
            self.comparison.doubts.push(Doubt { side: Side::New, text, place: None });
        }
        for (told, (witness, mut who, _)) in self.told {
            // What is told of all whom a glob admits need not be told of some of them.
            let parts: Vec<WhoIs> = who
                .iter()
                .filter(|part| self.wholes.get(part).is_some_and(|whole| who.contains(whole)))
                .cloned()
                .collect();
            for part in parts {
                who.remove(&part);
            }
            let evidence = told.evidence.into_iter();
            self.comparison.changes.push(Change {
                direction: told.direction,
                who: who.iter().map(|who| who.text().to_owned()).collect(),
                what: What::Paths {
                    namespace: told.namespace,
                    capabilities: told.capabilities,
                    pattern: told.pattern,
                    witness,
                    before: told.before,
                    after: told.after,
                    conditions: told.conditions,
                    carrying: told.carrying,
                },
                evidence: evidence.map(|(side, span, text)| Evidence { side, span, text }).collect(),
            });
        }
    }
}

/// What a request has to carry, and on which terms the token was given.
fn carried(found: &Found, terms: Option<&LoginTerms>) -> Option<String> {
    let sent = found.sent.as_ref().and_then(|sent| sent.words());
    let Some(terms) = terms else { return sent };
    let token = format!("with a token on these terms: {}", terms.words());
    Some(sent.map_or_else(|| token.clone(), |sent| format!("{sent} and {token}")))
}
