//! The command line as a whole; each command's own flags stand in its file.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::semantics::dialect::Dialect;

use super::{
    can_i, check, compile, completions, config, diff, eval, explain, fmt, init, man, paths, rules, schema,
    suggest, test, trace, who_can,
};

/// Reads who-may-read-what declarations - Vault policies, Vault Kubernetes auth roles, Kubernetes RBAC -, says what is
/// wrong with them, and compiles them.
#[derive(Debug, Parser)]
#[command(name = "rolewright", version, propagate_version = true, after_help = EXIT_CODES)]
pub struct Args {
    /// Flags of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What follows the flags in the help of the program.
pub const EXIT_CODES: &str = "Exit codes: 0 clean, yes, in step; 1 findings, no, drift, an expectation that does not hold; \
2 could not do the job (bad flag or configuration, input that cannot be read, no input) or cannot tell; 3 a bug of \
rolewright.";

/// Flags of every command.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Global {
    /// Use this configuration instead of the nearest `rolewright.toml`
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,
    /// Use no configuration
    #[arg(long, global = true)]
    pub no_config: bool,
    /// Directory that paths in reports are relative to [default: the Git root, else the directory of the
    /// configuration, else the working directory]
    #[arg(long, global = true, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// When to use colours; NO_COLOR, FORCE_COLOR, CLICOLOR and CLICOLOR_FORCE are honoured
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Say less: results without a closing summary, and no progress line
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more, on stderr: which configurations are used
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Threads [default: one per core]; reports do not depend on it
    #[arg(short, long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Color {
    /// On a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// A server to answer for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DialectName {
    /// Vault up to 1.20
    #[value(name = "vault-classic", alias = "vault_classic")]
    VaultClassic,
    /// Vault 2.x
    #[value(name = "vault-current", alias = "vault_current")]
    VaultCurrent,
    /// OpenBao
    #[value(name = "openbao")]
    OpenBao,
}

impl DialectName {
    /// What is meant.
    pub fn dialect(self) -> Dialect {
        match self {
            DialectName::VaultClassic => Dialect::VaultClassic,
            DialectName::VaultCurrent => Dialect::VaultCurrent,
            DialectName::OpenBao => Dialect::OpenBao,
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say what is wrong with policies, roles, manifests and specs
    Check(check::Args),
    /// Compile Access specs into a script for the server and manifests for the cluster
    Compile(compile::Args),
    /// Prove the expectations of specs and access tests
    #[command(long_about = test::ABOUT, after_help = test::EXIT_CODES)]
    Test(test::Args),
    /// Say what access is gained, changed and lost from one project, or Git revision, to another
    #[command(long_about = diff::ABOUT, after_help = diff::EXIT_CODES)]
    Diff(diff::Args),
    /// Format policies as the servers' own `policy fmt` does
    Fmt(fmt::Args),
    /// Answer one question of access: may somebody do this to that
    CanI(can_i::Args),
    /// List everybody who may do this to that
    WhoCan(who_can::Args),
    /// Show how somebody could make themselves root on Vault or administrator of the cluster
    #[command(long_about = paths::ABOUT, after_help = paths::EXIT_CODES)]
    Paths(paths::Args),
    /// Answer access questions in bulk: JSON lines in, JSON lines out
    Eval(eval::Args),
    /// Follow a pod to its secrets, stage by stage, and say where it stops
    Trace(trace::Args),
    /// Say how much less the policies of auth roles could grant
    #[command(long_about = suggest::ABOUT, after_help = suggest::EXIT_CODES)]
    Suggest(suggest::Args),
    /// Show the settings in force
    Config(config::Args),
    /// List the rules
    Rules(rules::Args),
    /// Print the page of a rule
    Explain(explain::Args),
    /// Print a JSON Schema
    Schema(schema::Args),
    /// Start a project: a commented configuration and an example spec
    Init(init::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
    /// Print or write manual pages
    Man(man::Args),
}
