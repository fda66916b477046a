//! The networks: one file per method, each a configuration and a Burn module with the paper's
//! equation numbers.
//!
//! [`config`], [`block`], [`layout`] and [`embedding`] know nothing of Burn: the scorer shares them.

pub mod block;
pub mod config;
pub mod embedding;
pub mod layout;
pub mod shapes;

#[cfg(feature = "train")]
pub mod adasparse;
#[cfg(feature = "train")]
pub mod apg;
#[cfg(feature = "train")]
pub mod batch;
#[cfg(feature = "train")]
pub mod dnn;
#[cfg(feature = "train")]
pub mod dpg;
#[cfg(feature = "train")]
pub mod evaluate;
#[cfg(feature = "train")]
pub mod gate;
#[cfg(feature = "train")]
pub mod groups;
#[cfg(feature = "train")]
pub mod linear;
#[cfg(feature = "train")]
pub mod mlp;
#[cfg(feature = "train")]
pub mod mutual_information;
#[cfg(feature = "train")]
pub mod network;
#[cfg(test)]
#[cfg(all(feature = "flex", not(target_family = "wasm")))]
mod oracle_tests;
#[cfg(feature = "train")]
pub mod parameters;
#[cfg(feature = "train")]
pub mod pepnet;
#[cfg(feature = "train")]
pub mod ple;
#[cfg(feature = "train")]
pub mod predict;
#[cfg(feature = "train")]
pub mod star;
#[cfg(feature = "train")]
mod trained;

#[cfg(feature = "train")]
pub use batch::{Batch, Forward};
pub use block::BlockShape;
pub use config::{
    AdaSparseConfig, ApgCondition, ApgConfig, Condition, Gates, Method, MethodName, MethodSettings,
    MutualInformationConfig, NetworkConfig, PepNetConfig, PleConfig, PruningForm, SpecificInit,
    StarConfig, Variant, WeightingConfig,
};
pub use embedding::Embeddings;
pub use layout::{InputLayout, Span};
#[cfg(feature = "train")]
pub use network::Network;
#[cfg(feature = "train")]
pub use trained::Model;
