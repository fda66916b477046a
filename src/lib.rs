//! Multi-scenario conversion-rate (CVR) models that run where the user is.
//!
//! For an impression with the scenario-aware features e, layer l of the network makes a small matrix of weights,
//! s = σ(R C) with R, C from [e; hˡ], spreads it over blocks of rows and columns to S, and computes
//! hˡ⁺¹ = φ((S ⊙ Wˡ) hˡ + bˡ): one model, re-weighted for every impression ([`model`], MI-DPG, CIKM 2023). While it trains, a
//! lower bound of the mutual information of e and S keeps the scenarios apart. Seven other methods stand beside it, on the
//! same backbone, embeddings and trainer.
//!
//! Data goes one way: a log, read by a [`schema`], becomes encoded columns ([`data`]); [`train`] makes a model of them and
//! [`artifact`] a file of the model; [`scorer`] reads that file and gives probabilities, without Burn. [`compare`],
//! `explain` and [`metrics`] look at what came out.
//!
//! ```no_run
//! use mi_dpg::scorer::{Scorer, Scratch};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let scorer = Scorer::load(&std::fs::read("model.safetensors")?)?;
//! let mut encoder = scorer.encoder().bind(&["category", "user_id", "item_id"])?;
//! let mut rows = encoder.columns();
//! encoder.push(&[Some("Headphones"), Some("17"), None][..], &mut rows)?;
//! let mut scores = vec![0.0; rows.rows];
//! scorer.score(&rows, &[0], &mut scores, &mut Scratch::default());
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `train` | the networks and the trainer, on Burn; with one of the next three |
//! | `flex` | Burn's CPU backend, which runs on our kernels |
//! | `ndarray` | Burn's ndarray backend |
//! | `webgpu` | WebGPU in the browser, Vulkan or Metal natively |
//! | `cli` | the `midpg` command |
//! | `web` | classes for JavaScript |
//! | `capi` | the C library, `include/midpg.h` |
//! | `parallel` | threads for training, scoring and trials |
//! | `arrow`, `parquet` | rows as record batches of `arrow-array` 59, files of them |
//! | `ndjson` | rows as JSON objects |
//! | `onnx` | export as an ONNX graph |
//! | `map` | t-SNE of rows |
//! | `mimalloc` | a faster allocator for the command |
//!
//! Without any, the scorer is there, and all that it needs. `cli`, `train`, `flex`, `parallel`, `parquet` and `mimalloc`
//! are on by default, for the command; a library wants `default-features = false` and what it uses. Errors name a setting
//! by the command's flag, which is its name in the configuration with hyphens.

pub mod artifact;
#[cfg(feature = "capi")]
pub mod capi;
#[cfg(feature = "cli")]
pub mod cli;
pub mod compare;
pub mod data;
mod document;
pub mod error;
#[cfg(feature = "train")]
pub mod explain;
#[cfg(feature = "onnx")]
pub mod export;
pub mod metrics;
pub mod model;
#[cfg(feature = "train")]
mod ops;
pub mod random;
pub mod reference;
pub mod schema;
pub mod scorer;
pub mod train;
#[cfg(feature = "web")]
mod web;

pub use mi_dpg_kernels as kernels;

pub use error::{Error, ErrorKind, Result};
