//! Which auth role an errand means.

use super::errand::Errand;
use super::pod::Pod;
use super::stage::{Fault, Stage, StageName, Stop};
use crate::model::vault::auth_role::AuthRole;
use crate::semantics::login::AuthMethod;
use crate::syntax::Span;

/// The role that is meant: of several declarations, the one that lies nearest to the workload.
pub(super) fn find<'p>(
    pod: &'p Pod<'_, '_, '_>,
    errand: &Errand,
) -> Option<(&'p AuthRole, &'p AuthMethod<'p>)> {
    let namespace = errand.vault_namespace.as_str();
    let methods = pod.tracer.access.methods().iter().filter(|method| {
        method.path == errand.mount.value && method.namespace.trim_end_matches('/') == namespace
    });
    let roles =
        methods.flat_map(|method| method.roles_named(&errand.role.value).map(move |role| (role, method)));
    let directory = |span: Span| pod.tracer.project.sources.get(span.source).map_or("", |it| it.directory());
    let nearness = |place: Span| {
        let pairs = directory(place).split('/').zip(directory(pod.name_span()).split('/'));
        pairs.take_while(|(one, other)| one == other).count()
    };
    // Of equally near ones the first is what one reads first.
    roles.reduce(|best, next| if nearness(next.0.span) > nearness(best.0.span) { next } else { best })
}

/// No input declares it: what else may be meant.
pub(super) fn unknown(pod: &Pod<'_, '_, '_>, errand: &Errand) -> Stage {
    let (role, mount) = (&errand.role.value, &errand.mount.value);
    let namespace = errand.vault_namespace.as_str();
    let methods = pod.tracer.access.methods().iter();
    let all: Vec<(&AuthMethod<'_>, &AuthRole)> =
        methods.flat_map(|method| method.roles().iter().map(move |role| (method, *role))).collect();
    let is_here =
        |method: &AuthMethod<'_>| method.path == mount && method.namespace.trim_end_matches('/') == namespace;
    let distance = |name: &str| strsim::damerau_levenshtein(&name.to_lowercase(), &role.to_lowercase());
    let elsewhere = all.iter().find(|(_, it)| it.name.value.eq_ignore_ascii_case(role));
    let similar = all
        .iter()
        .filter(|(method, it)| is_here(method) && distance(&it.name.value) <= 2.max(role.len() / 4))
        .min_by_key(|(_, it)| distance(&it.name.value));
    let of_namespace = match errand.vault_namespace.as_str() {
        "" => String::new(),
        namespace => format!(" in the Vault namespace `{namespace}`"),
    };
    let mut stop = Stop::unknown(format!(
        "the role `{role}` of `auth/{mount}`{of_namespace} is not among the inputs; if the server does not have it either, the \
         login fails with `invalid role name {role:?}` (400)"
    ));
    if let Some((_, role)) = similar {
        stop = stop.remedy(format!("there is a role `{}`: is that meant?", role.name), Some(role.name.span));
    } else if let Some((method, role)) = elsewhere {
        let question = match method.namespace.trim_end_matches('/') {
            own if own == namespace => {
                format!("there is one at `auth/{}`: is that mount meant?", method.path)
            }
            "" => format!("there is one at `auth/{}` without a Vault namespace: is that meant?", method.path),
            own => format!("there is one in the Vault namespace `{own}`: is that meant?"),
        };
        stop = stop.remedy(question, Some(role.name.span));
    } else {
        stop = stop.remedy("add the file that declares it with `--in PATH`", None);
    }
    if all.iter().any(|(method, _)| is_here(method)) || similar.is_some() || elsewhere.is_some() {
        stop = stop.of(Fault::UnknownRole);
    }
    let says = format!("role `{role}` of `auth/{mount}`");
    Stage::unknown(StageName::MatchRole, says, vec![errand.role.span], stop)
}
