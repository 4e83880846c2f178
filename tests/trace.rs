//! Traces of the fixtures: every folder below `fixtures/trace/` holds inputs and `trace.txt`, a transcript of commands
//! and of what they answer.
//!
//! A line `$ rolewright trace …` asks, the lines up to the next one are the answer, its exit code last. Where the first
//! line is `in: DIRECTORY`, the inputs lie there, relative to the folder. `ROLEWRIGHT_BLESS=1` rewrites the answers;
//! the commands are written by hand.

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

use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser as _;
use common::{directories, home, in_step};
use rolewright::cli::args::{Args, Command};
use rolewright::cli::exit::Exit;
use rolewright::cli::load::{self, Loaded};
use rolewright::cli::session::Session;
use rolewright::cli::trace::answer;
use rolewright::semantics::trace::Tracer;

fn loaded(directory: &Path) -> Loaded {
    let session = Session::of_directory(directory).unwrap();
    load::project(&[directory.to_owned()], None, &session)
}

/// The answer to one command line, as the transcript holds it.
fn ask(command: &str, loaded: &Loaded) -> String {
    let args = Args::try_parse_from(command.split_whitespace()).unwrap_or_else(|error| panic!("{error}"));
    let Command::Trace(of_command) = &args.command else { panic!("{command}: no trace") };
    let (text, exit) = match answer(loaded, of_command, false, args.global.quiet) {
        Ok((text, exit)) => (text, exit),
        Err(failure) => (failure.to_string(), Exit::Unable),
    };
    let code = match exit {
        Exit::Clean => 0,
        Exit::Findings => 1,
        Exit::Unable => 2,
        Exit::Internal => 3,
    };
    format!("$ {command}\n{text}exit {code}\n\n")
}

#[test]
fn transcripts_hold() {
    let cases = directories(&home().join("fixtures/trace"));
    assert!(cases.len() >= 6, "{cases:?}");
    let mut problems = Vec::new();
    for case in cases {
        let path = case.join("trace.txt");
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let inputs = text.lines().next().and_then(|line| line.strip_prefix("in: "));
        let loaded =
            loaded(&inputs.map_or(case.clone(), |inputs| fs::canonicalize(case.join(inputs)).unwrap()));
        let mut wanted = inputs.map_or(String::new(), |inputs| format!("in: {inputs}\n\n"));
        let commands: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
        assert!(!commands.is_empty(), "{} asks nothing", path.display());
        for command in commands {
            wanted += &ask(command, &loaded);
        }
        problems.extend(in_step(&path, &format!("{}\n", wanted.trim_end())).err());
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The bodies of JSON answers are JSON, and say what the exit code says.
#[test]
fn json_says_the_same() {
    for case in directories(&home().join("fixtures/trace")) {
        let text = fs::read_to_string(case.join("trace.txt")).unwrap();
        let inputs = text.lines().next().and_then(|line| line.strip_prefix("in: "));
        let loaded =
            loaded(&inputs.map_or(case.clone(), |inputs| fs::canonicalize(case.join(inputs)).unwrap()));
        for command in text.lines().filter_map(|line| line.strip_prefix("$ ")) {
            let command = format!("{} --format json", command.replace("--format json", ""));
            let said = ask(&command, &loaded);
            let body = said.split_once('\n').unwrap().1;
            let (body, exit) = body.trim_end().rsplit_once("exit ").unwrap();
            if body.starts_with("error") {
                continue;
            }
            let json: serde_json::Value =
                serde_json::from_str(body).unwrap_or_else(|e| panic!("{command}: {e}"));
            let wanted = match exit {
                "0" => "passed",
                "1" => "failed",
                _ => "unknown",
            };
            assert_eq!(json["result"], wanted, "{command}");
        }
    }
}

/// Real manifests that nobody wrote for this project, where a collection of them lies beside it.
#[test]
fn every_real_workload_is_traced() {
    let corpus = home().join("../shared/corpus");
    let mut folders: Vec<PathBuf> =
        directories(&corpus).iter().flat_map(|class| directories(class)).collect();
    if folders.is_empty() {
        eprintln!("no collection of real files at {}: nothing traced", corpus.display());
    }
    folders.push(home().join("fixtures"));
    let (mut workloads, mut routes, mut fetches) = (0, 0, 0);
    for folder in folders {
        let loaded = loaded(&folder);
        assert!(loaded.crashes.is_empty(), "{}", folder.display());
        let tracer = Tracer::new(&loaded.project);
        for workload in &loaded.project.workloads {
            for namespace in [None, Some("app")] {
                let found = tracer.routes(workload, namespace);
                workloads += 1;
                routes += found.len();
                for route in &found {
                    fetches += route.fetches.len();
                    let traced = rolewright::report::trace::Traced {
                        project: &loaded.project,
                        workload,
                        namespace,
                        routes: std::slice::from_ref(route),
                        unexplained: &[],
                    };
                    assert!(!rolewright::report::trace::human(&traced, true, false).is_empty());
                }
            }
        }
    }
    println!("{workloads} workloads, {routes} routes, {fetches} secrets");
    assert!(workloads > 0 && routes > 0 && fetches > 0);
}
