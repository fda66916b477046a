//! `midpg train`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use clap::Args as ClapArgs;

use super::args::{BadRows, Network};
use super::checkpoint::Checkpoint;
use super::files;
use super::fitting::Fitting;
use super::follow::follow;
use super::load::{self, Source};
use super::table;
use crate::artifact::Artifact;
use crate::data::{LabelUse, SplitUse};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Model, evaluate};
use crate::train::device::OpenDevice;
use crate::train::{TrainOptions, Trainer};

/// Train a model on a log and save it to one file
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  midpg train --data log.csv --schema amazon --model mi-dpg --out model.safetensors --report report.json"
)]
pub(super) struct Args {
    /// The log: CSV or another delimited text, gzip or plain; or Parquet, a file, a folder or a pattern in quotes; or
    /// a cache, made by `midpg encode`
    #[arg(long)]
    data: PathBuf,
    /// A preset (amazon, iaac, ads) or a TOML file; a cache and --init bring their own
    #[arg(long)]
    schema: Option<String>,
    /// Where the model goes
    #[arg(long)]
    out: PathBuf,
    /// Also write the report, as JSON
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Print the report as JSON on the standard output
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    network: Network,
    #[command(flatten)]
    fitting: Fitting,
    /// Start from this model's weights and vocabularies
    #[arg(long, value_name = "MODEL")]
    init: Option<PathBuf>,
    /// Continue from the checkpoint that a killed run left beside --out
    #[arg(long)]
    resume: bool,
    /// Seconds between checkpoints
    #[arg(long, value_name = "S", default_value_t = 30.0)]
    checkpoint_every: f64,
    #[command(flatten)]
    bad_rows: BadRows,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let started = Instant::now();
    // Before the work: is there a place for its results?
    drop(files::Output::create(&args.out)?);
    if let Some(report) = &args.report {
        drop(files::Output::create(report)?);
    }
    let OpenDevice {
        device,
        name,
        reason,
    } = args.fitting.open()?;
    let init = args
        .init
        .as_deref()
        .map(|path| read_model(path, &device))
        .transpose()?;
    let options = options(args, init.as_ref())?;
    options.validate()?;
    let on_bad_row = args.bad_rows.on_bad_row.into();
    let data = match &init {
        Some(model) => {
            if args.schema.is_some() {
                return Err(
                    Error::new(ErrorKind::Config, "--schema and --init are given")
                        .hint("the schema is in the model: leave --schema out"),
                );
            }
            load::dataset(
                &args.data,
                Source::Encoder(model.encoder(), SplitUse::Refit, LabelUse::Required),
                on_bad_row,
                args.fitting.seed,
            )?
        }
        None => {
            let schema = load::schema_for(&args.data, args.schema.as_deref())?;
            load::learn(&args.data, schema.as_ref(), on_bad_row, args.fitting.seed)?
        }
    };
    let data = Arc::new(data);
    anstream::eprintln!("{}; device {name} ({reason})", load::parts(&data));
    let mut checkpoint = Checkpoint::beside(&args.out, args.checkpoint_every);
    let mut trainer = match (
        &init,
        args.resume
            .then(|| checkpoint.read())
            .transpose()?
            .flatten(),
    ) {
        (_, Some(bytes)) => Trainer::resume(data.clone(), options, &device, name, &bytes)
            .map_err(|error| error.in_file(checkpoint.path().display()))?,
        (Some(model), None) => Trainer::warm(data.clone(), options, &device, name, model)?,
        (None, None) => Trainer::new(data.clone(), options, &device, name)?,
    };
    follow(&mut trainer, &mut checkpoint)?;

    let model = trainer.model();
    drop(trainer);
    let bytes = pollster::block_on(model.to_artifact())?.to_bytes()?;
    // The model is safe before anything else can fail.
    files::write(&args.out, &bytes)?;
    checkpoint.remove();
    let report = pollster::block_on(evaluate::final_report(&model, &data, name))?;
    let mut report = report.ok_or_else(|| {
        Error::new(
            ErrorKind::Data,
            "the model is saved, but there are no rows to measure it on",
        )
        .hint("give the schema's [split] a test part")
    })?;
    report.seconds = started.elapsed().as_secs_f64();
    if let Some(path) = &args.report {
        files::write(path, &files::json(&report)?)?;
    }
    table::print(&report, args.json)
}

pub(super) fn read_model(path: &Path, device: &burn::tensor::Device) -> Result<Model> {
    let artifact =
        Artifact::from_bytes(&files::read(path)?).map_err(|error| error.in_file(path.display()))?;
    Model::from_artifact(artifact, device).map_err(|error| error.in_file(path.display()))
}

fn options(args: &Args, init: Option<&Model>) -> Result<TrainOptions> {
    let network = match init {
        Some(model) => model.config().clone(),
        None => args.network.config().map_err(|flag| {
            Error::new(
                ErrorKind::Config,
                format!("{flag} does not apply to this --model"),
            )
            .hint(format!("leave {flag} out"))
        })?,
    };
    Ok(args.fitting.options(network))
}
