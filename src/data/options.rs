//! How a file is to be loaded.

/// What to do with a row that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnBadRow {
    /// Stop with its error.
    #[default]
    Fail,
    /// Leave it out and count it.
    Skip,
}

/// Whether labels are needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LabelUse {
    /// The column must be there.
    #[default]
    Required,
    /// The column is read if it is there.
    Optional,
    /// The column is not read.
    Ignored,
}

/// Where the parts of the rows come from, when a file is read with an existing encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SplitUse {
    /// As in training: the same days, the same seed. A later log is then all test.
    #[default]
    Fitted,
    /// The schema's split applied anew, to train on with the existing encoder.
    Refit,
    /// No split, every row is in the test part; the split's column need not exist.
    Whole,
}

/// How a file is to be loaded.
#[derive(Default)]
pub struct LoadOptions<'a> {
    /// What to do with a row that cannot be read.
    pub on_bad_row: OnBadRow,
    /// The seed of splits by hash (and of the validation rows taken from the training rows).
    pub seed: u64,
    /// Whether labels are needed.
    pub label: LabelUse,
    /// Where parts come from; only [`encode`](super::encode) looks at it.
    pub split: SplitUse,
    /// Whether a scenario that was not learnt is an error; only [`encode`](super::encode) looks at it.
    pub strict_scenarios: bool,
    /// Called now and then with the bytes of the source read so far (packed bytes, if it is packed).
    pub progress: Option<&'a mut dyn FnMut(u64)>,
}

impl std::fmt::Debug for LoadOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoadOptions")
            .field("on_bad_row", &self.on_bad_row)
            .field("seed", &self.seed)
            .field("label", &self.label)
            .field("split", &self.split)
            .field("strict_scenarios", &self.strict_scenarios)
            .finish_non_exhaustive()
    }
}

/// How a file is to be streamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamOptions {
    /// What to do with a row that cannot be read: stop, or keep its place.
    pub on_bad_row: OnBadRow,
    /// Whether labels are read; by default they are not.
    pub label: LabelUse,
    /// Whether a scenario that was not learnt is an error of its row.
    pub strict_scenarios: bool,
}

impl Default for StreamOptions {
    fn default() -> Self {
        Self {
            on_bad_row: OnBadRow::Fail,
            label: LabelUse::Ignored,
            strict_scenarios: false,
        }
    }
}
