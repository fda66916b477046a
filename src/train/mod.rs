//! Training: an async state machine that a command, a test and a worker drive alike.
//!
//! It knows nothing of files, clocks, the DOM or the terminal. The networks' parameters live on the
//! device and move by Adam; the embedding tables live on the host and move by [lazy Adam](lazy_adam), or on
//! the GPU while a run trains there and they fit.

pub mod lazy_adam;
mod options;

#[cfg(feature = "train")]
pub mod adam;
#[cfg(feature = "train")]
mod best;
#[cfg(feature = "train")]
mod checkpoint;
#[cfg(feature = "train")]
mod checkpoint_summary;
#[cfg(feature = "train")]
pub mod device;
#[cfg(feature = "train")]
mod devices;
#[cfg(feature = "train")]
mod epoch;
#[cfg(feature = "train")]
mod event;
#[cfg(feature = "train")]
mod gradients;
#[cfg(feature = "train")]
pub mod loss;
#[cfg(feature = "train")]
mod progress;
#[cfg(feature = "train")]
mod read_back;
#[cfg(all(feature = "train", feature = "webgpu"))]
mod resident;
#[cfg(feature = "train")]
mod setup;
#[cfg(feature = "train")]
mod shard;
#[cfg(feature = "train")]
mod step;
#[cfg(feature = "train")]
mod trainer;
#[cfg(feature = "train")]
mod validation;

#[cfg(test)]
#[cfg(all(feature = "flex", not(target_family = "wasm")))]
mod checkpoint_tests;
#[cfg(test)]
#[cfg(all(feature = "flex", not(target_family = "wasm")))]
mod golden_tests;
#[cfg(test)]
#[cfg(all(feature = "flex", not(target_family = "wasm")))]
mod run_tests;
#[cfg(test)]
#[cfg(all(feature = "flex", not(target_family = "wasm")))]
mod streamed_tests;
#[cfg(test)]
#[cfg(all(feature = "flex", not(target_family = "wasm")))]
mod tests;

#[cfg(feature = "train")]
pub use checkpoint::BestMetrics;
#[cfg(feature = "train")]
pub use checkpoint_summary::CheckpointSummary;
#[cfg(feature = "train")]
pub use devices::Devices;
#[cfg(feature = "train")]
pub use event::{Event, MutualInformation, Spread};
pub use options::{Select, TrainOptions};
#[cfg(feature = "train")]
pub use trainer::Trainer;
