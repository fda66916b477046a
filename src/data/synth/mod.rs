//! Logs made by a generator, in the exact formats of the real ones.
//!
//! The public sets cannot be shipped, and real data cannot show whether a multi-scenario model learns what it
//! should. So this module writes logs with the columns, sizes and marginals of the real files, whose labels come
//! from a known logistic process (not from any model of this crate), in three strengths:
//!
//! * [`Effect::None`]: the scenario carries nothing, so no method may gain from it;
//! * [`Effect::Intercept`]: only the base rate differs by scenario;
//! * [`Effect::Modulated`]: each scenario also weights the features differently, some with the other sign.
//!
//! The features of a log do not depend on the effect, only its labels do, so the three can be compared row by
//! row. Everything is determined by (preset, rows, seed, effect). The equations and constants are in the
//! repository's `docs/ground-truth.md`, and were fixed before any model was trained on these logs.
//!
//! Below the published number of rows, items (and shops, brands, advertisers, …) shrink with the square root of
//! the rows, users in proportion to them.

mod ads;
mod amazon;
mod amazon_calendar;
mod amazon_items;
mod dataset;
mod hash;
mod iaac;
mod iaac_items;
mod iaac_world;
mod marginals;
mod report;
#[cfg(test)]
mod tests;
mod truth;
mod users;

use std::fmt;
use std::io;
use std::str::FromStr;

use crate::error::{Error, ErrorKind, Result, quote};
use crate::random::Stream;
pub use dataset::dataset;
pub use report::{SynthReport, SynthScenario};
use truth::{Best, Seen, Truth};
use users::Users;

/// Which log is imitated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Preset {
    /// Amazon Electronics of marketBias: item reviews, the category is the scenario.
    Amazon,
    /// IAAC (IJCAI-18 Alimama), raw format: the second-level category is the scenario.
    Iaac,
    /// An advertising log with the structure of the paper's industrial set.
    Ads,
}

impl Preset {
    /// The published number of rows. The advertising log's own is 108,649,408; its entities have their full
    /// number from a million rows on.
    pub fn published_rows(self) -> u64 {
        match self {
            Self::Amazon => 1_292_954,
            Self::Iaac => 478_138,
            Self::Ads => 108_649_408,
        }
    }
}

/// What the scenario does in the ground truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Nothing.
    None,
    /// It shifts the base rate.
    Intercept,
    /// It shifts the base rate and changes how much each feature matters.
    Modulated,
}

macro_rules! names {
    ($type:ident, $what:literal, $($variant:ident = $name:literal),+) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(match self { $(Self::$variant => $name),+ })
            }
        }

        impl FromStr for $type {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self> {
                match text {
                    $($name => Ok(Self::$variant),)+
                    _ => Err(Error::new(ErrorKind::Config, format!("unknown {} {}", $what, quote(text)))
                        .hint(concat!("one of:", $(" ", $name),+))),
                }
            }
        }
    };
}

names!(
    Preset,
    "preset",
    Amazon = "amazon",
    Iaac = "iaac",
    Ads = "ads"
);
names!(
    Effect,
    "effect",
    None = "none",
    Intercept = "intercept",
    Modulated = "modulated"
);

/// What to generate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SynthOptions {
    /// The format and its marginals.
    pub preset: Preset,
    /// How many rows, at least 1.
    pub rows: u64,
    /// The seed of everything.
    pub seed: u64,
    /// What the scenario does.
    pub effect: Effect,
    /// Adds a last column `true_probability`.
    pub truth: bool,
}

/// One imitated log: how rows are drawn, what the truth sees of them and how they are written.
trait World {
    /// A row's values.
    type Row;
    /// The header line, without its end.
    fn header(&self) -> &'static str;
    /// What separates the columns.
    fn separator(&self) -> char;
    /// The scenarios' values in the log.
    fn scenarios(&self) -> Vec<String>;
    /// d_s, the scenarios' shifts of the logit.
    fn offsets(&self) -> Vec<f64>;
    /// w_f of each feature and product.
    fn weights(&self) -> &'static [f64];
    /// m_{s,f}.
    fn multiplier(&self, scenario: usize, feature: usize) -> f64;
    /// The published positive rate.
    fn base_rate(&self) -> f64;
    /// Distinct users per row.
    fn users_per_row(&self) -> f64;
    /// The number of items.
    fn items(&self) -> usize;
    /// Draws row `index`.
    fn draw(&self, index: u64, user: u64, rng: &mut Stream) -> Self::Row;
    /// Fills in what the truth sees of `row`; `seen.values` comes empty.
    fn see(&self, row: &Self::Row, seen: &mut Seen);
    /// Appends the row's line, without its end. `luck` is uniform on `[0, 1)`, for what follows the label.
    fn write(&self, row: &Self::Row, index: u64, label: bool, luck: f64, line: &mut String);
}

/// Rows between two calls of the progress function.
const PROGRESS_EVERY: u64 = 10_000;
/// Rows that calibrate the intercept.
const CALIBRATION_ROWS: u64 = 20_000;

/// Writes the log of `options` to `out`, row by row, and calls `progress` with the number of rows written.
///
/// Memory holds the items, not the rows: a log of the published size needs a few megabytes.
///
/// # Errors
/// When `options.rows` is 0 ([`ErrorKind::Config`]) and when `out` cannot be written ([`ErrorKind::Io`]).
pub fn generate(
    options: &SynthOptions,
    out: &mut impl io::Write,
    progress: &mut dyn FnMut(u64),
) -> Result<SynthReport> {
    if options.rows == 0 {
        return Err(Error::new(ErrorKind::Config, "a log needs at least one row").hint("--rows 1"));
    }
    let (seed, rows) = (options.seed, options.rows);
    match options.preset {
        Preset::Amazon => run(&amazon::Amazon::new(seed, rows), options, out, progress),
        Preset::Iaac => run(&iaac_world::Iaac::new(seed, rows), options, out, progress),
        Preset::Ads => run(&ads::Ads::new(seed, rows), options, out, progress),
    }
}

fn see<W: World>(world: &W, row: &W::Row, seen: &mut Seen) {
    seen.values.clear();
    seen.rest = 0.0;
    world.see(row, seen);
}

fn calibrated<W: World>(world: &W, options: &SynthOptions) -> Truth {
    let mut truth = Truth::new(
        options.effect,
        &world.offsets(),
        world.weights(),
        |scenario, feature| world.multiplier(scenario, feature),
    );
    let mut rng = Stream::new(options.seed, "synth calibration");
    let sample: Vec<Seen> = (0..CALIBRATION_ROWS)
        .map(|i| {
            let index = u128::from(i) * u128::from(options.rows) / u128::from(CALIBRATION_ROWS);
            let mut seen = Seen::default();
            see(world, &world.draw(index as u64, i, &mut rng), &mut seen);
            seen
        })
        .collect();
    truth.calibrate(&sample, world.base_rate());
    truth
}

fn run<W: World>(
    world: &W,
    options: &SynthOptions,
    out: &mut impl io::Write,
    progress: &mut dyn FnMut(u64),
) -> Result<SynthReport> {
    let truth = calibrated(world, options);
    let mut rng = Stream::new(options.seed, "synth rows");
    let mut user_rng = Stream::new(options.seed, "synth users");
    let mut users = Users::new(options.rows, world.users_per_row());
    let mut best = Best::new();
    let mut totals = vec![(0_u64, 0_u64, 0.0_f64); world.scenarios().len()];
    let mut seen = Seen::default();

    let failed = |error: io::Error| Error::new(ErrorKind::Io, error.to_string());
    let mut line = String::with_capacity(4_096);
    line.push_str(world.header());
    if options.truth {
        line.push(world.separator());
        line.push_str("true_probability");
    }
    line.push('\n');
    out.write_all(line.as_bytes()).map_err(failed)?;

    for index in 0..options.rows {
        let user = users.next(user_rng.rng());
        let row = world.draw(index, user, &mut rng);
        see(world, &row, &mut seen);
        let p = truth.probability(&seen);
        let label = hash::uniform(options.seed, "label", index) < p;
        best.add(p);
        let total = &mut totals[seen.scenario];
        *total = (total.0 + 1, total.1 + u64::from(label), total.2 + p);

        line.clear();
        let luck = hash::uniform(options.seed, "luck", index);
        world.write(&row, index, label, luck, &mut line);
        if options.truth {
            line.push(world.separator());
            push(&mut line, format_args!("{p:.6}"));
        }
        line.push('\n');
        out.write_all(line.as_bytes()).map_err(failed)?;
        if (index + 1) % PROGRESS_EVERY == 0 {
            progress(index + 1);
        }
    }
    out.flush().map_err(failed)?;
    progress(options.rows);

    let scenarios = world.scenarios().into_iter().zip(&totals);
    Ok(SynthReport {
        rows: options.rows,
        users: users.seen(),
        items: world.items() as u64,
        positives: totals.iter().map(|t| t.1).sum(),
        mean_probability: totals.iter().map(|t| t.2).sum::<f64>() / options.rows as f64,
        best_auc: best.auc(),
        best_logloss: best.log_loss(options.rows),
        scenarios: scenarios
            .map(|(name, &(rows, positives, sum))| SynthScenario {
                name,
                rows,
                positives,
                mean_probability: if rows == 0 { 0.0 } else { sum / rows as f64 },
            })
            .collect(),
    })
}

/// Appends formatted text; writing to a string cannot fail.
fn push(line: &mut String, text: fmt::Arguments<'_>) {
    let _ = fmt::Write::write_fmt(line, text);
}
