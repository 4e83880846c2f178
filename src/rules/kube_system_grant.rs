//! # What it finds
//! A RoleBinding in `kube-system` that lets somebody else than the system change things there.
//!
//! # Why it matters
//! What runs in `kube-system` mostly may do everything in the cluster: whoever can change its pods, Secrets or ConfigMaps
//! can come to hold the same.
//!
//! # How to fix it
//! Name the objects in `resourceNames`, or keep the workload and its objects in a namespace of their own.
//!
//! # Limits
//! Rights that lead to others, such as to read Secrets, are reported of the role instead. Service accounts of `kube-system` itself, roles that only look, and those for leader elections are not reported; nor are
//! rules that name their objects. The role must be among the inputs or be `admin` or `edit`.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::binding::Binding;
use crate::model::kube::rbac::RbacRule;
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::reach::subject_words;
use crate::semantics::rbac::subjects::{Gift, gift, is_of_the_system};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "kube-system-grant",
    summary: "a binding that lets others change things in `kube-system`",
    category: Category::Security,
    check: Check::Binding(check),
    fixable: false,
    source: include_str!("kube_system_grant.rs"),
};

fn check(binding: &Binding, cx: &mut Context<'_>) {
    if binding.cluster_wide || binding.meta.namespace_name() != Some("kube-system") {
        return;
    }
    if binding.role_ref.name.value == "cluster-admin" || builtin::is_own_binding(binding) {
        return;
    }
    let Some(subject) = binding.subjects.iter().find(|it| !is_of_the_system(binding, it)) else { return };
    if gift(cx.survey, binding) != Gift::Acts {
        return;
    }
    let roles = cx.survey.referents(binding);
    // What its rights lead to is reported of the role, in this namespace as loud as in the whole cluster.
    if roles.iter().any(|role| cx.survey.grants().of_role(role).next().is_some()) {
        return;
    }
    if !roles.is_empty() && roles.iter().flat_map(|role| &role.rules).all(is_narrow) {
        return;
    }
    let message = format!(
        "{} may change or read what the control plane keeps in `kube-system`, by {} `{}`",
        subject_words(binding, subject),
        binding.role_ref.kind,
        binding.role_ref.name
    );
    cx.report(binding.role_ref.name.span, message)
        .label(subject.span, "to whom")
        .help("name the objects in `resourceNames`, or keep them in a namespace of their own");
}

/// True if it names its objects, only looks, or is for leader elections.
fn is_narrow(rule: &RbacRule) -> bool {
    let looks = rule.verbs.iter().all(|verb| matches!(verb.as_str(), "get" | "list" | "watch"));
    let secrets = rule.resources.iter().any(|resource| matches!(resource.as_str(), "*" | "secrets"));
    let elects = rule
        .resources
        .iter()
        .all(|it| matches!(it.as_str(), "leases" | "events" | "endpoints" | "configmaps"));
    let only_creates = rule.verbs.iter().all(|verb| verb.value == "create");
    !rule.resource_names.is_empty()
        || (looks && !secrets)
        || (elects && only_creates)
        || (elects && !rule.resources.iter().any(|it| it.value == "configmaps"))
}
