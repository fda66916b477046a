//! A table of which one key says what the others are.

use std::fmt::{self, Write};

use serde::Deserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};

use super::Error;
use super::json::{from_part, number, quoted};

/// A table of which one key says what the others are, wherever it stands among them.
pub(crate) struct Tagged {
    /// What the key says.
    pub(crate) tag: String,
    /// The other keys, as JSON: they are read once it is known to what.
    rest: String,
}

impl Tagged {
    /// Reads a table of any format whose `key` is the tag.
    ///
    /// # Errors
    /// Where there is no table, or no tag in it.
    pub(crate) fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        key: &'static str,
    ) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Table { key })
    }

    /// The other keys.
    ///
    /// # Errors
    /// Where they are not those of a `T`.
    pub(crate) fn rest<T: DeserializeOwned>(&self) -> Result<T, Error> {
        from_part(&self.rest)
    }
}

struct Table {
    key: &'static str,
}

impl<'de> Visitor<'de> for Table {
    type Value = Tagged;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a table with the key {}", self.key)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tagged, A::Error> {
        let mut tag = None;
        let mut rest = String::from("{");
        while let Some(key) = map.next_key::<String>()? {
            if key != self.key {
                entry(&key, &mut map, &mut rest)?;
            } else if tag.replace(map.next_value()?).is_some() {
                return Err(A::Error::duplicate_field(self.key));
            }
        }
        rest.push('}');
        match tag {
            Some(tag) => Ok(Tagged { tag, rest }),
            None => Err(A::Error::missing_field(self.key)),
        }
    }
}

fn entry<'de, A: MapAccess<'de>>(key: &str, map: &mut A, out: &mut String) -> Result<(), A::Error> {
    if !out.ends_with('{') {
        out.push(',');
    }
    quoted(key, out);
    out.push(':');
    map.next_value_seed(AsJson(out))
}

/// Writes what it is given to the end of a JSON text.
struct AsJson<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for AsJson<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl AsJson<'_> {
    fn write<E>(self, value: impl fmt::Display) -> Result<(), E> {
        let _ = write!(self.0, "{value}");
        Ok(())
    }
}

impl<'de> Visitor<'de> for AsJson<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.write(value)
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.write(number)
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.write(number)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        number(value, self.0).ok_or_else(|| E::custom(format_args!("{value} is not a number")))
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        quoted(text, self.0);
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.write("null")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.0.push('[');
        let from = self.0.len();
        while list.next_element_seed(AsJson(self.0))?.is_some() {
            self.0.push(',');
        }
        if self.0.len() > from {
            self.0.pop();
        }
        self.0.push(']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.0.push('{');
        while let Some(key) = map.next_key::<String>()? {
            entry(&key, &mut map, self.0)?;
        }
        self.0.push('}');
        Ok(())
    }
}
