//! What holds on WebGPU: the golden vectors, and that training takes the CPU's way.

use mi_dpg::data::synth::Preset;
use mi_dpg::model::{Method, PleConfig, StarConfig, Variant};
use mi_dpg::train::device::OpenDevice;

use super::{baselines, golden, training};

/// Cases that reach every kernel: each variant, shared and generated factors, ragged blocks, a gate scale.
const NETWORKS: &[&str] = &[
    "dnn",
    "dpg_non_input",
    "dpg_r_input_scale2",
    "mi_dpg_r_input",
    "mi_dpg_r_input_ragged",
    "mi_dpg_rc_input_ragged",
    "mi_dpg_c_scenario_ragged",
];

/// One of each baseline.
const BASELINES: &[&str] = &[
    "ple",
    "star",
    "pepnet",
    "adasparse_binarisation",
    "apg_mix_over",
];

/// Outputs and gradients of every method against the golden vectors.
pub(crate) async fn golden_vectors(device: &OpenDevice) {
    for name in NETWORKS {
        let (name, json) = find(golden::CASES, name);
        golden::check(name, json, &device.device).await;
    }
    for name in BASELINES {
        let (name, json) = find(baselines::CASES, name);
        baselines::check(name, json, &device.device).await;
    }
}

/// A few steps of training against the CPU's, with the optimiser.
pub(crate) async fn training_takes_the_way_of_the_cpu(device: &OpenDevice) {
    let ple = PleConfig {
        levels: 1,
        ..Default::default()
    };
    for (preset, method) in [
        (Preset::Ads, training::mi_dpg(Variant::R)),
        // Bags and dense fields among its columns.
        (Preset::Iaac, training::mi_dpg(Variant::Rc)),
        (Preset::Ads, Method::Ple(ple)),
        (Preset::Ads, Method::Star(StarConfig::default())),
    ] {
        training::check_same_as_cpu(device, preset, method, 3).await;
    }
}

fn find<'a>(cases: &'a [(&'a str, &'a str)], name: &str) -> (&'a str, &'a str) {
    *cases.iter().find(|(case, _)| *case == name).unwrap()
}
