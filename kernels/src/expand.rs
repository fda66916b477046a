//! Between the compact s and a weight for every output, in the order in which the tiles go through them.
//!
//! The expanded form is \[panels, rows, d_c, tile\]: panel p has the outputs from p·tile on. So a tile that works on
//! one panel of some rows reads it from end to end; any order with the column blocks outside puts what a tile needs
//! into the same few sets of the cache.

use super::blocks::Blocks;

/// The part of the outputs that one panel has, as the row blocks of s see it.
#[derive(Debug, Clone)]
pub(super) struct Runs {
    /// The one length of all runs, where they have one that fits the panels.
    even: Option<usize>,
    /// For every panel: row block, first place and end within the panel.
    panels: Vec<Vec<(usize, usize, usize)>>,
}

impl Runs {
    pub(super) fn new(outputs: &Blocks, tile: usize) -> Self {
        let mut panels = vec![Vec::new(); outputs.places().div_ceil(tile)];
        for (r, block) in outputs.iter().enumerate() {
            let mut place = block.start;
            while place < block.end {
                let end = block.end.min((place / tile + 1) * tile);
                panels[place / tile].push((r, place % tile, (end - 1) % tile + 1));
                place = end;
            }
        }
        let even = outputs.even().filter(|size| tile.is_multiple_of(*size));
        Self { even, panels }
    }

    /// s \[rows, d_r, `columns`\] to its expanded form. Places beyond the outputs are left as they are.
    #[inline(always)]
    pub(super) fn expand(
        &self,
        s: &[f32],
        size: usize,
        columns: usize,
        tile: usize,
        out: &mut [f32],
    ) {
        let lines = out.chunks_exact_mut(columns * tile);
        let rows = s.len() / size;
        let panels = self
            .panels
            .iter()
            .flat_map(|runs| (0..rows).map(move |b| (runs, b)));
        for (line, (runs, b)) in lines.zip(panels) {
            let s = &s[b * size..][..size];
            match self.even {
                Some(1) => spread::<1>(line, runs, s, columns, tile),
                Some(2) => spread::<2>(line, runs, s, columns, tile),
                Some(4) => spread::<4>(line, runs, s, columns, tile),
                Some(8) => spread::<8>(line, runs, s, columns, tile),
                Some(16) => spread::<16>(line, runs, s, columns, tile),
                _ => {
                    for &(r, start, end) in runs {
                        for (line, s) in line
                            .chunks_exact_mut(tile)
                            .zip(&s[r * columns..][..columns])
                        {
                            line[start..end].fill(*s);
                        }
                    }
                }
            }
        }
    }
}

/// Runs of a length that the compiler knows: one store each.
#[inline(always)]
fn spread<const N: usize>(
    line: &mut [f32],
    runs: &[(usize, usize, usize)],
    s: &[f32],
    columns: usize,
    tile: usize,
) {
    for &(r, start, _) in runs {
        for (line, s) in line
            .chunks_exact_mut(tile)
            .zip(&s[r * columns..][..columns])
        {
            line[start..start + N].copy_from_slice(&[*s; N]);
        }
    }
}
