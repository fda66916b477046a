//! The flags that commands of many trials share, and what they open.

use std::path::PathBuf;

use clap::Args;

use super::args::BadRows;
use super::fitting::Fitting;
use super::journal::Journal;
use super::journal_line;
use super::load;
use super::say::note;
use super::trials::Runner;
use crate::error::{Error, ErrorKind, Result};
use crate::model::NetworkConfig;
use crate::train::TrainOptions;
use crate::train::device::OpenDevice;

#[derive(Debug, Args)]
pub(super) struct Setting {
    /// The log: CSV or another delimited text, gzip or plain; or Parquet, a file, a folder or a pattern in quotes; or
    /// a cache, made by `midpg encode`
    #[arg(long)]
    data: PathBuf,
    /// A preset (amazon, iaac, ads) or a TOML file; a cache brings its own
    #[arg(long)]
    schema: Option<String>,
    /// Trials at once
    #[arg(long, default_value_t = 1)]
    jobs: usize,
    /// The folder for the results and the journal trials.jsonl; it is created
    #[arg(long)]
    pub(super) out: PathBuf,
    /// Width of every embedding
    #[arg(long, default_value_t = 16)]
    pub(super) embedding: usize,
    /// Widths of the hidden layers
    #[arg(long, value_delimiter = ',', default_value = "128,64,32")]
    hidden: Vec<usize>,
    #[command(flatten)]
    fitting: Fitting,
    #[command(flatten)]
    bad_rows: BadRows,
}

impl Setting {
    /// What all trials share; their methods and seeds replace its own.
    pub(super) fn base(&self) -> TrainOptions {
        self.fitting.options(NetworkConfig {
            embedding: self.embedding,
            hidden: self.hidden.clone(),
            ..Default::default()
        })
    }

    /// Loads the data, opens the device and the journal.
    pub(super) fn open(&self) -> Result<Runner> {
        if self.jobs == 0 {
            let message = "0 trials at once run nothing";
            return Err(Error::new(ErrorKind::Config, message).hint("ask for at least 1: --jobs 1"));
        }
        let schema = load::schema_for(&self.data, self.schema.as_deref())?;
        let OpenDevice {
            device,
            name,
            reason,
        } = self.fitting.open()?;
        let data = load::learn(
            &self.data,
            schema.as_ref(),
            self.bad_rows.on_bad_row.into(),
            self.fitting.seed,
        )?;
        note!(
            "{}; device {name} ({reason})",
            load::parts(|part| data.rows_of(part).len() as u64, &data.encoder)
        );
        // When all else is there: what fails before leaves no folder behind.
        std::fs::create_dir_all(&self.out)
            .map_err(|error| Error::io(format!("--out {}", self.out.display()), &error))?;
        let journal = Journal::open(self.out.join(journal_line::NAME))?;
        Runner::new(data, device, name, journal, self.jobs)
    }
}
