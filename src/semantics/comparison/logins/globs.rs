//! Names that globs admit, as sets.

use std::collections::{BTreeSet, HashSet, VecDeque};

use crate::semantics::bound;

/// What names are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Service accounts: letters, digits, `-` and `.`.
    Account,
    /// Kubernetes namespaces: letters, digits and `-`.
    Namespace,
}

/// The globs overlap in too many ways to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooComplex;

/// The steps that are spent on one question.
const STEPS: usize = 200_000;

/// A shortest name that Kubernetes takes, that `glob` admits and none of `others` does; nothing if there is none.
pub(super) fn beyond(glob: &str, others: &[&str], kind: Kind) -> Result<Option<String>, TooComplex> {
    if !glob.contains('*') {
        return Ok((!others.iter().any(|other| bound::admits(other, glob))).then(|| glob.to_owned()));
    }
    let own: Vec<char> = glob.chars().collect();
    let others: Vec<Vec<char>> = others.iter().map(|other| other.chars().collect()).collect();
    let alphabet = alphabet(&own, &others, kind);
    let start = State {
        own: closed(&own, BTreeSet::from([0])),
        others: others
            .iter()
            .enumerate()
            .flat_map(|(at, other)| tagged(at, closed(other, [0].into())))
            .collect(),
        last: Last::Nothing,
    };
    let mut seen = HashSet::from([start.clone()]);
    let mut queue = VecDeque::from([(String::new(), start)]);
    let mut steps = 0;
    while let Some((text, state)) = queue.pop_front() {
        let is_name = state.last == Last::Word;
        let is_beyond =
            !state.others.iter().any(|(at, place)| others.get(*at).is_some_and(|it| it.len() == *place));
        if is_name && is_beyond && state.own.contains(&own.len()) {
            return Ok(Some(text));
        }
        for letter in &alphabet {
            let last = match letter {
                '-' | '.' if state.last == Last::Nothing => continue,
                '.' if state.last != Last::Word => continue,
                '-' if state.last == Last::Dot => continue,
                '-' => Last::Dash,
                '.' => Last::Dot,
                _ => Last::Word,
            };
            let next_own = stepped(&own, &state.own, *letter);
            if next_own.is_empty() {
                continue;
            }
            let mut next_others = BTreeSet::new();
            for (at, other) in others.iter().enumerate() {
                let reached: BTreeSet<usize> =
                    state.others.range((at, 0)..(at + 1, 0)).map(|(_, place)| *place).collect();
                if !reached.is_empty() {
                    next_others.extend(tagged(at, stepped(other, &reached, *letter)));
                }
            }
            steps += 4 + state.others.len();
            if steps > STEPS {
                return Err(TooComplex);
            }
            let next = State { own: next_own, others: next_others, last };
            if seen.insert(next.clone()) {
                queue.push_back((format!("{text}{letter}"), next));
            }
        }
    }
    Ok(None)
}

/// Positions that are reached in all globs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct State {
    own: BTreeSet<usize>,
    others: BTreeSet<(usize, usize)>,
    last: Last,
}

/// A name begins and ends with a letter or digit, and so does each part between dots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Last {
    Nothing,
    Word,
    Dash,
    Dot,
}

/// The letters that some glob tells from others, and one that none knows, in front.
fn alphabet(own: &[char], others: &[Vec<char>], kind: Kind) -> Vec<char> {
    let is_word = |it: &char| it.is_ascii_lowercase() || it.is_ascii_digit();
    let known: BTreeSet<char> = own.iter().chain(others.iter().flatten()).copied().collect();
    let foreign = ('a'..='z').cycle().skip(23).take(26).chain('0'..='9').find(|it| !known.contains(it));
    let mut letters: Vec<char> = foreign.into_iter().collect();
    let is_letter = |it: &char| is_word(it) || *it == '-' || (*it == '.' && kind == Kind::Account);
    letters.extend(known.into_iter().filter(is_letter));
    letters
}

fn tagged(at: usize, places: BTreeSet<usize>) -> impl Iterator<Item = (usize, usize)> {
    places.into_iter().map(move |place| (at, place))
}

/// With the positions behind stars, which need not take anything.
fn closed(glob: &[char], mut places: BTreeSet<usize>) -> BTreeSet<usize> {
    let mut pending: Vec<usize> = places.iter().copied().collect();
    while let Some(place) = pending.pop() {
        if glob.get(place) == Some(&'*') && places.insert(place + 1) {
            pending.push(place + 1);
        }
    }
    places
}

fn stepped(glob: &[char], places: &BTreeSet<usize>, letter: char) -> BTreeSet<usize> {
    let next = places.iter().filter_map(|place| match glob.get(*place) {
        Some('*') => Some(*place),
        Some(own) if *own == letter => Some(place + 1),
        _ => None,
    });
    closed(glob, next.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_beyond_other_globs() {
        let digits: Vec<String> = ('0'..='9').map(|it| format!("{it}*")).collect();
        let words: Vec<String> = ('a'..='z').map(|it| format!("{it}*")).chain(digits.clone()).collect();
        let all: Vec<&str> = words.iter().map(String::as_str).collect();
        let table: [(&str, &[&str], Option<&str>); 16] = [
            ("web", &[], Some("web")),
            ("web", &["w*"], None),
            ("*", &[], Some("x")),
            ("*", &["*"], None),
            ("*", &["x*"], Some("y")),
            ("ci-*", &["*"], None),
            ("ci-*", &["ci-*"], None),
            ("ci-*", &["ci-a*"], Some("ci-x")),
            ("*", &["ci-*"], Some("x")),
            ("*-prod", &["a*"], Some("x-prod")),
            ("a*b", &["a*", "x"], None),
            ("a*", &["*b"], Some("a")),
            ("ab*", &["ab", "abx", "aby"], Some("abz")),
            ("*", &all, None),
            ("-*", &[], None),
            ("UPPER*", &[], None),
        ];
        for (glob, others, wanted) in table {
            for kind in [Kind::Account, Kind::Namespace] {
                assert_eq!(beyond(glob, others, kind).unwrap().as_deref(), wanted, "{glob} {others:?}");
            }
        }
        assert_eq!(beyond("a.*", &[], Kind::Account).unwrap().as_deref(), Some("a.x"));
        assert_eq!(beyond("a.*", &[], Kind::Namespace).unwrap(), None);
    }
}
