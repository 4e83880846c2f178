//! Expectations: claims about access that `rolewright test` proves.

mod judge;

use self::judge::judge;
use super::{text_of, texts, texts_of};
use crate::model::Malformed;
use crate::model::kube::request_pattern::{RequestPattern, RequestPatternError};
use crate::model::project::Target;
use crate::model::vault::request_path;
use crate::syntax::tree::{Node, NodeKind};
use crate::syntax::{Span, Spanned};

/// One entry of `expect`.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// The whole entry.
    pub span: Span,
    /// `name` of the document that it stands in.
    pub suite: String,
    /// `target` of that document.
    pub target: Target,
    /// `name`: what it is called in reports.
    pub name: Option<Spanned<String>>,
    /// About whom.
    pub who: Spanned<Quantifier>,
    /// True for `can`, false for `cannot`.
    pub can: bool,
    /// The capabilities or verbs.
    pub actions: Vec<Spanned<String>>,
    /// The path or resource.
    pub on: Spanned<String>,
    /// `in`: the Kubernetes namespace of a Kubernetes question, or `*`.
    pub namespace: Option<Spanned<String>>,
    /// `named`: the object of a Kubernetes question, or `*` for any.
    pub object: Option<Spanned<String>>,
    /// `never`: to where no way leads. Then there is one action, `escalate`, and `on` says the same in words.
    pub never: Option<Ends>,
}

/// To where ways lead that give somebody everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// `escalate: vault`: root-equivalent on Vault.
    Vault,
    /// `escalate: cluster`: administrator of the cluster.
    Cluster,
    /// `escalate: true`: either.
    Either,
}

impl Ends {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Ends::Vault => "vault",
            Ends::Cluster => "cluster",
            Ends::Either => "either",
        }
    }

    /// What whoever is there is.
    pub fn words(self) -> &'static str {
        match self {
            Ends::Vault => "root-equivalent on Vault",
            Ends::Cluster => "cluster-admin",
            Ends::Either => "root-equivalent on Vault or cluster-admin",
        }
    }
}

/// About whom an expectation speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quantifier {
    /// `who: …`: `NAMESPACE/SERVICEACCOUNT`, the same with `@ROLE`, `role:NAME` or `policy:NAME[,NAME…]`.
    One(String),
    /// `nobody: true`.
    Nobody,
    /// `nobody_except: […]`, of Kubernetes also `user:NAME` and `group:NAME`.
    NobodyExcept(Vec<String>),
    /// `only: […]`, as before.
    Only(Vec<String>),
    /// `everybody_in: NAMESPACE`.
    EverybodyIn(String),
}

/// What an expectation asks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question<'a> {
    /// A request path of Vault, without `/v1/` and without a slash in front.
    Vault(&'a str),
    /// A resource of Kubernetes.
    Resource {
        /// The API group; `""` for the core group.
        group: &'a str,
        /// The resource, with its subresource after a slash.
        resource: String,
        /// The object.
        object: Option<&'a str>,
        /// The namespace; none for what lies outside of all, and for all of them.
        namespace: Option<&'a str>,
    },
    /// A path of the API server outside the resource API.
    Url(&'a str),
    /// Ways that give somebody everything.
    Escalation(Ends),
}

impl Expectation {
    /// What is asked about. The entry asks Kubernetes if it says `in`, else Vault.
    pub fn question(&self) -> Question<'_> {
        if let Some(ends) = self.never {
            return Question::Escalation(ends);
        }
        let Some(namespace) = &self.namespace else { return Question::Vault(self.on.as_str()) };
        let on = self.on.as_str();
        if on.starts_with('/') {
            return Question::Url(on);
        }
        let (name, subresource) = match on.split_once('/') {
            Some((name, subresource)) => (name, Some(subresource)),
            None => (on, None),
        };
        let (name, group) = name.split_once('.').unwrap_or((name, ""));
        Question::Resource {
            group,
            resource: subresource.map_or(name.to_owned(), |subresource| format!("{name}/{subresource}")),
            object: self.object.as_ref().map(Spanned::as_str),
            namespace: Some(namespace.as_str()).filter(|namespace| *namespace != EVERYWHERE),
        }
    }

    /// What it says of these actions, as a sentence.
    pub fn sentence(&self, actions: &[&str]) -> String {
        let who = match &self.who.value {
            Quantifier::One(who) => who.clone(),
            Quantifier::Nobody => "nobody".to_owned(),
            Quantifier::NobodyExcept(names) => format!("nobody except {}", names.join(", ")),
            Quantifier::Only(names) => format!("only {}", names.join(", ")),
            Quantifier::EverybodyIn(namespace) => format!("everybody in {namespace}"),
        };
        if let Some(ends) = self.never {
            let is_nobody = matches!(self.who.value, Quantifier::Nobody | Quantifier::NobodyExcept(_));
            let never = if is_nobody { "" } else { "never " };
            return format!("{who} {never}escalates to {}", ends.words());
        }
        let verb = if self.can { "can" } else { "cannot" };
        let mut text = format!("{who} {verb} {} {}", actions.join(", "), self.on);
        if let Some(object) = &self.object {
            text += &format!(" named {object}");
        }
        match self.namespace.as_ref().map(Spanned::as_str) {
            Some(EVERYWHERE) if !self.on.as_str().starts_with('/') => text += " in all namespaces",
            Some(EVERYWHERE) | None => {}
            Some(namespace) => text += &format!(" in {namespace}"),
        }
        text
    }

    /// The requests to Kubernetes that it speaks of, if it speaks of many.
    pub fn requests(&self) -> Result<RequestPattern<'_>, RequestPatternError> {
        RequestPattern::parse(self.on.as_str(), self.object.as_ref().map(Spanned::as_str))
    }

    /// True if it speaks of many identities, of many paths, or of many requests.
    pub fn is_universal(&self) -> bool {
        !matches!(self.who.value, Quantifier::One(_))
            || request_path::has_wildcard(self.on.as_str())
            || self.namespace.is_some() && self.object.as_ref().is_some_and(|object| object.value == "*")
    }
}

/// `in` of questions about all namespaces, or about what lies outside of them.
pub const EVERYWHERE: &str = "*";

/// Reads the entries of `expect`. One that does not say what is meant goes to `faults` and is left out.
pub(super) fn lower(document: &Node, target: Target, faults: &mut Vec<Malformed>) -> Vec<Expectation> {
    let suite = text_of(document, "name").map(|name| name.value).unwrap_or_default();
    let entries = document.get("expect").map_or(&[][..], Node::items);
    let read = entries.iter().filter_map(|node| entry(node, &suite, target));
    read.filter(|expectation| {
        let before = faults.len();
        judge(expectation, faults);
        faults.len() == before
    })
    .collect()
}

fn entry(node: &Node, suite: &str, target: Target) -> Option<Expectation> {
    let values = |node: &Node| texts(node).into_iter().map(|text| text.value).collect::<Vec<String>>();
    let who = node.entries().iter().find_map(|entry| {
        let text = || entry.value.as_text().map(str::to_owned);
        let who = match entry.key.value.as_str() {
            "who" => Quantifier::One(text()?),
            "nobody" => Quantifier::Nobody,
            "nobody_except" => Quantifier::NobodyExcept(values(&entry.value)),
            "only" => Quantifier::Only(values(&entry.value)),
            "everybody_in" => Quantifier::EverybodyIn(text()?),
            _ => return None,
        };
        Some(Spanned::new(who, entry.value.span))
    })?;
    let can = node.get("can").is_some();
    let escalate = node.get("never").and_then(|never| never.get("escalate"));
    let never = escalate.and_then(|ends| match (ends.as_text(), &ends.kind) {
        (Some("vault"), _) => Some(Ends::Vault),
        (Some("cluster"), _) => Some(Ends::Cluster),
        (None, NodeKind::Bool(true)) => Some(Ends::Either),
        _ => None,
    });
    if let (Some(ends), Some(escalate)) = (never, escalate) {
        return Some(Expectation {
            span: node.span,
            suite: suite.to_owned(),
            target,
            name: text_of(node, "name"),
            who,
            can: false,
            actions: vec![Spanned::new("escalate".to_owned(), escalate.span)],
            on: Spanned::new(ends.words().to_owned(), escalate.span),
            namespace: None,
            object: None,
            never,
        });
    }
    Some(Expectation {
        span: node.span,
        suite: suite.to_owned(),
        target,
        name: text_of(node, "name"),
        who,
        can,
        actions: texts_of(node, if can { "can" } else { "cannot" }),
        on: text_of(node, "on")?,
        namespace: text_of(node, "in"),
        object: text_of(node, "named"),
        never: None,
    })
}
