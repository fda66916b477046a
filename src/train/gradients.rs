//! The gradients of a network's parameters, by the parameters' names.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Gradients as BurnGradients, Tensor};

use crate::model::parameters::Path;

/// Gradients where the optimiser works: on the host or on the device.
pub(super) enum Gradients {
    /// Read back and added up over the shards of the batch.
    Host(BTreeMap<String, Vec<f32>>),
    /// Flat tensors that stay on the device.
    Device(BTreeMap<String, Tensor<1>>),
}

/// Takes the gradients of `module`'s parameters out of `gradients`, flat, in the order of the module.
pub(super) fn take(
    module: &impl Module,
    gradients: &mut BurnGradients,
) -> Vec<(String, Tensor<1>)> {
    let mut taker = Taker {
        gradients,
        path: Path::default(),
        taken: Vec::new(),
    };
    module.visit(&mut taker);
    taker.taken
}

struct Taker<'a> {
    gradients: &'a mut BurnGradients,
    path: Path,
    taken: Vec<(String, Tensor<1>)>,
}

impl ModuleVisitor for Taker<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = param.val().grad_remove(self.gradients) {
            let count = gradient.dims().iter().product::<usize>();
            self.taken
                .push((self.path.name(), gradient.reshape([count])));
        }
    }

    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }
}
