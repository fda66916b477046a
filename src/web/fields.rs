//! Fields and scenarios as JavaScript sees them.

use serde::Serialize;

use crate::data::{Encoder, InputField, MISSING};
use crate::schema::{InputKind, Role};

#[derive(Serialize)]
pub(super) struct FieldInfo {
    name: String,
    role: &'static str,
    kind: &'static str,
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
            kind: match field.kind() {
                InputKind::Id => "id",
                InputKind::Bag => "bag",
                InputKind::Dense => "dense",
            },
            size: field.size(),
        };
        fields.iter().map(one).collect()
    }
}

/// The scenarios of the training part, without the two stand-ins for unknown and missing values.
pub(super) fn known_scenarios(encoder: &Encoder) -> Vec<String> {
    encoder.scenarios().split_off(MISSING as usize + 1)
}
