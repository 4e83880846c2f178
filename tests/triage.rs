//! How often findings are right: those in real files of other people, a sample of them judged by hand.
//!
//! The files are no part of this package. Where `../shared/corpus` is missing the tests say so and check nothing of it.
//!
//! - `fixtures/triage/counts.tsv`: how many findings each rule has there with the default settings. `ROLEWRIGHT_BLESS=1`
//!   rewrites it.
//! - `fixtures/triage/verdicts.tsv`: verdict, rule, path, words in backticks, reason. One row speaks of all findings of this
//!   rule in this file with these words. Written by hand; `ROLEWRIGHT_BLESS=1` strikes rows whose finding is gone.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that goes wrong should stop and say so"
)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use common::{blessing, home, in_step};
use rolewright::cli::load;
use rolewright::cli::session::Session;
use rolewright::lint::{self, Levels};
use rolewright::report::place::Places;
use rolewright::rules::RULES;
use rolewright::syntax::Span;

/// Of each rule so many findings are judged, or all that there are.
const SAMPLE: usize = 20;

/// Of a hundred findings so many must be right, of each rule and of all.
const PRECISION: usize = 95;

#[test]
fn findings_in_real_files_are_right() {
    let Some(found) = findings() else { return };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for ((rule, _, _), count) in &found {
        *counts.entry(rule).or_default() += count;
    }
    let path = home().join("fixtures/triage/counts.tsv");
    let text: String = counts.iter().map(|(rule, count)| format!("{rule}\t{count}\n")).collect();
    let mut wrong: Vec<String> = in_step(&path, &text).err().into_iter().collect();

    let verdicts = verdicts(&found, &mut wrong);
    let mut judged: BTreeMap<&str, Tally> = BTreeMap::new();
    for row in &verdicts {
        let count = found.get(&(row.rule.clone(), row.path.clone(), row.words.clone())).copied().unwrap_or(0);
        judged.entry(&row.rule).or_default().add(&row.verdict, count);
    }
    println!("{:32} found judged right wrong unsure precision", "rule");
    let mut all = Tally::default();
    for (rule, count) in &counts {
        let tally = judged.get(rule).copied().unwrap_or_default();
        let Tally { right, wrong: not, unsure } = tally;
        let (sum, told) = (right + not + unsure, right + not);
        println!("{rule:32} {count:5} {sum:6} {right:5} {not:5} {unsure:6} {:8} %", tally.percent());
        if sum < SAMPLE.min(*count) {
            wrong.push(format!(
                "{rule}: {sum} of {count} findings are judged, judge {} at least",
                SAMPLE.min(*count)
            ));
        }
        // Of a few findings in one file nobody may be able to tell; many want an answer.
        if sum >= SAMPLE && told < unsure {
            wrong.push(format!("{rule}: {unsure} of {sum} judged findings are `unsure`: look into those"));
        }
        if tally.percent() < PRECISION {
            wrong.push(format!(
                "{rule}: {not} of {told} judged findings are wrong: sharpen it, or make it pedantic"
            ));
        }
        all.right += right;
        all.wrong += not;
        all.unsure += unsure;
    }
    let findings: usize = counts.values().sum();
    println!(
        "{} findings of {} rules; judged right {}, wrong {}, unsure {}: {} %",
        findings,
        counts.len(),
        all.right,
        all.wrong,
        all.unsure,
        all.percent()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(all.percent() >= PRECISION, "too many findings are wrong");
}

/// How findings were judged.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    right: usize,
    wrong: usize,
    unsure: usize,
}

impl Tally {
    fn add(&mut self, verdict: &str, count: usize) {
        match verdict {
            "right" => self.right += count,
            "wrong" => self.wrong += count,
            "unsure" => self.unsure += count,
            other => panic!("`{other}` is no verdict: right, wrong or unsure"),
        }
    }

    /// The share of those that are right, without those that nobody can tell.
    fn percent(self) -> usize {
        (self.right * 100).checked_div(self.right + self.wrong).unwrap_or(100)
    }
}

/// A row of `verdicts.tsv`.
struct Verdict {
    verdict: String,
    rule: String,
    path: String,
    words: String,
}

/// The rows that speak of a finding; of the others, if they stay, it says so.
fn verdicts(found: &BTreeMap<Key, usize>, wrong: &mut Vec<String>) -> Vec<Verdict> {
    let path = home().join("fixtures/triage/verdicts.tsv");
    let text = fs::read_to_string(&path).expect("the verdicts");
    let (mut rows, mut kept) = (Vec::new(), String::new());
    for line in text.lines() {
        let [verdict, rule, file, words, reason] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not five columns: {line}");
        };
        assert!(!reason.is_empty(), "without a reason: {line}");
        if !found.contains_key(&(rule.to_owned(), file.to_owned(), words.to_owned())) {
            if !blessing() {
                wrong.push(format!("{rule} is not reported any more in {file}: {words}"));
            }
            continue;
        }
        kept.push_str(line);
        kept.push('\n');
        let own = |text: &str| text.to_owned();
        rows.push(Verdict { verdict: own(verdict), rule: own(rule), path: own(file), words: own(words) });
    }
    if blessing() {
        fs::write(&path, kept).expect("the verdicts are written");
    }
    rows
}

/// Rule, path below the corpus, words in backticks.
type Key = (String, String, String);

/// How often each finding occurs.
fn findings() -> Option<BTreeMap<Key, usize>> {
    let corpus = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if !corpus.is_dir() {
        println!("left out: {} is not there", corpus.display());
        return None;
    }
    let session = Session::of_directory(&corpus).expect("a directory without a configuration");
    let loaded = load::project(&[corpus], None, &session);
    let places = Places::new(&loaded.project.sources);
    let mut found = BTreeMap::new();
    let mut add = |rule: &str, span: Span, message: &str| {
        let path = places.of(span).path;
        let path = path.rsplit_once("corpus/").map_or(path, |(_, below)| below);
        *found.entry((rule.to_owned(), path.to_owned(), words(message))).or_default() += 1;
    };
    let shown = lint::run(&Levels::default().active(RULES), &loaded.project, &session.config.options);
    let mut triaged = lint::Triaged { shown, ..lint::Triaged::default() };
    triaged.gather();
    for it in triaged.shown {
        add(it.rule.name, it.span, &it.message);
    }
    // What cannot be read comes from the readers.
    for it in &loaded.project.malformed {
        add("malformed-input", it.span, &it.message);
    }
    for it in &loaded.project.syntax_errors {
        add("syntax-error", it.span, &it.message);
    }
    Some(found)
}

/// What the message has in backticks; all of it where it has nothing.
fn words(message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let words = if quoted.is_empty() { message.to_owned() } else { quoted.join(" ") };
    words.chars().take(60).collect::<String>().trim().replace('\t', " ")
}
