//! A model file's tensors on their way into the plan.

use crate::artifact::{TensorValue, Tensors};
use crate::error::{Error, ErrorKind, Result};
use crate::kernels::Dense;

/// The tensors that are left.
pub(crate) struct Parameters(pub(crate) Tensors);

impl Parameters {
    /// Takes a tensor out.
    ///
    /// # Errors
    /// [`ErrorKind::ModelFile`] when it is not there: not after [`Artifact::from_bytes`](crate::artifact::Artifact).
    pub(crate) fn take(&mut self, name: &str) -> Result<TensorValue> {
        self.0.remove(name).ok_or_else(|| {
            Error::new(
                ErrorKind::ModelFile,
                format!("the tensor {name} is missing"),
            )
        })
    }

    /// W and b of a dense layer called `name`.
    pub(crate) fn linear(&mut self, name: &str) -> Result<Linear> {
        let weight = self.take(&format!("{name}.weight"))?;
        let bias = self.take(&format!("{name}.bias"))?;
        Ok(Linear {
            outputs: bias.data.len(),
            inputs: weight.shape.get(1).copied().unwrap_or(0),
            weight: weight.data,
            bias: bias.data,
        })
    }

    /// A dense layer, packed.
    pub(super) fn dense(&mut self, name: &str) -> Result<Dense> {
        self.linear(name).map(|linear| linear.pack())
    }
}

/// A dense layer before it is packed.
#[derive(Debug, Clone)]
pub(crate) struct Linear {
    pub(crate) outputs: usize,
    pub(crate) inputs: usize,
    /// \[outputs, inputs\].
    pub(crate) weight: Vec<f32>,
    pub(crate) bias: Vec<f32>,
}

impl Linear {
    pub(super) fn pack(&self) -> Dense {
        Dense::new((self.outputs, self.inputs), &self.weight, &self.bias)
    }

    /// The layer of the first `inputs` columns, without bias, and the layer of the others.
    pub(super) fn split(&self, inputs: usize) -> (Self, Self) {
        let part = |from: usize, to: usize, bias: Vec<f32>| Self {
            outputs: self.outputs,
            inputs: to - from,
            weight: self
                .weight
                .chunks_exact(self.inputs.max(1))
                .flat_map(|row| &row[from..to])
                .copied()
                .collect(),
            bias,
        };
        (
            part(0, inputs, vec![0.0; self.outputs]),
            part(inputs, self.inputs, self.bias.clone()),
        )
    }
}
