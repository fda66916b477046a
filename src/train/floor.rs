//! The floor of L_mi on a data set.

use rustc_hash::FxHashMap;

use crate::data::{Dataset, FieldColumn};
use crate::model::mutual_information::floor;
use crate::schema::Role;

/// The floor from the frequencies of the distinct scenario-aware tuples among `rows`.
pub(super) fn floor_of(data: &Dataset, rows: &[u32]) -> f64 {
    let aware: Vec<&FieldColumn> = data
        .encoder
        .fields()
        .iter()
        .zip(&data.columns.fields)
        .filter(|(field, _)| field.role() == Role::Scenario)
        .map(|(_, column)| column)
        .collect();
    let mut counts: FxHashMap<Vec<u32>, u64> = FxHashMap::default();
    let mut tuple = Vec::new();
    for &row in rows {
        let row = row as usize;
        tuple.clear();
        for column in &aware {
            match column {
                FieldColumn::Ids(ids) => tuple.push(ids[row]),
                FieldColumn::Dense(values) => tuple.push(values[row].to_bits()),
                FieldColumn::Bags { offsets, ids } => {
                    tuple.extend(&ids[offsets[row] as usize..offsets[row + 1] as usize]);
                    tuple.push(u32::MAX);
                }
            }
        }
        match counts.get_mut(&tuple) {
            Some(count) => *count += 1,
            None => {
                counts.insert(tuple.clone(), 1);
            }
        }
    }
    let mut counts: Vec<u64> = counts.into_values().collect();
    // The sum must not depend on the order of a hash map.
    counts.sort_unstable();
    floor(&counts)
}
