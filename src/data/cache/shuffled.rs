//! The training rows of a cache, shuffled, in batches.

use std::sync::Arc;

use super::plan::Plan;
use super::reader::Cache;
use super::window::{self, Ahead};
use crate::data::Columns;
use crate::error::{Error, ErrorKind, Result};
use crate::random::Stream;

/// Some rows to train on.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// The columns that hold them, among others.
    pub columns: &'a Columns,
    /// Which rows of the columns they are, in the order in which they were drawn.
    pub rows: &'a [u32],
}

/// Draws the batches of an epoch from the training part of a cache, in memory that does not grow with it.
///
/// The chunks are permuted; a window of them at a time is in memory and has its rows shuffled, while a thread reads the
/// next one. What does not fill a batch at a window's end goes into the next window's first, so that every batch but
/// the epoch's last is full. Where all chunks fit a window, the order is that of the same rows shuffled in memory.
///
/// Two windows are held, each of `window × 65,536` rows of four bytes a field and item (and four for the scenario, one
/// for the label, four for a true probability), and four bytes a row of a window for the order.
#[derive(Debug)]
pub struct ShuffledRows {
    cache: Arc<Cache>,
    batch: usize,
    window: usize,
    plan: Plan,
    /// The window in memory, its number, and its chunks where nothing else is among the rows.
    columns: Columns,
    current: usize,
    chunks: Vec<u32>,
    /// Rows of `columns` in the order in which they are taken, and how many were.
    order: Vec<u32>,
    taken: usize,
    next: Option<Ahead>,
    position: u64,
}

impl ShuffledRows {
    /// Begins an epoch: its order is drawn from `shuffle`, which then stands where the next epoch's begins, and
    /// `position` rows of it have been used already. Batches have `batch` rows, windows `window` chunks.
    ///
    /// # Errors
    /// Those of reading chunks, and [`ErrorKind::ModelFile`] for a position behind the last row, which only a
    /// checkpoint of other data can have.
    pub fn new(
        cache: Arc<Cache>,
        batch: usize,
        window: usize,
        shuffle: &mut Stream,
        position: u64,
    ) -> Result<Self> {
        let mut rows = Self {
            batch: batch.max(1),
            window,
            plan: Plan::draw(&cache, window, shuffle),
            columns: cache.columns(),
            current: 0,
            chunks: Vec::new(),
            order: Vec::new(),
            taken: 0,
            next: None,
            position: 0,
            cache,
        };
        rows.go_to(position)?;
        Ok(rows)
    }

    /// Begins another epoch, as [`new`](Self::new) does, in the same memory; rows that are there are not read again.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn begin(&mut self, batch: usize, shuffle: &mut Stream, position: u64) -> Result<()> {
        self.batch = batch.max(1);
        self.plan = Plan::draw(&self.cache, self.window, shuffle);
        // A window of the epoch before is waited for: its thread may not outlive its use.
        drop(self.next.take().and_then(Ahead::wait));
        self.go_to(position)
    }

    /// The next rows; `None` at the epoch's end. After an error the same rows can be asked for again.
    ///
    /// # Errors
    /// Those of reading chunks.
    pub fn next_batch(&mut self) -> Result<Option<Batch<'_>>> {
        while self.order.len() - self.taken < self.batch && self.current + 1 < self.plan.windows() {
            self.advance()?;
        }
        let start = self.taken;
        let end = (start + self.batch).min(self.order.len());
        self.taken = end;
        self.position += (end - start) as u64;
        let rows = &self.order[start..end];
        Ok((!rows.is_empty()).then_some(Batch {
            columns: &self.columns,
            rows,
        }))
    }

    /// How many rows of the epoch have been given.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// How many rows an epoch has.
    pub fn rows(&self) -> u64 {
        self.plan.rows()
    }

    /// Reads the window of a row.
    fn go_to(&mut self, position: u64) -> Result<()> {
        if position > self.plan.rows() {
            return Err(Error::new(
                ErrorKind::ModelFile,
                "the checkpoint stands past the end of the data",
            ));
        }
        // Until the rows are there, there are none.
        self.order.clear();
        (self.current, self.taken) = (self.plan.windows(), 0);
        let (window, place) = self.plan.find(position);
        let chunks = self.plan.chunks_of(window);
        if self.chunks != chunks {
            let columns = std::mem::take(&mut self.columns);
            self.chunks.clear();
            self.columns = self.read(window, columns)?;
            self.chunks = self.plan.chunks_of(window).to_vec();
        }
        self.order = self.plan.order_of(window);
        (self.current, self.taken, self.position) = (window, place, position);
        self.next = self.ahead(window + 1, Columns::default());
        Ok(())
    }

    /// Goes to the next window; the rows that are left of this one come first.
    fn advance(&mut self) -> Result<()> {
        let window = self.current + 1;
        let mut columns = match self.next.take().and_then(Ahead::wait) {
            Some(read) => read?,
            None => self.read(window, Columns::default())?,
        };
        let first = columns.rows as u32;
        let left = &self.order[self.taken..];
        columns.append(&self.columns, left)?;
        let mut order: Vec<u32> = (first..columns.rows as u32).collect();
        order.extend(self.plan.order_of(window));
        self.chunks = match left.is_empty() {
            true => self.plan.chunks_of(window).to_vec(),
            false => Vec::new(),
        };
        let used = std::mem::replace(&mut self.columns, columns);
        (self.order, self.taken, self.current) = (order, 0, window);
        self.next = self.ahead(window + 1, used);
        Ok(())
    }

    /// Begins to read a window into memory that is no longer used.
    fn ahead(&self, window: usize, columns: Columns) -> Option<Ahead> {
        let chunks = self.plan.chunks_of(window);
        if chunks.is_empty() {
            return None;
        }
        Ahead::begin(&self.cache, chunks, self.fitting(columns), self.batch)
    }

    fn read(&self, window: usize, columns: Columns) -> Result<Columns> {
        let chunks = self.plan.chunks_of(window);
        window::read(&self.cache, chunks, self.fitting(columns), self.batch)
    }

    /// Columns of this cache: new ones where there was no memory to use again.
    fn fitting(&self, columns: Columns) -> Columns {
        match columns.fields.is_empty() {
            true => self.cache.columns(),
            false => columns,
        }
    }
}
