//! The tensors of each method.

use super::DISCRIMINATORS;
use super::list::List;
use crate::model::block::BlockShape;
use crate::model::config::{
    AdaSparseConfig, ApgConfig, Condition, Method, MutualInformationConfig, NetworkConfig,
    PepNetConfig, PleConfig, StarConfig, Variant, WeightingConfig,
};
use crate::model::layout::InputLayout;

impl List {
    pub(super) fn network(&mut self, config: &NetworkConfig, layout: &InputLayout) {
        let hidden = &config.hidden;
        match &config.method {
            Method::Dnn => self.dnn("", layout.width, hidden),
            Method::Ple(ple) => self.ple(ple, hidden, layout),
            Method::Star(star) => self.star(star, hidden, layout),
            Method::PepNet(pepnet) => self.pepnet(pepnet, hidden, layout),
            Method::AdaSparse(adasparse) => self.adasparse(adasparse, hidden, layout),
            Method::Apg(apg) => self.apg(apg, hidden, layout),
            Method::Dpg { weighting } => self.dpg(weighting, config, layout),
            Method::MiDpg {
                weighting,
                mutual_information,
            } => {
                self.dpg(weighting, config, layout);
                let whole = weighting.variant == Variant::Non;
                for (l, block) in config.block_shapes(layout.width).iter().enumerate() {
                    let name = format!("{DISCRIMINATORS}{l}");
                    self.discriminator(&name, block.len(), layout.aware, mutual_information, whole);
                }
            }
        }
    }

    fn ple(&mut self, config: &PleConfig, hidden: &[usize], layout: &InputLayout) {
        let (scenarios, ns, nsh) = (layout.scenarios, config.specific, config.shared);
        let mut width = layout.width;
        for l in 0..config.levels {
            let widths = &hidden[config.expert_layers(l, hidden.len())];
            let level = format!("levels.{l}");
            let mut next = width;
            for (kind, count) in [("specific", scenarios * ns), ("shared", nsh)] {
                for j in 0..count {
                    next = self.layers(&format!("{level}.{kind}.{j}.layers"), width, widths);
                }
            }
            for k in 0..scenarios {
                self.linear(&format!("{level}.gates.{k}"), width, ns + nsh);
            }
            if l + 1 < config.levels {
                self.linear(&format!("{level}.shared_gate"), width, scenarios * ns + nsh);
            }
            width = next;
        }
        for k in 0..scenarios {
            self.dnn(&format!("towers.{k}."), width, &hidden[hidden.len() - 1..]);
        }
    }

    fn star(&mut self, config: &StarConfig, hidden: &[usize], layout: &InputLayout) {
        let (scenarios, width) = (layout.scenarios, layout.width);
        let places = |shared: &str, specific: &str| {
            let own = (0..scenarios).map(|k| format!("{specific}.{k}"));
            std::iter::once(shared.to_owned())
                .chain(own)
                .collect::<Vec<_>>()
        };
        for name in places("norm.shared", "norm.specific") {
            self.push(format!("{name}.scale"), &[width]);
            self.push(format!("{name}.shift"), &[width]);
        }
        for k in 0..=scenarios {
            self.push(format!("norm.running.{k}.mean"), &[width]);
            self.push(format!("norm.running.{k}.variance"), &[width]);
            self.push(format!("norm.running.{k}.batches"), &[1]);
        }
        let mut dn = width;
        for (l, &dm) in hidden.iter().chain(&[1]).enumerate() {
            for name in places(
                &format!("layers.{l}.shared"),
                &format!("layers.{l}.specific"),
            ) {
                self.linear(&name, dn, dm);
            }
            dn = dm;
        }
        self.dnn("auxiliary.", width, &config.auxiliary);
    }

    fn pepnet(&mut self, config: &PepNetConfig, hidden: &[usize], layout: &InputLayout) {
        let width = layout.width;
        self.dnn("backbone.", width, hidden);
        if config.epnet {
            self.gate("embedding_gate", layout.aware + width, width);
        }
        if config.ppnet {
            let see = layout.prior_or_aware_width() + width;
            if config.gate_first_input {
                self.gate("input_gate", see, width);
            }
            for (l, &to) in hidden.iter().enumerate() {
                self.gate(&format!("gates.{l}"), see, to);
            }
        }
    }

    fn adasparse(&mut self, config: &AdaSparseConfig, hidden: &[usize], layout: &InputLayout) {
        self.dnn("backbone.", layout.width, hidden);
        for (l, &width) in hidden.iter().enumerate() {
            self.linear(&format!("pruners.{l}"), layout.aware + width, width);
        }
        if config.prune_input {
            let width = layout.width;
            self.linear("input_pruner", layout.aware + width, width);
        }
        self.push("alpha".to_owned(), &[1]);
    }

    fn apg(&mut self, config: &ApgConfig, hidden: &[usize], layout: &InputLayout) {
        let mut dn = layout.width;
        for (l, &dm) in hidden.iter().enumerate() {
            let shape = config.shape(l, (dn, dm), layout);
            let k = shape.rank;
            for (name, rows, columns) in [("input", dn, k), ("output", k, dm)] {
                let name = format!("layers.{l}.{name}");
                match shape.over {
                    None => self.push(format!("{name}.left"), &[rows, columns]),
                    Some(inner) => {
                        self.push(format!("{name}.left"), &[rows, inner]);
                        self.push(format!("{name}.right"), &[inner, columns]);
                    }
                }
            }
            let bias = if config.generated_bias { dm } else { 0 };
            let size = k.saturating_mul(k) + bias;
            self.linear(&format!("layers.{l}.generator"), shape.condition, size);
            if !config.generated_bias {
                self.push(format!("layers.{l}.bias"), &[dm]);
            }
            dn = dm;
        }
        self.linear("output", dn, 1);
    }

    fn dpg(&mut self, weighting: &WeightingConfig, config: &NetworkConfig, layout: &InputLayout) {
        let mut dn = layout.width;
        for (l, block) in config.block_shapes(layout.width).into_iter().enumerate() {
            self.linear(&format!("layers.{l}"), dn, block.dm);
            let name = format!("layers.{l}.weighting");
            self.weighting(&name, block, layout.aware, weighting);
            dn = block.dm;
        }
        self.linear("output", dn, 1);
    }

    fn weighting(&mut self, name: &str, block: BlockShape, aware: usize, config: &WeightingConfig) {
        let BlockShape { dr, dc, dn, .. } = block;
        let dk = config.dk;
        let input = match config.condition {
            Condition::Input => aware + dn,
            Condition::Scenario => aware,
        };
        let row = |list: &mut Self| {
            list.linear(&format!("{name}.row"), input, dr.saturating_mul(dk));
        };
        let column = |list: &mut Self| {
            list.linear(&format!("{name}.column"), input, dk.saturating_mul(dc));
        };
        match config.variant {
            Variant::Non => self.linear(&format!("{name}.full"), input, dr.saturating_mul(dc)),
            Variant::Rc => {
                row(self);
                column(self);
            }
            Variant::R => {
                row(self);
                self.push(format!("{name}.column_shared"), &[dk, dc]);
            }
            Variant::C => {
                column(self);
                self.push(format!("{name}.row_shared"), &[dr, dk]);
            }
        }
    }

    fn discriminator(
        &mut self,
        name: &str,
        size: usize,
        aware: usize,
        config: &MutualInformationConfig,
        whole: bool,
    ) {
        if whole {
            self.push(format!("{name}.left"), &[aware, config.rank]);
            self.push(format!("{name}.right"), &[config.rank, size]);
        } else {
            self.push(format!("{name}.weight"), &[aware, size]);
        }
        self.push(format!("{name}.bias"), &[1]);
    }
}
