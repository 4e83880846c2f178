//! Grants to policies and auth roles with the least that serves the intent.

use super::{Grant, GrantLine, Intent, IntentEngine};
use crate::model::Malformed;
use crate::model::project::Project;
use crate::model::vault::auth_role::{AUTH_ROLE, AuthRole};
use crate::model::vault::capability::{Capability, CapabilitySet};
use crate::model::vault::field::{Field, FieldValue, Fields};
use crate::model::vault::mount::{Confidence, Engine, KvVersion};
use crate::model::vault::policy::{PathRule, Policy, PolicyOrigin};
use crate::syntax::{Span, Spanned};
use Capability::{Create, Delete, List, Patch, Read, Update};

/// What one word of intent becomes: a path below the mount, and what must be allowed there.
struct Step {
    word: &'static str,
    prefix: &'static str,
    capabilities: &'static [Capability],
    why: &'static str,
}

const fn step(
    word: &'static str,
    prefix: &'static str,
    capabilities: &'static [Capability],
    why: &'static str,
) -> Step {
    Step { word, prefix, capabilities, why }
}

/// Source: `builtin/logical/kv`, `path_data.go`, `path_metadata.go`, `path_delete.go`, `path_destroy.go`.
const KV_V2: &[Step] = &[
    step("read", "data/", &[Read], "version 2 serves the values of a secret under `data/`"),
    step(
        "list",
        "metadata/",
        &[List],
        "version 2 lists names under `metadata/`; a list request ends in a slash",
    ),
    step(
        "write",
        "data/",
        &[Create, Update],
        "the first version of a secret is a create, each further one an update",
    ),
    step("patch", "data/", &[Patch], "a patch is an operation of its own"),
    step("delete", "data/", &[Delete], "deletes the latest version, which can be undeleted"),
    step("undelete", "undelete/", &[Update], "a call of the undelete endpoint"),
    step("destroy", "destroy/", &[Update], "a call of the destroy endpoint, which removes versions for good"),
];

const KV_V1: &[Step] = &[
    step("read", "", &[Read], "version 1 serves a secret at its own path"),
    step("list", "", &[List], "version 1 lists names at the path itself; a list request ends in a slash"),
    step("write", "", &[Create, Update], "a secret that is new is a create, any other write an update"),
    step("delete", "", &[Delete], "deletes the secret for good"),
];

const DATABASE: &[Step] = &[
    step("credentials", "creds/", &[Read], "dynamic credentials are made by a read"),
    step("static", "static-creds/", &[Read], "static credentials are read"),
];

/// PKI has no existence check, so that every write is an update.
const PKI: &[Step] = &[
    step("issue", "issue/", &[Update], "issuing is a write to an endpoint without existence check"),
    step("sign", "sign/", &[Update], "signing is a write to an endpoint without existence check"),
];

/// Encryption is an update where the key exists; `create` would let the holder make a key by naming it.
const TRANSIT: &[Step] = &[
    step(
        "encrypt",
        "encrypt/",
        &[Update],
        "encrypts with a key that exists; without `create` no key is made on the way",
    ),
    step("decrypt", "decrypt/", &[Update], "a call of the decrypt endpoint"),
    step("rewrap", "rewrap/", &[Update], "a call of the rewrap endpoint"),
    step("sign", "sign/", &[Update], "a call of the sign endpoint"),
    step("verify", "verify/", &[Update], "a call of the verify endpoint"),
    step("hmac", "hmac/", &[Update], "a call of the HMAC endpoint"),
    step("datakey", "datakey/plaintext/", &[Update], "makes a data key and returns it in clear too"),
    step("datakey", "datakey/wrapped/", &[Update], "makes a data key and returns it encrypted"),
    step("read", "keys/", &[Read], "settings and public parts of the key"),
];

const KUBERNETES: &[Step] = &[step(
    "credentials",
    "creds/",
    &[Update],
    "credentials are made by a write, the endpoint knows no read",
)];

/// Expands every grant of the project into its policy and its role.
pub fn grants(project: &mut Project) {
    let mut grants = std::mem::take(&mut project.grants);
    for grant in &mut grants {
        let mut faults = Vec::new();
        let (lines, path_rules) = expand(grant, project, &mut faults);
        let mount = auth_mount(grant, project, &mut faults);
        grant.expansion = lines;
        project.policies.push(Policy {
            name: grant.name.clone(),
            span: grant.span,
            origin: PolicyOrigin::Grant,
            text: None,
            path_rules,
            refusals: Vec::new(),
            ignored: Vec::new(),
        });
        project.auth_roles.push(auth_role(grant, mount));
        project.malformed.append(&mut faults);
    }
    project.grants = grants;
}

/// One path of an expansion, before paths are joined.
struct Granted {
    path: Spanned<String>,
    capabilities: Vec<(Capability, Span)>,
}

fn expand(grant: &Grant, project: &Project, faults: &mut Vec<Malformed>) -> (Vec<GrantLine>, Vec<PathRule>) {
    let mut lines = Vec::new();
    let mut granted: Vec<Granted> = Vec::new();
    for intent in &grant.intents {
        let steps = match steps_of(intent, project) {
            Ok(steps) => steps,
            Err(fault) => {
                faults.push(*fault);
                continue;
            }
        };
        for word in &intent.words {
            let rules: Vec<(String, Vec<Capability>, &'static str)> = steps
                .iter()
                .filter(|step| step.word == word.value)
                .filter_map(|step| Some((path_of(intent, step)?, step.capabilities.to_vec(), step.why)))
                .collect();
            if rules.is_empty() {
                faults.extend(not_possible(intent, word, steps));
            }
            for (path, capabilities, _) in &rules {
                grant_on(&mut granted, path, intent.on.span, capabilities, word.span);
            }
            let text = format!("{word} {}", intent.on);
            lines.push(GrantLine { intent: Spanned::new(text, word.span), rules });
        }
    }
    inherit(&mut granted);
    keep_folders_listable(&mut granted);
    (lines, granted.into_iter().map(path_rule).collect())
}

/// What the intent's words become on its mount.
fn steps_of(intent: &Intent, project: &Project) -> Result<&'static [Step], Box<Malformed>> {
    let (wanted, steps) = match intent.engine {
        IntentEngine::Kv => ("kv", KV_V2),
        IntentEngine::Database => ("database", DATABASE),
        IntentEngine::Pki => ("pki", PKI),
        IntentEngine::Transit => ("transit", TRANSIT),
        IntentEngine::Kubernetes => ("kubernetes", KUBERNETES),
    };
    let mount = &intent.mount;
    let engine = engine_at(mount, project);
    if let (Some((Engine::Kv(Some(KvVersion::V2)), _)), Some(secret)) =
        (&engine, intent.on.value.strip_prefix("data/"))
    {
        let message = format!(
            "`{}` would become `{mount}/data/{}`: `data/` is added by the version",
            intent.on, intent.on
        );
        let fault = Malformed::new(intent.on.span, message).with_help(format!("write `{secret}`"));
        return Err(Box::new(fault));
    }
    match engine {
        Some((Engine::Kv(Some(KvVersion::V1)), _)) if wanted == "kv" => Ok(KV_V1),
        Some((Engine::Kv(None), _)) | None if wanted == "kv" => {
            let message = format!("the version of the key-value mount `{mount}` is not known");
            let help = format!(
                "declare it under `vault.mounts`, as `{mount}: {{type: kv, options: {{version: \"2\"}}}}`, or as `[[mount]]` in rolewright.toml"
            );
            Err(Box::new(Malformed::new(mount.span, message).with_help(help)))
        }
        Some((engine, place)) if engine.type_name() != wanted => {
            let message = format!("`{mount}` is no {wanted} mount but a {} mount", engine.type_name());
            let fault = Malformed::new(mount.span, message);
            Err(Box::new(match place {
                Some(span) => fault.with_label(span, "declared here"),
                None => fault,
            }))
        }
        _ => Ok(steps),
    }
}

/// The engine at a path, as declared by a spec or configured for the place that asks; what was inferred from use is
/// too little to write policies by.
fn engine_at(mount: &Spanned<String>, project: &Project) -> Option<(Engine, Option<Span>)> {
    let declared = project
        .mounts
        .iter()
        .find(|known| known.confidence == Confidence::Declared && known.path == mount.value);
    if let Some(known) = declared {
        return Some((known.engine.clone(), Some(known.evidence)));
    }
    let file = project.sources.get(mount.span.source).map_or("", |source| source.name.as_str());
    let holds =
        |scope: &str| scope.is_empty() || file.strip_prefix(scope).is_some_and(|rest| rest.starts_with('/'));
    let configured =
        project.settings.mounts.iter().filter(|known| known.path == mount.value && holds(&known.scope));
    configured.max_by_key(|known| known.scope.len()).map(|known| (known.engine.clone(), None))
}

/// The path of a step for an intent; none for a folder that is not to be listed.
fn path_of(intent: &Intent, step: &Step) -> Option<String> {
    let on = intent.on.value.as_str();
    let list = step.capabilities == [List];
    let folder = on.strip_suffix('/');
    let on = match (list, folder) {
        (true, Some("")) => String::new(),
        (true, None) if !on.ends_with('*') => format!("{on}/"),
        (false, Some(_)) => return None,
        _ => on.to_owned(),
    };
    Some(format!("{}/{}{on}", intent.mount, step.prefix))
}

fn not_possible(intent: &Intent, word: &Spanned<String>, steps: &[Step]) -> Option<Malformed> {
    let known = steps.iter().any(|step| step.word == word.value);
    if known {
        let message = format!("`{}` is a folder, which can only be listed", intent.on);
        let inside = format!("write `{}*` for what is inside", intent.on.value.trim_start_matches('/'));
        return Some(Malformed::new(intent.on.span, message).with_help(inside));
    }
    // A word that no version knows was reported with the shape.
    let other = KV_V2.iter().any(|step| step.word == word.value);
    other.then(|| {
        let message = format!("version 1 of the key-value engine knows no `{word}`");
        Malformed::new(word.span, message).with_label(intent.mount.span, "a mount of version 1")
    })
}

fn grant_on(granted: &mut Vec<Granted>, path: &str, place: Span, capabilities: &[Capability], word: Span) {
    let at = granted.iter().position(|known| known.path.value == path).unwrap_or_else(|| {
        granted.push(Granted { path: Spanned::new(path.to_owned(), place), capabilities: Vec::new() });
        granted.len() - 1
    });
    let Some(known) = granted.get_mut(at) else { return };
    for capability in capabilities {
        if !known.capabilities.iter().any(|(have, _)| have == capability) {
            known.capabilities.push((*capability, word));
        }
    }
}

/// Servers apply one path rule only, so that a narrow rule must repeat what the wider ones around it grant.
fn inherit(granted: &mut [Granted]) {
    let wide: Vec<(String, Vec<(Capability, Span)>)> = granted
        .iter()
        .filter_map(|known| {
            Some((known.path.value.strip_suffix('*')?.to_owned(), known.capabilities.clone()))
        })
        .collect();
    for narrow in granted {
        let text = narrow.path.value.strip_suffix('*').unwrap_or(&narrow.path.value).to_owned();
        for (_, capabilities) in wide.iter().filter(|(prefix, _)| text.starts_with(prefix)) {
            for (capability, span) in capabilities {
                if !narrow.capabilities.iter().any(|(have, _)| have == capability) {
                    narrow.capabilities.push((*capability, *span));
                }
            }
        }
    }
}

/// Vault up to 1.20 looks a list request up without its slash first: a wider rule around a listable folder `a/b/*`
/// would then answer for `a/b`, so that the folder needs a rule of its own.
fn keep_folders_listable(granted: &mut Vec<Granted>) {
    let lists = |known: &Granted| known.capabilities.iter().any(|(have, _)| *have == List);
    let mut folders = Vec::new();
    for known in granted.iter().filter(|known| lists(known)) {
        let Some(folder) = known.path.value.strip_suffix("/*") else { continue };
        let covers = |wide: &Granted| {
            wide.path.value.strip_suffix('*').is_some_and(|prefix| folder.starts_with(prefix))
        };
        if granted.iter().any(|wide| covers(wide) && !lists(wide)) {
            let span = known
                .capabilities
                .iter()
                .find(|(have, _)| *have == List)
                .map_or(known.path.span, |(_, span)| *span);
            folders.push((format!("{folder}/"), known.path.span, span));
        }
    }
    for (folder, place, word) in folders {
        grant_on(granted, &folder, place, &[List], word);
    }
}

fn path_rule(granted: Granted) -> PathRule {
    let set =
        granted.capabilities.iter().fold(CapabilitySet::EMPTY, |set, (capability, _)| set.with(*capability));
    let span_of = |wanted: Capability| {
        granted
            .capabilities
            .iter()
            .find(|(have, _)| *have == wanted)
            .map_or(granted.path.span, |(_, span)| *span)
    };
    let capabilities = set.iter().map(|one| Spanned::new(one.word().to_owned(), span_of(one))).collect();
    let span = granted.path.span;
    PathRule { capabilities, ..PathRule::new(granted.path, span) }
}

/// The auth mount that the grant's role lives on.
fn auth_mount(grant: &Grant, project: &Project, faults: &mut Vec<Malformed>) -> String {
    if let Some(mount) = &grant.to.mount {
        return mount.value.clone();
    }
    match project.auth_mounts.as_slice() {
        [] => "kubernetes".to_owned(),
        [only] => only.path.value.clone(),
        several if several.iter().any(|mount| mount.path.value == "kubernetes") => "kubernetes".to_owned(),
        [first, ..] => {
            let message = "several auth mounts are declared, and the grant names none";
            let fault = Malformed::new(grant.to.span, message).with_label(first.path.span, "one of them");
            faults.push(fault.with_help("add `mount:` to `to`"));
            first.path.value.clone()
        }
    }
}

fn auth_role(grant: &Grant, mount: String) -> AuthRole {
    let list = |items: &[Spanned<String>]| FieldValue::List(items.to_vec());
    let mut own = grant.fields.clone();
    let extra = own.list("token_policies").to_vec();
    own.known.retain(|field| field.spec.name != "token_policies");
    let policies: Vec<Spanned<String>> = std::iter::once(grant.name.clone()).chain(extra).collect();
    let to = &grant.to;
    let mut known = Vec::new();
    known.extend(field(
        "bound_service_account_names",
        list(&to.service_accounts),
        span_of(&to.service_accounts, to.span),
    ));
    known.extend(field(
        "bound_service_account_namespaces",
        list(&to.namespaces),
        span_of(&to.namespaces, to.span),
    ));
    if let Some(audience) = &to.audience {
        known.extend(field("audience", FieldValue::Text(audience.value.clone()), audience.span));
    }
    known.extend(field("token_policies", FieldValue::List(policies), grant.name.span));
    known.append(&mut own.known);
    AuthRole {
        name: grant.name.clone(),
        mount,
        span: grant.span,
        from_grant: true,
        fields: Fields { known, unknown: Vec::new() },
    }
}

fn field(name: &str, value: FieldValue, span: Span) -> Option<Field> {
    let spec = AUTH_ROLE.iter().find(|spec| spec.name == name)?;
    Some(Field { key: Spanned::new(name.to_owned(), span), spec, value, span })
}

fn span_of(items: &[Spanned<String>], fallback: Span) -> Span {
    match items {
        [first, .., last] => first.span.to(last.span),
        [only] => only.span,
        [] => fallback,
    }
}
