//! Distinct texts numbered in order of arrival, held in one string.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use crate::error::{Error, ErrorKind, Result};

/// A set of texts with numbers 0, 1, 2, …: 13 to 22 bytes per text besides its letters.
#[derive(Debug, Clone, Default)]
pub struct Values {
    text: String,
    /// Where each text ends in `text`.
    ends: Vec<u32>,
    /// Open addressing: the upper half is a hash, the lower the number + 1; 0 is a free slot.
    table: Vec<u64>,
}

impl Values {
    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Bytes of all texts.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// The text with a number.
    pub fn get(&self, number: u32) -> Option<&str> {
        let number = number as usize;
        let end = *self.ends.get(number)? as usize;
        let start = match number {
            0 => 0,
            _ => self.ends[number - 1] as usize,
        };
        self.text.get(start..end)
    }

    /// The number of a text.
    pub fn find(&self, text: &str) -> Option<u32> {
        if self.table.is_empty() {
            return None;
        }
        self.slot(text, hash(text)).ok()
    }

    /// All texts in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len() as u32).filter_map(|number| self.get(number))
    }

    /// The number of a text, which is added when it is new.
    ///
    /// # Errors
    /// [`ErrorKind::Data`] when the texts would exceed 4 GiB.
    pub fn intern(&mut self, text: &str) -> Result<u32> {
        if (self.len() + 1) * 4 > self.table.len() * 3 {
            self.grow();
        }
        let hash = hash(text);
        match self.slot(text, hash) {
            Ok(number) => Ok(number),
            Err(slot) => {
                let number = self.len() as u32;
                let end = u32::try_from(self.text.len() + text.len()).map_err(|_| {
                    Error::new(ErrorKind::Data, "the distinct values exceed 4 GiB")
                        .hint("hash_buckets keeps no values")
                })?;
                self.text.push_str(text);
                self.ends.push(end);
                self.table[slot] = (u64::from(hash) << 32) | (u64::from(number) + 1);
                Ok(number)
            }
        }
    }

    /// The number of `text`, or the free slot where it belongs.
    fn slot(&self, text: &str, hash: u32) -> Result<u32, usize> {
        let mask = self.table.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let entry = self.table[slot];
            if entry == 0 {
                return Err(slot);
            }
            let number = entry as u32 - 1;
            if (entry >> 32) as u32 == hash && self.get(number) == Some(text) {
                return Ok(number);
            }
            slot = (slot + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let size = (self.table.len() * 2).max(16);
        let old = std::mem::replace(&mut self.table, vec![0; size]);
        for entry in old.into_iter().filter(|&entry| entry != 0) {
            let mut slot = (entry >> 32) as usize & (size - 1);
            while self.table[slot] != 0 {
                slot = (slot + 1) & (size - 1);
            }
            self.table[slot] = entry;
        }
    }
}

impl PartialEq for Values {
    fn eq(&self, other: &Self) -> bool {
        self.ends == other.ends && self.text == other.text
    }
}

fn hash(text: &str) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    // Texts that differ only by trailing zero bytes.
    hasher.write_usize(text.len());
    let hash = hasher.finish();
    (hash ^ (hash >> 32)) as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_and_texts_are_each_other_s_inverse(texts in proptest::collection::vec("\\PC{0,6}", 0..200)) {
            let mut values = Values::default();
            let mut seen: Vec<String> = Vec::new();
            for text in &texts {
                let number = values.intern(text).unwrap();
                match seen.iter().position(|other| other == text) {
                    Some(known) => prop_assert_eq!(known, number as usize),
                    None => {
                        prop_assert_eq!(seen.len(), number as usize);
                        seen.push(text.clone());
                    }
                }
            }
            for (number, text) in seen.iter().enumerate() {
                prop_assert_eq!(values.get(number as u32), Some(text.as_str()));
                prop_assert_eq!(values.find(text), Some(number as u32));
            }
            prop_assert_eq!(values.iter().collect::<Vec<_>>(), seen);
            prop_assert_eq!(values.find("\u{0}never"), None);
        }
    }

    #[test]
    fn an_empty_set_finds_nothing() {
        assert_eq!(Values::default().find(""), None);
        assert_eq!(Values::default().get(0), None);
    }
}
