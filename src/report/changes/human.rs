//! The report for people.

use super::{
    Block, Changes, Counts, Sites, Words, blocks, direction_words, example, side_word, statements, who_words,
};
use crate::report::clean;
use crate::semantics::comparison::Direction;

/// How the report is to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// With colours.
    pub color: bool,
    /// Without the closing summary.
    pub quiet: bool,
}

const WORDS: Words = Words { code: str::to_owned, phrase: |text| text.replace('`', ""), most: usize::MAX };

/// How many lines are shown as causes of one change.
const CAUSES: usize = 8;

/// The whole report.
pub fn render(changes: &Changes<'_>, look: Look) -> String {
    let sites = Sites::of(changes);
    let mut out = String::new();
    let blocks = blocks(changes.comparison, &sites);
    for block in &blocks {
        tell(block, &sites, look, &mut out);
        out.push('\n');
    }
    for doubt in &changes.comparison.doubts {
        let place = doubt.place.and_then(|span| sites.at(doubt.side, span));
        let place =
            place.map(|site| format!("  {}:{}", clean::line(site.path), site.line)).unwrap_or_default();
        let sign = painted("?", "33", look);
        out += &format!(
            "{sign} {}: {}{place}\n",
            side_word(doubt.side),
            clean::line(&doubt.text.replace('`', ""))
        );
    }
    if !changes.comparison.doubts.is_empty() {
        out.push('\n');
    }
    if !look.quiet {
        for note in &changes.comparison.notes {
            out += &format!("note: {}\n", clean::line(&note.text.replace('`', "")));
        }
        out += &summary(changes, blocks.len());
    }
    out
}

fn tell(block: &Block<'_>, sites: &Sites<'_>, look: Look, out: &mut String) {
    let (sign, color) = match block.direction {
        Direction::Gained => ("+", "32"),
        Direction::Unclear => ("±", "33"),
        Direction::Changed => ("~", "33"),
        Direction::Lost => ("-", "31"),
    };
    let head = format!("{sign} {}", clean::line(&who_words(block.who)));
    *out += &painted(&head, color, look);
    out.push('\n');
    for statement in statements(block, &WORDS) {
        *out += &wrapped(&clean::line(&statement));
    }
    if let Some(words) = direction_words(block.direction) {
        *out += &format!("    {words}\n");
    }
    if let Some((request, comes)) = example(block) {
        *out += &format!("    for example  {}  {comes}\n", clean::line(&request));
    }
    for evidence in block.evidence.iter().take(CAUSES) {
        let side = side_word(evidence.side);
        let text = evidence.text.replace('`', "");
        match sites.at(evidence.side, evidence.span) {
            Some(site) => {
                let place = format!("{}:{}", clean::line(site.path), site.line);
                *out += &format!("    {side}  {place}  {}\n", clean::line(&text));
                *out += &format!(
                    "         {}\n",
                    painted(&format!("│ {}", clean::line(&cut(site.text))), "2", look)
                );
            }
            None => *out += &format!("    {side}  (built in)  {}\n", clean::line(&text)),
        }
    }
    if let Some(more) = block.evidence.len().checked_sub(CAUSES).filter(|more| *more > 0) {
        *out += &format!("    and {more} more lines\n");
    }
}

fn summary(changes: &Changes<'_>, entries: usize) -> String {
    let counts = Counts::of(changes.comparison);
    let mut text = match (counts.words(entries), counts.doubts, changes.problems.is_empty()) {
        (Some(words), _, _) => format!("{words}.\n"),
        (None, 0, true) => "no access changes\n".to_owned(),
        (None, _, _) => "no access changes among what could be compared\n".to_owned(),
    };
    if counts.unclear > 0 {
        text += "gained or lost: which of them cannot be told, so that it counts as both for --fail-on\n";
    }
    if counts.doubts > 0 {
        text += "cannot tell whether that is all: see the lines with a question mark\n";
    }
    if !changes.problems.is_empty() {
        text += "This is not to be relied on: some inputs could not be read as they were meant.\n";
    }
    text
}

/// Indented, in lines that a terminal takes.
fn wrapped(text: &str) -> String {
    const WIDTH: usize = 104;
    let mut out = String::from("   ");
    let mut width = 3;
    for word in text.split(' ') {
        let more = word.chars().count() + 1;
        if width + more > WIDTH && width > 6 {
            out += "\n     ";
            width = 5;
        }
        out.push(' ');
        out += word;
        width += more;
    }
    out.push('\n');
    out
}

/// The beginning of a long line.
fn cut(line: &str) -> String {
    const LONGEST: usize = 100;
    match line.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or(line)),
        None => line.to_owned(),
    }
}

fn painted(text: &str, color: &str, look: Look) -> String {
    if look.color { format!("\u{1b}[{color}m{text}\u{1b}[0m") } else { text.to_owned() }
}
