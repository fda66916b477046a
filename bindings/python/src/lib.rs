//! `mi_dpg._native`: the scorer of mi-dpg for Python. Tables come and go as Arrow, without a copy.

mod encoded;
mod error;
mod hand_over;
mod model;
mod scores;
mod stream;

use pyo3::prelude::*;

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<model::Model>()?;
    module.add_class::<stream::Stream>()?;
    error::add_to(module)
}
