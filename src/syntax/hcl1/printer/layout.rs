//! A tree with comments to text.
//!
//! Two blanks per level. Inside of a block, items on neighbouring lines that take one line each are a run: their `=`
//! and the comments behind them stand in columns. Between runs, blocks and items that take several lines is an empty
//! line. Lists stay on one line or get one line per element, as they were written.

use super::attach::{Content, Group, Item, Tree, Value};
use crate::syntax::hcl1::lexer::RESERVED;

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// As the servers' printer, harm and all.
    Servers,
    /// With the same layout, but each comment kept as it is and each heredoc closed.
    Careful,
}

/// The text of a tree.
pub(super) fn print(tree: &Tree<'_>, style: Style) -> String {
    let mut printer = Printer { tree, careful: style == Style::Careful, behind: None };
    let mut text = without_marks(&printer.file());
    text.push('\n');
    text
}

struct Printer<'a> {
    tree: &'a Tree<'a>,
    careful: bool,
    /// Comments that stand alone and begin after this byte are still to be printed.
    behind: Option<usize>,
}

impl<'a> Printer<'a> {
    fn file(&mut self) -> String {
        let tree = self.tree;
        let mut out = String::new();
        for index in 0..=tree.items.len() {
            let next = tree.items.get(index);
            for group in self.waiting(next.map(Item::start)) {
                if next.is_none() && self.behind.is_some() {
                    out.push_str("\n\n");
                }
                self.push_lines(group, &mut out);
                if next.is_some() {
                    out.push('\n');
                }
            }
            let Some(item) = next else { break };
            self.behind = Some(item.start());
            out.push_str(&self.item(item));
            if let Some(following) = tree.items.get(index + 1) {
                out.push('\n');
                let adjacent = following.first_line() == item.first_line() + 1;
                if !(adjacent && is_empty_block(item) && is_empty_block(following)) {
                    out.push('\n');
                }
            }
        }
        out
    }

    /// The groups that stand alone behind what was printed last, and before byte `end`.
    fn waiting(&self, end: Option<usize>) -> impl Iterator<Item = &'a Group> + use<'a> {
        let tree = self.tree;
        let groups = &tree.standalone;
        let start = |group: &usize| {
            let first = tree.groups.get(*group).and_then(|group| group.comments.first());
            first.map_or(0, |comment| comment.range.start)
        };
        let from = groups.partition_point(|group| self.behind.is_some_and(|behind| start(group) <= behind));
        let to = groups.partition_point(|group| end.is_none_or(|end| start(group) < end));
        let groups = groups.get(from..to).unwrap_or(&[]);
        groups.iter().filter_map(|group| tree.groups.get(*group))
    }

    fn item(&mut self, item: &Item) -> String {
        let mut out = String::new();
        self.push_above(item.lead, &mut out);
        let behind = item.line.filter(|_| self.stands_behind(item));
        if behind.is_none() {
            self.push_above(item.line, &mut out);
        }
        for key in &item.keys {
            out.push_str(self.text(key.range.clone()));
            out.push(' ');
        }
        if item.assigned {
            out.push_str("= ");
        }
        out.push_str(&self.value(&item.value));
        if behind.is_some() {
            out.push(' ');
            self.push_behind(behind, &mut out);
        }
        out
    }

    /// True if the comment that ends the line of the item has its place there, and not above.
    fn stands_behind(&self, item: &Item) -> bool {
        let one_line = item.value.place.line == item.first_line();
        let heredoc = matches!(item.value.content, Content::Literal { heredoc: true, .. });
        one_line && !(self.careful && heredoc)
    }

    fn value(&mut self, value: &Value) -> String {
        match &value.content {
            Content::Literal { heredoc, .. } => {
                let text = self.text(value.place.range.clone());
                marked(if *heredoc { text.strip_suffix('\n').unwrap_or(text) } else { text })
            }
            Content::List(elements) => self.list(value, elements),
            Content::Object { items, close } => self.object(items, *close),
        }
    }

    fn object(&mut self, items: &[Item], close: usize) -> String {
        let mut out = "{".to_owned();
        let (mut index, mut opened, mut commented) = (0, false, false);
        loop {
            let next = items.get(index);
            for group in self.waiting(Some(next.map_or(close, Item::start))) {
                for (at, comment) in group.comments.iter().enumerate() {
                    if !std::mem::replace(&mut opened, true) {
                        out.push('\n');
                    }
                    if index > 0 {
                        commented = true;
                        out.push('\n');
                    } else if self.careful && at > 0 {
                        out.push('\n');
                    }
                    out.push_str(&indented(&marked(self.text(comment.range.clone()))));
                }
                out.push('\n');
                let last = group.comments.last().map_or(0, |comment| comment.line);
                if next.is_some_and(|next| next.first_line() != last + 1) {
                    out.push('\n');
                }
            }
            let Some(item) = next else { break };
            if !std::mem::replace(&mut opened, true) {
                out.push('\n');
            }
            let run = self.run(items, index);
            index += run.len();
            // An item of its own follows: an empty line parts it from what is above, if anything is.
            if !commented && index != run.len() {
                out.push('\n');
            }
            match run.last() {
                Some(last) => {
                    self.behind = Some(last.start());
                    out.push_str(&indented(&self.aligned(run)));
                }
                None => {
                    self.behind = Some(item.start());
                    out.push_str(&indented(&self.item(item)));
                    index += 1;
                }
            }
            out.push('\n');
        }
        self.behind = Some(close);
        out.push('}');
        out
    }

    /// The items from `index` on that are aligned with each other.
    fn run<'i>(&mut self, items: &'i [Item], index: usize) -> &'i [Item] {
        let line_of = |at: Option<usize>| at.and_then(|at| items.get(at)).map(Item::first_line);
        let mut end = index;
        while let Some(item) = items.get(end).filter(|_| items.len() > 1) {
            if self.takes_many_lines(item) || (self.careful && self.stays_apart(items, index, end)) {
                break;
            }
            let line = item.first_line();
            let before_next = line_of(Some(end + 1)) == Some(line + 1);
            let after_last = line_of(end.checked_sub(1)).is_some_and(|last| last + 1 == line);
            if !before_next && !after_last {
                break;
            }
            end += 1;
            if !before_next {
                break;
            }
        }
        items.get(index..end).unwrap_or(&[])
    }

    /// True if the run from `first` on had better end before the item `at`, which would become an argument in it, or
    /// would lose the comment before it.
    fn stays_apart(&mut self, items: &[Item], first: usize, at: usize) -> bool {
        let block = items.get(at).is_some_and(|item| !item.assigned);
        block || (at > first && self.is_parted(items, at))
    }

    /// True if a comment that stands alone lies between the item and the one before it.
    fn is_parted(&mut self, items: &[Item], at: usize) -> bool {
        let start = |at: usize| items.get(at).map(Item::start);
        let held = std::mem::replace(&mut self.behind, at.checked_sub(1).and_then(start));
        let parted = self.waiting(start(at)).next().is_some();
        self.behind = held;
        parted
    }

    /// More than two, one of which may be a comment above.
    fn takes_many_lines(&mut self, item: &Item) -> bool {
        match &item.value.content {
            // Without looking inside, lest nested blocks be printed over and over.
            Content::Object { items, .. } if !items.is_empty() => true,
            Content::List(elements) if !self.is_on_one_line(&item.value, elements) => true,
            _ => self.item(item).matches('\n').count() > 1,
        }
    }

    fn aligned(&mut self, items: &[Item]) -> String {
        let key_width = |item: &Item| item.keys.first().map_or(0, |key| key.range.len());
        let widest_key = items.iter().map(key_width).max().unwrap_or(0);
        let widest_value = items.iter().map(|item| self.value(&item.value).len()).max().unwrap_or(0);
        let mut out = String::new();
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                out.push('\n');
            }
            self.push_above(item.lead, &mut out);
            let behind = item.line.filter(|_| self.stands_behind(item));
            if self.careful && behind.is_none() {
                self.push_above(item.line, &mut out);
            }
            for key in &item.keys {
                out.push_str(self.text(key.range.clone()));
                push_blanks((widest_key + 1).saturating_sub(key.range.len()), &mut out);
            }
            if item.keys.len() == 1 {
                out.push_str("= ");
            }
            let value = self.value(&item.value);
            out.push_str(&value);
            if behind.is_some() {
                push_blanks(widest_value + 1 - value.len().min(widest_value), &mut out);
                self.push_behind(behind, &mut out);
            }
        }
        out
    }

    fn list(&mut self, list: &Value, elements: &[Value]) -> String {
        if self.is_on_one_line(list, elements) {
            return self.list_on_one_line(elements);
        }
        let literal_width = |element: &Value| match element.content {
            Content::Literal { .. } => element.place.range.len(),
            _ => 0,
        };
        let widest = elements.iter().map(literal_width).max().unwrap_or(0);
        let mut out = "[\n".to_owned();
        let mut parted = true;
        for (at, element) in elements.iter().enumerate() {
            let (heredoc, lead, line) = match element.content {
                Content::Literal { heredoc, lead, line } => (heredoc, lead, line),
                _ => (false, None, None),
            };
            if lead.is_some() {
                if !parted {
                    out.push('\n');
                }
                let mut above = String::new();
                self.push_above(lead, &mut above);
                out.push_str(&indented(&above));
            }
            let value = self.value(element);
            out.push_str(&indented(&value));
            // The closing word of a heredoc stands alone on its line.
            out.push_str(if heredoc { "\n  ," } else { "," });
            if line.is_some() {
                push_blanks(1 + widest.saturating_sub(value.len()), &mut out);
                self.push_behind(line, &mut out);
            }
            out.push('\n');
            parted = lead.is_some() && at + 1 < elements.len();
            if parted {
                out.push('\n');
            }
        }
        out.push(']');
        out
    }

    fn is_on_one_line(&self, list: &Value, elements: &[Value]) -> bool {
        elements.iter().all(|element| match element.content {
            Content::Literal { heredoc, lead, line } => {
                element.place.line == list.place.line
                    && (!heredoc || elements.len() == 1)
                    && line.is_none()
                    && !(self.careful && lead.is_some())
            }
            _ => false,
        })
    }

    fn list_on_one_line(&mut self, elements: &[Value]) -> String {
        let mut out = "[".to_owned();
        for (at, element) in elements.iter().enumerate() {
            if at > 0 {
                out.push_str(", ");
            }
            out.push_str(&self.value(element));
            if matches!(element.content, Content::Literal { heredoc: true, .. }) {
                out.push('\n');
            }
        }
        out.push(']');
        out
    }

    /// The comments of a group, each with a newline.
    fn push_lines(&self, group: &Group, out: &mut String) {
        for comment in &group.comments {
            let text = self.text(comment.range.clone());
            if self.careful {
                out.push_str(&marked(text));
            } else {
                out.push_str(text);
            }
            out.push('\n');
        }
    }

    fn push_above(&self, group: Option<usize>, out: &mut String) {
        if let Some(group) = group.and_then(|group| self.tree.groups.get(group)) {
            self.push_lines(group, out);
        }
    }

    fn push_behind(&self, group: Option<usize>, out: &mut String) {
        let Some(group) = group.and_then(|group| self.tree.groups.get(group)) else { return };
        for comment in &group.comments {
            let text = self.text(comment.range.clone());
            if self.careful {
                out.push_str(&marked(text));
            } else {
                out.push_str(text);
            }
        }
    }

    fn text(&self, range: std::ops::Range<usize>) -> &'a str {
        self.tree.text.get(range).unwrap_or("")
    }
}

/// True for `name {}` without anything above it.
fn is_empty_block(item: &Item) -> bool {
    let empty = matches!(&item.value.content, Content::Object { items, .. } if items.is_empty());
    empty && item.lead.is_none() && !item.assigned
}

fn push_blanks(count: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', count));
}

/// Every line that is not empty, two blanks further in.
fn indented(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for line in text.split_inclusive('\n') {
        if line != "\n" {
            out.push_str("  ");
        }
        out.push_str(line);
    }
    out
}

/// The text with marks at the lines after the first, which keep their indentation whatever comes. The mark is a
/// character that no text of HCL may hold; widths count it in, as the servers do.
fn marked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, line) in text.split_inclusive('\n').enumerate() {
        if at > 0 && line != "\n" {
            out.push(RESERVED);
        }
        out.push_str(line);
    }
    out
}

/// Takes out the marks and what was put before them on their lines.
fn without_marks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        out.push_str(line.rsplit_once(RESERVED).map_or(line, |(_, kept)| kept));
    }
    out
}
