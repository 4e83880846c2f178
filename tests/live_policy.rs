//! The verdicts of the policy reader against those of a running server, text by text.

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

mod live;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use live::Server;
use rolewright::emit::hcl::policy_text;
use rolewright::model::lower::policy::{PolicyText, read};
use rolewright::model::project::Target;
use rolewright::model::vault::policy::PolicyOrigin;
use rolewright::syntax::{Place, SourceId, Span, Spanned};
use serde_json::{Value, json};

const MUTATIONS: usize = 1_500;

fn lower(text: &str) -> PolicyText {
    let name = Spanned::new("p".to_owned(), Span::new(SourceId(0), 0..0));
    read(name, text, &Place::from(SourceId(0), 0), PolicyOrigin::HclFile, Target::OpenBao)
}

/// The server's answer to a policy: `Ok` if it takes the text, else its complaint. Some texts make its parser fail so
/// badly that it drops the connection, which is a refusal too.
fn submit(server: &Server, text: &str) -> Result<(), String> {
    let host = server.addr.strip_prefix("http://").expect("plain HTTP");
    let mut stream = TcpStream::connect(host).expect("a listening server");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
    let body = json!({ "policy": text }).to_string();
    let head = format!(
        "PUT /v1/sys/policies/acl/verdict HTTP/1.1\r\nHost: {host}\r\nX-Vault-Token: {}\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        server.token,
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("a request");
    stream.write_all(body.as_bytes()).expect("a request");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).unwrap_or("none");
    match status {
        "200" | "204" => Ok(()),
        "400" | "none" => Err(answer),
        other => panic!("unexpected status {other}: {answer}"),
    }
}

/// True for texts that the endpoint takes apart before the parser sees them: it refuses none at all, and decodes base64.
fn is_for_the_parser(text: &str) -> bool {
    let digits: String = text.chars().filter(|next| !matches!(next, '\r' | '\n')).collect();
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    !(text.is_empty() || digits.len().is_multiple_of(4) && digits.bytes().all(is_digit))
}

fn compare(server: &Server, texts: impl Iterator<Item = String>) -> usize {
    let mut wrong = Vec::new();
    let mut taken = 0;
    for text in texts.filter(|text| is_for_the_parser(text)) {
        let answer = submit(server, &text);
        let ours = lower(&text);
        let takes = ours.syntax_errors.is_empty() && ours.policy.refusals.is_empty();
        taken += usize::from(answer.is_ok());
        if takes != answer.is_ok() {
            wrong.push(format!(
                "{text:?}\n server {answer:?}\n reader {:?} {:?}",
                ours.syntax_errors, ours.policy.refusals
            ));
        }
    }
    assert!(wrong.is_empty(), "{} wrong verdicts:\n{}", wrong.len(), wrong.join("\n"));
    taken
}

fn vectors() -> Vec<String> {
    let all: Value = serde_json::from_str(include_str!("../fixtures/conformance/acl.json")).expect("JSON");
    let list = all["parse"].as_array().expect("a list");
    list.iter().filter_map(|vector| vector["text"].as_str()).map(str::to_owned).collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// Real policies that lie beside the project, where they do.
fn corpus() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let mut paths = Vec::new();
    for class in ["policy-hcl", "policy-json"] {
        files(&folder.join(class), &mut paths);
    }
    paths.sort();
    paths.iter().filter_map(|path| fs::read_to_string(path).ok()).collect()
}

#[test]
fn verdicts_on_whole_texts_agree() {
    let Some(server) = live::server() else { return };
    let taken = compare(&server, vectors().into_iter().chain(corpus()));
    assert!(taken > 90, "{taken} taken");
}

/// A lone carriage return is white space to the server, ends no comment, and ends no heredoc.
#[test]
fn verdicts_on_lone_carriage_returns_agree() {
    let Some(server) = live::server() else { return };
    let rule = "path \"secret/x\" { capabilities = [\"read\"] }";
    let texts = [
        format!("// x\r/* y */ {rule}"),
        format!("# x\r{rule}\n{rule}"),
        format!("{rule}\r{rule}"),
        format!("# x\r%%%\n{rule}"),
        format!("// x\r%%%\n{rule}"),
        format!("/* x\r*/{rule}\r"),
        format!("{rule}\n# x\r"),
        format!("# x\r\r\n{rule}"),
        "path \"a\" {\r  capabilities = [\"read\"]\r  min_wrapping_ttl = \"1m\"\r}".to_owned(),
        "path \"a\rb\" { capabilities = [\"read\"] }".to_owned(),
        "path \"a\" { capabilities = [\"read\"]\n policy = <<EOF\rread\rEOF\r}".to_owned(),
        "path \"a\" { policy = <<EOF\r\nread\r\nEOF\r\n}".to_owned(),
        "\r\r\r%%".to_owned(),
    ];
    assert_eq!(compare(&server, texts.into_iter()), 10);
}

#[test]
fn verdicts_on_mutated_texts_agree() {
    let Some(server) = live::server() else { return };
    let mut bases = vectors();
    bases.extend(corpus());
    bases.push(include_str!("../fixtures/policies/canonical.hcl").to_owned());
    let number = |name: &str| std::env::var(name).ok().and_then(|it| it.parse::<u64>().ok());
    let count = number("ROLEWRIGHT_CASES").map_or(MUTATIONS, |it| usize::try_from(it).expect("a count"));
    let mut dice = Dice(number("ROLEWRIGHT_SEED").unwrap_or(0x5eed));
    let texts = (0..count).map(|_| {
        let base = &bases[dice.below(bases.len())];
        mutated(base, &mut dice)
    });
    let taken = compare(&server, texts.collect::<Vec<_>>().into_iter());
    // Neither all nor none: the comparison would show nothing.
    assert!((count / 20..count * 19 / 20).contains(&taken), "{taken} taken");
}

#[test]
fn the_servers_printer_leaves_canonical_text_alone() {
    let Some(bao) = live::tool("bao") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("p.hcl");
    let canonical = policy_text(&lower(include_str!("../fixtures/policies/canonical.hcl")).policy);
    fs::write(&file, &canonical).expect("a file");
    let run = Command::new(bao).args(["policy", "fmt"]).arg(&file).output().expect("a run");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(fs::read_to_string(&file).expect("a file"), canonical);
}

/// A small generator of numbers, the same at every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit.max(1)
    }
}

const FRAGMENTS: [&str; 52] = [
    "{",
    "}",
    "[",
    "]",
    "\"",
    "=",
    ",",
    "#",
    "//",
    "/*",
    "*/",
    "\n",
    "\r\n",
    " ",
    "\\",
    "${",
    "}}",
    "{{",
    "+*",
    "1",
    "09",
    "0x1F",
    "1e",
    "1e5",
    ".5",
    "-",
    "true",
    "null",
    "\"deny\"",
    "path \"b\" {",
    "\"read\"",
    "capabilities",
    "policy = \"read\"",
    "<<EOF\n",
    "EOF\n",
    "<<-E\n x\n E\n",
    "'",
    ":",
    ";",
    "é",
    "\u{a0}",
    "\0",
    "\u{feff}",
    "min_wrapping_ttl = \"1h\"",
    "max_wrapping_ttl = 5",
    "allowed_parameters = { \"x\" = [1, true] }",
    "comment = ",
    "name = \"x\"",
    "\\x41",
    "\\400",
    "[[1] 2]",
    "\"path\":",
];

/// One to three changes at random characters: taken out, put in, doubled, cut off.
fn mutated(base: &str, dice: &mut Dice) -> String {
    let mut text: Vec<char> = base.chars().collect();
    for _ in 0..=dice.below(3) {
        let at = dice.below(text.len() + 1);
        let end = (at + 1 + dice.below(12)).min(text.len());
        match dice.below(6) {
            0 => drop(text.drain(at.min(end)..end)),
            1 if at < text.len() => drop(text.remove(at)),
            2 => {
                let part: Vec<char> = text[at.min(end)..end].to_vec();
                text.splice(at..at, part);
            }
            3 if dice.below(4) == 0 => text.truncate(at),
            _ => {
                drop(text.splice(at..at, FRAGMENTS[dice.below(FRAGMENTS.len())].chars()).collect::<Vec<_>>())
            }
        }
    }
    text.into_iter().collect()
}
