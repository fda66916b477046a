//! The names and shapes of a network's tensors, computed from its configuration alone.
//!
//! A reader of a model file checks against this before it allocates anything; parameter counts follow
//! from it. A test holds it against the networks themselves.

mod list;
mod methods;
#[cfg(test)]
mod tests;

use super::config::NetworkConfig;
use super::layout::InputLayout;
use crate::data::InputField;
use list::List;

/// The prefix of the tensors that only training needs.
pub const DISCRIMINATORS: &str = "discriminators.";

/// Names and shapes of the network's tensors (embedding tables aside), in the order of the network.
///
/// `config` must be valid, for the layout's number of scenarios too.
pub fn tensors(config: &NetworkConfig, fields: &[InputField]) -> Vec<(String, Vec<usize>)> {
    of_layout(config, &InputLayout::new(fields, config.embedding))
}

/// The same for a layout.
pub fn of_layout(config: &NetworkConfig, layout: &InputLayout) -> Vec<(String, Vec<usize>)> {
    let mut list = List::default();
    list.network(config, layout);
    list.0
}

/// Whether a tensor is gathered and not learned: running statistics (STAR) and the ramp's state
/// (AdaSparse). It is in the model file and is no parameter.
pub fn is_statistic(name: &str) -> bool {
    name.starts_with("norm.running.") || name == "alpha"
}

/// Number of parameters in a list of tensors.
pub fn count(tensors: &[(String, Vec<usize>)]) -> usize {
    tensors
        .iter()
        .filter(|(name, _)| !is_statistic(name))
        .map(|(_, shape)| shape.iter().product::<usize>())
        .sum()
}
