//! The class `Model`.

use std::path::PathBuf;

use mi_dpg::data::{ArrowEncoder, LabelUse, OnBadRow};
use mi_dpg::schema::InputKind;
use mi_dpg::scorer::Scorer;
use mi_dpg::{Error, ErrorKind};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use pyo3_arrow::input::AnyRecordBatch;
use pyo3_arrow::{PyRecordBatch, PySchema};
use serde_json::json;

use crate::encoded;
use crate::error::raised;
use crate::hand_over::to_pyarrow;
use crate::scores::{self, Rules};

/// A trained model that scores tables.
#[pyclass(frozen, module = "mi_dpg")]
pub(crate) struct Model {
    scorer: Scorer,
    path: PathBuf,
}

fn rules(strict_scenarios: bool, on_bad_row: &str) -> PyResult<Rules> {
    let on_bad_row = match on_bad_row {
        "fail" => OnBadRow::Fail,
        "null" => OnBadRow::Skip,
        other => {
            let message = format!("on_bad_row is {other:?}");
            return Err(raised(
                &Error::new(ErrorKind::Config, message).hint("it is \"fail\" or \"null\""),
            ));
        }
    };
    Ok(Rules {
        on_bad_row,
        strict: strict_scenarios,
        label: LabelUse::Ignored,
    })
}

/// A JSON document as Python objects.
fn parsed<'py>(py: Python<'py>, document: &serde_json::Value) -> PyResult<Bound<'py, PyAny>> {
    py.import("json")?
        .call_method1("loads", (document.to_string(),))
}

#[pymethods]
impl Model {
    /// Reads, checks and compiles a model file.
    #[staticmethod]
    fn load(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let loaded = py.detach(|| {
            let path = std::path::absolute(&path).unwrap_or(path);
            let bytes = std::fs::read(&path).map_err(|error| Error::io(path.display(), &error))?;
            let scorer = Scorer::load(&bytes).map_err(|error| error.in_file(path.display()))?;
            Ok(Self { scorer, path })
        });
        loaded.map_err(|error: Error| raised(&error))
    }

    /// A probability for each row of a table, in order. Other Python threads run meanwhile.
    #[pyo3(signature = (table, *, strict_scenarios = false, on_bad_row = "fail"))]
    fn score<'py>(
        &self,
        py: Python<'py>,
        table: AnyRecordBatch,
        strict_scenarios: bool,
        on_bad_row: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (reader, rules) = (table.into_reader()?, rules(strict_scenarios, on_bad_row)?);
        let scores = py.detach(|| scores::score(&self.scorer, reader, rules));
        let scores = scores.map_err(|error| raised(&error))?;
        to_pyarrow(py, scores)
    }

    /// The compact weighting matrices s of each row: for each modulated layer an array of lists of d_r · d_c numbers,
    /// row-major. `layers` has the shapes.
    #[pyo3(signature = (table, *, strict_scenarios = false, on_bad_row = "fail"))]
    fn weighting<'py>(
        &self,
        py: Python<'py>,
        table: AnyRecordBatch,
        strict_scenarios: bool,
        on_bad_row: &str,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let (reader, rules) = (table.into_reader()?, rules(strict_scenarios, on_bad_row)?);
        let layers = py.detach(|| scores::weighting(&self.scorer, reader, rules));
        let layers = layers.map_err(|error| raised(&error))?;
        layers
            .into_iter()
            .map(|layer| to_pyarrow(py, layer))
            .collect()
    }

    /// A table as the ids and numbers that the network gets, a column for each field: ids (0 unknown, 1 missing), lists
    /// of ids, standardised numbers. With `label` the labels are the last column.
    #[pyo3(signature = (table, *, label = false))]
    fn encode<'py>(
        &self,
        py: Python<'py>,
        table: AnyRecordBatch,
        label: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let reader = table.into_reader()?;
        let rules = Rules {
            on_bad_row: OnBadRow::Fail,
            strict: false,
            label: if label {
                LabelUse::Required
            } else {
                LabelUse::Ignored
            },
        };
        let batch = py.detach(|| encoded::encode(&self.scorer, reader, rules));
        PyRecordBatch::new(batch.map_err(|error| raised(&error))?).into_pyarrow(py)
    }

    /// Checks that tables of an Arrow schema can be scored; raises `SchemaError` where a column is not there or of a
    /// type that does not fit.
    #[expect(clippy::needless_pass_by_value, reason = "what PyO3 extracts")]
    fn check(&self, schema: PySchema) -> PyResult<()> {
        let bound = ArrowEncoder::new(self.scorer.encoder(), schema.as_ref(), LabelUse::Ignored);
        bound.map(drop).map_err(|error| raised(&error))
    }

    /// The schema: fields, label, scenario, format and split, as in a schema's TOML file.
    #[getter]
    fn schema<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        parsed(py, &json!(self.scorer.encoder().schema()))
    }

    /// The columns a table must have.
    #[getter]
    fn columns(&self) -> Vec<&str> {
        self.scorer.encoder().columns()
    }

    /// The names of the scenarios by index; 0 is an unknown one, 1 a missing one.
    #[getter]
    fn scenarios(&self) -> Vec<String> {
        self.scorer.encoder().scenarios()
    }

    /// The method: `mi-dpg`, `star`, …
    #[getter]
    fn method(&self) -> &'static str {
        self.scorer.config().method.name()
    }

    /// Method, widths and settings.
    #[getter]
    fn network<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        parsed(py, &json!(self.scorer.config()))
    }

    /// The input fields in the network's order: name, column, kind (`id`, `bag`, `dense`), role and size, the number of
    /// ids.
    #[getter]
    fn fields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let fields = self.scorer.encoder().fields().iter().map(|field| {
            let kind = match field.kind() {
                InputKind::Id => "id",
                InputKind::Bag => "bag",
                InputKind::Dense => "dense",
            };
            json!({
                "name": field.name(), "column": field.column(), "kind": kind, "role": field.role(), "size": field.size(),
                "scenario": field.is_scenario(), "prior": field.is_prior(),
            })
        });
        parsed(py, &fields.collect())
    }

    /// The modulated layers, each with its d_m, d_n, d_r, d_c.
    #[getter]
    fn layers<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let dict = |shape: mi_dpg::model::BlockShape| {
            let dict = PyDict::new(py);
            dict.set_item("d_m", shape.dm)?;
            dict.set_item("d_n", shape.dn)?;
            dict.set_item("d_r", shape.dr)?;
            dict.set_item("d_c", shape.dc)?;
            Ok(dict)
        };
        self.scorer.block_shapes().into_iter().map(dict).collect()
    }

    /// Where it was loaded from.
    #[getter]
    fn path(&self) -> PathBuf {
        self.path.clone()
    }

    fn __repr__(&self) -> String {
        format!("<mi_dpg.Model {} {}>", self.method(), self.path.display())
    }

    /// Pickles hold the path: who unpickles must find the file there.
    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let load = slf.get_type().getattr("load")?;
        let path = slf.get().path.clone().into_os_string();
        Ok((load, PyTuple::new(py, [path])?))
    }
}
