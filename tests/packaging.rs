//! What is shipped: manual pages, completions, the wheel, the crate, the image, and what their texts say.

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

mod checkout;
mod common;
mod live;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use checkout::{INSTALL, Repository, build_cheaply, path_with, run, settled};
use common::{home, texts};

const BINARY: &str = env!("CARGO_BIN_EXE_rolewright");

fn rolewright(arguments: &[&str]) -> String {
    run(settled(BINARY, &home()).args(arguments).env("NO_COLOR", "1"))
}

/// The commands, as the help of the program lists them.
fn commands() -> Vec<String> {
    let help = rolewright(&["--help"]);
    let listed = help.split("Commands:\n").nth(1).unwrap().lines().take_while(|line| !line.is_empty());
    // A line that goes on with the one before stands further in.
    let named = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    named
        .map(|line| line.split_whitespace().next().unwrap().to_owned())
        .filter(|name| name != "help")
        .collect()
}

/// The long flags that a help text lists.
fn flags(help: &str) -> BTreeSet<String> {
    let lines = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    let words = lines.flat_map(|line| line.split([' ', ',', '=', '[']).take(3));
    words.filter(|word| word.starts_with("--") && word.len() > 2).map(str::to_owned).collect()
}

#[test]
fn every_command_has_a_manual_page() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("share/man/man1");
    rolewright(&["man", "--out", out.to_str().unwrap()]);
    let pages = texts(&out);
    let commands = commands();
    assert!(commands.iter().any(|name| name == "check") && commands.len() > 10, "{commands:?}");
    let wanted: BTreeSet<String> = commands.iter().map(|name| format!("rolewright-{name}.1")).collect();
    let wanted: BTreeSet<String> = wanted.into_iter().chain(["rolewright.1".to_owned()]).collect();
    assert_eq!(pages.keys().cloned().collect::<BTreeSet<String>>(), wanted);
    for (name, page) in &pages {
        let command = name.trim_end_matches(".1").strip_prefix("rolewright-").unwrap_or("");
        let arguments: Vec<&str> = [command].into_iter().filter(|name| !name.is_empty()).collect();
        assert_eq!(&rolewright(&[&["man"], arguments.as_slice()].concat()), page, "{name}");

        let title = format!(
            ".TH {} 1 \"\" \"rolewright {}\" \"rolewright manual\"",
            name.trim_end_matches(".1").to_uppercase(),
            env!("CARGO_PKG_VERSION")
        );
        assert!(page.lines().any(|line| line == title), "{name} has not {title}\n{page}");
        let titles: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix(".SH ")).collect();
        for title in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "\"EXIT STATUS\"", "ENVIRONMENT", "FILES"]
        {
            assert!(titles.contains(&title), "{name} has no {title}: {titles:?}");
        }
        for code in 0..=3 {
            assert!(page.contains(&format!("\\fB{code}\\fR\n")), "{name} says nothing of exit code {code}");
        }
        assert!(page.is_ascii(), "{name} depends on its encoding");
        let plain = page.replace('\\', "");
        let help = rolewright(&[arguments.as_slice(), &["--help"]].concat());
        for flag in flags(&help) {
            assert!(plain.contains(&flag), "{name} says nothing of {flag}");
        }
    }
    let check = pages["rolewright-check.1"].replace('\\', "");
    for word in ["rolewright: allow(", "until=", "sarif", "markdown", "rolewright.toml", "NO_COLOR"] {
        assert!(check.contains(word), "{word}");
    }
}

#[test]
fn manual_pages_are_sound() {
    let dir = tempfile::tempdir().unwrap();
    rolewright(&["man", "--out", dir.path().to_str().unwrap()]);
    for page in texts(dir.path()).keys() {
        let page = dir.path().join(page);
        if there("groff") {
            let output = Command::new("groff").args(["-man", "-ww", "-z"]).arg(&page).output().unwrap();
            assert!(output.status.success() && output.stderr.is_empty(), "{page:?} {output:?}");
        }
        if there("mandoc") {
            run(Command::new("mandoc").args(["-T", "lint", "-W", "error"]).arg(&page));
        }
    }
}

#[test]
fn a_page_that_is_not_there_has_a_neighbour() {
    let output = settled(BINARY, &home()).args(["man", "chekc"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("no command has the name `chekc`") && said.contains("did you mean `check`?"),
        "{said}"
    );
    let output = settled(BINARY, &home()).args(["man", "--out", "Cargo.toml/man"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write `Cargo.toml/man`"), "{output:?}");
}

/// Each: shell, the file that it would be installed as, how the shell checks a script without running it.
const SHELLS: [(&str, &str, &[&str]); 5] = [
    ("bash", "rolewright.bash", &["bash", "-n"]),
    ("zsh", "_rolewright", &["zsh", "-n"]),
    ("fish", "rolewright.fish", &["fish", "--no-execute"]),
    ("elvish", "rolewright.elv", &["elvish", "-compileonly"]),
    ("powershell", "rolewright.ps1", &["pwsh", "-NoProfile", "-NonInteractive", "-File"]),
];

#[test]
fn every_shell_completes_every_command() {
    let dir = tempfile::tempdir().unwrap();
    for (shell, file, check) in SHELLS {
        let script = rolewright(&["completions", shell]);
        for command in commands() {
            assert!(script.contains(&command), "{shell} does not know {command}");
        }
        for flag in flags(&rolewright(&["check", "--help"])) {
            assert!(script.contains(flag.trim_start_matches('-')), "{shell} does not know {flag}");
        }
        let path = dir.path().join(file);
        // Outside of its editor, elvish does not know what the script sets.
        let editor = "var edit: = (ns [&completion:=(ns [&arg-completer=[&]])])\n";
        fs::write(&path, if shell == "elvish" { format!("{editor}{script}") } else { script }).unwrap();
        if there(check[0]) {
            run(Command::new(check[0]).args(&check[1..]).arg(&path));
        }
    }
}

#[test]
fn bash_completes() {
    let dir = tempfile::tempdir().unwrap();
    let script = dir.path().join("rolewright.bash");
    fs::write(&script, rolewright(&["completions", "bash"])).unwrap();
    for (typed, wanted) in [
        (&["rolewright", "who"][..], "who-can"),
        (&["rolewright", "check", "--write-b"], "--write-baseline"),
        (&["rolewright", "check", "--format", "sar"], "sarif"),
    ] {
        let ask = format!(
            "source \"$1\"; COMP_WORDS=({}); COMP_CWORD={}; _rolewright rolewright '{}' '{}'; echo \"${{COMPREPLY[@]}}\"",
            typed.join(" "),
            typed.len() - 1,
            typed[typed.len() - 1],
            typed[typed.len() - 2],
        );
        let answer =
            run(Command::new("bash").args(["--noprofile", "--norc", "-c", &ask, "bash"]).arg(&script));
        assert_eq!(answer.trim(), wanted, "{typed:?}");
    }
}

/// From one clone, so that the second build finds what the first one made.
#[test]
fn what_cargo_and_the_wheel_install_is_a_program_that_runs() {
    if !live::all_is_wanted("builds by cargo and maturin") {
        return;
    }
    let (Some(python), Some(_maturin)) = (live::tool("python"), live::tool("maturin")) else { return };
    let this = Repository::of_this();
    let dir = tempfile::tempdir().unwrap();
    let [install, bins, root, path, here] = INSTALL;
    let mut cargo = settled("cargo", this.path());
    cargo.args([install, bins, root]).arg(dir.path().join("installed")).args([path, here]);
    run(build_cheaply(&mut cargo));
    runs(&dir.path().join("installed/bin/rolewright"));

    let pip = || {
        let mut pip = settled(&python, this.path());
        pip.args(["-m", "pip", "--disable-pip-version-check", "--no-input"]);
        pip.env("PATH", path_with(&[home().join(".venv/tools")]));
        pip
    };
    let mut build = pip();
    build.args(["wheel", "--no-build-isolation", "--no-deps", "--no-index", "--wheel-dir"]).arg(dir.path());
    run(build_cheaply(&mut build).arg("."));
    let wheel = files(dir.path()).into_iter().find(|file| common::name(file).ends_with(".whl")).unwrap();
    let name = common::name(&wheel);
    assert!(name.starts_with(&format!("rolewright-{}-py3-none-", env!("CARGO_PKG_VERSION"))), "{name}");

    let venv = dir.path().join("venv");
    run(Command::new(&python).args(["-m", "venv", "--without-pip"]).arg(&venv));
    let install = ["install", "--no-index", "--no-deps"];
    run(pip().arg("--python").arg(venv.join("bin/python")).args(install).arg(&wheel));
    runs(&venv.join("bin/rolewright"));
    let listed = run(Command::new(&python).args(["-m", "zipfile", "--list"]).arg(&wheel));
    for part in ["LICENSE-MIT", "LICENSE-APACHE", "METADATA"] {
        assert!(listed.contains(part), "{listed}");
    }
}

fn runs(program: &Path) {
    let version = run(Command::new(program).arg("--version").env_clear());
    assert_eq!(version, format!("rolewright {}\n", env!("CARGO_PKG_VERSION")));
    let dir = tempfile::tempdir().unwrap();
    let policy = dir.path().join("web.hcl");
    fs::write(&policy, "path \"secret/data/web\" {\n  capabilities = [\"raed\"]\n}\n").unwrap();
    let output = Command::new(program).arg("check").arg(&policy).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}

#[test]
fn the_crate_holds_all_that_its_source_takes_in() {
    let listed = run(settled("cargo", &home()).args(["package", "--list", "--allow-dirty", "--offline"]));
    let packaged: BTreeSet<&str> = listed.lines().collect();
    for (name, text) in texts(&home().join("src")) {
        // Unit tests are not built from the crate.
        if name.ends_with("tests.rs") || name.contains("/tests/") {
            continue;
        }
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        assert!(packaged.contains(format!("src/{name}").as_str()), "src/{name} is not in the crate");
        for macro_name in ["include_str!(\"", "include_bytes!(\""] {
            for taken in text.split(macro_name).skip(1).filter_map(|rest| rest.split('"').next()) {
                let path = home().join("src").join(&name).parent().unwrap().join(taken);
                let path = path.canonicalize().unwrap_or_else(|error| panic!("{name}: {taken}: {error}"));
                let path = path.strip_prefix(home()).unwrap().to_str().unwrap().to_owned();
                assert!(
                    packaged.contains(path.as_str()),
                    "src/{name} takes in {path}, which is not in the crate"
                );
            }
        }
    }
    for kept_out in ["fixtures/", "tests/", "benches/", "ci/", ".ci/", "docs/"] {
        assert!(!packaged.iter().any(|path| path.starts_with(kept_out)), "{kept_out} is in the crate");
    }
}

#[test]
fn the_image_is_built_from_enough_and_runs_as_nobody() {
    // What the build takes in, as `.dockerignore` lets it through.
    let dir = tempfile::tempdir().unwrap();
    let ignore = fs::read_to_string(home().join(".dockerignore")).unwrap();
    let mut lines = ignore.lines();
    assert_eq!(lines.next(), Some("*"));
    for kept in lines {
        let kept = kept.strip_prefix('!').unwrap();
        for from in matching(kept) {
            let to = dir.path().join(from.strip_prefix(home()).unwrap());
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(from, to).unwrap();
        }
    }
    run(settled("cargo", dir.path()).args([
        "metadata",
        "--no-deps",
        "--offline",
        "--locked",
        "--format-version=1",
    ]));
    assert!(dir.path().join("schemas/report.schema.json").exists());

    let text = fs::read_to_string(home().join("Dockerfile")).unwrap();
    let stages: Vec<&str> = text.split("\nFROM ").collect();
    assert!(stages[1].starts_with(&format!("rust:{}-alpine AS build\n", minimum_rust())), "{}", stages[1]);
    for stage in &stages[2..] {
        assert!(stage.contains("\nUSER 65532:65532\n"), "{stage}");
        assert!(stage.contains("COPY --from=build /source/target/release/rolewright "), "{stage}");
    }
    assert!(stages.last().unwrap().starts_with("scratch "), "the last stage is what a plain build makes");
}

/// The files of a line of `.dockerignore`: a file, a directory, or `DIR/*.EXTENSION`.
fn matching(kept: &str) -> Vec<PathBuf> {
    if let Some((dir, extension)) = kept.split_once("/*.") {
        let all = files(&home().join(dir));
        return all.into_iter().filter(|path| path.extension().is_some_and(|own| own == extension)).collect();
    }
    let path = home().join(kept);
    if path.is_file() {
        return vec![path];
    }
    let found: Vec<PathBuf> = texts(&path).into_keys().map(|name| path.join(name)).collect();
    assert!(!found.is_empty(), "{kept} is not there");
    found
}

fn files(of: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(of).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_file()).collect()
}

fn minimum_rust() -> &'static str {
    env!("CARGO_PKG_RUST_VERSION")
}

/// The pages that people read first.
const PAGES: [&str; 5] =
    ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "docs/versioning.md"];

#[test]
fn pages_lead_to_what_is_there() {
    for name in PAGES {
        let path = home().join(name);
        let text = fs::read_to_string(&path).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            if !target.is_empty() && !target.contains("://") {
                assert!(path.parent().unwrap().join(target).exists(), "{name} leads to {target}");
            }
        }
    }
}

#[test]
fn pages_name_the_rust_that_is_needed() {
    for name in ["CONTRIBUTING.md", "docs/versioning.md"] {
        let text = fs::read_to_string(home().join(name)).unwrap();
        assert!(text.contains(&format!("Rust {}", minimum_rust())), "{name}");
    }
}

/// True if a program is on `PATH`.
fn there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(program).is_file())
}
