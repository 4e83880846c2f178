//! The policy reader over real files that lie beside the project, where they do: it must cope, and point inside.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that goes wrong should stop and say so"
)]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use rolewright::emit::hcl::policy_text;
use rolewright::model::lower::policy::{PolicyText, looks_like_policy, read, resembles_policy};
use rolewright::model::project::Target;
use rolewright::model::vault::policy::PolicyOrigin;
use rolewright::syntax::{Place, SourceId, Span, Spanned};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

fn lower(text: &str) -> PolicyText {
    let name = Spanned::new("p".to_owned(), Span::new(SourceId(0), 0..0));
    read(name, text, &Place::from(SourceId(0), 0), PolicyOrigin::HclFile, Target::Any)
}

#[test]
fn real_files_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if !folder.is_dir() {
        let said = format!("left out: {} is absent\n", folder.display());
        drop(std::io::stderr().write_all(said.as_bytes()));
        return;
    }
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    paths.sort();
    let mut policies = 0;
    for path in paths {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let read = lower(&text);
        let inside = |span: Span| text.get(span.range()).is_some();
        assert!(read.syntax_errors.iter().all(|error| inside(error.span)), "{}", path.display());
        assert!(read.policy.refusals.iter().all(|refusal| inside(refusal.span)), "{}", path.display());
        let place = path.strip_prefix(&folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let is_policy = place.starts_with("policy-hcl/") || place.starts_with("policy-json/");
        if is_policy {
            policies += 1;
            assert!(looks_like_policy(&text), "{place}");
        }
        if place.starts_with("terraform/") || place.starts_with("rbac-yaml/") {
            assert!(!looks_like_policy(&text), "{place}");
        }
        if place.starts_with("terraform/") {
            assert!(!resembles_policy(&text), "{place}");
        }
        if is_policy && read.syntax_errors.is_empty() && read.policy.refusals.is_empty() {
            let canonical = policy_text(&read.policy);
            let again = lower(&canonical);
            assert!(
                again.syntax_errors.is_empty() && again.policy.refusals.is_empty(),
                "{place}:\n{canonical}"
            );
            assert_eq!(policy_text(&again.policy), canonical, "{place}");
        }
    }
    assert!(policies > 50, "{policies} policies");
}
