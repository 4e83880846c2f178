//! A comment for a merge request: a short table, and below it the lines that cause each change.

use super::{
    Block, Changes, Counts, Sites, Words, blocks, direction_words, example, side_word, statements, who_words,
};
use crate::report::markdown::{ROWS, phrase, text};
use crate::semantics::comparison::Direction;

/// The first line of the report, by which a bot finds the comment that it wrote before.
pub const MARK: &str = "<!-- rolewright diff -->";

/// How many changes are explained at most.
const EXPLAINED: usize = 60;

/// How many bytes a list takes at most, in this order: what cannot be told and what is wrong with the inputs, the changes,
/// and with these the lines that cause them. GitHub takes comments of 65,536 characters.
const SMALL: usize = 8_000;
const MOST: usize = 60_000;

const WORDS: Words = Words { code: |word| format!("<code>{}</code>", text(word)), phrase, most: 12 };

/// How many lines are shown as causes of one change.
const CAUSES: usize = 8;

/// The whole report.
pub fn render(changes: &Changes<'_>) -> String {
    let sites = Sites::of(changes);
    let blocks = blocks(changes.comparison, &sites);
    let counts = Counts::of(changes.comparison);
    let mut out = format!("{MARK}\n### Access: ");
    out += &match (counts.words(blocks.len()), counts.doubts, changes.problems.is_empty()) {
        (Some(words), _, _) => words,
        (None, 0, true) => "no changes".to_owned(),
        (None, _, _) => "no changes among what could be compared".to_owned(),
    };
    out += "\n\n";
    if !blocks.is_empty() {
        out += "| | who | what | for example |\n|---|---|---|---|\n";
    }
    let below = below(changes, &sites);
    let room = MOST.saturating_sub(out.len() + below.len());
    // Changes come first: of their lines, as many are shown as there is room.
    let (rows, left_out) = fitting(blocks.iter().map(row), ROWS, room);
    out += &rows;
    out += &more("\n", left_out + blocks.len().saturating_sub(ROWS), "\n");
    let room = MOST.saturating_sub(out.len() + below.len());
    if !blocks.is_empty() {
        out += "\n<details><summary>The lines that cause it</summary>\n\n";
        let all = blocks.iter().map(|block| explained(block, &sites));
        let (lines, left_out) = fitting(all, EXPLAINED, room);
        out += &lines;
        out += &more("", left_out + blocks.len().saturating_sub(EXPLAINED), "\n\n");
        out += "</details>\n";
    }
    out + &below
}

/// What stands below the changes.
fn below(changes: &Changes<'_>, sites: &Sites<'_>) -> String {
    let mut out = String::new();
    if !changes.comparison.doubts.is_empty() {
        out += "\nIt cannot be told whether that is all:\n\n";
    }
    let doubts = changes.comparison.doubts.iter().map(|doubt| {
        let place = doubt.place.and_then(|span| sites.at(doubt.side, span));
        let place = place.map(|site| format!(" ({}:{})", text(site.path), site.line)).unwrap_or_default();
        format!("- {}: {}{place}\n", side_word(doubt.side), phrase(&doubt.text))
    });
    out += &few(doubts);
    if !changes.comparison.notes.is_empty() {
        out += "\nTaken to be unchanged:\n\n";
    }
    out += &few(changes.comparison.notes.iter().map(|note| format!("- {}\n", phrase(&note.text))));
    if !changes.problems.is_empty() {
        out += "\nThis is not to be relied on, as some inputs could not be read as they were meant:\n\n";
    }
    out += &few(changes.problems.iter().map(|problem| {
        let line = problem.line.map(|line| format!(":{line}")).unwrap_or_default();
        format!("- {}: {}{line}: {}\n", problem.side, text(&problem.path), phrase(&problem.message))
    }));
    out
}

/// A short list.
fn few(entries: impl Iterator<Item = String>) -> String {
    let (lines, left_out) = fitting(entries, usize::MAX, SMALL);
    lines + &more("- ", left_out, "\n")
}

/// The first entries, whole ones, that there is room for, and how many of the first `most` there is none for.
fn fitting(entries: impl Iterator<Item = String>, most: usize, room: usize) -> (String, usize) {
    let mut out = String::new();
    let mut left_out = 0;
    for entry in entries.take(most) {
        if left_out == 0 && out.len() + entry.len() <= room {
            out += &entry;
        } else {
            left_out += 1;
        }
    }
    (out, left_out)
}

fn more(before: &str, count: usize, after: &str) -> String {
    match count {
        0 => String::new(),
        count => format!(
            "{before}and {count} more, for which there is no room here; the exit code counts all.{after}"
        ),
    }
}

/// The beginning of a long line.
fn beginning(line: &str) -> &str {
    const LONGEST: usize = 200;
    line.char_indices().nth(LONGEST).and_then(|(at, _)| line.get(..at)).unwrap_or(line)
}

fn sign(direction: Direction) -> &'static str {
    match direction {
        Direction::Gained => "**+**",
        Direction::Unclear => "**±**",
        Direction::Changed => "**~**",
        Direction::Lost => "**−**",
    }
}

fn row(block: &Block<'_>) -> String {
    let mut what = statements(block, &WORDS);
    what.extend(direction_words(block.direction).map(str::to_owned));
    let example =
        example(block).map(|(request, comes)| format!("<code>{}</code> {}", text(&request), text(&comes)));
    format!(
        "| {} | {} | {} | {} |\n",
        sign(block.direction),
        text(&who_words(block.who)),
        what.join("<br>"),
        example.unwrap_or_default()
    )
}

fn explained(block: &Block<'_>, sites: &Sites<'_>) -> String {
    let mut out = format!("{} {}\n\n", sign(block.direction), text(&who_words(block.who)));
    for evidence in block.evidence.iter().take(CAUSES) {
        let side = side_word(evidence.side);
        let words = phrase(&evidence.text);
        out += &match sites.at(evidence.side, evidence.span) {
            Some(site) => format!(
                "- {side} {}:{}: {words}<br><code>{}</code>\n",
                text(site.path),
                site.line,
                text(beginning(site.text))
            ),
            None => format!("- {side}, built in: {words}\n"),
        };
    }
    if let Some(more) = block.evidence.len().checked_sub(CAUSES).filter(|more| *more > 0) {
        out += &format!("- and {more} more lines\n");
    }
    out.push('\n');
    out
}
