//! The paths that a rule with unknown template values may match.

use crate::model::vault::path::PathPattern;
use crate::model::vault::policy::PathRule;
use crate::semantics::acl::UncertainRule;
use crate::semantics::dialect::Dialect;
use crate::semantics::pattern::{Part, overlaps, parts};
use crate::semantics::template::{Identity, Populated, populate};

/// Stands for the name of the service account in an identity that is made to be outlined.
pub const NAME: char = '\u{1}';
/// Stands for its Kubernetes namespace.
pub const NAMESPACE: char = '\u{2}';
/// Stands for a value of which nothing is known.
pub(super) const ANY: char = '\u{3}';

/// A pattern with globs in its segments, which matches all that a rule may match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    pub(super) segments: Vec<Segment>,
    /// Anything may follow the last segment.
    pub(super) open: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Segment {
    Any,
    Text(String),
}

/// What the two marks stand for: globs, or plain names.
#[derive(Debug, Clone, Copy)]
pub struct Marks<'g> {
    /// [`NAME`].
    pub name: &'g str,
    /// [`NAMESPACE`].
    pub namespace: &'g str,
}

impl Outline {
    /// The outline of a rule for `identity`, in which [`NAME`] and [`NAMESPACE`] may stand for names; nothing if the
    /// server drops the rule for everybody.
    ///
    /// Where servers let a slash through, a value of which nothing is known stands for any rest of the path.
    pub fn of(
        rule: &UncertainRule<'_>,
        identity: &Identity,
        namespace: &str,
        dialect: Dialect,
    ) -> Option<Outline> {
        let label = match populate(&rule.rule.rule.path.value, identity, namespace, dialect) {
            Populated::Dropped(_) => return None,
            Populated::Text(label) => label,
            Populated::Unknown(pieces) if dialect == Dialect::OpenBao => pieces.join(&ANY.to_string()),
            Populated::Unknown(_) => return Some(Outline::plain(&rule.reach)),
        };
        let label = label.strip_prefix('/').unwrap_or(&label);
        Some(Outline::plain(&PathPattern::stored(format!("{namespace}{label}"))))
    }

    fn plain(pattern: &PathPattern) -> Outline {
        let mut open = false;
        let segments = parts(pattern).map(|part| match part {
            Part::Any => Segment::Any,
            Part::Literal(text) => Segment::Text(text.to_owned()),
            Part::Open(start) => {
                open = true;
                Segment::Text(start.to_owned())
            }
        });
        Outline { segments: segments.collect(), open }
    }

    /// True if a path inside `within` (with the Vault namespace in front) may be one of the rule, where the marks stand
    /// for these globs. With `lists`, the other form of the path counts, too.
    pub fn meets(&self, within: &PathPattern, marks: Marks<'_>, lists: bool) -> bool {
        let within: Vec<Part<'_>> = parts(within).collect();
        let mut forms = vec![within.clone()];
        if lists {
            if let Some((last, rest)) = within.split_last()
                && matches!(last, Part::Any | Part::Literal("") | Part::Open(""))
            {
                forms.push(rest.to_vec());
            }
            if !matches!(within.last(), Some(Part::Open(_))) {
                forms.push(within.into_iter().chain([Part::Literal("")]).collect());
            }
        }
        forms.iter().any(|form| self.meets_form(form, marks))
    }

    fn meets_form(&self, within: &[Part<'_>], marks: Marks<'_>) -> bool {
        for at in 0.. {
            let (own, other) = (self.segments.get(at), within.get(at));
            let (own, other) = match (own, other) {
                (None, None) => return true,
                (None, Some(_)) | (Some(_), None) => return false,
                (Some(own), Some(other)) => (own, other),
            };
            let own_open = self.open && at + 1 == self.segments.len();
            let other_open = matches!(other, Part::Open(_));
            let fits = match (own, other) {
                (Segment::Any, _) | (_, Part::Any) => true,
                (Segment::Text(text), Part::Literal(literal) | Part::Open(literal)) => {
                    let other: Vec<Token> =
                        literal.chars().map(Token::Char).chain(other_open.then_some(Token::Star)).collect();
                    globs_meet(&tokens(text, marks, own_open), &other)
                }
            };
            if !fits {
                return false;
            }
            if own_open || other_open {
                return true;
            }
        }
        false
    }

    /// True if the mark stands somewhere in the outline.
    pub fn holds(&self, mark: char) -> bool {
        self.segments.iter().any(|segment| matches!(segment, Segment::Text(text) if text.contains(mark)))
    }

    /// The only value of `mark` with which the rule can match a path inside `within`, if a literal segment tells.
    pub fn forced<'p>(&self, mark: char, within: &'p PathPattern) -> Option<&'p str> {
        self.segments.iter().zip(parts(within)).enumerate().find_map(|(at, (own, other))| {
            let (Segment::Text(text), Part::Literal(literal)) = (own, other) else { return None };
            let is_open = self.open && at + 1 == self.segments.len();
            let (before, after) = text.split_once(mark)?;
            if is_open || [before, after].iter().any(|rest| rest.contains([NAME, NAMESPACE, ANY])) {
                return None;
            }
            literal.strip_prefix(before)?.strip_suffix(after)
        })
    }
}

/// True if a rule of this pattern may have a say on a path inside `within`; with `lists`, on either form of it.
pub fn may_meet(pattern: &PathPattern, within: &PathPattern, lists: bool) -> bool {
    if !lists {
        return overlaps(pattern, within);
    }
    Outline::plain(pattern).meets(within, Marks { name: "*", namespace: "*" }, true)
}

/// True if the rule may have a say on a path inside `within`, for somebody; with `lists`, on either form of it.
pub fn may_concern(rule: &PathRule, within: &PathPattern, lists: bool) -> bool {
    let label = rule.path.value.as_str();
    // The server refuses every request of a token that has such a rule.
    if label.contains("+*") {
        return true;
    }
    let label = label.strip_prefix('/').unwrap_or(label);
    let reach = match label.split_once("{{") {
        Some((stem, _)) => PathPattern::stored(format!("{}*", stem.trim_end_matches(['*', '+']))),
        None => PathPattern::parse(label),
    };
    may_meet(&reach, within, lists)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Char(char),
    Star,
}

fn tokens(text: &str, marks: Marks<'_>, open: bool) -> Vec<Token> {
    let glob = |glob: &str| -> Vec<Token> {
        glob.chars().map(|it| if it == '*' { Token::Star } else { Token::Char(it) }).collect()
    };
    let mut tokens: Vec<Token> = text
        .chars()
        .flat_map(|character| match character {
            NAME => glob(marks.name),
            NAMESPACE => glob(marks.namespace),
            ANY => vec![Token::Star],
            other => vec![Token::Char(other)],
        })
        .collect();
    tokens.extend(open.then_some(Token::Star));
    tokens
}

/// True if some text matches both.
fn globs_meet(one: &[Token], other: &[Token]) -> bool {
    // Positions of `other` that can be reached together with the present one of `one`.
    let close = |mut reached: Vec<bool>| {
        for (at, token) in other.iter().enumerate() {
            if *token == Token::Star
                && reached.get(at) == Some(&true)
                && let Some(next) = reached.get_mut(at + 1)
            {
                *next = true;
            }
        }
        reached
    };
    let mut reached = vec![false; other.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    reached = close(reached);
    for token in one {
        let mut next = vec![false; other.len() + 1];
        match token {
            Token::Star => {
                // Whatever is reached, any further part of the other may be taken in.
                let first = reached.iter().position(|it| *it).unwrap_or(next.len());
                next.iter_mut().skip(first).for_each(|it| *it = true);
            }
            Token::Char(character) => {
                for (at, facing) in other.iter().enumerate().filter(|(at, _)| reached.get(*at) == Some(&true))
                {
                    let to = match facing {
                        Token::Star => at,
                        Token::Char(own) if own == character => at + 1,
                        Token::Char(_) => continue,
                    };
                    if let Some(it) = next.get_mut(to) {
                        *it = true;
                    }
                }
            }
        }
        reached = close(next);
    }
    reached.last() == Some(&true)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The outline of a label in which the marks are written `{n}`, `{ns}` and `{?}`.
    pub fn outline(label: &str) -> Outline {
        let marks = [("{n}", NAME), ("{ns}", NAMESPACE), ("{?}", ANY)];
        let label =
            marks.iter().fold(label.to_owned(), |text, (word, mark)| text.replace(word, &mark.to_string()));
        Outline::plain(&PathPattern::parse(&label))
    }

    #[test]
    fn outlines_meet_what_some_value_leads_to() {
        // Label, glob of the name, glob of the namespace, pattern, without and with the slash rule of lists.
        for (label, name, namespace, within, reads, lists) in [
            ("kv/{ns}/*", "*", "team-*", "kv/payment/*", false, false),
            ("kv/{ns}/*", "*", "team-*", "kv/team-a/*", true, true),
            ("kv/{ns}/*", "*", "*ment", "kv/pay*", true, true),
            ("kv/{ns}/*", "*", "*ment", "kv/pay", false, false),
            ("kv/{ns}/", "*", "pay", "kv/pay", false, true),
            ("kv/{ns}", "*", "pay", "kv/pay/", false, true),
            ("kv/{ns}-{n}/x", "web", "a*", "kv/ab-web/x", true, true),
            ("kv/{ns}-{n}/x", "web", "a*", "kv/ab-worker/+", false, false),
            ("kv/{?}/x", "*", "*", "kv/any/x", true, true),
            ("kv/{?}/x", "*", "*", "kv/any/y", false, false),
            ("kv/{?}", "*", "*", "kv/a/b", false, false),
            ("+/{n}*", "w*", "*", "kv/*", true, true),
            ("+/{n}*", "w*", "*", "kv/v+", false, false),
        ] {
            let (outline, within) = (outline(label), PathPattern::parse(within));
            let marks = Marks { name, namespace };
            assert_eq!(outline.meets(&within, marks, false), reads, "{label} {name} {namespace} {within}");
            assert_eq!(
                outline.meets(&within, marks, true),
                lists,
                "{label} {name} {namespace} {within}, list"
            );
        }
    }

    #[test]
    fn a_literal_segment_forces_a_value() {
        for (label, within, wanted) in [
            ("kv/{ns}/*", "kv/payment/*", Some("payment")),
            ("kv/team-{ns}-x/*", "kv/team-a-x/+", Some("a")),
            ("kv/{ns}/*", "kv/+/*", None),
            ("kv/{ns}*", "kv/payment", None),
            ("kv/{ns}-{n}", "kv/a-b", None),
            ("kv/{n}", "kv/a", None),
        ] {
            assert_eq!(
                outline(label).forced(NAMESPACE, &PathPattern::parse(within)),
                wanted,
                "{label} {within}"
            );
        }
    }
}
