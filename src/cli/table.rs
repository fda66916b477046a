//! A report for people, or as JSON.

use std::io::Write;
use std::path::Path;

use super::files::{self, Output};
use crate::error::{Error, Result, printable};
use crate::metrics::Report;

/// Prints `report` on the standard output.
pub(super) fn print(report: &Report, json: bool) -> Result<()> {
    let mut out = Output::create(Path::new("-"))?;
    if json {
        out.put(&files::json(report)?)?;
    } else {
        text(report, &mut out).map_err(|error| Error::io("<stdout>", &error))?;
    }
    out.finish()
}

fn text(report: &Report, out: &mut impl Write) -> std::io::Result<()> {
    let number = |value: Option<f64>| value.map_or("-".to_owned(), |v| format!("{v:.4}"));
    let width = report
        .scenarios
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0)
        .max(8);
    writeln!(
        out,
        "{:width$} {:>9} {:>9} {:>7} {:>8} {:>11}",
        "scenario", "rows", "positives", "AUC", "LogLoss", "calibration"
    )?;
    let mut row = |name: &str, rows: u64, positives: u64, figures: [Option<f64>; 3]| {
        let [auc, logloss, calibration] = figures.map(number);
        let name = printable(name);
        writeln!(
            out,
            "{name:width$} {rows:>9} {positives:>9} {auc:>7} {logloss:>8} {calibration:>11}"
        )
    };
    for (name, s) in report.scenarios.iter() {
        row(name, s.rows, s.positives, [s.auc, s.logloss, s.calibration])?;
    }
    row(
        "all",
        report.rows,
        report.positives,
        [report.auc, report.logloss, report.calibration],
    )?;
    let grouped = &report.grouped_auc;
    writeln!(
        out,
        "AUC within scenarios: {} by rows, {} by positives, {} unweighted ({} of one class skipped)",
        number(grouped.by_rows),
        number(grouped.by_positives),
        number(grouped.unweighted),
        grouped.skipped,
    )?;
    if let Some(truth) = &report.truth {
        writeln!(
            out,
            "best possible: AUC {}, LogLoss {}; scenario-blind logistic regression: AUC {}, LogLoss {}",
            number(truth.best_auc),
            number(truth.best_logloss),
            number(truth.logistic_auc),
            number(truth.logistic_logloss),
        )?;
        writeln!(
            out,
            "share of the gap between them that the model closes: AUC {}, LogLoss {}",
            number(truth.auc_gap_closed),
            number(truth.logloss_gap_closed),
        )?;
    }
    let parameters = &report.parameters;
    writeln!(
        out,
        "{} embedding and {} network parameters, {:.1} s on {}, seed {}",
        parameters.embedding, parameters.network, report.seconds, report.device, report.seed,
    )
}
