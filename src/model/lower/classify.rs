//! What a file is, and who reads it.
//!
//! The name decides first, then the content:
//!
//! - `*.access.hcl` is a spec in its HCL form; `*.access.yaml`, `.yml`, `.json` hold specs,
//!   `*.access-test.yaml`, `.yml`, `.json` expectations alone.
//! - `*.hcl` and `*.policy` with `path` rules are policies, and so is `*.json` with `path` at its top level.
//!   HCL and JSON with `auto_auth` configure Vault Agent. Other HCL (lock files, Nomad jobs) is of no concern.
//! - `*.yaml`, `*.yml` and `*.json` hold Kubernetes objects and specs. One that does not parse is reported if it holds
//!   `apiVersion` and `kind`, or `rolewright/v1`, or is named like a spec; else it is of no concern.
//! - A template (`{{ … }}`, `{% … %}`, `<% … %>`, `%{ … }`, or a name such as `x.hcl.tftpl`) that is HCL or YAML as it
//!   stands is read like any other file. One that is not is named a template. In a stream of YAML documents this is
//!   decided for each document, and the others are read.

use super::hidden::{may_encode_words, may_hide_words};
use super::{Lowered, agent, evidence, manifest, policy, template};
use crate::model::kube::consumer::agent::AgentHolder;
use crate::model::project::{FileClass, Settings};
use crate::model::spec;
use crate::model::vault::policy::PolicyOrigin;
use crate::syntax::near::nearest;
use crate::syntax::tree::{Node, NodeKind};
use crate::syntax::{
    Place, Source, Span, Spanned, SyntaxError,
    directive::{self, Nodes},
    hcl2, json, yaml,
};

/// Reads one file.
pub fn read(source: &Source, settings: &Settings) -> Lowered {
    let (name, language) = match template::by_name(source.file_name()) {
        Some((name, language)) => (name, Some(language)),
        None => (source.file_name(), None),
    };
    let file = File { source, settings, name, language };
    let mut lowered = match Form::of(name) {
        Form::SpecHcl => file.spec_hcl(),
        Form::Policy => file.policy(),
        Form::Json => file.json(),
        Form::Yaml => file.yaml(),
        Form::Unknown => file.unknown(),
    };
    lowered.mounts.extend(evidence::read(source));
    lowered
}

/// True if a file of this name can be an input, whatever it holds.
pub fn wanted(file_name: &str) -> bool {
    let name = template::by_name(file_name).map_or(file_name, |(name, _)| name);
    Form::of(name) != Form::Unknown
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    SpecHcl,
    Policy,
    Json,
    Yaml,
    Unknown,
}

impl Form {
    fn of(name: &str) -> Form {
        let ends = |suffix: &str| name.len() > suffix.len() && name.ends_with(suffix);
        if ends(".access.hcl") {
            Form::SpecHcl
        } else if ends(".hcl") || ends(".policy") {
            Form::Policy
        } else if ends(".json") {
            Form::Json
        } else if ends(".yaml") || ends(".yml") {
            Form::Yaml
        } else {
            Form::Unknown
        }
    }
}

struct File<'t> {
    source: &'t Source,
    settings: &'t Settings,
    /// The name without what says that it is a template.
    name: &'t str,
    /// The language that the name speaks of.
    language: Option<&'static str>,
}

impl File<'_> {
    fn spec_hcl(&self) -> Lowered {
        let hcl2::Parsed { root, errors, comments } = spec::hcl::parse(&self.source.text, self.source.id);
        if !errors.is_empty()
            && let Some(language) = self.language.or_else(|| template::in_policy(&self.lines_of(&errors)))
        {
            return Lowered::nothing(FileClass::Template(language));
        }
        let mut lowered = self.outcome(errors);
        if lowered.class == FileClass::Read {
            spec::lower(&root, self.source, self.settings, &mut lowered);
        }
        let mut nodes = Vec::new();
        collect_nodes(&root, &mut nodes);
        let (place, nodes) = (Place::from(self.source.id, 0), Nodes::new(nodes));
        lowered.directives.extend(directive::read(&self.source.text, &place, &comments, &nodes, &nodes));
        lowered
    }

    fn policy(&self) -> Lowered {
        let text = &self.source.text;
        let named = Form::of(self.name) == Form::Policy;
        if !(policy::looks_like_policy(text) || named && policy::resembles_policy(text)) {
            return self.agent();
        }
        let source = self.source;
        let origin = match source.text.trim_start().starts_with('{') {
            true => PolicyOrigin::JsonFile,
            false => PolicyOrigin::HclFile,
        };
        let name = Spanned::new(policy_name(self.name).to_owned(), source.whole().at_start());
        let place = Place::from(source.id, 0);
        let read = policy::read(name, &source.text, &place, origin, self.settings.target);
        if !read.syntax_errors.is_empty()
            && let Some(language) =
                self.language.or_else(|| template::in_policy(&self.lines_of(&read.syntax_errors)))
        {
            return Lowered::nothing(FileClass::Template(language));
        }
        let mut lowered = self.outcome(read.syntax_errors);
        lowered.policies.push(read.policy);
        lowered.directives = read.directives;
        lowered
    }

    /// A configuration of Vault Agent. One that does not parse is left to the agent: it is no input of this tool.
    fn agent(&self) -> Lowered {
        let mut lowered = Lowered::nothing(FileClass::Other);
        let text = &self.source.text;
        if agent::looks_like_config(text) {
            let place = Place::from(self.source.id, 0);
            let (config, errors) = agent::read(text, &place, self.source, AgentHolder::File);
            if errors.is_empty() && config.method.is_some() {
                lowered.class = FileClass::Read;
                lowered.consumers.agents.push(config);
            }
        }
        lowered
    }

    fn json(&self) -> Lowered {
        let text = &self.source.text;
        let is_plain = may_hold_objects(text) || self.is_spec_name();
        if is_plain || may_hide_words(text) {
            let json::Parsed { root, errors } = json::parse(text, self.source.id);
            if !errors.is_empty() && is_plain {
                let language = self.language.or_else(|| template::in_yaml(text));
                return match language {
                    Some(language) if root.is_none() => Lowered::nothing(FileClass::Template(language)),
                    _ => self.outcome(errors),
                };
            }
            let mut lowered = Lowered::nothing(FileClass::Other);
            if root.is_some_and(|root| self.object(&root, &mut lowered)) {
                lowered.class = FileClass::Read;
                return lowered;
            }
        }
        if text.contains("\"path\"") || may_hide_words(text) { self.policy() } else { self.agent() }
    }

    fn yaml(&self) -> Lowered {
        let text = &self.source.text;
        let is_plain = may_hold_objects(text) || self.is_spec_name();
        if !is_plain && !may_hide_words(text) && !may_encode_words(text) {
            return Lowered::nothing(FileClass::Other);
        }
        let stream = yaml::parse(text, self.source.id);
        let (errors, language) = self.sift(stream.errors);
        let mut lowered = self.outcome(errors);
        lowered.shared = stream.shared;
        let mut any = false;
        for document in &stream.documents {
            any |= self.object(&document.root, &mut lowered);
        }
        if !any && !is_plain {
            return Lowered::nothing(FileClass::Other);
        }
        if lowered.class == FileClass::Read {
            lowered.class = match language {
                Some(language) => FileClass::Template(language),
                None if any => FileClass::Read,
                None => FileClass::Other,
            };
        }
        if !stream.comments.is_empty() && lowered.class != FileClass::Other {
            lowered.directives.extend(self.directives(&stream.documents, &stream.comments));
        }
        lowered
    }

    /// A file that somebody named although its name says nothing, or standard input.
    fn unknown(&self) -> Lowered {
        if evidence::wanted(self.source.file_name()) {
            return Lowered::nothing(FileClass::Other);
        }
        let objects = if self.source.text.trim_start().starts_with('{') { self.json() } else { self.yaml() };
        match objects.class {
            FileClass::Read => objects,
            FileClass::Broken | FileClass::Template(_) if begins_like_manifest(&self.source.text) => objects,
            _ => self.policy(),
        }
    }

    /// Lowers one document; true if it is of concern.
    fn object(&self, root: &Node, lowered: &mut Lowered) -> bool {
        let version =
            root.get("apiVersion").or_else(|| misspelled(root, "apiVersion")).and_then(Node::as_text);
        let is_spec = version.is_some_and(|version| version.starts_with("rolewright/"));
        if is_spec || (self.is_spec_name() && !root.is_null() && version.is_none()) {
            spec::lower(root, self.source, self.settings, lowered);
            return true;
        }
        manifest::lower(root, self.source, lowered)
    }

    /// Parts the errors of documents that are templates from the others, which are real.
    fn sift(&self, errors: Vec<SyntaxError>) -> (Vec<SyntaxError>, Option<&'static str>) {
        if errors.is_empty() {
            return (errors, None);
        }
        if self.language.is_some() {
            return (Vec::new(), self.language);
        }
        let text = &self.source.text;
        let mut found = None;
        let mut last = (0..0, None);
        let real = errors.into_iter().filter(|error| {
            let at = error.span.start as usize;
            if !last.0.contains(&at) {
                let document = template::document_around(text, at);
                last = (document.clone(), text.get(document).and_then(template::in_yaml));
            }
            let language = last.1;
            found = found.or(language);
            language.is_none()
        });
        let real: Vec<SyntaxError> = real.collect();
        (real, found)
    }

    fn directives(
        &self,
        documents: &[yaml::Document],
        comments: &[std::ops::Range<usize>],
    ) -> Vec<directive::Directive> {
        let mut nodes = Vec::new();
        documents.iter().for_each(|document| collect_nodes(&document.root, &mut nodes));
        let mut with_roots: Vec<_> = documents.iter().map(|document| document.root.span.range()).collect();
        with_roots.extend(nodes.iter().cloned());
        // Behind the first line of a document, a comment speaks of that line; above it, of the whole document.
        let place = Place::from(self.source.id, 0);
        let (above, behind) = (Nodes::new(with_roots), Nodes::new(nodes));
        directive::read(&self.source.text, &place, comments, &above, &behind)
    }

    fn outcome(&self, errors: Vec<SyntaxError>) -> Lowered {
        let class = if errors.is_empty() { FileClass::Read } else { FileClass::Broken };
        let mut lowered = Lowered::nothing(class);
        lowered.syntax_errors = errors;
        lowered
    }

    fn is_spec_name(&self) -> bool {
        let stem = [".yaml", ".yml", ".json"].iter().find_map(|suffix| self.name.strip_suffix(suffix));
        stem.is_some_and(|stem| stem.ends_with(".access") || stem.ends_with(".access-test"))
    }

    /// The lines that the errors point at.
    fn lines_of(&self, errors: &[SyntaxError]) -> String {
        let text = &self.source.text;
        let mut lines = String::new();
        let mut taken = 0;
        for Span { start, .. } in errors.iter().map(|error| error.span) {
            let at = (start as usize).min(text.len());
            // Errors are in order, and many may stand on one line.
            if at < taken {
                continue;
            }
            let from = text.get(..at).map_or(0, |before| before.rfind('\n').map_or(0, |at| at + 1));
            let line = text.get(from..).and_then(|rest| rest.lines().next()).unwrap_or("");
            taken = from + line.len();
            lines.push_str(line);
            lines.push('\n');
        }
        lines
    }
}

/// True if the first line that is no comment is one that manifests and specs begin with. Prose that quotes a manifest
/// does not.
fn begins_like_manifest(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let first = lines.next().unwrap_or("");
    ["---", "apiVersion", "kind", "metadata", "name:", "%YAML", "{"]
        .iter()
        .any(|word| first.starts_with(word))
}

/// A cheap look: without these words, or escapes and base64 that stand for them, a text holds neither Kubernetes objects nor specs.
fn may_hold_objects(text: &str) -> bool {
    let holds = |word: &str| text.contains(word);
    holds("rolewright/v1")
        || (holds("apiVersion") && (holds("kind") || holds("Kind") || holds("rolewright/")))
        || (holds("rbac.authorization.k8s.io/") && (holds("kind") || holds("Kind")))
        || (holds("kind") && (holds("roleRef") || holds("verbs")))
}

/// The value of a key that was meant to be `key`.
fn misspelled<'t>(root: &'t Node, key: &str) -> Option<&'t Node> {
    let entry = root.entries().iter().find(|entry| nearest(&entry.key.value, [key]).is_some())?;
    Some(&entry.value)
}

/// The name that a policy file gives its policy: `payment` for `payment.hcl` and `payment.policy.hcl`.
fn policy_name(file_name: &str) -> &str {
    let stem = [".hcl", ".json", ".policy"].iter().find_map(|suffix| file_name.strip_suffix(suffix));
    let stem = stem.unwrap_or(file_name);
    stem.strip_suffix(".policy").unwrap_or(stem)
}

/// The places that a directive can cover: map entries and list items, not the containers around them.
fn collect_nodes(node: &Node, nodes: &mut Vec<std::ops::Range<usize>>) {
    match &node.kind {
        NodeKind::List(items) => {
            for item in items {
                nodes.push(item.span.range());
                collect_nodes(item, nodes);
            }
        }
        NodeKind::Map(entries) => {
            for entry in entries {
                nodes.push(entry.span().range());
                collect_nodes(&entry.value, nodes);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
