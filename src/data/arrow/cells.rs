//! A column whose cells can be looked at as text.

use arrow_array::{Array, LargeStringArray, StringArray, StringViewArray};

/// The cells of a column.
#[derive(Debug, Clone)]
pub(crate) enum Cells {
    /// All are missing.
    Missing,
    Text(StringArray),
    LargeText(LargeStringArray),
    TextView(StringViewArray),
    /// Cells that name an entry of a dictionary; [`NONE`] names none.
    Dictionary {
        keys: Vec<u32>,
        entries: Box<Cells>,
        /// How many entries.
        size: usize,
    },
}

/// The key of a missing value.
pub(super) const NONE: u32 = u32::MAX;

impl Cells {
    /// The text of a row; `None` where it is missing (or there is no such row).
    pub(super) fn get(&self, row: usize) -> Option<&str> {
        match self {
            Self::Missing => None,
            Self::Text(array) => {
                (row < array.len() && array.is_valid(row)).then(|| array.value(row))
            }
            Self::LargeText(array) => {
                (row < array.len() && array.is_valid(row)).then(|| array.value(row))
            }
            Self::TextView(array) => {
                (row < array.len() && array.is_valid(row)).then(|| array.value(row))
            }
            Self::Dictionary { keys, entries, .. } => {
                let key = keys.get(row).copied().filter(|key| *key != NONE)?;
                entries.get(key as usize)
            }
        }
    }
}
