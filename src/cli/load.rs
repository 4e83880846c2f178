//! Paths to a project: read, lower, join.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use super::exit::Failure;
use super::revision::Revision;
use super::session::Session;
use super::walk::{self, Role};
use crate::lint::{Crash, panic_message, side_by_side};
use crate::model::kube::consumer::MARKS;
use crate::model::lower::{self, Lowered};
use crate::model::project::{FileClass, Project, Settings};
use crate::report::{Unread, clean};
use crate::syntax::{Source, SourceId, Sources, Span, limits};

/// All inputs of a run and what happened on the way.
#[derive(Debug)]
pub struct Loaded {
    /// What could be read.
    pub project: Project,
    /// Where each text lies, in the order of the texts; empty for stdin.
    pub paths: Vec<PathBuf>,
    /// What could not.
    pub unread: Vec<Unread>,
    /// Files whose reading made this program fail.
    pub crashes: Vec<Crash>,
    /// How many files the configuration excludes.
    pub excluded: usize,
    /// How many files were read for evidence only.
    pub evidence: usize,
    /// How many files were left out because `compile` made them.
    pub compiled: usize,
    /// Which files these are.
    pub made: Vec<PathBuf>,
}

impl Loaded {
    /// True if nothing among the files is of concern, and nothing went wrong either.
    pub fn is_empty(&self) -> bool {
        self.unread.is_empty()
            && self.crashes.is_empty()
            && self.project.classes.iter().all(|class| *class == FileClass::Other)
    }
}

/// What makes sense of one file.
pub type Reader = fn(&Source, &Settings) -> Lowered;

/// Reads the project that lies under `paths`; `-` is stdin, shown under the name `stdin_name`.
pub fn project(paths: &[PathBuf], stdin_name: Option<&str>, session: &Session) -> Loaded {
    project_by(lower::file, paths, stdin_name, session)
}

/// As [`project`], with another reader of files. One that panics at a file leaves the others as they are.
pub fn project_by(reader: Reader, paths: &[PathBuf], stdin_name: Option<&str>, session: &Session) -> Loaded {
    let (stdin, paths): (Vec<&PathBuf>, Vec<&PathBuf>) =
        paths.iter().partition(|path| path.as_os_str() == "-");
    let paths: Vec<PathBuf> = paths.into_iter().cloned().collect();
    let mut walked = walk::collect(&paths, session);

    let mut texts = BTreeMap::new();
    if !stdin.is_empty() {
        let path = stdin_name.map(|name| session.absolute(Path::new(name)));
        let mut name = path.as_ref().map_or("<stdin>".to_owned(), |path| session.name(path));
        while path.is_none() && walked.files.contains_key(&name) {
            name.push('\'');
        }
        if path.is_some_and(|path| session.excludes(&path)) {
            walked.excluded += usize::from(walked.files.remove(&name).is_none());
        } else {
            texts.insert(name.clone(), stdin_text());
            walked.files.insert(name, (PathBuf::new(), Role::Named));
        }
    }
    complete(reader, walked, texts, |path, directory| on_disk(path, directory, session), session)
}

/// Reads the project that these files on the disk are.
pub fn walked(walked: walk::Walked, session: &Session) -> Loaded {
    let of_reference = |path: &Path, directory: &Path| on_disk(path, directory, session);
    complete(lower::file, walked, BTreeMap::new(), of_reference, session)
}

/// Reads the project that lies under absolute `paths` in a revision.
pub fn of_revision(revision: &Revision<'_>, paths: &[PathBuf], session: &Session) -> Result<Loaded, Failure> {
    let walked = revision.collect(paths, session);
    let files: Vec<(&String, &(PathBuf, Role))> = walked.files.iter().collect();
    let places: Vec<&Path> = files.iter().map(|(_, (path, _))| path.as_path()).collect();
    let contents = revision.contents(&places)?;
    let named = files.iter().zip(contents);
    let texts = named.map(|((name, (_, role)), bytes)| {
        ((*name).clone(), bytes.and_then(|bytes| understood(bytes, name, *role)))
    });
    let texts = texts.collect();
    let of_reference = |path: &Path, _: &Path| {
        let mut contents = revision.contents(&[path]).unwrap_or_default();
        Some(contents.pop()?.and_then(decode))
    };
    Ok(complete(lower::file, walked, texts, of_reference, session))
}

/// Why a file that a spec in `directory` names cannot be read; nothing if it is read as all others are.
///
/// It must lie below the root or below the spec, links resolved. A spec from elsewhere must not make excerpts of any
/// file of this machine appear in a report.
fn on_disk(path: &Path, directory: &Path, session: &Session) -> Option<Text> {
    let fault = if !lies_below(path, &session.root) && !lies_below(path, directory) {
        "named by a spec, but lies outside the project"
    } else if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        "is no regular file"
    } else {
        return None;
    };
    Some(Err(fault.to_owned()))
}

/// The text of one file, and whether a byte order mark stood before it; else why it cannot be read, which is empty for
/// a file that nobody named and that is of no concern.
pub type Text = Result<(String, bool), String>;

/// Reads all files, and those that they name. `texts` are at hand already, the others lie on the disk; `of_reference` has
/// those that specs name, where these do not.
fn complete(
    reader: Reader,
    mut walked: walk::Walked,
    mut texts: BTreeMap<String, Text>,
    of_reference: impl Fn(&Path, &Path) -> Option<Text>,
    session: &Session,
) -> Loaded {
    // A spec may name policies that lie elsewhere; they come in on a second round.
    loop {
        let files: Vec<(&String, &(PathBuf, Role))> = walked.files.iter().collect();
        let threads = session.jobs.min(files.len().div_ceil(WORTH_A_THREAD));
        let taken = side_by_side(files.len(), threads, |at| {
            let (name, (path, role)) = files.get(at)?;
            let id = SourceId(u32::try_from(at).ok()?);
            Some(take(reader, id, name, path, *role, texts.get(*name), session))
        });
        let taken: Vec<Taken> = taken.into_iter().flatten().collect();
        let references = references(&taken, &walked.files, session);
        let known = walked.files.len();
        for reference in &references {
            if !walked.files.contains_key(&reference.name)
                && !texts.contains_key(&reference.name)
                && let Some(text) = of_reference(&reference.path, &reference.directory)
            {
                texts.insert(reference.name.clone(), text);
            }
            let file = (reference.path.clone(), Role::Named);
            walked.files.entry(reference.name.clone()).or_insert(file);
        }
        if walked.files.len() == known {
            return assemble(taken, walked, &references, session);
        }
    }
}

/// The project of texts that are at hand, such as those that fixes have changed.
pub fn again(sources: &Sources, session: &Session) -> Project {
    let settings = &session.config.settings;
    let lowered = sources.iter().map(|source| lower::file(source, settings)).collect();
    Project::assemble(sources.clone(), lowered, settings.clone())
}

/// The text of one file.
pub fn text(path: &Path, name: &str, role: Role) -> Text {
    File::open(path).map_err(|error| io_message(&error)).and_then(|file| read(file, name, role))
}

/// The text of a file that is no input: a configuration, a baseline. What is too large is refused, as a device that never
/// ends would be.
pub fn settings_text(path: &Path) -> io::Result<String> {
    // Before it is opened: a pipe lets nobody open it before somebody writes.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let file = File::open(path)?;
    let mut text = String::new();
    file.take(limits::FILE_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > limits::FILE_BYTES {
        return Err(io::Error::other(format!("larger than {} MiB", limits::FILE_BYTES / (1024 * 1024))));
    }
    Ok(text)
}

/// The text of stdin.
pub fn stdin_text() -> Text {
    take_in(io::stdin().lock()).and_then(decode)
}

/// How many files make another thread worth its while.
const WORTH_A_THREAD: usize = 16;

/// One file, read and lowered.
struct Taken {
    source: Source,
    lowered: Lowered,
    role: Role,
    fault: Option<String>,
    crash: Option<Crash>,
}

fn take(
    reader: Reader,
    id: SourceId,
    name: &str,
    path: &Path,
    role: Role,
    given: Option<&Text>,
    session: &Session,
) -> Taken {
    let text = match given {
        Some(given) => given.clone(),
        None => self::text(path, name, role),
    };
    let mut taken = Taken {
        source: Source { id, name: name.to_owned(), text: String::new(), bom: false },
        lowered: Lowered::nothing(FileClass::Other),
        role,
        fault: None,
        crash: None,
    };
    match text {
        Ok((text, bom)) => {
            taken.source.text = text;
            taken.source.bom = bom;
            let attempt = AssertUnwindSafe(|| reader(&taken.source, &session.config.settings));
            match catch_unwind(attempt) {
                Ok(lowered) => taken.lowered = lowered,
                Err(payload) => {
                    let message =
                        clean::line(&format!("{name}: {}", panic_message(payload.as_ref()))).into_owned();
                    taken.crash = Some(Crash { rule: "reading", message });
                    taken.lowered.class = FileClass::Broken;
                }
            }
            // Some commands look into what they do not understand: templates, and whatever names secrets of Vault.
            let text = &taken.source.text;
            let may_matter = text.contains("{{") || MARKS.iter().any(|mark| text.contains(mark));
            if taken.lowered.class == FileClass::Other && taken.lowered.mounts.is_empty() && !may_matter {
                // Nothing will ever point into it.
                taken.source.text = String::new();
            }
        }
        Err(_) if role == Role::Evidence => {}
        Err(fault) if fault.is_empty() => {}
        Err(fault) => {
            taken.fault = Some(fault);
            taken.lowered.class = FileClass::Broken;
        }
    }
    taken
}

/// Reads a file. An empty message means: not readable, and nothing to be sorry for.
fn read(file: File, name: &str, role: Role) -> Text {
    match take_in(&file) {
        Ok(bytes) => understood(bytes, name, role),
        Err(_) if role == Role::Found && !concerns(name, &head(&file)) => Err(String::new()),
        Err(fault) => Err(fault),
    }
}

/// The text that the bytes of a file are; of one that is too large, these are its first.
fn understood(bytes: Vec<u8>, name: &str, role: Role) -> Text {
    let looked_at = if is_too_large(&bytes) { bytes.get(..HEAD) } else { None }.unwrap_or(&bytes);
    let is_text = !is_too_large(&bytes) && std::str::from_utf8(&bytes).is_ok();
    if !is_text && role == Role::Found && !concerns(name, looked_at) {
        return Err(String::new());
    }
    decode(bytes)
}

fn take_in(reader: impl Read) -> Result<Vec<u8>, String> {
    /// Room for nearly every input, so that one read takes it in and the next one finds its end.
    const USUAL: usize = 16 * 1024;
    let mut bytes = Vec::with_capacity(USUAL);
    reader.take(limits::FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|error| io_message(&error))?;
    bytes.shrink_to_fit();
    if is_too_large(&bytes) { Err(too_large()) } else { Ok(bytes) }
}

fn is_too_large(bytes: &[u8]) -> bool {
    bytes.len() as u64 > limits::FILE_BYTES
}

fn too_large() -> String {
    format!("larger than {} MiB, which is the most that is read", limits::FILE_BYTES / (1024 * 1024))
}

/// How much of a file that cannot be read tells whether it may be meant for this tool.
const HEAD: usize = 64 * 1024;

/// The first bytes of a file that is too large.
fn head(file: &File) -> Vec<u8> {
    use std::io::Seek as _;
    let mut bytes = Vec::new();
    let mut file = file;
    if file.rewind().is_ok() {
        let _ = file.take(HEAD as u64).read_to_end(&mut bytes);
    }
    bytes
}

/// True if the bytes may be meant for this tool, for a file that nobody named and that cannot be read.
fn concerns(name: &str, bytes: &[u8]) -> bool {
    let text: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
    let holds = |word: &[u8]| text.windows(word.len()).any(|window| window == word);
    let policy = [".hcl", ".policy"].iter().any(|extension| name.contains(extension));
    holds(b"apiVersion") || holds(b"\"path\"") || (policy && holds(b"path"))
}

fn decode(bytes: Vec<u8>) -> Text {
    if is_too_large(&bytes) {
        return Err(too_large());
    }
    let line_of = |at: usize| bytes.iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err("not UTF-8 but UTF-16".to_owned());
    }
    if bytes.contains(&0) {
        let at = bytes.iter().take_while(|byte| **byte != 0).count();
        return Err(format!("holds a NUL byte at byte {at}, in line {}", line_of(at)));
    }
    if let Err(error) = std::str::from_utf8(&bytes) {
        let at = error.valid_up_to();
        return Err(format!("not UTF-8 at byte {at}, in line {}", line_of(at)));
    }
    let text = String::from_utf8(bytes).map_err(|error| error.to_string())?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => (rest.to_owned(), true),
        None => (text, false),
    })
}

fn io_message(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// A policy file that a spec names.
struct Reference {
    name: String,
    path: PathBuf,
    /// Where the spec lies.
    directory: PathBuf,
    span: Span,
}

fn references(
    taken: &[Taken],
    files: &BTreeMap<String, (PathBuf, Role)>,
    session: &Session,
) -> Vec<Reference> {
    let mut references = Vec::new();
    for file in taken {
        let spec = files.get(&file.source.name).map(|(path, _)| path.as_path());
        let directory = spec.and_then(Path::parent).unwrap_or(&session.cwd);
        references.extend(file.lowered.referenced_files.iter().map(|reference| {
            let path = session.absolute(&directory.join(&reference.value));
            Reference {
                name: session.name(&path),
                directory: directory.to_owned(),
                span: reference.span,
                path,
            }
        }));
    }
    references
}

/// True if the path leads below the directory, also after links are followed.
fn lies_below(path: &Path, directory: &Path) -> bool {
    path.starts_with(directory)
        && match (fs::canonicalize(path), fs::canonicalize(directory)) {
            (Ok(path), Ok(directory)) => path.starts_with(directory),
            // What does not exist shows nothing.
            _ => true,
        }
}

fn assemble(taken: Vec<Taken>, walked: walk::Walked, references: &[Reference], session: &Session) -> Loaded {
    let mut loaded = Loaded {
        project: Project::default(),
        paths: Vec::new(),
        unread: walked.unread,
        crashes: Vec::new(),
        excluded: walked.excluded,
        evidence: 0,
        compiled: walked.compiled,
        made: walked.made,
    };
    let (mut sources, mut lowered) = (Vec::new(), Vec::new());
    for file in taken {
        if let Some(message) = file.fault {
            let path = file.source.name.clone();
            let asked_by = references.iter().find(|reference| reference.name == path);
            let asked_by = asked_by.map(|reference| reference.span);
            loaded.unread.push(Unread { path, message, help: None, asked_by });
        }
        loaded.crashes.extend(file.crash);
        loaded.evidence += usize::from(file.role == Role::Evidence && file.lowered.class == FileClass::Other);
        let path = walked.files.get(&file.source.name).map(|(path, _)| path.clone());
        loaded.paths.push(path.unwrap_or_default());
        sources.push(file.source);
        lowered.push(file.lowered);
    }
    loaded.unread.sort();
    loaded.project = Project::assemble(Sources::new(sources), lowered, session.config.settings.clone());
    loaded
}
