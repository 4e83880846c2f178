//! What of a pattern answers requests without a token, so that no policy has a say.

use super::{Api, Below, Endpoint, auth_method, table};
use crate::model::project::Project;
use crate::model::vault::capability::Capability;
use crate::model::vault::mount::{Engine, KvVersion};
use crate::model::vault::path::{PathPattern, PatternClass};
use crate::semantics::mounts::MountTable;
use crate::semantics::pattern::{common, covers};
use crate::syntax::{Span, Spanned};

/// What is found of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WithoutToken {
    /// No path of it, as far as the APIs have tables.
    No,
    /// This path does.
    Yes(String),
    /// This path does, if something holds that no input says: one lower-case phrase.
    Perhaps(String, String),
}

/// A path of the pattern that answers requests of this kind without a token. `methods` are the paths of Kubernetes auth
/// methods; all else that is mounted is taken from the project, and from the name of the mount, if the pattern has it.
pub fn without_token(
    capability: Capability,
    within: &PathPattern,
    project: &Project,
    mounts: &MountTable<'_>,
    (asked_at, methods): (Span, &[&str]),
) -> WithoutToken {
    let mut perhaps = WithoutToken::No;
    for region in regions(within, project, mounts, asked_at, methods) {
        let is_meant = |endpoint: &&Endpoint| endpoint.is_open() && endpoint.asks_for(capability);
        let mut open: Vec<&Endpoint> = table(region.api).iter().filter(is_meant).collect();
        // Those of one path say most.
        open.sort_by_key(|endpoint| endpoint.0.contains(['*', '+']));
        for endpoint in open {
            let label = format!("{}/{}", region.mount, endpoint.0);
            let Some(path) = common(within, &PathPattern::stored(label)) else { continue };
            let Some(rest) = path.get(region.mount.len() + 1..) else { continue };
            let pattern = PathPattern { text: rest.to_owned(), class: PatternClass::Exact };
            let below = Below { api: region.api, mount: &region.mount, rest, pattern, certain: true };
            let why = match (below.is_ceremony(), below.is_open(), region.certain) {
                (false, true, true) => return WithoutToken::Yes(path),
                (false, true, false) => {
                    format!(
                        "it answers without a token if `{}` is what its name says: declare the mount",
                        region.mount
                    )
                }
                (true, ..) => {
                    "it answers without a token unless the server is told to ask for one".to_owned()
                }
                (false, false, _) => continue,
            };
            if perhaps == WithoutToken::No {
                perhaps = WithoutToken::Perhaps(path, why);
            }
        }
    }
    perhaps
}

/// True if every path of the pattern answers requests of this kind without a token.
pub fn all_without_token(
    capability: Capability,
    within: &PathPattern,
    project: &Project,
    mounts: &MountTable<'_>,
    (asked_at, methods): (Span, &[&str]),
) -> bool {
    if !within.has_wildcard() {
        let found = without_token(capability, within, project, mounts, (asked_at, methods));
        return matches!(found, WithoutToken::Yes(_));
    }
    let label = within.to_string();
    let asker = Spanned::new(label.clone(), asked_at);
    Below::of(&label, project, mounts, &asker).is_some_and(|below| {
        let takes_all = |endpoint: Endpoint| {
            endpoint.asks_for(capability) && covers(&PathPattern::parse(endpoint.0), &below.pattern)
        };
        below.certain && below.is_open() && below.endpoints().any(takes_all)
    })
}

/// A part of the API.
struct Region {
    api: Api,
    mount: String,
    certain: bool,
}

/// The parts of the API that the pattern may meet, without those that have no endpoints of the kind.
fn regions(
    within: &PathPattern,
    project: &Project,
    mounts: &MountTable<'_>,
    asked_at: Span,
    methods: &[&str],
) -> Vec<Region> {
    let region = |api: Api, mount: &str, certain: bool| Region { api, mount: mount.to_owned(), certain };
    let mut all = vec![region(Api::System, "sys", true), region(Api::Identity, "identity", true)];
    for mount in &project.auth_mounts {
        let path = mount.path.value.trim_matches('/');
        all.extend(auth_method(path, project).map(|api| region(api, &format!("auth/{path}"), true)));
    }
    all.extend(methods.iter().map(|path| region(Api::KubernetesAuth, &format!("auth/{path}"), true)));
    let declared = project.mounts.iter().map(|mount| (mount.path.as_str(), &mount.engine));
    let configured = project.settings.mounts.iter().map(|mount| (mount.path.as_str(), &mount.engine));
    for (path, engine) in declared.chain(configured) {
        let path = path.trim_matches('/');
        // Of a mount of which its own neighbours say different things, the engine is not known.
        let known = mounts.over(path, asked_at).filter(|known| known.path == path);
        let api = of_engine(known.map_or(engine, |known| known.engine));
        all.extend(api.map(|api| region(api, path, known.is_some())));
    }
    let label = within.to_string();
    let asker = Spanned::new(label.clone(), asked_at);
    if let Some(below) = Below::of(&label, project, mounts, &asker) {
        let is_new = !all.iter().any(|other| other.mount == below.mount);
        all.extend(is_new.then(|| region(below.api, below.mount, below.certain)));
    }
    all
}

/// The table of an engine.
pub(super) fn of_engine(engine: &Engine) -> Option<Api> {
    match engine {
        Engine::Kv(Some(KvVersion::V1)) => Some(Api::Kv1),
        Engine::Kv(Some(KvVersion::V2)) => Some(Api::Kv2),
        Engine::Transit => Some(Api::Transit),
        Engine::Pki => Some(Api::Pki),
        Engine::Database => Some(Api::Database),
        Engine::Kubernetes => Some(Api::Kubernetes),
        Engine::Other(name) if name == "ssh" => Some(Api::Ssh),
        Engine::Kv(None) | Engine::Other(_) => None,
    }
}
