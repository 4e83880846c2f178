//! The service account that the Kubernetes secrets engine acts as, as far as RBAC tells.

use super::authorizer::{Cluster, Query, User};
use super::rbac::reach::subject_words;
use super::rbac::{Request, covers_resource};
use super::survey::Survey;
use crate::model::kube::binding::{Binding, Subject};
use crate::model::project::Project;

/// The service account that Vault acts as in the cluster.
#[derive(Debug)]
pub struct EngineAccount<'a> {
    /// The account as a user.
    pub user: User,
    /// A binding through which it holds its rights.
    pub binding: &'a Binding,
    /// The subject of the binding that names it.
    pub subject: &'a Subject,
}

impl<'a> EngineAccount<'a> {
    /// The only account that may do what the engine does to make service accounts of its own, if everything that it
    /// holds is known.
    pub fn of(survey: &Survey<'_>, project: &'a Project, cluster: &Cluster<'a>) -> Option<EngineAccount<'a>> {
        EngineAccount::only(survey, project, cluster, |user, binding| acts_as_engine(cluster, user, binding))
    }

    /// The only account that may create tokens of service accounts, if everything that it holds is known.
    pub fn minting(
        survey: &Survey<'_>,
        project: &'a Project,
        cluster: &Cluster<'a>,
    ) -> Option<EngineAccount<'a>> {
        EngineAccount::only(survey, project, cluster, |_, _| true)
    }

    fn only(
        survey: &Survey<'_>,
        project: &'a Project,
        cluster: &Cluster<'a>,
        is_wanted: impl Fn(&User, &Binding) -> bool,
    ) -> Option<EngineAccount<'a>> {
        let mut found: Option<EngineAccount<'a>> = None;
        let mints = |binding: &&Binding| {
            let mut rules = cluster.rules_of(binding).into_iter().flatten();
            rules.any(|rule| {
                let creates = rule.verbs.iter().any(|verb| verb.value == "*" || verb.value == "create");
                creates
                    && rule
                        .resources
                        .iter()
                        .any(|entry| covers_resource(entry.as_str(), "serviceaccounts/token"))
            })
        };
        for binding in project.bindings.iter().filter(mints) {
            for subject in binding.subjects.iter().filter(|subject| subject.kind.value == "ServiceAccount") {
                let own = subject.namespace.as_ref().map(|namespace| namespace.as_str());
                let Some(namespace) = own.or(binding.meta.namespace_name()) else { continue };
                let user = User::service_account(namespace, subject.name.as_str());
                if found.as_ref().is_some_and(|found| found.user == user) || !is_wanted(&user, binding) {
                    continue;
                }
                if found.is_some() {
                    return None;
                }
                found = Some(EngineAccount { user, binding, subject });
            }
        }
        found.filter(|engine| {
            let words = subject_words(engine.binding, engine.subject);
            let holds = |binding: &&Binding| {
                binding.subjects.iter().any(|subject| subject_words(binding, subject) == words)
            };
            let mut held = project.bindings.iter().filter(holds);
            held.all(|binding| !survey.referents(binding).is_empty())
        })
    }
}

/// True if the account may create service accounts, tokens for them, and bindings, where `binding` holds.
fn acts_as_engine(cluster: &Cluster<'_>, user: &User, binding: &Binding) -> bool {
    let namespace = if binding.cluster_wide { None } else { binding.meta.namespace_name() };
    let may = |group: &str, resource: &str| {
        let request = Request { verb: "create", group, resource, name: None };
        cluster.by_rbac(user, &Query::Resource { request, namespace }).is_some()
    };
    let binds = may(RBAC, "rolebindings") || may(RBAC, "clusterrolebindings");
    binds && may("", "serviceaccounts") && may("", "serviceaccounts/token")
}

const RBAC: &str = "rbac.authorization.k8s.io";
