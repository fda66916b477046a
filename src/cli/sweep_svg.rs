//! A sweep as SVG: AUC against the size of the low-rank matrices, a line a series, the best points
//! marked (Figure 2 a, c, e of the paper).

use std::ops::Range;

use plotters::prelude::*;

use super::picture::{self, Drawn, colour};
use super::sweep::name;
use crate::compare::{Series, SweptPoint};
use crate::error::Result;

const SIZE: (u32, u32) = (900, 520);

/// The picture.
pub(super) fn svg(swept: &[SweptPoint]) -> Result<String> {
    picture::svg(|out| draw(swept, out))
}

fn draw(swept: &[SweptPoint], out: &mut String) -> Drawn {
    let root = SVGBackend::with_string(out, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let sized = |p: &&SweptPoint| p.point.matrix.is_some();
    let sizes: Vec<f64> = swept
        .iter()
        .filter(sized)
        .map(|p| p.point.size as f64)
        .collect();
    let x = widened(&sizes, 1.15, f64::ln, f64::exp);
    let aucs: Vec<f64> = swept.iter().filter_map(|p| Some(p.auc?.mean)).collect();
    let y = padded(&aucs);
    let mut chart = ChartBuilder::on(&root)
        .margin(16)
        .caption(
            "AUC against the size of the low-rank matrices",
            ("sans-serif", 17),
        )
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d(x.clone().log_scale(), y)?;
    chart
        .configure_mesh()
        .x_desc("entries of the low-rank factors, all layers")
        .y_desc("test AUC, mean over trials")
        .light_line_style(WHITE)
        .bold_line_style(BLACK.mix(0.1))
        .x_label_formatter(&|v| format!("{v:.0}"))
        .y_label_formatter(&|v| format!("{v:.4}"))
        .draw()?;
    let mut series: Vec<Series> = Vec::new();
    for p in swept {
        if !series.contains(&p.point.series) {
            series.push(p.point.series);
        }
    }
    for (i, &series) in series.iter().enumerate() {
        let ink = colour(i);
        let mut points: Vec<(f64, f64, bool)> = swept
            .iter()
            .filter(|p| p.point.series == series)
            .filter_map(|p| Some((p.point.size as f64, p.auc?.mean, p.best)))
            .collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let line: Vec<(f64, f64)> = match series {
            // Without a size: a level for the others to be held against.
            Series::Dpg(crate::model::Variant::Non) => points
                .iter()
                .flat_map(|p| [(x.start, p.1), (x.end, p.1)])
                .collect(),
            _ => points.iter().map(|p| (p.0, p.1)).collect(),
        };
        let thin = matches!(series, Series::Apg(_));
        chart
            .draw_series(LineSeries::new(
                line,
                ink.mix(if thin { 0.35 } else { 0.55 }).stroke_width(1),
            ))?
            .label(name(series))
            .legend(move |(x, y)| Rectangle::new([(x, y - 4), (x + 14, y + 4)], ink.filled()));
        if points.len() > 1 {
            chart.draw_series(
                points
                    .iter()
                    .map(|p| Circle::new((p.0, p.1), 3, ink.filled())),
            )?;
            let best = points.iter().filter(|p| p.2);
            chart.draw_series(best.map(|p| Cross::new((p.0, p.1), 7, ink.stroke_width(3))))?;
        }
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.2))
        .label_font(("sans-serif", 13))
        .draw()?;
    root.present()?;
    Ok(())
}

/// The values' range on a logarithmic scale, a factor wider at both ends.
fn widened(values: &[f64], factor: f64, log: fn(f64) -> f64, exp: fn(f64) -> f64) -> Range<f64> {
    let low = values
        .iter()
        .copied()
        .fold(f64::INFINITY, f64::min)
        .max(1.0);
    let high = values.iter().copied().fold(low, f64::max);
    exp(log(low) - log(factor))..exp(log(high) + log(factor))
}

/// The values' range, a tenth wider at both ends; never empty.
fn padded(values: &[f64]) -> Range<f64> {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !(low.is_finite() && high.is_finite()) {
        return 0.0..1.0;
    }
    let pad = ((high - low) * 0.1).max(1e-4);
    low - pad..high + pad
}
