//! A batch's rows brought together by scenario, for methods in which each scenario has parameters of
//! its own.

use std::ops::Range;

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::linear::dense;
use crate::data::FIRST_VALUE;
use crate::ops;

/// The rows of one scenario: a range of the sorted batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The known scenario, from 0; `None` for rows whose scenario is unknown or missing.
    pub scenario: Option<usize>,
    /// Its rows after sorting.
    pub rows: Range<usize>,
}

/// How to sort a batch by scenario and back.
#[derive(Debug, Clone)]
pub struct Groups {
    /// The scenarios that occur.
    pub parts: Vec<Group>,
    order: Vec<i32>,
    places: Vec<i32>,
}

impl Groups {
    /// Groups rows by `scenario`, of which `known` are known.
    pub fn new(scenario: &[u32], known: usize) -> Self {
        let key = |row: u32| match scenario[row as usize].checked_sub(FIRST_VALUE) {
            Some(k) if (k as usize) < known => k as usize,
            _ => known,
        };
        let mut order: Vec<u32> = (0..scenario.len() as u32).collect();
        order.sort_by_key(|&row| key(row));
        let mut parts: Vec<Group> = Vec::new();
        let mut places = vec![0; order.len()];
        for (place, &row) in order.iter().enumerate() {
            places[row as usize] = place as i32;
            let scenario = Some(key(row)).filter(|&k| k < known);
            match parts.last_mut() {
                Some(group) if group.scenario == scenario => group.rows.end = place + 1,
                _ => parts.push(Group {
                    scenario,
                    rows: place..place + 1,
                }),
            }
        }
        Self {
            parts,
            order: order.into_iter().map(|row| row as i32).collect(),
            places,
        }
    }

    /// The rows of `x`, sorted by scenario.
    pub fn sort(&self, x: Tensor<2>) -> Tensor<2> {
        if self.parts.len() == 1 {
            return x;
        }
        let device = x.device();
        x.select(0, index(&self.order, &device))
    }

    /// Undoes [`sort`](Self::sort) on one value a row.
    pub fn restore(&self, sorted: Tensor<1>) -> Tensor<1> {
        if self.parts.len() == 1 {
            return sorted;
        }
        let device = sorted.device();
        sorted.select(0, index(&self.places, &device))
    }

    /// Rows of known scenarios; they come first.
    pub fn known(&self) -> usize {
        let mut known = self.parts.iter().filter(|part| part.scenario.is_some());
        known.next_back().map_or(0, |part| part.rows.end)
    }

    /// The rows of every group.
    pub fn rows(&self) -> Vec<Range<usize>> {
        self.parts.iter().map(|part| part.rows.clone()).collect()
    }

    /// Layers of the groups, each on its own rows of `sorted`: W x + b or max(0, W x + b) with the W and b that `layer`
    /// has for a group's scenario; one group has some at least, and those without are not in `sorted`.
    pub fn dense(
        &self,
        sorted: Tensor<2>,
        layer: impl Fn(Option<usize>) -> Option<(Tensor<2>, Tensor<1>)>,
        positive: bool,
    ) -> Tensor<2> {
        // Only of scenarios that occur: a parameter without a gradient stays where it is.
        let parts = self
            .parts
            .iter()
            .filter_map(|part| Some((layer(part.scenario)?, part.rows.clone())));
        let (layers, rows): (Vec<_>, Vec<_>) = parts.unzip();
        let (weights, biases): (Vec<_>, Vec<_>) = layers.into_iter().unzip();
        let layers = (Tensor::stack(weights, 0), Tensor::stack(biases, 0));
        Self::apply(sorted, layers, rows, positive)
    }

    /// The same with W \[groups, d_m, d_n\] and b \[groups, d_m\] of the groups that have `rows`: by our own operation
    /// where it runs, elsewhere the same from Burn's.
    pub fn apply(
        sorted: Tensor<2>,
        (weight, bias): (Tensor<3>, Tensor<2>),
        rows: Vec<Range<usize>>,
        positive: bool,
    ) -> Tensor<2> {
        if ops::run_on(&sorted) {
            return ops::grouped(sorted, weight, bias, rows, positive);
        }
        let outputs = rows.into_iter().enumerate().map(|(k, rows)| {
            let own = sorted.clone().narrow(0, rows.start, rows.len());
            let weight = weight.clone().narrow(0, k, 1).squeeze_dim(0);
            let bias = bias.clone().narrow(0, k, 1).squeeze_dim(0);
            dense(own, weight, bias, positive)
        });
        Tensor::cat(outputs.collect(), 0)
    }
}

/// Places as a tensor.
pub(super) fn index(values: &[i32], device: &Device) -> Tensor<1, Int> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len()]), device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_scenario_are_brought_together_and_unknown_ones_come_last() {
        let groups = Groups::new(&[3, 0, 2, 3, 1, 9], 2);
        assert_eq!(groups.order, [2, 0, 3, 1, 4, 5]);
        assert_eq!(groups.places, [1, 3, 0, 2, 4, 5]);
        let part = |scenario, rows| Group { scenario, rows };
        assert_eq!(
            groups.parts,
            [part(Some(0), 0..1), part(Some(1), 1..3), part(None, 3..6)]
        );
    }
}
