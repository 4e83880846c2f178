//! Layers point one way, and only `cli` touches the world.

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

use std::collections::BTreeMap;

use common::{home, texts};

/// What stands further down may use what stands above it; what stands in one row does not know its neighbour.
const LAYERS: [&[&str]; 8] = [
    &["syntax"],
    &["model"],
    &["semantics"],
    &["lint"],
    &["rules"],
    &["emit", "report"],
    &["config"],
    &["cli"],
];

/// What only `cli` may name.
const WORLD: [&str; 11] = [
    "std::fs",
    "std::env",
    "std::process",
    "TcpStream",
    "UdpSocket",
    "ToSocketAddrs",
    "std::io::std",
    "println!",
    "eprintln!",
    "print!",
    "SystemTime",
];

#[test]
fn no_layer_looks_back() {
    let mut steps = Vec::new();
    for (path, text) in sources() {
        let Some((own_row, own)) = layer_of(&path) else { continue };
        let is_root = path == format!("{own}.rs") || path == format!("{own}/mod.rs");
        for (line, code) in code_lines(&text) {
            for (row, layer) in
                LAYERS.iter().enumerate().flat_map(|(row, names)| names.iter().map(move |name| (row, *name)))
            {
                let forbidden = row > own_row || (row == own_row && layer != own);
                let names =
                    names_module(code, "crate::", layer) || (is_root && names_module(code, "super::", layer));
                if forbidden && names {
                    steps
                        .push(format!("src/{path}:{line}: `{own}` must not know `{layer}`: {}", code.trim()));
                }
            }
        }
    }
    assert!(steps.is_empty(), "\n{}\nmove the code down, or what it needs up\n", steps.join("\n"));
}

#[test]
fn only_cli_touches_the_world() {
    let mut touches = Vec::new();
    for (path, text) in sources() {
        if path.starts_with("cli/") || path == "main.rs" {
            continue;
        }
        for (line, code) in code_lines(&text) {
            let grouped = code.contains("use std::{")
                && ["fs", "env", "process"].iter().any(|name| {
                    code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == *name)
                });
            if grouped || WORLD.iter().any(|word| code.contains(word)) {
                touches.push(format!("src/{path}:{line}: {}", code.trim()));
            }
        }
    }
    assert!(touches.is_empty(), "\n{}\nhand it in from `cli`\n", touches.join("\n"));
}

/// A name may hold what a terminal obeys, and bytes that are no text.
#[test]
fn paths_are_shown_in_one_place() {
    let mut strays = Vec::new();
    for (path, text) in sources().into_iter().filter(|(path, _)| path != "cli/names.rs") {
        for (line, code) in code_lines(&text) {
            if code.contains(".display()") || (path.starts_with("cli/") && code.contains("eprint")) {
                strays.push(format!("src/{path}:{line}: {}", code.trim()));
            }
        }
    }
    assert!(strays.is_empty(), "\n{}\nshow it by `names::shown`\n", strays.join("\n"));
}

/// Where a file names its tests before its code, the code is looked at.
#[test]
fn code_behind_the_name_of_its_tests_is_seen() {
    let text = "// a\nuse a;\n#[cfg(test)]\nmod tests;\nfn b() {}\n#[cfg(test)]\nmod more {\nuse c;\n}\n";
    let seen: Vec<usize> = code_lines(text).map(|(line, _)| line).collect();
    assert_eq!(seen, [2, 3, 4, 5]);
}

#[test]
fn every_source_file_lies_in_a_layer() {
    let strays: Vec<String> = sources()
        .into_keys()
        .filter(|path| layer_of(path).is_none() && path != "lib.rs" && path != "main.rs")
        .collect();
    assert!(strays.is_empty(), "{strays:?}: name the layer in LAYERS and in src/lib.rs");
}

/// The files of `src`, by path relative to it, without those that are tests.
fn sources() -> BTreeMap<String, String> {
    let all = texts(&home().join("src"));
    all.into_iter()
        .filter(|(path, _)| {
            path.ends_with(".rs") && !path.ends_with("/tests.rs") && !path.contains("/tests/")
        })
        .collect()
}

fn layer_of(path: &str) -> Option<(usize, &'static str)> {
    let first = path.split('/').next()?.trim_end_matches(".rs");
    let rows = LAYERS.iter().enumerate();
    let mut all = rows.flat_map(|(row, names)| names.iter().map(move |name| (row, *name)));
    all.find(|(_, name)| *name == first)
}

/// Lines with their numbers, without comments and without tests that are written out in the file.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let tests = text
        .lines()
        .zip(text.lines().skip(1))
        .position(|(line, next)| line.trim() == "#[cfg(test)]" && next.trim_end().ends_with('{'));
    let lines = text.lines().enumerate().take(tests.unwrap_or(usize::MAX));
    lines.map(|(at, line)| (at + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn names_module(code: &str, prefix: &str, module: &str) -> bool {
    code.match_indices(prefix).any(|(at, _)| {
        let rest = code.get(at + prefix.len()..).unwrap_or("");
        let word = |rest: &str| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next() == Some(module);
        match rest.strip_prefix('{') {
            Some(list) => list.split(',').any(|item| word(item.trim())),
            None => word(rest),
        }
    })
}
