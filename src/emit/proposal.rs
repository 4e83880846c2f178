//! What can be done without, as edits of the inputs: what is proved is the project that they make, and no other.
//!
//! Some policies cannot be edited in the inputs: a grant is a line of its own language, an inline text may stand anywhere.
//! Those count as they are. What could be taken from them is found for each of them alone, after all edits are made.

use std::collections::{BTreeMap, BTreeSet};

use super::hcl::policy_text;
use super::narrowed::{self, Text};
use crate::lint::Edit;
use crate::model::lower;
use crate::model::project::Project;
use crate::model::vault::policy::{Policy, PolicyOrigin};
use crate::semantics::least::{self, Disagreement, Outcome, PolicyAnswer, RoleAnswer, Suggestions};
use crate::semantics::reach::RoleName;
use crate::syntax::unseen::is_plain;
use crate::syntax::{SourceId, Sources};

/// Suggestions with the edits that carry them out.
#[derive(Debug)]
pub struct Proposal {
    /// What can be done without.
    pub suggestions: Suggestions,
    /// The narrowed policies in HCL, in the order of the answers about policies; nothing for those that stay, of which
    /// nothing is needed, or that HCL cannot say.
    pub texts: Vec<Option<String>>,
    /// The sources with all edits made.
    pub sources: Sources,
    /// The places of the answers that change a source.
    pub changes: BTreeMap<SourceId, BTreeSet<usize>>,
}

/// Sources that no diff reaches, each with the reason: one phrase that goes on after `as`.
pub type OutOfReach = BTreeMap<SourceId, String>;

/// Finds what can be done without of these roles, or of all, and proves that all holds that did once it is edited.
pub fn proposal(
    project: &Project,
    chosen: &[RoleName],
    out_of_reach: &OutOfReach,
) -> Result<Proposal, Disagreement> {
    let mut fixed: BTreeSet<usize> = BTreeSet::new();
    loop {
        let suggestions = least::suggestions(project, chosen, &fixed);
        let draft = Draft::new(project, &suggestions, out_of_reach);
        let changed: BTreeSet<usize> = draft.changed().collect();
        let place = |at: &usize| Some(suggestions.policies.get(*at)?.at);
        let (count, certain) = (fixed.len(), draft.certain(&changed));
        match certain {
            Ok((sources, next)) => {
                let places: Vec<usize> = changed.iter().filter_map(place).collect();
                match next.map_or(Ok(()), |next| least::check(project, &next, &places)) {
                    Ok(()) => {
                        let (texts, changes) = (draft.texts(), draft.sources());
                        let mut proposal = Proposal { suggestions, texts, sources, changes };
                        proposal.add_by_hand(project, chosen, &fixed, out_of_reach);
                        return Ok(proposal);
                    }
                    Err(Disagreement::TooComplex(places)) => fixed.extend(places),
                    Err(disagreement) => return Err(disagreement),
                }
            }
            Err(uncertain) => fixed.extend(uncertain.iter().filter_map(place)),
        }
        if fixed.len() == count {
            return Err(Disagreement::TooComplex(fixed.into_iter().collect()));
        }
    }
}

impl Proposal {
    /// The sources that change together, as somebody holds policies that change in several of them, or as a claim names
    /// such policies together; a source that is in none of these sets changes for itself.
    pub fn together(&self, project: &Project) -> Vec<BTreeSet<SourceId>> {
        let mut sets: Vec<BTreeSet<SourceId>> = Vec::new();
        let changed: Vec<(&PolicyAnswer, BTreeSet<SourceId>)> = self
            .suggestions
            .policies
            .iter()
            .enumerate()
            .map(|(at, answer)| (answer, self.of_answer(at)))
            .collect();
        let mut join = |is_held: &dyn Fn(&PolicyAnswer) -> bool| {
            let held = changed.iter().filter(|(answer, _)| is_held(answer));
            let mut set: BTreeSet<SourceId> = held.flat_map(|(_, sources)| sources).copied().collect();
            sets.retain(|other| {
                let is_apart = other.is_disjoint(&set);
                if !is_apart {
                    set.extend(other);
                }
                is_apart
            });
            sets.push(set);
        };
        let roles: BTreeSet<&String> = changed.iter().flat_map(|(answer, _)| &answer.roles).collect();
        roles.into_iter().for_each(|role| join(&|answer| answer.roles.contains(role)));
        for names in least::claimed_policies(project) {
            join(&|answer| names.contains(&answer.name.to_lowercase()));
        }
        sets.retain(|set| set.len() > 1);
        sets.sort();
        sets
    }

    /// The sources that an answer changes.
    fn of_answer(&self, at: usize) -> BTreeSet<SourceId> {
        let changes = self.changes.iter().filter(|(_, answers)| answers.contains(&at));
        changes.map(|(source, _)| *source).collect()
    }

    /// What could be taken from the policies that no edit reaches.
    fn add_by_hand(
        &mut self,
        project: &Project,
        chosen: &[RoleName],
        fixed: &BTreeSet<usize>,
        out_of_reach: &OutOfReach,
    ) {
        let latest = least::narrowed_policies(&self.suggestions, project.policies.len());
        let is_edited = latest.iter().any(Option::is_some);
        let next = is_edited.then(|| least::with_policies(project, &latest));
        for mut answer in least::by_itself(next.as_ref().unwrap_or(project), chosen, fixed) {
            let same = |known: &PolicyAnswer| known.at == answer.at;
            let Some(at) = self.suggestions.policies.iter().position(same) else { continue };
            let text = text_of(project, &answer, &self.suggestions.roles);
            answer.by_hand = Some(why_by_hand(project, &answer, text.as_ref(), out_of_reach));
            if let Some(slot) = self.texts.get_mut(at) {
                *slot = text.map(|text| text.hcl);
            }
            if let Some(slot) = self.suggestions.policies.get_mut(at) {
                *slot = answer;
            }
        }
    }
}

/// The text of a narrowed policy.
fn text_of(project: &Project, answer: &PolicyAnswer, roles: &[RoleAnswer]) -> Option<Text> {
    let Outcome::Narrowed(narrowed) = &answer.outcome else { return None };
    let new = Some(&narrowed.policy).filter(|policy| !policy.path_rules.is_empty())?;
    let header = narrowed::header(project, answer, new, roles);
    narrowed::text(project, project.policies.get(answer.at)?, new, &header)
}

/// Why no edit of the inputs says it.
fn why_by_hand(
    project: &Project,
    answer: &PolicyAnswer,
    text: Option<&Text>,
    out_of_reach: &OutOfReach,
) -> String {
    const UNCERTAIN: &str = "what an edit would lead to is not certain";
    let is_detached =
        matches!(&answer.outcome, Outcome::Narrowed(narrowed) if narrowed.policy.path_rules.is_empty());
    let reaches = |edits: &[Edit]| unreached(project, edits, out_of_reach);
    if !is_detached {
        return match answer.origin {
            PolicyOrigin::Grant => "it is compiled from a grant".to_owned(),
            PolicyOrigin::JsonFile => "it is written in JSON".to_owned(),
            PolicyOrigin::SpecText => "its text stands inside of a spec".to_owned(),
            PolicyOrigin::HclFile | PolicyOrigin::SpecPaths => {
                let edits = text.and_then(|text| text.edits.as_deref());
                edits.and_then(reaches).unwrap_or_else(|| UNCERTAIN.to_owned())
            }
        };
    }
    for (role, names) in least::detaching(project, &BTreeSet::from([answer.at])) {
        let Some(role) = project.auth_roles.get(role) else { continue };
        if role.from_grant {
            return "a role is compiled from a grant".to_owned();
        }
        match narrowed::detached(project, role, &names) {
            None => return "what to cut out of the list of a role cannot be told".to_owned(),
            Some(edits) => {
                if let Some(why) = reaches(&edits) {
                    return why;
                }
            }
        }
    }
    UNCERTAIN.to_owned()
}

/// Why no diff says these edits.
fn unreached(project: &Project, edits: &[Edit], out_of_reach: &OutOfReach) -> Option<String> {
    edits.iter().find_map(|edit| {
        if let Some(why) = out_of_reach.get(&edit.span.source) {
            return Some(why.clone());
        }
        let source = project.sources.get(edit.span.source)?;
        let is_plain = is_plain(&source.text) && is_plain(&edit.text);
        (!is_plain)
            .then(|| "a diff would show characters that a terminal obeys, or that nobody sees".to_owned())
    })
}

/// Suggestions on their way to edits. Answers are meant by their places.
struct Draft<'d> {
    project: &'d Project,
    out_of_reach: &'d OutOfReach,
    suggestions: &'d Suggestions,
    texts: Vec<Option<Text>>,
}

impl<'d> Draft<'d> {
    fn new(project: &'d Project, suggestions: &'d Suggestions, out_of_reach: &'d OutOfReach) -> Draft<'d> {
        let texts = suggestions.policies.iter();
        let texts = texts.map(|answer| text_of(project, answer, &suggestions.roles)).collect();
        Draft { project, out_of_reach, suggestions, texts }
    }

    /// The answers that something can be done without.
    fn changed(&self) -> impl Iterator<Item = usize> {
        let answers = self.suggestions.policies.iter().enumerate();
        answers.filter(|(_, answer)| matches!(answer.outcome, Outcome::Narrowed(_))).map(|(at, _)| at)
    }

    /// The policy that an answer leads to.
    fn meant(&self, at: usize) -> Option<(usize, &'d Policy)> {
        let answer = self.suggestions.policies.get(at)?;
        match &answer.outcome {
            Outcome::Narrowed(narrowed) => Some((answer.at, &narrowed.policy)),
            _ => None,
        }
    }

    /// The sources with the edits of these answers made, and the project that they are if there are any; else the answers
    /// whose edits do not lead, together with the others, to what is meant.
    fn certain(&self, all: &BTreeSet<usize>) -> Result<(Sources, Option<Project>), BTreeSet<usize>> {
        if all.is_empty() {
            return Ok((self.project.sources.clone(), None));
        }
        let has_edits = |at: &usize| self.edits(&BTreeSet::from([*at])).is_some();
        let (able, mut uncertain): (BTreeSet<usize>, BTreeSet<usize>) =
            all.iter().copied().partition(has_edits);
        match self.applied(&able) {
            Some((sources, next)) if uncertain.is_empty() => return Ok((sources, Some(next))),
            Some(_) => return Err(uncertain),
            None => {}
        }
        let mut certain = BTreeSet::new();
        for at in able {
            certain.insert(at);
            if self.applied(&certain).is_none() {
                certain.remove(&at);
                uncertain.insert(at);
            }
        }
        Err(uncertain)
    }

    /// The edits of these answers; nothing if one has none.
    fn edits(&self, which: &BTreeSet<usize>) -> Option<Vec<Edit>> {
        let mut edits = Vec::new();
        let mut detached = BTreeSet::new();
        for at in which {
            let (place, policy) = self.meant(*at)?;
            match policy.path_rules.is_empty() {
                true => {
                    detached.insert(place);
                }
                false => edits.extend(self.texts.get(*at)?.as_ref()?.edits.clone()?),
            }
        }
        for (role, names) in least::detaching(self.project, &detached) {
            let role = self.project.auth_roles.get(role)?;
            for edit in narrowed::detached(self.project, role, &names)? {
                // Several roles may have one list from the same anchor.
                if !edits.contains(&edit) {
                    edits.push(edit);
                }
            }
        }
        unreached(self.project, &edits, self.out_of_reach).is_none().then_some(edits)
    }

    /// The project with the edits of these answers made, if that is what is meant, and nothing else changes.
    fn applied(&self, which: &BTreeSet<usize>) -> Option<(Sources, Project)> {
        let project = self.project;
        let sources = narrowed::edited(&project.sources, &self.edits(which)?)?;
        let lowered = sources.iter().map(|source| lower::file(source, &project.settings)).collect();
        let next = Project::assemble(sources.clone(), lowered, project.settings.clone());
        let mut policies: Vec<Option<Policy>> = project.policies.iter().map(|_| None).collect();
        for (place, policy) in which.iter().filter_map(|at| self.meant(*at)) {
            *policies.get_mut(place)? = Some(policy.clone());
        }
        let meant = least::with_policies(project, &policies);
        (next.syntax_errors.is_empty()
            && next.malformed.len() <= project.malformed.len()
            && has_same_policies(&next, &meant)
            && has_same_roles(&next, &meant))
        .then_some((sources, next))
    }

    fn texts(&self) -> Vec<Option<String>> {
        self.texts.iter().map(|text| text.as_ref().map(|text| text.hcl.clone())).collect()
    }

    fn sources(&self) -> BTreeMap<SourceId, BTreeSet<usize>> {
        let mut sources: BTreeMap<SourceId, BTreeSet<usize>> = BTreeMap::new();
        for at in self.changed() {
            for edit in self.edits(&BTreeSet::from([at])).into_iter().flatten() {
                sources.entry(edit.span.source).or_default().insert(at);
            }
        }
        sources
    }
}

fn has_same_policies(one: &Project, other: &Project) -> bool {
    let labels = |policy: &Policy| -> Vec<_> {
        policy.path_rules.iter().map(|rule| (rule.path.value.clone(), rule.granted())).collect()
    };
    one.policies.len() == other.policies.len()
        && one.policies.iter().zip(&other.policies).all(|(one, other)| {
            one.name.value == other.name.value
                && labels(one) == labels(other)
                && policy_text(one) == policy_text(other)
        })
}

fn has_same_roles(one: &Project, other: &Project) -> bool {
    one.auth_roles.len() == other.auth_roles.len()
        && one.auth_roles.iter().zip(&other.auth_roles).all(|(one, other)| {
            let policies = |role: &crate::model::vault::auth_role::AuthRole| -> Vec<String> {
                role.policies().iter().map(|item| item.value.clone()).collect()
            };
            one.name.value == other.name.value && one.mount == other.mount && policies(one) == policies(other)
        })
}
