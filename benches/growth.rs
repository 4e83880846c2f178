//! Inputs that were made to be slow: each once and twice as large. The time must grow no faster than the input does.
//!
//! Prints a table and says what grows too fast. Short times of a busy machine scatter; look again before you believe one.
#![expect(clippy::expect_used, reason = "a bench that cannot run should say so and stop")]
#![expect(clippy::print_stdout, reason = "the table is the result")]

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Twice the input may take this many times as long; quadratic growth would be 4.
const MOST: f64 = 2.7;

type Make = fn(usize) -> String;

/// Name of the file, the smaller size, and how to write the text.
const INPUTS: &[(&str, usize, Make)] = &[
    ("directives.hcl", 10_000, |count| {
        let line = "# rolewright: allow(unknown-capability) why\npath \"a\" { capabilities = [\"raed\"] }\n";
        line.repeat(count)
    }),
    ("broken-rules.hcl", 10_000, |count| {
        "# rolewright: allow(unknown-capability) why\npath \"a\" { capabilities = [\"raed\" }\n".repeat(count)
    }),
    ("one-line.hcl", 10_000, |count| "path \"a\" {capabilities=[} ".repeat(count)),
    ("names.hcl", 25_000, |count| {
        format!(
            "# rolewright: allow({}) why\npath \"a\" {{ capabilities = [\"read\"] }}\n",
            "a,".repeat(count)
        )
    }),
    ("unknown-names.hcl", 20_000, |count| {
        let names: Vec<String> = (0..count).map(|at| format!("wildcard-mout{at}")).collect();
        format!("# rolewright: allow({}) why\npath \"a\" {{ capabilities = [\"read\"] }}\n", names.join(","))
    }),
    ("equal-rules.yaml", 20_000, |count| {
        let rule = "{apiGroups: [\"\"], resources: [pods], verbs: [get]},";
        format!("{RBAC}kind: Role\nmetadata: {{name: a, namespace: b}}\nrules: [{}]\n", rule.repeat(count))
    }),
    ("rules.hcl", 6_000, |count| {
        let rule = |at: usize| match at % 3 {
            0 => format!("path \"kv/+/a{at}/x\" {{ capabilities = [\"deny\"] }}\n"),
            1 => format!("path \"kv/a/+/x{at}\" {{ capabilities = [\"read\"] }}\n"),
            _ => format!("path \"kv/a/{at}*\" {{ capabilities = [\"read\", \"list\"] }}\n"),
        };
        (0..count).map(rule).collect()
    }),
    ("same-key.yaml", 50_000, |count| format!("{MANIFEST}{}", "  k: v\n".repeat(count))),
    ("anchors.yaml", 100_000, |count| {
        let item = |at: usize| format!("  - &a{at} v\n");
        format!("{MANIFEST}  list:\n{}", (0..count).map(item).collect::<String>())
    }),
    ("documents.yaml", 30_000, |count| format!("{MANIFEST}  k: v\n---\n").repeat(count)),
    ("same-role.yaml", 2_000, |count| {
        let pair = |at: usize| {
            format!(
                "{RBAC}kind: ClusterRole\nmetadata: {{name: app}}\nrules:\n- {{apiGroups: ['*'], resources: ['*'], \
                 verbs: [get]}}\n---\n{RBAC}kind: ClusterRoleBinding\nmetadata: {{name: b{at}}}\nroleRef: {{apiGroup: \
                 rbac.authorization.k8s.io, kind: ClusterRole, name: other{at}}}\nsubjects:\n- {{kind: ServiceAccount, \
                 name: a, namespace: n{at}}}\n---\n"
            )
        };
        (0..count).map(pair).collect()
    }),
];

const MANIFEST: &str = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n  labels: {}\nx:\n";
const RBAC: &str = "apiVersion: rbac.authorization.k8s.io/v1\n";

fn main() {
    println!("{:<20} {:>10} {:>12} {:>12} {:>8}", "", "size", "once", "twice", "growth");
    for (name, size, make) in INPUTS {
        let (once, twice) = (shortest(name, &make(*size)), shortest(name, &make(2 * *size)));
        let growth = twice.as_secs_f64() / once.as_secs_f64();
        let verdict = if growth > MOST { "OVER" } else { "" };
        println!("{name:<20} {size:>10} {once:>12.1?} {twice:>12.1?} {growth:>7.1}x {verdict}");
    }
}

/// The shortest of three runs, which others on the machine disturbed least.
fn shortest(name: &str, text: &str) -> Duration {
    let tree = tempfile::tempdir().expect("a directory");
    fs::write(tree.path().join(name), text).expect("a file");
    let runs = (0..3).map(|_| {
        let start = Instant::now();
        let mut command = Command::new(env!("CARGO_BIN_EXE_rolewright"));
        command.args(["--no-config", "check", "--exit-zero"]).arg(tree.path());
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("rolewright runs");
        start.elapsed()
    });
    runs.min().unwrap_or_default()
}
