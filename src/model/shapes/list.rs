//! Layers as tensors with names.

/// Tensors in the order of the network.
#[derive(Default)]
pub(super) struct List(pub(super) Vec<(String, Vec<usize>)>);

impl List {
    pub(super) fn push(&mut self, name: String, shape: &[usize]) {
        self.0.push((name, shape.to_vec()));
    }

    pub(super) fn linear(&mut self, name: &str, input: usize, output: usize) {
        self.push(format!("{name}.weight"), &[output, input]);
        self.push(format!("{name}.bias"), &[output]);
    }

    /// Dense layers under `name.0`, …; the last width comes back.
    pub(super) fn layers(&mut self, name: &str, input: usize, widths: &[usize]) -> usize {
        let mut width = input;
        for (l, &next) in widths.iter().enumerate() {
            self.linear(&format!("{name}.{l}"), width, next);
            width = next;
        }
        width
    }

    /// Hidden layers and the logit, under `prefix` (empty, or with a dot at its end).
    pub(super) fn dnn(&mut self, prefix: &str, input: usize, hidden: &[usize]) {
        let width = self.layers(&format!("{prefix}layers"), input, hidden);
        self.linear(&format!("{prefix}output"), width, 1);
    }

    pub(super) fn gate(&mut self, name: &str, input: usize, output: usize) {
        self.linear(&format!("{name}.hidden"), input, output);
        self.linear(&format!("{name}.output"), output, output);
    }
}
