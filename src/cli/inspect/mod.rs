//! `midpg inspect`: what a file is, what is in it, and what to do with it.

mod cache;
#[cfg(feature = "train")]
mod checkpoint;
mod journal;
mod model;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use super::{files, input};
use crate::data::Encoder;
use crate::error::{Result, printable};
use crate::schema::Role;

/// Show what is in a file of midpg
///
/// A model; the checkpoint of a training run; a cache of encoded rows; the journal of a comparison or a sweep, or the folder
/// that it lies in.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  midpg inspect model.safetensors")]
pub(super) struct Args {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print JSON, whose `kind` is model, checkpoint, cache or journal
    #[arg(long)]
    json: bool,
}

/// A file in the two forms.
struct Inspected {
    text: String,
    json: Value,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let inspected = inspect(&args.file)?;
    if args.json {
        return files::write(Path::new("-"), &files::json(&inspected.json)?);
    }
    files::print(&inspected.text)
}

fn inspect(path: &Path) -> Result<Inspected> {
    if journal::is(path) {
        return journal::inspect(path);
    }
    if input::is_cache(path)? {
        return cache::inspect(path);
    }
    let bytes = files::read(path)?;
    #[cfg(feature = "train")]
    if let Some(inspected) = checkpoint::inspect(path, &bytes)? {
        return Ok(inspected);
    }
    model::inspect(path, &bytes)
}

/// The fields and the scenarios of an encoder.
fn tell_fields(encoder: &Encoder, text: &mut String) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "fields:");
    for field in encoder.fields() {
        let role = match field.role() {
            Role::Scenario => "scenario-aware",
            _ => "",
        };
        let _ = writeln!(
            text,
            "  {:28} {:9} {:>9}  {role}",
            printable(field.name()),
            format!("{:?}", field.kind()).to_lowercase(),
            field.size()
        );
    }
    let _ = writeln!(
        text,
        "scenarios: {}",
        printable(&encoder.scenarios().join(", "))
    );
}

fn fields(encoder: &Encoder) -> Vec<Value> {
    encoder
        .fields()
        .iter()
        .map(|f| json!({"name": f.name(), "column": f.column(), "role": f.role(), "kind": format!("{:?}", f.kind()).to_lowercase(), "size": f.size()}))
        .collect()
}

/// A metric, where there is one.
fn number(value: Option<f64>) -> String {
    value.map_or("-".to_owned(), |value| format!("{value:.4}"))
}
