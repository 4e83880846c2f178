//! Whether the policies of today grant what is needed.

use super::needs::{Needs, On, Wish};
use super::paths::{language, meets};
use super::{Need, NeedSource, Standing};
use crate::semantics::language::{Grant, STEPS, shortest};
use crate::semantics::reach::Token;

/// How the policies stand to each wish.
pub(super) fn standings(needs: &Needs<'_>, tokens: &[Token<'_>]) -> Vec<Standing> {
    needs.wishes.iter().map(|wish| standing(needs, tokens, wish)).collect()
}

fn standing(needs: &Needs<'_>, tokens: &[Token<'_>], wish: &Wish) -> Standing {
    let (Some(token), Some(bearer)) = (tokens.get(wish.bearer), needs.bearers.tokens.get(wish.bearer)) else {
        return Standing::Unclear;
    };
    let (mut all, mut any, mut unclear, mut may) = (true, false, false, false);
    for (_, acl) in token.acls() {
        let Ok(acl) = acl else {
            all = false;
            continue;
        };
        let language = language(acl, &bearer.holder, wish.capability);
        for rule in acl.uncertain_rules().iter().filter(|rule| meets(&rule.reach, wish, &bearer.holder)) {
            unclear = true;
            may |= rule.rule.rule.granted().contains(wish.capability);
        }
        match &wish.on {
            On::Path(path) => {
                let grant = language.on(path);
                all &= grant > Grant::No;
                any |= grant > Grant::No;
            }
            On::Within(within) => {
                let shut = shortest(&[language], within, STEPS, |grants| matches!(grants, [Grant::No]));
                let open = shortest(&[language], within, STEPS, |grants| !matches!(grants, [Grant::No]));
                all &= matches!(shut, Ok(None));
                any |= !matches!(open, Ok(None));
            }
        }
    }
    // What is not granted otherwise, a rule that does not grant it cannot put in doubt.
    match (all, any, unclear && (any || may)) {
        (true, true, _) => Standing::Granted,
        (_, _, true) => Standing::Unclear,
        (_, true, _) => Standing::InPart,
        _ => Standing::Missing,
    }
}

/// The needs of a role, each once, those of upkeep left out unless they go by themselves.
pub(super) fn listed(needs: &Needs<'_>, standings: &[Standing], role: usize) -> Vec<Need> {
    let mut listed: Vec<Need> = Vec::new();
    for (wish, standing) in needs.wishes.iter().zip(standings) {
        let is_of_role = match needs.role_of(wish) {
            Some(of) => of == role,
            None => needs.speaks_of(wish, role),
        };
        let is_told = wish.source != NeedSource::Upkeep && (wish.is_firm || *standing != Standing::Missing);
        if !is_of_role || !is_told {
            continue;
        }
        let need = Need {
            who: wish.account.as_ref().map(|(namespace, name)| format!("{namespace}/{name}")),
            capability: wish.capability,
            on: wish.on.to_string(),
            standing: *standing,
            source: wish.source,
            by: wish.by.clone(),
            span: wish.span,
        };
        if !listed.contains(&need) {
            listed.push(need);
        }
    }
    listed
}
