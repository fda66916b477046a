//! A comparison as text, Markdown and CSV.

use std::fmt::Write;

use super::table::{Comparison, Figure, MethodRow};
use crate::error::{Error, ErrorKind, Result, printable};
use crate::metrics::MeanStd;
use crate::train::TrainOptions;

/// The table for a terminal.
pub fn text(comparison: &Comparison) -> String {
    let mut out = aligned(&methods(comparison));
    out += &notes(comparison);
    if let Some(table) = scenarios(comparison) {
        out += "\nAUC per scenario\n";
        out += &aligned(&table);
    }
    out
}

/// The table as Markdown.
pub fn markdown(comparison: &Comparison) -> String {
    let mut out = piped(&methods(comparison));
    out += "\n";
    out += &notes(comparison);
    if let Some(table) = scenarios(comparison) {
        out += "\nAUC per scenario:\n\n";
        out += &piped(&table);
    }
    out
}

/// One line a method and trial, with the trial's settings as JSON: all that fixes it, its seed included.
///
/// # Errors
/// [`ErrorKind::Io`] when the settings do not serialise.
pub fn csv(comparison: &Comparison) -> Result<String> {
    let header = [
        "method",
        "variant",
        "seed",
        "auc",
        "logloss",
        "embedding_parameters",
        "network_parameters",
        "mean_seconds",
        "options",
    ];
    let mut records = Vec::new();
    for row in &comparison.methods {
        for trial in 0..comparison.trials {
            let seed = row.options.seed.wrapping_add(trial as u64);
            let options = TrainOptions {
                seed,
                ..row.options.clone()
            };
            let value = |figure: &Option<Figure>| {
                let value = figure.as_ref().and_then(|f| f.values.get(trial));
                value.map_or(String::new(), f64::to_string)
            };
            records.push([
                row.method.clone(),
                row.variant.clone().unwrap_or_default(),
                seed.to_string(),
                value(&row.auc),
                value(&row.logloss),
                row.parameters.embedding.to_string(),
                row.parameters.network.to_string(),
                row.seconds.map_or(String::new(), |s| s.mean.to_string()),
                serde_json::to_string(&options).map_err(|e| unwritable(&e))?,
            ]);
        }
    }
    csv_text(header, records)
}

/// A header and records as CSV.
///
/// # Errors
/// [`ErrorKind::Io`] when they cannot be written.
pub fn csv_text<const N: usize>(
    header: [&str; N],
    records: impl IntoIterator<Item = [String; N]>,
) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).map_err(|e| unwritable(&e))?;
    for record in records {
        writer.write_record(record).map_err(|e| unwritable(&e))?;
    }
    let bytes = writer.into_inner().map_err(|e| unwritable(&e))?;
    String::from_utf8(bytes).map_err(|e| unwritable(&e))
}

fn unwritable(error: &dyn std::fmt::Display) -> Error {
    Error::new(ErrorKind::Io, error.to_string())
}

fn name(row: &MethodRow) -> String {
    match &row.variant {
        Some(variant) => format!("{} ({variant})", row.method),
        None => row.method.clone(),
    }
}

fn methods(comparison: &Comparison) -> Vec<Vec<String>> {
    let generated = comparison.best.is_some();
    let mut header = vec!["method", "AUC", "±95 %", "gain", "LogLoss", "±95 %", "gain"];
    if generated {
        header.extend(["AUC gap closed", "LogLoss gap closed"]);
    }
    header.extend(["embedding", "network", "seconds"]);
    let mut table = vec![header.into_iter().map(str::to_owned).collect()];
    for row in &comparison.methods {
        let mut cells = vec![name(row)];
        for figure in [&row.auc, &row.logloss] {
            let Some(figure) = figure else {
                cells.extend(["-".to_owned(), "-".to_owned(), "-".to_owned()]);
                continue;
            };
            let star = if figure.significant { "*" } else { "" };
            cells.push(format!("{}{star}", figure.over_trials));
            cells.push(
                figure
                    .interval_95
                    .map_or("-".to_owned(), |half| format!("{half:.4}")),
            );
            // Of DNN over itself nothing need be said.
            let gain = figure.gain_percent.filter(|_| row.method != "dnn");
            cells.push(gain.map_or("-".to_owned(), |gain| format!("{gain:+.2} %")));
        }
        if generated {
            for gap in [row.auc_gap_closed, row.logloss_gap_closed] {
                cells.push(gap.map_or("-".to_owned(), |gap| format!("{gap:.3}")));
            }
        }
        cells.push(row.parameters.embedding.to_string());
        cells.push(row.parameters.network.to_string());
        cells.push(
            row.seconds
                .map_or("-".to_owned(), |s| format!("{:.1}", s.mean)),
        );
        table.push(cells);
    }
    table
}

fn notes(comparison: &Comparison) -> String {
    let mut out = String::new();
    let gain = if comparison.methods.iter().any(|row| row.method == "dnn") {
        "; gain over dnn (positive is better)"
    } else {
        ""
    };
    let _ = writeln!(
        out,
        "{} trials, {} test rows; mean ± standard deviation{gain}",
        comparison.trials, comparison.test_rows
    );
    if let (Some(auc), Some(logloss)) =
        (&comparison.best_baseline, &comparison.best_baseline_logloss)
    {
        let _ = writeln!(
            out,
            "* better than the best baseline (by AUC {auc}, by LogLoss {logloss}), paired t-test, p <= 0.05"
        );
    }
    if let Some(best) = &comparison.best {
        let number = |value: Option<f64>| value.map_or("-".to_owned(), |v| format!("{v:.4}"));
        let _ = writeln!(
            out,
            "best possible: AUC {}, LogLoss {}; scenario-blind logistic regression: AUC {}, LogLoss {}",
            number(best.auc),
            number(best.logloss),
            number(best.logistic_auc),
            number(best.logistic_logloss)
        );
    }
    out
}

fn scenarios(comparison: &Comparison) -> Option<Vec<Vec<String>>> {
    if comparison.scenarios.len() < 2 {
        return None;
    }
    let mut header = vec!["scenario".to_owned(), "rows".to_owned()];
    header.extend(comparison.methods.iter().map(name));
    let mut table = vec![header];
    for row in &comparison.scenarios {
        let mut cells = vec![row.scenario.clone(), row.rows.to_string()];
        let mean =
            |value: &Option<MeanStd>| value.map_or("-".to_owned(), |v| format!("{:.4}", v.mean));
        cells.extend(row.auc.iter().map(mean));
        table.push(cells);
    }
    Some(table)
}

/// The first column to the left, the others to the right.
fn aligned(table: &[Vec<String>]) -> String {
    let columns = table.first().map_or(0, Vec::len);
    let width = |c: usize| {
        let cells = table.iter().map(|row| row[c].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in table {
        let mut line = String::new();
        for (c, cell) in row.iter().enumerate() {
            let (cell, width) = (printable(cell), widths[c]);
            let _ = match c {
                0 => write!(line, "{cell:width$}"),
                _ => write!(line, "  {cell:>width$}"),
            };
        }
        out += line.trim_end();
        out += "\n";
    }
    out
}

fn piped(table: &[Vec<String>]) -> String {
    let mut out = String::new();
    for (i, row) in table.iter().enumerate() {
        let cells: Vec<String> = row
            .iter()
            .map(|cell| printable(cell).replace('|', "\\|"))
            .collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
        if i == 0 {
            let _ = writeln!(out, "|---{}|", "|---:".repeat(row.len() - 1));
        }
    }
    out
}
