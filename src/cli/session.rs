//! What holds for the whole run: directories, configuration, colours, threads.

use std::env;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Component, Path, PathBuf};
use std::thread;
use std::time::SystemTime;

use super::args::{Color, Global};
use super::configuration;
use super::exit::{Failure, say};
use super::links::{self, Spellings};
use super::names;
use crate::config::{self, Config};
use crate::report::clean;
use crate::syntax::date::Date;

/// What holds for the whole run.
#[derive(Debug)]
pub struct Session {
    /// The working directory.
    pub cwd: PathBuf,
    /// Directory that paths in reports are relative to.
    pub root: PathBuf,
    /// The Git root, else the same.
    pub repository: PathBuf,
    /// The configuration.
    pub config: Config,
    /// The configuration and those that it extends, the nearest first.
    pub config_files: Vec<PathBuf>,
    /// Paths of files as the globs of the configuration mean them.
    pub spellings: Spellings,
    /// Directory whose files are no inputs unless they are named: the output of `compile`.
    pub leave_out: Option<PathBuf>,
    /// Whether to use colours.
    pub color: bool,
    /// How many threads.
    pub jobs: usize,
    /// Whether to say more on stderr.
    pub verbose: bool,
}

impl Session {
    /// Finds directories and configuration.
    pub fn start(global: &Global) -> Result<Session, Failure> {
        let cwd = working_directory()?;
        let color = color(global.color);
        let git_root = git_root(&cwd);
        let config_path = config_path(global, &cwd, git_root.as_deref());
        let config_dir = config_path.as_deref().and_then(Path::parent).map(Path::to_owned);
        let root = match &global.root {
            Some(root) => directory(&absolute(&cwd, root))?,
            None => git_root.clone().or_else(|| config_dir.clone()).unwrap_or_else(|| cwd.clone()),
        };
        let mut session = Session {
            config_files: Vec::new(),
            spellings: Spellings::default(),
            cwd,
            repository: git_root.unwrap_or_else(|| root.clone()),
            root,
            config: Config::default(),
            leave_out: None,
            color,
            jobs: jobs(global),
            verbose: global.verbose,
        };
        if let Some(path) = config_path {
            session.configure(&path)?;
            if global.verbose {
                for path in &session.config_files {
                    say(format_args!("configuration: {}", clean::line(&session.name(path))));
                }
            }
        }
        session.config.options.today = today();
        Ok(session)
    }

    /// For a project that is one directory, with the configuration that lies in it; no colours, one thread.
    pub fn of_directory(root: &Path) -> Result<Session, Failure> {
        let mut session = Session {
            cwd: root.to_owned(),
            root: root.to_owned(),
            repository: root.to_owned(),
            config: Config::default(),
            config_files: Vec::new(),
            spellings: Spellings::default(),
            leave_out: None,
            color: false,
            jobs: 1,
            verbose: false,
        };
        let path = root.join(config::FILE_NAME);
        if path.symlink_metadata().is_ok() {
            session.configure(&path)?;
        }
        Ok(session)
    }

    /// The path as reports show it: relative to the root where it lies below, `/` between parts.
    pub fn name(&self, path: &Path) -> String {
        let shown = path.strip_prefix(&self.root).unwrap_or(path);
        if shown.as_os_str().is_empty() {
            return ".".to_owned();
        }
        names::text_of(shown)
    }

    /// The path of what has this name in reports.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(names::path_of(name))
    }

    /// Why the path is neither written nor read as a setting; see [`links::refusal`].
    pub fn refusal(&self, path: &Path) -> Option<&'static str> {
        let path = self.absolute(path);
        links::refusal(&path, &self.root).or_else(|| links::refusal(&path, &self.repository))
    }

    /// True if the configuration excludes the file at this absolute path, or what it is a link to.
    pub fn excludes(&self, path: &Path) -> bool {
        let exclude = &self.config.exclude;
        !exclude.is_empty()
            && (exclude.matches(path) || self.spellings.of(path).iter().any(|other| exclude.matches(other)))
    }

    /// The directory as the root spells it, where it lies below the root over links.
    pub fn respelled(&self, directory: &Path) -> PathBuf {
        let real = |path: &Path| fs::canonicalize(path).ok();
        let below = real(directory).zip(real(&self.root));
        let below = below.and_then(|(directory, root)| directory.strip_prefix(root).map(Path::to_owned).ok());
        match below {
            Some(below) if !directory.starts_with(&self.root) => self.root.join(below),
            _ => directory.to_owned(),
        }
    }

    /// Reads the configuration and what it extends.
    fn configure(&mut self, path: &Path) -> Result<(), Failure> {
        let (files, paths) = configuration::read(path, self)?;
        self.spellings = Spellings::new(files.iter().map(|file| file.directory.clone()));
        self.config_files = paths;
        self.config = configuration::parsed(files, self)?;
        Ok(())
    }

    /// The path without `.` and `..`, from the top; links are not followed.
    pub fn absolute(&self, path: &Path) -> PathBuf {
        absolute(&self.cwd, path)
    }
}

/// The day by the clock of this machine, in UTC.
fn today() -> Option<Date> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(Date::at(since.as_secs()))
}

/// Whether to use colours on stdout.
fn color(wish: Color) -> bool {
    let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    match wish {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) => false,
        Color::Auto if set("FORCE_COLOR") || set("CLICOLOR_FORCE") => true,
        Color::Auto if env::var_os("CLICOLOR").is_some_and(|value| value == "0") => false,
        Color::Auto => io::stdout().is_terminal() && env::var_os("TERM").is_none_or(|term| term != "dumb"),
    }
}

fn jobs(global: &Global) -> usize {
    let cores = || thread::available_parallelism().map_or(1, usize::from);
    global.jobs.map_or_else(cores, usize::from)
}

fn working_directory() -> Result<PathBuf, Failure> {
    env::current_dir().map_err(|error| Failure::new(format!("the working directory cannot be told: {error}")))
}

fn git_root(cwd: &Path) -> Option<PathBuf> {
    cwd.ancestors().find(|dir| dir.join(".git").exists()).map(Path::to_owned)
}

/// The paths that decide which configuration is used, whether there is a file or not.
pub fn config_paths(global: &Global) -> Result<Vec<PathBuf>, Failure> {
    let cwd = working_directory()?;
    let root = git_root(&cwd);
    let found = config_path(global, &cwd, root.as_deref());
    let looked_at = |dir: &Path| dir.join(config::FILE_NAME);
    Ok(match (&global.config, global.no_config) {
        (_, true) => Vec::new(),
        (Some(_), _) => found.into_iter().collect(),
        (None, _) => {
            let below = |dir: &&Path| root.as_ref().is_none_or(|root| dir.starts_with(root));
            cwd.ancestors().take_while(below).map(looked_at).collect()
        }
    })
}

/// The configuration that was asked for, else the nearest one from the working directory up to the Git root.
fn config_path(global: &Global, cwd: &Path, git_root: Option<&Path>) -> Option<PathBuf> {
    if global.no_config {
        return None;
    }
    if let Some(path) = &global.config {
        return Some(absolute(cwd, path));
    }
    for dir in cwd.ancestors() {
        let path = dir.join(config::FILE_NAME);
        // A broken link or a directory of that name is meant as a configuration too, and fails as one.
        if path.symlink_metadata().is_ok() {
            return Some(path);
        }
        if Some(dir) == git_root {
            break;
        }
    }
    None
}

/// Why nothing is written to `path` below `directory`, without a configuration; see [`links::refusal`].
pub fn refusal(path: &Path, directory: &Path) -> Result<Option<&'static str>, Failure> {
    let cwd = working_directory()?;
    let path = absolute(&cwd, path);
    let fault = links::refusal(&path, &git_root(&cwd).unwrap_or_else(|| cwd.clone()));
    Ok(fault.or_else(|| {
        let directory = absolute(&cwd, directory);
        if path == directory { None } else { links::refusal(&path, &directory) }
    }))
}

fn directory(path: &Path) -> Result<PathBuf, Failure> {
    if path.is_dir() {
        Ok(path.to_owned())
    } else {
        Err(Failure::new(format!("the root `{}` is no directory", names::shown(path))))
    }
}

/// The path from `cwd` on without `.` and `..`; links are not followed.
pub fn absolute(cwd: &Path, path: &Path) -> PathBuf {
    let mut out = cwd.to_owned();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}
