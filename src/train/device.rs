//! The devices a network can run on, by name.

use burn::tensor::Device;

use crate::error::{Error, ErrorKind, Result};

/// A device and why it was taken.
#[derive(Debug, Clone)]
pub struct OpenDevice {
    /// The device, without differentiation.
    pub device: Device,
    /// What it is: `cpu`, `ndarray` or `webgpu`.
    pub name: &'static str,
    /// Why this one, in a phrase for people.
    pub reason: String,
}

/// Opens the device called `kind`: `auto`, `cpu`, `ndarray` or `webgpu`.
///
/// `auto` takes the CPU: networks of this size lose more to launching kernels on a GPU than they win. Where a build has no
/// `flex`, it takes what the build has.
/// WebGPU must be opened once in a process and its device cloned; natively this is a GPU's driver.
///
/// # Errors
/// [`ErrorKind::Config`] for an unknown name, [`ErrorKind::Device`] when the device is not in this
/// build or not on this machine, with the reason.
pub async fn open(kind: &str) -> Result<OpenDevice> {
    match kind {
        // A build without the CPU backend, as the WebGPU package for the browser, has one other.
        "auto" if cfg!(all(not(feature = "flex"), feature = "webgpu")) => webgpu().await,
        "auto" if cfg!(all(not(feature = "flex"), feature = "ndarray")) => {
            ndarray("auto takes ndarray: this build has no other device")
        }
        "auto" => cpu("auto takes the CPU: a network this small is slower on a GPU"),
        "cpu" => cpu("asked for"),
        "ndarray" => ndarray("asked for"),
        "webgpu" => webgpu().await,
        other => Err(
            Error::new(ErrorKind::Config, format!("unknown device {other:?}"))
                .hint("--device is auto, cpu, ndarray or webgpu"),
        ),
    }
}

/// Whether tensors on `device` lie in the host's memory.
pub(super) fn is_host(device: &Device) -> bool {
    #[cfg(any(feature = "flex", feature = "ndarray"))]
    use burn::backend::DispatchDevice;
    match device.clone().inner().as_dispatch() {
        #[cfg(feature = "flex")]
        DispatchDevice::Flex(_) => true,
        #[cfg(feature = "ndarray")]
        DispatchDevice::NdArray(_) => true,
        #[allow(
            unreachable_patterns,
            reason = "which devices there are depends on the features"
        )]
        _ => false,
    }
}

#[allow(
    dead_code,
    reason = "which devices are missing depends on the features"
)]
fn missing(name: &str, feature: &str) -> Result<OpenDevice> {
    Err(Error::new(
        ErrorKind::Device,
        format!("the {name} device is not in this build"),
    )
    .hint(format!("build with the feature `{feature}`")))
}

#[cfg(feature = "flex")]
fn cpu(reason: &str) -> Result<OpenDevice> {
    Ok(OpenDevice {
        device: Device::flex(),
        name: "cpu",
        reason: reason.to_owned(),
    })
}

#[cfg(not(feature = "flex"))]
fn cpu(_: &str) -> Result<OpenDevice> {
    missing("cpu", "flex")
}

#[cfg(feature = "ndarray")]
fn ndarray(reason: &str) -> Result<OpenDevice> {
    #[allow(
        deprecated,
        reason = "upstream drops it after 0.22; the users of this crate name it"
    )]
    let device = Device::ndarray();
    Ok(OpenDevice {
        device,
        name: "ndarray",
        reason: reason.to_owned(),
    })
}

#[cfg(not(feature = "ndarray"))]
fn ndarray(_: &str) -> Result<OpenDevice> {
    missing("ndarray", "ndarray")
}

#[cfg(feature = "webgpu")]
async fn webgpu() -> Result<OpenDevice> {
    use burn::tensor::wgpu::MemoryConfiguration;
    let device = Device::wgpu_options()
        .tasks_max(64)
        .memory_config(MemoryConfiguration::ExclusivePages)
        .init_async()
        .await
        .map_err(|error| {
            let text = error.to_string();
            let line = text.lines().map(str::trim).collect::<Vec<_>>().join(" ");
            Error::new(ErrorKind::Device, format!("WebGPU did not start: {line}"))
                .hint("use the CPU: --device cpu")
        })?;
    Ok(OpenDevice {
        device,
        name: "webgpu",
        reason: "asked for".to_owned(),
    })
}

#[cfg(not(feature = "webgpu"))]
async fn webgpu() -> Result<OpenDevice> {
    missing("webgpu", "webgpu")
}
