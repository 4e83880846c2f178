//! The Access spec (`apiVersion: rolewright/v1`): its own nouns. Everything that Vault or Kubernetes will hold is
//! lowered into the nouns of [`super::vault`] and [`super::kube`].
//!
//! [`tables`] describes the spec once: the checker in [`shape`] and the JSON Schema in [`schema`] follow it.

mod expand;
mod expectation;
mod grant;
pub mod hcl;
mod join;
mod kubernetes;
pub mod names;
mod policy;
mod refusals;
pub mod schema;
pub mod shape;
pub mod tables;
#[cfg(test)]
mod tests;
mod vault;

pub use self::expectation::{EVERYWHERE, Ends, Expectation, Quantifier, Question};

use self::shape::Shape;
use super::lower::Lowered;
use super::project::{Project, Settings, Target};
use super::vault::field::Fields;
use crate::syntax::tree::{Entry, Node, NodeKind};
use crate::syntax::{Source, Span, Spanned};

/// One `kind: Access` document.
#[derive(Debug, Clone)]
pub struct Spec {
    /// `name`.
    pub name: Spanned<String>,
    /// The whole document.
    pub span: Span,
    /// `target`.
    pub target: Target,
    /// `target.kubernetes`.
    pub kubernetes_version: Option<Spanned<String>>,
    /// `vault.namespace`, if not empty.
    pub vault_namespace: Option<Spanned<String>>,
    /// Policies in files of their own.
    pub policy_files: Vec<PolicyFile>,
}

/// A `file:` policy.
#[derive(Debug, Clone)]
pub struct PolicyFile {
    /// The policy's name.
    pub name: Spanned<String>,
    /// The file, relative to the spec's directory.
    pub file: Spanned<String>,
}

/// One entry of `grants`: intent, compiled to a policy and a role.
#[derive(Debug, Clone)]
pub struct Grant {
    /// `name`; the policy and the role made from it carry it.
    pub name: Spanned<String>,
    /// The whole entry.
    pub span: Span,
    /// `to`: who gets it.
    pub to: GrantTo,
    /// What is granted, line by line.
    pub intents: Vec<Intent>,
    /// The `token_…` fields of the role.
    pub fields: Fields,
    /// How each line of intent was expanded: `compile --explain` prints it.
    pub expansion: Vec<GrantLine>,
}

/// `to` of a grant.
#[derive(Debug, Clone)]
pub struct GrantTo {
    /// The whole value.
    pub span: Span,
    /// `service_accounts`.
    pub service_accounts: Vec<Spanned<String>>,
    /// `namespaces`: Kubernetes namespaces of these service accounts.
    pub namespaces: Vec<Spanned<String>>,
    /// `mount`: the auth mount, without slashes at the ends.
    pub mount: Option<Spanned<String>>,
    /// `audience`.
    pub audience: Option<Spanned<String>>,
}

/// What a grant allows on one secret, role or key.
#[derive(Debug, Clone)]
pub struct Intent {
    /// Which kind of engine is meant.
    pub engine: IntentEngine,
    /// The mount's path, without slashes at the ends.
    pub mount: Spanned<String>,
    /// The secret, role or key; `*` at its end stands for any rest.
    pub on: Spanned<String>,
    /// The operations, in the engine's own words.
    pub words: Vec<Spanned<String>>,
}

/// The engines that grants speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntentEngine {
    /// `kv`.
    Kv,
    /// `database`.
    Database,
    /// `pki`.
    Pki,
    /// `transit`.
    Transit,
    /// `kubernetes`.
    Kubernetes,
}

/// One line of intent and the path rules it became.
#[derive(Debug, Clone)]
pub struct GrantLine {
    /// The intent as written, e.g. `read grade-api/db`.
    pub intent: Spanned<String>,
    /// Path pattern and capabilities, with the reason for each.
    pub rules: Vec<(String, Vec<super::vault::capability::Capability>, &'static str)>,
}

/// Lowers one `apiVersion: rolewright/v1` document into `out`: checks every key and type against the field tables,
/// and adds policies, mounts, auth mounts and roles, engines, RBAC objects, grants and expectations.
///
/// What was found malformed is left out, all else is there.
pub fn lower(document: &Node, source: &Source, settings: &Settings, out: &mut Lowered) {
    let document = &keys_as_written(document, source);
    let target = document.get("target").and_then(target_of).unwrap_or(settings.target);
    if is_access_test(document, source) {
        shape::check(document, Shape::Object(&tables::ACCESS_TEST), source, target, &mut out.malformed);
        return out.expectations.extend(expectation::lower(document, target, &mut out.malformed));
    }
    shape::check(document, Shape::Object(&tables::ACCESS), source, target, &mut out.malformed);
    if !document.is_map() {
        return;
    }
    let text = |parent: &str, key: &str| document.get(parent).and_then(|node| text_of(node, key));
    let vault_namespace = text("vault", "namespace").filter(|name| !name.value.is_empty());
    let mut spec = Spec {
        name: text_of(document, "name").unwrap_or(Spanned::new(String::new(), document.span.at_start())),
        span: document.span,
        target,
        kubernetes_version: text("target", "kubernetes"),
        vault_namespace,
        policy_files: Vec::new(),
    };
    if let Some(node) = document.get("vault") {
        policy::lower(node, source, &mut spec, out);
        vault::lower(node, out);
    }
    if let Some(node) = document.get("kubernetes") {
        kubernetes::lower(node, out);
    }
    grant::lower(document, out);
    out.expectations.extend(expectation::lower(document, target, &mut out.malformed));
    out.specs.push(spec);
}

/// What needs all files: the same name in two specs, policies in files of their own, grants that need their mount.
pub fn join(project: &mut Project) {
    join::policy_files(project);
    expand::grants(project);
    join::names(project);
}

/// The tree with keys such as `on` and `no` as they were written.
///
/// The YAML reader resolves keys as Kubernetes does, to whom `on` is a truth value. Specs are for us alone.
pub fn keys_as_written(node: &Node, source: &Source) -> Node {
    let entry = |entry: &Entry| {
        let written = source.slice(entry.key.span);
        let truth = ["true", "false"].contains(&entry.key.as_str());
        let bare = truth && !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_alphabetic());
        let key = if bare { written } else { entry.key.as_str() };
        Entry {
            key: Spanned::new(key.to_owned(), entry.key.span),
            value: keys_as_written(&entry.value, source),
        }
    };
    let kind = match &node.kind {
        NodeKind::Map(entries) => NodeKind::Map(entries.iter().map(entry).collect()),
        NodeKind::List(items) => {
            NodeKind::List(items.iter().map(|item| keys_as_written(item, source)).collect())
        }
        other => other.clone(),
    };
    Node { span: node.span, kind }
}

/// True for a document of expectations alone; where `kind` is missing, the name of the file tells.
fn is_access_test(document: &Node, source: &Source) -> bool {
    match document.get("kind").and_then(Node::as_text) {
        Some("AccessTest") => true,
        Some("Access") => false,
        _ => source.file_name().contains(".access-test."),
    }
}

fn target_of(node: &Node) -> Option<Target> {
    if node.get("openbao").is_some() {
        return Some(Target::OpenBao);
    }
    let version = node.get("vault")?.as_text()?;
    let mut parts = version.split('.').map(|part| part.parse::<u32>().ok());
    match (parts.next()?, parts.next()) {
        (Some(0), _) | (Some(1), Some(Some(0..=20))) => Some(Target::VaultClassic),
        (Some(1), None) | (None, _) => None,
        _ => Some(Target::VaultCurrent),
    }
}

/// The text under `key`, if it is text.
fn text_of(node: &Node, key: &str) -> Option<Spanned<String>> {
    node.get(key).and_then(Node::to_spanned)
}

/// The texts of a list; other items are left out.
fn texts(node: &Node) -> Vec<Spanned<String>> {
    node.items().iter().filter_map(Node::to_spanned).collect()
}

/// The list of texts under `key`.
fn texts_of(node: &Node, key: &str) -> Vec<Spanned<String>> {
    node.get(key).map(texts).unwrap_or_default()
}

/// The entries of the map under `key`.
fn entries_of<'a>(node: &'a Node, key: &str) -> &'a [Entry] {
    node.get(key).map_or(&[], Node::entries)
}

/// A mount path as the server keeps it, without the slash at its end.
fn mount_path(path: &Spanned<String>) -> Spanned<String> {
    Spanned::new(path.value.trim_end_matches('/').to_owned(), path.span)
}

/// A truth value under `key`.
fn bool_of(node: &Node, key: &str) -> Option<Spanned<bool>> {
    let node = node.get(key)?;
    match node.kind {
        NodeKind::Bool(value) => Some(Spanned::new(value, node.span)),
        _ => None,
    }
}
