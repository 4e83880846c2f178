//! Templates in Go's language (`text/template`): whether Go reads one, and what stands in it.
//!
//! Nothing is executed. Source: `text/template/parse/{lex,parse}.go` of Go.

mod lex;
mod number;

use lex::{Lexer, Token};

/// What a template that Go reads speaks of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Template<'t> {
    /// Fields, `.` before each name; `.` alone for all there is, as is `$`.
    pub fields: Vec<&'t str>,
    /// Functions, each time that one is named.
    pub functions: Vec<&'t str>,
}

/// Functions that Go's templates always know.
const BUILT_IN: [&str; 19] = [
    "and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "not", "or", "print",
    "printf", "println", "slice", "urlquery",
];

/// Functions that Vault and OpenBao add, wherever they fill in a template.
///
/// Source: `sdk/helper/template/template.go` of both servers.
pub const OF_SERVERS: [&str; 12] = [
    "base64",
    "lowercase",
    "random",
    "replace",
    "sha256",
    "timestamp",
    "truncate",
    "truncate_sha256",
    "unix_time",
    "unix_time_millis",
    "uppercase",
    "uuid",
];

/// How deep blocks and brackets may lie in each other.
const DEEPEST: usize = 200;

/// Reads a template as Vault and OpenBao do; else says what is wrong, in the words of the servers.
///
/// ```
/// use rolewright::syntax::go_template::read;
///
/// assert!(read("v-{{ .RoleName | truncate 8 }}").is_ok_and(|it| it.fields == [".RoleName"]));
/// assert_eq!(read("{{ h }}"), Err("function \"h\" not defined".to_owned()));
/// assert_eq!(read("{{ .RoleName"), Err("unclosed action".to_owned()));
/// ```
pub fn read(text: &str) -> Result<Template<'_>, String> {
    let tokens = Lexer::new(text).tokens();
    let mut reader =
        Reader { tokens, at: 0, loops: 0, depth: 0, variables: vec!["$"], found: Template::default() };
    match reader.list(true)? {
        Ending::Text => Ok(reader.found),
        Ending::Word => Err("unexpected {{end}}".to_owned()),
        Ending::Else => Err("unexpected {{else}}".to_owned()),
    }
}

/// What a list of actions ends in.
enum Ending {
    /// The text.
    Text,
    /// `{{end}}`.
    Word,
    /// `{{else`.
    Else,
}

/// What a part of a command is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operand {
    /// It cannot be called.
    Value,
    Callable,
}

struct Reader<'t> {
    tokens: Vec<Token<'t>>,
    at: usize,
    loops: usize,
    depth: usize,
    variables: Vec<&'t str>,
    found: Template<'t>,
}

impl<'t> Reader<'t> {
    /// Actions up to `{{end}}`, `{{else`, or the end of the text; after the latter two words the reader stands behind them.
    fn list(&mut self, top: bool) -> Result<Ending, String> {
        loop {
            match self.next() {
                Token::End => return Ok(Ending::Text),
                Token::Open => {}
                Token::Bad(why) => return Err(why),
                other => return Err(unexpected(&other, "input")),
            }
            match self.next_word() {
                Token::Word("end") => {
                    self.close("end")?;
                    return Ok(Ending::Word);
                }
                Token::Word("else") => return Ok(Ending::Else),
                Token::Word(word @ ("if" | "with" | "range")) => self.nested(|own| own.control(word))?,
                Token::Word(word @ ("break" | "continue")) => {
                    self.close(word)?;
                    if self.loops == 0 {
                        return Err(format!("{{{{{word}}}}} outside {{{{range}}}}"));
                    }
                }
                Token::Word("define") if top => {
                    self.name("define clause")?;
                    self.close("define clause")?;
                    self.nested(Reader::body)?;
                }
                Token::Word("template") => {
                    self.name("template clause")?;
                    if self.peek_word() == Token::Close {
                        self.next_word();
                    } else {
                        self.pipeline("template clause", &Token::Close)?;
                    }
                }
                Token::Word("block") => {
                    self.name("block clause")?;
                    self.pipeline("block clause", &Token::Close)?;
                    self.nested(Reader::body)?;
                }
                _ => {
                    self.at -= 1;
                    self.pipeline("command", &Token::Close)?;
                }
            }
        }
    }

    /// The text of a template of its own, up to its `{{end}}`.
    fn body(&mut self) -> Result<(), String> {
        let outer = std::mem::replace(&mut self.variables, vec!["$"]);
        let loops = std::mem::take(&mut self.loops);
        let end = self.list(false)?;
        self.variables = outer;
        self.loops = loops;
        match end {
            Ending::Word => Ok(()),
            Ending::Else => Err("unexpected {{else}}".to_owned()),
            Ending::Text => Err("unexpected EOF".to_owned()),
        }
    }

    fn control(&mut self, word: &'t str) -> Result<(), String> {
        let known = self.variables.len();
        let is_loop = usize::from(word == "range");
        self.pipeline(word, &Token::Close)?;
        self.loops += is_loop;
        let mut end = self.list(false)?;
        self.loops -= is_loop;
        if matches!(end, Ending::Else) {
            end = match self.peek_word() {
                Token::Word(next @ ("if" | "with")) if next == word => {
                    self.next_word();
                    self.nested(|own| own.control(word))?;
                    Ending::Word
                }
                _ => {
                    self.close("else")?;
                    self.list(false)?
                }
            };
        }
        self.variables.truncate(known);
        match end {
            Ending::Word => Ok(()),
            Ending::Else => Err("expected end; found {{else}}".to_owned()),
            Ending::Text => Err("unexpected EOF".to_owned()),
        }
    }

    /// Commands with `|` between them, up to `end`, which is read too.
    fn pipeline(&mut self, context: &str, end: &Token<'t>) -> Result<(), String> {
        self.declarations(context)?;
        let mut commands = 0;
        loop {
            match self.next_word() {
                token if token == *end => {
                    return if commands == 0 { Err(format!("missing value for {context}")) } else { Ok(()) };
                }
                Token::Bad(why) => return Err(why),
                token if token.begins_operand() => {
                    self.at -= 1;
                    commands += 1;
                    let first = self.command()?;
                    if commands > 1 && first == Operand::Value {
                        return Err(format!("non executable command in pipeline stage {commands}"));
                    }
                }
                other => return Err(unexpected(&other, context)),
            }
        }
    }

    /// `$x :=`, `$x =`, and in a loop `$i, $x :=`.
    fn declarations(&mut self, context: &str) -> Result<(), String> {
        let mut declared = 0;
        while let Token::Variable(name) = self.peek_word() {
            let start = self.at;
            self.next_word();
            match self.peek_word() {
                Token::Assign | Token::Declare => {
                    self.next_word();
                    self.variables.push(name);
                    return Ok(());
                }
                Token::Sign(',') => {
                    self.next_word();
                    self.variables.push(name);
                    declared += 1;
                    if context != "range" || declared > 1 {
                        return Err(format!("too many declarations in {context}"));
                    }
                    if !matches!(self.peek_word(), Token::Variable(_) | Token::Close | Token::Right) {
                        return Err("range can only initialize variables".to_owned());
                    }
                }
                _ => {
                    self.at = start;
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Operands up to what ends them; `|` is read too. Says what the first one is.
    fn command(&mut self) -> Result<Operand, String> {
        let mut first = None;
        loop {
            if let Some(operand) = self.operand()? {
                first = first.or(Some(operand));
            }
            match self.next() {
                Token::Space => {}
                Token::Close | Token::Right => {
                    self.at -= 1;
                    break;
                }
                Token::Pipe => break,
                Token::Bad(why) => return Err(why),
                other => return Err(unexpected(&other, "operand")),
            }
        }
        first.ok_or_else(|| "empty command".to_owned())
    }

    fn operand(&mut self) -> Result<Option<Operand>, String> {
        let (operand, takes_fields) = match self.next_word() {
            Token::Name(name) => {
                if !BUILT_IN.contains(&name) && !OF_SERVERS.contains(&name) {
                    return Err(format!("function {} not defined", quoted(name)));
                }
                self.found.functions.push(name);
                (Operand::Callable, true)
            }
            Token::Dot => {
                self.found.fields.push(".");
                (Operand::Value, false)
            }
            Token::Field(name) => {
                self.found.fields.push(name);
                (Operand::Callable, true)
            }
            Token::Variable(name) => {
                if !self.variables.contains(&name) {
                    return Err(format!("undefined variable {}", quoted(name)));
                }
                match self.peek() {
                    Token::Field(_) => {}
                    _ if name == "$" => self.found.fields.push("."),
                    _ => {}
                }
                (Operand::Callable, true)
            }
            Token::Value | Token::Text => (Operand::Value, false),
            Token::Left => {
                self.nested(|own| own.pipeline("parenthesized pipeline", &Token::Right))?;
                (Operand::Callable, true)
            }
            _ => {
                self.at -= 1;
                return Ok(None);
            }
        };
        while let Token::Field(name) = self.peek() {
            if !takes_fields {
                return Err("unexpected . after a term".to_owned());
            }
            self.found.fields.push(name);
            self.next();
        }
        Ok(Some(operand))
    }

    fn nested(&mut self, part: impl FnOnce(&mut Self) -> Result<(), String>) -> Result<(), String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("nested too deeply".to_owned());
        }
        part(self)?;
        self.depth -= 1;
        Ok(())
    }

    fn name(&mut self, context: &str) -> Result<(), String> {
        match self.next_word() {
            Token::Text => Ok(()),
            Token::Bad(why) => Err(why),
            other => Err(unexpected(&other, context)),
        }
    }

    fn close(&mut self, context: &str) -> Result<(), String> {
        match self.next_word() {
            Token::Close => Ok(()),
            Token::Bad(why) => Err(why),
            other => Err(unexpected(&other, context)),
        }
    }

    fn peek(&self) -> Token<'t> {
        self.tokens.get(self.at).cloned().unwrap_or(Token::End)
    }

    fn next(&mut self) -> Token<'t> {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn peek_word(&mut self) -> Token<'t> {
        while self.peek() == Token::Space {
            self.at += 1;
        }
        self.peek()
    }

    fn next_word(&mut self) -> Token<'t> {
        self.peek_word();
        self.next()
    }
}

fn unexpected(token: &Token<'_>, context: &str) -> String {
    format!("unexpected {token} in {context}")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.escape_debug())
}

#[cfg(test)]
mod tests;
