//! The authorizer and Covers against naive ones.

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
use rolewright::model::kube::ObjectMeta;
use rolewright::model::kube::binding::{Binding, RoleRef, Subject};
use rolewright::model::kube::rbac::{RbacRole, RbacRoleKind, RbacRule};
use rolewright::semantics::authorizer::{Cluster, Query, User};
use rolewright::semantics::covers::{Atom, covers, uncovered};
use rolewright::semantics::rbac::Request;
use rolewright::syntax::{SourceId, Span, Spanned};

const VERBS: &[&str] = &["get", "list", "*"];
const GROUPS: &[&str] = &["", "apps", "*"];
const RESOURCES: &[&str] = &["pods", "pods/log", "*/log", "pods/*", "*", "a/b/c", "*/b/c"];
const NAMES: &[&str] = &["x", "y", "*", ""];
const URLS: &[&str] = &["/a", "/a/*", "/a**", "*", "/a/b", "/a/*/b"];
const NAMESPACES: &[&str] = &["one", "two"];

/// One rule as plain lists of words.
type Words = [Vec<&'static str>; 5];

fn words() -> impl Strategy<Value = Words> {
    let some =
        |of: &'static [&'static str], most: usize| prop::collection::vec(prop::sample::select(of), 0..=most);
    let resources = (some(VERBS, 2), some(GROUPS, 2), some(RESOURCES, 2), some(NAMES, 2), some(URLS, 0));
    let urls = (some(VERBS, 2), some(GROUPS, 0), some(RESOURCES, 0), some(NAMES, 0), some(URLS, 2));
    prop_oneof![3 => resources.prop_map(<Words>::from), 1 => urls.prop_map(<Words>::from)]
}

/// Every request that the words can tell apart.
fn requests() -> Vec<[&'static str; 4]> {
    let mut all = Vec::new();
    for verb in ["get", "list", "watch"] {
        for group in ["", "apps", "batch"] {
            for resource in ["pods", "pods/log", "jobs/log", "pods/exec", "a/b/c", "d/b/c", "c"] {
                for name in ["", "x", "y", "z", "*"] {
                    all.push([verb, group, resource, name]);
                }
            }
        }
    }
    all
}

fn naive_allows(
    [verbs, groups, resources, names, _]: &Words,
    [verb, group, resource, name]: [&str; 4],
) -> bool {
    let subresource = resource.find('/').map(|at| &resource[at + 1..]);
    verbs.iter().any(|it| *it == "*" || *it == verb)
        && groups.iter().any(|it| *it == "*" || *it == group)
        && resources.iter().any(|it| {
            *it == "*" || *it == resource || subresource.is_some_and(|sub| *it == format!("*/{sub}"))
        })
        && (names.is_empty() || names.contains(&name))
}

fn naive_allows_url([verbs, _, _, _, urls]: &Words, verb: &str, path: &str) -> bool {
    let mut end = urls.iter().map(|url| (url, url.trim_end_matches('*')));
    verbs.iter().any(|it| *it == "*" || *it == verb)
        && end.any(|(url, start)| *url == path || (url.ends_with('*') && path.starts_with(start)))
}

/// Breaks the servant down with loops and asks each owner rule with words of one atom.
fn naive_uncovered(owner: &[Words], servant: &[Words]) -> Vec<String> {
    let mut missing = Vec::new();
    for [verbs, groups, resources, names, urls] in servant {
        for group in groups {
            for resource in resources {
                for verb in verbs {
                    let wanted: Vec<Option<&str>> =
                        if names.is_empty() { vec![None] } else { names.iter().copied().map(Some).collect() };
                    for name in wanted {
                        let is_covered = owner.iter().any(|rule| {
                            let unnamed = rule[3].is_empty();
                            let named = name.is_some_and(|name| unnamed || rule[3].contains(&name));
                            // Without a name, only rules without names do; with one, the name is part of the request.
                            (unnamed || named)
                                && naive_allows(rule, [verb, group, resource, name.unwrap_or("")])
                        });
                        if !is_covered {
                            missing.push(format!("{group} {resource} {verb} {name:?}"));
                        }
                    }
                }
            }
        }
        for url in urls {
            for verb in verbs {
                if !owner.iter().any(|rule| rule[3].is_empty() && naive_allows_url(rule, verb, url)) {
                    missing.push(format!("{url} {verb}"));
                }
            }
        }
    }
    missing
}

fn shown(atom: &Atom<'_>) -> String {
    match atom {
        Atom::Resource { group, resource, verb, name } => format!("{group} {resource} {verb} {name:?}"),
        Atom::Url { url, verb } => format!("{url} {verb}"),
    }
}

/// A role with its rules, and how it is bound: cluster-wide or not, where, by which kind of subject.
#[derive(Debug, Clone)]
struct Grantor {
    rules: Vec<Words>,
    is_cluster_role: bool,
    cluster_wide: bool,
    namespace: &'static str,
    role_namespace: &'static str,
    subject: (&'static str, &'static str, Option<&'static str>),
}

fn grantor() -> impl Strategy<Value = Grantor> {
    let subject = prop::sample::select(vec![
        ("User", "alice", None),
        ("User", "system:serviceaccount:one:bot", None),
        ("Group", "system:serviceaccounts:one", None),
        ("ServiceAccount", "bot", Some("one")),
        ("ServiceAccount", "bot", None),
        ("ServiceAccount", "bot", Some("two")),
        ("Robot", "bot", Some("one")),
    ]);
    let namespace = || prop::sample::select(NAMESPACES);
    let rules = prop::collection::vec(words(), 0..3);
    (rules, any::<bool>(), any::<bool>(), namespace(), namespace(), subject).prop_map(
        |(rules, is_cluster_role, cluster_wide, namespace, role_namespace, subject)| Grantor {
            rules,
            is_cluster_role,
            cluster_wide,
            namespace,
            role_namespace,
            subject,
        },
    )
}

impl Grantor {
    /// True if it gives its rules to the bot of namespace `one` for requests in `namespace`.
    fn gives(&self, namespace: Option<&str>) -> bool {
        let is_in_scope = self.cluster_wide || namespace == Some(self.namespace);
        let is_found = self.is_cluster_role || (!self.cluster_wide && self.namespace == self.role_namespace);
        let (kind, name, own) = self.subject;
        let of_binding = if self.cluster_wide { None } else { Some(self.namespace) };
        let is_bot = match kind {
            "User" => name == "system:serviceaccount:one:bot",
            "Group" => true,
            "ServiceAccount" => own.or(of_binding) == Some("one"),
            _ => false,
        };
        is_in_scope && is_found && is_bot
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn authorizer_is_the_naive_one(grantors in prop::collection::vec(grantor(), 0..4)) {
        let roles: Vec<RbacRole> = grantors.iter().enumerate().map(|(at, it)| role(at, it)).collect();
        let bindings: Vec<Binding> = grantors.iter().enumerate().map(|(at, it)| binding(at, it)).collect();
        let cluster = Cluster::settled(&roles, &bindings);
        let bot = User::service_account("one", "bot");
        for namespace in [None, Some("one"), Some("two")] {
            let held: Vec<&Words> = grantors.iter().filter(|it| it.gives(namespace)).flat_map(|it| &it.rules).collect();
            for request in requests() {
                let [verb, group, resource, name] = request;
                let expected = held.iter().any(|words| naive_allows(words, request));
                let name = Some(name).filter(|name| !name.is_empty());
                let query = Query::Resource { request: Request { verb, group, resource, name }, namespace };
                prop_assert_eq!(cluster.by_rbac(&bot, &query).is_some(), expected, "{:?} {:?}", request, namespace);
            }
        }
        let held: Vec<&Words> = grantors.iter().filter(|it| it.gives(None)).flat_map(|it| &it.rules).collect();
        for path in ["/a", "/a/b", "/b", "/", "/a/*/b", "/ab"] {
            let expected = held.iter().any(|words| naive_allows_url(words, "get", path));
            prop_assert_eq!(cluster.by_rbac(&bot, &Query::Url { verb: "get", path }).is_some(), expected, "{}", path);
        }
    }

    #[test]
    fn covers_is_the_naive_one(
        owner in prop::collection::vec(words(), 0..4),
        servant in prop::collection::vec(words(), 0..3),
    ) {
        let rules = |words: &[Words]| -> Vec<RbacRule> { words.iter().map(rule).collect() };
        let (held, wanted) = (rules(&owner), rules(&servant));
        let held: Vec<&RbacRule> = held.iter().collect();
        let missing: Vec<String> = uncovered(&held, &wanted).iter().map(shown).collect();
        prop_assert_eq!(covers(&held, &wanted), missing.is_empty());
        prop_assert_eq!(&missing, &naive_uncovered(&owner, &servant));
        // What is covered is held in fact.
        if missing.is_empty() {
            for request in requests() {
                let allowed = |rules: &[Words]| rules.iter().any(|words| naive_allows(words, request));
                prop_assert!(!allowed(&servant) || allowed(&owner), "{:?}", request);
            }
        }
    }
}

fn role(at: usize, grantor: &Grantor) -> RbacRole {
    let kind = if grantor.is_cluster_role { RbacRoleKind::ClusterRole } else { RbacRoleKind::Role };
    RbacRole {
        kind,
        meta: meta(at, (!grantor.is_cluster_role).then_some(grantor.role_namespace)),
        api_version: spanned("rbac.authorization.k8s.io/v1"),
        rules: grantor.rules.iter().map(rule).collect(),
        aggregation: None,
        aggregation_selectors: Vec::new(),
    }
}

fn binding(at: usize, grantor: &Grantor) -> Binding {
    let (kind, name, namespace) = grantor.subject;
    let role_kind = if grantor.is_cluster_role { "ClusterRole" } else { "Role" };
    Binding {
        cluster_wide: grantor.cluster_wide,
        kind_span: nowhere(),
        api_version: spanned("rbac.authorization.k8s.io/v1"),
        meta: meta(at, (!grantor.cluster_wide).then_some(grantor.namespace)),
        role_ref: RoleRef {
            kind: spanned(role_kind),
            name: spanned(&at.to_string()),
            api_group: None,
            span: nowhere(),
        },
        subjects: vec![Subject {
            kind: spanned(kind),
            name: spanned(name),
            namespace: namespace.map(spanned),
            api_group: None,
            span: nowhere(),
        }],
    }
}

fn rule([verbs, groups, resources, names, urls]: &Words) -> RbacRule {
    let spanned = |words: &[&str]| words.iter().map(|word| spanned(word)).collect();
    RbacRule {
        span: nowhere(),
        api_groups: spanned(groups),
        resources: spanned(resources),
        resource_names: spanned(names),
        non_resource_urls: spanned(urls),
        verbs: spanned(verbs),
    }
}

fn meta(at: usize, namespace: Option<&str>) -> ObjectMeta {
    ObjectMeta {
        name: spanned(&at.to_string()),
        namespace: namespace.map(spanned),
        labels: Vec::new(),
        annotations: Vec::new(),
        span: nowhere(),
    }
}

fn spanned(text: &str) -> Spanned<String> {
    Spanned::new(text.to_owned(), nowhere())
}

fn nowhere() -> Span {
    Span::new(SourceId(0), 0..0)
}
