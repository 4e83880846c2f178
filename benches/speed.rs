//! How long the program takes, start to end, as a user sees it.
#![expect(clippy::expect_used, reason = "a bench that cannot run should say so and stop")]
#![allow(missing_docs)]

mod ground;

use divan::Bencher;

use ground::{CHECK, policies, rbac_manifests, rolewright};

fn main() {
    divan::main();
}

#[divan::bench(sample_count = 100, sample_size = 1)]
fn start_up() {
    rolewright(&["--version"], None).expect("rolewright runs");
}

#[divan::bench(args = [1_000, 10_000], sample_count = 20, sample_size = 1)]
fn check_rbac_manifests(bencher: Bencher<'_, '_>, count: usize) {
    let tree = rbac_manifests(count).expect("a tree of manifests");
    bencher.bench_local(|| rolewright(CHECK, Some(tree.path())).expect("rolewright runs"));
}

#[divan::bench(args = [1_000, 10_000], sample_count = 20, sample_size = 1)]
fn check_policies(bencher: Bencher<'_, '_>, count: usize) {
    let tree = policies(count).expect("a tree of policies");
    bencher.bench_local(|| rolewright(CHECK, Some(tree.path())).expect("rolewright runs"));
}
