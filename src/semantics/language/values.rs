//! Values with which a rule of an unknown template matches a path of a pattern.

use super::outline::{ANY, NAME, NAMESPACE, Outline, Segment};
use crate::model::vault::path::PathPattern;
use crate::semantics::pattern::{Part, parts};

/// What the two marks of an outline may be; nothing for what does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Values {
    /// [`NAME`].
    pub name: Option<String>,
    /// [`NAMESPACE`].
    pub namespace: Option<String>,
}

/// How many values are looked for, and in how many steps: what is looked at may be a long word.
const MOST: usize = 16;
const STEPS: usize = 10_000;

impl Outline {
    /// Some values with which the rule matches a path inside `within`, the longest first. Not all of them.
    pub fn values(&self, within: &PathPattern) -> Vec<Values> {
        let mut search = Search { found: Vec::new(), steps: STEPS };
        let within: Vec<Part<'_>> = parts(within).collect();
        search.segments(&self.segments, &within, self.open, &Values::default());
        search.found
    }
}

struct Search {
    found: Vec<Values>,
    steps: usize,
}

impl Search {
    fn segments(&mut self, own: &[Segment], within: &[Part<'_>], open: bool, values: &Values) {
        let (Some((first, own)), Some((part, within))) = (own.split_first(), within.split_first()) else {
            if own.is_empty() && within.is_empty() && !self.found.contains(values) {
                self.found.push(values.clone());
            }
            return;
        };
        let own_open = open && own.is_empty();
        let (literal, other_open) = match part {
            Part::Literal(literal) => (*literal, false),
            Part::Open(literal) => (*literal, true),
            Part::Any => ("", true),
        };
        // Behind an open segment anything may follow.
        let is_last = own_open || matches!(part, Part::Open(_));
        let (own, within) = if is_last { (&[][..], &[][..]) } else { (own, within) };
        match first {
            Segment::Any => self.segments(own, within, open, values),
            Segment::Text(text) => {
                let mut ends = Vec::new();
                self.text(text, literal, (own_open, other_open), values, &mut ends);
                for values in ends {
                    self.segments(own, within, open, &values);
                }
            }
        }
    }

    /// The values with which the text of a segment is `literal`, each open at its end or not.
    fn text(
        &mut self,
        text: &str,
        literal: &str,
        (own_open, other_open): (bool, bool),
        values: &Values,
        ends: &mut Vec<Values>,
    ) {
        if self.steps == 0 || self.found.len() + ends.len() >= MOST {
            return;
        }
        self.steps -= 1;
        let open = (own_open, other_open);
        let mut rest = text.chars();
        let Some(first) = rest.next() else {
            if literal.is_empty() || own_open {
                ends.push(values.clone());
            }
            return;
        };
        if literal.is_empty() && other_open {
            // What follows is of no matter; a value that is still missing can be any.
            ends.push(values.clone());
            return;
        }
        let known = match first {
            NAME => values.name.as_deref(),
            NAMESPACE => values.namespace.as_deref(),
            ANY => None,
            other => {
                if let Some(literal) = literal.strip_prefix(other) {
                    self.text(rest.as_str(), literal, open, values, ends);
                }
                return;
            }
        };
        if let Some(known) = known {
            match literal.strip_prefix(known) {
                Some(literal) => self.text(rest.as_str(), literal, open, values, ends),
                None if other_open && known.starts_with(literal) => ends.push(values.clone()),
                None => {}
            }
            return;
        }
        for at in (0..=literal.len()).rev().filter(|at| literal.is_char_boundary(*at)) {
            let (value, literal) = literal.split_at(at);
            let mut values = values.clone();
            match first {
                NAME if !value.is_empty() => values.name = Some(value.to_owned()),
                NAMESPACE if !value.is_empty() => values.namespace = Some(value.to_owned()),
                ANY => {}
                _ => continue,
            }
            self.text(rest.as_str(), literal, open, &values, ends);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::semantics::language::outline::tests::outline;

    #[test]
    fn values_lead_to_paths_of_a_pattern() {
        // Label, pattern, then `NAMESPACE/NAME` of each.
        for (label, within, wanted) in [
            ("kv/{ns}-*", "kv/ns5-x/*", &["ns5/-"][..]),
            ("kv/{ns}*", "kv/ab/*", &["ab/-", "a/-"]),
            ("kv/{ns}-*", "kv/ns5*", &["ns5/-"]),
            ("kv/{ns}-{n}/x", "kv/a-b-c/+", &["a-b/c", "a/b-c"]),
            ("kv/{ns}/{ns}", "kv/a/a", &["a/-"]),
            ("kv/{ns}/{ns}", "kv/a/b", &[]),
            ("kv/{ns}/{ns}", "kv/a/+", &["a/-"]),
            ("kv/{?}-{ns}", "kv/x-y", &["y/-"]),
            ("kv/{ns}/x", "kv/+/x", &["-/-"]),
            ("kv/{ns}/x", "kv/+/y", &[]),
            ("kv/{ns}", "kv/a/b", &[]),
            ("+/{n}", "kv/web", &["-/web"]),
        ] {
            let found = outline(label).values(&PathPattern::parse(within));
            let told = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
            let found: Vec<String> =
                found.iter().map(|it| format!("{}/{}", told(&it.namespace), told(&it.name))).collect();
            assert_eq!(found, wanted, "{label} {within}");
        }
    }
}
