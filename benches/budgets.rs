//! The budgets: medians of whole runs, beside `grep -rc` over the same tree in the same run, and peak memory.
//!
//! Prints a table and says what is over. A busy machine makes the times worse and leaves the ratios near what they are.
#![expect(clippy::expect_used, reason = "a bench that cannot run should say so and stop")]
#![expect(clippy::print_stdout, reason = "the table is the result")]

mod ground;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use ground::{CHECK, peak_memory, policies, rbac_manifests, rolewright, start_rolewright};

fn main() {
    println!("{:<34} {:>12} {:>12} {:>9}", "", "measured", "budget", "");
    let start_up = median(51, || {
        rolewright(&["--version"], None).expect("rolewright runs");
    });
    time("start-up", start_up, Duration::from_millis(10));

    let thousand = rbac_manifests(1_000).expect("a tree of manifests");
    against_grep("1,000 RBAC manifests", thousand.path(), Some(Duration::from_millis(25)));
    let mut child = start_rolewright(CHECK, Some(thousand.path())).expect("rolewright runs");
    let memory = peak_memory(&mut child).expect("a child of this process");
    row("… peak memory", &format!("{:.1} MB", memory), "50.0 MB", memory <= 50.0);

    let more = rbac_manifests(10_000).expect("a tree of manifests");
    against_grep("10,000 RBAC manifests", more.path(), None);

    let rules = policies(1_000).expect("a tree of policies");
    let took = median(15, || check(rules.path()));
    time("1,000 policies, 12,000 path rules", took, Duration::from_millis(25));
}

/// Runs of `check` and of `grep -rc` by turns, so that both see the same machine.
fn against_grep(what: &str, tree: &Path, budget: Option<Duration>) {
    let mut checks = Vec::new();
    let mut greps = Vec::new();
    for _ in 0..15 {
        greps.push(timed(|| grep(tree)));
        checks.push(timed(|| check(tree)));
    }
    let (check, grep) = (middle(checks), middle(greps));
    match budget {
        Some(budget) => time(what, check, budget),
        None => row(what, &milliseconds(check), "", true),
    }
    let ratio = check.as_secs_f64() / grep.as_secs_f64();
    let label = format!("… to grep -rc ({})", milliseconds(grep));
    row(&label, &format!("{ratio:.1} x"), "5.0 x", ratio <= 5.0);
}

fn check(tree: &Path) {
    rolewright(CHECK, Some(tree)).expect("rolewright runs");
}

fn grep(tree: &Path) {
    let mut command = Command::new("grep");
    let status = command.arg("-rc").arg("kind").arg(tree).stdout(Stdio::null()).status();
    status.expect("grep runs");
}

fn median(runs: usize, mut run: impl FnMut()) -> Duration {
    middle((0..runs).map(|_| timed(&mut run)).collect())
}

fn timed(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn time(what: &str, took: Duration, budget: Duration) {
    row(what, &milliseconds(took), &milliseconds(budget), took <= budget);
}

fn row(what: &str, measured: &str, budget: &str, within: bool) {
    println!("{what:<34} {measured:>12} {budget:>12} {:>9}", if within { "" } else { "OVER" });
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}
