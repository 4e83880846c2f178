//! Claims about rules without effect against the evaluator: without the rule, every answer is the same.

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

use std::collections::BTreeSet;

use proptest::prelude::*;
use rolewright::lint::{self, Options, Rule};
use rolewright::model::lower;
use rolewright::model::project::{Project, Settings, Target};
use rolewright::model::vault::capability::Capability;
use rolewright::model::vault::path::{PathPattern, PatternClass};
use rolewright::model::vault::policy::{PathRule, Policy, PolicyOrigin};
use rolewright::rules::RULES;
use rolewright::semantics::acl::{Acl, MergedRule, Operation, Request, default_policy};
use rolewright::semantics::dialect::Dialect;
use rolewright::semantics::joined;
use rolewright::semantics::pattern::{matches, overlaps};
use rolewright::semantics::pattern_tree::PatternTree;
use rolewright::semantics::shadow::Shadows;
use rolewright::semantics::template::Identity;
use rolewright::syntax::{Source, SourceId, Sources, Span, Spanned};

type Rules = Vec<(String, Vec<&'static str>)>;

fn label() -> impl Strategy<Value = String> {
    let segment = prop::sample::select(vec!["a", "b", "+", "+", "a", "+b", "b+"]);
    let end = prop::sample::select(vec!["", "", "*", "a*", "/", "/*", "/*", "/+"]);
    (prop::collection::vec(segment, 0..3), end)
        .prop_map(|(segments, end)| format!("{}{end}", segments.join("/")))
        .prop_filter("servers refuse `+*`", |label| !label.contains("+*"))
}

fn words() -> impl Strategy<Value = Vec<&'static str>> {
    prop::sample::select(vec![
        vec!["read"],
        vec!["read"],
        vec!["list"],
        vec!["read", "list"],
        vec!["read", "list"],
        vec!["deny"],
        vec!["deny"],
        vec![],
    ])
}

fn rules() -> impl Strategy<Value = Rules> {
    prop::collection::vec((label(), words()), 1..7)
}

/// Every path of up to four segments of these, with and without a slash at the end. No rule names `z`.
fn universe() -> Vec<String> {
    paths(&["a", "b", "aa", "z", "+b"], 4)
}

/// Every path of up to so many of these segments, with and without a slash at the end.
fn paths(segments: &[&str], most: usize) -> Vec<String> {
    let mut paths = vec![String::new()];
    let mut last = paths.clone();
    for depth in 0..most {
        let mut next = Vec::new();
        for before in &last {
            for segment in segments {
                next.push(if depth == 0 { (*segment).to_owned() } else { format!("{before}/{segment}") });
            }
        }
        paths.extend(next.iter().flat_map(|path| [path.clone(), format!("{path}/")]));
        last = next;
    }
    paths
}

/// For each path what may be done with it: read, list, scan.
fn answers(policy: &Policy, dialect: Dialect, paths: &[String]) -> Vec<[bool; 3]> {
    let acl = Acl::compile(&[policy], &Identity::default(), dialect).expect("no `+*`");
    let allowed = |path: &str, operation| acl.rule_on(&Request::new(operation, path)).is_allowed();
    paths
        .iter()
        .map(|path| [Operation::Read, Operation::List, Operation::Scan].map(|it| allowed(path, it)))
        .collect()
}

/// The pattern that decides on reading a path.
fn decider(acl: &Acl<'_>, path: &str) -> Option<String> {
    let request = Request::new(Operation::Read, path);
    acl.rule_on(&request).rule.map(|rule| rule.pattern.to_string())
}

fn without(rules: &Rules, pattern: &PathPattern) -> Rules {
    rules.iter().filter(|(label, _)| PathPattern::parse(label) != *pattern).cloned().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn a_rule_called_shadowed_or_redundant_has_no_effect(rules in rules()) {
        let paths = universe();
        let policy = build(&rules);
        for target in [Target::Any, Target::OpenBao, Target::VaultClassic] {
            let acl = joined::acl(&[&policy], target).expect("compiles");
            let shadows = Shadows::new(&acl);
            for rule in acl.rules() {
                let claim = shadows.shadowing(rule).or_else(|| shadows.standing_in_for(rule));
                let Some(by) = claim else { continue };
                let rest = build(&without(&rules, &rule.pattern));
                for dialect in Dialect::of(target) {
                    let same = answers(&policy, *dialect, &paths) == answers(&rest, *dialect, &paths);
                    prop_assert!(same, "{dialect}: {} is not without effect beside {}", rule.pattern, by.pattern);
                }
            }
        }
    }

    #[test]
    fn a_rule_not_called_shadowed_decides_on_something(rules in rules()) {
        let paths = universe();
        let policy = build(&rules);
        let acl = joined::acl(&[&policy], Target::OpenBao).expect("compiles");
        let shadows = Shadows::new(&acl);
        let deciding: BTreeSet<String> = paths
            .iter()
            .filter_map(|path| decider(&acl, path))
            .collect();
        for rule in acl.rules().iter().filter(|rule| is_in_reach(rule)) {
            let decides = deciding.contains(&rule.pattern.to_string());
            prop_assert_eq!(decides, shadows.shadowing(rule).is_none(), "{}", rule.pattern);
        }
    }

    #[test]
    fn the_tree_finds_what_overlaps(labels in prop::collection::vec(label(), 0..8), asked in label()) {
        let patterns: Vec<PathPattern> = labels.iter().map(|label| PathPattern::parse(label)).collect();
        let asked = PathPattern::parse(&asked);
        let tree = PatternTree::new(&patterns);
        let mut found = BTreeSet::new();
        tree.find_overlapping(&asked, |at| {
            found.insert(at);
            false
        });
        let all: BTreeSet<usize> = (0..patterns.len()).filter(|at| overlaps(&patterns[*at], &asked)).collect();
        prop_assert_eq!(found, all);
    }

    #[test]
    fn what_stands_behind_a_rule_decides_without_it(rules in rules()) {
        let paths = universe();
        let policy = build(&rules);
        let acl = joined::acl(&[&policy], Target::Any).expect("compiles");
        let shadows = Shadows::new(&acl);
        for rule in acl.rules() {
            let Some(behind) = shadows.behind(rule) else { continue };
            let free: Vec<&String> = paths.iter().filter(|path| matches(&rule.pattern, path)).collect();
            prop_assert!(free.iter().all(|path| matches(&behind.pattern, path)));
        }
    }

    #[test]
    fn a_rule_that_reopens_a_deny_grants_what_it_denies(rules in rules()) {
        let paths = universe();
        let policy = build(&rules);
        let acl = joined::acl(&[&policy], Target::Any).expect("compiles");
        let shadows = Shadows::new(&acl);
        for deny in acl.rules().iter().filter(|rule| rule.capabilities.denies()) {
            let Some(open) = shadows.reopening(deny) else { continue };
            let both = |path: &&String| matches(&deny.pattern, path) && matches(&open.pattern, path);
            let shared: Vec<&String> = paths.iter().filter(both).collect();
            for path in shared {
                prop_assert_ne!(decider(&acl, path), Some(deny.pattern.to_string()), "on {}", path);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2_000, ..ProptestConfig::default() })]

    /// Against removal and the enumeration of all requests: a rule is called without effect just if it has none, and if
    /// those that decide in its stead grant the same.
    #[test]
    fn a_rule_is_called_without_effect_just_if_it_has_none(mut rules in rules()) {
        rules.retain(|(label, _)| is_small(&PathPattern::parse(label)));
        // What begins like a rule's last word, but is longer, is told apart, too.
        let mut paths = paths(&["a", "b", "aa", "az", "aaz", "bz", "z", "+b", "+bz"], 2);
        // Labels have no words behind their second segment.
        for last in ["a", "z"] {
            let open = paths.iter().filter(|path| path.ends_with('/') && path.matches('/').count() < 4);
            let deeper: Vec<String> = open.map(|path| format!("{path}{last}")).collect();
            paths.extend(deeper.into_iter().flat_map(|path| [format!("{path}/"), path]));
        }
        let policy = build(&rules);
        let target = Target::Any;
        let acl = joined::acl(&[&policy], target).expect("compiles");
        for rule in acl.rules().iter().filter(|rule| rule.members.len() == 1) {
            if rule.capabilities.denies() || rule.capabilities.is_empty() {
                continue;
            }
            let shadows = Shadows::new(&acl);
            let shadowed =
                shadows.shadowing(rule).is_some() || shadows.shadowing_together(rule, target).is_some();
            let redundant = shadows.standing_in_for(rule).is_some()
                || shadows.standing_in_together(rule, &[], target).is_some();
            let rest = build(&without(&rules, &rule.pattern));
            let own: Vec<String> = paths.iter().filter(|path| is_of(rule, path)).cloned().collect();
            let same = Dialect::of(target)
                .iter()
                .all(|dialect| sent(&policy, *dialect, &own) == sent(&rest, *dialect, &own));
            prop_assert!(same || !(shadowed || redundant), "{} has an effect", rule.pattern);
            let heirs = heirs(&policy, &rest, rule, target, &own);
            let decides = Dialect::of(target).iter().any(|dialect| decides(&policy, rule, *dialect, &own));
            prop_assert_eq!(shadowed, same && !decides, "{}: {:?}", rule.pattern, heirs);
            let granted: Vec<Capability> = rule.capabilities.iter().collect();
            let alike = heirs.iter().all(|heir| heir.as_ref() == Some(&granted));
            let wanted = same && !heirs.is_empty() && alike;
            prop_assert!(redundant || !wanted, "{}: {:?}", rule.pattern, heirs);
        }
    }
}

/// Up to four policies and the lists of them that auth roles attach; one name stands for a policy that is not known.
fn project() -> impl Strategy<Value = (Vec<Rules>, Vec<Vec<usize>>)> {
    let policy = prop::collection::vec((label(), words()), 1..5);
    let list = prop::collection::vec(prop::sample::select(vec![0, 0, 1, 1, 1, 2, 2, 3, 4]), 1..4);
    (prop::collection::vec(policy, 4), prop::collection::vec(list, 0..4))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 200, ..ProptestConfig::default() })]

    /// Of all that is reported in a project, each alone and all together.
    #[test]
    fn what_is_reported_as_redundant_is_so_in_every_token((policies, lists) in project()) {
        let spec = access_spec(&policies, &lists);
        let project = assemble(&spec);
        let findings = lint::run(&[rule_named("redundant-rule")], &project, &Options::default());
        let gone: Vec<Span> = findings.iter().map(|finding| finding.span).collect();
        let paths = paths(&["a", "b", "aa", "z", "+b"], 3);
        let mut alone: Vec<Vec<Span>> = gone.iter().map(|span| vec![*span]).collect();
        alone.push(gone);
        // A policy that no role attaches may be held alone.
        let alone_held = (0..policies.len()).filter(|at| !lists.iter().any(|list| list.contains(at)));
        let held = lists.iter().cloned().chain(alone_held.map(|at| vec![at]));
        for list in held.collect::<BTreeSet<_>>() {
            let of_list = |policy: &&Policy| {
                list.iter().any(|at| policy.key() == format!("p{at}"))
            };
            let before: Vec<Policy> = project.policies.iter().filter(of_list).cloned().collect();
            for gone in alone.iter().filter(|gone| !gone.is_empty()) {
                let mut after = before.clone();
                for policy in &mut after {
                    policy.path_rules.retain(|rule| !gone.contains(&rule.path.span));
                }
                for dialect in Dialect::ALL {
                    // What is not known may say anything; here, something on all that is at stake.
                    let unknown = build(&[("a/+".to_owned(), vec!["read", "list"]), ("+b".to_owned(), vec!["deny"])].into());
                    let default = default_policy(dialect);
                    let with = |policies: &[Policy]| -> Vec<Policy> {
                        let more = list.contains(&4).then(|| unknown.clone());
                        policies.iter().cloned().chain(more).chain([default.clone()]).collect()
                    };
                    let same = all_answers(&with(&before), dialect, &paths) == all_answers(&with(&after), dialect, &paths);
                    prop_assert!(same, "{dialect}: {gone:?} of {list:?}\n{spec}");
                }
            }
        }
    }
}

/// [`sent`] of several policies together.
fn all_answers(policies: &[Policy], dialect: Dialect, paths: &[String]) -> Vec<bool> {
    let policies: Vec<&Policy> = policies.iter().collect();
    let acl = Acl::compile(&policies, &Identity::default(), dialect).expect("no `+*`");
    let allowed = |path: &str, operation| acl.rule_on(&Request::new(operation, path)).is_allowed();
    let reads = paths.iter().map(|path| allowed(path, Operation::Read));
    let listed = paths.iter().filter(|path| path.ends_with('/'));
    let lists = listed.flat_map(|path| [Operation::List, Operation::Scan].map(|it| allowed(path, it)));
    reads.chain(lists).collect()
}

fn access_spec(policies: &[Rules], lists: &[Vec<usize>]) -> String {
    let mut spec = "apiVersion: rolewright/v1\nkind: Access\nname: x\nvault:\n  policies:\n".to_owned();
    for (at, rules) in policies.iter().enumerate() {
        spec += &format!("    p{at}:\n      path:\n");
        let mut seen = BTreeSet::new();
        for (label, words) in
            rules.iter().filter(|(label, _)| seen.insert(PathPattern::parse(label).to_string()))
        {
            spec += &format!("        \"{label}\": {{capabilities: {words:?}}}\n");
        }
    }
    if !lists.is_empty() {
        spec += "  auth:\n    kubernetes:\n      roles:\n";
    }
    for (at, list) in lists.iter().enumerate() {
        let names = list.iter().map(|at| format!("p{at}")).collect::<BTreeSet<_>>();
        let names = names.into_iter().collect::<Vec<_>>().join(", ");
        spec += &format!(
            "        r{at}: {{bound_service_account_names: [a], bound_service_account_namespaces: [n], token_policies: [{names}]}}\n"
        );
    }
    spec
}

fn assemble(spec: &str) -> Project {
    let settings = Settings::default();
    let source =
        Source { id: SourceId(0), name: "x.access.yaml".to_owned(), text: spec.to_owned(), bom: false };
    let lowered = vec![lower::file(&source, &settings)];
    let project = Project::assemble(Sources::new(vec![source]), lowered, settings);
    assert!(project.syntax_errors.is_empty(), "{:?}", project.syntax_errors);
    project
}

fn rule_named(name: &str) -> &'static Rule {
    RULES.iter().find(|rule| rule.name == name).expect("a rule")
}

/// [`answers`] to requests as they are sent, with a slash at the end of what is listed.
fn sent(policy: &Policy, dialect: Dialect, paths: &[String]) -> Vec<[bool; 3]> {
    let listed: Vec<String> = paths.iter().filter(|path| path.ends_with('/')).cloned().collect();
    let reads = answers(policy, dialect, paths).into_iter().map(|[read, ..]| [read; 3]);
    reads.chain(answers(policy, dialect, &listed)).collect()
}

/// True if the rule may have a say on a request for the path, in either form.
fn is_of(rule: &MergedRule<'_>, path: &str) -> bool {
    let toggled = path.strip_suffix('/').map_or_else(|| format!("{path}/"), str::to_owned);
    matches(&rule.pattern, path) || matches(&rule.pattern, &toggled)
}

/// True if the rule decides on some request.
fn decides(policy: &Policy, rule: &MergedRule<'_>, dialect: Dialect, paths: &[String]) -> bool {
    let acl = Acl::compile(&[policy], &Identity::default(), dialect).expect("no `+*`");
    paths.iter().any(|path| {
        let lists = path.ends_with('/').then_some(Operation::List);
        [Operation::Read].into_iter().chain(lists).any(|operation| {
            let request = Request::new(operation, path);
            acl.rule_on(&request).rule.is_some_and(|it| it.pattern == rule.pattern)
        })
    })
}

/// What the rules grant that decide without `rule` where it decides, on any server: nothing where none does.
fn heirs(
    policy: &Policy,
    rest: &Policy,
    rule: &MergedRule<'_>,
    target: Target,
    own: &[String],
) -> BTreeSet<Option<Vec<Capability>>> {
    let mut heirs = BTreeSet::new();
    for dialect in Dialect::of(target) {
        let [before, after] =
            [policy, rest].map(|it| Acl::compile(&[it], &Identity::default(), *dialect).expect("no `+*`"));
        let near: Vec<&MergedRule<'_>> = before
            .rules()
            .iter()
            .filter(|other| own.iter().any(|path| matches(&other.pattern, path)))
            .collect();
        for (capability, operation) in
            [(Capability::Read, Operation::Read), (Capability::List, Operation::List)]
        {
            if !near.iter().any(|rule| rule.capabilities.contains(capability)) {
                continue;
            }
            for path in own {
                let path = match operation == Operation::List && !path.ends_with('/') {
                    true => format!("{path}/"),
                    false => (*path).clone(),
                };
                let request = Request::new(operation, &path);
                if before.rule_on(&request).rule.is_none_or(|it| it.pattern != rule.pattern) {
                    continue;
                }
                let heir = after.rule_on(&request).rule;
                heirs.insert(heir.map(|heir| heir.capabilities.iter().collect()));
            }
        }
    }
    heirs
}

/// The universe has all segments of the pattern.
fn is_small(pattern: &PathPattern) -> bool {
    let mut segments = pattern.segments();
    segments.all(|segment| ["a", "b", "aa", "+b", "+", "", "*", "a*"].contains(&segment))
}

/// The universe holds paths of the pattern that nothing else names: its own segments are all there, and one more fits.
fn is_in_reach(rule: &MergedRule<'_>) -> bool {
    let mut segments = rule.pattern.segments();
    rule.pattern.class == PatternClass::Segments
        && rule.pattern.segments().count() < 4
        && segments.all(|segment| ["a", "b", "aa", "+b", "+", "", "*", "a*"].contains(&segment))
}

fn build(rules: &Rules) -> Policy {
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

fn spanned(text: &str) -> Spanned<String> {
    Spanned::new(text.to_owned(), nowhere())
}

fn nowhere() -> Span {
    Span::new(SourceId(0), 0..0)
}
