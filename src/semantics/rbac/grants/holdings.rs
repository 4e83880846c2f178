//! What subjects hold, whatever roles it is spread over.

use std::collections::HashMap;

use crate::model::kube::binding::{Binding, Subject};
use crate::model::project::Project;
use crate::semantics::rbac::powers::{self, Power};
use crate::semantics::rbac::reach::Reaches;
use crate::syntax::Spanned;

/// Where a right is held that another one needs beside it.
#[derive(Debug, Clone, Copy)]
pub struct Companion<'a> {
    /// The entry of `resources` that gives it.
    pub resource: &'a Spanned<String>,
    /// It is in another role of the same subject.
    pub is_other_role: bool,
}

/// The companions that each subject of the project holds.
#[derive(Debug)]
pub(super) struct Holdings<'a> {
    by_subject: HashMap<SubjectKey<'a>, Held<'a>>,
}

/// Kind, namespace of a service account, name.
type SubjectKey<'a> = (&'a str, Option<&'a str>, &'a str);

#[derive(Debug, Default)]
struct Held<'a> {
    everywhere: Vec<(&'static Power, Companion<'a>)>,
    by_namespace: HashMap<&'a str, Vec<(&'static Power, Companion<'a>)>>,
}

impl<'a> Holdings<'a> {
    pub(super) fn of(project: &'a Project, reaches: &Reaches<'a>) -> Holdings<'a> {
        let mut holdings = Holdings { by_subject: HashMap::new() };
        for binding in &project.bindings {
            let held = held_by(binding, reaches);
            for subject in binding.subjects.iter().filter(|_| !held.is_empty()) {
                holdings.by_subject.entry(key(binding, subject)).or_default().add(binding, &held);
            }
        }
        holdings
    }

    /// Where one of the subjects of the binding holds the power at least as widely as the binding reaches.
    pub(super) fn beside(&self, binding: &Binding, power: &Power) -> Option<Companion<'a>> {
        let mut subjects = binding.subjects.iter();
        subjects.find_map(|subject| self.by_subject.get(&key(binding, subject))?.of(power, binding))
    }
}

impl<'a> Held<'a> {
    fn add(&mut self, binding: &'a Binding, held: &[(&'static Power, Companion<'a>)]) {
        let list = match binding.cluster_wide {
            true => &mut self.everywhere,
            false => self.by_namespace.entry(binding.meta.namespace_name().unwrap_or_default()).or_default(),
        };
        for (power, companion) in held {
            if !list.iter().any(|(known, _)| known == power) {
                list.push((power, *companion));
            }
        }
    }

    fn of(&self, power: &Power, binding: &Binding) -> Option<Companion<'a>> {
        let namespace = binding.meta.namespace_name().unwrap_or_default();
        let there = self.by_namespace.get(namespace).filter(|_| !binding.cluster_wide);
        let mut lists = std::iter::once(&self.everywhere).chain(there).flatten();
        lists.find(|(held, _)| *held == power).map(|(_, companion)| *companion)
    }
}

/// The companions that a binding gives, with the first place of each.
fn held_by<'a>(binding: &Binding, reaches: &Reaches<'a>) -> Vec<(&'static Power, Companion<'a>)> {
    let roles = reaches.referents(binding);
    let companion = |power: &'static Power| {
        let mut rules = roles.iter().flat_map(|role| &role.rules);
        let allowance = rules.find_map(|rule| powers::given_by(rule, power, !binding.cluster_wide))?;
        Some((power, Companion { resource: allowance.resource, is_other_role: true }))
    };
    powers::COMPANIONS.iter().copied().filter_map(companion).collect()
}

impl Companion<'_> {
    /// What to say of its place, to follow the place of the grant.
    pub fn words(&self, power: &Power) -> String {
        let who = if self.is_other_role { "the same subject" } else { "it" };
        format!("this lets {who} {}", power.does)
    }
}

fn key<'a>(binding: &'a Binding, subject: &'a Subject) -> SubjectKey<'a> {
    let namespace = subject.namespace.as_ref().map(Spanned::as_str).or(binding.meta.namespace_name());
    let namespace = namespace.filter(|_| subject.kind.value == "ServiceAccount");
    (subject.kind.as_str(), namespace, subject.name.as_str())
}
