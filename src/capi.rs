//! The C library (feature `capi`): load a model file, score rows, free. `include/midpg.h` is made of this file.
//!
//! A scorer never changes: threads may use one at the same time, each call works on its own thread. A function that
//! fails says so by what it returns, and [`midpg_last_error`] says why; nothing unwinds into the caller.
#![allow(unsafe_code)]

use std::cell::RefCell;
use std::ffi::{CStr, CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::slice;

use crate::error::{Error, ErrorKind, Result};
use crate::scorer::{Ids, Scorer, Scratch};

/// A loaded model. It never changes: threads may use one at the same time, each call works on its own thread; only
/// `midpg_free` must be the last.
#[allow(non_camel_case_types)] // the name in C
pub struct midpg_scorer {
    scorer: Scorer,
    columns: Vec<CString>,
}

/// Rows as ids.
///
/// `ids` first has the single-valued fields, row by row in the order of the model's fields, then the ids of each
/// multi-valued field, one field after the other. `offsets` has rows + 1 numbers for each multi-valued field: where
/// each row's ids start among the field's, and the end of the last. `dense` has the dense fields as they stand in the
/// log, row by row; NaN is a missing value. Id 0 is an unknown value and 1 a missing one. A pointer may be NULL where
/// its length is 0.
#[repr(C)]
#[allow(non_camel_case_types)] // the name in C
#[derive(Debug, Clone, Copy)]
pub struct midpg_ids {
    /// The ids.
    pub ids: *const u32,
    /// How many ids.
    pub ids_len: usize,
    /// Where the ids of multi-valued fields start.
    pub offsets: *const u32,
    /// How many offsets.
    pub offsets_len: usize,
    /// The numbers.
    pub dense: *const f32,
    /// How many numbers.
    pub dense_len: usize,
    /// How many rows.
    pub rows: usize,
}

thread_local! {
    static LAST_ERROR: RefCell<CString> = RefCell::default();
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Runs `work`; what it reports or panics with becomes the thread's last error.
fn guarded<T>(failed: T, work: impl FnOnce() -> Result<T>) -> T {
    let message = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => return value,
        Ok(Err(error)) => error.to_string(),
        Err(_) => "an internal error: please report it".to_owned(),
    };
    let message = CString::new(message.replace('\0', "\\0")).unwrap_or_default();
    LAST_ERROR.with(|last| *last.borrow_mut() = message);
    failed
}

fn usage(message: &str) -> Error {
    Error::new(ErrorKind::Usage, message)
}

/// `len` values at `start`, which may be null where there are none.
///
/// # Safety
/// Where `len` is not 0, `start` points to that many initialised values that nobody changes during `'a`.
unsafe fn view<'a, T>(what: &str, start: *const T, len: usize) -> Result<&'a [T]> {
    if len == 0 {
        return Ok(&[]);
    }
    if start.is_null() {
        return Err(usage(&format!("{what} is NULL")));
    }
    // SAFETY: not null, and the caller vouches for the rest.
    Ok(unsafe { slice::from_raw_parts(start, len) })
}

/// The same, to write to.
///
/// # Safety
/// As [`view`], and nobody else looks at the values during `'a`.
unsafe fn view_mut<'a, T>(what: &str, start: *mut T, len: usize) -> Result<&'a mut [T]> {
    if len == 0 {
        return Ok(&mut []);
    }
    if start.is_null() {
        return Err(usage(&format!("{what} is NULL")));
    }
    // SAFETY: not null, and the caller vouches for the rest.
    Ok(unsafe { slice::from_raw_parts_mut(start, len) })
}

/// # Safety
/// `scorer` is null or came from [`midpg_load`] and was not freed.
unsafe fn scorer<'a>(scorer: *const midpg_scorer) -> Result<&'a midpg_scorer> {
    // SAFETY: the caller vouches for it.
    unsafe { scorer.as_ref() }.ok_or_else(|| usage("the scorer is NULL"))
}

/// # Safety
/// The pointers of `ids` are as [`view`] wants them.
unsafe fn ids<'a>(ids: &midpg_ids) -> Result<Ids<'a>> {
    // SAFETY: the caller vouches for it.
    unsafe {
        Ok(Ids {
            ids: view("ids", ids.ids, ids.ids_len)?,
            offsets: view("offsets", ids.offsets, ids.offsets_len)?,
            dense: view("dense", ids.dense, ids.dense_len)?,
            rows: ids.rows,
        })
    }
}

/// Reads, checks and compiles a model file of `len` bytes. NULL where that fails. The bytes are not needed afterwards.
///
/// # Safety
/// `bytes` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn midpg_load(bytes: *const u8, len: usize) -> *mut midpg_scorer {
    guarded(std::ptr::null_mut(), || {
        // SAFETY: the caller vouches for it.
        let scorer = Scorer::load(unsafe { view("bytes", bytes, len) }?)?;
        let columns = scorer.encoder().columns();
        let columns = columns
            .iter()
            .map(|name| CString::new(name.replace('\0', "\\0")).unwrap_or_default());
        Ok(Box::into_raw(Box::new(midpg_scorer {
            columns: columns.collect(),
            scorer,
        })))
    })
}

/// Gives a scorer's memory back. NULL is left alone.
///
/// # Safety
/// `scorer` is NULL or came from `midpg_load`; no other call uses it, and none will.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn midpg_free(scorer: *mut midpg_scorer) {
    if !scorer.is_null() {
        // SAFETY: it came from `Box::into_raw`, and the caller vouches that it is not used again.
        drop(unsafe { Box::from_raw(scorer) });
    }
}

/// How many columns of a log the model reads; 0 where `scorer` is NULL.
///
/// # Safety
/// `scorer` is NULL or a live scorer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn midpg_columns(scorer: *const midpg_scorer) -> usize {
    // SAFETY: the caller vouches for it.
    unsafe { scorer.as_ref() }.map_or(0, |scorer| scorer.columns.len())
}

/// The name of a column, in UTF-8; NULL where there is no such column. It lives as long as the scorer.
///
/// # Safety
/// `scorer` is NULL or a live scorer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn midpg_column(scorer: *const midpg_scorer, column: usize) -> *const c_char {
    // SAFETY: the caller vouches for it.
    unsafe { scorer.as_ref() }
        .and_then(|scorer| scorer.columns.get(column))
        .map_or(std::ptr::null(), |name| name.as_ptr())
}

/// Probabilities of rows of ids into `out`, one a row. 0, or −1 where that fails.
///
/// # Safety
/// `scorer` is a live scorer, the pointers of `rows` have their lengths, and `out` has room for a float a row.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn midpg_score_ids(
    scorer: *const midpg_scorer,
    rows: *const midpg_ids,
    out: *mut f32,
) -> i32 {
    guarded(-1, || {
        // SAFETY: the caller vouches for it.
        let (scorer, rows, out) = unsafe {
            let rows = rows.as_ref().ok_or_else(|| usage("the rows are NULL"))?;
            (
                self::scorer(scorer)?,
                ids(rows)?,
                view_mut("out", out, rows.rows)?,
            )
        };
        SCRATCH.with(|scratch| {
            scorer
                .scorer
                .score_ids(rows, out, &mut scratch.borrow_mut())
        })?;
        Ok(0)
    })
}

/// Probabilities of rows of text into `out`, one a row. `cells` has `rows` × `midpg_columns` strings in UTF-8, row by
/// row in the order of the columns; NULL is a missing value. 0, or −1 where that fails.
///
/// # Safety
/// `scorer` is a live scorer, `cells` points to that many strings or NULLs, and `out` has room for a float a row.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn midpg_score_rows(
    scorer: *const midpg_scorer,
    cells: *const *const c_char,
    rows: usize,
    out: *mut f32,
) -> i32 {
    guarded(-1, || {
        // SAFETY: the caller vouches for it.
        let scorer = unsafe { self::scorer(scorer) }?;
        let width = scorer.columns.len();
        let count = rows
            .checked_mul(width)
            .ok_or_else(|| usage("too many rows"))?;
        // SAFETY: the caller vouches for it.
        let (cells, out) = unsafe { (view("cells", cells, count)?, view_mut("out", out, rows)?) };
        let encoder = scorer.scorer.encoder();
        let mut bound = encoder.bind(&encoder.columns())?;
        let mut columns = bound.columns();
        for (number, row) in cells.chunks_exact(width.max(1)).enumerate() {
            let row: Vec<Option<&str>> = row
                .iter()
                .enumerate()
                .map(|(column, cell)| {
                    // SAFETY: the caller vouches for it.
                    unsafe { text(*cell) }
                        .map_err(|error| error.in_column(encoder.columns()[column]))
                })
                .collect::<Result<_>>()
                .map_err(|error| error.prefixed(&format!("row {number}: ")))?;
            bound
                .push(row.as_slice(), &mut columns)
                .map_err(|error| error.prefixed(&format!("row {number}: ")))?;
        }
        let all: Vec<u32> = (0..columns.rows as u32).collect();
        SCRATCH.with(|scratch| {
            let scratch = &mut scratch.borrow_mut();
            scorer.scorer.score(&columns, &all, out, scratch);
        });
        Ok(0)
    })
}

/// # Safety
/// `cell` is null or a string that ends with a null byte and does not change during `'a`.
unsafe fn text<'a>(cell: *const c_char) -> Result<Option<&'a str>> {
    if cell.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller vouches for it.
    let text = unsafe { CStr::from_ptr(cell) }.to_str();
    text.map(Some)
        .map_err(|_| Error::new(ErrorKind::Data, "not valid UTF-8"))
}

/// How many modulated layers the model has; 0 for methods without weighting matrices.
///
/// # Safety
/// `scorer` is NULL or a live scorer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn midpg_layers(scorer: *const midpg_scorer) -> usize {
    // SAFETY: the caller vouches for it.
    unsafe { scorer.as_ref() }.map_or(0, |scorer| scorer.scorer.block_shapes().len())
}

/// The shape of a layer's weighting matrix into `shape`: d_m, d_n, d_r, d_c. 0, or −1 where there is no such layer.
///
/// # Safety
/// `scorer` is a live scorer and `shape` has room for four numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn midpg_shape(
    scorer: *const midpg_scorer,
    layer: usize,
    shape: *mut usize,
) -> i32 {
    guarded(-1, || {
        // SAFETY: the caller vouches for it.
        let (scorer, out) = unsafe { (self::scorer(scorer)?, view_mut("shape", shape, 4)?) };
        let shapes = scorer.scorer.block_shapes();
        let shape = shapes.get(layer).ok_or_else(|| {
            usage(&format!(
                "there is no layer {layer}: the model has {}",
                shapes.len()
            ))
        })?;
        out.copy_from_slice(&[shape.dm, shape.dn, shape.dr, shape.dc]);
        Ok(0)
    })
}

/// The compact weighting matrices of a layer, rows × d_r × d_c, into `out`, which has room for `out_len` floats. 0, or
/// −1 where that fails.
///
/// # Safety
/// As [`midpg_score_ids`], with room for `out_len` floats.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn midpg_weighting(
    scorer: *const midpg_scorer,
    rows: *const midpg_ids,
    layer: usize,
    out: *mut f32,
    out_len: usize,
) -> i32 {
    guarded(-1, || {
        // SAFETY: the caller vouches for it.
        let (scorer, rows, out) = unsafe {
            let rows = rows.as_ref().ok_or_else(|| usage("the rows are NULL"))?;
            (
                self::scorer(scorer)?,
                ids(rows)?,
                view_mut("out", out, out_len)?,
            )
        };
        let layers = scorer.scorer.weighting_ids(rows)?;
        let s = layers.get(layer).ok_or_else(|| {
            usage(&format!(
                "there is no layer {layer}: the model has {}",
                layers.len()
            ))
        })?;
        if s.len() != out.len() {
            let message = format!("out has {} places, the matrices {}", out.len(), s.len());
            return Err(usage(&message));
        }
        out.copy_from_slice(s);
        Ok(0)
    })
}

/// What went wrong in this thread's last call that failed, in UTF-8, on one line; empty where none did. It lives until
/// the thread's next call that fails.
#[unsafe(no_mangle)]
pub extern "C" fn midpg_last_error() -> *const c_char {
    LAST_ERROR.with(|last| last.borrow().as_ptr())
}
