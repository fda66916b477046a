//! How alike scenarios are, as SVG: for each model the correlation of the mean s after the mean over
//! scenarios is taken off, and the raw cosine beside it.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::explain::Explained;
use super::picture::{self, Drawn, diverging};
use crate::error::Result;

const CELL: i32 = 34;
const NAMES: i32 = 170;
const GAP: i32 = 24;
const TOP: i32 = 64;

type Matrix = [Vec<Option<f64>>];

/// The picture of one or two models.
pub(super) fn svg(results: &[Explained]) -> Result<String> {
    picture::svg(|out| draw(results, out))
}

fn draw(results: &[Explained], out: &mut String) -> Drawn {
    let chosen = |result: &Explained| picture::drawn(&result.explanation.scenarios);
    let count = results.iter().map(|r| chosen(r).0.len()).max();
    let count = count.unwrap_or(0) as i32;
    let panel = NAMES + count * CELL;
    let width = 2 * (panel + GAP) + GAP;
    let row = TOP + count * CELL + GAP;
    let height = results.len() as i32 * row + GAP;
    let root = SVGBackend::with_string(out, (width as u32, height as u32)).into_drawing_area();
    root.fill(&WHITE)?;
    for (r, result) in results.iter().enumerate() {
        let top = r as i32 * row;
        let explanation = &result.explanation;
        let (places, note) = chosen(result);
        for (p, (what, values)) in [
            (
                "correlation of deviations from the mean",
                &explanation.similarity,
            ),
            ("raw cosine", &explanation.cosine),
        ]
        .into_iter()
        .enumerate()
        {
            let left = GAP + p as i32 * (panel + GAP);
            let title = format!("{}: {what}{note}", explanation.method);
            root.draw(&Text::new(title, (left, top + 14), ("sans-serif", 14)))?;
            let names = places
                .iter()
                .map(|&place| explanation.scenarios[place].name.as_str());
            let names: Vec<&str> = names.collect();
            matrix(&root, (left, top + TOP), (&names, &places), values)?;
        }
    }
    root.present()?;
    Ok(())
}

fn matrix(
    root: &DrawingArea<SVGBackend<'_>, Shift>,
    (left, top): (i32, i32),
    (names, places): (&[&str], &[usize]),
    values: &Matrix,
) -> Drawn {
    for (i, name) in names.iter().enumerate() {
        let y = top + i as i32 * CELL;
        let short = picture::short(name, 24);
        root.draw(&Text::new(
            format!("{} {short}", i + 1),
            (left, y + CELL / 2 - 6),
            ("sans-serif", 12),
        ))?;
        let x = left + NAMES + i as i32 * CELL;
        root.draw(&Text::new(
            (i + 1).to_string(),
            (x + CELL / 2 - 5, top - 18),
            ("sans-serif", 12),
        ))?;
        for (j, &other) in places.iter().enumerate() {
            let value = &values[places[i]][other];
            let x = left + NAMES + j as i32 * CELL;
            let corners = [(x, y), (x + CELL, y + CELL)];
            let (fill, text) = match value {
                Some(value) => (diverging(*value as f32, 1.0), format!("{value:.2}")),
                None => (RGBColor(235, 235, 235), "–".to_owned()),
            };
            root.draw(&Rectangle::new(corners, fill.filled()))?;
            let dark = value.is_some_and(|v| v.abs() > 0.6);
            let ink = if dark { WHITE } else { BLACK };
            root.draw(&Text::new(
                text,
                (x + 4, y + CELL / 2 - 5),
                ("sans-serif", 10).into_font().color(&ink),
            ))?;
        }
    }
    Ok(())
}
