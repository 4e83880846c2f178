//! Powers: what rights come to, one row for each that leads on to others. Wildcards are told by it what they imply,
//! and rules about single rights take their verbs and resources from it.

mod table;
#[cfg(test)]
mod tests;

use super::{Allowance, Request, allows};
use crate::model::kube::rbac::RbacRule;
pub use table::*;

/// A right that leads on to others.
#[derive(Debug)]
pub struct Power {
    /// What its holder can do: an infinitive without `to`, to be followed by a place.
    pub does: &'static str,
    /// How much it comes to where it holds in the whole cluster.
    pub weight: Weight,
    /// The verbs are the point of it, not the resource.
    pub is_about_verb: bool,
    /// Holding one of these is enough.
    pub(super) atoms: &'static [Atom],
}

impl PartialEq for Power {
    fn eq(&self, other: &Power) -> bool {
        self.does == other.does
    }
}

impl Eq for Power {}

/// How much a right comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Worth knowing.
    Low,
    /// It disturbs or misleads others.
    Medium,
    /// It leads to others' rights or data.
    High,
    /// Its holder can make themselves administrator of the cluster.
    Critical,
}

impl Weight {
    /// The next one below.
    pub fn lower(self) -> Weight {
        match self {
            Weight::Critical => Weight::High,
            Weight::High => Weight::Medium,
            Weight::Medium | Weight::Low => Weight::Low,
        }
    }

    /// The next one above.
    pub fn higher(self) -> Weight {
        match self {
            Weight::Low => Weight::Medium,
            Weight::Medium => Weight::High,
            Weight::High | Weight::Critical => Weight::Critical,
        }
    }
}

/// Verbs on a resource, of which one is enough.
#[derive(Debug)]
pub(super) struct Atom {
    pub(super) verbs: &'static [&'static str],
    pub(super) groups: &'static [&'static str],
    pub(super) resource: &'static str,
    /// False if a RoleBinding cannot give it, because its object belongs to no namespace.
    pub(super) namespaced: bool,
}

impl Atom {
    fn allowed_by<'a>(&self, rule: &'a RbacRule) -> Option<Allowance<'a>> {
        self.requests().find_map(|request| allows(rule, &request))
    }

    /// Requests for objects of no name.
    fn requests(&self) -> impl Iterator<Item = Request<'static>> {
        let resource = self.resource;
        self.groups.iter().flat_map(move |group| {
            self.verbs.iter().map(move |verb| Request { verb, group, resource, name: None })
        })
    }
}

/// The powers that `rule` gives on objects of any name, wildcards and all, heaviest first; `in_namespaces` leaves out
/// those that a RoleBinding cannot give.
pub fn of_rule(rule: &RbacRule, in_namespaces: bool) -> Vec<&'static Power> {
    ALL.iter().copied().filter(|power| given_by(rule, power, in_namespaces).is_some()).collect()
}

/// How `rule` gives the power on objects of any name, wildcards and all; `in_namespaces` asks for what a RoleBinding
/// can give.
pub fn given_by<'a>(rule: &'a RbacRule, power: &Power, in_namespaces: bool) -> Option<Allowance<'a>> {
    let mut atoms = power.atoms.iter().filter(|atom| atom.namespaced || !in_namespaces);
    atoms.find_map(|atom| atom.allowed_by(rule)).filter(|_| rule.resource_names.is_empty())
}

/// A request for an object of no name that `rule` allows and that is the power.
pub fn request_of(rule: &RbacRule, power: &Power, in_namespaces: bool) -> Option<Request<'static>> {
    let atoms = power.atoms.iter().filter(|atom| atom.namespaced || !in_namespaces);
    atoms.flat_map(Atom::requests).find(|request| allows(rule, request).is_some())
}

/// The same for objects that the rule names, without the name. A request that creates an object carries none, one that
/// creates a part of an object carries that of the object.
pub fn request_on_named(rule: &RbacRule, power: &Power, in_namespaces: bool) -> Option<Request<'static>> {
    let name = rule.resource_names.iter().find(|name| !name.value.is_empty())?;
    let atoms = power.atoms.iter().filter(|atom| atom.namespaced || !in_namespaces);
    let mut requests = atoms.flat_map(Atom::requests);
    requests.find(|request| {
        let carries_name = request.verb != "create" || request.resource.contains('/');
        carries_name && allows(rule, &Request { name: Some(name.as_str()), ..*request }).is_some()
    })
}

/// The powers as a list to follow "can", the lesser ones counted only where there are many.
pub fn words(powers: &[&Power]) -> String {
    const MANY: usize = 9;
    let shown: Vec<&str> = powers.iter().take(MANY).map(|power| power.does).collect();
    match powers.len().saturating_sub(MANY) {
        0 => shown.join(", "),
        more => format!("{}, and use {more} lesser rights", shown.join(", ")),
    }
}
