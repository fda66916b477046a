//! The `midpg` command.

fn main() {}
