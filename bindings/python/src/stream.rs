//! The random streams of `midpg train`, so that who trains elsewhere can draw the same batches.

use std::sync::Arc;

use arrow_array::UInt32Array;
use mi_dpg::random;
use mi_dpg::{Error, ErrorKind};
use pyo3::prelude::*;

use crate::error::raised;
use crate::hand_over::to_pyarrow;

/// A named stream of random numbers of a seed.
#[pyclass(module = "mi_dpg._native")]
pub(crate) struct Stream(random::Stream);

#[pymethods]
impl Stream {
    #[new]
    fn new(seed: u64, name: &str) -> Self {
        Self(random::Stream::new(seed, name))
    }

    /// A uniform permutation of 0..n.
    fn permutation<'py>(&mut self, py: Python<'py>, n: u32) -> PyResult<Bound<'py, PyAny>> {
        let order = UInt32Array::from(self.0.permutation(n as usize));
        to_pyarrow(py, Arc::new(order))
    }

    /// Where it stands, as text.
    fn state(&self) -> PyResult<String> {
        serde_json::to_string(&self.0.state()).map_err(|error| unreadable(&error.to_string()))
    }

    /// The stream that stands there.
    #[staticmethod]
    fn of_state(state: &str) -> PyResult<Self> {
        let state = serde_json::from_str(state).map_err(|error| unreadable(&error.to_string()))?;
        let stream = random::Stream::from_state(&state);
        stream
            .map(Self)
            .ok_or_else(|| unreadable("the position is no number"))
    }
}

fn unreadable(why: &str) -> PyErr {
    raised(&Error::new(
        ErrorKind::Data,
        format!("not the state of a stream: {why}"),
    ))
}
