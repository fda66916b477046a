//! Progress bars on a terminal; nothing when the output is piped.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

fn styled(bar: ProgressBar, template: &str) -> ProgressBar {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸ "));
    }
    // It ticks in a thread of its own, which WASI has not.
    if cfg!(not(target_family = "wasm")) {
        bar.enable_steady_tick(Duration::from_millis(200));
    }
    bar
}

/// A bar over the bytes of an input; a spinner where its size is not known.
pub(super) fn bytes(what: &'static str, total: Option<u64>) -> ProgressBar {
    match total {
        Some(total) => styled(
            ProgressBar::new(total),
            "{msg:10} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
        ),
        None => styled(
            ProgressBar::new_spinner(),
            "{msg:10} {spinner} {bytes} {bytes_per_sec}",
        ),
    }
    .with_message(what)
}

#[cfg(feature = "train")]
/// A bar over trials, with the time that is left.
pub(super) fn trials(total: u64) -> ProgressBar {
    styled(
        ProgressBar::new(total),
        "trials {wide_bar} {pos}/{len} {msg} {elapsed} of which left {eta}",
    )
}

/// A bar over rows or steps whose message changes.
pub(super) fn steps(total: u64) -> ProgressBar {
    styled(
        ProgressBar::new(total),
        "{prefix:10} {wide_bar} {pos}/{len} {msg} {eta}",
    )
}
