//! How answers put what decided, what lost, and what is not known.

use super::page::policy_words;
use crate::semantics::acl::{Lost, UncertainRule, Verdict};
use crate::semantics::dialect::Dialect;
use crate::semantics::login::Missing;
use crate::semantics::precedence::Criterion;
use crate::syntax::Span;

/// How it ended.
pub(super) fn words_of(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allowed => "allowed",
        Verdict::Refused => "denied",
        Verdict::Unknown => "not known",
    }
}

/// `allowed on OpenBao, denied on Vault up to 1.20 and Vault 2.x`.
pub fn difference(verdicts: &[(Dialect, Verdict)]) -> String {
    let groups = [Verdict::Allowed, Verdict::Refused, Verdict::Unknown].map(|wanted| {
        let names = verdicts.iter().filter(|(_, verdict)| *verdict == wanted);
        let names: Vec<String> = names.map(|(dialect, _)| dialect.to_string()).collect();
        (!names.is_empty()).then(|| format!("{} on {}", words_of(wanted), names.join(" and ")))
    });
    groups.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What has to be known to tell whether the rule counts.
pub(super) fn hangs_on(uncertain: &UncertainRule<'_>) -> String {
    let path = &uncertain.rule.rule.path.value;
    let policy = policy_words(uncertain.rule.policy);
    if path.contains("{{") {
        format!("the values in path \"{path}\" of {policy} are not known")
    } else {
        format!("whether path \"{path}\" of {policy} has expired is not known")
    }
}

/// A JWT is taken to be made for what the role wants; all else that is not known is a doubt.
pub fn missing_words(missing: &Missing) -> Option<(String, Span)> {
    match missing {
        Missing::Audiences(_) => None,
        Missing::NamespaceLabels(keys) => {
            let text = match keys.value.as_slice() {
                [] => "the labels of the namespace are not known".to_owned(),
                names => format!("the label `{}` of the namespace is not known", names.join("`, `")),
            };
            Some((text, keys.span))
        }
        Missing::ApiServerAudience(audience) => {
            let text = format!("whether the API server takes the audience `{}` is not known", audience.value);
            Some((text, audience.span))
        }
    }
}

/// Why another rule goes before it.
pub(super) fn lost_words(lost: Lost) -> &'static str {
    match lost {
        Lost::ToExact => "an exact path goes before every pattern",
        Lost::Precedence(Criterion::FirstWildcard) => "its first wildcard comes earlier",
        Lost::Precedence(Criterion::Closed) => "it ends in `*`",
        Lost::Precedence(Criterion::PlusSegments) => "it has more `+` segments",
        Lost::Precedence(Criterion::Length) => "it is shorter",
        Lost::Precedence(Criterion::Text) => "it sorts before the other, all else being equal",
        Lost::OtherForm => "it matches the other form of the path, with or without the last slash",
        Lost::WithoutList => "it has neither `list` nor `deny`",
    }
}
