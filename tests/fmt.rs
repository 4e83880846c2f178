//! The canonical form: fixtures, properties, and the server's own `policy fmt` as the judge.

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
#[path = "live/mod.rs"]
mod live;
#[path = "fmt/random.rs"]
mod random;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::{directories, home, in_step, name, texts};
use random::{Dice, Manner};
use rolewright::emit::hcl::policy_text;
use rolewright::model::lower::policy::{PolicyText, read};
use rolewright::model::project::Target;
use rolewright::model::vault::policy::PolicyOrigin;
use rolewright::syntax::hcl1::parse;
use rolewright::syntax::hcl1::printer::{Unprintable, as_servers_print, format};
use rolewright::syntax::{Place, SourceId, Span, Spanned};

fn place() -> Place {
    Place::from(SourceId(0), 0)
}

fn lower(text: &str) -> PolicyText {
    let name = Spanned::new("p".to_owned(), Span::new(SourceId(0), 0..0));
    read(name, text, &place(), PolicyOrigin::HclFile, Target::OpenBao)
}

fn is_taken(text: &str) -> bool {
    let read = lower(text);
    read.syntax_errors.is_empty() && read.policy.refusals.is_empty() && read.policy.ignored.is_empty()
}

fn comments(text: &str) -> Vec<String> {
    let text = text.replace("\r\n", "\n");
    let mut comments: Vec<String> =
        parse(&text, &place()).comments.iter().map(|comment| text[comment.clone()].to_owned()).collect();
    comments.sort();
    comments
}

/// Each folder holds `in.hcl` or `in.json`, what becomes of it in `out.hcl`, and, where the server prints something
/// else, that in `server.hcl`.
#[test]
fn fixtures() {
    let mut wrong = Vec::new();
    let folders = directories(&home().join("fixtures/fmt"));
    assert!(folders.len() > 20, "{}", folders.len());
    for folder in folders {
        let read = ["in.hcl", "in.json"].iter().find_map(|name| fs::read_to_string(folder.join(name)).ok());
        let formatted = format(&read.expect("an input"), &place()).unwrap_or_else(|why| format!("{why:?}\n"));
        wrong.extend(in_step(&folder.join("out.hcl"), &formatted).err());
        let again = format(&formatted, &place()).unwrap_or_default();
        if again != formatted && !formatted.ends_with(")\n") {
            wrong.push(format!("{}: formatting it again gives\n{again}", name(&folder)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn random_policies_come_to_rest_with_all_they_say() {
    for seed in 0..2_500 {
        let manner = if seed % 4 == 0 { Manner::Usual } else { Manner::Odd };
        let text = random::policy(&mut Dice(seed), manner, 1 + usize::try_from(seed).unwrap() % 4);
        let old = lower(&text);
        assert!(is_taken(&text), "seed {seed}: {:?} {:?}\n{text}", old.syntax_errors, old.policy.refusals);
        let formatted = format(&text, &place()).unwrap_or_else(|why| panic!("seed {seed}: {why:?}\n{text}"));
        let again = format(&formatted, &place()).unwrap();
        assert!(again == formatted, "seed {seed}\n{text}\n---\n{formatted}\n---\n{again}");
        assert_eq!(comments(&text), comments(&formatted), "seed {seed}\n{text}\n---\n{formatted}");
        let new = lower(&formatted);
        assert!(is_taken(&formatted), "seed {seed}\n{text}\n---\n{formatted}");
        assert_eq!(policy_text(&old.policy), policy_text(&new.policy), "seed {seed}");
    }
}

/// Texts of any kind, cut and spliced: never a panic, and whatever is formatted comes to rest.
#[test]
fn broken_texts_are_refused_or_come_to_rest() {
    let mut seen = 0;
    for seed in 0..2_000_u64 {
        let text = random::policy(&mut Dice(seed), Manner::Odd, 2);
        let cut = |part: u64| {
            let mut at = text.len() * usize::try_from(seed % 97 + part).unwrap() / 100;
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (from, to) = (cut(0), cut(3));
        let text = format!("{}{}", &text[..from], &text[to..]);
        match format(&text, &place()) {
            Ok(formatted) => {
                seen += 1;
                assert_eq!(format(&formatted, &place()).ok(), Some(formatted), "seed {seed}\n{text}");
            }
            Err(Unprintable::Unfaithful | Unprintable::Inexpressible(_)) => panic!("seed {seed}\n{text}"),
            Err(Unprintable::Syntax(..) | Unprintable::Dropped(_)) => {}
        }
    }
    assert!(seen > 100, "{seen}");
}

/// What the server makes of texts; `None` for those it refuses.
fn servers_answers(bao: &Path, texts: &[String]) -> Vec<Option<String>> {
    let folder = tempfile::tempdir().unwrap();
    let answers = Mutex::new(vec![None; texts.len()]);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(text) = texts.get(at) else { break };
                    let path = folder.path().join(format!("{at}.hcl"));
                    fs::write(&path, text).unwrap();
                    let output = Command::new(bao).args(["policy", "fmt"]).arg(&path).output().unwrap();
                    if output.status.success() {
                        answers.lock().unwrap()[at] = Some(fs::read_to_string(&path).unwrap());
                    }
                }
            });
        }
    });
    answers.into_inner().unwrap()
}

/// Why the server's text is not ours.
enum Harm {
    /// A word of what was lost.
    Done(&'static str),
    /// Formatting it again gives another text.
    Restless,
}

fn harm(text: &str, servers: &str) -> Option<Harm> {
    let last = at_rest(servers);
    for text_of_server in [servers, &last] {
        if !is_taken(text_of_server) {
            return Some(Harm::Done("the server's text is refused"));
        }
        if comments(text) != comments(text_of_server) {
            return Some(Harm::Done("the server loses or changes a comment"));
        }
    }
    (last != servers).then_some(Harm::Restless)
}

/// What the server's text becomes when it is formatted over and over, as far as that ends.
fn at_rest(servers: &str) -> String {
    let mut text = servers.to_owned();
    for _ in 0..20 {
        let next = as_servers_print(&text).unwrap_or_default();
        if next == text {
            break;
        }
        text = next;
    }
    text
}

#[test]
fn the_server_prints_the_same() {
    let Some(bao) = live::tool("bao") else { return };
    let mut cases: Vec<(String, String)> = Vec::new();
    for folder in directories(&home().join("fixtures/fmt")) {
        let texts = texts(&folder);
        if let Some(text) = texts.get("in.hcl") {
            cases.push((format!("fixtures/fmt/{}", name(&folder)), text.clone()));
        }
    }
    // Several in one text, since starting the server's program takes a while.
    let fixtures: Vec<String> = texts(&home().join("fixtures"))
        .into_iter()
        .filter(|(path, text)| path.ends_with(".hcl") && !path.starts_with("fmt/") && is_taken(text))
        // The program refuses arguments that are set twice, which the server takes.
        .filter(|(_, text)| parse(text, &place()).repeats.is_empty())
        .map(|(_, text)| text)
        .collect();
    assert!(fixtures.len() > 100, "{}", fixtures.len());
    for (at, texts) in fixtures.chunks(25).enumerate() {
        cases.push((format!("fixtures, part {at}"), texts.join("\n")));
    }
    let corpus = home().join("../shared/corpus");
    let found = texts(&corpus);
    if found.is_empty() {
        drop(std::io::stderr().write_all(format!("left out: {} is absent\n", corpus.display()).as_bytes()));
    }
    cases.extend(found.into_iter().filter(|(path, _)| path.ends_with(".hcl")));
    for seed in 1_000..1_050 {
        cases.push((format!("usual {seed}"), random::policy(&mut Dice(seed), Manner::Usual, 20)));
        cases.push((format!("odd {seed}"), random::policy(&mut Dice(seed), Manner::Odd, 20)));
    }

    let inputs: Vec<String> = cases.iter().map(|(_, text)| text.clone()).collect();
    let answers = servers_answers(&bao, &inputs);
    let (mut wrong, mut harms, mut equal, mut restless, mut refused) = (Vec::new(), Vec::new(), 0, 0, 0);
    for ((name, text), answer) in cases.iter().zip(&answers) {
        let Some(answer) = answer else {
            refused += 1;
            if !name.ends_with(".hcl") && !name.starts_with("fixtures/fmt") {
                wrong.push(format!("{name}: the server refuses it\n{text}"));
            }
            continue;
        };
        let copied = as_servers_print(text).unwrap_or_default();
        if copied != *answer {
            wrong.push(format!("{name}: printed otherwise\n{}", difference(answer, &copied)));
        }
        let ours = format(text, &place()).unwrap_or_default();
        match harm(text, answer) {
            None if ours == *answer => equal += 1,
            Some(Harm::Restless) if ours == at_rest(answer) => restless += 1,
            Some(Harm::Done(why)) if !name.starts_with("usual") => harms.push(format!("{name}: {why}")),
            _ => wrong.push(format!("{name}: formatted otherwise\n{}", difference(answer, &ours))),
        }
        let servers = home().join(name).join("server.hcl");
        if name.starts_with("fixtures/fmt/") {
            if ours != *answer {
                wrong.extend(in_step(&servers, answer).err());
            } else if servers.exists() {
                wrong.push(format!("{} is not needed", servers.display()));
            }
        }
    }
    println!(
        "{equal} equal, {restless} equal to the last of several runs, {} not for harm, {refused} refused\n{}",
        harms.len(),
        harms.join("\n")
    );
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong[..wrong.len().min(8)].join("\n"));
}

fn difference(wanted: &str, found: &str) -> String {
    similar::TextDiff::from_lines(wanted, found).unified_diff().header("server", "ours").to_string()
}

/// A folder of policies, each the argument in form `NAME TEXT`.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn fmt(at: &Path, arguments: &[&str], stdin: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rolewright"))
        .arg("fmt")
        .args(arguments)
        .current_dir(at)
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdin.take().unwrap().write_all(stdin.as_bytes()));
    child.wait_with_output().unwrap()
}

const ROUGH: &str = "path \"a\" {\ncapabilities=[\"read\"]\n}\n";
const NEAT: &str = "path \"a\" {\n  capabilities = [\"read\"]\n}\n";
const JSON: &str = "{\"path\": {\"a\": {\"capabilities\": [\"read\"]}}}\n";
const BROKEN: &str = "path \"a\" {\n  capabilities = [\"read\"\n";

/// Arguments, files, stdin; then the exit code, stdout, a part of stderr, and the files that change.
struct Run {
    arguments: &'static [&'static str],
    files: &'static [(&'static str, &'static str)],
    stdin: &'static str,
    exit: i32,
    stdout: &'static str,
    stderr: &'static str,
    changes: &'static [&'static str],
}

const USUAL: Run =
    Run { arguments: &[], files: &[], stdin: "", exit: 0, stdout: "", stderr: "", changes: &[] };

const RUNS: &[Run] = &[
    Run {
        files: &[("p/a.hcl", ROUGH), ("p/b.hcl", NEAT), ("p/c.policy", ROUGH)],
        stdout: "p/a.hcl\np/c.policy\n",
        stderr: "2 files formatted, 1 in form already",
        changes: &["p/a.hcl", "p/c.policy"],
        ..USUAL
    },
    Run {
        arguments: &["--check"],
        files: &[("a.hcl", ROUGH), ("b.hcl", NEAT)],
        exit: 1,
        stdout: "a.hcl\n",
        stderr: "1 file would be formatted, 1 in form already",
        ..USUAL
    },
    Run { arguments: &["--check", "--quiet", "."], files: &[("b.hcl", NEAT)], ..USUAL },
    Run {
        arguments: &["--diff", "a.hcl"],
        files: &[("a.hcl", ROUGH)],
        exit: 1,
        stdout: "--- a/a.hcl\n+++ b/a.hcl\n@@ -1,3 +1,3 @@\n path \"a\" {\n-capabilities=[\"read\"]\n+  capabilities = [\"read\"]\n }\n",
        stderr: "1 file would be formatted",
        ..USUAL
    },
    Run { arguments: &["-"], stdin: ROUGH, stdout: NEAT, ..USUAL },
    Run { arguments: &["-"], stdin: JSON, stdout: NEAT, ..USUAL },
    Run { arguments: &["-"], stdin: "", stdout: "\n", ..USUAL },
    Run { arguments: &["--check", "-"], stdin: ROUGH, exit: 1, stdout: "<stdin>\n", ..USUAL },
    Run { arguments: &["--check", "-"], stdin: NEAT, ..USUAL },
    Run { arguments: &["-"], stdin: BROKEN, exit: 2, stderr: "error[syntax]", ..USUAL },
    Run { arguments: &["-", "a.hcl"], exit: 2, stderr: "`-` is given beside other paths", ..USUAL },
    Run { arguments: &["--stdout", "--check"], exit: 2, stderr: "cannot be used with", ..USUAL },
    Run { arguments: &["--stdout", "a.hcl"], files: &[("a.hcl", ROUGH)], stdout: NEAT, ..USUAL },
    Run { arguments: &["--stdout", "a.json"], files: &[("a.json", JSON)], stdout: NEAT, ..USUAL },
    Run {
        arguments: &["a.json"],
        files: &[("a.json", JSON)],
        exit: 2,
        stderr: "`--stdout` prints it as HCL",
        ..USUAL
    },
    Run {
        files: &[("a.json", JSON), ("b.hcl", NEAT), ("c.hcl", JSON)],
        stderr: "0 files formatted, 1 in form already",
        ..USUAL
    },
    // The others are done all the same.
    Run {
        files: &[("a.hcl", BROKEN), ("b.hcl", ROUGH)],
        exit: 2,
        stdout: "b.hcl\n",
        stderr: "a.hcl:2",
        changes: &["b.hcl"],
        ..USUAL
    },
    Run {
        arguments: &["a.hcl"],
        files: &[("a.hcl", "path \"a\" {}\ncapabilities = \n")],
        exit: 2,
        stderr: "servers drop this without a word",
        ..USUAL
    },
    Run {
        arguments: &["a.hcl"],
        files: &[("a.hcl", "\u{feff}path \"a\" {}\n")],
        exit: 2,
        stderr: "byte order mark",
        ..USUAL
    },
    Run { arguments: &["a.hcl"], files: &[("a.hcl", "\0")], exit: 2, stderr: "NUL byte", ..USUAL },
    Run { arguments: &["absent.hcl"], exit: 2, stderr: "no such file", ..USUAL },
    Run { files: &[("a.yaml", "a: 1\n")], exit: 2, stderr: "no input found", ..USUAL },
    // A comment stays with what it is about, or the file stays as it is.
    Run {
        arguments: &["a.hcl"],
        files: &[(
            "a.hcl",
            "path \"secret/*\" { # rolewright: allow(wildcard-mount) SEC-1\ncapabilities=[\"read\"]\n}\n",
        )],
        exit: 2,
        stderr: "formatting would change what a suppression comment covers",
        ..USUAL
    },
    Run {
        arguments: &["--check", "a.hcl"],
        files: &[(
            "a.hcl",
            "path \"secret/*\" { capabilities=[\"read\"] } # rolewright: allow(wildcard-mount) SEC-1\n",
        )],
        exit: 2,
        stderr: "on a line of its own above what it is about",
        ..USUAL
    },
    Run {
        arguments: &["a.hcl", "b.hcl"],
        files: &[
            (
                "a.hcl",
                "# rolewright: allow(wildcard-mount) SEC-1\npath \"secret/*\" { \ncapabilities=[\"read\"] }\n",
            ),
            ("b.hcl", "path \"a\" {\n# rolewright: allow(sudo-alone) SEC-1\ncapabilities=[\"sudo\"]\n}\n"),
        ],
        stdout: "a.hcl\nb.hcl\n",
        changes: &["a.hcl", "b.hcl"],
        ..USUAL
    },
    // Named files are taken for policies, found ones only if they are.
    Run {
        arguments: &["a.txt"],
        files: &[("a.txt", ROUGH)],
        stdout: "a.txt\n",
        changes: &["a.txt"],
        ..USUAL
    },
    Run {
        files: &[
            ("a.hcl", ROUGH),
            ("main.hcl", "resource \"x\" \"y\" {\n a=1\n}\n"),
            ("s.access.hcl", "mount \"secret\" {\n  version=2\n}\n"),
        ],
        stdout: "a.hcl\n",
        changes: &["a.hcl"],
        ..USUAL
    },
    Run {
        arguments: &["a.hcl"],
        files: &[("a.hcl", "path \"a\" {}\r\n")],
        stdout: "a.hcl\n",
        changes: &["a.hcl"],
        ..USUAL
    },
];

#[test]
fn the_command() {
    for run in RUNS {
        let folder = folder(run.files);
        let output = fmt(folder.path(), run.arguments, run.stdin);
        let (stdout, stderr) =
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        let said = format!("{:?} {:?}\n{stdout}\n{stderr}", run.arguments, run.files);
        assert_eq!(output.status.code(), Some(run.exit), "{said}");
        assert_eq!(stdout, run.stdout, "{said}");
        assert!(stderr.contains(run.stderr), "{said}");
        for (name, text) in run.files {
            let now = fs::read_to_string(folder.path().join(name)).unwrap();
            assert_eq!(now != *text, run.changes.contains(name), "{name}: {said}");
            if run.changes.contains(name) {
                let again = fmt(folder.path(), &["--check", name], "");
                assert_eq!(again.status.code(), Some(0), "{name}: {said}");
            }
        }
    }
}
