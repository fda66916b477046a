//! `midpg export`.

use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, ValueEnum};

use super::files;
use super::say::note;
use crate::artifact::Artifact;
use crate::error::Result;
use crate::export::onnx;
use crate::schema::InputKind;

/// Write a model in another program's format
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  midpg export --model model.safetensors --format onnx --out model.onnx"
)]
pub(super) struct Args {
    /// The model file
    #[arg(long)]
    model: PathBuf,
    /// The format
    #[arg(long)]
    format: Format,
    /// Where the exported model goes
    #[arg(long)]
    out: PathBuf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// ids and dense values in, probability out; schema and vocabularies in the metadata
    Onnx,
}

pub(super) fn run(args: &Args) -> Result<()> {
    files::apart(&[("--out", &args.out)], &[("--model", &args.model)])?;
    let bytes = files::read(&args.model)?;
    let artifact =
        Artifact::from_bytes(&bytes).map_err(|error| error.in_file(args.model.display()))?;
    let Format::Onnx = args.format;
    let fields = artifact.metadata.encoder.fields().to_vec();
    let onnx = onnx::export(artifact)?;
    files::write(&args.out, &onnx)?;
    if args.out == Path::new("-") {
        return Ok(());
    }
    let names = |kind| {
        let of_kind = fields.iter().filter(|f| f.kind() == kind);
        of_kind.map(|f| f.name().to_owned()).collect::<Vec<_>>()
    };
    note!("{} bytes, opset {}", onnx.len(), onnx::OPSET);
    let ids = fields.iter().filter(|f| f.kind() == InputKind::Id);
    let ids: Vec<String> = ids
        .map(|f| format!("{} < {}", f.name(), f.size()))
        .collect();
    note!("ids    int32 [rows, {}]: {}", ids.len(), ids.join(", "));
    let dense = names(InputKind::Dense);
    if !dense.is_empty() {
        note!("dense  float [rows, {}]: {}", dense.len(), dense.join(", "));
    }
    for bag in names(InputKind::Bag) {
        note!("bag.{bag}  int32 [rows, any]: -1 behind the last id");
    }
    Ok(())
}
