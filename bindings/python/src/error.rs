//! The exceptions: one for each kind of error, all of them `MidpgError`.

use mi_dpg::{Error, ErrorKind};
use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;

create_exception!(
    mi_dpg,
    MidpgError,
    PyException,
    "Everything that mi_dpg raises; `kind` says what went wrong."
);
create_exception!(
    mi_dpg,
    ModelFileError,
    MidpgError,
    "A model file that is truncated, damaged or not one of ours."
);
create_exception!(
    mi_dpg,
    SchemaError,
    MidpgError,
    "A column is not there, or of a type that does not fit its field."
);
create_exception!(
    mi_dpg,
    DataError,
    MidpgError,
    "A row or a cell that cannot be read."
);
create_exception!(
    mi_dpg,
    ConfigError,
    MidpgError,
    "An argument that is out of range."
);
create_exception!(
    mi_dpg,
    FileError,
    MidpgError,
    "A file that cannot be read or written."
);

/// Adds the exceptions to the module, each with its `kind`.
pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    let all = [
        ("MidpgError", "error", py.get_type::<MidpgError>()),
        (
            "ModelFileError",
            "model-file",
            py.get_type::<ModelFileError>(),
        ),
        ("SchemaError", "schema", py.get_type::<SchemaError>()),
        ("DataError", "data", py.get_type::<DataError>()),
        ("ConfigError", "config", py.get_type::<ConfigError>()),
        ("FileError", "io", py.get_type::<FileError>()),
    ];
    for (name, kind, class) in all {
        class.setattr("kind", kind)?;
        // Of an error that is about none.
        class.setattr("column", py.None())?;
        module.add(name, class)?;
    }
    Ok(())
}

/// The exception of an error; `column` names the column it is about.
pub(crate) fn raised(error: &Error) -> PyErr {
    let text = error.to_string();
    let raised = match error.kind() {
        ErrorKind::ModelFile => ModelFileError::new_err(text),
        ErrorKind::Schema => SchemaError::new_err(text),
        ErrorKind::Data => DataError::new_err(text),
        ErrorKind::Config => ConfigError::new_err(text),
        ErrorKind::Io => FileError::new_err(text),
        _ => MidpgError::new_err(text),
    };
    // An exception without the attribute is still the right one.
    let _ = Python::attach(|py| raised.value(py).setattr("column", error.column()));
    raised
}
