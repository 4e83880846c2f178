//! Whoever matches a glob, held against a path: the names that templates could put into it are parts of the path.

use std::collections::BTreeSet;

use super::Access;
use super::holder::Holder;
use super::who::Matching;
use crate::semantics::acl::{Operation, Verdict};
use crate::semantics::bound;
use crate::semantics::dialect::Dialect;
use crate::semantics::template::Presence;
use crate::syntax::Spanned;

/// More combinations of names and namespaces than this are not gone through; the answer then stays unknown.
const MOST: usize = 2_000;

impl Access<'_> {
    /// The answers for service accounts that match `name` in namespaces that match `namespace`, where some of them are
    /// [`Verdict::Unknown`] because the names are: [`Verdict::Refused`] on a server that lets none of them through.
    ///
    /// A rule whose template holds a name matches the path only if the name is a part of the path, and names have no
    /// slashes. So the parts that the bounds admit are tried, and one name that is no part.
    pub(super) fn narrowed(
        &self,
        holder: &Holder<'_>,
        (name, namespace): (&Spanned<String>, Matching<'_>),
        (operation, path): (Operation, &str),
        verdicts: Vec<(Dialect, Verdict)>,
    ) -> Vec<(Dialect, Verdict)> {
        if verdicts.iter().all(|(_, verdict)| *verdict != Verdict::Unknown) {
            return verdicts;
        }
        let namespaces = match namespace {
            Matching::Listed(entry) => candidates(&entry.value, path),
            Matching::Selected(_) => candidates("*", path),
        };
        let names = candidates(&name.value, path);
        if names.len().saturating_mul(namespaces.len()) > MOST {
            return verdicts;
        }
        let mut open: BTreeSet<Dialect> = BTreeSet::new();
        for namespace in &namespaces {
            for name in &names {
                let present = |text: &String| Presence::Present(text.clone());
                let identity = self.identity(&present(name), &present(namespace), holder.issued.as_ref());
                let somebody = Holder { identity, ..holder.clone() };
                let token = somebody.token();
                let request = token.request(operation, path);
                let let_through =
                    token.possible(&request).filter(|(_, verdict)| *verdict != Verdict::Refused);
                open.extend(let_through.map(|(dialect, _)| dialect));
                if open.len() == verdicts.len() {
                    return verdicts;
                }
            }
        }
        let narrow = |(dialect, verdict)| match verdict {
            Verdict::Unknown if !open.contains(&dialect) => (dialect, Verdict::Refused),
            known => (dialect, known),
        };
        verdicts.into_iter().map(narrow).collect()
    }
}

/// The parts of the path that may be names and that `glob` admits, and one name that is no part; a plain name alone.
fn candidates(glob: &str, path: &str) -> Vec<String> {
    if !glob.contains('*') {
        return vec![glob.to_owned()];
    }
    let is_in_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    let mut found: BTreeSet<&str> = BTreeSet::new();
    for run in path.split(|next: char| !u8::try_from(next).is_ok_and(is_in_name)) {
        for start in 0..run.len() {
            let parts = (start + 1..=run.len()).filter_map(|end| run.get(start..end));
            found.extend(parts.filter(|part| bound::admits(glob, part)));
        }
    }
    // Longer than any part, and what the stars of the glob stand for.
    let stranger = glob.replace('*', &"0".repeat(path.len() + 1));
    let mut list: Vec<String> = found.into_iter().map(str::to_owned).collect();
    list.sort_by_key(|part| std::cmp::Reverse(part.len()));
    list.push(stranger);
    list
}
