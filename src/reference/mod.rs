//! Yardsticks that are not models of the paper: what does a plain method reach on the same rows?

mod field;
mod logistic;
mod sweep;

pub use field::Field;
pub use logistic::{LogisticOptions, LogisticRegression};
