//! A named ACL policy and its path rules.

use super::capability::CapabilitySet;
use super::duration::Seconds;
use super::path::PathPattern;
use super::timestamp::Timestamp;
use crate::syntax::{Span, Spanned};

/// A Vault ACL policy, from a file of its own or from a spec.
#[derive(Debug, Clone)]
pub struct Policy {
    /// As written; Vault stores it in lower case (see [`Policy::key`]). For a file: its name without
    /// the extension, with the empty span at the start of the file.
    pub name: Spanned<String>,
    /// The text of the policy: the whole file, or the node in the spec.
    pub span: Span,
    /// Where it comes from.
    pub origin: PolicyOrigin,
    /// The exact text that a server would be sent, where the policy was written as text.
    pub text: Option<String>,
    /// Its path rules in the order written.
    pub path_rules: Vec<PathRule>,
    /// Why a server would refuse it; empty for a policy that every server of the target takes.
    pub refusals: Vec<Refusal>,
    /// Parts of the text that servers drop without a word, such as all that follows a missing comma in JSON.
    pub ignored: Vec<Span>,
}

/// Where a policy was declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyOrigin {
    /// A policy file in HCL.
    HclFile,
    /// A policy file in the server's JSON form.
    JsonFile,
    /// `path:` entries of a spec.
    SpecPaths,
    /// An `hcl:` text in a spec.
    SpecText,
    /// Compiled from a grant of a spec.
    Grant,
}

impl Policy {
    /// The name as the server stores and compares it.
    pub fn key(&self) -> String {
        self.name.value.trim().to_lowercase()
    }
}

/// The keys of a path rule that every server knows.
pub const PATH_RULE_KEYS: [&str; 9] = [
    "capabilities",
    "policy",
    "allowed_parameters",
    "denied_parameters",
    "required_parameters",
    "min_wrapping_ttl",
    "max_wrapping_ttl",
    "mfa_methods",
    "control_group",
];

/// One `path "…" { … }` block.
#[derive(Debug, Clone)]
pub struct PathRule {
    /// From the `path` keyword to the closing brace (in a spec: key and value).
    pub span: Span,
    /// The label as written, without template substitution.
    pub path: Spanned<String>,
    /// Labels behind the first one of a `path` block, which servers drop.
    pub further_labels: Vec<Spanned<String>>,
    /// The words of `capabilities`, as written, in order.
    pub capabilities: Vec<Spanned<String>>,
    /// The value of `capabilities`, brackets included; absent if the attribute is.
    pub capabilities_span: Option<Span>,
    /// The legacy `policy = "…"` attribute: its value, and the span of the whole attribute.
    pub legacy: Option<(Spanned<String>, Span)>,
    /// `allowed_parameters`.
    pub allowed_parameters: Vec<Parameter>,
    /// `denied_parameters`.
    pub denied_parameters: Vec<Parameter>,
    /// `required_parameters`.
    pub required_parameters: Vec<Spanned<String>>,
    /// `min_wrapping_ttl`.
    pub min_wrapping_ttl: Option<Spanned<Seconds>>,
    /// `max_wrapping_ttl`.
    pub max_wrapping_ttl: Option<Spanned<Seconds>>,
    /// The rarer keys.
    pub extras: RuleExtras,
    /// All keys of the block that were written, in order, known or not.
    pub keys: Vec<Spanned<String>>,
    /// Arguments that are set again, here or in a map of the rule: the key of the first, and the key of the second.
    /// Vault refuses them from 1.21 on; other servers append lists and let the last of other values win.
    pub repeated: Vec<(Span, Spanned<String>)>,
}

/// Keys of a path rule that only some servers know, or that only some editions act on.
#[derive(Debug, Clone, Default)]
pub struct RuleExtras {
    /// `expiration` (OpenBao): from then on the rule is not there.
    pub expiration: Option<Spanned<Timestamp>>,
    /// `pagination_limit` (OpenBao); 0 and less have no effect.
    pub pagination_limit: Option<Spanned<i64>>,
    /// `list_scan_response_keys_filter_path` (OpenBao).
    pub response_keys_filter: Option<Spanned<String>>,
    /// `subscribe_event_types` (Vault).
    pub subscribe_event_types: Vec<Spanned<String>>,
    /// `mfa_methods` (enforced by Vault Enterprise only).
    pub mfa_methods: Vec<Spanned<String>>,
    /// The whole `control_group` (enforced by Vault Enterprise and OpenBao).
    pub control_group: Option<Span>,
}

impl PathRule {
    /// True if the rule says more than which capabilities it grants on which paths: it asks more of requests, or gives them
    /// less than all.
    pub fn is_constrained(&self) -> bool {
        let extras = &self.extras;
        !self.allowed_parameters.is_empty()
            || !self.denied_parameters.is_empty()
            || !self.required_parameters.is_empty()
            || self.min_wrapping_ttl.is_some()
            || self.max_wrapping_ttl.is_some()
            || extras.expiration.is_some()
            || extras.pagination_limit.is_some()
            || extras.response_keys_filter.is_some()
            || !extras.subscribe_event_types.is_empty()
            || !extras.mfa_methods.is_empty()
            || extras.control_group.is_some()
    }

    /// A rule for `path` without any content.
    pub fn new(path: Spanned<String>, span: Span) -> PathRule {
        PathRule {
            span,
            path,
            further_labels: Vec::new(),
            capabilities: Vec::new(),
            capabilities_span: None,
            legacy: None,
            allowed_parameters: Vec::new(),
            denied_parameters: Vec::new(),
            required_parameters: Vec::new(),
            min_wrapping_ttl: None,
            max_wrapping_ttl: None,
            extras: RuleExtras::default(),
            keys: Vec::new(),
            repeated: Vec::new(),
        }
    }

    /// The pattern that the label denotes.
    pub fn pattern(&self) -> PathPattern {
        PathPattern::parse(&self.path.value)
    }

    /// What the rule grants: legacy shorthand expanded, and `deny` alone once it occurs.
    pub fn granted(&self) -> CapabilitySet {
        CapabilitySet::of_rule(
            self.legacy.as_ref().map(|(value, _)| value.value.as_str()),
            self.capabilities.iter().map(Spanned::as_str),
        )
    }

    /// The word `name` where it stands in `capabilities`.
    pub fn capability(&self, name: &str) -> Option<&Spanned<String>> {
        self.capabilities.iter().find(|word| word.value == name)
    }
}

/// One name of a parameter constraint with the values it lists.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// As written; compared in lower case.
    pub name: Spanned<String>,
    /// The values; empty means any value.
    pub values: Vec<Spanned<ParameterValue>>,
}

/// A value of a parameter constraint.
#[derive(Debug, Clone, PartialEq)]
pub enum ParameterValue {
    /// Text, possibly with `*` at either end.
    Text(String),
    /// A number; never equal to a number of a request.
    Number(String),
    /// A truth value.
    Bool(bool),
    /// `null` of the JSON form.
    Null,
    /// A list.
    List(Vec<ParameterValue>),
    /// An object.
    Object(Vec<(String, ParameterValue)>),
}

/// One reason why the server refuses a policy that is well-formed text.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The word or value at fault.
    pub span: Span,
    /// What kind of fault.
    pub kind: RefusalKind,
    /// The offending word, where there is one.
    pub word: String,
    /// What the server answers, in its own words.
    pub server: String,
}

/// Faults for which servers refuse a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// A key at the top that is neither `path` nor `name`.
    TopLevelKey,
    /// A key of a path rule that no server of the target knows.
    RuleKey,
    /// A word in `capabilities` that is none.
    Capability,
    /// A value of the legacy `policy` attribute that is none.
    LegacyPolicy,
    /// A value of the wrong type.
    Type,
    /// `+*` in a path.
    Wildcard,
    /// A wrapping TTL that does not parse, or max below min.
    WrappingTtl,
    /// Braces of a template that do not pair up.
    Template,
    /// An incomplete `control_group`.
    ControlGroup,
    /// The same argument twice in one block (refused from Vault 1.21 on).
    DuplicateArgument,
    /// Anything else.
    Other,
}
