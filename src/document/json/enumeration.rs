//! One of several: a name, or a table of one name and what it holds.

use serde::Deserializer;
use serde::de::{
    DeserializeSeed, EnumAccess, Error as _, IgnoredAny, Unexpected, VariantAccess, Visitor,
};

use super::scanner::Scanner;
use crate::document::Error;

/// The choice that stands next.
pub(super) struct Choice<'s, 'a> {
    pub(super) scanner: &'s mut Scanner<'a>,
    /// Whether it is a table, whose bracket has been taken.
    pub(super) table: bool,
}

impl<'s, 'a> Choice<'s, 'a> {
    /// What the table holds.
    fn content(self, expected: &str) -> Result<&'s mut Scanner<'a>, Error> {
        if self.table {
            return Ok(self.scanner);
        }
        Err(Error::invalid_type(Unexpected::UnitVariant, &expected))
    }
}

impl<'de> EnumAccess<'de> for Choice<'_, '_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Error> {
        if self.table && !self.scanner.more(true, b'}')? {
            return Err(Error::custom("expected a name"));
        }
        let name = seed.deserialize(&mut *self.scanner)?;
        if self.table {
            self.scanner.colon()?;
        }
        Ok((name, self))
    }
}

impl<'de> VariantAccess<'de> for Choice<'_, '_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        if self.table {
            self.scanner.deserialize_unit(IgnoredAny)?;
        }
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(self.content("newtype variant")?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.content("tuple variant")?.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.content("struct variant")?.deserialize_map(visitor)
    }
}
