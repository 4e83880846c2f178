//! Values that templates take and with which a rule meets others.

use std::collections::BTreeSet;

use super::side::{Arranged, Hold};
use crate::semantics::template::is_templated;

/// Names and namespaces with which templates meet other rules; those with a `*` at the end stand for all that begin so.
pub(super) struct Values {
    pub(super) names: BTreeSet<String>,
    pub(super) namespaces: BTreeSet<String>,
}

impl Values {
    pub(super) fn of(sides: [&Arranged<'_>; 2]) -> Values {
        let holds = || sides.into_iter().flat_map(|side| &side.holds);
        let labels: BTreeSet<&str> = holds().flat_map(Hold::labels).collect();
        let wild: Vec<&str> = labels.iter().filter(|label| label.contains('+')).copied().collect();
        let mut values = Values { names: BTreeSet::new(), namespaces: BTreeSet::new() };
        for template in labels.iter().filter(|label| is_templated(label)) {
            let Some((place, before, after, of_names)) = around(template) else { continue };
            let into = if of_names { &mut values.names } else { &mut values.namespaces };
            let leading: Vec<&str> = before.split('/').take(place).collect();
            let start = before.rsplit('/').next().unwrap_or_default();
            let (end, is_last) = match after.split_once('/') {
                Some((end, _)) => (end, false),
                None => (after, true),
            };
            let open = is_last && end.ends_with('*');
            let end = if open { end.strip_suffix('*').unwrap_or(end) } else { end };
            let folder = before.rsplit_once('/').map_or("", |(folder, _)| folder);
            let folder = folder.split('+').next().unwrap_or_default();
            let near = labels.range(folder..).take_while(|label| label.starts_with(folder));
            for label in near.chain(&wild).filter(|label| *label != template) {
                let mut segments = label.split('/');
                let fits = leading
                    .iter()
                    .all(|own| segments.next().is_some_and(|it| it == *own || it == "+" || *own == "+"));
                let Some(segment) = segments.next().filter(|_| fits) else { continue };
                if segment == "+" || segment.contains('{') {
                    continue;
                }
                let (text, goes_on) = match segment.strip_suffix('*').filter(|_| segments.next().is_none()) {
                    Some(text) => (text, true),
                    None => (segment, false),
                };
                let Some(text) = text.strip_prefix(start) else { continue };
                if let Some(value) = text.strip_suffix(end).filter(|value| !value.is_empty()) {
                    into.insert(value.to_owned());
                }
                if goes_on && !text.is_empty() {
                    into.insert(text.to_owned());
                    into.insert(format!("{text}*"));
                }
                if open {
                    let heads = text.char_indices().filter_map(|(at, _)| text.get(..at));
                    into.extend(heads.filter(|head| !head.is_empty()).map(str::to_owned));
                }
            }
        }
        values
    }
}

/// Of a label with one template for a name or a namespace: how many segments stand before it, the text before it and
/// behind it, and whether it is one for names.
fn around(label: &str) -> Option<(usize, &str, &str, bool)> {
    let (before, rest) = label.split_once("{{")?;
    let (directive, after) = rest.split_once("}}")?;
    let name = directive.trim();
    let of_names = name.ends_with("service_account_name");
    (of_names || name.ends_with("service_account_namespace"))
        .then(|| (before.matches('/').count(), before, after, of_names))
}
