//! The names and shapes of a network's tensors, computed from its configuration alone.
//!
//! A reader of a model file checks against this before it allocates anything; parameter counts follow
//! from it. A test holds it against the networks themselves.

use super::block::BlockShape;
use super::config::{Condition, MutualInformationConfig, NetworkConfig, Variant, WeightingConfig};
use super::layout::InputLayout;
use crate::data::InputField;

/// The prefix of the tensors that only training needs.
pub const DISCRIMINATORS: &str = "discriminators.";

/// Names and shapes of the network's tensors (embedding tables aside), in the order of the network.
pub fn tensors(config: &NetworkConfig, fields: &[InputField]) -> Vec<(String, Vec<usize>)> {
    let layout = InputLayout::new(fields, config.embedding);
    of_widths(config, layout.width, layout.aware)
}

/// The same for an input of width `width` whose first `aware` columns are e.
pub fn of_widths(config: &NetworkConfig, width: usize, aware: usize) -> Vec<(String, Vec<usize>)> {
    let mut out = Vec::new();
    let blocks = config.block_shapes(width);
    let mut dn = width;
    for (l, &dm) in config.hidden.iter().enumerate() {
        linear(&mut out, &format!("layers.{l}"), dn, dm);
        if let Some(weighting) = config.method.weighting() {
            weighting_tensors(
                &mut out,
                &format!("layers.{l}.weighting"),
                blocks[l],
                aware,
                weighting,
            );
        }
        dn = dm;
    }
    linear(&mut out, "output", dn, 1);
    if let Some(mi) = config.method.mutual_information() {
        let whole = config
            .method
            .weighting()
            .is_some_and(|w| w.variant == Variant::Non);
        for (l, block) in blocks.iter().enumerate() {
            discriminator(
                &mut out,
                &format!("{DISCRIMINATORS}{l}"),
                block.len(),
                aware,
                mi,
                whole,
            );
        }
    }
    out
}

/// Number of parameters in a list of tensors.
pub fn count(tensors: &[(String, Vec<usize>)]) -> usize {
    tensors
        .iter()
        .map(|(_, shape)| shape.iter().product::<usize>())
        .sum()
}

fn linear(out: &mut Vec<(String, Vec<usize>)>, name: &str, input: usize, output: usize) {
    out.push((format!("{name}.weight"), vec![output, input]));
    out.push((format!("{name}.bias"), vec![output]));
}

fn weighting_tensors(
    out: &mut Vec<(String, Vec<usize>)>,
    name: &str,
    block: BlockShape,
    aware: usize,
    config: &WeightingConfig,
) {
    let BlockShape { dr, dc, dn, .. } = block;
    let dk = config.dk;
    let input = aware
        + if config.condition == Condition::Input {
            dn
        } else {
            0
        };
    match config.variant {
        Variant::Non => linear(out, &format!("{name}.full"), input, dr.saturating_mul(dc)),
        Variant::Rc => {
            linear(out, &format!("{name}.row"), input, dr.saturating_mul(dk));
            linear(out, &format!("{name}.column"), input, dk.saturating_mul(dc));
        }
        Variant::R => {
            linear(out, &format!("{name}.row"), input, dr.saturating_mul(dk));
            out.push((format!("{name}.column_shared"), vec![dk, dc]));
        }
        Variant::C => {
            linear(out, &format!("{name}.column"), input, dk.saturating_mul(dc));
            out.push((format!("{name}.row_shared"), vec![dr, dk]));
        }
    }
}

fn discriminator(
    out: &mut Vec<(String, Vec<usize>)>,
    name: &str,
    size: usize,
    aware: usize,
    config: &MutualInformationConfig,
    whole: bool,
) {
    if whole {
        out.push((format!("{name}.left"), vec![aware, config.rank]));
        out.push((format!("{name}.right"), vec![config.rank, size]));
    } else {
        out.push((format!("{name}.weight"), vec![aware, size]));
    }
    out.push((format!("{name}.bias"), vec![1]));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::config::Method;

    fn parameters(method: Method) -> usize {
        let config = NetworkConfig {
            method,
            ..Default::default()
        };
        count(&of_widths(&config, 160, 16))
    }

    fn dpg(variant: Variant, condition: Condition, div: usize) -> Method {
        let weighting = WeightingConfig {
            variant,
            condition,
            dr_div: div,
            dc_div: div,
            ..Default::default()
        };
        Method::Dpg { weighting }
    }

    /// The counts for K=10, D=160, d_e=16, hidden 128-64-32 that the oracle script derives.
    #[test]
    fn parameter_counts_are_the_published_ones() {
        use Condition::{Input, Scenario};
        assert_eq!(parameters(Method::Dnn), 30_977);
        for (variant, condition, expected) in [
            (Variant::Non, Input, 5_009_665),
            (Variant::Non, Scenario, 553_217),
            (Variant::Rc, Input, 41_801),
            (Variant::R, Input, 35_337),
            (Variant::R, Scenario, 31_497),
            (Variant::C, Input, 37_513),
        ] {
            assert_eq!(
                parameters(dpg(variant, condition, 8)),
                expected,
                "{variant:?} {condition:?}"
            );
        }
        for (div, overhead) in [(2, 17_440), (4, 8_720), (8, 4_360), (16, 2_180)] {
            assert_eq!(parameters(dpg(Variant::R, Input, div)) - 30_977, overhead);
        }
        let mi = Method::MiDpg {
            weighting: WeightingConfig::default(),
            mutual_information: MutualInformationConfig::default(),
        };
        assert_eq!(parameters(mi), 43_020);
    }
}
