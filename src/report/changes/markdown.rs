//! A comment for a merge request: a short table, and below it the lines that cause each change.

use super::{
    Block, Changes, Counts, Sites, Words, blocks, direction_words, example, side_word, statements, who_words,
};
use crate::report::markdown::{ROWS, phrase, text};
use crate::semantics::comparison::Direction;

/// The first line of the report, by which a bot finds the comment that it wrote before.
pub const MARK: &str = "<!-- rolewright diff -->";

/// How many changes are explained at most: code hosts take no comments without end.
const EXPLAINED: usize = 60;

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
    for block in blocks.iter().take(ROWS) {
        out += &row(block);
    }
    if let Some(more) = blocks.len().checked_sub(ROWS).filter(|more| *more > 0) {
        out += &format!("\nand {more} more.\n");
    }
    if !blocks.is_empty() {
        out += "\n<details><summary>The lines that cause it</summary>\n\n";
        for block in blocks.iter().take(EXPLAINED) {
            out += &explained(block, &sites);
        }
        if let Some(more) = blocks.len().checked_sub(EXPLAINED).filter(|more| *more > 0) {
            out += &format!("and {more} more.\n\n");
        }
        out += "</details>\n";
    }
    if !changes.comparison.doubts.is_empty() {
        out += "\nIt cannot be told whether that is all:\n\n";
    }
    for doubt in changes.comparison.doubts.iter().take(ROWS) {
        let place = doubt.place.and_then(|span| sites.at(doubt.side, span));
        let place = place.map(|site| format!(" ({}:{})", text(site.path), site.line)).unwrap_or_default();
        out += &format!("- {}: {}{place}\n", side_word(doubt.side), phrase(&doubt.text));
    }
    if !changes.comparison.notes.is_empty() {
        out += "\nTaken to be unchanged:\n\n";
    }
    for note in changes.comparison.notes.iter().take(ROWS) {
        out += &format!("- {}\n", phrase(&note.text));
    }
    if !changes.problems.is_empty() {
        out += "\nThis is not to be relied on, as some inputs could not be read as they were meant:\n\n";
    }
    for problem in changes.problems.iter().take(ROWS) {
        let line = problem.line.map(|line| format!(":{line}")).unwrap_or_default();
        out += &format!("- {}: {}{line}: {}\n", problem.side, text(&problem.path), phrase(&problem.message));
    }
    out
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
                text(site.text.get(..200).unwrap_or(site.text))
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
