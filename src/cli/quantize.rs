//! `midpg quantize`.

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;

use super::files;
use super::say::note;
use crate::artifact::Artifact;
use crate::error::Result;

/// Write a model file in small: tables as f16, weights as 8-bit integers
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  midpg quantize --model model.safetensors --out small.safetensors\n\nEvery command reads the small file as it reads the other. What it costs: docs/model-file.md."
)]
pub(super) struct Args {
    /// The model file
    #[arg(long)]
    model: PathBuf,
    /// Where the small one goes
    #[arg(long)]
    out: PathBuf,
}

pub(super) fn run(args: &Args) -> Result<()> {
    files::apart(&[("--out", &args.out)], &[("--model", &args.model)])?;
    let bytes = files::read(&args.model)?;
    let artifact =
        Artifact::from_bytes(&bytes).map_err(|error| error.in_file(args.model.display()))?;
    let small = artifact.to_quantised_bytes()?;
    files::write(&args.out, &small)?;
    if args.out != Path::new("-") {
        let share = 100.0 * small.len() as f64 / bytes.len() as f64;
        note!("{} bytes, {share:.0} % of {}", small.len(), bytes.len());
    }
    Ok(())
}
