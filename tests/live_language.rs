//! Paths that the search over languages finds, against the live server: what it says to be open is open there, and what
//! it says to be open to one token alone is closed to the other one.

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
mod live;

use common::Random;
use live::Server;
use rolewright::model::vault::capability::Capability;
use rolewright::model::vault::path::PathPattern;
use rolewright::model::vault::policy::{PathRule, Policy, PolicyOrigin};
use rolewright::semantics::acl::Acl;
use rolewright::semantics::dialect::Dialect;
use rolewright::semantics::language::{Grant, Language, STEPS, beyond, shortest};
use rolewright::semantics::template::Identity;
use rolewright::syntax::{SourceId, Span, Spanned};
use serde_json::{Value, json};

/// Paths that are asked for at least.
const WITNESSES: usize = 600;

/// A path with what the server should say of one capability on it.
struct Claim {
    path: String,
    capability: Capability,
    open: bool,
}

#[test]
fn the_server_opens_what_the_search_finds() {
    let Some(server) = live::server() else { return };
    let mut random = Random(20_261_123);
    let (mut open, mut closed) = (0, 0);
    while open < WITNESSES {
        let rules: [Vec<(String, &'static str)>; 2] = [random.rules(), random.rules()];
        let policies = [build(&rules[0]), build(&rules[1])];
        let acls: Vec<Acl<'_>> = policies
            .iter()
            .map(|policy| Acl::compile(&[policy], &Identity::default(), Dialect::OpenBao).unwrap())
            .collect();
        let mut claims: [Vec<Claim>; 2] = [Vec::new(), Vec::new()];
        for capability in [Capability::Read, Capability::List, Capability::Update] {
            let [one, other] = [&acls[0], &acls[1]].map(|acl| Language::new(acl, "", capability, &[]));
            for _ in 0..8 {
                let within = PathPattern::parse(&random.label());
                let found = shortest(&[one], &within, STEPS, |grants| grants[0] == Grant::Yes).unwrap();
                claims[0].extend(found.and_then(|path| claim(path, capability, true)));
                let found = beyond(one, other, &within, STEPS).unwrap();
                if let Some(path) = found {
                    claims[0].extend(claim(path.clone(), capability, true));
                    claims[1].extend(claim(path, capability, false));
                }
            }
        }
        for (rules, claims) in rules.iter().zip(&claims) {
            let said = capabilities(&server, rules, claims);
            for claim in claims {
                let words = said[&claim.path].as_array().unwrap_or_else(|| panic!("{}: {said}", claim.path));
                let held = words.iter().any(|word| word == claim.capability.word());
                assert_eq!(held, claim.open, "{} on {}: {words:?}\n{rules:?}", claim.capability, claim.path);
                match claim.open {
                    true => open += 1,
                    false => closed += 1,
                }
            }
        }
    }
    println!("{open} open and {closed} closed paths are so on the server");
    assert!(closed > 50, "{closed}");
}

/// The server searches rules as for a list, so that a slash at the end has to be there for lists alone. The root of the
/// server's own API takes `sudo` besides, of which this answer says nothing.
fn claim(path: String, capability: Capability, open: bool) -> Option<Claim> {
    let lists = capability == Capability::List;
    let own = ["sys", "auth", "identity"].iter().any(|root| path.starts_with(root));
    let path = if lists && !path.ends_with('/') { format!("{path}/") } else { path };
    (!own && !path.is_empty() && path.ends_with('/') == lists).then_some(Claim { path, capability, open })
}

fn capabilities(server: &Server, rules: &[(String, &'static str)], claims: &[Claim]) -> Value {
    if claims.is_empty() {
        return json!({});
    }
    let text: String = rules
        .iter()
        .map(|(label, words)| {
            let words: Vec<String> = words.split_whitespace().map(|word| format!("{word:?}")).collect();
            format!("path \"{label}\" {{ capabilities = [{}] }}\n", words.join(", "))
        })
        .collect();
    server.put("sys/policies/acl/language", json!({"policy": text}));
    let issued = server.put(
        "auth/token/create",
        json!({"policies": ["language"], "no_default_policy": true, "no_parent": true, "ttl": "5m"}),
    );
    let token = issued["auth"]["client_token"].as_str().unwrap();
    let mut paths: Vec<&str> = claims.iter().map(|claim| claim.path.as_str()).collect();
    paths.sort_unstable();
    paths.dedup();
    let said = server.put("sys/capabilities", json!({"token": token, "paths": paths}));
    server.put("auth/token/revoke", json!({"token": token}));
    said["data"].clone()
}

impl Random {
    fn label(&mut self) -> String {
        let count = self.below(3);
        let mut label = ["a", "b"][self.below(2)].to_owned();
        for _ in 0..count {
            label = format!("{label}/{}", ["a", "b", "ab", "+", "+"][self.below(5)]);
        }
        label + ["", "/*", "*", "/a*", "/+", "/", "/b"][self.below(7)]
    }

    fn rules(&mut self) -> Vec<(String, &'static str)> {
        let count = 3 + self.below(5);
        let words = ["read", "list", "read list", "update", "deny", "read update", "list update"];
        // What servers refuse: a `+` right before a `*`.
        let mut rules: Vec<(String, &'static str)> =
            (0..count).map(|_| (self.label(), words[self.below(7)])).collect();
        rules.retain(|(label, _)| !label.contains("+*"));
        rules.push(("b/*".to_owned(), "read"));
        rules
    }
}

fn build(rules: &[(String, &'static str)]) -> Policy {
    let spanned = |text: &str| Spanned::new(text.to_owned(), nowhere());
    let rule = |(label, words): &(String, &'static str)| {
        let mut rule = PathRule::new(spanned(label), nowhere());
        rule.capabilities = words.split_whitespace().map(spanned).collect();
        rule
    };
    Policy {
        name: spanned("language"),
        span: nowhere(),
        origin: PolicyOrigin::HclFile,
        text: None,
        path_rules: rules.iter().map(rule).collect(),
        refusals: Vec::new(),
        ignored: Vec::new(),
    }
}

fn nowhere() -> Span {
    Span::new(SourceId(0), 0..0)
}
