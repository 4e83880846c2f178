//! What the API server refuses of RBAC objects and service accounts, in its own words.
//!
//! Everything is looked at after defaulting: an API group that is left out is the right one.
//!
//! Source: kubernetes `pkg/apis/rbac/validation/validation.go`, `pkg/registry/rbac/*/strategy.go`,
//! `apimachinery/pkg/api/validation`.

mod decode;
mod names;

pub use decode::decode;

use std::borrow::Cow;

use names::{is_dns_label, is_dns_subdomain, is_label_value, is_path_segment, is_qualified_name};

use crate::model::kube::ObjectMeta;
use crate::model::kube::binding::{Binding, Subject};
use crate::model::kube::rbac::{RbacRole, RbacRoleKind, RbacRule};
use crate::model::kube::selector::LabelSelector;
use crate::model::kube::service_account::ServiceAccount;
use crate::syntax::{Span, Spanned};

const GROUP: &str = "rbac.authorization.k8s.io";

/// One thing that the server refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The place in the input.
    pub span: Span,
    /// The field as the server names it: `rules[0].verbs`; empty if the object could not be decoded.
    pub field: String,
    /// What kind of fault.
    pub kind: FieldErrorKind,
    /// The server's explanation, without the value at fault.
    pub detail: String,
}

/// Faults of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldErrorKind {
    /// The field is empty.
    Required,
    /// The value does not fit.
    Invalid,
    /// The value is none of a few.
    Unsupported,
    /// The field must be empty.
    Forbidden,
    /// The field does not exist (refused by `kubectl`'s strict validation, dropped otherwise).
    UnknownField,
    /// The value has the wrong type.
    Type,
    /// The server does not serve this version.
    NoMatch,
}

impl FieldErrorKind {
    /// The server's word for it.
    pub fn word(self) -> &'static str {
        match self {
            FieldErrorKind::Required => "Required value",
            FieldErrorKind::Invalid => "Invalid value",
            FieldErrorKind::Unsupported => "Unsupported value",
            FieldErrorKind::Forbidden => "Forbidden",
            FieldErrorKind::UnknownField => "strict decoding error",
            FieldErrorKind::Type => "decode",
            FieldErrorKind::NoMatch => "no match",
        }
    }
}

/// What the server says of a Role or ClusterRole, in its order.
pub fn role(role: &RbacRole) -> Vec<FieldError> {
    let mut errors = Errors::default();
    let is_namespaced = role.kind == RbacRoleKind::Role;
    errors.meta(&role.meta, is_namespaced, is_path_segment);
    for (at, rule) in role.rules.iter().enumerate() {
        errors.rule(rule, is_namespaced, at);
    }
    if let Some(span) = role.aggregation.filter(|_| !is_namespaced) {
        let field = "aggregationRule.clusterRoleSelectors";
        if role.aggregation_selectors.is_empty() {
            let detail = "at least one clusterRoleSelector required if aggregationRule is non-nil";
            errors.add(span, field, FieldErrorKind::Required, detail);
        }
        for (at, selector) in role.aggregation_selectors.iter().enumerate() {
            errors.selector(selector, &format!("{field}[{at}]"));
        }
    }
    errors.list
}

/// What the server says of a binding, in its order; `old` is what it replaces.
pub fn binding(binding: &Binding, old: Option<&Binding>) -> Vec<FieldError> {
    let mut errors = Errors::default();
    errors.meta(&binding.meta, !binding.cluster_wide, is_path_segment);
    let role_ref = &binding.role_ref;
    let group = role_ref.api_group.as_ref().filter(|group| !group.value.is_empty());
    if let Some(group) = group.filter(|group| group.value != GROUP) {
        errors.unsupported(group.span, "roleRef.apiGroup", &[GROUP]);
    }
    let kinds: &[&str] = if binding.cluster_wide { &["ClusterRole"] } else { &["Role", "ClusterRole"] };
    if !kinds.contains(&role_ref.kind.as_str()) {
        errors.unsupported(role_ref.kind.span, "roleRef.kind", kinds);
    }
    if role_ref.name.value.is_empty() {
        errors.add(role_ref.name.span, "roleRef.name", FieldErrorKind::Required, "");
    }
    for detail in is_path_segment(role_ref.name.as_str()) {
        errors.add(role_ref.name.span, "roleRef.name", FieldErrorKind::Invalid, detail);
    }
    for (at, subject) in binding.subjects.iter().enumerate() {
        errors.subject(subject, binding.cluster_wide, at);
    }
    if old.is_some_and(|old| !is_same_role_ref(old, binding)) {
        errors.add(role_ref.span, "roleRef", FieldErrorKind::Invalid, "cannot change roleRef");
    }
    errors.list
}

/// What the server says of a ServiceAccount.
pub fn service_account(account: &ServiceAccount) -> Vec<FieldError> {
    let mut errors = Errors::default();
    errors.meta(&account.meta, true, is_dns_subdomain);
    errors.list
}

fn is_same_role_ref(old: &Binding, new: &Binding) -> bool {
    fn parts(binding: &Binding) -> (&str, &str, &str) {
        let group = binding.role_ref.api_group.as_ref().map(Spanned::as_str);
        let group = group.filter(|group| !group.is_empty()).unwrap_or(GROUP);
        (group, binding.role_ref.kind.as_str(), binding.role_ref.name.as_str())
    }
    parts(old) == parts(new)
}

fn lower_case(text: &str) -> Cow<'_, str> {
    if text.chars().any(char::is_uppercase) { text.to_lowercase().into() } else { text.into() }
}

#[derive(Default)]
struct Errors {
    list: Vec<FieldError>,
}

impl Errors {
    fn add(&mut self, span: Span, field: impl Into<String>, kind: FieldErrorKind, detail: impl Into<String>) {
        self.list.push(FieldError { span, field: field.into(), kind, detail: detail.into() });
    }

    fn unsupported(&mut self, span: Span, field: impl Into<String>, supported: &[&str]) {
        let quoted: Vec<String> = supported.iter().map(|value| format!("\"{value}\"")).collect();
        let detail = format!("supported values: {}", quoted.join(", "));
        self.add(span, field, FieldErrorKind::Unsupported, detail);
    }

    /// A namespace on a cluster-scoped object is cleared before anybody looks at it.
    fn meta(&mut self, meta: &ObjectMeta, is_namespaced: bool, name: fn(&str) -> Vec<String>) {
        if meta.name.value.is_empty() {
            let detail = "name or generateName is required";
            self.add(meta.name.span, "metadata.name", FieldErrorKind::Required, detail);
        } else {
            for detail in name(meta.name.as_str()) {
                self.add(meta.name.span, "metadata.name", FieldErrorKind::Invalid, detail);
            }
        }
        let namespace = meta.namespace.as_ref().filter(|it| is_namespaced && !it.value.is_empty());
        for (namespace, detail) in namespace.iter().flat_map(|it| {
            let details = is_dns_label(it.as_str());
            details.into_iter().map(move |detail| (it, detail))
        }) {
            self.add(namespace.span, "metadata.namespace", FieldErrorKind::Invalid, detail);
        }
        self.labels(&meta.labels, "metadata.labels");
        for (key, _) in &meta.annotations {
            for detail in is_qualified_name(&lower_case(key.as_str())) {
                self.add(key.span, "metadata.annotations", FieldErrorKind::Invalid, detail);
            }
        }
    }

    fn labels(&mut self, labels: &[(Spanned<String>, Spanned<String>)], field: &str) {
        for (key, value) in labels {
            for detail in is_qualified_name(key.as_str()) {
                self.add(key.span, field, FieldErrorKind::Invalid, detail);
            }
            for detail in is_label_value(value.as_str()) {
                self.add(value.span, field, FieldErrorKind::Invalid, detail);
            }
        }
    }

    fn rule(&mut self, rule: &RbacRule, is_namespaced: bool, at: usize) {
        use FieldErrorKind::{Invalid, Required};
        let missing = "verbs must contain at least one value";
        if rule.verbs.is_empty() {
            self.add(rule.span, format!("rules[{at}].verbs"), Required, missing);
        }
        if let Some(url) = rule.non_resource_urls.first() {
            let field = || format!("rules[{at}].nonResourceURLs");
            if is_namespaced {
                let detail = "namespaced rules cannot apply to non-resource URLs";
                self.add(url.span, field(), Invalid, detail);
            }
            if ![&rule.api_groups, &rule.resources, &rule.resource_names].iter().all(|it| it.is_empty()) {
                let detail = "rules cannot apply to both regular resources and non-resource URLs";
                self.add(url.span, field(), Invalid, detail);
            }
            return;
        }
        if rule.api_groups.is_empty() {
            let detail = "resource rules must supply at least one api group";
            self.add(rule.span, format!("rules[{at}].apiGroups"), Required, detail);
        }
        if rule.resources.is_empty() {
            let detail = "resource rules must supply at least one resource";
            self.add(rule.span, format!("rules[{at}].resources"), Required, detail);
        }
    }

    fn selector(&mut self, selector: &LabelSelector, field: &str) {
        use FieldErrorKind::{Forbidden, Invalid, Required};
        let before = self.list.len();
        self.labels(&selector.match_labels, &format!("{field}.matchLabels"));
        for (at, requirement) in selector.match_expressions.iter().enumerate() {
            let field = format!("{field}.matchExpressions[{at}]");
            match requirement.operator.as_str() {
                "In" | "NotIn" if requirement.values.is_empty() => {
                    let detail = "must be specified when `operator` is 'In' or 'NotIn'";
                    self.add(requirement.span, format!("{field}.values"), Required, detail);
                }
                "Exists" | "DoesNotExist" if !requirement.values.is_empty() => {
                    let detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
                    self.add(requirement.span, format!("{field}.values"), Forbidden, detail);
                }
                "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
                _ => {
                    let detail = "not a valid selector operator";
                    self.add(requirement.operator.span, format!("{field}.operator"), Invalid, detail);
                }
            }
            for detail in is_qualified_name(requirement.key.as_str()) {
                self.add(requirement.key.span, format!("{field}.key"), Invalid, detail);
            }
            for (at, value) in requirement.values.iter().enumerate() {
                for detail in is_label_value(value.as_str()) {
                    self.add(value.span, format!("{field}.values[{at}]"), Invalid, detail);
                }
            }
        }
        if self.list.len() > before {
            self.add(selector.span, field, Invalid, "invalid label selector.");
        }
    }

    fn subject(&mut self, subject: &Subject, cluster_wide: bool, at: usize) {
        use FieldErrorKind::{Invalid, Required};
        if subject.name.value.is_empty() {
            self.add(subject.name.span, format!("subjects[{at}].name"), Required, "");
        }
        let group = subject.api_group.as_ref().filter(|group| !group.value.is_empty());
        match subject.kind.as_str() {
            "ServiceAccount" => {
                if !subject.name.value.is_empty() {
                    for detail in is_dns_subdomain(subject.name.as_str()) {
                        self.add(subject.name.span, format!("subjects[{at}].name"), Invalid, detail);
                    }
                }
                if let Some(group) = group {
                    self.unsupported(group.span, format!("subjects[{at}].apiGroup"), &[""]);
                }
                let namespace = subject.namespace.as_ref().filter(|it| !it.value.is_empty());
                if cluster_wide && namespace.is_none() {
                    self.add(subject.span, format!("subjects[{at}].namespace"), Required, "");
                }
            }
            "User" | "Group" => {
                if let Some(group) = group.filter(|group| group.value != GROUP) {
                    self.unsupported(group.span, format!("subjects[{at}].apiGroup"), &[GROUP]);
                }
            }
            _ => {
                let kinds = ["ServiceAccount", "User", "Group"];
                self.unsupported(subject.kind.span, format!("subjects[{at}].kind"), &kinds);
            }
        }
    }
}
