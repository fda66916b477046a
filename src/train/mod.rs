//! Training.

pub mod lazy_adam;
