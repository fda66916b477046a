//! The layer against the matrix it never forms, and its gradients against finite differences.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test")]

mod adam;
#[path = "../common/instruction_sets.rs"]
mod instruction_sets;
mod panels;

use mi_dpg::kernels::{
    Activation, Blocks, Dense, Gate, Gradients, ModulatedLayer, PackedLayer, Rows, input_gradient,
    sigmoid, sigmoid_gradient, weight_gradient,
};
use mi_dpg::random::Stream;
use proptest::prelude::*;

/// Cases of each property; an interpreter takes a thousand times as long.
const CASES: u32 = if cfg!(miri) { 2 } else { 200 };
/// Rows of the largest case.
const ROWS: usize = if cfg!(miri) { 6 } else { 120 };

/// Columns of the largest case.
const WIDTH: usize = if cfg!(miri) { 12 } else { 40 };

#[derive(Debug, Clone)]
struct Case {
    rows: usize,
    dm: usize,
    dr: usize,
    dn: usize,
    dc: usize,
    hidden: Vec<f32>,
    s: Vec<f32>,
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Case {
    fn new(rows: usize, (dm, dr): (usize, usize), (dn, dc): (usize, usize), seed: u64) -> Self {
        let mut random = Stream::new(seed, "kernels");
        Self {
            rows,
            dm,
            dr,
            dn,
            dc,
            hidden: random.normal(rows * dn, 1.0),
            s: random.uniform(rows * dr * dc, 1.0),
            weight: random.normal(dm * dn, 1.0),
            bias: random.normal(dm, 1.0),
        }
    }

    fn layer(&self) -> ModulatedLayer {
        ModulatedLayer::new((self.dm, self.dr), (self.dn, self.dc))
    }

    /// (S ⊙ W) h + b before ReLU, in f64, with S written out.
    fn materialised(&self) -> Vec<f64> {
        let mut out = Vec::new();
        for b in 0..self.rows {
            for i in 0..self.dm {
                let r = i * self.dr / self.dm;
                let mut sum = f64::from(self.bias[i]);
                for j in 0..self.dn {
                    let c = j * self.dc / self.dn;
                    sum += f64::from(self.s[(b * self.dr + r) * self.dc + c])
                        * f64::from(self.weight[i * self.dn + j])
                        * f64::from(self.hidden[b * self.dn + j]);
                }
                out.push(sum);
            }
        }
        out
    }

    fn check_forward(&self) {
        let out = self
            .layer()
            .forward(&self.hidden, &self.s, (&self.weight, &self.bias));
        for (got, expected) in out.iter().zip(self.materialised()) {
            let expected = expected.max(0.0);
            assert!(
                (f64::from(*got) - expected).abs() < 1e-4 * (1.0 + expected.abs()),
                "{got} {expected}"
            );
        }
    }

    /// Gradients of Σ weight_of_output · y, each written out in f64; with the sums of the forward pass, where they are kept,
    /// and without.
    fn check_backward(&self) {
        let layer = self.layer();
        let (weight, bias) = (&self.weight, &self.bias);
        let out = layer.forward(&self.hidden, &self.s, (weight, bias));
        let (same, kept) = layer.forward_keeping(&self.hidden, &self.s, (weight, bias));
        assert_eq!(out, same);
        assert_eq!(kept.is_some(), self.dc * self.dm < self.dr * self.dn);
        let gradient = Stream::new(9, "gradient").normal(self.rows * self.dm, 1.0);
        let backward = |kept| {
            let given = (&*self.hidden, &*self.s);
            layer.backward(given, weight, (&out, &gradient), kept)
        };
        self.check_gradients(&out, &gradient, &backward(None));
        if kept.is_some() {
            self.check_gradients(&out, &gradient, &backward(kept.as_deref()));
        }
    }

    fn check_gradients(&self, out: &[f32], gradient: &[f32], got: &Gradients) {
        let (mut hidden, mut s) = (vec![0.0; self.hidden.len()], vec![0.0; self.s.len()]);
        let (mut weight, mut bias) = (vec![0.0; self.weight.len()], vec![0.0; self.dm]);
        for b in 0..self.rows {
            for i in 0..self.dm {
                if out[b * self.dm + i] <= 0.0 {
                    continue;
                }
                let g = f64::from(gradient[b * self.dm + i]);
                let r = i * self.dr / self.dm;
                bias[i] += g;
                for j in 0..self.dn {
                    let place = (b * self.dr + r) * self.dc + j * self.dc / self.dn;
                    let (w, h, z) = (
                        f64::from(self.weight[i * self.dn + j]),
                        f64::from(self.hidden[b * self.dn + j]),
                        f64::from(self.s[place]),
                    );
                    hidden[b * self.dn + j] += g * w * z;
                    weight[i * self.dn + j] += g * h * z;
                    s[place] += g * w * h;
                }
            }
        }
        for (name, got, expected) in [
            ("hidden", &got.hidden, &hidden),
            ("s", &got.s, &s),
            ("weight", &got.weight, &weight),
            ("bias", &got.bias, &bias),
        ] {
            assert_eq!(got.len(), expected.len(), "{name}");
            for (place, (got, expected)) in got.iter().zip(expected).enumerate() {
                assert!(
                    (f64::from(*got) - expected).abs() < 2e-4 * (1.0 + expected.abs()),
                    "{name}[{place}]: {got} {expected}"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]
    #[test]
    fn factored_is_materialised_and_so_are_its_gradients(
        rows in 0_usize..ROWS,
        (dm, dr) in (1_usize..WIDTH).prop_flat_map(|n| (Just(n), 1..=n)),
        (dn, dc) in (1_usize..WIDTH).prop_flat_map(|n| (Just(n), 1..=n)),
        seed in 0_u64..1000,
    ) {
        instruction_sets::take_asked();
        let case = Case::new(rows, (dm, dr), (dn, dc), seed);
        case.check_forward();
        case.check_backward();
    }

    #[test]
    fn blocks_hold_the_places_that_the_floor_gives_them(places in 1_usize..90, count in 1_usize..90) {
        instruction_sets::take_asked();
        let blocks = Blocks::new(places, count.min(places));
        for (b, block) in blocks.iter().enumerate() {
            for i in block {
                prop_assert_eq!(i * blocks.count() / places, b);
            }
        }
        prop_assert_eq!(blocks.places(), places);
    }
}

#[test]
#[cfg_attr(miri, ignore = "too large for an interpreter")]
fn the_layers_of_the_default_network() {
    instruction_sets::take_asked();
    for shape in [
        ((128, 16), (160, 20)),
        ((64, 8), (128, 16)),
        ((32, 4), (64, 8)),
        // Column blocks of whole tiles, fewer numbers than the row blocks have.
        ((128, 32), (96, 3)),
        ((64, 16), (128, 4)),
    ] {
        let case = Case::new(50, shape.0, shape.1, 7);
        case.check_forward();
        case.check_backward();
    }
}

#[test]
fn the_sigmoid_is_that_of_f64() {
    instruction_sets::take_asked();
    let mut values: Vec<f32> = (-9000..9000)
        .step_by(if cfg!(miri) { 100 } else { 1 })
        .map(|i| i as f32 * 0.011)
        .collect();
    let expected: Vec<f64> = values
        .iter()
        .map(|&u| 2.0 / (1.0 + (-f64::from(u)).exp()))
        .collect();
    sigmoid(&mut values, 2.0);
    for (got, expected) in values.iter().zip(expected) {
        // e⁻ᵘ stops growing at u = −88.
        let error = (f64::from(*got) - expected).abs();
        assert!(error < 3e-7 * expected + 1e-37, "{got} {expected}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn the_gate_and_its_gradients_are_those_of_f64(
        (dr, dc, dk) in (1_usize..20, 1_usize..20, 1_usize..4),
        rows in 0_usize..6, shared_left: bool, shared_right: bool, scale in 0.5_f32..2.5,
    ) {
        instruction_sets::take_asked();
        let gate = Gate { dr, dc, dk, scale };
        let mut random = Stream::new(3, "gate");
        let left = random.normal(if shared_left { 1 } else { rows } * dr * dk, 1.0);
        let right = random.normal(if shared_right { 1 } else { rows } * dk * dc, 1.0);
        let gradient = random.normal(rows * dr * dc, 1.0);
        let s = gate.forward(rows, &left, &right);
        let (d_left, d_right) = gate.backward(rows, (&left, &right), &s, &gradient);
        let (mut e_left, mut e_right) = (vec![0.0; left.len()], vec![0.0; right.len()]);
        for b in 0..rows {
            let (bl, br) = (if shared_left { 0 } else { b }, if shared_right { 0 } else { b });
            for r in 0..dr {
                for c in 0..dc {
                    let l = |k| (bl * dr + r) * dk + k;
                    let q = |k| (br * dk + k) * dc + c;
                    let u: f64 = (0..dk).map(|k| f64::from(left[l(k)]) * f64::from(right[q(k)])).sum();
                    let place = (b * dr + r) * dc + c;
                    let sigma = 1.0 / (1.0 + (-u).exp());
                    let expected = f64::from(scale) * sigma;
                    prop_assert!((f64::from(s[place]) - expected).abs() < 1e-5);
                    let du = f64::from(gradient[place]) * expected * (1.0 - sigma);
                    for k in 0..dk {
                        e_left[l(k)] += du * f64::from(right[q(k)]);
                        e_right[q(k)] += du * f64::from(left[l(k)]);
                    }
                }
            }
        }
        for (got, expected) in d_left.iter().zip(&e_left).chain(d_right.iter().zip(&e_right)) {
            prop_assert!((f64::from(*got) - expected).abs() < 1e-4 * (1.0 + expected.abs()));
        }
        let du = sigmoid_gradient(&s, &gradient, scale);
        for ((du, s), g) in du.iter().zip(&s).zip(&gradient) {
            prop_assert!((du - g * s * (1.0 - s / scale)).abs() < 1e-5);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn a_dense_layer_is_its_sums(
        rows in 0..ROWS.min(20), (dm, dn) in (1..WIDTH + 10, 1..WIDTH), extra in 0_usize..3, onto: bool,
        activation in prop_oneof![
            Just(Activation::Linear), Just(Activation::Relu), Just(Activation::Sigmoid(2.0)),
        ],
    ) {
        instruction_sets::take_asked();
        let mut random = Stream::new(4, "dense");
        let (weight, bias) = (random.normal(dm * dn, 0.3), random.normal(dm, 1.0));
        let stride = dn + extra;
        let input = random.normal(rows * stride, 1.0);
        let start = random.normal(rows * dm, 1.0);
        let layer = Dense::new((dm, dn), &weight, &bias);
        let mut out = start.clone();
        let rows_of = Rows::new(&input, stride);
        if onto {
            layer.forward_onto(rows_of, activation, &mut out);
        } else {
            layer.forward(rows_of, activation, &mut out);
        }
        for b in 0..rows {
            for i in 0..dm {
                let mut sum = f64::from(bias[i]);
                if onto {
                    sum += f64::from(start[b * dm + i]);
                }
                for j in 0..dn {
                    sum += f64::from(weight[i * dn + j]) * f64::from(input[b * stride + j]);
                }
                let expected = match activation {
                    Activation::Linear => sum,
                    Activation::Relu => sum.max(0.0),
                    Activation::Sigmoid(scale) => f64::from(scale) / (1.0 + (-sum).exp()),
                };
                let got = f64::from(out[b * dm + i]);
                prop_assert!((got - expected).abs() < 1e-5 * (1.0 + expected.abs()), "{got} {expected}");
            }
        }
    }

    #[test]
    fn a_dense_layers_gradients_are_their_sums(
        rows in 0..ROWS.min(70), (dm, dn) in prop_oneof![(1..WIDTH + 10, 1..WIDTH + 10), (600..700_usize, 1..6_usize)],
    ) {
        instruction_sets::take_asked();
        let mut random = Stream::new(6, "dense gradients");
        let (weight, input) = (random.normal(dm * dn, 0.3), random.normal(rows * dn, 1.0));
        let gradient = random.normal(rows * dm, 1.0);
        let mut d_input = vec![f32::NAN; rows * dn];
        let mut d_weight = vec![f32::NAN; dm * dn];
        input_gradient((dm, dn), &gradient, &weight, &mut d_input);
        weight_gradient((dm, dn), &gradient, &input, &mut d_weight);
        let (mut e_input, mut e_weight) = (vec![0.0_f64; rows * dn], vec![0.0_f64; dm * dn]);
        for b in 0..rows {
            for i in 0..dm {
                let g = f64::from(gradient[b * dm + i]);
                for j in 0..dn {
                    e_input[b * dn + j] += g * f64::from(weight[i * dn + j]);
                    e_weight[i * dn + j] += g * f64::from(input[b * dn + j]);
                }
            }
        }
        for (got, expected) in d_input.iter().zip(&e_input).chain(d_weight.iter().zip(&e_weight)) {
            prop_assert!((f64::from(*got) - expected).abs() < 1e-4 * (1.0 + expected.abs()), "{got} {expected}");
        }
    }

    #[test]
    fn a_packed_layer_is_the_layer(rows in 0..ROWS, dr in 1_usize..9, dc in 1_usize..12) {
        instruction_sets::take_asked();
        let case = Case::new(rows, (18, dr), (12, dc), 5);
        let expected = case.layer().forward(&case.hidden, &case.s, (&case.weight, &case.bias));
        let packed = PackedLayer::new(case.layer(), &case.weight, &case.bias);
        let (mut out, mut scratch) = (vec![0.0; rows * 18], Vec::new());
        for _ in 0..2 {
            packed.forward(&case.hidden, &case.s, &mut out, &mut scratch);
            prop_assert_eq!(&out, &expected);
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "an interpreter starts no processes")]
fn all_of_this_on_each_instruction_set() {
    if std::env::args().any(|argument| argument == "--skip") {
        return;
    }
    instruction_sets::each(
        &["--skip", "all_of_this_on_each_instruction_set"],
        |_, _| (),
    );
}
