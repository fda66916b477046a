//! The networks natively, on every CPU device.

#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use burn::tensor::Device;

fn devices() -> Vec<(&'static str, Device)> {
    ["cpu", "ndarray"]
        .into_iter()
        .map(|kind| {
            (
                kind,
                pollster::block_on(mi_dpg::train::device::open(kind))
                    .unwrap()
                    .device,
            )
        })
        .collect()
}

#[test]
fn golden_vectors() {
    for (_, device) in devices() {
        for (name, json) in common::golden::CASES {
            pollster::block_on(common::golden::check(name, json, &device));
        }
        for (name, json) in common::baselines::CASES {
            pollster::block_on(common::baselines::check(name, json, &device));
        }
    }
}

#[test]
fn training_saving_loading_explaining() {
    for (name, device) in devices() {
        let baselines = common::training::baselines();
        for method in common::training::weighted().into_iter().chain(baselines) {
            pollster::block_on(common::training::check_round_trip(&device, name, method, 4));
        }
    }
}
