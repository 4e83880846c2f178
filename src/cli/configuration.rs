//! From the path of a configuration to what it says, with all that it extends.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::exit::Failure;
use super::load;
use super::session::Session;
use crate::config::{self, Config};
use crate::report::human;
use crate::rules::RULES;
use crate::syntax::{Source, SourceId, Sources, Spanned, SyntaxError};

/// Reads the configuration at `path` and those that it extends, the nearest first; also gives where each lies.
pub fn read(path: &Path, session: &Session) -> Result<(Vec<config::File>, Vec<PathBuf>), Failure> {
    let mut files: Vec<config::File> = Vec::new();
    let mut paths: Vec<PathBuf> = Vec::new();
    let mut next = Some((path.to_owned(), None::<Spanned<String>>));
    while let Some((path, asked_by)) = next.take() {
        let name = session.name(&path);
        let place = Place { path: &path, nearest: paths.first(), seen: &paths };
        let text = match (&asked_by, place.read(asked_by.is_some())) {
            (_, Ok(text)) => text,
            (None, Err(fault)) => {
                return Err(Failure::new(format!("cannot read the configuration `{name}`: {fault}")));
            }
            (Some(asked_by), Err(fault)) => {
                let message = format!("cannot extend `{}`: {fault}", asked_by.value);
                return Err(shown(vec![SyntaxError::new(asked_by.span, message)], files, session));
            }
        };
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        let id = SourceId(u32::try_from(files.len()).unwrap_or(u32::MAX));
        let source = Source { id, name, text, bom: false };
        let directory = path.parent().map(Path::to_owned).unwrap_or_default();
        if let Some(base) = config::extended(&source) {
            next = Some((super::session::absolute(&directory, Path::new(&base.value)), Some(base)));
        }
        files.push(config::File { source, directory });
        paths.push(path);
    }
    Ok((files, paths))
}

/// What the files say.
pub fn parsed(files: Vec<config::File>, session: &Session) -> Result<Config, Failure> {
    config::parse(&files, &session.root, RULES).map_err(|errors| shown(errors, files, session))
}

fn shown(errors: Vec<SyntaxError>, files: Vec<config::File>, session: &Session) -> Failure {
    let sources = Sources::new(files.into_iter().map(|file| file.source).collect());
    Failure::rendered(human::errors(&errors, "config", &sources, session.color))
}

/// Where a configuration lies, with those that led to it.
struct Place<'a> {
    path: &'a Path,
    nearest: Option<&'a PathBuf>,
    seen: &'a [PathBuf],
}

impl Place<'_> {
    fn read(&self, extended: bool) -> Result<String, String> {
        if extended {
            self.may_be_extended()?;
        }
        let file = File::open(self.path).map_err(|error| error.to_string())?;
        load::settings_text(&file).map_err(|error| error.to_string())
    }

    /// A configuration from elsewhere must not make lines of any file of this machine appear in a message: what is
    /// extended lies in the same Git repository, or below the one that extends it.
    fn may_be_extended(&self) -> Result<(), String> {
        let real = fs::canonicalize(self.path).map_err(|error| error.to_string())?;
        if self.seen.iter().any(|seen| fs::canonicalize(seen).is_ok_and(|seen| seen == real)) {
            return Err("it leads in a circle".to_owned());
        }
        if !real.is_file() {
            return Err("it is no regular file".to_owned());
        }
        let start = self.nearest.and_then(|path| path.parent()).and_then(|dir| fs::canonicalize(dir).ok());
        let Some(start) = start else { return Ok(()) };
        let project = start.ancestors().find(|dir| dir.join(".git").exists()).unwrap_or(&start);
        if real.starts_with(project) { Ok(()) } else { Err("it lies outside of the repository".to_owned()) }
    }
}
