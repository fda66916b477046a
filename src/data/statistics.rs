//! What is learnt of numbers: quantile edges, mean and standard deviation.

use super::vocabulary::Vocabulary;

/// The edges of at most `buckets` buckets with about as many of `numbers` each; sorts `numbers`.
pub(super) fn quantile_edges(numbers: &mut [f32], buckets: u32) -> Vocabulary {
    numbers.sort_unstable_by(f32::total_cmp);
    let mut edges: Vec<f32> = Vec::new();
    for bucket in 1..u64::from(buckets) {
        let index = bucket * numbers.len() as u64 / u64::from(buckets);
        let (Some(&edge), Some(&lowest)) = (numbers.get(index as usize), numbers.first()) else {
            break;
        };
        // Below the lowest number there is nothing to hold, and equal edges hold nothing between them.
        if edge > edges.last().copied().unwrap_or(lowest) {
            edges.push(edge);
        }
    }
    Vocabulary::Buckets(edges)
}

/// Mean and (population) standard deviation; 1 where all numbers are equal.
pub(super) fn standard(numbers: &[f32]) -> Vocabulary {
    let count = numbers.len().max(1) as f64;
    let mean = numbers.iter().map(|&x| f64::from(x)).sum::<f64>() / count;
    let square = |x: &f32| (f64::from(*x) - mean).powi(2);
    let std = (numbers.iter().map(square).sum::<f64>() / count).sqrt() as f32;
    Vocabulary::Standard {
        mean: mean as f32,
        std: if std.is_finite() && std > 0.0 {
            std
        } else {
            1.0
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(numbers: &[f32], buckets: u32) -> Vec<f32> {
        match quantile_edges(&mut numbers.to_vec(), buckets) {
            Vocabulary::Buckets(edges) => edges,
            _ => unreachable!(),
        }
    }

    #[test]
    fn quantiles_halve_and_quarter() {
        assert_eq!(edges(&[4.0, 1.0, 3.0, 2.0], 2), [3.0]);
        assert_eq!(edges(&[4.0, 1.0, 3.0, 2.0], 4), [2.0, 3.0, 4.0]);
    }

    #[test]
    fn ties_share_a_bucket() {
        assert_eq!(edges(&[1.0; 8], 4), [] as [f32; 0]);
        assert_eq!(edges(&[0.0, 0.0, 0.0, 1.0], 10), [1.0]);
        assert_eq!(edges(&[], 10), [] as [f32; 0]);
    }

    #[test]
    fn standard_deviation_is_that_of_the_population() {
        let Vocabulary::Standard { mean, std } = standard(&[1.0, 3.0]) else {
            unreachable!()
        };
        assert_eq!((mean, std), (2.0, 1.0));
        assert_eq!(
            standard(&[5.0, 5.0]),
            Vocabulary::Standard {
                mean: 5.0,
                std: 1.0
            }
        );
        assert_eq!(
            standard(&[]),
            Vocabulary::Standard {
                mean: 0.0,
                std: 1.0
            }
        );
    }
}
