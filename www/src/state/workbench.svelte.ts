import type { DeviceChoice } from "../../client/index.ts";
import { readOptions, trainConfig } from "../lib/options.ts";
import { DataState } from "./data.svelte.ts";
import { DeviceState } from "./device.svelte.ts";
import { ModelState } from "./model.svelte.ts";
import { TrainingState } from "./training.svelte.ts";

/** The whole page's state: settings, device, data, the run and the model. */
export class Workbench {
  options = $state(readOptions(location.search));
  readonly device = new DeviceState();
  readonly data = new DataState(this.device);
  readonly training = new TrainingState(this.device);
  readonly model = new ModelState(this.device);

  async begin(): Promise<void> {
    this.device.wish = this.options.device;
    await this.data.list();
    if (this.data.samples.length > 0) await this.data.pickSample(this.options.sample);
    else await this.device.client().catch(() => undefined);
  }

  async train(): Promise<void> {
    const { csv, schema } = this.data;
    if (!csv) return;
    const config = trainConfig($state.snapshot(this.options));
    const done = await this.training.start(csv, schema, config);
    if (done) await this.model.adopt(done.model, done.report, csv);
  }

  async chooseDevice(wish: DeviceChoice): Promise<void> {
    this.options.device = wish;
    this.training.cancel();
    await this.device.choose(wish).catch(() => undefined);
    // A read that was under way went down with the worker before.
    if (this.data.csv && !this.data.info) await this.data.useSchema(this.data.schema);
  }
}
