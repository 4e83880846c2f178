mod directions;
mod parties;

use super::*;
use crate::model::lower;
use crate::model::project::Settings;
use crate::syntax::{Source, SourceId, Sources};

fn project(files: &[(&str, &str)]) -> Project {
    let mut files = files.to_vec();
    files.sort_unstable();
    let sources: Vec<Source> = files
        .iter()
        .enumerate()
        .map(|(at, (name, text))| Source {
            id: SourceId(u32::try_from(at).unwrap()),
            name: (*name).to_owned(),
            text: (*text).to_owned(),
            bom: false,
        })
        .collect();
    let settings = Settings::default();
    let lowered = sources.iter().map(|source| lower::file(source, &settings)).collect();
    Project::assemble(Sources::new(sources), lowered, settings)
}

/// A spec with these policies (`NAME: {PATH: [CAPABILITY]}`) and auth roles (`NAME: {FIELD: VALUE}`).
fn spec(policies: &str, roles: &str) -> String {
    let lines = |text: &str, indent: &str| -> String {
        text.lines()
            .map(|line| line.trim_start_matches("| "))
            .map(|line| format!("{indent}{line}\n"))
            .collect()
    };
    let mut text = "apiVersion: rolewright/v1\nkind: Access\nname: test\nvault:\n".to_owned();
    if !policies.is_empty() {
        text += &format!("  policies:\n{}", lines(policies, "    "));
    }
    if !roles.is_empty() {
        text += &format!("  auth:\n    kubernetes:\n      roles:\n{}", lines(roles, "        "));
    }
    text
}

/// The comparison in lines.
fn lines(old: &Project, new: &Project) -> Vec<String> {
    let comparison = Comparison::of(old, new);
    let mut lines: Vec<String> = comparison
        .changes
        .iter()
        .map(|change| {
            let what = match &change.what {
                What::Paths {
                    namespace,
                    capabilities,
                    pattern,
                    witness,
                    before,
                    after,
                    conditions,
                    carrying,
                } => {
                    let words: Vec<&str> = capabilities.iter().map(|it| it.word()).collect();
                    let at = if namespace.is_empty() { String::new() } else { format!(" in {namespace}") };
                    let conditions = conditions.as_ref().map(|(one, other)| format!(" ({one} -> {other})"));
                    let carrying = carrying.as_ref().map(|it| format!(" {it}"));
                    format!(
                        "{} on {pattern}{at}, {witness}{}, {before:?} to {after:?}{}",
                        words.join("+"),
                        carrying.unwrap_or_default(),
                        conditions.unwrap_or_default()
                    )
                }
                What::Logins { role, witness } => format!("login {role}, {witness}"),
                What::Setting { of, name, before, after } => {
                    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
                    format!("{of} {name}: {} to {}", shown(before), shown(after))
                }
                What::Objects { verbs, on, namespace, witness, .. } => {
                    format!("{} on {on} in {namespace:?}, {witness}", verbs.join("+"))
                }
            };
            let evidence: Vec<String> = change
                .evidence
                .iter()
                .map(|it| {
                    let project = if it.side == Side::Old { old } else { new };
                    let text = project.sources.slice(it.span);
                    format!("{} {text}", if it.side == Side::Old { "-" } else { "+" })
                })
                .collect();
            let direction = format!("{:?}", change.direction).to_lowercase();
            format!("{direction} {}: {what} [{}]", change.who.join(", "), evidence.join(" "))
        })
        .collect();
    lines.extend(comparison.doubts.iter().map(|doubt| {
        let place = doubt.place.map(|place| {
            let project = if doubt.side == Side::Old { old } else { new };
            format!(" [{}]", project.sources.slice(place))
        });
        format!("doubt {:?}: {}{}", doubt.side, doubt.text, place.unwrap_or_default())
    }));
    lines.extend(comparison.notes.iter().map(|note| format!("note {:?}: {}", note.side, note.text)));
    lines.extend(comparison.contradictions.iter().map(|text| format!("bug: {text}")));
    lines
}

fn of_texts(old: &str, new: &str) -> Vec<String> {
    lines(&project(&[("a.access.yaml", old)]), &project(&[("a.access.yaml", new)]))
}

const WEB: &str =
    "web: {bound_service_account_names: [web], bound_service_account_namespaces: [app], token_policies: [p]}";

/// What changes of paths when the rules of the policy `p` become others, for `app/web`.
#[test]
fn rules_are_compared_by_the_requests_they_let_through() {
    let table: [(&str, &str, &[&str]); 20] = [
        ("kv/a/*: {capabilities: [read, list]}", "'/kv/a/*': {capabilities: [list, read, read]}", &[]),
        (
            "secret/+/x: {capabilities: [read]}",
            "secret/*: {capabilities: [read]}",
            &["gained app/web: read on secret/*, secret/x, No to Yes [+ secret/*]"],
        ),
        (
            "secret/+: {capabilities: [read]}",
            "secret/*: {capabilities: [read]}",
            &["gained app/web: read on secret/*, secret/x/x, No to Yes [+ secret/*]"],
        ),
        (
            "kv/a: {capabilities: [read]}",
            "kv/a: {capabilities: [read, update, delete]}",
            &["gained app/web: update+delete on kv/a, kv/a, No to Yes [- kv/a + kv/a]"],
        ),
        (
            "kv/*: {capabilities: [read]}",
            "kv/*: {capabilities: [read]}\nkv/a/*: {capabilities: [deny]}",
            &["lost app/web: read on kv/a/*, kv/a/x, Yes to No [- kv/* + kv/a/*]"],
        ),
        (
            "kv/*: {capabilities: [read]}\nkv/a/*: {capabilities: [deny]}",
            "kv/*: {capabilities: [read]}",
            &["gained app/web: read on kv/a/*, kv/a/x, No to Yes [- kv/a/* + kv/*]"],
        ),
        (
            "kv/a/*: {capabilities: [read]}",
            "kv/b/*: {capabilities: [read]}",
            &[
                "gained app/web: read on kv/b/*, kv/b/x, No to Yes [+ kv/b/*]",
                "lost app/web: read on kv/a/*, kv/a/x, Yes to No [- kv/a/*]",
            ],
        ),
        (
            "kv/*: {capabilities: [read]}\nkv/a/*: {capabilities: [read]}",
            "kv/*: {capabilities: [read, list]}\nkv/a/*: {capabilities: [read, list]}",
            &[
                "gained app/web: list on kv/*, kv/a, No to Yes [- kv/* + kv/*]",
                "gained app/web: list on kv/a/*, kv/a/x, No to Yes [- kv/a/* + kv/a/*]",
            ],
        ),
        // A rule that only says again what a broader one says.
        ("kv/*: {capabilities: [read]}", "kv/*: {capabilities: [read]}\nkv/a: {capabilities: [read]}", &[]),
        (
            "kv/a: {capabilities: [update]}",
            "kv/a: {capabilities: [update], allowed_parameters: {x: []}}",
            &[
                "lost app/web: update on kv/a, kv/a with some-other = some-value, Yes to Conditional ( -> allowed_parameters x) [- kv/a + kv/a]",
            ],
        ),
        (
            "kv/a: {capabilities: [update, read], min_wrapping_ttl: 60s}",
            "kv/a: {capabilities: [update, read]}",
            &[
                "gained app/web: read+update on kv/a, kv/a without wrapping, Conditional to Yes (min_wrapping_ttl 60s -> ) [- kv/a + kv/a]",
            ],
        ),
        (
            "kv/a: {capabilities: [update], allowed_parameters: {x: [1, 2]}}",
            "kv/a: {capabilities: [update], allowed_parameters: {x: [2, 1, 2]}}",
            &[],
        ),
        (
            "kv/a: {capabilities: [update], allowed_parameters: {x: ['1']}}",
            "kv/a: {capabilities: [update], allowed_parameters: {x: ['1', '2']}}",
            &[
                "gained app/web: update on kv/a, kv/a with x = 2, Conditional to Conditional (allowed_parameters x = [1] -> allowed_parameters x = [1, 2]) [- kv/a + kv/a]",
            ],
        ),
        (
            "sys/seal: {capabilities: [update]}",
            "sys/seal: {capabilities: [update, sudo]}",
            &["gained app/web: update+sudo on sys/seal, sys/seal, No to Yes [- sys/seal + sys/seal]"],
        ),
        (
            // Servers ask for `kv/a/` in either case.
            "kv/a: {capabilities: [list]}",
            "kv/a/: {capabilities: [list]}",
            &[],
        ),
        (
            "kv/*: {capabilities: [list]}",
            "kv/*: {capabilities: [list]}\nkv/a: {capabilities: [deny]}",
            &["lost app/web: list on kv/a, kv/a, Yes to No [- kv/* + kv/a]"],
        ),
        (
            "kv/{{identity.entity.id}}/*: {capabilities: [read]}",
            "kv/{{identity.entity.id}}/*: {capabilities: [read, list]}",
            &[
                "gained app/web: list on kv/{{identity.entity.id}}/*, kv/some-entity-id/x, No to Yes [- kv/{{identity.entity.id}}/* + kv/{{identity.entity.id}}/*]",
            ],
        ),
        (
            "kv/{{identity.entity.id}}/*: {capabilities: [read]}\nkv/b: {capabilities: [read]}",
            "kv/{{ identity.entity.id }}/*: {capabilities: [read]}\nkv/b: {capabilities: [read]}",
            &[],
        ),
        (
            "'kv/{{identity.entity.aliases.auth_kubernetes_0123abcd.metadata.service_account_namespace}}/*': {capabilities: [read]}",
            "kv/app/*: {capabilities: [read]}",
            &[],
        ),
        ("{}", "{}", &[]),
    ];
    let mut wrong = Vec::new();
    for (old, new, wanted) in table {
        let policy = |rules: &str| {
            let rules: String = rules.lines().map(|line| format!("\n    {line}")).collect();
            spec(&format!("p:\n  path:{rules}"), WEB)
        };
        let found = of_texts(&policy(old), &policy(new));
        if found != wanted {
            wrong.push(format!(
                "{old}\n  becomes\n{new}\n  {}\n  wanted\n  {}",
                found.join("\n  "),
                wanted.join("\n  ")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The same access in another form is no change.
#[test]
fn the_same_access_in_another_form_is_no_change() {
    let bound = "bound_service_account_namespaces: [app]";
    let role = |name: &str, account: &str, policies: &str| {
        format!("{name}: {{bound_service_account_names: [{account}], {bound}, token_policies: [{policies}]}}")
    };
    let split =
        "p:\n  path:\n    kv/a: {capabilities: [read]}\nq:\n  path:\n    kv/b/*: {capabilities: [list]}";
    let one = "p:\n  path:\n    kv/b/*: {capabilities: [list]}\n    kv/a: {capabilities: [read]}";
    let renamed = "r:\n  path:\n    kv/b/*: {capabilities: [list]}\n    kv/a: {capabilities: [read]}";
    let cut = "p:\n  path:\n    kv/a: {capabilities: [read]}\nq:\n  path:\n    kv/b/*: {capabilities: [list]}\n    kv/a: {capabilities: [read]}";
    for (what, old, new) in [
        ("split", spec(one, &role("web", "web", "p")), spec(split, &role("web", "web", "q, p"))),
        ("joined", spec(split, &role("web", "web", "p, q")), spec(one, &role("web", "web", "p"))),
        ("overlap", spec(split, &role("web", "web", "p, q")), spec(cut, &role("web", "web", "p, q"))),
        ("renamed", spec(one, &role("web", "web", "p")), spec(renamed, &role("web", "web", "r"))),
        ("upper case", spec(one, &role("web", "web", "p")), spec(one, &role("web", "web", "P"))),
    ] {
        assert_eq!(of_texts(&old, &new), [""; 0], "{what}");
    }
}

/// Whose access changes, and where that is told.
#[test]
fn changes_are_told_for_whom_they_concern() {
    let policies =
        "p:\n  path:\n    kv/p/*: {capabilities: [read]}\nq:\n  path:\n    kv/q: {capabilities: [list]}";
    let role = |name: &str, names: &str, namespaces: &str, more: &str| {
        format!(
            "{name}: {{bound_service_account_names: [{names}], bound_service_account_namespaces: [{namespaces}], {more}}}"
        )
    };
    let plain = |more: &str| spec(policies, &role("web", "web", "app", more));
    let p = "token_policies: [p]";
    let wide = |names: &str, namespaces: &str| spec(policies, &role("web", names, namespaces, p));
    let table: Vec<(&str, String, String, Vec<&str>)> = vec![
        (
            "a policy is attached",
            plain(p),
            plain("token_policies: [p, q]"),
            vec!["gained app/web: list on kv/q, kv/q, No to Yes [+ kv/q + q]"],
        ),
        (
            "a policy is detached",
            plain("token_policies: [p, q]"),
            plain(p),
            vec!["lost app/web: list on kv/q, kv/q, Yes to No [- kv/q - q]"],
        ),
        (
            "an account more",
            wide("web", "app"),
            wide("web, api", "app"),
            vec![
                "gained app/api: read on kv/p/*, kv/p/x, No to Yes [+ kv/p/* + api]",
                "gained app/api: login kubernetes/web, app/api [- [web] + api]",
            ],
        ),
        (
            "a glob",
            wide("web", "app"),
            wide("web*", "app"),
            vec![
                "gained any service account `web*` of the namespace `app`: read on kv/p/*, kv/p/x, No to Yes [+ kv/p/* + web*]",
                "gained any service account `web*` of the namespace `app`: login kubernetes/web, app/webx [- [web] + web*]",
            ],
        ),
        (
            "a glob that was there by another role",
            spec(policies, &format!("{}\n{}", role("all", "'*'", "'*'", p), role("web", "web", "app", p))),
            spec(policies, &format!("{}\n{}", role("all", "'*'", "'*'", p), role("web", "web*", "app", p))),
            vec![
                "gained any service account `web*` of the namespace `app`: login kubernetes/web, app/webx [- [web] + web*]",
            ],
        ),
        (
            "another role with the same policies",
            plain(p),
            spec(policies, &role("site", "web", "app", p)),
            vec!["changed app/web: auth role `kubernetes/site` name: web to site [- web + site]"],
        ),
        (
            "durations by value",
            plain("token_policies: [p], token_ttl: 1h, token_max_ttl: 768h"),
            plain("token_policies: [p], token_ttl: 3600"),
            vec![],
        ),
        (
            "old spellings",
            plain("policies: [p], ttl: 1h, num_uses: 0"),
            plain("token_policies: [p], token_ttl: 60m"),
            vec![],
        ),
        (
            "settings",
            plain(
                "token_policies: [p], token_ttl: 1h, token_num_uses: 3, audience: vault, token_bound_cidrs: [10.1.0.0/16]",
            ),
            plain("token_policies: [p], token_ttl: 2h, token_bound_cidrs: [10.0.0.0/8], token_period: 1h"),
            vec![
                "gained app/web: auth role `kubernetes/web` audience: vault to - [- vault]",
                "gained app/web: auth role `kubernetes/web` token_num_uses: 3 to - [- 3]",
                "gained app/web: auth role `kubernetes/web` token_bound_cidrs: 10.1.0.0/16 to 10.0.0.0/8 [- [10.1.0.0/16] + [10.0.0.0/8]]",
                "gained app/web: auth role `kubernetes/web` token_ttl: 1h to 2h [- 1h + 2h]",
                "gained app/web: auth role `kubernetes/web` token_period: - to 1h [+ 1h]",
            ],
        ),
        (
            "a policy that is not there before nor now",
            plain("token_policies: [p, ghost]"),
            plain("token_policies: [p, ghost, q]"),
            vec![
                "gained app/web: list on kv/q, kv/q, No to Yes [+ kv/q + q]",
                "note New: what the policy `ghost` says is not known for certain, before as now, and taken to be unchanged",
            ],
        ),
        (
            "a policy that is not there now",
            plain("token_policies: [p, q]"),
            spec(
                "p:\n  path:\n    kv/p/*: {capabilities: [read]}",
                &role("web", "web", "app", "token_policies: [p, q]"),
            ),
            vec![
                "lost app/web: list on kv/q, kv/q, Yes to No [- kv/q]",
                "doubt New: no input defines the policy `q` any more, though tokens hold it: a server keeps what it has until somebody deletes it",
            ],
        ),
        (
            "policies alone",
            spec(
                "a:\n  path:\n    kv/a: {capabilities: [read]}\nb:\n  path:\n    kv/b: {capabilities: [read]}",
                "",
            ),
            spec(
                "a:\n  path:\n    kv/a: {capabilities: [read, list]}\nc:\n  path:\n    kv/c: {capabilities: [read]}",
                "",
            ),
            vec![
                "gained policy:a: list on kv/a, kv/a, No to Yes [- kv/a + kv/a]",
                "gained policy:c: read on kv/c, kv/c, No to Yes [+ kv/c]",
                "lost policy:b: read on kv/b, kv/b, Yes to No [- kv/b]",
            ],
        ),
    ];
    let mut wrong = Vec::new();
    for (what, old, new, wanted) in table {
        let found = of_texts(&old, &new);
        if found != wanted {
            wrong.push(format!("{what}\n  {}\n  wanted\n  {}", found.join("\n  "), wanted.join("\n  ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
