//! The `rolewright` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    rolewright::cli::main()
}
