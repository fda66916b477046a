//! `midpg evaluate`.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args as ClapArgs;

use super::args::BadRows;
use super::part::PartFlag;
use super::table;
use super::train::read_model;
use crate::error::Result;
use crate::model::evaluate;
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
    /// The labelled log, text or Parquet; or a cache that has the model's vocabularies
    #[arg(long)]
    data: PathBuf,
    #[command(flatten)]
    part: PartFlag,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// auto, cpu, ndarray or webgpu
    #[arg(long, default_value = "auto")]
    device: String,
    #[command(flatten)]
    bad_rows: BadRows,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let started = Instant::now();
    let OpenDevice { device, name, .. } = pollster::block_on(device::open(&args.device))?;
    let model = read_model(&args.model, &device)?;
    let (mut examples, parts) = args.part.examples(&model, &args.data, &args.bad_rows)?;
    let mut report =
        pollster::block_on(evaluate::report_on(&model, examples.as_mut(), parts, name))?;
    report.seconds = started.elapsed().as_secs_f64();
    table::print(&report, args.json)
}
