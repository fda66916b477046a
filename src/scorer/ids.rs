//! Rows that come as ids.

use crate::data::{Columns, Encoder, FieldColumn, MISSING};
use crate::error::{Error, ErrorKind, Result};
use crate::schema::InputKind;

/// Rows as a caller has them who did the look-ups in the vocabularies himself.
#[derive(Debug, Clone, Copy)]
pub struct Ids<'a> {
    /// First \[rows, single-valued fields\], row by row, in the order of the encoder's fields; then the ids of each
    /// multi-valued field, one field after the other.
    pub ids: &'a [u32],
    /// `rows` + 1 numbers for each multi-valued field: where each row's ids start among the field's, and the end of
    /// the last. A row without ids has a missing value.
    pub offsets: &'a [u32],
    /// \[rows, dense fields\], row by row, as they stand in the log; NaN is a missing value.
    pub dense: &'a [f32],
    /// The number of rows.
    pub rows: usize,
}

impl Ids<'_> {
    /// The rows as encoded columns.
    ///
    /// # Errors
    /// [`ErrorKind::Data`] when there are too few or too many numbers, offsets fall or end too far, or an id is not
    /// below its field's size; it names the field and the row, from 0.
    pub fn columns(&self, encoder: &Encoder) -> Result<Columns> {
        let rows = self.rows;
        let fields = encoder.fields();
        let count = |kind| fields.iter().filter(|field| field.kind() == kind).count();
        let singles = count(InputKind::Id);
        let dense = count(InputKind::Dense);
        expect(
            "offsets",
            self.offsets.len(),
            count(InputKind::Bag),
            rows.checked_add(1),
        )?;
        expect("dense", self.dense.len(), dense, Some(rows))?;
        let Some(single_ids) = singles.checked_mul(rows).filter(|n| *n <= self.ids.len()) else {
            return Err(wrong(
                "ids",
                self.ids.len(),
                &format!("at least {singles} for each of {rows} rows"),
            ));
        };
        let mut bag_ids = &self.ids[single_ids..];
        let mut bag_offsets = self.offsets.chunks_exact(rows + 1);
        let (mut single, mut number) = (0, 0);
        let mut columns = Columns {
            rows,
            ..Columns::default()
        };
        for field in fields {
            let column = match field.kind() {
                InputKind::Id => {
                    let ids = self.ids[..single_ids]
                        .iter()
                        .skip(single)
                        .step_by(singles.max(1))
                        .copied();
                    single += 1;
                    FieldColumn::Ids(ids.collect())
                }
                InputKind::Dense => {
                    let values = self.dense.iter().skip(number).step_by(dense.max(1));
                    number += 1;
                    let value = |x: &f32| field.vocabulary().dense((!x.is_nan()).then_some(*x));
                    FieldColumn::Dense(values.map(value).collect())
                }
                InputKind::Bag => {
                    let offsets = bag_offsets.next().unwrap_or_default();
                    let (column, taken) = bags(field.name(), offsets, bag_ids)?;
                    bag_ids = &bag_ids[taken..];
                    column
                }
            };
            check(field.name(), &column, field.size())?;
            columns.fields.push(column);
        }
        if !bag_ids.is_empty() {
            return Err(wrong(
                "ids",
                self.ids.len(),
                &format!("{} fewer", bag_ids.len()),
            ));
        }
        if let Some(FieldColumn::Ids(ids)) = columns.fields.get(encoder.scenario_field()) {
            columns.scenario.clone_from(ids);
        }
        Ok(columns)
    }
}

/// The bags that `offsets` cut from the front of `ids`, and how many ids that took.
fn bags(field: &str, offsets: &[u32], ids: &[u32]) -> Result<(FieldColumn, usize)> {
    let end = offsets.last().copied().unwrap_or(0) as usize;
    if offsets.first() != Some(&0) || offsets.windows(2).any(|w| w[0] > w[1]) || end > ids.len() {
        return Err(Error::new(
            ErrorKind::Data,
            format!("the offsets must start at 0, never fall, and end at most at {}, the ids that are left", ids.len()),
        )
        .in_column(field.to_owned()));
    }
    let mut starts = Vec::with_capacity(offsets.len());
    let mut out = Vec::with_capacity(end);
    starts.push(0);
    for w in offsets.windows(2) {
        match &ids[w[0] as usize..w[1] as usize] {
            [] => out.push(MISSING),
            bag => out.extend_from_slice(bag),
        }
        starts.push(out.len() as u32);
    }
    Ok((
        FieldColumn::Bags {
            offsets: starts,
            ids: out,
        },
        end,
    ))
}

fn check(field: &str, column: &FieldColumn, size: usize) -> Result<()> {
    let (FieldColumn::Ids(ids) | FieldColumn::Bags { ids, .. }) = column else {
        return Ok(());
    };
    let Some(place) = ids.iter().position(|id| *id as usize >= size) else {
        return Ok(());
    };
    let row = match column {
        FieldColumn::Bags { offsets, .. } => offsets.partition_point(|&o| o as usize <= place) - 1,
        _ => place,
    };
    Err(Error::new(
        ErrorKind::Data,
        format!(
            "row {row}: the id {} is not below {size}; 0 stands for an unknown value",
            ids[place]
        ),
    )
    .in_column(field.to_owned()))
}

fn expect(what: &str, got: usize, fields: usize, each: Option<usize>) -> Result<()> {
    match each.and_then(|each| each.checked_mul(fields)) {
        Some(expected) if expected == got => Ok(()),
        Some(expected) => Err(wrong(what, got, &expected.to_string())),
        None => Err(wrong(what, got, "more than memory holds")),
    }
}

fn wrong(what: &str, got: usize, expected: &str) -> Error {
    Error::new(
        ErrorKind::Data,
        format!("{what} has {got} numbers; expected {expected}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::synth::{Effect, Preset, SynthOptions, dataset};

    fn encoded() -> (crate::data::Dataset, Vec<u32>, Vec<u32>, Vec<f32>) {
        let options = SynthOptions {
            preset: Preset::Iaac,
            rows: 40,
            seed: 2,
            effect: Effect::None,
            truth: false,
        };
        let data = dataset(&options).unwrap();
        let (mut ids, mut offsets, mut dense) = (Vec::new(), Vec::new(), Vec::new());
        for row in 0..data.columns.rows {
            for column in &data.columns.fields {
                match column {
                    FieldColumn::Ids(values) => ids.push(values[row]),
                    FieldColumn::Dense(values) => dense.push(values[row]),
                    FieldColumn::Bags { .. } => {}
                }
            }
        }
        for column in &data.columns.fields {
            if let FieldColumn::Bags { offsets: o, ids: i } = column {
                offsets.extend(o);
                ids.extend(i);
            }
        }
        (data, ids, offsets, dense)
    }

    #[test]
    fn ids_of_every_kind_of_field_become_the_columns_they_came_from() {
        let (data, ids, offsets, dense) = encoded();
        let rows = data.columns.rows;
        let given = Ids {
            ids: &ids,
            offsets: &offsets,
            dense: &dense,
            rows,
        };
        let columns = given.columns(&data.encoder).unwrap();
        assert_eq!(columns.scenario, data.columns.scenario);
        for (got, expected) in columns.fields.iter().zip(&data.columns.fields) {
            if !matches!(expected, FieldColumn::Dense(_)) {
                assert_eq!(got, expected);
            }
        }
        assert!(offsets.len() > rows, "there are bags");
        let none = Ids {
            ids: &[],
            offsets: &[0].repeat(offsets.len() / (rows + 1)),
            dense: &[],
            rows: 0,
        };
        assert_eq!(none.columns(&data.encoder).unwrap().rows, 0);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let (data, ids, offsets, dense) = encoded();
        let rows = data.columns.rows;
        let given = Ids {
            ids: &ids,
            offsets: &offsets,
            dense: &dense,
            rows,
        };
        let refused = |given: Ids<'_>| given.columns(&data.encoder).unwrap_err().to_string();
        assert!(
            refused(Ids {
                rows: rows + 1,
                ..given
            })
            .contains("offsets has")
        );
        assert!(
            refused(Ids {
                rows: usize::MAX,
                ..given
            })
            .contains("offsets has")
        );
        assert!(
            refused(Ids {
                ids: &ids[..5],
                ..given
            })
            .contains("ids has 5 numbers")
        );
        assert!(
            refused(Ids {
                ids: &ids[..ids.len() - 1],
                ..given
            })
            .contains("offsets")
        );
        let mut more = ids.clone();
        more.push(1);
        assert!(
            refused(Ids {
                ids: &more,
                ..given
            })
            .contains("1 fewer")
        );
        let mut large = ids.clone();
        large[3] = u32::MAX;
        assert!(
            refused(Ids {
                ids: &large,
                ..given
            })
            .contains("row 0: the id 4294967295")
        );
        let mut falling = offsets.clone();
        falling[1] = 0;
        falling[2] = u32::MAX;
        assert!(
            refused(Ids {
                offsets: &falling,
                ..given
            })
            .contains("never fall")
        );
    }
}
