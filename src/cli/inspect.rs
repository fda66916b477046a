//! `midpg inspect`.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args as ClapArgs;
use serde_json::json;

use super::files;
use crate::artifact::Artifact;
use crate::error::{Result, printable};

/// Show what is in a model file
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  midpg inspect model.safetensors")]
pub(super) struct Args {
    /// The model file
    model: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let bytes = files::read(&args.model)?;
    let artifact =
        Artifact::from_bytes(&bytes).map_err(|error| error.in_file(args.model.display()))?;
    let metadata = &artifact.metadata;
    let fields = metadata.encoder.fields();
    if args.json {
        let fields: Vec<_> = fields
            .iter()
            .map(|f| json!({"name": f.name(), "column": f.column(), "role": f.role(), "kind": format!("{:?}", f.kind()).to_lowercase(), "size": f.size()}))
            .collect();
        let tensors: serde_json::Map<_, _> = artifact
            .tensors
            .iter()
            .map(|(name, t)| (name.clone(), json!(t.shape)))
            .collect();
        let value = json!({
            "format": metadata.format,
            "crate_version": metadata.crate_version,
            "network": metadata.network,
            "training": metadata.training,
            "scenarios": metadata.encoder.scenarios(),
            "fields": fields,
            "tensors": tensors,
        });
        return files::write(std::path::Path::new("-"), &files::json(&value)?);
    }
    // Writing to a string cannot fail.
    let mut text = String::new();
    let training = &metadata.training;
    let number = |value: Option<f64>| value.map_or("-".to_owned(), |v| format!("{v:.4}"));
    let _ = writeln!(
        text,
        "{} model, format {}, written by mi-dpg {}, {} bytes",
        metadata.network.method.name(),
        metadata.format,
        metadata.crate_version,
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
        training.device,
    );
    let _ = writeln!(text, "data sha256 {}", training.data_sha256);
    let _ = writeln!(text, "fields:");
    for field in fields {
        let role = if field.role() == crate::schema::Role::Scenario {
            "scenario-aware"
        } else {
            ""
        };
        let _ = writeln!(
            text,
            "  {:28} {:9} {:>9}  {role}",
            field.name(),
            format!("{:?}", field.kind()).to_lowercase(),
            field.size()
        );
    }
    let _ = writeln!(
        text,
        "scenarios: {}",
        printable(&metadata.encoder.scenarios().join(", "))
    );
    let _ = writeln!(text, "tensors:");
    for (name, tensor) in &artifact.tensors {
        let _ = writeln!(text, "  {name:40} {:?}", tensor.shape);
    }
    files::print(&text)
}
