use super::*;
use crate::model::linear::{Linear, parameter};
use serde_json::Value;

fn singles(value: &Value) -> Vec<f32> {
    let list = value.as_array().unwrap();
    list.iter().map(|v| v.as_f64().unwrap() as f32).collect()
}

/// Steps a weight with the gradients of the file, through a loss whose gradient they are; the state goes
/// to the host and back between any two steps.
#[test]
fn agrees_with_the_golden_file_and_its_state_survives_a_checkpoint() {
    let golden: Value =
        serde_json::from_str(include_str!("../../tests/golden/dense_adam.json")).unwrap();
    let size = |key: &str| golden[key].as_u64().unwrap() as usize;
    let shape = [size("rows"), size("dim")];
    let device = Device::flex().autodiff();
    let mut network = Linear {
        weight: parameter(singles(&golden["table"]), shape, &device),
        bias: parameter(vec![0.5; shape[0]], [shape[0]], &device),
    };
    let lr = golden["config"]["lr"].as_f64().unwrap();
    let mut adam = DenseAdam::new(lr);
    for (index, step) in golden["steps"].as_array().unwrap().iter().enumerate() {
        let gradient = TensorData::new(singles(&step["gradients"]), shape);
        let gradient = Tensor::<2>::from_data(gradient, &device);
        let mut gradients = (network.weight.val() * gradient).sum().backward();
        network = adam.step(network, &mut gradients);
        let got = network.weight.val().inner().into_data();
        let expected = singles(&step["table"]);
        for (got, expected) in got.try_to_vec::<f32>().unwrap().iter().zip(&expected) {
            let error = (got - expected).abs();
            assert!(error <= 2e-6 * expected.abs(), "{index}: {got} {expected}");
        }
        let state = pollster::block_on(adam.state()).unwrap();
        assert_eq!(adam.steps(), index + 1);
        adam = DenseAdam::new(lr);
        adam.restore(index + 1, state, &device.clone().inner())
            .unwrap();
    }
    let bias = network.bias.val().inner().into_data();
    assert_eq!(
        bias.try_to_vec::<f32>().unwrap(),
        vec![0.5; shape[0]],
        "no gradient, no step"
    );
}

#[test]
fn half_a_state_is_refused() {
    let first = TensorValue {
        shape: vec![1],
        data: vec![0.0],
    };
    let state = Tensors::from([("layers.0.weight.first".to_owned(), first)]);
    let error = DenseAdam::new(1e-3).restore(1, state, &Device::flex());
    assert_eq!(error.unwrap_err().kind(), ErrorKind::ModelFile);
}
