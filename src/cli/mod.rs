//! The world: files, flags, streams, exit codes. One file per command.

pub mod args;
pub mod can_i;
pub mod check;
pub mod choice;
pub mod compile;
pub mod completions;
pub mod config;
mod configuration;
pub mod diff;
pub mod eval;
pub mod exit;
pub mod explain;
pub mod fmt;
pub mod init;
mod links;
pub mod load;
pub mod man;
mod names;
pub mod paths;
mod progress;
mod revision;
pub mod rules;
pub mod schema;
pub mod session;
pub mod suggest;
pub mod test;
pub mod trace;
pub mod walk;
pub mod who_can;
mod write;

use std::io::{ErrorKind, Write as _};
use std::panic::catch_unwind;
use std::process::ExitCode;

use clap::Parser as _;

use args::{Args, Command};
use exit::{Exit, Failure};

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let exit = match error.print() {
                _ if error.use_stderr() => Exit::Unable,
                // A reader that has gone away is no failure.
                Err(fault) if fault.kind() != ErrorKind::BrokenPipe => {
                    exit::unwritable(&fault).print();
                    Exit::Unable
                }
                _ => Exit::Clean,
            };
            return exit.into();
        }
    };
    let outcome = catch_unwind(|| dispatch(&args));
    match outcome {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(failure)) => {
            failure.print();
            Exit::Unable.into()
        }
        Err(_) => {
            let _ = writeln!(
                std::io::stderr(),
                "error: this is a bug of rolewright {}, please report it with the lines above",
                env!("CARGO_PKG_VERSION")
            );
            Exit::Internal.into()
        }
    }
}

fn dispatch(args: &Args) -> Result<Exit, Failure> {
    let global = &args.global;
    match &args.command {
        Command::Check(args) => check::run(args, global),
        Command::Compile(args) => compile::run(args, global),
        Command::Test(args) => test::run(args, global),
        Command::Diff(args) => diff::run(args, global),
        Command::Fmt(args) => fmt::run(args, global),
        Command::CanI(args) => can_i::run(args, global),
        Command::WhoCan(args) => who_can::run(args, global),
        Command::Paths(args) => paths::run(args, global),
        Command::Eval(args) => eval::run(args, global),
        Command::Trace(args) => trace::run(args, global),
        Command::Suggest(args) => suggest::run(args, global),
        Command::Config(args) => config::run(args, global),
        Command::Rules(args) => rules::run(args, global),
        Command::Explain(args) => explain::run(args),
        Command::Schema(args) => schema::run(args),
        Command::Init(args) => init::run(args, global),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
    }
}
