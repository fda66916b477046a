//! The `midpg` command: reads files, drives the library, prints. Nothing else in the crate prints.

#[cfg(feature = "train")]
mod alone;
mod args;
mod cache_output;
#[cfg(feature = "train")]
mod cached;
#[cfg(feature = "train")]
mod checkpoint;
#[cfg(feature = "train")]
mod compare;
mod encode;
#[cfg(feature = "train")]
mod evaluate;
#[cfg(feature = "train")]
mod explain;
mod export;
mod files;
#[cfg(feature = "train")]
mod fitting;
#[cfg(feature = "train")]
mod follow;
#[cfg(feature = "train")]
mod heatmap;
mod input;
mod inspect;
#[cfg(feature = "train")]
mod journal;
mod journal_line;
#[cfg(feature = "train")]
mod load;
#[cfg(feature = "train")]
mod map_svg;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(feature = "train")]
mod part;
#[cfg(feature = "train")]
mod picture;
mod progress;
mod quantize;
mod say;
mod schema;
mod score;
mod score_counts;
mod scores;
#[cfg(feature = "train")]
mod setting;
#[cfg(feature = "train")]
mod similarity_svg;
#[cfg(feature = "train")]
mod sweep;
#[cfg(feature = "train")]
mod sweep_svg;
mod synth;
#[cfg(feature = "train")]
mod table;
#[cfg(feature = "train")]
mod train;
#[cfg(feature = "train")]
mod trials;
mod unfinished;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::error::{ErrorKind, Result};
use say::note;

/// Multi-scenario conversion-rate models: train, score and explain.
#[derive(Debug, Parser)]
#[command(name = "midpg", version, about, max_term_width = 100, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[cfg(feature = "train")]
const EXAMPLES: &str = "\
One minute:
  midpg synth --preset amazon --rows 20000 --seed 1 --effect modulated --truth --out log.csv
  midpg train --data log.csv --schema amazon --model mi-dpg --out model.safetensors
  midpg evaluate --model model.safetensors --data log.csv
  midpg explain --model model.safetensors --data log.csv --out explained
  midpg score --model model.safetensors --data log.csv --out scores.csv

Exit codes: 0 success, 1 error (one line, `error: …`), 2 wrong usage.";

#[cfg(not(feature = "train"))]
const EXAMPLES: &str = "\
This is the small command: it scores, but it trains nothing.
  midpg score --model model.safetensors --data log.csv --out scores.csv

Exit codes: 0 success, 1 error (one line, `error: …`), 2 wrong usage.";

#[derive(Debug, Subcommand)]
enum Command {
    Schema(schema::Args),
    Synth(synth::Args),
    Encode(encode::Args),
    #[cfg(feature = "train")]
    Train(Box<train::Args>),
    #[cfg(feature = "train")]
    Evaluate(evaluate::Args),
    Score(score::Args),
    #[cfg(feature = "train")]
    Explain(explain::Args),
    #[cfg(feature = "train")]
    Compare(Box<compare::Args>),
    #[cfg(feature = "train")]
    Sweep(Box<sweep::Args>),
    Inspect(inspect::Args),
    Export(export::Args),
    Quantize(quantize::Args),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    // So that `--lr -1` is told what is wrong with it, not that there is no flag -1.
    let command = Cli::command().mut_subcommands(|command| command.allow_negative_numbers(true));
    let parsed = Cli::from_arg_matches(&command.get_matches());
    #[cfg(feature = "parquet")]
    crate::data::keep_panics_quiet();
    let cli = parsed.unwrap_or_else(|error| error.exit());
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            note!("error: {error}");
            match error.kind() {
                ErrorKind::Config | ErrorKind::Usage => ExitCode::from(2),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Schema(args) => schema::run(&args),
        Command::Synth(args) => synth::run(&args),
        Command::Encode(args) => encode::run(&args),
        #[cfg(feature = "train")]
        Command::Train(args) => train::run(&args),
        #[cfg(feature = "train")]
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Score(args) => score::run(&args),
        #[cfg(feature = "train")]
        Command::Explain(args) => explain::run(&args),
        #[cfg(feature = "train")]
        Command::Compare(args) => compare::run(&args),
        #[cfg(feature = "train")]
        Command::Sweep(args) => sweep::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Quantize(args) => quantize::run(&args),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
