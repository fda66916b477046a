//! Fields and scenarios as JavaScript sees them.

use serde::Serialize;

use crate::data::{Encoder, InputField, MISSING};
use crate::schema::Role;

#[derive(Serialize)]
pub(super) struct FieldInfo {
    name: String,
    role: &'static str,
    kind: String,
    size: usize,
}

impl FieldInfo {
    pub(super) fn all(fields: &[InputField]) -> Vec<Self> {
        let one = |field: &InputField| Self {
            name: field.name().to_owned(),
            role: if field.role() == Role::Scenario {
                "scenario"
            } else {
                "agnostic"
            },
            kind: format!("{:?}", field.kind()).to_lowercase(),
            size: field.size(),
        };
        fields.iter().map(one).collect()
    }
}

/// The scenarios of the training part, without the two stand-ins for unknown and missing values.
pub(super) fn known_scenarios(encoder: &Encoder) -> Vec<String> {
    encoder.scenarios().split_off(MISSING as usize + 1)
}
