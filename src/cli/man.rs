//! `man`: manual pages, one for the program and one for each command.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::args::EXIT_CODES;
use super::exit::{Exit, Failure, print};
use super::names::shown;
use super::session;
use super::write;
use crate::syntax::near::nearest;

/// Flags of `man`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Print the page of this command [default: the page of the program]
    #[arg(value_name = "COMMAND", conflicts_with = "out")]
    pub command: Option<String>,
    /// Write all pages into this directory, which is made if need be
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let mut program = super::args::Args::command().disable_help_subcommand(true);
    program.build();
    let commands: Vec<&Command> = program.get_subcommands().collect();
    if let Some(dir) = &args.out {
        let pages = [&program].into_iter().chain(commands);
        let pages: Vec<(PathBuf, &Command)> =
            pages.map(|command| (dir.join(Man::new(command.clone()).get_filename()), command)).collect();
        for path in [dir].into_iter().chain(pages.iter().map(|(path, _)| path)) {
            if let Some(fault) = session::refusal(path, dir)? {
                return Err(unwritten(path, fault));
            }
        }
        fs::create_dir_all(dir).map_err(|error| unwritten(dir, error))?;
        for (path, command) in pages {
            let text = page(command, &program).map_err(|error| unwritten(&path, error))?;
            write::whole(&path, text.as_bytes()).map_err(|error| unwritten(&path, error))?;
        }
        return Ok(Exit::Clean);
    }
    let wanted = match &args.command {
        Some(name) => named(name, &commands)?,
        None => &program,
    };
    let text = page(wanted, &program).map_err(|error| Failure::new(format!("no page: {error}")))?;
    print(&text)?;
    Ok(Exit::Clean)
}

fn unwritten(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::new(format!("cannot write `{}`: {error}", shown(path)))
}

fn named<'a>(name: &str, commands: &[&'a Command]) -> Result<&'a Command, Failure> {
    if let Some(command) = commands.iter().find(|command| command.get_name() == name) {
        return Ok(command);
    }
    let failure = Failure::new(format!("no command has the name `{name}`"));
    Err(match nearest(name, commands.iter().map(|command| command.get_name())) {
        Some(near) => failure.with_help(format!("did you mean `{near}`?")),
        None => failure.with_help("`rolewright help` lists all commands"),
    })
}

/// The page of a command, or of the program itself, as roff.
fn page(command: &Command, program: &Command) -> io::Result<String> {
    let is_program = command.get_name() == program.get_name();
    let title = command.get_display_name().unwrap_or(command.get_name()).to_uppercase();
    let man = Man::new(command.clone());
    let mut out = Vec::new();
    // No date: the same program is to print the same page on every day. An argument that is left out would let the next
    // one take its place, so it is there and empty.
    let version = concat!("rolewright ", env!("CARGO_PKG_VERSION"));
    Roff::new()
        .control("TH", [title.as_str(), "1", "\"\"", version, "rolewright manual"])
        .to_writer(&mut out)?;
    man.render_name_section(&mut out)?;
    man.render_synopsis_section(&mut out)?;
    if let Some(about) = command.get_long_about().or_else(|| command.get_about()) {
        section("DESCRIPTION", &about.to_string()).to_writer(&mut out)?;
    }
    man.render_options_section(&mut out)?;
    if is_program {
        man.render_subcommands_section(&mut out)?;
    }
    let codes = command.get_after_help().map(ToString::to_string);
    exit_status(codes.as_deref().unwrap_or(EXIT_CODES)).to_writer(&mut out)?;
    if is_program || command.get_name() == "check" {
        section("DIRECTIVES", DIRECTIVES).to_writer(&mut out)?;
    }
    list("ENVIRONMENT", &ENVIRONMENT).to_writer(&mut out)?;
    list("FILES", &FILES).to_writer(&mut out)?;
    see_also(command, program).to_writer(&mut out)?;
    Ok(String::from_utf8_lossy(&out).chars().map(portable).collect())
}

/// Formatters disagree on the encoding of a page, but all know this escape.
fn portable(char: char) -> String {
    if char.is_ascii() { char.to_string() } else { format!("\\[u{:04X}]", u32::from(char)) }
}

const DIRECTIVES: &str = "\
A comment allows what a rule finds on its line or, on a line of its own, in the block below it. It names the rules and \
says why; with `until`, it ends after that day:

  # rolewright: allow(sudo-on-wildcard) break-glass policy, reviewed by the platform team
  # rolewright: allow(secrets-readable, wildcard-verb) until=2027-03-31 until the operator is split

A comment that allows nothing, names no known rule, has ended or gives no reason is a finding itself.";

const ENVIRONMENT: [(&str, &str); 3] = [
    ("NO_COLOR", "If set and not empty, no colours, unless `--color` says otherwise."),
    ("FORCE_COLOR, CLICOLOR_FORCE", "If set, not empty and not 0, colours even where stdout is no terminal."),
    ("CLICOLOR", "If 0, no colours."),
];

const FILES: [(&str, &str); 2] = [
    (
        "rolewright.toml",
        "The configuration: the nearest one from the working directory upwards to the Git root. \
        `rolewright schema config` describes it.",
    ),
    (
        "*.access.yaml, *.access.yml, *.access.json, *.access.hcl",
        "Access specs. `rolewright schema spec` describes them.",
    ),
];

/// A section of running text: paragraphs are parted by empty lines, indented lines stand as they are.
fn section(title: &str, text: &str) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [title]);
    let mut verbatim = false;
    let mut parted = false;
    for line in text.lines() {
        if line.is_empty() {
            parted = true;
            continue;
        }
        let indented = line.starts_with(' ');
        if verbatim && !indented {
            roff.control("fi", []);
        }
        if parted {
            roff.control("PP", []);
        }
        if indented && !verbatim {
            roff.control("nf", []);
        }
        (verbatim, parted) = (indented, false);
        roff.text([roman(line)]);
    }
    if verbatim {
        roff.control("fi", []);
    }
    roff
}

/// `Exit codes: 0 clean; 1 findings.` as a list.
fn exit_status(text: &str) -> Roff {
    let codes = text.trim_start_matches("Exit codes: ").trim_end_matches('.').split("; ");
    let codes: Vec<(&str, &str)> = codes.filter_map(|code| code.split_once(' ')).collect();
    list("EXIT STATUS", &codes)
}

fn list(title: &str, items: &[(&str, &str)]) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [title]);
    for (head, body) in items {
        roff.control("TP", []);
        roff.text([bold(*head)]);
        roff.text([roman(*body)]);
    }
    roff
}

fn see_also(command: &Command, program: &Command) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["SEE ALSO"]);
    let pages = [program].into_iter().chain(program.get_subcommands());
    let others = pages.filter(|other| other.get_name() != command.get_name());
    let names: Vec<&str> = others.map(|other| other.get_display_name().unwrap_or(other.get_name())).collect();
    for (at, name) in names.iter().enumerate() {
        let comma = if at + 1 < names.len() { "," } else { "" };
        roff.text([bold(*name), roman(format!("(1){comma}"))]);
    }
    roff
}
