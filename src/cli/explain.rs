//! `midpg explain`.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use clap::Args as ClapArgs;
use serde::Serialize;

use super::args::BadRows;
use super::part::PartFlag;
use super::say::note;
use super::train::read_model;
use super::{files, heatmap, map_svg, similarity_svg};
use crate::data::LabelUse;
use crate::error::{Error, ErrorKind, Result};
use crate::explain::{Explanation, PointMap, PointOptions, Points, Separation, explain, map};
use crate::train::device::{self, OpenDevice};

/// Show a model's weighting matrices per scenario, as JSON and SVG
///
/// Writes explanation.json (mean matrices, similarity of scenarios, separation, the map's points), weighting.svg,
/// similarity.svg and map.svg. With --against, a second model stands beside the first, with against-explanation.json and
/// against-weighting.svg; without, those of a run before go. Scenarios are as similar as what they add to the mean matrix
/// over scenarios is correlated; the cosine of the matrices themselves, which is near 1 everywhere, is in the JSON.
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
    #[command(flatten)]
    part: PartFlag,
    /// A folder for the results; made if it is not there
    #[arg(long)]
    out: PathBuf,
    /// Most points of a scenario on the map and in the silhouette; 5,000 of all
    #[arg(long, value_name = "N", default_value_t = PointOptions::default().per_scenario)]
    points: usize,
    /// Take the points from one layer's s, from 1 [default: all layers side by side]
    #[arg(long)]
    layer: Option<usize>,
    /// Seed of the choice of points and of the map
    #[arg(long, default_value_t = PointOptions::default().seed)]
    seed: u64,
    /// auto, cpu, ndarray or webgpu
    #[arg(long, default_value = "auto")]
    device: String,
    #[command(flatten)]
    bad_rows: BadRows,
}

/// The files of the model, and of the one beside it.
const ONE: [&str; 2] = ["explanation.json", "weighting.svg"];
const AGAINST: [&str; 2] = ["against-explanation.json", "against-weighting.svg"];

/// One model's part of the result.
#[derive(Serialize)]
pub(super) struct Explained {
    #[serde(flatten)]
    pub(super) explanation: Explanation,
    /// In the space of s, over the points.
    pub(super) separation: Separation,
    /// The points, where there are enough for a map.
    pub(super) map: Option<Mapped>,
}

/// Points with what they are.
#[derive(Serialize)]
pub(super) struct Mapped {
    /// Positions among all rows that were read.
    pub(super) rows: Vec<u32>,
    /// Places in the list of scenarios.
    pub(super) scenario: Vec<usize>,
    #[serde(flatten)]
    pub(super) map: PointMap,
}

pub(super) fn run(args: &Args) -> Result<()> {
    if args.points < 2 {
        return Err(
            Error::new(ErrorKind::Config, "a silhouette needs points of a scenario")
                .hint("ask for at least 2: --points 300"),
        );
    }
    let OpenDevice { device, .. } = pollster::block_on(device::open(&args.device))?;
    let mut results = vec![one(args, &args.model, &device)?];
    if let Some(against) = &args.against {
        results.push(one(args, against, &device)?);
    }
    // Rendered before the folder is made: a failure leaves nothing behind.
    let mut outputs = vec![
        ("map.svg".to_owned(), map_svg::svg(&results)?.into_bytes()),
        (
            "similarity.svg".to_owned(),
            similarity_svg::svg(&results)?.into_bytes(),
        ),
    ];
    for (names, result) in [ONE, AGAINST].into_iter().zip(&results) {
        let [explanation, weighting] = names;
        outputs.push((explanation.to_owned(), files::json(result)?));
        outputs.push((
            weighting.to_owned(),
            heatmap::svg(&result.explanation)?.into_bytes(),
        ));
    }
    std::fs::create_dir_all(&args.out).map_err(|error| Error::io(args.out.display(), &error))?;
    if args.against.is_none() {
        // Of a run before this one: beside this one's files they would be taken for its.
        for name in AGAINST {
            files::remove(&args.out.join(name))?;
        }
    }
    for (name, bytes) in outputs {
        files::write(&args.out.join(name), &bytes)?;
    }
    note!("written to {}", args.out.display());
    let told = ["model", "against"].into_iter().zip(&results);
    files::print(
        &told
            .map(|(which, result)| tell(which, result))
            .collect::<String>(),
    )
}

fn one(args: &Args, path: &Path, device: &Device) -> Result<Explained> {
    let layer = match args.layer {
        Some(0) => {
            return Err(Error::new(ErrorKind::Config, "layers count from 1").hint("change --layer"));
        }
        layer => layer.map(|layer| layer - 1),
    };
    let model = read_model(path, device)?;
    let (data, rows) = args
        .part
        .load(&model, &args.data, LabelUse::Optional, &args.bad_rows)?;
    if rows.is_empty() {
        return Err(Error::new(ErrorKind::Data, "has no rows of this part")
            .in_file(args.data.display())
            .hint("choose another with --part"));
    }
    let options = PointOptions {
        per_scenario: args.points,
        layer,
        seed: args.seed,
    };
    let work = async {
        let explanation = explain(&model, &data, &rows).await?;
        let points = Points::of(&model, &data, &rows, options).await?;
        Ok((explanation, points))
    };
    let (explanation, points) =
        pollster::block_on(work).map_err(|error: Error| error.in_file(path.display()))?;
    // The list has the scenarios that have rows, of which some may have no points.
    let of_row = |&row: &u32| data.columns.scenario[row as usize];
    let listed: BTreeSet<u32> = rows.iter().map(of_row).collect();
    let listed: Vec<u32> = listed.into_iter().collect();
    let place = |id: &u32| listed.partition_point(|other| other < id);
    let scenario = points.scenario.iter().map(place).collect();
    let map = map(&points, args.seed).map(|map| Mapped {
        rows: points.rows.clone(),
        scenario,
        map,
    });
    Ok(Explained {
        explanation,
        separation: points.separation(),
        map,
    })
}

fn tell(which: &str, explained: &Explained) -> String {
    let Explained {
        explanation,
        separation,
        ..
    } = explained;
    let number = |value: Option<f64>| value.map_or("-".to_owned(), |v| format!("{v:.4}"));
    // Writing to a string cannot fail.
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{which}: {} over {} rows of {} scenarios",
        explanation.method,
        explanation.rows,
        explanation.scenarios.len()
    );
    for (l, layer) in explanation.layers.iter().enumerate() {
        let ratio = (layer.within > 0.0).then(|| layer.between / layer.within);
        let _ = writeln!(
            text,
            "  layer {}: s {}×{} of S {}×{}, variance between scenarios {:.5}, within {:.5}, ratio {}",
            l + 1,
            layer.shape.dr,
            layer.shape.dc,
            layer.shape.dm,
            layer.shape.dn,
            layer.between,
            layer.within,
            number(ratio),
        );
    }
    let _ = writeln!(
        text,
        "  points: silhouette {}, variance between scenarios {:.5}, within {:.5}, ratio {}",
        number(separation.silhouette),
        separation.between,
        separation.within,
        number(separation.ratio),
    );
    text
}
