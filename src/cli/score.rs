//! `midpg score`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args as ClapArgs;
use rayon::prelude::*;

use super::args::BadRows;
use super::progress;
use super::score_counts::Counts;
use super::scores::{Format, Scored, Scores, Style, Written};
use super::{files, input};
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
    /// The rows, gzip or plain; - is the standard input. Or Parquet: a file, a folder, a pattern in quotes. No label is
    /// needed
    #[arg(long)]
    data: PathBuf,
    /// Where the scores go, in a column `score`, packed if it ends in .gz, Parquet if in .parquet; - is the standard
    /// output
    #[arg(long)]
    out: PathBuf,
    /// How the rows are written [default: ndjson if --data ends in .ndjson or .jsonl, parquet if it is such a file or a
    /// folder of them, else delimited]
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

/// Rows that one thread works at a time: enough to be worth the handing over.
const ROWS: usize = 1024;

/// Pieces of rows in one go, for each thread: the next go is read while one is worked.
const PIECES: usize = 4;

pub(super) fn run(args: &Args) -> Result<()> {
    let started = Instant::now();
    files::apart(
        &[("--out", &args.out)],
        &[("--data", &args.data), ("--model", &args.model)],
    )?;
    if input::is_cache(&args.data)? {
        let message = "is a cache, whose rows have a part each; scores are of a log";
        return Err(Error::new(ErrorKind::Config, message)
            .in_file(args.data.display())
            .hint("give the log itself: --data LOG"));
    }
    let scorer = read(&args.model)?;
    let input = match args.input_format {
        Some(format) => format,
        None => Format::of(&args.data)?,
    };
    let output = match args.output_format {
        Some(format) => format,
        None => Format::of(&args.out)?,
    };
    let options = StreamOptions {
        on_bad_row: args.bad_rows.on_bad_row.into(),
        label: LabelUse::Ignored,
        strict_scenarios: args.strict_scenarios,
    };
    let name = args.data.display().to_string();
    let (mut stream, encoder) = open(args, input, &scorer, options)?;
    check_kept(args, input, stream.header(), &name)?;
    let style = Style::new(output, &args.keep, &stream);
    let mut out = Scores::create(&args.out, &style)?;
    let bar = progress::bytes("scoring", size(args, input));
    let mut counts = Counts::new(scorer.encoder().fields().len());

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
                used.for_each(|piece| piece.work(&scorer, &style));
            });
            fill(&mut stream, &mut waiting)
        });
        for piece in &mut working {
            std::mem::replace(&mut piece.result, Ok(()))?;
            if piece.rows.is_empty() {
                break;
            }
            out.put(&piece.written)?;
            counts.add(&piece.chunk);
        }
        bar.set_position(stream.bytes_read());
    }
    out.finish()?;
    bar.finish_and_clear();
    counts.tell(&scorer, started.elapsed().as_secs_f64());
    Ok(())
}

/// Opens the rows.
fn open(
    args: &Args,
    input: Format,
    scorer: &Scorer,
    options: StreamOptions,
) -> Result<(RawStream<'static>, ChunkEncoder)> {
    let format = match input {
        Format::Delimited => RowFormat::Delimited,
        Format::Ndjson => RowFormat::Ndjson,
        #[cfg(feature = "parquet")]
        Format::Parquet => {
            let files = crate::data::ParquetFiles::find(&args.data)?;
            return RawStream::parquet(&files, &args.keep, scorer.encoder(), options);
        }
    };
    let name = args.data.display().to_string();
    RawStream::new(
        files::open(&args.data)?,
        &name,
        format,
        scorer.encoder(),
        options,
    )
}

/// The size of the input, where it is known.
fn size(args: &Args, input: Format) -> Option<u64> {
    match input {
        #[cfg(feature = "parquet")]
        Format::Parquet => Some(crate::data::ParquetFiles::find(&args.data).ok()?.bytes()),
        _ => files::size(&args.data),
    }
}

/// Columns to be kept must be there; objects may lack any, and Parquet files were looked at when they were opened.
fn check_kept(args: &Args, input: Format, header: &[String], name: &str) -> Result<()> {
    if args.keep.iter().any(|column| column == "score") {
        let message = "--keep: the column of scores is called \"score\" too";
        return Err(
            Error::new(ErrorKind::Config, message).hint("give the kept one another name first")
        );
    }
    let twice = |(place, column): &(usize, &String)| args.keep[..*place].contains(column);
    if let Some((_, column)) = args.keep.iter().enumerate().find(twice) {
        let message = format!("--keep: {column:?} is named twice");
        return Err(Error::new(ErrorKind::Config, message).hint("name it once"));
    }
    let there = |column: &&String| input != Format::Delimited || header.contains(column);
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
    written: Written,
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
            written: Written::default(),
            result: Ok(()),
        }
    }

    fn work(&mut self, scorer: &Scorer, style: &Style) {
        self.result = self.try_work(scorer, style);
    }

    fn try_work(&mut self, scorer: &Scorer, style: &Style) -> Result<()> {
        self.encoder.encode(&self.rows, &mut self.chunk)?;
        let all: Vec<u32> = (0..self.chunk.rows() as u32).collect();
        self.scores.resize(all.len(), 0.0);
        let columns = &self.chunk.columns;
        scorer.score(columns, &all, &mut self.scores, &mut self.scratch);
        let scored = Scored {
            rows: &self.rows,
            encoder: &self.encoder,
            scores: &self.scores,
            usable: &self.chunk.usable(),
        };
        style.write(&scored, &mut self.written)
    }
}

fn read(path: &Path) -> Result<Scorer> {
    let bytes = files::read(path)?;
    Scorer::load(&bytes).map_err(|error| error.in_file(path.display()))
}
