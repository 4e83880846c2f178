//! The loop over rules and objects.

use std::fmt;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::finding::{Finding, Severity};
use super::options::Options;
use super::rule::{Check, Context, Rule};
use super::turns::side_by_side;
use crate::model::project::Project;
use crate::semantics::authority;
use crate::semantics::survey::Survey;

/// A rule that panicked: a bug of this program, never of its input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crash {
    /// The rule.
    pub rule: &'static str,
    /// What the panic said.
    pub message: String,
}

impl fmt::Display for Crash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` failed: {}", self.rule, self.message)
    }
}

/// Runs every rule of `rules` over the project. Findings come sorted by source, start and rule name.
///
/// A rule runs at the level of its category; a pedantic one reports notes. Which rules take part and how loud they
/// are in the end is for the caller and [`triage`](super::triage()) to say.
pub fn run(rules: &[&'static Rule], project: &Project, options: &Options) -> Vec<Finding> {
    let survey = Survey::new(project);
    let run = Run { project, options, survey: &survey };
    let parts = parts(project, usize::MAX);
    let mut findings: Vec<Finding> =
        rules.iter().flat_map(|rule| parts.iter().flat_map(|part| run.look(rule, part))).collect();
    sort(&mut findings);
    findings
}

/// As [`run`], but a rule that panics does not take the others with it, though it loses what it had reported. Up to
/// `jobs` threads share the work; their number shows in nothing.
pub fn run_contained(
    rules: &[&'static Rule],
    project: &Project,
    options: &Options,
    jobs: usize,
) -> (Vec<Finding>, Vec<Crash>) {
    let survey = Survey::new(project);
    let run = Run { project, options, survey: &survey };
    let turns = turns(rules, project);
    let threads = jobs.min(objects(project).div_ceil(TURN));
    let outcomes = side_by_side(turns.len(), threads, |at| {
        let (part, rules) = turns.get(at).map_or((&Part::Project, &[][..]), |turn| (&turn.part, turn.rules));
        let attempts =
            rules.iter().map(|rule| (*rule, catch_unwind(AssertUnwindSafe(|| run.look(rule, part)))));
        let eventful =
            |(_, attempt): &(_, Result<Vec<Finding>, _>)| !attempt.as_ref().is_ok_and(Vec::is_empty);
        attempts.filter(eventful).collect::<Vec<_>>()
    });
    let mut findings = Vec::new();
    let mut crashes: Vec<Crash> = Vec::new();
    for (rule, attempt) in outcomes.into_iter().flatten() {
        match attempt {
            Ok(found) => findings.extend(found),
            Err(_) if crashes.iter().any(|crash| crash.rule == rule.name) => {}
            Err(payload) => {
                crashes.push(Crash { rule: rule.name, message: panic_message(payload.as_ref()) });
            }
        }
    }
    findings.retain(|finding| !crashes.iter().any(|crash| crash.rule == finding.rule.name));
    crashes.sort_by_key(|crash| rules.iter().position(|rule| rule.name == crash.rule));
    sort(&mut findings);
    (findings, crashes)
}

/// The text of a panic.
pub fn panic_message(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "unknown panic".to_owned())
}

/// The order of reports: source, start, rule name; then whatever keeps equal ones apart.
pub(super) fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        let key = |finding: &Finding| {
            (finding.span.source, finding.span.start, finding.rule.name, finding.span.end)
        };
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
    });
}

/// What all rules of a run are given.
struct Run<'a> {
    project: &'a Project,
    options: &'a Options,
    survey: &'a Survey<'a>,
}

/// Objects of one kind, by their positions, or the project as a whole.
enum Part {
    Policies(Range<usize>),
    AuthRoles(Range<usize>),
    SecretsRoles(Range<usize>),
    RbacRoles(Range<usize>),
    Bindings(Range<usize>),
    Project,
}

/// What one thread does in one go.
struct Turn<'r> {
    part: Part,
    rules: &'r [&'static Rule],
}

/// How many objects one turn looks at.
const TURN: usize = 100;

/// The whole work. All rules look at some objects before they look at the next ones, so that no two threads want to
/// know the same of the same object; then comes each rule that looks at the whole project.
fn turns<'r>(rules: &'r [&'static Rule], project: &Project) -> Vec<Turn<'r>> {
    let mut turns = Vec::new();
    for part in parts(project, TURN) {
        match part {
            Part::Project => {
                let at_once = rules
                    .chunks(1)
                    .filter(|rule| matches!(rule, [rule] if matches!(rule.check, Check::Project(_) | Check::Grant(..))));
                turns.extend(at_once.map(|rules| Turn { part: Part::Project, rules }));
            }
            part => turns.push(Turn { part, rules }),
        }
    }
    turns
}

fn objects(project: &Project) -> usize {
    project.policies.len()
        + project.auth_roles.len()
        + project.secrets_roles.len()
        + project.rbac_roles.len()
        + project.bindings.len()
}

/// The project in parts of at most `size` objects.
fn parts(project: &Project, size: usize) -> Vec<Part> {
    fn cut<T>(list: &[T], size: usize, part: fn(Range<usize>) -> Part) -> impl Iterator<Item = Part> {
        let length = list.len();
        (0..length).step_by(size).map(move |from| part(from..from.saturating_add(size).min(length)))
    }
    cut(&project.policies, size, Part::Policies)
        .chain(cut(&project.auth_roles, size, Part::AuthRoles))
        .chain(cut(&project.secrets_roles, size, Part::SecretsRoles))
        .chain(cut(&project.rbac_roles, size, Part::RbacRoles))
        .chain(cut(&project.bindings, size, Part::Bindings))
        .chain([Part::Project])
        .collect()
}

impl Run<'_> {
    /// What the rule has to say of the part; nothing if that is not what it looks at.
    fn look(&self, rule: &'static Rule, part: &Part) -> Vec<Finding> {
        fn each<T>(list: &[T], range: &Range<usize>, check: impl FnMut(&T)) {
            list.get(range.clone()).unwrap_or_default().iter().for_each(check);
        }
        let severity = rule.category.default_level().severity().unwrap_or(Severity::Note);
        let mut cx = Context::new(self.project, self.options, self.survey, rule, severity);
        let project = self.project;
        match (rule.check, part) {
            (Check::Policy(check), Part::Policies(at)) => {
                each(&project.policies, at, |it| check(it, &mut cx))
            }
            (Check::Authority(authority, check), Part::Policies(at)) => {
                each(&project.policies, at, |it| {
                    let uses = authority::uses(it, authority, self.survey.handed_over(it));
                    uses.iter().for_each(|uses| cx.in_each_use(uses, check));
                });
            }
            (Check::AuthRole(check), Part::AuthRoles(at)) => {
                each(&project.auth_roles, at, |it| check(it, &mut cx));
            }
            (Check::SecretsRole(check), Part::SecretsRoles(at)) => {
                each(&project.secrets_roles, at, |it| check(it, &mut cx));
            }
            (Check::RbacRole(check), Part::RbacRoles(at)) => {
                each(&project.rbac_roles, at, |it| check(it, &mut cx));
            }
            (Check::Binding(check), Part::Bindings(at)) => {
                each(&project.bindings, at, |it| check(it, &mut cx))
            }
            (Check::Project(check), Part::Project) => check(&mut cx),
            (Check::Grant(power, check), Part::Project) => {
                self.survey.grants().of(power).for_each(|grant| cx.in_each_part(grant, check));
            }
            _ => {}
        }
        cx.into_findings()
    }
}
