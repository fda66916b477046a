//! Networks that are plain ones for each value of the scenario: everything that depends on the scenario alone is
//! multiplied into their weights once.

use super::groups::Groups;
use super::layers::Stack;
use super::network::Input;
use super::scratch::Scratch;
use crate::kernels::Rows;

/// One stack of dense layers per id of the scenario field.
#[derive(Debug, Clone)]
pub(super) struct Folded {
    stacks: Vec<Stack>,
    /// The stack of each id; an id past the end takes that of id 0, the unknown scenario.
    of_id: Vec<usize>,
}

impl Folded {
    pub(super) fn new(stacks: Vec<Stack>, of_id: Vec<usize>) -> Self {
        Self { stacks, of_id }
    }

    /// Logits of the rows.
    pub(super) fn forward(&self, input: &Input<'_>, logits: &mut [f32], scratch: &mut Scratch) {
        let stack = |id: u32| {
            let known = self.of_id.get(id as usize).or(self.of_id.first());
            known.copied().unwrap_or(0)
        };
        let width = input.width;
        if let [id] = input.scenario {
            let rows = Rows::new(input.values, width);
            return self.stacks[stack(*id)].forward(1, rows, logits, scratch);
        }
        let groups = Groups::new(input.scenario.iter().map(|&id| stack(id)));
        let mut sorted = scratch.take(input.values.len());
        let mut out = scratch.take(logits.len());
        groups.sort(input.values, width, &mut sorted);
        for (key, places) in &groups.parts {
            let rows = Rows::new(&sorted[places.start * width..places.end * width], width);
            let out = &mut out[places.clone()];
            self.stacks[*key].forward(places.len(), rows, out, scratch);
        }
        groups.restore(&out, logits);
        scratch.give(sorted);
        scratch.give(out);
    }
}
