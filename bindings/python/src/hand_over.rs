//! Arrays of ours as pyarrow's, over the same memory.

use arrow_array::ArrayRef;
use pyo3::prelude::*;
use pyo3_arrow::PyArray;

/// An array as a `pyarrow.Array`.
pub(crate) fn to_pyarrow(py: Python<'_>, array: ArrayRef) -> PyResult<Bound<'_, PyAny>> {
    let pyarrow = py.import("pyarrow")?;
    pyarrow.call_method1("array", (PyArray::from_array_ref(array),))
}
