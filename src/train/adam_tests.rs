use super::super::gradients::{self, Gradients};
use super::*;
use crate::model::linear::{Linear, parameter};
use crate::model::parameters;
use serde_json::Value;

fn singles(value: &Value) -> Vec<f32> {
    let list = value.as_array().unwrap();
    list.iter().map(|v| v.as_f64().unwrap() as f32).collect()
}

/// On the host and as on a device that is not the host.
fn both_ways(taken: Vec<(String, Tensor<1>)>) -> [Gradients; 2] {
    let read =
        |(name, gradient): (String, Tensor<1>)| (name, floats(gradient.into_data()).unwrap());
    [
        Gradients::Host(taken.iter().cloned().map(read).collect()),
        Gradients::Device(taken.into_iter().collect()),
    ]
}

/// Steps a weight with the gradients of the file, through a loss whose gradient they are; the state goes to the host
/// and back between any two steps where the optimiser works there.
#[test]
fn agrees_with_the_golden_file_and_its_state_survives_a_checkpoint() {
    for way in 0..2 {
        follow_the_golden_file(way);
    }
}

fn follow_the_golden_file(way: usize) {
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
        let [host, elsewhere] = both_ways(gradients::take(&network, &mut gradients));
        let gradients = if way == 0 { host } else { elsewhere };
        network = adam.step(network, gradients).unwrap();
        let got = network.weight.val().inner().into_data();
        let expected = singles(&step["table"]);
        for (got, expected) in got.try_to_vec::<f32>().unwrap().iter().zip(&expected) {
            let error = (got - expected).abs();
            assert!(error <= 2e-6 * expected.abs(), "{index}: {got} {expected}");
        }
        let state = pollster::block_on(adam.state()).unwrap();
        assert_eq!(adam.steps(), index + 1);
        if way == 0 {
            adam = DenseAdam::new(lr);
            let lengths = parameters::lengths(&network);
            adam.restore(index + 1, state, &lengths, &device.clone().inner())
                .unwrap();
        }
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
    let half = vec![("weight.first".to_owned(), first.clone())];
    let whole = [half.clone(), vec![("weight.second".to_owned(), first)]].concat();
    let refused = |state: &[(String, TensorValue)], name: &str, length| {
        let lengths = BTreeMap::from([(name.to_owned(), length)]);
        let state = Tensors::from_iter(state.to_vec());
        let restored = DenseAdam::new(1e-3).restore(1, state, &lengths, &Device::flex());
        restored.is_err_and(|error| error.kind() == ErrorKind::ModelFile)
    };
    assert!(!refused(&whole, "weight", 1));
    assert!(refused(&half, "weight", 1));
    assert!(refused(&whole, "weight", 2), "another size");
    assert!(refused(&whole, "bias", 1), "no such parameter");
}
