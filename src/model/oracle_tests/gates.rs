//! PEPNet and AdaSparse, which weigh by factors that are made for the row.

use super::*;

#[test]
fn gates_at_zero_leave_the_backbone() {
    let scaling = AdaSparseConfig {
        form: PruningForm::Scaling,
        ..Default::default()
    };
    for method in [
        Method::PepNet(PepNetConfig::default()),
        Method::AdaSparse(AdaSparseConfig::default()),
        Method::AdaSparse(scaling),
    ] {
        let network = change(network_of(method.clone(), 3), |name, data| {
            if name.contains("gate") || name.starts_with("pruners") {
                zero(data);
            }
        });
        let expected = predict(&dnn_of(&network, "backbone."), input());
        same(&predict(&network, input()), &expected, 1e-5);
    }
}

#[test]
fn a_pruned_neuron_is_zero_and_never_negative() {
    // Fusion with pruners that only see a bias: all far below the threshold, or far above.
    for (bias, expected) in [(-100.0, 0.0), (100.0, 2.0)] {
        let network = change(
            network_of(Method::AdaSparse(AdaSparseConfig::default()), 3),
            |name, data| {
                if name == "pruners.2.weight" {
                    zero(data);
                } else if name == "pruners.2.bias" {
                    data.fill(bias);
                } else if name.starts_with("pruners") {
                    zero(data);
                }
            },
        );
        let output = read(&network);
        let constant = output["backbone.output.bias"].data[0];
        let plain = predict(&dnn_of(&network, "backbone."), input());
        let expected: Vec<f32> = plain
            .iter()
            .map(|z| constant + expected * (z - constant))
            .collect();
        same(&predict(&network, input()), &expected, 1e-3);
    }
}

#[test]
fn binarisation_teaches_its_pruners() {
    let config = AdaSparseConfig {
        form: PruningForm::Binarisation,
        ..Default::default()
    };
    let network = network_of(Method::AdaSparse(config), 3);
    let names = moved(&network, ROWS, &SCENARIO);
    for l in 0..3 {
        assert!(
            names.contains(&format!("pruners.{l}.weight")),
            "pruner {l}: {names:?}"
        );
    }
}

#[test]
fn predicting_leaves_alpha_alone() {
    let network = network_of(Method::AdaSparse(AdaSparseConfig::default()), 3).at(0.25);
    let before = read(&network)["alpha"].data.clone();
    same(&before, &[0.1 + 0.25 * 4.9], 1e-6);
    predict(&network, input());
    assert_eq!(read(&network)["alpha"].data, before);
}

/// The main embeddings learn through what is gated, not through the gate's own look at them.
#[test]
fn pepnets_gate_does_not_teach_what_it_gates() {
    let config = PepNetConfig {
        ppnet: false,
        ..Default::default()
    };
    let network = network_of(Method::PepNet(config), 3);
    let gradient = |network: &Network, x: &Tensor<2>| {
        let mut gradients = logits(network, x.clone(), None).sum().backward();
        values(x.grad_remove(&mut gradients).unwrap())
    };
    // A gate that sees nothing of the general columns' values gives them the same gradient.
    let x = input();
    let got = gradient(&network, &x);
    let blind = change(network, |name, data| {
        if name == "embedding_gate.hidden.weight" {
            for row in data.chunks_mut(4 + WIDTH) {
                row[..4].fill(0.0);
            }
        }
    });
    let without_e = gradient(&blind, &input());
    // Through e the gate learns; where it does not see e, only the gated path is left.
    assert_ne!(got[..4], without_e[..4]);
    let gate = {
        let values = read(&blind);
        let get = |name: &str| values[name].data.clone();
        let (w1, b1) = (
            get("embedding_gate.hidden.weight"),
            get("embedding_gate.hidden.bias"),
        );
        let (w2, b2) = (
            get("embedding_gate.output.weight"),
            get("embedding_gate.output.bias"),
        );
        let x: Vec<f32> = self::values(input())[..WIDTH].to_vec();
        let hidden: Vec<f32> = (0..WIDTH)
            .map(|i| {
                let row = &w1[i * (4 + WIDTH) + 4..(i + 1) * (4 + WIDTH)];
                let z: f32 = row.iter().zip(&x).map(|(w, x)| w * x).sum();
                (z + b1[i]).max(0.0)
            })
            .collect();
        (0..WIDTH)
            .map(|i| {
                let row = &w2[i * WIDTH..(i + 1) * WIDTH];
                let z: f32 = row.iter().zip(&hidden).map(|(w, h)| w * h).sum();
                2.0 / (1.0 + (-(z + b2[i])).exp())
            })
            .collect::<Vec<f32>>()
    };
    // dL/dx_j = δ_j · dL/d(δ_j x_j): take the backbone's gradient at the gated input.
    let backbone = dnn_of(&blind, "backbone.");
    let x: Vec<f32> = self::values(input())[..WIDTH].to_vec();
    let gated: Vec<f32> = x.iter().zip(&gate).map(|(x, g)| x * g).collect();
    let gated =
        Tensor::<2>::from_data(TensorData::new(gated, [1, WIDTH]), &device()).require_grad();
    let mut gradients = backbone
        .forward(&Batch::of_input(gated.clone()))
        .logits
        .sum()
        .backward();
    let through = values(gated.grad_remove(&mut gradients).unwrap());
    let expected: Vec<f32> = through.iter().zip(&gate).map(|(t, g)| t * g).collect();
    same(&without_e[..WIDTH], &expected, 1e-5);
}
