//! # What it finds
//! Dynamic credentials that the Agent Injector fetches once only, because `agent-pre-populate-only` leaves no agent behind.
//!
//! # Why it matters
//! Nobody renews the lease: the credentials run out under the running pod.
//!
//! # How to fix it
//! Take `agent-pre-populate-only` away, so that an agent stays beside the container.
//!
//! # Limits
//! Jobs and CronJobs end before the lease does, mostly, and are not reported. Dynamic are paths with `creds` or `issue` behind
//! the mount.

use crate::lint::{Category, Check, Context, Rule};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unrenewed-lease",
    summary: "dynamic credentials that nobody renews",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("unrenewed_lease.rs"),
};

fn check(cx: &mut Context<'_>) {
    for workload in &cx.project.workloads {
        let Some(injector) = workload.injector.as_deref() else { continue };
        let Some(only) = injector.pre_populate_only.as_ref().filter(|it| it.value == "true") else {
            continue;
        };
        if matches!(workload.kind.as_str(), "Job" | "CronJob") {
            continue;
        }
        let mut paths = injector.secrets.iter().filter_map(|secret| secret.path.as_ref());
        let dynamic = paths.find(|path| path.value.split('/').any(|part| matches!(part, "creds" | "issue")));
        if let Some(path) = dynamic {
            cx.report(path.span, format!("nobody renews `{path}`: it runs out under the running pod"))
                .label(only.span, "leaves no agent behind")
                .help("take `agent-pre-populate-only` away");
        }
    }
}
