//! The numbers of a vector that are not zero.

/// The numbers of a vector that are not zero, and their places: what ReLU leaves is about half of them.
#[derive(Debug, Clone, Default)]
pub struct Nonzero {
    places: Vec<u32>,
    values: Vec<f32>,
    found: usize,
}

impl Nonzero {
    /// Those of `values` instead of what was here.
    pub fn find(&mut self, values: &[f32]) {
        if self.places.len() < values.len() {
            self.places.resize(values.len(), 0);
            self.values.resize(values.len(), 0.0);
        }
        let mut found = 0;
        // Written whether it stays or not: which numbers are zero cannot be predicted.
        let places = &mut self.places[..values.len()];
        let kept = &mut self.values[..values.len()];
        for (place, value) in values.iter().enumerate() {
            places[found] = place as u32;
            kept[found] = *value;
            found += usize::from(*value != 0.0);
        }
        self.found = found;
    }

    #[inline(always)]
    pub(crate) fn places(&self) -> &[u32] {
        &self.places[..self.found]
    }

    #[inline(always)]
    pub(crate) fn values(&self) -> &[f32] {
        &self.values[..self.found]
    }
}
