//! What the baselines must be in special cases, and the public bugs they must not have.

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
fn star_starts_as_the_shared_network() {
    let network = change(
        network_of(Method::Star(StarConfig::default()), 3),
        |name, data| {
            if name.starts_with("auxiliary.output") {
                zero(data);
            }
        },
    );
    // W_p = 1, b_p = 0 and the normalisation at mean 0 and variance 1: the shared layers alone.
    let mut tensors = Values::new();
    for (name, value) in read(&network) {
        if let Some((layer, rest)) = name
            .strip_prefix("layers.")
            .and_then(|rest| rest.split_once(".shared."))
        {
            let name = if layer == "3" {
                format!("output.{rest}")
            } else {
                format!("layers.{layer}.{rest}")
            };
            tensors.insert(name, value);
        }
    }
    let dnn = parameters::load(network_of(Method::Dnn, 3), &mut tensors, &device()).unwrap();
    let expected = predict(&dnn, input());
    same(&predict(&network, input()), &expected, 1e-4);
    assert!(
        expected.iter().any(|z| *z < 0.0),
        "the main logit has both signs"
    );
}

#[test]
fn ple_of_one_scenario_and_one_expert_is_an_mlp() {
    let config = PleConfig {
        shared: 0,
        ..Default::default()
    };
    // One level: with none shared there is nothing for a shared gate to add to.
    for levels in [1, 2] {
        let config = PleConfig {
            levels,
            ..config.clone()
        };
        let network = network_of(Method::Ple(config), 1);
        let place = |name: &str| -> Option<String> {
            if let Some(rest) = name.strip_prefix("towers.0.") {
                let rest = rest
                    .strip_prefix("layers.0.")
                    .map_or_else(|| rest.to_owned(), |rest| format!("layers.2.{rest}"));
                return Some(rest);
            }
            let rest = name.strip_prefix("levels.")?;
            let (level, rest) = rest.split_once(".specific.0.layers.")?;
            let (layer, rest) = rest.split_once('.')?;
            let layer: usize = level.parse::<usize>().ok()? + layer.parse::<usize>().ok()?;
            Some(format!("layers.{layer}.{rest}"))
        };
        let mut tensors: Values = read(&network)
            .into_iter()
            .filter_map(|(name, value)| Some((place(&name)?, value)))
            .collect();
        let mlp = parameters::load(network_of(Method::Dnn, 1), &mut tensors, &device()).unwrap();
        same(&predict(&network, input()), &predict(&mlp, input()), 1e-5);
    }
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
fn a_scenario_that_is_absent_is_not_moved() {
    for (method, own) in [
        (
            Method::Ple(PleConfig {
                levels: 1,
                ..Default::default()
            }),
            ["levels.0.specific.", "levels.0.gates.", "towers."].as_slice(),
        ),
        (
            Method::Star(StarConfig::default()),
            ["norm.specific.", "layers.0.specific.", "layers.3.specific."].as_slice(),
        ),
    ] {
        let network = network_of(method.clone(), 3);
        // Rows of scenario 1 only.
        let names = moved(&network, 3, &[3, 3, 3]);
        for prefix in own {
            assert!(
                names.iter().any(|n| n.starts_with(&format!("{prefix}1"))),
                "{method:?}: {prefix}1 learns: {names:?}"
            );
            for absent in [0, 2] {
                let prefix = format!("{prefix}{absent}");
                assert!(
                    !names.iter().any(|n| n.starts_with(&prefix)),
                    "{method:?}: {prefix} has a gradient"
                );
            }
        }
    }
}

#[test]
fn stars_statistics_move_for_the_scenarios_of_the_batch_alone() {
    let network = network_of(Method::Star(StarConfig::default()), 3);
    let before = read(&network);
    let batch = Batch {
        input: input(),
        scenario: &SCENARIO,
        training: Some(0.0),
    };
    let forward = network.forward(&batch);
    let after = read(&network.clone().absorb(forward.moments));
    for (place, moves) in [(0, true), (1, false), (2, true), (3, true)] {
        let name = format!("norm.running.{place}.mean");
        // Scenario 1 has one row only; place 3 is that of all rows.
        assert_eq!(before[&name] != after[&name], moves, "{name}");
    }
    let batches = &after["norm.running.0.batches"].data;
    assert_eq!(batches, &[1.0]);
    // A first batch is taken as it is.
    let rows: Vec<f32> = values(input());
    let expected = (rows[0] + rows[4 * WIDTH]) / 2.0;
    assert!((after["norm.running.0.mean"].data[0] - expected).abs() < 1e-5);
    // Predicting tells the statistics nothing.
    let batch = Batch {
        training: None,
        ..batch
    };
    assert!(network.forward(&batch).moments.is_empty());
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

#[test]
fn unknown_scenarios_get_a_score_of_their_own_kind() {
    // PLE: the mean over towers; STAR: the shared network. Neither is 0, as public code has it.
    for method in [
        Method::Ple(PleConfig::default()),
        Method::Star(StarConfig::default()),
    ] {
        let network = network_of(method, 3);
        let row = input().narrow(0, 2, 1);
        let score = |scenario: u32| {
            let batch = Batch {
                input: row.clone(),
                scenario: &[scenario],
                training: None,
            };
            values(network.forward(&batch).logits)[0]
        };
        let known: Vec<f32> = (2..5).map(score).collect();
        let mean = known.iter().sum::<f32>() / 3.0;
        let unknown = score(0);
        assert!((unknown - mean).abs() < 1e-5, "{unknown} {known:?}");
        assert_eq!(score(1), unknown, "missing is unknown");
        assert_eq!(score(99), unknown, "so is an id that does not exist");
    }
}
