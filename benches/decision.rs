//! One access decision with 1,000 path rules attached: at most a microsecond.

#![expect(clippy::expect_used, reason = "a bench that cannot run should say so and stop")]

use divan::{Bencher, black_box};
use rolewright::model::vault::policy::{PathRule, Policy, PolicyOrigin};
use rolewright::semantics::acl::{Acl, Operation, Request};
use rolewright::semantics::dialect::Dialect;
use rolewright::semantics::template::Identity;
use rolewright::syntax::{SourceId, Span, Spanned};

fn main() {
    divan::main();
}

/// Kinds of rules, and a path on which one of them decides.
#[derive(Debug, Clone, Copy)]
enum Rules {
    Exact,
    Prefixes,
    NestedPrefixes,
    Segments,
    Mixed,
}

const KINDS: [Rules; 5] =
    [Rules::Exact, Rules::Prefixes, Rules::NestedPrefixes, Rules::Segments, Rules::Mixed];

#[divan::bench(args = KINDS)]
fn read(bencher: Bencher<'_, '_>, rules: Rules) {
    let policies = policies(rules);
    let acl = compile(&policies);
    let request = Request::new(Operation::Read, "secret/data/team-517/app/config");
    bencher.bench_local(|| acl.verdict(black_box(&request)));
}

#[divan::bench(args = KINDS)]
fn list(bencher: Bencher<'_, '_>, rules: Rules) {
    let policies = policies(rules);
    let acl = compile(&policies);
    let request = Request::new(Operation::List, "secret/data/team-517/app/");
    bencher.bench_local(|| acl.verdict(black_box(&request)));
}

#[divan::bench(args = KINDS)]
fn compiling(bencher: Bencher<'_, '_>, rules: Rules) {
    let policies = policies(rules);
    bencher.bench_local(|| compile(black_box(&policies)));
}

fn compile(policies: &[Policy]) -> Acl<'_> {
    let attached: Vec<&Policy> = policies.iter().collect();
    Acl::compile(&attached, &Identity::default(), Dialect::VaultCurrent).expect("the policies compile")
}

/// Ten policies with a hundred rules each.
fn policies(rules: Rules) -> Vec<Policy> {
    let label = |at: usize| match rules {
        Rules::Exact => format!("secret/data/team-{at}/app/config"),
        Rules::Prefixes => format!("secret/data/team-{at}/*"),
        Rules::NestedPrefixes => format!("secret/data/team-517/app/{}*", "config".repeat(at)),
        Rules::Segments => format!("+/data/team-{at}/+/config"),
        Rules::Mixed => match at % 4 {
            0 => format!("secret/data/team-{at}/app/config"),
            1 => format!("secret/data/team-{at}/*"),
            2 => format!("secret/+/team-{at}/+/c*"),
            _ => format!("+/data/team-{at}/app/*"),
        },
    };
    (0..10)
        .map(|policy| self::policy(&format!("p{policy}"), (0..100).map(|at| label(policy * 100 + at))))
        .collect()
}

fn policy(name: &str, labels: impl Iterator<Item = String>) -> Policy {
    let span = Span::new(SourceId(0), 0..0);
    let spanned = |text: &str| Spanned::new(text.to_owned(), span);
    let rules = labels.map(|label| {
        let mut rule = PathRule::new(spanned(&label), span);
        rule.capabilities = ["read", "list"].map(spanned).to_vec();
        rule
    });
    Policy {
        name: spanned(name),
        span,
        origin: PolicyOrigin::HclFile,
        text: None,
        path_rules: rules.collect(),
        refusals: Vec::new(),
        ignored: Vec::new(),
    }
}
