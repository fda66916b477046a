//! The backward pass: chunk by chunk of rows, dh and ds in panels, then the chunk's part of dW.

use fearless_simd::{Simd, prelude::*};

use super::input_gradients::Panels;
use super::weight_gradient::Products;
use super::{CHUNK, Gradients, ModulatedLayer};
use crate::bias::mask;
use crate::panel::turn;
use crate::tile::VECTORS;

#[inline(always)]
pub(super) fn backward<S: Simd>(
    simd: S,
    layer: &ModulatedLayer,
    (hidden, s): (&[f32], &[f32]),
    weight: &[f32],
    (output, gradient): (&[f32], &[f32]),
    partial: Option<&[f32]>,
    out: &mut Gradients,
) {
    simd.vectorize(
        #[inline(always)]
        || {
            let tile = VECTORS * S::f32s::LEN;
            let (dm, dn) = (layer.outputs.places(), layer.inputs.places());
            let size = layer.size();
            let mut partial = partial.map(|sums| sums.chunks_exact(layer.partial_size(tile)));
            let mut panels = Panels::new(layer, tile);
            let mut products = Products::new(layer, tile);
            let mut masked = vec![0.0; CHUNK * dm];
            let chunks = hidden
                .chunks(CHUNK * dn)
                .zip(s.chunks(CHUNK * size))
                .zip(output.chunks(CHUNK * dm).zip(gradient.chunks(CHUNK * dm)))
                .zip(out.hidden.chunks_mut(CHUNK * dn))
                .zip(out.s.chunks_mut(CHUNK * size));
            for ((((hidden, s), (output, gradient)), dh), ds) in chunks {
                let masked = &mut masked[..output.len()];
                let given = output.chunks_exact(dm).zip(gradient.chunks_exact(dm));
                for ((output, gradient), masked) in given.zip(masked.chunks_exact_mut(dm)) {
                    mask(simd, output, gradient, (masked, &mut out.bias));
                }
                let rows = hidden
                    .chunks(tile * dn)
                    .zip(s.chunks(tile * size))
                    .zip(masked.chunks(tile * dm))
                    .zip(dh.chunks_mut(tile * dn))
                    .zip(ds.chunks_mut(tile * size));
                for ((((hidden, s), g), dh), ds) in rows {
                    let rows = hidden.len() / dn;
                    turn(simd, (s, size), (&mut panels.s, tile), rows, size);
                    turn(simd, (g, dm), (&mut panels.g, tile), rows, dm);
                    match partial.as_mut().and_then(Iterator::next) {
                        Some(partial) => panels.differentiate_kept(simd, layer, weight, partial),
                        None => {
                            turn(simd, (hidden, dn), (&mut panels.hidden, tile), rows, dn);
                            panels.differentiate(simd, layer, weight);
                        }
                    }
                    turn(simd, (&panels.d_hidden, tile), (dh, dn), dn, rows);
                    turn(simd, (&panels.d_s, tile), (ds, size), size, rows);
                }
                products.add(simd, layer, (hidden, s), masked);
            }
            products.write(&mut out.weight, dn);
        },
    )
}
