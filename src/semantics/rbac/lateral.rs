//! From one service account to another: who can become the service accounts of a namespace, and where that leads.
//!
//! Whoever runs pods in a namespace, mints tokens there, or runs commands in its pods, holds what any service account of it
//! holds.

use std::collections::{HashMap, HashSet, VecDeque};

use super::builtin;
use super::powers::{self, Power, Weight};
use super::subjects::service_account;
use crate::model::kube::binding::{Binding, Subject};
use crate::model::kube::rbac::{RbacRole, RbacRoleKind, RbacRule};
use crate::model::project::Project;
use crate::semantics::survey::Survey;
use crate::syntax::Span;

/// A service account: namespace and name.
pub type Account<'a> = (&'a str, &'a str);

/// How somebody becomes another service account; the most direct ways come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// By tokens that are made for it.
    MintTokens,
    /// By requests in its name.
    Impersonate,
    /// In pods that run as it.
    RunPods,
    /// In pods that run as it already.
    Exec,
    /// At the terminal of such a pod.
    Attach,
    /// In containers that are added to such a pod.
    AddContainers,
    /// By other images in such a pod.
    ChangeImages,
    /// Through the nodes that such pods run on.
    Kubelets,
}

impl Way {
    /// An infinitive without `to`.
    pub fn words(self) -> &'static str {
        match self {
            Way::MintTokens => "mint tokens",
            Way::Impersonate => "impersonate service accounts",
            Way::RunPods => "run pods",
            Way::Exec => "run commands in pods",
            Way::Attach => "attach to the containers of pods",
            Way::AddContainers => "add containers to running pods",
            Way::ChangeImages => "change the images of running pods",
            Way::Kubelets => "run commands in every pod through the kubelets",
        }
    }
}

/// The powers that are such a way to every service account of a place, the most direct first.
pub const WAYS: [(&Power, Way); 4] = [
    (&powers::TOKEN_REQUEST, Way::MintTokens),
    (&powers::IMPERSONATE, Way::Impersonate),
    (&powers::POD_CREATION, Way::RunPods),
    (&powers::POD_EXEC, Way::Exec),
];

/// How the subjects of a RoleBinding can become any service account of its namespace, if they can.
pub fn way(survey: &Survey<'_>, binding: &Binding) -> Option<Way> {
    let is_built_in = binding.role_ref.role_kind() == Some(RbacRoleKind::ClusterRole)
        && matches!(binding.role_ref.name.as_str(), "cluster-admin" | "admin" | "edit");
    if is_built_in {
        return Some(Way::RunPods);
    }
    let roles = survey.referents(binding);
    let gives = |power: &Power| roles.iter().any(|role| held(survey, role, true, |it| it == power).is_some());
    WAYS.iter().find(|(power, _)| gives(power)).map(|(_, way)| *way)
}

/// What a ClusterRoleBinding gives that comes to the administration of the cluster, if anything: an infinitive.
pub fn takes_over(survey: &Survey<'_>, binding: &Binding) -> Option<&'static str> {
    if !binding.cluster_wide {
        return None;
    }
    if binding.role_ref.name.value == "cluster-admin" {
        return Some("do anything");
    }
    let roles = survey.referents(binding);
    let critical = |power: &Power| power.weight == Weight::Critical;
    roles.iter().find_map(|role| held(survey, role, false, critical)).map(|power| power.does)
}

/// The first power of that sort that the role gives on objects of any name: spelled out, or by wildcards.
fn held(
    survey: &Survey<'_>,
    role: &RbacRole,
    in_namespaces: bool,
    wanted: impl Fn(&Power) -> bool,
) -> Option<&'static Power> {
    let spelled_out = survey.grants().of_role(role).filter(|grant| !grant.is_named).map(|grant| grant.power);
    let has_star = |rule: &&RbacRule| rule.verbs.iter().chain(&rule.resources).any(|word| word.value == "*");
    let by_wildcard =
        || role.rules.iter().filter(has_star).flat_map(|rule| powers::of_rule(rule, in_namespaces));
    spelled_out.into_iter().find(|power| wanted(power)).or_else(|| by_wildcard().find(|power| wanted(power)))
}

/// True if the two places belong together: in directories of which one holds the other, or that lie side by side.
///
/// One run may read many clusters, and namespaces of one name in all of them.
pub fn belong_together(project: &Project, one: Span, other: Span) -> bool {
    let parts = |span: Span| {
        let directory = project.sources.directory(span.source);
        directory.split('/').filter(|part| !part.is_empty())
    };
    let shared = parts(one).zip(parts(other)).take_while(|(left, right)| left == right).count();
    one.source == other.source || shared + 1 >= parts(one).count().max(parts(other).count())
}

/// A way from a binding to the administration of the cluster.
#[derive(Debug)]
pub struct Path<'a> {
    /// The service accounts on the way, at least one, with the bindings that give what leads on from each.
    pub hops: Vec<(Account<'a>, &'a Binding)>,
    /// What the last one may do in the whole cluster.
    pub does: &'static str,
    /// Other service accounts of the first namespace lead there as well.
    pub has_alternative: bool,
}

/// The service accounts of a project, by what leads on from them.
#[derive(Debug)]
pub struct Lateral<'a> {
    project: &'a Project,
    /// What bindings give in the whole cluster that comes to its administration.
    administrators: HashMap<Account<'a>, Vec<(&'a Binding, &'static str)>>,
    /// Bindings that let a service account become others of a namespace.
    onward: HashMap<Account<'a>, Vec<&'a Binding>>,
    by_namespace: HashMap<&'a str, Vec<Account<'a>>>,
}

/// How many service accounts a way may have.
const LONGEST: usize = 5;

impl<'a> Lateral<'a> {
    /// Of the bindings of `project` that are written for service accounts of known namespaces.
    pub fn new(project: &'a Project, survey: &Survey<'a>) -> Lateral<'a> {
        let mut lateral = Lateral {
            project,
            administrators: HashMap::new(),
            onward: HashMap::new(),
            by_namespace: HashMap::new(),
        };
        let bindings = || project.bindings.iter().filter(|binding| !builtin::is_own_binding(binding));
        // Without anybody who could take the cluster over, no way leads there.
        if !bindings()
            .any(|binding| takes_over(survey, binding).is_some() && accounts(binding).next().is_some())
        {
            return lateral;
        }
        for binding in bindings() {
            let accounts: Vec<Account<'a>> = accounts(binding).collect();
            if accounts.is_empty() {
                continue;
            }
            let does = takes_over(survey, binding);
            let leads_on = !binding.cluster_wide && way(survey, binding).is_some();
            for account in accounts {
                if let Some(does) = does {
                    lateral.administrators.entry(account).or_default().push((binding, does));
                } else if leads_on {
                    lateral.onward.entry(account).or_default().push(binding);
                } else {
                    continue;
                }
                let known = lateral.by_namespace.entry(account.0).or_default();
                if !known.contains(&account) {
                    known.push(account);
                }
            }
        }
        lateral
    }

    /// True if no service account leads on to anything.
    pub fn is_empty(&self) -> bool {
        self.administrators.is_empty()
    }

    /// What the service account holds in the whole cluster, as far as that belongs to the binding.
    fn administrator(&self, account: Account<'a>, binding: &Binding) -> Option<(&'a Binding, &'static str)> {
        let held = self.administrators.get(&account)?;
        held.iter().copied().find(|(by, _)| self.is_near(by, binding))
    }

    fn is_near(&self, one: &Binding, other: &Binding) -> bool {
        belong_together(self.project, one.meta.span, other.meta.span)
    }

    /// The shortest way from a subject that can become any service account of the namespace of `binding`.
    pub fn path(&self, binding: &'a Binding, subject: &'a Subject) -> Option<Path<'a>> {
        let start = binding.meta.namespace_name()?;
        let own = service_account(binding, subject);
        let mut seen: HashSet<Account<'a>> = own.into_iter().collect();
        let mut queue: VecDeque<Vec<(Account<'a>, &'a Binding)>> = VecDeque::new();
        let reach = |namespace: &str| self.by_namespace.get(namespace).into_iter().flatten().copied();
        let mut next: Vec<(Account<'a>, Vec<(Account<'a>, &'a Binding)>)> =
            reach(start).map(|account| (account, Vec::new())).collect();
        loop {
            for (account, before) in next.drain(..) {
                if !seen.insert(account) {
                    continue;
                }
                if let Some((by, does)) = self.administrator(account, binding) {
                    let mut hops = before;
                    hops.push((account, by));
                    let leads =
                        |it: &Account<'a>| Some(*it) != own && self.administrator(*it, binding).is_some();
                    let others = reach(start).filter(leads);
                    let has_alternative = hops.len() == 1 && others.count() > 1;
                    return Some(Path { hops, does, has_alternative });
                }
                if before.len() + 1 < LONGEST {
                    let onward = self.onward.get(&account).into_iter().flatten();
                    let onward = onward.filter(|by| self.is_near(by, binding));
                    queue.extend(onward.map(|by| {
                        let mut hops = before.clone();
                        hops.push((account, *by));
                        hops
                    }));
                }
            }
            let hops = queue.pop_front()?;
            let namespace = hops.last().and_then(|(_, by)| by.meta.namespace_name());
            next.extend(namespace.into_iter().flat_map(reach).map(|account| (account, hops.clone())));
        }
    }
}

/// The service accounts that a binding is for, where their namespace is written.
pub fn accounts(binding: &Binding) -> impl Iterator<Item = Account<'_>> {
    let accounts = binding.subjects.iter().filter_map(|subject| service_account(binding, subject));
    accounts.filter(|(namespace, _)| !namespace.is_empty())
}
