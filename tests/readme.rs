//! The examples of the README are run: what they print is what stands there, what they show is accepted.

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

use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Output};

use common::{blessing, home};

#[test]
fn console_blocks_show_what_the_commands_print() {
    let path = home().join("README.md");
    let written = fs::read_to_string(&path).unwrap();
    let mut wanted = String::new();
    let mut blocks = written.split_inclusive('\n');
    while let Some(line) = blocks.next() {
        wanted.push_str(line);
        if line.trim_end() != "```console" {
            continue;
        }
        let block: Vec<&str> = blocks.by_ref().take_while(|line| line.trim_end() != "```").collect();
        for command in block.iter().filter_map(|line| line.strip_prefix("$ rolewright ")) {
            let output = rolewright(&command.split_whitespace().collect::<Vec<_>>());
            let text = String::from_utf8(output.stdout).unwrap();
            write!(wanted, "$ rolewright {}\n{text}", command.trim_end()).unwrap();
        }
        wanted.push_str("```\n");
    }
    if blessing() {
        fs::write(&path, wanted).unwrap();
    } else {
        assert!(
            wanted == written,
            "README.md is out of step: ROLEWRIGHT_BLESS=1 cargo test --test readme rewrites it"
        );
    }
}

#[test]
fn the_spec_and_the_configuration_shown_are_accepted() {
    let readme = fs::read_to_string(home().join("README.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("shown.access.yaml");
    let config = folder.path().join("rolewright.toml");
    fs::write(&spec, block(&readme, "```yaml\napiVersion")).unwrap();
    fs::write(&config, block(&readme, "```toml\n")).unwrap();
    let (spec, config) = (spec.to_str().unwrap(), config.to_str().unwrap());
    let output = rolewright(&["check", "--config", config, spec]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    let output = rolewright(&["compile", "--no-config", "--stdout", spec]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_comment_shown_allows_what_is_below_it() {
    let readme = fs::read_to_string(home().join("README.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("shown.hcl");
    fs::write(&policy, block(&readme, "```hcl\n# rolewright: allow")).unwrap();
    let output = rolewright(&["check", "--no-config", policy.to_str().unwrap()]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("nothing to report") && text.contains("1 finding allowed by comments"), "{text}");
}

/// The text of the first fenced block that begins like this.
fn block<'a>(readme: &'a str, start: &str) -> &'a str {
    let at = readme.find(start).unwrap_or_else(|| panic!("no block begins with {start:?}"));
    let text = &readme[at..];
    let text = &text[text.find('\n').unwrap() + 1..];
    &text[..text.find("```").unwrap()]
}

fn rolewright(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rolewright"))
        .args(arguments)
        .current_dir(home())
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}
