//! `midpg compare`.

use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, ValueEnum};

use super::args::BadRows;
use super::files::{self, Output};
use super::fitting::Fitting;
use super::journal::Journal;
use super::load::{self, Source};
use super::progress;
use super::trials::Runner;
use crate::compare::{Comparison, Plan, Settings, csv, markdown, text};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{MethodName, NetworkConfig};
use crate::train::device::OpenDevice;

/// Compare methods over trials on one log: the paper's Table 1
///
/// Every method gets the same split, seeds and budget, and is stopped by validation alone; the test part is
/// measured once, at the end of each trial. The row of dpg is its best variant on validation.
/// A killed run continues where it was when it is started again with the same --out.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  midpg compare --data log.csv --schema amazon --methods all --trials 10 --out compared"
)]
pub(super) struct Args {
    /// The log: CSV or another delimited text, gzip or plain
    #[arg(long)]
    data: PathBuf,
    /// A preset (amazon, iaac, ads) or a TOML file
    #[arg(long)]
    schema: String,
    /// `all`, or some of dnn, ple, star, pepnet, adasparse, apg, dpg, mi-dpg
    #[arg(long, value_delimiter = ',', default_value = "all")]
    methods: Vec<String>,
    /// Trials of each method; trial i has the seed --seed + i
    #[arg(long, default_value_t = 10)]
    trials: usize,
    /// First try N settings of each method and keep the best on validation [default: its defaults]
    #[arg(long, value_name = "N", default_value_t = 0)]
    tune: usize,
    /// Trials at once
    #[arg(long, default_value_t = 1)]
    jobs: usize,
    /// The folder for compare.json, .md, .csv and the journal trials.jsonl; it is created
    #[arg(long)]
    out: PathBuf,
    /// Print the comparison as JSON on the standard output
    #[arg(long)]
    json: bool,
    /// Width of every embedding
    #[arg(long, default_value_t = 16)]
    embedding: usize,
    /// Widths of the hidden layers
    #[arg(long, value_delimiter = ',', default_value = "128,64,32")]
    hidden: Vec<usize>,
    #[command(flatten)]
    fitting: Fitting,
    #[command(flatten)]
    bad_rows: BadRows,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let network = NetworkConfig {
        embedding: args.embedding,
        hidden: args.hidden.clone(),
        ..Default::default()
    };
    let plan = Plan::new(Settings {
        methods: methods(&args.methods)?,
        trials: args.trials,
        tune: args.tune,
        base: args.fitting.options(network),
    })?;
    let runner = runner(
        (&args.data, &args.schema, &args.bad_rows),
        &args.fitting,
        &args.out,
        args.jobs,
    )?;

    let tuning = plan.tuning();
    let bar = progress::trials((tuning.len() + plan.tuned_trials()) as u64);
    let plan = if tuning.is_empty() {
        plan
    } else {
        let outcomes = runner.run(&tuning, &bar)?;
        plan.tuned(&outcomes)
    };
    let outcomes = runner.run(&plan.trials(), &bar)?;
    bar.finish_and_clear();

    let comparison = Comparison::new(&plan, &outcomes);
    let json = files::json(&comparison)?;
    files::write(&args.out.join("compare.json"), &json)?;
    files::write(
        &args.out.join("compare.md"),
        markdown(&comparison).as_bytes(),
    )?;
    files::write(&args.out.join("compare.csv"), csv(&comparison)?.as_bytes())?;
    let mut out = Output::create(Path::new("-"))?;
    if args.json {
        out.put(&json)?;
    } else {
        out.put(text(&comparison).as_bytes())?;
    }
    out.finish()
}

/// Loads the data, opens the device and the journal in the folder `out`.
pub(super) fn runner(
    (data, schema, bad_rows): (&Path, &str, &BadRows),
    fitting: &Fitting,
    out: &Path,
    jobs: usize,
) -> Result<Runner> {
    let schema = load::schema(schema)?;
    std::fs::create_dir_all(out).map_err(|error| Error::io(out.display(), &error))?;
    let journal = Journal::open(out.join("trials.jsonl"))?;
    let OpenDevice {
        device,
        name,
        reason,
    } = fitting.open()?;
    let data = load::dataset(
        data,
        Source::Schema(&schema),
        bad_rows.on_bad_row.into(),
        fitting.seed,
    )?;
    anstream::eprintln!("{}; device {name} ({reason})", load::parts(&data));
    Runner::new(data, device, name, journal, jobs)
}

fn methods(names: &[String]) -> Result<Vec<MethodName>> {
    if names.iter().any(|name| name == "all") {
        return Ok(MethodName::ALL.to_vec());
    }
    names
        .iter()
        .map(|name| {
            MethodName::from_str(name, false).map_err(|_| {
                Error::new(
                    ErrorKind::Config,
                    format!("there is no method {}", crate::error::quote(name)),
                )
                .hint("--methods takes all, or some of dnn, ple, star, pepnet, adasparse, apg, dpg, mi-dpg")
            })
        })
        .collect()
}
