//! Templates that were not rendered and may hold RBAC objects.

use std::collections::HashSet;

use super::super::{Comparison, Doubt, Side, word};
use crate::model::project::{FileClass, Project};
use crate::syntax::Source;

/// Kinds that are compared.
const KINDS: [&str; 6] = ["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "List", "Access"];

/// Adds the doubts about those that are not the same on both sides.
pub(super) fn add(old: &Project, new: &Project, comparison: &mut Comparison) {
    let texts = |project| -> HashSet<String> { of(project).map(|(source, _)| source.text.clone()).collect() };
    let (of_old, of_new) = (texts(old), texts(new));
    for (side, project, others) in [(Side::New, new, &of_old), (Side::Old, old, &of_new)] {
        for (source, is_certain) in of(project).filter(|(source, _)| !others.contains(&source.text)) {
            let holds = if is_certain { "holds" } else { "may hold" };
            let text = format!(
                "the template {} {holds} RBAC objects and was not read: render it first",
                word(&source.name)
            );
            comparison.doubts.push(Doubt { side, text, place: None });
        }
    }
}

/// The templates that hold RBAC objects for certain, and those that may.
fn of(project: &Project) -> impl Iterator<Item = (&Source, bool)> {
    let all = project.sources.iter().zip(&project.classes);
    all.filter_map(|(source, class)| {
        let names_objects = source.text.contains("rbac.authorization.k8s.io");
        match class {
            FileClass::Template(_) if names_objects => Some((source, true)),
            FileClass::Template(_) if may_hold(&source.text, &KINDS) => Some((source, false)),
            // What is no more than a directive may be YAML that says nothing; and what names another kind is no input.
            FileClass::Other if source.text.contains("{{") && may_hold(&source.text, &[]) => {
                Some((source, false))
            }
            _ => None,
        }
    })
}

/// True if some document of the template says that it is of one of these kinds, or leaves its kind to what is put in.
fn may_hold(text: &str, kinds: &[&str]) -> bool {
    let mut documents = text.split("\n---");
    documents.any(|document| {
        let kind = document.lines().find_map(|line| line.strip_prefix("kind:")).map(str::trim);
        match kind {
            Some(kind) => kind.contains("{{") || kinds.contains(&kind.trim_matches(['"', '\''])),
            None => document.lines().any(puts_in_objects),
        }
    })
}

/// True for a directive at the beginning of a line that puts in a text, and does not merely choose or name one.
fn puts_in_objects(line: &str) -> bool {
    let Some(directive) = line.strip_prefix("{{") else { return false };
    let directive = directive.trim_start_matches('-').trim_start();
    ["include", "template", "tpl", "toYaml", "toJson", ".", "$"]
        .iter()
        .any(|word| directive.starts_with(word))
        && !directive.contains(":=")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_rendered_as_rbac() {
        for (text, wanted) in [
            ("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Values.name }}\n", false),
            ("apiVersion: {{ include \"api\" . }}\nkind: Role\n", true),
            ("apiVersion: v1\nkind: {{ .Values.kind }}\n", true),
            ("{{ include \"common.rbac\" . }}\n", true),
            ("{{- range .Values.extraObjects }}\n---\n{{ toYaml . }}\n{{- end }}\n", true),
            ("{{- if .Values.on }}\nkind: Deployment\nspec: {{ include \"x\" . }}\n{{- end }}\n", false),
            ("{{- $name := include \"name\" . }}\nkind: Service\n", false),
            ("kind: Service\n---\nkind: \"ClusterRoleBinding\"\nname: {{ .x }}\n", true),
            ("key: {{ .Values.key }}\n", false),
        ] {
            assert_eq!(may_hold(text, &KINDS), wanted, "{text}");
        }
    }
}
