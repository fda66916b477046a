//! A model's report on a part of a data set.

use super::trained::Model;
use crate::data::{Batch, Columns, Dataset, Examples, FieldColumn, InputField, Part};
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
///
/// # Panics
/// As [`Model::probabilities`].
pub async fn report(model: &Model, data: &Dataset, rows: &[u32], device: &str) -> Result<Report> {
    let logistic = scenario_blind(data, rows);
    report_beside(model, data, rows, device, logistic.as_deref()).await
}

/// As [`report`], with the probabilities that [`scenario_blind`] gave: many models on the same rows need them
/// once.
///
/// # Errors
/// As [`report`].
///
/// # Panics
/// As [`report`].
pub async fn report_beside(
    model: &Model,
    data: &Dataset,
    rows: &[u32],
    device: &str,
    logistic: Option<&[f32]>,
) -> Result<Report> {
    let mut answers = Answers::default();
    let columns = &data.columns;
    answers.add(model, Batch { columns, rows }).await?;
    answers.report(model, device, logistic)
}

/// Measures `model` on the rows of `parts`, which need not fit into memory: 16 bytes a row do. The scenario-blind
/// regression needs rows in memory to be fitted on; without them the report has none.
///
/// # Errors
/// As [`report`], and those of reading rows.
pub async fn report_on(
    model: &Model,
    examples: &mut dyn Examples,
    parts: &[Part],
    device: &str,
) -> Result<Report> {
    let mut answers = Answers::default();
    for &part in parts {
        let mut index = 0;
        while let Some(block) = examples.block(part, index)? {
            index += 1;
            answers.add(model, block).await?;
        }
    }
    let logistic = examples.dataset().and_then(|data| {
        let rows: Vec<u32> = parts.iter().flat_map(|&part| data.rows_of(part)).collect();
        scenario_blind(data, &rows)
    });
    answers.report(model, device, logistic.as_deref())
}

/// The report a training run ends with: on the test part, on the validation part where there is none,
/// `None` where there is neither.
///
/// # Errors
/// As [`report_on`].
pub async fn final_report(
    model: &Model,
    examples: &mut dyn Examples,
    device: &str,
) -> Result<Option<Report>> {
    for part in [Part::Test, Part::Valid] {
        if examples.rows(part) > 0 {
            return report_on(model, examples, &[part], device).await.map(Some);
        }
    }
    Ok(None)
}

/// What a model said of some rows, beside what was so.
#[derive(Default)]
struct Answers {
    scores: Vec<f32>,
    labels: Vec<f32>,
    scenario: Vec<u32>,
    /// True probabilities, where all rows have one.
    truth: Vec<f32>,
}

impl Answers {
    async fn add(&mut self, model: &Model, Batch { columns, rows }: Batch<'_>) -> Result<()> {
        let labels = columns.labels_of(rows).ok_or_else(|| {
            Error::new(ErrorKind::Data, "the data has no labels").hint("evaluate on labelled rows")
        })?;
        self.scores
            .extend(model.probabilities(columns, rows).await?);
        self.labels.extend(labels);
        let rows = rows.iter().map(|&row| row as usize);
        self.scenario
            .extend(rows.clone().map(|row| columns.scenario[row]));
        if let Some(truth) = &columns.truth {
            self.truth.extend(rows.map(|row| truth[row]));
        }
        Ok(())
    }

    fn report(&self, model: &Model, device: &str, logistic: Option<&[f32]>) -> Result<Report> {
        let Self {
            scores,
            labels,
            scenario,
            truth,
        } = self;
        if scores.is_empty() {
            return Err(
                Error::new(ErrorKind::Data, "the part to evaluate has no rows")
                    .hint("choose another with --part"),
            );
        }
        let mut report = evaluate(scores, labels, scenario, &model.encoder().scenarios())?;
        let (embedding, network) = model.parameter_counts();
        report.parameters = ParameterCounts {
            embedding: embedding as u64,
            network: network as u64,
        };
        device.clone_into(&mut report.device);
        report.seed = model.summary().seed;
        report.truth = (!truth.is_empty()).then(|| Truth::measure(scores, truth, logistic, labels));
        Ok(report)
    }
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
