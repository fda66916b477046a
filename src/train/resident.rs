//! Embedding tables that live on the GPU while a run trains there: a step uploads which rows it uses, and nothing comes
//! back but the losses, now and then.

use burn::tensor::{Device, Int, Tensor, TensorData, Transaction};
use rustc_hash::FxHashMap;

use super::lazy_adam::{LazyAdam, Moments};
use crate::data::{Columns, FieldColumn};
use crate::error::Result;
use crate::kernels::Adam;
use crate::model::Embeddings;
use crate::model::embedding::Gathered;
use crate::model::parameters::{device_error, floats};
use crate::ops::tables::{Shape, Tables, gather, update};

/// The most bytes that the tables may have: WebGPU promises buffers of 128 MiB.
const LIMIT: usize = 128 << 20;

/// The tables on the device.
pub(super) struct Resident {
    tables: Option<Tables>,
    /// The first row of each field's table among all.
    offsets: Vec<u32>,
    /// Rows of each field's table; 0 for a dense field.
    sizes: Vec<usize>,
    /// For each column of h¹ what it is made of: see `ops/cube/tables`.
    columns: Vec<i32>,
    dim: usize,
    device: Device,
}

/// A batch on the device.
pub(super) struct DeviceBatch {
    /// h¹, \[rows, width\].
    pub(super) input: Tensor<2>,
    plan: Tensor<1, Int>,
    numbers: Tensor<1>,
    shape: Shape,
}

impl Resident {
    /// The tables and their moments, sent to `device`; `None` where they do not fit.
    pub(super) fn new(embeddings: &Embeddings, lazy: &LazyAdam, device: &Device) -> Option<Self> {
        let dim = embeddings.dim;
        let sizes: Vec<usize> = embeddings
            .tables
            .iter()
            .map(|table| table.as_ref().map_or(0, |table| table.len() / dim.max(1)))
            .collect();
        let rows: usize = sizes.iter().sum();
        if rows == 0 || rows * dim * size_of::<f32>() > LIMIT {
            return None;
        }
        let mut first_row = 0;
        let offsets = sizes
            .iter()
            .map(|&size| {
                first_row += size as u32;
                first_row - size as u32
            })
            .collect();
        let (mut slot, mut dense) = (0, 0);
        let columns = embeddings
            .layout()
            .spans
            .iter()
            .zip(&sizes)
            .flat_map(|(span, &size)| {
                let width = (span.end - span.start) as i32;
                let first = if size == 0 {
                    dense += 1;
                    -dense
                } else {
                    slot += 1;
                    (slot - 1) * width
                };
                first..first + width
            })
            .collect();
        let all = |parts: &mut dyn Iterator<Item = &Vec<f32>>| {
            let values: Vec<f32> = parts.flatten().copied().collect();
            let count = values.len();
            Tensor::from_data(TensorData::new(values, [count]), device)
        };
        let moments = lazy.moments();
        Some(Self {
            tables: Some(Tables {
                values: all(&mut embeddings.tables.iter().flatten()),
                first: all(&mut moments.iter().map(|moments| &moments.first)),
                second: all(&mut moments.iter().map(|moments| &moments.second)),
            }),
            offsets,
            sizes,
            columns,
            dim,
            device: device.clone(),
        })
    }

    /// Sends what the batch `rows` of `columns` uses, and makes h¹ of it there. `order` has the row whose e makes each
    /// row's negative pair.
    pub(super) fn gather(
        &self,
        embeddings: &Embeddings,
        columns: &Columns,
        rows: &[u32],
        gathered: &Gathered,
        order: Option<&[u32]>,
    ) -> Option<DeviceBatch> {
        let layout = embeddings.layout();
        let uses: usize = gathered.uses.iter().map(Vec::len).sum();
        let embedded = || (0..self.sizes.len()).filter(|&field| self.sizes[field] > 0);
        let slots = embedded().count();

        // By row and slot: how many, where each begins, then what they are.
        let mut starts = vec![0_i32; rows.len() * slots + 1];
        for (slot, field) in embedded().enumerate() {
            for used in &gathered.uses[field] {
                starts[used.row as usize * slots + slot + 1] += 1;
            }
        }
        add_up(&mut starts);
        let mut next = starts.clone();
        let mut ids = vec![0_i32; uses];
        let mut numbers = vec![0.0_f32; 2 * uses];
        // By row of the tables: which of them each use is of.
        let mut touched: Vec<i32> = Vec::new();
        let mut first_columns: Vec<i32> = Vec::new();
        let mut of_use: Vec<u32> = Vec::with_capacity(uses);
        let mut places: FxHashMap<u32, u32> = FxHashMap::default();
        for (slot, field) in embedded().enumerate() {
            places.clear();
            for used in &gathered.uses[field] {
                let id = (self.offsets[field] + used.id) as i32;
                let place = &mut next[used.row as usize * slots + slot];
                ids[*place as usize] = id;
                numbers[*place as usize] = used.weight;
                *place += 1;
                of_use.push(*places.entry(used.id).or_insert_with(|| {
                    touched.push(id);
                    first_columns.push(layout.spans[field].start as i32);
                    touched.len() as u32 - 1
                }));
            }
        }
        let mut user_starts = vec![0_i32; touched.len() + 1];
        for &which in &of_use {
            user_starts[which as usize + 1] += 1;
        }
        add_up(&mut user_starts);
        let mut next = user_starts.clone();
        let mut users = vec![0_i32; uses];
        let all_uses = embedded().flat_map(|field| &gathered.uses[field]);
        for (used, &which) in all_uses.zip(&of_use) {
            let place = &mut next[which as usize];
            users[*place as usize] = used.row as i32;
            numbers[uses + *place as usize] = used.weight;
            *place += 1;
        }

        let shape = Shape {
            rows: rows.len(),
            width: layout.width,
            aware: layout.aware,
            dim: self.dim,
            slots,
            uses,
            touched: touched.len(),
            pairs: order.is_some(),
        };
        let mut plan = self.columns.clone();
        plan.append(&mut starts);
        plan.append(&mut ids);
        plan.append(&mut touched);
        plan.append(&mut first_columns);
        plan.append(&mut user_starts);
        plan.append(&mut users);
        let mut pair_of = vec![0_i32; rows.len()];
        for (pair, &row) in order.unwrap_or_default().iter().enumerate() {
            pair_of[row as usize] = pair as i32;
        }
        plan.append(&mut pair_of);
        for &row in rows {
            numbers.extend(columns.fields.iter().filter_map(|column| match column {
                FieldColumn::Dense(values) => Some(values[row as usize]),
                _ => None,
            }));
        }

        let (count, number_count) = (plan.len(), numbers.len());
        let plan = Tensor::from_data(TensorData::new(plan, [count]), &self.device);
        let numbers = Tensor::from_data(TensorData::new(numbers, [number_count]), &self.device);
        let input = gather(self.tables.as_ref()?, &plan, &numbers, shape);
        Some(DeviceBatch {
            input,
            plan,
            numbers,
            shape,
        })
    }

    /// Moves the rows that `batch` uses by the gradients of h¹ and of the negative pairs' e.
    pub(super) fn update(
        &mut self,
        batch: DeviceBatch,
        gradient: Tensor<2>,
        negatives: Option<Tensor<2>>,
        rule: Adam,
    ) {
        self.tables = self.tables.take().map(|tables| {
            update(
                tables,
                batch.plan,
                batch.numbers,
                gradient,
                negatives,
                batch.shape,
                rule,
            )
        });
    }

    /// The tables and moments as they stand, of each field.
    ///
    /// # Errors
    /// [`ErrorKind::Device`](crate::ErrorKind::Device) when the device was lost.
    pub(super) async fn read(&self) -> Result<(Vec<Option<Vec<f32>>>, Vec<Moments>)> {
        let mut transaction = Transaction::default();
        if let Some(tables) = &self.tables {
            for tensor in [&tables.values, &tables.first, &tables.second] {
                transaction = transaction.register(tensor.clone());
            }
        }
        let data = transaction.execute_async().await.map_err(device_error)?;
        let mut data = data.into_iter().map(floats);
        let mut next = || data.next().transpose().map(Option::unwrap_or_default);
        let (values, first, second) = (next()?, next()?, next()?);
        let mut start = 0;
        let mut tables = Vec::with_capacity(self.sizes.len());
        let mut moments = Vec::with_capacity(self.sizes.len());
        for &size in &self.sizes {
            let range = start..start + size * self.dim;
            start = range.end;
            let part = |all: &[f32]| all.get(range.clone()).map(<[f32]>::to_vec);
            tables.push(part(&values).filter(|_| size > 0));
            moments.push(Moments {
                first: part(&first).unwrap_or_default(),
                second: part(&second).unwrap_or_default(),
            });
        }
        Ok((tables, moments))
    }
}

/// Counts, one place late, become where each begins.
fn add_up(counts: &mut [i32]) {
    let mut sum = 0;
    for count in counts {
        sum += *count;
        *count = sum;
    }
}
