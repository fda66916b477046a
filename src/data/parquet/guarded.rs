//! What the Parquet crate does with a damaged file.

use std::cell::Cell;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
#[cfg(feature = "cli")]
use std::panic::{set_hook, take_hook};

use crate::error::{Error, ErrorKind, Result};

thread_local! {
    /// Whether a panic of this thread becomes an error.
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// What comes of `work` on the file `name`. Some damage makes the Parquet crate panic where it should fail: that is an error
/// too, and nothing of the reader is used after it.
pub(super) fn guarded<T, E: Display>(name: &str, work: impl FnOnce() -> Result<T, E>) -> Result<T> {
    let damaged = |why: &dyn Display| {
        let message = format!("cannot be read as Parquet: {why}");
        Error::new(ErrorKind::Data, message).in_file(name)
    };
    let before = GUARDED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    match done {
        Ok(done) => done.map_err(|error| damaged(&error)),
        Err(_) => Err(damaged(&"its content contradicts itself")),
    }
}

/// From now on panics that become errors say nothing on the standard error. It is for a program to ask for: the hook of
/// panics is the process's.
#[cfg(feature = "cli")]
pub(crate) fn keep_panics_quiet() {
    let told = take_hook();
    set_hook(Box::new(move |panic| {
        if !GUARDED.get() {
            told(panic);
        }
    }));
}

#[cfg(test)]
#[cfg(feature = "cli")]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn a_panic_that_becomes_an_error_says_nothing() {
        static TOLD: AtomicUsize = AtomicUsize::new(0);
        // Other tests' panics stay theirs.
        let (own, others) = (thread::current().id(), take_hook());
        set_hook(Box::new(move |panic| {
            if thread::current().id() == own {
                TOLD.fetch_add(1, Ordering::Relaxed);
            } else {
                others(panic);
            }
        }));
        keep_panics_quiet();
        let read = guarded("a.parquet", || -> Result<()> { panic!("damaged") });
        let error = read.unwrap_err().to_string();
        assert!(
            error.contains("a.parquet: cannot be read as Parquet"),
            "{error}"
        );
        assert_eq!(TOLD.load(Ordering::Relaxed), 0);
        let own = || -> Result<()> { panic!("its own") };
        assert!(catch_unwind(own).is_err());
        assert_eq!(TOLD.load(Ordering::Relaxed), 1);
    }
}
