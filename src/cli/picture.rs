//! What pictures share: colours, and how a drawing becomes an SVG.

use plotters::coord::Shift;
use plotters::prelude::{Circle, DrawResult, DrawingArea, DrawingBackend, Polygon, Rectangle};
use plotters::style::{Color, RGBColor};

use crate::error::{Error, ErrorKind, Result, printable};
use crate::explain::ScenarioRows;

/// What drawing gives.
pub(super) type Drawn = std::result::Result<(), Box<dyn std::error::Error>>;

/// The SVG that `draw` writes.
pub(super) fn svg(draw: impl FnOnce(&mut String) -> Drawn) -> Result<String> {
    let mut out = String::new();
    draw(&mut out).map_err(|error| Error::new(ErrorKind::Io, format!("cannot draw: {error}")))?;
    Ok(out)
}

/// The most scenarios that a picture has a column for.
const MOST_SCENARIOS: usize = 40;

/// The places of the scenarios that are drawn, in their order: all, or those with the most rows where they are many; and
/// what a title says of it.
pub(super) fn drawn(scenarios: &[ScenarioRows]) -> (Vec<usize>, String) {
    let mut places: Vec<usize> = (0..scenarios.len()).collect();
    if places.len() <= MOST_SCENARIOS {
        return (places, String::new());
    }
    places.sort_by_key(|&place| std::cmp::Reverse(scenarios[place].rows));
    places.truncate(MOST_SCENARIOS);
    places.sort_unstable();
    let note = format!(
        " (the {MOST_SCENARIOS} scenarios of {} with the most rows)",
        scenarios.len()
    );
    (places, note)
}

/// The first `most` characters of a name.
pub(super) fn short(name: &str, most: usize) -> String {
    printable(name).chars().take(most).collect()
}

/// Colours that people with any colour vision tell apart (Okabe and Ito's eight, then darker ones).
const COLOURS: [(u8, u8, u8); 16] = [
    (0, 114, 178),
    (230, 159, 0),
    (0, 158, 115),
    (204, 121, 167),
    (86, 180, 233),
    (213, 94, 0),
    (120, 120, 120),
    (200, 185, 40),
    (0, 60, 100),
    (130, 80, 0),
    (0, 90, 60),
    (120, 50, 90),
    (40, 90, 130),
    (120, 40, 0),
    (60, 60, 60),
    (110, 100, 0),
];

/// The colour of scenario or series `i`.
pub(super) fn colour(i: usize) -> RGBColor {
    let (r, g, b) = COLOURS[i % COLOURS.len()];
    RGBColor(r, g, b)
}

/// Draws the mark of scenario `i`: where there are more of them than colours, shapes part those of one colour.
pub(super) fn mark<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    (x, y): (i32, i32),
    size: i32,
    i: usize,
    opacity: f64,
) -> DrawResult<(), B> {
    let style = colour(i).mix(opacity).filled();
    match i / COLOURS.len() % 4 {
        0 => area.draw(&Circle::new((x, y), size, style)),
        1 => area.draw(&Rectangle::new(
            [(x - size, y - size), (x + size, y + size)],
            style,
        )),
        2 => {
            let corners = [(x, y - size), (x + size, y + size), (x - size, y + size)];
            area.draw(&Polygon::new(corners, style))
        }
        _ => {
            let far = size + 1;
            let corners = [(x, y - far), (x + far, y), (x, y + far), (x - far, y)];
            area.draw(&Polygon::new(corners, style))
        }
    }
}

/// Blue below, white at, orange above zero: told apart by people with any colour vision.
pub(super) fn diverging(value: f32, range: f32) -> RGBColor {
    let t = if range > 0.0 {
        (value / range).clamp(-1.0, 1.0)
    } else {
        0.0
    };
    let end = if t < 0.0 {
        [33.0, 102.0, 172.0]
    } else {
        [217.0, 95.0, 2.0]
    };
    let [r, g, b] = end.map(|end: f32| (248.0 + (end - 248.0) * t.abs()) as u8);
    RGBColor(r, g, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mark of a scenario as SVG, at one place.
    fn marked(i: usize) -> String {
        svg(|out| {
            let area = plotters::prelude::SVGBackend::with_string(out, (20, 20));
            let area = plotters::prelude::IntoDrawingArea::into_drawing_area(area);
            mark(&area, (10, 10), 3, i, 1.0)?;
            area.present()?;
            Ok(())
        })
        .unwrap()
    }

    #[test]
    fn sixty_four_scenarios_have_marks_of_their_own() {
        let marks: std::collections::BTreeSet<String> = (0..64).map(marked).collect();
        assert_eq!(marks.len(), 64);
    }

    #[test]
    fn of_many_scenarios_those_with_the_most_rows_are_drawn() {
        let scenario = |rows: u64| ScenarioRows {
            name: format!("a\u{1b}[1m {rows}"),
            rows,
        };
        let few: Vec<ScenarioRows> = (0..40).map(scenario).collect();
        assert_eq!(drawn(&few), ((0..40).collect(), String::new()));
        let many: Vec<ScenarioRows> = (0..100).map(scenario).collect();
        let (places, note) = drawn(&many);
        assert_eq!(places, (60..100).collect::<Vec<_>>());
        assert!(note.contains("40 scenarios of 100"), "{note}");
        assert_eq!(short(&many[7].name, 3), "a\u{fffd}[");
    }
}
