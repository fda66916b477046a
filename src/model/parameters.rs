//! A network's parameters under the names they have in the model file.
//!
//! A name is the path of fields to the parameter, `layers.0.weighting.row.weight`; which variant of
//! an enum holds it is not part of it.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor, TensorData, Transaction};

use super::shapes::is_statistic;
use crate::artifact::TensorValue;
use crate::error::{Error, ErrorKind, Result};

/// Keeps the current path while a module is walked.
#[derive(Default)]
pub(crate) struct Path(Vec<Option<String>>);

impl Path {
    pub(crate) fn enter(&mut self, name: &str, container: &str) {
        self.0
            .push((!container.starts_with("Enum:")).then(|| name.to_owned()));
    }

    pub(crate) fn exit(&mut self) {
        self.0.pop();
    }

    pub(crate) fn name(&self) -> String {
        self.0
            .iter()
            .flatten()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(".")
    }
}

#[derive(Default)]
struct Collector {
    path: Path,
    names: Vec<(String, Vec<usize>)>,
    transaction: Option<Transaction>,
}

impl ModuleVisitor for Collector {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val().without_autodiff();
        self.names.push((self.path.name(), tensor.dims().to_vec()));
        self.transaction = Some(self.transaction.take().unwrap_or_default().register(tensor));
    }

    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }
}

#[derive(Default)]
struct Counter {
    path: Path,
    count: usize,
}

impl ModuleVisitor for Counter {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if !is_statistic(&self.path.name()) {
            self.count += param.lazy_shape().as_slice().iter().product::<usize>();
        }
    }

    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }
}

/// Number of parameters, without what is gathered and not learned.
pub fn count(module: &impl Module) -> usize {
    let mut counter = Counter::default();
    module.visit(&mut counter);
    counter.count
}

#[derive(Default)]
struct Lengths {
    path: Path,
    of: BTreeMap<String, usize>,
}

impl ModuleVisitor for Lengths {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let length = param.lazy_shape().as_slice().iter().product();
        self.of.insert(self.path.name(), length);
    }

    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }
}

/// How many numbers each parameter has.
pub fn lengths(module: &impl Module) -> BTreeMap<String, usize> {
    let mut lengths = Lengths::default();
    module.visit(&mut lengths);
    lengths.of
}

/// Reads every parameter to the host, in one go.
///
/// # Errors
/// [`ErrorKind::Device`] when the device was lost.
pub async fn read(module: &impl Module) -> Result<BTreeMap<String, TensorValue>> {
    let mut collector = Collector::default();
    module.visit(&mut collector);
    let data = match collector.transaction {
        Some(transaction) => transaction.execute_async().await.map_err(device_error)?,
        None => Vec::new(),
    };
    collector
        .names
        .into_iter()
        .zip(data)
        .map(|((name, shape), data)| {
            Ok((
                name,
                TensorValue {
                    shape,
                    data: floats(data)?,
                },
            ))
        })
        .collect()
}

struct Loader<'a> {
    path: Path,
    values: &'a mut BTreeMap<String, TensorValue>,
    device: &'a Device,
    problem: Option<Error>,
}

impl ModuleMapper for Loader<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = self.path.name();
        let expected = param.lazy_shape();
        let message = match self.values.remove(&name) {
            Some(value) if value.shape == expected.as_slice() => {
                return Param::from_data(TensorData::new(value.data, value.shape), self.device);
            }
            Some(value) => format!(
                "tensor {name} has shape {:?}, expected {:?}",
                value.shape,
                expected.as_slice()
            ),
            None => format!("tensor {name} is missing"),
        };
        self.problem
            .get_or_insert_with(|| Error::new(ErrorKind::ModelFile, message));
        param
    }

    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }
}

/// Gives `module` the values under its parameters' names, which are taken out of `values`.
///
/// # Errors
/// [`ErrorKind::ModelFile`] when one is missing or has another shape.
pub fn load<M: Module>(
    module: M,
    values: &mut BTreeMap<String, TensorValue>,
    device: &Device,
) -> Result<M> {
    let mut loader = Loader {
        path: Path::default(),
        values,
        device,
        problem: None,
    };
    let module = module.map(&mut loader);
    match loader.problem {
        Some(problem) => Err(problem),
        None => Ok(module),
    }
}

/// A lost or poisoned device, told in one line.
pub(crate) fn device_error(error: impl std::fmt::Display) -> Error {
    let text = error.to_string();
    let line = text.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    Error::new(ErrorKind::Device, format!("the device failed: {line}"))
        .hint("train on the CPU: --device cpu")
}

/// The f32 values of data that came back from a device.
pub(crate) fn floats(data: TensorData) -> Result<Vec<f32>> {
    data.try_into_vec::<f32>().map_err(|error| {
        Error::new(
            ErrorKind::Device,
            format!("the device gave no f32 values: {error:?}"),
        )
    })
}
