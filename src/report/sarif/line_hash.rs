//! The hash by which GitHub knows a finding again when lines above it come and go.
//!
//! A rolling hash of the next hundred characters that are no blanks, from the start of each line. Uploaders compute the
//! same and warn of every result that says otherwise. Source: codeql-action `src/fingerprints.ts`.

use std::collections::HashMap;

/// How many UTF-16 code units one hash takes in.
const WINDOW: usize = 100;
const FACTOR: u64 = 37;
/// Stands for the end of the text.
const END: u16 = 0xFFFF;

const TAB: u16 = 0x09;
const LINE_FEED: u16 = 0x0A;
const RETURN: u16 = 0x0D;
const BLANK: u16 = 0x20;

/// For each line of `text` its hash, a colon, and which line of that hash it is.
pub fn line_hashes(text: &str, bom: bool) -> Vec<String> {
    let mut roller = Roller::new();
    let mut after_return = false;
    let mark = if bom { "\u{feff}" } else { "" };
    for unit in mark.encode_utf16().chain(text.encode_utf16()) {
        let pair = after_return && unit == LINE_FEED;
        after_return = unit == RETURN;
        match unit {
            BLANK | TAB => {}
            LINE_FEED if pair => {}
            RETURN => roller.take(LINE_FEED),
            unit => roller.take(unit),
        }
    }
    roller.take(END);
    roller.drain();
    roller.hashes
}

struct Roller {
    /// The last hundred units, as a ring, each with the line that starts there.
    window: [(u16, Option<usize>); WINDOW],
    at: usize,
    hash: u64,
    /// What a unit weighs when it leaves the window.
    leaving: u64,
    line: usize,
    at_line_start: bool,
    hashes: Vec<String>,
    seen: HashMap<u64, usize>,
}

impl Roller {
    fn new() -> Roller {
        let leaving = (0..WINDOW).fold(1_u64, |weight, _| weight.wrapping_mul(FACTOR));
        Roller {
            window: [(0, None); WINDOW],
            at: 0,
            hash: 0,
            leaving,
            line: 0,
            at_line_start: true,
            hashes: Vec::new(),
            seen: HashMap::new(),
        }
    }

    fn take(&mut self, unit: u16) {
        let mut starts = None;
        if self.at_line_start {
            starts = Some(self.line);
            self.line += 1;
        }
        self.at_line_start = unit == LINE_FEED;
        self.roll(unit, starts);
    }

    /// Moves the window over what is left, so that the last lines get their hashes.
    fn drain(&mut self) {
        for _ in 0..WINDOW {
            self.roll(0, None);
        }
    }

    fn roll(&mut self, unit: u16, starts: Option<usize>) {
        let Some(slot) = self.window.get_mut(self.at) else { return };
        let (left, line) = std::mem::replace(slot, (unit, starts));
        if line.is_some() {
            let count = self.seen.entry(self.hash).or_insert(0);
            *count += 1;
            self.hashes.push(format!("{:x}:{count}", self.hash));
        }
        let gone = self.leaving.wrapping_mul(u64::from(left));
        self.hash = self.hash.wrapping_mul(FACTOR).wrapping_add(u64::from(unit)).wrapping_sub(gone);
        self.at = (self.at + 1) % WINDOW;
    }
}

#[cfg(test)]
mod tests {
    use super::line_hashes;

    /// The values are GitHub's own, from the tests of codeql-action.
    #[test]
    fn hashes_are_those_of_github() {
        let plain = ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"];
        let greetings = [
            "e9496ae3ebfced30:1",
            "fb7c023a8b9ccb3f:1",
            "ce8ba1a563dcdaca:1",
            "e20e36e16fcb0cc8:1",
            "b3edc88f2938467e:1",
            "c8e28b0b4002a3a0:1",
            "c129715d7a2bc9a3:1",
        ];
        let cases: [(&str, &[&str]); 5] = [
            ("", &["c129715d7a2bc9a3:1"]),
            (" a\nb\n  \t\tc\n d", &plain),
            (" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", &greetings),
            (" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", &greetings),
            (" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", &greetings),
        ];
        for (text, wanted) in cases {
            assert_eq!(line_hashes(text, false), wanted, "{text:?}");
        }
    }

    #[test]
    fn equal_lines_are_counted() {
        let text = "x\n".repeat(150);
        let hashes = line_hashes(&text, false);
        assert_eq!(hashes.len(), 151);
        assert_eq!(hashes[0].split(':').next(), hashes[1].split(':').next());
        assert!(hashes[0].ends_with(":1") && hashes[1].ends_with(":2"));
    }
}
