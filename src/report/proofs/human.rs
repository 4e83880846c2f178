//! The report for people.

use super::{Counts, Proofs, claim, explanation, place_text, title};
use crate::report::clean;
use crate::report::place::Places;
use crate::semantics::expectation::{Coverage, DeciderKind, Outcome, Verdict};

/// How the report is to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// With colours.
    pub color: bool,
    /// Without claims that hold, and without the counts.
    pub quiet: bool,
    /// With the deciding rules of claims that hold.
    pub verbose: bool,
}

/// The whole report.
pub fn render(proofs: &Proofs<'_>, look: Look) -> String {
    let places = Places::new(&proofs.project.sources);
    let mut out = String::new();
    let mut before = "";
    for verdict in proofs.verdicts {
        let place = places.of(verdict.expectation.span);
        if look.quiet && verdict.outcome == Outcome::Passed {
            continue;
        }
        if place.path != before {
            out += &format!("{}\n", clean::line(place.path));
            before = place.path;
        }
        test(verdict, place.start.line, &places, look, &mut out);
    }
    if let Some(coverage) = proofs.coverage {
        out += "\n";
        out += &covered(coverage, &places);
    }
    if !look.quiet {
        if !out.is_empty() {
            out.push('\n');
        }
        out += &counts(Counts::of(proofs.verdicts));
        if !proofs.problems.is_empty() {
            out +=
                "These answers are not to be relied on: some inputs could not be read as they were meant.\n";
        }
    }
    out
}

/// The names of claims, one a line.
pub fn list<'a>(verdicts: impl Iterator<Item = &'a crate::model::spec::Expectation>) -> String {
    verdicts.map(|expectation| format!("{}\n", clean::line(&title(expectation)))).collect()
}

fn test(verdict: &Verdict<'_>, line: u32, places: &Places<'_>, look: Look, out: &mut String) {
    let (word, color) = match verdict.outcome {
        Outcome::Passed => ("ok", "32"),
        Outcome::Failed => ("FAIL", "31"),
        Outcome::Unknown => ("UNKNOWN", "33"),
        Outcome::NotProved => ("NOT PROVED", "33"),
        Outcome::Nobody => ("NOBODY", "31"),
        Outcome::Contradiction => ("BUG", "31"),
    };
    let padded = format!("{word:<10}");
    let shown = if look.color { format!("\u{1b}[{color}m{padded}\u{1b}[0m") } else { padded };
    let title = title(verdict.expectation);
    *out += &format!("  {shown}  {}", clean::line(&title));
    if verdict.outcome != Outcome::Passed {
        *out += &format!("  (line {line})");
    }
    out.push('\n');
    let details = look.verbose || verdict.outcome != Outcome::Passed;
    if !details {
        return;
    }
    let mut line = |text: &str| *out += &format!("              {}\n", clean::line(text));
    if verdict.expectation.name.is_some() {
        line(&claim(verdict.expectation));
    }
    for text in explanation(verdict, places, look.verbose) {
        line(&text);
    }
}

fn covered(coverage: &Coverage<'_>, places: &Places<'_>) -> String {
    let mut text = format!(
        "Decided by the expectations: {} of {} path rules, {} of {} RBAC rules.\n",
        coverage.path_rules.0, coverage.path_rules.1, coverage.rbac_rules.0, coverage.rbac_rules.1
    );
    if coverage.uncovered.is_empty() {
        return text;
    }
    text += "No expectation touches:\n";
    for rule in &coverage.uncovered {
        let what = match rule.kind {
            DeciderKind::PathRule => format!("policy {}, path \"{}\"", rule.owner, rule.label),
            DeciderKind::RbacRule => format!("role {}, rule on {}", rule.owner, rule.label),
        };
        text += &format!("  {}  {}\n", clean::line(&what), clean::line(&place_text(rule.span, places)));
    }
    text
}

fn counts(counts: Counts) -> String {
    let some = [
        (counts.passed, "passed"),
        (counts.failed, "failed"),
        (counts.unknown, "unknown"),
        (counts.not_proved, "not proved"),
        (counts.nobody, "about nobody known"),
    ];
    let some = some.iter().filter(|(number, word)| *number > 0 || *word == "passed");
    let some: Vec<String> = some.map(|(number, word)| format!("{number} {word}")).collect();
    format!(
        "{} {}: {}.\n",
        counts.tests,
        if counts.tests == 1 { "expectation" } else { "expectations" },
        some.join(", ")
    )
}
