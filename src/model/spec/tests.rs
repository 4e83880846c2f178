use super::names::{self, Pattern, is_address_block};
use super::shape::{self, Object, Shape};
use super::tables::{ACCESS, ACCESS_TEST, object_of};
use super::*;
use crate::model::project::{FileClass, Target};
use crate::model::vault::field::FieldKind;
use crate::syntax::{SourceId, Sources, yaml};

fn source(id: u32, name: &str, text: &str) -> Source {
    Source { id: SourceId(id), name: name.to_owned(), text: text.to_owned(), bom: false }
}

fn project(files: &[(&str, &str)]) -> Project {
    let sources: Vec<Source> =
        files.iter().enumerate().map(|(at, (name, text))| source(at as u32, name, text)).collect();
    let lowered = |source: &Source| {
        let mut out = Lowered::nothing(FileClass::Read);
        for document in yaml::parse(&source.text, source.id).documents {
            lower(&document.root, source, &Settings::default(), &mut out);
        }
        out
    };
    let files = sources.iter().map(lowered).collect();
    Project::assemble(Sources::new(sources), files, Settings::default())
}

/// All objects of the format below `shape`.
fn objects(shape: Shape, found: &mut Vec<&'static Object>) {
    match shape {
        Shape::List(_, item) | Shape::OneOrMore(item) | Shape::Map(_, item) => objects(*item, found),
        Shape::Object(object) if !found.iter().any(|known| std::ptr::eq(*known, object)) => {
            found.push(object);
            object.keys.iter().for_each(|key| objects(key.shape, found));
            for row in object.fields.iter().flat_map(shape::FieldTable::rows) {
                if matches!(row.kind, FieldKind::Selector | FieldKind::RoleRules) {
                    objects(Shape::Object(object_of(row.kind)), found);
                }
            }
        }
        _ => {}
    }
}

#[test]
fn no_key_stands_for_a_required_one_that_is_left_out() {
    let mut all = Vec::new();
    objects(Shape::Object(&ACCESS), &mut all);
    objects(Shape::Object(&ACCESS_TEST), &mut all);
    let mut seen = 0;
    for object in all {
        let rows = || object.fields.iter().flat_map(shape::FieldTable::rows);
        let names: Vec<&str> =
            object.keys.iter().map(|key| key.name).chain(rows().map(|row| row.name)).collect();
        let required = object.keys.iter().filter(|key| key.required).map(|key| key.name);
        for missing in required.chain(rows().filter(|row| row.required).map(|row| row.name)) {
            let others = names.iter().filter(|name| **name != missing);
            let text: String = others.map(|name| format!("\"{name}\": x\n")).collect();
            let source = source(0, "x.access.yaml", &text);
            let document =
                yaml::parse(if text.is_empty() { "{}" } else { &text }, SourceId(0)).documents.remove(0);
            let mut faults = Vec::new();
            shape::check(&document.root, Shape::Object(object), &source, Target::Any, &mut faults);
            let wanted = format!("`{missing}` is missing in {}", object.name);
            assert!(faults.iter().any(|fault| fault.message == wanted), "{wanted}: {faults:?}");
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn lifetimes_end_where_servers_end_to_count() {
    for (written, fault) in [
        ("9223372036", None),
        ("9223372037", Some("`9223372037` seconds are more than 292 years, which no server can count")),
        ("-9223372037", Some("`-9223372037` seconds are more than 292 years, which no server can count")),
        ("99999999999", Some("`99999999999` seconds are more than 292 years, which no server can count")),
        ("-1", Some("cannot provide negative value '-1'")),
        ("'9223372036'", None),
        ("'9223372037'", Some("`9223372037` is no duration that Vault can read")),
        ("106751d", None),
        ("106752d", Some("`106752d` is no duration that Vault can read")),
        ("2562047h47m16s", None),
        ("2562048h", Some("`2562048h` is no duration that Vault can read")),
        ("-0.5s", None),
        ("1.5", Some("expected a duration, found a number")),
    ] {
        for (place, key) in [
            (
                "auth: {k: {type: kubernetes, roles: {r: {bound_service_account_names: a, bound_service_account_namespaces: b, KEY}}}}",
                "token_max_ttl",
            ),
            (
                "auth: {k: {type: kubernetes, roles: {r: {bound_service_account_names: a, bound_service_account_namespaces: b, KEY}}}}",
                "token_explicit_max_ttl",
            ),
            (
                "auth: {k: {type: kubernetes, roles: {r: {bound_service_account_names: a, bound_service_account_namespaces: b, KEY}}}}",
                "max_ttl",
            ),
            ("auth: {k: {type: kubernetes, KEY}}", "max_lease_ttl"),
            ("mounts: {k: {type: kv, KEY}}", "max_lease_ttl"),
            (
                "secrets_engines: {k: {type: kubernetes, roles: {r: {service_account_name: a, allowed_kubernetes_namespaces: b, KEY}}}}",
                "token_max_ttl",
            ),
        ] {
            let text = format!("{HEAD}vault: {{{}}}\n", place.replace("KEY", &format!("{key}: {written}")));
            let said: Vec<String> = project(&[("a.access.yaml", &text)])
                .malformed
                .into_iter()
                .map(|fault| fault.message)
                .collect();
            let wanted: Vec<String> = fault.iter().map(|fault| format!("`{key}`: {fault}")).collect();
            assert_eq!(said, wanted, "{text}");
        }
    }
}

const HEAD: &str = "apiVersion: rolewright/v1\nkind: Access\nname: x\n";

#[test]
fn the_same_name_in_two_specs_shows_both_places() {
    let spec = format!(
        "{HEAD}vault:\n  mounts: {{kv: {{type: kv}}}}\n  policies: {{p: {{hcl: 'path \"x\" {{}}'}}}}\n"
    );
    let project = project(&[("a.access.yaml", &spec), ("b.access.yaml", &spec)]);
    let faults: Vec<(String, u32, u32)> = project
        .malformed
        .iter()
        .map(|fault| (fault.message.clone(), fault.span.source.0, fault.label.as_ref().unwrap().0.source.0))
        .collect();
    let twice = |what: &str| (format!("the {what} is declared twice"), 1, 0);
    assert_eq!(faults, [twice("policy `p`"), twice("mount `kv`")]);
}

#[test]
fn specs_of_two_vault_namespaces_share_no_names() {
    let spec =
        |namespace: &str| format!("{HEAD}vault:\n  namespace: {namespace}\n  mounts: {{kv: {{type: kv}}}}\n");
    let project = project(&[("a.access.yaml", &spec("one")), ("b.access.yaml", &spec("two"))]);
    assert!(project.malformed.is_empty(), "{:?}", project.malformed);
}

#[test]
fn a_misspelled_key_is_put_right_in_its_own_quotes() {
    for (key, wanted) in [("naem", "name"), ("\"naem\"", "\"name\""), ("'naem'", "'name'")] {
        let text = format!("apiVersion: rolewright/v1\nkind: Access\n{key}: x\n");
        let project = project(&[("a.access.yaml", &text)]);
        let fault = &project.malformed[0];
        assert_eq!(fault.replacement.as_deref(), Some(wanted), "{text}");
        assert_eq!(&text[fault.span.range()], key);
    }
}

#[test]
fn versions_choose_the_target() {
    for (target, wanted) in [
        ("vault: \"1.20\"", Target::VaultClassic),
        ("vault: \"1.13.10\"", Target::VaultClassic),
        ("vault: \"1.21\"", Target::VaultCurrent),
        ("vault: \"2.0\"", Target::VaultCurrent),
        ("openbao: \"2.7\"", Target::OpenBao),
        ("kubernetes: \"1.33\"", Target::Any),
    ] {
        let project = project(&[("a.access.yaml", &format!("{HEAD}target: {{{target}}}\n"))]);
        assert!(project.malformed.is_empty(), "{target}: {:?}", project.malformed);
        assert_eq!(project.specs[0].target, wanted, "{target}");
    }
}

#[test]
fn documents_that_are_no_maps_are_reported_and_no_more() {
    for text in ["[]\n", "text\n", "7\n"] {
        let project = project(&[("a.access.yaml", text)]);
        assert_eq!(project.malformed.len(), 1, "{text}");
        assert!(project.specs.is_empty(), "{text}");
    }
}

#[test]
fn names_keep_their_rules() {
    let cases: [(&Pattern, &[&str], &[&str]); 7] = [
        (&names::ROLE_NAME, &["a", "app-web", "A.b_c", "_"], &["", "-a", "a-", "a/b", "a b", "ä"]),
        (&names::NAMESPACE, &["a", "app-1"], &["", "App", "a.b", "-a", "a-", "a_b"]),
        (&names::SERVICE_ACCOUNT, &["a", "a.b-c"], &["", "a..b", ".a", "A"]),
        (&names::MOUNT_PATH, &["kv", "team/kv", "kv/"], &["", "/kv", "a//b", "a b", "kv/*", "/"]),
        (&names::SECRET_PATH, &["a", "a/b", "a/*", "*", "/", "a/"], &["", "/a", "a/*/b", "+", "a**"]),
        (&names::BOUND_NAME, &["*", "web-*", "a*b", "**"], &["", "Web", "a?", "[ab]"]),
        (&names::VERSION, &["1", "1.20", "2.0.4"], &["", "1.", "v1", "1.2.3.4"]),
    ];
    for (pattern, right, wrong) in cases {
        for name in right {
            assert!(pattern.admits(name), "{name} is {}", pattern.says);
        }
        for name in wrong {
            assert!(!pattern.admits(name), "{name} is not {}", pattern.says);
        }
    }
}

#[test]
fn addresses_are_those_that_vault_reads() {
    for right in ["10.0.0.1", "10.0.0.0/8", "::1", "fd00::/8", "0.0.0.0/0"] {
        assert!(is_address_block(right), "{right}");
    }
    for wrong in ["", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "::/129", "host", "10.0.0.0/+8"] {
        assert!(!is_address_block(wrong), "{wrong}");
    }
}
