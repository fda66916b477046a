//! The map of points as SVG: one panel a model, one colour, and beyond sixteen a shape, a scenario (Figure 2 b of the paper).

use std::collections::HashMap;

use plotters::prelude::*;

use super::explain::Explained;
use super::picture::{self, Drawn};
use crate::error::Result;
use crate::explain::ScenarioRows;

const PANEL: i32 = 460;
const GAP: i32 = 20;
const TOP: i32 = 52;
const LEGEND: i32 = 20;
const MARGIN: i32 = 14;

/// The picture of one or two models.
pub(super) fn svg(results: &[Explained]) -> Result<String> {
    picture::svg(|out| draw(results, out))
}

fn draw(results: &[Explained], out: &mut String) -> Drawn {
    let (names, marks) = marks(
        results
            .iter()
            .map(|result| &result.explanation.scenarios[..]),
    );
    let per_line = (results.len() * 2).max(2);
    let lines = names.len().div_ceil(per_line) as i32;
    let width = results.len() as i32 * (PANEL + GAP) + GAP;
    let height = TOP + PANEL + GAP + lines * LEGEND + GAP;
    let root = SVGBackend::with_string(out, (width as u32, height as u32)).into_drawing_area();
    root.fill(&WHITE)?;
    let title = "t-SNE of the impressions' weighting matrices, coloured by scenario";
    root.draw(&Text::new(title, (GAP, 8), ("sans-serif", 15)))?;
    for (p, (result, marks)) in results.iter().zip(&marks).enumerate() {
        let left = GAP + p as i32 * (PANEL + GAP);
        let silhouette = result.separation.silhouette.map_or(String::new(), |s| {
            format!(", silhouette in the space of s {s:.3}")
        });
        let label = format!("{}{silhouette}", result.explanation.method);
        root.draw(&Text::new(label, (left, TOP - 20), ("sans-serif", 13)))?;
        let frame = [(left, TOP), (left + PANEL, TOP + PANEL)];
        root.draw(&Rectangle::new(frame, BLACK.mix(0.25)))?;
        let Some(mapped) = &result.map else {
            let text = "too few points for a map";
            root.draw(&Text::new(text, (left + 20, TOP + 20), ("sans-serif", 13)))?;
            continue;
        };
        let places = &mapped.map.places;
        let (low, high) = range(places);
        let inner = f64::from(PANEL - 2 * MARGIN);
        for (place, &scenario) in places.iter().zip(&mapped.scenario) {
            let at = |axis: usize| {
                let t = f64::from(place[axis] - low[axis]) / f64::from(high[axis] - low[axis]);
                MARGIN + (t * inner).round() as i32
            };
            let centre = (left + at(0), TOP + PANEL - at(1));
            picture::mark(&root, centre, 3, marks[scenario], 0.75)?;
        }
    }
    let column = (width - 2 * GAP) / per_line as i32;
    for (i, name) in names.iter().enumerate() {
        let x = GAP + (i % per_line) as i32 * column;
        let y = TOP + PANEL + GAP + (i / per_line) as i32 * LEGEND;
        picture::mark(&root, (x + 5, y + 6), 5, i, 1.0)?;
        let name = picture::short(name, 30);
        root.draw(&Text::new(name, (x + 16, y), ("sans-serif", 12)))?;
    }
    root.present()?;
    Ok(())
}

/// The names of all scenarios, each once, and for every panel the place of each of its scenarios among them: two models may
/// know other scenarios, or the same in another order.
fn marks<'a>(panels: impl Iterator<Item = &'a [ScenarioRows]>) -> (Vec<&'a str>, Vec<Vec<usize>>) {
    let (mut names, mut known) = (Vec::new(), HashMap::new());
    let mut mark = |scenario: &'a ScenarioRows| {
        *known.entry(scenario.name.as_str()).or_insert_with(|| {
            names.push(scenario.name.as_str());
            names.len() - 1
        })
    };
    let marks = panels
        .map(|scenarios| scenarios.iter().map(&mut mark).collect())
        .collect();
    (names, marks)
}

/// The smallest and the largest coordinates; never the same.
fn range(places: &[[f32; 2]]) -> ([f32; 2], [f32; 2]) {
    let mut low = [f32::INFINITY; 2];
    let mut high = [f32::NEG_INFINITY; 2];
    for place in places {
        for axis in 0..2 {
            low[axis] = low[axis].min(place[axis]);
            high[axis] = high[axis].max(place[axis]);
        }
    }
    for axis in 0..2 {
        if high[axis] <= low[axis] {
            high[axis] = low[axis] + 1.0;
        }
    }
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_has_one_mark_in_both_panels() {
        let scenarios = |names: &[&str]| -> Vec<ScenarioRows> {
            let of = |name: &&str| ScenarioRows {
                name: (*name).to_owned(),
                rows: 1,
            };
            names.iter().map(of).collect()
        };
        let (one, other) = (
            scenarios(&["search", "feed"]),
            scenarios(&["feed", "cart", "search"]),
        );
        let (names, marks) = marks([&one[..], &other[..]].into_iter());
        assert_eq!(names, ["search", "feed", "cart"]);
        assert_eq!(marks, [vec![0, 1], vec![1, 2, 0]]);
    }
}
