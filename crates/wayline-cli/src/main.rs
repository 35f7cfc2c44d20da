//! The `wayline` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    wayline_cli::main()
}
