//! What one token may do on the endpoints of Vault that lead on.

use super::{self as graph, Doubt, Evidence, Piece, code};
use crate::model::vault::capability::Capability;
use crate::model::vault::path::PathPattern;
use crate::model::vault::policy::ParameterValue;
use crate::semantics::acl::{Acl, BUILT_IN, Operation, Request, RuleRef, Verdict, is_guarded_by_pki};
use crate::semantics::language::{self, Grant, Language, Marks, Outline, STEPS};
use crate::semantics::pattern::overlaps;
use crate::semantics::reach::{Holder, Token};
use crate::semantics::witness;

/// The token of a holder, asked in one Vault namespace.
#[derive(Clone, Copy)]
pub(super) struct Asked<'q, 'h> {
    pub(super) holder: &'q Holder<'h>,
    pub(super) token: &'q Token<'q>,
    /// Where requests are sent to: `""`, or with a slash at the end.
    pub(super) namespace: &'q str,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    No,
    /// On this path, by these rules.
    Yes(String, Vec<Evidence>),
    /// It hangs on something: one lower-case phrase.
    Doubt(Doubt),
}

/// What a request has to carry to be of use.
#[derive(Debug, Clone, Copy)]
pub(super) enum Carry<'c> {
    Nothing,
    /// One of these parameters, with a value of the caller's choice.
    OneOf(&'c [&'c str]),
    /// This parameter with this value.
    Value(&'c str, &'c str),
}

impl Found {
    pub(super) fn or(self, other: impl FnOnce() -> Found) -> Found {
        match self {
            Found::Yes(..) => self,
            Found::No => other(),
            Found::Doubt(_) => match other() {
                Found::No => self,
                found => found,
            },
        }
    }
}

impl Asked<'_, '_> {
    /// Whether it may do this somewhere inside `place`, on paths that `wanted` takes.
    pub(super) fn inside(
        &self,
        place: &str,
        capability: Capability,
        carry: Carry<'_>,
        wanted: impl Fn(&str) -> bool,
    ) -> Found {
        let within = PathPattern::parse(place);
        let full = PathPattern::stored(format!("{}{place}", self.namespace));
        let meets = |acl: &Acl<'_>| {
            acl.is_root_in(self.namespace)
                || acl
                    .rules()
                    .iter()
                    .any(|rule| rule.capabilities.contains(capability) && overlaps(&rule.pattern, &full))
        };
        let acls: Vec<&Acl<'_>> = self.acls().filter(|acl| meets(acl)).collect();
        if acls.is_empty() {
            return self.uncertain(&full, capability);
        }
        let all = acls.len() == self.token.acls().len();
        let languages: Vec<Language<'_, '_>> = acls
            .iter()
            .map(|acl| Language::new(acl, self.namespace, capability, &self.holder.pki_mounts))
            .collect();
        let judge = |path: &str, grants: &[Grant]| -> Vec<Verdict> {
            let each = grants.iter().zip(&acls);
            each.map(|(grant, acl)| self.carrying(acl, path, *grant, capability, carry)).collect()
        };
        let search = |enough: &dyn Fn(&[Verdict]) -> bool| {
            if !within.has_wildcard() {
                let grants: Vec<Grant> = languages.iter().map(|language| language.on(place)).collect();
                return Ok((wanted(place) && enough(&judge(place, &grants))).then(|| place.to_owned()));
            }
            language::shortest_of(&languages, &within, STEPS, |path, grants| {
                wanted(path) && enough(&judge(path, grants))
            })
        };
        let somewhere = search(&|verdicts| verdicts.iter().any(|it| *it != Verdict::Refused));
        match somewhere {
            Err(error) => {
                let what = format!("whether {} is open is too complex to tell: {error}", code(place));
                return Found::Doubt(Doubt { what, span: None });
            }
            Ok(None) => return self.uncertain(&full, capability),
            Ok(Some(_)) => {}
        }
        let everywhere = search(&|verdicts| all && verdicts.iter().all(|it| *it == Verdict::Allowed));
        match (everywhere, somewhere) {
            (Ok(Some(path)), _) => {
                let evidence = self.evidence(&path, capability);
                Found::Yes(path, evidence)
            }
            (_, Ok(Some(path))) => {
                let what = format!(
                    "whether a token may {} {} to this end hangs on the server or on what the request may carry",
                    capability.word(),
                    code(&format!("{}{path}", self.namespace))
                );
                let span = self.evidence(&path, capability).first().and_then(|evidence| evidence.span);
                Found::Doubt(Doubt { what, span })
            }
            _ => Found::No,
        }
    }

    pub(super) fn acls(&self) -> impl Iterator<Item = &Acl<'_>> {
        let known = self.token.acls().iter();
        let known = known.filter(|(dialect, _)| self.holder.refused_on(*dialect).is_none());
        known.filter_map(|(_, acl)| acl.as_ref().ok())
    }

    /// Rules of which it is not known for which paths they are, or whether they are there.
    fn uncertain(&self, full: &PathPattern, capability: Capability) -> Found {
        let marks = Marks { name: "*", namespace: "*" };
        for (dialect, acl) in self.token.acls() {
            let Ok(acl) = acl else { continue };
            for rule in acl.uncertain_rules() {
                let granted = rule.rule.rule.granted();
                if granted.denies() || !granted.contains(capability) {
                    continue;
                }
                let outline = Outline::of(rule, &self.holder.identity, &self.holder.namespace, *dialect);
                if outline.is_some_and(|outline| outline.meets(full, marks, false)) {
                    let RuleRef { policy, rule } = rule.rule;
                    let what = format!(
                        "which paths {} of policy {} stands for is not known",
                        code(rule.path.as_str()),
                        code(policy.name.as_str())
                    );
                    return Found::Doubt(Doubt { what, span: Some(rule.path.span) });
                }
            }
        }
        Found::No
    }

    /// The request for such a path, as it is told.
    pub(super) fn request_on(&self, path: &str, capability: Capability) -> graph::Request {
        graph::Request::Vault { namespace: self.namespace.to_owned(), capability, path: path.to_owned() }
    }

    fn request<'r>(&'r self, path: &'r str, capability: Capability) -> Request<'r> {
        let guarded = self.holder.pki_mounts.iter().any(|mount| is_guarded_by_pki(mount, path));
        Request {
            namespace: self.namespace,
            root_protected: guarded.then_some(true),
            ..Request::new(Operation::of_capability(capability).unwrap_or(Operation::Other), path)
        }
    }

    /// Whether a request goes through that carries what it has to.
    fn carrying(
        &self,
        acl: &Acl<'_>,
        path: &str,
        grant: Grant,
        capability: Capability,
        carry: Carry<'_>,
    ) -> Verdict {
        match grant {
            Grant::No => return Verdict::Refused,
            Grant::Yes => return Verdict::Allowed,
            Grant::Unclear | Grant::Conditional => {}
        }
        let request = self.request(path, capability);
        let with = |parameter: &str, value: &str| {
            witness::verdict_with(acl, &request, parameter, ParameterValue::Text(value.to_owned()))
        };
        match carry {
            Carry::Nothing if grant == Grant::Conditional => Verdict::Allowed,
            Carry::Nothing => Verdict::Unknown,
            Carry::Value(parameter, value) => with(parameter, value),
            Carry::OneOf(parameters) => {
                let verdicts: Vec<Verdict> =
                    parameters.iter().map(|parameter| with(parameter, OF_CHOICE)).collect();
                if verdicts.contains(&Verdict::Allowed) {
                    return Verdict::Allowed;
                }
                let listed =
                    acl.rule_on(&request).rule.into_iter().flat_map(|rule| &rule.members).any(|rule| {
                        rule.rule.allowed_parameters.iter().any(|it| {
                            let name = it.name.value.to_lowercase();
                            !it.values.is_empty() && (parameters.contains(&name.as_str()) || name == "*")
                        })
                    });
                if listed || verdicts.contains(&Verdict::Unknown) {
                    Verdict::Unknown
                } else {
                    Verdict::Refused
                }
            }
        }
    }

    /// The rules that open the path.
    pub(super) fn evidence(&self, path: &str, capability: Capability) -> Vec<Evidence> {
        let request = self.request(path, capability);
        let Some(acl) = self.acls().next() else { return Vec::new() };
        let ruling = acl.rule_on(&request);
        if ruling.is_root {
            let held = self.holder.held.iter().find(|held| held.name == "root");
            let span = held.and_then(|held| held.span);
            return vec![Evidence { what: "policy root".to_owned(), span, piece: None }];
        }
        let Some(rule) = ruling.rule else { return Vec::new() };
        let mut members: Vec<_> = rule.granting(capability).collect();
        if members.is_empty() {
            members.clone_from(&rule.members);
        }
        told(members)
    }
}

/// The rules, as evidence.
pub(super) fn told<'r>(rules: impl IntoIterator<Item = RuleRef<'r>>) -> Vec<Evidence> {
    let told = rules.into_iter().map(|member| {
        let label = &member.rule.path;
        let words: Vec<&str> = member.rule.granted().iter().map(|it| it.word()).collect();
        let is_known = label.span.source != BUILT_IN;
        Evidence {
            what: format!("policy {}, path \"{label}\" [{}]", member.policy.name, words.join(", ")),
            span: is_known.then_some(label.span),
            piece: is_known.then_some(Piece::PathRule(label.span)),
        }
    });
    told.collect()
}

const OF_CHOICE: &str = "of-the-callers-choice";
