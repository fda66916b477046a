//! `Trainer`: pulled step by step by the worker.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::config;
use super::dataset::Dataset;
use super::device::current;
use super::error::{JsResult, busy, js_error};
use super::model::Model;
use super::types::{set, to_js};
use crate::data::InMemory;
use crate::error::{Error, ErrorKind};
use crate::model::evaluate;
use crate::train::{self, Event, TrainOptions};

/// A training run. Stop pulling to pause, `cancel` or `free` to end.
#[wasm_bindgen]
pub struct Trainer {
    slot: Rc<Slot>,
}

struct Slot {
    /// Taken out while a call works on it.
    trainer: RefCell<Option<train::Trainer>>,
    data: Arc<crate::data::Dataset>,
    device: &'static str,
    cancelled: Cell<bool>,
    started: f64,
}

/// Runs `work` on the trainer with nothing borrowed while it waits.
fn with_trainer(
    slot: &Rc<Slot>,
    work: impl AsyncFnOnce(&Slot, &mut train::Trainer) -> JsResult<JsValue> + 'static,
) -> Promise {
    let slot = Rc::clone(slot);
    future_to_promise(async move {
        let Some(mut trainer) = slot.trainer.take() else {
            return Err(busy("trainer"));
        };
        let result = work(&slot, &mut trainer).await;
        slot.trainer.replace(Some(trainer));
        result
    })
}

#[wasm_bindgen]
impl Trainer {
    /// A run on the device that was opened last.
    pub async fn create(
        data: &Dataset,
        #[wasm_bindgen(unchecked_param_type = "TrainConfig")] config: JsValue,
    ) -> JsResult<Trainer> {
        Self::open(data.inner.clone(), config::parse(config)?).await
    }

    /// Continues the run of a checkpoint, on the device that was opened last.
    pub async fn resume(
        data: &Dataset,
        #[wasm_bindgen(unchecked_param_type = "TrainConfig")] config: JsValue,
        checkpoint: Vec<u8>,
    ) -> JsResult<Trainer> {
        let data = data.inner.clone();
        let options = config::parse(config)?;
        let device = current().await?;
        let trainer = train::Trainer::resume(
            data.clone(),
            options,
            &device.device,
            device.name,
            &checkpoint,
        )
        .map_err(js_error)?;
        Ok(Self::wrap(trainer, data, device.name))
    }

    /// Does the next thing; `undefined` after `done`.
    #[wasm_bindgen(js_name = nextEvent, unchecked_return_type = "Promise<TrainEvent | undefined>")]
    pub fn next_event(&self) -> Promise {
        with_trainer(&self.slot, async |slot, trainer| {
            if slot.cancelled.get() {
                Err(js_error(Error::new(
                    ErrorKind::Cancelled,
                    "training was cancelled",
                )))
            } else {
                next(slot, trainer).await
            }
        })
    }

    /// The model with the best weights so far.
    #[wasm_bindgen(unchecked_return_type = "Promise<Model>")]
    pub fn model(&self) -> Promise {
        with_trainer(&self.slot, async |slot, trainer| {
            trainer.settle().await.map_err(js_error)?;
            Ok(Model::wrap(trainer.model(), slot.device).into())
        })
    }

    /// The run as it stands, to continue it with `resume`.
    #[wasm_bindgen(unchecked_return_type = "Promise<Uint8Array>")]
    pub fn checkpoint(&self) -> Promise {
        with_trainer(&self.slot, async |slot, trainer| {
            trainer.set_seconds((js_sys::Date::now() - slot.started) / 1000.0);
            trainer
                .checkpoint()
                .await
                .map(|bytes| Uint8Array::from(&bytes[..]).into())
                .map_err(js_error)
        })
    }

    /// Looks at a GPU's losses once in so many steps: their events then come in bunches. Of no effect on the CPU.
    #[wasm_bindgen(js_name = readEvery)]
    pub fn read_every(&self, steps: usize) {
        if let Some(trainer) = self.slot.trainer.borrow_mut().as_mut() {
            trainer.read_every(steps);
        }
    }

    /// Steps that were made, those before a checkpoint that was resumed included.
    #[wasm_bindgen(getter)]
    pub fn made(&self) -> f64 {
        let trainer = self.slot.trainer.borrow();
        trainer
            .as_ref()
            .map_or(0.0, |trainer| trainer.made() as f64)
    }

    /// Steps that were made and that `nextEvent` has not told yet.
    #[wasm_bindgen(getter)]
    pub fn ahead(&self) -> usize {
        let trainer = self.slot.trainer.borrow();
        trainer.as_ref().map_or(0, train::Trainer::ahead)
    }

    /// The next `nextEvent` fails with the kind `cancelled`.
    pub fn cancel(&self) {
        self.slot.cancelled.set(true);
    }
}

impl Trainer {
    async fn open(data: Arc<crate::data::Dataset>, options: TrainOptions) -> JsResult<Trainer> {
        let device = current().await?;
        let trainer = train::Trainer::new(data.clone(), options, &device.device, device.name)
            .map_err(js_error)?;
        Ok(Self::wrap(trainer, data, device.name))
    }

    /// The promise of a run.
    pub(super) fn begin(data: &Dataset, options: TrainOptions) -> Promise {
        let data = data.inner.clone();
        future_to_promise(async move { Self::open(data, options).await.map(JsValue::from) })
    }

    fn wrap(
        trainer: train::Trainer,
        data: Arc<crate::data::Dataset>,
        device: &'static str,
    ) -> Self {
        // The time before a checkpoint counts, too.
        let started = js_sys::Date::now() - trainer.seconds() * 1000.0;
        let slot = Slot {
            trainer: RefCell::new(Some(trainer)),
            data,
            device,
            cancelled: Cell::new(false),
            started,
        };
        Self {
            slot: Rc::new(slot),
        }
    }
}

async fn next(slot: &Slot, trainer: &mut train::Trainer) -> JsResult<JsValue> {
    let Some(event) = trainer.next_event().await.map_err(js_error)? else {
        return Ok(JsValue::UNDEFINED);
    };
    let value = to_js(&event)?;
    if matches!(event, Event::Done { .. }) {
        let report = final_report(slot, trainer).await?;
        set(&value, "report", report);
    }
    Ok(value)
}

/// `null` where no row is left to measure on.
async fn final_report(slot: &Slot, trainer: &train::Trainer) -> JsResult<JsValue> {
    let mut examples = InMemory::from(Arc::clone(&slot.data));
    let report = evaluate::final_report(&trainer.model(), &mut examples, slot.device)
        .await
        .map_err(js_error)?;
    let Some(mut report) = report else {
        return Ok(JsValue::NULL);
    };
    report.seconds = (js_sys::Date::now() - slot.started) / 1000.0;
    to_js(&report)
}
