import { createClient, MidpgError } from "../../client/index.ts";
import type { Client, DeviceChoice, DeviceInfo } from "../../client/index.ts";

/** The client and the device it runs on; when a wish cannot be met, the CPU and the reason. */
export class DeviceState {
  wish = $state<DeviceChoice>("auto");
  info = $state.raw<DeviceInfo | null>(null);
  /** What the module is doing until it is ready; null before it is wanted. */
  progress = $state<string | null>(null);
  /** What a GPU has built for its steps so far. */
  building = $state<string | null>(null);
  /** Why the wished device is not the one that runs. */
  fallback = $state<string | null>(null);
  failure = $state<string | null>(null);
  #client: Promise<Client> | null = null;
  /** The one that is open. */
  #running: Client | null = null;
  /** Openings so far: only the last one counts. */
  #turn = 0;
  /** What "auto" takes, once it was measured, and the words for it. */
  #preferred: { device: DeviceChoice; reason: string } | null = null;
  /** The device that was opened last. */
  #opened: DeviceChoice | null = null;

  /** Whether what runs can vanish while it works. */
  get canBeLost(): boolean {
    return this.#opened === "webgpu";
  }

  /** The running client; the first call starts it. */
  client(): Promise<Client> {
    this.#client ??= this.#open(this.wish);
    return this.#client;
  }

  /**
   * Changes the device. Models of the client before are gone; their files are not. One that is being opened is not
   * opened a second time.
   */
  choose(wish: DeviceChoice): Promise<Client> {
    const opening = this.info === null ? this.#client : null;
    if (opening !== null && wish === this.wish) return opening;
    this.wish = wish;
    this.fallback = null;
    return this.#replace(wish);
  }

  /** Takes a measured device for "auto"; what is open stays open if it is that one. */
  async prefer(device: "cpu" | "webgpu", batch: number): Promise<void> {
    const name = device === "cpu" ? "the CPU" : "WebGPU";
    const reason = `auto: ${name} was measured to be faster at ${batch} rows a batch`;
    this.#preferred = { device, reason };
    const client = this.#client;
    if (this.wish !== "auto" || client === null) return;
    await client.catch(() => undefined);
    // Another device was chosen meanwhile, or none could be opened: the next one takes what was measured.
    if (this.#client !== client) return;
    if (this.info && (this.#opened === "webgpu") === (device === "webgpu")) {
      this.info = { ...this.info, reason };
    } else {
      await this.#replace("auto");
    }
  }

  /** The device was lost while it worked: go on with the CPU, and say why and where. */
  lose(reason: string, where: string): Promise<Client> {
    this.fallback = `${reason}; went on with the CPU ${where}`;
    this.#preferred = null;
    this.wish = "cpu";
    return this.#replace("cpu");
  }

  #replace(wish: DeviceChoice): Promise<Client> {
    this.#running?.close();
    this.#running = null;
    this.#client = this.#open(wish);
    return this.#client;
  }

  async #open(wish: DeviceChoice): Promise<Client> {
    const turn = ++this.#turn;
    const current = () => turn === this.#turn;
    this.info = null;
    this.failure = null;
    this.building = null;
    this.progress = "starting";
    const preferred = wish === "auto" ? this.#preferred : null;
    const device = (this.#opened = preferred?.device ?? wish);
    let client: Client;
    try {
      client = await this.#start(device, current);
    } catch (error) {
      // Who waited for this device gets the one that was chosen since.
      if (!current()) return this.client();
      if (this.canBeLost) {
        this.fallback = `${(error as Error).message}; the CPU is used instead`;
        this.#preferred = null;
        this.wish = "cpu";
        return this.#open("cpu");
      }
      this.failure = error instanceof MidpgError ? error.message : String(error);
      this.#client = null;
      throw error;
    }
    if (!current()) {
      client.close();
      return this.client();
    }
    this.#running = client;
    this.info = preferred ? { ...client.device, reason: preferred.reason } : client.device;
    return client;
  }

  #start(device: DeviceChoice, current: () => boolean): Promise<Client> {
    return createClient({
      device,
      modules: new URL("pkg/", document.baseURI),
      onProgress: ({ phase, message }) => {
        if (!current()) return;
        if (phase === "pipelines") this.building = message;
        else this.progress = message;
      },
    });
  }
}
