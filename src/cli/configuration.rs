//! From the path of a configuration to what it says, with all that it extends.

use std::fs;
use std::path::{Path, PathBuf};

use super::exit::Failure;
use super::load;
use super::session::Session;
use crate::config::{self, Config};
use crate::report::human;
use crate::rules::RULES;
use crate::syntax::lines::LineIndex;
use crate::syntax::{Source, SourceId, Sources, Spanned, SyntaxError};

/// Reads the configuration at `path` and those that it extends, the nearest first; also gives where each lies.
pub fn read(path: &Path, session: &Session) -> Result<(Vec<config::File>, Vec<PathBuf>), Failure> {
    let mut files: Vec<config::File> = Vec::new();
    let mut paths: Vec<PathBuf> = Vec::new();
    let mut next = Some((path.to_owned(), None::<Spanned<String>>));
    while let Some((path, asked_by)) = next.take() {
        let name = session.name(&path);
        let place = Place { path: &path, nearest: paths.first(), seen: &paths, session };
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
        let directory = session.respelled(&path.parent().map(Path::to_owned).unwrap_or_default());
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

/// Lines are shown of files only that are configurations by their name.
fn shown(errors: Vec<SyntaxError>, files: Vec<config::File>, session: &Session) -> Failure {
    let of = |error: &SyntaxError| files.get(error.span.source.0 as usize).map(|file| &file.source);
    let hidden = errors.iter().find_map(|error| {
        let source = of(error).filter(|source| !is_toml(Path::new(&source.name)))?;
        Some((source.name.clone(), LineIndex::new(&source.text).line_of(error.span.start) + 1))
    });
    if let Some((name, line)) = hidden {
        let failure = Failure::new(format!("the configuration `{name}` is wrong in line {line}"));
        return failure.with_help("under a name that ends in `.toml`, what is wrong is shown");
    }
    let sources = Sources::new(files.into_iter().map(|file| file.source).collect());
    Failure::rendered(human::errors(&errors, "config", &sources, session.color))
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"))
}

/// Where a configuration lies, with those that led to it.
struct Place<'a> {
    path: &'a Path,
    nearest: Option<&'a PathBuf>,
    seen: &'a [PathBuf],
    session: &'a Session,
}

impl Place<'_> {
    fn read(&self, extended: bool) -> Result<String, String> {
        if extended {
            self.may_be_extended()?;
        } else if let Some(fault) = self.session.refusal(self.path) {
            return Err(fault.to_owned());
        }
        let real = fs::canonicalize(self.path).map_err(|error| error.to_string())?;
        if (extended || is_toml(self.path)) && real.is_file() && !is_toml(&real) {
            // Such as the file in which Git keeps a token for the length of a job.
            return Err("it leads to a file that is no `*.toml`".to_owned());
        }
        load::settings_text(self.path).map_err(|error| error.to_string())
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
