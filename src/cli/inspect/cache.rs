//! A cache of encoded rows.

use std::fmt::Write;
use std::path::Path;

use serde_json::json;

use super::super::files;
use super::{Inspected, fields, tell_fields};
use crate::data::{CACHE_FORMAT, Cache, Part};
use crate::error::{Result, printable};

pub(super) fn inspect(path: &Path) -> Result<Inspected> {
    let cache = Cache::open(path)?;
    let (encoder, report) = (cache.encoder(), cache.report());
    let part = |part| (cache.rows(part), cache.positives(part));
    let [train, valid, test] = [Part::Train, Part::Valid, Part::Test].map(part);
    let json = json!({
        "kind": "cache",
        "format": CACHE_FORMAT,
        "crate_version": cache.crate_version(),
        "rows": {"train": train.0, "valid": valid.0, "test": test.0},
        "positives": {"train": train.1, "valid": valid.1, "test": test.1},
        "labels": cache.has_labels(),
        "truth": cache.has_truth(),
        "report": report,
        "scenarios": encoder.scenarios(),
        "fields": fields(encoder),
    });
    // Writing to a string cannot fail.
    let mut text = String::new();
    let _ = writeln!(
        text,
        "cache of encoded rows, format {CACHE_FORMAT}, written by mi-dpg {}, {} bytes",
        printable(cache.crate_version()),
        files::size(path).unwrap_or_default()
    );
    for (name, (rows, positives)) in [("train", train), ("valid", valid), ("test", test)] {
        let _ = match cache.has_labels() {
            true => writeln!(text, "  {name:5} {rows:>12} rows, {positives} positive"),
            false => writeln!(text, "  {name:5} {rows:>12} rows"),
        };
    }
    let _ = writeln!(
        text,
        "of a log of {} rows, {} of them skipped; data sha256 {}",
        report.rows,
        report.skipped,
        printable(&report.sha256)
    );
    tell_fields(encoder, &mut text);
    let _ = writeln!(
        text,
        "train on it: midpg train --data {} --out MODEL",
        path.display()
    );
    Ok(Inspected { text, json })
}
