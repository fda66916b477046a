//! Everything that turns a raw row into ids: the schema and what was learnt from the training rows.

use std::sync::Arc;

use super::columns::FieldColumn;
use super::input_field::InputField;
use super::layout::Coder;
use super::options::LabelUse;
use super::part::FittedSplit;
use super::row::RowEncoder;
use super::vocabulary::Vocabulary;
use crate::error::{Error, ErrorKind, Result};
use crate::schema::{Categorical, FieldKind, Input, InputKind, Multi, Numeric, Schema};

/// The schema and what was learnt from the training rows; serialises to JSON for the model file.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoder {
    schema: Schema,
    split: FittedSplit,
    fields: Vec<InputField>,
    scenario: usize,
}

impl Encoder {
    /// Puts an encoder together, checking that every part suits the schema.
    ///
    /// `vocabularies` are those of [`Schema::inputs`], in that order.
    ///
    /// # Errors
    /// [`ErrorKind::Schema`] when the schema breaks a rule, or a vocabulary does not suit its field.
    pub fn new(schema: Schema, split: FittedSplit, vocabularies: Vec<Vocabulary>) -> Result<Self> {
        schema.check()?;
        let inputs = schema.inputs();
        if inputs.len() != vocabularies.len() {
            return Err(Error::new(
                ErrorKind::Schema,
                format!(
                    "the schema has {} input fields, but {} vocabularies are given",
                    inputs.len(),
                    vocabularies.len()
                ),
            ));
        }
        let mut fields = Vec::with_capacity(inputs.len());
        let mut scenario = None;
        for (index, (input, vocabulary)) in inputs.iter().zip(vocabularies).enumerate() {
            if !suits(input, &vocabulary) {
                return Err(Error::new(
                    ErrorKind::Schema,
                    format!(
                        "the vocabulary of field {} does not suit it",
                        crate::error::quote(&input.name)
                    ),
                ));
            }
            let is_scenario = input.name == schema.scenario.field;
            if is_scenario {
                scenario = Some(index);
            }
            fields.push(InputField {
                name: input.name.clone(),
                column: input.field.column.clone(),
                role: input.field.role,
                prior: input.field.prior,
                scenario: is_scenario,
                kind: input.kind(),
                vocabulary,
            });
        }
        let scenario = scenario
            .ok_or_else(|| Error::new(ErrorKind::Schema, "the scenario is no input field"))?;
        drop(inputs);
        Ok(Self {
            schema,
            split,
            fields,
            scenario,
        })
    }

    /// The schema.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The split as it was applied.
    pub fn split(&self) -> &FittedSplit {
        &self.split
    }

    /// The same with the split of other rows.
    pub(super) fn with_split(&self, split: FittedSplit) -> Self {
        Self {
            split,
            ..self.clone()
        }
    }

    /// Whether rows become the same ids; which part they fall into may differ.
    pub fn encodes_as(&self, other: &Self) -> bool {
        self.schema == other.schema && self.fields == other.fields
    }

    /// The input fields in model order: scenario-aware ones first.
    pub fn fields(&self) -> &[InputField] {
        &self.fields
    }

    /// The place of the scenario among [`fields`](Self::fields).
    pub fn scenario_field(&self) -> usize {
        self.scenario
    }

    /// The names of the scenarios by index; index 0 is the unknown, 1 the missing scenario.
    pub fn scenarios(&self) -> Vec<String> {
        let vocabulary = self.fields[self.scenario].vocabulary();
        let ids = 0..vocabulary.size() as u32;
        ids.map(|id| vocabulary.name(id).into_owned()).collect()
    }

    /// The columns a source must have to be scored, each once.
    pub fn columns(&self) -> Vec<&str> {
        let mut columns: Vec<&str> = Vec::new();
        for field in &self.fields {
            if !columns.contains(&field.column.as_str()) {
                columns.push(&field.column);
            }
        }
        columns
    }

    /// Binds the encoder to a source with these columns, in the order of its cells; those that the model does not read are
    /// passed over, and labels are not read.
    ///
    /// # Errors
    /// [`ErrorKind::Schema`] when a column that the model reads is missing or stands twice.
    pub fn bind(self: &Arc<Self>, header: &[impl AsRef<str>]) -> Result<RowEncoder> {
        let twice = |column: &&str| {
            let mut same = header.iter().filter(|name| name.as_ref() == *column);
            same.nth(1).is_some()
        };
        if let Some(column) = self.columns().into_iter().find(twice) {
            return Err(Error::new(
                ErrorKind::Schema,
                format!("there are two columns {}", crate::error::quote(column)),
            ));
        }
        RowEncoder::new(Arc::clone(self), header, LabelUse::Ignored)
    }
}

fn suits(input: &Input<'_>, vocabulary: &Vocabulary) -> bool {
    match (&input.field.kind, vocabulary) {
        (
            FieldKind::Categorical(Categorical { limit, .. })
            | FieldKind::Multi(Multi { limit, .. }),
            vocabulary,
        ) => match vocabulary {
            Vocabulary::Values(_) => limit.hash_buckets.is_none(),
            Vocabulary::Hashed(buckets) => limit.hash_buckets == Some(*buckets),
            _ => false,
        },
        (FieldKind::Timestamp(_), Vocabulary::Calendar(derived)) => input.derived == Some(*derived),
        (FieldKind::Numeric(Numeric::Buckets(_)), Vocabulary::Buckets(edges)) => {
            edges.iter().all(|edge| edge.is_finite()) && edges.windows(2).all(|e| e[0] < e[1])
        }
        (FieldKind::Numeric(Numeric::Standardise), Vocabulary::Standard { mean, std }) => {
            mean.is_finite() && std.is_finite() && *std > 0.0
        }
        _ => false,
    }
}

/// The learnt vocabularies as a [`Coder`].
pub(super) struct Fitted<'a>(pub(super) &'a Encoder);

impl Coder for Fitted<'_> {
    fn id(&mut self, field: usize, value: &str) -> Result<u32> {
        Ok(self.0.fields[field].vocabulary.id(value))
    }

    fn number(&mut self, field: usize, number: Option<f32>, column: &mut FieldColumn) {
        let field = &self.0.fields[field];
        match field.kind {
            InputKind::Dense => column.push_dense(field.vocabulary.dense(number)),
            _ => column.push_id(field.vocabulary.bucket(number)),
        }
    }
}
