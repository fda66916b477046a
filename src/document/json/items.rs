//! The items of a list, the entries of a table.

use serde::de::{DeserializeSeed, MapAccess, SeqAccess};

use super::scanner::Scanner;
use super::wrong;
use crate::document::Error;

/// What stands between two brackets.
pub(super) struct Items<'s, 'a> {
    scanner: &'s mut Scanner<'a>,
    bracket: u8,
    first: bool,
    closed: bool,
}

impl<'s, 'a> Items<'s, 'a> {
    /// What stands before the closing `bracket`.
    pub(super) fn new(scanner: &'s mut Scanner<'a>, bracket: u8) -> Self {
        Self {
            scanner,
            bracket,
            first: true,
            closed: false,
        }
    }

    fn more(&mut self) -> Result<bool, Error> {
        if self.closed {
            return Ok(false);
        }
        let more = self.scanner.more(self.first, self.bracket)?;
        self.first = false;
        self.closed = !more;
        Ok(more)
    }

    /// Nothing may be left by who read the items.
    pub(super) fn close(&mut self) -> Result<(), Error> {
        if self.more()? {
            return wrong("trailing characters");
        }
        Ok(())
    }
}

impl<'de> SeqAccess<'de> for &mut Items<'_, '_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        if !self.more()? {
            return Ok(None);
        }
        seed.deserialize(&mut *self.scanner).map(Some)
    }
}

impl<'de> MapAccess<'de> for &mut Items<'_, '_> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        if !self.more()? {
            return Ok(None);
        }
        seed.deserialize(&mut *self.scanner).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        self.scanner.colon()?;
        seed.deserialize(&mut *self.scanner)
    }
}
