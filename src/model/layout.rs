//! Where each field's values lie in the backbone's input h¹ = [e, g].

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::data::{FIRST_VALUE, InputField};
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
    /// Columns of the fields that tell who or what the impression is of, as ranges; PEPNet's priors.
    pub priors: Vec<Range<usize>>,
    /// Number K of known scenarios.
    pub scenarios: usize,
}

impl InputLayout {
    /// The layout of `fields` (in the encoder's order) with embeddings of width `embedding`.
    /// A dense field takes one column.
    pub fn new(fields: &[InputField], embedding: usize) -> Self {
        let mut spans = Vec::with_capacity(fields.len());
        let (mut width, mut aware) = (0, 0);
        let mut priors = Vec::new();
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
            if field.is_prior() {
                priors.push(start..width);
            }
            spans.push(Span {
                name: field.name().to_owned(),
                start,
                end: width,
            });
        }
        let scenarios = fields
            .iter()
            .find(|field| field.is_scenario())
            .map_or(0, |field| field.size().saturating_sub(FIRST_VALUE as usize));
        Self {
            spans,
            aware,
            width,
            priors,
            scenarios,
        }
    }

    /// A layout without names or priors: `aware` columns of e out of `width`, `scenarios` known ones.
    pub fn of_widths(width: usize, aware: usize, scenarios: usize) -> Self {
        Self {
            spans: Vec::new(),
            aware,
            width,
            priors: Vec::new(),
            scenarios,
        }
    }

    /// Width of what PEPNet's personal gates see of the priors: e stands in where there are none.
    pub fn prior_or_aware_width(&self) -> usize {
        if self.priors.is_empty() {
            self.aware
        } else {
            self.prior_width()
        }
    }

    /// Width P_r of the priors.
    pub fn prior_width(&self) -> usize {
        self.priors.iter().map(Range::len).sum()
    }
}
