//! The loss of the conversion label, Eq. (8) with both of its terms.

use burn::tensor::{Tensor, activation::log_sigmoid};

/// Mean of softplus(z) − y z: the full binary cross entropy, from the logit.
pub fn binary_cross_entropy(logits: Tensor<1>, labels: Tensor<1>) -> Tensor<1> {
    #[cfg(feature = "webgpu")]
    if crate::ops::run_all_on(&logits.device()) {
        return crate::ops::cross_entropy(logits, labels);
    }
    (log_sigmoid(logits.clone().neg()).neg() - labels * logits).mean()
}
