//! Watching a training run: a bar, a line per epoch, checkpoints.

use std::time::Instant;

use indicatif::ProgressBar;

use super::checkpoint::Checkpoint;
use super::progress;
use super::say::note;
use crate::error::Result;
use crate::train::{Event, Trainer};

/// Steps between two looks at a GPU's losses.
pub(super) const READ_EVERY: usize = 16;

/// Runs the trainer to its end, with a bar, a line per epoch and checkpoints.
pub(super) fn follow(trainer: &mut Trainer, checkpoint: &mut Checkpoint) -> Result<()> {
    let bar = progress::steps(0);
    let started = Instant::now();
    let (mut rows_done, mut valid_auc) = (0_u64, None::<f64>);
    while let Some(event) = pollster::block_on(trainer.next_event())? {
        match &event {
            Event::Step {
                step,
                steps,
                epoch,
                epochs,
                loss,
                rows,
                ..
            } => {
                rows_done += *rows as u64;
                bar.set_length(*steps);
                bar.set_position(*step);
                bar.set_prefix(format!("epoch {epoch}/{epochs}"));
                let rate = rows_done as f64 / started.elapsed().as_secs_f64().max(1e-9);
                let auc = valid_auc.map_or(String::new(), |auc| format!(" AUC {auc:.4}"));
                bar.set_message(format!("loss {loss:.4}{auc} {rate:.0} rows/s"));
            }
            Event::Epoch { valid_auc: auc, .. } => {
                valid_auc = *auc;
                tell_epoch(&bar, &event);
            }
            Event::Done {
                epochs,
                best_epoch,
                stopped_early,
            } => {
                bar.finish_and_clear();
                let why = if *stopped_early {
                    "stopped early"
                } else {
                    "all epochs done"
                };
                note!("{why} after {epochs} epochs; kept epoch {best_epoch}");
                return Ok(());
            }
        }
        checkpoint.write_if_due(trainer)?;
    }
    Ok(())
}

fn tell_epoch(bar: &ProgressBar, event: &Event) {
    let Event::Epoch {
        epoch,
        train_loss,
        valid_auc,
        valid_logloss,
        best,
        mutual_information,
        variance,
        ..
    } = event
    else {
        return;
    };
    let number = |value: &Option<f64>| value.map_or("-".to_owned(), |v| format!("{v:.4}"));
    let mut line = format!(
        "epoch {epoch}: loss {train_loss:.4}, valid AUC {}, LogLoss {}",
        number(valid_auc),
        number(valid_logloss)
    );
    if let Some(mi) = mutual_information {
        line += &format!(
            ", L_mi {:.3} (floor {:.3}), I_JSD {:.3}",
            mi.loss, mi.floor, mi.jsd
        );
    }
    let ratios: Vec<String> = variance.iter().map(|v| number(&v.ratio())).collect();
    if !ratios.is_empty() {
        line += &format!(", between/within {}", ratios.join(" "));
    }
    if *best {
        line += " *";
    }
    bar.suspend(|| note!("{line}"));
}
