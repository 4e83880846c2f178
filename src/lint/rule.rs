//! The record that a rule is, and what it is given.

use super::finding::{Finding, Severity};
use super::options::Options;
use crate::model::kube::binding::Binding;
use crate::model::kube::rbac::RbacRole;
use crate::model::project::Project;
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::duration::Seconds;
use crate::model::vault::policy::Policy;
use crate::model::vault::secrets_role::SecretsRole;
use crate::semantics::authority::{Authority, Uses};
use crate::semantics::mounts::MountTable;
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers::{Power, Weight};
use crate::semantics::rbac::reach::role_words;
use crate::semantics::survey::Survey;
use crate::syntax::Span;

/// A row of the rule table.
#[derive(Debug)]
pub struct Rule {
    /// Kebab case, reads well after "allow"; the file has the same name in snake case.
    pub name: &'static str,
    /// One line, lower case, no full stop.
    pub summary: &'static str,
    /// Why it matters; decides the default level.
    pub category: Category,
    /// What it looks at.
    pub check: Check,
    /// True if some of its findings carry a fix.
    pub fixable: bool,
    /// The text of the rule's own file; its `//!` header is the rule's page.
    pub source: &'static str,
}

impl PartialEq for Rule {
    fn eq(&self, other: &Rule) -> bool {
        self.name == other.name
    }
}

impl Eq for Rule {}

/// Why a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// It does not work, or not as written.
    Correctness,
    /// It lets somebody in.
    Security,
    /// It is likely not meant.
    Suspicious,
    /// It reads badly.
    Style,
    /// For those who want it.
    Pedantic,
}

impl Category {
    /// All of them, what matters most first.
    pub const ALL: [Category; 5] = [
        Category::Correctness,
        Category::Security,
        Category::Suspicious,
        Category::Style,
        Category::Pedantic,
    ];

    /// The word in tables and reports.
    pub fn word(self) -> &'static str {
        match self {
            Category::Correctness => "correctness",
            Category::Security => "security",
            Category::Suspicious => "suspicious",
            Category::Style => "style",
            Category::Pedantic => "pedantic",
        }
    }

    /// The level of rules of this category unless configured otherwise.
    pub fn default_level(self) -> Level {
        match self {
            Category::Correctness => Level::Error,
            Category::Security | Category::Suspicious => Level::Warning,
            Category::Style => Level::Note,
            Category::Pedantic => Level::Off,
        }
    }
}

/// How loud a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Not run.
    Off,
    /// Reported as a note.
    Note,
    /// Reported as a warning.
    Warning,
    /// Reported as an error.
    Error,
}

impl Level {
    /// The severity of findings at this level; `None` for `Off`.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Level::Off => None,
            Level::Note => Some(Severity::Note),
            Level::Warning => Some(Severity::Warning),
            Level::Error => Some(Severity::Error),
        }
    }

    /// The word in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Level::Off => "off",
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

/// What a rule looks at: one arm, one loop in the engine.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// Each policy.
    Policy(fn(&Policy, &mut Context<'_>)),
    /// The rules of each policy that reach this authority, together and one by one.
    Authority(&'static Authority, fn(&Uses<'_>, &mut Context<'_>)),
    /// Each auth role.
    AuthRole(fn(&AuthRole, &mut Context<'_>)),
    /// Each role of the Kubernetes secrets engine.
    SecretsRole(fn(&SecretsRole, &mut Context<'_>)),
    /// Each RBAC role.
    RbacRole(fn(&RbacRole, &mut Context<'_>)),
    /// Each right of this kind that an RBAC role spells out, as a whole and entry by entry.
    Grant(&'static Power, fn(&Grant<'_>, &mut Context<'_>)),
    /// Each binding.
    Binding(fn(&Binding, &mut Context<'_>)),
    /// All of it at once.
    Project(fn(&mut Context<'_>)),
    /// Nothing: the engine itself reports it (directives, configuration).
    Engine,
}

impl Check {
    /// The word in tables and reports.
    pub fn scope(self) -> &'static str {
        match self {
            Check::Policy(_) | Check::Authority(..) => "policy",
            Check::AuthRole(_) => "auth role",
            Check::SecretsRole(_) => "secrets role",
            Check::RbacRole(_) | Check::Grant(..) => "RBAC role",
            Check::Binding(_) => "binding",
            Check::Project(_) => "project",
            Check::Engine => "engine",
        }
    }
}

/// What a rule may ask, and where it reports.
pub struct Context<'a> {
    /// All inputs.
    pub project: &'a Project,
    /// The few settings that rules read.
    pub options: &'a Options,
    /// What is mounted where, as far as the inputs tell.
    pub mounts: &'a MountTable<'a>,
    /// What several rules ask: compiled policies, sets of them, the reach of roles.
    pub survey: &'a Survey<'a>,
    rule: &'static Rule,
    severity: Severity,
    pub(super) findings: Vec<Finding>,
}

impl<'a> Context<'a> {
    /// For the engine: reports are made in the name of `rule` at `severity`.
    pub fn new(
        project: &'a Project,
        options: &'a Options,
        survey: &'a Survey<'a>,
        rule: &'static Rule,
        severity: Severity,
    ) -> Context<'a> {
        Context { project, options, mounts: survey.mounts(), survey, rule, severity, findings: Vec::new() }
    }

    /// The longest token lifetime that is fine for a role declared here on this mount, written `auth/kubernetes` for an
    /// auth mount.
    pub fn max_ttl_at(&self, declared: Span, mount: &str) -> Seconds {
        let file = self.project.sources.get(declared.source).map_or("", |source| source.name.as_str());
        self.options.max_ttl_at(file, mount)
    }

    /// For the engine: what was reported.
    pub fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    /// Reports a finding; labels, help and fix can be chained.
    pub fn report(&mut self, span: Span, message: impl Into<String>) -> &mut Finding {
        let finding = Finding::new(self.rule, span, message);
        self.findings.push_mut(Finding { severity: self.severity, ..finding })
    }

    /// Reports that an RBAC role gives a right - what its holder may do, to be followed by a place -, as loud as the
    /// grant weighs where it is bound, with the bindings as labels. Nothing is reported of what weighs nothing there.
    pub fn report_grant(
        &mut self,
        grant: &Grant<'_>,
        does: &str,
        help: impl Into<String>,
    ) -> Option<&mut Finding> {
        self.report_weighed(grant, grant.power.weight, does, help)
    }

    /// As [`Context::report_grant`], for a right that comes to `base` in the whole cluster.
    pub fn report_weighed(
        &mut self,
        grant: &Grant<'_>,
        base: Weight,
        does: &str,
        help: impl Into<String>,
    ) -> Option<&mut Finding> {
        let weight = grant.weight_from(base)?;
        let message = format!("{} may {does} {}", role_words(grant.role), grant.reach.words());
        let finding = self.report(grant.span(), message).severity(Severity::of(weight)).help(help);
        let mut told: Option<Span> = grant.parts.first().map(|part| part.rule.span);
        for part in &grant.parts {
            if told != Some(part.rule.span) {
                finding.label(part.resource.span, "so does this");
                told = Some(part.rule.span);
            }
        }
        for (span, text) in grant.reach.evidence() {
            finding.label(span, text);
        }
        if let Some((subject, breadth)) = grant.broad_subject() {
            finding.label(subject.span, breadth);
        }
        Some(finding)
    }
}
