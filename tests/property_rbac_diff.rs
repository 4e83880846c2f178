//! Comparing RBAC against plain enumeration: for random pairs of clusters, each change that is told is true, and each
//! request that the two answer differently is told.

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

mod common;

use std::time::{Duration, Instant};

use common::Random;
use rolewright::model::lower;
use rolewright::model::project::{Project, Settings};
use rolewright::semantics::authorizer::{Query, User};
use rolewright::semantics::comparison::{Change, Comparison, Direction, What};
use rolewright::semantics::rbac::Request;
use rolewright::semantics::reach::Access;
use rolewright::semantics::reach::kubernetes::Question;
use rolewright::syntax::{Source, SourceId, Sources};
use serde_json::{Value, json};

const PAIRS: usize = 700;
/// Pairs of clusters with a role of the secrets engine.
const ENGINES: usize = 40;

const VERBS: &[&str] = &["get", "list", "*"];
const GROUPS: &[&str] = &["", "apps", "example.com", "*"];
const RESOURCES: &[&str] =
    &["pods", "secrets", "deployments", "widgets", "pods/log", "*/log", "*", "nodes", "namespaces"];
const NAMES: &[&str] = &["x", "y", "one"];
const URLS: &[&str] = &["/a", "/a/*", "/a**", "*", "/a/b"];
const PLACES: &[&str] = &["one", "two"];
const SUBJECTS: &[(&str, &str, Option<&str>)] = &[
    ("User", "alice", None),
    ("User", "system:serviceaccount:one:bot", None),
    ("Group", "ops", None),
    ("Group", "system:serviceaccounts", None),
    ("Group", "system:serviceaccounts:one", None),
    ("Group", "system:authenticated", None),
    ("ServiceAccount", "bot", Some("one")),
    ("ServiceAccount", "bot", None),
    ("ServiceAccount", "job", Some("two")),
];

#[test]
fn changes_are_those_of_plain_enumeration() {
    let mut random = Random(20_261_123);
    let everybody = everybody();
    let (mut equal, mut changed, mut requests) = (0, 0, 0);
    for round in 0..PAIRS {
        let before = objects(&mut random, 4);
        let after = edited(&before, &mut random);
        let (old, new) = (project(&before), project(&after));
        let comparison = Comparison::of(&old, &new);
        let told = || format!("round {round}\n{}\n{}\n{comparison:#?}", text(&before), text(&after));
        assert_eq!(comparison.contradictions, Vec::<String>::new(), "{}", told());
        let (of_old, of_new) = (Access::new(&old), Access::new(&new));
        let answers = |user: &User, query: &Query<'_>| {
            let says = |access: &Access<'_>| access.cluster().by_rbac(user, query).is_some();
            (says(&of_old), says(&of_new))
        };
        for change in &comparison.changes {
            let question = witness(change);
            for who in &change.who {
                let wanted = (change.direction == Direction::Lost, change.direction == Direction::Gained);
                let found = match everybody.iter().find(|(name, _, _)| name == who) {
                    Some((_, _, user)) => answers(user, &question.query()),
                    None => {
                        let says = |objects: &[Value]| {
                            let project = project(&with_somebody_bound(objects, who));
                            let access = Access::new(&project);
                            access
                                .cluster()
                                .by_rbac(
                                    &User { name: "bound".to_owned(), groups: Vec::new() },
                                    &question.query(),
                                )
                                .is_some()
                        };
                        (says(&before), says(&after))
                    }
                };
                assert_eq!(found, wanted, "{change:#?}\n{}", told());
                assert!(holds(change, &question.query()), "{change:#?} holds its witness {question:?}");
            }
        }
        let mut differing = 0;
        for (name, groups, user) in &everybody {
            each_query(|query| {
                requests += 1;
                let (was, is) = answers(user, query);
                if was == is {
                    return;
                }
                differing += 1;
                let direction = if is { Direction::Gained } else { Direction::Lost };
                let is_told = comparison.changes.iter().any(|change| {
                    let about = change.who.iter().any(|who| who == name || groups.contains(who));
                    change.direction == direction && about && holds(change, query)
                });
                assert!(is_told, "{name}: {query:?} was {was}, is {is}\n{}", told());
            });
        }
        // What no request of the enumeration shows may still be told: there are more words than these.
        equal += usize::from(differing == 0 && comparison.changes.is_empty());
        changed += usize::from(differing > 0);
    }
    println!("{PAIRS} pairs, {equal} equal, {changed} changed, {requests} requests");
    assert!(equal > PAIRS / 10 && changed > PAIRS / 3, "{equal} {changed}");
}

/// What credentials of the Kubernetes secrets engine are, and what they may do: by enumeration of service accounts that the
/// engine's role names or makes, each bound as the engine would bind it.
#[test]
fn credentials_are_those_of_plain_enumeration() {
    let mut random = Random(20_261_124);
    let (mut equal, mut changed, mut gained) = (0, 0, 0);
    for round in 0..ENGINES {
        let before = objects(&mut random, 3);
        let after = if random.below(3) == 0 { before.clone() } else { edited(&before, &mut random) };
        let role = Engine::random(&mut random);
        let next = if random.below(2) == 0 { role.clone() } else { role.edited(&mut random) };
        let (old, new) = (engine_project(&before, &role), engine_project(&after, &next));
        let comparison = Comparison::of(&old, &new);
        let told = || {
            let texts = (role.text(), text(&before), next.text(), text(&after));
            format!(
                "round {round}\n{}\n{}\n-----\n{}\n{}\n{comparison:#?}",
                texts.0, texts.1, texts.2, texts.3
            )
        };
        assert_eq!(comparison.contradictions, Vec::<String>::new(), "{}", told());
        let who = "whoever may use `kubernetes/creds/d`";
        let own = || comparison.changes.iter().filter(|change| change.who.iter().any(|it| it == who));
        let (was, is) = (role.credentials(), next.credentials());
        for (direction, more, less) in [(Direction::Gained, &is, &was), (Direction::Lost, &was, &is)] {
            let is_more = more.iter().any(|one| !less.contains(one));
            let is_told =
                own().any(|it| it.direction == direction && matches!(it.what, What::Setting { .. }));
            assert_eq!(is_more, is_told, "{direction:?} {more:?} {less:?}\n{}", told());
        }
        let (was, is) = (Held::of(&before, &role), Held::of(&after, &next));
        let mut differing = was.is_differing(&is);
        let (was, is) = (was.asked(), is.asked());
        each_query(|query| {
            let (was, is) = (was.allows(query), is.allows(query));
            if was == is {
                return;
            }
            differing = true;
            let direction = if is { Direction::Gained } else { Direction::Lost };
            gained += usize::from(is);
            let is_told = comparison.changes.iter().any(|change| {
                let groups = ["Group system:serviceaccounts", "Group system:authenticated"];
                let about = change.who.iter().any(|it| it == who || groups.contains(&it.as_str()));
                change.direction == direction && about && may_hold(change, query)
            });
            assert!(is_told, "{query:?} was {was}, is {is}\n{}", told());
        });
        if before == after && role == next {
            assert_eq!(own().count(), 0, "{}", told());
            assert!(comparison.doubts.is_empty(), "{}", told());
        }
        for change in own().filter(|change| change.what.is_of_cluster()) {
            // A Role in each namespace lets the Namespace objects be read one by one, which is told as less than it is.
            let is_open = role.namespaces == ["*"] || next.namespaces == ["*"];
            if is_open
                && matches!(&change.what, What::Objects { witness, .. } if witness.contains(" namespaces"))
            {
                continue;
            }
            let question = witness(change);
            let query = question.query();
            let query = match query {
                // Any namespace that nothing is said of.
                Query::Resource { request, namespace: Some("NAMESPACE") } => {
                    Query::Resource { request, namespace: Some("three") }
                }
                query => query,
            };
            let wanted = (change.direction == Direction::Lost, change.direction == Direction::Gained);
            assert_eq!((was.allows(&query), is.allows(&query)), wanted, "{change:#?}\n{}", told());
        }
        equal += usize::from(!differing && own().count() == 0);
        changed += usize::from(differing);
    }
    println!("{ENGINES} pairs, {equal} equal, {changed} changed, {gained} requests gained");
    assert!(
        equal > ENGINES / 10 && changed > ENGINES / 4 && gained > ENGINES / 2,
        "{equal} {changed} {gained}"
    );
}

/// As [`holds`], for a change that speaks of any other namespace, too.
fn may_hold(change: &Change, query: &Query<'_>) -> bool {
    let mut anywhere = change.clone();
    if let What::Objects { namespace, .. } = &mut anywhere.what
        && namespace.as_deref() == Some("NAMESPACE")
    {
        *namespace = query.namespace_name();
    }
    holds(&anywhere, query)
}

trait Placed {
    fn namespace_name(&self) -> Option<String>;
}

impl Placed for Query<'_> {
    fn namespace_name(&self) -> Option<String> {
        match self {
            Query::Resource { namespace, .. } => namespace.map(str::to_owned),
            Query::Url { .. } => None,
        }
    }
}

/// A role of the engine.
#[derive(Debug, Clone, PartialEq)]
struct Engine {
    namespaces: Vec<&'static str>,
    kind: &'static str,
    what: Credential,
}

#[derive(Debug, Clone, PartialEq)]
enum Credential {
    Account(&'static str),
    Role(&'static str),
    Rules(Vec<Value>),
}

impl Engine {
    fn random(random: &mut Random) -> Engine {
        let lists: [&[&str]; 5] = [&["one"], &["two"], &["one", "two"], &["*"], &["three"]];
        let what = match random.below(4) {
            0 | 1 => Credential::Role(random.one(&["r0", "r1", "r2", "r3"])),
            2 => Credential::Account(random.one(&["bot", "job"])),
            _ => Credential::Rules((0..=random.below(2)).map(|_| rule(random, false)).collect()),
        };
        Engine {
            namespaces: lists[random.below(5)].to_vec(),
            kind: random.one(&["Role", "ClusterRole", "clusterrole"]),
            what,
        }
    }

    fn edited(&self, random: &mut Random) -> Engine {
        let other = Engine::random(random);
        match random.below(4) {
            0 => Engine { namespaces: other.namespaces, ..self.clone() },
            1 => Engine { kind: other.kind, ..self.clone() },
            _ => Engine { what: other.what, ..self.clone() },
        }
    }

    fn text(&self) -> String {
        let what = match &self.what {
            Credential::Account(name) => json!({"service_account_name": name}),
            Credential::Role(name) => json!({"kubernetes_role_name": name}),
            Credential::Rules(rules) => json!({"generated_role_rules": json!({"rules": rules}).to_string()}),
        };
        let mut role = what;
        role["allowed_kubernetes_namespaces"] = json!(self.namespaces);
        role["kubernetes_role_type"] = json!(self.kind);
        format!(
            "apiVersion: rolewright/v1\nkind: Access\nname: e\nvault:\n  secrets_engines:\n    kubernetes:\n      roles:\n        d: {role}\n"
        )
    }

    /// Where credentials are made; a namespace of which nothing is said among them.
    fn places(&self) -> Vec<&'static str> {
        match self.namespaces.as_slice() {
            ["*"] => vec!["one", "two", "three"],
            named => named.to_vec(),
        }
    }

    /// As whom somebody may act.
    fn credentials(&self) -> Vec<(&'static str, &'static str)> {
        let name = if let Credential::Account(name) = &self.what { name } else { "" };
        self.places().into_iter().map(|place| (place, name)).collect()
    }
}

/// Credentials, each with the cluster as it is once the engine has made it.
struct Held {
    all: Vec<(Project, User)>,
}

impl Held {
    fn of(objects: &[Value], role: &Engine) -> Held {
        let is_wide = role.kind.eq_ignore_ascii_case("clusterrole");
        let kind = if is_wide { "ClusterRole" } else { "Role" };
        let mut all = Vec::new();
        for place in role.places() {
            if let Credential::Account(name) = &role.what {
                all.push((project(objects), User::service_account(place, name)));
                continue;
            }
            let mut objects = objects.to_vec();
            let name = match &role.what {
                Credential::Rules(rules) => {
                    objects.push(self::role(kind, "made", (!is_wide).then_some(place), rules.clone()));
                    "made"
                }
                Credential::Role(name) => name,
                Credential::Account(_) => continue,
            };
            let subject = subject("ServiceAccount", "v-made", Some(place));
            objects.push(binding("v-made", (!is_wide).then_some(place), (kind, name), vec![subject]));
            all.push((project(&objects), User::service_account(place, "v-made")));
        }
        Held { all }
    }

    fn asked(&self) -> Asked<'_> {
        Asked { all: self.all.iter().map(|(project, user)| (Access::new(project), user)).collect() }
    }

    fn is_differing(&self, other: &Held) -> bool {
        let users = |held: &Held| held.all.iter().map(|(_, user)| user.name.clone()).collect::<Vec<_>>();
        users(self) != users(other)
    }
}

struct Asked<'p> {
    all: Vec<(Access<'p>, &'p User)>,
}

impl Asked<'_> {
    /// True if some credential allows it.
    fn allows(&self, query: &Query<'_>) -> bool {
        self.all.iter().any(|(access, user)| access.cluster().by_rbac(user, query).is_some())
    }
}

fn engine_project(objects: &[Value], role: &Engine) -> Project {
    let texts = [("all.yaml", text(objects)), ("e.access.yaml", role.text())];
    let settings = Settings::default();
    let sources: Vec<Source> = texts
        .into_iter()
        .enumerate()
        .map(|(at, (name, text))| Source {
            id: SourceId(u32::try_from(at).unwrap()),
            name: name.to_owned(),
            text,
            bom: false,
        })
        .collect();
    let lowered = sources.iter().map(|source| lower::file(source, &settings)).collect();
    let project = Project::assemble(Sources::new(sources), lowered, settings);
    assert!(project.syntax_errors.is_empty() && project.malformed.is_empty(), "{:?}", project.malformed);
    project
}

/// A thousand roles and bindings with ten edits, and hostile ones.
#[test]
fn many_objects_and_hostile_ones_end_soon() {
    let many = |edits: usize| -> Vec<Value> {
        let mut all = Vec::new();
        for at in 0..1_000 {
            let verbs = if at < edits { json!(["get", "list", "watch"]) } else { json!(["get", "list"]) };
            let namespace = format!("n{}", at % 50);
            let rule = json!({"apiGroups": [""], "resources": ["pods", "secrets"], "verbs": verbs});
            all.push(role("Role", &format!("r{at}"), Some(&namespace), vec![rule]));
            let subject = subject("ServiceAccount", &format!("s{}", at % 100), Some(&namespace));
            all.push(binding(
                &format!("b{at}"),
                Some(&namespace),
                ("Role", &format!("r{at}")),
                vec![subject],
            ));
        }
        all
    };
    let (old, new) = (project(&many(0)), project(&many(10)));
    let start = Instant::now();
    let comparison = Comparison::of(&old, &new);
    let took = start.elapsed();
    println!("1,000 roles and bindings: {took:?}");
    assert_eq!(comparison.changes.len(), 20);
    assert!(took < Duration::from_secs(3), "{took:?}");

    let words =
        |word: &str, count: usize| -> Vec<String> { (0..count).map(|at| format!("{word}{at}")).collect() };
    let wide = |count: usize| {
        let rule = json!({"apiGroups": words("g", count), "resources": words("r", count),
            "verbs": words("v", count), "resourceNames": words("n", count)});
        let subject = subject("ServiceAccount", "bot", Some("one"));
        vec![
            role("ClusterRole", "r", None, vec![rule]),
            binding("b", None, ("ClusterRole", "r"), vec![subject]),
        ]
    };
    let (old, new) = (project(&wide(60)), project(&wide(61)));
    let start = Instant::now();
    let comparison = Comparison::of(&old, &new);
    let took = start.elapsed();
    println!("hostile: {took:?}, {} doubts", comparison.doubts.len());
    assert_eq!(comparison.doubts.len(), 1, "{:?}", comparison.doubts);
    assert!(took < Duration::from_secs(40), "{took:?}");
}

/// Everybody whom bindings may name, with the names of the groups whose rights they have.
fn everybody() -> Vec<(String, Vec<String>, User)> {
    let account = |namespace: &str, name: &str| {
        let user = User::service_account(namespace, name);
        let groups = user.groups.iter().map(|group| format!("Group {group}")).collect();
        (format!("{namespace}/{name}"), groups, user)
    };
    let group = |name: &str, others: &[&str]| {
        let all = std::iter::once(name).chain(others.iter().copied());
        let groups: Vec<String> = all.map(str::to_owned).collect();
        let names = groups.iter().map(|group| format!("Group {group}")).collect();
        (format!("Group {name}"), names, User { name: "nobody-else".to_owned(), groups })
    };
    let authenticated = "system:authenticated";
    let alice = User { name: "alice".to_owned(), groups: vec![authenticated.to_owned()] };
    vec![
        account("one", "bot"),
        account("two", "bot"),
        account("two", "job"),
        ("User alice".to_owned(), vec![format!("Group {authenticated}")], alice),
        group("ops", &[authenticated]),
        group("system:serviceaccounts", &[authenticated]),
        group("system:serviceaccounts:one", &["system:serviceaccounts", authenticated]),
        group(authenticated, &[]),
    ]
}

/// Every request that the words above can tell apart and that an API server asks about.
fn each_query(mut ask: impl FnMut(&Query<'_>)) {
    const THINGS: &[(&str, &str, bool)] = &[
        ("", "pods", true),
        ("", "secrets", true),
        ("", "pods/log", true),
        ("", "nodes", false),
        ("apps", "deployments", true),
        ("example.com", "widgets", true),
        ("example.com", "pods", true),
        ("example.com", "widgets/log", true),
        ("other.io", "things", true),
    ];
    for verb in ["get", "list", "watch"] {
        for (group, resource, namespaced) in THINGS {
            for name in [None, Some("x"), Some("z")] {
                let request = Request { verb, group, resource, name };
                for namespace in [None, Some("one"), Some("two")] {
                    if *namespaced || namespace.is_none() {
                        ask(&Query::Resource { request, namespace });
                    }
                }
            }
        }
        for name in [None, Some("one"), Some("two"), Some("x")] {
            if name.is_none() == matches!(verb, "list" | "watch") {
                let request = Request { verb, group: "", resource: "namespaces", name };
                ask(&Query::Resource { request, namespace: name });
            }
        }
        for path in ["/a", "/a/", "/a/b", "/a/c", "/b", "/"] {
            ask(&Query::Url { verb, path });
        }
    }
}

/// True if the request is one of those that the change speaks of, by its own words.
fn holds(change: &Change, query: &Query<'_>) -> bool {
    let What::Objects { verbs, on, name, namespace, .. } = &change.what else { return false };
    let has = |verb: &str| verbs.iter().any(|it| it == "*" || it == verb);
    match *query {
        Query::Url { verb, path } => {
            let start = on.trim_end_matches('*');
            has(verb)
                && (on == path || (on.ends_with('*') && path.starts_with(start)))
                && on.starts_with(['/', '*'])
        }
        Query::Resource { request, namespace: place } => {
            let (thing, part) =
                on.split_once('/').map_or((on.as_str(), None), |(thing, part)| (thing, Some(part)));
            let (resource, group) = thing.split_once('.').unwrap_or((thing, ""));
            let (parent, own_part) = match request.resource.split_once('/') {
                Some((parent, part)) => (parent, Some(part)),
                None => (request.resource, None),
            };
            let is_thing = match (resource, part) {
                ("*", None) => true,
                ("*", part) => part == own_part,
                _ => resource == parent && part == own_part,
            };
            has(request.verb)
                && (group == "*" || group == request.group)
                && is_thing
                && name.as_deref().is_none_or(|name| Some(name) == request.name)
                && namespace.as_deref().is_none_or(|namespace| Some(namespace) == place)
                && !on.starts_with('/')
        }
    }
}

/// The witness, read back as `can-i` would.
fn witness(change: &Change) -> Question {
    let What::Objects { witness, .. } = &change.what else { panic!("{change:?} is about Kubernetes") };
    let words: Vec<&str> = witness.split(' ').map(|word| word.trim_matches('\'')).collect();
    let (verb, on) = (words[0], words[1]);
    let mut rest = words[2..].iter();
    let (mut name, mut namespace) = (None, None);
    while let Some(word) = rest.next() {
        match *word {
            "-n" => namespace = rest.next().copied(),
            "-A" => {}
            word => name = Some(word),
        }
    }
    let own = |word: Option<&str>| word.map(str::to_owned);
    // A list by a field selector is not made in the namespace that it names.
    let is_listed = on == "namespaces" && matches!(verb, "list" | "watch");
    let read = Question::read(verb, on, name, namespace).ok().filter(|_| !is_listed);
    // Of the core group, `can-i` takes what it knows.
    read.unwrap_or_else(|| Question::Resource {
        verb: verb.to_owned(),
        group: String::new(),
        resource: on.to_owned(),
        name: own(name),
        namespace: own(namespace),
    })
}

fn objects(random: &mut Random, most: usize) -> Vec<Value> {
    let mut all = Vec::new();
    for at in 0..=random.below(most) {
        grantor(at, random, &mut all);
    }
    all
}

/// A role and a binding to it.
fn grantor(at: usize, random: &mut Random, all: &mut Vec<Value>) {
    let place = PLACES[random.below(2)];
    let is_cluster_role = random.below(2) == 0;
    let is_wide = is_cluster_role && random.below(2) == 0;
    let rules = (0..=random.below(2)).map(|_| rule(random, is_cluster_role)).collect();
    let kind = if is_cluster_role { "ClusterRole" } else { "Role" };
    all.push(role(kind, &format!("r{at}"), (!is_cluster_role).then_some(place), rules));
    let subjects = (0..=random.below(2)).map(|_| {
        let (kind, name, namespace) = SUBJECTS[random.below(SUBJECTS.len())];
        let namespace = namespace.or((is_wide && kind == "ServiceAccount").then_some("one"));
        subject(kind, name, namespace)
    });
    let subjects = subjects.collect();
    all.push(binding(&format!("b{at}"), (!is_wide).then_some(place), (kind, &format!("r{at}")), subjects));
}

/// The same objects with an edit or two, some of which change nothing.
fn edited(objects: &[Value], random: &mut Random) -> Vec<Value> {
    let mut all = objects.to_vec();
    for _ in 0..=random.below(2) {
        let at = random.below(all.len());
        match random.below(7) {
            0 => all.reverse(),
            1 => {
                all.remove(at);
                if all.is_empty() {
                    return objects.to_vec();
                }
            }
            2 => grantor(7, random, &mut all),
            3 | 4 if all[at]["rules"].is_array() => {
                let is_cluster_role = all[at]["kind"] == "ClusterRole";
                let rule = rule(random, is_cluster_role);
                all[at]["rules"].as_array_mut().unwrap().push(rule);
            }
            // One rule becomes one for each of its verbs.
            5 if all[at]["rules"].is_array() => {
                let rules = all[at]["rules"].as_array_mut().unwrap();
                let first = rules.remove(0);
                for verb in first["verbs"].as_array().unwrap() {
                    let mut part = first.clone();
                    part["verbs"] = json!([verb]);
                    rules.push(part);
                }
                if rules.is_empty() {
                    rules.push(first);
                }
            }
            _ if all[at]["subjects"].is_array() => {
                let (kind, name, namespace) = SUBJECTS[random.below(SUBJECTS.len())];
                let wide = all[at]["kind"] == "ClusterRoleBinding" && kind == "ServiceAccount";
                let subject = subject(kind, name, namespace.or(wide.then_some("one")));
                all[at]["subjects"].as_array_mut().unwrap().push(subject);
            }
            _ => {}
        }
    }
    all
}

fn rule(random: &mut Random, may_have_urls: bool) -> Value {
    if may_have_urls && random.below(5) == 0 {
        return json!({"nonResourceURLs": random.some(URLS, 1), "verbs": random.some(VERBS, 1)});
    }
    let mut rule = json!({"apiGroups": random.some(GROUPS, 1), "resources": random.some(RESOURCES, 1),
        "verbs": random.some(VERBS, 1)});
    if random.below(4) == 0 {
        rule["resourceNames"] = json!(random.some(NAMES, 1));
    }
    rule
}

fn role(kind: &str, name: &str, namespace: Option<&str>, rules: Vec<Value>) -> Value {
    json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata(name, namespace),
        "rules": rules})
}

fn binding(name: &str, namespace: Option<&str>, (kind, role): (&str, &str), subjects: Vec<Value>) -> Value {
    let own = if namespace.is_some() { "RoleBinding" } else { "ClusterRoleBinding" };
    json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": own, "metadata": metadata(name, namespace),
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": role}, "subjects": subjects})
}

fn subject(kind: &str, name: &str, namespace: Option<&str>) -> Value {
    let mut subject = json!({"kind": kind, "name": name});
    if let Some(namespace) = namespace {
        subject["namespace"] = json!(namespace);
    }
    subject
}

fn metadata(name: &str, namespace: Option<&str>) -> Value {
    match namespace {
        Some(namespace) => json!({"name": name, "namespace": namespace}),
        None => json!({"name": name}),
    }
}

/// The objects, and the user `bound` that is bound to the role of whom ``whoever is bound to the KIND `NAME` of the
/// namespace `NAMESPACE` `` speaks.
fn with_somebody_bound(objects: &[Value], who: &str) -> Vec<Value> {
    let words: Vec<&str> = who.split('`').collect();
    let (kind, name, namespace) = match words.as_slice() {
        ["whoever is bound to the ClusterRole ", name, ""] => ("ClusterRole", *name, None),
        ["whoever is bound to the Role ", name, " of the namespace ", namespace, ""] => {
            ("Role", *name, Some(*namespace))
        }
        _ => panic!("{who} is nobody"),
    };
    let mut binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "somebody-bound"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "bound"}],
    });
    if let Some(namespace) = namespace {
        binding["kind"] = json!("RoleBinding");
        binding["metadata"]["namespace"] = json!(namespace);
    }
    objects.iter().cloned().chain([binding]).collect()
}

fn text(objects: &[Value]) -> String {
    objects.iter().map(|object| format!("---\n{object}\n")).collect()
}

fn project(objects: &[Value]) -> Project {
    let source = Source { id: SourceId(0), name: "all.yaml".to_owned(), text: text(objects), bom: false };
    let settings = Settings::default();
    let lowered = lower::file(&source, &settings);
    let project = Project::assemble(Sources::new(vec![source]), vec![lowered], settings);
    assert!(project.syntax_errors.is_empty() && project.malformed.is_empty(), "{:?}", project.malformed);
    project
}

/// Numbers that are the same in every run.
impl Random {
    /// One word more than `most` at the most, each once.
    fn some(&mut self, of: &[&'static str], most: usize) -> Vec<&'static str> {
        let mut words: Vec<&str> = (0..=self.below(most + 1)).map(|_| of[self.below(of.len())]).collect();
        words.sort_unstable();
        words.dedup();
        words
    }
}
