//! `midpg sweep`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::args::BadRows;
use super::compare::runner;
use super::fitting::Fitting;
use super::{files, progress, sweep_svg};
use crate::compare::{Grid, Series, Sweep, SweptPoint};
use crate::error::{Error, ErrorKind, Result};
use crate::model::NetworkConfig;

/// Sweep variants and sizes of DPG's matrices, with APG beside them: Figure 2 a, c, e
///
/// A killed run continues where it was when it is started again with the same --out.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  midpg sweep --data log.csv --schema amazon --grid diagonal --trials 3 --out swept"
)]
pub(super) struct Args {
    /// The log: CSV or another delimited text, gzip or plain
    #[arg(long)]
    data: PathBuf,
    /// A preset (amazon, iaac, ads) or a TOML file
    #[arg(long)]
    schema: String,
    /// Which sizes
    #[arg(long, value_enum, default_value = "paper")]
    grid: Grid,
    /// Trials of each point; trial i has the seed --seed + i
    #[arg(long, default_value_t = 3)]
    trials: usize,
    /// Trials at once
    #[arg(long, default_value_t = 1)]
    jobs: usize,
    /// The folder for sweep.json, .csv, .svg and the journal trials.jsonl; it is created
    #[arg(long)]
    out: PathBuf,
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
    if args.trials == 0 {
        return Err(Error::new(ErrorKind::Config, "0 trials sweep nothing")
            .hint("ask for at least 1: --trials 3"));
    }
    let base = args.fitting.options(NetworkConfig {
        embedding: args.embedding,
        hidden: args.hidden.clone(),
        ..Default::default()
    });
    base.validate()?;
    let runner = runner(
        (&args.data, &args.schema, &args.bad_rows),
        &args.fitting,
        &args.out,
        args.jobs,
    )?;
    let sweep = Sweep::new(
        args.grid,
        args.trials,
        &base,
        &runner.layout(args.embedding),
    );
    let trials = sweep.trials();
    let bar = progress::trials(trials.len() as u64);
    let outcomes = runner.run(&trials, &bar)?;
    bar.finish_and_clear();
    let swept = sweep.swept(&outcomes);

    files::write(&args.out.join("sweep.json"), &files::json(&swept)?)?;
    files::write(&args.out.join("sweep.csv"), csv(&swept)?.as_bytes())?;
    files::write(
        &args.out.join("sweep.svg"),
        sweep_svg::svg(&swept)?.as_bytes(),
    )?;
    for point in swept.iter().filter(|p| p.best) {
        let auc = point.auc.map_or("-".to_owned(), |auc| auc.to_string());
        anstream::println!(
            "{:22} best AUC {auc} at {}, {} parameters",
            name(point.point.series),
            size(point),
            point.point.parameters
        );
    }
    anstream::eprintln!("written to {}", args.out.display());
    Ok(())
}

/// How a series is called.
pub(super) fn name(series: Series) -> String {
    match series {
        Series::Dpg(variant) => format!("DPG-{}", variant.name()),
        Series::Apg(crate::compare::Alignment::Total) => "APG, same total".to_owned(),
        Series::Apg(crate::compare::Alignment::Generated) => "APG, same generated".to_owned(),
    }
}

fn size(point: &SweptPoint) -> String {
    match point.point.matrix {
        Some([dk, dr, dc]) => format!("d_m/{dr} x d_n/{dc} x {dk}"),
        None => "d_m x d_n".to_owned(),
    }
}

fn csv(swept: &[SweptPoint]) -> Result<String> {
    let failed = |error: &dyn std::fmt::Display| Error::new(ErrorKind::Io, error.to_string());
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = [
        "series",
        "d_k",
        "d_r_div",
        "d_c_div",
        "size",
        "parameters",
        "auc",
        "auc_std",
        "logloss",
        "logloss_std",
        "seconds",
        "best",
    ];
    writer.write_record(header).map_err(|e| failed(&e))?;
    for p in swept {
        let number = |value: Option<f64>| value.map_or(String::new(), |v| v.to_string());
        let matrix = p.point.matrix.map(|m| m.map(|v| v.to_string()));
        let [dk, dr, dc] = matrix.unwrap_or_default();
        let record = [
            name(p.point.series),
            dk,
            dr,
            dc,
            p.point.size.to_string(),
            p.point.parameters.to_string(),
            number(p.auc.map(|m| m.mean)),
            number(p.auc.and_then(|m| m.std)),
            number(p.logloss.map(|m| m.mean)),
            number(p.logloss.and_then(|m| m.std)),
            number(p.seconds.map(|m| m.mean)),
            p.best.to_string(),
        ];
        writer.write_record(record).map_err(|e| failed(&e))?;
    }
    let bytes = writer.into_inner().map_err(|e| failed(&e))?;
    String::from_utf8(bytes).map_err(|e| failed(&e))
}
