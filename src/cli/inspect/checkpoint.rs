//! The checkpoint of a training run.

use std::fmt::Write;
use std::path::Path;

use serde_json::json;

use super::super::checkpoint::Checkpoint;
use super::super::journal_line::NAME;
use super::super::trials;
use super::{Inspected, number};
use crate::error::{Result, printable};
use crate::train::CheckpointSummary;

/// `None` where the file is something else.
pub(super) fn inspect(path: &Path, bytes: &[u8]) -> Result<Option<Inspected>> {
    let summary = CheckpointSummary::read(bytes).map_err(|error| error.in_file(path.display()))?;
    let Some(summary) = summary else {
        return Ok(None);
    };
    let CheckpointSummary {
        format,
        options,
        data_sha256,
        rows,
        step,
        epochs_done,
        position,
        best,
    } = &summary;
    let [train, valid, test] = *rows;
    let json = json!({
        "kind": "checkpoint",
        "format": format,
        "options": options,
        "data_sha256": data_sha256,
        "rows": {"train": train, "valid": valid, "test": test},
        "step": step,
        "epochs_done": epochs_done,
        "position": position,
        "best": best,
    });
    // Writing to a string cannot fail.
    let mut text = String::new();
    let method = &options.network.method;
    let variant = method
        .weighting()
        .map(|w| format!(" ({})", w.variant.name()));
    let _ = writeln!(
        text,
        "checkpoint of a training run of {}{}, format {format}, {} bytes",
        method.name(),
        variant.unwrap_or_default(),
        bytes.len()
    );
    let _ = writeln!(
        text,
        "step {step}: {epochs_done} of {} epochs done, and {position} of {train} rows of the next; seed {}",
        options.epochs, options.seed
    );
    let _ = match best {
        Some(best) => writeln!(
            text,
            "best so far epoch {}; validation AUC {}, LogLoss {}",
            best.epoch,
            number(best.auc),
            number(best.logloss)
        ),
        None => writeln!(text, "no epoch has been validated"),
    };
    let _ = writeln!(text, "data sha256 {}", printable(data_sha256));
    let _ = writeln!(text, "{}", how_it_goes_on(path));
    Ok(Some(Inspected { text, json }))
}

fn how_it_goes_on(path: &Path) -> String {
    let folder = path.parent().unwrap_or(Path::new(""));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if trials::is_checkpoint(&name) && folder.join(NAME).is_file() {
        return format!(
            "it is of a trial, which goes on when the command of the comparison or the sweep is given again with --out {}",
            super::journal::shown(folder)
        );
    }
    match Checkpoint::place(path) {
        Some(out) => format!(
            "it is no model yet: the run goes on when its command, midpg train, is given again with --resume and --out {}",
            out.display()
        ),
        None => "it is no model yet: the run goes on when its command, midpg train, is given again with --resume, \
                 and this file is named as its --out with .checkpoint behind it"
            .to_owned(),
    }
}
