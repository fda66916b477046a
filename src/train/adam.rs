//! Adam over the network's parameters, one pass of our own kernel, on the CPU and on the device. The moments stand under
//! the parameters' names, so that a checkpoint holds them and they can be read where only asynchronous reads exist.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Tensor, TensorData, Transaction};

use super::gradients::Gradients;
use super::lazy_adam::{AdamConfig, Moments, corrections, decays};
use crate::artifact::{TensorValue, Tensors};
use crate::error::{Error, ErrorKind, Result};
use crate::kernels::Adam;
use crate::model::parameters::{Path, device_error, floats};
use crate::ops::{AdamState, adam};

/// Adam with TensorFlow's and the paper's constants: β = (0.9, 0.999), ε = 1e-8 (Burn's is 1e-5).
#[derive(Debug)]
pub struct DenseAdam {
    config: AdamConfig,
    steps: usize,
    host: BTreeMap<String, Moments>,
    device: BTreeMap<String, (Tensor<1>, Tensor<1>)>,
}

impl DenseAdam {
    /// No steps taken yet.
    pub fn new(lr: f64) -> Self {
        Self {
            config: AdamConfig {
                lr,
                ..Default::default()
            },
            steps: 0,
            host: BTreeMap::new(),
            device: BTreeMap::new(),
        }
    }

    /// One step; a parameter without a gradient stays.
    ///
    /// # Errors
    /// [`ErrorKind::Device`] when a parameter cannot be read.
    pub(super) fn step<M: Module>(&mut self, module: M, gradients: Gradients) -> Result<M> {
        self.steps += 1;
        match gradients {
            Gradients::Host(gradients) => {
                let mut step = HostStep {
                    rule: self.rule(),
                    moments: &mut self.host,
                    gradients,
                    path: Path::default(),
                    problem: None,
                };
                let module = module.map(&mut step);
                step.problem.map_or(Ok(module), Err)
            }
            Gradients::Device(gradients) => Ok(module.map(&mut DeviceStep {
                rule: self.rule(),
                moments: &mut self.device,
                gradients,
                path: Path::default(),
            })),
        }
    }

    /// The constants of the current step: ε joins the root after its bias correction.
    fn rule(&self) -> Adam {
        let (correction1, correction2) = corrections(&self.config, self.steps as u64);
        let root = correction2.sqrt();
        Adam {
            step_size: (self.config.lr * root / correction1) as f32,
            eps: (self.config.eps * root) as f32,
            ..decays(&self.config)
        }
    }

    /// Steps taken.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Both moments of every parameter, to the host, as `NAME.first` and `NAME.second`.
    ///
    /// # Errors
    /// [`ErrorKind::Device`] when the device was lost.
    pub async fn state(&self) -> Result<Tensors> {
        let mut state = Tensors::new();
        let mut put = |name: String, data: Vec<f32>| {
            let shape = vec![data.len()];
            state.insert(name, TensorValue { shape, data });
        };
        for (name, Moments { first, second }) in &self.host {
            put(format!("{name}.first"), first.clone());
            put(format!("{name}.second"), second.clone());
        }
        let mut names = Vec::new();
        let mut transaction = Transaction::default();
        for (name, (first, second)) in &self.device {
            names.extend([format!("{name}.first"), format!("{name}.second")]);
            transaction = transaction.register(first.clone()).register(second.clone());
        }
        if !names.is_empty() {
            let data = transaction.execute_async().await.map_err(device_error)?;
            for (name, data) in names.into_iter().zip(data) {
                put(name, floats(data)?);
            }
        }
        Ok(state)
    }

    /// Continues from a [`state`](Self::state) after `steps` steps, for parameters that live on `device`.
    ///
    /// # Errors
    /// [`ErrorKind::ModelFile`] when moments are not of the size of a parameter of that name; `lengths` has them all.
    pub fn restore(
        &mut self,
        steps: usize,
        mut state: Tensors,
        lengths: &BTreeMap<String, usize>,
        device: &Device,
    ) -> Result<()> {
        self.steps = steps;
        self.host.clear();
        self.device.clear();
        let names: Vec<String> = state
            .keys()
            .filter_map(|name| name.strip_suffix(".first").map(str::to_owned))
            .collect();
        for name in names {
            let (first, second) = match (
                state.remove(&format!("{name}.first")),
                state.remove(&format!("{name}.second")),
            ) {
                (Some(first), Some(second))
                    if [first.data.len(), second.data.len()].map(Some)
                        == [lengths.get(&name).copied(); 2] =>
                {
                    (first.data, second.data)
                }
                _ => {
                    return Err(Error::new(
                        ErrorKind::ModelFile,
                        format!("the moments of {name} do not fit it"),
                    ));
                }
            };
            if super::device::is_host(device) {
                self.host.insert(name, Moments { first, second });
            } else {
                let tensor = |values: Vec<f32>| {
                    let count = values.len();
                    Tensor::from_data(TensorData::new(values, [count]), device)
                };
                self.device.insert(name, (tensor(first), tensor(second)));
            }
        }
        Ok(())
    }
}

struct HostStep<'a> {
    rule: Adam,
    moments: &'a mut BTreeMap<String, Moments>,
    gradients: BTreeMap<String, Vec<f32>>,
    path: Path,
    problem: Option<Error>,
}

impl ModuleMapper for HostStep<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = self.path.name();
        let Some(gradient) = self.gradients.remove(&name) else {
            return param;
        };
        let (id, tensor, _) = param.consume();
        let (shape, device) = (tensor.dims(), tensor.device().inner());
        // Moved out, not copied: nothing else holds the parameter between two steps.
        let mut values = match floats(tensor.inner().into_data()) {
            Ok(values) => values,
            Err(error) => {
                self.problem.get_or_insert(error);
                return Param::initialized(id, Tensor::zeros(shape, &device));
            }
        };
        let moments = self.moments.entry(name).or_insert_with(|| Moments {
            first: vec![0.0; values.len()],
            second: vec![0.0; values.len()],
        });
        self.rule.step(
            &mut values,
            &mut moments.first,
            &mut moments.second,
            &gradient,
        );
        let value = Tensor::from_data(TensorData::new(values, shape), &device);
        Param::initialized(id, Tensor::from_inner(value).require_grad())
    }

    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }
}

struct DeviceStep<'a> {
    rule: Adam,
    moments: &'a mut BTreeMap<String, (Tensor<1>, Tensor<1>)>,
    gradients: BTreeMap<String, Tensor<1>>,
    path: Path,
}

impl ModuleMapper for DeviceStep<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = self.path.name();
        let Some(gradient) = self.gradients.remove(&name) else {
            return param;
        };
        let (id, tensor, _) = param.consume();
        let shape = tensor.dims();
        // Flat, so that one kind of moments serves every rank.
        let value = tensor.inner().reshape([shape.iter().product::<usize>()]);
        let (first, second) = self.moments.remove(&name).unwrap_or_else(|| {
            let zeros = || Tensor::zeros(value.dims(), &value.device());
            (zeros(), zeros())
        });
        let state = AdamState {
            value,
            first,
            second,
        };
        let AdamState {
            value,
            first,
            second,
        } = adam(state, gradient, self.rule);
        self.moments.insert(name, (first, second));
        Param::initialized(id, Tensor::from_inner(value.reshape(shape)).require_grad())
    }

    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }
}

#[cfg(test)]
#[cfg(feature = "flex")]
#[path = "adam_tests.rs"]
mod tests;
