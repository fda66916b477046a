//! What goes into a network and what comes out.

use burn::tensor::Tensor;

use super::star::Moments;

/// A batch as a network sees it.
#[derive(Debug, Clone)]
pub struct Batch<'a> {
    /// h¹, \[batch, D\].
    pub input: Tensor<2>,
    /// The scenario of every row: 0 is unknown, 1 missing, a known one from
    /// [`FIRST_VALUE`](crate::data::FIRST_VALUE).
    pub scenario: &'a [u32],
    /// While training, the share of the planned steps that are done, 0 to 1.
    pub training: Option<f32>,
}

impl Batch<'_> {
    /// A batch to predict, for methods that see the scenario through h¹ alone (all but PLE and STAR).
    pub fn of_input(input: Tensor<2>) -> Self {
        Self {
            input,
            scenario: &[],
            training: None,
        }
    }
}

/// What a network gives for a batch.
#[derive(Debug)]
pub struct Forward {
    /// One logit a row, \[batch\].
    pub logits: Tensor<1>,
    /// The compact s of every modulated layer, \[batch, d_r, d_c\]; empty where there is none.
    pub weighting: Vec<Tensor<3>>,
    /// What the method adds to the loss besides the regulariser of MI-DPG, \[1\].
    pub penalty: Option<Tensor<1>>,
    /// What the batch tells STAR's running statistics.
    pub moments: Vec<Moments>,
}

impl Forward {
    /// Logits and nothing else.
    pub fn of_logits(logits: Tensor<1>) -> Self {
        Self {
            logits,
            weighting: Vec::new(),
            penalty: None,
            moments: Vec::new(),
        }
    }
}
