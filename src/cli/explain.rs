//! `explain`: the page of a rule.

use super::exit::{Exit, Failure, print};
use crate::report::page;
use crate::rules::{self, RULES};
use crate::syntax::near::nearest;

/// Flags of `explain`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Name of the rule
    #[arg(value_name = "RULE")]
    pub rule: String,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let Some(rule) = rules::named(&args.rule) else {
        let failure = Failure::new(format!("no rule has the name `{}`", args.rule));
        return Err(match nearest(&args.rule, RULES.iter().map(|rule| rule.name)) {
            Some(near) => failure.with_help(format!("did you mean `{near}`?")),
            None => failure.with_help("`rolewright rules` lists all names"),
        });
    };
    print(&page::terminal(rule))?;
    Ok(Exit::Clean)
}
