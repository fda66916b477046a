//! A column whose cells can be looked at as text.

use std::collections::BTreeMap;

use arrow_array::{Array, LargeStringArray, StringArray, StringViewArray};

use crate::error::{Error, ErrorKind, Result};

/// The cells of a column.
#[derive(Debug, Clone)]
pub(crate) enum Cells {
    /// All are missing.
    Missing,
    Text(StringArray),
    LargeText(LargeStringArray),
    TextView(StringViewArray),
    /// Lists written as text, and why some of them cannot be.
    Joined {
        lists: StringArray,
        torn: BTreeMap<usize, String>,
    },
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
    ///
    /// # Errors
    /// [`ErrorKind::Data`] for a list that cannot be told from another once it is text.
    pub(super) fn get(&self, row: usize) -> Result<Option<&str>> {
        Ok(match self {
            Self::Missing => None,
            Self::Joined { lists, torn } => {
                if let Some(why) = torn.get(&row) {
                    return Err(Error::new(ErrorKind::Data, why.clone()));
                }
                (row < lists.len() && lists.is_valid(row)).then(|| lists.value(row))
            }
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
                match keys.get(row).copied().filter(|key| *key != NONE) {
                    Some(key) => entries.get(key as usize)?,
                    None => None,
                }
            }
        })
    }
}
