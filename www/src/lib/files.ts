/** What the names of tables end with. */
export const TABLES = ".csv,.txt,.tsv,.gz";

/** For the whole page: a file that misses its place would be opened by the browser in the place of the page. */
export function refuseFiles(event: DragEvent): void {
  const { defaultPrevented, dataTransfer } = event;
  // A place has taken it; or it is text, which fields take by themselves.
  if (defaultPrevented || !dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  dataTransfer.dropEffect = "none";
}

/** A place that files can be dropped on while it is not locked; it has the class `dragging` while one is held over it. */
export function dropZone(
  take: (files: FileList | null | undefined) => void,
  locked: () => boolean,
) {
  return (place: HTMLElement) => {
    const over = (event: DragEvent) => {
      if (locked()) return;
      event.preventDefault();
      place.classList.add("dragging");
    };
    const leave = () => place.classList.remove("dragging");
    const drop = (event: DragEvent) => {
      leave();
      if (locked()) return;
      event.preventDefault();
      take(event.dataTransfer?.files);
    };
    place.addEventListener("dragover", over);
    place.addEventListener("dragleave", leave);
    place.addEventListener("drop", drop);
    return () => {
      place.removeEventListener("dragover", over);
      place.removeEventListener("dragleave", leave);
      place.removeEventListener("drop", drop);
    };
  };
}
