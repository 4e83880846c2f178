//! The ACL evaluator against naive ones: the same questions, answered by code that is too plain to be wrong.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that goes wrong should stop and say so"
)]

use proptest::prelude::*;
use rolewright::model::vault::capability::{Capability, CapabilitySet};
use rolewright::model::vault::path::PathPattern;
use rolewright::model::vault::policy::{PathRule, Policy, PolicyOrigin};
use rolewright::semantics::acl::{Acl, Attached, Operation, Request, Verdict};
use rolewright::semantics::dialect::Dialect;
use rolewright::semantics::pattern::matches;
use rolewright::semantics::precedence::Precedence;
use rolewright::semantics::template::{Entity, Identity, Others, Presence};
use rolewright::syntax::{SourceId, Span, Spanned};

/// A rule as the naive evaluator keeps it: the label with its namespace in front, and the words.
#[derive(Debug, Clone)]
struct PlainRule {
    label: String,
    words: Vec<&'static str>,
}

impl PlainRule {
    fn is_segmented(&self) -> bool {
        self.label == "+" || self.label.contains("/+") || self.label.starts_with("+/")
    }

    fn is_exact(&self) -> bool {
        !self.is_segmented() && !self.label.ends_with('*')
    }

    /// The text without the last star.
    fn stem(&self) -> &str {
        self.label.strip_suffix('*').unwrap_or(&self.label)
    }

    fn is_open(&self) -> bool {
        self.label.ends_with('*')
    }

    fn matches(&self, path: &str) -> bool {
        if !self.is_segmented() {
            return if self.is_open() { path.starts_with(self.stem()) } else { path == self.label };
        }
        let rule: Vec<&str> = self.stem().split('/').collect();
        let request: Vec<&str> = path.split('/').collect();
        if request.len() < rule.len() || (!self.is_open() && request.len() != rule.len()) {
            return false;
        }
        (0..rule.len()).all(|at| {
            let is_last = at + 1 == rule.len();
            rule[at] == "+"
                || rule[at] == request[at]
                || (self.is_open() && is_last && request[at].starts_with(rule[at]))
        })
    }

    /// True if this one decides where both match.
    fn outranks(&self, other: &PlainRule) -> bool {
        let first = |rule: &PlainRule| match rule.is_segmented() {
            true => rule.label.find('+').expect("a plus"),
            false => rule.stem().len(),
        };
        let plus = |rule: &PlainRule| match rule.is_segmented() {
            true => rule.stem().split('/').filter(|it| *it == "+").count(),
            false => 0,
        };
        if first(self) != first(other) {
            return first(self) > first(other);
        }
        if self.is_open() != other.is_open() {
            return other.is_open();
        }
        if plus(self) != plus(other) {
            return plus(self) < plus(other);
        }
        if self.stem().len() != other.stem().len() {
            return self.stem().len() > other.stem().len();
        }
        self.stem() > other.stem()
    }
}

/// The words of all rules with the label of the one that decides; `None` if nothing matches.
fn naive(rules: &[PlainRule], path: &str, lists: bool, dialect: Dialect) -> Option<Vec<&'static str>> {
    let path = path.trim_start_matches('/');
    let trimmed = path.strip_suffix('/').unwrap_or(path);
    let exact = |path: &str| rules.iter().find(|rule| rule.is_exact() && rule.matches(path));
    let best = |path: &str, wanted: &dyn Fn(&PlainRule) -> bool| {
        let mut best: Option<&PlainRule> = None;
        for rule in candidates(rules, path).into_iter().filter(|rule| wanted(rule)) {
            if best.is_none_or(|best| rule.outranks(best)) {
                best = Some(rule);
            }
        }
        best
    };
    let any = |_: &PlainRule| true;
    let winner = if let Some(rule) = exact(path) {
        Some(rule)
    } else if !lists {
        best(path, &any)
    } else if let Some(rule) = exact(trimmed) {
        Some(rule)
    } else if !path.ends_with('/') {
        best(path, &any)
    } else {
        match dialect {
            Dialect::OpenBao => best(path, &any).or_else(|| best(trimmed, &any)),
            Dialect::VaultClassic => best(trimmed, &any).or_else(|| best(path, &any)),
            Dialect::VaultCurrent => {
                let of_both =
                    |wanted: &dyn Fn(&PlainRule) -> bool| match (best(path, wanted), best(trimmed, wanted)) {
                        (Some(one), Some(other)) => Some(if one.outranks(other) { one } else { other }),
                        (one, other) => one.or(other),
                    };
                let deny = of_both(&|rule| words_of(rules, rule).contains(&"deny"));
                let list = of_both(&|rule| {
                    let words = words_of(rules, rule);
                    words.contains(&"list") && !words.contains(&"deny")
                });
                match (deny, list) {
                    (Some(deny), Some(list)) if deny.outranks(list) => Some(deny),
                    (_, Some(list)) => Some(list),
                    (Some(deny), None) => Some(deny),
                    (None, None) => of_both(&any),
                }
            }
        }
    };
    winner.map(|rule| words_of(rules, rule))
}

/// The longest prefix rule and every segment rule that match.
fn candidates<'r>(rules: &'r [PlainRule], path: &str) -> Vec<&'r PlainRule> {
    let matching = rules.iter().filter(|rule| !rule.is_exact() && rule.matches(path));
    let (segmented, prefixes): (Vec<_>, Vec<_>) = matching.partition(|rule| rule.is_segmented());
    let longest = prefixes.into_iter().max_by_key(|rule| rule.stem().len());
    segmented.into_iter().chain(longest).collect()
}

fn words_of(rules: &[PlainRule], like: &PlainRule) -> Vec<&'static str> {
    rules.iter().filter(|rule| rule.label == like.label).flat_map(|rule| rule.words.clone()).collect()
}

fn label() -> impl Strategy<Value = String> {
    let segment = prop::sample::select(vec!["a", "b", "ab", "+", "+", "a+", "+b", "*", "a*", ""]);
    let end = prop::sample::select(vec!["", "", "*", "a*", "/", "/*", "b"]);
    (prop::collection::vec(segment, 0..4), end)
        .prop_map(|(segments, end)| format!("{}{end}", segments.join("/")))
        .prop_filter("servers refuse `+*`", |label| !label.contains("+*"))
}

fn wildcard_label() -> impl Strategy<Value = String> {
    label().prop_filter("exact labels have no rank", |label| PathPattern::parse(label).has_wildcard())
}

fn path() -> impl Strategy<Value = String> {
    let segment = prop::sample::select(vec!["a", "b", "ab", "+", "a+", "+b", "*", "a*", "aa", ""]);
    (prop::collection::vec(segment, 0..5), any::<bool>())
        .prop_map(|(segments, slash)| segments.join("/") + if slash { "/" } else { "" })
}

fn words() -> impl Strategy<Value = Vec<&'static str>> {
    let word = prop::sample::select(vec!["read", "list", "update", "create", "deny", "sudo", "delete"]);
    prop::collection::vec(word, 0..3)
}

/// Policies as lists of labels with words, each policy in a namespace.
/// A policy's name, and its path rules with their capabilities.
type PolicyData = (&'static str, Vec<(String, Vec<&'static str>)>);

fn policy_set() -> impl Strategy<Value = Vec<PolicyData>> {
    let rules = prop::collection::vec((label(), words()), 0..6);
    prop::collection::vec((prop::sample::select(vec!["", "", "a/"]), rules), 1..4)
}

fn build(rules: &[(String, Vec<&'static str>)]) -> Policy {
    let rule = |(label, words): &(String, Vec<&'static str>)| {
        let mut rule = PathRule::new(spanned(label), nowhere());
        rule.capabilities = words.iter().map(|word| spanned(word)).collect();
        rule
    };
    Policy {
        name: spanned("p"),
        span: nowhere(),
        origin: PolicyOrigin::HclFile,
        text: None,
        path_rules: rules.iter().map(rule).collect(),
        refusals: Vec::new(),
        ignored: Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn decisions_equal_the_naive_ones(set in policy_set(), paths in prop::collection::vec(path(), 1..6)) {
        let policies: Vec<Policy> = set.iter().map(|(_, rules)| build(rules)).collect();
        let attached: Vec<Attached<'_>> = policies
            .iter()
            .zip(&set)
            .map(|(policy, (namespace, _))| Attached { policy, namespace })
            .collect();
        let plain: Vec<PlainRule> = set
            .iter()
            .flat_map(|(namespace, rules)| rules.iter().map(move |(label, words)| PlainRule {
                label: format!("{namespace}{}", label.strip_prefix('/').unwrap_or(label)),
                words: words.clone(),
            }))
            .collect();
        for dialect in Dialect::ALL {
            let acl = Acl::compile(&attached, &Identity::default(), dialect).expect("no `+*`, no root");
            for path in &paths {
                for (operation, word) in [(Operation::Read, "read"), (Operation::List, "list"), (Operation::Create, "create")] {
                    let words = naive(&plain, path, operation == Operation::List, dialect);
                    let granted = words.as_ref().is_some_and(|it| it.contains(&word) && !it.contains(&"deny"));
                    let request = Request { root_protected: Some(false), ..Request::new(operation, path) };
                    let decision = acl.decide(&request);
                    prop_assert_eq!(acl.rule_on(&request).is_allowed(), granted, "{:?} {:?} {}", dialect, operation, path);
                    prop_assert_eq!(decision.verdict == Verdict::Allowed, granted);
                    let set = words.map(|words| CapabilitySet::of_rule(None, words.into_iter()));
                    prop_assert_eq!(decision.rule.map(|rule| rule.capabilities), set);
                    let sudo = set.is_some_and(|set| set.contains(Capability::Sudo));
                    prop_assert_eq!(acl.rule_on(&request).holds_sudo(), sudo);
                    // The evidence is complete: every rule that matches is named, once.
                    if decision.rule.is_some() {
                        let trimmed = path.trim_start_matches('/').strip_suffix('/').filter(|_| operation == Operation::List);
                        let matching = acl.rules().iter().filter(|rule| {
                            matches(&rule.pattern, path.trim_start_matches('/'))
                                || trimmed.is_some_and(|path| matches(&rule.pattern, path))
                        });
                        prop_assert_eq!(decision.losers.len() + 1, matching.count());
                    }
                }
            }
        }
    }

    #[test]
    fn the_order_of_policies_changes_nothing(set in policy_set(), path in path()) {
        let policies: Vec<Policy> = set.iter().map(|(_, rules)| build(rules)).collect();
        let forth: Vec<&Policy> = policies.iter().collect();
        let back: Vec<&Policy> = policies.iter().rev().collect();
        for dialect in Dialect::ALL {
            let capabilities = |policies: &[&Policy]| {
                Acl::compile(policies, &Identity::default(), dialect).expect("compiles").capabilities("", &path)
            };
            prop_assert_eq!(capabilities(&forth), capabilities(&back));
        }
    }

    #[test]
    fn precedence_is_the_naive_one(one in wildcard_label(), other in wildcard_label()) {
        let rule = |label: &str| PlainRule { label: label.strip_prefix('/').unwrap_or(label).to_owned(), words: vec![] };
        let (plain_one, plain_other) = (rule(&one), rule(&other));
        let (a, b) = (PathPattern::parse(&one), PathPattern::parse(&other));
        prop_assert_eq!(Precedence::of(&a) > Precedence::of(&b), plain_one.outranks(&plain_other));
    }

    #[test]
    fn matching_is_the_naive_one(label in label(), path in path()) {
        let plain = PlainRule { label: label.strip_prefix('/').unwrap_or(&label).to_owned(), words: vec![] };
        prop_assert_eq!(matches(&PathPattern::parse(&label), &path), plain.matches(&path), "{} {}", label, path);
    }

    /// Whatever the value turns out to be, an answer that was given without it stays.
    #[test]
    fn answers_given_without_a_value_hold_for_every_value(
        set in policy_set(),
        (before, after, words) in (label(), label(), words()),
        value in prop::sample::select(vec!["a", "b", "ab", "a/b", "+", "*", "a/", "", "/", "a/+"]),
        paths in prop::collection::vec(path(), 1..8),
    ) {
        let label = format!("{before}{{{{identity.entity.metadata.k}}}}{after}");
        let mut policies: Vec<Policy> = set.iter().map(|(_, rules)| build(rules)).collect();
        policies.push(build(&[(label, words)]));
        let policies: Vec<&Policy> = policies.iter().collect();
        let identity = |value: Presence<String>| {
            let mut entity = Entity::default();
            entity.metadata.entries.push(("k".to_owned(), value));
            entity.metadata.others = Others::Absent;
            Identity { entity: Presence::Present(entity), ..Identity::default() }
        };
        for dialect in Dialect::ALL {
            let unknown = Acl::compile(&policies, &identity(Presence::Unknown), dialect).expect("compiles");
            let values = [Presence::Present(value.to_owned()), Presence::Absent];
            for known in values.into_iter().filter_map(|value| Acl::compile(&policies, &identity(value), dialect).ok()) {
                for path in &paths {
                    for operation in [Operation::Read, Operation::List] {
                        let request = Request::new(operation, path);
                        let answer = unknown.verdict(&request);
                        if answer != Verdict::Unknown {
                            prop_assert_eq!(answer, known.verdict(&request), "{:?} {:?} {}", dialect, operation, path);
                        }
                    }
                }
            }
        }
    }
}

fn spanned(text: &str) -> Spanned<String> {
    Spanned::new(text.to_owned(), nowhere())
}

fn nowhere() -> Span {
    Span::new(SourceId(0), 0..0)
}
