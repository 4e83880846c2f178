//! Offsets to lines and columns.

/// The line starts of one text.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<u32>,
    /// How many characters stand before each [`BLOCK`] of bytes; made only if a line is long, lest each position on it
    /// be counted from its start.
    before_blocks: Vec<u32>,
}

const BLOCK: usize = 1024;

/// A human position; both count from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in Unicode scalar values, from 1.
    pub column: u32,
}

impl LineIndex {
    /// Scans `text` once; a line ends at LF, or at CR that no LF follows, as editors show it (and the Language Server
    /// Protocol counts), whatever the language: to a server that reads policies, a lone CR ends no line.
    pub fn new(text: &str) -> LineIndex {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        let mut longest = 0;
        let mut last = 0;
        for (at, byte) in bytes.iter().enumerate() {
            let ends = *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
            if ends {
                longest = longest.max(at + 1 - last);
                last = at + 1;
                starts.push(u32::try_from(at + 1).unwrap_or(u32::MAX));
            }
        }
        let mut before_blocks = Vec::new();
        if longest.max(bytes.len() - last) > 2 * BLOCK {
            let mut before = 0;
            for block in bytes.chunks(BLOCK) {
                before_blocks.push(before);
                before += characters(block);
            }
        }
        LineIndex { starts, before_blocks }
    }

    /// Zero-based line that holds the byte `offset`.
    pub fn line_of(&self, offset: u32) -> usize {
        self.starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// Byte at which the zero-based `line` starts; the last start for lines past the end.
    pub fn start_of(&self, line: usize) -> u32 {
        self.starts.get(line).or(self.starts.last()).copied().unwrap_or(0)
    }

    /// How many lines there are; a text that ends in a newline has an empty last line.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// Line and column of the byte `offset` of `text`, which must be the indexed text.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let line = self.line_of(offset);
        let start = self.start_of(line) as usize;
        let line = u32::try_from(line + 1).unwrap_or(u32::MAX);
        Position { line, column: self.between(text.as_bytes(), start, offset as usize).saturating_add(1) }
    }

    /// How many characters stand between two offsets.
    fn between(&self, bytes: &[u8], start: usize, end: usize) -> u32 {
        let Some(part) = bytes.get(start..end) else { return 0 };
        let count = |at: usize| {
            let before = self.before_blocks.get(at / BLOCK)?;
            Some(before + characters(bytes.get(at / BLOCK * BLOCK..at)?))
        };
        match (part.len() > 2 * BLOCK).then(|| count(end)?.checked_sub(count(start)?)).flatten() {
            Some(counted) => counted,
            None => characters(part),
        }
    }
}

fn characters(bytes: &[u8]) -> u32 {
    let count = bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_long_lines_are_counted_in_blocks() {
        let text = format!("a\n{}\nb\n{}", "ä=x".repeat(3_000), "é".repeat(5_000));
        let index = LineIndex::new(&text);
        assert!(!index.before_blocks.is_empty());
        for offset in 0..u32::try_from(text.len()).unwrap() {
            let start = index.start_of(index.line_of(offset)) as usize;
            let plain = characters(&text.as_bytes()[start..offset as usize]) + 1;
            assert_eq!(index.position(&text, offset).column, plain, "{offset}");
        }
    }

    #[test]
    fn short_lines_need_no_blocks() {
        let index = LineIndex::new(&"some words\n".repeat(1_000));
        assert!(index.before_blocks.is_empty());
        assert_eq!(index.position("x", 9), Position { line: 1, column: 1 });
    }
}
