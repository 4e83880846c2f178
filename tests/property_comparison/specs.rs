//! Random projects, and other forms of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rolewright::model::lower;
use rolewright::model::project::{Project, Settings};
use rolewright::syntax::{Source, SourceId, Sources};

use crate::common::Random;

pub const BY_NAMESPACE: &str =
    "{{identity.entity.aliases.auth_kubernetes_0123abcd.metadata.service_account_namespace}}";
/// What rules ask of requests.
pub const CONSTRAINTS: [&str; 16] = [
    "",
    "required_parameters: [color]",
    "required_parameters: [color, x]",
    "allowed_parameters: {x: [a]}",
    "allowed_parameters: {x: ['a*'], z: []}",
    "allowed_parameters: {x: [a, ab, '*b']}",
    "allowed_parameters: {x: ['a*'], '*': []}",
    "allowed_parameters: {'*': []}",
    "denied_parameters: {x: ['*b']}",
    "denied_parameters: {x: [], z: [a]}",
    "denied_parameters: {'*': []}",
    "required_parameters: [x], allowed_parameters: {x: [a, b]}",
    "denied_parameters: {x: ['a*']}, allowed_parameters: {x: [], color: [red]}",
    "min_wrapping_ttl: 60s",
    "max_wrapping_ttl: 1h",
    "min_wrapping_ttl: 60s, max_wrapping_ttl: 1h",
];

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x1234_5678)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub words: Vec<String>,
    /// Position in [`CONSTRAINTS`].
    pub constraint: usize,
}

#[derive(Debug, Clone)]
pub struct Role {
    pub name: String,
    pub names: Vec<String>,
    pub namespaces: Vec<String>,
    pub policies: Vec<String>,
}

/// A project, before it is written.
#[derive(Debug, Clone)]
pub struct Spec {
    pub target: &'static str,
    pub policies: BTreeMap<String, BTreeMap<String, Rule>>,
    pub roles: Vec<Role>,
    /// How the text is laid out.
    pub rename: usize,
}

impl Spec {
    pub fn random(random: &mut Random, deep: bool) -> Spec {
        let target = ["{vault: \"1.18\"}", "{vault: \"2.0\"}", "{openbao: \"2.4\"}", ""][random.below(4)];
        let policies = (0..1 + random.below(3)).map(|at| (format!("p{at}"), rules(random, deep))).collect();
        let mut spec = Spec { target, policies, roles: Vec::new(), rename: 0 };
        for at in 0..1 + random.below(3) {
            let role = spec.role(random, at);
            spec.roles.push(role);
        }
        spec
    }

    pub fn role(&self, random: &mut Random, at: usize) -> Role {
        let mut names = vec![random.one(&["web", "ci-a", "ci-*", "*", "*b", "w*b"]).to_owned()];
        if names[0] != "*" && random.below(3) == 0 {
            names.push(random.one(&["web", "ci-b", "zed", "c*"]).to_owned());
        }
        let mut namespaces = vec![random.one(&["app", "app", "ops", "team-*", "*"]).to_owned()];
        if namespaces[0] != "*" && random.below(3) == 0 {
            namespaces.push(random.one(&["team-a", "o*", "app"]).to_owned());
        }
        let mut policies: Vec<String> =
            self.policies.keys().filter(|_| random.below(2) == 0).cloned().collect();
        if policies.is_empty() {
            policies.extend(self.policies.keys().next().cloned());
        }
        Role { name: format!("r{at}"), names, namespaces, policies }
    }

    /// With one to three edits.
    pub fn edited(&self, random: &mut Random) -> Spec {
        let mut spec = self.clone();
        for _ in 0..1 + random.below(3) {
            let which = random.below(spec.policies.len().max(1));
            let rules = spec.policies.values_mut().nth(which);
            let role = random.below(spec.roles.len().max(1));
            match (random.below(10), rules) {
                (0..=2, Some(rules)) => {
                    let label = label(random, false);
                    rules.insert(label, rule(random));
                }
                (3, Some(rules)) => {
                    let first = rules.keys().nth(random.below(rules.len().max(1))).cloned();
                    first.and_then(|label| rules.remove(&label));
                }
                (4, Some(rules)) => {
                    let first = rules.keys().nth(random.below(rules.len().max(1))).cloned();
                    if let Some(rule) = first.and_then(|label| rules.remove(&label)) {
                        rules.insert(label(random, false), rule);
                    }
                }
                (5, Some(rules)) => {
                    let at = random.below(rules.len().max(1));
                    if let Some(own) = rules.values_mut().nth(at) {
                        *own = rule(random);
                    }
                }
                (6, _) if !spec.roles.is_empty() => {
                    let fresh = spec.role(random, role);
                    spec.roles[role].policies = fresh.policies;
                }
                (7, _) if !spec.roles.is_empty() => {
                    let fresh = spec.role(random, role);
                    let own = &spec.roles[role];
                    let (name, policies) = (own.name.clone(), own.policies.clone());
                    spec.roles[role] = Role { name, policies, ..fresh };
                }
                (8, _) => {
                    let fresh = spec.role(random, 7);
                    spec.roles.retain(|role| role.name != "r7");
                    spec.roles.push(fresh);
                }
                _ if spec.roles.len() > 1 => drop(spec.roles.remove(role)),
                _ => {}
            }
        }
        spec
    }

    /// The same access: policies split and renamed, everything in another order.
    pub fn rewritten(&self, random: &mut Random) -> Spec {
        let mut spec = Spec { policies: BTreeMap::new(), rename: 1 + random.below(3), ..self.clone() };
        for role in &mut spec.roles {
            role.policies.clear();
        }
        for (name, rules) in &self.policies {
            let mut parts = [BTreeMap::new(), BTreeMap::new()];
            for (label, rule) in rules {
                let both = random.below(4) == 0 && rule.words.len() > 1 && rule.constraint == 0;
                if both {
                    for (at, word) in rule.words.iter().enumerate() {
                        let part: &mut BTreeMap<String, Rule> = &mut parts[at % 2];
                        let rule =
                            part.entry(label.clone()).or_insert(Rule { words: Vec::new(), constraint: 0 });
                        rule.words.push(word.clone());
                    }
                } else {
                    parts[random.below(2)].insert(label.clone(), rule.clone());
                }
            }
            let suffix = random.below(2);
            for (at, part) in parts.into_iter().enumerate() {
                // Servers refuse a policy without rules.
                if part.is_empty() {
                    continue;
                }
                let fresh = if at == suffix { name.clone() } else { format!("other-{name}") };
                if self.roles.iter().all(|role| !role.policies.contains(name)) {
                    // What nobody attaches is known by its name.
                    spec.policies.insert(name.clone(), rules.clone());
                    continue;
                }
                spec.policies.insert(fresh.clone(), part);
                for (role, own) in spec.roles.iter_mut().zip(&self.roles) {
                    if own.policies.contains(name) {
                        role.policies.insert(0, fresh.clone());
                    }
                }
            }
        }
        for role in &mut spec.roles {
            role.names.reverse();
            role.namespaces.reverse();
        }
        spec.roles.reverse();
        spec
    }

    pub fn text(&self) -> String {
        let mut text = "apiVersion: rolewright/v1\nkind: Access\nname: random\n".to_owned();
        if !self.target.is_empty() {
            writeln!(text, "target: {}", self.target).unwrap();
        }
        text += "vault:\n  policies:\n";
        let mut policies: Vec<_> = self.policies.iter().collect();
        if self.rename % 2 == 1 {
            policies.reverse();
        }
        for (name, rules) in policies {
            writeln!(text, "    {name}:\n      path:{}", if rules.is_empty() { " {}" } else { "" }).unwrap();
            for (label, rule) in rules {
                let slash = if self.rename > 1 { "/" } else { "" };
                let mut words = rule.words.clone();
                if self.rename > 0 {
                    words.reverse();
                }
                let constraint = match CONSTRAINTS[rule.constraint] {
                    "" => String::new(),
                    text => format!(", {text}"),
                };
                writeln!(
                    text,
                    "        '{slash}{label}': {{capabilities: [{}]{constraint}}}",
                    words.join(", ")
                )
                .unwrap();
            }
        }
        if !self.roles.is_empty() {
            text += "  auth:\n    kubernetes:\n      roles:\n";
        }
        for role in &self.roles {
            let list =
                |items: &[String]| items.iter().map(|it| format!("'{it}'")).collect::<Vec<_>>().join(", ");
            writeln!(
                text,
                "        {}: {{bound_service_account_names: [{}], bound_service_account_namespaces: [{}], token_policies: [{}]}}",
                role.name, list(&role.names), list(&role.namespaces), list(&role.policies)
            )
            .unwrap();
        }
        text += "kubernetes:\n  service_accounts: [{name: web, namespace: app}, {name: ci-a, namespace: team-a}]\n";
        text
    }
}

pub fn label(random: &mut Random, deep: bool) -> String {
    if random.below(12) == 0 {
        return format!("a/{BY_NAMESPACE}{}", random.one(&["", "/*", "*"]));
    }
    let count = random.below(if deep { 3 } else { 2 });
    let mut label = String::new();
    for _ in 0..count {
        label.push_str(random.one(&["a", "b", "ax", "app", "+", "+"]));
        label.push('/');
    }
    // `+*` is a pattern that servers refuse.
    label + random.one(&["a", "b", "+", "*", "a*", "*", "ax", "ap*", "app"])
}

pub fn rule(random: &mut Random) -> Rule {
    let words: [&[&str]; 8] = [
        &["read"],
        &["list"],
        &["read", "list"],
        &["deny"],
        &["update"],
        &["update", "read", "sudo"],
        &["update", "read", "list"],
        &[],
    ];
    let words = words[random.below(8)].iter().map(|word| (*word).to_owned()).collect();
    let constraint = if random.below(4) == 0 { random.below(CONSTRAINTS.len()) } else { 0 };
    Rule { words, constraint }
}

pub fn rules(random: &mut Random, deep: bool) -> BTreeMap<String, Rule> {
    (0..1 + random.below(4)).map(|_| (label(random, deep), rule(random))).collect()
}

pub fn project(spec: &Spec) -> Project {
    let source = Source { id: SourceId(0), name: "a.access.yaml".to_owned(), text: spec.text(), bom: false };
    let lowered = lower::file(&source, &Settings::default());
    let project = Project::assemble(Sources::new(vec![source]), vec![lowered], Settings::default());
    assert!(project.syntax_errors.is_empty(), "{:?}\n{}", project.syntax_errors, spec.text());
    project
}
