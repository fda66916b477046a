//! A model file.

use std::fmt::Write;
use std::path::Path;

use serde_json::json;

use super::{Inspected, fields, number, tell_fields};
use crate::artifact::Artifact;
use crate::error::{Result, printable};

pub(super) fn inspect(path: &Path, bytes: &[u8]) -> Result<Inspected> {
    let artifact = Artifact::from_bytes(bytes).map_err(|error| error.in_file(path.display()))?;
    let metadata = &artifact.metadata;
    let tensors: serde_json::Map<_, _> = artifact
        .tensors
        .iter()
        .map(|(name, t)| (name.clone(), json!(t.shape)))
        .collect();
    let json = json!({
        "kind": "model",
        "format": metadata.format,
        "crate_version": metadata.crate_version,
        "network": metadata.network,
        "training": metadata.training,
        "scenarios": metadata.encoder.scenarios(),
        "fields": fields(&metadata.encoder),
        "tensors": tensors,
    });
    // Writing to a string cannot fail.
    let mut text = String::new();
    let training = &metadata.training;
    let _ = writeln!(
        text,
        "{} model, format {}, written by mi-dpg {}, {} bytes",
        metadata.network.method.name(),
        metadata.format,
        printable(&metadata.crate_version),
        bytes.len()
    );
    let _ = writeln!(
        text,
        "trained on {} rows (base rate {:.4}) for {} epochs, kept epoch {}; validation AUC {}, LogLoss {}; seed {}, device {}",
        training.rows,
        training.base_rate,
        training.epochs,
        training.best_epoch,
        number(training.valid_auc),
        number(training.valid_logloss),
        training.seed,
        printable(&training.device),
    );
    let _ = writeln!(text, "data sha256 {}", printable(&training.data_sha256));
    tell_fields(&metadata.encoder, &mut text);
    let _ = writeln!(text, "tensors:");
    for (name, tensor) in &artifact.tensors {
        let _ = writeln!(text, "  {:40} {:?}", printable(name), tensor.shape);
    }
    Ok(Inspected { text, json })
}
