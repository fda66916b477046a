//! Columns as bytes and back.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::chunk::{self, Layout};
use super::super::column::Shape;
use crate::data::{Columns, FieldColumn};

/// Rows of columns in which every width of an id and of a length occurs.
fn columns() -> impl Strategy<Value = (Columns, [u64; 3])> {
    let size = || {
        prop_oneof![
            1_u64..=3,
            250_u64..260,
            65_530_u64..65_540,
            Just(1_u64 << 32)
        ]
    };
    (
        [size(), size(), size()],
        0_usize..40,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_flat_map(|(sizes, rows, labels, truth)| {
            let id = move |field: usize| (0..sizes[field]).prop_map(|id| id as u32);
            let bag = prop_oneof![9 => vec(id(2), 1..4), 1 => vec(id(2), 255..300)];
            (
                vec((id(0), id(1), any::<f32>()), rows),
                vec(bag, rows),
                vec((0_u8..2, any::<f32>()), rows),
            )
                .prop_map(move |(ids, bags, answers)| {
                    let mut offsets = vec![0];
                    let mut items = Vec::new();
                    for bag in &bags {
                        items.extend_from_slice(bag);
                        offsets.push(items.len() as u32);
                    }
                    let columns = Columns {
                        rows,
                        fields: vec![
                            FieldColumn::Ids(ids.iter().map(|row| row.0).collect()),
                            FieldColumn::Bags {
                                offsets,
                                ids: items,
                            },
                            FieldColumn::Dense(ids.iter().map(|row| row.2).collect()),
                            FieldColumn::Ids(ids.iter().map(|row| row.1).collect()),
                        ],
                        scenario: ids.iter().map(|row| row.1).collect(),
                        labels: labels.then(|| answers.iter().map(|row| row.0).collect()),
                        truth: truth.then(|| answers.iter().map(|row| row.1).collect()),
                    };
                    (columns, sizes)
                })
        })
}

fn layout(columns: &Columns, [first, second, bags]: [u64; 3]) -> Layout {
    Layout {
        fields: vec![
            Shape::Ids(first),
            Shape::Bags(bags),
            Shape::Dense,
            Shape::Ids(second),
        ],
        scenario: 3,
        labels: columns.labels.is_some(),
        truth: columns.truth.is_some(),
    }
}

fn bits(columns: &Columns) -> String {
    let numbers = |values: &[f32]| {
        values
            .iter()
            .map(|value| value.to_bits())
            .collect::<Vec<_>>()
    };
    let fields: Vec<String> = columns
        .fields
        .iter()
        .map(|column| match column {
            FieldColumn::Dense(values) => format!("{:?}", numbers(values)),
            other => format!("{other:?}"),
        })
        .collect();
    let truth = columns.truth.as_deref().map(numbers);
    let Columns {
        rows,
        scenario,
        labels,
        ..
    } = columns;
    format!("{rows} {fields:?} {scenario:?} {labels:?} {truth:?}")
}

proptest! {
    #[test]
    fn a_chunk_comes_back_behind_another((columns, sizes) in columns()) {
        let layout = layout(&columns, sizes);
        let mut bytes = Vec::new();
        chunk::put(&columns, &layout.fields, &mut bytes);
        prop_assert!(bytes.len() as u64 >= layout.least(columns.rows as u64));
        let mut read = layout.columns();
        prop_assert!(layout.fits(&read));
        for _ in 0..2 {
            chunk::take(&bytes, columns.rows, &layout, &mut read).unwrap();
        }
        let mut twice = layout.columns();
        let all: Vec<u32> = (0..columns.rows as u32).collect();
        twice.append(&columns, &all).unwrap();
        twice.append(&columns, &all).unwrap();
        prop_assert_eq!(bits(&read), bits(&twice));
    }

    #[test]
    fn any_other_length_or_number_of_rows_is_told((columns, sizes) in columns(), cut in 0_usize..64) {
        let layout = layout(&columns, sizes);
        let mut bytes = Vec::new();
        chunk::put(&columns, &layout.fields, &mut bytes);
        let mut read = layout.columns();
        let kept = bytes.len().saturating_sub(cut + 1);
        if !bytes.is_empty() {
            prop_assert!(chunk::take(&bytes[..kept], columns.rows, &layout, &mut read).is_err());
        }
        prop_assert!(chunk::take(&bytes, columns.rows + 1, &layout, &mut read).is_err());
        bytes.push(0);
        prop_assert!(chunk::take(&bytes, columns.rows, &layout, &mut read).is_err());
        prop_assert_eq!(bits(&read), bits(&layout.columns()));
    }

    #[test]
    fn noise_is_rows_or_an_error((columns, sizes) in columns(), noise in vec(any::<u8>(), 0..200), rows in 0_usize..20) {
        let layout = layout(&columns, sizes);
        let mut read = layout.columns();
        if chunk::take(&noise, rows, &layout, &mut read).is_ok() {
            prop_assert_eq!(read.rows, rows);
            let FieldColumn::Bags { offsets, ids } = &read.fields[1] else { unreachable!() };
            prop_assert_eq!(offsets.len(), rows + 1);
            prop_assert!(offsets.windows(2).all(|ends| ends[0] < ends[1]));
            prop_assert_eq!(offsets[rows] as usize, ids.len());
            prop_assert!(ids.iter().all(|&id| u64::from(id) < sizes[2]));
        }
    }
}

#[test]
fn ids_are_as_narrow_as_the_vocabulary_allows() {
    for (size, bytes) in [
        (1, 1),
        (256, 1),
        (257, 2),
        (65_536, 2),
        (65_537, 4),
        (1 << 32, 4),
    ] {
        assert_eq!(Shape::Ids(size).least(10), 10 * bytes, "{size}");
    }
}
