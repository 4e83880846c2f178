//! The Access spec against `fixtures/specs`: what is right lowers in silence and fits the JSON Schema, what is wrong is
//! reported on its line (marked by `#~ message`), and the three forms say the same.

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

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use common::{home, in_step};
use rolewright::model::lower::Lowered;
use rolewright::model::lower::policy as policy_reader;
use rolewright::model::project::{FileClass, Project, Settings, Target};
use rolewright::model::spec::schema::{schema, schema_text, test_schema, test_schema_text};
use rolewright::model::spec::shape::Shape;
use rolewright::model::spec::tables::{ACCESS, ACCESS_TEST, FIELD_TABLES};
use rolewright::model::spec::{self, shape};
use rolewright::model::vault::policy::PolicyOrigin;
use rolewright::syntax::lines::LineIndex;
use rolewright::syntax::tree::{Entry, Node, NodeKind};
use rolewright::syntax::{Place, Source, SourceId, Sources, Span, Spanned, SyntaxError, json, yaml};

#[test]
fn right_specs_lower_in_silence_and_fit_the_schema() {
    let spec = jsonschema::validator_for(&schema()).expect("the schema is one");
    let access_test = jsonschema::validator_for(&test_schema()).expect("the schema is one");
    let mut seen = 0;
    for path in fixtures("ok") {
        seen += 1;
        let read = read(&path);
        let validator = if is_access_test(&path) { &access_test } else { &spec };
        assert_eq!(read.faults(), Vec::<(usize, String)>::new(), "{}", path.display());
        for root in &read.roots {
            let errors: Vec<String> = validator
                .iter_errors(&root.to_json())
                .map(|e| format!("{}: {e}", e.instance_path()))
                .collect();
            assert_eq!(errors, Vec::<String>::new(), "{}", path.display());
        }
    }
    assert!(seen >= 5, "the fixtures are there");
}

#[test]
fn wrong_specs_are_reported_on_their_lines() {
    let mut seen = 0;
    for path in fixtures("err") {
        seen += 1;
        let text = fs::read_to_string(&path).expect("a fixture");
        let mut faults = read(&path).faults();
        for (number, line) in text.lines().enumerate() {
            let Some((_, marks)) = line.split_once("#~ ") else { continue };
            for mark in marks.split(" | ") {
                let at = faults
                    .iter()
                    .position(|(at, message)| *at == number + 1 && message.contains(mark.trim()));
                let at = at.unwrap_or_else(|| {
                    panic!("{}:{}: not reported: {mark}\nreported: {faults:#?}", path.display(), number + 1)
                });
                faults.remove(at);
            }
        }
        assert_eq!(faults, Vec::new(), "{}: reported without a marker", path.display());
    }
    assert!(seen >= 5, "the fixtures are there");
}

#[test]
fn yaml_json_and_hcl_say_the_same() {
    let model = |name: &str| {
        let read = read(&root().join("ok").join(name));
        let mut text = format!("{:#?}", Nouns(&read.project));
        // Spans differ between the forms, what they say does not.
        while let Some(at) = text.find("Span {") {
            let end = text[at..].find('}').expect("a struct ends") + at;
            text.replace_range(at..=end, "_");
        }
        text
    };
    let yaml = model("full.access.yaml");
    for other in ["full.access.json", "full.access.hcl"] {
        let other_model = model(other);
        if yaml != other_model {
            let diff = similar::TextDiff::from_lines(yaml.as_str(), other_model.as_str());
            panic!("full.access.yaml and {other} differ:\n{}", diff.unified_diff().context_radius(8));
        }
    }
}

#[test]
fn grants_expand_to_the_least_that_serves() {
    let mut text = String::new();
    for file in ["full.access.yaml", "grants.access.yaml"] {
        text.push_str(&expansions(&read(&root().join("ok").join(file))));
    }
    insta::assert_snapshot!(text);
}

fn expansions(read: &Read) -> String {
    let mut text = String::new();
    for grant in &read.project.grants {
        text.push_str(&format!("grant {}\n", grant.name));
        for line in &grant.expansion {
            text.push_str(&format!("  {}\n", line.intent));
            for (path, capabilities, why) in &line.rules {
                text.push_str(&format!("    {path} {capabilities:?}: {why}\n"));
            }
        }
        let policy =
            read.project.policies.iter().find(|policy| policy.name == grant.name).expect("its policy");
        text.push_str("  policy\n");
        for rule in &policy.path_rules {
            let words: Vec<&str> = rule.capabilities.iter().map(Spanned::as_str).collect();
            text.push_str(&format!("    {} {words:?}\n", rule.path));
        }
        let role = read.project.auth_roles.iter().find(|role| role.name == grant.name).expect("its role");
        text.push_str(&format!("  role on {}\n", role.mount));
        for field in &role.fields.known {
            text.push_str(&format!("    {}\n", field.spec.name));
        }
    }
    text
}

#[test]
fn policies_point_at_their_own_words() {
    for file in ["full.access.yaml", "full.access.json", "full.access.hcl", "openbao.access.yaml"] {
        let read = read(&root().join("ok").join(file));
        for policy in read.project.policies.iter().filter(|policy| policy.origin != PolicyOrigin::Grant) {
            assert_ne!(policy.path_rules.len(), 0, "{file}: {}", policy.name);
            for rule in &policy.path_rules {
                let written = read.project.sources.slice(rule.path.span).replace("\\\\u00e9", "é");
                let written = written.trim_matches(['"', '\\', '\'']);
                assert_eq!(written, rule.path.value, "{file}: {}", policy.name);
            }
        }
    }
}

#[test]
fn a_policy_file_takes_the_name_that_the_spec_gives_it() {
    let read = read(&root().join("ok/openbao.access.yaml"));
    let names: Vec<&str> = read.project.policies.iter().map(|policy| policy.name.as_str()).collect();
    assert_eq!(names, ["quoted", "server-json", "renamed"]);
}

#[test]
fn the_schema_files_are_in_step() {
    for (file, text) in
        [("access.schema.json", schema_text()), ("access-test.schema.json", test_schema_text())]
    {
        let result = in_step(&home().join("schemas").join(file), &text);
        assert!(result.is_ok(), "\n{}", result.unwrap_err());
    }
}

#[test]
fn every_field_is_in_the_schema_and_in_a_fixture() {
    let schema = schema_text();
    let fixtures: String =
        fixtures("ok").iter().map(|path| fs::read_to_string(path).expect("a fixture")).collect();
    for (endpoint, table) in FIELD_TABLES {
        for row in table {
            let in_schema = schema.contains(&format!("\"{}\": {{", row.name));
            assert_eq!(in_schema, !row.secret, "{endpoint}: {} in the schema", row.name);
            let in_fixture = fixtures.contains(&format!("{}:", row.name));
            assert_eq!(in_fixture, !row.secret, "{endpoint}: {} in fixtures/specs/ok", row.name);
        }
    }
}

/// Every small mistake in a right spec: checker and schema must judge alike.
#[test]
fn checker_and_schema_agree() {
    let (mut right, mut wrong) = (0, 0);
    for name in ["full.access.yaml", "openbao.access.yaml", "minimal.access.yaml", "claims.access-test.yaml"]
    {
        let read = read(&root().join("ok").join(name));
        let (object, schema) =
            if is_access_test(Path::new(name)) { (&ACCESS_TEST, test_schema()) } else { (&ACCESS, schema()) };
        let validator = jsonschema::validator_for(&schema).expect("the schema is one");
        for root in &read.roots {
            for (what, mutant) in mutants(root) {
                let source = &read.source;
                let mut faults = Vec::new();
                shape::check(&mutant, Shape::Object(object), source, Target::Any, &mut faults);
                let checked = faults.is_empty() && unknown_fields(&mutant, source) == 0;
                let valid = validator.is_valid(&mutant.to_json());
                assert_eq!(
                    checked,
                    valid,
                    "{name}: {what}: {faults:#?}\n{:?}",
                    validator.iter_errors(&mutant.to_json()).map(|e| e.to_string()).collect::<Vec<_>>()
                );
                if valid { right += 1 } else { wrong += 1 }
            }
        }
    }
    assert!(right > 100 && wrong > 1000, "{right} right and {wrong} wrong mutants");
}

/// Fields that a rule reports, not the shape.
fn unknown_fields(root: &Node, source: &Source) -> usize {
    let mut out = Lowered::nothing(FileClass::Read);
    spec::lower(root, source, &Settings::default(), &mut out);
    let auth = out.auth_roles.iter().map(|role| role.fields.unknown.len());
    let secrets = out.secrets_roles.iter().map(|role| role.fields.unknown.len());
    let engines = out.engines.iter().flat_map(|engine| &engine.config);
    let configs = engines.chain(out.auth_mounts.iter().flat_map(|mount| &mount.config));
    auth.chain(secrets).chain(configs.map(|config| config.unknown.len())).sum()
}

/// The tree with one value replaced, or one key renamed or taken away, at every place.
fn mutants(root: &Node) -> Vec<(String, Node)> {
    let text = |text: &str| NodeKind::Text(text.to_owned());
    let values = [
        NodeKind::Null,
        NodeKind::Bool(true),
        NodeKind::Int(7),
        NodeKind::Int(-7),
        text(""),
        text("Some text"),
        text("1h"),
        NodeKind::List(Vec::new()),
        NodeKind::List(vec![Node { span: root.span, kind: text("x") }]),
        NodeKind::List(vec![Node { span: root.span, kind: NodeKind::Int(1) }]),
        NodeKind::Map(Vec::new()),
    ];
    let mut list = Vec::new();
    for at in 0..count(root) {
        for value in &values {
            let mut mutant = root.clone();
            let mut what = String::new();
            change(&mut mutant, at, "", &mut |path, node| {
                what = format!("{path} = {value:?}");
                node.kind = value.clone();
            });
            list.push((what, mutant));
        }
        for suffix in [Some("x"), Some(" /"), None] {
            let mut mutant = root.clone();
            let mut what = String::new();
            change(&mut mutant, at, "", &mut |path, node| {
                let NodeKind::Map(entries) = &mut node.kind else { return };
                if let (Some(last), Some(suffix)) = (entries.last_mut(), suffix) {
                    last.key.value.push_str(suffix);
                } else {
                    entries.pop();
                }
                what = format!("{path}: last key changed by {suffix:?}");
            });
            if !what.is_empty() {
                list.push((what, mutant));
            }
        }
    }
    list
}

fn count(node: &Node) -> usize {
    let items: usize = node.items().iter().map(count).sum();
    let entries: usize = node.entries().iter().map(|entry| count(&entry.value)).sum();
    1 + items + entries
}

/// Calls `edit` on the node number `at`, counted from the root in the order written.
fn change(node: &mut Node, at: usize, path: &str, edit: &mut dyn FnMut(&str, &mut Node)) {
    if at == 0 {
        return edit(path, node);
    }
    let mut at = at - 1;
    let children: Vec<(String, &mut Node)> = match &mut node.kind {
        NodeKind::List(items) => {
            items.iter_mut().enumerate().map(|(number, node)| (format!("{path}[{number}]"), node)).collect()
        }
        NodeKind::Map(entries) => {
            entries.iter_mut().map(|Entry { key, value }| (format!("{path}.{}", key.value), value)).collect()
        }
        _ => Vec::new(),
    };
    for (path, child) in children {
        let size = count(child);
        if at < size {
            return change(child, at, &path, edit);
        }
        at -= size;
    }
}

/// What a spec declares, without what was read beside it.
struct Nouns<'a>(&'a Project);

impl std::fmt::Debug for Nouns<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let project = self.0;
        f.debug_struct("Nouns")
            .field("specs", &project.specs)
            .field("policies", &project.policies)
            .field("mounts", &project.mounts)
            .field("auth_mounts", &project.auth_mounts)
            .field("auth_roles", &project.auth_roles)
            .field("engines", &project.engines)
            .field("secrets_roles", &project.secrets_roles)
            .field("rbac_roles", &project.rbac_roles)
            .field("bindings", &project.bindings)
            .field("service_accounts", &project.service_accounts)
            .field("grants", &project.grants)
            .field("expectations", &project.expectations)
            .finish()
    }
}

/// A spec and the policy files that it names.
struct Read {
    source: Source,
    roots: Vec<Node>,
    project: Project,
}

impl Read {
    /// Line and message of everything that is wrong.
    fn faults(&self) -> Vec<(usize, String)> {
        let lines = LineIndex::new(&self.source.text);
        let at = |span: Span| lines.line_of(span.start) + 1;
        let malformed = self.project.malformed.iter().map(|fault| {
            let help = fault.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
            (at(fault.span), format!("{}{help}", fault.message))
        });
        let syntax = self.project.syntax_errors.iter().map(|error| (at(error.span), error.message.clone()));
        let refusals = self.project.policies.iter().flat_map(|policy| &policy.refusals);
        let refusals = refusals.map(|refusal| (at(refusal.span), refusal.server.clone()));
        let known = self.project.auth_roles.iter().map(|role| &role.fields);
        let known = known.chain(self.project.secrets_roles.iter().map(|role| &role.fields));
        let known = known.chain(self.project.auth_mounts.iter().flat_map(|mount| &mount.config));
        let known = known.chain(self.project.engines.iter().flat_map(|engine| &engine.config));
        let unknown = known.flat_map(|fields| &fields.unknown);
        let unknown = unknown.map(|field| (at(field.key.span), format!("unknown field {}", field.key)));
        malformed.chain(syntax).chain(refusals).chain(unknown).collect()
    }
}

fn read(path: &Path) -> Read {
    let text = fs::read_to_string(path).expect("a fixture");
    let name = |path: &Path| path.strip_prefix(root()).expect("inside").to_string_lossy().replace('\\', "/");
    let id = SourceId(0);
    let source = Source { id, name: name(path), text, bom: false };
    let (roots, errors): (Vec<Node>, Vec<SyntaxError>) = match path.extension().and_then(|ext| ext.to_str()) {
        Some("json") => {
            let parsed = json::parse(&source.text, id);
            (parsed.root.into_iter().collect(), parsed.errors)
        }
        Some("hcl") => {
            let parsed = spec::hcl::parse(&source.text, id);
            (vec![parsed.root], parsed.errors)
        }
        _ => {
            let stream = yaml::parse(&source.text, id);
            (stream.documents.into_iter().map(|document| document.root).collect(), stream.errors)
        }
    };
    let mut lowered = Lowered::nothing(FileClass::Read);
    if errors.is_empty() {
        for root in &roots {
            spec::lower(root, &source, &Settings::default(), &mut lowered);
        }
    }
    let roots = roots.iter().map(|root| spec::keys_as_written(root, &source)).collect();
    lowered.syntax_errors.extend(errors);
    let mut sources = vec![source.clone()];
    let mut files = vec![];
    let wanted: BTreeSet<String> = lowered.referenced_files.iter().map(|file| file.value.clone()).collect();
    files.push(lowered);
    for file in wanted {
        let path = path.parent().expect("a directory").join(file);
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let id = SourceId(sources.len() as u32);
        let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let place = Place::from(id, 0);
        let read = policy_reader::read(
            Spanned::new(stem, place.span(0..0)),
            &text,
            &place,
            PolicyOrigin::HclFile,
            Target::Any,
        );
        let mut lowered = Lowered::nothing(FileClass::Read);
        lowered.policies.push(read.policy);
        sources.push(Source { id, name: name(&path), text, bom: false });
        files.push(lowered);
    }
    let project = Project::assemble(Sources::new(sources), files, Settings::default());
    Read { source, roots, project }
}

fn is_access_test(path: &Path) -> bool {
    path.to_string_lossy().contains(".access-test.")
}

fn root() -> PathBuf {
    home().join("fixtures/specs")
}

/// The specs of a folder, in order.
fn fixtures(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).expect("the folder");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.is_file());
    paths.sort();
    paths
}
