//! Which powers the roles of a project give in so many words, how far, and with what beside them.
//!
//! A rule with `*` as verb or resource is left out: what it comes to is one finding of its own.

mod holdings;

pub use holdings::Companion;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use holdings::Holdings;

use super::builtin;
use super::powers::{self, Atom, Power, Weight};
use super::reach::{Reach, Reaches};
use crate::model::kube::binding::Subject;
use crate::model::kube::rbac::{RbacRole, RbacRoleKind, RbacRule};
use crate::model::project::Project;
use crate::syntax::{Span, Spanned};

/// A power that a role gives, spelled out.
#[derive(Debug)]
pub struct Grant<'a> {
    /// What.
    pub power: &'static Power,
    /// By which role.
    pub role: &'a RbacRole,
    /// Where, and to whom.
    pub reach: Arc<Reach<'a>>,
    /// The entries that give it, at least one, in the order of the text.
    pub parts: Vec<Part<'a>>,
    /// All of them are limited by `resourceNames`.
    pub is_named: bool,
}

/// An entry of `resources` with the verbs beside it that matter.
#[derive(Debug, Clone)]
pub struct Part<'a> {
    /// The rule.
    pub rule: &'a RbacRule,
    /// The entry of `resources`; it may be `*/SUBRESOURCE`.
    pub resource: &'a Spanned<String>,
    /// Entries of `verbs`, at least one.
    pub verbs: Vec<&'a Spanned<String>>,
}

/// All grants of a project.
#[derive(Debug)]
pub struct Grants<'a> {
    project: &'a Project,
    all: Vec<Grant<'a>>,
    /// For each of `powers::ALL`, places in `all`.
    by_power: Vec<Vec<usize>>,
    /// For each role of the project, places in `all`.
    by_role: Vec<Range<usize>>,
    holdings: OnceLock<Holdings<'a>>,
}

impl<'a> Grants<'a> {
    /// The grants of the project.
    pub fn new(project: &'a Project, reaches: &Reaches<'a>) -> Grants<'a> {
        let atoms = Atoms::of_all();
        let mut grants = Grants {
            project,
            all: Vec::new(),
            by_power: vec![Vec::new(); powers::ALL.len()],
            by_role: Vec::with_capacity(project.rbac_roles.len()),
            holdings: OnceLock::new(),
        };
        for role in &project.rbac_roles {
            let start = grants.all.len();
            let found = atoms.found_in(role);
            if !found.is_empty() && !builtin::is_own_role(role) {
                grants.take(role, reaches.shared(role), found);
            }
            grants.by_role.push(start..grants.all.len());
        }
        grants
    }

    /// The grants of this power on objects of any name, in the order of roles; without those of roles that only add to
    /// a built-in one.
    pub fn of(&self, power: &Power) -> impl Iterator<Item = &Grant<'a>> {
        self.all_of(power).filter(|grant| !grant.is_named && !grant.only_extends_built_in())
    }

    /// The grants of this power that are limited by `resourceNames`.
    pub fn named(&self, power: &Power) -> impl Iterator<Item = &Grant<'a>> {
        self.all_of(power).filter(|grant| grant.is_named)
    }

    /// What the role gives.
    pub fn of_role(&self, role: &RbacRole) -> impl Iterator<Item = &Grant<'a>> {
        let at = self.project.rbac_roles.element_offset(role);
        let range = at.and_then(|at| self.by_role.get(at)).cloned().unwrap_or(0..0);
        self.all.get(range).unwrap_or(&[]).iter()
    }

    /// The power with the role of the grant, on objects of any name.
    pub fn beside(&self, grant: &Grant<'_>, power: &Power) -> Option<&Grant<'a>> {
        self.of_role(grant.role).find(|other| other.power == power && !other.is_named)
    }

    /// True if one entry, `*/SUBRESOURCE`, gives the power too, so that one of the two is enough to tell.
    pub fn shares_entry(&self, grant: &Grant<'_>, power: &Power) -> bool {
        self.beside(grant, power).is_some_and(|other| other.span() == grant.span())
    }

    /// Where the holders of the grant hold `power`, one of `powers::COMPANIONS`, as well: in the same role, or in another
    /// one that one of its subjects is bound to as widely. Wildcards count.
    pub fn joined_by<'g>(
        &'g self,
        grant: &Grant<'g>,
        power: &Power,
        reaches: &Reaches<'a>,
    ) -> Option<Companion<'g>> {
        debug_assert!(powers::COMPANIONS.contains(&power), "`{}` is no companion", power.does);
        let in_namespaces = grant.is_in_namespaces();
        let own = grant.role.rules.iter().find_map(|rule| powers::given_by(rule, power, in_namespaces));
        if let Some(allowance) = own {
            return Some(Companion { resource: allowance.resource, is_other_role: false });
        }
        let holdings = self.holdings.get_or_init(|| Holdings::of(self.project, reaches));
        grant.reach.bindings().iter().find_map(|binding| holdings.beside(binding, power))
    }

    fn all_of(&self, power: &Power) -> impl Iterator<Item = &Grant<'a>> {
        let at = powers::ALL.iter().position(|other| *other == power);
        let places = at.and_then(|at| self.by_power.get(at)).map_or(&[][..], Vec::as_slice);
        places.iter().filter_map(|place| self.all.get(*place))
    }

    /// Adds a grant for each power that is found, the unlimited parts of it if there are any.
    fn take(&mut self, role: &'a RbacRole, reach: Arc<Reach<'a>>, mut found: Vec<Found<'a>>) {
        let in_namespaces = role.kind == RbacRoleKind::Role || matches!(*reach, Reach::Namespaces(_));
        found.retain(|found| found.namespaced || !in_namespaces);
        found.sort_by_key(|found| (found.power, !found.part.rule.resource_names.is_empty()));
        for group in found.chunk_by(|one, other| one.power == other.power) {
            let Some(first) = group.first() else { continue };
            let is_named = !first.part.rule.resource_names.is_empty();
            let parts = group
                .iter()
                .map(|found| &found.part)
                .filter(|part| part.rule.resource_names.is_empty() != is_named);
            let Some(power) = powers::ALL.get(first.power) else { continue };
            if let Some(places) = self.by_power.get_mut(first.power) {
                places.push(self.all.len());
            }
            self.all.push(Grant {
                power,
                role,
                reach: Arc::clone(&reach),
                parts: once_each(parts),
                is_named,
            });
        }
    }
}

impl<'a> Grant<'a> {
    /// How much it comes to where it reaches; nothing if that is not worth a word.
    ///
    /// A single namespace lowers it by one step unless that is `kube-system`, whose service accounts run the cluster;
    /// no binding by two. Subjects that are many raise it.
    pub fn weight(&self) -> Option<Weight> {
        self.weight_from(self.power.weight)
    }

    /// As [`Grant::weight`], for a right that comes to `base` in the whole cluster.
    pub fn weight_from(&self, base: Weight) -> Option<Weight> {
        let weight = match *self.reach {
            Reach::ClusterWide(_) => base,
            Reach::Namespaces(_) if self.reaches("kube-system") => base,
            Reach::Namespaces(_) if base == Weight::Low => return None,
            Reach::Namespaces(_) | Reach::Aggregated(_) => base.lower(),
            Reach::Unbound => base.lower().lower(),
        };
        let raised = if self.broad_subject().is_some() { weight.higher() } else { weight };
        Some(raised)
    }

    /// As much of it as one of its parts gives.
    pub fn only(&self, part: &Part<'a>) -> Grant<'a> {
        Grant { reach: Arc::clone(&self.reach), parts: vec![part.clone()], ..*self }
    }

    /// As much of it as the rules give of whose place this holds; nothing if that is nothing.
    pub fn of_rule(&self, wanted: impl Fn(Span) -> bool) -> Option<Grant<'a>> {
        let parts: Vec<Part<'a>> = self.parts.iter().filter(|part| wanted(part.rule.span)).cloned().collect();
        (!parts.is_empty()).then(|| Grant { reach: Arc::clone(&self.reach), parts, ..*self })
    }

    /// True if only what belongs to namespaces can come of it.
    pub fn is_in_namespaces(&self) -> bool {
        self.role.kind == RbacRoleKind::Role || matches!(*self.reach, Reach::Namespaces(_))
    }

    /// The place that says so.
    pub fn span(&self) -> Span {
        let first = self.parts.first();
        let span = first.and_then(|part| {
            let verb = part.verbs.first().filter(|_| self.power.is_about_verb);
            verb.map(|verb| verb.span)
        });
        span.or(first.map(|part| part.resource.span)).unwrap_or(self.role.meta.span)
    }

    /// True if one of the parts has one of the verbs.
    pub fn has_verb(&self, verbs: &[&str]) -> bool {
        self.parts.iter().any(|part| part.verbs.iter().any(|verb| verbs.contains(&verb.as_str())))
    }

    /// True if one of the parts is about one of the resources.
    pub fn has_resource(&self, resources: &[&str]) -> bool {
        self.parts.iter().any(|part| resources.contains(&part.resource.as_str()))
    }

    /// True if a binding gives it in this namespace, or in all.
    pub fn reaches(&self, namespace: &str) -> bool {
        self.reach.is_in(namespace)
    }

    /// A subject of its bindings that stands for many.
    pub fn broad_subject(&self) -> Option<(&'a Subject, &'static str)> {
        self.reach.broad_subject()
    }

    /// True if it reaches anybody through `admin`, `edit` or `view` alone.
    fn only_extends_built_in(&self) -> bool {
        let own_name = &self.role.meta.name.value;
        let mut bindings = self.reach.bindings().iter();
        builtin::extended_by(self.role).next().is_some()
            && bindings.all(|binding| binding.role_ref.name.value != *own_name)
    }
}

/// `*/proxy` is several resources in one entry.
fn once_each<'p, 'a: 'p>(parts: impl Iterator<Item = &'p Part<'a>>) -> Vec<Part<'a>> {
    let mut kept: Vec<Part<'a>> = Vec::new();
    for part in parts {
        if !kept.iter().any(|other| other.resource.span == part.resource.span) {
            kept.push(part.clone());
        }
    }
    kept
}

struct Found<'a> {
    /// Place in `powers::ALL`.
    power: usize,
    namespaced: bool,
    part: Part<'a>,
}

/// The atoms of all powers, by resource and by subresource.
struct Atoms {
    by_resource: HashMap<&'static str, Vec<(usize, &'static Atom)>>,
    by_subresource: HashMap<&'static str, Vec<(usize, &'static Atom)>>,
}

impl Atoms {
    fn of_all() -> Atoms {
        let mut atoms = Atoms { by_resource: HashMap::new(), by_subresource: HashMap::new() };
        for (at, power) in powers::ALL.iter().enumerate() {
            for atom in power.atoms {
                atoms.by_resource.entry(atom.resource).or_default().push((at, atom));
                if let Some((_, subresource)) = atom.resource.split_once('/') {
                    atoms.by_subresource.entry(subresource).or_default().push((at, atom));
                }
            }
        }
        atoms
    }

    fn found_in<'a>(&self, role: &'a RbacRole) -> Vec<Found<'a>> {
        let mut found = Vec::new();
        for rule in &role.rules {
            let is_star = |entry: &Spanned<String>| entry.value == "*";
            if rule.verbs.iter().any(is_star) || rule.resources.iter().any(is_star) {
                continue;
            }
            for resource in &rule.resources {
                let atoms = match resource.value.strip_prefix("*/") {
                    Some(subresource) => self.by_subresource.get(subresource),
                    None => self.by_resource.get(resource.as_str()),
                };
                for (power, atom) in atoms.into_iter().flatten() {
                    let verbs = verbs(rule, atom);
                    if !verbs.is_empty() {
                        let part = Part { rule, resource, verbs };
                        found.push(Found { power: *power, namespaced: atom.namespaced, part });
                    }
                }
            }
        }
        found
    }
}

/// The verbs of the rule that the atom is about, if the group is right.
fn verbs<'a>(rule: &'a RbacRule, atom: &Atom) -> Vec<&'a Spanned<String>> {
    let in_group =
        |group: &Spanned<String>| group.value == "*" || atom.groups.contains(&group.value.as_str());
    if !rule.api_groups.iter().any(in_group) {
        return Vec::new();
    }
    rule.verbs.iter().filter(|verb| atom.verbs.contains(&verb.value.as_str())).collect()
}
