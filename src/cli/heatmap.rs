//! Weighting matrices as one SVG: a row of heatmaps per layer, one per scenario, each the mean s minus
//! its mean over scenarios, on one symmetric scale per layer.

use plotters::prelude::*;

use super::picture::{self, Drawn, diverging};
use crate::error::Result;
use crate::explain::{Explanation, LayerExplanation};

const CELL: i32 = 150;
const GAP: i32 = 18;
const LABEL: i32 = 96;
const TOP: i32 = 56;

/// The picture of `explanation`.
pub(super) fn svg(explanation: &Explanation) -> Result<String> {
    picture::svg(|out| draw(explanation, out))
}

fn draw(explanation: &Explanation, out: &mut String) -> Drawn {
    let (places, note) = picture::drawn(&explanation.scenarios);
    let columns = places.len() as i32;
    let rows = explanation.layers.len() as i32;
    let size = (
        LABEL + columns * (CELL + GAP),
        TOP + rows * (CELL + GAP) + GAP,
    );
    let root = SVGBackend::with_string(out, (size.0 as u32, size.1 as u32)).into_drawing_area();
    root.fill(&WHITE)?;
    let title = format!(
        "{}: mean weighting matrix of each scenario minus the mean over scenarios{note}",
        explanation.method
    );
    root.draw(&Text::new(title, (8, 8), ("sans-serif", 15)))?;
    for (column, &place) in places.iter().enumerate() {
        let name = picture::short(&explanation.scenarios[place].name, 22);
        root.draw(&Text::new(
            name,
            (LABEL + column as i32 * (CELL + GAP), TOP - 18),
            ("sans-serif", 12),
        ))?;
    }
    for (l, layer) in explanation.layers.iter().enumerate() {
        let top = TOP + l as i32 * (CELL + GAP);
        let deviations = deviations(layer);
        let range = deviations
            .iter()
            .flatten()
            .fold(0.0_f32, |max, v| max.max(v.abs()));
        let labels = [
            format!("layer {}", l + 1),
            format!("{}×{}", layer.shape.dm, layer.shape.dn),
            format!("±{range:.4}"),
        ];
        for (line, label) in labels.into_iter().enumerate() {
            root.draw(&Text::new(
                label,
                (8, top + 4 + 16 * line as i32),
                ("sans-serif", 12),
            ))?;
        }
        for (column, &place) in places.iter().enumerate() {
            let left = LABEL + column as i32 * (CELL + GAP);
            matrix(&root, (left, top), layer, &deviations[place], range)?;
        }
    }
    root.present()?;
    Ok(())
}

fn deviations(layer: &LayerExplanation) -> Vec<Vec<f32>> {
    let count = layer.mean.len().max(1) as f32;
    let mean: Vec<f32> = (0..layer.shape.len())
        .map(|i| layer.mean.iter().map(|m| m[i]).sum::<f32>() / count)
        .collect();
    layer
        .mean
        .iter()
        .map(|m| m.iter().zip(&mean).map(|(v, m)| v - m).collect())
        .collect()
}

fn matrix(
    root: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
    (left, top): (i32, i32),
    layer: &LayerExplanation,
    values: &[f32],
    range: f32,
) -> Drawn {
    let (dr, dc) = (layer.shape.dr as i32, layer.shape.dc as i32);
    // Above the picture's own resolution several entries share a square: `non` has thousands.
    let (rows, cols) = (dr.min(CELL), dc.min(CELL));
    for r in 0..rows {
        for c in 0..cols {
            let value = values[((r * dr / rows) * dc + c * dc / cols) as usize];
            let corners = [
                (left + c * CELL / cols, top + r * CELL / rows),
                (left + (c + 1) * CELL / cols, top + (r + 1) * CELL / rows),
            ];
            root.draw(&Rectangle::new(corners, diverging(value, range).filled()))?;
        }
    }
    root.draw(&Rectangle::new(
        [(left, top), (left + CELL, top + CELL)],
        BLACK.mix(0.4),
    ))?;
    Ok(())
}
