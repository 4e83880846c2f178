//! Who can do something, over 1,000 roles and 1,000 policies of twelve path rules each: at most 100 milliseconds.

use divan::{Bencher, black_box};
use rolewright::model::lower;
use rolewright::model::project::{Project, Settings};
use rolewright::semantics::acl::Operation;
use rolewright::semantics::reach::Access;
use rolewright::syntax::{Source, SourceId, Sources};

fn main() {
    divan::main();
}

/// What the policies have to say on the path that is asked about.
#[derive(Debug, Clone, Copy)]
enum Policies {
    /// One of them has a rule for it.
    OneHasASay,
    /// Each has one.
    AllHaveASay,
    /// Each has one, with the namespace of the service account in it.
    AllAreTemplated,
}

const KINDS: [Policies; 3] = [Policies::OneHasASay, Policies::AllHaveASay, Policies::AllAreTemplated];

/// Each role attaches three policies.
#[divan::bench(args = KINDS, sample_count = 20)]
fn three_policies_a_role(bencher: Bencher<'_, '_>, policies: Policies) {
    let project = project(1_000, policies, |role| (role..role + 3).map(|at| at % 1_000).collect());
    let access = Access::new(&project);
    bencher.bench_local(|| access.who_can(Operation::Read, black_box("secret/data/team-517/config")));
}

/// Each role attaches all policies.
#[divan::bench(sample_count = 5)]
fn all_policies_in_each_role(bencher: Bencher<'_, '_>) {
    let project = project(1_000, Policies::OneHasASay, |_| (0..1_000).collect());
    let access = Access::new(&project);
    bencher.bench_local(|| access.who_can(Operation::Read, black_box("secret/data/team-517/config")));
}

/// A tenth, for comparison: growth is to be near linear.
#[divan::bench(args = KINDS, sample_count = 20)]
fn a_tenth_of_it(bencher: Bencher<'_, '_>, policies: Policies) {
    let project = project(100, policies, |role| (role..role + 3).map(|at| at % 100).collect());
    let access = Access::new(&project);
    bencher.bench_local(|| access.who_can(Operation::Read, black_box("secret/data/team-57/config")));
}

#[divan::bench(sample_count = 20)]
fn arranging_the_project(bencher: Bencher<'_, '_>) {
    let project = project(1_000, Policies::OneHasASay, |role| vec![role]);
    bencher.bench_local(|| Access::new(black_box(&project)));
}

/// A spec with `count` roles and policies; role number n attaches the policies of these numbers.
fn project(count: usize, policies: Policies, attached: impl Fn(usize) -> Vec<usize>) -> Project {
    let mut text = "apiVersion: rolewright/v1\nkind: Access\nname: bench\nvault:\n  policies:\n".to_owned();
    for at in 0..count {
        text.push_str(&format!("    p{at}:\n      path:\n"));
        for rule in 0..11 {
            text.push_str(&format!("        secret/data/team-{at}/app-{rule}/*: {{capabilities: [read]}}\n"));
        }
        let last = match policies {
            Policies::OneHasASay => format!("secret/data/team-{at}/config"),
            Policies::AllHaveASay => format!("secret/data/{}*", "team-517".get(..at % 8).unwrap_or_default()),
            Policies::AllAreTemplated => format!(
                "secret/data/{{{{identity.entity.aliases.auth_kubernetes_{at:08}.metadata.service_account_namespace}}}}/*"
            ),
        };
        text.push_str(&format!("        \"{last}\": {{capabilities: [read, list]}}\n"));
    }
    text.push_str("  auth:\n    kubernetes:\n      roles:\n");
    for role in 0..count {
        let names: Vec<String> = attached(role).into_iter().map(|at| format!("p{at}")).collect();
        text.push_str(&format!(
            "        role-{role}: {{bound_service_account_names: [web, worker], \
             bound_service_account_namespaces: [team-{role}], token_policies: [{}]}}\n",
            names.join(", ")
        ));
    }
    let name = "bench.access.yaml".to_owned();
    let source = Source { id: SourceId(0), name, text, bom: false };
    let lowered = lower::file(&source, &Settings::default());
    Project::assemble(Sources::new(vec![source]), vec![lowered], Settings::default())
}
