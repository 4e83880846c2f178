//! What the rules of a role come to that leads on to somebody else.

use crate::model::kube::rbac::{RbacRoleKind, RbacRule};
use crate::semantics::rbac::lateral::{self, Way};
use crate::semantics::rbac::{Request, allows, powers};
use crate::syntax::Span;

/// Something that a rule lets its holder do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Right {
    pub(super) kind: Kind,
    pub(super) names: Names,
    pub(super) ask: Ask,
    /// The rule.
    pub(super) place: Span,
}

/// On which objects.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Names {
    Any,
    Listed(Vec<String>),
}

impl Names {
    /// True if a request without a name is among them.
    pub(super) fn takes_none(&self) -> bool {
        match self {
            Names::Any => true,
            Names::Listed(names) => names.iter().any(String::is_empty),
        }
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        match self {
            Names::Any => true,
            Names::Listed(names) => names.iter().any(|listed| listed == name),
        }
    }

    /// True if each of the others is among them.
    pub(super) fn covers(&self, other: &Names) -> bool {
        match (self, other) {
            (Names::Any, _) => true,
            (Names::Listed(_), Names::Any) => false,
            (Names::Listed(_), Names::Listed(names)) => names.iter().all(|name| self.contains(name)),
        }
    }

    /// What both take in; nothing if that is no name at all.
    pub(super) fn and(&self, other: &Names) -> Option<Names> {
        match (self, other) {
            (Names::Any, Names::Any) => Some(Names::Any),
            (Names::Any, Names::Listed(names)) | (Names::Listed(names), _) => {
                let is_common =
                    |name: &&String| !name.is_empty() && self.contains(name) && other.contains(name);
                let both: Vec<String> = names.iter().filter(is_common).cloned().collect();
                (!both.is_empty()).then_some(Names::Listed(both))
            }
        }
    }
}

/// A request that a rule allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) verb: &'static str,
    pub(super) group: &'static str,
    pub(super) resource: &'static str,
    pub(super) name: Option<String>,
}

/// What is created and changed on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Object {
    Role(RbacRoleKind),
    RoleBinding,
    ClusterRoleBinding,
    Secret,
    Pod,
}

impl Object {
    const ALL: [Object; 6] = [
        Object::Role(RbacRoleKind::Role),
        Object::Role(RbacRoleKind::ClusterRole),
        Object::RoleBinding,
        Object::ClusterRoleBinding,
        Object::Secret,
        Object::Pod,
    ];

    fn group_and_resource(self) -> (&'static str, &'static str) {
        match self {
            Object::Role(RbacRoleKind::Role) => (RBAC, "roles"),
            Object::Role(RbacRoleKind::ClusterRole) => (RBAC, "clusterroles"),
            Object::RoleBinding => (RBAC, "rolebindings"),
            Object::ClusterRoleBinding => (RBAC, "clusterrolebindings"),
            Object::Secret => ("", "secrets"),
            Object::Pod => ("", "pods"),
        }
    }

    /// How an object that is not there comes into being under a name: both verbs are asked with it. Objects of RBAC are
    /// put there, others only applied.
    fn changes(self) -> &'static [&'static str] {
        match self {
            Object::Secret | Object::Pod => &["patch"],
            _ => &["update", "patch"],
        }
    }

    fn is_of_cluster(self) -> bool {
        matches!(self, Object::Role(RbacRoleKind::ClusterRole) | Object::ClusterRoleBinding)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    /// Everything, in so many words.
    Everything,
    /// Be any service account, or with names, those.
    Become(Way),
    /// Be the service accounts of pods of these names.
    BecomeOfPods(Way),
    ImpersonateUsers,
    ImpersonateGroups,
    /// `escalate`.
    Escalate(RbacRoleKind),
    /// `bind`.
    Bind(RbacRoleKind),
    /// `create`.
    Create(Object),
    /// `update` or `patch`.
    Change(Object),
    /// `delete`.
    Delete(RbacRoleKind),
    ReadSecrets,
    /// It may lead on to somebody, and no input tells to whom: what is not known.
    Unknown(&'static str),
}

impl Kind {
    /// True if it comes to something beside others.
    pub(super) fn is_half(self) -> bool {
        match self {
            Kind::Become(way) => way == Way::Impersonate,
            Kind::BecomeOfPods(_) | Kind::Unknown(_) => false,
            _ => true,
        }
    }

    /// True for what the secrets engine of Kubernetes lets others do with the rights of its own account, if that can do
    /// no more than make tokens.
    pub(super) fn is_of_tokens(self) -> bool {
        matches!(self, Kind::Everything | Kind::Become(Way::MintTokens))
    }
}

const RBAC: &str = "rbac.authorization.k8s.io";

/// The rights that some rules give, where a binding of the whole cluster gives them or one of a namespace.
pub(super) fn of_rules<'r>(rules: impl IntoIterator<Item = &'r RbacRule>, cluster_wide: bool) -> Vec<Right> {
    let mut found = Vec::new();
    for rule in rules {
        of_rule(rule, cluster_wide, &mut found);
    }
    // The most direct way first, with all that is none.
    let rank = |kind: Kind| match kind {
        Kind::Become(way) | Kind::BecomeOfPods(way) => way,
        _ => Way::MintTokens,
    };
    found.sort_by_key(|right| rank(right.kind));
    found
}

/// Powers that are ways to become another service account, the most direct first.
fn ways() -> impl Iterator<Item = (&'static powers::Power, Way)> {
    lateral::WAYS.iter().copied().chain(MORE_WAYS)
}

fn of_rule(rule: &RbacRule, cluster_wide: bool, found: &mut Vec<Right>) {
    let names = match rule.resource_names.as_slice() {
        [] => Names::Any,
        names => Names::Listed(names.iter().map(|name| name.value.clone()).collect()),
    };
    let mut add = |kind: Kind, names: &Names, ask: Ask| {
        found.push(Right { kind, names: names.clone(), ask, place: rule.span });
    };
    let has_star = |list: &[crate::syntax::Spanned<String>]| list.iter().any(|word| word.value == "*");
    if has_star(&rule.verbs) && has_star(&rule.api_groups) && has_star(&rule.resources) && names == Names::Any
    {
        add(Kind::Everything, &names, Ask { verb: "*", group: "*", resource: "*", name: None });
        return;
    }
    let of = |request: Request<'static>, name: Option<&str>| Ask {
        verb: request.verb,
        group: request.group,
        resource: request.resource,
        name: name.map(str::to_owned),
    };
    let named = rule.resource_names.iter().find(|name| !name.value.is_empty()).map(|name| name.as_str());
    let in_namespaces = !cluster_wide;
    for (power, way) in ways().filter(|(power, _)| **power != powers::IMPERSONATE) {
        // A rule may list the empty name, which requests carry that create an object.
        let is_free = names == Names::Any || (names.takes_none() && *power == powers::POD_CREATION);
        if let Some(request) = powers::request_of(rule, power, in_namespaces).filter(|_| is_free) {
            add(Kind::Become(way), &Names::Any, of(request, None));
            continue;
        }
        let Some(request) = powers::request_on_named(rule, power, in_namespaces) else { continue };
        let ask = of(request, named);
        if *power == powers::TOKEN_REQUEST {
            add(Kind::Become(way), &names, ask);
        } else if *power == powers::POD_CREATION {
            // Whoever changes what makes pods changes as whom they run.
            add(Kind::Become(way), &Names::Any, ask);
        } else {
            add(Kind::BecomeOfPods(way), &names, ask);
        }
    }
    if cluster_wide && names == Names::Any {
        let request = powers::request_of(rule, &powers::NODES_PROXY, false);
        request.into_iter().for_each(|request| add(Kind::Become(Way::Kubelets), &names, of(request, None)));
    } else if cluster_wide && let Some(name) = named {
        let words = "as which service accounts the pods of the nodes run whose kubelets it reaches";
        let mut verbs = ["create", "get", "update", "patch", "delete"].into_iter();
        let ask = |verb| Request { verb, group: "", resource: "nodes/proxy", name: Some(name) };
        if let Some(verb) = verbs.find(|verb| allows(rule, &ask(verb)).is_some()) {
            let request = Request { verb, group: "", resource: "nodes/proxy", name: None };
            add(Kind::Unknown(words), &names, of(request, Some(name)));
        }
    }
    // A rule that lists names allows the same with each of them.
    let name = named.or(rule.resource_names.first().map(|name| name.as_str()));
    let may = |verbs: &[&'static str], group: &'static str, resource: &'static str| {
        let requests = verbs.iter().map(|verb| Request { verb, group, resource, name: None });
        let mut requests = requests.filter(|request| allows(rule, &Request { name, ..*request }).is_some());
        requests.next().map(|request| of(request, named))
    };
    let mut asks: Vec<(Kind, Option<Ask>)> =
        vec![(Kind::Become(Way::Impersonate), may(&["impersonate"], "", "serviceaccounts"))];
    if cluster_wide {
        asks.push((Kind::ImpersonateUsers, may(&["impersonate"], "", "users")));
        asks.push((Kind::ImpersonateGroups, may(&["impersonate"], "", "groups")));
    }
    for object in Object::ALL.into_iter().filter(|object| cluster_wide || !object.is_of_cluster()) {
        let (group, resource) = object.group_and_resource();
        asks.push((Kind::Create(object), may(&["create"], group, resource)));
        asks.push((Kind::Change(object), may(object.changes(), group, resource)));
        if let Object::Role(sort) = object {
            asks.push((Kind::Delete(sort), may(&["delete"], group, resource)));
        }
    }
    for sort in [RbacRoleKind::Role, RbacRoleKind::ClusterRole] {
        let (group, resource) = Object::Role(sort).group_and_resource();
        if cluster_wide || sort == RbacRoleKind::Role {
            asks.push((Kind::Escalate(sort), may(&["escalate"], group, resource)));
        }
        asks.push((Kind::Bind(sort), may(&["bind"], group, resource)));
    }
    asks.push((Kind::ReadSecrets, may(&["get", "list", "watch"], "", "secrets")));
    for (verb, resource, is_of_cluster) in CONSTRAINED {
        if cluster_wide || !is_of_cluster {
            let words = "what comes of constrained impersonation";
            asks.push((Kind::Unknown(words), may(&[verb], "authentication.k8s.io", resource)));
        }
    }
    for (kind, ask) in asks {
        ask.into_iter().for_each(|ask| add(kind, &names, ask));
    }
}

/// Impersonation that is bound to what is done by it, each with whether its objects belong to no namespace.
///
/// Source: kubernetes `staging/src/k8s.io/apiserver/pkg/endpoints/filters/impersonation`.
const CONSTRAINED: [(&str, &str, bool); 3] = [
    ("impersonate:user-info", "users", true),
    ("impersonate:user-info", "groups", true),
    ("impersonate:serviceaccount", "serviceaccounts", false),
];

/// Ways to the service accounts of pods that run, beside those of [`lateral::WAYS`].
const MORE_WAYS: [(&powers::Power, Way); 3] = [
    (&powers::POD_ATTACH, Way::Attach),
    (&powers::EPHEMERAL_CONTAINERS, Way::AddContainers),
    (&powers::POD_UPDATE, Way::ChangeImages),
];
