//! The input fields of a model, which a schema's fields expand to.

use super::Schema;
use super::field::{Field, FieldKind, Numeric, Role};
use super::time::Derived;

/// An input field: a field of the schema, or one that is derived from a timestamp.
#[derive(Debug, Clone, PartialEq)]
pub struct Input<'a> {
    /// The name: the field's, or `timestamp_hour` for what is derived.
    pub name: String,
    /// The field it comes from.
    pub field: &'a Field,
    /// What is derived, when the field is a timestamp.
    pub derived: Option<Derived>,
}

/// What a model gets of an input field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InputKind {
    /// One id per row, to be embedded.
    Id,
    /// Some ids per row, embedded and averaged.
    Bag,
    /// One number per row.
    Dense,
}

impl Input<'_> {
    /// What the model gets.
    pub fn kind(&self) -> InputKind {
        match &self.field.kind {
            FieldKind::Multi(_) => InputKind::Bag,
            FieldKind::Numeric(Numeric::Standardise) => InputKind::Dense,
            _ => InputKind::Id,
        }
    }

    /// Whether its id can be the scenario index: a category or a derived one, with the scenario role.
    pub(super) fn can_be_scenario(&self) -> bool {
        self.field.role == Role::Scenario
            && matches!(
                self.field.kind,
                FieldKind::Categorical(_) | FieldKind::Timestamp(_)
            )
    }
}

impl Schema {
    /// The input fields in model order: the scenario-aware ones first, each group as in the schema.
    pub fn inputs(&self) -> Vec<Input<'_>> {
        let of_role = |role| self.fields.iter().filter(move |field| field.role == role);
        of_role(Role::Scenario)
            .chain(of_role(Role::Agnostic))
            .flat_map(expand)
            .collect()
    }
}

fn expand(field: &Field) -> Vec<Input<'_>> {
    match &field.kind {
        FieldKind::Timestamp(options) => options
            .derived
            .iter()
            .map(|&derived| Input {
                name: format!("{}_{}", field.name, derived.suffix()),
                field,
                derived: Some(derived),
            })
            .collect(),
        _ => vec![Input {
            name: field.name.clone(),
            field,
            derived: None,
        }],
    }
}
