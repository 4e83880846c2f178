//! Random projects.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::common::Random;

pub const SEGMENTS: [&str; 3] = ["a", "b", "ab"];
pub const NAMES: [&str; 2] = ["a", "b"];
pub const NAMESPACES: [&str; 2] = ["ab", "ns"];
pub const BY_NAME: &str =
    "{{identity.entity.aliases.auth_kubernetes_0123abcd.metadata.service_account_name}}";
pub const BY_ENTITY: &str = "{{identity.entity.name}}";

/// Files of a random project: policies in all their forms, roles that share them, expectations.
pub fn project_files(random: &mut Random) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let count = 1 + random.below(4);
    let templates = random.below(3) == 0;
    let mut labels: Vec<Vec<(String, &'static str)>> = Vec::new();
    let (mut paths, mut hcl) = (String::new(), String::new());
    for policy in 0..count {
        let rules = rules(random, templates);
        let of_rule = |(label, rule): (&String, &Rule)| (label.clone(), rule.capabilities[0]);
        labels.push(rules.iter().map(of_rule).collect());
        let name = format!("p{policy}");
        match random.below(12) {
            0 => write!(hcl, "    {name}:\n      hcl: |\n{}", indented(&in_hcl(&rules))).unwrap(),
            1 => drop(files.insert(format!("policies/{name}.json"), in_json(&rules))),
            2..=4 => {
                write!(paths, "    {name}:\n      path:\n{}", in_paths(&rules, random.below(2) == 0)).unwrap()
            }
            _ => drop(files.insert(format!("policies/{name}.hcl"), in_hcl(&rules))),
        }
        // Another copy, the same or not.
        if random.below(32) == 0 {
            let other = if random.below(2) == 0 { rules } else { self::rules(random, false) };
            files.insert(format!("elsewhere/{name}.hcl"), in_hcl(&other));
        }
    }
    if random.below(10) == 0 {
        files.insert("policies/default.hcl".to_owned(), in_hcl(&rules(random, templates)));
    }
    if random.below(4) == 0 {
        files.insert("policies/unattached.hcl".to_owned(), in_hcl(&rules(random, templates)));
    }
    let specs = 1 + random.below(2);
    for spec in 0..specs {
        let (mut roles, mut expect) = (String::new(), String::new());
        for role in 0..1 + random.below(2) {
            let role = format!("r{spec}{role}");
            let mut own: Vec<usize> = (0..count).filter(|_| random.below(2) > 0).collect();
            if own.is_empty() {
                own.push(0);
            }
            let mut held: Vec<String> = own.iter().map(|at| format!("p{at}")).collect();
            if random.below(40) == 0 {
                held.push("nowhere".to_owned());
            }
            if random.below(40) == 0 {
                held.push("P0".to_owned());
            }
            let names = random.one(&["[a]", "[a]", "[a]", "[b]", "[a, b]", "[\"*\"]"]);
            let namespaces = random.one(&["[ab]", "[ab]", "[ns]", "[\"a*\"]"]);
            let held = match random.below(7) {
                6 => format!(" \"{}\"\n", held.join(",")),
                0 | 1 => format!(
                    "\n{}",
                    held.iter().map(|name| format!("            - {name}\n")).collect::<String>()
                ),
                2 | 3 => format!(" [{}] # of {role}\n", held.join(", ")),
                _ => format!(" [\"{}\"]\n", held.join("\", \"")),
            };
            let bare = if random.below(5) == 0 { "          token_no_default_policy: true\n" } else { "" };
            write!(
                roles,
                "        {role}:\n          bound_service_account_names: {names}\n          bound_service_account_namespaces: {namespaces}\n          token_policies:{held}{bare}"
            )
            .unwrap();
            for _ in 0..1 + random.below(4) {
                // Mostly something that a rule is for, by a path or as a whole.
                let of_policy = match random.below(5) {
                    0 => &labels[random.below(count)],
                    _ => &labels[own[random.below(own.len())]],
                };
                let (of_rule, granted) = of_policy[random.below(of_policy.len())].clone();
                let capability = match granted {
                    "deny" => "read",
                    _ if random.below(8) == 0 => random.one(&["read", "list", "update", "create", "delete"]),
                    granted => granted,
                };
                let filled = of_rule.replace(BY_NAME, "a").replace(BY_ENTITY, "a");
                let on = match random.below(10) {
                    0 => label(random, false),
                    1 => path(random),
                    2 => filled,
                    _ => filled.replace('+', random.one(&SEGMENTS)).replace('*', random.one(&SEGMENTS)),
                };
                let who = match random.below(24) {
                    0 => "who: \"policy:p0,p1\"".to_owned(),
                    1 => "nobody: true".to_owned(),
                    2..=15 => format!("who: \"role:{role}\""),
                    _ => format!("who: {}/{}", random.one(&NAMESPACES), random.one(&NAMES)),
                };
                if on.contains("//") || on.starts_with('/') || (who.contains("p1") && count < 2) {
                    continue;
                }
                let can = if random.below(10) == 0 && !who.starts_with("nobody") { "cannot" } else { "can" };
                writeln!(expect, "  - {{{who}, {can}: [{capability}], on: \"{on}\"}}").unwrap();
            }
        }
        let policies = match spec {
            0 if !paths.is_empty() || !hcl.is_empty() => format!("  policies:\n{paths}{hcl}"),
            _ => String::new(),
        };
        let expect = if expect.is_empty() { expect } else { format!("expect:\n{expect}") };
        files.insert(
            format!("x{spec}.access.yaml"),
            format!(
                "apiVersion: rolewright/v1\nkind: Access\nname: x{spec}\nvault:\n  auth:\n    {}:\n      type: kubernetes\n      config: {{kubernetes_host: https://k}}\n      roles:\n{roles}{policies}{expect}",
                if spec == 0 { "kubernetes" } else { "other" }
            ),
        );
    }
    files.into_iter().map(|(name, text)| (name, ended(random, text))).collect()
}

/// The text with lines that end in another way, some of the time.
fn ended(random: &mut Random, mut text: String) -> String {
    if random.below(4) == 0 {
        text = text.replace("}\n# for", "}\n\n# for");
    }
    if random.below(5) == 0 {
        text.truncate(text.trim_end().len());
    }
    match random.below(12) {
        0..=2 => text = text.replace('\n', "\r\n"),
        3 => {
            let lines = text.split_inclusive('\n').enumerate();
            let lines = lines.map(|(at, line)| match at % 3 {
                0 => line.replace('\n', "\r\n"),
                _ => line.to_owned(),
            });
            text = lines.collect();
        }
        _ => {}
    }
    let mark = if random.below(10) == 0 { "\u{feff}" } else { "" };
    format!("{mark}{text}")
}

struct Rule {
    capabilities: Vec<&'static str>,
    required: Option<&'static str>,
    denied: Option<&'static str>,
}

fn rules(random: &mut Random, templates: bool) -> BTreeMap<String, Rule> {
    let mut rules = BTreeMap::new();
    for _ in 0..1 + random.below(5) {
        let capabilities: &[&str] = match random.below(7) {
            0 => &["deny"],
            1 => &["list"],
            2 => &["read", "list"],
            3 => &["read", "update", "delete"],
            4 => &["sudo", "read", "list"],
            5 => &["create", "update", "patch"],
            _ => &["read"],
        };
        let (required, denied) = match random.below(10) {
            0 => (Some("x"), None),
            1 => (None, Some("y")),
            _ => (None, None),
        };
        rules
            .insert(label(random, templates), Rule { capabilities: capabilities.to_vec(), required, denied });
    }
    rules
}

fn path(random: &mut Random) -> String {
    let count = 1 + random.below(3);
    (0..count).map(|_| random.one(&SEGMENTS)).collect::<Vec<_>>().join("/")
}

fn label(random: &mut Random, templates: bool) -> String {
    let count = 1 + random.below(3);
    let mut segments: Vec<&str> = (0..count).map(|_| random.one(&["a", "b", "ab", "+", "a"])).collect();
    if templates && random.below(3) == 0 {
        let at = random.below(segments.len());
        segments[at] = random.one(&[BY_NAME, BY_NAME, BY_ENTITY]);
    }
    let end = random.one(&["", "", "*", "/*", "/"]);
    if end == "*" && matches!(segments.last(), Some(last) if *last == "+" || last.contains('{')) {
        segments.pop();
        segments.push("a");
    }
    format!("{}{end}", segments.join("/"))
}

fn in_hcl(rules: &BTreeMap<String, Rule>) -> String {
    let mut out = String::new();
    for (label, rule) in rules {
        let words = rule.capabilities.join("\", \"");
        write!(out, "# for {label}\npath \"{label}\" {{\n  capabilities = [\"{words}\"]\n").unwrap();
        if let Some(name) = rule.required {
            writeln!(out, "  required_parameters = [\"{name}\"]").unwrap();
        }
        if let Some(name) = rule.denied {
            writeln!(out, "  denied_parameters = {{ \"{name}\" = [] }}").unwrap();
        }
        out += "}\n";
    }
    out
}

fn in_json(rules: &BTreeMap<String, Rule>) -> String {
    let mut entries = Vec::new();
    for (label, rule) in rules {
        let mut keys = vec![format!("\"capabilities\": [\"{}\"]", rule.capabilities.join("\", \""))];
        keys.extend(rule.required.map(|name| format!("\"required_parameters\": [\"{name}\"]")));
        keys.extend(rule.denied.map(|name| format!("\"denied_parameters\": {{\"{name}\": []}}")));
        entries.push(format!("    \"{label}\": {{{}}}", keys.join(", ")));
    }
    format!("{{\n  \"path\": {{\n{}\n  }}\n}}\n", entries.join(",\n"))
}

fn in_paths(rules: &BTreeMap<String, Rule>, flow: bool) -> String {
    let mut out = String::new();
    for (label, rule) in rules {
        let mut keys = vec![format!("capabilities: [{}]", rule.capabilities.join(", "))];
        keys.extend(rule.required.map(|name| format!("required_parameters: [{name}]")));
        keys.extend(rule.denied.map(|name| format!("denied_parameters: {{{name}: []}}")));
        out += &match flow {
            true => format!("        \"{label}\": {{{}}}\n", keys.join(", ")),
            false => format!("        \"{label}\":\n          {}\n", keys.join("\n          ")),
        };
    }
    out
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("        {line}\n")).collect()
}
