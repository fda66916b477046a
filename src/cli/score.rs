//! `midpg score`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args as ClapArgs;

use super::args::BadRows;
use super::files::{self, Output};
use super::progress;
use crate::data::{Chunk, EncodedStream, LabelUse, StreamOptions};
use crate::error::{Error, Result};
use crate::scorer::Scorer;

/// Score rows: one probability a row, in the order of the input
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  zcat log.csv.gz | midpg score --model model.safetensors --data - --out scores.csv"
)]
pub(super) struct Args {
    /// The model file
    #[arg(long)]
    model: PathBuf,
    /// The rows, gzip or plain; - is the standard input. No label is needed
    #[arg(long)]
    data: PathBuf,
    /// Where the scores go, a CSV with the column `score`; - is the standard output
    #[arg(long)]
    out: PathBuf,
    /// A scenario the model does not know is an error
    #[arg(long)]
    strict_scenarios: bool,
    #[command(flatten)]
    bad_rows: BadRows,
}

/// Rows encoded and scored at once: enough for all cores.
const CHUNK: usize = 16_384;

pub(super) fn run(args: &Args) -> Result<()> {
    let started = Instant::now();
    let scorer = read(&args.model)?;
    let mut out = Output::create(&args.out)?;
    let options = StreamOptions {
        on_bad_row: args.bad_rows.on_bad_row.into(),
        label: LabelUse::Ignored,
        strict_scenarios: args.strict_scenarios,
    };
    let name = args.data.display().to_string();
    let mut stream =
        EncodedStream::new(files::open(&args.data)?, &name, scorer.encoder(), options)?;
    let bar = progress::bytes("scoring", files::size(&args.data));
    let mut counts = Counts {
        unknown: vec![0; scorer.encoder().fields().len()],
        ..Counts::default()
    };
    out.put(b"score\n")?;
    while let Some(chunk) = stream.next_chunk(CHUNK)? {
        let rows: Vec<u32> = (0..chunk.rows() as u32).collect();
        let scores = scorer.probabilities(&chunk.columns, &rows);
        let target = out.name();
        for (score, usable) in scores.iter().zip(chunk.usable()) {
            if usable {
                writeln!(out, "{score}")
            } else {
                writeln!(out)
            }
            .map_err(|error| Error::io(&target, &error))?;
        }
        counts.add(chunk);
        bar.set_position(stream.bytes_read());
    }
    out.finish()?;
    bar.finish_and_clear();
    counts.tell(&scorer, started.elapsed().as_secs_f64());
    Ok(())
}

fn read(path: &Path) -> Result<Scorer> {
    let bytes = files::read(path)?;
    Scorer::load(&bytes).map_err(|error| error.in_file(path.display()))
}

#[derive(Default)]
struct Counts {
    rows: u64,
    bad: u64,
    first_bad: Option<Error>,
    unknown_scenarios: u64,
    unknown: Vec<u64>,
}

impl Counts {
    fn add(&mut self, chunk: &Chunk) {
        self.rows += chunk.rows() as u64;
        self.bad += chunk.bad.len() as u64;
        if self.first_bad.is_none() {
            self.first_bad = chunk.bad.first().map(|(_, error)| error.clone());
        }
        self.unknown_scenarios += chunk.columns.unknown_scenarios();
        for (sum, count) in self.unknown.iter_mut().zip(chunk.columns.unknown()) {
            *sum += count;
        }
    }

    fn tell(&self, scorer: &Scorer, seconds: f64) {
        anstream::eprintln!(
            "{} rows in {seconds:.1} s ({:.0} rows/s)",
            self.rows,
            self.rows as f64 / seconds.max(1e-9)
        );
        if let Some(first) = &self.first_bad {
            anstream::eprintln!(
                "warning: {} rows could not be read and have an empty score; the first: {first}",
                self.bad
            );
        }
        if self.unknown_scenarios > 0 {
            anstream::eprintln!(
                "warning: {} rows have a scenario the model does not know",
                self.unknown_scenarios
            );
        }
        let unknown: Vec<String> = scorer
            .encoder()
            .fields()
            .iter()
            .zip(&self.unknown)
            .filter(|(_, count)| **count > 0)
            .map(|(field, count)| format!("{} {count}", field.name()))
            .collect();
        if !unknown.is_empty() {
            anstream::eprintln!("out of vocabulary: {}", unknown.join(", "));
        }
    }
}
