//! Settings that are given and change nothing.

use super::{Gates, MethodName, MethodSettings, Variant};

impl MethodSettings {
    /// The first setting, by its flag, that none of `methods` has.
    pub fn superfluous(&self, methods: &[MethodName]) -> Option<&'static str> {
        use MethodName::{Adasparse, Apg, Dpg, MiDpg, Pepnet, Ple};
        let weighted: &[MethodName] = &[Dpg, MiDpg];
        [
            ("--variant", self.variant.is_some(), weighted),
            ("--dk", self.dk.is_some(), weighted),
            ("--dr-div", self.dr_div.is_some(), weighted),
            ("--dc-div", self.dc_div.is_some(), weighted),
            ("--condition", self.condition.is_some(), weighted),
            ("--gate-scale", self.gate_scale.is_some(), weighted),
            ("--lambda", self.lambda.is_some(), &[MiDpg]),
            ("--levels", self.levels.is_some(), &[Ple]),
            (
                "--specific-experts",
                self.specific_experts.is_some(),
                &[Ple],
            ),
            ("--shared-experts", self.shared_experts.is_some(), &[Ple]),
            ("--gates", self.gates.is_some(), &[Pepnet]),
            (
                "--gate-first-input",
                self.gate_first_input.is_some(),
                &[Pepnet],
            ),
            ("--pruning", self.pruning.is_some(), &[Adasparse]),
            ("--apg-condition", self.apg_condition.is_some(), &[Apg]),
            ("--rank-div", self.rank_div.is_some(), &[Apg]),
            ("--over", self.over.is_some(), &[Apg]),
        ]
        .into_iter()
        .find(|(_, given, having)| *given && !methods.iter().any(|method| having.contains(method)))
        .map(|(flag, ..)| flag)
    }

    /// The first setting, by its flag, that the other settings leave without effect, and which of them does. Weighting
    /// matrices are of `variants`: S of the variant `non` is generated whole and has no factors; and EPNet alone gates
    /// no layer's input.
    pub fn idle(&self, variants: &[Variant]) -> Option<(&'static str, &'static str)> {
        let whole = !variants.is_empty() && variants.iter().all(|v| *v == Variant::Non);
        let embeddings_alone = self.gates == Some(Gates::Epnet);
        let (non, epnet) = ("the variant non", "--gates epnet");
        [
            ("--dk", self.dk.is_some() && whole, non),
            ("--dr-div", self.dr_div.is_some() && whole, non),
            ("--dc-div", self.dc_div.is_some() && whole, non),
            (
                "--gate-first-input",
                self.gate_first_input.is_some() && embeddings_alone,
                epnet,
            ),
        ]
        .into_iter()
        .find(|(_, idle, _)| *idle)
        .map(|(flag, _, by)| (flag, by))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_of_no_use_to_a_matrix_that_is_generated_whole() {
        let settings = MethodSettings {
            dc_div: Some(4),
            ..Default::default()
        };
        let (non, r) = (Variant::Non, Variant::R);
        assert_eq!(settings.idle(&[non]), Some(("--dc-div", "the variant non")));
        assert_eq!(settings.idle(&[non, r]), None);
        assert_eq!(settings.idle(&[]), None);
        assert_eq!(MethodSettings::default().idle(&[non]), None);
    }

    #[test]
    fn the_first_layer_s_input_is_gated_by_ppnet() {
        let settings = |gates| MethodSettings {
            gates,
            gate_first_input: Some(false),
            ..Default::default()
        };
        let idle = Some(("--gate-first-input", "--gates epnet"));
        assert_eq!(settings(Some(Gates::Epnet)).idle(&[]), idle);
        assert_eq!(settings(Some(Gates::Ppnet)).idle(&[]), None);
        assert_eq!(settings(None).idle(&[]), None);
    }
}
