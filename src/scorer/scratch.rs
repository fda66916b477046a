//! Memory that is used again.

/// Memory to score in: buffers that were given back, for the next that are asked for. Empty at first, and as large as one
/// call needs it after that; one for each thread that scores.
#[derive(Debug, Default)]
pub struct Scratch {
    free: Vec<Vec<f32>>,
    /// What the modulated layers work in, at its largest: they need no length of it.
    pub(super) expanded: Vec<f32>,
    /// The scenario's id of every row.
    pub(super) scenario: Vec<u32>,
}

impl Scratch {
    /// `len` numbers of any value.
    pub(super) fn take(&mut self, len: usize) -> Vec<f32> {
        let mut buffer = self.free.pop().unwrap_or_default();
        buffer.resize(len, 0.0);
        buffer
    }

    /// Takes a buffer back that was [taken](Self::take): of others it would have more and more.
    pub(super) fn give(&mut self, buffer: Vec<f32>) {
        self.free.push(buffer);
    }

    /// How many buffers lie here.
    #[cfg(test)]
    #[cfg(all(feature = "flex", not(target_family = "wasm")))]
    pub(super) fn held(&self) -> usize {
        self.free.len()
    }
}
