//! Claims about everybody in a cluster against the enumeration of everybody and of all requests.

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

use proptest::prelude::*;
use rolewright::model::lower;
use rolewright::model::project::{Project, Settings};
use rolewright::semantics::expectation::{Outcome, Prover};
use rolewright::syntax::{Source, SourceId, Sources};

/// No rule names `zzz`: it stands for all words that nobody has thought of.
const GROUPS: &[&str] = &["", "apps", "zzz.io"];
const RESOURCES: &[&str] = &[
    "secrets",
    "pods",
    "pods/log",
    "pods/zzz",
    "deployments",
    "zzz",
    "zzz/log",
    "zzz/zzz",
    "nodes",
    "namespaces",
];
const NAMES: &[&str] = &["", "x", "one", "two", "*", "zzz"];
const PATHS: &[&str] = &["/q", "/q/", "/q/b", "/q/b/zzz", "/q/bzzz", "/q/zzz", "/qzzz", "/zzz"];
const PLACES: &[&str] = &["", "one", "two", "three"];

/// Verbs, groups, resources, names, paths.
type Rule = [Vec<&'static str>; 5];

#[derive(Debug, Clone)]
struct Grant {
    rules: Vec<Rule>,
    /// Nothing for the whole cluster.
    namespace: Option<&'static str>,
    subjects: Vec<(&'static str, &'static str)>,
    /// The role is not among the inputs.
    missing: bool,
}

#[derive(Debug, Clone)]
struct Claim {
    who: &'static str,
    can: bool,
    verb: &'static str,
    on: &'static str,
    named: Option<&'static str>,
    namespace: &'static str,
}

/// Who can be told from whom: name, groups, and the service account's namespace.
const EVERYBODY: &[(&str, &[&str])] = &[
    ("sa:one:bot", &["sas", "sas:one", "auth"]),
    ("sa:one:zzz", &["sas", "sas:one", "auth"]),
    ("sa:two:bot", &["sas", "sas:two", "auth"]),
    ("sa:two:zzz", &["sas", "sas:two", "auth"]),
    ("sa:three:zzz", &["sas", "sas:three", "auth"]),
    ("alice", &["auth"]),
    ("zzz", &["auth"]),
    ("member", &["ops", "auth"]),
    ("anonymous", &["unauth"]),
];

fn some(of: &'static [&'static str], most: usize) -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(of), 1..=most)
}

fn rule() -> impl Strategy<Value = Rule> {
    let verbs = || some(&["get", "delete", "get", "*"], 2);
    let resources = some(
        &["secrets", "pods", "pods/log", "*/log", "pods/*", "*", "*", "nodes", "namespaces", "deployments"],
        2,
    );
    let names = prop_oneof![3 => Just(Vec::new()), 1 => some(&["x", "one", "", "*"], 2)];
    let on_resources = (verbs(), some(&["", "apps", "*"], 2), resources, names, Just(Vec::new()));
    let urls = some(&["/q", "/q/*", "/q/b*", "*", "/q/**", "/q*"], 2);
    let on_urls = (verbs(), Just(Vec::new()), Just(Vec::new()), Just(Vec::new()), urls);
    prop_oneof![4 => on_resources.prop_map(Rule::from), 1 => on_urls.prop_map(Rule::from)]
}

fn grant() -> impl Strategy<Value = Grant> {
    let subjects = prop::collection::vec(
        prop::sample::select(vec![
            ("ServiceAccount", "one:bot"),
            ("ServiceAccount", "two:bot"),
            ("User", "sa:two:bot"),
            ("User", "alice"),
            ("Group", "ops"),
            ("Group", "sas"),
            ("Group", "sas:one"),
            ("Group", "auth"),
            ("Group", "unauth"),
            ("User", "anonymous"),
            ("Robot", "alice"),
        ]),
        1..3,
    );
    let namespace = prop::sample::select(vec![None, Some("one"), Some("two")]);
    let missing = prop_oneof![9 => Just(false), 1 => Just(true)];
    (prop::collection::vec(rule(), 1..3), namespace, subjects, missing)
        .prop_map(|(rules, namespace, subjects, missing)| Grant { rules, namespace, subjects, missing })
}

fn claim() -> impl Strategy<Value = Claim> {
    let who = prop::sample::select(vec![
        "nobody: true",
        "nobody_except: [one/bot]",
        "nobody_except: ['group:ops', 'user:alice', two/bot]",
        "nobody_except: ['group:system:serviceaccounts:one']",
        "nobody_except: ['group:system:authenticated']",
        "only: [one/bot]",
        "only: ['group:system:serviceaccounts:one', 'user:alice']",
        "everybody_in: one",
        "everybody_in: two",
        "who: one/bot",
        "who: two/bot",
    ]);
    let on = prop::sample::select(vec![
        "secrets",
        "pods",
        "pods/log",
        "pods/*",
        "*/log",
        "*",
        "*.apps",
        "*.*",
        "secrets.*",
        "deployments.apps",
        "*.zzz.io",
        "nodes",
        "namespaces",
        "*/*",
        "/q",
        "/q/b",
        "/q/*",
        "/q*",
        "/q/b/zzz",
    ]);
    let named = prop::sample::select(vec![None, None, None, Some("*"), Some("x"), Some("one")]);
    let namespace = prop::sample::select(vec!["one", "two", "*"]);
    let verb = prop::sample::select(vec!["get", "get", "delete"]);
    (who, any::<bool>(), verb, on, named, namespace)
        .prop_map(|(who, can, verb, on, named, namespace)| match on {
            _ if on.starts_with('/') => Claim { who, can, verb, on, named: None, namespace: "*" },
            "nodes" | "namespaces" => Claim { who, can, verb, on, named, namespace: "*" },
            _ => Claim { who, can, verb, on, named, namespace },
        })
        .prop_filter("a question about one request is another one", |claim| {
            !claim.who.starts_with("who") || claim.on.contains('*') || claim.named == Some("*")
        })
}

/// One request without its verb.
type Request = (&'static str, &'static str, &'static str);

/// What the claim's pattern stands for in a namespace (`""` for the whole cluster).
fn requests(claim: &Claim, place: &str) -> Vec<Request> {
    if claim.on.starts_with('/') {
        let paths = PATHS.iter().filter(|path| match claim.on.strip_suffix('*') {
            Some(stem) => path.starts_with(stem),
            None => **path == claim.on,
        });
        return paths.map(|path| ("url", *path, "")).collect();
    }
    let (word, part) = match claim.on.split_once('/') {
        Some((word, part)) => (word, Some(part)),
        None => (claim.on, None),
    };
    let (word, group) = match word.split_once('.') {
        Some((word, group)) => (word, Some(group)),
        None => (word, None),
    };
    let mut all = Vec::new();
    for of in GROUPS {
        for resource in RESOURCES {
            for name in NAMES {
                let (own, own_part) = match resource.split_once('/') {
                    Some((own, part)) => (own, Some(part)),
                    None => (*resource, None),
                };
                let group_fits = match group {
                    Some("*") => true,
                    Some(group) => *of == group,
                    None => word == "*" || of.is_empty(),
                };
                let part_fits = match part {
                    None => word == "*" || own_part.is_none(),
                    Some("*") => own_part.is_some(),
                    Some(part) => own_part == Some(part),
                };
                let name_fits = claim.named.is_none_or(|named| named == "*" || named == *name);
                // Nodes lie outside of namespaces, and a Namespace in itself.
                let is_made = match (*of, own) {
                    ("", "nodes") => place.is_empty(),
                    ("", "namespaces") => place.is_empty() || place == *name,
                    _ => true,
                };
                if group_fits && (word == "*" || word == own) && part_fits && name_fits && is_made {
                    all.push((*of, *resource, *name));
                }
            }
        }
    }
    all
}

fn rule_allows(
    [verbs, groups, resources, names, urls]: &Rule,
    verb: &str,
    (group, resource, name): Request,
) -> bool {
    if !verbs.iter().any(|it| *it == "*" || *it == verb) {
        return false;
    }
    if group == "url" {
        return urls.iter().any(|url| {
            *url == resource || url.ends_with('*') && resource.starts_with(url.trim_end_matches('*'))
        });
    }
    let any_parent = resource.split_once('/').map(|(_, part)| format!("*/{part}"));
    groups.iter().any(|it| *it == "*" || *it == group)
        && resources.iter().any(|it| *it == "*" || *it == resource || any_parent.as_deref() == Some(*it))
        && (names.is_empty() || names.contains(&name))
}

fn is_held((name, groups): (&str, &[&str]), grant: &Grant) -> bool {
    grant.subjects.iter().any(|(kind, own)| match *kind {
        "User" => *own == name,
        "Group" => groups.contains(own),
        "ServiceAccount" => name.strip_prefix("sa:") == Some(own),
        _ => false,
    })
}

/// Whether somebody may do it; missing roles give all or nothing.
fn may(
    who: (&str, &[&str]),
    verb: &str,
    request: Request,
    place: &str,
    grants: &[Grant],
    missing: bool,
) -> bool {
    // The request for a Namespace object is made in the namespace of that name.
    let place = match request {
        ("", "namespaces", name) if !name.is_empty() && place.is_empty() => "",
        _ => place,
    };
    grants.iter().any(|grant| {
        let counts = match grant.namespace {
            None => true,
            Some(namespace) => namespace == place && request.0 != "url",
        };
        counts
            && is_held(who, grant)
            && match grant.missing {
                true => missing,
                false => grant.rules.iter().any(|rule| rule_allows(rule, verb, request)),
            }
    })
}

fn holds(claim: &Claim, grants: &[Grant], missing: bool) -> bool {
    let places: &[&str] = match claim.namespace {
        "*" => PLACES,
        one => &[PLACES[PLACES.iter().position(|place| *place == one).unwrap()]],
    };
    let can_on_one = |who: (&str, &[&str])| {
        places.iter().any(|place| {
            let all = requests(claim, place);
            all.into_iter().any(|request| may(who, claim.verb, request, place, grants, missing))
        })
    };
    let able = |who: (&str, &[&str])| {
        let place = places[0];
        let mut all = requests(claim, place).into_iter();
        all.all(|request| {
            // With its name known, a Namespace object is asked about in itself.
            let place = match request {
                ("", "namespaces", name) if claim.named == Some(name) => name,
                _ => place,
            };
            may(who, claim.verb, request, place, grants, missing)
        })
    };
    let is_in = |namespace: &str| {
        let prefix = format!("sa:{namespace}:");
        EVERYBODY.iter().copied().filter(move |(name, _)| name.starts_with(&prefix))
    };
    let except = |(name, groups): (&str, &[&str])| match claim.who {
        "nobody_except: [one/bot]" | "only: [one/bot]" => name == "sa:one:bot",
        "nobody_except: ['group:ops', 'user:alice', two/bot]" => {
            groups.contains(&"ops") || name == "alice" || name == "sa:two:bot"
        }
        "nobody_except: ['group:system:serviceaccounts:one']" => groups.contains(&"sas:one"),
        "nobody_except: ['group:system:authenticated']" => groups.contains(&"auth"),
        "only: ['group:system:serviceaccounts:one', 'user:alice']" => {
            groups.contains(&"sas:one") || name == "alice"
        }
        _ => false,
    };
    let mut others = EVERYBODY.iter().copied().filter(|it| !except(*it));
    let one = |name: &str| EVERYBODY.iter().copied().find(|it| it.0 == name).unwrap();
    // Of a group, the one who is in no other stands for all.
    // Whoever has a token can leave it out.
    let least = |who: (&str, &[&str])| match claim.can {
        true => able(who),
        false => !can_on_one(who) && !can_on_one(one("anonymous")),
    };
    let all_others = match claim.can {
        true => !others.any(can_on_one),
        false => able(one("zzz")) && able(one("anonymous")),
    };
    match claim.who {
        "everybody_in: one" => is_in("one").all(least),
        "everybody_in: two" => is_in("two").all(least),
        "who: one/bot" => least(one("sa:one:bot")),
        "who: two/bot" => least(one("sa:two:bot")),
        "only: [one/bot]" => least(one("sa:one:bot")) && all_others,
        "only: ['group:system:serviceaccounts:one', 'user:alice']" => {
            least(one("sa:one:zzz")) && least(one("alice")) && all_others
        }
        _ => all_others,
    }
}

fn text(grants: &[Grant]) -> String {
    let rbac = "rbac.authorization.k8s.io";
    let list =
        |words: &[&str]| words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<String>>().join(", ");
    let mut out = String::from("apiVersion: v1\nkind: List\nitems:\n");
    for namespace in ["one", "two"] {
        out += &format!(
            "- {{apiVersion: v1, kind: ServiceAccount, metadata: {{name: bot, namespace: {namespace}}}}}\n"
        );
    }
    // Somebody has to name those who are excepted.
    out += &format!(
        "- {{apiVersion: {rbac}/v1, kind: RoleBinding, metadata: {{name: names, namespace: named}}, roleRef: {{apiGroup: \
         {rbac}, kind: Role, name: none}}, subjects: [{{kind: Group, name: ops}}, {{kind: User, name: alice}}]}}\n\
         - {{apiVersion: {rbac}/v1, kind: Role, metadata: {{name: none, namespace: named}}, rules: []}}\n"
    );
    for (at, grant) in grants.iter().enumerate() {
        let own = grant.namespace.map_or(String::new(), |namespace| format!(", namespace: {namespace}"));
        let (kind, binding) = match grant.namespace {
            None => ("ClusterRole", "ClusterRoleBinding"),
            Some(_) => ("Role", "RoleBinding"),
        };
        if !grant.missing {
            out += &format!(
                "- apiVersion: {rbac}/v1\n  kind: {kind}\n  metadata: {{name: r{at}{own}}}\n  rules:\n"
            );
            for [verbs, groups, resources, names, urls] in &grant.rules {
                let mut keys = format!("verbs: [{}]", list(verbs));
                for (key, words) in [
                    ("apiGroups", groups),
                    ("resources", resources),
                    ("resourceNames", names),
                    ("nonResourceURLs", urls),
                ] {
                    if !words.is_empty() {
                        keys += &format!(", {key}: [{}]", list(words));
                    }
                }
                out += &format!("  - {{{keys}}}\n");
            }
        }
        let subject = |(kind, name): &(&str, &str)| match *kind {
            "ServiceAccount" => {
                let (namespace, name) = name.split_once(':').unwrap();
                format!("{{kind: ServiceAccount, name: {name}, namespace: {namespace}}}")
            }
            kind => {
                let full = match *name {
                    "sas" => "system:serviceaccounts".to_owned(),
                    "sas:one" => "system:serviceaccounts:one".to_owned(),
                    "auth" => "system:authenticated".to_owned(),
                    "unauth" => "system:unauthenticated".to_owned(),
                    "anonymous" => "system:anonymous".to_owned(),
                    "sa:two:bot" => "system:serviceaccount:two:bot".to_owned(),
                    other => other.to_owned(),
                };
                format!("{{kind: {kind}, apiGroup: {rbac}, name: \"{full}\"}}")
            }
        };
        let subjects: Vec<String> = grant.subjects.iter().map(subject).collect();
        out += &format!(
            "- apiVersion: {rbac}/v1\n  kind: {binding}\n  metadata: {{name: b{at}{own}}}\n  roleRef: {{apiGroup: {rbac}, \
             kind: {kind}, name: r{at}}}\n  subjects: [{}]\n",
            subjects.join(", ")
        );
    }
    out
}

fn proved(claims: &[Claim], grants: &[Grant]) -> Vec<Outcome> {
    let entry = |claim: &Claim| {
        let Claim { who, can, verb, on, named, namespace } = claim;
        let key = if *can { "can" } else { "cannot" };
        let named = named.map_or(String::new(), |named| format!(", named: '{named}'"));
        format!("  - {{{who}, {key}: [{verb}], on: '{on}'{named}, in: '{namespace}'}}\n")
    };
    let entries: String = claims.iter().map(entry).collect();
    let tests = format!("apiVersion: rolewright/v1\nkind: AccessTest\nname: claims\nexpect:\n{entries}");
    let source =
        |id, name: &str, text: String| Source { id: SourceId(id), name: name.to_owned(), text, bom: false };
    let sources = [source(0, "cluster.yaml", text(grants)), source(1, "claims.access-test.yaml", tests)];
    let files = sources.iter().map(|source| lower::file(source, &Settings::default())).collect();
    let project = Project::assemble(Sources::new(sources.to_vec()), files, Settings::default());
    let faults: Vec<&str> = project.malformed.iter().map(|fault| fault.message.as_str()).collect();
    assert_eq!((faults, project.expectations.len()), (Vec::<&str>::new(), claims.len()));
    let prover = Prover::new(&project);
    project.expectations.iter().map(|it| prover.prove(it).outcome).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..ProptestConfig::default() })]

    /// Ten claims about each cluster: 4,000 pairs in all.
    #[test]
    fn claims_are_what_enumeration_says(
        grants in prop::collection::vec(grant(), 0..5),
        claims in prop::collection::vec(claim(), 10),
    ) {
        for (claim, outcome) in claims.iter().zip(proved(&claims, &grants)) {
            // With nothing and with everything in the roles that are not there.
            let wanted = match (holds(claim, &grants, false), holds(claim, &grants, true)) {
                (true, true) => Outcome::Passed,
                (false, false) => Outcome::Failed,
                _ => Outcome::Unknown,
            };
            // That one can and that the others cannot are proved apart, though both may hang on the same role.
            let is_apart = claim.who.starts_with("only") && grants.iter().any(|grant| grant.missing);
            if is_apart && outcome == Outcome::Unknown && wanted == Outcome::Failed {
                continue;
            }
            prop_assert_eq!(outcome, wanted, "{:?}", claim);
        }
    }
}
