//! Whom an auth role admits: its bound names and namespaces.
//!
//! Source of the facts: `path_login.go` and `path_role.go` of Vault's Kubernetes auth plugin, go-glob.

use super::namespace_selector;
use crate::model::project::Project;
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::policy::Policy;
use crate::syntax::Spanned;

/// How far a bound list reaches.
#[derive(Debug, Clone)]
pub enum Breadth<'a> {
    /// An entry that admits every name: `*`, or `**`, which means the same and slips past the server's check of mixed lists.
    Everything(&'a Spanned<String>),
    /// Entries with a `*` that admit many names.
    Globs(Vec<&'a Spanned<String>>),
    /// Plain names only, or no list at all.
    Named,
}

/// How far the bound list `items` reaches.
pub fn breadth(items: &[Spanned<String>]) -> Breadth<'_> {
    if let Some(all) = items.iter().find(|item| admits_all(&item.value)) {
        return Breadth::Everything(all);
    }
    let globs: Vec<_> = items.iter().filter(|item| item.value.contains('*')).collect();
    if globs.is_empty() { Breadth::Named } else { Breadth::Globs(globs) }
}

/// True if the glob `item` admits every name.
pub fn admits_all(item: &str) -> bool {
    !item.is_empty() && item.bytes().all(|byte| byte == b'*')
}

/// True if `name` is admitted by the entry `item` of a bound list: `*` stands for any text, anywhere, any number of times.
pub fn admits(item: &str, name: &str) -> bool {
    let mut pieces = item.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        match rest.find(piece).and_then(|at| rest.get(at + piece.len()..)) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    true
}

/// True if the namespace selector `text` (JSON or YAML of a LabelSelector) sets no condition and so matches every namespace.
pub fn selector_admits_all(text: &str) -> bool {
    !text.is_empty() && namespace_selector::read(text).is_some_and(|conditions| conditions.are_none())
}

/// True if a `*` of the entry stands right beside a letter or digit, so that it runs on inside a word: `team-a*` admits
/// `team-ab` too.
pub fn runs_on_inside_word(item: &str) -> bool {
    let is_word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = item.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| {
        *byte == b'*' && (at > 0 && is_word(bytes.get(at - 1)) || is_word(bytes.get(at + 1)))
    })
}

/// The globs that end where words end; the others are a matter of their own.
pub fn on_boundaries(globs: Vec<&Spanned<String>>) -> impl Iterator<Item = &Spanned<String>> {
    globs.into_iter().filter(|glob| !runs_on_inside_word(&glob.value))
}

/// How many entries are a single letter or digit with a `*`; all of them together admit every name.
pub fn single_letter_globs(items: &[Spanned<String>]) -> usize {
    let is_letter = |item: &&Spanned<String>| matches!(item.value.as_bytes(), [first, b'*'] if first.is_ascii_alphanumeric());
    items.iter().filter(is_letter).count()
}

/// True if the role attaches policies, all of them are known, and every path they grant holds the caller's own
/// Kubernetes namespace by template: then a wildcard of namespaces opens to each caller only what is its own.
pub fn isolated_by_namespace(role: &AuthRole, project: &Project) -> bool {
    isolated_by(role, project, &["service_account_namespace", "service_account_uid", "identity.entity.id"])
}

/// The same by service account: its name, its uid, or its entity, of which each service account has its own.
pub fn isolated_by_service_account(role: &AuthRole, project: &Project) -> bool {
    let marks =
        ["service_account_name}", "service_account_name ", "service_account_uid", "identity.entity.id"];
    isolated_by(role, project, &marks)
}

fn isolated_by(role: &AuthRole, project: &Project, marks: &[&str]) -> bool {
    let mut attached = role.policies().iter().filter(|name| name.value != "default").peekable();
    attached.peek().is_some()
        && attached.all(|name| {
            let mut known = project.policies_named(&name.value).peekable();
            known.peek().is_some() && known.all(|policy| is_templated(policy, marks))
        })
}

fn is_templated(policy: &Policy, marks: &[&str]) -> bool {
    policy.path_rules.iter().all(|rule| {
        let granted = rule.granted();
        let harmless = granted.is_empty() || granted.denies();
        harmless || template_texts(&rule.path.value).any(|text| marks.iter().any(|mark| text.contains(mark)))
    })
}

/// The `{{…}}` parts of a label, braces included.
fn template_texts(label: &str) -> impl Iterator<Item = &str> {
    label.match_indices("{{").filter_map(|(at, _)| {
        let rest = label.get(at..)?;
        rest.get(..rest.find("}}")? + 2)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_of_bound_lists() {
        let table = [
            ("*", "anything", true),
            ("**", "anything", true),
            ("team-*", "team-a", true),
            ("team-*", "team-", true),
            ("team-*", "teams", false),
            ("*-prod", "app-prod", true),
            ("*-prod", "app-prod-2", false),
            ("a*b*c", "a-b-c", true),
            ("a*b*c", "acb", false),
            ("a*ba", "aba", true),
            ("ab*ba", "aba", false),
            ("web", "web", true),
            ("web", "web2", false),
            ("we?", "web", false),
            ("", "", true),
        ];
        for (item, name, expected) in table {
            assert_eq!(admits(item, name), expected, "{item} on {name}");
        }
        assert!(admits_all("***"));
        assert!(!admits_all(""));
        assert!(!admits_all("a*"));
    }

    #[test]
    fn selectors_without_a_condition() {
        for text in
            ["{}", r#"{"matchLabels":{}}"#, r#"{"matchLables":{"team":"a"}}"#, r#"{"matchLabels":null}"#]
        {
            assert!(selector_admits_all(text), "{text}");
        }
        for text in
            [r#"{"matchLabels":{"team":"a"}}"#, "", "nonsense", r#"{"matchExpressions":[{"key":"a"}]}"#]
        {
            assert!(!selector_admits_all(text), "{text}");
        }
    }
}
