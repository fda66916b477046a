//! Embedding tables on the host, and the step between a batch's ids and the network's input.
//!
//! A table may have a million rows and a batch touches five hundred of them. So the tables never go
//! to the device: the batch's input h¹ is gathered here and sent, its gradient comes back, and only
//! the touched rows move. The cost of a step does not depend on the size of a vocabulary.

use rand::Rng;
use rustc_hash::FxHashMap;

use super::layout::InputLayout;
use crate::artifact::{TensorValue, Tensors, embedding_name};
use crate::data::{Columns, FieldColumn, InputField, UNKNOWN};
use crate::error::{Error, ErrorKind, Result};
use crate::random::Stream;
use crate::schema::InputKind;

/// One table per field that is embedded, in the encoder's order of fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Embeddings {
    /// Width of every row.
    pub dim: usize,
    /// `size × dim` values, row-major; `None` for a dense field.
    pub tables: Vec<Option<Vec<f32>>>,
    layout: InputLayout,
}

/// One use of a row: at batch row `row`, id `id` counts `weight` (1, or 1/n in a bag of n).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Use {
    pub(crate) row: u32,
    pub(crate) id: u32,
    pub(crate) weight: f32,
}

/// A batch on its way to the device, and what its gradient needs on the way back.
#[derive(Debug, Clone, Default)]
pub struct Gathered {
    /// h¹, `rows × width`, row-major.
    pub input: Vec<f32>,
    /// Rows of the batch.
    pub rows: usize,
    /// Of each field.
    pub(crate) uses: Vec<Vec<Use>>,
}

/// The gradient of one table's touched rows.
#[derive(Debug, Clone, Default)]
pub struct TouchedRows {
    /// Distinct rows, in order of first use.
    pub ids: Vec<u32>,
    /// `ids.len() × dim` values.
    pub gradients: Vec<f32>,
    /// The place of a row in `ids`.
    slots: FxHashMap<u32, usize>,
}

impl Embeddings {
    /// Tables of N(0, `std`²), each from its own stream of `seed` so that adding a field moves no
    /// other field's start.
    pub fn init(fields: &[InputField], dim: usize, std: f32, seed: u64) -> Self {
        let tables = fields
            .iter()
            .map(|field| {
                (field.kind() != InputKind::Dense).then(|| {
                    Stream::new(seed, &format!("embedding {}", field.name()))
                        .normal(field.size() * dim, std)
                })
            })
            .collect();
        Self {
            dim,
            tables,
            layout: InputLayout::new(fields, dim),
        }
    }

    /// Tables read from elsewhere; `None` unless every one has its field's size.
    pub fn from_tables(
        fields: &[InputField],
        dim: usize,
        tables: Vec<Option<Vec<f32>>>,
    ) -> Option<Self> {
        let fits = tables.len() == fields.len()
            && fields
                .iter()
                .zip(&tables)
                .all(|(field, table)| match table {
                    Some(table) => {
                        field.kind() != InputKind::Dense
                            && Some(table.len()) == field.size().checked_mul(dim)
                    }
                    None => field.kind() == InputKind::Dense,
                });
        fits.then(|| Self {
            dim,
            tables,
            layout: InputLayout::new(fields, dim),
        })
    }

    /// The tables under their names in files.
    pub fn tensors(&self, fields: &[InputField]) -> Tensors {
        let named = fields.iter().zip(&self.tables);
        named
            .filter_map(|(field, table)| {
                let value = TensorValue {
                    shape: vec![field.size(), self.dim],
                    data: table.clone()?,
                };
                Some((embedding_name(field.name()), value))
            })
            .collect()
    }

    /// Moves the tables out of a file's tensors.
    ///
    /// # Errors
    /// [`ErrorKind::ModelFile`] when one is missing or not of its field's size.
    pub fn take(fields: &[InputField], dim: usize, tensors: &mut Tensors) -> Result<Self> {
        let mut table = |field: &InputField| {
            let value = tensors.remove(&embedding_name(field.name()))?;
            Some(value.data)
        };
        let tables = fields.iter().map(&mut table).collect();
        Self::from_tables(fields, dim, tables).ok_or_else(|| {
            Error::new(
                ErrorKind::ModelFile,
                "the embedding tables do not fit the fields",
            )
        })
    }

    /// Where each field lies in h¹.
    pub fn layout(&self) -> &InputLayout {
        &self.layout
    }

    /// The tables to be changed, and the layout of their fields.
    pub fn parts_mut(&mut self) -> (&mut [Option<Vec<f32>>], &InputLayout) {
        (&mut self.tables, &self.layout)
    }

    /// Number of embedding parameters.
    pub fn parameters(&self) -> usize {
        self.tables.iter().flatten().map(Vec::len).sum()
    }

    /// Gathers h¹ of `rows` of `columns` into `out`, whose buffers are used again.
    pub fn gather(&self, columns: &Columns, rows: &[u32], out: &mut Gathered) {
        self.choose(columns, rows, out, |_, id| id);
        self.look_up(columns, rows, out);
    }

    /// The same for training: each id becomes out-of-vocabulary with probability `drop`, so that the
    /// row which unseen values will use is trained, and no prediction leans on one id alone. The
    /// scenario-aware fields are never dropped.
    pub fn gather_dropping(
        &self,
        columns: &Columns,
        rows: &[u32],
        drop: f32,
        random: &mut Stream,
        out: &mut Gathered,
    ) {
        self.choose(columns, rows, out, self.dropping(drop, random));
        self.look_up(columns, rows, out);
    }

    /// What [`gather_dropping`](Self::gather_dropping) uses, without looking it up.
    #[cfg(feature = "webgpu")]
    pub(crate) fn choose_dropping(
        &self,
        columns: &Columns,
        rows: &[u32],
        drop: f32,
        random: &mut Stream,
        out: &mut Gathered,
    ) {
        self.choose(columns, rows, out, self.dropping(drop, random));
    }

    fn dropping(&self, drop: f32, random: &mut Stream) -> impl FnMut(usize, u32) -> u32 {
        let aware = self.layout.aware;
        let spans = &self.layout.spans;
        move |field, id| {
            let droppable = drop > 0.0 && spans[field].start >= aware;
            if droppable && random.rng().random::<f32>() < drop {
                UNKNOWN
            } else {
                id
            }
        }
    }

    /// Which ids `rows` use.
    fn choose(
        &self,
        columns: &Columns,
        rows: &[u32],
        out: &mut Gathered,
        mut choose: impl FnMut(usize, u32) -> u32,
    ) {
        out.rows = rows.len();
        out.uses.resize_with(columns.fields.len(), Vec::new);
        for (field, column) in columns.fields.iter().enumerate() {
            let uses = &mut out.uses[field];
            uses.clear();
            match column {
                FieldColumn::Dense(_) => {}
                FieldColumn::Ids(ids) => {
                    uses.extend(rows.iter().enumerate().map(|(row, &source)| Use {
                        row: row as u32,
                        id: choose(field, ids[source as usize]),
                        weight: 1.0,
                    }))
                }
                FieldColumn::Bags { offsets, ids } => {
                    for (row, &source) in rows.iter().enumerate() {
                        let bag = &ids[offsets[source as usize] as usize
                            ..offsets[source as usize + 1] as usize];
                        let weight = 1.0 / bag.len() as f32;
                        uses.extend(bag.iter().map(|&id| Use {
                            row: row as u32,
                            id: choose(field, id),
                            weight,
                        }));
                    }
                }
            }
        }
    }

    /// h¹ of the uses that were chosen, and of the dense fields.
    fn look_up(&self, columns: &Columns, rows: &[u32], out: &mut Gathered) {
        let width = self.layout.width;
        let Gathered { input, uses, .. } = out;
        input.clear();
        input.resize(rows.len() * width, 0.0);
        let fields = columns.fields.iter().zip(&self.layout.spans);
        for (((column, span), table), uses) in fields.zip(&self.tables).zip(uses) {
            if let FieldColumn::Dense(values) = column {
                for (row, &source) in rows.iter().enumerate() {
                    input[row * width + span.start] = values[source as usize];
                }
            }
            let Some(table) = table else {
                continue;
            };
            for Use { row, id, weight } in uses {
                let source = &table[*id as usize * self.dim..][..self.dim];
                let target = &mut input[*row as usize * width + span.start..][..self.dim];
                for (t, s) in target.iter_mut().zip(source) {
                    *t += *weight * s;
                }
            }
        }
    }
}

impl TouchedRows {
    /// Adds dL/dh¹ (`rows × width`) up over the uses of each row of the table of `field`, which has `dim` columns.
    pub fn add_up(
        &mut self,
        layout: &InputLayout,
        (field, dim): (usize, usize),
        batch: &Gathered,
        gradient: &[f32],
    ) {
        let (width, start) = (layout.width, layout.spans[field].start);
        self.ids.clear();
        self.gradients.clear();
        self.slots.clear();
        for Use { row, id, weight } in &batch.uses[field] {
            let slot = *self.slots.entry(*id).or_insert_with(|| {
                self.ids.push(*id);
                self.gradients.resize(self.gradients.len() + dim, 0.0);
                self.ids.len() - 1
            });
            let target = &mut self.gradients[slot * dim..][..dim];
            let source = &gradient[*row as usize * width + start..][..dim];
            for (t, s) in target.iter_mut().zip(source) {
                *t += *weight * s;
            }
        }
    }
}

#[cfg(test)]
#[path = "embedding_tests.rs"]
mod tests;
