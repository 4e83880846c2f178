//! Annotations of a pod template to what they tell the Agent Injector.

use super::fields::Texts;
use crate::model::kube::consumer::injector::{InjectedSecret, InjectedTemplate, Injector};
use crate::model::lower::template_call;
use crate::syntax::{Source, Span, Spanned};

const PREFIX: &str = "vault.hashicorp.com/";

/// What the annotations say; nothing if none is meant for the injector.
pub(super) fn injector(annotations: &Texts, source: &Source) -> Option<Box<Injector>> {
    let own: Vec<(Spanned<&str>, &Spanned<String>)> = annotations
        .iter()
        .filter_map(|(key, value)| {
            let name = key.value.strip_prefix(PREFIX)?;
            Some((Spanned::new(name, key.span), value))
        })
        .collect();
    if own.is_empty() {
        return None;
    }
    let get = |name: &str| own.iter().find(|(key, _)| key.value == name).map(|(_, value)| (*value).clone());
    let mut injector = Injector {
        inject: get("agent-inject"),
        status: get("agent-inject-status"),
        role: get("role").or_else(|| get("auth-config-role")),
        auth_path: get("auth-path"),
        auth_type: get("auth-type"),
        vault_namespace: get("namespace"),
        token_volume: get("agent-service-account-token-volume-name"),
        config_map: get("agent-configmap"),
        default_template: get("agent-inject-default-template"),
        pre_populate: get("agent-pre-populate"),
        pre_populate_only: get("agent-pre-populate-only"),
        secrets: Vec::new(),
    };
    for (key, value) in &own {
        secret(&mut injector, *key, value, &get, source);
    }
    injector.secrets.retain(|secret| {
        secret.path.is_some() || secret.template.is_some() || secret.template_file.is_some()
    });
    Some(Box::new(injector))
}

fn secret(
    injector: &mut Injector,
    key: Spanned<&str>,
    value: &Spanned<String>,
    get: &impl Fn(&str) -> Option<Spanned<String>>,
    source: &Source,
) {
    if value.value.trim().is_empty() {
        return;
    }
    if let Some(name) = key.value.strip_prefix("agent-inject-secret-") {
        named(injector, name, key.span).path = Some(value.clone());
    } else if let Some(name) = key.value.strip_prefix("agent-inject-template-file-") {
        named(injector, name, key.span).template_file = Some(value.clone());
    } else if let Some(name) = key.value.strip_prefix("agent-inject-template-") {
        let delimiter = |side: &str, usual: &str| {
            get(&format!("agent-template-{side}-delim-{name}")).map_or(usual.to_owned(), |text| text.value)
        };
        let delimiters = (delimiter("left", "{{"), delimiter("right", "}}"));
        let calls = template_call::calls(value, (&delimiters.0, &delimiters.1), source);
        named(injector, name, key.span).template = Some(InjectedTemplate { text: value.clone(), calls });
    } else if let Some(name) = key.value.strip_prefix("agent-inject-file-") {
        named(injector, name, key.span).file = Some(value.clone());
    }
}

/// The secret of this NAME, made if it is new. Names that differ by case are the same unless their case is preserved,
/// which the server of the webhook decides; here they stay apart.
fn named<'i>(injector: &'i mut Injector, name: &str, span: Span) -> &'i mut InjectedSecret {
    let known = injector.secrets.iter().position(|secret| secret.name.value == name);
    let at = known.unwrap_or_else(|| {
        injector.secrets.push(InjectedSecret {
            name: Spanned::new(name.to_owned(), span),
            path: None,
            template: None,
            template_file: None,
            file: None,
        });
        injector.secrets.len() - 1
    });
    // The entry is there: it was found, or pushed just now.
    #[allow(clippy::indexing_slicing, reason = "the position was found or made above")]
    &mut injector.secrets[at]
}
