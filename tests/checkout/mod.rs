//! This repository as it stands in the working tree, as a repository of its own; and other repositories for tests.
#![allow(dead_code, reason = "each test program uses a part")]

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::common::home;

/// A Git repository that is gone when this is dropped.
#[derive(Debug)]
pub struct Repository {
    dir: TempDir,
}

impl Repository {
    /// An empty one.
    pub fn new() -> Repository {
        let repository = Repository { dir: tempfile::tempdir().unwrap() };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    /// What `git clone` would give if everything in the working tree were committed, less the fixtures, which are many
    /// files and part of no build.
    pub fn of_this() -> Repository {
        let listed = run(settled("git", &home()).args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]));
        let repository = Repository::new();
        for name in listed.split('\0').filter(|name| !name.is_empty()) {
            let from = home().join(name);
            if from.is_file() {
                let to = repository.path().join(name);
                fs::create_dir_all(to.parent().unwrap()).unwrap();
                fs::copy(from, to).unwrap();
            }
        }
        repository.git(&["add", "--all"]);
        repository.git(&["commit", "--quiet", "--no-verify", "--message", "As it stands"]);
        repository
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// What Git prints; it must succeed.
    pub fn git(&self, arguments: &[&str]) -> String {
        run(settled("git", self.path()).args(arguments))
    }

    pub fn commits(&self) -> usize {
        self.git(&["rev-list", "--all", "--count"]).trim().parse().unwrap()
    }
}

/// A program that is to know neither the user's Git configuration nor the repository that the tests run in.
pub fn settled(program: impl Into<OsString>, dir: &Path) -> Command {
    let mut command = Command::new(program.into());
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_WORK_TREE", "SKIP"] {
        command.env_remove(name);
    }
    command
        .current_dir(dir)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .envs([("GIT_AUTHOR_NAME", "Tests"), ("GIT_AUTHOR_EMAIL", "tests@example.com")])
        .envs([("GIT_COMMITTER_NAME", "Tests"), ("GIT_COMMITTER_EMAIL", "tests@example.com")]);
    command
}

/// How pre-commit calls `cargo` for a hook in Rust, with a directory behind `--root`.
pub const INSTALL: [&str; 5] = ["install", "--bins", "--root", "--path", "."];

/// Release builds for tests: not optimized, in a directory that they share, from crates that are there already.
pub fn build_cheaply(command: &mut Command) -> &mut Command {
    command
        .env("CARGO_TARGET_DIR", home().join("target/packaging"))
        .env("CARGO_NET_OFFLINE", "true")
        .envs([("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"), ("CARGO_PROFILE_RELEASE_LTO", "off")])
        .envs([("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "256"), ("CARGO_PROFILE_RELEASE_DEBUG", "0")])
}

/// What a program prints to stdout; it must succeed.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}\n{}", both(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// Both streams.
pub fn both(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A `PATH` with these directories in front.
pub fn path_with(directories: &[PathBuf]) -> OsString {
    let rest = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(directories.iter().cloned().chain(std::env::split_paths(&rest))).unwrap()
}
