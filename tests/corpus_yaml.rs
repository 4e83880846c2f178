//! Real YAML and JSON files that nobody wrote for this project, where a collection of them lies beside it: every file
//! is read or it is said why not, and an independent reader agrees.

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

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rolewright::model::lower;
use rolewright::model::project::{FileClass, Settings};
use rolewright::syntax::tree::{Node, NodeKind};
use rolewright::syntax::{Source, SourceId, yaml};
use serde::Deserialize as _;
use serde_yaml::Value;

/// The files, or nothing, said aloud, if there is no collection.
fn corpus() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                files.push((path.strip_prefix(&root).unwrap().to_owned(), text));
            }
        }
    }
    if files.is_empty() {
        eprintln!("no collection of real files at {}: nothing compared", root.display());
    }
    files.sort();
    files
}

fn source(path: &Path, text: String) -> Source {
    Source { id: SourceId(0), name: path.to_string_lossy().into_owned(), text, bom: false }
}

#[test]
fn every_file_is_read_or_says_why_not() {
    let mut classes: BTreeMap<String, usize> = BTreeMap::new();
    let mut objects = [0; 7];
    for (path, text) in corpus() {
        let source = source(&path, text);
        let lowered = lower::file(&source, &Settings::default());
        let broken = lowered.class == FileClass::Broken;
        assert_eq!(broken, !lowered.syntax_errors.is_empty(), "{}", path.display());
        for error in &lowered.syntax_errors {
            println!("{}: {:?} {}", path.display(), error.span.range(), error.message);
            assert!(source.text.get(error.span.range()).is_some(), "{}", path.display());
        }
        for malformed in &lowered.malformed {
            println!("{}: {:?} {}", path.display(), source.slice(malformed.span), malformed.message);
            assert!(source.text.get(malformed.span.range()).is_some(), "{}", path.display());
        }
        if let FileClass::Template(language) = lowered.class {
            println!("{}: {language}", path.display());
        }
        let counts = [
            lowered.rbac_roles.len(),
            lowered.bindings.len(),
            lowered.service_accounts.len(),
            lowered.kubernetes_namespaces.len(),
            lowered.workloads.len(),
            lowered.policies.len(),
            lowered.malformed.len(),
        ];
        objects.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
        *classes.entry(format!("{:?}", lowered.class)).or_default() += 1;
    }
    println!("files: {classes:?}");
    println!("roles, bindings, service accounts, namespaces, workloads, policies, malformed: {objects:?}");
}

#[test]
fn an_independent_reader_agrees() {
    let mut compared = 0;
    let (mut refused, mut refused_keys) = (0, 0);
    for (path, text) in corpus() {
        let name = path.to_string_lossy();
        if ![".yaml", ".yml"].iter().any(|extension| name.ends_with(extension)) {
            continue;
        }
        let ours = yaml::parse(&text, SourceId(0));
        let theirs: Result<Vec<Value>, _> =
            serde_yaml::Deserializer::from_str(&text).map(Value::deserialize).collect();
        match theirs {
            // Kubernetes takes no key that is no text; the other reader does. `{{ x }}` is such a key.
            Ok(values) if values.iter().any(has_odd_key) => {
                let odd = |message: &str| message.ends_with("cannot be a key");
                assert!(ours.errors.iter().any(|error| odd(&error.message)), "{name}: {:?}", ours.errors);
                refused_keys += 1;
            }
            Ok(values) => {
                assert_eq!(ours.errors, [], "{name}");
                let values: Vec<Value> = values
                    .into_iter()
                    .map(|mut value| {
                        value.apply_merge().unwrap();
                        value
                    })
                    .collect();
                assert_eq!(ours.documents.len(), values.len(), "{name}");
                for (document, value) in ours.documents.iter().zip(&values) {
                    assert_same(&document.root, value, &name);
                    compared += 1;
                }
            }
            Err(error) => {
                assert!(!ours.errors.is_empty(), "{name}: {error}");
                refused += 1;
            }
        }
    }
    println!(
        "{compared} documents equal, {refused} files refused by both, {refused_keys} for their keys by us"
    );
}

/// Equal, but for scalars that YAML 1.1, which Kubernetes reads, takes for something else than YAML 1.2 does.
fn assert_same(node: &Node, value: &Value, name: &str) {
    let at = || format!("{name}: {node:?} is not {value:?}");
    match (&node.kind, value) {
        (NodeKind::Null, Value::Null) => {}
        (NodeKind::Bool(ours), Value::Bool(theirs)) => assert_eq!(ours, theirs, "{}", at()),
        (NodeKind::Int(ours), Value::Number(theirs)) => assert_eq!(Some(*ours), theirs.as_i64(), "{}", at()),
        (NodeKind::Float(ours), Value::Number(theirs)) => {
            assert_eq!(Some(*ours), theirs.as_f64(), "{}", at())
        }
        (NodeKind::Text(ours) | NodeKind::Block(ours, _), Value::String(theirs)) => {
            assert_eq!(ours, theirs, "{name}");
        }
        (NodeKind::List(ours), Value::Sequence(theirs)) => {
            assert_eq!(ours.len(), theirs.len(), "{}", at());
            ours.iter().zip(theirs).for_each(|(ours, theirs)| assert_same(ours, theirs, name));
        }
        (NodeKind::Map(ours), Value::Mapping(theirs)) => {
            assert_eq!(ours.len(), theirs.len(), "{}", at());
            for entry in ours {
                let theirs = theirs.get(entry.key.as_str()).or_else(|| {
                    theirs.iter().find(|(key, _)| key_text(key) == entry.key.value).map(|(_, value)| value)
                });
                let theirs = theirs.unwrap_or_else(|| panic!("{name}: no {:?} there", entry.key));
                assert_same(&entry.value, theirs, name);
            }
        }
        (NodeKind::Bool(truth), Value::String(word)) => {
            let words: &[&str] = if *truth { &["y", "yes", "on"] } else { &["n", "no", "off"] };
            assert!(words.contains(&word.to_lowercase().as_str()), "{}", at());
        }
        (NodeKind::Int(_), Value::String(digits)) => {
            let number = digits.starts_with('0') || digits.contains('_');
            assert!(number && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_'), "{}", at());
        }
        (_, Value::Tagged(tagged)) => assert_same(node, &tagged.value, name),
        _ => panic!("{}", at()),
    }
}

fn key_text(key: &Value) -> String {
    match key {
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(word) if matches!(word.as_str(), "y" | "Y" | "on" | "yes") => "true".to_owned(),
        Value::String(word) if matches!(word.as_str(), "n" | "N" | "off" | "no") => "false".to_owned(),
        Value::String(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

fn has_odd_key(value: &Value) -> bool {
    match value {
        Value::Sequence(items) => items.iter().any(has_odd_key),
        Value::Mapping(entries) => entries.iter().any(|(key, value)| {
            matches!(key, Value::Null | Value::Sequence(_) | Value::Mapping(_)) || has_odd_key(value)
        }),
        Value::Tagged(tagged) => has_odd_key(&tagged.value),
        _ => false,
    }
}
