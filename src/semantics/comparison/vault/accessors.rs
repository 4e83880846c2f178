//! Templates that ask another auth method for the same: whose alias an accessor stands for, no input tells.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Change, Comparison, Direction, Evidence, Side, What, word};
use super::identities::{Somebody, WhoIs};
use crate::syntax::Span;

/// What stands before an accessor.
const ALIASES: &str = "identity.entity.aliases.";

/// Rules that differ in nothing but accessors, with those who hold them.
#[derive(Default)]
pub(super) struct Accessors {
    /// By the rules of before and now, as they are written.
    found: BTreeMap<(String, String), (Span, Span, BTreeSet<WhoIs>)>,
}

impl Accessors {
    /// Takes in rules that are not on the other side: as they are written, where, and whether they are of the new side.
    pub(super) fn take(&mut self, rules: &[(&str, Span, bool)], somebodies: &[Somebody]) {
        let templated = rules.iter().filter(|(written, ..)| written.contains(ALIASES));
        let (now, before): (Vec<_>, Vec<_>) = templated.partition(|(.., is_new)| *is_new);
        for (old, gone, _) in &before {
            for (new, come, _) in now.iter().filter(|(new, ..)| parts(new).0 == parts(old).0) {
                let entry = self.found.entry(((*old).to_owned(), (*new).to_owned()));
                let (.., who) = entry.or_insert((*gone, *come, BTreeSet::new()));
                who.extend(somebodies.iter().map(|somebody| somebody.who.clone()));
            }
        }
    }

    pub(super) fn tell(self, comparison: &mut Comparison) {
        for ((old, new), (gone, come, who)) in self.found {
            let pair = parts(&old).1.into_iter().zip(parts(&new).1).find(|(before, now)| before != now);
            let Some((before, now)) = pair else { continue };
            let evidence = [(Side::Old, gone, before), (Side::New, come, now)];
            let evidence = evidence.map(|(side, span, accessor)| Evidence {
                side,
                span,
                text: format!("the template takes the alias of the auth method {}", word(accessor)),
            });
            comparison.changes.push(Change {
                direction: Direction::Unclear,
                who: who.iter().map(|who| who.text().to_owned()).collect(),
                what: What::Setting {
                    of: format!("template of {}", word(&new)),
                    name: "accessor".to_owned(),
                    before: Some(before.to_owned()),
                    after: Some(now.to_owned()),
                },
                evidence: evidence.into(),
            });
        }
    }
}

/// What stands around the accessors of a label, and these.
fn parts(label: &str) -> (Vec<&str>, Vec<&str>) {
    let mut pieces = label.split(ALIASES);
    let mut around: Vec<&str> = pieces.next().into_iter().collect();
    let mut accessors = Vec::new();
    for piece in pieces {
        let (accessor, rest) = piece.split_once('.').unwrap_or((piece, ""));
        accessors.push(accessor);
        around.push(rest);
    }
    (around, accessors)
}
