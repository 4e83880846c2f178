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

/// The same for `paths`, which follows every role to all that it leads to: quadratic growth is what there is to say.
const ROLES: &[(&str, usize, Make)] = &[
    ("binding-ring.yaml", 60, |count| {
        let role = |at: usize| {
            let next = (at + 1) % count;
            bound(
                at,
                "",
                &format!(
                    "- {{{RBAC_GROUP}, resources: [clusterroles], verbs: [bind], resourceNames: [r{next}]}}\n{BINDINGS}"
                ),
            )
        };
        (0..count).map(role).collect()
    }),
    ("binding-all.yaml", 60, |count| {
        let names: Vec<String> = (0..count).map(|at| format!("r{at}")).collect();
        let names = names.join(", ");
        let role = |at: usize| {
            bound(
                at,
                "",
                &format!(
                    "- {{{RBAC_GROUP}, resources: [clusterroles], verbs: [bind], resourceNames: [{names}]}}\n{BINDINGS}"
                ),
            )
        };
        (0..count).map(role).collect()
    }),
    ("aggregation-all.yaml", 60, |count| {
        let role = |at: usize| {
            let labels = "labels: {all: \"true\"}";
            let rule = format!("- {{apiGroups: [\"\"], resources: [x{at}], verbs: [get]}}\n");
            let selector = "aggregationRule: {clusterRoleSelectors: [{matchLabels: {all: \"true\"}}]}\n";
            bound(at, labels, &format!("{rule}{selector}"))
        };
        (0..count).map(role).collect()
    }),
];

/// Twice the roles may take this many times as long.
const MOST_OF_ROLES: f64 = 5.0;

const RBAC_GROUP: &str = "apiGroups: [rbac.authorization.k8s.io]";
const BINDINGS: &str =
    "- {apiGroups: [rbac.authorization.k8s.io], resources: [clusterrolebindings], verbs: [create]}\n";

/// A ClusterRole that somebody is bound to.
fn bound(at: usize, labels: &str, rules: &str) -> String {
    format!(
        "{RBAC}kind: ClusterRole\nmetadata: {{name: r{at}, {labels}}}\nrules:\n{rules}---\n\
         {RBAC}kind: ClusterRoleBinding\nmetadata: {{name: b{at}}}\nroleRef: {{{}, kind: ClusterRole, name: r{at}}}\n\
         subjects: [{{kind: ServiceAccount, name: s{at}, namespace: a}}]\n---\n",
        RBAC_GROUP.replace("apiGroups: [", "apiGroup: ").replace(']', "")
    )
}

const MANIFEST: &str = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n  labels: {}\nx:\n";
const RBAC: &str = "apiVersion: rbac.authorization.k8s.io/v1\n";

fn main() {
    println!("{:<22} {:>10} {:>12} {:>12} {:>8}", "", "size", "once", "twice", "growth");
    let check: &[&str] = &["check", "--exit-zero"];
    let all = [(INPUTS, check, MOST), (ROLES, &["paths"], MOST_OF_ROLES)];
    for (inputs, command, most) in all {
        for (name, size, make) in inputs {
            let [once, twice] = [*size, 2 * *size].map(|size| shortest(name, &make(size), command));
            let growth = twice.as_secs_f64() / once.as_secs_f64();
            let verdict = if growth > most { "OVER" } else { "" };
            println!("{name:<22} {size:>10} {once:>12.1?} {twice:>12.1?} {growth:>7.1}x {verdict}");
        }
    }
}

/// The shortest of three runs, which others on the machine disturbed least.
fn shortest(name: &str, text: &str, command: &[&str]) -> Duration {
    let tree = tempfile::tempdir().expect("a directory");
    fs::write(tree.path().join(name), text).expect("a file");
    let runs = (0..3).map(|_| {
        let start = Instant::now();
        let mut rolewright = Command::new(env!("CARGO_BIN_EXE_rolewright"));
        rolewright.arg("--no-config").args(command).arg(tree.path());
        rolewright.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("rolewright runs");
        start.elapsed()
    });
    runs.min().unwrap_or_default()
}
