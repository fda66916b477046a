// Pictures and tables as files.

/** Milliseconds that what is saved is kept for the download. */
const KEPT = 60_000;

export function download(content: BlobPart, type: string, name: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  // A browser may ask its user before it begins; a URL that is kept keeps its bytes.
  setTimeout(() => URL.revokeObjectURL(url), KEPT);
}

export function saveSvg(svg: string, name: string): void {
  download(svg, "image/svg+xml", `${name}.svg`);
}

/** How many pixels a unit of the SVG becomes. */
const SCALE = 2;

export async function savePng(svg: string, name: string): Promise<void> {
  const image = new Image();
  // A data URL: the page's policy allows no other picture than its own.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.width * SCALE;
  canvas.height = image.height * SCALE;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  await saveCanvas(canvas, name);
}

export async function saveCanvas(canvas: HTMLCanvasElement, name: string): Promise<void> {
  const blob = await new Promise<Blob | null>((made) => canvas.toBlob(made));
  if (!blob) throw new Error("the browser makes no PNG of this size");
  download(blob, "image/png", `${name}.png`);
}

/** A table as it stands on the page, without what is there to be pressed. */
export function saveTable(table: HTMLTableElement, name: string): void {
  const rows = [...table.rows].map((row) => {
    const cells = [...row.cells].filter((cell) => !cell.classList.contains("screen"));
    return cells.map((cell) => csvCell(textOf(cell))).join(",");
  });
  download(`${rows.join("\n")}\n`, "text/csv", `${name}.csv`);
}

/** What a cell says, without the mark that it may have; a figure without the commas between its thousands. */
function textOf(cell: HTMLTableCellElement): string {
  const text = cell.dataset.csv ?? cell.innerText.trim();
  return cell.tagName === "TD" ? ungrouped(text) : text;
}

export function ungrouped(text: string): string {
  return /^[−+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text) ? text.replaceAll(",", "") : text;
}

/** Quoted where it must be; a real minus becomes one that programs read. */
export function csvCell(text: string): string {
  const plain = text.replace(/^−(?=[\d.])/, "-");
  return /[",\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** A name for a file, of letters and digits. */
export function fileName(...parts: string[]): string {
  return parts
    .join("-")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
    .replaceAll(/^-|-$/g, "");
}
