//! The `midpg` command.

use std::process::ExitCode;

// A training step takes and gives back a hundred buffers of up to some megabytes. The C library's allocator returns
// them to the system each time and spends a third of the step on fresh pages.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    mi_dpg::cli::main()
}
