//! Exported models in another runtime against our scorer.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

#[path = "../../../tests/common/models.rs"]
mod models;

use mi_dpg::artifact::Artifact;
use mi_dpg::data::synth::Preset;
use mi_dpg::data::{Dataset, FieldColumn, Vocabulary};
use mi_dpg::export::onnx;
use mi_dpg::model::{ApgCondition, Method};
use mi_dpg::scorer::{Ids, Scorer, Scratch};
use models::{artifact, data, methods};
use tract_onnx::prelude::*;

/// Rows as a caller has them: ids and raw numbers.
struct Given {
    rows: usize,
    single: Vec<u32>,
    dense: Vec<f32>,
    /// The ids of every row, of each multi-valued field.
    bags: Vec<Vec<Vec<u32>>>,
}

impl Given {
    fn new(data: &Dataset, rows: &[usize]) -> Self {
        let mut given = Self {
            rows: rows.len(),
            single: Vec::new(),
            dense: Vec::new(),
            bags: Vec::new(),
        };
        let fields = || data.columns.fields.iter().zip(data.encoder.fields());
        for &row in rows {
            for (column, field) in fields() {
                match (column, field.vocabulary()) {
                    (FieldColumn::Ids(ids), _) => given.single.push(ids[row]),
                    (FieldColumn::Dense(values), Vocabulary::Standard { mean, std }) => {
                        // The mean stands where the value is missing.
                        let value = values[row];
                        given.dense.push(if value == 0.0 {
                            f32::NAN
                        } else {
                            value * std + mean
                        });
                    }
                    _ => {}
                }
            }
        }
        for (column, _) in fields() {
            if let FieldColumn::Bags { offsets, ids } = column {
                let bag =
                    |row: usize| ids[offsets[row] as usize..offsets[row + 1] as usize].to_vec();
                // An empty bag is a missing value too.
                let bags = rows
                    .iter()
                    .map(|row| if row % 7 == 3 { vec![] } else { bag(*row) });
                given.bags.push(bags.collect());
            }
        }
        given
    }

    /// What our scorer makes of them.
    fn expected(&self, scorer: &Scorer) -> Vec<f32> {
        let mut ids = self.single.clone();
        let mut offsets = Vec::new();
        for bags in &self.bags {
            let mut end = 0;
            offsets.push(end);
            for bag in bags {
                end += bag.len() as u32;
                offsets.push(end);
                ids.extend(bag);
            }
        }
        let ids = Ids {
            ids: &ids,
            offsets: &offsets,
            dense: &self.dense,
            rows: self.rows,
        };
        let mut out = vec![0.0; self.rows];
        scorer
            .score_ids(ids, &mut out, &mut Scratch::default())
            .unwrap();
        out
    }

    /// The inputs of the graph, in its order.
    fn tensors(&self) -> Vec<Tensor> {
        let matrix = |width: usize| [self.rows, width];
        let single: Vec<i32> = self.single.iter().map(|id| *id as i32).collect();
        let shape = matrix(single.len() / self.rows);
        let mut tensors = vec![Tensor::from_shape(&shape, &single).unwrap()];
        if !self.dense.is_empty() {
            let shape = matrix(self.dense.len() / self.rows);
            tensors.push(Tensor::from_shape(&shape, &self.dense).unwrap());
        }
        for bags in &self.bags {
            let longest = bags.iter().map(Vec::len).max().unwrap_or(0) + 1;
            let padded = bags.iter().flat_map(|bag| {
                let ids = bag.iter().map(|id| *id as i32);
                ids.chain(std::iter::repeat(-1)).take(longest)
            });
            let padded: Vec<i32> = padded.collect();
            tensors.push(Tensor::from_shape(&matrix(longest), &padded).unwrap());
        }
        tensors
    }
}

fn compare(data: &Dataset, artifact: Artifact) {
    compare_with(data, artifact, &|_| {});
}

fn compare_with(data: &Dataset, artifact: Artifact, change: &dyn Fn(&mut Given)) {
    let name = format!("{:?}", artifact.metadata.network.method);
    // S of a row's own values multiplies them, layer after layer, and round-off grows with its powers.
    let own = matches!(&artifact.metadata.network.method, Method::Apg(c) if c.condition == ApgCondition::Own);
    let bound = if own { 1e-4 } else { 1e-5 };
    let scorer = Scorer::new(artifact.clone()).unwrap();
    let file = onnx::export(artifact).unwrap();
    let model = tract_onnx::onnx()
        .model_for_read(&mut file.as_slice())
        .unwrap()
        .into_typed()
        .unwrap_or_else(|error| panic!("{name}: {error:?}"))
        .into_optimized()
        .unwrap_or_else(|error| panic!("{name}: {error:?}"))
        .into_runnable()
        .unwrap();
    for rows in [vec![3], (0..70).collect::<Vec<_>>(), vec![300, 1, 5]] {
        let mut given = Given::new(data, &rows);
        change(&mut given);
        let inputs = given.tensors().into_iter().map(Into::into).collect();
        let out = model
            .run(inputs)
            .unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let got = out[0].to_plain_array_view::<f32>().unwrap();
        let expected = given.expected(&scorer);
        assert_eq!(got.len(), expected.len(), "{name}");
        for (got, expected) in got.iter().zip(&expected) {
            assert!((got - expected).abs() <= bound, "{name}: {got} {expected}");
        }
    }
}

#[test]
fn every_method_exports_to_the_same_probabilities() {
    let data = data(Preset::Amazon);
    for method in methods() {
        compare(&data, artifact(&data, method, &[24, 16, 8], 7));
    }
}

#[test]
fn ragged_widths_bags_and_dense_values_too() {
    let data = data(Preset::Iaac);
    for method in methods() {
        compare(&data, artifact(&data, method, &[13, 7, 5], 8));
    }
}

#[test]
fn numbers_past_all_bounds_are_as_far_as_the_scorer_goes() {
    let data = data(Preset::Iaac);
    let far = [f32::INFINITY, f32::NEG_INFINITY, f32::MAX];
    compare_with(&data, artifact(&data, Method::Dnn, &[8], 9), &|given| {
        for (value, far) in given.dense.iter_mut().zip(far.into_iter().cycle()) {
            *value = far;
        }
    });
}
