//! Sets of paths against plain enumeration: for random policies, the shortest path of a question is the one that a walk
//! over all short paths finds; and hostile policies end.

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

mod common;

use std::time::{Duration, Instant};

use common::Random;

use rolewright::model::vault::capability::Capability;
use rolewright::model::vault::path::PathPattern;
use rolewright::model::vault::policy::{PathRule, Policy, PolicyOrigin};
use rolewright::semantics::acl::{Acl, Attached};
use rolewright::semantics::dialect::Dialect;
use rolewright::semantics::language::{Grant, Language, STEPS, TooComplex, beyond, difference, shortest};
use rolewright::semantics::pattern::matches;
use rolewright::semantics::template::Identity;
use rolewright::syntax::{SourceId, Span, Spanned};

/// Pairs of policies that are compared; each is asked for three things.
const PAIRS: usize = 6_000;

/// Every text that tells the labels below apart, and one that none of them knows.
const SEGMENTS: [&str; 5] = ["a", "ax", "b", "x", ""];

#[test]
fn answers_equal_those_of_plain_enumeration() {
    let mut random = Random(20_261_123);
    let universe = paths();
    let (mut empty, mut open, mut differing, mut guessed) = (0, 0, 0, 0);
    for round in 0..PAIRS {
        let dialect = Dialect::ALL[round % 3];
        let capability =
            [Capability::Read, Capability::List, Capability::Update, Capability::Sudo][random.below(4)];
        let namespace = if random.below(6) == 0 { "a/" } else { "" };
        let policies = [policy(&mut random), policy(&mut random)];
        let acls: Vec<Acl<'_>> = policies
            .iter()
            .map(|policy| {
                let attached = Attached { policy, namespace };
                Acl::compile(&[attached], &Identity::default(), dialect).unwrap()
            })
            .collect();
        let mounts = ["b"];
        let languages: Vec<Language<'_, '_>> =
            acls.iter().map(|acl| Language::new(acl, namespace, capability, &mounts)).collect();
        let within = PathPattern::parse(&label(&mut random));
        let said: Vec<(&str, Grant, Grant)> = universe
            .iter()
            .filter(|path| matches(&within, path))
            .map(|path| (path.as_str(), languages[0].on(path), languages[1].on(path)))
            .collect();
        let check = |what: &str, found: Option<String>, wanted: &dyn Fn(Grant, Grant) -> bool| {
            let best =
                said.iter().filter(|(_, one, other)| wanted(*one, *other)).map(|(path, ..)| cost(path)).min();
            let told = format!(
                "{what} of {capability} in `{within}` on {dialect}, namespace `{namespace}`: found {found:?}\n{:?}\n{:?}",
                labels(&policies[0]),
                labels(&policies[1])
            );
            // Root-protected paths have names that the enumeration does not try.
            let is_named = |path: &&str| path.split('/').all(|segment| SEGMENTS.contains(&segment));
            match found.as_deref() {
                Some(path) if !is_named(&path) => {
                    assert!(best.is_none_or(|best| cost(path) < best), "{told}")
                }
                _ => assert_eq!(found.as_deref().map(cost), best, "{told}"),
            }
            if let Some(path) = &found {
                assert!(matches(&within, path), "{told}");
                assert!(wanted(languages[0].on(path), languages[1].on(path)), "{told}");
            }
            best.is_some()
        };
        let found =
            shortest(&languages[..1], &within, STEPS, |grants| grants[0] >= Grant::Conditional).unwrap();
        match check("allowed", found, &|one, _| one >= Grant::Conditional) {
            true => open += 1,
            false => empty += 1,
        }
        // Without a step to spend, what is guessed is right all the same, and nothing is claimed to be empty.
        match shortest(&languages[..1], &within, 0, |grants| grants[0] >= Grant::Conditional) {
            Ok(Some(path)) => {
                guessed += 1;
                assert!(matches(&within, &path) && languages[0].on(&path) >= Grant::Conditional, "{path}");
            }
            Ok(None) => panic!("no step was spent on `{within}`, and nothing is open there"),
            Err(TooComplex) => {}
        }
        let found = beyond(languages[0], languages[1], &within, STEPS).unwrap();
        check("beyond", found, &|one, other| one > other);
        let found = difference(languages[0], languages[1], &within, STEPS).unwrap();
        differing += usize::from(check("difference", found, &|one, other| one != other));
    }
    println!("{PAIRS} pairs: {open} open, {empty} empty, {differing} differ");
    assert!(
        empty > 1_000 && open > 1_000 && differing > 1_000 && guessed > open / 2,
        "{open} open, {empty} empty, {differing} differ, {guessed} guessed"
    );
}

/// Many `+`, many overlaps: an answer or an honest refusal, in bounded time.
#[test]
fn hostile_policies_end() {
    let long = |literal: usize| {
        let segments: Vec<&str> =
            (0..64).map(|at| if at % 10 == literal % 10 || at == literal { "a" } else { "+" }).collect();
        segments.join("/")
    };
    let spread = |seed: usize| {
        let segments: Vec<String> = (0..64)
            .map(|at| {
                if (seed * 31 + at * 17).is_multiple_of(5) {
                    format!("s{}", (seed + at) % 7)
                } else {
                    "+".to_owned()
                }
            })
            .collect();
        format!("{}/*", segments.join("/"))
    };
    let many = |label: &dyn Fn(usize) -> String,
                words: &'static [&'static str]|
     -> Vec<(String, Vec<&'static str>)> {
        (0..1_000).map(|at| (label(at), vec![words[at % words.len()]])).collect()
    };
    for (name, rules, within) in [
        ("sixty-four pluses", many(&|at| long(at % 64), &["deny", "update"]), "+/".repeat(64)),
        ("a thousand overlaps", many(&spread, &["update", "deny", "list"]), "*".to_owned()),
        ("a thousand nested", many(&|at| format!("{}*", "a/".repeat(at)), &["deny"]), "*".to_owned()),
        (
            "a thousand openings",
            many(&|at| format!("{}{}", "+/".repeat(at % 40), format_args!("k{at}/*")), &["deny", "update"]),
            "*".to_owned(),
        ),
    ] {
        let policy = build(&rules);
        for dialect in [Dialect::VaultCurrent, Dialect::OpenBao] {
            let acl = Acl::compile(&[&policy], &Identity::default(), dialect).unwrap();
            {
                let capability =
                    if dialect == Dialect::OpenBao { Capability::Read } else { Capability::List };
                let language = Language::new(&acl, "", capability, &[]);
                let start = Instant::now();
                let within = PathPattern::parse(&within);
                let found = shortest(&[language], &within, STEPS, |grants| grants[0] == Grant::Yes);
                let took = start.elapsed();
                println!(
                    "{name}, {capability} on {dialect}: {:?} in {took:?}",
                    found.as_ref().map(Option::is_some)
                );
                assert!(took < Duration::from_secs(60), "{name}: {took:?}");
                if let Ok(Some(path)) = found {
                    assert_eq!(language.on(&path), Grant::Yes);
                }
            }
        }
    }
}

/// All paths of at most four segments, without a slash in front.
fn paths() -> Vec<String> {
    let mut all: Vec<String> = SEGMENTS.map(str::to_owned).to_vec();
    let mut last = all.clone();
    for _ in 0..3 {
        let longer = last.iter().filter(|path| !path.is_empty());
        last = longer.flat_map(|path| SEGMENTS.map(|segment| format!("{path}/{segment}"))).collect();
        all.extend(last.iter().cloned());
    }
    all
}

/// Segments, empty segments, length.
fn cost(path: &str) -> (usize, usize, usize) {
    (path.split('/').count(), path.split('/').filter(|it| it.is_empty()).count(), path.len())
}

fn label(random: &mut Random) -> String {
    let count = random.below(3);
    let segments: Vec<&str> = (0..count).map(|_| ["a", "b", "ax", "+", "+"][random.below(5)]).collect();
    let end = ["a", "b", "+", "*", "a*", "*", "ax", ""][random.below(8)];
    let mut label = segments.join("/");
    if count > 0 {
        label.push('/');
    }
    label + end
}

fn policy(random: &mut Random) -> Policy {
    let count = 1 + random.below(5);
    let rules: Vec<(String, Vec<&'static str>)> = (0..count)
        .map(|_| {
            let words: [&[&str]; 7] = [
                &["read"],
                &["list"],
                &["read", "list"],
                &["deny"],
                &["update"],
                &["update", "read", "sudo"],
                &[],
            ];
            (label(random), words[random.below(7)].to_vec())
        })
        .collect();
    let mut policy = build(&rules);
    for rule in &mut policy.path_rules {
        if random.below(6) == 0 {
            rule.required_parameters = vec![spanned("color")];
        }
    }
    policy
}

fn labels(policy: &Policy) -> Vec<String> {
    let words =
        |rule: &PathRule| rule.capabilities.iter().map(|it| it.value.clone()).collect::<Vec<_>>().join(",");
    policy.path_rules.iter().map(|rule| format!("{} [{}]", rule.path, words(rule))).collect()
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

fn spanned(text: &str) -> Spanned<String> {
    Spanned::new(text.to_owned(), nowhere())
}

fn nowhere() -> Span {
    Span::new(SourceId(0), 0..0)
}
