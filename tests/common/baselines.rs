//! PLE, STAR, PEPNet, AdaSparse and APG against vectors of an independent numpy script
//! (tests/golden/make_baselines.py), which goes row by row and differentiates by differences.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor, TensorData};
use mi_dpg::model::{Batch, InputLayout, Network, NetworkConfig, parameters};
use mi_dpg::random::Stream;
use mi_dpg::train::loss::binary_cross_entropy;
use serde::Deserialize;

use super::golden::{Value, cases, close, gradients_of, load, read};

cases!(
    "adasparse",
    "adasparse_binarisation",
    "adasparse_input",
    "adasparse_scaling",
    "apg",
    "apg_mix_over",
    "apg_self",
    "pepnet",
    "pepnet_epnet",
    "pepnet_hidden_gates",
    "pepnet_ppnet_no_priors",
    "ple",
    "ple_experts",
    "ple_one_level",
    "star",
    "star_predict",
);

#[derive(Deserialize)]
struct Case {
    network: NetworkConfig,
    x: Vec<Vec<f32>>,
    d_e: usize,
    scenarios: usize,
    scenario: Vec<u32>,
    priors: Vec<(usize, usize)>,
    training: Option<f32>,
    labels: Vec<f32>,
    parameters: BTreeMap<String, Value>,
    expected: Expected,
}

#[derive(Deserialize)]
struct Expected {
    logits: Vec<f32>,
    bce: f32,
    penalty: f32,
    loss: f32,
    grad_x: Vec<f32>,
    grads: BTreeMap<String, Vec<f32>>,
    after: BTreeMap<String, Vec<f32>>,
}

/// Forward, loss, every gradient and what is gathered, of one case on `device`.
pub(crate) async fn check(name: &str, json: &str, device: &Device) {
    let case: Case = serde_json::from_str(json).unwrap_or_else(|error| panic!("{name}: {error}"));
    let device = device.clone().autodiff();
    let (rows, width) = (case.x.len(), case.x[0].len());
    let layout = InputLayout {
        priors: case.priors.iter().map(|&(from, to)| from..to).collect(),
        ..InputLayout::of_widths(width, case.d_e, case.scenarios)
    };
    let network = Network::init(
        &case.network,
        &layout,
        &mut Stream::new(1, "golden"),
        &device,
    );
    let network = load(name, network, case.parameters, &device);
    let network = match case.training {
        Some(progress) => network.at(progress),
        None => network,
    };

    let x = Tensor::<2>::from_data(TensorData::new(case.x.concat(), [rows, width]), &device)
        .require_grad();
    let labels = Tensor::<1>::from_data(TensorData::new(case.labels, [rows]), &device);
    let forward = network.forward(&Batch {
        input: x.clone(),
        scenario: &case.scenario,
        training: case.training,
    });
    let expected = &case.expected;
    let logits = read(forward.logits.clone()).await;
    close(name, "logits", logits, &expected.logits);
    let mut loss = binary_cross_entropy(forward.logits, labels);
    close(name, "bce", read(loss.clone()).await, &[expected.bce]);
    if let Some(penalty) = forward.penalty {
        let value = read(penalty.clone()).await;
        close(name, "penalty", value, &[expected.penalty]);
        loss = loss + penalty;
    } else {
        assert_eq!(expected.penalty, 0.0, "{name}: there is no penalty");
    }
    close(name, "loss", read(loss.clone()).await, &[expected.loss]);

    let mut gradients = loss.backward();
    let input = x
        .grad_remove(&mut gradients)
        .expect("the input has a gradient");
    let input = read(input).await;
    close(name, "gradient of the input", input, &expected.grad_x);
    let mut found = BTreeMap::new();
    for (parameter, gradient) in gradients_of(&network, gradients) {
        found.insert(parameter, read(gradient).await);
    }
    for (parameter, expected) in &expected.grads {
        let got = found
            .remove(parameter)
            .unwrap_or_else(|| panic!("{name}: {parameter} has no gradient"));
        close(name, &format!("gradient of {parameter}"), got, expected);
    }
    for (parameter, gradient) in found {
        let zero = gradient.iter().all(|g| *g == 0.0);
        assert!(zero, "{name}: {parameter} is not used and has a gradient");
    }

    let after = parameters::read(&network.absorb(forward.moments))
        .await
        .unwrap();
    for (statistic, expected) in &expected.after {
        let got = after[statistic].data.clone();
        close(name, &format!("{statistic} afterwards"), got, expected);
    }
}
