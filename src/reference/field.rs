//! The columns that a [`LogisticRegression`](super::LogisticRegression) reads.

use crate::error::{Error, ErrorKind, Result};

/// One column of features, borrowed; all columns have the same rows.
#[derive(Debug, Clone, Copy)]
pub enum Field<'a> {
    /// One id per row, one-hot.
    Ids {
        /// The id of every row, below `size`.
        ids: &'a [u32],
        /// Number of ids.
        size: usize,
    },
    /// Any number of ids per row, mean-pooled: each of n ids counts 1/n, an empty bag nothing.
    Bags {
        /// Row i holds `ids[offsets[i]..offsets[i + 1]]`; one more offset than rows.
        offsets: &'a [u32],
        /// The ids of all rows, below `size`.
        ids: &'a [u32],
        /// Number of ids.
        size: usize,
    },
    /// One number per row; standardised on the training rows, a value that is not finite is the mean.
    Dense(&'a [f32]),
}

impl Field<'_> {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        match self {
            Self::Ids { ids, .. } => ids.len(),
            Self::Bags { offsets, .. } => offsets.len().saturating_sub(1),
            Self::Dense(values) => values.len(),
        }
    }

    /// Checks that there are `rows` rows, that offsets rise and stay inside, and that ids are below the
    /// size; `index` names the field in the message.
    pub(super) fn check(&self, index: usize, rows: usize) -> Result<()> {
        let wrong = |what: String| {
            Err(Error::new(
                ErrorKind::Data,
                format!("field {index}: {what}"),
            ))
        };
        if self.rows() != rows {
            return wrong(format!("{} rows instead of {rows}", self.rows()));
        }
        let (ids, size) = match *self {
            Self::Dense(_) => return Ok(()),
            Self::Ids { ids, size } => (ids, size),
            Self::Bags { offsets, ids, size } => {
                let rising = offsets.is_sorted();
                if !rising || offsets.last().is_none_or(|&end| end as usize > ids.len()) {
                    return wrong("the offsets do not rise or end past the ids".into());
                }
                (ids, size)
            }
        };
        match ids.iter().find(|&&id| id as usize >= size) {
            Some(id) => wrong(format!("id {id} of {size} ids")),
            None => Ok(()),
        }
    }
}

/// The ids of one row of a [`Field::Bags`]; the field has been checked.
pub(super) fn bag<'a>(offsets: &[u32], ids: &'a [u32], row: u32) -> &'a [u32] {
    let row = row as usize;
    &ids[offsets[row] as usize..offsets[row + 1] as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_an_error() {
        let ids = Field::Ids {
            ids: &[0, 2],
            size: 3,
        };
        assert!(ids.check(0, 2).is_ok());
        assert!(ids.check(0, 3).is_err());
        let bags = |offsets, size| Field::Bags {
            offsets,
            ids: &[0, 1, 2],
            size,
        };
        assert!(bags(&[0, 1, 3], 3).check(0, 2).is_ok());
        assert!(bags(&[0, 1, 3], 2).check(0, 2).is_err());
        assert!(bags(&[0, 2, 1], 3).check(0, 2).is_err());
        assert!(bags(&[0, 1, 4], 3).check(0, 2).is_err());
        assert!(bags(&[], 3).check(0, 0).is_err());
        assert!(Field::Dense(&[1.0]).check(0, 1).is_ok());
    }
}
