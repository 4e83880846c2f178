//! Who is looked at.
//!
//! Service accounts that a role names, declared ones that its globs admit, and for each pair of entries of a role a
//! *stranger*, whom other entries admit only if they cover the whole glob. That is enough: if something changes for
//! anybody whom a glob admits, the role that makes the change admits the stranger of the same entries, too, and all other
//! roles that admit the stranger admit everybody whom the entries admit; so it changes for the stranger in the same way.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::super::word;
use super::clusters::Clusters;
use super::login_terms::LoginTerms;
use super::side::{Arranged, Hold, Role};
use super::values::Values;
use crate::semantics::bound;
use crate::semantics::dialect::Dialect;
use crate::semantics::login::{Outcome, attempt};

/// Somebody whose tokens are compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Somebody {
    /// What to call it.
    pub(super) who: WhoIs,
    /// The number of the cluster that it is of.
    pub(super) cluster: usize,
    pub(super) namespace: String,
    pub(super) name: String,
    /// The key of the selector by which the namespace is chosen, where nothing else is known of it.
    pub(super) selected: Option<String>,
    /// The stranger of whom it is a part, set apart for what templates make of its name.
    pub(super) within: Option<WhoIs>,
}

/// What to call somebody; service accounts first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in super::super) enum WhoIs {
    Account(String),
    Stranger(String),
    /// A stranger of some name or namespace.
    Part(String),
    Policy(String),
}

impl WhoIs {
    pub(in super::super) fn text(&self) -> &str {
        match self {
            WhoIs::Account(text) | WhoIs::Stranger(text) | WhoIs::Part(text) | WhoIs::Policy(text) => text,
        }
    }
}

impl Somebody {
    fn of_cluster(self, cluster: usize, clusters: &Clusters) -> Somebody {
        let words = clusters.words(cluster);
        let named = |who: WhoIs| match who {
            WhoIs::Account(text) => WhoIs::Account(text + words),
            WhoIs::Stranger(text) => WhoIs::Stranger(text + words),
            WhoIs::Part(text) => WhoIs::Part(text + words),
            WhoIs::Policy(text) => WhoIs::Policy(text),
        };
        Somebody { cluster, who: named(self.who), within: self.within.map(named), ..self }
    }
}

/// What is found out about those for whom something may change.
pub(super) struct Concerned {
    pub(super) somebodies: Vec<Somebody>,
    /// Globs each of whose names is admitted by some other glob as well, so that nobody is a stranger to all others.
    pub(super) crowded: Vec<String>,
    /// Templates meet more rules than are gone through.
    pub(super) many_values: bool,
}

/// How many values of templates are gone through.
const MOST_VALUES: usize = 2_000;

/// Everybody whom a role admits that is not on the other side in the same way.
pub(super) fn concerned(old: &Arranged<'_>, new: &Arranged<'_>, clusters: &Clusters) -> Concerned {
    let mut strangers = Strangers::new([old, new]);
    let mut found: BTreeSet<Somebody> = BTreeSet::new();
    let (keys_of_old, keys_of_new) = (keys(old), keys(new));
    let values = std::cell::OnceCell::new();
    let mut many_values = false;
    for (side, keys, others) in [(old, &keys_of_old, &keys_of_new), (new, &keys_of_new, &keys_of_old)] {
        let others: HashSet<&RoleKey<'_>> = others.iter().collect();
        for (role, key) in side.roles.iter().zip(keys) {
            if !others.contains(key) {
                let mut own = BTreeSet::new();
                admitted(role, [old, new], &mut strangers, &mut own);
                if side.hold(role.hold).is_some_and(Hold::is_templated) {
                    let values = values.get_or_init(|| Values::of([old, new]));
                    many_values |= values.names.len().max(values.namespaces.len()) > MOST_VALUES;
                    parts(role, values, &mut strangers, &mut own);
                }
                found.extend(own.into_iter().map(|it| it.of_cluster(role.cluster, clusters)));
            }
        }
    }
    Concerned { many_values, somebodies: found.into_iter().collect(), crowded: strangers.crowded }
}

/// Roles that give the same people the same access on the same terms.
#[derive(PartialEq, Eq, Hash)]
struct RoleKey<'r> {
    hold: u32,
    cluster: usize,
    terms: &'r LoginTerms,
    names: BTreeSet<&'r str>,
    namespaces: BTreeSet<&'r str>,
    selector: Option<&'r str>,
    /// The declared namespaces that the selector selects.
    selected: BTreeSet<&'r str>,
}

fn keys<'r>(side: &'r Arranged<'_>) -> Vec<RoleKey<'r>> {
    let key = |role: &'r Role<'_>| RoleKey {
        hold: side.hold(role.hold).map_or(u32::MAX, |hold| hold.key),
        cluster: role.cluster,
        terms: &role.terms,
        names: role.role.names().iter().map(|entry| entry.as_str()).collect(),
        namespaces: role.role.namespaces().iter().map(|entry| entry.as_str()).collect(),
        selector: role.selector.as_ref().map(|selector| selector.key.as_str()),
        selected: match role.selector {
            Some(_) => declared(side).filter(|namespace| selects_any(role, side, namespace)).collect(),
            None => BTreeSet::new(),
        },
    };
    side.roles.iter().map(key).collect()
}

fn admitted(
    role: &Role<'_>,
    sides: [&Arranged<'_>; 2],
    strangers: &mut Strangers<'_>,
    found: &mut BTreeSet<Somebody>,
) {
    let is_glob = |text: &str| text.contains('*');
    for name in role.role.names() {
        for namespace in role.role.namespaces() {
            found.insert(somebody(name.as_str(), namespace.as_str(), strangers));
        }
        if let Some(selector) = &role.selector {
            let namespace = strangers.of_namespace("*");
            let who = match is_glob(name.as_str()) {
                true => format!(
                    "any service account {} of namespaces that are selected by labels",
                    word(name.as_str())
                ),
                false => format!(
                    "the service account {} of namespaces that are selected by labels",
                    word(name.as_str())
                ),
            };
            let name = strangers.of_name(name.as_str());
            let selected = Some(selector.key.clone());
            let who = WhoIs::Stranger(who);
            found.insert(Somebody { who, cluster: 0, namespace, name, selected, within: None });
        }
    }
    if role.selector.is_some() {
        let [old, new] = sides;
        for namespace in declared(old).chain(declared(new)) {
            if selects_any(role, old, namespace) != selects_any(role, new, namespace) {
                let names = role.role.names().iter();
                found.extend(names.map(|name| somebody(name.as_str(), namespace, strangers)));
            }
        }
    }
    let entries = role.role.names().iter().chain(role.role.namespaces());
    if role.selector.is_none() && !entries.map(|entry| entry.as_str()).any(is_glob) {
        return;
    }
    let admits = |list: &[crate::syntax::Spanned<String>], text: &str| {
        list.iter().any(|entry| bound::admits(entry.as_str(), text))
    };
    for side in sides {
        let declared = side.access.project().service_accounts.iter();
        let declared = declared
            .map(|account| (account.meta.namespace_name().unwrap_or_default(), account.meta.name.as_str()));
        for (namespace, name) in declared.chain(side.named()) {
            let by_list = admits(role.role.namespaces(), namespace);
            if admits(role.role.names(), name)
                && (by_list || role.selector.as_ref().is_some_and(|_| selects(role, side, namespace, name)))
            {
                found.insert(account(namespace, name));
            }
        }
    }
}

/// The Kubernetes namespaces of which a side has the labels.
fn declared<'r>(side: &'r Arranged<'_>) -> impl Iterator<Item = &'r str> {
    side.access.project().kubernetes_namespaces.iter().map(|namespace| namespace.meta.name.as_str())
}

/// True if some service account of the namespace is admitted, by what is known there.
fn selects_any(role: &Role<'_>, side: &Arranged<'_>, namespace: &str) -> bool {
    let name = role.role.names().first().map(|name| name.as_str().replace('*', "x"));
    name.is_some_and(|name| selects(role, side, namespace, &name))
}

fn selects(role: &Role<'_>, side: &Arranged<'_>, namespace: &str, name: &str) -> bool {
    let caller = side.access.caller(namespace, name);
    let dialect = side.hold(role.hold).and_then(|hold| hold.dialects.first().copied());
    let outcome = attempt(&caller, role.role, role.method, dialect.unwrap_or(Dialect::VaultCurrent));
    match outcome {
        Outcome::Accepted(_) => true,
        Outcome::Unknown { missing, .. } => {
            !missing.iter().any(|it| matches!(it, crate::semantics::login::Missing::NamespaceLabels(_)))
        }
        Outcome::Refused(_) => false,
    }
}

fn account(namespace: &str, name: &str) -> Somebody {
    let who = WhoIs::Account(format!("{namespace}/{name}"));
    Somebody {
        who,
        cluster: 0,
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        selected: None,
        within: None,
    }
}

/// Whoever is admitted by an entry for names and one for namespaces.
fn somebody(name: &str, namespace: &str, strangers: &mut Strangers<'_>) -> Somebody {
    if !name.contains('*') && !namespace.contains('*') {
        return account(namespace, name);
    }
    Somebody {
        who: WhoIs::Stranger(stranger_in_words(name, namespace)),
        cluster: 0,
        namespace: strangers.of_namespace(namespace),
        name: strangers.of_name(name),
        selected: None,
        within: None,
    }
}

/// Strangers whose name or namespace, put into a path by a template, meets other rules.
fn parts(role: &Role<'_>, values: &Values, strangers: &mut Strangers<'_>, found: &mut BTreeSet<Somebody>) {
    let inside = |glob: &str, values: &BTreeSet<String>| -> Vec<String> {
        let admitted = |value: &&String| {
            let one = value.replace('*', "some-other");
            value.as_str() != glob && glob.contains('*') && bound::admits(glob, &one)
        };
        values.iter().filter(admitted).take(MOST_VALUES).cloned().collect()
    };
    for name in role.role.names() {
        for namespace in role.role.namespaces() {
            let (name, namespace) = (name.as_str(), namespace.as_str());
            let whole = somebody(name, namespace, strangers);
            if !matches!(whole.who, WhoIs::Stranger(_)) {
                continue;
            }
            let mut names = inside(name, &values.names);
            let mut namespaces = inside(namespace, &values.namespaces);
            names.push(name.to_owned());
            namespaces.push(namespace.to_owned());
            if names.len().saturating_mul(namespaces.len()) > MOST_VALUES {
                // Both at once only where a rule may take both.
                for own in &names {
                    found.insert(part(own, namespace, &whole, strangers));
                }
                for own in &namespaces {
                    found.insert(part(name, own, &whole, strangers));
                }
                continue;
            }
            for own in &names {
                for of in &namespaces {
                    found.insert(part(own, of, &whole, strangers));
                }
            }
        }
    }
}

fn part(name: &str, namespace: &str, whole: &Somebody, strangers: &mut Strangers<'_>) -> Somebody {
    let part = somebody(name, namespace, strangers);
    match &part.who {
        WhoIs::Stranger(text) if part.who != whole.who => {
            Somebody { who: WhoIs::Part(text.clone()), within: Some(whole.who.clone()), ..part }
        }
        WhoIs::Account(text) => {
            Somebody { who: WhoIs::Part(text.clone()), within: Some(whole.who.clone()), ..part }
        }
        _ => part,
    }
}

/// ``any service account `ci-*` of namespaces `*` ``.
pub(in super::super) fn stranger_in_words(name: &str, namespace: &str) -> String {
    if namespace.contains('*') {
        format!("any service account {} of namespaces {}", word(name), word(namespace))
    } else {
        format!("any service account {} of the namespace {}", word(name), word(namespace))
    }
}

/// The roles of a side that admit somebody, in order.
pub(super) fn roles_of(side: &Arranged<'_>, somebody: &Somebody) -> Vec<usize> {
    let mut roles: Vec<usize> = side
        .may_admit(&somebody.namespace, &somebody.name)
        .into_iter()
        .filter(|at| {
            let Some(role) = side.roles.get(*at) else { return false };
            if role.cluster != somebody.cluster {
                return false;
            }
            let names = role.role.names();
            if !names.iter().any(|entry| bound::admits(entry.as_str(), &somebody.name)) {
                return false;
            }
            let listed = role.role.namespaces();
            if listed.iter().any(|entry| bound::admits(entry.as_str(), &somebody.namespace)) {
                return true;
            }
            let Some(selector) = &role.selector else { return false };
            match &somebody.selected {
                Some(key) => *key == selector.key || selector.selects_all,
                None => selector.selects_all || selects(role, side, &somebody.namespace, &somebody.name),
            }
        })
        .collect();
    roles.sort_unstable();
    roles.dedup();
    roles
}

/// Names for whom nobody has thought of.
struct Strangers<'s> {
    names: Entries<'s>,
    namespaces: Entries<'s>,
    crowded: Vec<String>,
}

#[derive(Default)]
struct Entries<'s> {
    plain: HashSet<&'s str>,
    globs: BTreeSet<&'s str>,
    known: HashMap<String, String>,
}

impl<'s> Strangers<'s> {
    fn new(sides: [&Arranged<'s>; 2]) -> Strangers<'s> {
        let (mut names, mut namespaces) = (Entries::default(), Entries::default());
        for role in sides.iter().flat_map(|side| &side.roles) {
            role.role.names().iter().for_each(|entry| names.take(entry.as_str()));
            role.role.namespaces().iter().for_each(|entry| namespaces.take(entry.as_str()));
        }
        Strangers { names, namespaces, crowded: Vec::new() }
    }

    fn of_name(&mut self, glob: &str) -> String {
        self.names.stranger(glob, &mut self.crowded)
    }

    fn of_namespace(&mut self, glob: &str) -> String {
        self.namespaces.stranger(glob, &mut self.crowded)
    }
}

impl<'s> Entries<'s> {
    fn take(&mut self, entry: &'s str) {
        if entry.contains('*') {
            self.globs.insert(entry);
        } else {
            self.plain.insert(entry);
        }
    }

    /// A text that `glob` admits and that another glob admits only if it admits all that `glob` does.
    fn stranger(&mut self, glob: &str, crowded: &mut Vec<String>) -> String {
        /// A letter of no name: what admits it in the place of a `*` has a `*` there, too.
        const FOREIGN: &str = "\u{1}";
        if !glob.contains('*') {
            return glob.to_owned();
        }
        if let Some(known) = self.known.get(glob) {
            return known.clone();
        }
        let foreign = glob.replace('*', FOREIGN);
        let covering: BTreeMap<&str, bool> =
            self.globs.iter().map(|other| (*other, bound::admits(other, &foreign))).collect();
        let letters = ('a'..='z').chain('0'..='9');
        let others =
            letters.flat_map(|first| ["some-other", "x9-other"].map(|text| format!("{first}{text}")));
        let mut fillings = ["some-other", "any-other"].map(str::to_owned).into_iter().chain(others);
        let is_stranger = |text: &String| {
            !self.plain.contains(text.as_str())
                && covering.iter().all(|(other, covers)| bound::admits(other, text) == *covers)
        };
        let found = fillings.by_ref().map(|filling| glob.replace('*', &filling)).find(is_stranger);
        let text = found.unwrap_or_else(|| {
            crowded.push(glob.to_owned());
            glob.replace('*', "some-other")
        });
        self.known.insert(glob.to_owned(), text.clone());
        text
    }
}
