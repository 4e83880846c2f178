//! Rules whose path or presence hangs on something that is not known.

use super::merged::{MergedRule, RuleRef};
use super::request::Request;
use crate::model::vault::path::PathPattern;
use crate::semantics::dialect::Dialect;
use crate::semantics::pattern::matches;

/// A rule with a template value that is not known, or one that may have expired.
#[derive(Debug, Clone)]
pub struct UncertainRule<'a> {
    /// The rule.
    pub rule: RuleRef<'a>,
    /// Matches every path that the rule may match.
    pub reach: PathPattern,
    /// How each path that it may match ends, where that is certain.
    pub tail: String,
    alone: MergedRule<'a>,
}

impl<'a> UncertainRule<'a> {
    /// The rule's pattern is known, its presence is not.
    pub(super) fn with_pattern(rule: RuleRef<'a>, reach: PathPattern, dialect: Dialect) -> UncertainRule<'a> {
        let alone = MergedRule::single(reach.clone(), rule, dialect);
        UncertainRule { rule, reach, tail: String::new(), alone }
    }

    /// The label consists of `pieces` with texts that are not known between them.
    pub(super) fn with_holes(
        rule: RuleRef<'a>,
        namespace: &str,
        pieces: &[String],
        dialect: Dialect,
    ) -> UncertainRule<'a> {
        let first = pieces.first().map_or("", String::as_str);
        let first = first.strip_prefix('/').unwrap_or(first);
        // A `*` right before the gap is a wildcard if nothing comes after it, a `+` may be a wildcard or part of a word.
        let stem = first.strip_suffix('*').unwrap_or(first);
        let stem = stem.strip_suffix('+').unwrap_or(stem);
        let reach = PathPattern::parse(&format!("/{namespace}{stem}*"));
        let last = pieces.last().map_or("", String::as_str);
        // Where values may hold wildcards, any end is possible; behind a `+` segment, so is any text in its place.
        let is_certain = dialect != Dialect::VaultClassic && !last.contains(['+', '*']);
        // If all before it turns out to be empty, its first slash goes, too.
        let last = last.strip_prefix('/').unwrap_or(last);
        let tail = if is_certain { last.to_owned() } else { String::new() };
        let alone = MergedRule::single(reach.clone(), rule, dialect);
        UncertainRule { rule, reach, tail, alone }
    }

    /// True if the rule may match a full path.
    pub(super) fn may_match(&self, path: &str, lists: bool) -> bool {
        let fits = |path: &str| path.ends_with(&self.tail) && matches(&self.reach, path);
        fits(path) || (lists && path.strip_suffix('/').is_some_and(fits))
    }

    /// True if, matching, it may turn an answer round: by deciding alone, or by being merged with the rule that does.
    pub(super) fn may_turn(&self, request: &Request<'_>, allowed: bool, dialect: Dialect) -> bool {
        self.alone.is_constrained(request.operation)
            || self.alone.refusal(request, dialect).is_none() != allowed
    }
}
