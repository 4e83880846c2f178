//! Proofs over 1,000 auth roles and 1,000 policies of twelve path rules each: a claim about everybody takes at most one
//! second, the comparison of two such trees at most two, and neither more than 200 MB. Trees in which every role attaches
//! every policy are shown beside them, for comparison.
//!
//! Whole runs of the binary, medians; prints a table and says what is over.
#![expect(clippy::expect_used, reason = "a bench that cannot run should say so and stop")]
#![expect(clippy::print_stdout, reason = "the table is the result")]

mod ground;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use ground::{access, peak_memory, start_rolewright};

/// Roles and policies.
const COUNT: usize = 1_000;

const CLAIMS: [(&str, &str); 3] = [
    ("holds", "{nobody: true, can: [delete], on: kv/*}"),
    ("fails for six", "{nobody: true, can: [read], on: kv/data/team-517/*}"),
    ("fails for all", "{nobody: true, can: [read], on: kv/data/*}"),
];

fn main() {
    println!("{:<44} {:>10} {:>10} {:>10}", "", "took", "budget", "memory");
    let few = |role: usize| (role..role + 3).map(|at| at % COUNT).collect::<Vec<usize>>();
    let all = |_: usize| (0..COUNT).collect::<Vec<usize>>();
    for (what, claim) in CLAIMS {
        let tree = access(COUNT, few, &[claim]).expect("a tree");
        measure(&format!("claim that {what}, 3 policies a role"), &["test"], &[tree.path()], Some(1));
        let tree = access(COUNT, all, &[claim]).expect("a tree");
        measure(&format!("claim that {what}, all policies in each"), &["test"], &[tree.path()], None);
    }
    type Attached<'a> = &'a dyn Fn(usize) -> Vec<usize>;
    for (what, attached, budget) in
        [("3 policies a role", &few as Attached<'_>, Some(2)), ("all policies in each", &all, None)]
    {
        let (old, new) =
            (access(COUNT, attached, &[]).expect("a tree"), access(COUNT, attached, &[]).expect("a tree"));
        measure(&format!("diff without a change, {what}"), &["diff"], &[old.path(), new.path()], budget);
        ten_edits(new.path());
        measure(&format!("diff with ten edits, {what}"), &["diff"], &[old.path(), new.path()], budget);
    }
}

/// Widens a rule in ten policies that lie far apart.
fn ten_edits(tree: &Path) {
    for at in (0..COUNT).step_by(COUNT / 10) {
        let path = tree.join(format!("team-{}/policy-{at}.hcl", at / 100));
        let text = fs::read_to_string(&path).expect("a policy");
        let narrow = format!("kv/data/team-{at}/app-4/*");
        assert!(text.contains(&narrow), "the rule to widen is there");
        fs::write(&path, text.replace(&narrow, &format!("kv/data/team-{at}/*"))).expect("a policy");
    }
}

/// The budget is in seconds.
fn measure(what: &str, command: &[&str], trees: &[&Path], budget: Option<u64>) {
    let arguments: Vec<&str> = ["--no-config"].into_iter().chain(command.iter().copied()).collect();
    let arguments: Vec<&str> = arguments
        .into_iter()
        .chain(trees.iter().map(|tree| tree.to_str().expect("a path in UTF-8")))
        .collect();
    let mut runs: Vec<(Duration, f64)> = (0..5).map(|_| run(&arguments)).collect();
    runs.sort_by_key(|(took, _)| *took);
    let (took, memory) = runs.get(runs.len() / 2).copied().unwrap_or_default();
    let over = budget.is_some_and(|budget| took > Duration::from_secs(budget) || memory > 200.0);
    let budget = budget.map_or(String::new(), |budget| format!("{budget} s"));
    println!(
        "{what:<44} {:>7.0} ms {:>10} {memory:>7.1} MB {}",
        took.as_secs_f64() * 1000.0,
        budget,
        if over { "OVER" } else { "" }
    );
}

/// How long it takes, and the peak of its memory in megabytes.
fn run(arguments: &[&str]) -> (Duration, f64) {
    let start = Instant::now();
    let mut child = start_rolewright(arguments, None).expect("rolewright runs");
    let memory = peak_memory(&mut child).expect("a child of this process");
    (start.elapsed(), memory)
}
