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
pub mod dnn;
#[cfg(feature = "train")]
pub mod dpg;
#[cfg(feature = "train")]
pub mod evaluate;
#[cfg(feature = "train")]
pub mod linear;
#[cfg(feature = "train")]
pub mod mutual_information;
#[cfg(feature = "train")]
pub mod network;
#[cfg(feature = "train")]
pub mod parameters;
#[cfg(feature = "train")]
pub mod predict;
#[cfg(feature = "train")]
mod trained;

pub use block::BlockShape;
pub use config::{
    Condition, Method, MutualInformationConfig, NetworkConfig, Variant, WeightingConfig,
};
pub use embedding::Embeddings;
pub use layout::{InputLayout, Span};
#[cfg(feature = "train")]
pub use network::{Forward, Network};
#[cfg(feature = "train")]
pub use trained::Model;
