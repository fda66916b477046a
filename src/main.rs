//! The `midpg` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    mi_dpg::cli::main()
}
