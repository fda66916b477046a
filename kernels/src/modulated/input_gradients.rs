//! dh and ds of a panel of rows, one of two ways.
//!
//! Both come from one product, U_rj = Σ_{i ∈ r} g_i W_ij; or, where the forward pass kept its sums P, dh is a product of
//! W with g under one column of s at a time, and ds needs no product at all.

use fearless_simd::{Simd, prelude::*};

use super::ModulatedLayer;
use crate::tile::{VECTORS, transposed_product, vectors, with_rows};

/// What a panel of rows has and gets.
pub(super) struct Panels {
    pub(super) hidden: Vec<f32>,
    pub(super) s: Vec<f32>,
    pub(super) g: Vec<f32>,
    pub(super) d_hidden: Vec<f32>,
    pub(super) d_s: Vec<f32>,
    /// g under one column of s.
    scaled: Vec<f32>,
}

impl Panels {
    pub(super) fn new(layer: &ModulatedLayer, width: usize) -> Self {
        let panel = |columns: usize| vec![0.0; columns * width];
        Self {
            hidden: panel(layer.inputs.places()),
            s: panel(layer.size()),
            g: panel(layer.outputs.places()),
            d_hidden: panel(layer.inputs.places()),
            d_s: panel(layer.size()),
            scaled: panel(layer.outputs.places()),
        }
    }

    /// dh_j = Σ_r s\[r, c(j)\] U_rj and ds\[r, c\] = Σ_{j ∈ c} U_rj h_j.
    #[inline(always)]
    pub(super) fn differentiate<S: Simd>(
        &mut self,
        simd: S,
        layer: &ModulatedLayer,
        weight: &[f32],
    ) {
        let lanes = S::f32s::LEN;
        let width = VECTORS * lanes;
        let (dn, dc) = (layer.inputs.places(), layer.inputs.count());
        self.d_hidden.fill(0.0);
        for (r, outputs) in layer.outputs.iter().enumerate() {
            let g = &self.g[outputs.start * width..outputs.end * width];
            let weight = &weight[outputs.start * dn..outputs.end * dn];
            for (c, block) in layer.inputs.iter().enumerate() {
                let place = (r * dc + c) * width;
                let s = vectors::<S, VECTORS>(simd, &self.s[place..]);
                let mut ds = [S::f32s::splat(simd, 0.0); VECTORS];
                let mut j = block.start;
                while j < block.end {
                    with_rows!(block.end - j, M => {
                        let u = transposed_product::<S, M, VECTORS>(
                            simd, (weight, dn, j), (g, width, 0),
                        );
                        let h = &self.hidden[j * width..(j + M) * width];
                        let dh = &mut self.d_hidden[j * width..(j + M) * width];
                        for (m, u) in u.iter().enumerate() {
                            for v in 0..VECTORS {
                                let place = m * width + v * lanes..m * width + (v + 1) * lanes;
                                let h = S::f32s::from_slice(simd, &h[place.clone()]);
                                let dh = &mut dh[place];
                                ds[v] = u[v].mul_add(h, ds[v]);
                                s[v].mul_add(u[v], S::f32s::from_slice(simd, dh)).store_slice(dh);
                            }
                        }
                        j += M;
                    });
                }
                for (ds, out) in ds.iter().zip(self.d_s[place..].chunks_exact_mut(lanes)) {
                    ds.store_slice(out);
                }
            }
        }
    }

    /// dh_j = Σ_i W_ij (s\[r(i), c(j)\] g_i) and ds\[r, c\] = Σ_{i ∈ r} g_i P_ci, where P of the forward pass,
    /// \[d_c, d_m, width\], was kept.
    #[inline(always)]
    pub(super) fn differentiate_kept<S: Simd>(
        &mut self,
        simd: S,
        layer: &ModulatedLayer,
        weight: &[f32],
        partial: &[f32],
    ) {
        let lanes = S::f32s::LEN;
        let width = VECTORS * lanes;
        let (dm, dn) = (layer.outputs.places(), layer.inputs.places());
        let dc = layer.inputs.count();
        let columns = layer.inputs.iter().zip(partial.chunks_exact(dm * width));
        for (c, (block, partial)) in columns.enumerate() {
            for (r, outputs) in layer.outputs.iter().enumerate() {
                let place = (r * dc + c) * width;
                let s = vectors::<S, VECTORS>(simd, &self.s[place..]);
                let mut ds = [S::f32s::splat(simd, 0.0); VECTORS];
                let places = outputs.start * width..outputs.end * width;
                let lines = self.scaled[places.clone()].chunks_exact_mut(width);
                let given = self.g[places.clone()]
                    .chunks_exact(width)
                    .zip(partial[places].chunks_exact(width));
                for (scaled, (g, partial)) in lines.zip(given) {
                    let g = vectors::<S, VECTORS>(simd, g);
                    let partial = vectors::<S, VECTORS>(simd, partial);
                    for (v, scaled) in scaled.chunks_exact_mut(lanes).enumerate() {
                        ds[v] = g[v].mul_add(partial[v], ds[v]);
                        (g[v] * s[v]).store_slice(scaled);
                    }
                }
                for (ds, out) in ds.iter().zip(self.d_s[place..].chunks_exact_mut(lanes)) {
                    ds.store_slice(out);
                }
            }
            let mut j = block.start;
            while j < block.end {
                with_rows!(block.end - j, M => {
                    let dh = transposed_product::<S, M, VECTORS>(
                        simd, (weight, dn, j), (&self.scaled, width, 0),
                    );
                    let out = &mut self.d_hidden[j * width..(j + M) * width];
                    for (dh, out) in dh.iter().flatten().zip(out.chunks_exact_mut(lanes)) {
                        dh.store_slice(out);
                    }
                    j += M;
                });
            }
        }
    }
}
