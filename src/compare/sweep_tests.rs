//! The points of a sweep.

use super::*;

fn sweep(grid: Grid) -> Sweep {
    let base = TrainOptions::default();
    Sweep::new(grid, 2, &base, &InputLayout::of_widths(160, 16, 10))
}

#[test]
fn a_grid_has_non_once_and_every_size_of_the_others() {
    assert_eq!(sweep(Grid::Paper).points.len(), 1 + 3 * 3 * 16 + 2 * 12);
    let sweep = sweep(Grid::Diagonal);
    assert_eq!(sweep.points.len(), 1 + 3 * 12 + 2 * 12);
    let r = sweep
        .points
        .iter()
        .find(|p| p.series == Series::Dpg(Variant::R) && p.matrix == Some([1, 8, 8]))
        .unwrap();
    assert_eq!(r.parameters, 35_337);
    assert_eq!(r.size, (16 + 20) + (8 + 16) + (4 + 8));
    assert_eq!(sweep.trials().len(), 2 * sweep.points.len());
    for point in &sweep.points {
        point.options.validate().unwrap();
    }
}

#[test]
fn aligned_means_as_many_parameters_or_as_many_generated_values() {
    let sweep = sweep(Grid::Diagonal);
    for matrix in [[1, 8, 8], [4, 2, 2]] {
        let find = |series| {
            sweep
                .points
                .iter()
                .find(|p| p.series == series && p.matrix == Some(matrix))
                .unwrap()
        };
        let dpg = find(Series::Dpg(Variant::R));
        let total = find(Series::Apg(Alignment::Total));
        let off = total.parameters.abs_diff(dpg.parameters) as f64 / dpg.parameters as f64;
        assert!(off < 0.05, "{matrix:?}: {off}");
    }
    let generated = sweep
        .points
        .iter()
        .find(|p| p.series == Series::Apg(Alignment::Generated) && p.matrix == Some([1, 8, 8]))
        .unwrap();
    // d_r d_k = 16, 8, 4.
    assert_eq!(generated.size, 16 + 9 + 4);
}

#[test]
fn the_best_of_each_series_is_marked() {
    let sweep = sweep(Grid::Diagonal);
    let outcomes: Vec<Outcome> = (0..sweep.trials().len())
        .map(|i| Outcome {
            key: String::new(),
            best_epoch: 1,
            epochs: 1,
            valid_auc: None,
            valid_logloss: None,
            seconds: 1.0,
            report: Some(crate::metrics::Report {
                auc: Some(0.5 + i as f64 * 1e-4),
                ..Default::default()
            }),
        })
        .collect();
    let swept = sweep.swept(&outcomes);
    let best: Vec<usize> = (0..swept.len()).filter(|&i| swept[i].best).collect();
    assert_eq!(best, [0, 12, 24, 36, 48, 60]);
}
