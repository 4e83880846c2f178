//! `vault.policies` of a spec to policies.

use super::{PolicyFile, Spec, entries_of, text_of, texts_of};
use crate::model::Malformed;
use crate::model::lower::{self, Lowered};
use crate::model::project::Target;
use crate::model::vault::capability::Capability;
use crate::model::vault::duration::Seconds;
use crate::model::vault::field::{FieldKind, FieldValue};
use crate::model::vault::policy::{
    Parameter, ParameterValue, PathRule, Policy, PolicyOrigin, Refusal, RefusalKind,
};
use crate::syntax::tree::{Entry, Node, NodeKind, Spread};
use crate::syntax::{Place, Source, Spanned};

/// Lowers `policies`, in the form each is written in.
pub fn lower(vault: &Node, source: &Source, spec: &mut Spec, out: &mut Lowered) {
    for entry in entries_of(vault, "policies") {
        if ["root", "response-wrapping"].contains(&entry.key.value.to_lowercase().as_str()) {
            let message =
                format!("the policy `{}` belongs to the server and cannot be written", entry.key.value);
            out.malformed.push(Malformed::new(entry.key.span, message));
        }
        if let Some(paths) = entry.value.get("path").filter(|node| node.is_map()) {
            if paths.entries().is_empty() {
                out.malformed.push(Malformed::new(paths.span, "the server refuses an empty policy"));
            }
            out.policies.push(of_paths(entry, paths, spec.target));
        } else if let Some(node) = entry.value.get("hcl") {
            of_text(entry, node, source, spec.target, out);
        } else if let Some(file) = text_of(&entry.value, "file") {
            spec.policy_files.push(PolicyFile { name: entry.key.clone(), file: file.clone() });
            out.referenced_files.push(file);
        }
    }
}

fn of_paths(entry: &Entry, paths: &Node, target: Target) -> Policy {
    let path_rules: Vec<PathRule> = paths.entries().iter().map(path_rule).collect();
    Policy {
        name: entry.key.clone(),
        span: paths.span,
        origin: PolicyOrigin::SpecPaths,
        text: None,
        refusals: path_rules.iter().flat_map(|rule| refusals(rule, target)).collect(),
        path_rules,
        ignored: Vec::new(),
    }
}

fn of_text(entry: &Entry, node: &Node, source: &Source, target: Target, out: &mut Lowered) {
    let Some(text) = node.as_text() else { return };
    if text.trim().is_empty() {
        out.malformed.push(Malformed::new(node.span, "the server refuses an empty policy"));
    }
    let place = place_of(node, source);
    if place.is_whole() {
        out.shared.push(node.span);
    }
    let read = lower::policy::read(entry.key.clone(), text, &place, PolicyOrigin::SpecText, target);
    out.policies.push(read.policy);
    out.syntax_errors.extend(read.syntax_errors);
    out.directives.extend(read.directives);
}

/// Where the text of a value lies in the source, quotes and escapes taken into account.
fn place_of(node: &Node, source: &Source) -> Place {
    if let NodeKind::Block(_, spread) = &node.kind {
        let Spread(place) = spread.as_ref();
        return place.clone();
    }
    let start = node.span.start as usize;
    let raw = source.slice(node.span);
    // Of an alias the text stands elsewhere, of `!!binary` it is in base64; no plain text begins so.
    if raw.starts_with(['*', '!']) {
        return Place::whole(node.span);
    }
    let quote = raw.chars().next().filter(|c| matches!(c, '"' | '\''));
    let (Some(quote), Some(mut rest)) = (quote, raw.get(1..)) else {
        return Place::from(source.id, start);
    };
    let mut pieces = vec![(0, node.span.start + 1)];
    let mut inner = 0;
    while let Some(c) = rest.chars().next() {
        let (written, read) = match (quote, c) {
            ('"', '\\') => escape(rest),
            ('\'', '\'') => (2, 1),
            _ => (c.len_utf8(), c.len_utf8()),
        };
        inner += read;
        rest = rest.get(written..).unwrap_or_default();
        if written != read {
            let outer = start + raw.len() - rest.len();
            pieces.push((u32::try_from(inner).unwrap_or(u32::MAX), u32::try_from(outer).unwrap_or(u32::MAX)));
        }
    }
    Place::pieces(source.id, pieces)
}

/// Bytes of the escape that `rest` starts with, as written and as read.
fn escape(rest: &str) -> (usize, usize) {
    let digits = match rest.chars().nth(1) {
        Some('x') => 2,
        Some('u') => 4,
        Some('U') => 8,
        Some('N' | '_') => return (2, 2),
        Some('L' | 'P') => return (2, 3),
        other => return (1 + other.map_or(0, char::len_utf8), 1),
    };
    let code = rest.get(2..2 + digits).and_then(|code| u32::from_str_radix(code, 16).ok());
    (2 + digits, code.and_then(char::from_u32).map_or(1, char::len_utf8))
}

fn path_rule(entry: &Entry) -> PathRule {
    let node = &entry.value;
    let legacy = node.entry("policy").and_then(|entry| Some((entry.value.to_spanned()?, entry.span())));
    PathRule {
        capabilities: texts_of(node, "capabilities"),
        capabilities_span: node.get("capabilities").map(|node| node.span),
        legacy,
        allowed_parameters: parameters(node, "allowed_parameters"),
        denied_parameters: parameters(node, "denied_parameters"),
        required_parameters: texts_of(node, "required_parameters"),
        min_wrapping_ttl: duration(node, "min_wrapping_ttl"),
        max_wrapping_ttl: duration(node, "max_wrapping_ttl"),
        keys: node.entries().iter().map(|entry| entry.key.clone()).collect(),
        ..PathRule::new(entry.key.clone(), entry.span())
    }
}

fn duration(node: &Node, key: &str) -> Option<Spanned<Seconds>> {
    let node = node.get(key)?;
    match FieldValue::read(node, FieldKind::Duration) {
        FieldValue::Duration(seconds) => Some(Spanned::new(seconds, node.span)),
        _ => None,
    }
}

fn parameters(node: &Node, key: &str) -> Vec<Parameter> {
    let value = |node: &Node| Spanned::new(parameter_value(node), node.span);
    let parameter = |entry: &Entry| Parameter {
        name: entry.key.clone(),
        values: entry.value.items().iter().map(value).collect(),
    };
    entries_of(node, key).iter().map(parameter).collect()
}

fn parameter_value(node: &Node) -> ParameterValue {
    match &node.kind {
        NodeKind::Null => ParameterValue::Null,
        NodeKind::Bool(value) => ParameterValue::Bool(*value),
        NodeKind::Int(number) => ParameterValue::Number(number.to_string()),
        NodeKind::Float(number) => ParameterValue::Number(number.to_string()),
        NodeKind::Text(text) | NodeKind::Block(text, _) => ParameterValue::Text(text.clone()),
        NodeKind::List(items) => ParameterValue::List(items.iter().map(parameter_value).collect()),
        NodeKind::Map(entries) => {
            let member = |entry: &Entry| (entry.key.value.clone(), parameter_value(&entry.value));
            ParameterValue::Object(entries.iter().map(member).collect())
        }
    }
}

/// Why servers of the target refuse the rule, in their own words (`policy.go`).
fn refusals(rule: &PathRule, target: Target) -> Vec<Refusal> {
    let path = &rule.path.value;
    let mut refusals = Vec::new();
    let mut refuse = |word: &Spanned<String>, kind, server: String| {
        refusals.push(Refusal { span: word.span, kind, word: word.value.clone(), server });
    };
    if path.contains("+*") {
        let server = format!("path \"{path}\": invalid use of wildcards ('+*' is forbidden)");
        refuse(&rule.path, RefusalKind::Wildcard, server);
    }
    if !lower::policy::template_is_balanced(path) {
        refuse(
            &rule.path,
            RefusalKind::Template,
            format!(
                "path \"{path}\": failed to validate policy templating: unbalanced templating characters"
            ),
        );
    }
    if let Some((word, _)) = &rule.legacy
        && !["", "deny", "read", "write", "sudo"].contains(&word.as_str())
    {
        refuse(word, RefusalKind::LegacyPolicy, format!("path \"{path}\": invalid policy \"{word}\""));
    }
    // The server stops reading the list at `deny`.
    for word in rule.capabilities.iter().take_while(|word| word.value != "deny") {
        if !Capability::from_word(&word.value).is_some_and(|capability| capability.known_to(target)) {
            refuse(word, RefusalKind::Capability, format!("path \"{path}\": invalid capability \"{word}\""));
        }
    }
    if let (Some(min), Some(max)) = (&rule.min_wrapping_ttl, &rule.max_wrapping_ttl)
        && max.value < min.value
        && max.value.0 > 0
    {
        refusals.push(Refusal {
            span: max.span,
            kind: RefusalKind::WrappingTtl,
            word: String::new(),
            server: "max_wrapping_ttl cannot be less than min_wrapping_ttl".to_owned(),
        });
    }
    refusals
}
