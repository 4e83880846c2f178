//! Policies to HCL, in the form that the servers' own `policy fmt` leaves alone.

use std::fmt::Write as _;

use crate::model::vault::policy::{Parameter, ParameterValue, PathRule, Policy};
use crate::syntax::Spanned;

pub use crate::syntax::hcl1::printer::quoted;

/// The canonical text of a policy: its path rules in their order; empty without any.
///
/// Two blanks of indentation, `=` aligned within a run of arguments on one line each, a blank line between blocks and
/// around maps, a newline at the end. Every text is escaped so that the server reads it byte for byte.
pub fn policy_text(policy: &Policy) -> String {
    let mut text = String::new();
    for (at, rule) in policy.path_rules.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        push_rule(&mut text, rule);
    }
    text
}

fn push_rule(text: &mut String, rule: &PathRule) {
    let _ = write!(text, "path {} ", quoted(&rule.path.value));
    for line in block(&arguments(rule)) {
        text.push_str(&line);
        text.push('\n');
    }
}

/// A name and the lines of its value, the first of which stands beside the name.
type Argument = (String, Vec<String>);

fn arguments(rule: &PathRule) -> Vec<Argument> {
    let mut arguments = Vec::new();
    let mut push = |name: &str, value: Vec<String>| arguments.push((name.to_owned(), value));
    if let Some((word, _)) = &rule.legacy {
        push("policy", vec![quoted(&word.value)]);
    }
    if rule.capabilities_span.is_some() || !rule.capabilities.is_empty() {
        push("capabilities", vec![words(&rule.capabilities)]);
    }
    if !rule.required_parameters.is_empty() {
        push("required_parameters", vec![words(&rule.required_parameters)]);
    }
    if let Some(ttl) = rule.min_wrapping_ttl {
        push("min_wrapping_ttl", vec![quoted(&ttl.value.to_string())]);
    }
    if let Some(ttl) = rule.max_wrapping_ttl {
        push("max_wrapping_ttl", vec![quoted(&ttl.value.to_string())]);
    }
    if !rule.allowed_parameters.is_empty() {
        push("allowed_parameters", map(&rule.allowed_parameters));
    }
    if !rule.denied_parameters.is_empty() {
        push("denied_parameters", map(&rule.denied_parameters));
    }
    arguments
}

fn words(words: &[Spanned<String>]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(&word.value)).collect();
    format!("[{}]", words.join(", "))
}

fn map(map: &[Parameter]) -> Vec<String> {
    let entry = |parameter: &Parameter| {
        (quoted(&parameter.name.value), list(parameter.values.iter().map(|value| &value.value)))
    };
    block(&map.iter().map(entry).collect::<Vec<_>>())
}

fn lines(value: &ParameterValue) -> Vec<String> {
    match value {
        ParameterValue::Text(text) => vec![quoted(text)],
        ParameterValue::Number(number) => vec![number.clone()],
        ParameterValue::Bool(value) => vec![value.to_string()],
        // The server reads `null` as the empty text, and HCL has no word for it.
        ParameterValue::Null => vec![quoted("")],
        ParameterValue::List(values) => list(values.iter()),
        ParameterValue::Object(members) => {
            let entry = |(name, member): &(String, ParameterValue)| (quoted(name), lines(member));
            block(&members.iter().map(entry).collect::<Vec<_>>())
        }
    }
}

/// A list on one line, or with a line for each element if it holds lists or objects.
fn list<'v>(values: impl Iterator<Item = &'v ParameterValue> + Clone) -> Vec<String> {
    let is_plain =
        |value: &ParameterValue| !matches!(value, ParameterValue::List(_) | ParameterValue::Object(_));
    if values.clone().all(is_plain) {
        return vec![format!("[{}]", values.flat_map(lines).collect::<Vec<_>>().join(", "))];
    }
    let mut shown = vec!["[".to_owned()];
    for element in values {
        shown.extend(lines(element).iter().map(|line| indented(line)));
        if let Some(last) = shown.last_mut() {
            last.push(',');
        }
    }
    shown.push("]".to_owned());
    shown
}

/// Arguments in braces: one-line values in aligned runs (by bytes, as the server's printer counts), others apart.
fn block(arguments: &[Argument]) -> Vec<String> {
    if arguments.is_empty() {
        return vec!["{}".to_owned()];
    }
    let mut lines = vec!["{".to_owned()];
    for run in arguments.chunk_by(|(_, one), (_, other)| one.len() == 1 && other.len() == 1) {
        if lines.len() > 1 {
            lines.push(String::new());
        }
        let widest = run.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, value) in run {
            let padding = widest - name.len();
            let mut value = value.iter();
            let first = value.next().map_or("", String::as_str);
            lines.push(format!("  {name}{:padding$} = {first}", ""));
            lines.extend(value.map(|line| indented(line)));
        }
    }
    lines.push("}".to_owned());
    lines
}

fn indented(line: &str) -> String {
    if line.is_empty() { String::new() } else { format!("  {line}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::lower::policy::read;
    use crate::model::project::Target;
    use crate::model::vault::policy::PolicyOrigin;
    use crate::syntax::{Place, SourceId, Span};
    use proptest::prelude::*;

    fn policy(text: &str) -> Policy {
        let source = SourceId(0);
        let name = Spanned::new("p".to_owned(), Span::new(source, 0..0));
        let read = read(name, text, &Place::from(source, 0), PolicyOrigin::HclFile, Target::Any);
        assert!(read.syntax_errors.is_empty(), "{text}\n{:?}", read.syntax_errors);
        assert!(read.policy.refusals.is_empty(), "{text}\n{:?}", read.policy.refusals);
        read.policy
    }

    #[test]
    fn canonical_text_stays_as_it_is() {
        let text = include_str!("../../fixtures/policies/canonical.hcl");
        assert_eq!(policy_text(&policy(text)), text);
    }

    #[test]
    fn nothing_gives_nothing() {
        assert_eq!(policy_text(&policy("# none")), "");
    }

    proptest! {
        #[test]
        fn every_text_survives(path in any::<String>(), word in "(\\PC|[\\$\\{\\}\"\\\\\n\u{e123}]){0,12}") {
            let span = Span::new(SourceId(0), 0..0);
            // A template must be balanced and `+*` is refused whatever the quoting.
            prop_assume!(!path.contains("{{") && !path.contains("}}") && !path.contains("+*"));
            let mut rule = PathRule::new(Spanned::new(path.clone(), span), span);
            rule.required_parameters.push(Spanned::new(word.clone(), span));
            let mut written = policy("");
            written.path_rules.push(rule);
            let text = policy_text(&written);
            let read = policy(&text);
            prop_assert_eq!(read.path_rules.len(), 1);
            prop_assert_eq!(&read.path_rules[0].path.value, &path);
            prop_assert_eq!(&read.path_rules[0].required_parameters[0].value, &word);
            prop_assert_eq!(policy_text(&read), text);
        }
    }
}
