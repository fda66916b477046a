//! An input field of a model, with what it has learnt.

use super::vocabulary::Vocabulary;
use crate::schema::{InputKind, Role};

/// An input field of a model, with what it has learnt.
#[derive(Debug, Clone, PartialEq)]
pub struct InputField {
    pub(super) name: String,
    pub(super) column: String,
    pub(super) role: Role,
    pub(super) prior: bool,
    pub(super) scenario: bool,
    pub(super) kind: InputKind,
    pub(super) vocabulary: Vocabulary,
}

impl InputField {
    /// The name: the schema's, or `timestamp_hour` for what is derived from a timestamp.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The column of the file it is read from.
    pub fn column(&self) -> &str {
        &self.column
    }

    /// Scenario-aware or scenario-agnostic.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Whether it tells who or what the impression is of: a prior of PEPNet.
    pub fn is_prior(&self) -> bool {
        self.prior
    }

    /// Whether its id is the scenario index.
    pub fn is_scenario(&self) -> bool {
        self.scenario
    }

    /// What the model gets: an id, a bag of ids or a number.
    pub fn kind(&self) -> InputKind {
        self.kind
    }

    /// How many ids there are, unknown and missing included: every id is below it. 0 for a number.
    pub fn size(&self) -> usize {
        self.vocabulary.size()
    }

    /// How values become ids.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }
}
