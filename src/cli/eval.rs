//! `eval`: questions as JSON lines in, answers as JSON lines out, in the same order.
//!
//! The input is cut into chunks at line ends, as they arrive; chunks go round the threads in turn, and their answers
//! are collected in turn. So order is kept, a question is answered as soon as it has arrived, and no more than a few
//! chunks are in memory, however long the input is.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde_json::{Value, json};

use super::args::{DialectName, Global};
use super::exit::{Exit, Failure, say};
use super::session::Session;
use crate::model::project::Target;
use crate::semantics::dialect::Dialect;
use crate::semantics::eval::{self, Question, Shelf};
use crate::syntax::limits;

/// Flags of `eval`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = FIELDS)]
pub struct Args {
    /// Files of JSON lines; `-` is stdin
    #[arg(value_name = "FILE", default_value = "-")]
    pub files: Vec<PathBuf>,
    /// The questions are about Kubernetes RBAC
    #[arg(long)]
    pub rbac: bool,
    /// The server to answer for where a question names none [default: that of the configuration, else openbao]
    #[arg(long, value_name = "DIALECT", conflicts_with = "rbac")]
    pub dialect: Option<DialectName>,
    /// The time of the requests in seconds since 1970 [default: the current time]
    #[arg(long, value_name = "SECONDS", conflicts_with = "rbac")]
    pub now: Option<i64>,
}

const FIELDS: &str = "\
One question a line, one answer a line, in the same order; empty lines are passed over, fields not named here are left
alone. A line that is no question is answered by {\"error\": …, \"line\": …}, and in the end the exit code is 2; else it
is 0, whatever the answers are.

Vault policies:
  policies    [{\"name\", \"text\", \"namespace\"}]: what the token holds; `default` only if it is listed
  path        without `/v1/`; with a slash at the end for list and scan
  operation   read, list, scan, create, update, patch, delete, recover, help, …: `create` if nothing is there yet
  data        parameters of the request
  wrap_ttl    TTL of response wrapping in seconds
  namespace   Vault namespace of the request, with a slash at the end
  root_path   whether the path takes `sudo` as well; a table of paths tells where it is not said
  pki_mounts  where engines of type pki are mounted [default: [\"pki\"]]; each guards two of its paths
  entity      {\"id\", \"name\", \"metadata\", \"aliases\": [{\"id\", \"name\", \"mount_accessor\", \"metadata\", \"custom_metadata\"}]}
  groups      [{\"id\", \"name\", \"metadata\", \"namespace_id\"}]
  dialect     vault_classic (up to 1.20), vault_current (2.x) or openbao
answer:
  {\"allowed\", \"capabilities\", \"rule\": {\"policy\", \"path\", \"line\"}} as the rules say; \"request_allowed\" takes in `sudo`
  where the path asks for it; \"error\" is what the server says against a policy

Kubernetes RBAC (--rbac):
  objects, user and groups or serviceaccount (NAMESPACE/NAME), verb, apiGroup, resource, subresource, name, namespace,
  or verb and nonResourceURL; aggregate: true fills aggregated roles first
    answer: {\"allowed\", \"binding\", \"subject\", \"role\", \"rule\"}; `rule` counts the rules of the role from 0;
    \"aggregated_from\" names the role that the rule is written in where that is another one. RBAC alone is asked:
    \"master\": true tells that the API server allows everything before, to members of system:masters
  owner, servant: do the rules of the one cover those of the other?
    answer: {\"covered\", \"uncovered\"}
  object, oldObject, heldClusterWide, existing: may somebody who holds these rules write the object?
    answer: {\"allowed\", \"missing\"}
  object, oldObject: does the API server take the object?
    answer: {\"accepted\", \"errors\": [{\"field\", \"type\", \"detail\"}]}";

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let session = Session::start(global)?;
    let settings = Settings {
        rbac: args.rbac,
        dialect: args.dialect.map_or_else(|| of_target(session.config.settings.target), DialectName::dialect),
        now: args.now.unwrap_or_else(now),
    };
    // Named files are opened at once: a wrong name is to be told before anything is answered.
    let mut inputs: Vec<Input> = Vec::new();
    for path in &args.files {
        if path.as_os_str() == "-" {
            inputs.push((None, Box::new(io::stdin())));
            continue;
        }
        let name: Arc<str> = session.name(&session.absolute(path)).into();
        let file = File::open(path).and_then(|file| match file.metadata()?.is_dir() {
            true => Err(io::Error::other("it is a directory")),
            false => Ok(file),
        });
        let file = file.map_err(|error| Failure::new(format!("cannot read `{name}`: {error}")))?;
        inputs.push((Some(name), Box::new(file)));
    }
    let (unreadable, broken) = stream(inputs, settings, session.jobs);
    if let Some(failure) = broken {
        return Err(failure);
    }
    if unreadable > 0 {
        let lines = if unreadable == 1 { "1 line is".to_owned() } else { format!("{unreadable} lines are") };
        say(format_args!("error: {lines} no question; the answers in their place say why"));
        return Ok(Exit::Unable);
    }
    Ok(Exit::Clean)
}

#[derive(Debug, Clone, Copy)]
struct Settings {
    rbac: bool,
    dialect: Dialect,
    now: i64,
}

fn of_target(target: Target) -> Dialect {
    match Dialect::of(target) {
        [only] => *only,
        _ => Dialect::OpenBao,
    }
}

/// Seconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(since).unwrap_or(i64::MAX)
}

/// A stream with its name; stdin has none.
type Input = (Option<Arc<str>>, Box<dyn Read>);

/// Some lines of one input.
struct Chunk {
    file: Option<Arc<str>>,
    /// Number of the first line, from 1.
    first: u64,
    lines: Lines,
}

enum Lines {
    Text(Vec<u8>),
    /// One line that is longer than [`limits::FILE_BYTES`].
    TooLong,
}

/// The answers to a chunk, and how many of its lines are no questions.
type Answered = (Vec<u8>, usize);

/// How many chunks may wait for a thread.
const WAITING: usize = 2;

/// Gives the number of lines that are no questions, and why the run ended early, if it did.
fn stream(inputs: Vec<Input>, settings: Settings, jobs: usize) -> (usize, Option<Failure>) {
    thread::scope(|scope| {
        let (mut to, mut from) = (Vec::new(), Vec::new());
        for _ in 0..jobs.max(1) {
            let (chunks, taken) = sync_channel::<Chunk>(WAITING);
            let (given, answers) = sync_channel::<Answered>(WAITING);
            scope.spawn(move || work(&taken, &given, settings));
            to.push(chunks);
            from.push(answers);
        }
        let writer = scope.spawn(move || write_all(&from));
        let reading = Splitter { to, turn: 0 }.read_all(inputs);
        let (unreadable, writing) =
            writer.join().unwrap_or_else(|payload| std::panic::resume_unwind(payload));
        (unreadable, reading.err().or(writing))
    })
}

/// Deals chunks out to the threads in turn.
struct Splitter {
    to: Vec<SyncSender<Chunk>>,
    turn: usize,
}

/// Nobody wants the answers any more.
struct Unwanted;

impl Splitter {
    fn read_all(mut self, inputs: Vec<Input>) -> Result<(), Failure> {
        for (file, input) in inputs {
            match self.read(&file, input) {
                Ok(Ok(())) => {}
                Ok(Err(Unwanted)) => return Ok(()),
                Err(error) => {
                    let name = file.as_deref().unwrap_or("stdin");
                    return Err(Failure::new(format!("cannot read `{name}`: {error}")));
                }
            }
        }
        Ok(())
    }

    fn read(&mut self, file: &Option<Arc<str>>, mut input: impl Read) -> io::Result<Result<(), Unwanted>> {
        let most = usize::try_from(limits::FILE_BYTES).unwrap_or(usize::MAX);
        let mut buffer = vec![0; 256 * 1024];
        let mut rest: Vec<u8> = Vec::new();
        let mut first = 1;
        let mut skipping = false;
        loop {
            let count = match input.read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            let mut read = buffer.get(..count).unwrap_or_default();
            if skipping {
                let Some(end) = read.iter().position(|byte| *byte == b'\n') else {
                    if count == 0 {
                        return Ok(Ok(()));
                    }
                    continue;
                };
                skipping = false;
                read = read.get(end + 1..).unwrap_or_default();
            }
            let whole = match read.iter().rposition(|byte| *byte == b'\n') {
                Some(last) => last + 1,
                None if count == 0 => 0,
                None => {
                    rest.extend_from_slice(read);
                    if rest.len() > most {
                        rest = Vec::new();
                        skipping = true;
                        if self.deal(file, first, Lines::TooLong).is_err() {
                            return Ok(Err(Unwanted));
                        }
                        first += 1;
                    }
                    continue;
                }
            };
            let (lines, begun) = read.split_at_checked(whole).unwrap_or_default();
            rest.extend_from_slice(lines);
            let text = std::mem::replace(&mut rest, begun.to_vec());
            let ends = text.iter().filter(|byte| **byte == b'\n').count();
            if !text.is_empty() && self.deal(file, first, Lines::Text(text)).is_err() {
                return Ok(Err(Unwanted));
            }
            first += ends as u64;
            if count == 0 {
                return Ok(Ok(()));
            }
        }
    }

    fn deal(&mut self, file: &Option<Arc<str>>, first: u64, lines: Lines) -> Result<(), Unwanted> {
        let chunk = Chunk { file: file.clone(), first, lines };
        let to = self.to.get(self.turn % self.to.len().max(1));
        self.turn += 1;
        to.and_then(|to| to.send(chunk).ok()).ok_or(Unwanted)
    }
}

/// Collects the answers in turn; ends when the thread whose turn it is has no more to do.
fn write_all(from: &[Receiver<Answered>]) -> (usize, Option<Failure>) {
    let mut stdout = io::stdout().lock();
    let mut unreadable = 0;
    for answers in from.iter().cycle() {
        let Ok((text, faults)) = answers.recv() else { break };
        unreadable += faults;
        match stdout.write_all(&text).and_then(|()| stdout.flush()) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
            Err(error) => {
                return (unreadable, Some(Failure::new(format!("cannot write to stdout: {error}"))));
            }
        }
    }
    (unreadable, None)
}

/// Policies that a thread keeps at hand; no chunk comes near half of it, unless a single question does.
const POLICIES: usize = 32 * 1024;

fn work(taken: &Receiver<Chunk>, given: &SyncSender<Answered>, settings: Settings) {
    if settings.rbac {
        let mut evaluator = eval::rbac::Evaluator::default();
        while let Ok(chunk) = taken.recv() {
            let lines = chunk.lines();
            let texts: Vec<&str> = lines.iter().filter_map(|(_, line)| line.as_ref().ok().copied()).collect();
            let mut answers = evaluator.answer_all(&texts).into_iter();
            let answered = chunk.answered(lines, |_| answers.next().unwrap_or_else(|| Err(String::new())));
            if given.send(answered).is_err() {
                return;
            }
        }
        return;
    }
    let mut next = taken.recv().ok();
    while next.is_some() {
        let shelf = Shelf::with_room(POLICIES);
        let mut evaluator = eval::Evaluator::new(&shelf, settings.dialect, settings.now);
        while let Some(chunk) = next.take_if(|_| !evaluator.is_full()) {
            let answered = chunk.answered(chunk.lines(), |line| Ok(evaluator.answer(&question(line)?)));
            if given.send(answered).is_err() {
                return;
            }
            next = taken.recv().ok();
        }
    }
}

fn question(line: &str) -> Result<Question, String> {
    // A list of the values without their names would do for the deserializer.
    if line.trim_start().starts_with('[') {
        return Err("a question is an object".to_owned());
    }
    // The message without its line number, which is always 1.
    serde_json::from_str(line).map_err(|error| error.to_string().replace(" at line 1 column ", " at column "))
}

/// A line with its number; an error if it cannot be read at all.
type Line<'c> = (u64, Result<&'c str, String>);

impl Chunk {
    /// The lines that are not empty.
    fn lines(&self) -> Vec<Line<'_>> {
        let text = match &self.lines {
            Lines::Text(text) => text.as_slice(),
            Lines::TooLong => {
                let most = limits::FILE_BYTES / (1024 * 1024);
                return vec![(
                    self.first,
                    Err(format!("longer than {most} MiB, which is the most that is read")),
                )];
            }
        };
        let numbered = (self.first..).zip(text.split(|byte| *byte == b'\n'));
        let filled = numbered.filter(|(_, line)| !line.iter().all(u8::is_ascii_whitespace));
        let decoded = filled.map(|(number, line)| {
            let text = std::str::from_utf8(line);
            (number, text.map_err(|error| format!("not UTF-8 at byte {}", error.valid_up_to())))
        });
        decoded.collect()
    }

    /// Answers the lines one after the other; an error tells that a line is no question.
    fn answered<A: Serialize>(
        &self,
        lines: Vec<Line<'_>>,
        mut answer: impl FnMut(&str) -> Result<A, String>,
    ) -> Answered {
        let (mut out, mut faults) = (Vec::new(), 0);
        for (number, line) in lines {
            match line.and_then(&mut answer) {
                Ok(answer) => write_line(&mut out, &answer),
                Err(fault) => {
                    faults += 1;
                    write_line(&mut out, &self.fault(number, &fault));
                }
            }
        }
        (out, faults)
    }

    fn fault(&self, line: u64, fault: &str) -> Value {
        match &self.file {
            Some(file) => json!({"error": fault, "line": line, "file": &**file}),
            None => json!({"error": fault, "line": line}),
        }
    }
}

fn write_line(out: &mut Vec<u8>, answer: &impl Serialize) {
    // Neither writing to memory nor values of these types can fail.
    let _ = serde_json::to_writer(&mut *out, answer);
    out.push(b'\n');
}
