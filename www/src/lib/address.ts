// The address says what is seen. Browsers let a page change it only so often: past that one changes nothing, another throws.

/** How long until it is tried again. */
const AGAIN = 1000;

/** The whole address of a link that is a query, or nothing at all. */
export function addressOf(link: string): string {
  return new URL(link === "" ? location.pathname : link, location.href).href;
}

/** Writes a link into the address, as soon as the browser lets it; what it gives ends the trying. */
export function keepAddress(link: string): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wanted = addressOf(link);
  const write = () => {
    try {
      history.replaceState(null, "", wanted);
    } catch {
      // Too often, for now.
    }
    if (location.href !== wanted) timer = setTimeout(write, AGAIN);
  };
  write();
  return () => clearTimeout(timer);
}
