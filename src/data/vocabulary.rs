//! What an input field has learnt: how its values become ids or numbers.

use std::borrow::Cow;

use super::values::Values;
use super::{FIRST_VALUE, MISSING, UNKNOWN};
use crate::schema::Derived;

/// How the values of an input field become ids or numbers.
#[derive(Debug, Clone, PartialEq)]
pub enum Vocabulary {
    /// Known values, the most frequent in training first.
    Values(Values),
    /// Values hashed to so many buckets.
    Hashed(u32),
    /// Hours or weekdays.
    Calendar(Derived),
    /// The edges between quantile buckets, rising; a number on an edge is above it.
    Buckets(Vec<f32>),
    /// The mean and standard deviation of the training rows.
    Standard {
        /// Mean.
        mean: f32,
        /// Standard deviation, positive.
        std: f32,
    },
}

/// The most standard deviations from the mean.
pub(crate) const FURTHEST: f32 = 1e9;

impl Vocabulary {
    /// How many ids there are, with those of unknown and missing values; 0 for a dense field.
    pub fn size(&self) -> usize {
        let known = match self {
            Self::Values(values) => values.len(),
            Self::Hashed(buckets) => *buckets as usize,
            Self::Calendar(derived) => derived.count() as usize,
            Self::Buckets(edges) => edges.len() + 1,
            Self::Standard { .. } => return 0,
        };
        known + FIRST_VALUE as usize
    }

    /// The id of a value, below [`size`](Self::size); 0, [`UNKNOWN`], for one that was not learnt. A value that is missing has
    /// the id [`MISSING`]: what means so is the schema's to say. Of a timestamp's fields the id is [`FIRST_VALUE`] and what
    /// [`Derived::of`] gives.
    pub fn id(&self, value: &str) -> u32 {
        match self {
            Self::Values(values) => values.find(value).map_or(UNKNOWN, |n| n + FIRST_VALUE),
            Self::Hashed(buckets) => {
                FIRST_VALUE + (fnv1a(value) % u64::from(*buckets).max(1)) as u32
            }
            Self::Buckets(_) => match super::cell::number(value) {
                Ok(number) => self.bucket(Some(number)),
                Err(_) => UNKNOWN,
            },
            Self::Calendar(_) | Self::Standard { .. } => UNKNOWN,
        }
    }

    /// The id of a number's bucket.
    pub fn bucket(&self, number: Option<f32>) -> u32 {
        match (self, number) {
            (Self::Buckets(edges), Some(number)) => {
                FIRST_VALUE + edges.partition_point(|edge| *edge <= number) as u32
            }
            _ => MISSING,
        }
    }

    /// A number as the model gets it: standardised, and 0 (the mean) where it is missing. A number past all bounds stays a
    /// number on its way through the network.
    pub fn dense(&self, number: Option<f32>) -> f32 {
        match (self, number) {
            (Self::Standard { mean, std }, Some(number)) => {
                ((number - mean) / std).clamp(-FURTHEST, FURTHEST)
            }
            _ => 0.0,
        }
    }

    /// What an id stands for, to show to people.
    pub fn name(&self, id: u32) -> Cow<'_, str> {
        let Some(number) = id.checked_sub(FIRST_VALUE) else {
            return Cow::Borrowed(if id == UNKNOWN {
                "(unknown)"
            } else {
                "(missing)"
            });
        };
        match self {
            Self::Values(values) => Cow::Borrowed(values.get(number).unwrap_or("(none)")),
            Self::Hashed(_) => Cow::Owned(format!("bucket {number}")),
            Self::Calendar(derived) => Cow::Owned(derived.name(number)),
            Self::Buckets(edges) => {
                let number = number as usize;
                let below = number.checked_sub(1).and_then(|below| edges.get(below));
                Cow::Owned(match (below, edges.get(number)) {
                    (Some(low), Some(high)) => format!("{low} to {high}"),
                    (None, Some(high)) => format!("below {high}"),
                    (Some(low), None) => format!("from {low}"),
                    (None, None) => "any".to_owned(),
                })
            }
            Self::Standard { .. } => Cow::Borrowed("(number)"),
        }
    }

    /// The known values in the order of their ids; `None` where ids do not stand for values of the file.
    pub fn values(&self) -> Option<&Values> {
        match self {
            Self::Values(values) => Some(values),
            _ => None,
        }
    }
}

/// 64-bit FNV-1a: it must never change, since model files depend on it.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_hash_of_a_value_is_frozen() {
        // The published test vector of FNV-1a for "foobar".
        assert_eq!(fnv1a("foobar"), 0x8594_4171_f739_67e8);
        assert_eq!(
            Vocabulary::Hashed(1000).id("foobar"),
            2 + (0x8594_4171_f739_67e8_u64 % 1000) as u32
        );
    }

    #[test]
    fn ids_have_names() {
        let buckets = Vocabulary::Buckets(vec![0.5, 2.0]);
        let names: Vec<_> = (0..buckets.size() as u32)
            .map(|id| buckets.name(id))
            .collect();
        assert_eq!(
            names,
            ["(unknown)", "(missing)", "below 0.5", "0.5 to 2", "from 2"]
        );
        assert_eq!(Vocabulary::Calendar(Derived::Weekday).name(2), "Mon");
        assert_eq!(Vocabulary::Calendar(Derived::Hour).name(25), "23h");
        assert_eq!(Vocabulary::Buckets(vec![]).name(2), "any");
    }

    #[test]
    fn a_number_as_text_has_the_id_that_it_has_in_a_log() {
        let buckets = Vocabulary::Buckets(vec![0.5, 2.0]);
        for (text, id) in [(" 0.5 ", 3), ("1e9", 4), ("nan", 0), ("inf", 0), ("x", 0)] {
            assert_eq!(buckets.id(text), id, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_bucket_holds_its_number(edges in proptest::collection::btree_set(-50_i32..50, 0..12), number in -60_i32..60) {
            let edges: Vec<f32> = edges.into_iter().map(|edge| edge as f32).collect();
            let vocabulary = Vocabulary::Buckets(edges.clone());
            let id = vocabulary.bucket(Some(number as f32));
            prop_assert!((id as usize) < vocabulary.size());
            let bucket = (id - FIRST_VALUE) as usize;
            prop_assert!(bucket == 0 || edges[bucket - 1] <= number as f32);
            prop_assert!(bucket == edges.len() || (number as f32) < edges[bucket]);
        }
    }
}
