/** The service worker's word on which version of the page this is (scripts/service-worker.js). */
export class VersionState {
  /** A newer version that is kept already and waits until this one is no longer looked at. */
  newer = $state.raw<ServiceWorker | null>(null);
  /** Other tabs look at this version: it cannot give way while they do. */
  others = $state(false);

  async register(): Promise<void> {
    const { serviceWorker } = navigator;
    const registration = await serviceWorker.register("./sw.js");
    const look = () => {
      // The first version of all replaces none.
      if (serviceWorker.controller) this.newer = registration.waiting;
    };
    const follow = () => registration.installing?.addEventListener("statechange", look);
    registration.addEventListener("updatefound", follow);
    follow();
    look();
    serviceWorker.addEventListener("message", ({ data }) => {
      if (data === "others are open") this.others = true;
    });
  }

  /** Loads the page anew in the newer version, unless other tabs are in the way. */
  load(): void {
    this.others = false;
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), {
      once: true,
    });
    this.newer?.postMessage("take over");
  }
}

export const version = new VersionState();
