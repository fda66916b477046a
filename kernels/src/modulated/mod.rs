//! The modulated layer y = φ((S ⊙ W) h + b) and its gradients, without S.
//!
//! With s the compact weighting matrix, r(i) and c(j) the blocks of output i and input j:
//!
//! - P_ci = Σ_{j ∈ c} W_ij h_j, and y_i = φ(b_i + Σ_c s[r(i), c] P_ci);
//! - with g the gradient of y where y > 0, and U_rj = Σ_{i ∈ r} g_i W_ij:
//!   dh_j = Σ_r s[r, c(j)] U_rj, ds[r, c] = Σ_{j ∈ c} U_rj h_j, dW_ij = Σ_rows g_i (s[r(i), c(j)] h_j), db = Σ_rows g.
//!
//! So forward and backward are three products of the size of the plain layer's, on blocks of it, and nothing but y must be
//! kept between them. Where s has few columns P is kept: with it
//! dh_j = Σ_i W_ij (s[r(i), c(j)] g_i) and ds[r, c] = Σ_{i ∈ r} g_i P_ci, whose product is not cut into row blocks. Rows are
//! worked in chunks whose scratch fits the cache.

mod backward;
mod forward;
mod input_gradients;
mod weight_gradient;

use fearless_simd::{Level, dispatch};

use crate::blocks::Blocks;
use crate::instruction_set::level;
use crate::panel;
use backward::backward;
use forward::{Packed, forward};

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
    ///
    /// # Panics
    /// When a slice is not of its size.
    pub fn forward(&self, hidden: &[f32], s: &[f32], (weight, bias): (&[f32], &[f32])) -> Vec<f32> {
        let (dm, dn) = (self.outputs.places(), self.inputs.places());
        let rows = hidden.len() / dn;
        self.check(rows, hidden, s);
        let mut output = vec![0.0; rows * dm];
        let abreast = panel::abreast(rows);
        let (in_panels, by_row) = output.split_at_mut(abreast * dm);
        let (hidden, last_hidden) = hidden.split_at(abreast * dn);
        let (s, last_s) = s.split_at(abreast * self.size());
        if abreast > 0 {
            self.forward_in_panels(hidden, s, (weight, bias), in_panels, None);
        }
        if !by_row.is_empty() {
            let packed = PackedLayer::new(self.clone(), weight, bias);
            packed.forward(last_hidden, last_s, by_row, &mut Vec::new());
        }
        output
    }

    /// The same y to the bit, and the sums P where [`backward`](Self::backward) is faster with them: where s has few
    /// columns. \[panels, d_c, d_m, rows of a panel\], as this machine's vectors want it.
    ///
    /// # Panics
    /// When a slice is not of its size.
    pub fn forward_keeping(
        &self,
        hidden: &[f32],
        s: &[f32],
        (weight, bias): (&[f32], &[f32]),
    ) -> (Vec<f32>, Option<Vec<f32>>) {
        let (dm, dn) = (self.outputs.places(), self.inputs.places());
        if self.inputs.count() * dm >= self.outputs.count() * dn {
            return (self.forward(hidden, s, (weight, bias)), None);
        }
        let rows = hidden.len() / dn;
        self.check(rows, hidden, s);
        let mut output = vec![0.0; rows * dm];
        let mut kept = Vec::new();
        self.forward_in_panels(hidden, s, (weight, bias), &mut output, Some(&mut kept));
        (output, Some(kept))
    }

    /// Rows in panels, the last filled up; what is `kept` is appended.
    fn forward_in_panels(
        &self,
        hidden: &[f32],
        s: &[f32],
        (weight, bias): (&[f32], &[f32]),
        output: &mut [f32],
        mut kept: Option<&mut Vec<f32>>,
    ) {
        let (dm, dn, size) = (self.outputs.places(), self.inputs.places(), self.size());
        let packed = panel::Modulated::of(self, weight, bias);
        let width = panel::width();
        let mut panels = [dn, size, dm].map(|columns| vec![0.0; columns * width]);
        let [h, gates, y] = &mut panels;
        let mut partial = Vec::new();
        if let Some(kept) = &mut kept {
            partial.resize(self.partial_size(width), 0.0);
            kept.reserve_exact((output.len() / dm).div_ceil(width) * partial.len());
        }
        let rows = hidden.chunks(width * dn).zip(s.chunks(width * size));
        for ((hidden, s), output) in rows.zip(output.chunks_mut(width * dm)) {
            panel::load(hidden, dn, width, h);
            panel::load(s, size, width, gates);
            match &mut kept {
                None => packed.forward(h, gates, y),
                Some(kept) => {
                    packed.forward_keeping(h, gates, y, &mut partial);
                    kept.extend_from_slice(&partial);
                }
            }
            panel::unload(y, dm, width, output);
        }
    }

    /// The gradients of all that went into [`forward`](Self::forward), whose result is `output`, from that of y; and from
    /// what [`forward_keeping`](Self::forward_keeping) `kept`, if it did.
    ///
    /// # Panics
    /// When a slice is not of its size.
    pub fn backward(
        &self,
        (hidden, s): (&[f32], &[f32]),
        weight: &[f32],
        (output, gradient): (&[f32], &[f32]),
        kept: Option<&[f32]>,
    ) -> Gradients {
        let (dm, dn) = (self.outputs.places(), self.inputs.places());
        let rows = hidden.len() / dn;
        self.check(rows, hidden, s);
        assert!(
            weight.len() == dm * dn && gradient.len() == rows * dm && output.len() == rows * dm
        );
        let width = panel::width();
        assert!(
            kept.is_none_or(|sums| sums.len() == rows.div_ceil(width) * self.partial_size(width))
        );
        let mut gradients = Gradients {
            hidden: vec![0.0; rows * dn],
            s: vec![0.0; s.len()],
            weight: vec![0.0; dm * dn],
            bias: vec![0.0; dm],
        };
        dispatch!(level(), simd => backward(
            simd, self, (hidden, s), weight, (output, gradient), kept, &mut gradients,
        ));
        gradients
    }

    /// Those of the outputs and of the inputs.
    pub(crate) fn blocks(&self) -> (&Blocks, &Blocks) {
        (&self.outputs, &self.inputs)
    }

    fn check(&self, rows: usize, hidden: &[f32], s: &[f32]) {
        assert!(hidden.len() == rows * self.inputs.places() && s.len() == rows * self.size());
    }

    /// Entries of s.
    fn size(&self) -> usize {
        self.outputs.count() * self.inputs.count()
    }

    /// Sums P of a panel of `width` rows.
    fn partial_size(&self, width: usize) -> usize {
        self.inputs.count() * self.outputs.places() * width
    }

    /// Outputs filled up to whole tiles.
    fn padded(&self, tile: usize) -> usize {
        self.outputs.places().next_multiple_of(tile)
    }
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
        let level = level();
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
            forward(simd, &self.layer, &self.packed, (hidden, s), out, scratch);
        });
    }
}
