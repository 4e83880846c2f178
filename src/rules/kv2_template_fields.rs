//! # What it finds
//! A template of the Agent Injector or Vault Agent that takes fields of a key-value secret of version 2 as if it were version 1:
//! `.Data.password` instead of `.Data.data.password`.
//!
//! # Why it matters
//! It renders `<no value>`, without an error.
//!
//! # How to fix it
//! Write `.Data.data.FIELD`; what is stored about the secret is in `.Data.metadata`.
//!
//! # Limits
//! All that the template fetches must lie below `MOUNT/data/`.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::kube::consumer::injector::InjectedTemplate;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "kv2-template-fields",
    summary: "a template that misses `data` in the fields of a key-value secret",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: true,
    source: include_str!("kv2_template_fields.rs"),
};

fn check(cx: &mut Context<'_>) {
    let injectors = cx.project.workloads.iter().filter_map(|it| it.injector.as_deref());
    for template in injectors.flat_map(|it| &it.secrets).filter_map(|it| it.template.as_ref()) {
        let Some(field) = flat_field(&template.text.value).filter(|_| is_version_2(template)) else {
            continue;
        };
        let place = cx.project.sources.verbatim(&template.text);
        let message =
            format!("`.Data.{field}` is empty: the fields of a secret of version 2 are in `.Data.data`");
        let finding = cx.report(template.text.span, message).help(format!("write `.Data.data.{field}`"));
        if let Some(place) = place {
            let wrong = format!(".Data.{field}");
            let right = template.text.value.replace(&wrong, &format!(".Data.data.{field}"));
            finding.unsafe_fix("write `.Data.data`", vec![Edit::replace(place, right)]);
        }
    }
}

fn is_version_2(template: &InjectedTemplate) -> bool {
    let below_data = |path: &str| path.trim_start_matches('/').split('/').nth(1) == Some("data");
    !template.calls.is_empty()
        && template.calls.iter().all(|call| call.path.as_ref().is_some_and(|path| below_data(path.as_str())))
}

/// The first field that is taken from `.Data` itself and is none of the two that are there.
fn flat_field(text: &str) -> Option<&str> {
    text.match_indices(".Data.").find_map(|(at, lead)| {
        let rest = text.get(at + lead.len()..)?;
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let field = rest.get(..end)?;
        (!field.is_empty() && !matches!(field, "data" | "metadata")).then_some(field)
    })
}
