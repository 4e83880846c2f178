//! The loop over rules and objects.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::finding::{Finding, Severity};
use super::options::Options;
use super::rule::{Check, Context, Rule};
use crate::model::project::Project;
use crate::semantics::survey::Survey;

/// A rule that panicked: a bug of this program, never of its input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crash {
    /// The rule.
    pub rule: &'static str,
    /// What the panic said.
    pub message: String,
}

/// Runs every rule of `rules` over the project. Findings come sorted by source, start and rule name.
///
/// A rule runs at the level of its category; a pedantic one reports notes. Which rules take part and how loud they
/// are in the end is for the caller and [`triage`](super::triage()) to say.
pub fn run(rules: &[&'static Rule], project: &Project, options: &Options) -> Vec<Finding> {
    let survey = Survey::new(project);
    let mut findings = Vec::new();
    for rule in rules {
        findings.extend(run_rule(rule, project, options, &survey));
    }
    sort(&mut findings);
    findings
}

/// As [`run`], but a rule that panics does not take the others with it: what it had reported is dropped.
pub fn run_contained(
    rules: &[&'static Rule],
    project: &Project,
    options: &Options,
) -> (Vec<Finding>, Vec<Crash>) {
    let survey = Survey::new(project);
    let mut findings = Vec::new();
    let mut crashes = Vec::new();
    for rule in rules {
        match catch_unwind(AssertUnwindSafe(|| run_rule(rule, project, options, &survey))) {
            Ok(found) => findings.extend(found),
            Err(payload) => {
                crashes.push(Crash { rule: rule.name, message: panic_message(payload.as_ref()) });
            }
        }
    }
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

fn run_rule<'a>(
    rule: &'static Rule,
    project: &'a Project,
    options: &'a Options,
    survey: &'a Survey<'a>,
) -> Vec<Finding> {
    let severity = rule.category.default_level().severity().unwrap_or(Severity::Note);
    let mut cx = Context::new(project, options, survey, rule, severity);
    match rule.check {
        Check::Policy(check) => project.policies.iter().for_each(|policy| check(policy, &mut cx)),
        Check::AuthRole(check) => project.auth_roles.iter().for_each(|role| check(role, &mut cx)),
        Check::SecretsRole(check) => project.secrets_roles.iter().for_each(|role| check(role, &mut cx)),
        Check::RbacRole(check) => project.rbac_roles.iter().for_each(|role| check(role, &mut cx)),
        Check::Grant(power, check) => survey.grants().of(power).for_each(|grant| check(grant, &mut cx)),
        Check::Binding(check) => project.bindings.iter().for_each(|binding| check(binding, &mut cx)),
        Check::Project(check) => check(&mut cx),
        Check::Engine => {}
    }
    cx.into_findings()
}
