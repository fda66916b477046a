//! A column of a chunk as bytes: ids as narrow as the vocabulary allows.

use crate::data::{FieldColumn, InputField};
use crate::schema::InputKind;

/// What is wrong with some bytes.
pub(super) type Bad = &'static str;

const SHORT: Bad = "it is shorter than its rows";

/// What a column of an input field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// An id a row, below a size.
    Ids(u64),
    /// Some ids a row, below a size.
    Bags(u64),
    /// A number a row.
    Dense,
}

impl Shape {
    pub(super) fn of_field(field: &InputField) -> Self {
        match field.kind() {
            InputKind::Id => Self::Ids(field.size() as u64),
            InputKind::Bag => Self::Bags(field.size() as u64),
            InputKind::Dense => Self::Dense,
        }
    }

    /// The narrowest shape of a column.
    pub(super) fn of_column(column: &FieldColumn) -> Self {
        let size = |ids: &[u32]| ids.iter().max().map_or(0, |&id| u64::from(id) + 1);
        match column {
            FieldColumn::Ids(ids) => Self::Ids(size(ids)),
            FieldColumn::Bags { ids, .. } => Self::Bags(size(ids)),
            FieldColumn::Dense(_) => Self::Dense,
        }
    }

    pub(super) fn kind(self) -> InputKind {
        match self {
            Self::Ids(_) => InputKind::Id,
            Self::Bags(_) => InputKind::Bag,
            Self::Dense => InputKind::Dense,
        }
    }

    /// The fewest bytes that so many rows can take.
    pub(super) fn least(self, rows: u64) -> u64 {
        match self {
            Self::Ids(size) => rows * width(size) as u64,
            Self::Bags(size) => BAG_HEADER as u64 + rows * (1 + width(size) as u64),
            Self::Dense => rows * 4,
        }
    }
}

/// The width of the lengths, and the number of items.
const BAG_HEADER: usize = 5;

/// The bytes of an unsigned number below `size`.
fn width(size: u64) -> usize {
    match size {
        0..=0x100 => 1,
        0x101..=0x1_0000 => 2,
        _ => 4,
    }
}

/// Appends a column.
pub(super) fn put(column: &FieldColumn, shape: Shape, out: &mut Vec<u8>) {
    match (column, shape) {
        (FieldColumn::Ids(ids), Shape::Ids(size)) => {
            put_numbers(ids.iter().copied(), width(size), out);
        }
        (FieldColumn::Bags { offsets, ids }, Shape::Bags(size)) => {
            let lengths = || offsets.windows(2).map(|ends| ends[1] - ends[0]);
            let length_width = width(lengths().max().map_or(0, |most| u64::from(most) + 1));
            out.push(length_width as u8);
            out.extend_from_slice(&(ids.len() as u32).to_le_bytes());
            put_numbers(lengths(), length_width, out);
            put_numbers(ids.iter().copied(), width(size), out);
        }
        (FieldColumn::Dense(values), _) => put_floats(values, out),
        // Columns are made in the shapes that they are written in.
        _ => {}
    }
}

pub(super) fn put_floats(values: &[f32], out: &mut Vec<u8>) {
    out.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

fn put_numbers(numbers: impl Iterator<Item = u32>, width: usize, out: &mut Vec<u8>) {
    match width {
        1 => out.extend(numbers.map(|number| number as u8)),
        2 => out.extend(numbers.flat_map(|number| (number as u16).to_le_bytes())),
        _ => out.extend(numbers.flat_map(u32::to_le_bytes)),
    }
}

/// Takes a column of `rows` rows from the front of `bytes` and appends it to one of the same kind.
pub(super) fn take(
    bytes: &mut &[u8],
    rows: usize,
    shape: Shape,
    column: &mut FieldColumn,
) -> Result<(), Bad> {
    match (column, shape) {
        (FieldColumn::Ids(ids), Shape::Ids(size)) => take_ids(bytes, rows, size, ids),
        (FieldColumn::Bags { offsets, ids }, Shape::Bags(size)) => {
            let header = bytes.split_off(..BAG_HEADER).ok_or(SHORT)?;
            let (length_width, items) = match header {
                [width @ (1 | 2 | 4), a, b, c, d] => {
                    (usize::from(*width), u32::from_le_bytes([*a, *b, *c, *d]))
                }
                _ => return Err("the lengths of its lists have no width"),
            };
            let lengths = split(bytes, rows, length_width)?;
            // Before memory is asked for: are there as many items?
            let taken = split(bytes, items as usize, width(size))?;
            let mut end = offsets.last().copied().unwrap_or_default();
            let last = end
                .checked_add(items)
                .ok_or("the lists of the rows in memory have over 2^32 items: --shuffle-window asks for fewer rows")?;
            offsets.reserve(rows);
            let mut whole = true;
            each_number(lengths, length_width, |length| {
                whole &= length > 0 && last - end >= length;
                end = end.saturating_add(length).min(last);
                offsets.push(end);
            });
            if !whole || end != last {
                return Err("the lengths of its lists are not those of its items");
            }
            numbers(taken, width(size), ids);
            below(ids, items as usize, size)
        }
        (FieldColumn::Dense(values), Shape::Dense) => take_floats(bytes, rows, values),
        _ => Err("its columns are of other kinds"),
    }
}

pub(super) fn take_floats(bytes: &mut &[u8], rows: usize, to: &mut Vec<f32>) -> Result<(), Bad> {
    let (words, _) = split(bytes, rows, 4)?.as_chunks::<4>();
    to.extend(words.iter().map(|word| f32::from_le_bytes(*word)));
    Ok(())
}

/// Labels, each 0 or 1.
pub(super) fn take_labels(bytes: &mut &[u8], rows: usize, to: &mut Vec<u8>) -> Result<(), Bad> {
    let labels = split(bytes, rows, 1)?;
    if labels.iter().any(|&label| label > 1) {
        return Err("it has labels other than 0 and 1");
    }
    to.extend_from_slice(labels);
    Ok(())
}

fn take_ids(bytes: &mut &[u8], count: usize, size: u64, to: &mut Vec<u32>) -> Result<(), Bad> {
    numbers(split(bytes, count, width(size))?, width(size), to);
    below(to, count, size)
}

fn split<'a>(bytes: &mut &'a [u8], count: usize, width: usize) -> Result<&'a [u8], Bad> {
    let length = count.checked_mul(width).ok_or(SHORT)?;
    bytes.split_off(..length).ok_or(SHORT)
}

/// Whether the last `count` ids are below `size`.
fn below(ids: &[u32], count: usize, size: u64) -> Result<(), Bad> {
    let last = &ids[ids.len() - count..];
    match last.iter().max() {
        Some(&most) if u64::from(most) >= size => Err("it has ids that are not in the vocabulary"),
        _ => Ok(()),
    }
}

fn numbers(bytes: &[u8], width: usize, to: &mut Vec<u32>) {
    match width {
        1 => to.extend(bytes.iter().map(|&byte| u32::from(byte))),
        2 => {
            let words = bytes.as_chunks::<2>().0.iter();
            to.extend(words.map(|word| u32::from(u16::from_le_bytes(*word))));
        }
        _ => {
            let words = bytes.as_chunks::<4>().0.iter();
            to.extend(words.map(|word| u32::from_le_bytes(*word)));
        }
    }
}

fn each_number(bytes: &[u8], width: usize, mut each: impl FnMut(u32)) {
    match width {
        1 => bytes.iter().for_each(|&byte| each(u32::from(byte))),
        2 => {
            let words = bytes.as_chunks::<2>().0.iter();
            words.for_each(|word| each(u32::from(u16::from_le_bytes(*word))));
        }
        _ => {
            let words = bytes.as_chunks::<4>().0.iter();
            words.for_each(|word| each(u32::from_le_bytes(*word)));
        }
    }
}
