//! The encoder as JSON, in which nothing is trusted when it is read.

use std::fmt;

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::encoder::Encoder;
use super::input_field::InputField;
use super::part::FittedSplit;
use super::values::Values;
use super::vocabulary::Vocabulary;
use crate::schema::{Derived, Schema};

#[derive(Serialize)]
struct EncoderRef<'a> {
    schema: &'a Schema,
    split: &'a FittedSplit,
    fields: Vec<FieldRef<'a>>,
}

#[derive(Serialize)]
struct FieldRef<'a> {
    name: &'a str,
    vocabulary: VocabularyRef<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum VocabularyRef<'a> {
    Values(&'a Values),
    Hashed(u32),
    Calendar(Derived),
    Buckets(&'a [f32]),
    Standard { mean: f32, std: f32 },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EncoderOwned {
    schema: Schema,
    split: FittedSplit,
    fields: Vec<FieldOwned>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldOwned {
    name: String,
    vocabulary: VocabularyOwned,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum VocabularyOwned {
    Values(Values),
    Hashed(u32),
    Calendar(Derived),
    Buckets(Vec<f32>),
    Standard { mean: f32, std: f32 },
}

impl Serialize for Encoder {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        EncoderRef {
            schema: self.schema(),
            split: self.split(),
            fields: self.fields().iter().map(FieldRef::from).collect(),
        }
        .serialize(serializer)
    }
}

impl<'a> From<&'a InputField> for FieldRef<'a> {
    fn from(field: &'a InputField) -> Self {
        Self {
            name: field.name(),
            vocabulary: match field.vocabulary() {
                Vocabulary::Values(values) => VocabularyRef::Values(values),
                Vocabulary::Hashed(buckets) => VocabularyRef::Hashed(*buckets),
                Vocabulary::Calendar(derived) => VocabularyRef::Calendar(*derived),
                Vocabulary::Buckets(edges) => VocabularyRef::Buckets(edges),
                Vocabulary::Standard { mean, std } => VocabularyRef::Standard {
                    mean: *mean,
                    std: *std,
                },
            },
        }
    }
}

impl<'de> Deserialize<'de> for Encoder {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let EncoderOwned {
            schema,
            split,
            fields,
        } = EncoderOwned::deserialize(deserializer)?;
        let inputs = schema.inputs();
        let names = inputs.iter().map(|input| input.name.as_str());
        if !names.eq(fields.iter().map(|field| field.name.as_str())) {
            return Err(de::Error::custom("the fields are not those of the schema"));
        }
        drop(inputs);
        let vocabularies = fields.into_iter().map(|field| match field.vocabulary {
            VocabularyOwned::Values(values) => Vocabulary::Values(values),
            VocabularyOwned::Hashed(buckets) => Vocabulary::Hashed(buckets),
            VocabularyOwned::Calendar(derived) => Vocabulary::Calendar(derived),
            VocabularyOwned::Buckets(edges) => Vocabulary::Buckets(edges),
            VocabularyOwned::Standard { mean, std } => Vocabulary::Standard { mean, std },
        });
        Self::new(schema, split, vocabularies.collect()).map_err(de::Error::custom)
    }
}

impl Serialize for Values {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Distinct(Self::default()))
    }
}

/// Reads a list of distinct texts straight into the set, without a `String` for each.
struct Distinct(Values);

impl<'de> Visitor<'de> for Distinct {
    type Value = Values;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of distinct texts")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<Values, A::Error> {
        while list.next_element_seed(Next(&mut self.0))?.is_some() {}
        Ok(self.0)
    }
}

struct Next<'a>(&'a mut Values);

impl<'de> de::DeserializeSeed<'de> for Next<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Next<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        let next = self.0.len() as u64;
        match self.0.intern(text) {
            Ok(number) if u64::from(number) == next => Ok(()),
            Ok(_) => Err(E::custom(format!(
                "{} stands twice in a vocabulary",
                crate::error::quote(text)
            ))),
            Err(error) => Err(E::custom(error)),
        }
    }
}
