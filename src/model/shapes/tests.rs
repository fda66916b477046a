use super::*;
use crate::model::config::{
    AdaSparseConfig, ApgCondition, ApgConfig, Condition, Method, MutualInformationConfig,
    PepNetConfig, PleConfig, StarConfig, Variant, WeightingConfig,
};

/// D = 160, d_e = 16, K = 10, priors of width 32.
fn parameters(method: Method) -> usize {
    let config = NetworkConfig {
        method,
        ..Default::default()
    };
    config.validate().unwrap();
    let layout = InputLayout {
        priors: vec![16..32, 32..48],
        ..InputLayout::of_widths(160, 16, 10)
    };
    count(&of_layout(&config, &layout))
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

#[test]
fn the_baselines_have_the_published_numbers_of_parameters_too() {
    let ple = |levels| {
        Method::Ple(PleConfig {
            levels,
            ..Default::default()
        })
    };
    let pepnet = |gate_first_input| {
        Method::PepNet(PepNetConfig {
            gate_first_input,
            ..Default::default()
        })
    };
    let apg = |condition, over| {
        Method::Apg(ApgConfig {
            condition,
            over,
            ..Default::default()
        })
    };
    let pruned_input = AdaSparseConfig {
        prune_input: true,
        ..Default::default()
    };
    for (method, expected) in [
        (ple(2), 346_205),
        (ple(1), 341_854),
        (Method::Star(StarConfig::default()), 349_452),
        (pepnet(true), 206_657),
        (pepnet(false), 150_017),
        (Method::AdaSparse(AdaSparseConfig::default()), 56_289),
        (Method::AdaSparse(pruned_input), 84_609),
        (apg(ApgCondition::Group, None), 16_081),
        (apg(ApgCondition::Group, Some(64)), 50_001),
        (apg(ApgCondition::Own, None), 88_017),
    ] {
        assert_eq!(parameters(method.clone()), expected, "{method:?}");
    }
}
