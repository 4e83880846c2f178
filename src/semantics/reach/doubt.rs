//! What keeps an answer about the cluster from being certain.

use std::collections::HashMap;

use super::Access;
use crate::model::kube::binding::Binding;
use crate::model::kube::rbac::{RbacRole, RbacRoleKind, RbacRule};
use crate::model::kube::resource;
use crate::model::project::Project;
use crate::semantics::authorizer::{Query, User, is_subject};
use crate::semantics::rbac::{self, bootstrap};
use crate::syntax::Span;

/// Something that no input tells and that may turn an answer round.
#[derive(Debug, Clone, Copy)]
pub enum Doubt<'a> {
    /// A binding that reaches the user refers to a role of which it is not known what it allows.
    Role(&'a Binding, RoleDoubt),
    /// A RoleBinding without a namespace: it goes wherever it is applied.
    NoNamespace(&'a Binding),
    /// A role of which the inputs hold several definitions that say different things; which of them the cluster has is
    /// not known.
    SeveralRoles(&'a RbacRole),
    /// Kubernetes binds accounts of `kube-system` itself.
    OfKubernetes,
    /// A template that was not rendered, of this name, holds RBAC objects.
    Template(&'a str),
}

/// Why it is not known what a role allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleDoubt {
    /// No input holds it, and Kubernetes does not have it everywhere alike.
    NotAmongInputs,
    /// Kubernetes fills it, and extensions that bring the API group of the question may add to it.
    Extensions,
    /// Only some versions of Kubernetes allow it in this role.
    Version,
}

impl RoleDoubt {
    /// The reason for people: what stands behind `ClusterRole view`.
    pub fn why(self) -> &'static str {
        match self {
            RoleDoubt::NotAmongInputs => "is not among the inputs",
            RoleDoubt::Extensions => "may take in more from what is installed with this API group",
            RoleDoubt::Version => "allows it in some versions of Kubernetes; name yours in `target`",
        }
    }
}

impl Doubt<'_> {
    /// One lower-case phrase.
    pub fn words(&self) -> String {
        match self {
            Doubt::Role(binding, doubt) => {
                format!("{} `{}` {}", binding.role_ref.kind, binding.role_ref.name, doubt.why())
            }
            Doubt::NoNamespace(binding) => {
                format!(
                    "the RoleBinding `{}` has no namespace: where it is applied is not known",
                    binding.meta.name
                )
            }
            Doubt::SeveralRoles(role) => {
                let name = &role.meta.name;
                format!(
                    "the {} `{name}` is defined more than once, and which one counts is not known",
                    role.kind.word()
                )
            }
            Doubt::OfKubernetes => {
                "Kubernetes binds service accounts of `kube-system` itself, and those bindings are not here"
                    .to_owned()
            }
            Doubt::Template(name) => {
                format!("the template `{name}` holds RBAC objects and was not read: render it first")
            }
        }
    }

    /// The place that it speaks of.
    pub fn span(&self) -> Option<Span> {
        match self {
            Doubt::Role(binding, _) => Some(binding.role_ref.span),
            Doubt::NoNamespace(binding) => Some(binding.meta.name.span),
            Doubt::SeveralRoles(role) => Some(role.meta.name.span),
            Doubt::OfKubernetes | Doubt::Template(_) => None,
        }
    }
}

impl<'a> Access<'a> {
    /// What may turn the answer `allowed` of the rules round.
    pub fn kubernetes_doubts(&self, user: &User, query: &Query<'_>, allowed: bool) -> Vec<Doubt<'a>> {
        if user.is_master() {
            return Vec::new();
        }
        let mut doubts = self.doubts_by_roles(user, query, allowed);
        // Rules only ever add to each other.
        if allowed {
            return doubts;
        }
        let open = self
            .open_bindings(query)
            .filter(|(binding, _)| binding.subjects.iter().any(|subject| is_subject(subject, binding, user)));
        doubts.extend(open.map(|(binding, doubt)| Doubt::Role(binding, doubt)));
        let adrift = self
            .adrift(query)
            .filter(|binding| binding.subjects.iter().any(|subject| is_subject(subject, binding, user)));
        doubts.extend(adrift.map(Doubt::NoNamespace));
        doubts.extend(self.rbac_templates().map(Doubt::Template));
        if doubts.is_empty() && user.name.starts_with("system:serviceaccount:kube-system:") {
            doubts.push(Doubt::OfKubernetes);
        }
        doubts
    }

    /// Bindings of the namespace in question to a role that is defined in different ways, where it matters which.
    pub fn undecided<'s>(
        &'s self,
        query: &'s Query<'_>,
    ) -> impl Iterator<Item = (&'a Binding, Doubt<'a>)> + 's {
        let bindings = self.project().bindings.iter().filter(|binding| {
            binding.cluster_wide || binding.meta.namespace_name().is_some_and(|own| own == query.namespace())
        });
        bindings.filter_map(move |binding| {
            let namespace = binding.meta.namespace_name().filter(|_| !binding.cluster_wide);
            let kind = binding.role_ref.role_kind()?;
            let namespace = if kind == RbacRoleKind::Role { namespace.unwrap_or_default() } else { "" };
            let all = self.several.get(&(kind, namespace.to_owned(), binding.role_ref.name.value.clone()))?;
            let says = |role: &&&RbacRole| role.rules.iter().any(|rule| query.is_allowed_by(rule));
            let allowing = all.iter().filter(says).count();
            let first = all.iter().find(says).or(all.first())?;
            (allowing > 0 && allowing < all.len()).then_some((binding, Doubt::SeveralRoles(first)))
        })
    }

    /// Names of the templates that hold RBAC objects and were not rendered.
    pub fn rbac_templates<'s>(&'s self) -> impl Iterator<Item = &'a str> + 's {
        self.project().templates_with("rbac.authorization.k8s.io")
    }

    /// Bindings that count for the question and may allow it, although no rule that is known does.
    pub fn open_bindings<'s>(
        &'s self,
        query: &'s Query<'_>,
    ) -> impl Iterator<Item = (&'a Binding, RoleDoubt)> + use<'s, 'a> {
        let bindings = self.cluster().bindings_in(query.namespace());
        bindings.filter_map(move |binding| Some((binding, self.doubt(binding, query)?)))
    }

    fn doubt(&self, binding: &Binding, query: &Query<'_>) -> Option<RoleDoubt> {
        let Some(role) = self.cluster().role_of(binding) else { return Some(RoleDoubt::NotAmongInputs) };
        let name = role.meta.name.as_str();
        if !bootstrap::is_extended(role) || self.cluster().allows(name, query) {
            return None;
        }
        let is_foreign = |group: &str| !resource::is_built_in(group) && !resource::is_former_group(group);
        match query {
            Query::Resource { request, .. } if is_foreign(request.group) => Some(RoleDoubt::Extensions),
            _ => self.newest.allows(name, query).then_some(RoleDoubt::Version),
        }
    }

    /// Rules that the binding may give beside those which it is known to give: of other definitions of its role, of roles
    /// that its role may take in, and of other versions of Kubernetes.
    pub fn doubtful_rules<'s>(&'s self, binding: &'s Binding) -> impl Iterator<Item = &'a RbacRule> + 's {
        let role = self.cluster().role_of(binding);
        let newer =
            role.filter(|role| bootstrap::is_extended(role)).and_then(|_| self.newest.rules_of(binding));
        let own = role.map_or(&[][..], |role| self.definitions(role));
        let selectors = role.map_or(&[][..], |role| &role.aggregation_selectors);
        let taken_in = self.several.values().flatten().filter(move |other| {
            let is_cluster_role = other.kind == RbacRoleKind::ClusterRole;
            is_cluster_role && selectors.iter().any(|selector| selector.selects(&other.meta))
        });
        let rules = own.iter().chain(taken_in).flat_map(|role| &role.rules);
        rules.chain(newer.into_iter().flatten())
    }

    /// RoleBindings without a namespace that would allow this, or might, in the namespace of the question.
    pub fn adrift<'s>(&'s self, query: &'s Query<'_>) -> impl Iterator<Item = &'a Binding> + 's {
        let bindings = self.project().bindings.iter().filter(|binding| {
            let is_adrift = !binding.cluster_wide && binding.meta.namespace_name().is_none_or(str::is_empty);
            is_adrift && !query.namespace().is_empty()
        });
        bindings.filter(|binding| {
            let rules = self.cluster().rules_of(binding);
            rules.is_none_or(|mut rules| rules.any(|rule| query.is_allowed_by(rule)))
        })
    }

    /// Roles that are defined in different ways, where it matters which.
    fn doubts_by_roles(&self, user: &User, query: &Query<'_>, allowed: bool) -> Vec<Doubt<'a>> {
        if self.several.is_empty() {
            return Vec::new();
        }
        let namespace = query.namespace();
        let says = |role: &RbacRole| role.rules.iter().any(|rule| query.is_allowed_by(rule));
        let of_user = self.cluster().sources(user, namespace);
        if allowed {
            let mut open = None;
            for source in of_user.filter(|source| query.is_allowed_by(source.rule)) {
                match self.definitions(source.written_in).iter().find(|other| !says(other)) {
                    None => return Vec::new(),
                    Some(other) => open = open.or(Some(Doubt::SeveralRoles(other))),
                }
            }
            return open.into_iter().collect();
        }
        let bound: Vec<&RbacRole> = self.cluster().bound(user, namespace).collect();
        let takes_in = |other: &RbacRole| {
            let selectors = bound.iter().flat_map(|role| &role.aggregation_selectors);
            other.kind == RbacRoleKind::ClusterRole && selectors.into_iter().any(|it| it.selects(&other.meta))
        };
        let of_bound = bound.iter().flat_map(|role| self.definitions(role)).copied();
        let taken_in = self.several.values().flatten().copied().filter(|other| takes_in(other));
        let first =
            of_bound.chain(taken_in).filter(|other| says(other)).min_by_key(|other| other.meta.name.span);
        first.map(Doubt::SeveralRoles).into_iter().collect()
    }

    /// All definitions of a role that is defined in several ways; none of a role that is defined in one.
    pub fn definitions(&self, role: &RbacRole) -> &[&'a RbacRole] {
        self.several.get(&key(role)).map_or(&[], Vec::as_slice)
    }
}

/// A role as the cluster knows it: kind, namespace, name.
pub(super) type RoleKey = (RbacRoleKind, String, String);

fn key(role: &RbacRole) -> RoleKey {
    let namespace = match role.kind {
        RbacRoleKind::ClusterRole => "",
        RbacRoleKind::Role => role.meta.namespace_name().unwrap_or_default(),
    };
    (role.kind, namespace.to_owned(), role.meta.name.value.clone())
}

/// The roles that the inputs define in different ways.
pub(super) fn defined_in_several_ways(project: &Project) -> HashMap<RoleKey, Vec<&RbacRole>> {
    let mut all: HashMap<RoleKey, Vec<&RbacRole>> = HashMap::new();
    for role in &project.rbac_roles {
        all.entry(key(role)).or_default().push(role);
    }
    all.retain(|_, roles| {
        let first = roles.first().map(|role| contents(role));
        roles.iter().skip(1).any(|role| Some(contents(role)) != first)
    });
    all
}

fn contents(role: &RbacRole) -> Vec<[Vec<&str>; 5]> {
    role.rules.iter().map(rbac::words).collect()
}
