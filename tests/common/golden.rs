//! The networks against vectors of an independent numpy script (tests/golden/make_golden.py), which
//! materialises every weighting matrix in float64.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Gradients, Int, Tensor, TensorData};
use mi_dpg::artifact::{TensorValue, Tensors};
use mi_dpg::model::{
    Batch, Condition, InputLayout, Method, MutualInformationConfig, Network, NetworkConfig,
    Variant, WeightingConfig, parameters,
};
use mi_dpg::random::Stream;
use mi_dpg::train::loss::binary_cross_entropy;
use serde::Deserialize;

macro_rules! cases {
    ($($name:literal),+ $(,)?) => {
        /// Every case, by name.
        pub(crate) const CASES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../golden/", $name, ".json")))),+];
    };
}

pub(crate) use cases;

cases!(
    "dnn",
    "dpg_c_input",
    "dpg_c_scenario",
    "dpg_non_input",
    "dpg_non_scenario",
    "dpg_r_input",
    "dpg_r_input_scale2",
    "dpg_r_scenario",
    "dpg_rc_input",
    "dpg_rc_scenario",
    "mi_dpg_c_input_ragged",
    "mi_dpg_c_scenario_ragged",
    "mi_dpg_non_input",
    "mi_dpg_non_scenario",
    "mi_dpg_r_input",
    "mi_dpg_r_input_lambda",
    "mi_dpg_r_input_ragged",
    "mi_dpg_r_scenario_ragged",
    "mi_dpg_rc_input_ragged",
    "mi_dpg_rc_scenario_ragged",
);

#[derive(Deserialize)]
struct Case {
    config: Config,
    x: Vec<Vec<f32>>,
    d_e: usize,
    labels: Vec<f32>,
    perm: Vec<i32>,
    parameters: BTreeMap<String, Value>,
    expected: Expected,
}

#[derive(Deserialize)]
struct Config {
    method: String,
    variant: Option<Variant>,
    condition: Option<Condition>,
    hidden: Vec<usize>,
    d_k: Option<usize>,
    dr_div: Option<usize>,
    dc_div: Option<usize>,
    gate_scale: Option<f32>,
    lambda: Option<f32>,
}

/// A tensor in a golden file.
#[derive(Deserialize)]
pub(crate) struct Value {
    shape: Vec<usize>,
    data: Vec<f32>,
}

/// Loads a case's tensors into `network`, which must have exactly those.
pub(crate) fn load(
    name: &str,
    network: Network,
    values: BTreeMap<String, Value>,
    device: &Device,
) -> Network {
    let mut values: Tensors = values
        .into_iter()
        .map(|(name, Value { shape, data })| (name, TensorValue { shape, data }))
        .collect();
    let network = parameters::load(network, &mut values, device).unwrap();
    assert!(
        values.is_empty(),
        "{name}: tensors the network does not have: {:?}",
        values.keys()
    );
    network
}

#[derive(Deserialize)]
struct Expected {
    logits: Vec<f32>,
    s: Vec<Vec<f32>>,
    bce: f32,
    mi: Vec<f32>,
    loss: f32,
    grad_x: Vec<f32>,
    grads: BTreeMap<String, Vec<f32>>,
}

impl Config {
    fn network(&self) -> NetworkConfig {
        let weighting = WeightingConfig {
            variant: self.variant.unwrap_or(Variant::R),
            dk: self.d_k.unwrap_or(1),
            dr_div: self.dr_div.unwrap_or(1),
            dc_div: self.dc_div.unwrap_or(1),
            condition: self.condition.unwrap_or(Condition::Input),
            gate_scale: self.gate_scale.unwrap_or(1.0),
        };
        let method = match self.method.as_str() {
            "dnn" => Method::Dnn,
            "dpg" => Method::Dpg { weighting },
            "mi-dpg" => Method::MiDpg {
                weighting,
                mutual_information: MutualInformationConfig {
                    lambda: self.lambda.unwrap_or(1.0),
                    rank: 3,
                },
            },
            other => panic!("unknown method {other}"),
        };
        NetworkConfig {
            embedding: 2,
            hidden: self.hidden.clone(),
            method,
        }
    }
}

/// Forward, losses and every gradient of one case on `device`.
pub(crate) async fn check(name: &str, json: &str, device: &Device) {
    let case: Case = serde_json::from_str(json).unwrap_or_else(|error| panic!("{name}: {error}"));
    let device = device.clone().autodiff();
    let config = case.config.network();
    let rows = case.x.len();
    let width = case.x[0].len();
    let layout = InputLayout::of_widths(width, case.d_e, 0);
    let network = Network::init(&config, &layout, &mut Stream::new(1, "golden"), &device);
    let network = load(name, network, case.parameters, &device);

    let x = Tensor::<2>::from_data(TensorData::new(case.x.concat(), [rows, width]), &device)
        .require_grad();
    let labels = Tensor::<1>::from_data(TensorData::new(case.labels, [rows]), &device);
    let order = Tensor::<1, Int>::from_data(TensorData::new(case.perm, [rows]), &device);
    let forward = network.forward(&Batch::of_input(x.clone()));
    close(
        name,
        "logits",
        read(forward.logits.clone()).await,
        &case.expected.logits,
    );
    for (l, s) in forward.weighting.iter().enumerate() {
        close(
            name,
            &format!("s of layer {l}"),
            read(s.clone()).await,
            &case.expected.s[l],
        );
    }
    let bce = binary_cross_entropy(forward.logits, labels);
    close(name, "bce", read(bce.clone()).await, &[case.expected.bce]);
    let mut loss = bce;
    let layers = network.discriminators();
    if let Some(mi) = config.method.mutual_information() {
        let e = x.clone().narrow(1, 0, case.d_e);
        let shuffled = e.clone().select(0, order);
        for (l, discriminator) in layers.iter().enumerate() {
            let term =
                discriminator.loss(e.clone(), shuffled.clone(), forward.weighting[l].clone());
            close(
                name,
                &format!("L_mi of layer {l}"),
                read(term.clone()).await,
                &[case.expected.mi[l]],
            );
            loss = loss + term.mul_scalar(mi.lambda / layers.len() as f32);
        }
    }
    close(
        name,
        "loss",
        read(loss.clone()).await,
        &[case.expected.loss],
    );

    let mut gradients = loss.backward();
    let input = x
        .grad_remove(&mut gradients)
        .expect("the input has a gradient");
    close(
        name,
        "gradient of the input",
        read(input).await,
        &case.expected.grad_x,
    );
    let tensors = gradients_of(&network, gradients);
    assert_eq!(
        tensors.len(),
        case.expected.grads.len(),
        "{name}: parameters with a gradient"
    );
    for (parameter, gradient) in tensors {
        let expected = &case.expected.grads[&parameter];
        close(
            name,
            &format!("gradient of {parameter}"),
            read(gradient).await,
            expected,
        );
    }
}

/// The gradient of every parameter that has one, flat, by name.
pub(crate) fn gradients_of(network: &Network, gradients: Gradients) -> Vec<(String, Tensor<1>)> {
    let mut collected = Collected {
        gradients,
        path: Vec::new(),
        tensors: Vec::new(),
    };
    network.visit(&mut collected);
    collected.tensors
}

struct Collected {
    gradients: Gradients,
    path: Vec<Option<String>>,
    tensors: Vec<(String, Tensor<1>)>,
}

impl ModuleVisitor for Collected {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let name = self
            .path
            .iter()
            .flatten()
            .cloned()
            .collect::<Vec<_>>()
            .join(".");
        if let Some(gradient) = param.val().grad_remove(&mut self.gradients) {
            let count: usize = gradient.dims().iter().product();
            self.tensors.push((name, gradient.reshape([count])));
        }
    }

    fn enter_module(&mut self, name: &str, container: &str) {
        self.path
            .push((!container.starts_with("Enum:")).then(|| name.to_owned()));
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }
}

/// A tensor on the host.
pub(crate) async fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor
        .without_autodiff()
        .to_data_async()
        .await
        .unwrap()
        .try_to_vec()
        .unwrap()
}

/// Holds f32 against the script's float64.
pub(crate) fn close(case: &str, what: &str, got: Vec<f32>, expected: &[f32]) {
    assert_eq!(got.len(), expected.len(), "{case}: {what}");
    for (i, (g, e)) in got.iter().zip(expected).enumerate() {
        let tolerance = 2e-5 + 2e-4 * e.abs();
        assert!(
            (g - e).abs() <= tolerance,
            "{case}: {what}[{i}] is {g}, expected {e}"
        );
    }
}
