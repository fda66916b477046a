//! The `midpg` command: reads files, drives the library, prints. Nothing else in the crate prints.

mod args;
mod checkpoint;
mod compare;
mod evaluate;
mod explain;
mod export;
mod files;
mod fitting;
mod follow;
mod heatmap;
mod inspect;
mod journal;
mod load;
mod map_svg;
mod part;
mod picture;
mod progress;
mod quantize;
mod schema;
mod score;
mod setting;
mod similarity_svg;
mod sweep;
mod sweep_svg;
mod synth;
mod table;
mod train;
mod trials;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::error::Result;

/// Multi-scenario conversion-rate models: train, score and explain.
#[derive(Debug, Parser)]
#[command(name = "midpg", version, about, max_term_width = 100, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
One minute:
  midpg synth --preset amazon --rows 20000 --seed 1 --effect modulated --truth --out log.csv
  midpg train --data log.csv --schema amazon --model mi-dpg --out model.safetensors
  midpg evaluate --model model.safetensors --data log.csv
  midpg explain --model model.safetensors --data log.csv --out explained
  midpg score --model model.safetensors --data log.csv --out scores.csv

Exit codes: 0 success, 1 error (one line, `error: …`), 2 wrong usage.";

#[derive(Debug, Subcommand)]
enum Command {
    Schema(schema::Args),
    Synth(synth::Args),
    Train(Box<train::Args>),
    Evaluate(evaluate::Args),
    Score(score::Args),
    Explain(explain::Args),
    Compare(Box<compare::Args>),
    Sweep(Box<sweep::Args>),
    Inspect(inspect::Args),
    Export(export::Args),
    Quantize(quantize::Args),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Schema(args) => schema::run(&args),
        Command::Synth(args) => synth::run(&args),
        Command::Train(args) => train::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Score(args) => score::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Sweep(args) => sweep::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Quantize(args) => quantize::run(&args),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
