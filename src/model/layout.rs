//! Where each field's values lie in the backbone's input h¹ = [e, g].

use serde::{Deserialize, Serialize};

use crate::data::InputField;
use crate::schema::{InputKind, Role};

/// One field's columns of h¹.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The field's name.
    pub name: String,
    /// First column.
    pub start: usize,
    /// One past the last column.
    pub end: usize,
}

/// The layout of h¹: scenario-aware fields first, so that e is its first `aware` columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputLayout {
    /// One span per input field, in the encoder's order.
    pub spans: Vec<Span>,
    /// Width d_e of the scenario-aware part e.
    pub aware: usize,
    /// Width D of the whole input.
    pub width: usize,
}

impl InputLayout {
    /// The layout of `fields` (in the encoder's order) with embeddings of width `embedding`.
    /// A dense field takes one column.
    pub fn new(fields: &[InputField], embedding: usize) -> Self {
        let mut spans = Vec::with_capacity(fields.len());
        let (mut width, mut aware) = (0, 0);
        for field in fields {
            let start = width;
            width += if field.kind() == InputKind::Dense {
                1
            } else {
                embedding
            };
            if field.role() == Role::Scenario {
                aware = width;
            }
            spans.push(Span {
                name: field.name().to_owned(),
                start,
                end: width,
            });
        }
        Self {
            spans,
            aware,
            width,
        }
    }
}
