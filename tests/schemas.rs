//! Schemas are in step with the code, and real files and reports conform to them.

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

use std::process::Command;

use common::{directories, home, in_step};
use rolewright::cli::init;
use rolewright::config::schema::{schema, schema_text};
use rolewright::rules::RULES;
use serde_json::Value;

#[test]
fn the_config_schema_is_in_step() {
    let result = in_step(&home().join("schemas/config.schema.json"), &schema_text(RULES));
    assert!(result.is_ok(), "\n{}", result.unwrap_err());
}

#[test]
fn configurations_conform_to_the_config_schema() {
    let schema = jsonschema::validator_for(&schema(RULES)).unwrap();
    for (text, fits) in [
        (init::CONFIG, true),
        ("[rules]\nunused-allow = \"off\"\n[[mount]]\npath = \"kv\"\ntype = \"kv-v2\"\n", true),
        ("target = {vault = \"1.20\"}\nexclude = [\"a/**\"]\n[limits]\nmax_ttl = 3600\n", true),
        ("fail-on = \"sometimes\"\n", false),
        ("[rules]\nno-such-rule = \"off\"\n", false),
        ("[[mount]]\npath = \"kv\"\n", false),
        ("target = {vault = \"1.20\", openbao = \"2.0\"}\n", false),
    ] {
        let value: Value = toml::from_str(text).unwrap();
        assert_eq!(schema.is_valid(&value), fits, "{text}");
    }
}

#[test]
fn real_reports_conform_to_the_report_schema() {
    let text = std::fs::read_to_string(home().join("schemas/report.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
    let mut folders = directories(&home().join("fixtures/rules"));
    folders.extend(directories(&home().join("fixtures/projects")));
    assert!(folders.len() > 1, "there are fixtures to report on");
    for folder in folders {
        let output = Command::new(env!("CARGO_BIN_EXE_rolewright"))
            .args(["check", "--format", "json", "--no-config"])
            .arg(&folder)
            .arg("no-such-file.hcl")
            .current_dir(home())
            .output()
            .unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let faults: Vec<String> = schema.iter_errors(&report).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{}: {faults:?}", folder.display());
        assert_eq!(report["unread"][0]["path"], "no-such-file.hcl");
    }
}
