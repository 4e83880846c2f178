//! Of which roles enough is known, and which policies may be narrowed.

use super::needs::Needs;
use super::tokens::{Role, is_settled};
use super::unread::{Unread, holds_word};
use super::{NeedSource, Remark, Standing, quoted};
use crate::model::project::FileClass;
use crate::syntax::Spanned;

/// What is known of a role.
pub(super) struct Known {
    /// Why nothing may be taken from it.
    pub(super) withheld: Vec<Remark>,
    /// Who else may use it.
    pub(super) caveats: Vec<Remark>,
}

/// A policy that a role in question attaches.
pub(super) struct Candidate {
    /// Every role that attaches it.
    pub(super) roles: Vec<usize>,
    /// Why nothing may be taken from it.
    pub(super) withheld: Vec<Remark>,
}

/// What is known of each role.
pub(super) fn of(needs: &Needs<'_>, standings: &[Standing]) -> Vec<Known> {
    needs.bearers.roles.iter().enumerate().map(|(at, role)| of_role(needs, standings, at, role)).collect()
}

fn of_role(needs: &Needs<'_>, standings: &[Standing], at: usize, role: &Role<'_>) -> Known {
    let place = Some(role.role.name.span);
    let mut withheld = Vec::new();
    let mut refuse = |text: String, span| withheld.push(Remark::new(text, span));
    if let Some(refusal) = role.holder.refused() {
        refuse(format!("it issues no token: {}", refusal.why), Some(refusal.span));
    }
    for held in role.holder.held.iter().filter(|held| !is_settled(held)) {
        let name = &held.name;
        if held.is_missing() && held.refused.is_empty() {
            refuse(format!("no input defines its policy {}", quoted(name)), held.span.or(place));
        } else if let Some(other) = held.others.first() {
            let text = format!("its policy {} is defined more than once, in different ways", quoted(name));
            refuse(text, Some(other.name.span));
        } else if held.is_repeated {
            let text = format!(
                "its policy {} is defined more than once: all of them would have to change alike",
                quoted(name)
            );
            refuse(text, held.policy.map(|policy| policy.name.span));
        } else {
            let refused = held.refused.first().or(held.policy.as_ref());
            let text = format!("servers refuse to store its policy {} as it is written", quoted(name));
            refuse(text, refused.map(|policy| policy.name.span));
        }
    }
    for doubt in needs.doubts.get(at).into_iter().flatten() {
        refuse(doubt.text.clone(), doubt.span);
    }
    for more in needs.bearers.project.consumers.unfollowed_by(role.role.name.as_str()) {
        let text = format!("{} asks Vault for more than is followed here", quoted(&more.what.value));
        refuse(text, Some(more.what.span));
    }
    let is_doubted = needs.doubts.get(at).is_some_and(|doubts| !doubts.is_empty());
    for template in templates(needs).filter(|text| holds_word(&text.text, role.role.name.as_str())) {
        let text =
            format!("the template {} speaks of it and was not read: render it first", quoted(&template.name));
        refuse(text, Some(template.whole().at_start()));
    }
    for document in needs.unread.iter().filter(|document| document.names(role.role.name.as_str())) {
        let text =
            format!("{} speaks of a user of it, in a way that is not followed here", quoted(document.name));
        refuse(text, Some(document.span));
    }
    let mut caveats = Vec::new();
    let users = users(needs, standings, at);
    if !users.is_anybody && users.accounts.is_empty() {
        // What is doubted of is somebody, at least.
        let text = match users.stops_early {
            true => "what is known to use it stops before it logs in: mend that first",
            false => "no workload and no expectation of the inputs says what it is used for",
        };
        if !is_doubted {
            refuse(text.to_owned(), place);
        }
    } else if !serves(needs, standings, at) {
        refuse("it grants nothing of what is needed: mend that first".to_owned(), place);
    } else if !users.is_anybody {
        for (what, entries, seen) in [
            ("service account", role.role.names(), users.names()),
            ("namespace", role.role.namespaces(), users.namespaces()),
        ] {
            let unseen: Vec<&Spanned<String>> =
                entries.iter().filter(|it| !it.value.contains('*') && !seen.contains(&it.as_str())).collect();
            if let Some(first) = unseen.first() {
                let named: Vec<String> = unseen.iter().map(|entry| quoted(&entry.value)).collect();
                let text = format!(
                    "it also admits the {what}{} {}, of which no input says what it needs",
                    if unseen.len() == 1 { "" } else { "s" },
                    named.join(", ")
                );
                refuse(text, Some(first.span));
            }
        }
        let globs = role.role.names().iter().chain(role.role.namespaces());
        if let Some(glob) = globs.clone().find(|entry| entry.value.contains('*')) {
            let text = format!("{} admits service accounts that no input shows", quoted(&glob.value));
            caveats.push(Remark::new(text, Some(glob.span)));
        }
        for (namespace, account, workload) in &needs.idle {
            if role.may_admit(namespace.as_deref(), account) && caveats.len() < 4 {
                let text = format!(
                    "{} runs as a service account that it admits, and may speak to Vault by itself",
                    workload.text
                );
                caveats.push(Remark::new(text, workload.span));
            }
        }
    }
    if withheld.is_empty() {
        let names = templates(needs).filter(|text| CONSUMERS.iter().any(|word| text.text.contains(word)));
        for template in names.take(3) {
            let text =
                format!("the template {} may hold users of it and was not read", quoted(&template.name));
            caveats.push(Remark::new(text, Some(template.whole().at_start())));
        }
        let roles = || needs.bearers.roles.iter().map(|role| role.role.name.as_str());
        let is_anybodys = |document: &&Unread<'_>| !roles().any(|role| document.names(role));
        for document in needs.unread.iter().filter(is_anybodys).take(3) {
            let text = format!("{} may hold users of it that are not followed", quoted(document.name));
            caveats.push(Remark::new(text, Some(document.span)));
        }
    }
    Known { withheld, caveats }
}

/// Words of which one stands in whatever fetches a secret.
const CONSUMERS: [&str; 5] =
    ["vault.hashicorp.com/", "SecretProviderClass", "ExternalSecret", "auto_auth", "secrets.hashicorp.com"];

fn templates<'n>(needs: &'n Needs<'_>) -> impl Iterator<Item = &'n crate::syntax::Source> {
    let project = needs.bearers.project;
    let all = project.sources.iter().zip(&project.classes);
    all.filter(|(_, class)| matches!(class, FileClass::Template(_))).map(|(source, _)| source)
}

/// Of whom it is known what they need of a role.
struct Users<'n> {
    /// Whoever logs in.
    is_anybody: bool,
    accounts: Vec<(&'n str, &'n str)>,
    /// Somebody who is meant to use it does not get as far.
    stops_early: bool,
}

impl<'n> Users<'n> {
    fn names(&self) -> Vec<&'n str> {
        self.accounts.iter().map(|(_, name)| *name).collect()
    }

    fn namespaces(&self) -> Vec<&'n str> {
        self.accounts.iter().map(|(namespace, _)| *namespace).collect()
    }
}

fn users<'n>(needs: &'n Needs<'_>, standings: &[Standing], role: usize) -> Users<'n> {
    let mut users = Users { is_anybody: false, accounts: Vec::new(), stops_early: false };
    for (wish, standing) in needs.wishes.iter().zip(standings) {
        // What may go through another role as well says nothing of this one.
        let is_telling = wish.is_firm || *standing != Standing::Missing;
        if wish.source == NeedSource::Upkeep || !is_telling {
            continue;
        }
        let Some(token) = needs.bearers.tokens.get(wish.bearer) else { continue };
        match (token.role, &wish.account) {
            (Some(of), Some((namespace, name))) if of == role => users.accounts.push((namespace, name)),
            (Some(of), None) if of == role && wish.source == NeedSource::Expectation => {
                users.is_anybody = true;
            }
            (Some(of), None) if of == role => users.stops_early = true,
            // A claim about policies speaks of every role that attaches them.
            (None, _) => users.is_anybody |= needs.speaks_of(wish, role),
            _ => {}
        }
    }
    users
}

/// True if the policies of a role grant any of what is needed through it.
fn serves(needs: &Needs<'_>, standings: &[Standing], role: usize) -> bool {
    let mut wishes = needs.wishes.iter().zip(standings);
    wishes.any(|(wish, standing)| {
        let is_of_role = needs.role_of(wish).map_or_else(|| needs.speaks_of(wish, role), |of| of == role);
        is_of_role && wish.source != NeedSource::Upkeep && *standing != Standing::Missing
    })
}

/// For each policy of the project: whether roles in question attach it, and whether it may be narrowed.
pub(super) fn candidates(needs: &Needs<'_>, known: &[Known], chosen: &[bool]) -> Vec<Option<Candidate>> {
    let mut candidates: Vec<Option<Candidate>> =
        needs.bearers.project.policies.iter().map(|_| None).collect();
    let roles = || needs.bearers.roles.iter().enumerate().zip(known).zip(chosen);
    for (((at, role), known), chosen) in roles() {
        // Several definitions of one name are each in question.
        let held = role.holder.held.iter().filter(|held| held.name != "default" && held.name != "root");
        for place in held.filter_map(|held| needs.bearers.place(held.policy?)) {
            let Some(slot) = candidates.get_mut(place) else { continue };
            if slot.is_none() && !*chosen {
                continue;
            }
            let candidate = slot.get_or_insert_with(|| Candidate { roles: Vec::new(), withheld: Vec::new() });
            add(candidate, at, role, known);
        }
    }
    // Those that come before the first role in question were passed over above.
    for (((at, role), known), _) in roles() {
        for place in role.holder.held.iter().filter_map(|held| needs.bearers.place(held.policy?)) {
            if let Some(Some(candidate)) = candidates.get_mut(place) {
                add(candidate, at, role, known);
            }
        }
    }
    candidates
}

fn add(candidate: &mut Candidate, at: usize, role: &Role<'_>, known: &Known) {
    if candidate.roles.contains(&at) {
        return;
    }
    candidate.roles.push(at);
    candidate.roles.sort_unstable();
    candidate.withheld.extend(known.withheld.iter().map(|remark| Remark {
        text: format!("role {}: {}", quoted(&role.title()), remark.text),
        span: remark.span,
    }));
}
