//! The modulated layer against the matrix it never forms.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use proptest::prelude::*;

use super::{Dpg, ModulatedLinear};
use crate::model::linear::parameter;
use crate::model::{Batch, Condition, Variant, WeightingConfig};
use crate::random::Stream;

fn device() -> Device {
    Device::flex()
}

fn tensor<const D: usize>(data: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
    Tensor::from_data(TensorData::new(data, shape), &device())
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec().unwrap()
}

fn config(variant: Variant, dk: usize, dr_div: usize, dc_div: usize) -> WeightingConfig {
    WeightingConfig {
        variant,
        dk,
        dr_div,
        dc_div,
        ..Default::default()
    }
}

/// (S ⊙ W) h + b with S written out.
fn materialised(layer: &ModulatedLinear, hidden: &[f32], s: &[f32], batch: usize) -> Vec<f32> {
    let shape = layer.weighting.shape();
    let (weight, bias) = (values(layer.weight.val()), values(layer.bias.val()));
    (0..batch)
        .flat_map(|b| {
            let full = shape.expand(&s[b * shape.len()..][..shape.len()]);
            let (weight, bias) = (&weight, &bias);
            (0..shape.dm).map(move |i| {
                let products = (0..shape.dn).map(|j| {
                    f64::from(full[i * shape.dn + j] * weight[i * shape.dn + j])
                        * f64::from(hidden[b * shape.dn + j])
                });
                products.sum::<f64>() as f32 + bias[i]
            })
        })
        .collect()
}

fn check(dm: usize, dn: usize, config: &WeightingConfig, seed: u64) {
    let (batch, aware) = (3, 2);
    let mut random = Stream::new(seed, "test");
    let mut layer = ModulatedLinear::init((dn, dm), aware, config, &mut random, &device());
    layer.bias = parameter(random.uniform(dm, 1.0), [dm], &device());
    let hidden = random.normal(batch * dn, 1.0);
    let h = tensor(hidden.clone(), [batch, dn]);
    let s = layer.weighting(
        tensor(random.normal(batch * aware, 1.0), [batch, aware]),
        h.clone(),
    );
    let shape = layer.weighting.shape();
    assert_eq!(s.dims(), [batch, shape.dr, shape.dc]);
    let expected = materialised(&layer, &hidden, &values(s.clone()), batch);
    let got = values(layer.forward(h, s));
    for (g, e) in got.iter().zip(&expected) {
        assert!(
            (g - e).abs() < 1e-4 * (1.0 + e.abs()),
            "{g} {e} at {shape:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn factored_is_materialised(
        dm in 1_usize..24, dn in 1_usize..24, dk in 1_usize..4,
        dr_div in 1_usize..10, dc_div in 1_usize..10, which in 0_usize..4, seed in 0_u64..1000,
    ) {
        let variant = [Variant::Non, Variant::Rc, Variant::R, Variant::C][which];
        check(dm, dn, &config(variant, dk, dr_div, dc_div), seed);
    }
}

#[test]
fn both_forms_ragged_and_even_are_covered() {
    // (d_m, d_n, dr_div, dc_div): row form, column form, each even and ragged, and both gates.
    for (dm, dn, dr_div, dc_div) in [
        (8, 12, 4, 4),
        (12, 8, 4, 2),
        (7, 10, 3, 3),
        (11, 5, 2, 2),
        (8, 8, 8, 1),
        (8, 8, 1, 8),
    ] {
        check(dm, dn, &config(Variant::R, 1, dr_div, dc_div), 5);
    }
}

fn network(variant: Variant, condition: Condition, gate_scale: f32) -> Dpg {
    let config = WeightingConfig {
        variant,
        condition,
        gate_scale,
        dr_div: 2,
        dc_div: 2,
        dk: 1,
    };
    Dpg::init(
        (6, 2),
        &[8, 4],
        &config,
        None,
        &mut Stream::new(1, "test"),
        &device(),
    )
}

/// With generators that give zero, S = ½ everywhere: DPG is the DNN with half its weights.
#[test]
fn zero_generators_halve_the_backbone() {
    let x = tensor(Stream::new(2, "x").normal(5 * 6, 1.0), [5, 6]);
    for (variant, gate_scale, factor) in [
        (Variant::R, 1.0, 0.5),
        (Variant::C, 1.0, 0.5),
        (Variant::Non, 1.0, 0.5),
        (Variant::R, 2.0, 1.0),
    ] {
        let mut dpg = network(variant, Condition::Input, gate_scale);
        let mut plain = x.clone();
        for layer in &mut dpg.layers {
            let zero = |linear: &mut crate::model::linear::Linear| {
                let [output, input] = linear.weight.val().dims();
                linear.weight = parameter(vec![0.0; output * input], [output, input], &device());
            };
            let weighting = &mut layer.weighting;
            weighting
                .full
                .iter_mut()
                .chain(&mut weighting.row)
                .chain(&mut weighting.column)
                .for_each(zero);
            let weight = layer.weight.val().mul_scalar(factor);
            plain = burn::tensor::activation::relu(
                plain.matmul(weight.transpose()) + layer.bias.val().unsqueeze(),
            );
        }
        let expected = values(dpg.output.forward(plain));
        for (g, e) in values(dpg.forward(&Batch::of_input(x.clone())).logits)
            .iter()
            .zip(&expected)
        {
            assert!((g - e).abs() < 1e-5, "{variant:?} {g} {e}");
        }
    }
}

/// Rows that share e share s when the generators see e alone, and only then.
#[test]
fn scenario_condition_depends_on_the_scenario_alone() {
    let mut rows = Stream::new(3, "x").normal(2 * 6, 1.0);
    rows.copy_within(0..2, 6);
    let x = tensor(rows, [2, 6]);
    for (condition, same) in [(Condition::Scenario, true), (Condition::Input, false)] {
        for s in network(Variant::R, condition, 1.0)
            .forward(&Batch::of_input(x.clone()))
            .weighting
        {
            let s = values(s);
            let (a, b) = s.split_at(s.len() / 2);
            assert_eq!(a == b, same, "{condition:?}");
        }
    }
}

#[test]
fn dpg_and_mi_dpg_of_one_seed_start_alike() {
    let config = WeightingConfig::default();
    let mi = crate::model::MutualInformationConfig::default();
    let start = |mi| {
        Dpg::init(
            (16, 4),
            &[16, 8],
            &config,
            mi,
            &mut Stream::new(1, "test"),
            &device(),
        )
    };
    let (dpg, with) = (start(None), start(Some(&mi)));
    assert_eq!(with.discriminators.len(), 2);
    assert_eq!(
        values(dpg.output.weight.val()),
        values(with.output.weight.val())
    );
    assert!(with.num_params() > dpg.num_params());
}
