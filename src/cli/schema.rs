//! `midpg schema`.

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;

use super::files;
use crate::error::Result;
use crate::schema::guess;

/// Guess a schema from a log, with a comment on every decision
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  midpg schema --data log.csv --out log.toml")]
pub(super) struct Args {
    /// The log
    #[arg(long)]
    data: PathBuf,
    /// Where the TOML goes [default: the standard output]
    #[arg(long)]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let name = args.data.display().to_string();
    if let Some(out) = &args.out {
        files::apart(&[("--out", out)], &[("--data", &args.data)])?;
    }
    let (_, text) = guess(files::open(&args.data)?, &name)?;
    files::write(
        args.out.as_deref().unwrap_or(Path::new("-")),
        text.as_bytes(),
    )
}
