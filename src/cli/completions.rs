//! `completions`: scripts for shells.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::exit::{Exit, Failure, print};

/// Flags of `completions`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Which shell
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::args::Args::command(), "rolewright", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Clean)
}
