//! `midpg train`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use clap::Args as ClapArgs;

use super::alone::Alone;
use super::args::{BadRows, Network};
use super::cached;
use super::checkpoint::{self, Checkpoint};
use super::files;
use super::fitting::Fitting;
use super::follow::{READ_EVERY, follow};
use super::load::{self, Source};
use super::say::note;
use super::table;
use crate::artifact::Artifact;
use crate::data::{CHUNK_ROWS, Examples, LabelUse, Part, SplitUse, WINDOW_CHUNKS};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Model, evaluate};
use crate::schema::Split;
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
    /// Least seconds between checkpoints; their writing takes at most a twentieth of the time
    #[arg(long, value_name = "S", default_value_t = 30.0, value_parser = checkpoint::seconds)]
    checkpoint_every: f64,
    /// Rows of a cache that are in memory and shuffled together, rounded up to chunks of 65,536; a cache that has no
    /// more to train on is read whole [default: 1048576]
    #[arg(long, value_name = "ROWS")]
    shuffle_window: Option<usize>,
    #[command(flatten)]
    bad_rows: BadRows,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let started = Instant::now();
    // Before the work: is there a place for its results?
    check_places(args)?;
    let _alone = Alone::at(&args.out)?;
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
    let examples = examples(args, init.as_ref())?;
    note!(
        "{}; device {name} ({reason})",
        load::parts(|part| examples.rows(part), examples.encoder())
    );
    let mut checkpoint = Checkpoint::beside(&args.out, args.checkpoint_every, started);
    match (args.resume, checkpoint.path().is_file()) {
        (true, false) => note!(
            "there is no checkpoint {}: the training begins",
            checkpoint.path().display()
        ),
        (false, true) => note!(
            "warning: {} of an earlier run is not continued, and goes; --resume continues it",
            checkpoint.path().display()
        ),
        _ => {}
    }
    let mut trainer = match (
        &init,
        args.resume
            .then(|| checkpoint.read())
            .transpose()?
            .flatten(),
    ) {
        (_, Some(bytes)) => Trainer::resume(examples, options, &device, name, &bytes)
            .map_err(|error| error.in_file(checkpoint.path().display()))?,
        (Some(model), None) => Trainer::warm(examples, options, &device, name, model)?,
        (None, None) => Trainer::new(examples, options, &device, name)?,
    };
    checkpoint.continues(&trainer);
    trainer.read_every(READ_EVERY);
    follow(&mut trainer, &mut checkpoint)?;

    let model = trainer.model();
    let mut examples = trainer.into_examples();
    let bytes = pollster::block_on(model.to_artifact())?.to_bytes()?;
    // The model is safe before anything else can fail.
    files::write(&args.out, &bytes)?;
    checkpoint.remove();
    let report = pollster::block_on(evaluate::final_report(&model, examples.as_mut(), name))?;
    let mut report = report.ok_or_else(|| {
        Error::new(
            ErrorKind::Data,
            "the model is saved, but there are no rows to measure it on",
        )
        .hint("give the schema's [split] a test part")
    })?;
    report.seconds = checkpoint.seconds();
    if examples.rows(Part::Test) == 0 {
        note!("there are no test rows: the report is of the validation part");
    }
    if let Some(path) = &args.report {
        files::write(path, &files::json(&report)?)?;
    }
    table::print(&report, args.json)
}

/// Finds what would keep the results from their places, or them from each other.
fn check_places(args: &Args) -> Result<()> {
    let stdout = Path::new("-");
    if args.out == stdout {
        return Err(
            Error::new(ErrorKind::Config, "a model is written to a file")
                .hint("--out is a file's name"),
        );
    }
    if args.report.as_deref() == Some(stdout) {
        let message = "--report is a file's name";
        return Err(Error::new(ErrorKind::Config, message)
            .hint("--json prints the report on the standard output"));
    }
    let mut inputs = vec![("--data", args.data.as_path())];
    inputs.extend(
        args.schema
            .as_deref()
            .map(|schema| ("--schema", Path::new(schema))),
    );
    inputs.extend(args.init.as_deref().map(|init| ("--init", init)));
    let mut results = vec![("--out", args.out.as_path())];
    results.extend(args.report.as_deref().map(|report| ("--report", report)));
    files::apart(&results, &inputs)?;
    for (_, path) in results {
        files::Output::check(path)?;
    }
    Ok(())
}

/// The rows: of a log or a small cache in memory, of a large cache streamed.
fn examples(args: &Args, init: Option<&Model>) -> Result<Box<dyn Examples>> {
    if init.is_some() && args.schema.is_some() {
        return Err(
            Error::new(ErrorKind::Config, "--schema and --init are given")
                .hint("the schema is in the model: leave --schema out"),
        );
    }
    let (path, seed) = (args.data.as_path(), args.fitting.seed);
    let schema = match init {
        Some(_) => None,
        None => load::schema_for(path, args.schema.as_deref())?,
    };
    if let Some(cache) = cached::open(path)? {
        match init {
            Some(model) => cached::check_encoder(path, &cache, model.encoder())?,
            None => cached::check_schema(path, &cache, schema.as_ref())?,
        }
        let window = args.shuffle_window.unwrap_or(WINDOW_CHUNKS * CHUNK_ROWS);
        return cached::examples(path, cache, window);
    }
    if args.shuffle_window.is_some() {
        let message = "--shuffle-window has no effect: --data is no cache, and is read whole";
        return Err(Error::new(ErrorKind::Config, message)
            .hint("leave it out, or make a cache: midpg encode"));
    }
    let on_bad_row = args.bad_rows.on_bad_row.into();
    let data = match init {
        Some(model) => {
            if matches!(model.encoder().schema().split, Split::Hash(_))
                && model.summary().seed != seed
            {
                note!(
                    "warning: the split is by the seed, which was {} for {}: rows that it was trained on may be test rows now",
                    model.summary().seed,
                    args.init
                        .as_deref()
                        .unwrap_or(Path::new("--init"))
                        .display()
                );
            }
            let source = Source::Encoder(model.encoder(), SplitUse::Refit, LabelUse::Required);
            load::dataset(path, source, on_bad_row, seed)
        }
        None => load::learn(path, schema.as_ref(), on_bad_row, seed),
    };
    Ok(Arc::new(data?).into())
}

pub(super) fn read_model(path: &Path, device: &burn::tensor::Device) -> Result<Model> {
    let artifact =
        Artifact::from_bytes(&files::read(path)?).map_err(|error| error.in_file(path.display()))?;
    Model::from_artifact(artifact, device).map_err(|error| error.in_file(path.display()))
}

fn options(args: &Args, init: Option<&Model>) -> Result<TrainOptions> {
    let network = match init {
        Some(_) if args.fitting.embedding_std.is_some() => {
            let message = "--embedding-std and --init are given";
            return Err(Error::new(ErrorKind::Config, message)
                .hint("the embeddings are the model's: leave --embedding-std out"));
        }
        Some(model) => match args.network.given() {
            None => model.config().clone(),
            Some(flag) => {
                let message = format!("{flag} and --init are given");
                return Err(Error::new(ErrorKind::Config, message)
                    .hint(format!("the network is the model's: leave {flag} out")));
            }
        },
        None => args.network.config()?,
    };
    Ok(args.fitting.options(network))
}
