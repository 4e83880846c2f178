//! rolewright reads who-may-read-what declarations - Vault policies, Vault Kubernetes auth roles and Kubernetes RBAC -,
//! proves what they really allow, says what is wrong with them, and compiles them into vault CLI scripts and RBAC YAML.
//!
//! This page is the map of the house. Layers point one way: what stands further down may use what stands above it,
//! never the other way round (`tests/layers.rs` holds that).
//!
//! | layer | what it is |
//! |---|---|
//! | [`syntax`] | text to trees with spans; knows neither Vault nor Kubernetes |
//! | [`model`] | nouns: what the files mean; every field a finding could point at is spanned |
//! | [`semantics`] | questions: pure functions with evidence; no findings |
//! | [`lint`] | the engine: rule record, finding, options, triage, fixes; contains no rule |
//! | [`rules`] | one file per rule; `mod.rs` is the table |
//! | [`emit`], [`report`] | a plan and its scripts and manifests; findings to text |
//! | [`config`] | `rolewright.toml` |
//! | [`cli`] | the world: files, flags, streams, exit codes; one file per command |
//!
//! # Invariants
//!
//! - Parsing never fails: it gives a tree and a list of syntax errors. Lowering never fails: what cannot be understood
//!   becomes a [`model::Malformed`] entry that a rule reports.
//! - A rule never fails, holds no state, does no I/O; same project, same findings, same order.
//! - Semantics decides, rules judge: no rule implements matching or precedence of its own.
//! - A span travels with its value from the parser to the report. It is never optional and never looked up again.
//! - The model is never mutated after it was assembled; fixes are text edits on sources.
//! - Nothing is emitted from a project with findings of severity error.
//! - Only [`cli`] touches the world.
//!
//! # Where to start
//!
//! A run of `check` is [`cli`] reading files, [`model::lower::file`] on each, [`model::project::Project::assemble`],
//! the engine in [`lint`] over the table in [`rules`], and a renderer of [`report`].

#![cfg_attr(test, allow(clippy::string_slice, reason = "a wrong slice fails the test, as it should"))]

pub mod cli;
pub mod config;
pub mod emit;
pub mod lint;
pub mod model;
pub mod report;
pub mod rules;
pub mod semantics;
pub mod syntax;
