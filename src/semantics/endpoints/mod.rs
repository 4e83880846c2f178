//! What the API of each engine looks like: its endpoints, and which capabilities they ask for.
//!
//! One table per engine, below the mount. They answer which endpoints a pattern reaches, and what those ask for.

mod engines;
mod identity;
mod logins;
mod pki;
mod system;
mod without_token;

pub use without_token::{WithoutToken, all_without_token, without_token};

use super::kv;
use super::mounts::MountTable;
use super::pattern::{label_overlaps, overlaps};
use crate::model::project::Project;
use crate::model::vault::capability::{Capability, CapabilitySet};
use crate::model::vault::path::PathPattern;
use crate::syntax::{Span, Spanned};

/// An endpoint: its path below the mount, as a pattern, and one letter for each capability that it asks for: `c`reate,
/// `r`ead, `u`pdate, `p`atch, `d`elete, `l`ist, sca`n`; `o` if it is open to requests without a token, `?` if the
/// operations are not known. Which paths take `sudo` beside them, `acl` knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoint(pub &'static str, pub &'static str);

/// A part of the API that has a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Api {
    /// `sys/`.
    System,
    /// `identity/`.
    Identity,
    /// `cubbyhole/`.
    Cubbyhole,
    /// `auth/token/`.
    Token,
    /// An auth method of type `kubernetes`.
    KubernetesAuth,
    /// An auth method of type `approle`.
    Approle,
    /// Key-value, version 1.
    Kv1,
    /// Key-value, version 2.
    Kv2,
    /// `transit`.
    Transit,
    /// `pki`.
    Pki,
    /// `database`.
    Database,
    /// `kubernetes`, the secrets engine.
    Kubernetes,
    /// `ssh`.
    Ssh,
}

/// A label below the mount of an engine whose table is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Below<'a> {
    /// Which engine.
    pub api: Api,
    /// The mount, without a slash at the end.
    pub mount: &'a str,
    /// What follows, as written.
    pub rest: &'a str,
    /// What follows, as a pattern.
    pub pattern: PathPattern,
    /// False if nothing but the name of the mount speaks for the engine.
    pub certain: bool,
}

impl Endpoint {
    /// True if some operation of the endpoint asks for the capability, as far as its operations are known.
    pub fn asks_for(self, capability: Capability) -> bool {
        letter(capability).is_some_and(|letter| self.1.contains(letter))
    }

    /// True if it answers requests without a token, so that no policy is asked.
    pub fn is_open(self) -> bool {
        self.1.contains('o')
    }

    /// True if all that is known is that it exists.
    pub fn is_opaque(self) -> bool {
        self.1.contains('?')
    }

    /// True if the pattern, which is relative to the mount, matches some path of it. The path of a list request may have a
    /// slash at its end or not.
    pub fn is_reached_by(self, pattern: &PathPattern) -> bool {
        let text = pattern.text.as_str();
        let fixed = self.0.split(['*', '+']).next().unwrap_or("");
        let own = pattern.fixed_prefix();
        if !fixed.starts_with(own) && !own.starts_with(fixed) {
            return false;
        }
        label_overlaps(self.0, pattern)
            || (self.1.contains(['l', 'n'])
                && (text.ends_with('/') || pattern.has_wildcard())
                && overlaps(&PathPattern::parse(&format!("{}/", self.0)), pattern))
    }
}

impl<'a> Below<'a> {
    /// Where a label lies, if that part of the API has a table. `asker` is the label with its place; what is mounted is
    /// taken from the inputs, else from the names that everybody uses.
    pub fn of(
        label: &'a str,
        project: &Project,
        mounts: &MountTable<'_>,
        asker: &Spanned<String>,
    ) -> Option<Below<'a>> {
        let label = label.strip_prefix('/').unwrap_or(label);
        let (first, rest) = label.split_once('/')?;
        let (api, mount, certain) = match first {
            "sys" => (Api::System, first, true),
            "identity" => (Api::Identity, first, true),
            "cubbyhole" => (Api::Cubbyhole, first, true),
            "auth" => {
                let (method, _) = rest.split_once('/')?;
                let mount = label.get(..first.len() + 1 + method.len())?;
                (auth_method(method, project)?, mount, true)
            }
            _ if first.contains(['*', '+']) || kv::is_template(first) => return None,
            _ => secrets_engine(label, first, mounts, asker)?,
        };
        let rest = label.get(mount.len() + 1..)?;
        Some(Below { api, mount, rest, pattern: PathPattern::parse(rest), certain })
    }

    /// The endpoints that it reaches.
    pub fn endpoints(&self) -> impl Iterator<Item = Endpoint> {
        let first = self.pattern.fixed_prefix().bytes().next();
        let may_start = move |endpoint: &Endpoint| match (first, endpoint.0.bytes().next()) {
            (Some(own), Some(other)) => own == other || matches!(other, b'*' | b'+'),
            _ => true,
        };
        let near = table(self.api).iter().copied().filter(may_start);
        near.filter(|endpoint| endpoint.is_reached_by(&self.pattern))
    }

    /// True if all the endpoints that it reaches answer without a token. The ceremonies around root keys do not count, as
    /// servers can be told to ask for a token there.
    pub fn is_open(&self) -> bool {
        let mut known = self.endpoints().filter(|endpoint| !endpoint.is_opaque());
        !self.is_ceremony() && known.next().is_some_and(Endpoint::is_open) && known.all(Endpoint::is_open)
    }

    /// True of the ceremonies around root keys.
    fn is_ceremony(&self) -> bool {
        let ceremonies = ["generate-root", "rekey", "decode-token"];
        self.api == Api::System && ceremonies.iter().any(|it| self.rest.starts_with(it))
    }

    /// Every capability that some endpoint it reaches asks for; nothing if it reaches none, or one of which that is not
    /// known.
    pub fn asked_for(&self) -> Option<CapabilitySet> {
        let mut asked = CapabilitySet::EMPTY;
        let mut reached = false;
        for endpoint in self.endpoints() {
            if endpoint.is_opaque() {
                return None;
            }
            reached = true;
            let all = Capability::ALL.into_iter().filter(|capability| endpoint.asks_for(*capability));
            asked = all.fold(asked, CapabilitySet::with);
        }
        reached.then_some(asked)
    }
}

/// True if requests of this kind are answered at `path` without a token, so that no policy has a say.
pub fn needs_no_token(
    capability: Capability,
    path: &str,
    project: &Project,
    mounts: &MountTable<'_>,
    asked_at: Span,
) -> bool {
    let asker = Spanned::new(path.to_owned(), asked_at);
    Below::of(path, project, mounts, &asker).is_some_and(|below| {
        below.certain
            && below.is_open()
            && below.asked_for().is_some_and(|asked| asked.contains(capability))
            && !path.contains(['*', '+'])
    })
}

/// The endpoints of an engine.
pub fn table(api: Api) -> &'static [Endpoint] {
    match api {
        Api::System => system::SYSTEM,
        Api::Identity => identity::IDENTITY,
        Api::Cubbyhole => engines::CUBBYHOLE,
        Api::Token => logins::TOKEN,
        Api::KubernetesAuth => logins::KUBERNETES_AUTH,
        Api::Approle => logins::APPROLE,
        Api::Kv1 => engines::KV1,
        Api::Kv2 => engines::KV2,
        Api::Transit => engines::TRANSIT,
        Api::Pki => pki::PKI,
        Api::Database => engines::DATABASE,
        Api::Kubernetes => engines::KUBERNETES,
        Api::Ssh => engines::SSH,
    }
}

/// The first segments of an engine's endpoints, each once.
pub fn words(api: Api) -> impl Iterator<Item = &'static str> {
    let mut before = "";
    table(api).iter().filter_map(move |endpoint| {
        let word = endpoint.0.split('/').next().filter(|word| *word != before)?;
        before = word;
        Some(word)
    })
}

fn letter(capability: Capability) -> Option<char> {
    Some(match capability {
        Capability::Create => 'c',
        Capability::Read => 'r',
        Capability::Update => 'u',
        Capability::Patch => 'p',
        Capability::Delete => 'd',
        Capability::List => 'l',
        Capability::Scan => 'n',
        Capability::Deny | Capability::Sudo | Capability::Subscribe | Capability::Recover => return None,
    })
}

fn auth_method(mount: &str, project: &Project) -> Option<Api> {
    let declared = project.auth_mounts.iter().find(|it| it.path.value == mount);
    let method = declared.map_or(mount, |it| it.method.as_str());
    match method {
        "token" if mount == "token" => Some(Api::Token),
        "kubernetes" => Some(Api::KubernetesAuth),
        "approle" => Some(Api::Approle),
        _ => None,
    }
}

fn secrets_engine<'a>(
    label: &'a str,
    first: &'a str,
    mounts: &MountTable<'_>,
    asker: &Spanned<String>,
) -> Option<(Api, &'a str, bool)> {
    let known = mounts.over(label, asker.span);
    let Some(known) = known else {
        if let Some(mount) = kv::mount_in_use(label) {
            return Some((Api::Kv2, mount, true));
        }
        return by_name(first).map(|api| (api, first, false));
    };
    let api = without_token::of_engine(known.engine)?;
    let mount = label.get(..known.path.len())?;
    label.get(mount.len()..)?.starts_with('/').then_some((api, mount, true))
}

/// The engine that a mount of this name is for, where nobody says otherwise: the names that the engines have by default,
/// and the usual ones for an intermediate authority.
fn by_name(mount: &str) -> Option<Api> {
    match mount {
        "transit" => Some(Api::Transit),
        "pki" => Some(Api::Pki),
        "database" => Some(Api::Database),
        "kubernetes" => Some(Api::Kubernetes),
        "ssh" => Some(Api::Ssh),
        _ if mount.starts_with("pki_") || mount.starts_with("pki-") => Some(Api::Pki),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
