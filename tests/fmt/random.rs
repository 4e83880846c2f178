//! Policies that every OpenBao takes, oddly written.

/// How oddly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// As people write: comments above and behind, uneven blanks, empty lines.
    Usual,
    /// Comments and line ends wherever the grammar lets them stand.
    Odd,
}

/// A sequence of numbers that its seed decides.
pub struct Dice(pub u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap() % sides
    }

    fn one_in(&mut self, number: usize) -> bool {
        self.roll(number) == 0
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len())]
    }
}

/// One policy with a few path rules.
pub fn policy(dice: &mut Dice, manner: Manner, rules: usize) -> String {
    let mut writer = Writer { dice, manner, out: String::new(), comments: 0 };
    for _ in 0..rules {
        writer.between(0);
        writer.rule();
    }
    writer.between(0);
    writer.out
}

struct Writer<'a> {
    dice: &'a mut Dice,
    manner: Manner,
    out: String,
    comments: usize,
}

const WORDS: [&str; 8] =
    ["\"read\"", "\"list\"", "\"create\"", "\"update\"", "\"delete\"", "\"patch\"", "\"sudo\"", "\"scan\""];

impl Writer<'_> {
    fn rule(&mut self) {
        self.out.push_str("path");
        self.gap();
        let label =
            self.dice.pick(&["\"secret/*\"", "\"a\"", "\"sys/+/x\"", "\"é/𐐀/{{identity.entity.id}}\""]);
        self.out.push_str(label);
        self.gap();
        self.out.push('{');
        let mut keys = vec![
            "capabilities",
            "allowed_parameters",
            "denied_parameters",
            "required_parameters",
            "min_wrapping_ttl",
            "max_wrapping_ttl",
            "pagination_limit",
            "policy",
        ];
        let count = [0, 1, 1, 2, 3, 4, 6][self.dice.roll(7)];
        let mut left = count;
        while left > 0 {
            let key = keys.remove(self.dice.roll(keys.len()));
            self.item_start(1, left == count);
            self.out.push_str(key);
            self.argument(key);
            left -= 1;
        }
        if count > 0 || (self.manner == Manner::Odd && self.dice.one_in(3)) {
            self.behind();
            self.between(0);
        }
        self.out.push('}');
        self.behind();
    }

    fn argument(&mut self, key: &str) {
        if key.ends_with("ed_parameters") && key != "required_parameters" {
            let assigned = self.dice.one_in(3);
            return self.parameters(assigned);
        }
        self.assign();
        match key {
            "capabilities" => self.list(&WORDS, false),
            "required_parameters" => self.list(&["\"ttl\"", "\"a b\"", "\"é\""], true),
            "min_wrapping_ttl" => self.literal(&["1", "\"1s\"", "\"10s\""]),
            "max_wrapping_ttl" => self.literal(&["\"1h\"", "3600", "\"100s\""]),
            "policy" => self.literal(&["\"read\"", "\"write\"", "\"sudo\""]),
            _ => self.literal(&["5", "0x10", "-1", "100"]),
        }
    }

    fn parameters(&mut self, assigned: bool) {
        if assigned {
            self.assign();
        } else {
            self.gap();
        }
        self.out.push('{');
        let names = ["\"*\"", "ttl", "\"a-long.name\"", "b", "\"bound_cidrs\""];
        let count = self.dice.roll(names.len());
        for (at, name) in names.iter().take(count).enumerate() {
            self.item_start(2, at == 0);
            self.out.push_str(name);
            self.assign();
            self.list(&["1", "\"x\"", "true", "2.5", "\"longer value\"", "\"${x}\""], true);
        }
        if count > 0 || (self.manner == Manner::Odd && self.dice.one_in(3)) {
            self.behind();
            self.between(1);
        }
        self.out.push('}');
    }

    fn assign(&mut self) {
        self.gap();
        self.out.push('=');
        self.gap();
    }

    fn literal(&mut self, of: &[&str]) {
        let literal = self.dice.pick(of);
        self.out.push_str(literal);
    }

    fn list(&mut self, of: &[&str], heredocs: bool) {
        self.out.push('[');
        let long = self.dice.one_in(3);
        let count = self.dice.roll(5);
        for at in 0..count {
            if long {
                self.behind();
                self.between(2);
            } else {
                self.gap();
            }
            if heredocs && self.dice.one_in(12) {
                self.literal(&["<<EOF\none\n  two\nEOF\n", "<<-END\n    one\n\n    END\n", "<<X\nX\n"]);
            } else {
                self.literal(of);
            }
            if at + 1 < count || (long && self.dice.one_in(2)) {
                if self.manner == Manner::Odd {
                    self.gap();
                }
                self.out.push(',');
            }
        }
        if long {
            self.behind();
            self.between(1);
        } else {
            self.gap();
        }
        self.out.push(']');
    }

    /// Between two tokens.
    fn gap(&mut self) {
        if self.manner == Manner::Usual {
            let blanks = self.dice.pick(&["", " ", " ", " ", "  ", "\t", "     "]);
            return self.out.push_str(blanks);
        }
        match self.dice.roll(24) {
            0 => self.block_comment(),
            1 => self.line_comment(),
            2 => self.out.push('\n'),
            3 => self.out.push_str("\r\n"),
            4..7 => self.out.push_str("  "),
            7 => self.out.push('\t'),
            _ => self.out.push(' '),
        }
    }

    /// Before an argument.
    fn item_start(&mut self, depth: usize, first: bool) {
        if self.manner == Manner::Odd && self.dice.one_in(6) {
            self.gap();
            return self.out.push(' ');
        }
        if !first || self.dice.one_in(8) {
            self.behind();
        }
        if first && self.manner == Manner::Usual {
            // No comment that stands alone at the start of a block: the servers' printer breaks those.
            return self.out.push('\n');
        }
        self.between(depth);
    }

    /// Lines between two items.
    fn between(&mut self, depth: usize) {
        self.out.push('\n');
        for _ in 0..self.dice.roll(3) {
            match self.dice.roll(5) {
                0 => {
                    self.indent(depth);
                    self.line_comment();
                }
                1 if self.manner == Manner::Odd => {
                    self.indent(depth);
                    self.block_comment();
                    if !self.dice.one_in(3) {
                        self.out.push('\n');
                    }
                }
                2 => self.out.push('\n'),
                _ => {}
            }
        }
        self.indent(depth);
    }

    fn indent(&mut self, depth: usize) {
        let blanks = if self.dice.one_in(3) { self.dice.roll(6) } else { 2 * depth };
        self.out.push_str(&" ".repeat(blanks));
    }

    /// Behind something, on its line.
    fn behind(&mut self) {
        // What follows a heredoc stands on a line of its own.
        if !self.out.ends_with('\n') && self.dice.one_in(5) {
            self.gap_blank();
            self.line_comment();
        }
    }

    fn gap_blank(&mut self) {
        let blanks = self.dice.pick(&["", " ", "  ", "\t"]);
        self.out.push_str(blanks);
    }

    fn line_comment(&mut self) {
        self.comments += 1;
        let sign = self.dice.pick(&["# ", "// ", "#", "//", "##  "]);
        let tail = self.dice.pick(&["", "", " é", "  ", " \"x", " }"]);
        self.out.push_str(&format!("{sign}note {}{tail}\n", self.comments));
    }

    fn block_comment(&mut self) {
        self.comments += 1;
        let text = self.dice.pick(&["", " ", " more ", "\n   more\n", "\n more\n\n     end "]);
        self.out.push_str(&format!("/* note {}{text}*/", self.comments));
    }
}
