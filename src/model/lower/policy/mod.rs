//! Policy texts to policies.
//!
//! The checks are those that servers make when a policy is written, in their order where the order shows: `deny`
//! ends the checks of its path rule. Unlike a server, the reader goes on after a fault.
//!
//! Source: `internal/vault/policy/policy.go` of OpenBao, `vault/policy.go` of Vault, `decoder.go` of `hashicorp/hcl`.

mod any;
mod control_group;
mod decode;
mod dialect;
mod index;
mod recognise;
mod refuse;
mod response_filter;
mod rule;

#[cfg(test)]
mod tests;

pub use recognise::{looks_like_policy, resembles_policy};

use crate::model::project::Target;
use crate::model::vault::policy::{PathRule, Policy, PolicyOrigin, RefusalKind};
use crate::syntax::directive::{self, Directive, Nodes};
use crate::syntax::hcl1::{self, Document, Format, Item};
use crate::syntax::{Place, Spanned, SyntaxError};
use decode::Node;
use refuse::{Refuser, quote};
pub(in crate::model) use rule::template_is_balanced;

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
///
/// A server of `target` takes the text if and only if both `syntax_errors` and the policy's `refusals` are empty.
/// One thing hangs on the clock: once the `expiration` of a path rule has passed, OpenBao takes what faults its words,
/// wildcards, lifetimes and templates have. Here that holds for times before 2024 only, since when there is an OpenBao;
/// a rule that expired later is read as if it were still there. Not looked at either: the HTTP endpoint refuses an empty text, and decodes a text that is valid base64.
pub fn read(
    name: Spanned<String>,
    text: &str,
    place: &Place,
    origin: PolicyOrigin,
    target: Target,
) -> PolicyText {
    let document = hcl1::parse(text, place);
    let origin = match (origin, document.format) {
        (PolicyOrigin::HclFile, Format::Json) => PolicyOrigin::JsonFile,
        (PolicyOrigin::JsonFile, Format::Hcl) => PolicyOrigin::HclFile,
        _ => origin,
    };
    let mut reader = Reader { refuser: Refuser::new(text, document.format), target };
    let mut path_rules = Vec::with_capacity(document.items.len());
    for item in &document.items {
        reader.item(item, document.errors.is_empty(), &mut path_rules);
    }
    reader.repeats(&document, &mut path_rules);
    let mut refusals = reader.refuser.refusals;
    refusals.sort_by_key(|refusal| refusal.span);
    let directives = if directive::mentioned(text) {
        let nodes = Nodes::new(document.nodes().to_vec());
        directive::read(text, place, &document.comments, &nodes, &nodes)
    } else {
        Vec::new()
    };
    let policy = Policy {
        name,
        span: place.span(0..text.len()),
        origin,
        text: Some(text.to_owned()),
        path_rules,
        refusals,
        ignored: document.ignored,
    };
    PolicyText { policy, syntax_errors: document.errors, directives }
}

struct Reader<'t> {
    refuser: Refuser<'t>,
    target: Target,
}

impl Reader<'_> {
    /// An item at the top. Words that a broken text left over are not held against it.
    fn item(&mut self, item: &Item, sound: bool, rules: &mut Vec<PathRule>) {
        let Some(key) = item.keys.first() else { return };
        if !self.readable(key) {
            return;
        }
        match &*key.text {
            "path" => rules.extend(self.path_rule(item)),
            "name" if item.keys.len() > 1 => {
                decode::string(&mut self.refuser, Node::Labelled(&[item]), "name".into(), &"");
            }
            "name" => {
                decode::string(&mut self.refuser, Node::of(&item.value), "name".into(), &"");
            }
            _ if !sound => {}
            word => {
                let server = self.refuser.invalid_key(item, word);
                self.refuser.refuse(key.span, RefusalKind::TopLevelKey, word, server);
            }
        }
    }

    /// Ties arguments that are set again to their path rules; only the current Vault line refuses them.
    fn repeats(&mut self, document: &Document, rules: &mut [PathRule]) {
        for repeat in &document.repeats {
            let again = Spanned::new(repeat.again.text.clone().into_owned(), repeat.again.span);
            let after = rules.partition_point(|rule| rule.span.start <= again.span.start);
            let rule = after.checked_sub(1).and_then(|at| rules.get_mut(at));
            if let Some(rule) = rule.filter(|rule| rule.span.contains(again.span)) {
                rule.repeated.push((repeat.first, again));
            }
            if self.target == Target::VaultCurrent {
                let server = format!(
                    "The argument {} at {} was already set. Each argument can only be defined once",
                    quote(repeat.raw),
                    self.refuser.position(repeat.again.at)
                );
                let word = &repeat.again.text;
                self.refuser.refuse(repeat.again.span, RefusalKind::DuplicateArgument, word, server);
            }
        }
    }
}
