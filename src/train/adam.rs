//! Adam over the network's parameters, on the device; the moments stand under the parameters' names,
//! so that a checkpoint holds them and they can be read where only asynchronous reads exist.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, Param};
use burn::optim::{Adam, AdamConfig, AdamState, AdaptiveMomentumState, Optimizer};
use burn::tensor::{Device, Gradients, Tensor, TensorData, Transaction};

use crate::artifact::{TensorValue, Tensors};
use crate::error::{Error, ErrorKind, Result};
use crate::model::parameters::{Path, device_error, floats};

/// Adam with TensorFlow's and the paper's constants: β = (0.9, 0.999), ε = 1e-8 (Burn's is 1e-5).
pub struct DenseAdam {
    adam: Adam,
    lr: f64,
    steps: usize,
    moments: BTreeMap<String, (Tensor<1>, Tensor<1>)>,
}

impl DenseAdam {
    /// No steps taken yet.
    pub fn new(lr: f64) -> Self {
        let adam = AdamConfig::new()
            .with_beta_1(0.9)
            .with_beta_2(0.999)
            .with_epsilon(1e-8)
            .build();
        Self {
            adam,
            lr,
            steps: 0,
            moments: BTreeMap::new(),
        }
    }

    /// One step; a parameter without a gradient stays.
    pub fn step<M: Module>(&mut self, module: M, gradients: &mut Gradients) -> M {
        let module = module.map(&mut Step {
            optimizer: self,
            gradients,
            path: Path::default(),
        });
        self.steps += 1;
        module
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
        let mut names = Vec::new();
        let mut transaction = Transaction::default();
        for (name, (first, second)) in &self.moments {
            names.push(format!("{name}.first"));
            names.push(format!("{name}.second"));
            transaction = transaction.register(first.clone()).register(second.clone());
        }
        if names.is_empty() {
            return Ok(Tensors::new());
        }
        let data = transaction.execute_async().await.map_err(device_error)?;
        names
            .into_iter()
            .zip(data)
            .map(|(name, data)| {
                let data = floats(data)?;
                Ok((
                    name,
                    TensorValue {
                        shape: vec![data.len()],
                        data,
                    },
                ))
            })
            .collect()
    }

    /// Continues from a [`state`](Self::state) after `steps` steps.
    ///
    /// # Errors
    /// [`ErrorKind::ModelFile`] when a first moment has no second of its size.
    pub fn restore(&mut self, steps: usize, mut state: Tensors, device: &Device) -> Result<()> {
        self.steps = steps;
        self.moments.clear();
        let names: Vec<String> = state
            .keys()
            .filter_map(|name| name.strip_suffix(".first").map(str::to_owned))
            .collect();
        for name in names {
            let (first, second) = match (
                state.remove(&format!("{name}.first")),
                state.remove(&format!("{name}.second")),
            ) {
                (Some(first), Some(second)) if first.data.len() == second.data.len() => {
                    (first, second)
                }
                _ => {
                    return Err(Error::new(
                        ErrorKind::ModelFile,
                        format!("the moments of {name} are not complete"),
                    ));
                }
            };
            let tensor = |value: TensorValue| {
                let count = value.data.len();
                Tensor::from_data(TensorData::new(value.data, [count]), device)
            };
            self.moments.insert(name, (tensor(first), tensor(second)));
        }
        Ok(())
    }
}

struct Step<'a> {
    optimizer: &'a mut DenseAdam,
    gradients: &'a mut Gradients,
    path: Path,
}

impl ModuleMapper for Step<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, tensor, _) = param.consume();
        let Some(gradient) = tensor.grad_remove(self.gradients) else {
            return Param::initialized(id, tensor);
        };
        let name = self.path.name();
        let shape = tensor.dims();
        let count = shape.iter().product::<usize>();
        // Flat, so that one state type serves every rank.
        let (value, gradient) = (tensor.inner().reshape([count]), gradient.reshape([count]));
        let optimizer = &mut *self.optimizer;
        let state = optimizer.moments.remove(&name).map(|(first, second)| {
            AdamState::new(AdaptiveMomentumState::new(optimizer.steps, first, second))
        });
        let (value, state) = optimizer.adam.step(optimizer.lr, value, gradient, state);
        if let Some(AdamState { momentum }) = state {
            optimizer
                .moments
                .insert(name, (momentum.moment_1, momentum.moment_2));
        }
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
