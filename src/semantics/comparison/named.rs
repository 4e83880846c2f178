//! Changes for somebody who is called by a text, and whether anybody is.

use super::logins::engine_roles::user_words;
use super::word;
use crate::model::project::Project;
use crate::model::spec::Quantifier;
use crate::semantics::bound;

/// True if `who`, as a change tells it, holds the text; or, if the text is `NAMESPACE/NAME`, is a group that the service
/// account is in, or a phrase that takes it in.
pub fn concerns(who: &str, text: &str) -> bool {
    if who.contains(text) {
        return true;
    }
    let Some((namespace, name)) = text.split_once('/').filter(|(namespace, name)| {
        let is_word = |word: &str| !word.is_empty() && !word.contains(['/', ' ', '`']);
        is_word(namespace) && is_word(name)
    }) else {
        return false;
    };
    if let Some(group) = who.strip_prefix("Group ") {
        return match group {
            "system:authenticated" | "system:serviceaccounts" => true,
            _ => group.strip_prefix("system:serviceaccounts:") == Some(namespace),
        };
    }
    let quoted: Vec<&str> = who.split('`').collect();
    match quoted.as_slice() {
        ["any service account ", names, _, namespaces, _] => {
            bound::admits(names, name) && bound::admits(namespaces, namespace)
        }
        ["any service account " | "the service account ", names, _] => bound::admits(names, name),
        _ => false,
    }
}

/// True if an input speaks of somebody whom the text concerns.
pub fn is_known(project: &Project, text: &str) -> bool {
    let is = |who: &str| concerns(who, text);
    let of_roles = || {
        project.auth_roles.iter().any(|role| {
            role.names().iter().any(|name| {
                let by_labels = role.fields.text("bound_service_account_namespace_selector");
                let selected = format!("any service account {} of some namespaces", word(name.as_str()));
                by_labels.is_some_and(|it| !it.value.is_empty()) && is(&selected)
                    || role.namespaces().iter().any(|namespace| {
                        let phrase = format!(
                            "any service account {} of namespaces {}",
                            word(name.as_str()),
                            word(namespace.as_str())
                        );
                        is(&format!("{namespace}/{name}")) || is(&phrase)
                    })
            })
        })
    };
    let of_bindings = || {
        project.bindings.iter().any(|binding| {
            binding.subjects.iter().any(|subject| {
                let own = subject.namespace.as_ref().map(|namespace| namespace.as_str());
                let namespace = own.or(binding.meta.namespace_name()).unwrap_or_default();
                let name = subject.name.as_str();
                match subject.kind.as_str() {
                    "ServiceAccount" if namespace.is_empty() => is(&format!("service account {name}")),
                    "ServiceAccount" => is(&format!("{namespace}/{name}")),
                    // Every service account is in these, so that they make none of them known.
                    "Group" if matches!(name, "system:authenticated" | "system:serviceaccounts") => {
                        format!("Group {name}").contains(text)
                    }
                    kind => is(&format!("{kind} {name}")),
                }
            })
        })
    };
    let of_objects = || {
        let accounts = project.service_accounts.iter().map(|account| {
            let namespace = account.meta.namespace_name().unwrap_or_default();
            format!("{namespace}/{}", account.meta.name)
        });
        let workloads = project.workloads.iter().map(|workload| {
            let namespace = workload.meta.namespace_name().unwrap_or_default();
            let account = workload.service_account.as_ref().map_or("default", |name| name.as_str());
            format!("{namespace}/{account}")
        });
        accounts.chain(workloads).any(|who| is(&who))
    };
    let of_vault = || {
        let policies = project.policies.iter().map(|policy| format!("policy:{}", policy.key()));
        let engines = project.secrets_roles.iter().map(|role| {
            user_words(&format!("{}/{}", role.mount.trim_matches('/'), role.name.value.to_lowercase()))
        });
        let methods = project.auth_mounts.iter();
        let methods = methods.map(|mount| format!("whoever logs in at {}", word(mount.path.as_str())));
        let mounts =
            project.mounts.iter().map(|mount| format!("whoever uses the mount {}", word(&mount.path)));
        policies.chain(engines).chain(methods).chain(mounts).any(|who| is(&who))
    };
    let of_expectations = || {
        project.expectations.iter().any(|expectation| match &expectation.who.value {
            Quantifier::One(who) => is(who),
            Quantifier::NobodyExcept(all) | Quantifier::Only(all) => all.iter().any(|who| is(who)),
            Quantifier::Nobody | Quantifier::EverybodyIn(_) => false,
        })
    };
    of_bindings() || of_roles() || of_objects() || of_vault() || of_expectations()
}
