//! The `wayline` command, built for the suites so that they always run the code of this checkout.

use std::process::ExitCode;

fn main() -> ExitCode {
    wayline_cli::main()
}
