//! What was not read, or is not known, on either side.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::super::{Comparison, Doubt, Side, word};
use super::parties::Parties;
use super::side::{Hold, Unsettled, Why};
use crate::model::project::{FileClass, Project};
use crate::syntax::{Source, Span};

/// Texts that could not be read, unless the other side has the same: what they say changes nothing then.
pub(super) fn texts(old: &Project, new: &Project, comparison: &mut Comparison) {
    let (of_old, of_new) = (unread(old), unread(new));
    for (side, own, others) in [(Side::Old, &of_old, &of_new), (Side::New, &of_new, &of_old)] {
        let others: HashSet<&str> = others.keys().map(|(_, text)| *text).collect();
        for ((name, _), (why, place)) in own.iter().filter(|((_, text), _)| !others.contains(text)) {
            let text = format!("{} {why}, so that what it says is not compared", word(name));
            comparison.doubts.push(Doubt { side, text, place: *place });
        }
    }
    let (known, now) = (left_out_words(old), left_out_words(new));
    for (side, project, others) in [(Side::Old, old, &now), (Side::New, new, &known)] {
        for (place, source, message) in
            left_out(project).filter(|(_, source, it)| !others.contains(&(source.file_name(), *it)))
        {
            let text = format!("a part of {} is left out of the comparison: {message}", word(&source.name));
            comparison.doubts.push(Doubt { side, text, place: Some(place) });
        }
    }
}

type Unread<'p> = BTreeMap<(&'p str, &'p str), (&'static str, Option<Span>)>;

/// By name and text: what was not read in full and why.
fn unread(project: &Project) -> Unread<'_> {
    let mut unread = Unread::new();
    for (source, class) in project.sources.iter().zip(&project.classes) {
        let entry = match class {
            FileClass::Read | FileClass::Other => continue,
            FileClass::Broken => {
                let error = project.syntax_errors.iter().find(|error| error.span.source == source.id);
                ("could not be read in full", error.map(|error| error.span))
            }
            FileClass::Template(_) => {
                let concerns = ["bound_service_account", "capabilities", "path \""];
                if !concerns.iter().any(|word| source.text.contains(word)) {
                    continue;
                }
                ("is a template and was not rendered", None)
            }
        };
        unread.insert((source.name.as_str(), source.text.as_str()), entry);
    }
    unread
}

fn left_out(project: &Project) -> impl Iterator<Item = (Span, &Source, &str)> {
    project.malformed.iter().filter_map(|part| {
        let source = project.sources.get(part.span.source)?;
        Some((part.span, source, part.message.as_str()))
    })
}

/// What is left out, by names of files without their directories: the two sides may lie in different ones.
fn left_out_words(project: &Project) -> HashSet<(&str, &str)> {
    left_out(project).map(|(_, source, message)| (source.file_name(), message)).collect()
}

/// Policies that tokens hold and of which it is not known what they say, gathered over all identities.
#[derive(Default)]
pub(super) struct Unknown {
    /// By side, name and reason.
    told: BTreeSet<(Side, String, Why, bool)>,
    servers: BTreeSet<(Side, String, String)>,
}

impl Unknown {
    /// Takes note of what the tokens of somebody hold on one side only.
    pub(super) fn take(&mut self, parties: &Parties<'_, '_>, comparison: &mut Comparison) {
        let of = |seats: &[super::parties::Seat<'_, '_>]| -> BTreeSet<Unsettled> {
            seats.iter().flat_map(|seat| seat.hold.unsettled.iter().cloned()).collect()
        };
        let (old, new) = (of(&parties.old), of(&parties.new));
        for (side, own, others, facing) in
            [(Side::Old, &old, &new, &parties.new), (Side::New, &new, &old, &parties.old)]
        {
            for unsettled in own.difference(others) {
                let defined = facing.iter().any(|seat| seat.hold.has_named(&unsettled.name));
                let key = (side, unsettled.name.clone(), unsettled.why.clone(), defined);
                if !self.told.insert(key) {
                    continue;
                }
                let text = in_words(unsettled, side, defined);
                let seats = if side == Side::New { &parties.new } else { &parties.old };
                let place = seats.iter().find_map(|seat| place_of(seat.hold, &unsettled.name));
                comparison.doubts.push(Doubt { side, text, place });
            }
        }
        for (dialect, policy, place, of_new) in &parties.refusing {
            let side = if *of_new { Side::New } else { Side::Old };
            if self.servers.insert((side, policy.clone(), dialect.to_string())) {
                let text = format!(
                    "{dialect} refuses to store the policy {} as it is written on this side alone, so that \
                     what it holds there is not known",
                    word(policy)
                );
                comparison.doubts.push(Doubt { side, text, place: Some(*place) });
            }
        }
    }
}

/// Once, of all policies that nobody defines on either side.
pub(super) fn alike<'s>(
    old: impl Iterator<Item = &'s Unsettled>,
    new: impl Iterator<Item = &'s Unsettled>,
    comparison: &mut Comparison,
) {
    let old: BTreeSet<&Unsettled> = old.collect();
    let both: BTreeSet<&str> =
        new.filter(|it| old.contains(it)).map(|unsettled| unsettled.name.as_str()).collect();
    if both.is_empty() {
        return;
    }
    let names: Vec<String> = both.iter().map(word).collect();
    let (policies, say) = if names.len() == 1 { ("policy", "says") } else { ("policies", "say") };
    let text = format!(
        "what the {policies} {} {say} is not known for certain, before as now, and taken to be unchanged",
        names.join(", ")
    );
    comparison.notes.push(Doubt { side: Side::New, text, place: None });
}

fn place_of(hold: &Hold<'_>, name: &str) -> Option<Span> {
    let text = hold.texts.iter().find(|text| text.name == name)?;
    text.written().map(|policy| policy.name.span)
}

fn in_words(unsettled: &Unsettled, side: Side, defined: bool) -> String {
    let name = word(&unsettled.name);
    match (&unsettled.why, side, defined) {
        (Why::Missing, Side::Old, true) => {
            format!("what the policy {name} said before is not known: no input defined it")
        }
        (Why::Missing, Side::Old, false) => {
            format!("a token held the policy {name}, which no input defined: what is lost is not known")
        }
        (Why::Missing, Side::New, true) => format!(
            "no input defines the policy {name} any more, though tokens hold it: a server keeps what it has until \
             somebody deletes it"
        ),
        (Why::Missing, Side::New, false) => {
            format!(
                "a token now holds the policy {name}, which no input defines: what is gained is not known"
            )
        }
        (Why::Refused, Side::Old, _) => {
            format!("servers refused the policy {name} as it was written: what it said before is not known")
        }
        (Why::Refused, Side::New, _) => {
            format!("servers refuse the policy {name} as it is written: what it says now is not known")
        }
        (Why::Several(_), _, _) => format!(
            "the policy {name} is defined more than once: what stands nearest to the role is compared, and the \
             server may hold another one"
        ),
    }
}
