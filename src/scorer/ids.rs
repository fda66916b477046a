//! Rows that come as ids.

use super::gather::{Cell, Impressions};
use crate::data::{InputField, MISSING, Vocabulary};
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

/// Where each field's values lie among the ids and numbers of a row.
#[derive(Debug, Clone)]
pub(super) struct IdLayout {
    fields: Vec<FieldPlace>,
    /// How many ids there are of each single-valued field.
    sizes: Vec<u32>,
    dense: usize,
    bags: usize,
}

#[derive(Debug, Clone)]
struct FieldPlace {
    name: String,
    /// The number among the fields of its kind.
    place: usize,
    size: usize,
    kind: PlaceKind,
}

#[derive(Debug, Clone)]
enum PlaceKind {
    Id,
    Bag,
    Dense(Vocabulary),
}

impl IdLayout {
    pub(super) fn new(fields: &[InputField]) -> Self {
        let mut layout = Self {
            fields: Vec::with_capacity(fields.len()),
            sizes: Vec::new(),
            dense: 0,
            bags: 0,
        };
        for field in fields {
            let (kind, count) = match field.kind() {
                InputKind::Id => (PlaceKind::Id, layout.sizes.len()),
                InputKind::Bag => (PlaceKind::Bag, layout.bags),
                InputKind::Dense => (PlaceKind::Dense(field.vocabulary().clone()), layout.dense),
            };
            match kind {
                PlaceKind::Id => layout.sizes.push(field.size() as u32),
                PlaceKind::Bag => layout.bags += 1,
                PlaceKind::Dense(_) => layout.dense += 1,
            }
            layout.fields.push(FieldPlace {
                name: field.name().to_owned(),
                place: count,
                size: field.size(),
                kind,
            });
        }
        layout
    }

    /// The error of the number at `place`, which has no bound.
    fn infinite(&self, place: usize) -> Error {
        let (row, field) = (place / self.dense, place % self.dense);
        let message = format!("row {row}: the number is infinite; NaN stands for a missing value");
        let error = Error::new(ErrorKind::Data, message);
        let dense =
            |own: &&FieldPlace| matches!(own.kind, PlaceKind::Dense(_)) && own.place == field;
        match self.fields.iter().find(dense) {
            Some(own) => error.in_column(own.name.clone()),
            None => error,
        }
    }

    fn of_kind(&self, bag: bool) -> impl Iterator<Item = &FieldPlace> {
        let same = move |field: &&FieldPlace| match field.kind {
            PlaceKind::Id => !bag,
            PlaceKind::Bag => bag,
            PlaceKind::Dense(_) => false,
        };
        self.fields.iter().filter(same)
    }

    /// Checks `ids`.
    ///
    /// # Errors
    /// [`ErrorKind::Data`] when there are too few or too many numbers, offsets fall or end too far, or an id is not
    /// below its field's size; it names the field and the row, from 0.
    pub(super) fn check<'a>(&'a self, given: Ids<'a>) -> Result<CheckedIds<'a>> {
        let rows = given.rows;
        let singles = self.sizes.len();
        expect(
            "offsets",
            given.offsets.len(),
            self.bags,
            rows.checked_add(1),
        )?;
        expect("dense", given.dense.len(), self.dense, Some(rows))?;
        let Some(single_ids) = singles.checked_mul(rows).filter(|n| *n <= given.ids.len()) else {
            return Err(wrong(
                "ids",
                given.ids.len(),
                &format!("at least {singles} for each of {rows} rows"),
            ));
        };
        if let Some(place) = given.dense.iter().position(|number| number.is_infinite()) {
            return Err(self.infinite(place));
        }
        let (single, mut rest) = given.ids.split_at(single_ids);
        let fits = |row: &[u32]| row.iter().zip(&self.sizes).all(|(id, size)| id < size);
        if let Some(row) = single
            .chunks_exact(singles.max(1))
            .position(|row| !fits(row))
        {
            let ids = &single[row * singles..][..singles];
            for (id, field) in ids.iter().zip(self.of_kind(false)) {
                field.check(row, *id)?;
            }
        }
        let mut bags = Vec::with_capacity(self.bags);
        let offsets = given.offsets.chunks_exact(rows + 1);
        for (offsets, field) in offsets.zip(self.of_kind(true)) {
            let bag = Bags::new(field, offsets, rest)?;
            rest = &rest[bag.ids.len()..];
            bags.push(bag);
        }
        if !rest.is_empty() {
            let fewer = format!("{} fewer", rest.len());
            return Err(wrong("ids", given.ids.len(), &fewer));
        }
        Ok(CheckedIds {
            layout: self,
            single,
            bags,
            dense: given.dense,
            rows,
        })
    }
}

impl FieldPlace {
    fn check(&self, row: usize, id: u32) -> Result<()> {
        if (id as usize) < self.size {
            return Ok(());
        }
        let message = format!(
            "row {row}: the id {id} is not below {}; 0 stands for an unknown value",
            self.size
        );
        Err(Error::new(ErrorKind::Data, message).in_column(self.name.clone()))
    }
}

/// The ids of one multi-valued field.
#[derive(Debug)]
struct Bags<'a> {
    offsets: &'a [u32],
    ids: &'a [u32],
}

impl<'a> Bags<'a> {
    /// The bags that `offsets` cut from the front of `ids`.
    fn new(field: &FieldPlace, offsets: &'a [u32], ids: &'a [u32]) -> Result<Self> {
        let end = offsets.last().copied().unwrap_or(0) as usize;
        let falls = offsets.windows(2).any(|w| w[0] > w[1]);
        if offsets.first() != Some(&0) || falls || end > ids.len() {
            let message = format!(
                "the offsets must start at 0, never fall, and end at most at {}, the ids that are left",
                ids.len()
            );
            return Err(Error::new(ErrorKind::Data, message).in_column(field.name.clone()));
        }
        let ids = &ids[..end];
        if let Some(place) = ids.iter().position(|id| *id as usize >= field.size) {
            let row = offsets.partition_point(|&o| o as usize <= place) - 1;
            field.check(row, ids[place])?;
        }
        Ok(Self { offsets, ids })
    }

    fn of(&self, row: usize) -> &[u32] {
        match &self.ids[self.offsets[row] as usize..self.offsets[row + 1] as usize] {
            [] => &[MISSING],
            bag => bag,
        }
    }
}

/// Ids that fit their fields.
#[derive(Debug)]
pub(super) struct CheckedIds<'a> {
    layout: &'a IdLayout,
    single: &'a [u32],
    bags: Vec<Bags<'a>>,
    dense: &'a [f32],
    rows: usize,
}

impl Impressions for CheckedIds<'_> {
    fn len(&self) -> usize {
        self.rows
    }

    fn cell(&self, field: usize, row: usize) -> Cell<'_> {
        let field = &self.layout.fields[field];
        match &field.kind {
            PlaceKind::Id => Cell::Id(self.single[row * self.layout.sizes.len() + field.place]),
            PlaceKind::Bag => Cell::Bag(self.bags[field.place].of(row)),
            PlaceKind::Dense(vocabulary) => {
                let value = self.dense[row * self.layout.dense + field.place];
                Cell::Number(vocabulary.dense((!value.is_nan()).then_some(value)))
            }
        }
    }
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
#[path = "ids_tests.rs"]
mod tests;
