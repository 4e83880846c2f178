//! Arguments that one object sets again.

use std::collections::HashMap;

use super::Parser;
use crate::syntax::Span;
use crate::syntax::hcl1::{Item, Key, Repeat};

/// Up to this many items, comparing all with all is faster than a hash table.
const FEW: usize = 12;

impl<'t> Parser<'t, '_> {
    pub(super) fn find_repeats(&mut self, items: &[Item<'t>]) {
        if items.len() < 2 {
            return;
        }
        let arguments = items.iter().filter(|item| item.assign.is_some());
        let keys = arguments.filter_map(|item| item.keys.first()).map(|key| (self.raw(key), key));
        let mut repeats = Vec::new();
        let mut note = |raw: &'t str, first: Span, again: &Key<'t>| {
            repeats.push(Repeat { first, again: again.clone(), raw });
        };
        if items.len() <= FEW {
            let keys: Vec<_> = keys.collect();
            for (at, (raw, key)) in keys.iter().enumerate() {
                if let Some((_, first)) = keys.iter().take(at).find(|(earlier, _)| earlier == raw) {
                    note(raw, first.span, key);
                }
            }
        } else {
            let mut seen: HashMap<&'t str, Span> = HashMap::new();
            for (raw, key) in keys {
                match seen.get(raw) {
                    None => drop(seen.insert(raw, key.span)),
                    Some(first) => note(raw, *first, key),
                }
            }
        }
        self.document.repeats.append(&mut repeats);
    }

    /// A key as written, without its place.
    fn raw(&self, key: &Key) -> &'t str {
        self.text.get(key.at as usize..key.end as usize).unwrap_or("")
    }
}
