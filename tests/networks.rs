//! The networks natively, on every CPU device; with the feature `webgpu` on a GPU or a software adapter too.

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

/// Where there is a driver: a machine without one cannot run it, and the browser tests have an adapter of their own.
#[cfg(feature = "webgpu")]
#[test]
fn webgpu_agrees_with_the_golden_vectors_and_trains() {
    match pollster::block_on(mi_dpg::train::device::open("webgpu")) {
        Ok(device) => pollster::block_on(async {
            common::webgpu::golden_vectors(&device).await;
            common::webgpu::training_takes_the_way_of_the_cpu(&device).await;
        }),
        Err(error) => eprintln!("not run: {error}"),
    }
}
