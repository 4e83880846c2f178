//! Suggestions against plain enumeration: for random projects, what is printed is applied by `git apply` or `patch`, and of the
//! project that comes of it every token of every role and identity opens no path that it did not open before, every expectation holds
//! that held, and nothing more is suggested. What is to be done by hand gives nobody anything, each of it by itself.

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
#[path = "property_suggest/projects.rs"]
mod projects;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use common::Random;
use projects::{BY_ENTITY, NAMES, NAMESPACES, SEGMENTS, project_files};
use rolewright::emit::proposal::{OutOfReach, Proposal, proposal};
use rolewright::model::lower;
use rolewright::model::project::{Project, Settings, Target};
use rolewright::model::vault::policy::{ParameterValue, Policy};
use rolewright::report::suggestion::human::{self, Look};
use rolewright::report::suggestion::{FileChange, Suggested};
use rolewright::semantics::acl::{Operation, Request, Verdict};
use rolewright::semantics::expectation::Prover;
use rolewright::semantics::least::{self, Outcome};
use rolewright::semantics::reach::{Access, Holder, Subject};
use rolewright::semantics::template::Presence;
use rolewright::syntax::{Source, SourceId, Sources};

/// How many random projects are narrowed.
const PROJECTS: u64 = 160;

const ENTITIES: [&str; 2] = ["a", "ab"];
const OPERATIONS: [Operation; 6] = [
    Operation::Read,
    Operation::List,
    Operation::Create,
    Operation::Update,
    Operation::Delete,
    Operation::Patch,
];

#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    edited: usize,
    detached: usize,
    by_hand: usize,
    parts: usize,
    answers: usize,
    lost: usize,
}

#[test]
fn what_is_printed_gives_nobody_anything() {
    let projects = std::env::var("ROLEWRIGHT_CASES").ok().and_then(|it| it.parse().ok()).unwrap_or(PROJECTS);
    let from = std::env::var("ROLEWRIGHT_SEED").ok().and_then(|it| it.parse().ok()).unwrap_or(0_u64);
    let threads = std::thread::available_parallelism().map_or(2, |it| it.get() as u64).min(8);
    let all: Vec<Counts> = std::thread::scope(|scope| {
        let of = |worker: u64| (from..from + projects).filter(move |seed| seed % threads == worker);
        let workers: Vec<_> = (0..threads)
            .map(|worker| scope.spawn(move || of(worker).map(judge).collect::<Vec<Counts>>()))
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let sum = |of: fn(&Counts) -> usize| all.iter().map(of).sum::<usize>();
    let (edited, detached, by_hand) = (sum(|it| it.edited), sum(|it| it.detached), sum(|it| it.by_hand));
    let (answers, lost, parts) = (sum(|it| it.answers), sum(|it| it.lost), sum(|it| it.parts));
    println!(
        "{projects} projects: {edited} policies edited, {detached} detached, {by_hand} by hand, {parts} parts by themselves; of {answers} answers \
         {lost} are narrower"
    );
    let least = usize::try_from(projects).unwrap() / 8;
    assert!(
        parts > 0 && edited > 2 * least && detached > least / 2 && by_hand > least / 2 && lost > 100 * least
    );
}

fn judge(seed: u64) -> Counts {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bd1_e995);
    random.below(2);
    let files = project_files(&mut random);
    let targets = [Target::VaultClassic, Target::VaultCurrent, Target::OpenBao, Target::Any];
    let target = targets[random.below(targets.len())];
    let project = assembled(&files, target);
    let told = |more: &str| {
        let texts: String = files.iter().map(|(name, text)| format!("=== {name}\n{text}")).collect();
        format!("seed {seed}, {target:?}: {more}\n{texts}")
    };
    assert!(project.syntax_errors.is_empty(), "{}", told(&format!("{:?}", project.syntax_errors)));
    assert!(project.malformed.is_empty(), "{}", told(&format!("{:?}", project.malformed)));
    let first = proposal(&project, &[], &OutOfReach::new())
        .unwrap_or_else(|fault| panic!("{}", told(&fault.to_string())));
    let changes = changes(&project, &first);
    let printed = printed(&project, &first, &changes);
    let told = |more: &str| told(&format!("{more}\n{printed}"));
    let program = [&["git", "apply", "-"][..], &["patch", "-p1", "--silent"]][usize::from(seed % 4 == 3)];
    let after = match changes.is_empty() {
        true => files.clone(),
        false => applied(&files, &printed, program).unwrap_or_else(|fault| panic!("{}", told(&fault))),
    };
    for (name, text) in &after {
        let change = changes.iter().find(|change| change.path == *name);
        assert_eq!(text, change.map_or(&files[name], |change| &change.new), "{}", told(name));
        keeps_its_lines(&files[name], text).unwrap_or_else(|fault| panic!("{}", told(&fault)));
    }
    let next = assembled(&after, target);
    let mut counts = Counts::default();
    for answer in &first.suggestions.policies {
        let Outcome::Narrowed(narrowed) = &answer.outcome else { continue };
        match (answer.by_hand.is_some(), narrowed.policy.path_rules.is_empty()) {
            (true, _) => counts.by_hand += 1,
            (false, true) => counts.detached += 1,
            (false, false) => counts.edited += 1,
        }
    }
    // Everything that is neither a policy of which something is needed nor a role stays.
    assert_eq!(project.policies.len(), next.policies.len(), "{}", told("a policy is gone"));
    assert_eq!(project.auth_roles.len(), next.auth_roles.len(), "{}", told("a role is gone"));
    assert!(next.syntax_errors.is_empty() && next.malformed.is_empty(), "{}", told("does not read"));

    if counts.edited + counts.detached > 0 {
        let before = Enumerated::new(&project);
        let (answers, lost) = before.narrower(&Enumerated::new(&next), &told);
        counts.answers += answers;
        counts.lost += lost;
        let provers = (Prover::new(&project), Prover::new(&next));
        for (was, is) in project.expectations.iter().zip(&next.expectations) {
            let (old, new) = (provers.0.prove(was).outcome, provers.1.prove(is).outcome);
            assert!(new <= old, "{}", told(&format!("{} {:?}: {old:?}, {new:?}", was.on.value, was.who)));
        }
    }
    // Whatever is said to stand by itself does.
    let together = first.together(&project);
    let mut alone: Vec<BTreeSet<SourceId>> =
        changes.iter().map(|change| BTreeSet::from([change.source])).collect();
    alone.retain(|set| together.iter().all(|other| other.is_disjoint(set)));
    let parts: Vec<&BTreeSet<SourceId>> = alone.iter().chain(&together).collect();
    if parts.len() > 1 {
        for part in parts {
            let mut files = files.clone();
            for change in changes.iter().filter(|change| part.contains(&change.source)) {
                files.insert(change.path.clone(), change.new.clone());
            }
            let told = |more: &str| told(&format!("{part:?} alone: {more}"));
            Enumerated::new(&project).narrower(&Enumerated::new(&assembled(&files, target)), &told);
            counts.parts += 1;
        }
    }
    let again = proposal(&next, &[], &OutOfReach::new())
        .unwrap_or_else(|fault| panic!("{}", told(&fault.to_string())));
    for answer in &again.suggestions.policies {
        let Outcome::Narrowed(_) = &answer.outcome else { continue };
        let same = first.suggestions.policies.iter().find(|it| it.name == answer.name && it.at == answer.at);
        assert!(
            answer.by_hand.is_some() && same.is_some_and(|it| it.by_hand.is_some()),
            "{}",
            told(&format!("again: {answer:?}"))
        );
    }
    let withheld = |proposal: &Proposal| -> Vec<bool> {
        proposal.suggestions.roles.iter().map(|role| role.withheld.is_empty()).collect()
    };
    assert_eq!(withheld(&first), withheld(&again), "{}", told("enough is known, or is not any more"));
    // By hand, each of them alone, on top of what was applied.
    let applied = (counts.by_hand > 0).then(|| Enumerated::new(&next));
    for answer in first.suggestions.policies.iter().filter(|answer| answer.by_hand.is_some()) {
        let Outcome::Narrowed(narrowed) = &answer.outcome else { continue };
        let mut policies: Vec<Option<Policy>> = next.policies.iter().map(|_| None).collect();
        let name = next.policies[answer.at].name.clone();
        policies[answer.at] = Some(Policy { name, ..narrowed.policy.clone() });
        let changed = least::with_policies(&next, &policies);
        let told = |more: &str| told(&format!("by hand {}: {more}", answer.name));
        applied.as_ref().unwrap().narrower(&Enumerated::new(&changed), &told);
    }
    counts
}

/// The files that change.
fn changes(project: &Project, proposal: &Proposal) -> Vec<FileChange> {
    let changed = project.sources.iter().zip(proposal.sources.iter());
    let changed = changed.filter(|(old, new)| old.text != new.text).map(|(old, new)| {
        let policies = proposal.changes.get(&old.id).into_iter().flatten().copied().collect();
        FileChange::new(old.name.clone(), old, new, policies)
    });
    changed.collect()
}

/// What the command prints.
fn printed(project: &Project, proposal: &Proposal, files: &[FileChange]) -> String {
    let together = proposal.together(project);
    let (suggestions, texts) = (&proposal.suggestions, &proposal.texts);
    let suggested = Suggested { project, suggestions, texts, files, together: &together };
    human::render(&suggested, Look::default())
}

/// Checks that the lines end as they did, the last one and a mark before the first one among them.
fn keeps_its_lines(old: &str, new: &str) -> Result<(), String> {
    let returns = |text: &str| (text.matches("\r\n").count(), text.matches('\n').count());
    let ((was, of), (is, all)) = (returns(old), returns(new));
    let is_even = (was > 0 || is == 0) && (was < of || is == all);
    let has_end = old.ends_with('\n') == new.ends_with('\n');
    let has_mark = old.starts_with('\u{feff}') == new.starts_with('\u{feff}');
    if is_even && has_end && has_mark { Ok(()) } else { Err("the lines end in another way".to_owned()) }
}

/// The files after a program has applied all patches that stand in a text; else what it says.
fn applied(
    files: &BTreeMap<String, String>,
    printed: &str,
    program: &[&str],
) -> Result<BTreeMap<String, String>, String> {
    let copy = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = copy.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let mut child = Command::new(program[0])
        .args(&program[1..])
        .current_dir(copy.path())
        .env("GIT_CEILING_DIRECTORIES", copy.path().parent().unwrap())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(printed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    if !output.status.success() {
        return Err(format!("{program:?}: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let text = |name: &String| (name.clone(), fs::read_to_string(copy.path().join(name)).unwrap());
    Ok(files.keys().map(text).collect())
}

fn assembled(files: &BTreeMap<String, String>, target: Target) -> Project {
    let sources = files.iter().zip(0..).map(|((name, text), at)| Source {
        id: SourceId(at),
        name: name.clone(),
        text: text.strip_prefix('\u{feff}').unwrap_or(text).to_owned(),
        bom: text.starts_with('\u{feff}'),
    });
    let sources = Sources::new(sources.collect());
    let settings = Settings { target, ..Settings::default() };
    let lowered = sources.iter().map(|source| lower::file(source, &settings)).collect();
    Project::assemble(sources, lowered, settings)
}

/// The answers to all requests of a small alphabet, by token and server.
struct Enumerated {
    tokens: BTreeMap<String, Vec<Verdict>>,
    requests: Vec<String>,
}

impl Enumerated {
    fn new(project: &Project) -> Enumerated {
        let access = Access::new(project);
        let (paths, datas) = (universe(), datas());
        let mut requests = Vec::new();
        for path in &paths {
            for operation in OPERATIONS {
                let lists = operation == Operation::List;
                let path = if lists && !path.ends_with('/') { format!("{path}/") } else { path.clone() };
                let carries = matches!(operation, Operation::Create | Operation::Update);
                requests.extend(
                    (0..if carries { datas.len() } else { 1 }).map(|it| (path.clone(), operation, it)),
                );
            }
        }
        let rules = project.policies.iter().flat_map(|policy| &policy.path_rules);
        let has_entities = rules.map(|rule| &rule.path.value).any(|label| label.contains(BY_ENTITY));
        let mut tokens = BTreeMap::new();
        let mut ask = |title: String, holder: &Holder<'_>| {
            if !holder.gets_token() {
                return;
            }
            let token = holder.token();
            for (dialect, acl) in token.acls() {
                let answers = requests.iter().map(|(path, operation, data)| match acl {
                    Ok(acl) => {
                        acl.verdict(&Request { data: &datas[*data], ..holder.request(*operation, path) })
                    }
                    Err(_) => Verdict::Refused,
                });
                tokens.insert(format!("{title} on {dialect}"), answers.collect());
            }
        };
        for (name, namespace) in NAMES.iter().flat_map(|name| NAMESPACES.iter().map(move |it| (name, it))) {
            let subject: Subject = format!("{namespace}/{name}").parse().unwrap();
            for mut holder in access.holders(&subject).unwrap_or_default() {
                let title = holder.role.map(|(role, method)| format!("{}/{}", method.path, role.name));
                let entities = if has_entities { &ENTITIES[..] } else { &ENTITIES[..1] };
                for entity in entities {
                    if let Presence::Present(known) = &mut holder.identity.entity {
                        known.name = Presence::Present((*entity).to_owned());
                    }
                    ask(format!("{namespace}/{name} ({entity}) through {title:?}"), &holder);
                }
            }
        }
        let mut sets: BTreeSet<Vec<String>> =
            project.policies.iter().map(|policy| vec![policy.name.value.clone()]).collect();
        sets.insert(vec!["p0".to_owned(), "p1".to_owned()]);
        // Those of claims; whatever else somebody may hold together is in no file.
        let claimed = |names: &Vec<String>| {
            let subject = format!("policy:{}", names.join(","));
            names.len() == 1
                || project.expectations.iter().any(|it| format!("{:?}", it.who.value).contains(&subject))
        };
        for names in sets.into_iter().filter(claimed) {
            for holder in access.holders(&Subject::Policies(names.clone())).unwrap_or_default() {
                ask(format!("policies {names:?}"), &holder);
            }
        }
        let requests = requests.iter().map(|(path, operation, data)| format!("{operation:?} {path} {data}"));
        Enumerated { tokens, requests: requests.collect() }
    }

    /// Checks that the other one answers no more; how many answers there are, and how many of them are narrower.
    fn narrower(&self, other: &Enumerated, told: &dyn Fn(&str) -> String) -> (usize, usize) {
        let (mut answers, mut lost) = (0, 0);
        for (title, after) in &other.tokens {
            let Some(before) = self.tokens.get(title) else { panic!("{}", told(&format!("new: {title}"))) };
            for (at, (was, is)) in before.iter().zip(after).enumerate() {
                let is_gain = match (was, is) {
                    (Verdict::Allowed, _) | (_, Verdict::Refused) => false,
                    (Verdict::Unknown, Verdict::Unknown) => false,
                    (Verdict::Refused | Verdict::Unknown, _) => true,
                };
                assert!(
                    !is_gain,
                    "{}",
                    told(&format!("gained: {title}: {}: {was:?}, {is:?}", self.requests[at]))
                );
                answers += 1;
                lost += usize::from(was != is);
            }
        }
        (answers, lost)
    }
}

/// Every path of up to three segments, folders included.
fn universe() -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    let mut layer = vec![String::new()];
    for _ in 0..3 {
        layer = layer
            .iter()
            .flat_map(|path| {
                let slash = if path.is_empty() { "" } else { "/" };
                SEGMENTS.iter().map(move |segment| format!("{path}{slash}{segment}"))
            })
            .collect();
        paths.extend(layer.iter().flat_map(|path| [path.clone(), format!("{path}/")]));
    }
    paths.push("a/b/ab/a".to_owned());
    paths
}

fn datas() -> Vec<Vec<(String, ParameterValue)>> {
    let text = |name: &str| (name.to_owned(), ParameterValue::Text("1".to_owned()));
    vec![vec![], vec![text("x")], vec![text("y")], vec![text("x"), text("y")]]
}
