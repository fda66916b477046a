//! The same checks in a real browser: the CPU device, and WebGPU on the software adapter with the
//! feature `webgpu`.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use mi_dpg::model::Variant;
use mi_dpg::train::device;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

mod cpu {
    use super::*;

    const DEVICES: &[&str] = if cfg!(feature = "ndarray") {
        &["cpu", "ndarray"]
    } else {
        &["cpu"]
    };

    #[wasm_bindgen_test]
    async fn golden_vectors() {
        for &kind in DEVICES {
            let device = device::open(kind).await.unwrap().device;
            for (name, json) in common::golden::CASES {
                common::golden::check(name, json, &device).await;
            }
            for (name, json) in common::baselines::CASES {
                common::baselines::check(name, json, &device).await;
            }
        }
    }

    #[wasm_bindgen_test]
    async fn training_saving_loading_explaining() {
        for &kind in DEVICES {
            let device = device::open(kind).await.unwrap();
            let baselines = common::training::baselines();
            for method in common::training::weighted().into_iter().chain(baselines) {
                common::training::check_round_trip(&device.device, device.name, method, 4).await;
            }
        }
    }

    #[cfg(not(feature = "webgpu"))]
    #[wasm_bindgen_test]
    async fn an_explicit_webgpu_says_that_it_is_not_in_this_build() {
        let error = device::open("webgpu").await.unwrap_err();
        assert_eq!(error.kind(), mi_dpg::ErrorKind::Device);
    }
}

/// One test: WebGPU can be opened once, and pipelines are built slowly on the software adapter.
#[cfg(feature = "webgpu")]
#[wasm_bindgen_test]
async fn webgpu_agrees_with_the_golden_vectors_and_trains() {
    let device = device::open("webgpu").await.unwrap();
    common::webgpu::golden_vectors(&device).await;
    common::webgpu::training_takes_the_way_of_the_cpu(&device).await;
    let method = common::training::mi_dpg(Variant::R);
    common::training::check_round_trip(&device.device, device.name, method, 2).await;
}
