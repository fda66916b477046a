//! What the trainer differentiates and reads back, against the vectors of an independent script
//! (tests/golden/make_golden.py).

use burn::tensor::Device;
use serde_json::Value;

use super::read_back::{ReadBack, read};
use super::shard::{HostBatch, differentiate};
use crate::artifact::{TensorValue, Tensors};
use crate::model::{InputLayout, Network, NetworkConfig, parameters};
use crate::random::Stream;

fn numbers(value: &Value) -> Vec<f32> {
    let list = value.as_array().unwrap();
    list.iter().map(|v| v.as_f64().unwrap() as f32).collect()
}

fn ids(value: &Value) -> Vec<u32> {
    let list = value.as_array().unwrap();
    list.iter().map(|v| v.as_u64().unwrap() as u32).collect()
}

/// The case's settings as they stand in a model file.
fn config(golden: &Value) -> NetworkConfig {
    let config = &golden["config"];
    let method = serde_json::json!({
        "name": "mi-dpg",
        "weighting": {
            "variant": config["variant"],
            "dk": config["d_k"],
            "dr_div": config["dr_div"],
            "dc_div": config["dc_div"],
            "condition": config["condition"],
            "gate_scale": config["gate_scale"],
        },
        "mutual_information": { "lambda": config["lambda"], "rank": 3 },
    });
    NetworkConfig {
        embedding: 2,
        hidden: ids(&config["hidden"]).iter().map(|&d| d as usize).collect(),
        method: serde_json::from_value(method).unwrap(),
    }
}

/// Loss and gradients of the case's batch, cut into shards that end at `ends`.
fn train_on(golden: &Value, ends: &[usize]) -> ReadBack {
    let device = Device::flex().autodiff();
    let x: Vec<Vec<f32>> = golden["x"]
        .as_array()
        .unwrap()
        .iter()
        .map(numbers)
        .collect();
    let (width, aware) = (x[0].len(), golden["d_e"].as_u64().unwrap() as usize);
    let layout = InputLayout::of_widths(width, aware, 0);
    let mut random = Stream::new(1, "golden");
    let network = Network::init(&config(golden), &layout, &mut random, &device);
    let tensors = golden["parameters"].as_object().unwrap().iter();
    let mut tensors: Tensors = tensors
        .map(|(name, value)| {
            let shape = ids(&value["shape"]).iter().map(|&d| d as usize).collect();
            let data = numbers(&value["data"]);
            (name.clone(), TensorValue { shape, data })
        })
        .collect();
    let network = parameters::load(network, &mut tensors, &device).unwrap();
    assert!(tensors.is_empty(), "{:?}", tensors.keys());

    let lambda = golden["lambda"].as_f64().unwrap() as f32;
    let order = ids(&golden["perm"]);
    let batch = HostBatch {
        input: &x.concat(),
        width,
        aware,
        labels: &numbers(&golden["labels"]),
        scenario: &vec![0; x.len()],
        negatives: Some((&order, lambda)),
        progress: 0.5,
    };
    let mut start = 0;
    let shards = ends.iter().map(|&end| {
        let shard = std::mem::replace(&mut start, end)..end;
        let leaves = batch.leaves(&shard, &device);
        differentiate(&network, &batch, shard, leaves, &device).unwrap()
    });
    pollster::block_on(read(shards.collect(), &batch)).unwrap()
}

fn near(what: &str, got: &[f32], expected: &[f32]) {
    assert_eq!(got.len(), expected.len(), "{what}");
    for (i, (got, expected)) in got.iter().zip(expected).enumerate() {
        let near = (got - expected).abs() <= 2e-5 + 2e-4 * expected.abs();
        assert!(near, "{what}[{i}] is {got}, expected {expected}");
    }
}

fn check(name: &str, json: &str) {
    let golden: Value = serde_json::from_str(json).unwrap();
    let expected = &golden["expected"];
    let number = |value: &Value| value.as_f64().unwrap() as f32;
    let mi = numbers(&expected["mi"]);
    let mi = mi.iter().sum::<f32>() / mi.len() as f32;
    // Whole, and so that rows of one shard make negative pairs with rows of another.
    for ends in [&[6][..], &[3, 6], &[1, 2, 6]] {
        let what = |what: &str| format!("{name}, {ends:?}: {what}");
        let back = train_on(&golden, ends);
        let losses = back.losses;
        near(&what("loss"), &[losses.loss], &[number(&expected["loss"])]);
        near(&what("bce"), &[losses.bce], &[number(&expected["bce"])]);
        near(&what("L_mi"), &[losses.mi.unwrap()], &[mi]);
        near(&what("grad_x"), &back.input, &numbers(&expected["grad_x"]));
        let gradients = expected["grads"].as_object().unwrap();
        assert!(back.parameters.keys().eq(gradients.keys()), "{name}");
        for (parameter, gradient) in &back.parameters {
            let expected = numbers(&gradients[parameter]);
            near(&what(parameter), gradient, &expected);
        }
    }
}

macro_rules! check {
    ($name:literal) => {
        let json = include_str!(concat!("../../tests/golden/", $name, ".json"));
        check($name, json);
    };
}

#[test]
fn a_step_of_mi_dpg_has_the_loss_and_the_gradients_of_the_golden_file() {
    check!("mi_dpg_r_input_lambda");
    // Discriminators of two factors, generators that see e alone, blocks of several sizes.
    check!("mi_dpg_non_scenario");
    check!("mi_dpg_rc_input_ragged");
}
