//! What several rules ask of the same objects: worked out at the first question, kept for the others.
//!
//! Answers do not depend on who asks first, nor on how many threads ask.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Deref;
use std::sync::OnceLock;

use super::acl::Acl;
use super::authority::{self, Reached};
use super::company::Company;
use super::endpoints::Below;
use super::joined::{self, Joined};
use super::mounts::MountTable;
use super::rbac::grants::{Companion, Grant, Grants};
use super::rbac::powers::Power;
use super::rbac::reach::{Reach, Reaches};
use super::surplus::Surplus;
use super::trace::{Fault, Route, Stage, Stop, Tracer};
use crate::model::kube::binding::Binding;
use crate::model::kube::rbac::RbacRole;
use crate::model::kube::workload::Workload;
use crate::model::project::Project;
use crate::model::vault::policy::{PathRule, Policy};
use crate::syntax::Span;

/// Of how many path rules in all the compiled sets are kept; what lies beyond is compiled anew for each question.
const KEPT_RULES: usize = 200_000;

/// The shared answers about one project.
#[derive(Debug)]
pub struct Survey<'a> {
    project: &'a Project,
    mounts: MountTable<'a>,
    reaches: Reaches<'a>,
    grants: OnceLock<Grants<'a>>,
    /// In the order of the policies.
    acls: Vec<OnceLock<Option<Acl<'a>>>>,
    sets: OnceLock<Vec<Set<'a>>>,
    company: OnceLock<Company<'a>>,
    surplus: OnceLock<Surplus<'a>>,
    routes: OnceLock<Vec<Route>>,
    /// In the order of the policies.
    handed_over: Vec<OnceLock<Vec<Vec<Reached>>>>,
    /// In the order of the policies.
    may_meet: Vec<OnceLock<bool>>,
    /// In the order of the policies and of their rules.
    below: Vec<OnceLock<Vec<OnceLock<Option<Below<'a>>>>>>,
}

/// Policies that meet in one token.
#[derive(Debug)]
pub struct Set<'a> {
    /// Which, and because of which roles.
    pub joined: Joined<'a>,
    acl: OnceLock<Option<Acl<'a>>>,
    is_kept: bool,
}

/// A compiled set of policies.
#[derive(Debug)]
pub enum Compiled<'s, 'a> {
    /// The one that all share.
    Kept(&'s Acl<'a>),
    /// Made for this question.
    Fresh(Box<Acl<'a>>),
}

impl<'a> Survey<'a> {
    /// Nothing is worked out yet but the table of mounts.
    pub fn new(project: &'a Project) -> Survey<'a> {
        Survey {
            project,
            mounts: MountTable::new(project),
            reaches: Reaches::new(project),
            grants: OnceLock::new(),
            acls: project.policies.iter().map(|_| OnceLock::new()).collect(),
            sets: OnceLock::new(),
            company: OnceLock::new(),
            surplus: OnceLock::new(),
            routes: OnceLock::new(),
            handed_over: project.policies.iter().map(|_| OnceLock::new()).collect(),
            may_meet: project.policies.iter().map(|_| OnceLock::new()).collect(),
            below: project.policies.iter().map(|_| OnceLock::new()).collect(),
        }
    }

    /// What is mounted where, as far as the inputs tell.
    pub fn mounts(&self) -> &MountTable<'a> {
        &self.mounts
    }

    /// The rules of a token that holds `policy` alone, as [`joined::acl`] compiles them; `policy` is one of the project.
    ///
    /// `None` if the server would refuse every request.
    pub fn acl(&self, policy: &Policy) -> Option<&Acl<'a>> {
        let at = self.project.policies.element_offset(policy)?;
        let policy = self.project.policies.get(at)?;
        let compile = || joined::acl(&[policy], self.project.settings.target);
        self.acls.get(at)?.get_or_init(compile).as_ref()
    }

    /// What each path rule of `policy`, which is one of the project, hands over: see [`authority::handed_over`].
    pub fn handed_over(&self, policy: &Policy) -> &[Vec<Reached>] {
        let kept = self.project.policies.element_offset(policy).and_then(|at| self.handed_over.get(at));
        let compute = || authority::handed_over(policy, |rule| self.below(policy, rule).map(Cow::Borrowed));
        kept.map(|kept| kept.get_or_init(compute).as_slice()).unwrap_or_default()
    }

    /// False if it is plain that no two rules of `policy` meet, see [`joined::may_meet`].
    pub fn may_meet(&self, policy: &Policy) -> bool {
        let kept = self.project.policies.element_offset(policy).and_then(|at| self.may_meet.get(at));
        kept.is_none_or(|kept| *kept.get_or_init(|| joined::may_meet(policy)))
    }

    /// Where a path rule of `policy`, which is one of the project, lies: see [`Below::of`].
    pub fn below(&self, policy: &Policy, rule: &PathRule) -> Option<&Below<'a>> {
        let at = self.project.policies.element_offset(policy)?;
        let rules = &self.project.policies.get(at)?.path_rules;
        let of_policy = self.below.get(at)?.get_or_init(|| rules.iter().map(|_| OnceLock::new()).collect());
        let at = rules.element_offset(rule)?;
        let rule = rules.get(at)?;
        let compute = || Below::of(rule.path.as_str(), self.project, &self.mounts, &rule.path);
        of_policy.get(at)?.get_or_init(compute).as_ref()
    }

    /// Every set of two or more policies that some auth role attaches, see [`joined::sets`].
    pub fn sets(&self) -> &[Set<'a>] {
        self.sets.get_or_init(|| {
            let mut rules = 0_usize;
            let sets = joined::sets(self.project).into_iter().map(|joined| {
                rules += joined.policies.iter().map(|policy| policy.path_rules.len()).sum::<usize>();
                Set { joined, acl: OnceLock::new(), is_kept: rules <= KEPT_RULES }
            });
            sets.collect()
        })
    }

    /// What tokens hold beside each policy.
    pub fn company(&self) -> &Company<'a> {
        self.company.get_or_init(|| Company::new(self.project))
    }

    /// What adds nothing to any token, see [`Surplus`].
    pub fn surplus(&self) -> &Surplus<'a> {
        self.surplus.get_or_init(|| {
            Surplus::new(self.project, self.sets().iter().map(|set| &set.joined), self.company())
        })
    }

    /// The rules of a token that holds the set; `None` if the server would refuse every request.
    pub fn acl_of<'s>(&self, set: &'s Set<'a>) -> Option<Compiled<'s, 'a>> {
        let compile = || joined::acl(&set.joined.policies, self.project.settings.target);
        if set.is_kept {
            return set.acl.get_or_init(compile).as_ref().map(Compiled::Kept);
        }
        compile().map(|acl| Compiled::Fresh(Box::new(acl)))
    }

    /// How far a role of the project reaches.
    pub fn reach(&self, role: &RbacRole) -> &Reach<'a> {
        self.reaches.of(role)
    }

    /// The definitions that a binding may mean, nearest to it in the directory tree; empty if none is among the inputs.
    pub fn referents(&self, binding: &Binding) -> Vec<&'a RbacRole> {
        self.reaches.referents(binding)
    }

    /// The ways of the project's workloads and operators to their secrets, see [`Tracer::all_routes`].
    pub fn routes(&self) -> &[Route] {
        self.routes.get_or_init(|| {
            let consumers = &self.project.consumers;
            let injected = |it: &Workload| it.injector.is_some() || it.misplaced_injector.is_some();
            let any = !consumers.is_empty() || self.project.workloads.iter().any(injected);
            if any { Tracer::new(self.project).all_routes() } else { Vec::new() }
        })
    }

    /// What stops a pod for this sort of fault, each place and reason once.
    pub fn stops(&self, fault: Fault) -> Vec<(&Stage, &Stop)> {
        let mut seen: HashSet<(Option<Span>, &str)> = HashSet::new();
        let stops = self.routes().iter().flat_map(Route::stopped).filter(|(_, stop)| stop.fault == fault);
        stops.filter(|(stage, stop)| seen.insert((stage.evidence.first().copied(), &stop.why))).collect()
    }

    /// Which powers the roles of the project spell out.
    pub fn grants(&self) -> &Grants<'a> {
        self.grants.get_or_init(|| Grants::new(self.project, &self.reaches))
    }

    /// Where the holders of the grant hold `power` as well, see [`Grants::joined_by`].
    pub fn joined_by<'g>(&'g self, grant: &Grant<'g>, power: &Power) -> Option<Companion<'g>> {
        self.grants().joined_by(grant, power, &self.reaches)
    }
}

impl<'a> Deref for Compiled<'_, 'a> {
    type Target = Acl<'a>;

    fn deref(&self) -> &Acl<'a> {
        match self {
            Compiled::Kept(acl) => acl,
            Compiled::Fresh(acl) => acl,
        }
    }
}
