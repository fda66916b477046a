//! `midpg sweep`.

use std::fmt::Write;

use clap::Args as ClapArgs;

use super::say::note;
use super::setting::Setting;
use super::{files, progress, sweep_svg};
use crate::compare::{Grid, MOST_TRIALS, Series, Sweep, SweptPoint, csv_text};
use crate::error::{Error, ErrorKind, Result};
use crate::train::TrainOptions;

/// Sweep variants and sizes of DPG's matrices, with APG beside them: Figure 2 a, c, e
///
/// A killed run continues where it was when it is started again with the same --out.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  midpg sweep --data log.csv --schema amazon --grid diagonal --trials 3 --out swept"
)]
pub(super) struct Args {
    #[command(flatten)]
    setting: Setting,
    /// Which sizes
    #[arg(long, value_enum, default_value = "paper")]
    grid: Grid,
    /// Trials of each point; trial i has the seed --seed + i
    #[arg(long, default_value_t = 3)]
    trials: usize,
}

pub(super) fn run(args: &Args) -> Result<()> {
    if args.trials == 0 {
        return Err(Error::new(ErrorKind::Config, "0 trials sweep nothing")
            .hint("ask for at least 1: --trials 3"));
    }
    if args.trials > MOST_TRIALS {
        let message = format!("{} trials are over {MOST_TRIALS}", args.trials);
        return Err(Error::new(ErrorKind::Config, message).hint("change --trials"));
    }
    let base = args.setting.base();
    // Of the last trial too, whose seed is the largest.
    for seed in [base.seed, base.seed.saturating_add(args.trials as u64 - 1)] {
        let options = TrainOptions {
            seed,
            ..base.clone()
        };
        options.validate()?;
    }
    let runner = args.setting.open()?;
    let sweep = Sweep::new(
        args.grid,
        args.trials,
        &base,
        &runner.layout(args.setting.embedding),
    );
    let trials = sweep.trials();
    let bar = progress::trials(trials.len() as u64);
    let outcomes = runner.run(&trials, &bar)?;
    bar.finish_and_clear();
    let swept = sweep.swept(&outcomes);

    files::write(&args.setting.out.join("sweep.json"), &files::json(&swept)?)?;
    files::write(&args.setting.out.join("sweep.csv"), csv(&swept)?.as_bytes())?;
    files::write(
        &args.setting.out.join("sweep.svg"),
        sweep_svg::svg(&swept)?.as_bytes(),
    )?;
    let mut text = String::new();
    for point in swept.iter().filter(|p| p.best) {
        let auc = point.auc.map_or("-".to_owned(), |auc| auc.to_string());
        let _ = writeln!(
            text,
            "{:22} best AUC {auc} at {}, {} parameters",
            name(point.point.series),
            size(point),
            point.point.parameters
        );
    }
    note!("written to {}", args.setting.out.display());
    files::print(&text)
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
    let records = swept.iter().map(|p| {
        let number = |value: Option<f64>| value.map_or(String::new(), |v| v.to_string());
        let matrix = p.point.matrix.map(|m| m.map(|v| v.to_string()));
        let [dk, dr, dc] = matrix.unwrap_or_default();
        [
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
        ]
    });
    csv_text(header, records)
}
