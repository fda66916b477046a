//! `midpg encode`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args as ClapArgs;
use indicatif::ProgressBar;
use serde::Serialize;

use super::args::BadRows;
use super::cache_output::CacheOutput;
use super::files::{self, Output};
use super::input::{self, Input};
use super::progress;
use super::say::note;
use crate::artifact::check_vocabularies;
use crate::data::{CacheSummary, CacheWriter, LoadOptions};
use crate::error::{Error, ErrorKind, Result};
use crate::train::TrainOptions;

/// Encode a log once into a cache, to train on more rows than memory holds
///
/// The cache holds the encoder that training would learn from the log, and the encoded rows by part. Train, evaluate,
/// compare, sweep and explain take it as --data, without a schema.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  midpg encode --data log.csv --schema amazon --out log.midpg-cache\n  midpg train --data log.midpg-cache --model mi-dpg --out model.safetensors"
)]
pub(super) struct Args {
    /// The log: CSV or another delimited text, gzip or plain; or Parquet, a file, a folder or a pattern in quotes
    #[arg(long)]
    data: PathBuf,
    /// A preset (amazon, iaac, ads) or a TOML file
    #[arg(long)]
    schema: String,
    /// Seed of a split by hash, and of validation rows that are taken from the training rows
    #[arg(long, default_value_t = TrainOptions::default().seed)]
    seed: u64,
    /// Where the cache goes; what it takes meanwhile is in the same folder
    #[arg(long)]
    out: PathBuf,
    /// Print the summary as JSON on the standard output
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    bad_rows: BadRows,
}

/// What was written, for machines.
#[derive(Serialize)]
struct Summary<'a> {
    rows: u64,
    train: u64,
    valid: u64,
    test: u64,
    scenarios: usize,
    skipped: u64,
    unsplit: u64,
    bytes: u64,
    bytes_per_row: f64,
    seconds: f64,
    sha256: &'a str,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let started = Instant::now();
    if input::is_cache(&args.data)? {
        return Err(Error::new(ErrorKind::Config, "is a cache already")
            .in_file(args.data.display())
            .hint("--data is a log"));
    }
    let schema_file = Path::new(&args.schema);
    files::apart(
        &[("--out", &args.out)],
        &[("--data", &args.data), ("--schema", schema_file)],
    )?;
    let schema = input::schema(&args.schema)?;
    let source = Input::open(&args.data)?;
    let mut out = CacheOutput::create(&args.out)?;

    let name = args.data.display().to_string();
    let reading = progress::bytes("reading", source.size(&args.data));
    let mut writing: Option<ProgressBar> = None;
    let mut tell = |read: u64| reading.set_position(read);
    let options = LoadOptions {
        on_bad_row: args.bad_rows.on_bad_row.into(),
        seed: args.seed,
        progress: Some(&mut tell),
        ..Default::default()
    };
    let mut written = |done: u64, of: u64| {
        let bar = writing.get_or_insert_with(|| {
            reading.finish_and_clear();
            let bar = progress::steps(of);
            bar.set_prefix("writing");
            bar
        });
        bar.set_position(done);
    };
    let (file, spill) = out.files();
    let writer = CacheWriter::new(file, spill)
        .progress(&mut written)
        .check(check_vocabularies);
    let summary = match source {
        Input::Text(text) => writer.write(text, &name, &schema, options),
        #[cfg(feature = "parquet")]
        Input::Parquet(files) => writer.write_parquet(&files, &schema, options),
    };
    for bar in [Some(&reading), writing.as_ref()].into_iter().flatten() {
        bar.finish_and_clear();
    }
    let summary = summary
        .map_err(input::can_be_skipped)
        .map_err(|error| error.in_file(args.out.display()))?;
    out.finish()?;
    input::tell_problems(&reading, &name, &summary.report);
    tell_summary(&summary, started.elapsed().as_secs_f64(), args.json)
}

fn tell_summary(summary: &CacheSummary, seconds: f64, json: bool) -> Result<()> {
    let [train, valid, test] = summary.rows;
    let rows: u64 = summary.rows.iter().sum();
    let bytes_per_row = summary.bytes as f64 / rows.max(1) as f64;
    if !json {
        note!(
            "{rows} rows: {train} train, {valid} valid, {test} test; {} scenarios; {bytes_per_row:.1} bytes a row; {seconds:.1} s",
            summary.scenarios
        );
        return Ok(());
    }
    let mut out = Output::create(Path::new("-"))?;
    out.put(&files::json(&Summary {
        rows,
        train,
        valid,
        test,
        scenarios: summary.scenarios,
        skipped: summary.report.skipped,
        unsplit: summary.report.unsplit,
        bytes: summary.bytes,
        bytes_per_row,
        seconds,
        sha256: &summary.report.sha256,
    })?)?;
    out.finish()
}
