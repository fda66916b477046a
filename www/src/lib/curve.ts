import type { AlignedData } from "uplot";

const FONT = "11px system-ui";

/** What the axes of all charts have in common, and those that say what they are of. */
export const AXIS = { ticks: { show: false }, font: FONT };
export const AXIS_LABEL = { labelFont: FONT, labelSize: 16 };
/** Of the axis along the bottom, without its label. */
export const AXIS_HEIGHT = 28;

/** One point of the learning curve, as the training tells it. */
interface CurvePoint {
  step: number;
  bce: number;
  validAuc: number | null;
  validLogloss: number | null;
}

/** How much of the smoothed loss the newest point makes up, once there are enough points. */
const NEWEST = 0.15;

/** The columns the chart draws: step, loss, smoothed loss, validation LogLoss, validation AUC. */
export function curveData(points: readonly CurvePoint[]): AlignedData {
  let smooth = 0;
  const smoothed = points.map(({ bce }, i) => {
    smooth += Math.max(NEWEST, 1 / (i + 1)) * (bce - smooth);
    return smooth;
  });
  return [
    points.map((p) => p.step),
    points.map((p) => p.bce),
    smoothed,
    points.map((p) => p.validLogloss),
    points.map((p) => p.validAuc),
  ];
}
