//! What the rules of a role come to that leads on to somebody else.

use crate::model::kube::rbac::RbacRule;
use crate::semantics::rbac::{Request, allows, lateral, powers};
use crate::syntax::Span;

/// Something that a rule lets its holder do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Right {
    pub(super) kind: Kind,
    pub(super) names: Names,
    /// The rule.
    pub(super) place: Span,
}

/// On which objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Names {
    Any,
    Listed(Vec<String>),
}

/// The two kinds of role, in what is done to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum RoleSort {
    Roles,
    ClusterRoles,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    /// Everything, in so many words.
    Everything,
    /// Be any service account, or with names, those: an infinitive.
    Become(&'static str),
    /// Be the service accounts of pods of these names: an infinitive.
    BecomeOfPods(&'static str),
    ImpersonateUsers,
    ImpersonateGroups,
    /// `escalate`.
    Escalate(RoleSort),
    /// `update` or `patch`.
    ChangeRoles(RoleSort),
    /// `bind`.
    Bind(RoleSort),
    /// `create`, or `update` and `patch` of any: RoleBindings, or ClusterRoleBindings.
    WriteBindings {
        cluster_wide: bool,
    },
    ReadSecrets,
    CreateSecrets,
}

impl Kind {
    /// True if it comes to something only beside others.
    pub(super) fn is_half(self) -> bool {
        !matches!(self, Kind::Everything | Kind::Become(_) | Kind::BecomeOfPods(_))
    }

    /// True for what the secrets engine of Kubernetes lets others do with the rights of its own account, if that can do
    /// no more than make tokens.
    pub(super) fn is_of_tokens(self) -> bool {
        matches!(self, Kind::Everything | Kind::Become(TOKENS))
    }
}

const TOKENS: &str = "mint tokens";

const RBAC: &str = "rbac.authorization.k8s.io";

/// The rights that some rules give, where a binding of the whole cluster gives them or one of a namespace.
pub(super) fn of_rules<'r>(rules: impl IntoIterator<Item = &'r RbacRule>, cluster_wide: bool) -> Vec<Right> {
    let mut found = Vec::new();
    for rule in rules {
        of_rule(rule, cluster_wide, &mut found);
    }
    // The most direct way first.
    let rank = |kind: Kind| match kind {
        Kind::Become(words) | Kind::BecomeOfPods(words) => {
            ways().position(|(_, of_way)| of_way == words).unwrap_or(usize::MAX)
        }
        _ => 0,
    };
    found.sort_by_key(|right| rank(right.kind));
    found
}

/// Ways to become another service account, the most direct first.
fn ways() -> impl Iterator<Item = (&'static powers::Power, &'static str)> {
    lateral::WAYS.iter().copied().chain(MORE_WAYS)
}

fn of_rule(rule: &RbacRule, cluster_wide: bool, found: &mut Vec<Right>) {
    let names = match rule.resource_names.as_slice() {
        [] => Names::Any,
        names => Names::Listed(names.iter().map(|name| name.value.clone()).collect()),
    };
    let mut add = |kind: Kind, names: &Names| {
        found.push(Right { kind, names: names.clone(), place: rule.span });
    };
    let has_star = |list: &[crate::syntax::Spanned<String>]| list.iter().any(|word| word.value == "*");
    if has_star(&rule.verbs) && has_star(&rule.api_groups) && has_star(&rule.resources) && names == Names::Any
    {
        add(Kind::Everything, &names);
        return;
    }
    let in_namespaces = !cluster_wide;
    for (power, words) in ways().filter(|(power, _)| **power != powers::IMPERSONATE) {
        match names {
            Names::Any => {
                if powers::given_by(rule, power, in_namespaces).is_some() {
                    add(Kind::Become(words), &names);
                }
            }
            Names::Listed(_) if powers::given_on_named(rule, power, in_namespaces).is_none() => {}
            Names::Listed(_) if *power == powers::TOKEN_REQUEST => add(Kind::Become(words), &names),
            // Whoever changes what makes pods changes as whom they run.
            Names::Listed(_) if *power == powers::POD_CREATION => add(Kind::Become(words), &Names::Any),
            Names::Listed(_) => add(Kind::BecomeOfPods(words), &names),
        }
    }
    if cluster_wide && powers::given_by(rule, &powers::NODES_PROXY, false).is_some() {
        add(Kind::Become("run commands in every pod through the kubelets"), &names);
    }
    let named = rule.resource_names.first().map(|name| name.as_str());
    let may = |verbs: &[&str], group: &str, resource: &str| {
        verbs.iter().any(|verb| {
            let name = named.filter(|_| *verb != "create");
            allows(rule, &Request { verb, group, resource, name }).is_some()
        })
    };
    if may(&["impersonate"], "", "serviceaccounts") {
        add(Kind::Become(IMPERSONATE), &names);
    }
    if cluster_wide && may(&["impersonate"], "", "users") {
        add(Kind::ImpersonateUsers, &names);
    }
    if cluster_wide && may(&["impersonate"], "", "groups") {
        add(Kind::ImpersonateGroups, &names);
    }
    for (sort, resource) in [(RoleSort::Roles, "roles"), (RoleSort::ClusterRoles, "clusterroles")] {
        if may(&["escalate"], RBAC, resource) {
            add(Kind::Escalate(sort), &names);
        }
        if may(&["update", "patch"], RBAC, resource) {
            add(Kind::ChangeRoles(sort), &names);
        }
        if may(&["bind"], RBAC, resource) {
            add(Kind::Bind(sort), &names);
        }
    }
    for (is_cluster_wide, resource) in [(true, "clusterrolebindings"), (false, "rolebindings")] {
        if (cluster_wide || !is_cluster_wide) && may(&["create", "update", "patch"], RBAC, resource) {
            add(Kind::WriteBindings { cluster_wide: is_cluster_wide }, &names);
        }
    }
    if may(&["get", "list", "watch"], "", "secrets") {
        add(Kind::ReadSecrets, &names);
    }
    if names == Names::Any && may(&["create"], "", "secrets") {
        add(Kind::CreateSecrets, &names);
    }
}

/// How service accounts are impersonated, in words.
pub(super) const IMPERSONATE: &str = "impersonate service accounts";

/// Ways to the service accounts of pods that run, beside those of [`lateral::WAYS`].
const MORE_WAYS: [(&powers::Power, &str); 2] = [
    (&powers::EPHEMERAL_CONTAINERS, "add containers to running pods"),
    (&powers::POD_UPDATE, "change the images of running pods"),
];
