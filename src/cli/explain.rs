//! `midpg explain`.

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;

use super::args::BadRows;
use super::load::{self, Source};
use super::train::read_model;
use super::{files, heatmap};
use crate::data::SplitUse;
use crate::error::{Error, Result};
use crate::explain::{Explanation, explain};
use crate::train::device::{self, OpenDevice};

/// Show a model's weighting matrices per scenario, as JSON and SVG
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  midpg explain --model mi-dpg.safetensors --against dpg.safetensors --data log.csv --out explained"
)]
pub(super) struct Args {
    /// The model file (dpg or mi-dpg)
    #[arg(long)]
    model: PathBuf,
    /// A second model to put beside it
    #[arg(long, value_name = "MODEL")]
    against: Option<PathBuf>,
    /// Rows to look at
    #[arg(long)]
    data: PathBuf,
    /// A folder for explanation.json and weighting.svg; made if it is not there
    #[arg(long)]
    out: PathBuf,
    /// auto, cpu, ndarray or webgpu
    #[arg(long, default_value = "auto")]
    device: String,
    #[command(flatten)]
    bad_rows: BadRows,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let OpenDevice { device, .. } = pollster::block_on(device::open(&args.device))?;
    let on_bad_row = args.bad_rows.on_bad_row.into();
    let one = |path: &Path| -> Result<Explanation> {
        let model = read_model(path, &device)?;
        let source = Source::Encoder(model.encoder(), SplitUse::Whole);
        let data = load::dataset(&args.data, source, on_bad_row, model.summary().seed)?;
        let rows: Vec<u32> = (0..data.columns.rows as u32).collect();
        pollster::block_on(explain(&model, &data, &rows))
            .map_err(|error| error.in_file(path.display()))
    };
    let mut results = vec![("", one(&args.model)?)];
    if let Some(against) = &args.against {
        results.push(("against-", one(against)?));
    }
    // Rendered before the folder is made: a failure leaves nothing behind.
    let mut outputs = Vec::new();
    for (prefix, explanation) in &results {
        outputs.push((
            format!("{prefix}explanation.json"),
            files::json(explanation)?,
        ));
        outputs.push((
            format!("{prefix}weighting.svg"),
            heatmap::svg(explanation)?.into_bytes(),
        ));
    }
    std::fs::create_dir_all(&args.out).map_err(|error| Error::io(args.out.display(), &error))?;
    for (name, bytes) in outputs {
        files::write(&args.out.join(name), &bytes)?;
    }
    for (prefix, explanation) in &results {
        tell(prefix, explanation);
    }
    anstream::eprintln!("written to {}", args.out.display());
    Ok(())
}

fn tell(prefix: &str, explanation: &Explanation) {
    let which = if prefix.is_empty() {
        "model"
    } else {
        "against"
    };
    anstream::println!(
        "{which}: {} over {} rows of {} scenarios",
        explanation.method,
        explanation.rows,
        explanation.scenarios.len()
    );
    for (l, layer) in explanation.layers.iter().enumerate() {
        let ratio = if layer.within > 0.0 {
            format!("{:.4}", layer.between / layer.within)
        } else {
            "-".to_owned()
        };
        anstream::println!(
            "  layer {}: s {}×{} of S {}×{}, variance between scenarios {:.5}, within {:.5}, ratio {ratio}",
            l + 1,
            layer.shape.dr,
            layer.shape.dc,
            layer.shape.dm,
            layer.shape.dn,
            layer.between,
            layer.within,
        );
    }
}
