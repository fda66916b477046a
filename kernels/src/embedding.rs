//! Look-ups in embedding tables.

/// The mean of the rows `ids` of `table` \[·, d\] into `out` \[d\]; of one id, the row as it is. Zeros without ids.
///
/// # Panics
/// When an id is not a row of the table.
// Not a copy and not a fill, which in WebAssembly leave the function for as little as a row of four numbers.
#[inline(never)]
pub fn embed(table: &[f32], ids: &[u32], out: &mut [f32]) {
    let dim = out.len();
    let weight = 1.0 / ids.len() as f32;
    let of = |id: u32| &table[id as usize * dim..][..dim];
    let (fours, rest) = out.as_chunks_mut::<4>();
    let Some((&first, others)) = ids.split_first() else {
        fours.as_flattened_mut().fill(0.0);
        rest.fill(0.0);
        return;
    };
    let (row, row_rest) = of(first).as_chunks::<4>();
    for (out, row) in fours.iter_mut().zip(row) {
        *out = row.map(|value| weight * value);
    }
    for (out, value) in rest.iter_mut().zip(row_rest) {
        *out = weight * value;
    }
    for &id in others {
        let (row, row_rest) = of(id).as_chunks::<4>();
        for (out, row) in fours.iter_mut().zip(row) {
            for (out, value) in out.iter_mut().zip(row) {
                *out += weight * value;
            }
        }
        for (out, value) in rest.iter_mut().zip(row_rest) {
            *out += weight * value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::embed;

    #[test]
    fn rows_and_means() {
        for dim in [1, 4, 6, 16, 19] {
            let table: Vec<f32> = (0..5 * dim).map(|i| (i as f32 * 0.7).sin()).collect();
            let mut out = vec![9.0; dim];
            embed(&table, &[3], &mut out);
            assert_eq!(out, table[3 * dim..4 * dim]);
            embed(&table, &[0, 4, 4], &mut out);
            for (d, got) in out.iter().enumerate() {
                let mean = (table[d] + 2.0 * table[4 * dim + d]) / 3.0;
                assert!((got - mean).abs() < 1e-6);
            }
            embed(&table, &[], &mut out);
            assert_eq!(out, vec![0.0; dim]);
        }
    }
}
