import { mount } from "svelte";
import App from "./App.svelte";
import "./app.css";
import { version } from "./state/version.svelte.ts";

const target = document.getElementById("app")!;
target.replaceChildren();
mount(App, { target });

// Once everything else is there: what is kept for later must not slow the first visit down.
if (import.meta.env.PROD && "serviceWorker" in navigator) {
  addEventListener("load", () => {
    setTimeout(() => void version.register().catch(() => undefined), 2000);
  });
}
