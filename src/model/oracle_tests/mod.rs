//! What the baselines must be in special cases, and the public bugs they must not have.

mod gates;
mod own_parameters;

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor, TensorData};

use super::batch::Batch;
use super::config::{
    AdaSparseConfig, ApgConfig, Method, NetworkConfig, PepNetConfig, PleConfig, PruningForm,
    StarConfig,
};
use super::layout::InputLayout;
use super::network::Network;
use super::parameters;
use crate::artifact::TensorValue;
use crate::random::Stream;

const ROWS: usize = 7;
const WIDTH: usize = 10;
const HIDDEN: [usize; 3] = [8, 6, 4];
/// Two rows each of scenarios 0 and 2, one of 1, one unknown, one missing.
const SCENARIO: [u32; ROWS] = [2, 4, 0, 3, 2, 4, 1];

fn device() -> Device {
    Device::flex().autodiff()
}

fn layout(scenarios: usize) -> InputLayout {
    InputLayout {
        priors: vec![4..6, 6..8],
        ..InputLayout::of_widths(WIDTH, 4, scenarios)
    }
}

fn network_of(method: Method, scenarios: usize) -> Network {
    let config = NetworkConfig {
        embedding: 2,
        hidden: HIDDEN.to_vec(),
        method,
    };
    config.validate().unwrap();
    Network::init(
        &config,
        &layout(scenarios),
        &mut Stream::new(5, "oracle"),
        &device(),
    )
}

fn input() -> Tensor<2> {
    let data = Stream::new(6, "x").normal(ROWS * WIDTH, 1.0);
    Tensor::from_data(TensorData::new(data, [ROWS, WIDTH]), &device()).require_grad()
}

fn predict(network: &Network, x: Tensor<2>) -> Vec<f32> {
    values(logits(network, x, None))
}

fn logits(network: &Network, input: Tensor<2>, training: Option<f32>) -> Tensor<1> {
    let batch = Batch {
        input,
        scenario: &SCENARIO,
        training,
    };
    network.forward(&batch).logits
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.without_autodiff().into_data().try_to_vec().unwrap()
}

type Values = BTreeMap<String, TensorValue>;

fn read(network: &Network) -> Values {
    pollster::block_on(parameters::read(network)).unwrap()
}

/// `network` with some of its tensors changed.
fn change(network: Network, change: impl Fn(&str, &mut Vec<f32>)) -> Network {
    let mut tensors = read(&network);
    for (name, value) in &mut tensors {
        change(name, &mut value.data);
    }
    parameters::load(network, &mut tensors, &device()).unwrap()
}

fn zero(data: &mut [f32]) {
    data.fill(0.0);
}

fn same(got: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(got.len(), expected.len());
    for (g, e) in got.iter().zip(expected) {
        assert!((g - e).abs() < tolerance, "{got:?} is not {expected:?}");
    }
}

/// The DNN whose tensors are those of `network` under `prefix`.
fn dnn_of(network: &Network, prefix: &str) -> Network {
    let mut tensors: Values = read(network)
        .into_iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(prefix)?.to_owned(), value)))
        .collect();
    parameters::load(network_of(Method::Dnn, 3), &mut tensors, &device()).unwrap()
}

/// Names of the parameters that the loss of the rows of scenario 0 moves.
fn moved(network: &Network, rows: usize, scenario: &[u32]) -> Vec<String> {
    let batch = Batch {
        input: input().narrow(0, 0, rows),
        scenario,
        training: Some(0.5),
    };
    let forward = network.forward(&batch);
    let mut gradients = forward.logits.sum().backward();
    struct Moved<'a> {
        gradients: &'a mut burn::tensor::Gradients,
        path: parameters::Path,
        names: Vec<String>,
    }
    impl burn::module::ModuleVisitor for Moved<'_> {
        fn visit_float<const D: usize>(&mut self, param: &burn::module::Param<Tensor<D>>) {
            let gradient = param.val().grad_remove(self.gradients);
            if gradient.is_some_and(|g| values(g).iter().any(|g| *g != 0.0)) {
                self.names.push(self.path.name());
            }
        }
        fn enter_module(&mut self, name: &str, container: &str) {
            self.path.enter(name, container);
        }
        fn exit_module(&mut self, _: &str, _: &str) {
            self.path.exit();
        }
    }
    let mut visitor = Moved {
        gradients: &mut gradients,
        path: parameters::Path::default(),
        names: Vec::new(),
    };
    burn::module::Module::visit(network, &mut visitor);
    visitor.names
}

#[test]
fn apg_multiplied_out_gives_the_same() {
    let config = ApgConfig {
        over: Some(9),
        ..Default::default()
    };
    let network = network_of(Method::Apg(config.clone()), 3);
    let collapsed = network.clone().frozen();
    same(
        &predict(&collapsed, input()),
        &predict(&network, input()),
        1e-5,
    );
    let frozen = NetworkConfig {
        embedding: 2,
        hidden: HIDDEN.to_vec(),
        method: Method::Apg(config),
    }
    .frozen();
    let shapes: BTreeMap<String, Vec<usize>> = super::shapes::of_layout(&frozen, &layout(3))
        .into_iter()
        .collect();
    let found: BTreeMap<String, Vec<usize>> = read(&collapsed)
        .into_iter()
        .map(|(name, value)| (name, value.shape))
        .collect();
    assert_eq!(found, shapes);
}
