//! Memory that is used again.

/// Buffers that were given back, for the next that are asked for.
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

    /// Takes a buffer back.
    pub(super) fn give(&mut self, buffer: Vec<f32>) {
        self.free.push(buffer);
    }
}
