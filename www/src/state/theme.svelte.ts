import { flushSync } from "svelte";
import type { Theme } from "../lib/colour.ts";

const KEY = "mi-dpg.theme";

/** The theme: the system's until the user picks one; on paper it is light. */
class ThemeState {
  current = $state<Theme>("light");
  #printing = false;

  constructor() {
    const system = matchMedia("(prefers-color-scheme: dark)");
    const picked = read();
    this.#set(picked ?? (system.matches ? "dark" : "light"));
    system.addEventListener("change", ({ matches }) => {
      if (read() === null) this.#set(matches ? "dark" : "light");
    });
    let screen = this.current;
    addEventListener("beforeprint", () => {
      screen = this.current;
      this.#printing = true;
      flushSync(() => this.#set("light"));
    });
    addEventListener("afterprint", () => {
      this.#set(screen);
      this.#printing = false;
    });
  }

  toggle(): void {
    const next = this.current === "dark" ? "light" : "dark";
    this.#set(next);
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // Storage may be forbidden; the choice then lasts as long as the page.
    }
  }

  /** Paints in the next frame; for paper at once, which has none. What it gives cancels the frame. */
  soon(paint: () => void): number {
    if (!this.#printing) return requestAnimationFrame(paint);
    paint();
    return 0;
  }

  #set(theme: Theme): void {
    this.current = theme;
    document.documentElement.dataset.theme = theme;
  }
}

function read(): Theme | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : null;
  } catch {
    return null;
  }
}

export const theme = new ThemeState();
