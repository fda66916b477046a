//! `midpg score`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args as ClapArgs, ValueEnum};
use rayon::prelude::*;

use super::args::BadRows;
use super::files::{self, Sink};
use super::progress;
use crate::data::{Chunk, ChunkEncoder, LabelUse, RawRows, RawStream, RowFormat, StreamOptions};
use crate::error::{Error, ErrorKind, Result};
use crate::scorer::{Scorer, Scratch};

/// Score rows: one probability a row, in the order of the input
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  zcat log.csv.gz | midpg score --model model.safetensors --data - --out scores.csv\n  midpg score --model model.safetensors --data requests.ndjson --keep request_id --out scores.ndjson.gz"
)]
pub(super) struct Args {
    /// The model file
    #[arg(long)]
    model: PathBuf,
    /// The rows, gzip or plain; - is the standard input. No label is needed
    #[arg(long)]
    data: PathBuf,
    /// Where the scores go, in a column `score`, packed if it ends in .gz; - is the standard output
    #[arg(long)]
    out: PathBuf,
    /// How the rows are written [default: ndjson if --data ends in .ndjson or .jsonl, else delimited]
    #[arg(long)]
    input_format: Option<Format>,
    /// How the scores are written [default: by the end of --out in the same way]
    #[arg(long)]
    output_format: Option<Format>,
    /// Columns of the input that are written beside each score
    #[arg(long, value_delimiter = ',', value_name = "COLUMN")]
    keep: Vec<String>,
    /// A scenario the model does not know is an error
    #[arg(long)]
    strict_scenarios: bool,
    #[command(flatten)]
    bad_rows: BadRows,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Text with a header: as the schema says going in, comma-separated coming out
    Delimited,
    /// A JSON object a line
    Ndjson,
}

impl Format {
    fn of(path: &Path) -> Self {
        let name = path.to_string_lossy();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        if name.ends_with(".ndjson") || name.ends_with(".jsonl") {
            Self::Ndjson
        } else {
            Self::Delimited
        }
    }
}

/// Rows that one thread works at a time: enough to be worth the handing over.
const ROWS: usize = 1024;

/// Pieces of rows in one go, for each thread: the next go is read while one is worked.
const PIECES: usize = 4;

pub(super) fn run(args: &Args) -> Result<()> {
    let started = Instant::now();
    let scorer = read(&args.model)?;
    let input = args.input_format.unwrap_or_else(|| Format::of(&args.data));
    let output = args.output_format.unwrap_or_else(|| Format::of(&args.out));
    let options = StreamOptions {
        on_bad_row: args.bad_rows.on_bad_row.into(),
        label: LabelUse::Ignored,
        strict_scenarios: args.strict_scenarios,
    };
    let name = args.data.display().to_string();
    let format = match input {
        Format::Delimited => RowFormat::Delimited,
        Format::Ndjson => RowFormat::Ndjson,
    };
    let source = files::open(&args.data)?;
    let (mut stream, encoder) = RawStream::new(source, &name, format, scorer.encoder(), options)?;
    check_kept(args, input, stream.header(), &name)?;
    let mut out = Sink::create(&args.out)?;
    let bar = progress::bytes("scoring", files::size(&args.data));
    let mut counts = Counts {
        unknown: vec![0; scorer.encoder().fields().len()],
        ..Counts::default()
    };
    let mut header = Vec::new();
    if output == Format::Delimited {
        write_delimited(&mut header, args.keep.iter().map(String::as_str), "score")?;
    }
    out.put(&header)?;

    let pieces = PIECES * rayon::current_num_threads();
    let piece = || Piece::new(&encoder);
    let mut working: Vec<Piece> = (0..pieces).map(|_| piece()).collect();
    let mut waiting: Vec<Piece> = (0..pieces).map(|_| piece()).collect();
    let mut more = fill(&mut stream, &mut waiting);
    while more {
        std::mem::swap(&mut working, &mut waiting);
        // This thread reads; the others encode, score and write text meanwhile.
        more = rayon::in_place_scope(|scope| {
            scope.spawn(|_| {
                let used = working
                    .par_iter_mut()
                    .filter(|piece| !piece.rows.is_empty());
                used.for_each(|piece| piece.work(&scorer, output, &args.keep));
            });
            fill(&mut stream, &mut waiting)
        });
        for piece in &mut working {
            std::mem::replace(&mut piece.result, Ok(()))?;
            if piece.rows.is_empty() {
                break;
            }
            out.put(&piece.text)?;
            counts.add(&piece.chunk);
        }
        bar.set_position(stream.bytes_read());
    }
    out.finish()?;
    bar.finish_and_clear();
    counts.tell(&scorer, started.elapsed().as_secs_f64());
    Ok(())
}

/// Columns to be kept must be there; objects may lack any.
fn check_kept(args: &Args, input: Format, header: &[String], name: &str) -> Result<()> {
    let there = |column: &&String| input == Format::Ndjson || header.contains(column);
    match args.keep.iter().find(|column| !there(column)) {
        None => Ok(()),
        Some(column) => {
            let message = format!("--keep: the file has no column {column:?}");
            Err(Error::new(ErrorKind::Config, message)
                .in_file(name)
                .hint(format!("its columns are {}", header.join(", "))))
        }
    }
}

/// Reads rows into the pieces, as far as there are any; whether there is something to do. What ends the source is the
/// result of its piece, so that an error in the rows before it is told first.
fn fill(stream: &mut RawStream<'_>, pieces: &mut [Piece]) -> bool {
    let mut any = false;
    for piece in pieces {
        match stream.next(ROWS, &mut piece.rows) {
            Ok(some) => any |= some,
            Err(error) => {
                piece.result = Err(error);
                return true;
            }
        }
    }
    any
}

/// Some rows on their way from text to text, with the memory that they need.
struct Piece {
    rows: RawRows,
    encoder: ChunkEncoder,
    chunk: Chunk,
    scratch: Scratch,
    scores: Vec<f32>,
    text: Vec<u8>,
    result: Result<()>,
}

impl Piece {
    fn new(encoder: &ChunkEncoder) -> Self {
        Self {
            rows: RawRows::default(),
            chunk: encoder.chunk(),
            encoder: encoder.clone(),
            scratch: Scratch::default(),
            scores: Vec::new(),
            text: Vec::new(),
            result: Ok(()),
        }
    }

    fn work(&mut self, scorer: &Scorer, format: Format, keep: &[String]) {
        self.result = self.try_work(scorer, format, keep);
    }

    fn try_work(&mut self, scorer: &Scorer, format: Format, keep: &[String]) -> Result<()> {
        self.text.clear();
        self.encoder.encode(&self.rows, &mut self.chunk)?;
        let all: Vec<u32> = (0..self.chunk.rows() as u32).collect();
        self.scores.resize(all.len(), 0.0);
        let columns = &self.chunk.columns;
        scorer.score(columns, &all, &mut self.scores, &mut self.scratch);
        let scores = self.scores.iter().zip(self.chunk.usable());
        for (row, (score, usable)) in scores.enumerate() {
            // The shortest text that gives the same number.
            let score = if usable {
                score.to_string()
            } else {
                String::new()
            };
            let kept = match keep {
                [] => Vec::new(),
                _ => self.encoder.kept(&self.rows, row, keep),
            };
            match format {
                Format::Delimited => {
                    let kept: Vec<String> = kept.iter().map(crate::data::Kept::text).collect();
                    write_delimited(&mut self.text, kept.iter().map(String::as_str), &score)?;
                }
                Format::Ndjson => {
                    self.text.push(b'{');
                    for (column, cell) in keep.iter().zip(&kept) {
                        let column = serde_json::Value::from(column.as_str());
                        put(&mut self.text, format_args!("{column}:{},", cell.json()));
                    }
                    let score = if usable { &score } else { "null" };
                    put(&mut self.text, format_args!("\"score\":{score}}}\n"));
                }
            }
        }
        Ok(())
    }
}

fn put(text: &mut Vec<u8>, what: std::fmt::Arguments<'_>) {
    // Writing to memory cannot fail.
    let _ = text.write_fmt(what);
}

/// A line of comma-separated cells, quoted where they must be.
fn write_delimited<'a>(
    text: &mut Vec<u8>,
    kept: impl ExactSizeIterator<Item = &'a str>,
    score: &'a str,
) -> Result<()> {
    if kept.len() == 0 {
        text.extend_from_slice(score.as_bytes());
        text.push(b'\n');
        return Ok(());
    }
    let failed = |error: csv::Error| Error::new(ErrorKind::Io, error.to_string());
    let mut writer = csv::Writer::from_writer(text);
    writer
        .write_record(kept.chain(std::iter::once(score)))
        .map_err(failed)?;
    writer.flush().map_err(|error| failed(error.into()))
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
