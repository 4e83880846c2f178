//! What changes between two projects of 1,000 roles and 1,000 policies of twelve path rules each: at most one second.

use divan::{Bencher, black_box};
use rolewright::model::lower;
use rolewright::model::project::{Project, Settings};
use rolewright::semantics::comparison::Comparison;
use rolewright::syntax::{Source, SourceId, Sources};

fn main() {
    divan::main();
}

/// Ten policies get other rules; each role attaches three policies.
#[divan::bench(sample_count = 10)]
fn ten_edits(bencher: Bencher<'_, '_>) {
    let attached = |role: usize| (role..role + 3).map(|at| at % 1_000).collect();
    let (old, new) = (project(1_000, 0, attached), project(1_000, 10, attached));
    let changes = Comparison::of(&old, &new).changes;
    assert!(!changes.is_empty());
    bencher.bench_local(|| Comparison::of(black_box(&old), black_box(&new)));
}

/// The same tree in another order of rules.
#[divan::bench(sample_count = 10)]
fn no_edits(bencher: Bencher<'_, '_>) {
    let attached = |role: usize| (role..role + 3).map(|at| at % 1_000).collect();
    let (old, new) = (project(1_000, 0, attached), project(1_000, 0, attached));
    assert_eq!(Comparison::of(&old, &new), Comparison::default());
    bencher.bench_local(|| Comparison::of(black_box(&old), black_box(&new)));
}

/// Each role attaches all policies, of which one gets another rule.
#[divan::bench(sample_count = 3)]
fn all_policies_in_each_role(bencher: Bencher<'_, '_>) {
    let (old, new) =
        (project(1_000, 0, |_| (0..1_000).collect()), project(1_000, 1, |_| (0..1_000).collect()));
    bencher.bench_local(|| Comparison::of(black_box(&old), black_box(&new)));
}

/// Each role attaches all policies but one of its own.
#[divan::bench(sample_count = 1)]
fn another_set_in_each_role(bencher: Bencher<'_, '_>) {
    let attached = |role: usize| (0..1_000).filter(|at| *at != role).collect();
    let (old, new) = (project(1_000, 0, attached), project(1_000, 1, attached));
    bencher.bench_local(|| Comparison::of(black_box(&old), black_box(&new)));
}

/// A tenth, for comparison: growth is to be near linear.
#[divan::bench(sample_count = 10)]
fn a_tenth_of_it(bencher: Bencher<'_, '_>) {
    let attached = |role: usize| (role..role + 3).map(|at| at % 100).collect();
    let (old, new) = (project(100, 0, attached), project(100, 10, attached));
    bencher.bench_local(|| Comparison::of(black_box(&old), black_box(&new)));
}

/// Policies of rules with `+` in various depths, each of which says something else: once and twice as many take about as
/// long once they are too complex.
#[divan::bench(args = [75, 150, 300], sample_count = 1)]
fn open_segments(bencher: Bencher<'_, '_>, count: usize) {
    let policy = |word: &str| -> String {
        let rule = |at: usize| {
            let depth = at % 12 + 1;
            let mut segments = vec!["+".to_owned(); depth];
            if let Some(segment) = segments.get_mut(at / 12 % depth) {
                *segment = format!("x{}", at % 7);
            }
            let end = if at.is_multiple_of(3) { "*" } else { "" };
            format!("path \"+/{}/a{at}{end}\" {{ capabilities = [\"{word}\"] }}\n", segments.join("/"))
        };
        (0..count).map(rule).collect()
    };
    let (old, new) = (of_text("p.hcl", policy("read")), of_text("p.hcl", policy("update")));
    bencher.bench_local(|| Comparison::of(black_box(&old), black_box(&new)));
}

/// A rule for as many names in each of ten namespaces, all under other names: twice as many may take twice as long.
#[divan::bench(args = [500, 1_000, 2_000], sample_count = 1)]
fn other_names(bencher: Bencher<'_, '_>, count: usize) {
    let objects = |word: &str| -> String {
        let names: Vec<String> = (0..count).map(|at| format!("{word}{at}")).collect();
        let of = |namespace: usize| {
            let api = "apiVersion: rbac.authorization.k8s.io/v1\n";
            let role = format!(
                "{api}kind: Role\nmetadata: {{name: r, namespace: n{namespace}}}\nrules:\n- {{apiGroups: [''], resources: \
                 [secrets], verbs: [get], resourceNames: [{}]}}\n---\n",
                names.join(", ")
            );
            let binding = format!(
                "{api}kind: RoleBinding\nmetadata: {{name: r, namespace: n{namespace}}}\nroleRef: {{apiGroup: \
                 rbac.authorization.k8s.io, kind: Role, name: r}}\nsubjects: [{{kind: ServiceAccount, name: web, namespace: \
                 n{namespace}}}]\n---\n"
            );
            role + &binding
        };
        (0..10).map(of).collect()
    };
    let (old, new) = (of_text("r.yaml", objects("a")), of_text("r.yaml", objects("b")));
    assert_eq!(Comparison::of(&old, &new).changes.len(), 20 * count);
    bencher.bench_local(|| Comparison::of(black_box(&old), black_box(&new)));
}

fn of_text(name: &str, text: String) -> Project {
    let source = Source { id: SourceId(0), name: name.to_owned(), text, bom: false };
    let lowered = lower::file(&source, &Settings::default());
    Project::assemble(Sources::new(vec![source]), vec![lowered], Settings::default())
}

/// A spec with `count` roles and policies, of which `edited` policies, spread evenly, let more through; role number n
/// attaches the policies of these numbers.
fn project(count: usize, edited: usize, attached: impl Fn(usize) -> Vec<usize>) -> Project {
    let mut text = "apiVersion: rolewright/v1\nkind: Access\nname: bench\nvault:\n  policies:\n".to_owned();
    for at in 0..count {
        text.push_str(&format!("    p{at}:\n      path:\n"));
        for rule in 0..11 {
            text.push_str(&format!("        secret/data/team-{at}/app-{rule}/*: {{capabilities: [read]}}\n"));
        }
        let is_edited = edited > 0 && at % (count / edited) == 0;
        let last = if is_edited { "*" } else { "+" };
        text.push_str(&format!(
            "        \"secret/metadata/team-{at}/{last}\": {{capabilities: [read, list]}}\n"
        ));
    }
    text.push_str("  auth:\n    kubernetes:\n      roles:\n");
    for role in 0..count {
        let names: Vec<String> = attached(role).into_iter().map(|at| format!("p{at}")).collect();
        text.push_str(&format!(
            "        role-{role}: {{bound_service_account_names: [web, worker], \
             bound_service_account_namespaces: [team-{role}], audience: vault, token_policies: [{}]}}\n",
            names.join(", ")
        ));
    }
    let name = "bench.access.yaml".to_owned();
    let source = Source { id: SourceId(0), name, text, bom: false };
    let lowered = lower::file(&source, &Settings::default());
    Project::assemble(Sources::new(vec![source]), vec![lowered], Settings::default())
}
