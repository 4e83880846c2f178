//! The rules of tokens that may have a say on the paths of one pattern, or on one path: all others can be left aside
//! before anything is compiled.

use std::borrow::Cow;

use super::contents::stem;
use super::parties::Parties;
use crate::model::vault::path::PathPattern;
use crate::model::vault::policy::{PathRule, Policy};
use crate::semantics::acl::{Acl, Attached};
use crate::semantics::dialect::Dialect;
use crate::semantics::language::may_meet;
use crate::semantics::login::Issued;
use crate::semantics::reach::Access;
use crate::semantics::template::{Identity, Populated, Presence, is_templated, populate};
use crate::syntax::Span;

/// Whose tokens they are, as far as templates ask.
///
/// Values that no input tells, such as the id of an entity, are taken to be texts that stand nowhere else, the same on
/// both sides; rules that expire are taken to be there still.
#[derive(Clone)]
pub(super) struct Who<'q> {
    pub(super) access: &'q Access<'q>,
    pub(super) name: Presence<String>,
    pub(super) namespace: Presence<String>,
}

/// Rules of the tokens of both sides.
pub(super) struct Excerpt<'s> {
    pieces: Vec<Piece<'s>>,
}

/// Rules of one policy of a token.
struct Piece<'s> {
    of_new: bool,
    token: usize,
    /// The only server whose policy it is; nothing for a policy that an input defines.
    dialect: Option<Dialect>,
    policy: &'s Policy,
    rules: Vec<&'s PathRule>,
}

/// What a token holds on one server, templates of unknown value settled.
pub(super) struct TokenText {
    pub(super) lane: usize,
    pub(super) of_new: bool,
    pub(super) token: usize,
    policies: Vec<Policy>,
}

impl<'s> Excerpt<'s> {
    /// The rules that may match a path which begins like the label does before its first wildcard or template, or one
    /// that the label matches. Rules of which the server makes an error of the whole token are always among them.
    pub(super) fn around(label: &str, parties: &Parties<'_, 's>) -> Excerpt<'s> {
        let fixed = stem(label);
        let plain = (!is_templated(label)).then(|| PathPattern::parse(label));
        Excerpt::of(parties, |rule, own| {
            if !(own.starts_with(fixed) || fixed.starts_with(own)) {
                return false;
            }
            // Behind a `+`, the rest of the labels tells.
            let is_wild = rule.contains('+') || label.contains('+');
            match &plain {
                Some(plain) if is_wild && !is_templated(rule) => {
                    may_meet(&PathPattern::parse(rule), plain, true)
                }
                _ => true,
            }
        })
    }

    /// How many rules there are.
    pub(super) fn len(&self) -> usize {
        self.pieces.iter().map(|piece| piece.rules.len()).sum()
    }

    /// The rules that may match one path, with or without a slash at its end.
    pub(super) fn on(path: &str, parties: &Parties<'_, 's>) -> Excerpt<'s> {
        Excerpt::of(parties, |_, own| path.starts_with(own))
    }

    fn of(parties: &Parties<'_, 's>, has_a_say: impl Fn(&str, &str) -> bool) -> Excerpt<'s> {
        let mut pieces = Vec::new();
        let old = parties.old.iter().enumerate().map(|(at, seat)| (false, at, seat));
        let new = parties.new.iter().enumerate().map(|(at, seat)| (true, at, seat));
        for (of_new, token, seat) in old.chain(new) {
            for text in &seat.hold.texts {
                let mut add = |policy: &'s Policy, dialect: Option<Dialect>| {
                    let concerned = |(rule, stem): &(&PathRule, &str)| {
                        let is_wild = stem.len() < rule.path.value.len();
                        has_a_say(&rule.path.value, stem) || (is_wild && rule.path.value.contains("+*"))
                    };
                    let rules: Vec<&PathRule> =
                        text.rules(policy).filter(concerned).map(|(rule, _)| rule).collect();
                    if !rules.is_empty() {
                        pieces.push(Piece { of_new, token, dialect, policy, rules });
                    }
                };
                match text.written() {
                    Some(policy) => add(policy, None),
                    None => {
                        for dialect in Dialect::ALL {
                            text.on(dialect).into_iter().for_each(|policy| add(policy, Some(dialect)));
                        }
                    }
                }
            }
        }
        Excerpt { pieces }
    }

    /// Equal for excerpts with the same rules in the same tokens.
    pub(super) fn key(&self) -> Vec<(bool, usize, Option<Dialect>, Span)> {
        let of = |piece: &Piece<'s>| {
            let (of_new, token, dialect) = (piece.of_new, piece.token, piece.dialect);
            piece.rules.iter().map(move |rule| (of_new, token, dialect, rule.path.span)).collect::<Vec<_>>()
        };
        self.pieces.iter().flat_map(of).collect()
    }

    /// True if some rule has a template.
    pub(super) fn is_templated(&self) -> bool {
        self.pieces.iter().flat_map(|piece| &piece.rules).any(|rule| is_templated(rule.path.as_str()))
    }

    /// The label of a rule as it is written.
    pub(super) fn written(&self, of_new: bool, place: Span) -> Option<&'s str> {
        let of_side = self.pieces.iter().filter(|piece| piece.of_new == of_new);
        let mut rules = of_side.flat_map(|piece| &piece.rules);
        rules.find(|rule| rule.path.span == place).map(|rule| rule.path.as_str())
    }

    /// What each token holds on each server.
    pub(super) fn texts(&self, parties: &Parties<'_, 's>, who: &Who<'_>) -> Vec<TokenText> {
        let mut texts = Vec::new();
        for (lane, (before, now)) in parties.lanes.iter().enumerate() {
            for (of_new, dialect, seats) in [(false, *before, &parties.old), (true, *now, &parties.new)] {
                for (token, seat) in seats.iter().enumerate() {
                    if !seat.hold.dialects.contains(&dialect) {
                        continue;
                    }
                    let identity = who.identity(seat.hold.issued.as_ref());
                    let own = |piece: &&Piece<'s>| {
                        let on_server = piece.dialect.is_none_or(|of| of == dialect);
                        piece.of_new == of_new && piece.token == token && on_server
                    };
                    let cut = |piece: &Piece<'s>| cut(piece, &identity, parties.namespace, dialect);
                    let policies = self.pieces.iter().filter(own).map(cut).collect();
                    texts.push(TokenText { lane, of_new, token, policies });
                }
            }
        }
        texts
    }
}

impl TokenText {
    /// The rules as the server arranges them; nothing if it refuses every request of the token.
    pub(super) fn compile<'p>(
        &'p self,
        namespace: &'p str,
        identity: &Identity,
        dialect: Dialect,
    ) -> Option<Acl<'p>> {
        let policies: Vec<Attached<'p>> =
            self.policies.iter().map(|policy| Attached { policy, namespace }).collect();
        Acl::compile(&policies, identity, dialect).ok()
    }
}

impl Who<'_> {
    pub(super) fn identity(&self, issued: Option<&Issued<'_>>) -> Identity {
        Identity { now: Presence::Present(0), ..self.access.identity(&self.name, &self.namespace, issued) }
    }
}

/// The label with texts in the place of values that no input tells.
pub(super) fn settled<'l>(
    label: &'l str,
    identity: &Identity,
    namespace: &str,
    dialect: Dialect,
) -> Cow<'l, str> {
    if !is_templated(label) || !matches!(populate(label, identity, namespace, dialect), Populated::Unknown(_))
    {
        return Cow::Borrowed(label);
    }
    let mut parts = label.split("{{");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let Some((directive, rest)) = part.split_once("}}") else { return Cow::Borrowed(label) };
        let whole = format!("{{{{{directive}}}}}");
        match populate(&whole, identity, namespace, dialect) {
            Populated::Unknown(_) => {
                let name = directive.trim();
                let name = name.strip_prefix("identity.").unwrap_or(name);
                let plain = |it: char| if it.is_ascii_alphanumeric() { it } else { '-' };
                text.push_str("some-");
                text.extend(name.chars().map(plain));
            }
            _ => text.push_str(&whole),
        }
        text.push_str(rest);
    }
    Cow::Owned(text)
}

fn cut(piece: &Piece<'_>, identity: &Identity, namespace: &str, dialect: Dialect) -> Policy {
    let rule = |rule: &&PathRule| {
        let mut rule = (*rule).clone();
        if let Cow::Owned(label) = settled(&rule.path.value.clone(), identity, namespace, dialect) {
            rule.path.value = label;
        }
        rule
    };
    Policy {
        name: piece.policy.name.clone(),
        span: piece.policy.span,
        origin: piece.policy.origin,
        text: None,
        path_rules: piece.rules.iter().map(rule).collect(),
        refusals: Vec::new(),
        ignored: Vec::new(),
    }
}
