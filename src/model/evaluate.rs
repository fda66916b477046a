//! A model's report on a part of a data set.

use super::trained::Model;
use crate::data::{Columns, Dataset, FieldColumn, InputField, Part};
use crate::error::{Error, ErrorKind, Result};
use crate::metrics::{ParameterCounts, Report, Truth, evaluate};
use crate::reference::{Field, LogisticOptions, LogisticRegression};
use crate::schema::Role;

/// Measures `model` on `rows` of `data`. `seconds` is left to the caller, who has the clock.
///
/// On generated data with true probabilities the report also holds the best possible figures and
/// those of a scenario-blind logistic regression that is fitted here, on the training part of `data`
/// (where it has one).
///
/// # Errors
/// [`ErrorKind::Data`] without labels or rows, [`ErrorKind::Device`] when the device was lost.
pub async fn report(model: &Model, data: &Dataset, rows: &[u32], device: &str) -> Result<Report> {
    let logistic = scenario_blind(data, rows);
    report_beside(model, data, rows, device, logistic.as_deref()).await
}

/// As [`report`], with the probabilities that [`scenario_blind`] gave: many models on the same rows need them
/// once.
///
/// # Errors
/// As [`report`].
pub async fn report_beside(
    model: &Model,
    data: &Dataset,
    rows: &[u32],
    device: &str,
    logistic: Option<&[f32]>,
) -> Result<Report> {
    let labels = data.columns.labels_of(rows).ok_or_else(|| {
        Error::new(ErrorKind::Data, "the data has no labels").hint("evaluate on labelled rows")
    })?;
    if rows.is_empty() {
        return Err(
            Error::new(ErrorKind::Data, "the part to evaluate has no rows")
                .hint("choose another with --part"),
        );
    }
    let scores = model.probabilities(&data.columns, rows).await?;
    let scenario: Vec<u32> = rows
        .iter()
        .map(|&row| data.columns.scenario[row as usize])
        .collect();
    let mut report = evaluate(&scores, &labels, &scenario, &model.encoder().scenarios())?;
    let (embedding, network) = model.parameter_counts();
    report.parameters = ParameterCounts {
        embedding: embedding as u64,
        network: network as u64,
    };
    device.clone_into(&mut report.device);
    report.seed = model.summary().seed;
    if let Some(truth) = &data.columns.truth {
        let truth: Vec<f32> = rows.iter().map(|&row| truth[row as usize]).collect();
        report.truth = Some(Truth::measure(&scores, &truth, logistic, &labels));
    }
    Ok(report)
}

/// The report a training run ends with: on the test part, on the validation part where there is none,
/// `None` where there is neither.
///
/// # Errors
/// As [`report`].
pub async fn final_report(model: &Model, data: &Dataset, device: &str) -> Result<Option<Report>> {
    for part in [Part::Test, Part::Valid] {
        let rows = data.rows_of(part);
        if !rows.is_empty() {
            return report(model, data, &rows, device).await.map(Some);
        }
    }
    Ok(None)
}

/// Probabilities of a logistic regression on the scenario-agnostic fields, on generated data with true
/// probabilities; `None` on other data, and where there is no training part.
pub fn scenario_blind(data: &Dataset, rows: &[u32]) -> Option<Vec<f32>> {
    data.columns.truth.as_ref()?;
    let train = data.rows_of(Part::Train);
    let valid = data.rows_of(Part::Valid);
    let labels: Vec<f32> = data
        .columns
        .labels
        .as_ref()?
        .iter()
        .map(|&y| f32::from(y))
        .collect();
    if train.is_empty() {
        return None;
    }
    let fields = blind_fields(data.encoder.fields(), &data.columns);
    let regression = LogisticRegression::fit(
        &fields,
        &train,
        &valid,
        &labels,
        &LogisticOptions::default(),
    )
    .ok()?;
    regression.predict(&fields, rows).ok()
}

fn blind_fields<'a>(fields: &[InputField], columns: &'a Columns) -> Vec<Field<'a>> {
    fields
        .iter()
        .zip(&columns.fields)
        .filter(|(field, _)| field.role() == Role::Agnostic)
        .map(|(field, column)| match column {
            FieldColumn::Ids(ids) => Field::Ids {
                ids,
                size: field.size(),
            },
            FieldColumn::Bags { offsets, ids } => Field::Bags {
                offsets,
                ids,
                size: field.size(),
            },
            FieldColumn::Dense(values) => Field::Dense(values),
        })
        .collect()
}
