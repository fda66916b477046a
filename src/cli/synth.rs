//! `midpg synth`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::files::Sink;
use super::progress;
use super::say::note;
use crate::data::synth::{Effect, Preset, SynthOptions, generate};
use crate::error::Result;

/// Generate a log in a real format, with a documented ground truth
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  midpg synth --preset amazon --rows 20000 --seed 1 --effect modulated --truth --out log.csv"
)]
pub(super) struct Args {
    /// The format: amazon, iaac or ads
    #[arg(long)]
    preset: Preset,
    /// Rows to generate
    #[arg(long)]
    rows: u64,
    /// Seed of everything random
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What the scenario does: modulated (changes what matters), intercept (shifts the base rate), none
    #[arg(long, default_value_t = Effect::Modulated)]
    effect: Effect,
    /// Add the column `true_probability`
    #[arg(long)]
    truth: bool,
    /// Where the log goes, packed where it ends in .gz; - is the standard output
    #[arg(long)]
    out: PathBuf,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let options = SynthOptions {
        preset: args.preset,
        rows: args.rows,
        seed: args.seed,
        effect: args.effect,
        truth: args.truth,
    };
    let mut out = Sink::create(&args.out)?;
    let bar = progress::steps(args.rows);
    bar.set_prefix("rows");
    let report = generate(&options, &mut out, &mut |done| bar.set_position(done))
        .map_err(|error| error.in_file(out.name()))?;
    out.finish()?;
    bar.finish_and_clear();
    note!("{report}");
    Ok(())
}
