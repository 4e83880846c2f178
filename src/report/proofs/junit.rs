//! The report as JUnit XML, the dialect that CI systems read: one suite for each document of expectations.
//!
//! Nothing is reported as skipped, which CI systems take for good: what is not proved is a failure.

use super::{Counts, Proofs, claim, explanation, title};
use crate::report::place::Places;
use crate::report::xml::escaped;
use crate::semantics::expectation::{Outcome, Verdict};

/// The whole report.
pub fn render(proofs: &Proofs<'_>) -> String {
    let places = Places::new(&proofs.project.sources);
    let mut suites: Vec<(&str, &str, Vec<&Verdict<'_>>)> = Vec::new();
    for verdict in proofs.verdicts {
        let path = places.of(verdict.expectation.span).path;
        let name = verdict.expectation.suite.as_str();
        match suites.last_mut() {
            Some((last_path, last_name, list)) if *last_path == path && *last_name == name => {
                list.push(verdict)
            }
            _ => suites.push((path, name, vec![verdict])),
        }
    }
    let all = Counts::of(proofs.verdicts);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out += &format!(
        "<testsuites name=\"rolewright\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n",
        all.tests + proofs.problems.len(),
        failures(all),
        all.nobody + all.contradictions + proofs.problems.len()
    );
    for (path, name, verdicts) in &suites {
        suite(path, name, verdicts, &places, &mut out);
    }
    if !proofs.problems.is_empty() {
        problems(proofs, &mut out);
    }
    out + "</testsuites>\n"
}

fn failures(counts: Counts) -> usize {
    counts.failed + counts.unknown + counts.not_proved
}

fn suite(path: &str, name: &str, verdicts: &[&Verdict<'_>], places: &Places<'_>, out: &mut String) {
    let owned: Vec<Verdict<'_>> = verdicts.iter().map(|verdict| (*verdict).clone()).collect();
    let counts = Counts::of(&owned);
    *out += &format!(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" file=\"{}\">\n",
        escaped(if name.is_empty() { path } else { name }),
        counts.tests,
        failures(counts),
        counts.nobody + counts.contradictions,
        escaped(path)
    );
    for verdict in verdicts {
        let line = places.of(verdict.expectation.span).start.line;
        *out += &format!(
            "    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" line=\"{line}\"",
            escaped(&title(verdict.expectation)),
            escaped(if name.is_empty() { path } else { name }),
            escaped(path)
        );
        let element = match verdict.outcome {
            Outcome::Passed => {
                *out += "/>\n";
                continue;
            }
            Outcome::Nobody | Outcome::Contradiction => "error",
            Outcome::Failed | Outcome::Unknown | Outcome::NotProved => "failure",
        };
        let lines = explanation(verdict, places, false);
        let message: Vec<&str> = lines.iter().take(2).map(|line| line.trim()).collect();
        let message = message.join(": ");
        *out += &format!(
            ">\n      <{element} type=\"{}\" message=\"{}\">{}\n{}</{element}>\n    </testcase>\n",
            verdict.outcome.word(),
            escaped(&message),
            escaped(&claim(verdict.expectation)),
            lines.iter().map(|line| escaped(line)).collect::<Vec<String>>().join("\n")
        );
    }
    *out += "  </testsuite>\n";
}

fn problems(proofs: &Proofs<'_>, out: &mut String) {
    let count = proofs.problems.len();
    *out += &format!("  <testsuite name=\"inputs\" tests=\"{count}\" failures=\"0\" errors=\"{count}\">\n");
    for problem in proofs.problems {
        let line = problem.line.map_or(String::new(), |line| format!(" line=\"{line}\""));
        let path = escaped(&problem.path);
        *out += &format!(
            "    <testcase name=\"{path}\" classname=\"inputs\" file=\"{path}\"{line}>\n      \
             <error type=\"input\" message=\"{}\"/>\n    </testcase>\n",
            escaped(&problem.message)
        );
    }
    *out += "  </testsuite>\n";
}
