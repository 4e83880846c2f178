//! Whom a change concerns that is told of somebody else: of a mount that it logs in at or whose paths its policies reach,
//! of a role of an engine that it may use, of a group that it is in.

use std::collections::BTreeSet;

use super::{Change, Comparison, Doubt, Side, concerns, word};
use crate::model::project::Project;
use crate::semantics::bound;
use crate::semantics::reach::Access;

/// Somebody whom a report is asked for.
#[derive(Debug)]
pub struct Asker<'t> {
    text: &'t str,
    /// Auth methods that it may log in at, `NAMESPACE/PATH`.
    methods: BTreeSet<String>,
    /// What stands before the first wildcard or template of the labels of the rules that it may come to hold, behind their
    /// Vault namespace.
    stems: BTreeSet<String>,
    is_user: bool,
}

impl<'t> Asker<'t> {
    /// Of the text that `--who` takes, on both sides.
    pub fn of(text: &'t str, sides: [&Access<'_>; 2]) -> Asker<'t> {
        let mut asker = Asker { text, methods: BTreeSet::new(), stems: BTreeSet::new(), is_user: false };
        for access in sides {
            asker.is_user |= names_user(access.project(), text);
            let Some((namespace, name)) = text.split_once('/') else { continue };
            for (method, role) in access.roles() {
                let names = |list: &[crate::syntax::Spanned<String>], text: &str| {
                    list.iter().any(|entry| bound::admits(entry.as_str(), text))
                };
                let by_labels = role.fields.text("bound_service_account_namespace_selector");
                let is_open = by_labels.is_some_and(|text| !text.value.is_empty());
                if !(names(role.names(), name) && (is_open || names(role.namespaces(), namespace))) {
                    continue;
                }
                asker.methods.insert(format!("{}{}", method.namespace, method.path));
                for held in access.of_role(role, method).held {
                    let rules = held.policy.iter().flat_map(|policy| &policy.path_rules);
                    let rules = rules.filter(|rule| !rule.granted().denies());
                    asker.stems.extend(rules.map(|rule| {
                        let label = rule.path.value.trim_start_matches('/');
                        let stem = label.split(['+', '*', '{']).next().unwrap_or_default();
                        let is_whole = stem == label;
                        format!("{}{stem}{}", method.namespace, if is_whole { "$" } else { "" })
                    }));
                }
            }
        }
        asker
    }

    /// Leaves the changes that concern it, and says what cannot be told of groups.
    pub fn sift(&self, comparison: &mut Comparison) {
        let mut groups: BTreeSet<String> = BTreeSet::new();
        for change in &mut comparison.changes {
            let unknown = change.who.iter().filter(|who| self.may_be_in(who) && !self.is_meant(who));
            groups.extend(unknown.cloned());
            self.keep(change);
        }
        comparison.changes.retain(|change| !change.who.is_empty());
        if !groups.is_empty() {
            let names: Vec<String> = groups.iter().map(word).collect();
            let text = format!(
                "something changes for {}, and whether {} is in there no input tells: ask for it by that name, too",
                names.join(", "),
                word(self.text)
            );
            comparison.doubts.push(Doubt { side: Side::New, text, place: None });
        }
    }

    fn keep(&self, change: &mut Change) {
        change.who.retain(|who| self.is_meant(who));
    }

    fn is_meant(&self, who: &str) -> bool {
        if concerns(who, self.text) || (self.is_user && who == "Group system:authenticated") {
            return true;
        }
        let quoted: Vec<&str> = who.split('`').collect();
        match quoted.as_slice() {
            ["whoever logs in at ", method, _] => {
                self.methods.iter().any(|own| own.trim_end_matches('/') == method.trim_end_matches('/'))
            }
            ["whoever uses the mount ", mount, _] => {
                let mount = format!("{}/", mount.trim_end_matches('/'));
                self.stems.iter().any(|stem| is_below(stem, &mount))
            }
            ["whoever may use ", path, _] => self.stems.iter().any(|stem| match stem.strip_suffix('$') {
                Some(whole) => whole.eq_ignore_ascii_case(path),
                None => is_start(stem, path),
            }),
            _ => false,
        }
    }

    /// True for a group whose members no input knows, if it is a user who asks.
    fn may_be_in(&self, who: &str) -> bool {
        let group = who.strip_prefix("Group ").filter(|_| self.is_user);
        group.is_some_and(|group| !group.starts_with("system:"))
    }
}

/// True if a rule that begins so may be about paths below the mount.
fn is_below(stem: &str, mount: &str) -> bool {
    match stem.strip_suffix('$') {
        Some(whole) => whole.starts_with(mount),
        None => stem.starts_with(mount) || mount.starts_with(stem),
    }
}

fn is_start(stem: &str, path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    path.starts_with(&stem.to_ascii_lowercase())
}

/// True if the text is about a user whom a binding names.
fn names_user(project: &Project, text: &str) -> bool {
    let is = |name: &str| format!("User {name}").contains(text);
    let subjects = project.bindings.iter().flat_map(|binding| &binding.subjects);
    text.starts_with("User ")
        || subjects.into_iter().any(|subject| subject.kind.as_str() == "User" && is(subject.name.as_str()))
}
