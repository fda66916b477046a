//! The header of a safetensors file, of which nothing is believed before it is checked.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::document;

/// The bytes before the header, which are its length.
const PRELUDE: usize = 8;

/// The most bytes of a header, as other readers of the format have it.
const MOST: u64 = 100_000_000;

/// The key of what stands beside the tensors.
const METADATA: &str = "__metadata__";

/// What a file's header says.
#[derive(Default)]
pub(super) struct Header {
    metadata: Vec<(String, String)>,
    /// In order of names.
    tensors: Vec<(String, Tensor)>,
}

/// What the header says of a tensor.
#[derive(Deserialize)]
pub(super) struct Tensor {
    /// The type of its values, `F32`.
    pub(super) dtype: String,
    /// Extents.
    pub(super) shape: Vec<usize>,
    /// Where its bytes begin and end behind the header.
    data_offsets: (usize, usize),
}

impl Tensor {
    /// The bytes that its shape asks for; `None` if there are none such. Types that are not known may have any.
    fn len(&self) -> Option<usize> {
        let width = match self.dtype.as_str() {
            "F32" => 4,
            "F16" => 2,
            "I8" => 1,
            _ => return Some(self.written()),
        };
        let mut extents = self.shape.iter();
        extents.try_fold(width, |len: usize, extent| len.checked_mul(*extent))
    }

    fn written(&self) -> usize {
        let (from, to) = self.data_offsets;
        to.saturating_sub(from)
    }

    /// The tensor's bytes in those of all.
    pub(super) fn bytes<'a>(&self, all: &'a [u8]) -> &'a [u8] {
        let (from, to) = self.data_offsets;
        all.get(from..to).unwrap_or_default()
    }
}

/// Reads and checks the header of a file; gives it and the tensors' bytes.
///
/// # Errors
/// What is wrong with it.
pub(super) fn read(file: &[u8]) -> Result<(Header, &[u8]), String> {
    let Some((len, rest)) = file.split_first_chunk::<PRELUDE>() else {
        return Err("header too small".to_owned());
    };
    let len = u64::from_le_bytes(*len);
    if len > MOST {
        return Err("header too large".to_owned());
    }
    let Some((text, data)) = rest.split_at_checked(len as usize) else {
        return Err("invalid header length".to_owned());
    };
    let text = str::from_utf8(text).map_err(|error| format!("invalid UTF-8 in header: {error}"))?;
    let mut header: Header =
        document::from_str(text).map_err(|error| format!("invalid JSON in header: {error}"))?;
    header.check(data.len())?;
    Ok((header, data))
}

impl Header {
    /// Takes the text called `name`.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let place = self.metadata.iter().position(|(key, _)| key == name)?;
        Some(self.metadata.swap_remove(place).1)
    }

    /// The tensors in order of names.
    pub(super) fn tensors(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.tensors
            .iter()
            .map(|(name, tensor)| (name.as_str(), tensor))
    }

    /// The tensor called `name`.
    pub(super) fn tensor(&self, name: &str) -> Option<&Tensor> {
        let order = |(other, _): &(String, Tensor)| other.as_str().cmp(name);
        let place = self.tensors.binary_search_by(order).ok()?;
        Some(&self.tensors[place].1)
    }

    /// Puts the tensors in order and checks that they fill `len` bytes, one behind the other, each as long as its shape
    /// asks for.
    fn check(&mut self, len: usize) -> Result<(), String> {
        self.tensors.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        if let Some(pair) = self.tensors.windows(2).find(|two| two[0].0 == two[1].0) {
            return Err(format!("tensor `{}` stands twice", pair[0].0));
        }
        let mut places: Vec<_> = self.tensors.iter().collect();
        places.sort_unstable_by_key(|(_, tensor)| tensor.data_offsets);
        let mut end = 0;
        for (name, tensor) in places {
            let (from, to) = tensor.data_offsets;
            if from != end || to < from {
                return Err(format!("invalid offset for tensor `{name}`"));
            }
            if tensor.len() != Some(tensor.written()) {
                return Err(format!(
                    "the shape and the type of tensor `{name}` do not suit its {} bytes",
                    tensor.written()
                ));
            }
            end = to;
        }
        if end != len {
            return Err(format!("the tensors take {end} bytes and there are {len}"));
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries)
    }
}

struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Header;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
        let mut header = Header::default();
        while let Some(name) = map.next_key::<String>()? {
            if name == METADATA {
                header.metadata = map.next_value::<Texts>()?.0;
            } else {
                header.tensors.push((name, map.next_value()?));
            }
        }
        Ok(header)
    }
}

/// Texts by name.
struct Texts(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self(Vec::new()))
    }
}

impl<'de> Visitor<'de> for Texts {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of texts")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self, A::Error> {
        while let Some(text) = map.next_entry()? {
            self.0.push(text);
        }
        Ok(self)
    }
}
