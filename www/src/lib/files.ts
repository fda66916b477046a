/** What the names of tables end with. */
export const TABLES = ".csv,.txt,.tsv,.gz";

/** A place that files can be dropped on; it has the class `dragging` while one is held over it. */
export function dropZone(take: (files: FileList | null | undefined) => void) {
  return (place: HTMLElement) => {
    const over = (event: DragEvent) => {
      event.preventDefault();
      place.classList.add("dragging");
    };
    const leave = () => place.classList.remove("dragging");
    const drop = (event: DragEvent) => {
      event.preventDefault();
      leave();
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
