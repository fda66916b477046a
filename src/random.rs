//! Seeded random numbers with named streams.
//!
//! Everything random in the crate (initialisation, shuffles, permutations of the mutual-information
//! regulariser, splits) draws from a stream of its own, named and derived from one seed. So adding a
//! draw in one place moves nothing elsewhere, parallel trials cannot interleave, and a checkpoint holds
//! the exact position of each stream.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal, Uniform};
use serde::{Deserialize, Serialize};

/// One named stream of random numbers.
#[derive(Debug, Clone)]
pub struct Stream(ChaCha8Rng);

/// The position of a [`Stream`], enough to continue it bit for bit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamState {
    seed: [u8; 32],
    stream: u64,
    /// A `u128` as text: JSON numbers stop at 2^53.
    position: String,
}

impl Stream {
    /// The stream `name` of `seed`. The same pair gives the same numbers on every platform.
    pub fn new(seed: u64, name: &str) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        // FNV-1a: a fixed, documented hash, since std's may change between releases.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
            (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
        });
        rng.set_stream(hash);
        Self(rng)
    }

    /// Where the stream stands.
    pub fn state(&self) -> StreamState {
        StreamState {
            seed: self.0.get_seed(),
            stream: self.0.get_stream(),
            position: self.0.get_word_pos().to_string(),
        }
    }

    /// The stream that stands at `state`; `None` when the position is not a number.
    pub fn from_state(state: &StreamState) -> Option<Self> {
        let mut rng = ChaCha8Rng::from_seed(state.seed);
        rng.set_stream(state.stream);
        rng.set_word_pos(state.position.parse().ok()?);
        Some(Self(rng))
    }

    /// The generator itself, for distributions of `rand_distr`.
    pub fn rng(&mut self) -> &mut ChaCha8Rng {
        &mut self.0
    }

    /// A uniform permutation of `items`, in place.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        items.shuffle(&mut self.0);
    }

    /// A uniform permutation of `0..n`.
    pub fn permutation(&mut self, n: usize) -> Vec<u32> {
        let mut order: Vec<u32> = (0..n as u32).collect();
        self.shuffle(&mut order);
        order
    }

    /// `n` draws of N(0, `std`²).
    pub fn normal(&mut self, n: usize, std: f32) -> Vec<f32> {
        match Normal::new(0.0, std) {
            Ok(normal) => normal.sample_iter(&mut self.0).take(n).collect(),
            Err(_) => vec![0.0; n],
        }
    }

    /// `n` draws of U(−`limit`, `limit`).
    pub fn uniform(&mut self, n: usize, limit: f32) -> Vec<f32> {
        match Uniform::new_inclusive(-limit, limit) {
            Ok(uniform) => uniform.sample_iter(&mut self.0).take(n).collect(),
            Err(_) => vec![0.0; n],
        }
    }

    /// Glorot-uniform weights of a `fan_out` × `fan_in` matrix: U(−√(6/(fan_in+fan_out)), +…).
    pub fn glorot(&mut self, fan_out: usize, fan_in: usize) -> Vec<f32> {
        self.uniform(fan_out * fan_in, (6.0 / (fan_in + fan_out) as f32).sqrt())
    }
}

/// A hash of (`seed`, `index`) that is uniform on `[0, 1)`: the split of a row depends on its number
/// alone, so it can be taken while rows stream by.
pub fn unit_hash(seed: u64, index: u64) -> f64 {
    // SplitMix64's finaliser (Steele, Lea, Flood 2014).
    let mut z = seed.rotate_left(32) ^ index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_of_one_seed_are_independent_and_reproducible() {
        let draw = |seed, name| Stream::new(seed, name).uniform(4, 1.0);
        assert_eq!(draw(1, "a"), draw(1, "a"));
        assert_ne!(draw(1, "a"), draw(1, "b"));
        assert_ne!(draw(1, "a"), draw(2, "a"));
    }

    #[test]
    fn a_stream_continues_from_its_state() {
        let mut stream = Stream::new(7, "x");
        stream.permutation(100);
        let state: StreamState =
            serde_json::from_str(&serde_json::to_string(&stream.state()).unwrap()).unwrap();
        let mut again = Stream::from_state(&state).unwrap();
        assert_eq!(stream.normal(9, 1.0), again.normal(9, 1.0));
    }

    #[test]
    fn glorot_stays_inside_its_limit_and_uses_it() {
        let limit = (6.0_f32 / 30.0).sqrt();
        let w = Stream::new(3, "w").glorot(10, 20);
        assert_eq!(w.len(), 200);
        assert!(w.iter().all(|v| v.abs() <= limit));
        assert!(w.iter().any(|v| v.abs() > 0.8 * limit));
    }

    #[test]
    fn unit_hash_spreads_evenly() {
        let below = (0..100_000).filter(|&i| unit_hash(5, i) < 0.1).count();
        assert!((9_500..10_500).contains(&below), "{below}");
    }
}
