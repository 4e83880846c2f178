//! What was looked at and what came out, in numbers.

use serde::Serialize;

use super::{Report, clean};
use crate::lint::{Finding, Severity};
use crate::model::project::FileClass;

/// How many templates are named in the closing lines.
const NAMED_TEMPLATES: usize = 10;

/// Counts of a run. The field names are those of the JSON report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Files that hold objects of the model, those with syntax errors included.
    pub files: usize,
    /// Files with syntax errors.
    pub broken: usize,
    /// Files that could not be taken in at all.
    pub unread: usize,
    /// Templates, which are not read before they are rendered.
    pub templates: usize,
    /// Files of no concern.
    pub other: usize,
    /// Files that the configuration excludes.
    pub excluded: usize,
    /// Files left out because `compile` made them.
    pub compiled: usize,
    /// Access specs.
    pub specs: usize,
    /// Policies.
    pub policies: usize,
    /// Auth roles.
    pub auth_roles: usize,
    /// Roles of the Kubernetes secrets engine.
    pub secrets_roles: usize,
    /// Roles and ClusterRoles.
    pub rbac_roles: usize,
    /// Bindings.
    pub bindings: usize,
    /// Service accounts.
    pub service_accounts: usize,
    /// Expectations, which `check` does not prove.
    pub expectations: usize,
    /// Findings of severity error.
    pub errors: usize,
    /// Findings of severity warning.
    pub warnings: usize,
    /// Findings of severity note.
    pub notes: usize,
    /// Findings that carry a fix.
    pub fixable: usize,
    /// Findings that comments suppress.
    pub allowed: usize,
    /// Findings that stand in the baseline.
    pub known: usize,
    /// Entries of the baseline that do not occur any more.
    pub stale: usize,
    /// Findings that are not severe enough to be shown.
    pub hidden: usize,
}

impl Summary {
    /// Counts.
    pub fn of(report: &Report<'_>) -> Summary {
        let project = report.project;
        let files =
            |wanted: fn(&FileClass) -> bool| project.classes.iter().filter(|class| wanted(class)).count();
        let shown = &report.triaged.shown;
        let at = |severity: Severity| {
            shown.iter().filter(|finding: &&Finding| finding.severity == severity).count()
        };
        // A file that could not be taken in stands among the sources as a broken, empty one.
        let unread_sources = report
            .unread
            .iter()
            .filter(|unread| project.sources.iter().any(|source| source.name == unread.path))
            .count();
        let broken = files(|class| *class == FileClass::Broken).saturating_sub(unread_sources);
        Summary {
            files: files(|class| *class == FileClass::Read) + broken,
            broken,
            unread: report.unread.len(),
            templates: files(|class| matches!(class, FileClass::Template(_))),
            other: files(|class| *class == FileClass::Other).saturating_sub(report.evidence),
            excluded: report.excluded,
            compiled: report.compiled,
            specs: project.specs.len(),
            policies: project.policies.len(),
            auth_roles: project.auth_roles.len(),
            secrets_roles: project.secrets_roles.len(),
            rbac_roles: project.rbac_roles.len(),
            bindings: project.bindings.len(),
            service_accounts: project.service_accounts.len(),
            expectations: project.expectations.len(),
            errors: at(Severity::Error),
            warnings: at(Severity::Warning),
            notes: at(Severity::Note),
            fixable: shown.iter().filter(|finding| finding.fix.is_some()).count(),
            allowed: report.triaged.allowed.len(),
            known: report.triaged.known.len(),
            stale: report.triaged.stale,
            hidden: report.triaged.hidden,
        }
    }

    /// The closing lines of a text report: the counts, and the names of templates that were not read.
    pub fn to_text(report: &Report<'_>) -> String {
        let summary = Summary::of(report);
        let mut text = summary.counts();
        let mut templates = report.templates();
        for (path, kind) in templates.by_ref().take(NAMED_TEMPLATES) {
            text += &format!("  {} ({kind})\n", clean::line(path));
        }
        let more = templates.count();
        if more > 0 {
            text += &format!("  and {more} more, `--show-files` names all\n");
        }
        text
    }

    fn counts(&self) -> String {
        let objects = [
            (self.specs, "spec", "specs"),
            (self.policies, "policy", "policies"),
            (self.auth_roles, "auth role", "auth roles"),
            (self.secrets_roles, "secrets role", "secrets roles"),
            (self.rbac_roles, "RBAC role", "RBAC roles"),
            (self.bindings, "binding", "bindings"),
            (self.service_accounts, "service account", "service accounts"),
        ];
        let objects = list(&objects);
        let found = list(&[
            (self.errors, "error", "errors"),
            (self.warnings, "warning", "warnings"),
            (self.notes, "note", "notes"),
        ]);
        let mut text = String::new();
        // Where nothing was looked at, "nothing to report" would be no news.
        if self.files > 0 || !found.is_empty() {
            text += &format!("Checked {}", count(self.files, "file", "files"));
            if !objects.is_empty() {
                text += &format!(" ({objects})");
            }
            text += ": ";
            text += match (found.is_empty(), self.hidden) {
                (true, 0) => "nothing to report",
                (true, _) => "nothing that is severe enough to show",
                (false, _) => &found,
            };
            if self.fixable > 0 {
                text += &format!(", {} fixable", self.fixable);
            }
            text += ".\n";
        }
        let beside = [
            (self.allowed, "finding allowed by comments", "findings allowed by comments"),
            (self.known, "finding known from the baseline", "findings known from the baseline"),
            (
                self.stale,
                "finding of the baseline is gone, `--write-baseline` strikes it",
                "findings of the baseline are gone, `--write-baseline` strikes them",
            ),
            (
                self.hidden,
                "finding below `--min-severity` not shown",
                "findings below `--min-severity` not shown",
            ),
            (self.unread, "file could not be read", "files could not be read"),
            (self.broken, "file has syntax errors", "files have syntax errors"),
            (self.excluded, "file excluded", "files excluded"),
            (self.compiled, "file that `compile` made left out", "files that `compile` made left out"),
            (self.other, "other file left alone", "other files left alone"),
            (
                self.expectations,
                "expectation, which `rolewright test` proves",
                "expectations, which `rolewright test` proves",
            ),
            (self.templates, "template not read, render it first", "templates not read, render them first"),
        ];
        for (number, one, many) in beside {
            if number > 0 {
                text += &count(number, one, many);
                text += ".\n";
            }
        }
        text
    }
}

fn list(counts: &[(usize, &str, &str)]) -> String {
    let some: Vec<String> = counts
        .iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| count(*number, one, many))
        .collect();
    some.join(", ")
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
