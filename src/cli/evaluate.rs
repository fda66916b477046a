//! `midpg evaluate`.

use std::path::PathBuf;
use std::time::Instant;

use clap::{Args as ClapArgs, ValueEnum};

use super::args::BadRows;
use super::load::{self, Source};
use super::table;
use super::train::read_model;
use crate::data::{Part, SplitUse};
use crate::error::Result;
use crate::model::evaluate;
use crate::schema::Split;
use crate::train::device::{self, OpenDevice};

/// AUC, LogLoss and calibration of a model, overall and per scenario
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  midpg evaluate --model model.safetensors --data log.csv --json"
)]
pub(super) struct Args {
    /// The model file
    #[arg(long)]
    model: PathBuf,
    /// The labelled log
    #[arg(long)]
    data: PathBuf,
    /// Which rows [default: test where the schema splits, else all]
    #[arg(long, value_enum)]
    part: Option<PartName>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// auto, cpu, ndarray or webgpu
    #[arg(long, default_value = "auto")]
    device: String,
    #[command(flatten)]
    bad_rows: BadRows,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PartName {
    Test,
    Valid,
    Train,
    All,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let started = Instant::now();
    let OpenDevice { device, name, .. } = pollster::block_on(device::open(&args.device))?;
    let model = read_model(&args.model, &device)?;
    let part = args.part.unwrap_or(match model.encoder().schema().split {
        Split::None {} => PartName::All,
        _ => PartName::Test,
    });
    let on_bad_row = args.bad_rows.on_bad_row.into();
    // With `all` the split's column need not even exist.
    let split = if args.part == Some(PartName::All) {
        SplitUse::Whole
    } else {
        SplitUse::Fitted
    };
    let seed = model.summary().seed;
    let data = load::dataset(
        &args.data,
        Source::Encoder(model.encoder(), split),
        on_bad_row,
        seed,
    )?;
    let rows = match part {
        PartName::Test => data.rows_of(Part::Test),
        PartName::Valid => data.rows_of(Part::Valid),
        PartName::Train => data.rows_of(Part::Train),
        PartName::All => (0..data.columns.rows as u32).collect(),
    };
    let mut report = pollster::block_on(evaluate::report(&model, &data, &rows, name))?;
    report.seconds = started.elapsed().as_secs_f64();
    table::print(&report, args.json)
}
