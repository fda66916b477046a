//! The modulated layer y = φ((S ⊙ W) h + b) and its gradients, without S.
//!
//! With s the compact weighting matrix, r(i) and c(j) the blocks of output i and input j:
//!
//! - P_ci = Σ_{j ∈ c} W_ij h_j, and y_i = φ(b_i + Σ_c s[r(i), c] P_ci);
//! - with g the gradient of y where y > 0, and q_ci = s[r(i), c] g_i:
//!   dW_ij = Σ_rows q_{c(j) i} h_j, dh_j = Σ_i q_{c(j) i} W_ij, ds[r, c] = Σ_{i ∈ r} g_i P_ci, db = Σ_rows g.
//!
//! So forward and backward are three products of the size of the plain layer's, on blocks of its columns. Rows
//! are worked in chunks whose scratch fits the cache.

use std::ops::Range;

use fearless_simd::{Level, Simd, dispatch, prelude::*};

use super::blocks::Blocks;
use super::expand::Runs;
use super::pack::{block_panels, panels};
use super::tile::{Tile, VECTORS, product, product_from, transposed_product, vectors, with_rows};

/// Rows of a chunk.
const CHUNK: usize = 32;

/// The geometry of a modulated layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModulatedLayer {
    /// Outputs in the row blocks of s.
    outputs: Blocks,
    /// Inputs in the column blocks of s.
    inputs: Blocks,
}

/// What the forward pass gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// y, \[rows, d_m\].
    pub output: Vec<f32>,
    /// P, where it was asked for, in an order that only [`ModulatedLayer::backward`] knows.
    pub partial: Vec<f32>,
}

/// What the backward pass gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Gradients {
    /// dh, \[rows, d_n\].
    pub hidden: Vec<f32>,
    /// ds, \[rows, d_r, d_c\].
    pub s: Vec<f32>,
    /// dW, \[d_m, d_n\].
    pub weight: Vec<f32>,
    /// db, \[d_m\].
    pub bias: Vec<f32>,
}

impl ModulatedLayer {
    /// A layer of `outputs` = (d_m, d_r) and `inputs` = (d_n, d_c).
    pub fn new((dm, dr): (usize, usize), (dn, dc): (usize, usize)) -> Self {
        Self {
            outputs: Blocks::new(dm, dr),
            inputs: Blocks::new(dn, dc),
        }
    }

    /// y of `hidden` \[rows, d_n\] under `s` \[rows, d_r, d_c\]; `weight` is \[d_m, d_n\], `bias` \[d_m\], φ = ReLU.
    /// `keep` asks for what the gradients need.
    ///
    /// # Panics
    /// When a slice is not of its size.
    pub fn forward(
        &self,
        hidden: &[f32],
        s: &[f32],
        (weight, bias): (&[f32], &[f32]),
        keep: bool,
    ) -> Output {
        let (dm, dn) = (self.outputs.places(), self.inputs.places());
        let rows = hidden.len() / dn;
        self.check(rows, hidden, s);
        assert!(weight.len() == dm * dn && bias.len() == dm);
        let mut output = vec![0.0; rows * dm];
        let mut partial = Vec::new();
        dispatch!(Level::new(), simd => {
            let packed = Packed::new(simd, self, weight, bias);
            if keep {
                partial.resize(rows * self.inputs.count() * self.padded(tile_of(simd)), 0.0);
                let out = (&mut output[..], &mut partial[..]);
                forward::<_, true>(simd, self, &packed, (hidden, s), out, &mut Vec::new());
            } else {
                let out = (&mut output[..], &mut [][..]);
                forward::<_, false>(simd, self, &packed, (hidden, s), out, &mut Vec::new());
            }
        });
        Output { output, partial }
    }

    /// The gradients of all that went into [`forward`](Self::forward), whose result is `out`, from that of y.
    ///
    /// # Panics
    /// When a slice is not of its size.
    pub fn backward(
        &self,
        hidden: &[f32],
        s: &[f32],
        weight: &[f32],
        (output, partial): (&[f32], &[f32]),
        gradient: &[f32],
    ) -> Gradients {
        let (dm, dn) = (self.outputs.places(), self.inputs.places());
        let rows = hidden.len() / dn;
        self.check(rows, hidden, s);
        assert!(
            weight.len() == dm * dn && gradient.len() == rows * dm && output.len() == rows * dm
        );
        let mut gradients = Gradients {
            hidden: vec![0.0; rows * dn],
            s: vec![0.0; s.len()],
            weight: vec![0.0; dm * dn],
            bias: vec![0.0; dm],
        };
        dispatch!(Level::new(), simd => backward(
            simd, self, (hidden, s), weight, ((output, partial), gradient), &mut gradients,
        ));
        gradients
    }

    fn check(&self, rows: usize, hidden: &[f32], s: &[f32]) {
        assert!(hidden.len() == rows * self.inputs.places() && s.len() == rows * self.size());
    }

    /// Entries of s.
    fn size(&self) -> usize {
        self.outputs.count() * self.inputs.count()
    }

    /// Outputs filled up to whole tiles.
    fn padded(&self, tile: usize) -> usize {
        self.outputs.places().next_multiple_of(tile)
    }
}

#[inline(always)]
fn tile_of<S: Simd>(_: S) -> usize {
    VECTORS * S::f32s::LEN
}

/// A modulated layer with its weights in the order of the tiles.
#[derive(Debug, Clone)]
pub struct PackedLayer {
    level: Level,
    layer: ModulatedLayer,
    packed: Packed,
}

impl PackedLayer {
    /// Packs W \[d_m, d_n\] and b \[d_m\] for this machine.
    ///
    /// # Panics
    /// When a slice is not of its size.
    pub fn new(layer: ModulatedLayer, weight: &[f32], bias: &[f32]) -> Self {
        let (dm, dn) = (layer.outputs.places(), layer.inputs.places());
        assert!(weight.len() == dm * dn && bias.len() == dm);
        let level = Level::new();
        let packed = dispatch!(level, simd => Packed::new(simd, &layer, weight, bias));
        Self {
            level,
            layer,
            packed,
        }
    }

    /// d_m.
    pub fn outputs(&self) -> usize {
        self.layer.outputs.places()
    }

    /// d_n.
    pub fn inputs(&self) -> usize {
        self.layer.inputs.places()
    }

    /// φ((S ⊙ W) h + b) into `out` \[rows, d_m\], of `hidden` \[rows, d_n\] and `s` \[rows, d_r, d_c\]; `scratch` is
    /// memory to work in.
    ///
    /// # Panics
    /// When a slice is not of its size.
    pub fn forward(&self, hidden: &[f32], s: &[f32], out: &mut [f32], scratch: &mut Vec<f32>) {
        let rows = hidden.len() / self.layer.inputs.places();
        self.layer.check(rows, hidden, s);
        assert!(out.len() == rows * self.layer.outputs.places());
        dispatch!(self.level, simd => {
            forward::<_, false>(simd, &self.layer, &self.packed, (hidden, s), (out, &mut []), scratch);
        });
    }
}

/// Weights and bias in panels, and how the row blocks fall onto them.
#[derive(Debug, Clone)]
struct Packed {
    weight: Vec<f32>,
    bias: Vec<f32>,
    runs: Runs,
}

impl Packed {
    #[inline(always)]
    fn new<S: Simd>(_: S, layer: &ModulatedLayer, weight: &[f32], bias: &[f32]) -> Self {
        let tile = VECTORS * S::f32s::LEN;
        let (dm, dn) = (layer.outputs.places(), layer.inputs.places());
        Self {
            weight: panels((dn, dm), tile, |j, i| weight[i * dn + j]),
            bias: panels((1, dm), tile, |_, i| bias[i]),
            runs: Runs::new(&layer.outputs, tile),
        }
    }
}

/// `out` is y and, with `KEEP`, P.
#[inline(always)]
fn forward<S: Simd, const KEEP: bool>(
    simd: S,
    layer: &ModulatedLayer,
    packed: &Packed,
    (hidden, s): (&[f32], &[f32]),
    (output, partial): (&mut [f32], &mut [f32]),
    scratch: &mut Vec<f32>,
) {
    simd.vectorize(
        #[inline(always)]
        || {
            let lanes = S::f32s::LEN;
            let tile = VECTORS * lanes;
            let (dm, dn) = (layer.outputs.places(), layer.inputs.places());
            let (size, dc) = (layer.size(), layer.inputs.count());
            let padded = layer.padded(tile);
            // What a row keeps.
            let kept = if KEEP { dc * padded } else { 0 };
            let most = CHUNK.min(hidden.len() / dn);
            if scratch.len() < most * (dc + 1) * padded {
                scratch.resize(most * (dc + 1) * padded, 0.0);
            }
            let (expanded, line) = scratch.split_at_mut(most * dc * padded);
            let chunks = hidden
                .chunks(CHUNK * dn)
                .zip(s.chunks(CHUNK * size))
                .zip(output.chunks_mut(CHUNK * dm));
            for (chunk, ((hidden, s), output)) in chunks.enumerate() {
                let rows = hidden.len() / dn;
                let partial = &mut partial[chunk * CHUNK * kept..][..rows * kept];
                packed.runs.expand(s, size, dc, tile, expanded);
                for (p, weight) in packed.weight.chunks_exact(dn * tile).enumerate() {
                    let bias = vectors::<S, VECTORS>(simd, &packed.bias[p * tile..]);
                    let mut b = 0;
                    while b < rows {
                        with_rows!(rows - b, M => {
                            let hidden: [&[f32]; M] =
                                std::array::from_fn(|m| &hidden[(b + m) * dn..][..dn]);
                            let first = (p * rows + b) * dc * tile;
                            let s: [&[f32]; M] =
                                std::array::from_fn(|m| &expanded[first + m * dc * tile..][..dc * tile]);
                            let mut sums: Tile<S, M, VECTORS> = [bias; M];
                            for (c, block) in layer.inputs.iter().enumerate() {
                                let weight = &weight[block.start * tile..block.end * tile];
                                let product = product::<S, M, VECTORS>(
                                    simd, hidden.map(|h| &h[block.clone()]), weight,
                                );
                                for m in 0..M {
                                    let s = vectors::<S, VECTORS>(simd, &s[m][c * tile..]);
                                    if KEEP {
                                        let partial = &mut partial[first + (m * dc + c) * tile..][..tile];
                                        for v in 0..VECTORS {
                                            product[m][v].store_slice(&mut partial[v * lanes..][..lanes]);
                                        }
                                    }
                                    for v in 0..VECTORS {
                                        sums[m][v] = s[v].mul_add(product[m][v], sums[m][v]);
                                    }
                                }
                            }
                            for m in 0..M {
                                let line = &mut line[(b + m) * padded + p * tile..][..tile];
                                for v in 0..VECTORS {
                                    sums[m][v].max(S::f32s::splat(simd, 0.0))
                                        .store_slice(&mut line[v * lanes..][..lanes]);
                                }
                            }
                            b += M;
                        });
                    }
                }
                for (output, line) in output.chunks_exact_mut(dm).zip(line.chunks_exact(padded)) {
                    output.copy_from_slice(&line[..dm]);
                }
            }
        },
    )
}

#[inline(always)]
fn backward<S: Simd>(
    simd: S,
    layer: &ModulatedLayer,
    (hidden, s): (&[f32], &[f32]),
    weight: &[f32],
    ((output, partial), gradient): ((&[f32], &[f32]), &[f32]),
    out: &mut Gradients,
) {
    simd.vectorize(
        #[inline(always)]
        || {
            let lanes = S::f32s::LEN;
            let tile = VECTORS * lanes;
            let (dm, dn) = (layer.outputs.places(), layer.inputs.places());
            let (size, dc) = (layer.size(), layer.inputs.count());
            let padded = layer.padded(tile);
            let runs = Runs::new(&layer.outputs, tile);
            let (packed, starts) = block_panels(padded, &layer.inputs, lanes, |i, j| {
                if i < dm { weight[i * dn + j] } else { 0.0 }
            });
            // dW, transposed: [d_n, padded].
            let mut transposed = vec![0.0; dn * padded];
            let mut expanded = vec![0.0; CHUNK * dc * padded];
            // g of a chunk, and the products of a tile.
            let mut line = vec![0.0; CHUNK * padded];
            let mut products = vec![0.0; tile];
            let chunks = hidden
                .chunks(CHUNK * dn)
                .zip(s.chunks(CHUNK * size))
                .zip(output.chunks(CHUNK * dm).zip(gradient.chunks(CHUNK * dm)))
                .zip(partial.chunks(CHUNK * dc * padded))
                .zip(out.hidden.chunks_mut(CHUNK * dn))
                .zip(out.s.chunks_mut(CHUNK * size));
            for (((((hidden, s), (output, gradient)), partial), dh), ds) in chunks {
                let rows = hidden.len() / dn;
                runs.expand(s, size, dc, tile, &mut expanded);
                for b in 0..rows {
                    let places = output[b * dm..][..dm].iter().zip(&gradient[b * dm..][..dm]);
                    let line = &mut line[b * padded..][..padded];
                    for ((g, db), (y, dy)) in line.iter_mut().zip(&mut out.bias).zip(places) {
                        *g = if *y > 0.0 { *dy } else { 0.0 };
                        *db += *g;
                    }
                }
                // ds; `expanded` becomes q.
                for p in 0..padded / tile {
                    for b in 0..rows {
                        let first = (p * rows + b) * dc * tile;
                        let g = vectors::<S, VECTORS>(simd, &line[b * padded + p * tile..]);
                        let q = expanded[first..][..dc * tile].chunks_exact_mut(tile);
                        let partial = partial[first..][..dc * tile].chunks_exact(tile);
                        for (c, (q, partial)) in q.zip(partial).enumerate() {
                            for (v, g) in g.into_iter().enumerate() {
                                let place = v * lanes..(v + 1) * lanes;
                                (S::f32s::from_slice(simd, &partial[place.clone()]) * g)
                                    .store_slice(&mut products[place.clone()]);
                                (S::f32s::from_slice(simd, &q[place.clone()]) * g)
                                    .store_slice(&mut q[place]);
                            }
                            runs.fold(p, &products, dc, &mut ds[b * size + c..]);
                        }
                    }
                }
                for (c, block) in layer.inputs.iter().enumerate() {
                    for p in 0..padded / tile {
                        let q = &expanded[p * rows * dc * tile + c * tile..];
                        weight_gradient(
                            simd,
                            (q, dc * tile),
                            (hidden, dn),
                            (&mut transposed[p * tile..], padded),
                            block.clone(),
                        );
                    }
                    let weight = &packed[starts[c]..];
                    input_gradient(
                        simd,
                        (&expanded[c * tile..], dc * tile),
                        (weight, padded),
                        (dh, dn),
                        block,
                    );
                }
            }
            for (i, line) in out.weight.chunks_exact_mut(dn).enumerate() {
                for (j, place) in line.iter_mut().enumerate() {
                    *place = transposed[j * padded + i];
                }
            }
        },
    )
}

/// dW of the inputs in `block` and the outputs of one panel, added to `out` \[d_n, padded\]: Σ_rows q h.
#[inline(always)]
fn weight_gradient<S: Simd>(
    simd: S,
    q: (&[f32], usize),
    (hidden, dn): (&[f32], usize),
    (out, padded): (&mut [f32], usize),
    block: Range<usize>,
) {
    let lanes = S::f32s::LEN;
    let mut j = block.start;
    while j < block.end {
        with_rows!(block.end - j, M => {
            let sums = transposed_product::<S, M, VECTORS>(simd, (&hidden[j..], dn), q, hidden.len() / dn);
            for m in 0..M {
                let place = &mut out[(j + m) * padded..][..VECTORS * lanes];
                for v in 0..VECTORS {
                    let place = &mut place[v * lanes..][..lanes];
                    (S::f32s::from_slice(simd, place) + sums[m][v]).store_slice(place);
                }
            }
            j += M;
        });
    }
}

/// dh of the inputs in `block`: q times their columns of W, packed vector by vector.
#[inline(always)]
fn input_gradient<S: Simd>(
    simd: S,
    (q, stride): (&[f32], usize),
    (weight, padded): (&[f32], usize),
    (dh, dn): (&mut [f32], usize),
    block: Range<usize>,
) {
    let lanes = S::f32s::LEN;
    let tile = VECTORS * lanes;
    let rows = dh.len() / dn;
    let panels = weight.chunks_exact(padded * lanes);
    for (first, weight) in block.clone().step_by(lanes).zip(panels) {
        let used = lanes.min(block.end - first);
        let mut b = 0;
        while b < rows {
            with_rows!(tall rows - b, M => {
                let mut sums = [[S::f32s::splat(simd, 0.0); 1]; M];
                for (p, weight) in weight.chunks_exact(tile * lanes).enumerate() {
                    let q: [&[f32]; M] = std::array::from_fn(|m| &q[(p * rows + b + m) * stride..][..tile]);
                    sums = product_from(simd, sums, q, weight);
                }
                for m in 0..M {
                    dh[(b + m) * dn + first..][..used].copy_from_slice(&sums[m][0].as_slice()[..used]);
                }
                b += M;
            });
        }
    }
}
