//! # What it finds
//! The path of a key-value secret in the spelling of another consumer: on a mount of version 2, without `data/` for the Agent
//! Injector, Vault Agent and the CSI provider; with `data/` for the Vault Secrets Operator and External Secrets, which add it
//! themselves; with `data/` on a mount of version 1.
//!
//! # Why it matters
//! There is nothing at that path: 404 `Invalid path for a versioned K/V secrets engine`, or 403 where the policy is right.
//!
//! # How to fix it
//! Write what the finding says. The operator's `type` and External Secrets' `version` must be that of the mount.
//!
//! # Limits
//! Templates are a note: Vault Agent looks the mount up before it fetches, and adds `data/` itself where the token may see the mount.
//! The mount must be known: declared, configured in `rolewright.toml`, or used in an unmistakable way. For the operator, which
//! says itself that it adds `data/`, it need not be.

use crate::lint::{Category, Check, Context, Edit, Rule, Severity};
use crate::model::kube::consumer::operator::OperatorRequest;
use crate::model::project::Project;
use crate::model::vault::mount::{Engine, KvVersion};
use crate::semantics::kv;
use crate::syntax::Spanned;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "consumer-kv-path",
    summary: "the path of a key-value secret in another consumer's spelling",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: true,
    source: include_str!("consumer_kv_path.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    for (path, consumer, severity) in api_paths(project) {
        let written = path.value.trim().trim_start_matches('/');
        let Some(mount) = cx.mounts.over(written, path.span) else { continue };
        let Engine::Kv(Some(version)) = mount.engine else { continue };
        let right = match version {
            KvVersion::V2 => kv::misses_api(written, mount.path)
                .map(|misses| format!("{}/data/{}", mount.path, misses.key)),
            KvVersion::V1 => {
                kv::v2_word_on_v1(written, mount.path).map(|(_, key)| format!("{}/{key}", mount.path))
            }
        };
        let Some(right) = right else { continue };
        let (evidence, of) = (mount.evidence, mount.path.to_owned());
        let number = if *version == KvVersion::V2 {
            "2, whose secrets lie below `data/`"
        } else {
            "1, which has no `data/`"
        };
        // Those of templates look the mount up first, where they may.
        let asks = if severity == Severity::Note {
            "asks for this path as it stands, unless its token may look the mount up,"
        } else {
            "asks for this path as it stands,"
        };
        let message = format!("{consumer} {asks} and `{of}` is of version {number}");
        let place = cx.project.sources.verbatim(path);
        let finding = cx.report(path.span, message).severity(severity).help(format!("write `{right}`"));
        if let Some(evidence) = evidence {
            finding.label(evidence, "this says so");
        }
        if let Some(place) = place.filter(|_| path.value == written) {
            finding.unsafe_fix(format!("write `{right}`"), vec![Edit::replace(place, right)]);
        }
    }
    for secret in &project.consumers.vault_secrets {
        let OperatorRequest::Static { path: Some(path), version: Some(version) } = &secret.request else {
            continue;
        };
        let Some(right) = path.value.strip_prefix("data/").filter(|_| version.value == "kv-v2") else {
            continue;
        };
        let place = cx.project.sources.verbatim(path);
        let finding =
            cx.report(path.span, "the Vault Secrets Operator puts `data/` in front of the path by itself");
        finding.help(format!("write `{right}`"));
        if let Some(place) = place {
            finding.unsafe_fix(format!("write `{right}`"), vec![Edit::replace(place, right)]);
        }
    }
}

/// Paths that go to the API as they are written.
fn api_paths(project: &Project) -> impl Iterator<Item = (&Spanned<String>, &'static str, Severity)> {
    let injectors = || project.workloads.iter().filter_map(|it| it.injector.as_deref());
    let secrets = || injectors().flat_map(|injector| &injector.secrets);
    let paths = secrets().filter(|it| it.template.is_none()).filter_map(|it| it.path.as_ref());
    let calls = secrets().filter_map(|it| it.template.as_ref()).flat_map(|it| &it.calls);
    let calls = calls.filter_map(|call| call.path.as_ref());
    let templates = project.consumers.agents.iter().flat_map(|agent| &agent.templates);
    let of_agents = templates.flat_map(|it| &it.calls).filter_map(|call| call.path.as_ref());
    let classes = project.consumers.provider_classes.iter().flat_map(|class| &class.objects);
    let of_classes = classes.filter_map(|object| object.path.as_ref());
    paths
        .map(|path| (path, "the Agent Injector", Severity::Warning))
        .chain(calls.chain(of_agents).map(|path| (path, "the template", Severity::Note)))
        .chain(of_classes.map(|path| (path, "the CSI provider", Severity::Warning)))
}
