//! Comparisons of projects against plain enumeration: for random pairs of projects, every difference that a walk over
//! identities, capabilities and short paths finds is told, everything that is told is a difference, and other forms of
//! the same access are no change; hostile policies end.

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
#[path = "property_comparison/specs.rs"]
mod specs;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, Instant};

use common::Random;
use rolewright::model::vault::capability::Capability;
use rolewright::model::vault::path::PathPattern;
use rolewright::model::vault::policy::ParameterValue;
use rolewright::semantics::acl::{Operation, Request, Verdict};
use rolewright::semantics::bound;
use rolewright::semantics::comparison::{Change, Comparison, Direction, What};
use rolewright::semantics::language::{Grant, Language};
use rolewright::semantics::pattern::matches;
use rolewright::semantics::reach::{Access, Holder, Subject, Token};
use specs::{BY_NAMESPACE, Rule, Spec, project};

/// Pairs of projects that are compared; every fortieth has paths of three segments.
const PAIRS: u64 = 100;
/// Projects that are compared with another form of themselves.
const REWRITTEN: u64 = 200;

const CAPABILITIES: [Capability; 3] = [Capability::Read, Capability::Update, Capability::List];
const NAMES: [&str; 4] = ["web", "ci-a", "ci-b", "zed"];
const NAMESPACES: [&str; 3] = ["app", "ops", "team-a"];

#[test]
fn comparisons_equal_plain_enumeration() {
    let told = shared(PAIRS, |seed| {
        let mut random = Random::new(seed);
        let deep = (seed / 2) % 40 == 0;
        let old = Spec::random(&mut random, deep);
        let new = match random.below(8) {
            0 => Spec { target: old.target, ..Spec::random(&mut random, deep) },
            _ => old.edited(&mut random),
        };
        check(seed, &old, &new, deep)
    });
    let [gained, lost, logins, unclear] = told.into_iter().fold([0; 4], |mut sum, it| {
        sum.iter_mut().zip(it).for_each(|(sum, it)| *sum += it);
        sum
    });
    println!("{PAIRS} pairs: {gained} differences gained, {lost} lost, {logins} logins, {unclear} unclear");
    assert!(unclear * 200 < gained + lost, "{unclear} are unclear");
    assert!(gained > 2_500 && lost > 2_500 && logins > 200, "{gained} gained, {lost} lost, {logins} logins");
}

#[test]
fn another_form_is_no_change() {
    shared(REWRITTEN, |seed| {
        let mut random = Random::new(seed + 1_000_000);
        let old = Spec::random(&mut random, true);
        let new = old.rewritten(&mut random);
        let (before, now) = (project(&old), project(&new));
        let comparison = Comparison::of(&before, &now);
        assert_eq!(comparison, Comparison::default(), "seed {seed}\n{}\n---\n{}", old.text(), new.text());
    });
}

/// Many `+`, many overlaps: an answer or an honest doubt, in bounded time.
#[test]
fn hostile_policies_end() {
    let spread = |seed: usize| -> String {
        let segments: Vec<String> = (0..64)
            .map(|at| match (seed * 31 + at * 17).is_multiple_of(5) {
                true => format!("s{}", (seed + at) % 7),
                false => "+".to_owned(),
            })
            .collect();
        format!("{}/*", segments.join("/"))
    };
    let pluses = |seed: usize| -> String {
        let segments: Vec<&str> = (0..64).map(|at| if at == seed % 64 { "a" } else { "+" }).collect();
        segments.join("/")
    };
    let policy = |label: &dyn Fn(usize) -> String, words: &[&str], count: usize| {
        let mut rules: BTreeMap<String, Rule> = BTreeMap::new();
        for at in 0..count {
            let words = vec![words[at % words.len()].to_owned()];
            rules.insert(label(at), Rule { words, constraint: 0 });
        }
        rules
    };
    for (name, old, new) in [
        (
            "overlaps",
            policy(&spread, &["update", "deny"], 1_000),
            policy(&spread, &["update", "list", "deny"], 1_000),
        ),
        ("pluses", policy(&pluses, &["update", "deny"], 20), policy(&pluses, &["deny", "update"], 20)),
    ] {
        let of = |rules: BTreeMap<String, Rule>| {
            let policies = BTreeMap::from([("p".to_owned(), rules)]);
            project(&Spec { target: "", policies, roles: Vec::new(), rename: 0 })
        };
        let start = Instant::now();
        let comparison = Comparison::of(&of(old), &of(new));
        let took = start.elapsed();
        println!(
            "{name}: {} changes, {} doubts in {took:?}",
            comparison.changes.len(),
            comparison.doubts.len()
        );
        assert!(comparison.contradictions.is_empty(), "{:?}", comparison.contradictions);
        assert!(!comparison.changes.is_empty() || !comparison.doubts.is_empty());
        assert!(took < Duration::from_secs(600), "{name}: {took:?}");
    }
}

/// Runs the seeds on as many threads as there are cores.
fn shared<T: Send>(seeds: u64, run: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let threads = std::thread::available_parallelism().map_or(2, |it| it.get() as u64).min(8);
    let seeds = std::env::var("ROLEWRIGHT_PAIRS").ok().and_then(|it| it.parse().ok()).unwrap_or(seeds);
    let from = std::env::var("ROLEWRIGHT_SEED").ok().and_then(|it| it.parse().ok()).unwrap_or(0_u64);
    std::thread::scope(|scope| {
        let run = &run;
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                scope.spawn(move || {
                    (from..from + seeds).filter(|seed| seed % threads == worker).map(run).collect::<Vec<T>>()
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    })
}

/// What the two projects differ in, by enumeration; panics if the comparison does not say the same.
fn check(seed: u64, old: &Spec, new: &Spec, deep: bool) -> [usize; 4] {
    let (before, now) = (project(old), project(new));
    let (access_before, access_now) = (Access::new(&before), Access::new(&now));
    let comparison = Comparison::between(&access_before, &access_now);
    let texts = || format!("seed {seed}\n{}\n---\n{}\n{:#?}", old.text(), new.text(), comparison);
    assert!(comparison.contradictions.is_empty(), "{}", texts());
    let (old, new) = (access_before, access_now);
    let paths = paths(if deep { 3 } else { 2 });
    let (mut of_old, mut of_new) = (Enumerated::new(&old, &paths), Enumerated::new(&new, &paths));
    let mut counts = [0; 4];
    let mut unclear = 0;
    for namespace in NAMESPACES {
        for name in NAMES {
            let (one, other) = (of_old.most(namespace, name), of_new.most(namespace, name));
            let mut told: HashMap<(usize, usize, Direction), bool> = HashMap::new();
            for (dialect, (one, other)) in one.iter().zip(&other).enumerate() {
                for (at, (before, after)) in one.iter().zip(other).enumerate() {
                    // Constraints need not refuse anything; they are asked below.
                    if before == after || (*before > Grant::No && *after > Grant::No) {
                        continue;
                    }
                    let direction = if after > before { Direction::Gained } else { Direction::Lost };
                    let (capability, path) = (at / paths.len(), at % paths.len());
                    let is_told = *told.entry((capability, path, direction)).or_insert_with(|| {
                        comparison.changes.iter().any(|change| {
                            is_told_by(
                                change,
                                namespace,
                                name,
                                CAPABILITIES[capability],
                                &paths[path],
                                direction,
                            )
                        })
                    });
                    assert!(
                        is_told,
                        "{namespace}/{name} {} on `{}` goes from {before:?} to {after:?} on server {dialect}\n{}",
                        CAPABILITIES[capability],
                        paths[path],
                        texts()
                    );
                    counts[usize::from(direction == Direction::Lost)] += 1;
                }
            }
        }
    }
    // Where some rule asks more than a capability, the answers to all kinds of requests are compared.
    let data = all_data(6);
    let mut seen: HashSet<Vec<String>> = HashSet::new();
    for namespace in NAMESPACES {
        for name in NAMES {
            let who = format!("{namespace}/{name}");
            let (old, new) = (holders(&old, &who), holders(&new, &who));
            // Those of the same roles have the same tokens, templates aside.
            let roles = |holders: &[Holder<'_>]| {
                holders.iter().filter_map(|it| Some(it.role?.0.name.value.clone())).collect::<Vec<_>>()
            };
            if !seen.insert([roles(&old), vec![String::new()], roles(&new)].concat()) {
                continue;
            }
            let (one, other) = (of_old.most(namespace, name), of_new.most(namespace, name));
            let (old, new) = (tokens(&old), tokens(&new));
            for (dialect, (one, other)) in one.iter().zip(&other).enumerate() {
                for (at, (before, after)) in one.iter().zip(other).enumerate() {
                    let is_some = *before > Grant::No && *after > Grant::No;
                    let is_free = *before == Grant::Yes && *after == Grant::Yes;
                    if !is_some || is_free || !(at as u64 + seed).is_multiple_of(3) {
                        continue;
                    }
                    let (capability, path) = (CAPABILITIES[at / paths.len()], &paths[at % paths.len()]);
                    let was = allowed(&old, dialect, capability, path, &data);
                    let is = allowed(&new, dialect, capability, path, &data);
                    for (direction, more, less) in
                        [(Direction::Gained, &is, &was), (Direction::Lost, &was, &is)]
                    {
                        let Some(place) = more.iter().zip(less).position(|(more, less)| *more && !*less)
                        else {
                            continue;
                        };
                        let is_told = comparison.changes.iter().any(|change| {
                            let of =
                                |direction| is_told_by(change, namespace, name, capability, path, direction);
                            of(direction) || of(Direction::Unclear)
                        });
                        assert!(
                            is_told,
                            "{namespace}/{name} {capability} on `{path}` with {:?}: {direction:?} on server {dialect}\n{}",
                            data[place],
                            texts()
                        );
                        counts[usize::from(direction == Direction::Lost)] += 1;
                    }
                }
            }
        }
    }
    let data = all_data(usize::MAX);
    for change in &comparison.changes {
        match &change.what {
            What::Paths { capabilities, witness, pattern, conditions, .. } => {
                // Values that no input tells are made up, and the evaluators know nothing of that.
                if witness.contains("some-entity") {
                    continue;
                }
                let templated = pattern.contains("{{");
                for who in change.who.iter().take(if templated { 1 } else { usize::MAX }) {
                    for capability in capabilities {
                        let (one, other) =
                            (said(&old, who, *capability, witness), said(&new, who, *capability, witness));
                        let one_who = one_of(who);
                        let is_shown = |more: &Access<'_>, less: &Access<'_>| {
                            let (more, less) = (holders(more, &one_who), holders(less, &one_who));
                            let (more, less) = (tokens(&more), tokens(&less));
                            conditions.is_some()
                                && (0..3).any(|dialect| {
                                    let of = |tokens| allowed(tokens, dialect, *capability, witness, &data);
                                    of(&more).iter().zip(of(&less)).any(|(more, less)| *more && !less)
                                })
                        };
                        let is_true = match change.direction {
                            Direction::Gained => {
                                one.iter().zip(&other).any(|(before, after)| after > before)
                                    || is_shown(&new, &old)
                            }
                            Direction::Lost => {
                                one.iter().zip(&other).any(|(before, after)| after < before)
                                    || is_shown(&old, &new)
                            }
                            // Whether several rules together let through what one of the other side does is not gone into.
                            Direction::Unclear => conditions.is_some(),
                            Direction::Changed => false,
                        };
                        unclear += usize::from(change.direction == Direction::Unclear);
                        assert!(
                            is_true,
                            "{who} {capability} on `{witness}`: {one:?} to {other:?}\n{}",
                            texts()
                        );
                    }
                }
            }
            What::Logins { role, witness } => {
                let admits = |access: &Access<'_>| enters(access, role, witness);
                let wanted = change.direction == Direction::Gained;
                assert!(admits(&new) == wanted && admits(&old) != wanted, "{role} {witness}\n{}", texts());
            }
            What::Setting { .. } | What::Objects { .. } => {}
        }
    }
    // Every login that comes to another end is told.
    let mut roles: Vec<String> = Vec::new();
    for access in [&old, &new] {
        roles.extend(access.roles().map(|(method, role)| format!("{}/{}", method.path, role.name)));
    }
    roles.sort();
    roles.dedup();
    for (role, namespace, name) in roles
        .iter()
        .flat_map(|role| NAMESPACES.iter().flat_map(move |of| NAMES.iter().map(move |it| (role, *of, *it))))
    {
        let witness = format!("{namespace}/{name}");
        let (one, other) = (enters(&old, role, &witness), enters(&new, role, &witness));
        if one != other {
            let direction = if other { Direction::Gained } else { Direction::Lost };
            let is_told = comparison.changes.iter().any(|change| {
                matches!(&change.what, What::Logins { role: of, .. } if of == role)
                    && change.direction == direction
                    && change.who.iter().any(|who| stands_for(who, namespace, name))
            });
            assert!(is_told, "login of {witness} through {role}: {direction:?}\n{}", texts());
            counts[2] += 1;
        }
    }
    counts[3] = unclear;
    counts
}

fn is_told_by(
    change: &Change,
    namespace: &str,
    name: &str,
    capability: Capability,
    path: &str,
    direction: Direction,
) -> bool {
    let What::Paths { capabilities, pattern, .. } = &change.what else { return false };
    let pattern = PathPattern::parse(&pattern.replace(BY_NAMESPACE, namespace));
    let lists = capability == Capability::List;
    let is_inside = matches(&pattern, path)
        || lists
            && (matches(&pattern, &format!("{path}/"))
                || path.strip_suffix('/').is_some_and(|it| matches(&pattern, it)));
    change.direction == direction
        && capabilities.contains(&capability)
        && is_inside
        && change.who.iter().any(|who| stands_for(who, namespace, name))
}

/// True if somebody is named, or meant by ``any service account `NAME` of namespaces `NAMESPACE` ``.
fn stands_for(who: &str, namespace: &str, name: &str) -> bool {
    let quoted: Vec<&str> = who.split('`').collect();
    match quoted.as_slice() {
        [_, names, _, namespaces, _] => bound::admits(names, name) && bound::admits(namespaces, namespace),
        _ => who == format!("{namespace}/{name}"),
    }
}

/// Somebody whom it names or means.
fn one_of(who: &str) -> String {
    let quoted: Vec<&str> = who.split('`').collect();
    match quoted.as_slice() {
        [_, names, _, namespaces, _] => {
            format!("{}/{}", namespaces.replace('*', "some-other"), names.replace('*', "some-other"))
        }
        _ => who.to_owned(),
    }
}

/// What each server says, the most of all tokens.
fn said(access: &Access<'_>, who: &str, capability: Capability, path: &str) -> Vec<Grant> {
    let mut most = vec![Grant::No; 3];
    let subject: Subject = one_of(who).parse().unwrap();
    for holder in access.holders(&subject).unwrap_or_default().iter().filter(|holder| holder.gets_token()) {
        let token = holder.token();
        for (at, (_, acl)) in token.acls().iter().enumerate() {
            let grant = Language::new(acl.as_ref().unwrap(), &holder.namespace, capability, &[]).on(path);
            most[at] = most[at].max(grant);
        }
    }
    most
}

fn enters(access: &Access<'_>, role: &str, witness: &str) -> bool {
    let subject: Subject = format!("{witness}@{role}").parse().unwrap();
    access.holders(&subject).is_ok_and(|holders| holders.iter().any(|holder| holder.gets_token()))
}

type Data = (Vec<(String, ParameterValue)>, Option<i64>);

/// What requests may carry; wrapping TTLs go with the first `wrapped` kinds of parameters.
fn all_data(wrapped: usize) -> Vec<Data> {
    let named = |sent: &[(&str, ParameterValue)]| -> Vec<(String, ParameterValue)> {
        sent.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    };
    let text = |text: &str| ParameterValue::Text(text.to_owned());
    let values =
        [text("a"), text("b"), text("ab"), text("zb"), text("q"), text("a-q"), ParameterValue::Bool(true)];
    let mut sent: Vec<Vec<(String, ParameterValue)>> = Vec::new();
    for x in std::iter::once(None).chain(values.iter().map(Some)) {
        for (z, color) in [(false, false), (false, true), (true, false), (true, true)] {
            let x = x.map(|value| ("x", value.clone()));
            let z = z.then(|| ("z", text("a")));
            let color = color.then(|| ("color", text("red")));
            sent.push(named(&x.into_iter().chain(z).chain(color).collect::<Vec<_>>()));
        }
    }
    for base in [named(&[]), named(&[("color", text("red"))]), named(&[("x", text("a"))])] {
        for (name, value) in [("some-other", "q"), ("z", "q"), ("color", "q")] {
            let mut base = base.clone();
            base.retain(|(own, _)| own != name);
            base.extend(named(&[(name, text(value))]));
            sent.push(base);
        }
    }
    let wrapped = sent.iter().take(wrapped).cloned().collect::<Vec<_>>();
    let mut all: Vec<Data> = sent.into_iter().map(|sent| (sent, None)).collect();
    for ttl in [30, 60, 61, 3600, 9999] {
        all.extend(wrapped.iter().map(|sent| (sent.clone(), Some(ttl))));
    }
    all
}

/// Those through whom somebody gets tokens.
fn holders<'q>(access: &'q Access<'q>, who: &str) -> Vec<Holder<'q>> {
    let subject: Subject = who.parse().unwrap();
    let holders = access.holders(&subject).unwrap_or_default();
    holders.into_iter().filter(|holder| holder.gets_token()).collect()
}

/// Which of the requests some token lets through on a server.
fn allowed(
    tokens: &[(String, Token<'_>)],
    dialect: usize,
    capability: Capability,
    path: &str,
    data: &[Data],
) -> Vec<bool> {
    let operation = Operation::of_capability(capability).unwrap();
    let path = if operation.lists() && !path.ends_with('/') { format!("{path}/") } else { path.to_owned() };
    let lets = |(namespace, token): &(String, Token<'_>), (data, wrap_ttl): &Data| {
        let Some((_, acl)) = token.acls().get(dialect) else { return false };
        let request = Request { namespace, data, wrap_ttl: *wrap_ttl, ..Request::new(operation, &path) };
        acl.as_ref().unwrap().decide(&request).verdict == Verdict::Allowed
    };
    data.iter().map(|data| tokens.iter().any(|token| lets(token, data))).collect()
}

fn tokens<'h>(holders: &'h [Holder<'_>]) -> Vec<(String, Token<'h>)> {
    holders.iter().map(|holder| (holder.namespace.clone(), holder.token())).collect()
}

/// The answers of each role on all paths.
struct Enumerated<'q, 'a> {
    access: &'q Access<'a>,
    paths: &'q [String],
    known: HashMap<(String, String), Vec<Vec<Grant>>>,
}

impl<'q, 'a> Enumerated<'q, 'a> {
    fn new(access: &'q Access<'a>, paths: &'q [String]) -> Enumerated<'q, 'a> {
        Enumerated { access, paths, known: HashMap::new() }
    }

    /// By server: the most that any token gives, by capability and path.
    fn most(&mut self, namespace: &str, name: &str) -> Vec<Vec<Grant>> {
        let size = CAPABILITIES.len() * self.paths.len();
        let mut most = vec![vec![Grant::No; size]; 3];
        let subject: Subject = format!("{namespace}/{name}").parse().unwrap();
        let holders = self.access.holders(&subject).unwrap_or_default();
        for holder in holders.iter().filter(|holder| holder.gets_token()) {
            let mut rules =
                holder.held.iter().filter_map(|held| held.policy).flat_map(|policy| &policy.path_rules);
            let templated = rules.any(|rule| rule.path.value.contains("{{"));
            let role = holder.role.map(|(role, _)| role.name.value.clone()).unwrap();
            let key = (role, if templated { namespace.to_owned() } else { String::new() });
            let paths = self.paths;
            let grants = self.known.entry(key).or_insert_with(|| {
                let token = holder.token();
                let of = |acl| {
                    let mut grants = Vec::with_capacity(size);
                    for capability in CAPABILITIES {
                        let language = Language::new(acl, &holder.namespace, capability, &[]);
                        grants.extend(paths.iter().map(|path| language.on(path)));
                    }
                    grants
                };
                token.acls().iter().map(|(_, acl)| of(acl.as_ref().unwrap())).collect()
            });
            for (most, own) in most.iter_mut().zip(grants.iter()) {
                for (most, own) in most.iter_mut().zip(own) {
                    *most = (*most).max(*own);
                }
            }
        }
        most
    }
}

/// All paths of at most so many segments, with and without a slash at the end.
fn paths(depth: usize) -> Vec<String> {
    const SEGMENTS: [&str; 4] = ["a", "ax", "b", "app"];
    let mut all: Vec<String> = Vec::new();
    let mut last = vec![String::new()];
    for _ in 0..depth {
        last = last
            .iter()
            .flat_map(|start| {
                SEGMENTS.map(|segment| format!("{start}{}{segment}", if start.is_empty() { "" } else { "/" }))
            })
            .collect();
        all.extend(last.iter().cloned());
    }
    let slashed: Vec<String> = all.iter().map(|path| format!("{path}/")).collect();
    all.extend(slashed);
    all
}
