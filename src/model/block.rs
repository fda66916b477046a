//! The geometry of a weighting matrix: which entry of the compact s multiplies which weight.

use serde::{Deserialize, Serialize};

use super::config::{Variant, WeightingConfig};

/// S (d_m × d_n) is the compact s (d_r × d_c) with every entry repeated over a block:
/// S_ij = s[r(i), c(j)], r(i) = ⌊i·d_r/d_m⌋, c(j) = ⌊j·d_c/d_n⌋.
///
/// Equals the paper's ψ where d_r divides d_m and d_c divides d_n; otherwise blocks differ by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockShape {
    /// Rows of S, the layer's outputs.
    pub dm: usize,
    /// Columns of S, the layer's inputs.
    pub dn: usize,
    /// Rows of s.
    pub dr: usize,
    /// Columns of s.
    pub dc: usize,
}

impl BlockShape {
    /// The shape for a layer of `dn` inputs and `dm` outputs. Variant `non` has s = S. A divisor of 0, which
    /// [`NetworkConfig::validate`](super::NetworkConfig::validate) refuses, counts as 1.
    pub fn new(dm: usize, dn: usize, config: &WeightingConfig) -> Self {
        match config.variant {
            Variant::Non => Self {
                dm,
                dn,
                dr: dm,
                dc: dn,
            },
            _ => Self {
                dm,
                dn,
                dr: (dm / config.dr_div.max(1)).max(1),
                dc: (dn / config.dc_div.max(1)).max(1),
            },
        }
    }

    /// The row of s that row `i` of S repeats.
    pub fn row_of(&self, i: usize) -> usize {
        i * self.dr / self.dm
    }

    /// The column of s that column `j` of S repeats.
    pub fn column_of(&self, j: usize) -> usize {
        j * self.dc / self.dn
    }

    /// Whether all row blocks have the same height.
    pub fn even_rows(&self) -> bool {
        self.dm.is_multiple_of(self.dr)
    }

    /// Whether all column blocks have the same width.
    pub fn even_columns(&self) -> bool {
        self.dn.is_multiple_of(self.dc)
    }

    /// Entries of the compact s.
    pub fn len(&self) -> usize {
        self.dr.saturating_mul(self.dc)
    }

    /// Never: a shape has at least one entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The full S (row-major d_m × d_n) of a compact s.
    ///
    /// # Panics
    /// When `s` has fewer entries than [`len`](Self::len).
    pub fn expand(&self, s: &[f32]) -> Vec<f32> {
        let mut full = Vec::with_capacity(self.dm * self.dn);
        for i in 0..self.dm {
            let row = &s[self.row_of(i) * self.dc..][..self.dc];
            full.extend((0..self.dn).map(|j| row[self.column_of(j)]));
        }
        full
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn divisible_shapes_repeat_blocks() {
        let shape = BlockShape {
            dm: 4,
            dn: 6,
            dr: 2,
            dc: 3,
        };
        assert_eq!(
            (0..4).map(|i| shape.row_of(i)).collect::<Vec<_>>(),
            [0, 0, 1, 1]
        );
        assert_eq!(
            (0..6).map(|j| shape.column_of(j)).collect::<Vec<_>>(),
            [0, 0, 1, 1, 2, 2]
        );
        let full = shape.expand(&[1., 2., 3., 4., 5., 6.]);
        assert_eq!(full[..6], [1., 1., 2., 2., 3., 3.]);
        assert_eq!(full[12..18], [4., 4., 5., 5., 6., 6.]);
    }

    #[test]
    fn a_divisor_of_zero_counts_as_one() {
        let config = |dr_div, dc_div| WeightingConfig {
            dr_div,
            dc_div,
            ..Default::default()
        };
        assert_eq!(
            BlockShape::new(4, 6, &config(0, 0)),
            BlockShape::new(4, 6, &config(1, 1))
        );
    }

    proptest! {
        #[test]
        fn blocks_are_monotone_cover_everything_and_differ_by_at_most_one(
            dm in 1_usize..70, dn in 1_usize..70, dr_div in 1_usize..20, dc_div in 1_usize..20,
        ) {
            let config = WeightingConfig { dr_div, dc_div, ..Default::default() };
            let shape = BlockShape::new(dm, dn, &config);
            let mut heights = vec![0; shape.dr];
            for i in 0..dm { heights[shape.row_of(i)] += 1; }
            let mut widths = vec![0; shape.dc];
            for j in 0..dn { widths[shape.column_of(j)] += 1; }
            for sizes in [heights, widths] {
                let (min, max) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
                prop_assert!(*min >= 1 && max - min <= 1, "{sizes:?}");
            }
        }
    }
}
