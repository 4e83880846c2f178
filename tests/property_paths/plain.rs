//! A plain fixpoint: it does whatever the evaluators let through, and asks again.

use std::collections::{BTreeMap, BTreeSet};

use rolewright::semantics::acl::{Operation, Verdict};
use rolewright::semantics::authorizer::{Query, User};
use rolewright::semantics::rbac::Request;
use rolewright::semantics::reach::kubernetes::Answer;
use rolewright::semantics::reach::{Access, Subject, Token};

use crate::plan::{ALL_NAMES, Account, NAMES, NAMESPACES, Plan, RBAC, ROLES, Writes};

/// What somebody can come to.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Reach {
    accounts: BTreeSet<Account>,
    writes: Writes,
    /// Policies that can be written, and those that are held.
    written: BTreeSet<String>,
    held: BTreeSet<String>,
    pub vault: bool,
    pub cluster: bool,
}

impl Reach {
    fn add(&mut self, other: &Reach) {
        self.accounts.extend(&other.accounts);
        self.writes.cluster_roles.extend(other.writes.cluster_roles.iter().cloned());
        self.writes.roles.extend(other.writes.roles.iter().cloned());
        self.writes.bindings.extend(other.writes.bindings.iter().cloned());
        self.written.extend(other.written.iter().cloned());
        self.held.extend(other.held.iter().cloned());
        self.vault |= other.vault;
        self.cluster |= other.cluster;
    }
}

/// What each service account comes to by itself, in the clusters that were looked at.
pub type Known = BTreeMap<Writes, BTreeMap<Account, Reach>>;

/// Does whatever the evaluators let through, and asks again in the cluster that comes of it, until nothing new does.
pub fn plainly(plan: &Plan, access: &Access<'_>, source: Account, known: &mut Known) -> Reach {
    let mut reach = Reach { accounts: BTreeSet::from([source]), ..Reach::default() };
    loop {
        let before = reach.clone();
        let known = known.entry(reach.writes.clone()).or_default();
        let open: Vec<Account> =
            reach.accounts.iter().copied().filter(|account| !known.contains_key(account)).collect();
        if !open.is_empty() {
            let project = plan.project(&reach.writes);
            let now = Access::new(&project);
            for account in open {
                let mut own = Reach::default();
                cluster(plan, &now, account, &mut own);
                vault(plan, access, account, &mut own);
                known.insert(account, own);
            }
        }
        for account in &before.accounts {
            reach.add(&known[account]);
        }
        reach.vault |= reach.written.iter().any(|policy| reach.held.contains(policy));
        if reach.vault {
            reach
                .accounts
                .extend(plan.engine.iter().map(|(namespace, name)| (NAMESPACES[*namespace], NAMES[*name])));
        }
        if reach.cluster {
            reach
                .accounts
                .extend(NAMESPACES.iter().flat_map(|namespace| NAMES.iter().map(|name| (*namespace, *name))));
        }
        if reach == before || (reach.vault && reach.cluster) {
            return reach;
        }
    }
}

fn cluster(plan: &Plan, access: &Access<'_>, (namespace, name): Account, reach: &mut Reach) {
    let user = User::service_account(namespace, name);
    let may = |verb: &str, group: &str, resource: &str, name: Option<&str>, namespace: Option<&str>| {
        let request = Request { verb, group, resource, name };
        matches!(access.kubernetes(&user, &Query::Resource { request, namespace }), Answer::Allowed(_))
    };
    let users = may("impersonate", "", "users", Some("anybody"), None);
    let some_user = users || may("impersonate", "", "users", Some("somebody"), None);
    let any_account = NAMESPACES.iter().any(|place| {
        ALL_NAMES.iter().any(|name| may("impersonate", "", "serviceaccounts", Some(name), Some(place)))
    });
    let masters =
        may("impersonate", "", "groups", Some("system:masters"), None) && (some_user || any_account);
    reach.cluster |= users || masters || may("anything", "any.group", "things", None, None);
    // Rules are put into roles.
    let changes = |resource: &str, name: &str, place: Option<&str>| {
        may("update", RBAC, resource, Some(name), place) || may("patch", RBAC, resource, Some(name), place)
    };
    let writes = |resource: &str, name: &str, place: Option<&str>, is_there: bool| {
        let create = |name: Option<&str>| may("create", RBAC, resource, name, place);
        let escalate = |name: Option<&str>| may("escalate", RBAC, resource, name, place);
        let delete = || !is_there || may("delete", RBAC, resource, Some(name), place);
        let changes = changes(resource, name, place);
        (escalate(Some(name)) && changes && (is_there || create(Some(name))))
            || (escalate(None) && create(None) && delete())
    };
    // Roles that nobody is bound to matter by their labels alone, and of these one is as good as another.
    let bound = plan.bindings.iter().map(|it| it.0).chain(plan.crowds.iter().map(|it| it.0));
    let bound: BTreeSet<&str> = bound.map(|role| ROLES[role].0).chain(["look"]).collect();
    for role in bound.into_iter().filter(|role| !matches!(*role, "view" | "mine")) {
        if writes("clusterroles", role, None, true) {
            reach.writes.cluster_roles.insert(role.to_owned());
        }
    }
    if writes("clusterroles", "new", None, false) {
        reach.writes.cluster_roles.insert("new".to_owned());
    }
    for place in NAMESPACES {
        if writes("roles", "mine", Some(place), true) {
            reach.writes.roles.insert((place, "mine".to_owned()));
        }
    }
    // Roles are bound to whoever asks, by names that no binding has.
    for place in NAMESPACES.iter().copied().map(Some).chain([None]) {
        let bindings = if place.is_some() { "rolebindings" } else { "clusterrolebindings" };
        let create = |name: Option<&str>| may("create", RBAC, bindings, name, place);
        if !(create(None) || (create(Some("fresh")) && changes(bindings, "fresh", place))) {
            continue;
        }
        let may_bind = |resource: &str, role: &str| may("bind", RBAC, resource, Some(role), place);
        let roles = ROLES.iter().map(|(role, ..)| *role).filter(|role| *role != "mine");
        for role in roles.chain(["cluster-admin"]).filter(|role| may_bind("clusterroles", role)) {
            reach.writes.bindings.insert(("ClusterRole", role.to_owned(), place, (namespace, name)));
        }
        if place.is_some() && may_bind("roles", "mine") {
            reach.writes.bindings.insert(("Role", "mine".to_owned(), place, (namespace, name)));
        }
    }
    for place in NAMESPACES {
        let whole = may("create", "", "pods", None, Some(place))
            || (may("create", "", "pods", Some("p"), Some(place))
                && may("patch", "", "pods", Some("p"), Some(place)))
            || may("patch", "batch", "jobs", Some("any"), Some(place))
            || may("get", "", "pods/exec", Some("any"), Some(place))
            || may("anything", "any.group", "things", None, Some(place))
            || (may("create", "", "secrets", None, Some(place))
                && may("get", "", "secrets", Some("any"), Some(place)));
        if whole {
            reach.accounts.extend(ALL_NAMES.iter().map(|name| (place, *name)));
            reach.cluster |= place == "kube-system";
        }
        for name in ALL_NAMES {
            if may("create", "", "serviceaccounts/token", Some(name), Some(place))
                || may("impersonate", "", "serviceaccounts", Some(name), Some(place))
            {
                reach.accounts.insert((place, name));
            }
        }
    }
}

fn vault(plan: &Plan, access: &Access<'_>, (namespace, name): Account, reach: &mut Reach) {
    let subject: Subject = format!("{namespace}/{name}").parse().unwrap();
    // Without any auth role there is no way to a token.
    let holders = access.holders(&subject).unwrap_or_default();
    for holder in holders.iter().filter(|holder| holder.gets_token()) {
        let token = holder.token();
        let may = |operation: Operation, path: &str| {
            token.verdict(&token.request(operation, path)) == Verdict::Allowed
        };
        reach.held.extend(holder.held.iter().map(|held| held.name.clone()));
        for policy in ["p0", "p1", "p2", "default"] {
            let paths = [format!("sys/policies/acl/{policy}"), format!("sys/policy/{policy}")];
            if paths.iter().any(|path| may(Operation::Update, path)) || may(Operation::Patch, &paths[0]) {
                reach.written.insert(policy.to_owned());
            }
        }
        for path in ["auth/kubernetes/role/x", "auth/kubernetes/role/p1", "auth/x/users/y", "auth/x/config"] {
            reach.vault |= may(Operation::Create, path) || may(Operation::Update, path);
        }
        for path in
            ["sys/auth/x", "identity/entity", "identity/entity/id/p1", "sys/generate-root-token/attempt"]
        {
            reach.vault |= may(Operation::Update, path);
        }
        for operation in [Operation::Create, Operation::Read, Operation::Update] {
            reach.vault |= may(operation, "sys/raw/x");
        }
        reach.vault |= may(Operation::Create, "sys/plugins/catalog/auth/x");
        for path in ["auth/token/create", "auth/token/create-orphan"] {
            reach.vault |= may(Operation::Update, path) && has_sudo(&token, path);
        }
        for role in ["x", "p1"] {
            let path = format!("auth/token/roles/{role}");
            reach.vault |= (may(Operation::Update, &path) || may(Operation::Create, &path))
                && may(Operation::Update, &format!("auth/token/create/{role}"));
        }
        for (at, (namespace, name)) in plan.engine.iter().enumerate() {
            if may(Operation::Update, &format!("k8s/creds/e{at}")) {
                reach.accounts.insert((NAMESPACES[*namespace], NAMES[*name]));
            }
        }
    }
}

pub fn has_sudo(token: &Token<'_>, path: &str) -> bool {
    let mut acls = token.acls().iter().filter_map(|(_, acl)| acl.as_ref().ok());
    acls.all(|acl| acl.capabilities("", path).contains(&"sudo"))
}
