//! `init`: the first two files of a project.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::args::Global;
use super::exit::{Exit, Failure, print};
use super::names::shown;

/// Flags of `init`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Where to put the files
    #[arg(value_name = "DIR", default_value = ".")]
    pub directory: PathBuf,
}

/// The commented configuration.
pub const CONFIG: &str = include_str!("init/rolewright.toml");

/// The example spec.
pub const SPEC: &str = include_str!("init/example.access.yaml");

/// Runs the command: writes what is not there yet, and leaves alone what is.
pub fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    if !args.directory.is_dir() {
        return Err(Failure::new(format!("`{}` is no directory", shown(&args.directory))));
    }
    for (name, text) in [("rolewright.toml", CONFIG), ("example.access.yaml", SPEC)] {
        let path = args.directory.join(name);
        let wrote = write_new(&path, text)
            .map_err(|error| Failure::new(format!("cannot write `{}`: {error}", shown(&path))))?;
        if !global.quiet {
            print(&if wrote { format!("wrote {name}\n") } else { format!("{name} exists, left alone\n") })?;
        }
    }
    Ok(Exit::Clean)
}

fn write_new(path: &Path, text: &str) -> std::io::Result<bool> {
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(text.as_bytes()).map(|()| true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}
