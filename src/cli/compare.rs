//! `midpg compare`.

use std::path::Path;

use clap::{Args as ClapArgs, ValueEnum};

use super::args::in_use;
use super::files::{self, Output};
use super::progress;
use super::setting::Setting;
use crate::compare::{Comparison, Plan, Settings, csv, markdown, text};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{MethodName, MethodSettings, Variant, WeightingConfig};

/// Compare methods over trials on one log: the paper's Table 1
///
/// Every method gets the same split and seeds and is stopped by validation alone; the test part is measured once, at
/// the end of each trial. Each of dpg's --variants runs all trials, and its row is the best of them on validation;
/// mi-dpg has the one of --variant, whatever dpg's is.
/// A killed run continues where it was when it is started again with the same --out. Into it go compare.json, compare.md,
/// compare.csv (a line a trial, with its seed and all its settings) and the journal trials.jsonl, of which trials of another
/// version of midpg are run again.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  midpg compare --data log.csv --schema amazon --methods all --trials 10 --out compared"
)]
pub(super) struct Args {
    #[command(flatten)]
    setting: Setting,
    /// `all`, or some of dnn, ple, star, pepnet, adasparse, apg, dpg, mi-dpg
    #[arg(long, value_delimiter = ',', default_value = "all")]
    methods: Vec<String>,
    /// Trials of each method; trial i has the seed --seed + i
    #[arg(long, default_value_t = 10)]
    trials: usize,
    /// First try N settings of each method, those of the flags and others, and keep the best on validation [default: those
    /// of the flags]
    #[arg(long, value_name = "N", default_value_t = 0)]
    tune: usize,
    /// The variants of dpg that its row is chosen from, with --tune those of mi-dpg too; `non` takes minutes a trial on
    /// 100,000 rows [default: r,rc,c,non]
    #[arg(long, value_delimiter = ',')]
    variants: Option<Vec<Variant>>,
    #[command(flatten)]
    method: MethodSettings,
    /// Print the comparison as JSON on the standard output
    #[arg(long)]
    json: bool,
}

impl Args {
    fn variants(&self) -> &[Variant] {
        const ALL: [Variant; 4] = [Variant::R, Variant::Rc, Variant::C, Variant::Non];
        self.variants.as_deref().unwrap_or(&ALL)
    }
}

pub(super) fn run(args: &Args) -> Result<()> {
    let methods = methods(&args.methods)?;
    check_flags(args, &methods)?;
    let plan = Plan::new(Settings {
        methods,
        trials: args.trials,
        tune: args.tune,
        variants: args.variants().to_vec(),
        method: args.method.clone(),
        base: args.setting.base(),
    })?;
    let runner = args.setting.open()?;

    let tuning = plan.tuning();
    let bar = progress::trials((tuning.len() + plan.tuned_trials()) as u64);
    let plan = if tuning.is_empty() {
        plan
    } else {
        let outcomes = runner.run(&tuning, &bar)?;
        plan.tuned(&outcomes)
    };
    let outcomes = runner.run(&plan.trials(), &bar)?;
    bar.finish_and_clear();

    let comparison = Comparison::new(&plan, &outcomes);
    let json = files::json(&comparison)?;
    files::write(&args.setting.out.join("compare.json"), &json)?;
    files::write(
        &args.setting.out.join("compare.md"),
        markdown(&comparison).as_bytes(),
    )?;
    files::write(
        &args.setting.out.join("compare.csv"),
        csv(&comparison)?.as_bytes(),
    )?;
    let mut out = Output::create(Path::new("-"))?;
    if args.json {
        out.put(&json)?;
    } else {
        out.put(text(&comparison).as_bytes())?;
    }
    out.finish()
}

fn methods(names: &[String]) -> Result<Vec<MethodName>> {
    let all = names.iter().any(|name| name == "all");
    let named = names
        .iter()
        .filter(|name| *name != "all")
        .map(|name| {
            MethodName::from_str(name, false).map_err(|_| {
                Error::new(
                    ErrorKind::Config,
                    format!("there is no method {}", crate::error::quote(name)),
                )
                .hint("--methods takes all, or some of dnn, ple, star, pepnet, adasparse, apg, dpg, mi-dpg")
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(if all { MethodName::ALL.to_vec() } else { named })
}

/// Refuses a flag that changes nothing of what is compared.
fn check_flags(args: &Args, methods: &[MethodName]) -> Result<()> {
    if let Some(flag) = args.method.superfluous(methods) {
        let message = format!("{flag} is for none of the methods that are compared");
        return Err(Error::new(ErrorKind::Config, message).hint("leave it out"));
    }
    let (dpg, mi_dpg) = (
        methods.contains(&MethodName::Dpg),
        methods.contains(&MethodName::MiDpg),
    );
    let tuned = args.tune > 1;
    if args.method.variant.is_some() && !mi_dpg && !tuned {
        let message =
            "--variant is of mi-dpg, which is not compared; dpg's are those of --variants";
        let variant = args.method.variant.map_or("", Variant::name);
        return Err(Error::new(ErrorKind::Config, message)
            .hint(format!("leave it out, or give --variants {variant}")));
    }
    let mut variants = Vec::new();
    if dpg || (mi_dpg && tuned) {
        variants.extend(args.variants());
    } else if args.variants.is_some() {
        let message =
            "--variants is of dpg, which is not compared; mi-dpg has the one of --variant";
        return Err(Error::new(ErrorKind::Config, message).hint("leave it out"));
    }
    if mi_dpg && !tuned {
        variants.push(
            args.method
                .variant
                .unwrap_or(WeightingConfig::default().variant),
        );
    }
    in_use(&args.method, &variants)
}
