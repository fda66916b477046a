// A chart as a picture of its own: on the page its paper is the card's, and what it shows stands around it.

/** What a line is of, and how it is drawn. */
export interface Line {
  label: string;
  colour: string;
  dash?: number[];
}

/** What stands below the chart. */
export interface Words {
  title: string;
  lines: readonly Line[];
  paper: string;
  ink: string;
}

const ROW = 20;
const MARGIN = 12;
const SWATCH = 26;
const GAP = 8;

/** The chart, of `scale` pixels a pixel of CSS, with its title and its legend below it. */
export function withWords(
  chart: HTMLCanvasElement,
  scale: number,
  { title, lines, paper, ink }: Words,
): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = chart.width;
  canvas.height = chart.height + (2 * MARGIN + (lines.length + 1) * ROW) * scale;
  const context = canvas.getContext("2d");
  if (!context) throw new Error("the browser gives no canvas to draw on");
  context.fillStyle = paper;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(chart, 0, 0);
  context.translate(0, chart.height);
  context.scale(scale, scale);
  context.textBaseline = "middle";
  context.lineWidth = 2;
  context.fillStyle = ink;
  const middle = (row: number) => MARGIN + (row + 0.5) * ROW;
  context.font = "600 12px system-ui, sans-serif";
  context.fillText(title, MARGIN, middle(0));
  context.font = "12px system-ui, sans-serif";
  for (const [i, { label, colour, dash = [] }] of lines.entries()) {
    const y = middle(i + 1);
    context.strokeStyle = colour;
    context.setLineDash(dash);
    context.beginPath();
    context.moveTo(MARGIN, y);
    context.lineTo(MARGIN + SWATCH, y);
    context.stroke();
    context.fillText(label, MARGIN + SWATCH + GAP, y);
  }
  return canvas;
}
