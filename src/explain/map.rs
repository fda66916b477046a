//! A map of points in two dimensions, by t-SNE.

use bhtsne::{Neighbor, tSNE};
use serde::Serialize;

use super::points::Points;
use super::silhouette::distance;
use crate::random::Stream;

/// Neighbours a point is laid out by; fewer where there are few points.
const PERPLEXITY: f32 = 30.0;
/// Accuracy of the Barnes–Hut approximation.
const THETA: f32 = 0.5;
const STEPS: usize = 1000;
/// Standard deviation of the places points start from.
const START: f32 = 1e-4;

/// A place for every point.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PointMap {
    /// Perplexity of t-SNE.
    pub perplexity: f32,
    /// x and y of every point. Distances between far groups and the sizes of groups mean nothing.
    pub places: Vec<[f32; 2]>,
}

/// Lays `points` out from a seeded start; `None` with fewer than four.
pub fn map(points: &Points, seed: u64) -> Option<PointMap> {
    let count = points.rows.len();
    if count < 4 {
        return None;
    }
    let perplexity = PERPLEXITY.min((count - 1) as f32 / 3.0);
    // Several threads would add the same numbers in another order each time.
    let places = match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
        Ok(one_thread) => one_thread.install(|| lay_out(points, perplexity, seed)),
        // Where there are no threads at all, there is one.
        Err(_) => lay_out(points, perplexity, seed),
    };
    Some(PointMap { perplexity, places })
}

fn lay_out(points: &Points, perplexity: f32, seed: u64) -> Vec<[f32; 2]> {
    let count = points.rows.len();
    let rows: Vec<&[f32]> = (0..count).map(|i| points.point(i)).collect();
    let start = Stream::new(seed, "map").normal(count * 2, START);
    let mut tsne: tSNE<'_, f32, &[f32], 2> = tSNE::new(&rows);
    tsne.perplexity(perplexity)
        .epochs(STEPS)
        .initial_embedding(start)
        .barnes_hut_with_neighbors(THETA, &neighbours(points, perplexity));
    tsne.embedding()
        .chunks_exact(2)
        .map(|place| [place[0], place[1]])
        .collect()
}

/// The nearest 3 · perplexity points of each, equally near ones in their order: a search tree with random
/// pivots would choose among these differently each time.
fn neighbours(points: &Points, perplexity: f32) -> Vec<Vec<Neighbor<f32>>> {
    let count = points.rows.len();
    let wanted = ((3.0 * perplexity) as usize).clamp(1, count - 1);
    (0..count)
        .map(|i| {
            let mut others: Vec<Neighbor<f32>> = (0..count)
                .filter(|&j| j != i)
                .map(|index| Neighbor {
                    index,
                    distance: distance(points.point(i), points.point(index)),
                })
                .collect();
            let order = |a: &Neighbor<f32>, b: &Neighbor<f32>| {
                a.distance
                    .total_cmp(&b.distance)
                    .then(a.index.cmp(&b.index))
            };
            others.select_nth_unstable_by(wanted - 1, order);
            others.truncate(wanted);
            // Else the memory of all pairs stays.
            others.shrink_to_fit();
            others.sort_by(order);
            others
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two scenarios far apart, each with points that coincide: S that depends on the scenario alone.
    fn points(each: usize) -> Points {
        let scenario: Vec<u32> = (0..2 * each as u32).map(|i| 2 + i % 2).collect();
        let values = scenario
            .iter()
            .flat_map(|&d| [d as f32, 0.5, 0.5])
            .collect();
        Points {
            rows: (0..scenario.len() as u32).collect(),
            scenario,
            size: 3,
            values,
        }
    }

    #[test]
    fn a_map_has_a_finite_place_for_every_point_and_parts_what_is_apart() {
        let points = points(20);
        let map = map(&points, 1).unwrap();
        assert_eq!(map.places.len(), 40);
        assert!(map.places.iter().flatten().all(|v| v.is_finite()));
        let on_map = Points {
            size: 2,
            values: map.places.concat(),
            ..points
        };
        let separation = on_map.separation();
        assert!(separation.silhouette.unwrap() > 0.0, "{separation:?}");
    }

    #[test]
    fn few_points_have_a_smaller_perplexity_or_no_map() {
        assert_eq!(map(&points(1), 1), None);
        assert_eq!(map(&points(2), 1).unwrap().perplexity, 1.0);
    }
}
