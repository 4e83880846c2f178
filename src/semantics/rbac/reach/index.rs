//! Bindings and the definitions they mean, worked out for a whole project in one go.
//!
//! The same role may be defined in, and bound by, a thousand unrelated trees, or a thousand times in one directory. So
//! definitions that no binding can tell apart are one [`Twins`], and twins stand in the order of their directories: those
//! that a binding is nearest to stand beside each other there.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use super::{Namespaced, Reach, aggregated_into, by_parts, holders, share_namespace, shared_parts};
use crate::model::kube::binding::Binding;
use crate::model::kube::rbac::{RbacRole, RbacRoleKind};
use crate::model::project::Project;
use crate::syntax::SourceId;

/// How far each role of a project reaches; worked out at the first question.
#[derive(Debug)]
pub struct Reaches<'a> {
    project: &'a Project,
    index: OnceLock<Index<'a>>,
}

#[derive(Debug)]
struct Index<'a> {
    definitions: Definitions<'a>,
    /// For each binding what it means, unless that is long.
    meant: Vec<Option<Meant>>,
    /// For each role its twins.
    twins_of: Vec<usize>,
    /// For each twins the bindings from elsewhere that give them, in the order of the project.
    given: Vec<Vec<usize>>,
    /// The bindings that stand in the same text as the role they give.
    given_beside: HashMap<usize, Vec<usize>>,
    /// For each role the place of its answer; twins of which nothing else is known share one.
    places: Vec<usize>,
    answers: Vec<OnceLock<Arc<Reach<'a>>>>,
}

/// Definitions of one kind, name, namespace and directory.
#[derive(Debug)]
struct Twins<'a> {
    directory: &'a str,
    /// One of them.
    role: &'a RbacRole,
    /// All of them, as positions in the project.
    roles: Vec<usize>,
    /// Of many the first of those that say the same, each.
    distinct: Option<Vec<usize>>,
}

impl Twins<'_> {
    /// As many of them as there are different ones, if they are many.
    fn told(&self) -> &[usize] {
        self.distinct.as_deref().unwrap_or(&self.roles)
    }
}

/// `None` for the namespace stands for any.
type Called<'a> = (RbacRoleKind, &'a str, Option<Option<&'a str>>);

/// All definitions, arranged for the question which ones are nearest to a place.
#[derive(Debug)]
struct Definitions<'a> {
    project: &'a Project,
    twins: Vec<Twins<'a>>,
    /// Positions of twins, by directory.
    called: HashMap<Called<'a>, Vec<usize>>,
    beside: HashMap<(SourceId, RbacRoleKind, &'a str), Vec<usize>>,
}

/// Longer lists are worked out anew for each question: thousands of bindings may mean the same thousands of roles.
const SHORT: usize = 16;

/// What a binding means.
#[derive(Debug, Clone)]
enum Meant {
    /// Roles in the text of the binding.
    Beside(Vec<usize>),
    /// Twins elsewhere.
    Twins(Vec<usize>),
}

impl<'a> Reaches<'a> {
    /// Nothing is worked out yet.
    pub fn new(project: &'a Project) -> Reaches<'a> {
        Reaches { project, index: OnceLock::new() }
    }

    /// How far `role`, which is one of the project, reaches, as far as the inputs tell.
    ///
    /// Where several inputs define the same role - overlays, or unrelated trees in one run -, a binding counts for the
    /// definition nearest to it in the directory tree.
    pub fn of(&self, role: &RbacRole) -> &Reach<'a> {
        self.answer(role).map_or(&Reach::Unbound, |answer| answer)
    }

    /// The same, to be kept.
    pub fn shared(&self, role: &RbacRole) -> Arc<Reach<'a>> {
        self.answer(role).map_or_else(|| Arc::new(Reach::Unbound), Arc::clone)
    }

    fn answer(&self, role: &RbacRole) -> Option<&Arc<Reach<'a>>> {
        let index = self.index();
        let at = self.project.rbac_roles.element_offset(role)?;
        let answer = index.answers.get(*index.places.get(at)?)?;
        Some(answer.get_or_init(|| Arc::new(index.answer(self.project, at))))
    }

    /// The definitions that a binding may mean, nearest to it in the directory tree; empty if none is among the inputs.
    /// Of many that say the same, one stands for all.
    pub fn referents(&self, binding: &Binding) -> Vec<&'a RbacRole> {
        let index = self.index();
        let definitions = &index.definitions;
        let at = self.project.bindings.element_offset(binding);
        let kept = at.and_then(|at| index.meant.get(at)).and_then(Option::as_ref);
        let meant = kept.map_or_else(|| Cow::Owned(definitions.meant(binding)), Cow::Borrowed);
        let mut roles = match &*meant {
            Meant::Beside(roles) => roles.clone(),
            Meant::Twins(twins) => {
                let twins = twins.iter().filter_map(|at| definitions.twins.get(*at));
                twins.flat_map(|twins| twins.told().iter().copied()).collect()
            }
        };
        roles.sort_unstable();
        roles.into_iter().filter_map(|at| self.project.rbac_roles.get(at)).collect()
    }

    fn index(&self) -> &Index<'a> {
        self.index.get_or_init(|| Index::new(self.project))
    }
}

impl<'a> Index<'a> {
    fn new(project: &'a Project) -> Index<'a> {
        let definitions = Definitions::new(project);
        let mut twins_of = vec![0; project.rbac_roles.len()];
        for (place, twins) in definitions.twins.iter().enumerate() {
            for role in &twins.roles {
                if let Some(slot) = twins_of.get_mut(*role) {
                    *slot = place;
                }
            }
        }
        let mut given: Vec<Vec<usize>> = definitions.twins.iter().map(|_| Vec::new()).collect();
        let mut given_beside: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut kept = Vec::with_capacity(project.bindings.len());
        for (at, binding) in project.bindings.iter().enumerate() {
            let meant = definitions.meant(binding);
            let gives = !binding.subjects.is_empty();
            let length = match &meant {
                Meant::Beside(roles) => {
                    for role in roles.iter().filter(|_| gives) {
                        given_beside.entry(*role).or_default().push(at);
                    }
                    roles.len()
                }
                Meant::Twins(twins) => {
                    for place in twins.iter().filter(|_| gives) {
                        if let Some(given) = given.get_mut(*place) {
                            given.push(at);
                        }
                    }
                    twins.len()
                }
            };
            kept.push((length <= SHORT).then_some(meant));
        }
        let aggregates = project.aggregating_roles().next().is_some();
        let mut next = definitions.twins.len();
        let places: Vec<usize> = project
            .rbac_roles
            .iter()
            .zip(&twins_of)
            .enumerate()
            .map(|(at, (role, twins))| {
                if given_beside.contains_key(&at) || aggregates || !role.meta.labels.is_empty() {
                    next += 1;
                    next - 1
                } else {
                    *twins
                }
            })
            .collect();
        let answers = (0..next).map(|_| OnceLock::new()).collect();
        Index { definitions, meant: kept, twins_of, given, given_beside, places, answers }
    }

    fn answer(&self, project: &'a Project, role: usize) -> Reach<'a> {
        let Some(role) = project.rbac_roles.get(role) else { return Reach::Unbound };
        let mut namespaced = Vec::new();
        for holder in holders(project, role) {
            for at in self.bindings_of(project, holder) {
                let Some(binding) = project.bindings.get(at) else { continue };
                if binding.cluster_wide {
                    return Reach::ClusterWide(binding);
                }
                namespaced.push(binding);
            }
        }
        if !namespaced.is_empty() {
            return Reach::Namespaces(Namespaced::new(namespaced));
        }
        aggregated_into(role).map_or(Reach::Unbound, Reach::Aggregated)
    }

    /// The bindings that give the role, in the order of the project.
    fn bindings_of(&self, project: &Project, role: &RbacRole) -> Vec<usize> {
        let Some(at) = project.rbac_roles.element_offset(role) else { return Vec::new() };
        let of_twins = self.twins_of.get(at).and_then(|place| self.given.get(*place));
        let beside = self.given_beside.get(&at);
        let mut bindings: Vec<usize> = of_twins.into_iter().chain(beside).flatten().copied().collect();
        bindings.sort_unstable();
        bindings
    }
}

impl<'a> Definitions<'a> {
    fn new(project: &'a Project) -> Definitions<'a> {
        let mut definitions =
            Definitions { project, twins: Vec::new(), called: HashMap::new(), beside: HashMap::new() };
        let mut known: HashMap<(RbacRoleKind, &str, Option<&str>, &str), usize> = HashMap::new();
        for (at, role) in project.rbac_roles.iter().enumerate() {
            let (name, source) = (role.meta.name.as_str(), role.meta.span.source);
            let directory = directory(project, source);
            let namespace = role.meta.namespace_name().filter(|_| role.kind != RbacRoleKind::ClusterRole);
            let fresh = definitions.twins.len();
            let place = *known.entry((role.kind, name, namespace, directory)).or_insert(fresh);
            if place == fresh {
                definitions.twins.push(Twins { directory, role, roles: Vec::new(), distinct: None });
                definitions.called.entry((role.kind, name, None)).or_default().push(fresh);
                if role.kind == RbacRoleKind::Role {
                    definitions.called.entry((role.kind, name, Some(namespace))).or_default().push(fresh);
                }
            }
            if let Some(twins) = definitions.twins.get_mut(place) {
                twins.roles.push(at);
            }
            definitions.beside.entry((source, role.kind, name)).or_default().push(at);
        }
        for twins in definitions.twins.iter_mut().filter(|twins| twins.roles.len() > SHORT) {
            let mut seen = HashSet::new();
            let is_new = |at: &&usize| {
                project.rbac_roles.get(**at).and_then(content).is_none_or(|content| seen.insert(content))
            };
            twins.distinct = Some(twins.roles.iter().filter(is_new).copied().collect());
        }
        for places in definitions.called.values_mut().filter(|places| places.len() > 1) {
            let directory = |at: &usize| definitions.twins.get(*at).map_or("", |twins| twins.directory);
            places.sort_by(|one, other| by_parts(directory(one), directory(other)));
        }
        definitions
    }

    fn meant(&self, binding: &Binding) -> Meant {
        let Some(kind) = binding.role_ref.role_kind() else { return Meant::Twins(Vec::new()) };
        let name = binding.role_ref.name.as_str();
        let role = |at: &usize| self.project.rbac_roles.get(*at);
        let beside = self.beside.get(&(binding.meta.span.source, kind, name)).into_iter().flatten().copied();
        let beside: Vec<usize> =
            beside.filter(|at| role(at).is_some_and(|role| share_namespace(binding, role))).collect();
        if !beside.is_empty() {
            return Meant::Beside(beside);
        }
        let namespace = binding.meta.namespace_name();
        let lists = match kind {
            RbacRoleKind::Role if namespace.is_some() => [Some(Some(namespace)), Some(Some(None))],
            _ => [Some(None), None],
        };
        let lists: Vec<&[usize]> = lists
            .into_iter()
            .flatten()
            .filter_map(|namespace| self.called.get(&(kind, name, namespace)).map(Vec::as_slice))
            .collect();
        let from = directory(self.project, binding.meta.span.source);
        let nearest = lists.iter().filter_map(|list| self.nearest(list, binding, from)).max();
        let twins = lists.iter().flat_map(|list| self.as_near(list, binding, from, nearest)).collect();
        Meant::Twins(twins)
    }

    /// How many parts of its path the nearest of the list shares with the binding.
    fn nearest(&self, list: &[usize], binding: &Binding, from: &str) -> Option<usize> {
        let at = self.place_in(list, from);
        let fits = |at: &&usize| self.fits(**at, binding);
        let (before, after) = list.split_at_checked(at)?;
        let neighbours = [before.iter().rev().find(fits), after.iter().find(fits)];
        neighbours.into_iter().flatten().map(|at| self.closeness(*at, from)).max()
    }

    /// Those of the list that share this many parts.
    fn as_near(&self, list: &[usize], binding: &Binding, from: &str, nearest: Option<usize>) -> Vec<usize> {
        let at = self.place_in(list, from);
        let Some((before, after)) = list.split_at_checked(at) else { return Vec::new() };
        let near = |at: &&usize| Some(self.closeness(**at, from)) >= nearest;
        let found = before.iter().rev().take_while(near).chain(after.iter().take_while(near));
        found.filter(|at| self.fits(**at, binding)).copied().collect()
    }

    fn place_in(&self, list: &[usize], from: &str) -> usize {
        let directory = |at: usize| self.twins.get(at).map_or("", |twins| twins.directory);
        list.partition_point(|at| by_parts(directory(*at), from).is_lt())
    }

    fn closeness(&self, at: usize, from: &str) -> usize {
        self.twins.get(at).map_or(0, |twins| shared_parts(twins.directory, from))
    }

    fn fits(&self, at: usize, binding: &Binding) -> bool {
        self.twins.get(at).is_some_and(|twins| share_namespace(binding, twins.role))
    }
}

/// All that a role says beside its name, word for word; nothing for one that takes in others.
///
/// Lists end with nothing, which no word is.
fn content(role: &RbacRole) -> Option<Vec<Option<&str>>> {
    if role.aggregation.is_some() {
        return None;
    }
    let lists = role.rules.iter().flat_map(|rule| {
        [&rule.api_groups, &rule.resources, &rule.resource_names, &rule.non_resource_urls, &rule.verbs]
    });
    let rules = lists.flat_map(|list| list.iter().map(|word| Some(word.as_str())).chain([None]));
    let pairs = [&role.meta.labels, &role.meta.annotations].into_iter().flat_map(|pairs| {
        pairs.iter().flat_map(|(key, value)| [Some(key.as_str()), Some(value.as_str())]).chain([None])
    });
    Some(rules.chain(pairs).collect())
}

fn directory(project: &Project, id: SourceId) -> &str {
    project.sources.directory(id)
}
