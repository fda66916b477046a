// The one-minute tour: where it goes and what it says.
import type { Look, View } from "./place.ts";

export interface Stop {
  view: View;
  look?: Look;
  /** What the words are about, by its id: on a small screen it would be below the edge. */
  shows?: string;
  title: string;
  text: string;
}

export const TOUR: readonly Stop[] = [
  {
    view: "scenarios",
    look: "shift",
    shows: "scenario-pictures",
    title: "One model, many scenarios",
    text: "The same network predicts conversions in every scenario. Pick a scenario above the pictures: orange blocks of weights count more there than on average, blue ones less.",
  },
  {
    view: "scenarios",
    look: "two",
    shows: "scenario-pictures",
    title: "Two scenarios side by side",
    text: "The third picture is their difference. The slider morphs the first into the second, and the sentence says what differs most.",
  },
  {
    view: "scenarios",
    look: "all",
    shows: "scenario-pictures",
    title: "All at a glance",
    text: "Scenarios whose pictures look alike are treated alike. Nobody told the model which those are: it learned it from the log.",
  },
  {
    view: "impression",
    title: "Same impression, other scenario",
    text: "One row of the data. Flip only the scenario and watch the expected conversion rate move, computed live in this tab.",
  },
  {
    view: "diversity",
    title: "Why scenarios stay apart",
    text: "Each point is an impression. With the mutual-information term the scenarios form groups; on the map beside it, which is of a model without that term, they mix.",
  },
  {
    view: "training",
    title: "Train it here",
    text: "Press Train, beside the pictures or below them (a presentation hides it until you show the controls): the model learns in this tab in seconds, from a sample or from your own CSV. The data never leaves the tab.",
  },
];
