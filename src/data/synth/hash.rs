//! Numbers that depend on (seed, name, index) and on nothing else, so not on the order of drawing.

use crate::random::unit_hash;

/// The seed of the hash stream `name`.
fn named(seed: u64, name: &str) -> u64 {
    // FNV-1a.
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
    });
    hash ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Uniform on `[0, 1)`.
pub(super) fn uniform(seed: u64, name: &str, index: u64) -> f64 {
    unit_hash(named(seed, name), index)
}

/// Standard normal (Box–Muller).
pub(super) fn normal(seed: u64, name: &str, index: u64) -> f64 {
    let key = named(seed, name);
    let radius = (-2.0 * (1.0 - unit_hash(key, 2 * index)).ln()).sqrt();
    radius * (std::f64::consts::TAU * unit_hash(key, 2 * index + 1)).cos()
}

/// A positive 63-bit number of at least 15 digits that looks like the identifiers of the IAAC files.
pub(super) fn long_id(seed: u64, name: &str, index: u64) -> u64 {
    const LEAST: u64 = 100_000_000_000_000;
    // SplitMix64's finaliser, a bijection: two indices of one name never share 64 bits.
    let mut z = named(seed, name).wrapping_add((index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    LEAST + ((z ^ (z >> 31)) >> 1) % (i64::MAX as u64 - LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normals_have_the_moments_of_a_normal() {
        let draws: Vec<f64> = (0..20_000).map(|i| normal(1, "x", i)).collect();
        let mean = draws.iter().sum::<f64>() / 20_000.0;
        let square = draws.iter().map(|v| v * v).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.02, "{mean}");
        assert!((square - 1.0).abs() < 0.03, "{square}");
    }

    #[test]
    fn ids_are_distinct_and_long() {
        let ids: std::collections::HashSet<u64> = (0..10_000).map(|i| long_id(3, "u", i)).collect();
        assert_eq!(ids.len(), 10_000);
        assert!(ids.iter().all(|id| id.to_string().len() >= 15));
    }
}
